//! A screen that is open, with the state of its fields.
//!
//! Every answer resets the modified data tags, so that an inbound holds what was typed since, and a field that is not in it is
//! as the host knows it. Keys without data (CLEAR, PA) lose what was typed; their answers paint the whole screen again.

use super::field_state::{FieldState, read};
use super::map::PreparedMap;
use crate::system::model::{FieldId, MapField, Screen, ScreenId};
use crate::system::value::{Date, RowKey, Value};
use std::sync::Arc;
use tn3270::wire::{Address, Aid, CodePage, InboundField};

/// Identifies one opening of a screen within a session.
pub(super) type FrameId = u32;

/// A frame of the stack of open screens: the topmost takes keys, those beneath wait for its return.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub id: FrameId,
    pub screen: ScreenId,
    /// `state.*`.
    pub state: Vec<Value>,
    /// What its fields hold, by field. Shared with the map until one of them changes.
    pub entries: Arc<Vec<FieldState>>,
    /// Keys of all rows of its list, in the list's order.
    pub keys: Arc<Vec<RowKey>>,
    /// The shown page of its list, from 0.
    pub page: usize,
    /// The address of the cursor at the last key.
    pub caret: Option<Address>,
    /// The field that the next answer puts the cursor into.
    pub cursor: Option<FieldId>,
    /// Declared values that must be evaluated before it is painted.
    pub stale: StaleValues,
    /// The key that was answered with warnings, and the rules that gave them, by index.
    pub warned: Option<(Aid, Vec<usize>)>,
}

/// Which declared values must be evaluated again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum StaleValues {
    /// None of them.
    Nothing,
    /// Those of protected fields: the screen was returned to, or its list turned.
    Outputs,
    /// Those of all fields: it was opened or refreshed.
    All,
}

impl Frame {
    pub fn new(id: FrameId, index: ScreenId, screen: &Screen, map: &PreparedMap) -> Frame {
        Frame {
            id,
            screen: index,
            state: screen.state.iter().map(|v| v.initial.clone()).collect(),
            entries: Arc::clone(&map.blank),
            keys: Arc::default(),
            page: 0,
            caret: None,
            cursor: None,
            stale: StaleValues::All,
            warned: None,
        }
    }

    pub fn entry(&self, field: FieldId) -> Option<&FieldState> {
        self.entries.get(field)
    }

    pub(super) fn entry_mut(&mut self, field: FieldId) -> Option<&mut FieldState> {
        Arc::make_mut(&mut self.entries).get_mut(field)
    }

    /// Shows a value in a field.
    pub fn show(&mut self, screen: &Screen, field: FieldId, value: Value, today: Date) {
        if let (Some(model), Some(entry)) = (screen.fields.get(field), self.entry_mut(field)) {
            entry.show(model, value, today);
        }
    }

    /// Takes in the modified fields of an inbound. Returns the fields whose text has changed, each with its state before. Anything
    /// that is no input field of the screen is ignored.
    pub fn receive(
        &mut self,
        screen: &Screen,
        map: &PreparedMap,
        fields: &[InboundField],
        today: Date,
    ) -> Vec<(FieldId, FieldState)> {
        let mut changed = Vec::new();
        for inbound in fields {
            let id = inbound.at.and_then(|at| map.field_at(at));
            let Some((id, field)) = id.and_then(|id| Some((id, screen.fields.get(id)?))) else {
                continue;
            };
            let before = self.receive_field(id, field, &inbound.data, today);
            changed.extend(before.map(|before| (id, before)));
        }
        changed
    }

    /// Takes in what was typed into one field, unless it is protected. Returns its state before if its text has changed.
    fn receive_field(
        &mut self,
        id: FieldId,
        field: &MapField,
        data: &[u8],
        today: Date,
    ) -> Option<FieldState> {
        let entry = self.entry(id)?;
        if entry.look(field).attribute.is_protected() {
            return None;
        }
        let mut typed = characters(data);
        if let Some((end, _)) = typed.char_indices().nth(field.length) {
            typed.truncate(end);
        }
        let text = normalized(field, &typed);
        let before = (entry.text.as_text() != text).then(|| entry.clone());
        let entry = self.entry_mut(id)?;
        entry.unsent_text |= field.right || typed.trim_end() != text;
        if before.is_some() {
            entry.text = Value::text(text);
            entry.value = read(field, &entry.text, today).unwrap_or_else(|| field.of.blank());
        }
        before
    }
}

/// Typed text as the host keeps it: without trailing blanks, in capitals if the field says so.
fn normalized(field: &MapField, typed: &str) -> String {
    let kept = match field.right {
        true => typed.trim(),
        false => typed.trim_end(),
    };
    match field.upper {
        true => kept.chars().map(capital).collect(),
        false => kept.to_owned(),
    }
}

/// The characters of an inbound field, without nulls and attributes; a graphic escape reads as a blank.
fn characters(data: &[u8]) -> String {
    const SA: u8 = 0x28;
    const GE: u8 = 0x08;
    let mut codes = Vec::with_capacity(data.len());
    let mut rest = data;
    while let Some((&code, after)) = rest.split_first() {
        rest = match code {
            SA => after.get(2..).unwrap_or_default(),
            GE => {
                codes.push(0x40);
                after.get(1..).unwrap_or_default()
            }
            0 => after,
            code => {
                codes.push(code);
                after
            }
        };
    }
    CodePage::CP037.decode_text(&codes)
}

/// The capital of a letter, where that is one character.
fn capital(letter: char) -> char {
    if letter.is_ascii() {
        return letter.to_ascii_uppercase();
    }
    let mut upper = letter.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(capital), None) => capital,
        _ => letter,
    }
}
