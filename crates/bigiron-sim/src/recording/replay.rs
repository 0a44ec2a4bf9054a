//! Shows a recording again, from the file alone.

use super::{EventKind, Recording};
use crate::session::Millis;
use tn3270::terminal::{Key, Terminal};
use tn3270::wire::{Address, Bind, Inbound, InboundField, Order, Outbound, Wcc};

/// A recording, and a terminal in the state after some of its events.
#[derive(Debug, Clone)]
pub struct Player {
    recording: Recording,
    terminal: Terminal,
    shown: usize,
}

impl Player {
    /// A player that stands before the first event.
    pub fn new(recording: Recording) -> Player {
        let terminal = Terminal::new(recording.header.setup.terminal);
        Player {
            recording,
            terminal,
            shown: 0,
        }
    }

    /// The recording.
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// The terminal after the events shown so far.
    pub fn terminal(&self) -> &Terminal {
        &self.terminal
    }

    /// How many events are shown so far.
    pub fn shown(&self) -> usize {
        self.shown
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.recording.events.len()
    }

    /// Whether the recording holds no events.
    pub fn is_empty(&self) -> bool {
        self.recording.events.is_empty()
    }

    /// The time of the last event shown.
    pub fn now(&self) -> Millis {
        self.shown
            .checked_sub(1)
            .and_then(|last| self.recording.events.get(last))
            .map_or(0, |event| event.at)
    }

    /// The time of the next event; none after the last.
    pub fn next_at(&self) -> Option<Millis> {
        self.recording.events.get(self.shown).map(|event| event.at)
    }

    /// The last keys pressed among the events shown.
    pub fn last_keys(&self) -> Option<&[Key]> {
        self.recording
            .events
            .iter()
            .take(self.shown)
            .rev()
            .find_map(|event| match &event.kind {
                EventKind::Keys(keys) => Some(keys.as_slice()),
                _ => None,
            })
    }

    /// Shows the first `events` events, or all if there are fewer. Going back starts again from the first.
    pub fn seek(&mut self, events: usize) {
        if events < self.shown {
            self.terminal = Terminal::new(self.recording.header.setup.terminal);
            self.shown = 0;
        }
        let keyed = self.recording.has_keys();
        for event in self.recording.events.iter().take(events).skip(self.shown) {
            show(&mut self.terminal, &event.kind, keyed);
            self.shown += 1;
        }
    }

    /// Shows every event up to a time.
    pub fn seek_time(&mut self, at: Millis) {
        self.seek(
            self.recording
                .events
                .partition_point(|event| event.at <= at),
        );
    }
}

/// Applies an event to a terminal. In a recording without keys (`keyed` false) the typed text comes from the inbounds.
pub(super) fn show(terminal: &mut Terminal, event: &EventKind, keyed: bool) {
    match event {
        EventKind::Keys(keys) => keys.iter().for_each(|&key| {
            terminal.press(key);
        }),
        EventKind::Outbound(bytes) => {
            if let Ok(outbound) = Outbound::decode(bytes) {
                terminal.apply(&outbound);
            }
        }
        EventKind::Bind(image) => match Bind::decode(image) {
            Some(bind) => terminal.bind(bind.screens),
            None => terminal.unbind(),
        },
        EventKind::Inbound(bytes) if !keyed => {
            if let Ok(Inbound::Modified { cursor, fields, .. }) = Inbound::decode(bytes) {
                terminal.apply(&typed(cursor, fields));
            }
        }
        EventKind::Inbound(_)
        | EventKind::Wait(_)
        | EventKind::State(_)
        | EventKind::Answer(_)
        | EventKind::End(_) => {}
    }
}

/// The write that puts the modified fields and the cursor of an inbound on a terminal.
fn typed(cursor: Address, fields: Vec<InboundField>) -> Outbound {
    let data = fields.into_iter().filter_map(|field| {
        field
            .at
            .map(|at| [Order::SetBufferAddress(at), Order::Data(field.data.into())])
    });
    let orders = data
        .flatten()
        .chain([Order::SetBufferAddress(cursor), Order::InsertCursor])
        .collect();
    Outbound::Write {
        wcc: Wcc::default(),
        orders,
    }
}
