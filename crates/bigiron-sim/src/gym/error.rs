//! What can be wrong with what a learner asks for.

use crate::host::WartsError;
use crate::task::start::StartError;
use std::fmt;

/// Why the gym does not do what was asked. Nothing has happened then: every environment is as it was.
#[derive(Debug, Clone, PartialEq)]
pub enum GymError {
    /// No environment is registered under this id; the ids most like it.
    NoSuchId {
        /// What was asked for.
        id: String,
        /// The closest known ids, the closest first.
        near: Vec<String>,
    },
    /// A task does not start with a seed.
    Start {
        /// The seed.
        seed: u64,
        /// Why.
        cause: StartError,
    },
    /// An action that is none of the vocabulary.
    Action {
        /// Which environment of the batch, if it is one.
        env: Option<usize>,
        /// What was given.
        action: i64,
        /// How many actions there are.
        actions: usize,
    },
    /// A text that names no action; why.
    ActionName(String),
    /// A step before the first reset or after the end of the episode.
    NotRunning {
        /// Which environment of the batch, if it is one.
        env: Option<usize>,
        /// Whether there was an episode, which is over.
        over: bool,
    },
    /// An option that there is not.
    NoSuchOption {
        /// Its name.
        name: String,
        /// The name most like it.
        near: Option<&'static str>,
        /// The options that there are.
        known: &'static [&'static str],
    },
    /// An option with a value that it cannot have.
    Option {
        /// Its name.
        name: String,
        /// What was given.
        value: String,
        /// What it may be.
        expected: String,
    },
    /// A selection of warts that is none, or none of the system's.
    Warts(WartsError),
    /// A buffer of the wrong size.
    Buffer {
        /// Which one.
        name: &'static str,
        /// How many elements it must have.
        expected: usize,
        /// How many it has.
        found: usize,
    },
    /// A snapshot that is not of this environment, or is of another version of its system.
    Snapshot(String),
}

impl std::error::Error for GymError {}

impl fmt::Display for GymError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |env: &Option<usize>| match env {
            Some(env) => format!("environment {env}: "),
            None => String::new(),
        };
        match self {
            GymError::NoSuchId { id, near } => {
                write!(f, "no environment is called `{id}`")?;
                match near.as_slice() {
                    [] => f.write_str("; `bigiron list tasks` names the tasks"),
                    near => write!(f, "; did you mean {}?", quoted(near)),
                }
            }
            GymError::Start { seed, cause } => {
                write!(f, "the task does not start with seed {seed}: {cause}")
            }
            GymError::Action {
                env,
                action,
                actions,
            } => write!(
                f,
                "{}action {action} is out of range: 0 to {} are known",
                at(env),
                actions.saturating_sub(1)
            ),
            GymError::ActionName(what) => f.write_str(what),
            GymError::NotRunning { env, over } => write!(
                f,
                "{}{}: call reset first",
                at(env),
                match over {
                    true => "the episode is over",
                    false => "no episode has begun",
                }
            ),
            GymError::NoSuchOption { name, near, known } => {
                write!(f, "there is no option `{name}`")?;
                match near {
                    Some(near) => write!(f, "; did you mean `{near}`?"),
                    None => write!(f, ": {}", known.join(", ")),
                }
            }
            GymError::Option {
                name,
                value,
                expected,
            } => write!(f, "option `{name}` is `{value}`: {expected} is expected"),
            GymError::Warts(cause) => write!(f, "{cause}"),
            GymError::Buffer {
                name,
                expected,
                found,
            } => write!(
                f,
                "the buffer `{name}` has {found} elements: {expected} are expected"
            ),
            GymError::Snapshot(what) => write!(f, "the snapshot cannot be restored: {what}"),
        }
    }
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(" or ")
}

impl From<WartsError> for GymError {
    fn from(cause: WartsError) -> GymError {
        GymError::Warts(cause)
    }
}
