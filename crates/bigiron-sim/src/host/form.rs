//! What the host knows of the fields of a screen.
//!
//! Every answer resets the modified data tags, so that an inbound holds what was typed since, and a field that is not in it is
//! as the host knows it. Keys without data (CLEAR, PA) lose what was typed; their answers paint the whole screen again.

use super::map::PreparedMap;
use crate::system::model::{FieldId, FieldStyle, MapField, Screen, ScreenId};
use crate::system::picture;
use crate::system::value::{Date, RowKey, Type, Value};
use smol_str::SmolStr;
use std::iter;
use std::sync::Arc;
use tn3270::wire::{Address, CodePage, Codes, InboundField};

/// What stands for a character that the code page lacks.
const SUB: u8 = 0x3F;

/// Tells the openings of screens apart.
pub(super) type FrameId = u32;

/// A screen that is open: shown, or waiting beneath another.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub id: FrameId,
    pub screen: ScreenId,
    /// `state.*`.
    pub state: Vec<Value>,
    /// What its fields hold, by field.
    pub entries: Arc<Vec<FieldState>>,
    /// Keys of all rows of its list, in the list's order.
    pub keys: Arc<Vec<RowKey>>,
    /// The page of the list that is shown, from 0.
    pub page: usize,
    /// Where the cursor was at the last key.
    pub caret: Option<Address>,
    /// The field that the cursor is to go to with the next answer.
    pub cursor: Option<FieldId>,
    /// Which declared values are to be worked out before it is painted.
    pub stale: StaleValues,
    /// Which rule's warnings were just given, and to which key.
    pub warned: Option<(tn3270::wire::Aid, Vec<usize>)>,
}

/// Which declared values no longer hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum StaleValues {
    Nothing,
    /// Those of protected fields: the screen was returned to, or its list turned.
    Outputs,
    /// Those of all fields: it was opened or refreshed.
    All,
}

/// What the host knows of one field.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FieldState {
    /// What it shows, without trailing blanks: always a text.
    pub text: Value,
    /// The same as a value of the field's type.
    pub value: Value,
    /// How it looks, if not as declared.
    pub mark: Option<FieldStyle>,
    /// Protected for now.
    pub guarded: bool,
    /// A rule has filled it since the screen was opened or refreshed, so that its declared value waits.
    pub filled: bool,
    /// The terminal shows another text.
    pub unsent_text: bool,
    /// The terminal shows another attribute.
    pub unsent_look: bool,
}

impl FieldState {
    pub fn blank(field: &MapField) -> FieldState {
        let empty = field.empty.clone();
        FieldState {
            text: Value::text(""),
            value: empty.unwrap_or_else(|| field.of.blank()),
            mark: None,
            guarded: false,
            filled: false,
            unsent_text: false,
            unsent_look: false,
        }
    }

    /// Shows a value as its field writes it.
    pub fn show(&mut self, field: &MapField, value: Value, today: Date) {
        let text = match value {
            Value::Text(text) => {
                let text = Value::Text(cut(text, field.length, true));
                if field.of == Type::Text && self.text == text && self.value == text {
                    return;
                }
                self.value = read(field, &text, today).unwrap_or_else(|| field.of.blank());
                text
            }
            other => {
                let text = picture::write(&other, field.picture.as_ref()).into();
                self.value = match other.of() == field.of {
                    true => other,
                    false => field.of.blank(),
                };
                Value::Text(cut(text, field.length, false))
            }
        };
        self.unsent_text |= self.text != text;
        self.text = text;
    }

    /// The attribute it is sent with.
    pub fn look(&self, field: &MapField) -> FieldStyle {
        let look = self.mark.unwrap_or(field.look);
        match self.guarded {
            true => FieldStyle {
                attribute: look.attribute.protected(true),
                ..look
            },
            false => look,
        }
    }

    /// Its text as code points, blanks before it if it stands at the right end.
    pub fn data(&self, field: &MapField) -> Codes {
        self.codes(field).collect()
    }

    /// The same with nulls to the field's end.
    pub fn filled(&self, field: &MapField) -> Codes {
        let nulls = iter::repeat(0);
        self.codes(field).chain(nulls).take(field.length).collect()
    }

    fn codes(&self, field: &MapField) -> impl Iterator<Item = u8> {
        let text = self.text.as_text();
        let room = match field.right {
            true => field.length.saturating_sub(text.chars().count()),
            false => 0,
        };
        let encode = |c| CodePage::CP037.encode(c).unwrap_or(SUB);
        iter::repeat_n(0x40, room).chain(text.chars().map(encode))
    }
}

/// The value of what a field shows; `None` if it is no value of its type.
pub(super) fn read(field: &MapField, text: &Value, today: Date) -> Option<Value> {
    match (&field.of, &field.empty) {
        (Type::Text, _) => Some(text.clone()),
        (_, Some(empty)) if text.as_text().trim().is_empty() => Some(empty.clone()),
        (of, _) => picture::read(text.as_text(), of, field.picture.as_ref(), today),
    }
}

/// Text as a field of this length shows it. A number that has no room is filled with asterisks, as one cut short would lie.
fn cut(text: SmolStr, length: usize, is_text: bool) -> SmolStr {
    let kept = text.trim_end_matches(' ');
    if kept.len() == text.len() && kept.len() <= length {
        return text;
    }
    match kept.char_indices().nth(length) {
        Some(_) if !is_text => "*".repeat(length).into(),
        Some((end, _)) => kept[..end].trim_end_matches(' ').into(),
        None => kept.into(),
    }
}

/// The characters of an inbound field; what stands for attributes is passed over.
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

/// The capital of a letter that has one of one character.
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

    pub fn entry_mut(&mut self, field: FieldId) -> Option<&mut FieldState> {
        Arc::make_mut(&mut self.entries).get_mut(field)
    }

    /// Shows a value in a field.
    pub fn show(&mut self, screen: &Screen, field: FieldId, value: Value, today: Date) {
        if let (Some(model), Some(entry)) = (screen.fields.get(field), self.entry_mut(field)) {
            entry.show(model, value, today);
        }
    }

    /// Takes in what was typed. Gives the fields whose text is another now, with what they held. What is no input field of the
    /// screen is passed over.
    pub fn take(
        &mut self,
        screen: &Screen,
        map: &PreparedMap,
        fields: &[InboundField],
        today: Date,
    ) -> Vec<(FieldId, FieldState)> {
        let mut changed = Vec::new();
        for inbound in fields {
            let Some(id) = inbound.at.and_then(|at| map.field_at(at)) else {
                continue;
            };
            let (Some(field), Some(entry)) = (screen.fields.get(id), self.entry(id)) else {
                continue;
            };
            if entry.look(field).attribute.is_protected() {
                continue;
            }
            let mut raw = characters(&inbound.data);
            if let Some((end, _)) = raw.char_indices().nth(field.length) {
                raw.truncate(end);
            }
            let text = typed(field, &raw);
            let was = (entry.text.as_text() != text).then(|| entry.clone());
            if let Some(entry) = self.entry_mut(id) {
                entry.unsent_text |= field.right || raw.trim_end() != text;
                if let Some(was) = was {
                    entry.text = Value::text(text);
                    entry.value =
                        read(field, &entry.text, today).unwrap_or_else(|| field.of.blank());
                    changed.push((id, was));
                }
            }
        }
        changed
    }
}

/// What was typed as the host takes it: capitals if the field has it so, no trailing blanks.
fn typed(field: &MapField, raw: &str) -> String {
    let kept = match field.right {
        true => raw.trim(),
        false => raw.trim_end(),
    };
    match field.upper {
        true => kept.chars().map(capital).collect(),
        false => kept.to_owned(),
    }
}
