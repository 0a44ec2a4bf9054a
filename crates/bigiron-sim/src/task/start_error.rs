//! Why a task cannot begin.

use std::fmt;

use crate::host::SetUpError;
use crate::system::expr::EvalError;

/// Why a task cannot begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartError {
    /// The system has no such task; the name most like it.
    NoSuchTask(String, Option<String>),
    /// With this seed no row passes for a value of the goal.
    NoRow(String),
    /// A requirement is about a row that is not there at the start: table and key.
    NoSuchRow(String, String),
    /// An expression of the task has no value.
    Fault(&'static str, EvalError),
    /// The setup cannot be carried out: it adds a row that is there, say, or changes one that is not.
    Setup(SetUpError),
    /// It is worked in these systems at once, where a session is at one.
    SeveralSystems(Vec<String>),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartError::NoSuchTask(name, near) => {
                write!(f, "no task is called `{name}`")?;
                match near {
                    Some(near) => write!(f, "; did you mean `{near}`?"),
                    None => Ok(()),
                }
            }
            StartError::NoRow(value) => write!(f, "no row passes for value.{value} with this seed"),
            StartError::NoSuchRow(table, key) => {
                write!(f, "a requirement changes {table} {key}, which is not there")
            }
            StartError::SeveralSystems(systems) => write!(
                f,
                "the task is worked in {} at once, and there is one terminal here; play, mcp, eval and the JSON and HTTP doors have one at each",
                systems.join(" and ")
            ),
            StartError::Setup(error) => write!(f, "the setup of the task: {error}"),
            StartError::Fault(part, fault) => write!(f, "{part} of the task: {fault}"),
        }
    }
}

impl std::error::Error for StartError {}
