//! The log of a session: a recording in a file, or none.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use bigiron_sim::recording::{RecordingPrefix, Writer};
use bigiron_sim::session::{Log, Millis};

/// A log that a door keeps for one session, in whatever task the session runs.
pub trait Recorder: Log + Send {
    /// The work at a task was said to be done, with this answer.
    fn answer(&mut self, at: Millis, answer: Option<&str>);
    /// The session is over, and why.
    fn end(&mut self, at: Millis, reason: &str);
    /// The fault that keeps the log from going on, once.
    fn take_error(&mut self) -> Option<io::Error>;
    /// What it holds so far, for the log of a fork. Nothing of a log that is not kept.
    fn past(&mut self) -> io::Result<RecordingPrefix> {
        Ok(RecordingPrefix::default())
    }
    /// Begins with what the log of another session held when this one was forked from it; without that it is not kept.
    fn go_on_from(&mut self, _past: io::Result<RecordingPrefix>) {}
}

impl Recorder for () {
    fn answer(&mut self, _: Millis, _: Option<&str>) {}

    fn end(&mut self, _: Millis, _: &str) {}

    fn take_error(&mut self) -> Option<io::Error> {
        None
    }
}

impl Recorder for Writer<File> {
    fn answer(&mut self, at: Millis, answer: Option<&str>) {
        Writer::answer(self, at, answer);
    }

    fn end(&mut self, at: Millis, reason: &str) {
        Writer::end(self, at, reason);
    }

    fn take_error(&mut self) -> Option<io::Error> {
        Writer::take_error(self)
    }

    fn past(&mut self) -> io::Result<RecordingPrefix> {
        self.flush();
        let file = self.sink();
        let mut bytes = vec![0; usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX)];
        file.read_exact_at(&mut bytes, 0)?;
        Writer::past(self, bytes)
    }

    fn go_on_from(&mut self, past: io::Result<RecordingPrefix>) {
        Writer::go_on_from(self, past);
    }
}
