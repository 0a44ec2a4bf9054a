//! What happens, as data: effects with their values worked out.

use super::Millis;
use super::frame::FrameId;
use crate::system::expr::TableId;
use crate::system::model::{FieldId, FieldStyle, JobId, Paging, ScreenId};
use crate::system::value::{RowKey, Value};

/// One thing that happens. A rule yields a list of these; nothing is left in it to evaluate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Op {
    /// Text for the message field of the screen shown at the end.
    Message(String),
    Alarm,
    Goto(ScreenId),
    Call(ScreenId),
    Back,
    Refresh,
    SignOff,
    SetSession(usize, Value),
    SetState(FrameId, usize, Value),
    Fill(FrameId, FieldId, Value),
    Cursor(FrameId, FieldId),
    Mark(FrameId, FieldId, FieldStyle),
    Page(FrameId, Paging),
    /// A new row, one value a column.
    Insert(TableId, Vec<Value>),
    Update(TableId, RowKey, Vec<(usize, Value)>),
    Delete(TableId, RowKey),
    /// What follows happens so much later.
    Delay(Millis),
    Run(JobId),
    Submit(JobId, Millis),
    Hold(TableId, RowKey, Value),
    Release(TableId, RowKey),
    /// What was done so far stays, whatever comes after.
    Syncpoint,
    /// Ends the transaction with this code; nothing of it is kept.
    Abend(String),
    Broadcast(String),
    /// These happen so much later, by themselves; if a frame is named, only while it takes keys.
    Later {
        by: Millis,
        ops: Vec<Op>,
        at: Option<FrameId>,
    },
    /// The answer reads from the copy that the wart of this place among those that are on keeps.
    Copy(usize),
    /// The answer frees the keyboard and paints nothing.
    Unpainted,
    /// The screen is sent, and the keyboard stays locked.
    Show,
    /// The screen is sent and the keyboard restored.
    Answer,
}
