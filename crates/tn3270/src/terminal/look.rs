//! What a 3279 shows: characters, colours and highlighting of each position.

use super::Terminal;
use super::cell::Cell;
use crate::wire::{Address, Color, FieldAttribute, Highlight, Intensity, ebcdic};

/// How one position shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// The character; a blank for nulls, attribute bytes and hidden positions.
    pub ch: char,
    /// The colour of the character.
    pub fg: Color,
    /// The colour behind it.
    pub bg: Color,
    /// The highlighting, `Normal` if none.
    pub highlight: Highlight,
    /// The intensity of the field.
    pub intensity: Intensity,
    /// Whether the field does not show.
    pub hidden: bool,
    /// Whether this is an attribute byte.
    pub is_attribute: bool,
}

/// The base colour of a field on a 3279: protection and intensity choose it.
pub(super) fn base_color(attribute: FieldAttribute) -> Color {
    match (
        attribute.is_protected(),
        attribute.get_intensity() == Intensity::High,
    ) {
        (false, false) => Color::Green,
        (false, true) => Color::Red,
        (true, false) => Color::Blue,
        (true, true) => Color::White,
    }
}

impl Terminal {
    /// How a position shows. An address outside the screen shows nothing.
    pub fn look(&self, at: Address) -> Look {
        let start = self.buffer.field_start(at);
        let field = start
            .map(|start| self.buffer.get(start))
            .unwrap_or_default();
        self.look_in(at, field)
    }

    /// How a position shows that is governed by the attribute byte `field`.
    pub(super) fn look_in(&self, at: Address, field: Cell) -> Look {
        let cell = self.buffer.get(at);
        let attribute = field.attribute().unwrap_or_default();
        let hidden = attribute.is_hidden();
        let pick = |own: Color, of_field: Color, base: Color| {
            if own != Color::Default {
                own
            } else if of_field != Color::Default {
                of_field
            } else {
                base
            }
        };
        let base = if self.options.color {
            base_color(attribute)
        } else {
            Color::Green
        };
        let highlight = match (cell.highlight(), field.highlight()) {
            (Highlight::Default, Highlight::Default) => Highlight::Normal,
            (Highlight::Default, of_field) => of_field,
            (own, _) => own,
        };
        Look {
            ch: if hidden || cell.is_attribute() {
                ' '
            } else {
                self.shown(cell)
            },
            fg: pick(cell.color(), field.color(), base),
            bg: pick(
                cell.background_color(),
                field.background_color(),
                Color::NeutralBlack,
            ),
            highlight: if cell.is_attribute() {
                Highlight::Normal
            } else {
                highlight
            },
            intensity: attribute.get_intensity(),
            hidden,
            is_attribute: cell.is_attribute(),
        }
    }

    /// The character in a cell, hidden or not; a blank for nulls and attribute bytes.
    pub(super) fn character(&self, at: Address) -> char {
        let cell = self.buffer.get(at);
        if cell.is_attribute() {
            ' '
        } else {
            self.shown(cell)
        }
    }

    /// The character of a cell that is no attribute byte as it shows: a blank where there is none.
    pub(super) fn shown(&self, cell: Cell) -> char {
        match self.graphic(cell) {
            Some(letter) if self.options.mono_case => capital(letter),
            Some(character) => character,
            None => ' ',
        }
    }

    /// The character of a code point in its character set, if it has one.
    pub(super) fn graphic(&self, cell: Cell) -> Option<char> {
        match cell.character_set {
            Cell::BASE => self.options.code_page.graphic(cell.code),
            _ => ebcdic::alternate(cell.code),
        }
    }

    /// The text of a row, 0-based: hidden positions, attribute bytes and nulls as blanks. Always as long as the screen is wide.
    pub fn row_text(&self, row: usize) -> String {
        let columns = usize::from(self.columns());
        let mut text = String::with_capacity(columns);
        let start = row
            .saturating_mul(columns)
            .min(usize::from(self.buffer.len()));
        let end = (start + columns).min(usize::from(self.buffer.len()));
        let mut hidden = self.buffer.attribute_at(start as Address).is_hidden();
        for &cell in &self.cells()[start..end] {
            if let Some(attribute) = cell.attribute() {
                hidden = attribute.is_hidden();
                text.push(' ');
            } else {
                text.push(if hidden { ' ' } else { self.shown(cell) });
            }
        }
        text
    }

    /// The text of the screen, its rows joined by line feeds.
    pub fn text(&self) -> String {
        (0..usize::from(self.rows()))
            .map(|row| self.row_text(row))
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// The length in cells of the phrase at the start of a row's rest: one blank, or words with single blanks between them. A display
/// that sends only changes sends the whole phrase if any cell in it has changed, so that a program that searches the bytes finds it.
pub fn phrase<T>(rest: &[T], is_blank: impl Fn(&T) -> bool) -> usize {
    let blank = |at: usize| rest.get(at).is_none_or(&is_blank);
    if blank(0) {
        return 1;
    }
    let mut ends = (1..rest.len()).filter(|at| blank(*at) && blank(at + 1));
    ends.next().unwrap_or(rest.len())
}

/// The capital of a letter that has one of its own.
fn capital(letter: char) -> char {
    let mut upper = letter.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(capital), None) if capital.to_lowercase().eq([letter]) => capital,
        _ => letter,
    }
}
