//! Simulated legacy systems behind 3270 screens, as a library: no sockets, no files, no wall clock, no unseeded randomness.
//!
//! A module imports only from modules on lower floors.
//!
//! | floor | module | duty | may know |
//! |---|---|---|---|
//! | 6 | [`gym`] | environments in Gymnasium's sense, single and in batches | tasks, sessions |
//! | 5 | [`task`] | goals, attempts, grades, playbooks, proofs | sessions |
//! | 5 | [`recording`] | recordings: written, read, shown again, verified | sessions |
//! | 4 | [`session`] | joins a terminal and a host, owns the virtual clock | host, terminal |
//! | 3 | [`host`] | runs a system: rules, tables, jobs, warts, due times | definitions, data stream values |
//! | 2 | [`system`] | TOML definitions: loaded, checked, compiled | data stream values |
//! | 2 | [`shipped`] | the files of the systems that are built in | nothing |
//! | 1, 0 | [`tn3270`] | a crate of its own: the 3270 terminal and its data stream | nothing |
//!
//! ```
//! use bigiron_sim::session::{Session, Setup};
//! use bigiron_sim::shipped;
//! use bigiron_sim::system::model::System;
//! use std::sync::Arc;
//! use tn3270::terminal::Key;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Load a system: here one that is built in, the licence desk of a motor vehicle office.
//! let files = shipped::files("dmv").ok_or("not shipped")?;
//! let system = Arc::new(System::load(files, "dmv")?);
//!
//! // Open a session with seed 0, the turn clock, and no log.
//! let mut session = Session::open(&system, &Setup::default(), &mut ());
//!
//! // Sign on, and read the screen.
//! for key in Key::parse_line("CLK042IRON<enter>")? {
//!     session.press(key, &mut ());
//! }
//! assert!(session.terminal().row_text(0).contains("DMVM01"));
//!
//! // The truth behind the screens: the tables of the backend.
//! assert!(!session.host().tables().is_empty());
//! # Ok(())
//! # }
//! ```

pub mod gym;
pub mod host;
pub mod recording;
pub mod session;
pub mod shipped;
pub mod system;
pub mod task;

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
