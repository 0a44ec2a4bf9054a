//! A screen as data: what every door tells that speaks to programs.
//!
//! Rows and columns count from 1. Hidden fields are listed, without their values.

use schemars::JsonSchema;
use serde::Serialize;

use super::target::ScriptTarget;
use tn3270::terminal::{Field, Lock, Terminal};
use tn3270::wire::{Color, Highlight, Intensity};

/// What a program sees of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Observation")]
pub struct ScreenView {
    /// Virtual time in milliseconds since the session was opened.
    pub time_ms: u64,
    /// The terminal's model, 2 to 5.
    pub model: u8,
    /// The size of the screen now.
    pub size: Size,
    /// Where the cursor is.
    pub cursor: Position,
    /// The keyboard and what locks it.
    pub keyboard: KeyboardView,
    /// The rows of text, each as long as the screen is wide; hidden positions as blanks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<Vec<String>>,
    /// The fields that were asked for, in the order of the screen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<Vec<FieldView>>,
    /// Each position, row by row, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cells: Option<Vec<Vec<CellView>>>,
}

/// A size in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Size {
    /// Height.
    pub rows: u16,
    /// Width.
    pub columns: u16,
}

/// A position, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Place")]
pub struct Position {
    /// From the top.
    pub row: u16,
    /// From the left.
    pub column: u16,
}

/// The keyboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Keyboard")]
pub struct KeyboardView {
    /// Whether keys are refused.
    pub locked: bool,
    /// What the operator information area says of the lock, such as `X SYSTEM`; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether RESET takes the lock back.
    pub resettable: bool,
    /// Whether insert mode is on.
    pub insert: bool,
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldView {
    /// The protected text that names it: to its left, or else above it. Empty if there is none.
    pub label: String,
    /// Row of its first character.
    pub row: u16,
    /// Column of its first character.
    pub column: u16,
    /// How many characters it holds; it may run on into the next rows.
    pub length: u16,
    /// Whether one can type here.
    pub input: bool,
    /// Whether it is meant for digits.
    pub numeric: bool,
    /// Whether it is intensified.
    pub bright: bool,
    /// Whether it does not show.
    pub hidden: bool,
    /// Whether it counts as modified: it will be sent.
    pub modified: bool,
    /// What stands in it, without trailing blanks; absent if it is hidden.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// A position as a 3279 shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CellView {
    /// The character; a blank for nulls, attribute bytes and hidden positions.
    pub char: char,
    /// The colour of the character.
    pub color: &'static str,
    /// The colour behind it, if it is not black.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<&'static str>,
    /// `blink`, `reverse`, `underscore` or `intensify`, if it is highlighted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub highlight: Option<&'static str>,
    /// Whether its field is intensified.
    #[serde(skip_serializing_if = "is_false")]
    #[schemars(default)]
    pub bright: bool,
    /// Whether its field does not show.
    #[serde(skip_serializing_if = "is_false")]
    #[schemars(default)]
    pub hidden: bool,
    /// Whether this is an attribute byte, with which a field begins.
    #[serde(skip_serializing_if = "is_false")]
    #[schemars(default)]
    pub attribute: bool,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// The fields that a view holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fields {
    /// None at all.
    None,
    /// Those one can type in.
    #[default]
    Input,
    /// All.
    All,
}

/// What an observation is to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObservationScope {
    /// The rows of text.
    pub rows: bool,
    /// The fields.
    pub fields: Fields,
    /// Each position with its colours.
    pub cells: bool,
}

impl Default for ObservationScope {
    /// The rows, and the fields one can type in.
    fn default() -> ObservationScope {
        ObservationScope {
            rows: true,
            fields: Fields::Input,
            cells: false,
        }
    }
}

/// Looks at a session.
pub fn observe(subject: &dyn ScriptTarget, scope: ObservationScope) -> ScreenView {
    let terminal = subject.terminal();
    let lock = terminal.lock();
    let rows = || {
        (0..usize::from(terminal.rows()))
            .map(|row| terminal.row_text(row))
            .collect()
    };
    let fields = || {
        let wanted = |field: &Field<'_>| scope.fields == Fields::All || field.is_input();
        terminal
            .fields()
            .filter(wanted)
            .map(|field| view(terminal, &field))
            .collect()
    };
    ScreenView {
        time_ms: subject.now(),
        model: terminal.options().model.number(),
        size: Size {
            rows: terminal.rows(),
            columns: terminal.columns(),
        },
        cursor: place(terminal, terminal.cursor()),
        keyboard: KeyboardView {
            locked: lock.is_some(),
            reason: lock.map(|lock| lock.to_string()),
            resettable: lock.is_some_and(Lock::is_operator_error),
            insert: terminal.inserting(),
        },
        rows: scope.rows.then(rows),
        fields: (scope.fields != Fields::None).then(fields),
        cells: scope.cells.then(|| cells(terminal)),
    }
}

fn cells(terminal: &Terminal) -> Vec<Vec<CellView>> {
    let columns = terminal.columns();
    let row = |row: u16| (row * columns..(row + 1) * columns).map(|at| cell(terminal, at));
    (0..terminal.rows())
        .map(|number| row(number).collect())
        .collect()
}

fn cell(terminal: &Terminal, at: u16) -> CellView {
    let look = terminal.look(at);
    CellView {
        char: look.ch,
        color: color(look.fg),
        background: (!is_black(look.bg)).then(|| color(look.bg)),
        highlight: match look.highlight {
            Highlight::Default | Highlight::Normal => None,
            Highlight::Blink => Some("blink"),
            Highlight::Reverse => Some("reverse"),
            Highlight::Underscore => Some("underscore"),
            Highlight::Intensify => Some("intensify"),
        },
        bright: look.intensity == Intensity::High,
        hidden: look.hidden,
        attribute: look.is_attribute,
    }
}

fn is_black(color: Color) -> bool {
    matches!(color, Color::Default | Color::NeutralBlack | Color::Black)
}

/// The name of a colour, as GA23-0059 has it.
fn color(color: Color) -> &'static str {
    match color {
        Color::Default => "default",
        Color::NeutralBlack | Color::Black => "black",
        Color::Blue => "blue",
        Color::Red => "red",
        Color::Pink => "pink",
        Color::Green => "green",
        Color::Turquoise => "turquoise",
        Color::Yellow => "yellow",
        Color::DeepBlue => "deep blue",
        Color::Orange => "orange",
        Color::Purple => "purple",
        Color::PaleGreen => "pale green",
        Color::PaleTurquoise => "pale turquoise",
        Color::Grey => "grey",
        Color::White | Color::BrightWhite => "white",
    }
}

/// The row and column of an address.
pub fn place(terminal: &Terminal, at: u16) -> Position {
    let columns = terminal.columns().max(1);
    Position {
        row: at / columns + 1,
        column: at % columns + 1,
    }
}

fn view(terminal: &Terminal, field: &Field<'_>) -> FieldView {
    let Position { row, column } = place(terminal, field.start());
    FieldView {
        label: label(terminal, field),
        row,
        column,
        length: field.length,
        input: field.is_input(),
        numeric: field.attribute.is_numeric(),
        bright: field.attribute.get_intensity() == Intensity::High,
        hidden: field.is_hidden(),
        modified: field.attribute.is_modified(),
        value: (!field.is_hidden()).then(|| field.value()),
    }
}

/// The text that names a field for a reader: the last protected words before it in its row, or else the nearest protected
/// words above it that overlap its columns.
fn label(terminal: &Terminal, field: &Field<'_>) -> String {
    let Position { row, column } = place(terminal, field.attribute_address);
    let before = protected_row(terminal, row - 1);
    let before: String = before.iter().take(usize::from(column) - 1).collect();
    // Whatever stands before the last input field of the row names that one, not this.
    let before = before.rsplit(INPUT).next().unwrap_or_default();
    if let Some(words) = segments(before).pop() {
        return words.2;
    }
    let Position { row, column } = place(terminal, field.start());
    let first = usize::from(column) - 1;
    let last = first + usize::from(field.length.max(1)) - 1;
    (0..row - 1)
        .rev()
        .find_map(|above| {
            let text: String = protected_row(terminal, above).iter().collect();
            let mut found = segments(&text).into_iter();
            found
                .find(|(start, end, _)| *start <= last && first <= *end)
                .map(|(.., words)| words)
        })
        .unwrap_or_default()
}

/// Stands for a position one can type in.
const INPUT: char = '\u{1}';

/// The protected text of a row (0-based), a character a column; positions of input fields as [`INPUT`].
fn protected_row(terminal: &Terminal, row: u16) -> Vec<char> {
    let columns = terminal.columns();
    let text = terminal.row_text(usize::from(row));
    let shown = (row * columns..(row + 1) * columns).zip(text.chars());
    shown
        .map(|(at, character)| match terminal.field_at(at) {
            Some(field) if field.is_input() && field.attribute_address != at => INPUT,
            _ => character,
        })
        .collect()
}

/// The groups of words in a text that two blanks or more keep apart, each with its first and last position, without the dots,
/// colons and arrows that lead to a field.
fn segments(text: &str) -> Vec<(usize, usize, String)> {
    let characters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut start = 0;
    while start < characters.len() {
        let mut end = start;
        while end < characters.len() && !(characters[end] == INPUT || is_gap(&characters[end..])) {
            end += 1;
        }
        while start < end && characters[start] == ' ' {
            start += 1;
        }
        let words: String = characters[start..end].iter().collect();
        let leader = |character: char| " .:=>_-".contains(character);
        let words = words.trim_end_matches(leader);
        if words.chars().any(char::is_alphanumeric) {
            found.push((start, end.saturating_sub(1), words.to_owned()));
        }
        start = end + 1;
    }
    found
}

/// Two blanks, or one at the end; the blanks between leading dots are none.
fn is_gap(rest: &[char]) -> bool {
    matches!(rest, [' ', ' ', ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        segments(text)
            .into_iter()
            .map(|(.., words)| words)
            .collect()
    }

    #[test]
    fn words_lead_to_fields_by_dots_and_arrows() {
        assert_eq!(words("   LICENCE NO . . "), ["LICENCE NO"]);
        assert_eq!(words(" (MSG)   STATUS ===> "), ["(MSG)", "STATUS"]);
        assert_eq!(words(" - - "), Vec::<String>::new());
        assert_eq!(
            segments("  AB  CD"),
            [(2, 3, "AB".to_owned()), (6, 7, "CD".to_owned())]
        );
    }
}
