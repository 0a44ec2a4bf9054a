//! The caller's arrays as slices.

use bigiron_sim::gym::{Buffers, Observation};
use pyo3::buffer::{Element, PyBuffer};
use pyo3::exceptions::{PyKeyError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// An array of the caller's that is written into: contiguous, writable, of elements of one type, or left out.
///
/// While it is held the exporter keeps the memory where it is (PEP 3118).
pub struct Array<T: Element>(Option<PyBuffer<T>>);

impl<T: Element> Array<T> {
    fn get(arrays: &Bound<'_, PyDict>, name: &str, type_name: &str) -> PyResult<Array<T>> {
        let Some(array) = arrays.get_item(name)? else {
            return Ok(Array(None));
        };
        let buffer = PyBuffer::<T>::get(&array).map_err(|cause| {
            PyTypeError::new_err(format!(
                "the buffer `{name}` must be an array of {type_name}: {cause}"
            ))
        })?;
        if buffer.readonly() {
            return Err(PyValueError::new_err(format!(
                "the buffer `{name}` cannot be written: a writable array is expected"
            )));
        }
        if buffer.as_slice_ptr().is_none() {
            return Err(PyValueError::new_err(format!(
                "the buffer `{name}` is not contiguous: an array in C order is expected"
            )));
        }
        Ok(Array(Some(buffer)))
    }

    /// Its memory, from the first byte up to the one behind the last.
    fn span(&self) -> Option<(usize, usize)> {
        let slice = self.0.as_ref()?.as_slice_ptr()?;
        let start = slice.cast::<u8>().as_ptr() as usize;
        Some((start, start + slice.len() * size_of::<T>()))
    }

    /// # Safety
    ///
    /// Nobody else may read or write the memory while the slice lives.
    unsafe fn slice(&mut self) -> &mut [T] {
        match self.0.as_ref().and_then(PyBuffer::as_slice_ptr) {
            // SAFETY: the buffer is held, contiguous and writable; that it is ours alone is the caller's word.
            Some(mut slice) => unsafe { slice.as_mut() },
            None => &mut [],
        }
    }
}

/// Arrays for the observations of one environment or of a batch.
pub struct Seen {
    planes: Array<u8>,
    status: Array<i32>,
    answer: Array<u8>,
    goal: Array<u8>,
    tokens: Array<u8>,
    mask: Array<u8>,
}

const SEEN: [&str; 6] = ["planes", "status", "answer", "goal", "tokens", "mask"];

impl Seen {
    /// The arrays of a dictionary, whose names begin with `prefix`.
    fn new(arrays: &Bound<'_, PyDict>, prefix: &str) -> PyResult<Seen> {
        let bytes = |name: &str| Array::get(arrays, &format!("{prefix}{name}"), "uint8");
        Ok(Seen {
            planes: bytes("planes")?,
            status: Array::get(arrays, &format!("{prefix}status"), "int32")?,
            answer: bytes("answer")?,
            goal: bytes("goal")?,
            tokens: bytes("tokens")?,
            mask: bytes("mask")?,
        })
    }

    fn spans(&self) -> impl Iterator<Item = Option<(usize, usize)>> {
        let bytes = [
            &self.planes,
            &self.answer,
            &self.goal,
            &self.tokens,
            &self.mask,
        ];
        bytes
            .map(Array::span)
            .into_iter()
            .chain([self.status.span()])
    }

    /// # Safety
    ///
    /// As [`Array::slice`].
    unsafe fn observation(&mut self) -> Observation<'_> {
        // SAFETY: the caller's word; that no two arrays overlap was checked when they were taken.
        unsafe {
            Observation {
                planes: self.planes.slice(),
                status: self.status.slice(),
                answer: self.answer.slice(),
                goal: self.goal.slice(),
                tokens: self.tokens.slice(),
                mask: self.mask.slice(),
            }
        }
    }
}

/// Arrays that steps write into.
pub struct Arrays {
    seen: Seen,
    rewards: Array<f64>,
    terminated: Array<u8>,
    truncated: Array<u8>,
    info: Array<i64>,
    last: Seen,
    last_info: Array<i64>,
}

impl Arrays {
    /// Takes the arrays of a dictionary: of observations `planes`, `answer`, `goal`, `tokens`, `mask` (uint8) and `status`
    /// (int32); of steps `rewards` (float64), `terminated`, `truncated` (uint8) and `info` (int64); all of observations and
    /// `info` again with the prefix `last_`.
    pub fn new(arrays: &Bound<'_, PyDict>) -> PyResult<Arrays> {
        known(arrays)?;
        let taken = Arrays {
            seen: Seen::new(arrays, "")?,
            rewards: Array::get(arrays, "rewards", "float64")?,
            terminated: Array::get(arrays, "terminated", "uint8")?,
            truncated: Array::get(arrays, "truncated", "uint8")?,
            info: Array::get(arrays, "info", "int64")?,
            last: Seen::new(arrays, "last_")?,
            last_info: Array::get(arrays, "last_info", "int64")?,
        };
        taken.apart()?;
        Ok(taken)
    }

    /// No two arrays may lie over each other.
    fn apart(&self) -> PyResult<()> {
        let bytes = [&self.terminated, &self.truncated];
        let numbers = [&self.info, &self.last_info];
        let mut spans: Vec<(usize, usize)> = self
            .seen
            .spans()
            .chain(self.last.spans())
            .chain(bytes.map(Array::span))
            .chain(numbers.map(Array::span))
            .chain([self.rewards.span()])
            .flatten()
            .filter(|(from, to)| from < to)
            .collect();
        spans.sort_unstable();
        match spans.windows(2).any(|pair| pair[0].1 > pair[1].0) {
            true => Err(PyValueError::new_err(
                "two buffers share memory: each needs an array of its own",
            )),
            false => Ok(()),
        }
    }

    /// # Safety
    ///
    /// Nobody else may read or write the arrays while this lives.
    pub unsafe fn observation(&mut self) -> Observation<'_> {
        // SAFETY: the caller's word.
        unsafe { self.seen.observation() }
    }

    /// # Safety
    ///
    /// As [`Arrays::observation`].
    pub unsafe fn buffers(&mut self) -> Buffers<'_> {
        // SAFETY: the caller's word; no two of the arrays overlap.
        unsafe {
            Buffers {
                observation: self.seen.observation(),
                rewards: self.rewards.slice(),
                terminated: self.terminated.slice(),
                truncated: self.truncated.slice(),
                info: self.info.slice(),
                last: self.last.observation(),
                last_info: self.last_info.slice(),
            }
        }
    }
}

fn known(arrays: &Bound<'_, PyDict>) -> PyResult<()> {
    for name in arrays.keys() {
        let name: String = name.extract()?;
        let bare = name.strip_prefix("last_").unwrap_or(&name);
        let step = ["rewards", "terminated", "truncated"].contains(&name.as_str());
        if !step && bare != "info" && !SEEN.contains(&bare) {
            return Err(PyKeyError::new_err(format!("there is no buffer `{name}`")));
        }
    }
    Ok(())
}
