//! Writes the events of a running session as the lines of a recording.

use super::format::{event_line, header_line};
use super::mask::Mask;
use super::{EventKind, RecordedEvent, RecordingHeader};
use crate::session::{Log, Millis, SessionEvent};
use std::io::{self, Write};
use tn3270::terminal::Key;

/// A log that writes each event as a line and flushes it.
///
/// Keys pressed at one moment share a line, which is written before anything that follows from them, so that a killed process
/// loses nothing that the host saw. A sink that fails ends the recording, never the session: see [`Writer::take_error`].
pub struct Writer<W: Write> {
    sink: W,
    mask: Option<Mask>,
    /// Keys of one moment that are not written yet.
    keys: Vec<Key>,
    keys_at: Millis,
    /// The sink has failed, and nothing more is written to it.
    failed: bool,
    error: Option<io::Error>,
}

/// The events of a recording up to the fork of its session: the recording of the fork begins with them.
#[derive(Debug, Clone, Default)]
pub struct RecordingPrefix {
    /// The lines of its events.
    lines: String,
    mask: Option<Mask>,
}

impl<W: Write> Writer<W> {
    /// Begins a recording and writes its header at once. The header says whether hidden fields are masked.
    pub fn new(sink: W, header: &RecordingHeader) -> Writer<W> {
        let mut writer = Writer {
            sink,
            mask: header.masked.then(|| Mask::new(header.setup.terminal)),
            keys: Vec::new(),
            keys_at: 0,
            failed: false,
            error: None,
        };
        writer.put(&header_line(header));
        writer
    }

    /// Writes the keys that are held back. A door calls it when it goes idle.
    pub fn flush(&mut self) {
        let held = self.mask.as_mut().map(Mask::flush);
        for (at, kind) in held.into_iter().flatten() {
            self.take(at, kind);
        }
        self.flush_keys();
    }

    fn flush_keys(&mut self) {
        if !self.keys.is_empty() {
            let keys = std::mem::take(&mut self.keys);
            self.put(&event_line(&RecordedEvent {
                at: self.keys_at,
                kind: EventKind::Keys(keys),
            }));
        }
    }

    /// Records that the attempt at the task was ended, with this answer.
    pub fn answer(&mut self, at: Millis, answer: Option<&str>) {
        self.write(at, EventKind::Answer(answer.map(str::to_owned)));
    }

    /// Records that the session is closed.
    pub fn end(&mut self, at: Millis, reason: &str) {
        self.write(at, EventKind::End(reason.to_owned()));
    }

    /// The sink.
    pub fn sink(&self) -> &W {
        &self.sink
    }

    /// The recording so far, for that of a fork; `written` is the content of the sink. An error if the recording is incomplete.
    pub fn past(&self, written: Vec<u8>) -> io::Result<RecordingPrefix> {
        let whole = String::from_utf8(written).ok().filter(|_| !self.failed);
        let whole =
            whole.ok_or_else(|| io::Error::other("what it goes on from was not recorded"))?;
        let lines = whole.split_once('\n').map_or("", |(_, lines)| lines);
        Ok(RecordingPrefix {
            lines: lines.to_owned(),
            mask: self.mask.clone(),
        })
    }

    /// Begins with the events of another recording. With an error instead of them, nothing is recorded.
    pub fn go_on_from(&mut self, past: io::Result<RecordingPrefix>) {
        match past {
            Ok(past) => {
                self.put(&past.lines);
                if self.mask.is_some() {
                    self.mask = past.mask;
                }
            }
            Err(error) => {
                self.failed = true;
                self.error = Some(error);
            }
        }
    }

    /// The error that ended the recording; it is returned once.
    pub fn take_error(&mut self) -> Option<io::Error> {
        self.error.take()
    }

    /// Holds keys back; writes everything else, after them.
    fn take(&mut self, at: Millis, kind: EventKind) {
        match kind {
            EventKind::Keys(keys) => {
                if at != self.keys_at {
                    self.flush_keys();
                }
                self.keys_at = at;
                self.keys.extend(keys);
            }
            other => {
                self.flush_keys();
                self.put(&event_line(&RecordedEvent { at, kind: other }));
            }
        }
    }

    fn write(&mut self, at: Millis, kind: EventKind) {
        self.flush();
        self.put(&event_line(&RecordedEvent { at, kind }));
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
    fn event(&mut self, at: Millis, event: SessionEvent<'_>) {
        match &mut self.mask {
            None => self.take(at, event.into()),
            Some(mask) => {
                for (at, kind) in mask.pass(at, event) {
                    self.take(at, kind);
                }
            }
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
