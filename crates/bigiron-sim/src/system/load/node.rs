//! Values of a TOML document with the places where they stand.

use crate::system::diagnostics::{Diagnostic, Severity};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourcePlace {
    /// Name of the file.
    pub file: String,
    /// Byte offsets.
    pub span: Range<usize>,
}

/// The faults found so far.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    pub list: Vec<Diagnostic>,
}

impl Faults {
    pub fn error(&mut self, place: SourcePlace, message: impl Into<String>) -> &mut Diagnostic {
        self.add(
            Severity::Error,
            place.file,
            Some(place.span),
            message.into(),
        )
    }

    pub fn warning(&mut self, place: SourcePlace, message: impl Into<String>) -> &mut Diagnostic {
        self.add(
            Severity::Warning,
            place.file,
            Some(place.span),
            message.into(),
        )
    }

    /// A fault of a file as a whole.
    pub fn file(&mut self, file: &str, message: impl Into<String>) -> &mut Diagnostic {
        self.add(Severity::Error, file.to_owned(), None, message.into())
    }

    fn add(
        &mut self,
        severity: Severity,
        file: String,
        span: Option<Range<usize>>,
        message: String,
    ) -> &mut Diagnostic {
        let at = self.list.len();
        self.list.push(Diagnostic {
            severity,
            file,
            span,
            line: 0,
            column: 0,
            message,
            help: None,
        });
        &mut self.list[at]
    }
}

impl Diagnostic {
    /// Adds a near match or a remedy.
    pub(crate) fn help(&mut self, help: impl Into<String>) {
        self.help = Some(help.into());
    }
}

/// A file's name and text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SourceFile<'d> {
    pub name: &'d str,
    pub text: &'d str,
}

/// A value and where it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TomlNode<'d> {
    pub source: SourceFile<'d>,
    pub value: &'d DeValue<'d>,
    start: usize,
    end: usize,
}

/// A table and where it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TomlTable<'d> {
    pub source: SourceFile<'d>,
    pub table: &'d DeTable<'d>,
    start: usize,
    end: usize,
}

/// A key, as written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TomlKey<'d> {
    pub source: SourceFile<'d>,
    pub text: &'d str,
    start: usize,
    end: usize,
}

macro_rules! place {
    ($($of:ident),*) => {$(
        impl $of<'_> {
            pub fn place(&self) -> SourcePlace {
                SourcePlace { file: self.source.name.to_owned(), span: self.start..self.end }
            }
        }
    )*};
}
place!(TomlNode, TomlTable, TomlKey);

impl<'d> TomlTable<'d> {
    pub fn root(source: SourceFile<'d>, table: &'d DeTable<'d>) -> TomlTable<'d> {
        TomlTable {
            source,
            table,
            start: 0,
            end: 0,
        }
    }

    pub fn get(&self, key: &str) -> Option<TomlNode<'d>> {
        let (_, value) = self.table.iter().find(|(name, _)| name.get_ref() == key)?;
        Some(TomlNode::new(self.source, value))
    }

    pub fn key(&self, key: &str) -> Option<TomlKey<'d>> {
        self.entries()
            .into_iter()
            .map(|(name, _)| name)
            .find(|name| name.text == key)
    }

    /// Keys and values in the order they are written.
    pub fn entries(&self) -> Vec<(TomlKey<'d>, TomlNode<'d>)> {
        let entry = |(name, value): (&'d Spanned<_>, &'d Spanned<DeValue<'d>>)| {
            let text: &std::borrow::Cow<'d, str> = name.get_ref();
            let Range { start, end } = name.span();
            (
                TomlKey {
                    source: self.source,
                    text: text.as_ref(),
                    start,
                    end,
                },
                TomlNode::new(self.source, value),
            )
        };
        let mut entries: Vec<_> = self.table.iter().map(entry).collect();
        entries.sort_by_key(|(name, _)| name.start);
        entries
    }

    /// The entries of a table inside this one; none if it is not there or no table.
    pub fn entries_of(&self, key: &str) -> Vec<(TomlKey<'d>, TomlNode<'d>)> {
        self.table_of(key)
            .map(|table| table.entries())
            .unwrap_or_default()
    }

    pub fn table_of(&self, key: &str) -> Option<TomlTable<'d>> {
        self.get(key)?.table()
    }

    pub fn str_of(&self, key: &str) -> Option<TomlText<'d>> {
        self.get(key)?.text()
    }

    pub fn bool_of(&self, key: &str) -> Option<bool> {
        self.get(key)?.value.as_bool()
    }

    pub fn int_of(&self, key: &str) -> Option<i64> {
        self.get(key)?.int()
    }
}

impl<'d> TomlNode<'d> {
    fn new(source: SourceFile<'d>, value: &'d Spanned<DeValue<'d>>) -> TomlNode<'d> {
        let Range { start, end } = value.span();
        TomlNode {
            source,
            value: value.get_ref(),
            start,
            end,
        }
    }

    pub fn int(&self) -> Option<i64> {
        let integer = self.value.as_integer()?;
        i64::from_str_radix(integer.as_str(), integer.radix()).ok()
    }

    pub fn table(&self) -> Option<TomlTable<'d>> {
        let table = self.value.as_table()?;
        Some(TomlTable {
            source: self.source,
            table,
            start: self.start,
            end: self.end,
        })
    }

    pub fn elements(&self) -> Option<Vec<TomlNode<'d>>> {
        let array = self.value.as_array()?;
        Some(
            array
                .iter()
                .map(|value| TomlNode::new(self.source, value))
                .collect(),
        )
    }

    /// The elements of a list, or the value itself.
    pub fn one_or_more(&self) -> Vec<TomlNode<'d>> {
        self.elements().unwrap_or_else(|| vec![*self])
    }

    pub fn text(&self) -> Option<TomlText<'d>> {
        let DeValue::String(text) = self.value else {
            return None;
        };
        let raw = self.source.text.get(self.start..self.end).unwrap_or("");
        Some(TomlText {
            node: *self,
            text: text.as_ref(),
            raw,
        })
    }
}

/// A text value: what it says, and as it stands in the file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TomlText<'d> {
    pub node: TomlNode<'d>,
    pub text: &'d str,
    raw: &'d str,
}

impl TomlText<'_> {
    pub fn place(&self) -> SourcePlace {
        self.node.place()
    }

    /// Where a part of the text stands in the file.
    pub fn part(&self, part: Range<usize>) -> SourcePlace {
        let start = self.node.start + raw_offset(self.raw, part.start);
        let end = self.node.start + raw_offset(self.raw, part.end);
        SourcePlace {
            file: self.node.source.name.to_owned(),
            span: start..end.max(start),
        }
    }
}

/// Where the byte at `offset` of a TOML string's value stands in the string as written, quotes included.
fn raw_offset(raw: &str, offset: usize) -> usize {
    let (open, is_basic) = match raw.as_bytes() {
        [b'\'', b'\'', b'\'', ..] => (3, false),
        [b'"', b'"', b'"', ..] => (3, true),
        [b'"', ..] => (1, true),
        [b'\'', ..] => (1, false),
        _ => (0, false),
    };
    let mut at = open;
    if open == 3 {
        at += newline(raw.get(at..).unwrap_or(""));
    }
    let mut value = 0;
    while value < offset && at < raw.len() {
        let Some(rest) = raw.get(at..) else { break };
        let (written, meant) = match rest.as_bytes() {
            [b'\\', ..] if is_basic => escape(rest, open == 3),
            _ => {
                let width = rest.chars().next().map_or(1, char::len_utf8);
                (width, width)
            }
        };
        if value + meant > offset {
            break;
        }
        at += written;
        value += meant;
    }
    // A line that is continued has no part of the value: the place is where the value goes on.
    while let Some(rest) = raw
        .get(at..)
        .filter(|rest| is_basic && open == 3 && rest.starts_with('\\'))
    {
        match escape(rest, true) {
            (written, 0) if written > 0 => at += written,
            _ => break,
        }
    }
    at
}

fn newline(text: &str) -> usize {
    match text.as_bytes() {
        [b'\n', ..] => 1,
        [b'\r', b'\n', ..] => 2,
        _ => 0,
    }
}

/// How many bytes an escape takes as written, and in the value.
fn escape(text: &str, lines: bool) -> (usize, usize) {
    let digits = match text.as_bytes().get(1) {
        Some(b'x') => 2,
        Some(b'u') => 4,
        Some(b'U') => 8,
        Some(b' ' | b'\t' | b'\n' | b'\r') if lines => {
            let skipped =
                text[1..].len() - text[1..].trim_start_matches([' ', '\t', '\n', '\r']).len();
            return (1 + skipped, 0);
        }
        _ => return (2.min(text.len()), 1),
    };
    let code = text
        .get(2..2 + digits)
        .and_then(|d| u32::from_str_radix(d, 16).ok())
        .and_then(char::from_u32);
    (2 + digits, code.map_or(1, char::len_utf8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The character that a place in a TOML string stands for.
    fn char_at(raw: &str) -> Option<char> {
        let quoted = format!("\"\"\"{raw}\"\"\"");
        let value = DeValue::parse(&quoted).ok()?.into_inner();
        value.as_str()?.chars().next()
    }

    fn every_char_is_found(raw: &str) {
        let value = DeValue::parse(raw).unwrap().into_inner();
        let text = value.as_str().unwrap();
        for (at, ch) in text.char_indices() {
            let found = raw_offset(raw, at);
            let rest = &raw[found..];
            let here = rest.chars().next();
            let written = if rest.starts_with('\\') && raw.starts_with('"') {
                let length = escape(rest, raw.starts_with("\"\"\"")).0;
                char_at(&rest[..length])
            } else {
                here
            };
            assert_eq!(written, Some(ch), "byte {at} of {raw}");
        }
    }

    #[test]
    fn places_are_found_through_escapes() {
        every_char_is_found(r#""a\tb\"c\\d\u00e9f\U0001F600g\x41h\ei""#);
        every_char_is_found("'a\\tb\"c'");
        every_char_is_found("'''\nline one\n line 'two' \\n\n'''");
        every_char_is_found("\"\"\"\nline one \\\n   \n  goes on\\u0041\n\"\"\"");
        every_char_is_found("'''\r\nline one\r\nline two'''");
        every_char_is_found("\"\"\"\\\n  begins\"\"\"");
    }

    proptest! {
        #[test]
        fn every_character_of_a_basic_string_is_found(parts in prop::collection::vec(
            prop_oneof![
                "[a-z é€😀']{1,3}",
                Just("\\n".to_owned()), Just("\\\"".to_owned()), Just("\\\\".to_owned()),
                Just("\\u00E9".to_owned()), Just("\\U0001F600".to_owned()), Just("\\x7e".to_owned()),
            ], 0..12)) {
            every_char_is_found(&format!("\"{}\"", parts.concat()));
            every_char_is_found(&format!("\"\"\"\n{}\"\"\"", parts.join("\n")));
            every_char_is_found(&format!("\"\"\"\n{}\"\"\"", parts.join("\\\n  ")));
        }
    }
}
