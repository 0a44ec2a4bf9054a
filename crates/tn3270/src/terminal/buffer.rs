//! The presentation space: a wrapping row of cells, divided into fields by attribute bytes.

use super::cell::Cell;
use super::planes::Changes;
use crate::wire::{Address, FieldAttribute};
use prefetch_index::prefetch_index;
use smallvec::SmallVec;
use std::{iter, slice};

/// The cells of one screen size.
#[derive(Debug, Clone)]
pub(super) struct Buffer {
    cells: Vec<Cell>,
    columns: u16,
    /// Which cells are attribute bytes, a bit each, the lowest first: fields are found without reading every cell. Those of 24 x
    /// 80 cells are kept in place, for a page less to touch.
    marks: SmallVec<[u64; 30]>,
    /// What changed since an observer last asked.
    changes: Changes,
}

/// What an observer has not seen yet is no part of what a buffer holds.
impl PartialEq for Buffer {
    fn eq(&self, other: &Buffer) -> bool {
        let Buffer {
            cells,
            columns,
            marks,
            changes: _,
        } = other;
        (&self.cells, &self.columns, &self.marks) == (cells, columns, marks)
    }
}

impl Eq for Buffer {}

/// Words of marks for a size.
fn words(rows: u16, columns: u16) -> usize {
    (usize::from(rows) * usize::from(columns)).div_ceil(64)
}

/// The cells that are marked in a word, in order.
fn places(word: usize, mut marks: u64) -> impl Iterator<Item = Address> {
    iter::from_fn(move || {
        let bit = marks.trailing_zeros();
        marks &= marks.checked_sub(1)?;
        Some((word * 64) as Address + bit as Address)
    })
}

/// Changes the mark of a cell.
fn flip(marks: &mut [u64], at: usize) {
    if let Some(word) = marks.get_mut(at / 64) {
        *word ^= 1 << (at % 64);
    }
}

impl Buffer {
    pub fn new(rows: u16, columns: u16) -> Buffer {
        Buffer {
            cells: vec![Cell::default(); usize::from(rows) * usize::from(columns)],
            columns,
            marks: SmallVec::from_elem(0, words(rows, columns)),
            changes: Changes::ALL,
        }
    }

    /// What changed since the last call.
    pub fn take_changes(&mut self) -> Changes {
        std::mem::take(&mut self.changes)
    }

    /// Nulls everywhere, in this size.
    pub fn clear(&mut self, rows: u16, columns: u16) {
        self.cells
            .resize(usize::from(rows) * usize::from(columns), Cell::default());
        self.cells.fill(Cell::default());
        self.columns = columns;
        self.marks.clear();
        self.marks.resize(words(rows, columns), 0);
        self.changes = Changes::ALL;
    }

    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    pub fn len(&self) -> Address {
        self.cells.len() as Address
    }

    pub fn columns(&self) -> u16 {
        self.columns
    }

    pub fn rows(&self) -> u16 {
        self.len() / self.columns.max(1)
    }

    /// Fetches what leads to the cells.
    pub fn prefetch(&self) {
        prefetch_index(slice::from_ref(&self.cells), 0);
        prefetch_index(slice::from_ref(&self.changes), 0);
    }

    /// Fetches a cell and where its field begins.
    pub fn prefetch_cell(&self, at: Address) {
        prefetch_index(&self.cells, usize::from(at));
        prefetch_index(&self.marks, usize::from(at / 64));
    }

    pub fn is_formatted(&self) -> bool {
        self.marks.iter().any(|word| *word != 0)
    }

    pub fn get(&self, at: Address) -> Cell {
        self.cells.get(usize::from(at)).copied().unwrap_or_default()
    }

    pub fn set(&mut self, at: Address, cell: Cell) {
        if let Some(old) = self.cells.get_mut(usize::from(at)) {
            if cell.is_attribute() != old.is_attribute() {
                flip(&mut self.marks, usize::from(at));
            }
            // An attribute byte governs cells up to the next one, wherever that will be.
            if cell.is_attribute() || old.is_attribute() {
                self.changes = Changes::ALL;
            }
            *old = cell;
            self.touch(at, at + 1);
        }
    }

    /// Puts characters, all with the attributes of `pen`, one after another from `at` on, round the buffer; the address
    /// behind the last. Attribute bytes on the way are overwritten.
    pub fn put(&mut self, at: Address, mut codes: &[u8], pen: Cell) -> Address {
        let mut at = usize::from(at);
        while !codes.is_empty() && at < self.cells.len() {
            let (here, beyond) = codes.split_at(codes.len().min(self.cells.len() - at));
            let end = at + here.len();
            if self.unmark(at, end) {
                self.changes = Changes::ALL;
            }
            self.touch(at as Address, end as Address);
            let cells = &mut self.cells[at..end];
            // Filled first, the cells are written many at a time.
            cells.fill(pen);
            for (cell, &code) in cells.iter_mut().zip(here) {
                cell.code = code;
            }
            codes = beyond;
            at = end % self.cells.len();
        }
        at as Address
    }

    /// Takes the marks of these cells away; whether there was any.
    fn unmark(&mut self, from: usize, to: usize) -> bool {
        let mut any = false;
        let words = from / 64..to.div_ceil(64);
        let marks = self.marks.get_mut(words.clone()).unwrap_or_default();
        for (n, word) in words.zip(marks) {
            let low = from.saturating_sub(n * 64).min(63);
            let high = (to - n * 64).min(64);
            let within = (u64::MAX << low) & (u64::MAX >> (64 - high));
            any |= *word & within != 0;
            *word &= !within;
        }
        any
    }

    pub fn next(&self, at: Address) -> Address {
        if at + 1 < self.len() { at + 1 } else { 0 }
    }

    pub fn previous(&self, at: Address) -> Address {
        if at > 0 {
            at - 1
        } else {
            self.len().saturating_sub(1)
        }
    }

    /// The address of the attribute byte that governs `at`: at it or before it, round the buffer. None if unformatted.
    pub fn field_start(&self, at: Address) -> Option<Address> {
        let last = self.len().saturating_sub(1);
        self.mark_before(at.min(last))
            .or_else(|| self.mark_before(last))
    }

    /// The last attribute byte at or before `at`.
    fn mark_before(&self, at: Address) -> Option<Address> {
        let (last, bit) = (usize::from(at / 64), at % 64);
        let words = self.marks.iter().enumerate().take(last + 1).rev();
        let mut masked = words.map(|(n, word)| match n == last {
            true => (n, word & (u64::MAX >> (63 - bit))),
            false => (n, *word),
        });
        let (n, word) = masked.find(|(_, word)| *word != 0)?;
        Some((n * 64 + 63 - word.leading_zeros() as usize) as Address)
    }

    /// The first attribute byte at or behind `at`.
    fn mark_behind(&self, at: Address) -> Option<Address> {
        let (first, bit) = (usize::from(at / 64), at % 64);
        let words = self.marks.iter().enumerate().skip(first);
        let mut masked = words.map(|(n, word)| match n == first {
            true => (n, word & (u64::MAX << bit)),
            false => (n, *word),
        });
        let (n, word) = masked.find(|(_, word)| *word != 0)?;
        Some((n * 64 + word.trailing_zeros() as usize) as Address)
    }

    /// The attribute bytes at or behind `at`, in order, up to the end of the buffer.
    pub fn attributes_from(&self, at: Address) -> impl Iterator<Item = Address> {
        let (first, bit) = (usize::from(at / 64), at % 64);
        let words = self.marks.iter().enumerate().skip(first);
        words.flat_map(move |(n, word)| match n == first {
            true => places(n, word & (u64::MAX << bit)),
            false => places(n, *word),
        })
    }

    /// The attribute that governs `at`; unprotected alphanumeric if unformatted.
    pub fn attribute_at(&self, at: Address) -> FieldAttribute {
        self.field_start(at)
            .and_then(|start| self.get(start).attribute())
            .unwrap_or_default()
    }

    /// The first attribute byte at or behind `at`, round the buffer.
    pub fn next_attribute(&self, at: Address) -> Option<Address> {
        self.mark_behind(at).or_else(|| self.mark_behind(0))
    }
}

/// Fields.
impl Buffer {
    /// The addresses from `at` on, once round the buffer.
    pub fn from(&self, at: Address) -> impl Iterator<Item = Address> + use<> {
        (at..self.len()).chain(0..at.min(self.len()))
    }

    /// Whether this is the attribute byte of an unprotected field with at least one position.
    pub fn is_input_start(&self, at: Address) -> bool {
        self.get(at)
            .attribute()
            .is_some_and(|attribute| !attribute.is_protected())
            && !self.get(self.next(at)).is_attribute()
    }

    /// The first position of the first unprotected field whose attribute byte is at or behind `at`; 0 if there is none.
    pub fn next_unprotected(&self, at: Address) -> Address {
        self.attributes_from(at)
            .chain(self.attributes_from(0).take_while(|here| *here < at))
            .find(|&here| self.is_input_start(here))
            .map_or(0, |found| self.next(found))
    }

    /// Sets or clears the modified data tag of the field that governs `at`.
    pub fn set_mdt(&mut self, at: Address, on: bool) {
        let Some(start) = self.field_start(at) else {
            return;
        };
        self.tag(start, on);
    }

    /// Sets or clears the modified data tag of an attribute byte.
    pub fn tag(&mut self, start: Address, on: bool) {
        let Some(cell) = self.cells.get_mut(usize::from(start)) else {
            return;
        };
        let tagged = cell.with_mdt(on);
        if tagged == *cell {
            return;
        }
        *cell = tagged;
        match self.mark_behind(start + 1) {
            Some(next) => self.touch(start, next),
            None => {
                self.touch(start, self.len());
                self.touch(0, self.mark_behind(0).unwrap_or_default());
            }
        }
    }

    /// Notes that what these cells show may be another now.
    fn touch(&mut self, from: Address, to: Address) {
        self.changes.add(from, to, self.cells.len());
    }

    /// Clears every modified data tag.
    pub fn reset_mdt(&mut self) {
        for word in 0..self.marks.len() {
            for at in places(word, self.marks.get(word).copied().unwrap_or_default()) {
                self.tag(at, false);
            }
        }
    }
}

/// Changes of characters, which take no attribute byte away.
impl Buffer {
    /// Another code point of the base character set, with the attributes that stand there.
    pub fn set_code(&mut self, at: Address, code: u8) {
        if let Some(cell) = self.cells.get_mut(usize::from(at)) {
            *cell = Cell {
                code,
                character_set: Cell::BASE,
                ..*cell
            };
            self.touch(at, at + 1);
        }
    }

    /// Nulls from `start` up to `end`, not including it; the whole buffer if they are the same.
    pub fn erase_range(&mut self, start: Address, end: Address) {
        let mut at = start;
        loop {
            self.set_code(at, 0);
            at = self.next(at);
            if at == end {
                break;
            }
        }
    }

    /// Nulls to every unprotected field, whose tags are cleared; the first position of the first.
    pub fn erase_input(&mut self) -> Option<Address> {
        let first = self.next_attribute(0)?;
        let mut home = None;
        let mut protected = true;
        for at in self.from(first) {
            if let Some(attribute) = self.get(at).attribute() {
                protected = attribute.is_protected();
                if !protected {
                    home = home.or(Some(self.next(at)));
                    self.set_mdt(at, false);
                }
            } else if !protected {
                self.set_code(at, 0);
            }
        }
        home
    }

    /// Moves the characters from `at` up to `spare` by one, over what stands at `spare`; what stands at `at` stays. There is no
    /// attribute byte among them.
    pub fn shift_right(&mut self, at: Address, spare: Address) {
        if spare < at {
            self.shift_right(0, spare);
            let last = self.previous(0);
            self.copy(last, 0);
            self.shift_right(at, last);
        } else {
            let (from, to) = (usize::from(at), usize::from(spare));
            self.cells.copy_within(from..to, from + 1);
            self.touch(at, spare + 1);
        }
    }

    /// Moves the characters behind `at` up to `last` by one over `at`, and puts a null at `last`. There is no attribute byte
    /// among them.
    pub fn shift_left(&mut self, at: Address, last: Address) {
        if last < at {
            let end = self.previous(0);
            self.cells
                .copy_within(usize::from(at) + 1.., usize::from(at));
            self.touch(at, self.len());
            self.copy(0, end);
            self.shift_left(0, last);
        } else {
            let (from, to) = (usize::from(at), usize::from(last));
            self.cells.copy_within(from + 1..=to, from);
            self.touch(at, last);
            self.set_code(last, 0);
        }
    }

    fn copy(&mut self, from: Address, to: Address) {
        self.set(to, self.get(from));
    }
}
