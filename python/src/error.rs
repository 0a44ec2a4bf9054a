//! Which exception of Python's an error of the gym is.

use bigiron_sim::gym::GymError;
use pyo3::PyErr;
use pyo3::exceptions::{PyIndexError, PyKeyError, PyRuntimeError, PyValueError};

/// The exception for an error.
pub fn raise(error: GymError) -> PyErr {
    let text = error.to_string();
    match error {
        GymError::NoSuchId { .. } | GymError::NoSuchOption { .. } => PyKeyError::new_err(text),
        GymError::Action { .. } => PyIndexError::new_err(text),
        GymError::NotRunning { .. } => PyRuntimeError::new_err(text),
        GymError::Start { .. }
        | GymError::ActionName(_)
        | GymError::Option { .. }
        | GymError::Warts(_)
        | GymError::Buffer { .. }
        | GymError::Snapshot(_) => PyValueError::new_err(text),
    }
}
