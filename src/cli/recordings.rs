//! Reading the files of recordings.

use std::fs;
use std::path::Path;

use super::Error;
use bigiron_sim::recording::{Recording, Truncation};

/// Reads a recording; and where it is cut off, if it is.
pub fn read(file: &Path) -> Result<(Recording, Option<Truncation>), Error> {
    let bytes = fs::read(file)
        .map_err(|cause| Error::input(format!("cannot read {}", file.display())).because(&cause))?;
    Recording::parse(&bytes)
        .map_err(|cause| Error::input(format!("{} cannot be used", file.display())).because(&cause))
}
