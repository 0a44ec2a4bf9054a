//! A recording as a server keeps it.

use std::io;
use std::sync::Arc;

use super::{OperatorNotice, Service};
use crate::doors::session::recorder::Recorder;
use bigiron_sim::recording::RecordingPrefix;
use bigiron_sim::session::{Log, Millis, SessionEvent};

/// A recording that counts what passes, tells the operator when it fails, and is ended however the session ends.
pub(super) struct Metered {
    inner: Box<dyn Recorder>,
    service: Arc<Service>,
    notice: OperatorNotice,
    last: Millis,
    ended: bool,
}

impl Metered {
    /// Begins a recording; the session goes on without one that cannot be begun.
    pub fn begin(
        service: &Arc<Service>,
        notice: OperatorNotice,
        begun: io::Result<Box<dyn Recorder>>,
    ) -> Metered {
        service.metrics.opened.up();
        service.metrics.sessions.up();
        let mut metered = Metered {
            inner: Box::new(()),
            service: Arc::clone(service),
            notice,
            last: 0,
            ended: false,
        };
        match begun {
            Ok(inner) => metered.inner = inner,
            Err(error) => metered.failed(&error),
        }
        metered.check();
        metered
    }

    fn failed(&mut self, error: &io::Error) {
        self.service.metrics.recording_faults.up();
        self.notice.message = format!("the session is not recorded further: {error}");
        (self.service.report)(&self.notice);
    }

    fn check(&mut self) {
        if let Some(error) = self.inner.take_error() {
            self.failed(&error);
        }
    }
}

impl Log for Metered {
    fn event(&mut self, at: Millis, event: SessionEvent<'_>) {
        match event {
            SessionEvent::Inbound(_) => self.service.metrics.inbound.up(),
            SessionEvent::Outbound(_) => self.service.metrics.outbound.up(),
            SessionEvent::Key(_)
            | SessionEvent::Bind(_)
            | SessionEvent::Wait(_)
            | SessionEvent::State(_) => {}
        }
        self.last = at;
        self.inner.event(at, event);
        self.check();
    }

    fn wants_state(&self) -> bool {
        self.inner.wants_state()
    }
}

impl Recorder for Metered {
    fn answer(&mut self, at: Millis, answer: Option<&str>) {
        self.last = at;
        self.inner.answer(at, answer);
        self.check();
    }

    fn end(&mut self, at: Millis, reason: &str) {
        if !self.ended {
            self.ended = true;
            self.inner.end(at, reason);
            self.check();
        }
    }

    fn take_error(&mut self) -> Option<io::Error> {
        None
    }

    fn past(&mut self) -> io::Result<RecordingPrefix> {
        self.inner.past()
    }

    fn go_on_from(&mut self, past: io::Result<RecordingPrefix>) {
        self.inner.go_on_from(past);
        self.check();
    }
}

impl Drop for Metered {
    fn drop(&mut self) {
        self.end(self.last, "the server ended it");
        self.service.metrics.sessions.down();
    }
}
