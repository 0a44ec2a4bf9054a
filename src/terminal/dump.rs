//! The screen as s3270 prints it: `ReadBuffer` and `Ascii`/`Ebcdic` regions.

use std::fmt::Write;

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
        let mut last = Cell::default();
        let mut row_of = |row: &[Cell]| {
            let mut line = String::with_capacity(row.len() * 3);
            for &cell in row {
                if !line.is_empty() {
                    line.push(' ');
                }
                self.write_cell(&mut line, cell, &mut last, notation);
            }
            line
        };
        self.cells()
            .chunks(usize::from(self.columns().max(1)))
            .map(&mut row_of)
            .collect()
    }

    fn write_cell(&self, line: &mut String, cell: Cell, last: &mut Cell, notation: Notation) {
        // Writing to a string does not fail.
        if let Some(attribute) = cell.attribute() {
            let _ = write!(line, "SF(c0={:02x}", 0xC0 | attribute.bits());
            for (kind, value) in cell.extended() {
                let _ = write!(line, ",{:02x}={value:02x}", kind.code());
            }
            line.push(')');
            return;
        }
        let changed = Cell::EXTENDED
            .into_iter()
            .filter(|&kind| cell.get(kind) != last.get(kind));
        let changes: Vec<String> = changed
            .map(|kind| format!("{:02x}={:02x}", kind.code(), told(cell, kind)))
            .collect();
        if !changes.is_empty() {
            let _ = write!(line, "SA({}) ", changes.join(","));
            *last = cell;
        }
        let _ = match notation {
            Notation::Ebcdic if cell.is_graphic_escape() => write!(line, "GE({:02x})", cell.code),
            Notation::Ebcdic => write!(line, "{:02x}", cell.code),
            Notation::Ascii if cell.code == 0 => write!(line, "00"),
            Notation::Ascii => self
                .shown(cell)
                .encode_utf8(&mut [0; 4])
                .bytes()
                .try_for_each(|byte| write!(line, "{byte:02x}")),
            Notation::Unicode if cell.code == 0 => write!(line, "0000"),
            Notation::Unicode => write!(line, "{:04x}", u32::from(self.shown(cell))),
        };
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

/// The value of a changed attribute: for highlighting, none is F0.
fn told(cell: Cell, kind: AttributeType) -> u8 {
    match kind {
        AttributeType::Highlighting => 0xF0 | cell.highlighting,
        _ => cell.get(kind),
    }
}
