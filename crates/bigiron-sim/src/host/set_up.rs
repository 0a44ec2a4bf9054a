//! Tables that are changed before any session is opened.

use super::abend::AbendCause;
use super::effect_run::EffectRun;
use super::table::{Table, WriteError};
use super::{Host, Region};
use crate::system::expr::EvalError;
use crate::system::model::{Effect, System};
use crate::system::value::{RowKey, Value};
use std::fmt;
use std::sync::Arc;

/// Why tables cannot be set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetUpError {
    /// An expression has no value.
    Eval(EvalError),
    /// A row that is to be changed is not there: the name of its table, its key.
    Absent(String, RowKey),
    /// A row has the key of another: the name of its table, the key.
    Duplicate(String, RowKey),
    /// An effect that is no change of a table asks for an abend; the code.
    Abend(String),
}

impl fmt::Display for SetUpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SetUpError::Eval(error) => write!(f, "{error}"),
            SetUpError::Absent(table, key) => write!(f, "there is no {table} {key:?}"),
            SetUpError::Duplicate(table, key) => write!(f, "{table} {key:?} is there already"),
            SetUpError::Abend(code) => write!(f, "abend {code}"),
        }
    }
}

impl Region {
    /// A region of a system that has the screens of this one, and its tables with those of further regions after them.
    pub fn joint(&self, system: &Arc<System>, further: &[Region]) -> Region {
        let further = further.iter().flat_map(|region| region.tables.iter());
        Region {
            system: Arc::clone(system),
            tables: self.tables.iter().chain(further).cloned().collect(),
            lists: Arc::default(),
            ..self.clone()
        }
    }

    /// The tables as these effects leave them, each of which sees what those before it did, as in a job. `session` stands for
    /// the session variables.
    pub fn set_up(&self, effects: &[Effect], session: &[Value]) -> Result<Vec<Table>, SetUpError> {
        let mut host = Host {
            session: session.to_vec(),
            ..Host::new(self)
        };
        match EffectRun::of_set_up(&mut host).perform(effects) {
            Ok(_) => Ok(host.tables),
            Err(cause) => Err(self.set_up_error(cause)),
        }
    }

    fn set_up_error(&self, cause: AbendCause) -> SetUpError {
        let name = |table: usize| {
            let table = self.system.tables.get(table);
            table.map_or_else(String::new, |table| table.name.clone())
        };
        match cause {
            AbendCause::Code(code) => SetUpError::Abend(code),
            AbendCause::Eval(error) => SetUpError::Eval(error),
            AbendCause::Write(table, key, WriteError::Absent) => {
                SetUpError::Absent(name(table), key)
            }
            AbendCause::Write(table, key, WriteError::Duplicate) => {
                SetUpError::Duplicate(name(table), key)
            }
        }
    }
}
