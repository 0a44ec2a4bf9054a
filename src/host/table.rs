//! The backend's records: ordered by key, cheap to clone, with a digest kept up to date.

use crate::system::model;
use crate::system::value::{Key, Row, Type, Value};
use imbl::OrdMap;
use std::sync::Arc;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// The rows of one table. A clone shares them until either changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    rows: OrdMap<Key, Row>,
    /// Wrapping sum of the digests of all rows: the same whatever order they came in.
    digest: u64,
    /// The next number a numbered key gets.
    next: i64,
}

/// A row with this key is there already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate(pub Key);

impl Table {
    /// No rows yet.
    pub fn new(model: &model::Table) -> Table {
        Table {
            rows: OrdMap::new(),
            digest: 0,
            next: model.sequence.as_ref().map_or(0, |sequence| sequence.first),
        }
    }

    /// The row with this key.
    pub fn get(&self, key: &[Value]) -> Option<&Row> {
        self.rows.get(key)
    }

    /// Whether there is a row with this key.
    pub fn contains(&self, key: &[Value]) -> bool {
        self.rows.contains_key(key)
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// All rows, in key order.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Row)> {
        self.rows.iter()
    }

    /// The rows as a map, whose `diff` tells what changed between two clones.
    pub fn map(&self) -> &OrdMap<Key, Row> {
        &self.rows
    }

    /// A new row, one value a column; texts longer than their column are cut. Gives its key.
    pub fn insert(&mut self, model: &model::Table, row: Vec<Value>) -> Result<Key, Duplicate> {
        let (key, row) = fitted(model, row);
        match self.add(key.clone(), row) {
            true => Ok(key),
            false => Err(Duplicate(key)),
        }
    }

    /// As [`Table::insert`] for a row that is made already; whether its key was free.
    pub(super) fn insert_made(&mut self, model: &model::Table, mut row: Row) -> bool {
        match Arc::get_mut(&mut row) {
            Some(cells) => fit(model, cells),
            None => return self.insert(model, row.to_vec()).is_ok(),
        }
        self.add(key_of(model, &row), row)
    }

    fn add(&mut self, key: Key, row: Row) -> bool {
        if self.rows.contains_key(&key) {
            return false;
        }
        self.digest = self.digest.wrapping_add(row_digest(&row));
        self.rows.insert(key, row);
        true
    }

    /// Another row in place of the one with this key; its own key may differ. Gives false, and does nothing, if there is no
    /// such row or the new key is another row's.
    pub fn replace(&mut self, model: &model::Table, key: &[Value], row: Vec<Value>) -> bool {
        let (new_key, row) = fitted(model, row);
        let moves = new_key.as_slice() != key;
        if moves && self.rows.contains_key(&new_key) {
            return false;
        }
        let Some(slot) = self.rows.get_mut(key) else {
            return false;
        };
        self.digest = self
            .digest
            .wrapping_sub(row_digest(slot))
            .wrapping_add(row_digest(&row));
        if moves {
            self.rows.remove(key);
            self.rows.insert(new_key, row);
        } else {
            *slot = row;
        }
        true
    }

    /// The row goes.
    pub fn remove(&mut self, key: &[Value]) -> Option<Row> {
        let row = self.rows.remove(key)?;
        self.digest = self.digest.wrapping_sub(row_digest(&row));
        Some(row)
    }

    /// The next free numbered key, given out once. A table without a sequence gives a blank.
    pub fn next_key(&mut self, model: &model::Table) -> Value {
        let (Some(sequence), Some(column)) = (&model.sequence, model.key.first()) else {
            return Value::text("");
        };
        loop {
            let value = numbered(sequence, self.next, &model.columns[*column].of);
            self.next = self.next.wrapping_add(1);
            if !self.rows.contains_key(std::slice::from_ref(&value)) {
                return value;
            }
        }
    }

    /// A digest of all rows and of the next number.
    pub fn digest(&self) -> u64 {
        self.digest ^ (self.next as u64).rotate_left(32)
    }

    /// Checks that the digest is that of the rows and that every row stands under its own key.
    pub fn verify(&self, model: &model::Table) -> Result<(), String> {
        let mut digest = 0u64;
        for (key, row) in &self.rows {
            digest = digest.wrapping_add(row_digest(row));
            if row.len() != model.columns.len() || *key != key_of(model, row) {
                return Err(format!(
                    "table {}: a row stands under the key {key:?}, which is not its own",
                    model.name
                ));
            }
        }
        match digest == self.digest {
            true => Ok(()),
            false => Err(format!(
                "table {}: the digest is not that of the rows",
                model.name
            )),
        }
    }
}

/// The n-th key of a sequence: prefix and padded digits for text, the number itself for int.
pub(super) fn numbered(sequence: &model::Sequence, number: i64, of: &Type) -> Value {
    match of {
        Type::Int => Value::Int(number),
        _ => Value::text(format!(
            "{}{number:0digits$}",
            sequence.prefix,
            digits = sequence.digits
        )),
    }
}

fn key_of(model: &model::Table, row: &[Value]) -> Key {
    model
        .key
        .iter()
        .map(|column| row[*column].clone())
        .collect()
}

/// The row as its columns hold it, and its key.
fn fitted(model: &model::Table, mut row: Vec<Value>) -> (Key, Row) {
    fit(model, &mut row);
    (key_of(model, &row), Arc::from(row))
}

/// Cuts texts to the width of their columns.
fn fit(model: &model::Table, row: &mut [Value]) {
    for (value, column) in row.iter_mut().zip(&model.columns) {
        if let (Value::Text(text), Some(width)) = (&value, column.width)
            && text.len() > width
            && let Some((end, _)) = text.char_indices().nth(width)
        {
            *value = Value::text(&text[..end]);
        }
    }
}

fn row_digest(row: &[Value]) -> u64 {
    // One hash of all bytes is the hash of the bytes fed one after another, and cheaper for so few.
    let mut bytes = Vec::with_capacity(32 * row.len());
    row.iter().for_each(|value| hash_value(value, &mut bytes));
    xxh3_64(&bytes)
}

/// What takes the bytes of values.
pub(super) trait Feed {
    fn update(&mut self, bytes: &[u8]);
}

impl Feed for Xxh3 {
    fn update(&mut self, bytes: &[u8]) {
        Xxh3::update(self, bytes);
    }
}

impl Feed for Vec<u8> {
    fn update(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Feeds a value to a hash, the same bytes on every machine.
pub(super) fn hash_value(value: &Value, hash: &mut impl Feed) {
    match value {
        Value::Int(number) => {
            hash.update(&[0]);
            hash.update(&number.to_le_bytes());
        }
        Value::Decimal(number) => {
            hash.update(&[1, number.scale]);
            hash.update(&number.units.to_le_bytes());
        }
        Value::Text(text) => {
            hash.update(&[2]);
            hash.update(&(text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        }
        Value::Bool(yes) => hash.update(&[3, u8::from(*yes)]),
        Value::Date(day) => {
            hash.update(&[4]);
            hash.update(&day.0.to_le_bytes());
        }
        Value::List(items) => {
            hash.update(&[5]);
            hash.update(&(items.len() as u64).to_le_bytes());
            items.iter().for_each(|item| hash_value(item, hash));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn model() -> model::Table {
        let column = |name: &str, of, width| model::Column {
            name: name.into(),
            of,
            width,
        };
        model::Table {
            name: "queue".into(),
            layer: 0,
            columns: vec![
                column("id", Type::Text, Some(4)),
                column("note", Type::Text, Some(3)),
            ],
            key: vec![0],
            sequence: Some(model::Sequence {
                prefix: "Q".into(),
                digits: 3,
                first: 7,
            }),
            rows: Vec::new(),
            generate: None,
            journal: false,
        }
    }

    fn row(id: &str, note: &str) -> Vec<Value> {
        vec![Value::text(id), Value::text(note)]
    }

    #[test]
    fn texts_are_cut_to_their_column_and_keys_are_unique() {
        let (model, mut table) = (model(), Table::new(&model()));
        let key = table.insert(&model, row("Q001X", "ABCD")).unwrap();
        assert_eq!(key, [Value::text("Q001")]);
        assert_eq!(table.get(&key).unwrap()[1], Value::text("ABC"));
        assert_eq!(table.insert(&model, row("Q001", "")), Err(Duplicate(key)));
    }

    #[test]
    fn numbered_keys_pass_by_those_that_are_taken() {
        let (model, mut table) = (model(), Table::new(&model()));
        table.insert(&model, row("Q008", "")).unwrap();
        assert_eq!(table.next_key(&model), Value::text("Q007"));
        assert_eq!(table.next_key(&model), Value::text("Q009"));
    }

    #[test]
    fn a_row_does_not_take_another_rows_key() {
        let (model, mut table) = (model(), Table::new(&model()));
        table.insert(&model, row("A", "1")).unwrap();
        table.insert(&model, row("B", "2")).unwrap();
        let before = table.clone();
        assert!(!table.replace(&model, &[Value::text("A")], row("B", "3")));
        assert!(!table.replace(&model, &[Value::text("C")], row("C", "3")));
        assert_eq!(table, before);
        assert!(table.replace(&model, &[Value::text("A")], row("C", "3")));
        assert!(!table.contains(&[Value::text("A")]));
    }

    proptest! {
        #[test]
        fn the_digest_is_that_of_the_rows_whatever_came_before(
            deeds in proptest::collection::vec((0u8..3, 0u8..6, "[A-C]{0,5}"), 0..40)
        ) {
            let (model, mut table) = (model(), Table::new(&model()));
            for (deed, id, note) in deeds {
                let key = [Value::text(id.to_string())];
                match deed {
                    0 => drop(table.insert(&model, row(&id.to_string(), &note))),
                    1 => drop(table.replace(&model, &key, row(&id.to_string(), &note))),
                    _ => drop(table.remove(&key)),
                }
            }
            prop_assert_eq!(table.verify(&model), Ok(()));
            let mut again = Table::new(&model);
            for (_, row) in table.map().iter().rev() {
                again.insert(&model, row.to_vec()).unwrap();
            }
            prop_assert_eq!(again.digest(), table.digest());
        }
    }
}
