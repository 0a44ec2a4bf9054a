//! One environment for Python.

use crate::buffers::Arrays;
use crate::error::raise;
use crate::picture;
use crate::registry::{options, registry};
use bigiron_sim::gym;
use bigiron_sim::host::Warts;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// One environment. Not for two threads at once: the second gets a RuntimeError.
#[pyclass(module = "bigiron._bigiron")]
pub struct Env {
    env: gym::Env,
    arrays: Option<Arrays>,
}

/// The state of an environment, to come back to in this process.
#[pyclass(module = "bigiron._bigiron", frozen)]
pub struct Snapshot(pub gym::Snapshot);

/// A selection of warts as the command line writes it.
pub fn warts(text: Option<&str>) -> PyResult<Option<Warts>> {
    text.map(|text| {
        let parsed: Result<Warts, _> = text.parse();
        parsed.map_err(|fault| PyValueError::new_err(fault.to_string()))
    })
    .transpose()
}

impl Env {
    /// An environment without arrays.
    pub fn wrap(env: gym::Env) -> Env {
        Env { env, arrays: None }
    }

    /// Shows what there is to see, where arrays are bound.
    fn show(&mut self, all: bool) -> PyResult<()> {
        let Some(arrays) = &mut self.arrays else {
            return Ok(());
        };
        // SAFETY: the interpreter is held, so no other thread of Python's touches the arrays meanwhile.
        let mut seen = unsafe { arrays.observation() };
        match all {
            true => self.env.observe_all(&mut seen),
            false => self.env.observe(&mut seen),
        }
        .map_err(raise)
    }
}

#[pymethods]
impl Env {
    #[new]
    #[pyo3(signature = (id, options=None))]
    fn new(id: &str, options: Option<&Bound<'_, PyDict>>) -> PyResult<Env> {
        let options = self::options(options)?;
        Ok(Env::wrap(registry()?.make(id, options).map_err(raise)?))
    }

    /// Writes observations into these arrays from now on, the whole of the next one.
    fn bind(&mut self, arrays: &Bound<'_, PyDict>) -> PyResult<()> {
        let mut taken = Arrays::new(arrays)?;
        // SAFETY: the interpreter is held.
        let mut seen = unsafe { taken.observation() };
        self.env.observe_all(&mut seen).map_err(raise)?;
        self.arrays = Some(taken);
        Ok(())
    }

    /// Begins an episode.
    #[pyo3(signature = (seed=None, warts=None))]
    fn reset(&mut self, py: Python<'_>, seed: Option<u64>, warts: Option<&str>) -> PyResult<()> {
        let warts = self::warts(warts)?;
        let env = &mut self.env;
        py.detach(|| env.reset(seed, warts.as_ref()))
            .map_err(raise)?;
        self.show(true)
    }

    /// Does an action; gives reward, terminated, truncated.
    fn step(&mut self, action: i64) -> PyResult<(f64, bool, bool)> {
        // What is negative is no action, and is said to be none.
        let action = usize::try_from(action).unwrap_or(usize::MAX);
        let step = self.env.step(action).map_err(raise)?;
        self.show(false)?;
        Ok((step.reward, step.terminated, step.truncated))
    }

    /// Another environment in the same state. It has no arrays.
    fn fork(&self) -> Env {
        Env::wrap(self.env.fork())
    }

    /// The state, to come back to.
    fn snapshot(&self) -> Snapshot {
        Snapshot(self.env.snapshot())
    }

    /// Goes back to a state.
    fn restore(&mut self, snapshot: &Snapshot) -> PyResult<()> {
        self.env.restore(&snapshot.0).map_err(raise)?;
        self.show(true)
    }

    /// Everything that decides the state, as a line of JSON.
    fn save(&self) -> PyResult<String> {
        serde_json::to_string(&self.env.save())
            .map_err(|fault| PyRuntimeError::new_err(fault.to_string()))
    }

    /// Makes an environment again of what `save` gave.
    #[staticmethod]
    fn load(py: Python<'_>, saved: &str) -> PyResult<Env> {
        let saved: gym::Saved = serde_json::from_str(saved)
            .map_err(|fault| PyValueError::new_err(format!("not a saved environment: {fault}")))?;
        let registry = registry()?;
        let env = py.detach(|| registry.load(&saved)).map_err(raise)?;
        Ok(Env::wrap(env))
    }

    /// A hash of everything that decides what happens next.
    fn state_hash(&self) -> u64 {
        self.env.state_hash()
    }

    /// Seed, outcome, keys, time, milestones.
    fn info(&self) -> [i64; gym::INFO] {
        self.env.info().numbers()
    }

    /// What the episode came to, as text, once it is over.
    fn grade(&self) -> Option<String> {
        Some(self.env.grade()?.to_string())
    }

    /// The goal in words.
    #[getter]
    fn goal(&self) -> &str {
        self.env.goal()
    }

    /// The values that the goal tells.
    #[getter]
    fn tokens(&self) -> Vec<&str> {
        let world = self.env.world();
        world.map_or_else(Vec::new, |world| {
            world
                .tokens()
                .iter()
                .map(|token| token.text.as_str())
                .collect()
        })
    }

    /// What stands in the answer line.
    #[getter]
    fn answer(&self) -> &str {
        self.env.answer()
    }

    /// Its id.
    #[getter]
    fn id(&self) -> &str {
        self.env.spec().id()
    }

    /// What each action is, in order.
    #[getter]
    fn actions(&self) -> Vec<String> {
        let actions = self.env.spec().options().actions.iter();
        actions.map(ToString::to_string).collect()
    }

    /// Rows, columns, actions.
    #[getter]
    fn shape(&self) -> (usize, usize, usize) {
        let shape = self.env.shape();
        (shape.rows, shape.columns, shape.actions)
    }

    /// The screen as text, a line a row, the operator information area below.
    fn text(&self) -> Vec<String> {
        self.env
            .session()
            .map_or_else(Vec::new, |session| picture::text(session.terminal()))
    }

    /// The screen as text with the colours of a 3279, for terminals that know ECMA-48.
    fn ansi(&self) -> String {
        self.env
            .session()
            .map_or_else(String::new, |session| picture::ansi(session.terminal()))
    }

    /// The screen as pixels: height, width, and RGB bytes row after row. Written into `to`, which is as large.
    fn paint(&self, to: &Bound<'_, PyAny>) -> PyResult<()> {
        picture::paint(self.env.session(), self.env.shape(), to)
    }
}
