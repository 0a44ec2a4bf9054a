//! Keeps what stands in hidden fields out of a recording: passwords, mostly.
//!
//! A mask follows a session on a terminal of its own, which tells it where hidden fields are. Whatever would be written of their
//! content is replaced by [`MASKED`], character for character, so that everything stays in its place.

use super::EventKind;
use crate::session::{Millis, SessionEvent};
use tn3270::terminal::{Key, Response, Terminal, TerminalOptions};
use tn3270::wire::{Address, CodePage, Inbound, Order, Outbound, StructuredField};

/// What stands for a character of a hidden field.
pub const MASKED: char = '*';

/// Follows a session and replaces what is hidden in it.
#[derive(Debug, Clone)]
pub struct Mask {
    view: Terminal,
    /// Keys typed ahead: where they will land is known when the host has unlocked the keyboard.
    ahead: Vec<(Millis, Key)>,
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
            view: Terminal::new(options),
            ahead: Vec::new(),
        }
    }

    /// What is written of an event, with what was held back before it.
    pub fn pass(&mut self, at: Millis, event: SessionEvent<'_>) -> Vec<(Millis, EventKind)> {
        match event {
            SessionEvent::Key(key) => self.key(at, key),
            SessionEvent::Outbound(outbound) => self.outbound(at, outbound),
            SessionEvent::Inbound(inbound) => {
                let mut bytes = Vec::new();
                self.inbound(inbound).encode(&mut bytes);
                vec![(at, EventKind::Inbound(bytes))]
            }
            SessionEvent::Bind(bind) => {
                match bind {
                    Some(bind) => self.view.bind(bind.screens),
                    None => self.view.unbind(),
                }
                let mut passed = self.release(true);
                passed.push((at, event.into()));
                passed
            }
            SessionEvent::Wait(_) | SessionEvent::State(_) => {
                let mut passed = self.release(true);
                passed.push((at, event.into()));
                passed
            }
        }
    }

    /// What is still held back, when nothing more comes.
    pub fn release(&mut self, hides: bool) -> Vec<(Millis, EventKind)> {
        let ahead = std::mem::take(&mut self.ahead);
        let mask = |key| if hides { masked(key) } else { key };
        let keys = ahead
            .into_iter()
            .map(|(at, key)| (at, EventKind::Keys(vec![mask(key)])));
        keys.collect()
    }

    fn key(&mut self, at: Millis, key: Key) -> Vec<(Millis, EventKind)> {
        let hidden = is_hidden_key(&self.view, key);
        match self.view.press(key) {
            Response::Queued => {
                self.ahead.push((at, key));
                Vec::new()
            }
            _ if hidden => vec![(at, EventKind::Keys(vec![masked(key)]))],
            _ => vec![(at, EventKind::Keys(vec![key]))],
        }
    }

    fn outbound(&mut self, at: Millis, outbound: &Outbound) -> Vec<(Millis, EventKind)> {
        let before = self.view.cursor();
        self.view.apply_without_typeahead(outbound);
        let written = self.hide(outbound, before);
        let shown = self.hidden_text();
        self.view.run_typeahead();
        // Keys typed ahead stand before the write that let them through, as they were pressed before it. Where some went into a
        // hidden field, or still wait, none of them is written as it was.
        let waits = self.view.oia().typed_ahead > 0;
        let mut passed = self.release(waits || self.hidden_text() != shown);
        let mut bytes = Vec::new();
        written.encode(&mut bytes);
        passed.push((at, EventKind::Outbound(bytes)));
        passed
    }

    /// What stands in all hidden fields.
    fn hidden_text(&self) -> Vec<String> {
        let hidden = self.view.fields().filter(|field| field.is_hidden());
        hidden.map(|field| field.text()).collect()
    }

    fn inbound(&self, inbound: &Inbound) -> Inbound {
        let mut masked = inbound.clone();
        match &mut masked {
            Inbound::Modified { fields, .. } | Inbound::TestRequest { fields } => {
                for field in fields {
                    if field.at.is_some_and(|at| is_hidden_at(&self.view, at)) {
                        hide_bytes(&mut field.data);
                    }
                }
            }
            Inbound::Buffer { orders, .. } => self.hide_orders(orders, 0),
            Inbound::Short(_) | Inbound::StructuredField(_) => {}
        }
        masked
    }

    /// A write without the text of fields that are hidden once it is done.
    fn hide(&self, outbound: &Outbound, cursor: Address) -> Outbound {
        let mut hidden = outbound.clone();
        match &mut hidden {
            Outbound::Write { orders, .. } => self.hide_orders(orders, cursor),
            Outbound::EraseWrite { orders, .. } | Outbound::EraseWriteAlternate { orders, .. } => {
                self.hide_orders(orders, 0);
            }
            Outbound::StructuredFields(fields) => {
                for field in fields {
                    if let StructuredField::Outbound3270 { command, .. } = field {
                        **command = self.hide(command, cursor);
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
        hidden
    }

    /// Follows the current address through orders.
    fn hide_orders(&self, orders: &mut [Order], start: Address) {
        let mut at = start;
        for order in orders {
            match order {
                Order::Data(data) => {
                    for byte in data.make_mut() {
                        if is_hidden_at(&self.view, at) {
                            hide_bytes(std::slice::from_mut(byte));
                        }
                        at = self.after(at);
                    }
                }
                Order::SetBufferAddress(to) | Order::EraseUnprotectedToAddress(to) => at = *to,
                Order::RepeatToAddress { to, code, .. } => {
                    if is_hidden_at(&self.view, at) {
                        hide_bytes(std::slice::from_mut(code));
                    }
                    at = *to;
                }
                Order::ProgramTab => {
                    let mut next = self.view.fields().filter(|field| field.is_input());
                    at = next
                        .find(|field| field.start() > at)
                        .map_or(0, |field| field.start());
                }
                Order::GraphicEscape(code) => {
                    if is_hidden_at(&self.view, at) {
                        hide_bytes(std::slice::from_mut(code));
                    }
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

    fn after(&self, at: Address) -> Address {
        let size = self.view.cells().len() as Address;
        if at + 1 >= size { 0 } else { at + 1 }
    }
}

fn masked(key: Key) -> Key {
    match key {
        Key::Char(_) => Key::Char(MASKED),
        key => key,
    }
}

/// Graphics become the mask's; nulls, blanks and controls stay.
fn hide_bytes(bytes: &mut [u8]) {
    let mask = CodePage::CP037.encode_text("*");
    for byte in bytes
        .iter_mut()
        .filter(|byte| **byte > 0x40 && **byte < 0xFF)
    {
        *byte = mask.first().copied().unwrap_or(0x5C);
    }
}
