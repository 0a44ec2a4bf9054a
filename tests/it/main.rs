//! End-to-end tests, one module a topic.

// A helper that cannot go on fails its test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bench;
mod broken;
mod code_pages;
mod dmv;
mod docs;
mod doors;
mod drill;
mod equivalence;
mod eval;
mod fuzz;
mod gym;
mod host;
mod house;
mod models;
mod oracle;
mod play;
mod prove;
mod recordings;
mod warts;
