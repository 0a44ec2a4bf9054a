//! Grades: the difference between the tables before and after a run, held against what a task requires and allows.
//!
//! A grade is a pure function of the backend's truth: nothing the screen said has a part in it, and what was only read leaves no trace.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use imbl::ordmap::DiffItem;
use serde::Serialize;

use super::answer::Answer;
use crate::system::model::Table;
use crate::system::value::{Key, Row, Value};

/// The rows of one table by key.
pub type Rows = imbl::OrdMap<Key, Row>;

/// A change that has to be there, once.
#[derive(Debug, Clone, PartialEq)]
pub enum Requirement {
    /// A new row with these values; columns not named are free.
    Insert {
        /// Index of the table.
        table: usize,
        /// `(column, value)`.
        row: Vec<(usize, Value)>,
    },
    /// A row with these new values, in which no other column changed but the free ones.
    Update {
        /// Index of the table.
        table: usize,
        /// Which row.
        key: Key,
        /// `(column, value)`.
        set: Vec<(usize, Value)>,
        /// Columns that may take any value.
        free: Vec<usize>,
    },
    /// A row that is gone.
    Delete {
        /// Index of the table.
        table: usize,
        /// Which row.
        key: Key,
    },
}

/// What happened to one row between start and end.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// Index of the table.
    pub table: usize,
    /// Its key.
    pub key: &'a Key,
    /// As it was; `None`: it is new.
    pub before: Option<&'a Row>,
    /// As it is; `None`: it is gone.
    pub after: Option<&'a Row>,
}

/// How a run came to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The agent said it was done.
    Done,
    /// Keys or time ran out.
    BudgetSpent,
    /// The agent broke off, or did what no agent may do.
    AgentFault(String),
    /// The host, or what carries it, failed.
    EnvironmentFault(String),
}

/// What a run comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything required is there, and nothing else.
    Solved,
    /// It is not.
    Failed,
    /// Keys or time ran out before the agent was done.
    BudgetSpent,
    /// The agent broke off.
    AgentFault,
    /// Not the agent's doing: the run says nothing.
    EnvironmentFault,
}

/// What is to be said of one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowVerdict {
    /// Name of its table.
    pub table: String,
    /// Its key as text, columns parted by `/`; of a missing new row: what is known of it.
    pub key: String,
    /// What is to be said.
    #[serde(flatten)]
    pub kind: Verdict,
}

/// What is to be said of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// A required change, made.
    Required,
    /// A required change, not made.
    Missing {
        /// Which change: `insert`, `update` or `delete`.
        change: &'static str,
    },
    /// A required change with another value in a column.
    Wrong {
        /// Name of the column.
        column: String,
        /// The value required.
        expected: String,
        /// The value there.
        found: String,
    },
    /// A required new row, there once more.
    Duplicate,
    /// A change nobody asked for.
    Unexpected {
        /// Which change: `insert`, `update` or `delete`.
        change: &'static str,
        /// Columns with their values before and after; of a new or lost row those that are not blank.
        columns: Vec<ColumnChange>,
    },
}

/// A column before and after.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ColumnChange {
    /// Its name.
    pub column: String,
    /// As it was; empty in a new row.
    pub before: String,
    /// As it is; empty in a lost row.
    pub after: String,
}

/// The answer that was reported, held against the right one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnswerVerdict {
    /// Whether they agree.
    pub right: bool,
    /// The right one, as plain text.
    pub expected: String,
    /// What was reported, if anything was.
    pub found: Option<String>,
}

/// A grade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Grade {
    /// What the run comes to.
    pub outcome: Outcome,
    /// Why it ended, where it did not end by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether no row changed that should not have: success under policy asks for it beside the goal.
    pub clean: bool,
    /// The rows that there is something to say about, by table and key.
    pub rows: Vec<RowVerdict>,
    /// The reported answer, if the task asks for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<AnswerVerdict>,
    /// Milestones and whether they hold at the end; no part of the outcome.
    pub milestones: BTreeMap<String, bool>,
}

impl Grade {
    /// Whether everything required was done and nothing else.
    pub fn solved(&self) -> bool {
        self.outcome == Outcome::Solved
    }
}

/// Holds two states of the tables against each other. `allowed` says which further changes are noise.
pub fn grade(
    tables: &[Table],
    start: &[Rows],
    end: &[Rows],
    required: &[Requirement],
    allowed: impl Fn(&Change) -> bool,
    answer: Option<(&Answer, Option<&str>)>,
    ending: &Ending,
) -> Grade {
    let changes = changes(start, end);
    let mut judge = Judge {
        tables,
        taken: vec![false; changes.len()],
        changes: &changes,
        rows: Vec::new(),
    };
    judge.keyed(start, end, required);
    judge.inserts(required);
    let surplus = judge.surplus(required, allowed);
    let mut rows = judge.rows;
    rows.sort_by(|a, b| (&a.table, &a.key, &a.kind).cmp(&(&b.table, &b.key, &b.kind)));
    let answer = answer.map(|(right, found)| right.judge(found));
    let right = rows.iter().all(|row| row.kind == Verdict::Required)
        && answer.as_ref().is_none_or(|answer| answer.right);
    let (outcome, reason) = match ending {
        Ending::Done if right => (Outcome::Solved, None),
        Ending::Done => (Outcome::Failed, None),
        Ending::BudgetSpent => (Outcome::BudgetSpent, None),
        Ending::AgentFault(why) => (Outcome::AgentFault, Some(why.clone())),
        Ending::EnvironmentFault(why) => (Outcome::EnvironmentFault, Some(why.clone())),
    };
    Grade {
        outcome,
        reason,
        clean: surplus == 0,
        rows,
        answer,
        milestones: BTreeMap::new(),
    }
}

/// Every row that differs, by table and key.
pub fn changes<'a>(start: &'a [Rows], end: &'a [Rows]) -> Vec<Change<'a>> {
    let mut changes = Vec::new();
    for (table, (before, after)) in start.iter().zip(end).enumerate() {
        changes.extend(before.diff(after).map(|item| match item {
            DiffItem::Add(key, row) => Change {
                table,
                key,
                before: None,
                after: Some(row),
            },
            DiffItem::Remove(key, row) => Change {
                table,
                key,
                before: Some(row),
                after: None,
            },
            DiffItem::Update { old, new } => Change {
                table,
                key: new.0,
                before: Some(old.1),
                after: Some(new.1),
            },
        }));
    }
    changes
}

impl Change<'_> {
    /// `insert`, `update` or `delete`.
    pub fn name(&self) -> &'static str {
        match (self.before, self.after) {
            (None, _) => "insert",
            (_, None) => "delete",
            _ => "update",
        }
    }
}

struct Judge<'a> {
    tables: &'a [Table],
    changes: &'a [Change<'a>],
    /// Changes that a verdict accounts for.
    taken: Vec<bool>,
    rows: Vec<RowVerdict>,
}

impl Judge<'_> {
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

    fn take(&mut self, table: usize, key: &Key) -> bool {
        let found = self
            .changes
            .iter()
            .position(|change| change.table == table && change.key == key);
        if let Some(taken) = found.and_then(|at| self.taken.get_mut(at)) {
            *taken = true;
        }
        found.is_some()
    }

    /// The requirements that name their row.
    fn keyed(&mut self, start: &[Rows], end: &[Rows], required: &[Requirement]) {
        let row = |rows: &[Rows], table: usize, key: &Key| -> Option<Row> {
            rows.get(table)?.get(key).cloned()
        };
        for requirement in required {
            match requirement {
                Requirement::Insert { .. } => {}
                Requirement::Delete { table, key } => {
                    let gone = row(start, *table, key).is_some() && row(end, *table, key).is_none();
                    self.take(*table, key);
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
                } => {
                    let changed = self.take(*table, key);
                    let (before, after) = (row(start, *table, key), row(end, *table, key));
                    match (before, after) {
                        (Some(before), Some(after)) if changed => {
                            self.updated(*table, key, &before, &after, set, free);
                        }
                        _ => self.say(*table, key_text(key), Verdict::Missing { change: "update" }),
                    }
                }
            }
        }
    }

    /// One verdict for each column that is not as it must be, or one that all is well.
    fn updated(
        &mut self,
        table: usize,
        key: &Key,
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
                self.say(
                    table,
                    key_text(key),
                    Verdict::Wrong {
                        column: self.column(table, column),
                        expected: expected.to_string(),
                        found: found.to_string(),
                    },
                );
            }
        }
        if right {
            self.say(table, key_text(key), Verdict::Required);
        }
    }

    /// The requirements for new rows: as many as can be are each given a row of its own.
    fn inserts(&mut self, required: &[Requirement]) {
        let wanted: Vec<_> = required
            .iter()
            .filter_map(|requirement| match requirement {
                Requirement::Insert { table, row } => Some((*table, row)),
                _ => None,
            })
            .collect();
        let candidates: Vec<Vec<usize>> = wanted
            .iter()
            .map(|(table, row)| {
                let fits = |(at, change): (usize, &Change)| {
                    (!self.taken.get(at).copied().unwrap_or(true)
                        && change.table == *table
                        && change.before.is_none()
                        && change
                            .after
                            .is_some_and(|after| mismatches(after, row) == 0))
                    .then_some(at)
                };
                self.changes.iter().enumerate().filter_map(fits).collect()
            })
            .collect();
        let given = matching(&candidates);
        for at in given.iter().flatten() {
            self.mark(*at);
        }
        for ((table, row), given) in wanted.into_iter().zip(given) {
            match given.and_then(|at| self.changes.get(at)) {
                Some(change) => self.say(table, key_text(change.key), Verdict::Required),
                None => self.nearest_insert(table, row),
            }
        }
    }

    fn mark(&mut self, at: usize) {
        if let Some(taken) = self.taken.get_mut(at) {
            *taken = true;
        }
    }

    /// A required new row that is not there: the new row most like it, if one has its key or half its values.
    fn nearest_insert(&mut self, table: usize, row: &[(usize, Value)]) {
        let key = self.tables.get(table).map_or(&[][..], |table| &table.key);
        let like = |at: usize, change: &Change| {
            let after = change.after.filter(|_| {
                change.table == table
                    && change.before.is_none()
                    && !self.taken.get(at).copied().unwrap_or(true)
            })?;
            let wrong = mismatches(after, row);
            let named: Vec<_> = row
                .iter()
                .filter(|(column, _)| key.contains(column))
                .collect();
            let same_key = !named.is_empty()
                && named
                    .iter()
                    .all(|(column, value)| after.get(*column) == Some(value));
            (same_key || wrong * 2 <= row.len()).then_some((!same_key, wrong, at))
        };
        let nearest = self
            .changes
            .iter()
            .enumerate()
            .filter_map(|(at, change)| like(at, change))
            .min();
        let found = nearest.and_then(|(.., at)| Some((at, *self.changes.get(at)?)));
        let Some((at, change)) = found else {
            let known: Vec<_> = row
                .iter()
                .map(|(column, value)| format!("{}={value}", self.column(table, *column)))
                .collect();
            return self.say(
                table,
                known.join(" "),
                Verdict::Missing { change: "insert" },
            );
        };
        self.mark(at);
        let after = change.after.map_or(&[][..], |after| &after[..]);
        for (column, expected) in row {
            if let Some(found) = after.get(*column).filter(|found| *found != expected) {
                self.say(
                    table,
                    key_text(change.key),
                    Verdict::Wrong {
                        column: self.column(table, *column),
                        expected: expected.to_string(),
                        found: found.to_string(),
                    },
                );
            }
        }
    }

    /// What changed besides; gives how many rows.
    fn surplus(&mut self, required: &[Requirement], allowed: impl Fn(&Change) -> bool) -> usize {
        let left: Vec<Change> = self
            .changes
            .iter()
            .zip(&self.taken)
            .filter(|(change, taken)| !**taken && !allowed(change))
            .map(|(change, _)| *change)
            .collect();
        for change in &left {
            let again = required.iter().any(|requirement| match requirement {
                Requirement::Insert { table, row } => {
                    *table == change.table
                        && change.before.is_none()
                        && change
                            .after
                            .is_some_and(|after| mismatches(after, row) == 0)
                }
                _ => false,
            });
            let kind = match again {
                true => Verdict::Duplicate,
                false => Verdict::Unexpected {
                    change: change.name(),
                    columns: self.column_changes(change),
                },
            };
            self.say(change.table, key_text(change.key), kind);
        }
        left.len()
    }

    fn column_changes(&self, change: &Change) -> Vec<ColumnChange> {
        let columns = self
            .tables
            .get(change.table)
            .map_or(&[][..], |table| &table.columns);
        let text = |row: Option<&Row>, column: usize| {
            row.and_then(|row| row.get(column))
                .map_or_else(String::new, Value::to_string)
        };
        columns
            .iter()
            .enumerate()
            .map(|(at, column)| ColumnChange {
                column: column.name.clone(),
                before: text(change.before, at),
                after: text(change.after, at),
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

/// A key as text, its columns parted by `/`.
pub fn key_text(key: &Key) -> String {
    key.iter()
        .map(Value::to_string)
        .collect::<Vec<_>>()
        .join("/")
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Outcome::Solved => "solved",
            Outcome::Failed => "failed",
            Outcome::BudgetSpent => "budget spent",
            Outcome::AgentFault => "agent fault",
            Outcome::EnvironmentFault => "environment fault",
        })
    }
}

/// The outcome, then a line a row as a diff is read: `=` required and there, `-` missing, `~` wrong, `+` not asked for.
impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Some(reason) => writeln!(f, "{}: {reason}", self.outcome)?,
            None => writeln!(f, "{}", self.outcome)?,
        }
        for RowVerdict { table, key, kind } in &self.rows {
            match kind {
                Verdict::Required => writeln!(f, "  = {table} {key}")?,
                Verdict::Missing { change } => {
                    writeln!(f, "  - {table} {key}: required {change} is missing")?;
                }
                Verdict::Wrong {
                    column,
                    expected,
                    found,
                } => writeln!(
                    f,
                    "  ~ {table} {key}: {column} is `{found}`, required `{expected}`"
                )?,
                Verdict::Duplicate => writeln!(f, "  + {table} {key}: a second time")?,
                Verdict::Unexpected { change, columns } => {
                    writeln!(f, "  + {table} {key}: {change} that nothing asks for")?;
                    for ColumnChange {
                        column,
                        before,
                        after,
                    } in columns
                    {
                        writeln!(f, "      {column}: `{before}` -> `{after}`")?;
                    }
                }
            }
        }
        if let Some(answer) = &self.answer {
            let found = answer.found.as_deref().unwrap_or("");
            let sign = if answer.right { '=' } else { '~' };
            write!(f, "  {sign} answer `{found}`")?;
            match answer.right {
                true => writeln!(f)?,
                false => writeln!(f, ", required `{}`", answer.expected)?,
            }
        }
        for (name, reached) in &self.milestones {
            writeln!(f, "  {} {name}", if *reached { "[x]" } else { "[ ]" })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
