//! How each kind of wart bends the effects of a clean rule: pure functions, one for each kind.

use super::chance::Chance;
use super::effect::{FormOp, Op, OpClass, RecordOp};
use super::frame::FrameId;
use super::table::Table;
use super::{DAY, Millis};
use crate::system::expr::TableId;
use crate::system::model::{ScreenId, System};
use crate::system::value::{RowKey, Value};
use crate::system::wart::{Bend, HiddenOutcome};
use std::collections::BTreeMap;

/// What a wart knows besides the effects: its texts and conditions, evaluated.
#[derive(Debug, Default)]
pub(super) struct BendContext {
    /// The screen that took the key.
    pub frame: FrameId,
    /// The text of the wart.
    pub text: String,
    /// The key of the record it holds, and the holder.
    pub record: Option<(RowKey, Value)>,
    /// Its relief condition holds: it ends.
    pub relieved: bool,
    /// The effects, with misdirected writes.
    pub misdirected: Vec<Op>,
    /// The field it refuses is not blank.
    pub filled: bool,
    /// Milliseconds since midnight.
    pub time: Millis,
    /// Something was typed before the key.
    pub typed: bool,
    /// The key came soon after the last answer.
    pub soon: bool,
    /// The rows that were last inserted, of those that it inserts again.
    pub posted: Vec<RecordOp>,
    /// The index of the wart among those that are on.
    pub wart: usize,
}

/// Whether there is anything to bend; only then it counts as an occurrence.
pub(super) fn applies(bend: &Bend, ops: &[Op], context: &BendContext) -> bool {
    let changes = |test: &dyn Fn(TableId) -> bool| ops.iter().filter_map(changed).any(test);
    let on_records = |test: &dyn Fn(&RecordOp) -> bool| ops.iter().filter_map(record).any(test);
    match bend {
        Bend::Drop { tables } => changes(&|table| tables.contains(&table)),
        Bend::Partial { tables } => changes(&|table| !tables.contains(&table)),
        Bend::Double { tables } => inserted(ops, tables).next().is_some(),
        Bend::Truncate { table, .. } => changes(&|changed| changed == *table),
        Bend::Misdirect { .. } => context.misdirected != ops,
        Bend::Swap(a, b) => ops
            .iter()
            .filter_map(shown)
            .any(|screen| screen == *a || screen == *b),
        Bend::Sticky { .. } => on_records(&|op| matches!(op, RecordOp::Release(..))),
        Bend::Slow { .. }
        | Bend::Broadcast { .. }
        | Bend::Timeout { .. }
        | Bend::Reset { .. }
        | Bend::TwoStage { .. } => true,
        Bend::Refuse { .. } => context.filled && !context.relieved,
        Bend::Stale { .. } => ops.iter().any(reads),
        Bend::Repost { .. } => !context.posted.is_empty() && !ops.iter().any(works),
        Bend::Forget => !ops.iter().any(leaves),
        Bend::Swallow { .. } => context.soon && context.typed,
        Bend::Unpainted => acts(ops),
        Bend::Drift(_) => false,
        Bend::Closed { from, to, .. } => acts(ops) && is_closed(*from, *to, context.time),
        Bend::Mislead { .. }
        | Bend::Jump { .. }
        | Bend::Abend { .. }
        | Bend::Spin { .. }
        | Bend::Acknowledge { .. }
        | Bend::Window { .. }
        | Bend::Sequence { .. }
        | Bend::Held { .. } => acts(ops) && !context.relieved,
    }
}

/// The bent effects.
pub(super) fn bend(
    bend: &Bend,
    ops: Vec<Op>,
    context: BendContext,
    draw: &mut Chance,
    system: &System,
    tables: &mut [Table],
) -> Vec<Op> {
    match bend {
        Bend::Drop { tables } => kept(ops, |op| !is_on(op, tables)),
        Bend::Partial { tables } => kept(ops, |op| changed(op).is_none() || is_on(op, tables)),
        Bend::Double { tables: which } => double(ops, which, system, tables),
        Bend::Mislead { outcome, .. } => mislead(ops, drawn(*outcome, draw), context.text),
        Bend::Swap(a, b) => swap(ops, *a, *b),
        Bend::Jump { to } => after(work(ops, HiddenOutcome::Done), [Op::Goto(*to)]),
        Bend::Abend { outcome, .. } => abend(ops, drawn(*outcome, draw), context.text),
        Bend::Slow { by } => before(Op::Delay(*by), ops),
        Bend::Spin {
            by,
            outcome,
            refresh,
        } => spin(ops, *by, drawn(*outcome, draw), *refresh),
        Bend::Acknowledge { .. } | Bend::Sequence { .. } | Bend::Closed { .. } => {
            vec![Op::Message(context.text)]
        }
        Bend::Window { modal, .. } => vec![Op::Call(*modal)],
        Bend::Refuse { field, .. } => vec![
            FormOp::Fill(context.frame, *field, Value::text("")).into(),
            FormOp::Cursor(context.frame, *field).into(),
            Op::Message(context.text),
        ],
        Bend::Truncate {
            table,
            column,
            width,
            translate,
        } => truncate(ops, (*table, *column), *width, translate),
        Bend::Misdirect { .. } => context.misdirected,
        Bend::Broadcast { after: by, .. } => {
            after(ops, [later(*by, vec![Op::Broadcast(context.text)], None)])
        }
        Bend::Timeout { after: by, .. } => {
            let deed = vec![Op::SignOff, Op::Message(context.text)];
            after(ops, [later(*by, deed, None)])
        }
        Bend::Reset { after: by, .. } => {
            let deed = vec![Op::Refresh, Op::Message(context.text)];
            after(ops, [later(*by, deed, Some(context.frame))])
        }
        Bend::Held { table, lasts, .. } => held(*table, *lasts, context),
        Bend::Sticky { lasts } => sticky(ops, *lasts),
        Bend::TwoStage { by } => after(ops, [Op::Show, Op::Delay(*by)]),
        Bend::Stale { .. } => before(Op::Copy(context.wart), ops),
        Bend::Repost { .. } => {
            let again = |op| numbered_anew(op, system, tables).into();
            let posted: Vec<Op> = context.posted.into_iter().map(again).collect();
            after(posted, ops)
        }
        Bend::Forget => after(ops, [Op::Refresh]),
        Bend::Swallow { .. } => vec![Op::Refresh],
        Bend::Unpainted => after(ops, [Op::Unpainted]),
        Bend::Drift(_) => ops,
    }
}

/// The new rows of some tables.
pub(super) fn inserted<'o>(
    ops: &'o [Op],
    into: &'o [TableId],
) -> impl Iterator<Item = &'o RecordOp> {
    let records = ops.iter().filter_map(record);
    records.filter(|op| inserts(op, into))
}

fn record(op: &Op) -> Option<&RecordOp> {
    match op {
        Op::Record(op) => Some(op),
        _ => None,
    }
}

/// The table whose records an effect changes.
fn changed(op: &Op) -> Option<TableId> {
    record(op).and_then(RecordOp::changed)
}

fn is_on(op: &Op, tables: &[TableId]) -> bool {
    changed(op).is_some_and(|table| tables.contains(&table))
}

fn inserts(op: &RecordOp, into: &[TableId]) -> bool {
    matches!(op, RecordOp::Insert(table, _) if into.contains(table))
}

fn shown(op: &Op) -> Option<ScreenId> {
    match op {
        Op::Goto(screen) | Op::Call(screen) => Some(*screen),
        _ => None,
    }
}

/// Whether the answer shows a screen or a list anew, and so reads what it shows.
fn reads(op: &Op) -> bool {
    match op.class() {
        OpClass::Goto | OpClass::Call | OpClass::Leave | OpClass::Renew => true,
        OpClass::Change | OpClass::Start | OpClass::Keep | OpClass::Wait | OpClass::Show => false,
    }
}

/// Whether another screen stands there afterwards.
fn leaves(op: &Op) -> bool {
    reads(op) && op.class() != OpClass::Renew
}

/// Whether it is work, not only display.
fn works(op: &Op) -> bool {
    matches!(op.class(), OpClass::Change | OpClass::Start)
}

/// Whether the rule does anything: changes records, starts a job or leads on. A refusal, a window and a page do not.
fn acts(ops: &[Op]) -> bool {
    ops.iter()
        .any(|op| works(op) || op.class() == OpClass::Goto)
}

/// From one time of day to another, which may lie after midnight.
fn is_closed(from: Millis, to: Millis, time: Millis) -> bool {
    let time = time % DAY;
    match from <= to {
        true => (from..to).contains(&time),
        false => time >= from || time < to,
    }
}

fn kept(mut ops: Vec<Op>, keep: impl FnMut(&Op) -> bool) -> Vec<Op> {
    ops.retain(keep);
    ops
}

fn before(first: Op, ops: Vec<Op>) -> Vec<Op> {
    std::iter::once(first).chain(ops).collect()
}

fn after(mut ops: Vec<Op>, last: impl IntoIterator<Item = Op>) -> Vec<Op> {
    ops.extend(last);
    ops
}

fn later(by: Millis, ops: Vec<Op>, at: Option<FrameId>) -> Op {
    Op::Later { by, ops, at }
}

fn drawn(outcome: HiddenOutcome, draw: &mut Chance) -> HiddenOutcome {
    match outcome {
        HiddenOutcome::Any if draw.below(2) == 0 => HiddenOutcome::Done,
        HiddenOutcome::Any => HiddenOutcome::Lost,
        settled => settled,
    }
}

/// The effects that remain where the screen shows none of them: the work that is done.
fn work(ops: Vec<Op>, outcome: HiddenOutcome) -> Vec<Op> {
    let mut left = match outcome {
        HiddenOutcome::Lost => 0,
        HiddenOutcome::Half(count) => count,
        HiddenOutcome::Done | HiddenOutcome::Any => usize::MAX,
    };
    let is_whole = left == usize::MAX;
    kept(ops, |op| match op.class() {
        OpClass::Wait => true,
        OpClass::Change => {
            let keeps = left > 0;
            left = left.saturating_sub(1);
            keeps
        }
        OpClass::Start | OpClass::Keep => is_whole,
        OpClass::Goto | OpClass::Call | OpClass::Leave | OpClass::Renew | OpClass::Show => false,
    })
}

fn double(ops: Vec<Op>, which: &[TableId], system: &System, tables: &mut [Table]) -> Vec<Op> {
    let mut twice = |op: Op| {
        let again = record(&op)
            .filter(|op| inserts(op, which))
            .map(|op| numbered_anew(op.clone(), system, tables).into());
        std::iter::once(op).chain(again)
    };
    ops.into_iter().flat_map(&mut twice).collect()
}

/// The same new row under the next number of its table; of what is no new row, itself.
fn numbered_anew(mut op: RecordOp, system: &System, tables: &mut [Table]) -> RecordOp {
    if let RecordOp::Insert(id, row) = &mut op
        && let (Some(model), Some(table)) = (system.tables.get(*id), tables.get_mut(*id))
        && let Some(cell) = model.key.first().and_then(|column| row.get_mut(*column))
    {
        *cell = table.next_key(model);
    }
    op
}

fn mislead(ops: Vec<Op>, outcome: HiddenOutcome, text: String) -> Vec<Op> {
    after(work(ops, outcome), [Op::Message(text)])
}

fn swap(mut ops: Vec<Op>, a: ScreenId, b: ScreenId) -> Vec<Op> {
    for op in &mut ops {
        if let Op::Goto(screen) | Op::Call(screen) = op {
            *screen = match *screen {
                at if at == a => b,
                at if at == b => a,
                other => other,
            };
        }
    }
    ops
}

fn abend(ops: Vec<Op>, outcome: HiddenOutcome, code: String) -> Vec<Op> {
    after(work(ops, outcome), [Op::Syncpoint, Op::Abend(code)])
}

fn spin(ops: Vec<Op>, by: Millis, outcome: HiddenOutcome, refresh: bool) -> Vec<Op> {
    let done = before(Op::Delay(by), work(ops, outcome));
    after(done, refresh.then_some(Op::Refresh))
}

fn truncate(
    mut ops: Vec<Op>,
    (table, column): (TableId, usize),
    width: Option<usize>,
    translate: &BTreeMap<char, char>,
) -> Vec<Op> {
    let cut = |value: &mut Value| {
        let text = value.as_text().chars().take(width.unwrap_or(usize::MAX));
        let text: String = text
            .map(|c| translate.get(&c).copied().unwrap_or(c))
            .collect();
        *value = Value::text(text);
    };
    for op in &mut ops {
        if let Op::Record(op) = op
            && op.changed() == Some(table)
        {
            written(op, column).into_iter().for_each(cut);
        }
    }
    ops
}

/// The values that an effect writes into a column.
fn written(op: &mut RecordOp, column: usize) -> Vec<&mut Value> {
    match op {
        RecordOp::Insert(_, row) => row.get_mut(column).into_iter().collect(),
        RecordOp::Update(_, _, set) => {
            let set = set.iter_mut().filter(|(at, _)| *at == column);
            set.map(|(_, value)| value).collect()
        }
        RecordOp::Delete(..) | RecordOp::Hold(..) | RecordOp::Release(..) => Vec::new(),
    }
}

/// A write with other values in some columns; of a row that is there, one of its key columns means another row, and a column
/// that is not written stays.
pub(super) fn misdirect(mut op: RecordOp, values: Vec<(usize, Value)>, key: &[usize]) -> RecordOp {
    if let RecordOp::Update(_, at, _) | RecordOp::Delete(_, at) = &mut op {
        for (column, value) in &values {
            let part = key.iter().position(|part| part == column);
            if let Some(cell) = part.and_then(|part| at.get_mut(part)) {
                cell.clone_from(value);
            }
        }
    }
    for (column, value) in &values {
        for cell in written(&mut op, *column) {
            cell.clone_from(value);
        }
    }
    op
}

fn held(table: TableId, lasts: Millis, context: BendContext) -> Vec<Op> {
    let mut ops = vec![Op::Message(context.text)];
    if let Some((key, by)) = context.record {
        let release: Op = RecordOp::Release(table, key.clone()).into();
        ops.extend([
            release.clone(),
            RecordOp::Hold(table, key, by).into(),
            later(lasts, vec![release], None),
        ]);
    }
    ops
}

fn sticky(ops: Vec<Op>, lasts: Millis) -> Vec<Op> {
    let stays = |op| match op {
        Op::Record(RecordOp::Release(..)) => later(lasts, vec![op], None),
        op => op,
    };
    ops.into_iter().map(stays).collect()
}
