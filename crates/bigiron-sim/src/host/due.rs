//! Events that are due at a virtual time.

use super::Millis;
use super::effect::Op;
use super::frame::FrameId;
use crate::system::model::JobId;
use std::collections::BTreeMap;

/// Something that happens at its due time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum DueEvent {
    /// The unit of work goes on.
    Resume,
    /// A job runs from this step on.
    Job { job: JobId, step: usize },
    /// A job runs by its schedule, and is scheduled again.
    Scheduled(JobId),
    /// Effects that a wart has put off are applied; if a frame is named, only while it takes keys.
    Later { ops: Vec<Op>, at: Option<FrameId> },
    /// The terminal has been idle for the time after which the system acts.
    Idle,
}

/// Identifies a queued event: its due time, and its number in the order of queueing.
pub(super) type EventId = (Millis, u64);

/// Pending events, ordered by due time and then by the order of queueing.
#[derive(Debug, Clone, Default)]
pub(super) struct DueQueue {
    events: BTreeMap<EventId, DueEvent>,
    /// How many events have been queued so far.
    queued: u64,
}

impl DueQueue {
    /// Queues an event; it happens after those that are queued for the same time already.
    pub fn push(&mut self, due: Millis, event: DueEvent) -> EventId {
        self.queued += 1;
        self.events.insert((due, self.queued), event);
        (due, self.queued)
    }

    /// Takes an event out of the queue, if it is still there.
    pub(super) fn cancel(&mut self, id: EventId) {
        self.events.remove(&id);
    }

    /// The due time of the next event.
    pub fn next_due(&self) -> Option<Millis> {
        self.events.keys().next().map(|(due, _)| *due)
    }

    /// Takes the next event that is due by a time, with its due time.
    pub fn pop(&mut self, by: Millis) -> Option<(Millis, DueEvent)> {
        let next = self.events.first_entry();
        let ((due, _), event) = next.filter(|event| event.key().0 <= by)?.remove_entry();
        Some((due, event))
    }

    /// All pending events with their due times, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Millis, &DueEvent)> {
        self.events.iter().map(|((due, _), event)| (*due, event))
    }
}
