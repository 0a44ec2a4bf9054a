//! Why a unit of work is undone.

use super::table::WriteError;
use crate::system::expr::{EvalError, TableId};
use crate::system::value::RowKey;

/// Why a unit of work ends early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AbendCause {
    /// A limit was reached, or an effect asks for it: the abend code.
    Code(String),
    /// An expression has no value.
    Eval(EvalError),
    /// The row with this key cannot be written.
    Write(TableId, RowKey, WriteError),
}

impl AbendCause {
    /// The abend code.
    pub fn code(&self) -> &str {
        match self {
            AbendCause::Code(code) => code,
            AbendCause::Eval(error) => error.code(),
            AbendCause::Write(_, _, WriteError::Absent) => "NOTFND",
            AbendCause::Write(_, _, WriteError::Duplicate) => "DUPREC",
        }
    }
}

impl From<EvalError> for AbendCause {
    fn from(error: EvalError) -> AbendCause {
        AbendCause::Eval(error)
    }
}
