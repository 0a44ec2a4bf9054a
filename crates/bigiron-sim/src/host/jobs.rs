//! What happens without a key: jobs, the terminal left idle, the rest of a transaction after a delay.

use super::apply::{AbendCode, Unit};
use super::due::DueEvent;
use super::effect::Op;
use super::rules::RuleEffects;
use super::view::{HostView, time_of_day};
use super::{DAY, Host, Millis};
use crate::system::model::{Effect, JobId, Schedule};
use crate::system::record::StoredRow;
use crate::system::value::Row;
use crate::system::wart::WartOccasion;
use std::sync::Arc;

impl Host {
    /// Queues the first run of every scheduled job.
    pub(super) fn schedule_all(&mut self) {
        for job in 0..self.region.system.jobs.len() {
            self.schedule(job);
        }
    }

    fn schedule(&mut self, job: JobId) {
        let system = Arc::clone(&self.region.system);
        let after = match system.jobs.get(job).map(|job| &job.schedule) {
            Some(Schedule::Every(by)) => Some((*by).max(1)),
            Some(Schedule::Daily(times)) => {
                let now = time_of_day(&system, self.now);
                let today = times
                    .iter()
                    .find(|time| **time > now)
                    .map(|time| time - now);
                today.or_else(|| times.first().map(|time| DAY - now + time))
            }
            Some(Schedule::OnRequest) | None => None,
        };
        if let Some(after) = after {
            self.queue(self.now.saturating_add(after), DueEvent::Scheduled(job));
        }
    }

    /// Something due happens.
    pub(super) fn happen(&mut self, event: DueEvent) {
        match event {
            DueEvent::Resume => self.resume(),
            DueEvent::Job { job, step } => self.run_alone(job, step),
            DueEvent::Later { ops, .. } if self.unit.is_some() && ops.contains(&Op::SignOff) => {
                self.before_the_answer(ops);
            }
            DueEvent::Later { ops, at } => {
                if at.is_none() || at == self.frames.last().map(|frame| frame.id) {
                    self.alone("wart", |host| {
                        ops.into_iter().try_for_each(|op| host.apply(op))
                    });
                }
            }
            DueEvent::Scheduled(job) => {
                self.schedule(job);
                self.run_alone(job, 0);
            }
            DueEvent::Idle => self.sign_off_idle(),
        }
    }

    /// A terminal is not signed off under a transaction: that comes to its end first, and its answer is what is left then.
    fn before_the_answer(&mut self, ops: Vec<Op>) {
        if let Some(unit) = &mut self.unit {
            let answer = unit.ops.pop_back();
            unit.ops.extend(ops.into_iter().chain(answer));
        }
    }

    fn sign_off_idle(&mut self) {
        self.idle = None;
        let system = Arc::clone(&self.region.system);
        let Some(idle) = &system.idle else { return };
        if self.unit.is_some() || self.frames.is_empty() {
            return;
        }
        self.abended = None;
        self.note(|| "idle".to_owned());
        self.unit = Some(Unit::new(None));
        match self.yielded(&idle.effects, self.top(), None) {
            Ok(ops) => self.go_on(ops.into_iter().chain([Op::Answer])),
            Err(abend) => {
                self.abend(abend);
                self.resume();
            }
        }
        // The answer has begun to wait anew: a terminal that stays idle is signed off once.
        self.cancel_idle();
    }

    /// The terminal is no longer idle.
    pub(super) fn cancel_idle(&mut self) {
        if let Some(idle) = self.idle.take() {
            self.events.cancel(idle);
        }
    }

    fn run_alone(&mut self, job: JobId, step: usize) {
        let system = Arc::clone(&self.region.system);
        let name = system.jobs.get(job).map_or("", |job| &job.name);
        self.alone(name, |host| host.steps(job, step));
    }

    /// Work by itself: what goes wrong in it undoes it and nothing else.
    fn alone(&mut self, name: &str, work: impl FnOnce(&mut Host) -> Result<(), AbendCode>) {
        let undo = std::mem::take(&mut self.undo);
        let frames: Vec<_> = self.frames.iter().map(|frame| frame.id).collect();
        let alone = self.unit.is_none();
        if alone {
            self.unit = Some(Unit::new(None));
        }
        let shown = !self.shown.is_empty();
        match work(self) {
            Ok(()) => self.undo = undo,
            Err(abend) => {
                let done = std::mem::replace(&mut self.undo, undo);
                self.take_back(done);
                self.note_at("job".to_owned(), format!("{name} abend {}", abend.0));
            }
        }
        if !alone {
            return;
        }
        let moved = self.frames.iter().map(|frame| frame.id).ne(frames);
        let reset = shown && self.shown.is_empty();
        let left = self.unit.as_ref().is_some_and(|unit| !unit.ops.is_empty());
        if moved || reset || left {
            self.abended = None;
            self.go_on([Op::Answer]);
        } else {
            self.unit = None;
            self.undo.clear();
        }
    }

    /// A job within a transaction; its delays move what follows it.
    pub(super) fn run(&mut self, job: JobId) -> Result<(), AbendCode> {
        let system = Arc::clone(&self.region.system);
        let Some(model) = system.jobs.get(job) else {
            return Ok(());
        };
        self.note_at("job".to_owned(), model.name.clone());
        let mut delay = 0;
        self.perform(job, &model.effects, &mut Vec::new(), &mut delay)?;
        if delay > 0
            && let Some(unit) = &mut self.unit
        {
            unit.ops.push_front(Op::Delay(delay));
        }
        Ok(())
    }

    /// The steps of a job; a delay within one puts off those after it.
    fn steps(&mut self, job: JobId, from: usize) -> Result<(), AbendCode> {
        let system = Arc::clone(&self.region.system);
        let Some(model) = system.jobs.get(job) else {
            return Ok(());
        };
        self.note_at("job".to_owned(), model.name.clone());
        for (step, effect) in model.effects.iter().enumerate().skip(from) {
            let mut delay = 0;
            self.perform(
                job,
                std::slice::from_ref(effect),
                &mut Vec::new(),
                &mut delay,
            )?;
            if delay > 0 && step + 1 < model.effects.len() {
                let step = step + 1;
                let due = self.now.saturating_add(delay);
                self.queue(due, DueEvent::Job { job, step });
                break;
            }
        }
        Ok(())
    }

    /// Effects of which each sees what those before it did.
    fn perform(
        &mut self,
        job: JobId,
        effects: &[Effect],
        rows: &mut Vec<Option<Row>>,
        delay: &mut Millis,
    ) -> Result<(), AbendCode> {
        for effect in effects {
            match effect {
                Effect::Each {
                    table,
                    filter,
                    effects,
                } => {
                    let passing = self.seen(rows).passing(*table, filter.as_ref())?;
                    for row in passing {
                        rows.push(Some(row));
                        let done = self.perform(job, effects, rows, delay);
                        rows.pop();
                        done?;
                    }
                }
                Effect::When {
                    test,
                    then,
                    otherwise,
                } => {
                    let holds = crate::system::expr::test(test, &self.seen(rows).view)?;
                    self.perform(job, if holds { then } else { otherwise }, rows, delay)?;
                }
                Effect::Compare(compare) => {
                    let filter = compare.filter.as_ref();
                    for left in self.seen(rows).passing(compare.left, filter)? {
                        let (right, effects) = self.seen(rows).verdict(compare, &left)?;
                        rows.extend([right, Some(left)]);
                        let done = self.perform(job, effects, rows, delay);
                        rows.truncate(rows.len() - 2);
                        done?;
                    }
                }
                leaf => {
                    let mut yielding = self.seen(rows);
                    yielding.effects(std::slice::from_ref(leaf))?;
                    let (ops, numbered) = (yielding.ops, yielding.numbered);
                    self.keep_numbers(numbered);
                    for op in self.bent(WartOccasion::Job(job), ops) {
                        match op {
                            Op::Delay(by) => *delay = delay.saturating_add(by),
                            op => self.apply(op)?,
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// The world of a job with these rows bound.
    fn seen(&self, rows: &[Option<Row>]) -> RuleEffects<'_> {
        let mut view = HostView::new(self, None);
        let own = |row: &Option<Row>| row.clone().map(StoredRow::Own);
        view.rows = rows.iter().map(own).collect();
        RuleEffects::new(view, &self.region.system, &self.tables)
    }
}
