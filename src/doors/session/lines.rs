//! The lines of a client, each bounded in its length and in the time that it may take.

use std::fmt;
use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};
use tokio::time::timeout;

/// The longest line in bytes.
pub const MAX_LINE: u64 = 64 * 1024;

/// Reads lines.
#[derive(Debug)]
pub struct Lines<R> {
    reader: R,
    patience: Option<Duration>,
}

/// What came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineRead {
    /// A line, with its line feed unless the input ended without one.
    Line(Vec<u8>),
    /// The beginning of one that is read no further.
    Unended(LineError),
    /// Nothing: the input has ended.
    End,
}

/// Why a line is read no further; a predicate of it, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineError {
    /// It is longer than [`MAX_LINE`].
    Overlong,
    /// It took longer than this, from its first byte.
    Late(Duration),
}

impl LineError {
    /// Its kind, for clients that are programs.
    pub fn kind(self) -> &'static str {
        match self {
            LineError::Overlong => "overlong",
            LineError::Late(_) => "late",
        }
    }
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LineError::Overlong => write!(f, "is longer than {MAX_LINE} bytes"),
            LineError::Late(patience) => {
                let seconds = patience.as_secs_f64();
                write!(f, "has not ended {seconds} s after its first byte")
            }
        }
    }
}

impl From<LineError> for io::Error {
    fn from(unended: LineError) -> io::Error {
        let kind = match unended {
            LineError::Overlong => io::ErrorKind::InvalidData,
            LineError::Late(_) => io::ErrorKind::TimedOut,
        };
        io::Error::new(kind, format!("a line {unended}"))
    }
}

impl<R: AsyncBufRead + Unpin> Lines<R> {
    /// Lines that may take as long as they like: of a program or a person on this machine.
    pub fn new(reader: R) -> Lines<R> {
        Lines {
            reader,
            patience: None,
        }
    }

    /// Lines that must end within `patience` of their first byte.
    pub fn within(reader: R, patience: Duration) -> Lines<R> {
        Lines {
            reader,
            patience: Some(patience),
        }
    }

    /// The next line. Between two lines any time may pass.
    pub async fn next(&mut self) -> io::Result<LineRead> {
        if self.reader.fill_buf().await?.is_empty() {
            return Ok(LineRead::End);
        }
        let mut line = Vec::new();
        let mut bounded = (&mut self.reader).take(MAX_LINE + 1);
        let reading = bounded.read_until(b'\n', &mut line);
        match self.patience {
            None => reading.await?,
            Some(patience) => match timeout(patience, reading).await {
                Ok(read) => read?,
                Err(_) => return Ok(LineRead::Unended(LineError::Late(patience))),
            },
        };
        let overlong = line.len() as u64 > MAX_LINE && !line.ends_with(b"\n");
        Ok(match overlong {
            true => LineRead::Unended(LineError::Overlong),
            false => LineRead::Line(line),
        })
    }
}
