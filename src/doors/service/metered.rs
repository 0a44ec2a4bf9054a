//! A recording as a server keeps it.

use std::io;
use std::sync::Arc;

use super::{Level, Notice, Service, Ticket};
use crate::doors::station::Recorder;
use bigiron_sim::recording::Past;
use bigiron_sim::session::{Event, Log, Millis};

/// A recording that counts what passes, tells the operator when it fails, and is ended however the session ends.
pub(super) struct Metered {
    inner: Box<dyn Recorder>,
    service: Arc<Service>,
    notice: Notice,
    last: Millis,
    ended: bool,
}

impl Metered {
    /// Begins a recording; the session goes on without one that cannot be begun.
    pub fn begin(ticket: &Ticket, begun: io::Result<Box<dyn Recorder>>) -> Metered {
        let service = Arc::clone(&ticket.service);
        let notice = Notice {
            level: Level::Error,
            door: Some(ticket.door),
            number: Some(ticket.number),
            peer: ticket.peer,
            message: String::new(),
        };
        service.metrics.opened.up();
        service.metrics.sessions.up();
        let mut metered = Metered {
            inner: Box::new(()),
            service,
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
    fn event(&mut self, at: Millis, event: Event<'_>) {
        match event {
            Event::Inbound(_) => self.service.metrics.inbound.up(),
            Event::Outbound(_) => self.service.metrics.outbound.up(),
            Event::Key(_) | Event::Bind(_) | Event::Wait(_) | Event::State(_) => {}
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

    fn past(&mut self) -> io::Result<Past> {
        self.inner.past()
    }

    fn go_on_from(&mut self, past: io::Result<Past>) {
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
