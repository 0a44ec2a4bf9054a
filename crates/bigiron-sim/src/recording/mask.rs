//! Keeps the content of hidden fields, passwords mostly, out of a recording.
//!
//! A mask follows the session on a terminal of its own, so it knows where hidden fields are. It replaces their content by
//! [`MASKED`], character for character, so that everything stays in its place.

use super::EventKind;
use crate::session::{Millis, SessionEvent};
use tn3270::terminal::{Key, Response, Terminal, TerminalOptions};
use tn3270::wire::{Address, Inbound, Order, Outbound, StructuredField};

/// The character that replaces one of a hidden field.
pub const MASKED: char = '*';

/// Follows a session and masks its events.
#[derive(Debug, Clone)]
pub struct Mask {
    terminal: Terminal,
    /// Keys typed ahead: which fields they go into is known only when the host has unlocked the keyboard.
    typed_ahead: Vec<(Millis, Key)>,
}

/// Whether a key that is pressed now would put a character into a hidden field.
pub fn is_hidden_key(terminal: &Terminal, key: Key) -> bool {
    let hidden = || {
        let field = terminal.field_at(terminal.cursor());
        field.is_some_and(|field| field.is_hidden())
    };
    matches!(key, Key::Char(_) | Key::Dup | Key::FieldMark) && hidden()
}

/// Whether an address lies in a hidden field, behind its attribute byte.
pub fn is_hidden_at(terminal: &Terminal, at: Address) -> bool {
    let field = terminal.field_at(at);
    field.is_some_and(|field| field.is_hidden() && field.attribute_address != at)
}

impl Mask {
    /// A mask for a session with a terminal of this setup.
    pub fn new(options: TerminalOptions) -> Mask {
        Mask {
            terminal: Terminal::new(options),
            typed_ahead: Vec::new(),
        }
    }

    /// The events to write for an event: those that were held back, then this one. Nothing if it is held back itself.
    pub fn pass(&mut self, at: Millis, event: SessionEvent<'_>) -> Vec<(Millis, EventKind)> {
        match event {
            SessionEvent::Key(key) => self.key(at, key),
            SessionEvent::Outbound(outbound) => self.outbound(at, outbound),
            SessionEvent::Inbound(inbound) => {
                let mut bytes = Vec::new();
                self.masked_inbound(inbound).encode(&mut bytes);
                vec![(at, EventKind::Inbound(bytes))]
            }
            SessionEvent::Bind(bind) => {
                match bind {
                    Some(bind) => self.terminal.bind(bind.screens),
                    None => self.terminal.unbind(),
                }
                self.after_flush(at, event)
            }
            SessionEvent::Wait(_) | SessionEvent::State(_) => self.after_flush(at, event),
        }
    }

    /// Gives up the keys that are held back, all of them masked.
    pub fn flush(&mut self) -> Vec<(Millis, EventKind)> {
        self.release(masked)
    }

    fn release(&mut self, written: impl Fn(Key) -> Key) -> Vec<(Millis, EventKind)> {
        let held = std::mem::take(&mut self.typed_ahead).into_iter();
        held.map(|(at, key)| (at, EventKind::Keys(vec![written(key)])))
            .collect()
    }

    fn after_flush(&mut self, at: Millis, event: SessionEvent<'_>) -> Vec<(Millis, EventKind)> {
        let mut events = self.flush();
        events.push((at, event.into()));
        events
    }

    fn key(&mut self, at: Millis, key: Key) -> Vec<(Millis, EventKind)> {
        let hidden = is_hidden_key(&self.terminal, key);
        match self.terminal.press(key) {
            Response::Queued => {
                self.typed_ahead.push((at, key));
                Vec::new()
            }
            _ if hidden => vec![(at, EventKind::Keys(vec![masked(key)]))],
            _ => vec![(at, EventKind::Keys(vec![key]))],
        }
    }

    fn outbound(&mut self, at: Millis, outbound: &Outbound) -> Vec<(Millis, EventKind)> {
        let before = self.terminal.cursor();
        self.terminal.apply_without_typeahead(outbound);
        let written = self.masked_write(outbound, before);
        let shown = self.hidden_text();
        self.terminal.run_typeahead();
        // Keys typed ahead come before the write that let them through, as they were pressed before it. If some went into a hidden
        // field, or still wait, all of them are masked.
        let waits = self.terminal.oia().typed_ahead > 0;
        let mut events = match waits || self.hidden_text() != shown {
            true => self.flush(),
            false => self.release(|key| key),
        };
        let mut bytes = Vec::new();
        written.encode(&mut bytes);
        events.push((at, EventKind::Outbound(bytes)));
        events
    }

    /// The texts of all hidden fields.
    fn hidden_text(&self) -> Vec<String> {
        let hidden = self.terminal.fields().filter(|field| field.is_hidden());
        hidden.map(|field| field.text()).collect()
    }

    /// An inbound with the text of hidden fields masked.
    fn masked_inbound(&self, inbound: &Inbound) -> Inbound {
        let mut masked = inbound.clone();
        match &mut masked {
            Inbound::Modified { fields, .. } | Inbound::TestRequest { fields } => {
                for field in fields {
                    if field.at.is_some_and(|at| is_hidden_at(&self.terminal, at)) {
                        hide_bytes(&mut field.data);
                    }
                }
            }
            Inbound::Buffer { orders, .. } => self.hide_orders(orders, 0),
            Inbound::Short(_) | Inbound::StructuredField(_) => {}
        }
        masked
    }

    /// A write with the text masked that goes into fields which are hidden afterwards.
    fn masked_write(&self, outbound: &Outbound, cursor: Address) -> Outbound {
        let mut masked = outbound.clone();
        match &mut masked {
            Outbound::Write { orders, .. } => self.hide_orders(orders, cursor),
            Outbound::EraseWrite { orders, .. } | Outbound::EraseWriteAlternate { orders, .. } => {
                self.hide_orders(orders, 0);
            }
            Outbound::StructuredFields(fields) => {
                for field in fields {
                    if let StructuredField::Outbound3270 { command, .. } = field {
                        **command = self.masked_write(command, cursor);
                    }
                }
            }
            Outbound::Bare(_)
            | Outbound::EraseAllUnprotected
            | Outbound::ReadBuffer
            | Outbound::ReadModified
            | Outbound::ReadModifiedAll
            | Outbound::NoOperation => {}
        }
        masked
    }

    /// Masks what orders write into hidden fields, beginning at an address.
    fn hide_orders(&self, orders: &mut [Order], start: Address) {
        let mut at = start;
        for order in orders {
            match order {
                Order::Data(data) => {
                    for byte in data.make_mut() {
                        self.hide_byte(at, byte);
                        at = self.after(at);
                    }
                }
                Order::SetBufferAddress(to) | Order::EraseUnprotectedToAddress(to) => at = *to,
                Order::RepeatToAddress { to, code, .. } => {
                    self.hide_byte(at, code);
                    at = *to;
                }
                Order::ProgramTab => at = self.next_input(at),
                Order::GraphicEscape(code) => {
                    self.hide_byte(at, code);
                    at = self.after(at);
                }
                Order::StartField(_) | Order::StartFieldExtended(_) | Order::ModifyField(_) => {
                    at = self.after(at);
                }
                Order::SetAttribute(..)
                | Order::InsertCursor
                | Order::Unknown(_)
                | Order::Malformed(_) => {}
            }
        }
    }

    /// Masks a byte that is written at an address, if that lies in a hidden field.
    fn hide_byte(&self, at: Address, byte: &mut u8) {
        if is_hidden_at(&self.terminal, at) {
            hide_bytes(std::slice::from_mut(byte));
        }
    }

    /// The start of the next input field behind an address; 0 if there is none.
    fn next_input(&self, at: Address) -> Address {
        let mut inputs = self.terminal.fields().filter(|field| field.is_input());
        let next = inputs.find(|field| field.start() > at);
        next.map_or(0, |field| field.start())
    }

    /// The address after this one, round the end of the buffer.
    fn after(&self, at: Address) -> Address {
        let size = self.terminal.cells().len() as Address;
        if at + 1 >= size { 0 } else { at + 1 }
    }
}

fn masked(key: Key) -> Key {
    match key {
        Key::Char(_) => Key::Char(MASKED),
        key => key,
    }
}

/// Replaces graphics by [`MASKED`]; nulls, blanks and controls stay.
fn hide_bytes(bytes: &mut [u8]) {
    /// [`MASKED`] in EBCDIC.
    const MASK: u8 = 0x5C;
    for byte in bytes {
        if (0x41..0xFF).contains(byte) {
            *byte = MASK;
        }
    }
}
