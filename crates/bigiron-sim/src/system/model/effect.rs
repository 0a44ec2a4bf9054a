//! Effects: what rules and jobs do.

use super::{FieldId, FieldStyle, JobId, Paging, ScreenId, TableId, Template};
use crate::system::expr::Expr;

/// One thing that a rule or job does. Expressions are evaluated when it happens.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Shows text in the message field of the screen that is shown at the end.
    Message(Template),
    /// Sounds the alarm with the answer.
    Alarm,
    /// Opens another screen and forgets the calls that led to this one.
    Goto(ScreenId),
    /// Opens another screen or window; `Back` returns to this one as it is.
    Call(ScreenId),
    /// Returns to the screen that called this one.
    Back,
    /// Shows the screen's declared values again; unsaved input is lost.
    Refresh,
    /// Resets the session variables and shows the start screen.
    SignOff,
    /// Sets a session variable.
    SetSession(usize, Expr),
    /// Sets a variable of the current screen.
    SetState(usize, Expr),
    /// Shows a value in a field of the current screen.
    Fill(FieldId, Expr),
    /// Puts the cursor into a field.
    Cursor(FieldId),
    /// Changes the attribute of a field until the screen is opened or refreshed.
    Mark(FieldId, FieldStyle),
    /// Shows another page of the list.
    Page(Paging),
    /// Adds a row. Columns left out are blank, a numbered key takes the next number of its sequence. If the key exists, the
    /// transaction abends with `DUPREC`.
    Insert {
        /// The table.
        table: TableId,
        /// `(column, value)`.
        row: Vec<(usize, Expr)>,
    },
    /// Changes columns of a row. In their expressions `old` (depth 0) is the row before the change; outer `row` and `other` are
    /// one level deeper. If there is no such row, the transaction abends with `NOTFND`.
    Update {
        /// The table.
        table: TableId,
        /// One expression a key column.
        key: Vec<Expr>,
        /// `(column, value)`.
        set: Vec<(usize, Expr)>,
    },
    /// Removes a row, if it is there.
    Delete {
        /// The table.
        table: TableId,
        /// One expression a key column.
        key: Vec<Expr>,
    },
    /// Runs effects for each row that passes, in key order, with `row` bound at depth 0.
    Each {
        /// The table.
        table: TableId,
        /// Which rows pass. Absent: all.
        filter: Option<Expr>,
        /// The effects for each row.
        effects: Vec<Effect>,
    },
    /// Runs one of two lists of effects.
    When {
        /// The condition.
        test: Expr,
        /// If it holds.
        then: Vec<Effect>,
        /// If it does not.
        otherwise: Vec<Effect>,
    },
    /// Compares two tables key by key: the double-entry construct.
    Compare(Box<Compare>),
    /// Delays what follows by so many milliseconds, with the keyboard locked.
    Delay(Expr),
    /// Runs a job now, within this transaction.
    Run(JobId),
    /// Queues a job to run so many milliseconds from now.
    Submit(JobId, Expr),
    /// Holds a record for a user, named by a text, until it is released or the session signs off.
    Hold {
        /// The table.
        table: TableId,
        /// One expression a key column.
        key: Vec<Expr>,
        /// The name of the holder.
        by: Expr,
    },
    /// Releases a held record.
    Release {
        /// The table.
        table: TableId,
        /// One expression a key column.
        key: Vec<Expr>,
    },
    /// Ends the transaction with this code: its changes are backed out, and the abend screen is shown.
    Abend(Template),
    /// Writes a text to the message field without a request from the terminal, and leaves the keyboard as it is.
    Broadcast(Template),
}

/// The double-entry construct: each row of `left` that passes is compared with the row of `right` that has the same key.
/// In the lists `row` (depth 0) is the left row and `other` (depth 1) the right one; `other` reads as blanks in `missing`.
#[derive(Debug, Clone)]
pub struct Compare {
    /// The table of the first entry.
    pub left: TableId,
    /// Which of its rows are compared. Absent: all.
    pub filter: Option<Expr>,
    /// The table of the second entry.
    pub right: TableId,
    /// The key of the right row, computed from the left row.
    pub key: Vec<Expr>,
    /// Columns that must agree: `(left, right)`.
    pub columns: Vec<(usize, usize)>,
    /// Effects if both rows exist and agree.
    pub equal: Vec<Effect>,
    /// Effects if both rows exist and differ.
    pub differs: Vec<Effect>,
    /// Effects if there is no right row.
    pub missing: Vec<Effect>,
}

/// Backend work that moves data between layers. Its steps run in order; each sees what the steps before it did.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its name.
    pub name: String,
    /// What it does, for people.
    pub about: String,
    /// Its schedule.
    pub schedule: Schedule,
    /// Its steps. Of the effects on terminals it may have only [`Effect::Broadcast`], [`Effect::SignOff`] and [`Effect::Goto`].
    pub effects: Vec<Effect>,
}

/// When a job runs without a request.
#[derive(Debug, Clone)]
pub enum Schedule {
    /// Never: a rule runs or submits it.
    OnRequest,
    /// At this interval, in virtual milliseconds.
    Every(u64),
    /// Every day at these times, in milliseconds since midnight, ascending.
    Daily(Vec<u64>),
}
