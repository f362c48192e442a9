//! The operating system for native modules: the calls that safe Rust cannot say, errors, paths, and what may block.

pub mod calls;
pub mod configuration;
pub mod crash;
pub mod directory;
pub mod errno;
pub mod extended_attributes;
pub mod identity;
pub mod local_time;
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
