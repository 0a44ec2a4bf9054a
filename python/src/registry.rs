//! The shipped systems and their tasks, loaded once a process.

use crate::error::raise;
use bigiron_sim::gym::{EnvOptions, Registry, RegistryEntry};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::OnceLock;

/// Every task of the shipped systems.
pub fn registry() -> PyResult<&'static Registry> {
    static REGISTRY: OnceLock<Result<Registry, String>> = OnceLock::new();
    let loaded = REGISTRY.get_or_init(|| Registry::shipped().map_err(|faults| faults.to_string()));
    loaded
        .as_ref()
        .map_err(|fault| PyRuntimeError::new_err(fault.clone()))
}

/// Options from Python's: text, numbers and truth values by name.
pub fn options(given: Option<&Bound<'_, PyDict>>) -> PyResult<EnvOptions> {
    let mut options = EnvOptions::default();
    for (name, value) in given.into_iter().flatten() {
        let value = value.str()?.to_string();
        options
            .set(&name.extract::<String>()?, &value)
            .map_err(raise)?;
    }
    Ok(options)
}

/// Every task, as a dictionary each: id, system, task, title, drill, tier, keys, time, warts, train, test, answer.
#[pyfunction]
pub fn tasks(py: Python<'_>) -> PyResult<Vec<Bound<'_, PyDict>>> {
    registry()?
        .entries()
        .iter()
        .map(|entry| describe(py, entry))
        .collect()
}

fn describe<'py>(py: Python<'py>, entry: &RegistryEntry) -> PyResult<Bound<'py, PyDict>> {
    let task = entry.task();
    let of = PyDict::new(py);
    of.set_item("id", entry.id())?;
    of.set_item("system", &entry.suite().system().id)?;
    of.set_item("task", &task.id)?;
    of.set_item("title", &task.title)?;
    of.set_item("drill", &task.drill)?;
    of.set_item("tier", task.tier)?;
    of.set_item("keys", task.budget.keys)?;
    of.set_item("time", task.budget.time)?;
    let warts: Vec<String> = task.warts.iter().map(ToString::to_string).collect();
    of.set_item("warts", warts)?;
    of.set_item("train", (task.train.first, task.train.last))?;
    of.set_item("test", (task.test.first, task.test.last))?;
    of.set_item("answer", task.report.is_some())?;
    Ok(of)
}
