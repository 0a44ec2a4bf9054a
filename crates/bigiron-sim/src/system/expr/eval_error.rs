//! Faults of evaluation.

use std::fmt;

/// Why an evaluation has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvalError {
    /// A number beyond 64 bits, or a date beyond the years 1 to 9999.
    Overflow,
    /// A division by zero.
    DivisionByZero,
    /// Nested quantifiers over more rows than one evaluation may look at.
    Runaway,
    /// The world handed out a value that is not of its declared type.
    Mismatch,
}

impl EvalError {
    /// The abend code that CICS gives such a fault: `ASRA`, a program check, or `AICA`, a runaway task.
    pub fn code(self) -> &'static str {
        match self {
            EvalError::Runaway => "AICA",
            EvalError::Overflow | EvalError::DivisionByZero | EvalError::Mismatch => "ASRA",
        }
    }
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            EvalError::Overflow => "a number is too large",
            EvalError::DivisionByZero => "a division by zero",
            EvalError::Runaway => "an expression looks at too many rows",
            EvalError::Mismatch => "a value is not of its declared type",
        })
    }
}

impl std::error::Error for EvalError {}
