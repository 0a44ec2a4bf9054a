//! Grades: the difference between the tables before and after a run, held against what a task requires and allows.
//!
//! A grade is a pure function of the backend's truth: nothing the screen said has a part in it, and what was only read leaves no trace.

mod judge;
mod words;

use std::collections::BTreeMap;

use serde::Serialize;

use super::answer::{Answer, AnswerVerdict};
use super::ending::Ending;
use crate::host::table::{RowChange, Table};
use crate::system::model::TableDef;
use crate::system::value::{Row, RowKey, Value};
use judge::Judge;

/// A required change, to be made once.
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
        /// The key of the row.
        key: RowKey,
        /// `(column, value)`.
        set: Vec<(usize, Value)>,
        /// Columns that may take any value.
        free: Vec<usize>,
    },
    /// A row that is gone.
    Delete {
        /// Index of the table.
        table: usize,
        /// The key of the row.
        key: RowKey,
    },
}

/// A row of some table that changed between start and end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Index of the table.
    pub table: usize,
    /// What happened to the row.
    pub row: RowChange,
}

/// The outcome of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything required is there, and nothing else.
    Solved,
    /// Something required is missing or wrong, or something else changed.
    Failed,
    /// Keys or time ran out before the agent was done.
    BudgetSpent,
    /// The agent gave up or did what no agent may do.
    AgentFault,
    /// The host or what carries it failed: the attempt says nothing of the agent.
    EnvironmentFault,
}

/// The verdict on one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowVerdict {
    /// Name of its table.
    pub table: String,
    /// Its key as text, columns parted by `/`; of a missing new row: what is known of it.
    pub key: String,
    /// The verdict.
    #[serde(flatten)]
    pub kind: Verdict,
}

/// A verdict on a row.
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
    /// A required new row, there a second time.
    Duplicate,
    /// A change that is neither required nor allowed.
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

/// A grade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Grade {
    /// The outcome.
    pub outcome: Outcome,
    /// The reason of a fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether no row changed that should not have: success under policy asks for it beside the goal.
    pub clean: bool,
    /// The verdicts, by table and key.
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

/// Grades what changed between start and end, by table and key, against what is required. `allowed` says which further changes
/// are noise; `answer` is the right answer, if one is asked for, and the one reported.
pub fn grade(
    tables: &[TableDef],
    changes: &[Change],
    required: &[Requirement],
    allowed: impl Fn(&Change) -> bool,
    answer: Option<(&Answer, Option<&str>)>,
    ending: &Ending,
) -> Grade {
    let mut judge = Judge {
        tables,
        taken: vec![false; changes.len()],
        changes,
        rows: Vec::new(),
    };
    judge.keyed(required);
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

/// Every row that differs between two states of the tables, by table and key.
pub fn changes(tables: &[TableDef], start: &[Table], end: &[Table]) -> Vec<Change> {
    let states = tables.iter().zip(start.iter().zip(end)).enumerate();
    let changes = states.flat_map(|(table, (model, (before, after)))| {
        let rows = before.changes(model, after).into_iter();
        rows.map(move |row| Change { table, row })
    });
    changes.collect()
}

impl Change {
    /// The row, if it is new.
    fn inserted(&self) -> Option<&Row> {
        self.row
            .after
            .as_ref()
            .filter(|_| self.row.before.is_none())
    }

    /// `insert`, `update` or `delete`.
    pub fn name(&self) -> &'static str {
        match (&self.row.before, &self.row.after) {
            (None, _) => "insert",
            (_, None) => "delete",
            _ => "update",
        }
    }
}

/// A key as text, its columns parted by `/`.
pub fn key_text(key: &RowKey) -> String {
    key.iter()
        .map(Value::to_string)
        .collect::<Vec<_>>()
        .join("/")
}

#[cfg(test)]
mod tests;
