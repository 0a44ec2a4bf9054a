//! The state of one field: its text and value, how it looks, and which of these the terminal does not show yet.

use crate::system::model::{FieldStyle, MapField};
use crate::system::picture;
use crate::system::value::{Date, Type, Value};
use smol_str::SmolStr;
use std::iter;
use tn3270::wire::{CodePage, Codes};

/// The code point sent for a character that the code page lacks.
const SUB: u8 = 0x3F;

/// The state of a field as the host knows it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FieldState {
    /// Its text, without trailing blanks: always a [`Value::Text`].
    pub text: Value,
    /// The text as a value of the field's type.
    pub value: Value,
    /// Its style, if not the declared one.
    pub mark: Option<FieldStyle>,
    /// It is protected, though declared as an input field.
    pub guarded: bool,
    /// A rule has filled it since the screen was opened or refreshed: its declared value is not shown.
    pub filled: bool,
    /// The terminal shows another text.
    pub unsent_text: bool,
    /// The terminal shows another style.
    pub unsent_look: bool,
}

impl FieldState {
    /// A field that has just been opened.
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

    /// Sets its text and value, the text written as the field's picture has it.
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

    /// The style it is sent with.
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

    /// Its text as code points, with blanks before it if the field is right-aligned.
    pub fn data(&self, field: &MapField) -> Codes {
        self.codes(field).collect()
    }

    /// As [`FieldState::data`], with nulls up to the field's length.
    pub(super) fn padded_data(&self, field: &MapField) -> Codes {
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

/// The value of a field's text; `None` if that is not of the field's type.
pub(super) fn read(field: &MapField, text: &Value, today: Date) -> Option<Value> {
    match (&field.of, &field.empty) {
        (Type::Text, _) => Some(text.clone()),
        (_, Some(empty)) if text.as_text().trim().is_empty() => Some(empty.clone()),
        (of, _) => picture::read(text.as_text(), of, field.picture.as_ref(), today),
    }
}

/// A text as a field of this length shows it. A number that has no room becomes asterisks: a part of it would be another number.
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
