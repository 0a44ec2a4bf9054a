//! Lines of a recording, written and read side by side. One module a format version; each loads into the one model.

use super::{RecordedEvent, Recording, RecordingHeader};
use crate::session::Millis;
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
    /// The line that is cut, from 1.
    pub line: usize,
    /// How many bytes of it there are.
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

impl Recording {
    /// Reads the bytes of a recording of any format version.
    ///
    /// A last line without its newline that is not a whole event is left out and told of. Everything else that is
    /// not a recording is an error with its line and, where known, its column.
    pub fn parse(bytes: &[u8]) -> Result<(Recording, Option<Truncation>), ParseError> {
        let mut lines = bytes.split_inclusive(|&byte| byte == b'\n').enumerate();
        let first = lines.next().map(|(_, line)| line).unwrap_or_default();
        let header = header(first)?;
        let mut events: Vec<RecordedEvent> = Vec::new();
        let mut before: Millis = 0;
        for (index, line) in lines {
            let number = index + 1;
            let whole = line.ends_with(b"\n");
            match event(line, number) {
                Ok(event) if event.at < before => {
                    let what = format!("time runs backwards: {} ms after {before} ms", event.at);
                    return Err(ParseError {
                        line: number,
                        column: None,
                        what,
                    });
                }
                Ok(event) => {
                    before = event.at;
                    events.push(event);
                }
                Err(_) if !whole => {
                    return Ok((
                        Recording { header, events },
                        Some(Truncation {
                            line: number,
                            bytes: line.len(),
                        }),
                    ));
                }
                Err(error) => return Err(error),
            }
        }
        Ok((Recording { header, events }, None))
    }

    /// The recording as the lines of a file, in the format version that is written today.
    pub fn to_lines(&self) -> String {
        let mut lines = header_line(&self.header);
        self.events
            .iter()
            .for_each(|event| lines.push_str(&event_line(event)));
        lines
    }
}

fn header(line: &[u8]) -> Result<RecordingHeader, ParseError> {
    let not = |what: &str| ParseError {
        line: 1,
        column: None,
        what: what.to_owned(),
    };
    if line.is_empty() {
        return Err(not("the file is empty; a recording begins with its header"));
    }
    let value: Value = match serde_json::from_slice(line) {
        Ok(value) => value,
        Err(_) if line.starts_with(b"{\"bigiron\"") && !line.ends_with(b"\n") => {
            return Err(not("cut within its header: there is nothing to see"));
        }
        Err(_) => {
            return Err(not(
                "not a recording: its first line is not a header ({\"bigiron\":1,...})",
            ));
        }
    };
    match value.get("bigiron").and_then(Value::as_u64) {
        Some(1) => v1::header(line),
        Some(version) if version > FORMAT => Err(not(&format!(
            "recording format {version} is newer than this program, which reads up to {FORMAT}; use a newer bigiron"
        ))),
        Some(version) => Err(not(&format!("there is no recording format {version}"))),
        None => Err(not(
            "not a recording: its first line has no \"bigiron\" (format version)",
        )),
    }
}

fn event(line: &[u8], number: usize) -> Result<RecordedEvent, ParseError> {
    v1::event(line, number)
}

/// A JSON error on this line: serde_json counts lines within the piece it was given, which is one.
fn at(line: usize, error: &serde_json::Error) -> ParseError {
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
