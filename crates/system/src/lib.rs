//! The operating system for native modules: the calls that safe Rust cannot say, errors, paths, and what may block.

pub mod calls;
pub mod clocks;
pub mod configuration;
pub mod control;
pub mod crash;
pub mod directory;
pub mod errno;
pub mod extended_attributes;
pub mod groups;
pub mod identity;
pub mod limits;
pub mod local_time;
pub mod locale;
pub mod log;
pub mod mapping;
pub mod mathematics;
pub mod passwords;
pub mod path;
pub mod polling;
pub mod processes;
pub mod scheduling;
pub mod semaphores;
pub mod shadow;
pub mod shared_memory;
pub mod signals;
pub mod sockets;
pub mod spawn;
pub mod subprocess;
pub mod terminal_modes;
pub mod terminals;
pub mod users;

pub use errno::{Errno, blocking, interruptible, looking};
pub use path::{Accepts, FilePath};
pub use signals::*;
