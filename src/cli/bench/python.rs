//! Figures that the Python package measures itself.

use super::{Figure, Unit};
use crate::cli::Error;
use std::process::Command;

/// The output of `python -m bigiron.bench --json`.
#[derive(serde::Deserialize)]
struct PythonFigures {
    figures: Vec<Rate>,
}

/// Steps a second.
#[derive(serde::Deserialize)]
struct Rate {
    name: String,
    value: f64,
}

/// Runs `python -m bigiron.bench` of an interpreter for the environment of this id.
pub(super) fn figures(interpreter: &str, id: &str, seconds: f64) -> Result<Vec<Figure>, Error> {
    let failed = |why: &str| {
        Error::input(format!("{interpreter} -m bigiron.bench {id}: {why}"))
            .hint("install the package into that interpreter: `pip install .` in the repository")
    };
    let mut command = Command::new(interpreter);
    command.args(["-m", "bigiron.bench", id, "--json", "--seconds"]);
    let done = command.arg(seconds.to_string()).output();
    let done = done.map_err(|cause| failed("cannot be run").because(&cause))?;
    if !done.status.success() {
        let complaint = String::from_utf8_lossy(&done.stderr);
        let complaint = complaint.trim_end();
        return Err(failed(&format!("{}\n{complaint}", done.status)));
    }
    let measured: PythonFigures = serde_json::from_slice(&done.stdout)
        .map_err(|cause| failed("its figures cannot be read").because(&cause))?;
    let figures = measured.figures.into_iter().map(|rate| Figure {
        name: rate.name,
        value: rate.value,
        p99: None,
        unit: Unit::PerSecond,
    });
    Ok(figures.collect())
}
