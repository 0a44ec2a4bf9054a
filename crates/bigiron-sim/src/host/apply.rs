//! Applies effects, and undoes them when a transaction abends.

use super::abend::AbendCause;
use super::due::DueEvent;
use super::effect::{FormOp, Op, RecordOp};
use super::frame::{Frame, FrameId, StaleValues};
use super::table::{Duplicate, WriteError};
use super::view::{HostView, today};
use super::{Host, Millis};
use crate::system::expr::TableId;
use crate::system::model::{Paging, ScreenId, Trigger};
use crate::system::value::{Row, RowKey, Value};
use std::collections::VecDeque;
use std::sync::Arc;
use tn3270::wire::{Aid, Wcc};

/// Screens one unit of work may open: more is a loop, a runaway task.
const MOST_OPENED: u8 = 32;

/// A unit of work: a transaction, or other work that changes the screen.
#[derive(Debug, Clone)]
pub(super) struct UnitOfWork {
    /// The key it answers, if it answers one.
    pub key: Option<Aid>,
    /// The effects that are still to be applied.
    pub ops: VecDeque<Op>,
    /// The text for the message field of the screen that is shown at the end.
    pub message: Option<String>,
    pub alarm: bool,
    /// Screens opened so far.
    pub opened: u8,
    /// Something was typed before the key.
    pub typed: bool,
    /// The wart whose copy of tables the answer reads, by its index among those that are on.
    pub copy: Option<usize>,
    /// The answer paints nothing.
    pub unpainted: bool,
}

impl UnitOfWork {
    pub fn new(key: Option<Aid>) -> UnitOfWork {
        UnitOfWork {
            key,
            ops: VecDeque::new(),
            message: None,
            alarm: false,
            opened: 0,
            typed: false,
            copy: None,
            unpainted: false,
        }
    }
}

/// How to undo one effect.
#[derive(Debug, Clone)]
pub(super) enum UndoStep {
    /// The row that was under a key, if there was one.
    Row(TableId, RowKey, Option<Row>),
    Session(Vec<Value>),
    Hold((TableId, RowKey), Option<Value>),
}

impl Host {
    /// Adds effects to the unit of work and goes on with it.
    pub(super) fn go_on(&mut self, ops: impl IntoIterator<Item = Op>) {
        if let Some(unit) = &mut self.unit {
            unit.ops.extend(ops);
        }
        self.resume();
    }

    /// Goes on with the unit of work up to a delay or its end.
    pub(super) fn resume(&mut self) {
        while let Some(op) = self.unit.as_mut().and_then(|unit| unit.ops.pop_front()) {
            if let Op::Delay(by) = op {
                if by > 0 {
                    self.queue_after(by, DueEvent::Resume);
                    return;
                }
            } else if let Err(abend) = self.apply(op) {
                self.abend(abend);
            }
        }
        self.finish();
    }

    /// Undoes the unit of work, and answers with the screen of an abend.
    pub(super) fn abend(&mut self, abend: AbendCause) {
        self.note(|| format!("abend {}", abend.code()));
        let undo = std::mem::take(&mut self.undo);
        self.take_back(undo);
        let system = Arc::clone(&self.region.system);
        let mut view = HostView::new(self, self.top());
        view.given.1 = abend.code().to_owned();
        // A line that cannot be evaluated stays empty: a second abend would have no screen of its own.
        let lines = system.abend.lines.iter();
        let lines = lines.map(|line| view.text(line).unwrap_or_default());
        let lines = lines.collect();
        self.abended = Some(lines);
        self.shown.clear();
        if let Some(unit) = &mut self.unit {
            unit.message = None;
            unit.ops = [Op::Delay(system.response), Op::Answer].into();
        }
    }

    /// Undoes effects, the last first.
    pub(super) fn take_back(&mut self, undo: Vec<UndoStep>) {
        for step in undo.into_iter().rev() {
            match step {
                UndoStep::Row(table, key, was) => {
                    let system = Arc::clone(&self.region.system);
                    let (Some(model), Some(table)) =
                        (system.tables.get(table), self.tables.get_mut(table))
                    else {
                        continue;
                    };
                    table.remove(&key);
                    if let Some(row) = was {
                        // It cannot fail: the key has just been removed.
                        let _ = table.insert(model, row.to_vec());
                    }
                }
                UndoStep::Session(values) => self.session = values,
                UndoStep::Hold(record, was) => {
                    match was {
                        Some(by) => self.holds.insert(record, by),
                        None => self.holds.remove(&record),
                    };
                }
            }
        }
    }

    /// Applies an effect. An error ends the unit of work with an abend.
    pub(super) fn apply(&mut self, op: Op) -> Result<(), AbendCause> {
        match op {
            Op::Message(text) => self.in_unit(|unit| unit.message = Some(text)),
            Op::Alarm => self.in_unit(|unit| unit.alarm = true),
            Op::Copy(wart) => self.in_unit(|unit| unit.copy = Some(wart)),
            Op::Unpainted => self.in_unit(|unit| unit.unpainted = true),
            // In a job that a transaction runs: what follows the job waits.
            Op::Delay(by) => self.in_unit(|unit| unit.ops.push_front(Op::Delay(by))),
            Op::Goto(screen) => {
                self.frames.clear();
                return self.open_released(screen);
            }
            Op::Call(screen) => return self.open_released(screen),
            Op::Back => return self.back(),
            Op::Refresh => self.start_over(),
            Op::SignOff => return self.sign_off(),
            Op::SetSession(variable, value) => self.set_session(variable, value),
            Op::Run(job) => return self.run(job),
            Op::Submit(job, after) => self.queue_after(after, DueEvent::Job { job, step: 0 }),
            Op::Later { by, ops, at } => self.queue_after(by, DueEvent::Later { ops, at }),
            Op::Syncpoint => self.undo.clear(),
            Op::Abend(code) => return Err(AbendCause::Code(code)),
            Op::Broadcast(text) => self.broadcast(text),
            Op::Show => return self.send(Wcc::default()),
            Op::Answer => return self.answer(),
            Op::Record(op) => return self.record(op),
            Op::Form(op) => self.form(op),
        }
        Ok(())
    }

    fn in_unit(&mut self, change: impl FnOnce(&mut UnitOfWork)) {
        if let Some(unit) = &mut self.unit {
            change(unit);
        }
    }

    fn queue_after(&mut self, by: Millis, event: DueEvent) {
        self.queue(self.now.saturating_add(by), event);
    }

    fn set_session(&mut self, variable: usize, value: Value) {
        self.undo.push(UndoStep::Session(self.session.clone()));
        if let Some(slot) = self.session.get_mut(variable) {
            *slot = value;
        }
    }

    /// Applies an effect on a record or its hold.
    fn record(&mut self, op: RecordOp) -> Result<(), AbendCause> {
        let system = Arc::clone(&self.region.system);
        match op {
            RecordOp::Insert(id, row) => {
                if let (Some(model), Some(table)) = (system.tables.get(id), self.tables.get_mut(id))
                {
                    let key = table.insert(model, row).map_err(|Duplicate(key)| {
                        AbendCause::Write(id, key, WriteError::Duplicate)
                    })?;
                    self.undo.push(UndoStep::Row(id, key, None));
                }
            }
            RecordOp::Update(id, key, set) => return self.update(id, key, set),
            RecordOp::Delete(id, key) => {
                if let Some(row) = self.tables.get_mut(id).and_then(|t| t.remove(&key)) {
                    self.undo.push(UndoStep::Row(id, key, Some(row)));
                }
            }
            RecordOp::Hold(table, key, by) => {
                let record = (table, key);
                // A record that is held stays with its holder.
                if !self.holds.contains_key(&record) {
                    self.undo.push(UndoStep::Hold(record.clone(), None));
                    self.holds.insert(record, by);
                }
            }
            RecordOp::Release(table, key) => {
                let record = (table, key);
                if let Some(by) = self.holds.remove(&record) {
                    self.undo.push(UndoStep::Hold(record, Some(by)));
                }
            }
        }
        Ok(())
    }

    fn update(
        &mut self,
        id: TableId,
        key: RowKey,
        set: Vec<(usize, Value)>,
    ) -> Result<(), AbendCause> {
        let system = Arc::clone(&self.region.system);
        let (Some(model), Some(table)) = (system.tables.get(id), self.tables.get_mut(id)) else {
            return Ok(());
        };
        let (old, new_key) = match table.update(model, &key, set) {
            Ok(updated) => updated,
            Err(why) => return Err(AbendCause::Write(id, key, why)),
        };
        self.undo.push(UndoStep::Row(id, key, Some(old)));
        let made = new_key.map(|key| UndoStep::Row(id, key, None));
        self.undo.extend(made);
        Ok(())
    }

    /// Applies an effect on an open screen; one for a screen that has been closed is ignored.
    fn form(&mut self, op: FormOp) {
        let system = Arc::clone(&self.region.system);
        let today = today(&system, self.now);
        let target = |id: FrameId| move |frame: &&mut Frame| frame.id == id;
        let mut frames = self.frames.iter_mut();
        match op {
            FormOp::SetState(id, variable, value) => {
                if let Some(slot) = frames
                    .find(target(id))
                    .and_then(|frame| frame.state.get_mut(variable))
                {
                    *slot = value;
                }
            }
            FormOp::Fill(id, field, value) => {
                if let Some(frame) = frames.find(target(id)) {
                    frame.show(&system.screens[frame.screen], field, value, today);
                    if let Some(entry) = frame.entry_mut(field) {
                        entry.filled = true;
                        entry.unsent_text = true;
                    }
                }
            }
            FormOp::Cursor(id, field) => {
                if let Some(frame) = frames.find(target(id)) {
                    frame.cursor = Some(field);
                }
            }
            FormOp::Mark(id, field, look) => {
                if let Some(entry) = frames
                    .find(target(id))
                    .and_then(|frame| frame.entry_mut(field))
                {
                    entry.mark = Some(look);
                    entry.unsent_look = true;
                }
            }
            FormOp::Page(id, paging) => self.page(id, paging),
        }
    }

    fn page(&mut self, id: FrameId, paging: Paging) {
        let Some(at) = self.frames.iter().position(|frame| frame.id == id) else {
            return;
        };
        let frame = &self.frames[at];
        let Some(list) = &self.screen(frame).list else {
            return;
        };
        let last = frame
            .keys
            .len()
            .div_ceil(list.page.max(1))
            .saturating_sub(1);
        let to = match paging {
            Paging::First => Some(0),
            Paging::Last => Some(last),
            Paging::Next => Some(frame.page + 1).filter(|page| *page <= last),
            Paging::Previous => frame.page.checked_sub(1),
        };
        match to {
            Some(page) => {
                self.frames[at].page = page;
                self.stale(at, StaleValues::Outputs);
                self.clear_selections(at);
            }
            None => {
                let template = &self.region.system.messages.no_more;
                let text = HostView::new(self, Some(at))
                    .text(template)
                    .unwrap_or_default();
                if let Some(unit) = &mut self.unit {
                    unit.message = Some(text);
                }
            }
        }
    }

    /// The end of a unit of work: the screen and the keyboard, or the keyboard alone.
    fn answer(&mut self) -> Result<(), AbendCause> {
        self.answered();
        if self.unit.as_ref().is_some_and(|unit| unit.unpainted) && self.abended.is_none() {
            return self.send_nothing();
        }
        self.send(Wcc::RESTORE)
    }

    /// Opens a screen, and over it the one that this release has before it.
    fn open_released(&mut self, screen: ScreenId) -> Result<(), AbendCause> {
        self.open(screen)?;
        let before = self
            .layout
            .as_ref()
            .and_then(|layout| layout.before(screen));
        match before {
            Some(before) => self.open(before),
            None => Ok(()),
        }
    }

    /// Opens a screen over those that are open.
    pub(super) fn open(&mut self, screen: ScreenId) -> Result<(), AbendCause> {
        if let Some(unit) = &mut self.unit {
            unit.opened += 1;
            if unit.opened > MOST_OPENED {
                return Err(AbendCause::Code("AICA".into()));
            }
        }
        let system = Arc::clone(&self.region.system);
        let Some(model) = system.screens.get(screen) else {
            return Err(AbendCause::Code("APCT".into()));
        };
        let map = &self.region.maps[screen];
        let frame = Frame::new(self.next_frame, screen, model, map);
        self.next_frame = self.next_frame.wrapping_add(1);
        self.frames.push(frame);
        self.arrive(Trigger::Open)
    }

    fn back(&mut self) -> Result<(), AbendCause> {
        if self.frames.len() < 2 {
            return Ok(());
        }
        self.frames.pop();
        if let Some(at) = self.top() {
            self.stale(at, StaleValues::Outputs);
        }
        self.arrive(Trigger::Return)
    }

    /// The screen shows its declared values again, as it was opened; its state stays.
    fn start_over(&mut self) {
        let Some(at) = self.top() else { return };
        if let Some(frame) = self.frames.get_mut(at) {
            frame.entries = Arc::clone(&self.region.maps[frame.screen].blank);
            frame.caret = None;
            frame.stale = StaleValues::All;
        }
        self.shown.clear();
    }

    pub(super) fn sign_off(&mut self) -> Result<(), AbendCause> {
        self.undo.push(UndoStep::Session(self.session.clone()));
        let initial = self.region.system.session.iter();
        self.session = initial.map(|variable| variable.initial.clone()).collect();
        for (record, by) in std::mem::take(&mut self.holds) {
            self.undo.push(UndoStep::Hold(record, Some(by)));
        }
        self.frames.clear();
        let start = self.region.system.start;
        self.open(start)
    }
}
