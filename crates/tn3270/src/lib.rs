//! The 3270 data stream, a 3270 terminal, and both ends of a TN3270 connection, without I/O.

pub mod client;
pub mod near;
pub mod server;
pub mod terminal;
pub mod wire;
