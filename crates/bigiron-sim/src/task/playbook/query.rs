//! What can be read off a screen: text, and fields by the labels a person would go by.

use super::frame;
use tn3270::terminal::{Field, Key, Terminal};
use tn3270::wire::Address;

/// Characters that lead the eye from a label to its field, or frame it.
const LEADERS: [char; 11] = ['.', ':', '=', '>', '<', '-', '_', ' ', '|', '!', '*'];

/// Which fields count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// All.
    Any,
    /// Those that can be typed into.
    Input,
}

/// Whether a text stands somewhere in one row.
pub fn has(terminal: &Terminal, text: &str) -> bool {
    find(terminal, text) > 0
}

/// The first row, from 1, in which a text stands; 0: none.
pub fn find(terminal: &Terminal, text: &str) -> usize {
    if text.is_empty() {
        return 0;
    }
    rows(terminal)
        .position(|row| row.contains(text))
        .map_or(0, |row| row + 1)
}

/// How often a text stands in the rows.
pub fn count(terminal: &Terminal, text: &str) -> usize {
    if text.is_empty() {
        return 0;
    }
    rows(terminal).map(|row| row.matches(text).count()).sum()
}

/// A row, from 1, without the blanks at its end; empty outside the screen.
pub fn row(terminal: &Terminal, row: usize) -> String {
    let inside = (1..=usize::from(terminal.rows())).contains(&row);
    match inside {
        true => terminal.row_text(row - 1).trim_end().to_owned(),
        false => String::new(),
    }
}

/// So many characters from a row and column, both from 1, without the blanks at both ends.
pub fn text(terminal: &Terminal, at: usize, column: usize, length: usize) -> String {
    let text: String = row(terminal, at)
        .chars()
        .skip(column.saturating_sub(1))
        .take(length)
        .collect();
    text.trim().to_owned()
}

/// What stands under a heading in the first row below it that has a text; empty if there is none.
pub fn column(terminal: &Terminal, heading: &str, with: &str) -> String {
    let Some((top, from, to)) = headings(terminal, heading).into_iter().next() else {
        return String::new();
    };
    let below =
        (top + 1..usize::from(terminal.rows())).find(|row| terminal.row_text(*row).contains(with));
    let Some(row) = below else {
        return String::new();
    };
    let columns = usize::from(terminal.columns()).max(1);
    let over = terminal
        .fields()
        .find(|field| overlaps(field, row, from, to, columns) && !shown(field).is_empty());
    over.map_or_else(String::new, |field| shown(&field).trim().to_owned())
}

/// What stands in the first field with this label; empty if there is none, or nothing of it shows.
pub fn field(terminal: &Terminal, label: &str, kind: FieldKind) -> String {
    labelled(terminal, label, kind, 1).map_or_else(String::new, |field| shown(&field))
}

/// The n-th field, from 1, with this label: the label stands left of it in its row, with nothing but leaders between
/// (`LICENCE NO . .`), or else as a heading over it. A label may be one of several: `LICENCE NO|LIC NUMBER`. The fields of a
/// window come before those under it.
pub fn labelled<'t>(
    terminal: &'t Terminal,
    label: &str,
    kind: FieldKind,
    nth: usize,
) -> Option<Field<'t>> {
    let columns = usize::from(terminal.columns()).max(1);
    let window = frame::window(terminal);
    window
        .and_then(|window| {
            let inside = |field: &Field| window.holds(field, columns);
            labelled_among(terminal, label, kind, nth, inside)
        })
        .or_else(|| labelled_among(terminal, label, kind, nth, |_| true))
}

/// The n-th field with a label among some of a screen.
fn labelled_among<'t>(
    terminal: &'t Terminal,
    label: &str,
    kind: FieldKind,
    nth: usize,
    among: impl Fn(&Field) -> bool,
) -> Option<Field<'t>> {
    let wanted = wordings(label);
    let counts = |field: &Field| (kind == FieldKind::Any || field.is_input()) && among(field);
    let is_wanted = |found: Vec<String>| found.iter().any(|found| wanted.contains(found));
    let left: Vec<Field> = terminal
        .fields()
        .filter(|field| counts(field) && is_wanted(left_of(terminal, field)))
        .collect();
    let columns = usize::from(terminal.columns()).max(1);
    if !left.is_empty() {
        return left.into_iter().nth(nth.saturating_sub(1));
    }
    headings(terminal, label)
        .into_iter()
        .find_map(|(top, from, to)| {
            terminal
                .fields()
                .filter(|field| {
                    counts(field)
                        && usize::from(field.start()) / columns > top
                        && overlaps(
                            field,
                            usize::from(field.start()) / columns,
                            from,
                            to,
                            columns,
                        )
                        && (kind == FieldKind::Input || is_data(terminal, field))
                })
                .nth(nth.saturating_sub(1))
        })
}

/// The first input field in the first row that has a text, or the one under a heading.
pub(super) fn in_row_with<'t>(
    terminal: &'t Terminal,
    with: &str,
    heading: Option<&str>,
) -> Option<Field<'t>> {
    if with.is_empty() {
        return None;
    }
    let columns = usize::from(terminal.columns()).max(1);
    let under = match heading {
        Some(heading) => {
            let (_, from, to) = headings(terminal, heading).into_iter().next()?;
            from..to
        }
        None => 0..columns,
    };
    rows(terminal)
        .enumerate()
        .filter(|(_, text)| text.contains(with))
        .find_map(|(row, _)| {
            terminal.fields().find(|field| {
                field.is_input() && overlaps(field, row, under.start, under.end, columns)
            })
        })
}

/// The key that the screen says does this: `SUBMIT` of `F3=MENU  F9=SUBMIT`, or of several wordings one, as of a label.
/// Some key whose words begin so will do where none has just these.
pub fn key(terminal: &Terminal, words: &str) -> Option<Key> {
    let wanted = wordings(words);
    let legend: Vec<(Key, String)> = rows(terminal).flat_map(|row| keys_of(&row)).collect();
    let begins = |legend: &str| {
        wanted.iter().any(|wanted| {
            legend
                .strip_prefix(wanted.as_str())
                .is_some_and(|rest| rest.starts_with(' '))
        })
    };
    let found = legend.iter().find(|(_, legend)| wanted.contains(legend));
    let found = found.or_else(|| legend.iter().find(|(_, legend)| begins(legend)));
    found.map(|(key, _)| *key)
}

/// The keys that a row names, as `PF3=MENU`, `F9 = SUBMIT` or `ENTER=CHECK`, with what they are said to do.
fn keys_of(row: &str) -> Vec<(Key, String)> {
    let mut legend: Vec<(Key, String)> = Vec::new();
    let mut rest = row;
    while let Some((before, after)) = rest.split_once('=') {
        let name = before.trim_end().rsplit(' ').next().unwrap_or("");
        let next = after.find('=').map_or(after.len(), |next| {
            let upto = after.get(..next).unwrap_or("").trim_end();
            upto.rfind(' ').unwrap_or(0)
        });
        let words = after.get(..next).unwrap_or("").trim_start();
        let words = words.split("  ").next().unwrap_or("");
        if let Some(key) = key_named(name).filter(|_| !words.is_empty()) {
            legend.push((key, plain(words)));
        }
        rest = after;
    }
    legend
}

/// A key by its name on a key line.
fn key_named(name: &str) -> Option<Key> {
    let number = |text: &str| text.parse::<u8>().ok();
    let name = name.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    match name {
        "ENTER" => Some(Key::Enter),
        "CLEAR" => Some(Key::Clear),
        _ => match name.strip_prefix("PA") {
            Some(digits) => number(digits).filter(|n| (1..=3).contains(n)).map(Key::Pa),
            None => {
                let digits = name.strip_prefix("PF").or_else(|| name.strip_prefix('F'))?;
                number(digits).filter(|n| (1..=24).contains(n)).map(Key::Pf)
            }
        },
    }
}

/// Where the data of a field begins.
pub fn start(field: &Field) -> Address {
    field.start()
}

fn rows(terminal: &Terminal) -> impl Iterator<Item = String> {
    (0..usize::from(terminal.rows())).map(|row| terminal.row_text(row))
}

/// What shows in a field, without the blanks at its end.
fn shown(field: &Field) -> String {
    match field.is_hidden() {
        true => String::new(),
        false => field.value(),
    }
}

/// A label as compared: capitals, without leaders at its ends, one blank between words.
fn plain(label: &str) -> String {
    label
        .trim_matches(LEADERS)
        .to_uppercase()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// The wordings of a label, any of which will do, as compared.
fn wordings(label: &str) -> Vec<String> {
    label
        .split('|')
        .map(plain)
        .filter(|wording| !wording.is_empty())
        .collect()
}

/// The labels a field may go by: the text between it and the field before it in its row, and the last piece of that after a gap.
fn left_of(terminal: &Terminal, field: &Field) -> Vec<String> {
    let columns = usize::from(terminal.columns()).max(1);
    let at = usize::from(field.attribute_address);
    let (row, column) = (at / columns, at % columns);
    let text: Vec<char> = terminal.row_text(row).chars().collect();
    let from = (0..column)
        .rev()
        .find(|c| {
            let address = (row * columns + c) as Address;
            terminal.look(address).is_attribute
        })
        .map_or(0, |c| c + 1);
    let before: String = text.get(from..column).unwrap_or(&[]).iter().collect();
    let all = plain(&before);
    if all.is_empty() {
        return Vec::new();
    }
    let trimmed = before.trim_end_matches(LEADERS);
    let last = trimmed.rfind("  ").map_or("", |gap| &trimmed[gap..]);
    match plain(last) {
        last if last.is_empty() || last == all => vec![all],
        last => vec![all, last],
    }
}

/// Whether a field is more than fixed text: it has an input or data of a table, not a row of leaders.
fn is_data(terminal: &Terminal, field: &Field) -> bool {
    let text = shown(field);
    let leaders = text.chars().all(|c| LEADERS.contains(&c));
    field.is_input() || (!leaders && usize::from(field.length) < usize::from(terminal.columns()))
}

/// Where a text stands as a heading: a piece of a row by itself. Row and columns (end excluded), from 0.
fn headings(terminal: &Terminal, label: &str) -> Vec<(usize, usize, usize)> {
    let wanted = wordings(label);
    let mut found = Vec::new();
    for (row, text) in rows(terminal).enumerate() {
        let characters: Vec<char> = text.chars().collect();
        for (from, to) in pieces(&characters) {
            let piece: String = characters.get(from..to).unwrap_or(&[]).iter().collect();
            if wanted.contains(&plain(&piece)) {
                found.push((row, from, to));
            }
        }
    }
    found
}

/// The pieces of a row that two blanks or more part; columns from 0, the end excluded.
fn pieces(row: &[char]) -> Vec<(usize, usize)> {
    let mut pieces: Vec<(usize, usize)> = Vec::new();
    for (column, character) in row.iter().enumerate() {
        if *character == ' ' {
            continue;
        }
        match pieces.last_mut() {
            Some((_, to)) if column - *to <= 1 => *to = column + 1,
            _ => pieces.push((column, column + 1)),
        }
    }
    pieces
}

/// Whether a field has data in a row between two columns.
fn overlaps(field: &Field, row: usize, from: usize, to: usize, columns: usize) -> bool {
    let start = usize::from(field.start());
    let end = start + usize::from(field.length);
    let (low, high) = (row * columns + from, row * columns + to);
    start / columns == row && start < high && end > low
}
