//! A task as compiled from its definition: plain data, every name settled to an index.

use super::playbook::Playbook;
use crate::host::{Region, Warts};
use crate::system::expr::{Expr, TableId};
use crate::system::model::{Effect, Maker, System, Template};
use crate::system::value::Type;
use std::sync::Arc;

/// The tasks of a system and the playbooks that go with them.
#[derive(Debug, Clone)]
pub struct TaskSuite {
    /// The system, its screens prepared; the tables are those of seed 0.
    pub region: Region,
    /// Its tasks, in the order of their names.
    pub tasks: Vec<Task>,
    /// Its playbooks, in the order of their names.
    pub playbooks: Vec<Playbook>,
}

/// A goal in words, a start, what must change and what must not.
#[derive(Debug, Clone)]
pub struct Task {
    /// Its name, unique in the system.
    pub id: String,
    /// What a person calls it.
    pub title: String,
    /// The family of tasks it belongs to.
    pub drill: String,
    /// The systems it is worked in besides its own; their tables are those of seed 0.
    pub also: Vec<Region>,
    /// What its expressions and its grade are about: its system, with the tables of the others after its own, named
    /// `system.table`.
    pub world: Arc<System>,
    /// 1 (read one value) to 5 (two systems, several warts).
    pub tier: u8,
    /// Counts up whenever a change of the task or of what it is graded by may move scores.
    pub revision: u32,
    /// The goal in words, as the agent gets it; `value.*` in it.
    pub goal: Template,
    /// `value.*`, drawn one after the other.
    pub values: Vec<Draw>,
    /// Changes to the tables before the session is opened.
    pub setup: Vec<Effect>,
    /// What must have changed at the end.
    pub require: Vec<Require>,
    /// What may have changed besides.
    pub allow: Vec<Allow>,
    /// What must be reported, if anything.
    pub report: Option<AnswerRule>,
    /// Signs of progress: `(name, condition)` over the tables.
    pub milestones: Vec<(String, Expr)>,
    /// The wart sets it is proven with; the first is the clean twin.
    pub warts: Vec<Warts>,
    /// Indices of wart sets on which the naive script has to fail.
    pub naive_fails: Vec<usize>,
    /// Index of the playbook that solves it.
    pub oracle: usize,
    /// Index of the playbook that believes what the screen says, if there is one.
    pub naive: Option<usize>,
    /// Index of a playbook that gets to the confirming screen without the change behind it, if there is one.
    pub impostor: Option<usize>,
    /// What an agent may use up.
    pub budget: Budget,
    /// Virtual milliseconds that pass after the end before the tables are looked at, for jobs of the night to run.
    pub settle: u64,
    /// Seeds for learning.
    pub train: Seeds,
    /// Seeds for measuring.
    pub test: Seeds,
}

/// What an agent may use up, or what is left of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Keys, each character one.
    pub keys: u32,
    /// Virtual milliseconds.
    pub time: u64,
}

impl Budget {
    /// As much as can be counted.
    pub(super) const UNLIMITED: Budget = Budget {
        keys: u32::MAX,
        time: u64::MAX,
    };

    /// What is left when so many keys were pressed and so much time has passed.
    pub fn left(self, keys: u32, time: u64) -> Budget {
        Budget {
            keys: self.keys.saturating_sub(keys),
            time: self.time.saturating_sub(time),
        }
    }

    /// Whether keys or time have run out.
    pub fn is_spent(self) -> bool {
        self.keys == 0 || self.time == 0
    }
}

/// Seeds from the first to the last, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seeds {
    /// The first.
    pub first: u64,
    /// The last.
    pub last: u64,
}

/// A value of the goal.
#[derive(Debug, Clone)]
pub struct Draw {
    /// Its name after `value.`.
    pub name: String,
    /// Its type.
    pub of: Type,
    /// How it is drawn.
    pub from: From,
}

/// How a value of the goal is drawn, from the stream `task` of the seed.
#[derive(Debug, Clone)]
pub enum From {
    /// As a generated column is made; `row` means nothing in it.
    Maker(Maker),
    /// The key of one of the rows that pass, each as likely (`row` at depth 0).
    KeyOf {
        /// The table, whose key is one column.
        table: TableId,
        /// Which rows; absent: all.
        filter: Option<Expr>,
    },
    /// One of these, each as likely.
    OneOf(Vec<Expr>),
}

/// A change that has to be there, with expressions over the start tables and `value.*`.
#[derive(Debug, Clone)]
pub enum Require {
    /// A new row.
    Insert {
        /// Of.
        table: TableId,
        /// `(column, value)`.
        row: Vec<(usize, Expr)>,
        /// Whether it is required at all; absent: always.
        when: Option<Expr>,
    },
    /// A changed row.
    Update {
        /// Of.
        table: TableId,
        /// One expression a key column.
        key: Vec<Expr>,
        /// `(column, value)`.
        set: Vec<(usize, Expr)>,
        /// Columns that may take any value.
        free: Vec<usize>,
        /// As for an insert.
        when: Option<Expr>,
    },
    /// A row that is gone.
    Delete {
        /// Of.
        table: TableId,
        /// One expression a key column.
        key: Vec<Expr>,
        /// As for an insert.
        when: Option<Expr>,
    },
}

impl Require {
    /// Whether it is required at all; absent: always.
    pub fn when(&self) -> Option<&Expr> {
        match self {
            Require::Insert { when, .. }
            | Require::Update { when, .. }
            | Require::Delete { when, .. } => when.as_ref(),
        }
    }
}

/// Rows that may change as well.
#[derive(Debug, Clone)]
pub struct Allow {
    /// Of.
    pub table: TableId,
    /// Which rows (`row` at depth 0: as it is, or as it was if it is gone); absent: all.
    pub filter: Option<Expr>,
    /// Which columns of a changed row may differ; absent: all.
    pub columns: Option<Vec<usize>>,
    /// Which changes: of `insert`, `update`, `delete`.
    pub changes: Vec<String>,
}

/// What must be reported.
#[derive(Debug, Clone)]
pub struct AnswerRule {
    /// What the report is read as.
    pub of: Type,
    /// The right one, over the start tables and `value.*`.
    pub expected: Expr,
}

impl Task {
    /// The systems it is worked in, its own first.
    pub fn systems(&self) -> impl Iterator<Item = &str> {
        let also = self.also.iter().map(|region| region.system().id.as_str());
        std::iter::once(self.world.id.as_str()).chain(also)
    }
}

impl TaskSuite {
    /// The system.
    pub fn system(&self) -> &Arc<System> {
        self.region.system()
    }

    /// The task of this name.
    pub fn task(&self, id: &str) -> Option<&Task> {
        self.tasks.iter().find(|task| task.id == id)
    }

    /// The playbook of this name.
    pub fn playbook(&self, id: &str) -> Option<&Playbook> {
        self.playbooks.iter().find(|playbook| playbook.id == id)
    }
}
