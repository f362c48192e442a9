//! `_tracemalloc`: what memory is held, and which lines have asked for it.

use objects::memory::tracing;
use objects::prelude::*;

/// The most frames that a trace may keep.
const MOST_FRAMES: i32 = 0xffff;

/// Records where in a program each block of memory was allocated: the core of tracemalloc.
#[module(name = "_tracemalloc")]
pub mod module {
    use super::*;

    /// Whether memory is being traced.
    #[function("()")]
    fn is_tracing() -> bool {
        tracing::is_on()
    }

    /// Forget the traces of all blocks.
    #[function("()")]
    fn clear_traces() {
        tracing::clear();
    }

    /// Get the traces of all blocks.
    ///
    /// Gives a list of tuples (domain, size, traceback, number of frames); a traceback is a tuple of
    /// (filename, line) pairs. The list is empty where memory is not traced.
    #[function("()")]
    fn _get_traces() -> Result<Ref<List>> {
        tracing::all()
    }

    /// Get the traceback where the object was allocated, as a tuple of (filename, line) pairs.
    ///
    /// None where memory is not traced, or was not at that time.
    #[function("(obj, /)")]
    fn _get_object_traceback(obj: &Object) -> Result<Option<Ref<Tuple>>> {
        tracing::traceback(0, memory::block_of(obj))
    }

    /// Start tracing memory, and keep at most nframe frames of each traceback.
    #[function("(nframe=1, /)")]
    fn start(nframe: Option<i32>) -> Result<()> {
        let frames = nframe.unwrap_or(1);
        if !(1..=MOST_FRAMES).contains(&frames) {
            bail!(ValueError, "the number of frames must be in range [1; {MOST_FRAMES}]");
        }
        // What runs already goes on with the frames that it began with.
        if !tracing::is_on() {
            tracing::start(frames as usize);
        }
        Ok(())
    }

    /// Stop tracing memory, and forget all traces.
    #[function("()")]
    fn stop() {
        tracing::stop();
    }

    /// Get how many frames of a traceback are kept at most; 1 unless start() was told otherwise.
    #[function("()")]
    fn get_traceback_limit() -> usize {
        tracing::limit()
    }

    /// Get how many bytes the traces themselves take.
    #[function("()")]
    fn get_tracemalloc_memory() -> usize {
        tracing::overhead()
    }

    /// Get the size of all traced blocks: a tuple (now, at most).
    #[function("()")]
    fn get_traced_memory() -> (usize, usize) {
        tracing::traced()
    }

    /// Let the most that traced blocks have held be what they hold now.
    #[function("()")]
    fn reset_peak() {
        if tracing::is_on() {
            tracing::reset_peak();
        }
    }
}
