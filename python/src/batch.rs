//! Environments stepped together for Python.

use crate::buffers::Arrays;
use crate::env::{Snapshot, warts};
use crate::error::raise;
use crate::registry::{options, registry};
use bigiron_sim::gym::{Autoreset, BatchEnv};
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::{PyIndexError, PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::Arc;
use std::thread::available_parallelism;

/// Environments of one task that step together. Not for two threads at once: the second gets a RuntimeError.
#[pyclass(module = "bigiron._bigiron")]
pub struct Batch {
    batch: BatchEnv,
    arrays: Option<Arrays>,
    threads: usize,
    /// The process whose threads the pool has: after a fork(2) they are not there.
    process: u32,
}

fn pool(threads: usize) -> PyResult<Option<Arc<ThreadPool>>> {
    let threads = match threads {
        0 => available_parallelism().map_or(1, usize::from),
        chosen => chosen,
    };
    if threads == 1 {
        return Ok(None);
    }
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map(|pool| Some(Arc::new(pool)))
        .map_err(|fault| PyRuntimeError::new_err(format!("no threads to step on: {fault}")))
}

impl Batch {
    /// Makes the pool again in a process that was forked off.
    fn own_threads(&mut self) -> PyResult<()> {
        let process = std::process::id();
        if self.process != process {
            // The old pool waits for threads that this process does not have; it is left alone.
            std::mem::forget(self.batch.take_pool());
            self.batch.set_pool(pool(self.threads)?);
            self.process = process;
        }
        Ok(())
    }

    fn bound(arrays: &mut Option<Arrays>) -> PyResult<&mut Arrays> {
        arrays
            .as_mut()
            .ok_or_else(|| PyRuntimeError::new_err("no arrays are bound: call bind first"))
    }
}

#[pymethods]
impl Batch {
    /// `threads`: 0 is one a core, 1 the caller's own.
    #[new]
    #[pyo3(signature = (id, envs, options=None, autoreset="next_step", threads=1))]
    fn new(
        id: &str,
        envs: usize,
        options: Option<&Bound<'_, PyDict>>,
        autoreset: &str,
        threads: usize,
    ) -> PyResult<Batch> {
        let options = self::options(options)?;
        let mut batch = registry()?.make_batch(id, envs, options).map_err(raise)?;
        batch.set_autoreset(match autoreset {
            "next_step" => Autoreset::NextStep,
            "same_step" => Autoreset::SameStep,
            "disabled" => Autoreset::Disabled,
            other => {
                return Err(PyValueError::new_err(format!(
                    "autoreset is `{other}`: next_step, same_step or disabled is expected"
                )));
            }
        });
        batch.set_pool(pool(threads)?);
        Ok(Batch {
            batch,
            arrays: None,
            threads,
            process: std::process::id(),
        })
    }

    /// Writes into these arrays from now on. They are the batch's while it steps: another thread of Python's that reads them
    /// meanwhile sees a mixture.
    fn bind(&mut self, arrays: &Bound<'_, PyDict>) -> PyResult<()> {
        let mut taken = Arrays::new(arrays)?;
        // SAFETY: the interpreter is held.
        let seen = unsafe { taken.observation() };
        self.batch.observe_all(seen).map_err(raise)?;
        self.arrays = Some(taken);
        Ok(())
    }

    /// Begins episodes. `seeds`: one an environment or none at all, where each goes on with its own row of episodes; `which`:
    /// one truth an environment, or none for all.
    #[pyo3(signature = (seeds=Vec::new(), which=Vec::new(), warts=None))]
    fn reset(
        &mut self,
        py: Python<'_>,
        seeds: Vec<Option<u64>>,
        which: Vec<bool>,
        warts: Option<&str>,
    ) -> PyResult<()> {
        self.own_threads()?;
        let warts = self::warts(warts)?;
        let which: Vec<u8> = which.into_iter().map(u8::from).collect();
        let batch = &mut self.batch;
        let arrays = Batch::bound(&mut self.arrays)?;
        // SAFETY: the arrays are the batch's while it works, as `bind` says; nobody else has a `&mut` to this batch.
        let buffers = unsafe { arrays.buffers() };
        py.detach(|| batch.reset(&seeds, &which, warts.as_ref(), buffers))
            .map_err(raise)
    }

    /// One action each, from an array of int64.
    fn step(&mut self, py: Python<'_>, actions: &Bound<'_, PyAny>) -> PyResult<()> {
        self.own_threads()?;
        let actions = PyBuffer::<i64>::get(actions)
            .and_then(|actions| actions.to_vec(py))
            .map_err(|cause| {
                PyTypeError::new_err(format!("actions must be an array of int64: {cause}"))
            })?;
        let batch = &mut self.batch;
        let arrays = Batch::bound(&mut self.arrays)?;
        // SAFETY: as in `reset`.
        let buffers = unsafe { arrays.buffers() };
        py.detach(|| batch.step(&actions, buffers)).map_err(raise)
    }

    /// A copy of one environment.
    fn fork(&self, env: usize) -> PyResult<crate::env::Env> {
        Ok(crate::env::Env::wrap(self.one(env)?.fork()))
    }

    /// The state of one environment.
    fn snapshot(&self, env: usize) -> PyResult<Snapshot> {
        Ok(Snapshot(self.one(env)?.snapshot()))
    }

    /// Takes one environment back to a state.
    fn restore(&mut self, env: usize, snapshot: &Snapshot) -> PyResult<()> {
        let count = self.batch.len();
        let one = self.batch.env_mut(env).ok_or_else(|| no_env(env, count))?;
        one.restore(&snapshot.0).map_err(raise)?;
        if let Some(arrays) = &mut self.arrays {
            // SAFETY: the interpreter is held.
            let seen = unsafe { arrays.observation() };
            self.batch.observe_all(seen).map_err(raise)?;
        }
        Ok(())
    }

    /// The state hash of each environment.
    fn state_hashes(&self) -> Vec<u64> {
        self.batch
            .envs()
            .iter()
            .map(|env| env.state_hash())
            .collect()
    }

    /// The goal of one environment in words.
    fn goal(&self, env: usize) -> PyResult<&str> {
        Ok(self.one(env)?.goal())
    }

    /// What each action is, in order.
    #[getter]
    fn actions(&self) -> Vec<String> {
        let actions = self.batch.spec().options().actions.iter();
        actions.map(ToString::to_string).collect()
    }

    /// Rows, columns, actions.
    #[getter]
    fn shape(&self) -> (usize, usize, usize) {
        let shape = self.batch.shape();
        (shape.rows, shape.columns, shape.actions)
    }

    fn __len__(&self) -> usize {
        self.batch.len()
    }
}

impl Batch {
    fn one(&self, env: usize) -> PyResult<&bigiron_sim::gym::Env> {
        let envs = self.batch.envs();
        envs.get(env).ok_or_else(|| no_env(env, envs.len()))
    }
}

fn no_env(env: usize, count: usize) -> PyErr {
    PyIndexError::new_err(format!(
        "there is no environment {env}: the batch has {count}, from 0"
    ))
}
