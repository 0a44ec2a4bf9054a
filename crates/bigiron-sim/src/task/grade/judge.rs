//! Which change answers which requirement, and what is said of the rest.

use super::{Change, ColumnChange, Requirement, RowVerdict, Verdict, key_text};
use crate::host::table::RowChange;
use crate::system::model::TableDef;
use crate::system::value::{Row, RowKey, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Gives out verdicts, a change to one at most.
pub(super) struct Judge<'a> {
    pub tables: &'a [TableDef],
    pub changes: &'a [Change],
    /// Changes that a verdict accounts for.
    pub taken: Vec<bool>,
    pub rows: Vec<RowVerdict>,
}

impl<'a> Judge<'a> {
    fn say(&mut self, table: usize, key: String, kind: Verdict) {
        let table = self
            .tables
            .get(table)
            .map_or_else(String::new, |table| table.name.clone());
        self.rows.push(RowVerdict { table, key, kind });
    }

    fn column(&self, table: usize, column: usize) -> String {
        self.tables
            .get(table)
            .and_then(|table| table.columns.get(column))
            .map_or_else(String::new, |column| column.name.clone())
    }

    /// The change of the row with this key, which is accounted for now; none if the row did not change.
    fn take(&mut self, table: usize, key: &RowKey) -> Option<&'a RowChange> {
        let mut changes = self.changes.iter();
        let at = changes.position(|change| change.table == table && change.row.key == *key)?;
        self.mark(at);
        Some(&self.changes.get(at)?.row)
    }

    /// The requirements that name their row.
    pub fn keyed(&mut self, required: &[Requirement]) {
        for requirement in required {
            match requirement {
                Requirement::Insert { .. } => {}
                Requirement::Delete { table, key } => {
                    let change = self.take(*table, key);
                    let gone = change.is_some_and(|row| row.after.is_none());
                    let kind = match gone {
                        true => Verdict::Required,
                        false => Verdict::Missing { change: "delete" },
                    };
                    self.say(*table, key_text(key), kind);
                }
                Requirement::Update {
                    table,
                    key,
                    set,
                    free,
                } => match self.take(*table, key) {
                    Some(RowChange {
                        before: Some(before),
                        after: Some(after),
                        ..
                    }) => self.updated(*table, key, before, after, set, free),
                    _ => self.say(*table, key_text(key), Verdict::Missing { change: "update" }),
                },
            }
        }
    }

    /// One verdict for each column that is not as it must be, or one that all is well.
    fn updated(
        &mut self,
        table: usize,
        key: &RowKey,
        before: &Row,
        after: &Row,
        set: &[(usize, Value)],
        free: &[usize],
    ) {
        let mut right = true;
        for (column, (old, found)) in before.iter().zip(after.iter()).enumerate() {
            let expected = set
                .iter()
                .find(|(of, _)| *of == column)
                .map_or(old, |(_, value)| value);
            if found != expected && !free.contains(&column) {
                right = false;
                self.wrong(table, key, column, expected, found);
            }
        }
        if right {
            self.say(table, key_text(key), Verdict::Required);
        }
    }

    /// The requirements for new rows: as many as can be are each given a row of its own.
    pub fn inserts(&mut self, required: &[Requirement]) {
        let wanted: Vec<_> = required
            .iter()
            .filter_map(|requirement| match requirement {
                Requirement::Insert { table, row } => Some((*table, row)),
                _ => None,
            })
            .collect();
        let candidates = wanted.iter().map(|(table, row)| {
            let free = self.free_inserts(*table);
            let fitting = free.filter(|(_, new)| mismatches(new, row) == 0);
            fitting.map(|(at, _)| at).collect()
        });
        let candidates: Vec<Vec<usize>> = candidates.collect();
        let given = matching(&candidates);
        for at in given.iter().flatten() {
            self.mark(*at);
        }
        for ((table, row), given) in wanted.into_iter().zip(given) {
            match given.and_then(|at| self.changes.get(at)) {
                Some(change) => self.say(table, key_text(&change.row.key), Verdict::Required),
                None => self.nearest_insert(table, row),
            }
        }
    }

    /// The new rows of a table that no verdict accounts for, each with the index of its change.
    fn free_inserts(&self, table: usize) -> impl Iterator<Item = (usize, &'a Row)> {
        let changes = self.changes.iter().enumerate().zip(&self.taken);
        let free = changes.filter(move |((_, change), taken)| !**taken && change.table == table);
        free.filter_map(|((at, change), _)| Some((at, change.inserted()?)))
    }

    fn mark(&mut self, at: usize) {
        if let Some(taken) = self.taken.get_mut(at) {
            *taken = true;
        }
    }

    /// A required new row that is not there: the new row most like it, if one has its key or half its values.
    fn nearest_insert(&mut self, table: usize, row: &[(usize, Value)]) {
        let key = self.tables.get(table).map_or(&[][..], |table| &table.key);
        let like = |(at, new): (usize, &Row)| {
            let wrong = mismatches(new, row);
            let mut named = row
                .iter()
                .filter(|(column, _)| key.contains(column))
                .peekable();
            let same_key = named.peek().is_some()
                && named.all(|(column, value)| new.get(*column) == Some(value));
            (same_key || wrong * 2 <= row.len()).then_some((!same_key, wrong, at))
        };
        let nearest = self.free_inserts(table).filter_map(like).min();
        let nearest = nearest.and_then(|(.., at)| Some((at, &self.changes.get(at)?.row)));
        let Some((at, nearest)) = nearest else {
            let known = row
                .iter()
                .map(|(column, value)| format!("{}={value}", self.column(table, *column)));
            let known = known.collect::<Vec<_>>().join(" ");
            return self.say(table, known, Verdict::Missing { change: "insert" });
        };
        self.mark(at);
        let after = nearest.after.as_ref().map_or(&[][..], |after| &after[..]);
        for (column, expected) in row {
            if let Some(found) = after.get(*column).filter(|found| *found != expected) {
                self.wrong(table, &nearest.key, *column, expected, found);
            }
        }
    }

    fn wrong(
        &mut self,
        table: usize,
        key: &RowKey,
        column: usize,
        expected: &Value,
        found: &Value,
    ) {
        let kind = Verdict::Wrong {
            column: self.column(table, column),
            expected: expected.to_string(),
            found: found.to_string(),
        };
        self.say(table, key_text(key), kind);
    }

    /// What changed besides; gives how many rows.
    pub fn surplus(
        &mut self,
        required: &[Requirement],
        allowed: impl Fn(&Change) -> bool,
    ) -> usize {
        let changes = self.changes.iter().zip(&self.taken);
        let left = changes.filter(|(change, taken)| !**taken && !allowed(change));
        let left: Vec<&Change> = left.map(|(change, _)| change).collect();
        for change in &left {
            let again = change.inserted().is_some_and(|new| {
                required.iter().any(|requirement| match requirement {
                    Requirement::Insert { table, row } => {
                        *table == change.table && mismatches(new, row) == 0
                    }
                    Requirement::Update { .. } | Requirement::Delete { .. } => false,
                })
            });
            let kind = match again {
                true => Verdict::Duplicate,
                false => Verdict::Unexpected {
                    change: change.name(),
                    columns: self.column_changes(change),
                },
            };
            self.say(change.table, key_text(&change.row.key), kind);
        }
        left.len()
    }

    fn column_changes(&self, change: &Change) -> Vec<ColumnChange> {
        let columns = self
            .tables
            .get(change.table)
            .map_or(&[][..], |table| &table.columns);
        let text = |row: &Option<Row>, column: usize| {
            row.as_ref()
                .and_then(|row| row.get(column))
                .map_or_else(String::new, Value::to_string)
        };
        columns
            .iter()
            .enumerate()
            .map(|(at, column)| ColumnChange {
                column: column.name.clone(),
                before: text(&change.row.before, at),
                after: text(&change.row.after, at),
            })
            .filter(|column| column.before != column.after)
            .collect()
    }
}

/// How many of the named values a row does not have.
fn mismatches(row: &Row, named: &[(usize, Value)]) -> usize {
    named
        .iter()
        .filter(|(column, value)| row.get(*column) != Some(value))
        .count()
}

/// Gives each left node one of its candidates, none twice, and leaves as few as possible without.
fn matching(candidates: &[Vec<usize>]) -> Vec<Option<usize>> {
    let mut holder: BTreeMap<usize, usize> = BTreeMap::new();
    for left in 0..candidates.len() {
        let mut seen = BTreeSet::new();
        augment(left, candidates, &mut holder, &mut seen);
    }
    let mut given = vec![None; candidates.len()];
    for (right, left) in holder {
        if let Some(slot) = given.get_mut(left) {
            *slot = Some(right);
        }
    }
    given
}

/// Finds `left` a candidate, moving others to another of theirs where that makes room.
fn augment(
    left: usize,
    candidates: &[Vec<usize>],
    holder: &mut BTreeMap<usize, usize>,
    seen: &mut BTreeSet<usize>,
) -> bool {
    for &right in candidates.get(left).into_iter().flatten() {
        if !seen.insert(right) {
            continue;
        }
        let free = match holder.get(&right) {
            None => true,
            Some(&other) => augment(other, candidates, holder, seen),
        };
        if free {
            holder.insert(right, left);
            return true;
        }
    }
    false
}
