//! Work without a key: jobs, the sign-off of an idle terminal, the rest of a transaction after a delay.

use super::abend::AbendCause;
use super::apply::UnitOfWork;
use super::due::DueEvent;
use super::effect::Op;
use super::effect_run::EffectRun;
use super::view::time_of_day;
use super::{DAY, Host};
use crate::system::model::{JobId, Schedule};
use std::mem;
use std::slice;
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

    /// Does what a due event says.
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

    /// A terminal is not signed off during a transaction: the transaction ends first, with these effects before its answer.
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
        self.unit = Some(UnitOfWork::new(None));
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

    /// Work apart from the unit of work: an abend undoes this work alone.
    fn alone(&mut self, name: &str, work: impl FnOnce(&mut Host) -> Result<(), AbendCause>) {
        let undo = mem::take(&mut self.undo);
        let frames: Vec<_> = self.frames.iter().map(|frame| frame.id).collect();
        let alone = self.unit.is_none();
        if alone {
            self.unit = Some(UnitOfWork::new(None));
        }
        let shown = !self.shown.is_empty();
        match work(self) {
            Ok(()) => self.undo = undo,
            Err(abend) => {
                let done = mem::replace(&mut self.undo, undo);
                self.take_back(done);
                self.note_at("job".to_owned(), format!("{name} abend {}", abend.code()));
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

    /// Runs a job within a transaction; its delays put off what follows it.
    pub(super) fn run(&mut self, job: JobId) -> Result<(), AbendCause> {
        let system = Arc::clone(&self.region.system);
        let Some(model) = system.jobs.get(job) else {
            return Ok(());
        };
        self.note_at("job".to_owned(), model.name.clone());
        let delay = EffectRun::of_job(self, job).perform(&model.effects)?;
        if delay > 0
            && let Some(unit) = &mut self.unit
        {
            unit.ops.push_front(Op::Delay(delay));
        }
        Ok(())
    }

    /// Runs the steps of a job from one on; a delay within one puts off those after it.
    fn steps(&mut self, job: JobId, from: usize) -> Result<(), AbendCause> {
        let system = Arc::clone(&self.region.system);
        let Some(model) = system.jobs.get(job) else {
            return Ok(());
        };
        self.note_at("job".to_owned(), model.name.clone());
        for (step, effect) in model.effects.iter().enumerate().skip(from) {
            let delay = EffectRun::of_job(self, job).perform(slice::from_ref(effect))?;
            if delay > 0 && step + 1 < model.effects.len() {
                let step = step + 1;
                let due = self.now.saturating_add(delay);
                self.queue(due, DueEvent::Job { job, step });
                break;
            }
        }
        Ok(())
    }
}
