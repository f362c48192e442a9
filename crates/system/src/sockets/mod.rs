//! Sockets: their calls, the addresses of each family, messages with ancillary data, and the names of hosts, services
//! and interfaces.

pub mod address;
pub mod calls;
pub mod interfaces;
pub mod messages;
pub mod names;

pub use address::Address;
