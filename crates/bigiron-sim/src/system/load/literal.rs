//! Literal values of definition files: types, durations, dates, cells, attributes.

use super::node::{Faults, TomlNode, TomlTable, TomlText};
use crate::system::model::{FieldStyle, Variable};
use crate::system::shape::{COLORS, HIGHLIGHTS, INTENSITIES};
use crate::system::value::{Date, Decimal, Type, Value};
use tn3270::wire::attribute::FieldAttribute;
use toml::de::DeValue;

/// Widest text of a column: a whole screen of the largest model.
const WIDEST: usize = 3564;

/// A type as written: its type, and for `text(n)` the width.
pub(crate) fn type_of(text: &TomlText<'_>, faults: &mut Faults) -> Option<(Type, Option<usize>)> {
    let written = text.text.trim();
    let (name, argument) = match written.split_once('(') {
        Some((name, rest)) => (
            name,
            rest.strip_suffix(')')
                .and_then(|n| n.trim().parse::<usize>().ok()),
        ),
        None => (written, None),
    };
    match (name.trim(), argument, written.contains('(')) {
        ("int", None, false) => Some((Type::Int, None)),
        ("bool", None, false) => Some((Type::Bool, None)),
        ("date", None, false) => Some((Type::Date, None)),
        ("text", None, false) => Some((Type::Text, None)),
        ("text", Some(width), _) if (1..=WIDEST).contains(&width) => {
            Some((Type::Text, Some(width)))
        }
        ("decimal", Some(places), _) if places <= usize::from(Decimal::MAX_SCALE) => {
            Some((Type::Decimal(places as u8), None))
        }
        _ => {
            let fault = faults.error(text.place(), format!("`{written}` is no type"));
            fault.help("types are text, text(8), int, decimal(2) with 0 to 6 places, bool, date");
            None
        }
    }
}

/// A duration in milliseconds: a whole number of them, or text such as `250ms`, `90s`, `10m`, `2h`.
pub(crate) fn duration(node: &TomlNode<'_>, faults: &mut Faults) -> Option<u64> {
    let millis = match node.value {
        DeValue::Integer(_) => node.int().and_then(|n| u64::try_from(n).ok()),
        DeValue::String(text) => duration_text(text),
        _ => return None,
    };
    // A year is beyond any session, and sums of years do not overflow.
    let millis = millis.filter(|m| *m <= 366 * 24 * 3_600_000);
    if millis.is_none() {
        faults
            .error(node.place(), "this is no duration")
            .help("write milliseconds, or text such as \"250ms\", \"90s\", \"10m\", \"2h\"");
    }
    millis
}

/// See [`duration`].
pub(crate) fn duration_text(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

/// A time of day as text, `22:00` or `22:00:30`, in milliseconds since midnight.
pub(crate) fn time_of_day(text: &TomlText<'_>, faults: &mut Faults) -> Option<u64> {
    let mut parts = text.text.split(':').map(|p| {
        if p.len() == 2 {
            p.parse::<u64>().ok()
        } else {
            None
        }
    });
    let (hour, minute) = (parts.next().flatten(), parts.next().flatten());
    let second = parts.next().unwrap_or(Some(0));
    match (hour, minute, second, parts.next()) {
        (Some(h @ 0..=23), Some(m @ 0..=59), Some(s @ 0..=59), None) => {
            Some(((h * 60 + m) * 60 + s) * 1000)
        }
        _ => {
            faults
                .error(text.place(), format!("`{}` is no time of day", text.text))
                .help("write it as \"22:00\" or \"22:00:30\"");
            None
        }
    }
}

/// A TOML date.
pub(crate) fn date(node: &TomlNode<'_>, faults: &mut Faults) -> Option<Date> {
    let DeValue::Datetime(value) = node.value else {
        return None;
    };
    let date = value.date.filter(|_| value.time.is_none())?;
    let day = Date::from_ymd(
        i32::from(date.year),
        u32::from(date.month),
        u32::from(date.day),
    );
    if day.is_none() {
        faults.error(node.place(), "there is no such day");
    }
    day
}

/// A literal value of a type; text for a text, digits or a number for a decimal, `1989-03-14` for a date.
pub(crate) fn value(node: &TomlNode<'_>, of: &Type, faults: &mut Faults) -> Option<Value> {
    let value = match (of, node.value) {
        (Type::Int, DeValue::Integer(_)) => node.int().map(Value::Int),
        (Type::Decimal(scale), DeValue::Integer(_)) => node
            .int()
            .and_then(|units| Decimal { scale: 0, units }.rescale(*scale))
            .map(Value::Decimal),
        (Type::Decimal(scale), DeValue::Float(number)) => {
            Decimal::parse(number.as_str(), *scale).map(Value::Decimal)
        }
        (Type::Decimal(scale), DeValue::String(text)) => {
            Decimal::parse(text, *scale).map(Value::Decimal)
        }
        (Type::Text, DeValue::String(text)) => Some(Value::text(text.as_ref())),
        (Type::Bool, DeValue::Boolean(truth)) => Some(Value::Bool(*truth)),
        (Type::Date, DeValue::String(text)) => Date::parse_iso(text).map(Value::Date),
        (Type::Date, DeValue::Datetime(_)) => date(node, &mut Faults::default()).map(Value::Date),
        _ => None,
    };
    if value.is_none() && !matches!(node.value, DeValue::Array(_) | DeValue::Table(_)) {
        let found = found(node.value);
        faults
            .error(node.place(), format!("expected {of}, found {found}"))
            .help(match of {
                Type::Decimal(scale) => format!(
                    "write it as text with at most {scale} places, such as \"{}\"",
                    Decimal {
                        scale: *scale,
                        units: 10i64.pow(u32::from(*scale))
                    }
                ),
                Type::Date => "write it as 1989-03-14".into(),
                Type::Text => "write it in quotes".into(),
                _ => format!("write a literal {of}"),
            });
    }
    value
}

fn found(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("the text `{text}`"),
        DeValue::Integer(number) => format!("the whole number {}", number.as_str()),
        DeValue::Float(number) => format!("the number {}", number.as_str()),
        DeValue::Boolean(truth) => truth.to_string(),
        DeValue::Datetime(when) => format!("the date or time {when}"),
        DeValue::Array(_) => "a list".into(),
        DeValue::Table(_) => "a table".into(),
    }
}

/// A literal of the type that it has in TOML: the short form of a variable, or a literal in place of an expression.
pub(crate) fn untyped(node: &TomlNode<'_>) -> Option<Value> {
    match node.value {
        DeValue::String(text) => Some(Value::text(text.as_ref())),
        DeValue::Integer(_) => node.int().map(Value::Int),
        DeValue::Float(number) => {
            let places = number
                .as_str()
                .split_once('.')
                .map_or(0, |(_, places)| places.len());
            let scale = u8::try_from(places)
                .ok()
                .filter(|s| *s <= Decimal::MAX_SCALE)?;
            Decimal::parse(number.as_str(), scale).map(Value::Decimal)
        }
        DeValue::Boolean(truth) => Some(Value::Bool(*truth)),
        DeValue::Datetime(_) => date(node, &mut Faults::default()).map(Value::Date),
        DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

/// `[session]` or `[state]`.
pub(crate) fn variables(table: Option<TomlTable<'_>>, faults: &mut Faults) -> Vec<Variable> {
    let mut variables = Vec::new();
    for (name, node) in table.map(|t| t.entries()).unwrap_or_default() {
        if !is_name(name.text) {
            faults
                .error(
                    name.place(),
                    format!("`{}` cannot name a variable", name.text),
                )
                .help(NAME_HELP);
            continue;
        }
        let (of, initial) = match node.table() {
            Some(table) => {
                let of = table
                    .str_of("type")
                    .and_then(|t| type_of(&t, faults))
                    .map(|(of, _)| of);
                let Some(of) = of else { continue };
                let initial = table
                    .get("initial")
                    .and_then(|initial| value(&initial, &of, faults));
                (of.clone(), initial.unwrap_or_else(|| of.blank()))
            }
            None => match untyped(&node) {
                Some(value) => (value.of(), value),
                None => continue,
            },
        };
        variables.push(Variable {
            name: name.text.to_owned(),
            of,
            initial,
        });
    }
    variables
}

pub(crate) const NAME_HELP: &str =
    "a name has letters, digits and `_`, and begins with none of the digits";

/// Whether an expression can name it.
pub(crate) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The attribute of fixed text: protected, and skipped by the cursor.
pub(crate) fn plain() -> FieldStyle {
    let attribute = FieldAttribute::default().protected(true).numeric(true);
    FieldStyle {
        attribute,
        color: None,
        highlight: None,
    }
}

/// An attribute with the intensity, colour and highlighting that a table gives.
pub(crate) fn look(table: &TomlTable<'_>, base: FieldStyle) -> FieldStyle {
    let word = |key| table.str_of(key).map(|t| t.text);
    let mut look = base;
    if let Some(intensity) = word("intensity").and_then(|word| meaning(&INTENSITIES, word)) {
        look.attribute = look.attribute.intensity(intensity);
    }
    if let Some(color) = word("color").and_then(|word| meaning(&COLORS, word)) {
        look.color = Some(color);
    }
    if let Some(highlight) = word("highlight").and_then(|word| meaning(&HIGHLIGHTS, word)) {
        look.highlight = Some(highlight);
    }
    look
}

/// What a word of a list means.
fn meaning<T: Copy>(words: &[(&str, T)], word: &str) -> Option<T> {
    let found = words.iter().find(|(name, _)| *name == word);
    found.map(|(_, meaning)| *meaning)
}
