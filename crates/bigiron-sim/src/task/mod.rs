//! Tasks: a goal in words, a start, what must change and what must not; playbooks that solve them; grades by the tables alone.
//!
//! A [`TaskSuite`](model::TaskSuite) holds the tasks of a system; its `start` begins one with a seed; an [`Attempt`](attempt::Attempt) is one
//! try at it, and ends with a [`Grade`](grade::Grade).
//!
//! ```
//! use bigiron_sim::host::Warts;
//! use bigiron_sim::shipped;
//! use bigiron_sim::system::model::System;
//! use bigiron_sim::task::attempt::Attempt;
//! use bigiron_sim::task::ending::Ending;
//! use bigiron_sim::task::model::TaskSuite;
//! use bigiron_sim::task::prove::play;
//! use std::sync::Arc;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let files = shipped::files("dmv").ok_or("not shipped")?;
//! let system = Arc::new(System::load(files.clone(), "dmv")?);
//! let suite = TaskSuite::load(&system, files)?;
//! let start = Arc::new(suite.start("renew-moved", 7)?);
//! println!("{}", start.goal());
//!
//! // Doing nothing does not solve it.
//! let mut idle: Attempt = Attempt::open(&start, 7, &Warts::None, |_| ());
//! assert!(!idle.finish(Ending::Done).ok_or("no grade")?.solved());
//!
//! // The task's own playbook, which sees the screen and presses keys, does.
//! let mut attempt: Attempt = Attempt::open(&start, 7, &Warts::None, |_| ());
//! let (answer, ending) = play(&suite.playbooks[start.task().oracle], &start, &mut attempt);
//! *attempt.answer_mut() = answer;
//! assert!(attempt.finish(ending).ok_or("no grade")?.solved());
//! # Ok(())
//! # }
//! ```

pub mod answer;
pub mod attempt;
pub mod ending;
pub mod entry;
pub mod grade;
mod load;
pub mod model;
pub mod playbook;
pub mod prove;
pub mod report;
pub mod score;
pub mod shape;
pub mod start;
pub mod start_error;
pub mod static_tables;
pub mod status;
