//! The log of one session of a door, which counts what the host writes.

use super::recorder::Recorder;
use bigiron_sim::session::{Log, Millis, SessionEvent};
use tn3270::wire::Outbound;

/// Passes events on and counts the host's writes.
pub(super) struct CountingLog {
    pub(super) inner: Box<dyn Recorder>,
    pub(super) writes: u64,
    /// What the host has sent and a terminal elsewhere has not heard of yet, if there is one.
    pub(super) sent: Option<Vec<Outbound>>,
}

impl Log for CountingLog {
    fn event(&mut self, at: Millis, event: SessionEvent<'_>) {
        if let SessionEvent::Outbound(outbound) = event {
            self.writes += 1;
            self.sent
                .iter_mut()
                .for_each(|sent| sent.push(outbound.clone()));
        }
        self.inner.event(at, event);
    }

    fn wants_state(&self) -> bool {
        self.inner.wants_state()
    }
}

impl CountingLog {
    /// A log that passes events on to a recorder, or to none.
    pub(super) fn new(inner: Option<Box<dyn Recorder>>) -> CountingLog {
        CountingLog {
            inner: inner.unwrap_or_else(|| Box::new(())),
            writes: 0,
            sent: None,
        }
    }

    /// The log of a fork: it begins with what this one holds.
    pub(super) fn fork(&mut self, log: Option<Box<dyn Recorder>>) -> CountingLog {
        let inner = match log {
            None => Box::new(()),
            Some(mut log) => {
                log.go_on_from(self.inner.past());
                log
            }
        };
        CountingLog {
            inner,
            writes: self.writes,
            sent: None,
        }
    }
}
