//! Doors for people: a terminal that understands ANSI sequences, or one that shows lines only.

pub mod plain;
pub mod vt;
