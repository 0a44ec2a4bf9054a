//! The `bigiron` program as a library: doors, windows and the command line on top of two crates that stand by themselves.
//!
//! | floor | module | its duty | what it may know |
//! |---|---|---|---|
//! | 8 | [`cli`] | arguments as plain data, one file a subcommand, exit codes | everything |
//! | 7 | [`doors`] | sockets, pipes and ptys joined to sessions | `bigiron_sim`, `tn3270` |
//! | 7 | [`tui`] | keys in, a window out | `bigiron_sim`, `tn3270` |
//! | 2 to 6 | `bigiron_sim` | systems, hosts, sessions, recordings, tasks, the gym; no sockets, no files | `tn3270` |
//! | 0 to 2 | `tn3270` | the data stream, a terminal, both ends of a connection; no I/O, no clock | nothing |
//!
//! A module imports only from floors below its own; `tests/it/house` checks that. The modules of the two crates are re-exported here.
//!
//! # Example
//!
//! A subcommand, run as the command line runs it:
//!
//! ```
//! use std::process::ExitCode;
//!
//! let exit = bigiron::cli::main(["bigiron", "list", "systems", "--json"].map(Into::into));
//! assert_eq!(exit, ExitCode::SUCCESS);
//! ```

pub mod cli;
pub mod doors;
pub mod tui;

pub use bigiron_sim::{gym, host, recording, session, shipped, system, task};
pub use tn3270::{client, server, terminal, wire};
