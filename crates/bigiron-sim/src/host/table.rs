//! The tables of the backend: rows ordered by key, cheap to clone, with a digest that is kept up to date.

use crate::system::model;
use crate::system::record::{Block, Packer, StoredRow};
use crate::system::value::{Row, RowKey, Type, Value};
use imbl::OrdMap;
use imbl::ordmap::DiffItem;
use std::cmp::Ordering;
use std::iter;
use std::sync::Arc;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// The rows of one table. A clone shares them until either changes.
#[derive(Debug, Clone)]
pub struct Table {
    /// The rows it began with, packed.
    begun: Arc<Block>,
    /// Rows written since, by key; `None` for a row that was removed.
    since: OrdMap<RowKey, Option<Row>>,
    /// How many rows there are.
    len: usize,
    /// Wrapping sum of the digests of all rows: the same whatever order they came in.
    digest: u64,
    /// The next number a numbered key gets.
    next: i64,
}

/// What happened to one row between two states of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowChange {
    /// Its key.
    pub key: RowKey,
    /// As it was; `None`: it is new.
    pub before: Option<Row>,
    /// As it is; `None`: it is gone.
    pub after: Option<Row>,
}

/// There is a row with this key already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate(pub RowKey);

/// Why a row cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WriteError {
    /// There is no row with this key.
    Absent,
    /// Another row has the new key.
    Duplicate,
}

impl Table {
    /// No rows yet.
    pub fn new(model: &model::TableDef) -> Table {
        Table {
            begun: Arc::default(),
            since: OrdMap::new(),
            len: 0,
            digest: 0,
            next: model.sequence.as_ref().map_or(0, |sequence| sequence.first),
        }
    }

    /// Packs the rows of tables, one for each model: less memory, and a little more time to read.
    pub(super) fn pack(tables: &mut [Table], models: &[model::TableDef]) {
        let mut packer = Packer::default();
        for (table, model) in tables.iter().zip(models) {
            packer.table(&model.key, table.iter().map(|record| record.row()));
        }
        let blocks = packer.blocks().into_iter().flatten();
        for (table, block) in tables.iter_mut().zip(blocks) {
            table.begun = Arc::new(block);
            table.since = OrdMap::new();
        }
    }

    /// The row with this key.
    pub fn get(&self, key: &[Value]) -> Option<StoredRow<'_>> {
        match self.since.get(key) {
            Some(row) => row.as_ref().map(StoredRow::Held),
            None => self.begun.get(key),
        }
    }

    /// Whether there is a row with this key.
    pub fn contains(&self, key: &[Value]) -> bool {
        self.get(key).is_some()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All rows, in key order.
    pub fn iter(&self) -> impl Iterator<Item = StoredRow<'_>> {
        let (mut at, mut since) = (0, self.since.iter().peekable());
        iter::from_fn(move || {
            loop {
                let order = match (at < self.begun.len(), since.peek()) {
                    (false, None) => return None,
                    (true, None) => Ordering::Less,
                    (false, Some(_)) => Ordering::Greater,
                    (true, Some((key, _))) => self.begun.compare(at, key),
                };
                at += usize::from(order != Ordering::Greater);
                if order == Ordering::Less {
                    return Some(self.begun.record(at - 1));
                }
                if let Some((_, Some(row))) = since.next() {
                    return Some(StoredRow::Held(row));
                }
            }
        })
    }

    /// The rows that another state of the same table has otherwise, in the order of their keys. Quick for two clones.
    pub fn changes(&self, model: &model::TableDef, after: &Table) -> Vec<RowChange> {
        let mut keys: Vec<RowKey> = match Arc::ptr_eq(&self.begun, &after.begun) {
            true => {
                let differing = self.since.diff(&after.since);
                differing.map(changed).cloned().collect()
            }
            false => {
                let rows = self.iter().chain(after.iter());
                rows.map(|record| record.key(&model.key)).collect()
            }
        };
        keys.sort_unstable();
        keys.dedup();
        let row = |table: &Table, key: &RowKey| table.get(key).map(|record| record.row());
        let changes = keys.into_iter().map(|key| RowChange {
            before: row(self, &key),
            after: row(after, &key),
            key,
        });
        changes
            .filter(|change| change.before != change.after)
            .collect()
    }

    /// A new row, one value a column; texts longer than their column are cut. Gives its key.
    pub fn insert(
        &mut self,
        model: &model::TableDef,
        row: Vec<Value>,
    ) -> Result<RowKey, Duplicate> {
        let (key, row) = fitted(model, row);
        match self.add(key.clone(), row) {
            true => Ok(key),
            false => Err(Duplicate(key)),
        }
    }

    /// As [`Table::insert`] for a row that is allocated already; returns whether its key was free.
    pub(super) fn insert_made(&mut self, model: &model::TableDef, mut row: Row) -> bool {
        match Arc::get_mut(&mut row) {
            Some(cells) => fit(model, cells),
            None => return self.insert(model, row.to_vec()).is_ok(),
        }
        self.add(key_of(model, &row), row)
    }

    fn add(&mut self, key: RowKey, row: Row) -> bool {
        if self.contains(&key) {
            return false;
        }
        self.digest = self.digest.wrapping_add(row_digest(&row));
        self.since.insert(key, Some(row));
        self.len += 1;
        true
    }

    /// Another row in place of the one with this key; its own key may differ. Gives false, and does nothing, if there is no
    /// such row or the new key is another row's.
    pub fn replace(&mut self, model: &model::TableDef, key: &[Value], row: Vec<Value>) -> bool {
        let (new_key, row) = fitted(model, row);
        if new_key.as_slice() != key && self.contains(&new_key) {
            return false;
        }
        self.remove(key).is_some() && self.add(new_key, row)
    }

    /// Other values in some columns of the row with this key. Gives the row as it was, and its key if that is another now.
    /// Does nothing if the new key is another row's.
    pub(super) fn update(
        &mut self,
        model: &model::TableDef,
        key: &[Value],
        set: Vec<(usize, Value)>,
    ) -> Result<(Row, Option<RowKey>), WriteError> {
        let old = self.get(key).ok_or(WriteError::Absent)?.row();
        let mut row: Row = old.iter().cloned().collect();
        if let Some(cells) = Arc::get_mut(&mut row) {
            for (column, value) in set {
                if let Some(cell) = cells.get_mut(column) {
                    *cell = value;
                }
            }
            fit(model, cells);
        }
        let new_key = key_of(model, &row);
        if new_key == key {
            let digest = self.digest.wrapping_sub(row_digest(&old));
            self.digest = digest.wrapping_add(row_digest(&row));
            self.since.insert(new_key, Some(row));
            return Ok((old, None));
        }
        if self.contains(&new_key) {
            return Err(WriteError::Duplicate);
        }
        self.remove(key);
        self.add(new_key.clone(), row);
        Ok((old, Some(new_key)))
    }

    /// The row goes.
    pub fn remove(&mut self, key: &[Value]) -> Option<Row> {
        let row = self.get(key)?.row();
        self.digest = self.digest.wrapping_sub(row_digest(&row));
        self.len -= 1;
        match self.begun.get(key) {
            Some(_) => self.since.insert(key.to_vec(), None),
            None => self.since.remove(key),
        };
        Some(row)
    }

    /// The next free numbered key, given out once. A table without a sequence gives a blank.
    pub fn next_key(&mut self, model: &model::TableDef) -> Value {
        let (Some(sequence), Some(column)) = (&model.sequence, model.key.first()) else {
            return Value::text("");
        };
        loop {
            let value = numbered(sequence, self.next, &model.columns[*column].of);
            self.next = self.next.wrapping_add(1);
            if !self.contains(std::slice::from_ref(&value)) {
                return value;
            }
        }
    }

    /// A digest of all rows and of the next number.
    pub fn digest(&self) -> u64 {
        self.digest ^ (self.next as u64).rotate_left(32)
    }

    /// Checks that count and digest are those of the rows and that every row stands under its own key, in order.
    pub fn verify(&self, model: &model::TableDef) -> Result<(), String> {
        let (mut digest, mut count) = (0u64, 0);
        let mut last: Option<RowKey> = None;
        for row in self.iter().map(|record| record.row()) {
            digest = digest.wrapping_add(row_digest(&row));
            count += 1;
            let key = key_of(model, &row);
            let found = self.get(&key).map(|record| record.row());
            if row.len() != model.columns.len() || found != Some(row) || last >= Some(key.clone()) {
                return Err(format!(
                    "table {}: a row does not stand under its key {key:?}",
                    model.name
                ));
            }
            last = Some(key);
        }
        match (digest, count) == (self.digest, self.len) {
            true => Ok(()),
            false => Err(format!(
                "table {}: count and digest are not those of the rows",
                model.name
            )),
        }
    }
}

/// Two tables are equal that have equal rows and give out the same number next.
impl PartialEq for Table {
    fn eq(&self, other: &Table) -> bool {
        let rows = |table: &Table| table.iter().map(|record| record.row()).collect::<Vec<_>>();
        self.digest() == other.digest() && rows(self) == rows(other)
    }
}

fn changed<'d>(item: DiffItem<'d, 'd, RowKey, Option<Row>>) -> &'d RowKey {
    match item {
        DiffItem::Add(key, _) | DiffItem::Remove(key, _) => key,
        DiffItem::Update { new, .. } => new.0,
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

fn key_of(model: &model::TableDef, row: &[Value]) -> RowKey {
    model
        .key
        .iter()
        .map(|column| row[*column].clone())
        .collect()
}

/// The row as its columns hold it, and its key.
fn fitted(model: &model::TableDef, mut row: Vec<Value>) -> (RowKey, Row) {
    fit(model, &mut row);
    (key_of(model, &row), Arc::from(row))
}

/// Cuts texts to the width of their columns.
fn fit(model: &model::TableDef, row: &mut [Value]) {
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

/// A hash or a buffer that takes the bytes of values.
pub(super) trait ByteSink {
    fn update(&mut self, bytes: &[u8]);
}

impl ByteSink for Xxh3 {
    fn update(&mut self, bytes: &[u8]) {
        Xxh3::update(self, bytes);
    }
}

impl ByteSink for Vec<u8> {
    fn update(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Feeds a value to a hash, the same bytes on every machine.
pub(super) fn hash_value(value: &Value, hash: &mut impl ByteSink) {
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
mod tests;
