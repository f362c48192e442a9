//! The collector from C.

use std::ffi::c_int;

#[unsafe(no_mangle)]
extern "C" fn PyGC_Collect() -> isize {
    objects::memory::collector::collect(2) as isize
}

#[unsafe(no_mangle)]
extern "C" fn PyGC_IsEnabled() -> c_int {
    c_int::from(objects::memory::gc::COLLECTOR.enabled.get())
}
