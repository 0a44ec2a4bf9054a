//! Effects as data, with their values evaluated.

use super::Millis;
use super::frame::FrameId;
use crate::system::expr::TableId;
use crate::system::model::{FieldId, FieldStyle, JobId, Paging, ScreenId};
use crate::system::value::{RowKey, Value};
use std::fmt;

/// An effect. A rule yields a list of these; nothing is left in them to evaluate.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Op {
    /// On a record or its hold.
    Record(RecordOp),
    /// On an open form.
    Form(FormOp),
    /// Text for the message field of the screen shown at the end.
    Message(String),
    Alarm,
    Goto(ScreenId),
    Call(ScreenId),
    Back,
    Refresh,
    SignOff,
    SetSession(usize, Value),
    /// Delays what follows.
    Delay(Millis),
    Run(JobId),
    Submit(JobId, Millis),
    /// Commits what was done so far.
    Syncpoint,
    /// Ends the transaction with this code and backs it out.
    Abend(String),
    Broadcast(String),
    /// Queues effects; if a frame is named, they happen only while it takes keys.
    Later {
        by: Millis,
        ops: Vec<Op>,
        at: Option<FrameId>,
    },
    /// The answer reads from the copy of tables of this wart, by its index among those that are on.
    Copy(usize),
    /// The answer frees the keyboard and paints nothing.
    Unpainted,
    /// The screen is sent, and the keyboard stays locked.
    Show,
    /// The screen is sent and the keyboard restored.
    Answer,
}

/// An effect on a record or its hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RecordOp {
    /// A new row, one value a column.
    Insert(TableId, Vec<Value>),
    Update(TableId, RowKey, Vec<(usize, Value)>),
    Delete(TableId, RowKey),
    Hold(TableId, RowKey, Value),
    Release(TableId, RowKey),
}

/// An effect on an open form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FormOp {
    SetState(FrameId, usize, Value),
    Fill(FrameId, FieldId, Value),
    Cursor(FrameId, FieldId),
    Mark(FrameId, FieldId, FieldStyle),
    Page(FrameId, Paging),
}

/// What an effect does, as far as warts distinguish it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OpClass {
    /// It changes a record.
    Change,
    /// It starts a job.
    Start,
    /// It keeps something for later, on no screen: a hold, a variable.
    Keep,
    /// It puts off what follows.
    Wait,
    /// It leads to a screen for good.
    Goto,
    /// It opens a screen over this one.
    Call,
    /// It leaves the screen, for one that it does not name.
    Leave,
    /// It shows the screen or its list anew.
    Renew,
    /// It only shows something.
    Show,
}

impl Op {
    pub(super) fn class(&self) -> OpClass {
        match self {
            Op::Record(RecordOp::Insert(..) | RecordOp::Update(..) | RecordOp::Delete(..)) => {
                OpClass::Change
            }
            Op::Run(_) | Op::Submit(..) => OpClass::Start,
            Op::Record(RecordOp::Hold(..) | RecordOp::Release(..))
            | Op::Form(FormOp::SetState(..))
            | Op::SetSession(..) => OpClass::Keep,
            Op::Delay(_) => OpClass::Wait,
            Op::Goto(_) => OpClass::Goto,
            Op::Call(_) => OpClass::Call,
            Op::Back | Op::SignOff | Op::Abend(_) => OpClass::Leave,
            Op::Refresh | Op::Form(FormOp::Page(..)) => OpClass::Renew,
            Op::Form(FormOp::Fill(..) | FormOp::Cursor(..) | FormOp::Mark(..))
            | Op::Message(_)
            | Op::Alarm
            | Op::Syncpoint
            | Op::Broadcast(_)
            | Op::Later { .. }
            | Op::Copy(_)
            | Op::Unpainted
            | Op::Show
            | Op::Answer => OpClass::Show,
        }
    }
}

impl RecordOp {
    /// The table whose records it changes; a hold changes none.
    pub fn changed(&self) -> Option<TableId> {
        match self {
            RecordOp::Insert(table, _)
            | RecordOp::Update(table, ..)
            | RecordOp::Delete(table, _) => Some(*table),
            RecordOp::Hold(..) | RecordOp::Release(..) => None,
        }
    }
}

impl From<RecordOp> for Op {
    fn from(op: RecordOp) -> Op {
        Op::Record(op)
    }
}

impl From<FormOp> for Op {
    fn from(op: FormOp) -> Op {
        Op::Form(op)
    }
}

/// The printed form is part of the state hash of a host that has something pending, so it stays as it is, whatever the types
/// are called and however they are nested.
impl fmt::Debug for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Op::Record(op) => op.fmt(f),
            Op::Form(op) => op.fmt(f),
            Op::Message(text) => f.debug_tuple("Message").field(text).finish(),
            Op::Alarm => f.write_str("Alarm"),
            Op::Goto(screen) => f.debug_tuple("Goto").field(screen).finish(),
            Op::Call(screen) => f.debug_tuple("Call").field(screen).finish(),
            Op::Back => f.write_str("Back"),
            Op::Refresh => f.write_str("Refresh"),
            Op::SignOff => f.write_str("SignOff"),
            Op::SetSession(variable, value) => f
                .debug_tuple("SetSession")
                .field(variable)
                .field(value)
                .finish(),
            Op::Delay(by) => f.debug_tuple("Delay").field(by).finish(),
            Op::Run(job) => f.debug_tuple("Run").field(job).finish(),
            Op::Submit(job, after) => f.debug_tuple("Submit").field(job).field(after).finish(),
            Op::Syncpoint => f.write_str("Syncpoint"),
            Op::Abend(code) => f.debug_tuple("Abend").field(code).finish(),
            Op::Broadcast(text) => f.debug_tuple("Broadcast").field(text).finish(),
            Op::Later { by, ops, at } => f
                .debug_struct("Later")
                .field("by", by)
                .field("ops", ops)
                .field("at", at)
                .finish(),
            Op::Copy(live) => f.debug_tuple("Copy").field(live).finish(),
            Op::Unpainted => f.write_str("Unpainted"),
            Op::Show => f.write_str("Show"),
            Op::Answer => f.write_str("Answer"),
        }
    }
}
