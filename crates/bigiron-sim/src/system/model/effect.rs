//! Effects: what rules and jobs do.

use super::{FieldId, FieldStyle, JobId, Paging, ScreenId, TableId, Template};
use crate::system::expr::Expr;

/// One thing that happens.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Text in the message field of the screen shown at the end.
    Message(Template),
    /// The alarm sounds with the answer.
    Alarm,
    /// Leave for another screen, opened anew; calls are forgotten.
    Goto(ScreenId),
    /// Open another screen (or window) and come back to this one, as it is, by `Back`.
    Call(ScreenId),
    /// Back to the screen that called this one.
    Back,
    /// Show the screen's declared values again; what was typed and not saved is lost.
    Refresh,
    /// Session variables start anew and the start screen is shown.
    SignOff,
    /// A session variable takes a value.
    SetSession(usize, Expr),
    /// A variable of the current screen takes a value.
    SetState(usize, Expr),
    /// A field of the current screen shows a value.
    Fill(FieldId, Expr),
    /// The cursor goes to a field.
    Cursor(FieldId),
    /// A field looks different until the screen is opened or refreshed.
    Mark(FieldId, FieldStyle),
    /// Another page of the list.
    Page(Paging),
    /// A new row. Columns left out are blank, a numbered key is drawn. An existing key is a fault: the transaction abends with `DUPREC`.
    Insert {
        /// Into.
        table: TableId,
        /// `(column, value)`.
        row: Vec<(usize, Expr)>,
    },
    /// Columns of a row get new values (`old` in them, at depth 0, is that row as it was; outer `row` and `other` stay visible one deeper). No such row: the transaction abends with `NOTFND`.
    Update {
        /// Of.
        table: TableId,
        /// One expression a key column.
        key: Vec<Expr>,
        /// `(column, value)`.
        set: Vec<(usize, Expr)>,
    },
    /// A row goes. No such row: nothing.
    Delete {
        /// From.
        table: TableId,
        /// One expression a key column.
        key: Vec<Expr>,
    },
    /// The effects once for each row that passes, in key order, with `row` bound at depth 0.
    Each {
        /// Rows of.
        table: TableId,
        /// Which; absent: all.
        filter: Option<Expr>,
        /// What for each.
        effects: Vec<Effect>,
    },
    /// One of two lists.
    When {
        /// The condition.
        test: Expr,
        /// Where it holds.
        then: Vec<Effect>,
        /// Where it does not.
        otherwise: Vec<Effect>,
    },
    /// Two tables (or a table and a second entry of it) compared key by key: the double-entry construct.
    Compare(Box<Compare>),
    /// What follows happens so many milliseconds later; the keyboard stays locked meanwhile.
    Delay(Expr),
    /// A job runs now, within this transaction.
    Run(JobId),
    /// A job is queued to run so many milliseconds from now.
    Submit(JobId, Expr),
    /// A record is held for somebody (text), until released or signed off.
    Hold {
        /// Of.
        table: TableId,
        /// One expression a key column.
        key: Vec<Expr>,
        /// Who holds it.
        by: Expr,
    },
    /// A held record is let go.
    Release {
        /// Of.
        table: TableId,
        /// One expression a key column.
        key: Vec<Expr>,
    },
    /// The transaction ends with this code: nothing of it is kept, and the bare abend screen is shown.
    Abend(Template),
    /// A text written over the screen without being asked, at the message field, keyboard untouched.
    Broadcast(Template),
}

/// The double-entry construct: each row of `left` that passes is compared with the row of `right` that has the same key.
/// In the lists `row` (depth 0) is the left row and `other` (depth 1) the right one; `other` reads as blanks in `missing`.
#[derive(Debug, Clone)]
pub struct Compare {
    /// First entry.
    pub left: TableId,
    /// Which rows of it; absent: all.
    pub filter: Option<Expr>,
    /// Second entry.
    pub right: TableId,
    /// The right row's key, from the left row.
    pub key: Vec<Expr>,
    /// Columns that must agree: `(left, right)`.
    pub columns: Vec<(usize, usize)>,
    /// Both there and equal.
    pub equal: Vec<Effect>,
    /// Both there and different.
    pub differs: Vec<Effect>,
    /// No right row.
    pub missing: Vec<Effect>,
}

/// Backend work that moves data between layers. Its steps run in order; each sees what the steps before it did.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its name.
    pub name: String,
    /// What it does, for people.
    pub about: String,
    /// When it runs by itself.
    pub schedule: Schedule,
    /// Its steps. Effects on the terminal are not allowed but for [`Effect::Broadcast`], [`Effect::SignOff`] and [`Effect::Goto`].
    pub effects: Vec<Effect>,
}

/// When a job runs by itself.
#[derive(Debug, Clone)]
pub enum Schedule {
    /// Only when a rule runs or submits it.
    OnRequest,
    /// Each so many virtual milliseconds.
    Every(u64),
    /// Each day at these times (milliseconds since midnight, ascending).
    Daily(Vec<u64>),
}
