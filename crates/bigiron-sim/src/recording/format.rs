//! The lines of a recording. Each format version is a module that reads its lines into the one model; the newest also writes.

use super::{RecordedEvent, Recording, RecordingHeader};
use serde_json::Value;
use std::fmt;

mod v1;

/// The format version that is written.
pub const FORMAT: u64 = 1;

pub(super) use v1::{event_line, header_line};

/// Why a text is not a recording, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// The line, from 1.
    pub line: usize,
    /// The byte within the line, from 1, where that is known.
    pub column: Option<usize>,
    /// What is wrong there.
    pub what: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.column {
            Some(column) => write!(f, "line {}, column {column}: {}", self.line, self.what),
            None => write!(f, "line {}: {}", self.line, self.what),
        }
    }
}

impl std::error::Error for ParseError {}

/// A recording that ends within a line: its writer was killed, or the file is still being copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truncation {
    /// The incomplete line, from 1.
    pub line: usize,
    /// The bytes of it that are there.
    pub bytes: usize,
}

impl fmt::Display for Truncation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "cut within line {} ({} bytes of it); everything before it is whole",
            self.line, self.bytes
        )
    }
}

/// A format version that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    V1,
}

impl Version {
    /// The version of the recording that begins with this line.
    fn of(first: &[u8]) -> Result<Version, ParseError> {
        if first.is_empty() {
            return Err(not_a_header(
                "the file is empty; a recording begins with its header",
            ));
        }
        let value: Value = match serde_json::from_slice(first) {
            Ok(value) => value,
            Err(_) if first.starts_with(b"{\"bigiron\"") && !first.ends_with(b"\n") => {
                return Err(not_a_header(
                    "cut within its header: there is nothing to see",
                ));
            }
            Err(_) => {
                return Err(not_a_header(
                    "not a recording: its first line is not a header ({\"bigiron\":1,...})",
                ));
            }
        };
        match value.get("bigiron").and_then(Value::as_u64) {
            Some(1) => Ok(Version::V1),
            Some(version) if version > FORMAT => Err(not_a_header(&format!(
                "recording format {version} is newer than this program, which reads up to {FORMAT}; use a newer bigiron"
            ))),
            Some(version) => Err(not_a_header(&format!(
                "there is no recording format {version}"
            ))),
            None => Err(not_a_header(
                "not a recording: its first line has no \"bigiron\" (format version)",
            )),
        }
    }

    fn header(self, line: &[u8]) -> Result<RecordingHeader, ParseError> {
        match self {
            Version::V1 => v1::header(line),
        }
    }

    fn event(self, line: &[u8], number: usize) -> Result<RecordedEvent, ParseError> {
        match self {
            Version::V1 => v1::event(line, number),
        }
    }
}

impl Recording {
    /// Reads the bytes of a recording of any format version.
    ///
    /// A last line that has no newline and is not a whole event is left out, and returned as a [`Truncation`]. Everything else
    /// that is not a recording is an error with its line and, where known, its column.
    pub fn parse(bytes: &[u8]) -> Result<(Recording, Option<Truncation>), ParseError> {
        let mut lines = bytes.split_inclusive(|&byte| byte == b'\n').zip(1..);
        let first = lines.next().map(|(line, _)| line).unwrap_or_default();
        let version = Version::of(first)?;
        let mut recording = Recording {
            header: version.header(first)?,
            events: Vec::new(),
        };
        for (line, number) in lines {
            match version.event(line, number) {
                Ok(event) => recording.append(event, number)?,
                Err(_) if !line.ends_with(b"\n") => {
                    let truncation = Truncation {
                        line: number,
                        bytes: line.len(),
                    };
                    return Ok((recording, Some(truncation)));
                }
                Err(error) => return Err(error),
            }
        }
        Ok((recording, None))
    }

    /// Adds the event of a line; an error if it is earlier than the event before it.
    fn append(&mut self, event: RecordedEvent, line: usize) -> Result<(), ParseError> {
        let before = self.events.last().map_or(0, |event| event.at);
        if event.at < before {
            return Err(ParseError {
                line,
                column: None,
                what: format!("time runs backwards: {} ms after {before} ms", event.at),
            });
        }
        self.events.push(event);
        Ok(())
    }

    /// The recording as the lines of a file, in the newest format version.
    pub fn to_lines(&self) -> String {
        let mut lines = header_line(&self.header);
        self.events
            .iter()
            .for_each(|event| lines.push_str(&event_line(event)));
        lines
    }
}

fn not_a_header(what: &str) -> ParseError {
    ParseError {
        line: 1,
        column: None,
        what: what.to_owned(),
    }
}

/// A JSON error on this line of the file; serde_json counts lines within the single line it is given.
fn json_error(line: usize, error: &serde_json::Error) -> ParseError {
    let text = error.to_string();
    let what = text
        .split(" at line ")
        .next()
        .unwrap_or_default()
        .to_owned();
    ParseError {
        line,
        column: Some(error.column()).filter(|&column| column > 0),
        what,
    }
}

#[cfg(test)]
mod tests;
