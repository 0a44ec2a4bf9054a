//! The screen as s3270 prints it: `ReadBuffer` and `Ascii`/`Ebcdic` regions.

use std::fmt::Write;
use std::iter;

use super::Terminal;
use super::cell::Cell;
use crate::wire::{Address, AttributeType};

/// How characters are written in a dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// The bytes of the character in UTF-8, in hexadecimal.
    Ascii,
    /// The code point in hexadecimal; `GE(xx)` for one of the alternate character set.
    Ebcdic,
    /// The character's Unicode number in hexadecimal.
    Unicode,
}

impl Terminal {
    /// The rows of the screen as s3270's `ReadBuffer` gives them: tokens parted by blanks, `SF(type=value,…)` for an
    /// attribute byte, `SA(type=value,…)` before a cell whose character attributes differ from the cell before it.
    pub fn read_buffer_text(&self, notation: Notation) -> Vec<String> {
        let mut current = Cell::default();
        let mut row_of = |row: &[Cell]| {
            let runs = self.runs(row, &mut current, notation);
            let tokens = runs
                .iter()
                .flat_map(|(token, count)| iter::repeat_n(token.as_str(), *count));
            tokens.collect::<Vec<_>>().join(" ")
        };
        self.cells()
            .chunks(usize::from(self.columns().max(1)))
            .map(&mut row_of)
            .collect()
    }

    /// The tokens of [`Terminal::read_buffer_text`] for the whole screen, equal ones side by side as one with their number.
    pub fn read_buffer_runs(&self, notation: Notation) -> Vec<(String, usize)> {
        self.runs(self.cells(), &mut Cell::default(), notation)
    }

    /// The tokens of cells; `current` holds the character attributes that the last SA token gave.
    fn runs(&self, cells: &[Cell], current: &mut Cell, notation: Notation) -> Vec<(String, usize)> {
        let mut runs: Vec<(String, usize)> = Vec::new();
        let mut push = |token: String, count: usize| match runs.last_mut() {
            Some((last, n)) if *last == token => *n += count,
            _ => runs.push((token, count)),
        };
        for run in cells.chunk_by(|a, b| a == b) {
            let Some(&cell) = run.first() else { continue };
            if let Some(changes) = changes(cell, current) {
                push(changes, 1);
            }
            push(self.token(cell, notation), run.len());
        }
        runs
    }

    fn token(&self, cell: Cell, notation: Notation) -> String {
        if let Some(attribute) = cell.attribute() {
            let mut token = format!("SF(c0={:02x}", 0xC0 | attribute.bits());
            for (kind, value) in cell.extended() {
                // Writing to a string does not fail.
                let _ = write!(token, ",{:02x}={value:02x}", kind.code());
            }
            token.push(')');
            return token;
        }
        match notation {
            Notation::Ebcdic if cell.is_graphic_escape() => format!("GE({:02x})", cell.code),
            Notation::Ebcdic => format!("{:02x}", cell.code),
            Notation::Ascii if cell.code == 0 => "00".into(),
            Notation::Ascii => {
                let text = self.graphic(cell).unwrap_or(' ').to_string();
                text.bytes().map(|byte| format!("{byte:02x}")).collect()
            }
            // SO and SI are given as their own codes, although they have no graphic.
            Notation::Unicode if matches!(cell.code, 0x0E | 0x0F) => format!("{:04x}", cell.code),
            Notation::Unicode => format!("{:04x}", self.graphic(cell).map_or(0, u32::from)),
        }
    }

    /// A region of the screen as s3270's `Ascii` (text, hidden positions as blanks) gives it: `rows` lines of `columns`
    /// from a 0-based row and column on. None if it is not on the screen.
    pub fn ascii(&self, row: u16, column: u16, rows: u16, columns: u16) -> Option<Vec<String>> {
        self.region(row, column, rows, columns, |at| {
            let look = self.look(at);
            look.ch.to_string()
        })
    }

    /// A region of the screen as s3270's `Ebcdic` gives it: code points in hexadecimal, parted by blanks, hidden
    /// or not; 00 for attribute bytes.
    pub fn ebcdic(&self, row: u16, column: u16, rows: u16, columns: u16) -> Option<Vec<String>> {
        let lines = self.region(row, column, rows, columns, |at| {
            let code = self.buffer.get(at).code;
            format!("{code:02x} ")
        })?;
        Some(
            lines
                .into_iter()
                .map(|line| line.trim_end().to_owned())
                .collect(),
        )
    }

    fn region(
        &self,
        row: u16,
        column: u16,
        rows: u16,
        columns: u16,
        show: impl Fn(Address) -> String,
    ) -> Option<Vec<String>> {
        let inside = u32::from(row) + u32::from(rows) <= u32::from(self.rows())
            && u32::from(column) + u32::from(columns) <= u32::from(self.columns());
        let address = |row: u16, column: u16| row * self.columns() + column;
        let line = |row: u16| {
            (column..column + columns)
                .map(|column| show(address(row, column)))
                .collect()
        };
        inside.then(|| (row..row + rows).map(line).collect())
    }
}

/// The SA token for character attributes that differ from those in `current`; updates `current`.
fn changes(cell: Cell, current: &mut Cell) -> Option<String> {
    if cell.is_attribute() || cell.has_attributes_of(*current) {
        return None;
    }
    let changed = Cell::EXTENDED
        .into_iter()
        .filter(|&kind| cell.get(kind) != current.get(kind));
    let changes: Vec<String> = changed
        .map(|kind| format!("{:02x}={:02x}", kind.code(), value_of(cell, kind)))
        .collect();
    *current = cell;
    (!changes.is_empty()).then(|| format!("SA({})", changes.join(",")))
}

/// The value of a changed attribute: for highlighting, none is F0.
fn value_of(cell: Cell, kind: AttributeType) -> u8 {
    match kind {
        AttributeType::Highlighting => 0xF0 | cell.highlighting,
        _ => cell.get(kind),
    }
}
