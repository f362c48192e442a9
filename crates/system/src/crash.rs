//! Crashes on purpose, with which `faulthandler` is tested.

/// A crash leaves no core dump.
pub fn without_core_dump() {
    // SAFETY: calls with a filled structure.
    unsafe {
        let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        if libc::getrlimit(libc::RLIMIT_CORE, &mut limit) == 0 {
            limit.rlim_cur = 0;
            libc::setrlimit(libc::RLIMIT_CORE, &limit);
        }
    }
}

/// Reads from address 0.
pub fn read_null() {
    without_core_dump();
    let null = std::hint::black_box(std::ptr::null::<i32>());
    // SAFETY: none: the crash is what this is for. The read is an instruction of its own, not one that the
    // compiler may reason about.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        std::arch::asm!("mov {0:e}, [{1}]", out(reg) _, in(reg) null, options(nostack, readonly));
        #[cfg(not(target_arch = "x86_64"))]
        std::hint::black_box(std::ptr::read_volatile(null));
    }
}

/// How much of the stack is filled at most, in frames of a page.
const MOST_FRAMES: usize = 25_600;

/// Calls itself until the stack is full, or no end of it is in sight: the depth then.
pub fn overflow_stack(depth: usize) -> usize {
    let mut frame = std::hint::black_box([depth as u8; 4096]);
    if depth >= MOST_FRAMES {
        return depth;
    }
    let deepest = overflow_stack(depth + 1);
    // Used after the call, so that the frame stays.
    std::hint::black_box(&mut frame);
    deepest
}
