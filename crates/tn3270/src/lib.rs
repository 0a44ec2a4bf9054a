//! The 3270 data stream and a 3270 terminal, without I/O.

pub mod terminal;
pub mod wire;
