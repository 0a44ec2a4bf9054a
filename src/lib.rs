//! bigiron: a gym of simulated legacy systems behind real 3270 green screens.
//!
//! The house has floors; a module imports only from floors below its own, and `tests/it/floors.rs` keeps it so.
//!
//! | floor | module | its duty | what it may know |
//! |---|---|---|---|
//! | 7 | [`cli`] | arguments as plain data, one file a subcommand, exit codes | everything |
//! | 6 | [`doors`], [`tui`] | sockets, pipes and keys in, screens out | sessions, recordings |
//! | 5 | [`gym`] | reset, step, fork, batches of environments | tasks, sessions |
//! | 4 | [`recording`] | events of a session as lines, replay, verification | sessions |
//! | 4 | [`task`] | goals, grades, playbooks, proofs | sessions |
//! | 3 | [`session`] | joins a terminal and a host, owns the clock | terminal, host |
//! | 2 | [`host`] | runs a system: rules, tables, jobs, virtual due times | definitions, wire values |
//! | 1 | [`terminal`] | presentation space and keyboard of a 3270 | wire values |
//! | 1 | [`system`] | TOML definitions: load, check, draw | wire values |
//! | 0 | [`wire`] | bytes and named values of the 3270 data stream | nothing |
//!
//! No socket, file, wall clock or unseeded randomness stands below floor 6.

pub mod cli;
pub mod doors;
pub mod tui;

pub use bigiron_sim::{gym, host, recording, session, system, task};
pub use tn3270::{client, server, terminal, wire};
