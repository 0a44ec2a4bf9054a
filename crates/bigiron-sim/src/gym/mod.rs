//! The gym: tasks as environments in Gymnasium's sense, one at a time or many together. No input, no output, no clock but
//! the virtual one.
//!
//! A [`Registry`] makes an [`Env`] or a [`BatchEnv`] of an id such as `bigiron/dmv-renew-v0`. A reset begins an episode with
//! a seed; a step does one [`Action`] of a fixed [`Vocabulary`]; an observation is written into buffers of the caller's, of
//! which only what has changed is written ([`Observation`]). The episode ends when the agent says that it is done
//! (`<done>`, `<report>`), and is graded by the backend's tables; or when its budget of keys or of virtual time is spent.
//!
//! | what | |
//! |---|---|
//! | reward | the grade: 1 if the task is solved, else 0, with the last step. Milestones if [`EnvOptions::milestones`] says so |
//! | terminated | the agent said that it was done |
//! | truncated | the budget is spent |
//! | time | typing costs [`EnvOptions::key_time`] a key (0), a key of attention as long as the answer takes, `<wait>` [`EnvOptions::wait_time`] |
//! | answers | typed into the answer line (`<answer>`), or reported off the screen (`<report>`) |
//!
//! The same id, options, seeds and actions give the same observations, rewards, info and state hash: in every process, on any
//! number of threads, alone or in a batch.
//!
//! ```
//! use bigiron_sim::gym::{EnvOptions, Registry};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let registry = Registry::shipped()?;
//! let mut env = registry.make("bigiron/dmv-renew-v0", EnvOptions::default())?;
//! env.reset(Some(7), None)?;
//! println!("{}", env.goal());
//!
//! // A fork is the same world, going its own way.
//! let mut fork = env.fork();
//! fork.step(0)?;
//! assert_ne!(fork.state_hash(), env.state_hash());
//! env.step(0)?;
//! assert_eq!(fork.state_hash(), env.state_hash());
//! # Ok(())
//! # }
//! ```

mod action;
mod batch;
mod env;
mod episode;
mod error;
mod log;
mod mask;
mod observe;
mod options;
mod registry;
mod saved;
mod spec;
mod step;
mod world;

pub use action::{Action, FIELDS, REPORTS, TERMINALS, TOKENS, Vocabulary};
pub use batch::{Autoreset, BatchEnv, Buffers};
pub use env::{Env, Snapshot};
pub use error::GymError;
pub use observe::{ANSWER, GOAL, Observation, ObservationShape, TOKEN, status};
pub use options::{EnvOptions, SeedDraws};
pub use registry::{Registry, WORLDS};
pub use saved::{Saved, SavedEpisode};
pub use spec::{RegistryEntry, Spec};
pub use step::{INFO, Info, Step};
pub use world::{GoalToken, TaskWorld};
