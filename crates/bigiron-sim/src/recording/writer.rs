//! Turns the events of a running session into the lines of a recording.

use super::format::{event_line, header_line};
use super::mask::Mask;
use super::{EventKind, RecordedEvent, RecordingHeader};
use crate::session::{self, Log, Millis};
use std::io::{self, Write};
use tn3270::terminal::Key;

/// A log that writes each event as a line and flushes it.
///
/// Keys pressed at one moment gather in one line, which is written before anything that follows from them, so that a
/// killed process loses nothing that the host saw. A sink that fails ends the recording, never the session: the
/// error waits in [`Writer::take_error`].
pub struct Writer<W: Write> {
    sink: W,
    mask: Option<Mask>,
    keys: Vec<Key>,
    keys_at: Millis,
    failed: bool,
    error: Option<io::Error>,
}

/// What a recording held when its session was forked: another one goes on from there.
#[derive(Debug, Clone, Default)]
pub struct RecordingPrefix {
    /// The lines of its events.
    lines: String,
    mask: Option<Mask>,
}

impl<W: Write> Writer<W> {
    /// Begins a recording: its header is written at once, and says whether hidden fields are masked in what follows.
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

    /// Writes what has gathered. A door calls it when it goes idle.
    pub fn flush(&mut self) {
        let held = self.mask.as_mut().map(|mask| mask.release(true));
        for (at, what) in held.into_iter().flatten() {
            self.take(at, what);
        }
        self.flush_keys();
    }

    fn flush_keys(&mut self) {
        if !self.keys.is_empty() {
            let keys = std::mem::take(&mut self.keys);
            self.put(&event_line(&RecordedEvent {
                at: self.keys_at,
                what: EventKind::Keys(keys),
            }));
        }
    }

    /// The work at a task was said to be done, with this answer.
    pub fn answer(&mut self, at: Millis, answer: Option<&str>) {
        self.write(at, EventKind::Answer(answer.map(str::to_owned)));
    }

    /// The session is over.
    pub fn end(&mut self, at: Millis, reason: &str) {
        self.write(at, EventKind::End(reason.to_owned()));
    }

    /// Where it is written to.
    pub fn sink(&self) -> &W {
        &self.sink
    }

    /// What it holds so far; `written` is what has reached the sink, flushed. An error if that is not all there was.
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

    /// Begins with what another recording held; without that it is none.
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

    /// The error that ended the recording, once.
    pub fn take_error(&mut self) -> Option<io::Error> {
        self.error.take()
    }

    /// Keys gather; everything else is written after them.
    fn take(&mut self, at: Millis, what: EventKind) {
        match what {
            EventKind::Keys(keys) => {
                if at != self.keys_at {
                    self.flush_keys();
                }
                self.keys_at = at;
                self.keys.extend(keys);
            }
            other => {
                self.flush_keys();
                self.put(&event_line(&RecordedEvent { at, what: other }));
            }
        }
    }

    fn write(&mut self, at: Millis, what: EventKind) {
        self.flush();
        self.put(&event_line(&RecordedEvent { at, what }));
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
    fn event(&mut self, at: Millis, event: session::SessionEvent<'_>) {
        match &mut self.mask {
            None => self.take(at, event.into()),
            Some(mask) => {
                for (at, what) in mask.pass(at, event) {
                    self.take(at, what);
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
