//! What modules over the operating system share: errors, paths, and calls that may block.

pub mod calls;
pub mod configuration;
pub mod crash;
pub mod directory;
pub mod errno;
pub mod extended_attributes;
pub mod identity;
pub mod path;
pub mod processes;
pub mod scheduling;
pub mod signals;
pub mod spawn;
pub mod terminals;
pub mod users;

pub use errno::{Errno, blocking, interruptible};
pub use path::{Accepts, FilePath};
pub use signals::*;
