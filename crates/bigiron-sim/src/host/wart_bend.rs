//! What each kind of wart makes of the effects of a clean rule: pure, one function a kind.

use super::chance::Chance;
use super::effect::Op;
use super::frame::FrameId;
use super::table::Table;
use super::{DAY, Millis};
use crate::system::expr::TableId;
use crate::system::model::{ScreenId, System};
use crate::system::value::{RowKey, Value};
use crate::system::wart::{HiddenOutcome, WartKind};
use std::collections::BTreeMap;

/// What a wart knows besides the effects: its texts and conditions worked out.
#[derive(Debug, Default)]
pub(super) struct BendContext {
    /// The screen that took the key.
    pub frame: FrameId,
    /// What the wart says.
    pub text: String,
    /// The record it is about, and who else holds it.
    pub record: Option<(RowKey, Value)>,
    /// What must hold for it to leave off does.
    pub relieved: bool,
    /// The effects with what is written to a table gone elsewhere.
    pub misdirected: Vec<Op>,
    /// The field it is about holds something.
    pub filled: bool,
    /// Milliseconds since midnight.
    pub time: Millis,
    /// Something was typed before the key.
    pub typed: bool,
    /// The key came soon after the last answer.
    pub soon: bool,
    /// The rows that were last made, of those that may be made again.
    pub posted: Vec<Op>,
    /// The wart's place among those that are on.
    pub live: usize,
}

/// Whether there is anything to bend: only then it is an occurrence.
pub(super) fn applies(kind: &WartKind, ops: &[Op], scene: &BendContext) -> bool {
    let changes = |test: &dyn Fn(TableId) -> bool| ops.iter().filter_map(changed).any(test);
    match kind {
        WartKind::Drop { tables } => changes(&|table| tables.contains(&table)),
        WartKind::Partial { tables } => changes(&|table| !tables.contains(&table)),
        WartKind::Double { tables } => ops
            .iter()
            .any(|op| matches!(op, Op::Insert(table, _) if tables.contains(table))),
        WartKind::Truncate { table, .. } => changes(&|changed| changed == *table),
        WartKind::Misdirect { .. } => scene.misdirected != ops,
        WartKind::Swap(a, b) => ops
            .iter()
            .filter_map(shown)
            .any(|screen| screen == *a || screen == *b),
        WartKind::Sticky { .. } => ops.iter().any(|op| matches!(op, Op::Release(..))),
        WartKind::Slow { .. }
        | WartKind::Broadcast { .. }
        | WartKind::Timeout { .. }
        | WartKind::Reset { .. }
        | WartKind::TwoStage { .. } => true,
        WartKind::Refuse { .. } => scene.filled && !scene.relieved,
        WartKind::Stale { .. } => ops.iter().any(reads),
        WartKind::Repost { .. } => !scene.posted.is_empty() && !ops.iter().any(works),
        WartKind::Forget => !ops.iter().any(leaves),
        WartKind::Swallow { .. } => scene.soon && scene.typed,
        WartKind::Unpainted => acts(ops),
        WartKind::Drift(_) => false,
        WartKind::Closed { from, to, .. } => acts(ops) && is_closed(*from, *to, scene.time),
        WartKind::Mislead { .. }
        | WartKind::Jump { .. }
        | WartKind::Abend { .. }
        | WartKind::Spin { .. }
        | WartKind::Acknowledge { .. }
        | WartKind::Window { .. }
        | WartKind::Sequence { .. }
        | WartKind::Held { .. } => acts(ops) && !scene.relieved,
    }
}

/// The effects as the wart has them.
pub(super) fn bend(
    kind: &WartKind,
    ops: Vec<Op>,
    scene: BendContext,
    draw: &mut Chance,
    system: &System,
    tables: &mut [Table],
) -> Vec<Op> {
    match kind {
        WartKind::Drop { tables } => kept(ops, |op| !is_on(op, tables)),
        WartKind::Partial { tables } => kept(ops, |op| changed(op).is_none() || is_on(op, tables)),
        WartKind::Double { tables: which } => double(ops, which, system, tables),
        WartKind::Mislead { outcome, .. } => mislead(ops, drawn(*outcome, draw), scene.text),
        WartKind::Swap(a, b) => swap(ops, *a, *b),
        WartKind::Jump { to } => after(work(ops, HiddenOutcome::Done), [Op::Goto(*to)]),
        WartKind::Abend { outcome, .. } => abend(ops, drawn(*outcome, draw), scene.text),
        WartKind::Slow { by } => before(Op::Delay(*by), ops),
        WartKind::Spin {
            by,
            outcome,
            refresh,
        } => spin(ops, *by, drawn(*outcome, draw), *refresh),
        WartKind::Acknowledge { .. } | WartKind::Sequence { .. } | WartKind::Closed { .. } => {
            vec![Op::Message(scene.text)]
        }
        WartKind::Window { modal, .. } => vec![Op::Call(*modal)],
        WartKind::Refuse { field, .. } => vec![
            Op::Fill(scene.frame, *field, Value::text("")),
            Op::Cursor(scene.frame, *field),
            Op::Message(scene.text),
        ],
        WartKind::Truncate {
            table,
            column,
            width,
            translate,
        } => truncate(ops, (*table, *column), *width, translate),
        WartKind::Misdirect { .. } => scene.misdirected,
        WartKind::Broadcast { after: by, .. } => {
            after(ops, [later(*by, vec![Op::Broadcast(scene.text)], None)])
        }
        WartKind::Timeout { after: by, .. } => {
            let deed = vec![Op::SignOff, Op::Message(scene.text)];
            after(ops, [later(*by, deed, None)])
        }
        WartKind::Reset { after: by, .. } => {
            let deed = vec![Op::Refresh, Op::Message(scene.text)];
            after(ops, [later(*by, deed, Some(scene.frame))])
        }
        WartKind::Held { table, lasts, .. } => held(*table, *lasts, scene),
        WartKind::Sticky { lasts } => sticky(ops, *lasts),
        WartKind::TwoStage { by } => after(ops, [Op::Show, Op::Delay(*by)]),
        WartKind::Stale { .. } => before(Op::Copy(scene.live), ops),
        WartKind::Repost { .. } => {
            let again = |op| numbered_anew(op, system, tables);
            let posted: Vec<Op> = scene.posted.into_iter().map(again).collect();
            after(posted, ops)
        }
        WartKind::Forget => after(ops, [Op::Refresh]),
        WartKind::Swallow { .. } => vec![Op::Refresh],
        WartKind::Unpainted => after(ops, [Op::Unpainted]),
        WartKind::Drift(_) => ops,
    }
}

/// The table whose records an effect changes.
fn changed(op: &Op) -> Option<TableId> {
    match op {
        Op::Insert(table, _) | Op::Update(table, ..) | Op::Delete(table, _) => Some(*table),
        _ => None,
    }
}

fn is_on(op: &Op, tables: &[TableId]) -> bool {
    changed(op).is_some_and(|table| tables.contains(&table))
}

fn shown(op: &Op) -> Option<ScreenId> {
    match op {
        Op::Goto(screen) | Op::Call(screen) => Some(*screen),
        _ => None,
    }
}

/// Whether the answer shows a screen or a list anew, and so reads what it shows.
fn reads(op: &Op) -> bool {
    leaves(op) || matches!(op, Op::Refresh | Op::Page(..))
}

/// Whether another screen stands there afterwards.
fn leaves(op: &Op) -> bool {
    matches!(
        op,
        Op::Goto(_) | Op::Call(_) | Op::Back | Op::SignOff | Op::Abend(_)
    )
}

/// Whether it is work, and not only something to look at.
fn works(op: &Op) -> bool {
    changed(op).is_some() || matches!(op, Op::Run(_) | Op::Submit(..))
}

/// Whether the rule does anything: changes records, starts a job or leads on. A refusal, a window and a page do not.
fn acts(ops: &[Op]) -> bool {
    ops.iter().any(|op| works(op) || matches!(op, Op::Goto(_)))
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

/// What is left of the effects once the screen says nothing of them: the work that was done.
fn work(ops: Vec<Op>, outcome: HiddenOutcome) -> Vec<Op> {
    let mut left = match outcome {
        HiddenOutcome::Lost => 0,
        HiddenOutcome::Half(count) => count,
        HiddenOutcome::Done | HiddenOutcome::Any => usize::MAX,
    };
    let is_whole = left == usize::MAX;
    kept(ops, |op| match op {
        Op::Delay(_) => true,
        Op::Insert(..) | Op::Update(..) | Op::Delete(..) => {
            let keeps = left > 0;
            left = left.saturating_sub(1);
            keeps
        }
        Op::Run(_) | Op::Submit(..) | Op::Hold(..) | Op::Release(..) | Op::SetSession(..) => {
            is_whole
        }
        Op::SetState(..) => is_whole,
        _ => false,
    })
}

fn double(ops: Vec<Op>, which: &[TableId], system: &System, tables: &mut [Table]) -> Vec<Op> {
    let mut twice = |op: Op| {
        let again = match &op {
            Op::Insert(id, _) if which.contains(id) => {
                Some(numbered_anew(op.clone(), system, tables))
            }
            _ => None,
        };
        std::iter::once(op).chain(again)
    };
    ops.into_iter().flat_map(&mut twice).collect()
}

/// The same new row under the next number of its table.
fn numbered_anew(op: Op, system: &System, tables: &mut [Table]) -> Op {
    match op {
        Op::Insert(id, mut row) => {
            if let (Some(model), Some(table)) = (system.tables.get(id), tables.get_mut(id))
                && let Some(cell) = model.key.first().and_then(|column| row.get_mut(*column))
            {
                *cell = table.next_key(model);
            }
            Op::Insert(id, row)
        }
        op => op,
    }
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
        match op {
            Op::Insert(id, row) if *id == table => row.get_mut(column).into_iter().for_each(cut),
            Op::Update(id, _, set) if *id == table => set
                .iter_mut()
                .filter(|(at, _)| *at == column)
                .for_each(|(_, value)| cut(value)),
            _ => {}
        }
    }
    ops
}

/// A write with other values in some columns; of a row that is there, one of its key columns means another row, and a column
/// that is not written stays.
pub(super) fn misdirect(op: Op, values: Vec<(usize, Value)>, key: &[usize]) -> Op {
    let elsewhere = |mut at: RowKey| {
        for (column, value) in &values {
            let part = key.iter().position(|part| part == column);
            if let Some(cell) = part.and_then(|part| at.get_mut(part)) {
                cell.clone_from(value);
            }
        }
        at
    };
    match op {
        Op::Insert(table, mut row) => {
            for (column, value) in values {
                if let Some(cell) = row.get_mut(column) {
                    *cell = value;
                }
            }
            Op::Insert(table, row)
        }
        Op::Update(table, at, mut set) => {
            for (column, value) in &mut set {
                if let Some((_, other)) = values.iter().find(|(other, _)| other == column) {
                    value.clone_from(other);
                }
            }
            Op::Update(table, elsewhere(at), set)
        }
        Op::Delete(table, at) => Op::Delete(table, elsewhere(at)),
        op => op,
    }
}

fn held(table: TableId, lasts: Millis, scene: BendContext) -> Vec<Op> {
    let mut ops = vec![Op::Message(scene.text)];
    if let Some((key, by)) = scene.record {
        let free = vec![Op::Release(table, key.clone())];
        ops.extend([
            Op::Release(table, key.clone()),
            Op::Hold(table, key, by),
            later(lasts, free, None),
        ]);
    }
    ops
}

fn sticky(ops: Vec<Op>, lasts: Millis) -> Vec<Op> {
    let stays = |op| match op {
        Op::Release(..) => later(lasts, vec![op], None),
        op => op,
    };
    ops.into_iter().map(stays).collect()
}
