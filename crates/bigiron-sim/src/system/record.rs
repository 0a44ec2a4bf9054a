//! Rows as they are stored: each on its own, or many packed into a block.
//!
//! A row on its own takes 24 bytes a cell and lends its cells. In a block a cell takes about as many bytes as it has characters, and
//! a repeated text three. Most rows of a region are never read, and a server holds ten thousand regions.

use super::value::{Date, Decimal, Row, RowKey, Value};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::iter;
use std::ops::RangeInclusive;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

/// A row, borrowed where possible.
#[derive(Debug, Clone)]
pub enum StoredRow<'a> {
    /// A row that belongs to the reader.
    Own(Row),
    /// A row on its own.
    Held(&'a Row),
    /// The cells of a row in a [`Block`].
    Packed(Cells<'a>),
}

impl<'a> StoredRow<'a> {
    /// The value of a column, from 0; none past the last.
    pub fn cell(self, column: usize) -> Option<Cow<'a, Value>> {
        match self {
            StoredRow::Own(row) => row.get(column).cloned().map(Cow::Owned),
            StoredRow::Held(row) => row.get(column).map(Cow::Borrowed),
            StoredRow::Packed(cells) => Some(Cow::Owned(cells.after(column).next()?.value())),
        }
    }

    /// The row on its own.
    pub fn row(&self) -> Row {
        match self {
            StoredRow::Own(row) => Arc::clone(row),
            StoredRow::Held(row) => Arc::clone(row),
            StoredRow::Packed(cells) => cells.values().collect(),
        }
    }

    /// The same row, borrowed.
    pub fn lend(&self) -> StoredRow<'_> {
        match self {
            StoredRow::Own(row) => StoredRow::Held(row),
            StoredRow::Held(row) => StoredRow::Held(row),
            StoredRow::Packed(cells) => StoredRow::Packed(*cells),
        }
    }

    /// Its key, if these are its columns.
    pub fn key(&self, columns: &[usize]) -> RowKey {
        let cell = |column: &usize| self.lend().cell(*column).map(Cow::into_owned);
        columns.iter().filter_map(cell).collect()
    }
}

/// The rows of a table in key order, packed. They never change.
#[derive(Debug, Default)]
pub struct Block {
    /// The cells of all blocks that were packed together.
    cells: Arc<[u8]>,
    /// Where the cells of the first row begin.
    start: usize,
    /// Where those of each row end, counted from there.
    ends: Ends,
    /// The columns of the key.
    key: Box<[usize]>,
    /// A hash byte for the key of each row. They are adjacent in memory, while a search through the rows misses the cache at
    /// each step. Empty for very few or very many rows.
    marks: Box<[u8]>,
}

/// Offsets of the ends of rows: two bytes each, if that is enough for the last.
#[derive(Debug)]
enum Ends {
    Near(Box<[u16]>),
    Far(Box<[u32]>),
}

impl Default for Ends {
    fn default() -> Ends {
        Ends::Near(Box::default())
    }
}

impl Ends {
    /// Of ascending offsets below 4 GiB.
    fn new(offsets: &[usize]) -> Ends {
        match offsets.last() {
            Some(last) if *last > usize::from(u16::MAX) => {
                Ends::Far(offsets.iter().map(|end| *end as u32).collect())
            }
            _ => Ends::Near(offsets.iter().map(|end| *end as u16).collect()),
        }
    }

    fn len(&self) -> usize {
        match self {
            Ends::Near(ends) => ends.len(),
            Ends::Far(ends) => ends.len(),
        }
    }

    fn get(&self, at: usize) -> Option<usize> {
        match self {
            Ends::Near(ends) => ends.get(at).map(|end| usize::from(*end)),
            Ends::Far(ends) => ends.get(at).map(|end| *end as usize),
        }
    }
}

/// How many rows a block with marks has.
const MARKED: RangeInclusive<usize> = 9..=2048;

/// The hash byte of a key.
fn mark<'v>(key: impl IntoIterator<Item = &'v Value>) -> u8 {
    key.into_iter().fold(0, |mark: u8, value| {
        let bits = match value {
            Value::Text(text) => xxh3_64(text.as_bytes()),
            Value::Int(number) => *number as u64,
            Value::Decimal(number) => number.units as u64,
            Value::Date(day) => i64::from(day.0) as u64,
            Value::Bool(yes) => u64::from(*yes),
            Value::List(items) => items.len() as u64,
        };
        // The highest byte depends on all others.
        let own = (bits.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8;
        mark.rotate_left(3) ^ own
    })
}

impl Block {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row at a place, from 0; one without cells past the last.
    pub fn record(&self, at: usize) -> StoredRow<'_> {
        StoredRow::Packed(self.row(at))
    }

    /// The row with a key.
    pub fn get(&self, key: &[Value]) -> Option<StoredRow<'_>> {
        if !self.marks.is_empty() {
            let own = mark(key);
            let alike = self.marks.iter().enumerate();
            let mut alike = alike.filter_map(|(at, mark)| (*mark == own).then_some(at));
            let found = alike.find(|at| self.compare(*at, key) == Ordering::Equal);
            return found.map(|at| self.record(at));
        }
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.compare(middle, key) {
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
                Ordering::Equal => return Some(self.record(middle)),
            }
        }
        None
    }

    /// Compares the key of the row at a place with another.
    pub fn compare(&self, at: usize, key: &[Value]) -> Ordering {
        let cells = self.row(at);
        for (column, value) in self.key.iter().zip(key) {
            let cell = cells.after(*column).next();
            let order = cell.map_or(Ordering::Less, |cell| cell.compare(value));
            if order != Ordering::Equal {
                return order;
            }
        }
        self.key.len().cmp(&key.len())
    }

    fn row(&self, at: usize) -> Cells<'_> {
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before));
        let start = start.unwrap_or(0);
        let end = self.ends.get(at).unwrap_or(start);
        let own = self.start + start..self.start + end;
        Cells {
            left: self.cells.get(own).unwrap_or_default(),
            all: &self.cells,
        }
    }
}

// A cell begins with a byte that says what it is; below these, it is a text of so many bytes.
const LONG_TEXT: u8 = 0xF0;
const INT: u8 = 0xF1;
const DECIMAL: u8 = 0xF2;
const FALSE: u8 = 0xF3;
const TRUE: u8 = 0xF4;
const DATE: u8 = 0xF5;
const LIST: u8 = 0xF6;
/// The text of a cell that was packed before.
const AGAIN: u8 = 0xF7;

/// Packs the tables of a region into blocks. A text that occurs in several cells is mostly stored once.
#[derive(Default)]
pub struct Packer {
    cells: Vec<u8>,
    /// By a hash of the text, one more than the place of the last cell with such a text; 0 if there is none.
    texts: Vec<u32>,
    blocks: Vec<Packed>,
}

/// A table that is packed.
struct Packed {
    /// Where the cells of its first row begin.
    start: usize,
    /// Where those of each row end, counted from there.
    ends: Vec<usize>,
    key: Box<[usize]>,
    marks: Vec<u8>,
}

impl Packer {
    const TEXTS: usize = 1 << 13;
    /// A reference to an earlier text takes up to five bytes, mostly three or four.
    const SHORTEST: usize = 4;

    /// Packs the rows of a table, which come in the order of their keys; the key has these columns.
    pub fn table(&mut self, key: &[usize], rows: impl IntoIterator<Item = Row>) {
        let start = self.cells.len();
        let (mut ends, mut marks) = (Vec::new(), Vec::new());
        for row in rows {
            row.iter().for_each(|value| self.value(value));
            ends.push(self.cells.len() - start);
            marks.push(mark(key.iter().filter_map(|column| row.get(*column))));
        }
        if !MARKED.contains(&marks.len()) {
            marks.clear();
        }
        self.blocks.push(Packed {
            start,
            ends,
            key: key.into(),
            marks,
        });
    }

    /// A block for each table, in their order. `None` if they are more than blocks hold: 4 GiB.
    pub fn blocks(self) -> Option<Vec<Block>> {
        u32::try_from(self.cells.len()).ok()?;
        let cells: Arc<[u8]> = self.cells.into();
        let block = |packed: Packed| Block {
            cells: Arc::clone(&cells),
            start: packed.start,
            ends: Ends::new(&packed.ends),
            key: packed.key,
            marks: packed.marks.into(),
        };
        Some(self.blocks.into_iter().map(block).collect())
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Int(number) => {
                self.cells.push(INT);
                self.number(*number);
            }
            Value::Decimal(number) => {
                self.cells.extend([DECIMAL, number.scale]);
                self.number(number.units);
            }
            Value::Text(text) => self.text(text.as_bytes()),
            Value::Bool(yes) => self.cells.push(if *yes { TRUE } else { FALSE }),
            Value::Date(day) => {
                self.cells.push(DATE);
                self.number(i64::from(day.0));
            }
            Value::List(items) => {
                let start = self.cells.len();
                items.iter().for_each(|item| self.value(item));
                let cells = self.cells.split_off(start);
                self.cells.push(LIST);
                self.count(cells.len());
                self.cells.extend(cells);
            }
        }
    }

    fn text(&mut self, text: &[u8]) {
        let Some(length) = u8::try_from(text.len()).ok().filter(|l| *l < LONG_TEXT) else {
            self.cells.push(LONG_TEXT);
            self.count(text.len());
            self.cells.extend(text);
            return;
        };
        let here = self.cells.len();
        if text.len() >= Packer::SHORTEST {
            self.texts.resize(Packer::TEXTS, 0);
            let hash = xxh3_64(text) as usize % Packer::TEXTS;
            let before = (self.texts[hash] as usize).checked_sub(1);
            if let Some(place) = before
                && short_text(&self.cells, place) == Some(text)
            {
                self.cells.push(AGAIN);
                return self.count(place);
            }
            self.texts[hash] = u32::try_from(here + 1).unwrap_or(0);
        }
        self.cells.push(length);
        self.cells.extend(text);
    }

    /// The sign is the lowest bit.
    fn number(&mut self, number: i64) {
        self.bits(((number << 1) ^ (number >> 63)) as u64);
    }

    fn count(&mut self, count: usize) {
        self.bits(count as u64);
    }

    /// Seven bits a byte, the lowest first.
    fn bits(&mut self, bits: u64) {
        let mut left = bits;
        while left >= 0x80 {
            self.cells.push(left as u8 | 0x80);
            left >>= 7;
        }
        self.cells.push(left as u8);
    }
}

/// The text of the cell at a place, if it is a short one.
fn short_text(cells: &[u8], place: usize) -> Option<&[u8]> {
    let (length, rest) = cells.get(place..)?.split_first()?;
    match *length < LONG_TEXT {
        true => rest.get(..usize::from(*length)),
        false => None,
    }
}

/// The cells of a packed row, one after another.
#[derive(Debug, Clone, Copy)]
pub struct Cells<'a> {
    left: &'a [u8],
    /// The cells of all rows, to which references point.
    all: &'a [u8],
}

/// A packed cell; a text is not copied until its value is asked for.
enum Cell<'a> {
    Text(&'a [u8]),
    Value(Value),
}

impl<'a> Cells<'a> {
    /// What is left after so many cells.
    fn after(mut self, count: usize) -> Cells<'a> {
        for _ in 0..count {
            if self.skip().is_none() {
                self.left = &[];
            }
        }
        self
    }

    fn skip(&mut self) -> Option<()> {
        match self.byte()? {
            FALSE | TRUE => {}
            INT | DATE | AGAIN => drop(self.bits()?),
            DECIMAL => {
                self.take(1)?;
                self.bits()?;
            }
            LONG_TEXT | LIST => drop(self.counted()?),
            length => drop(self.take(usize::from(length))?),
        }
        Some(())
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.left.split_at_checked(length)?;
        self.left = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.left.split_first()?;
        self.left = rest;
        Some(byte)
    }

    fn bits(&mut self) -> Option<u64> {
        let mut sum = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            sum |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                break;
            }
        }
        Some(sum)
    }

    fn number(&mut self) -> Option<i64> {
        let bits = self.bits()?;
        Some((bits >> 1) as i64 ^ -((bits & 1) as i64))
    }

    fn counted(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.bits()?).ok()?;
        self.take(length)
    }

    fn next(&mut self) -> Option<Cell<'a>> {
        let kind = self.byte()?;
        Some(Cell::Value(match kind {
            AGAIN => {
                let place = usize::try_from(self.bits()?).ok()?;
                return short_text(self.all, place).map(Cell::Text);
            }
            LONG_TEXT => return self.counted().map(Cell::Text),
            INT => Value::Int(self.number()?),
            DECIMAL => Value::Decimal(Decimal {
                scale: self.byte()?,
                units: self.number()?,
            }),
            FALSE => Value::Bool(false),
            TRUE => Value::Bool(true),
            DATE => Value::Date(Date(self.number()? as i32)),
            LIST => {
                let left = self.counted()?;
                Value::List(Cells { left, ..*self }.values().collect())
            }
            length => return self.take(usize::from(length)).map(Cell::Text),
        }))
    }

    fn values(mut self) -> impl Iterator<Item = Value> + use<'a> {
        iter::from_fn(move || self.next().map(Cell::value))
    }
}

impl Cell<'_> {
    fn value(self) -> Value {
        match self {
            // It was packed from a text.
            Cell::Text(text) => Value::text(str::from_utf8(text).unwrap_or_default()),
            Cell::Value(value) => value,
        }
    }

    fn compare(self, with: &Value) -> Ordering {
        match (self, with) {
            (Cell::Text(text), Value::Text(with)) => text.cmp(with.as_bytes()),
            (cell, with) => cell.value().cmp(with),
        }
    }
}

#[cfg(test)]
mod tests;
