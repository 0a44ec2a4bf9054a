//! Turns the events of a running session into the lines of a recording.

use super::format::{event_line, header_line};
use super::{Event, Header, What};
use crate::session::{self, Log, Millis};
use crate::terminal::Key;
use std::io::{self, Write};

/// A log that writes each event as a line and flushes it.
///
/// Keys pressed at one moment gather in one line, which is written before anything that follows from them, so that a
/// killed process loses nothing that the host saw. A sink that fails ends the recording, never the session: the
/// error waits in [`Writer::take_error`].
pub struct Writer<W: Write> {
    sink: W,
    keys: Vec<Key>,
    keys_at: Millis,
    failed: bool,
    error: Option<io::Error>,
}

impl<W: Write> Writer<W> {
    /// Begins a recording: its header is written at once.
    pub fn new(sink: W, header: &Header) -> Writer<W> {
        let mut writer = Writer {
            sink,
            keys: Vec::new(),
            keys_at: 0,
            failed: false,
            error: None,
        };
        writer.put(&header_line(header));
        writer
    }

    /// Writes what has gathered. A door calls it when it goes idle.
    pub fn flush(&mut self) {
        if !self.keys.is_empty() {
            let keys = std::mem::take(&mut self.keys);
            self.put(&event_line(&Event {
                at: self.keys_at,
                what: What::Keys(keys),
            }));
        }
    }

    /// The work at a task was said to be done, with this answer.
    pub fn answer(&mut self, at: Millis, answer: Option<&str>) {
        self.write(at, What::Answer(answer.map(str::to_owned)));
    }

    /// The session is over.
    pub fn end(&mut self, at: Millis, reason: &str) {
        self.write(at, What::End(reason.to_owned()));
    }

    /// The error that ended the recording, once.
    pub fn take_error(&mut self) -> Option<io::Error> {
        self.error.take()
    }

    fn write(&mut self, at: Millis, what: What) {
        self.flush();
        self.put(&event_line(&Event { at, what }));
    }

    fn put(&mut self, line: &str) {
        if self.failed {
            return;
        }
        if let Err(error) = self
            .sink
            .write_all(line.as_bytes())
            .and_then(|()| self.sink.flush())
        {
            self.failed = true;
            self.error = Some(error);
        }
    }
}

impl<W: Write> Log for Writer<W> {
    fn event(&mut self, at: Millis, event: session::Event<'_>) {
        match event {
            session::Event::Key(key) => {
                if at != self.keys_at {
                    self.flush();
                }
                self.keys_at = at;
                self.keys.push(key);
            }
            other => self.write(at, other.into()),
        }
    }
}

impl<W: Write> Drop for Writer<W> {
    fn drop(&mut self) {
        self.flush();
    }
}

#[cfg(test)]
mod tests;
