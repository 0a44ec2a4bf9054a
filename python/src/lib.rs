//! The gym of bigiron as a Python extension module, `bigiron._bigiron`: environments and batches of them, whose observations
//! are written into the caller's arrays with the interpreter set free.
//!
//! The Gymnasium side (spaces, registration, wrappers) is Python and stands on this.

mod batch;
mod buffers;
mod env;
mod error;
mod picture;
mod registry;

use bigiron_sim::gym;
use pyo3::prelude::*;

/// The gym of bigiron: environments of screens, and batches of them.
#[pymodule]
fn _bigiron(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("INFO", gym::INFO)?;
    module.add("ANSWER", gym::ANSWER)?;
    module.add("GOAL", gym::GOAL)?;
    module.add("TOKENS", gym::TOKENS)?;
    module.add("TOKEN", gym::TOKEN)?;
    module.add("STATUS", gym::status::COLUMNS)?;
    module.add("TERMINALS", gym::TERMINALS)?;
    module.add("OPTIONS", gym::EnvOptions::NAMES)?;
    module.add("CELL", picture::CELL)?;
    module.add_class::<env::Env>()?;
    module.add_class::<env::Snapshot>()?;
    module.add_class::<batch::Batch>()?;
    module.add_function(wrap_pyfunction!(registry::tasks, module)?)
}
