//! Which exception of Python's an error of the gym is.

use bigiron_sim::gym::Error;
use pyo3::PyErr;
use pyo3::exceptions::{PyIndexError, PyKeyError, PyRuntimeError, PyValueError};

/// The exception for an error.
pub fn raise(error: Error) -> PyErr {
    let text = error.to_string();
    match error {
        Error::NoSuchId { .. } | Error::NoSuchOption { .. } => PyKeyError::new_err(text),
        Error::Action { .. } => PyIndexError::new_err(text),
        Error::NotRunning { .. } => PyRuntimeError::new_err(text),
        Error::Start { .. }
        | Error::ActionName(_)
        | Error::Option { .. }
        | Error::Warts(_)
        | Error::Buffer { .. }
        | Error::Snapshot(_) => PyValueError::new_err(text),
    }
}
