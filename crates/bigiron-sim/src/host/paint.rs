//! Paints: whole screens, windows over them, and changes of what is shown.

use super::Host;
use super::abend::AbendCause;
use super::field_state::FieldState;
use super::frame::{Frame, StaleValues};
use super::map::{MapPiece, PreparedMap, start_field};
use super::view::today;
use crate::system::model::{FieldStyle, MapField, Screen};
use crate::system::value::Value;
use std::sync::Arc;
use tn3270::wire::{CodePage, Order, Outbound, Wcc};

impl Host {
    /// Sends the screen.
    pub(super) fn send(&mut self, wcc: Wcc) -> Result<(), AbendCause> {
        self.unseen = false;
        if self.abended.is_some() {
            self.paint_abend();
            return Ok(());
        }
        let Some(top) = self.top() else { return Ok(()) };
        for at in 0..top {
            if self.frames[at].stale != StaleValues::Nothing {
                self.refresh(at)?;
            }
        }
        self.refresh(top)?;
        self.show_message(top);
        let alarm = self.unit.as_ref().is_some_and(|unit| unit.alarm);
        let wcc = Wcc { alarm, ..wcc };
        let outbound = self.painted(wcc);
        self.outbox.push_back(outbound);
        self.shown = self.frames.iter().map(|frame| frame.id).collect();
        self.frames.iter_mut().for_each(sent);
        Ok(())
    }

    /// Frees the keyboard; the screen is painted at the next key.
    pub(super) fn send_nothing(&mut self) -> Result<(), AbendCause> {
        let Some(top) = self.top() else { return Ok(()) };
        self.refresh(top)?;
        self.show_message(top);
        self.outbox.push_back(Outbound::Write {
            wcc: Wcc::RESTORE,
            orders: Vec::new(),
        });
        self.shown.clear();
        self.unseen = true;
        Ok(())
    }

    fn show_message(&mut self, top: usize) {
        let Some(text) = self.unit.as_mut().and_then(|unit| unit.message.take()) else {
            return;
        };
        let system = Arc::clone(&self.region.system);
        let today = today(&system, self.now);
        let frame = &mut self.frames[top];
        let screen = &system.screens[frame.screen];
        if let Some(field) = screen.message {
            frame.show(screen, field, Value::text(text), today);
        }
    }

    /// The shortest write that brings the terminal from what it shows to the open screens.
    fn painted(&self, wcc: Wcc) -> Outbound {
        let is_window = |frame: &Frame| self.screen(frame).window.is_some();
        let same = self.frames.iter().zip(&self.shown);
        let same = same.take_while(|(frame, id)| frame.id == **id).count();
        let (below, above) = self.frames.split_at(same);
        if !self.shown.is_empty() && same == self.shown.len() && above.iter().all(is_window) {
            return Outbound::Write {
                wcc,
                orders: match above {
                    [] => self.changes(),
                    windows => self.windows_over(below, windows),
                },
            };
        }
        self.whole(wcc)
    }

    /// The topmost full screen and the windows over it.
    fn whole(&self, wcc: Wcc) -> Outbound {
        let mut frames = self.frames.iter();
        let base = frames.rposition(|frame| self.screen(frame).window.is_none());
        let layers = &self.frames[base.unwrap_or(0)..];
        let room = layers.iter().map(|frame| self.map(frame).orders);
        let mut orders = Vec::with_capacity(room.sum::<usize>() + 2);
        for (n, frame) in layers.iter().enumerate() {
            self.layer(frame, n + 1 == layers.len(), &mut orders);
        }
        self.place_cursor(true, &mut orders);
        match layers
            .first()
            .is_some_and(|frame| self.screen(frame).alternate)
        {
            true => Outbound::EraseWriteAlternate { wcc, orders },
            false => Outbound::EraseWrite { wcc, orders },
        }
    }

    /// One screen or window; what lies beneath another takes no input.
    fn layer(&self, frame: &Frame, top: bool, orders: &mut Vec<Order>) {
        let (screen, map) = (self.screen(frame), self.map(frame));
        for piece in &map.pieces {
            match piece {
                MapPiece::Fixed(fixed) => orders.extend_from_slice(fixed),
                MapPiece::Field(id) => {
                    if let (Some(field), Some(entry)) = (screen.fields.get(*id), frame.entry(*id)) {
                        paint_field(map, screen, field, entry, top, orders);
                    }
                }
            }
        }
    }

    /// Windows over what is shown: the fields beneath are protected.
    fn windows_over(&self, below: &[Frame], windows: &[Frame]) -> Vec<Order> {
        let mut orders = Vec::with_capacity(64);
        if let Some(frame) = below.last() {
            let screen = self.screen(frame);
            for id in &self.map(frame).inputs {
                if let (Some(field), Some(entry)) = (screen.fields.get(*id), frame.entry(*id)) {
                    orders.push(Order::SetBufferAddress(field.at));
                    orders.push(start_field(&covered(entry.look(field))));
                    if entry.unsent_text {
                        orders.push(Order::Data(entry.padded_data(field)));
                    }
                }
            }
        }
        for (n, frame) in windows.iter().enumerate() {
            self.layer(frame, n + 1 == windows.len(), &mut orders);
        }
        self.place_cursor(true, &mut orders);
        orders
    }

    /// What changed of the screen that is shown.
    fn changes(&self) -> Vec<Order> {
        let mut orders = Vec::new();
        let Some(frame) = self.frames.last() else {
            return orders;
        };
        let (screen, map) = (self.screen(frame), self.map(frame));
        for (field, entry) in screen.fields.iter().zip(frame.entries.iter()) {
            if entry.unsent_look {
                orders.push(Order::SetBufferAddress(field.at));
                orders.push(start_field(&entry.look(field)));
            } else if entry.unsent_text {
                orders.push(Order::SetBufferAddress(map.data(field)));
            }
            if entry.unsent_text {
                orders.push(Order::Data(entry.padded_data(field)));
            }
        }
        self.place_cursor(false, &mut orders);
        orders
    }

    /// The cursor goes where the rule said; on a screen painted anew, else where it was, or where the map has it.
    fn place_cursor(&self, anew: bool, orders: &mut Vec<Order>) {
        let Some(frame) = self.frames.last() else {
            return;
        };
        let (screen, map) = (self.screen(frame), self.map(frame));
        let data = |id: usize| screen.fields.get(id).map(|field| map.data(field));
        let mut at = frame.cursor.and_then(data);
        if anew {
            let declared = screen.cursor.or(map.inputs.first().copied());
            let size = (screen.rows * screen.columns) as u16;
            let caret = frame.caret.filter(|at| *at < size);
            at = at.or(caret).or_else(|| declared.and_then(data));
        }
        if let Some(at) = at {
            orders.extend([Order::SetBufferAddress(at), Order::InsertCursor]);
        }
    }

    /// The bare screen: no fields, the keyboard free.
    fn paint_abend(&mut self) {
        let mut orders = Vec::new();
        for (row, line) in self.abended.iter().flatten().take(24).enumerate() {
            let line: String = line.chars().take(80).collect();
            orders.push(Order::SetBufferAddress((row * 80) as u16));
            orders.push(Order::Data(CodePage::CP037.encode_text(&line).into()));
        }
        orders.push(Order::InsertCursor);
        self.outbox.push_back(Outbound::EraseWrite {
            wcc: Wcc::RESTORE,
            orders,
        });
        self.shown.clear();
    }

    /// Writes a text over the message field of the screen that is shown; the keyboard stays as it is.
    pub(super) fn broadcast(&mut self, text: String) {
        let system = Arc::clone(&self.region.system);
        let maps = Arc::clone(&self.region.maps);
        let today = today(&system, self.now);
        let is_shown = self.shown.last() == self.frames.last().map(|frame| &frame.id);
        let Some(frame) = self.frames.last_mut() else {
            return;
        };
        let (screen, map) = (&system.screens[frame.screen], &maps[frame.screen]);
        let Some(id) = screen.message else { return };
        frame.show(screen, id, Value::text(text), today);
        if !is_shown || self.abended.is_some() {
            return;
        }
        if let (Some(field), Some(entry)) = (screen.fields.get(id), frame.entry_mut(id)) {
            entry.unsent_text = false;
            let at = map.data(field);
            self.outbox.push_back(Outbound::Write {
                wcc: Wcc {
                    format: 0x40,
                    ..Wcc::default()
                },
                orders: vec![
                    Order::SetBufferAddress(at),
                    Order::Data(entry.padded_data(field)),
                ],
            });
        }
    }
}

fn paint_field(
    map: &PreparedMap,
    screen: &Screen,
    field: &MapField,
    entry: &FieldState,
    top: bool,
    orders: &mut Vec<Order>,
) {
    let look = entry.look(field);
    orders.push(Order::SetBufferAddress(field.at));
    orders.push(start_field(&if top { look } else { covered(look) }));
    // A window has something beneath; an erased screen has nulls already, so that there is room to insert.
    let data = match screen.window {
        Some(_) => entry.padded_data(field),
        None => entry.data(field),
    };
    if !data.is_empty() {
        orders.push(Order::Data(data));
    }
    if let Some(end) = &field.end {
        orders.push(Order::SetBufferAddress(map.end(field)));
        orders.push(start_field(end));
    }
}

/// The look of a field beneath a window.
fn covered(look: FieldStyle) -> FieldStyle {
    FieldStyle {
        attribute: look.attribute.protected(true).mdt(false),
        ..look
    }
}

/// Notes that the terminal shows the state of this frame.
fn sent(frame: &mut Frame) {
    frame.cursor = None;
    let unsent = |entry: &FieldState| entry.unsent_text || entry.unsent_look;
    if frame.entries.iter().any(unsent) {
        for entry in Arc::make_mut(&mut frame.entries) {
            entry.unsent_text = false;
            entry.unsent_look = false;
        }
    }
}
