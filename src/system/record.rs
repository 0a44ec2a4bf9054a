//! Rows as they are read: each held on its own, or many packed into a block.
//!
//! A row on its own has 24 bytes a cell, so that cells can be lent; packed, a cell takes about as many bytes as it has characters.
//! Most rows of a world are never looked at, and a server holds ten thousand worlds.

use super::value::{Date, Decimal, Key, Row, Value};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

/// A row that is read.
#[derive(Debug, Clone)]
pub enum Record<'a> {
    /// A row that nobody else need hold.
    Own(Row),
    /// A row on its own.
    Held(&'a Row),
    /// The cells of a row in a [`Block`].
    Packed(&'a [u8]),
}

impl<'a> Record<'a> {
    /// The value of a column, from 0; none past the last.
    pub fn cell(self, column: usize) -> Option<Cow<'a, Value>> {
        match self {
            Record::Own(row) => row.get(column).cloned().map(Cow::Owned),
            Record::Held(row) => row.get(column).map(Cow::Borrowed),
            Record::Packed(cells) => Some(Cow::Owned(Cells(cells).nth(column)?.value())),
        }
    }

    /// The row on its own.
    pub fn row(&self) -> Row {
        match self {
            Record::Own(row) => Arc::clone(row),
            Record::Held(row) => Arc::clone(row),
            Record::Packed(cells) => Cells(cells).map(Cell::value).collect(),
        }
    }

    /// The same, lent.
    pub fn lend(&self) -> Record<'_> {
        match self {
            Record::Own(row) => Record::Held(row),
            Record::Held(row) => Record::Held(row),
            Record::Packed(cells) => Record::Packed(cells),
        }
    }

    /// Its key, if these are its columns.
    pub fn key(&self, columns: &[usize]) -> Key {
        let cell = |column: &usize| self.lend().cell(*column).map(Cow::into_owned);
        columns.iter().filter_map(cell).collect()
    }
}

/// The rows of a table in key order, packed. They never change.
#[derive(Debug, Default)]
pub struct Block {
    cells: Box<[u8]>,
    /// Where the cells of each row end.
    ends: Box<[u32]>,
    /// The columns of the key.
    key: Box<[usize]>,
}

impl Block {
    /// Packs rows that come in the order of their keys, which are these columns. `None` if they are more than a block holds: 4 GiB.
    pub fn pack<'r>(key: &[usize], rows: impl IntoIterator<Item = &'r Row>) -> Option<Block> {
        let (mut cells, mut ends) = (Vec::new(), Vec::new());
        for row in rows {
            row.iter().for_each(|value| pack(value, &mut cells));
            ends.push(u32::try_from(cells.len()).ok()?);
        }
        Some(Block {
            cells: cells.into(),
            ends: ends.into(),
            key: key.into(),
        })
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The row at a place, from 0; one without cells past the last.
    pub fn record(&self, at: usize) -> Record<'_> {
        Record::Packed(self.cells_of(at).unwrap_or_default())
    }

    /// The row with a key.
    pub fn get(&self, key: &[Value]) -> Option<Record<'_>> {
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

    /// How the key of the row at a place stands to another.
    pub fn compare(&self, at: usize, key: &[Value]) -> Ordering {
        let cells = self.cells_of(at).unwrap_or_default();
        for (column, value) in self.key.iter().zip(key) {
            let order = Cells(cells)
                .nth(*column)
                .map_or(Ordering::Less, |cell| cell.compare(value));
            if order != Ordering::Equal {
                return order;
            }
        }
        self.key.len().cmp(&key.len())
    }

    fn cells_of(&self, at: usize) -> Option<&[u8]> {
        let end = *self.ends.get(at)? as usize;
        let start = match at.checked_sub(1) {
            Some(before) => *self.ends.get(before)? as usize,
            None => 0,
        };
        self.cells.get(start..end)
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

fn pack(value: &Value, to: &mut Vec<u8>) {
    match value {
        Value::Int(number) => {
            to.push(INT);
            pack_number(*number, to);
        }
        Value::Decimal(number) => {
            to.extend([DECIMAL, number.scale]);
            pack_number(number.units, to);
        }
        Value::Text(text) => {
            match u8::try_from(text.len()) {
                Ok(length) if length < LONG_TEXT => to.push(length),
                _ => {
                    to.push(LONG_TEXT);
                    pack_number(text.len() as i64, to);
                }
            }
            to.extend(text.as_bytes());
        }
        Value::Bool(yes) => to.push(if *yes { TRUE } else { FALSE }),
        Value::Date(day) => {
            to.push(DATE);
            pack_number(i64::from(day.0), to);
        }
        Value::List(items) => {
            let mut cells = Vec::new();
            items.iter().for_each(|item| pack(item, &mut cells));
            to.push(LIST);
            pack_number(cells.len() as i64, to);
            to.extend(cells);
        }
    }
}

/// Seven bits a byte, the lowest first, the sign in the lowest of all.
fn pack_number(number: i64, to: &mut Vec<u8>) {
    let mut left = ((number << 1) ^ (number >> 63)) as u64;
    while left >= 0x80 {
        to.push(left as u8 | 0x80);
        left >>= 7;
    }
    to.push(left as u8);
}

/// The cells of a packed row, one after another.
struct Cells<'a>(&'a [u8]);

/// A packed cell; a text is not copied until its value is asked for.
enum Cell<'a> {
    Text(&'a [u8]),
    Value(Value),
}

impl<'a> Cells<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<i64> {
        let mut sum = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = *self.take(1)?.first()?;
            sum |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                break;
            }
        }
        Some((sum >> 1) as i64 ^ -((sum & 1) as i64))
    }

    fn counted(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.take(length)
    }
}

impl<'a> Iterator for Cells<'a> {
    type Item = Cell<'a>;

    fn next(&mut self) -> Option<Cell<'a>> {
        let kind = *self.take(1)?.first()?;
        Some(Cell::Value(match kind {
            LONG_TEXT => return self.counted().map(Cell::Text),
            INT => Value::Int(self.number()?),
            DECIMAL => Value::Decimal(Decimal {
                scale: *self.take(1)?.first()?,
                units: self.number()?,
            }),
            FALSE => Value::Bool(false),
            TRUE => Value::Bool(true),
            DATE => Value::Date(Date(self.number()? as i32)),
            LIST => Value::List(Cells(self.counted()?).map(Cell::value).collect()),
            length => return self.take(usize::from(length)).map(Cell::Text),
        }))
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<i64>().prop_map(Value::Int),
            (0u8..=6, any::<i64>())
                .prop_map(|(scale, units)| Value::Decimal(Decimal { scale, units })),
            ".{0,12}".prop_map(Value::text),
            "[A-Z]{200,300}".prop_map(Value::text),
            any::<bool>().prop_map(Value::Bool),
            any::<i32>().prop_map(|day| Value::Date(Date(day))),
        ];
        leaf.prop_recursive(2, 8, 4, |item| {
            proptest::collection::vec(item, 0..4).prop_map(|items| Value::List(items.into()))
        })
    }

    proptest! {
        #[test]
        fn what_is_packed_is_read_again(rows in proptest::collection::vec(proptest::collection::vec(value(), 1..6), 0..8)) {
            let rows: Vec<Row> = rows.into_iter().map(Row::from).collect();
            let block = Block::pack(&[0], &rows).unwrap();
            prop_assert_eq!(block.len(), rows.len());
            for (at, row) in rows.iter().enumerate() {
                prop_assert_eq!(&block.record(at).row(), row);
                for (column, value) in row.iter().enumerate() {
                    prop_assert_eq!(block.record(at).cell(column), Some(Cow::Borrowed(value)));
                }
                prop_assert_eq!(block.record(at).cell(row.len()), None);
            }
        }

        #[test]
        fn a_key_is_found_as_in_a_sorted_map(
            numbers in proptest::collection::btree_set((-40i64..40, "[A-C]{0,3}"), 0..40),
            asked in (-40i64..40, "[A-C]{0,3}"),
        ) {
            // The key's columns stand neither first nor in their order.
            let row = |(number, text): &(i64, String)| Row::from([Value::Bool(true), Value::text(text), Value::Int(*number)]);
            let rows: Vec<Row> = numbers.iter().map(row).collect();
            let block = Block::pack(&[2, 1], &rows).unwrap();
            let key = [Value::Int(asked.0), Value::text(&asked.1)];
            let found = block.get(&key).map(|record| record.row());
            prop_assert_eq!(found, numbers.contains(&asked).then(|| row(&asked)));
            for (at, number) in numbers.iter().enumerate() {
                prop_assert_eq!(block.compare(at, &key), number.cmp(&asked));
            }
        }
    }
}
