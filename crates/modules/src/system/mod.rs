//! What modules over the operating system share: errors, paths, and calls that may block.

pub mod calls;
pub mod errno;
pub mod path;

pub use errno::{Errno, blocking, interruptible};
pub use path::{Accepts, FilePath};
