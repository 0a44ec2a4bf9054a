//! One run at a task: what it may use up, what it has used up, and what it comes to.

use super::grade::{Ending, Grade};
use super::model::Budget;
use super::playbook::{Station, Stop};
use super::start::Start;
use crate::host::{Host, Warts};
use crate::session::{Log, Session, Setup};
use crate::terminal::{Key, Terminal};
use std::sync::Arc;

/// A run at a task, beside whatever session it is made in.
#[derive(Debug, Clone)]
pub struct Run {
    start: Arc<Start>,
    keys: u32,
}

/// What a run may still use up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// Keys.
    pub keys: u32,
    /// Virtual milliseconds.
    pub time: u64,
}

impl Run {
    /// Nothing used up yet.
    pub fn new(start: Arc<Start>) -> Run {
        Run { start, keys: 0 }
    }

    /// What is run at.
    pub fn start(&self) -> &Arc<Start> {
        &self.start
    }

    /// What the agent is told.
    pub fn goal(&self) -> &str {
        self.start.goal()
    }

    /// Keys pressed.
    pub fn keys(&self) -> u32 {
        self.keys
    }

    /// What may still be used up at this virtual time.
    pub fn left(&self, now: u64) -> Left {
        let Budget { keys, time } = self.start.task().budget;
        Left {
            keys: keys.saturating_sub(self.keys),
            time: time.saturating_sub(now),
        }
    }

    /// Whether keys or time have run out.
    pub fn is_spent(&self, now: u64) -> bool {
        let left = self.left(now);
        left.keys == 0 || left.time == 0
    }

    /// Counts a key.
    pub fn count_key(&mut self) {
        self.keys = self.keys.saturating_add(1);
    }

    /// What the run comes to if it ends now.
    pub fn grade(&self, host: &Host, now: u64, answer: Option<&str>, ending: &Ending) -> Grade {
        self.start.grade_host(host, now, answer, ending)
    }
}

/// A run with a session of its own, for playbooks and agents.
#[derive(Debug)]
pub struct Seat<L> {
    /// The run.
    pub run: Run,
    /// Its session.
    pub session: Session,
    /// What is told of it.
    pub log: L,
}

impl<L: Log> Seat<L> {
    /// Opens a session on the task's tables, by the turn clock. `seed` is that of the start.
    pub fn open(start: &Arc<Start>, seed: u64, warts: &Warts, mut log: L) -> Seat<L> {
        let setup = Setup {
            seed,
            warts: warts.clone(),
            task: Some(start.task().id.clone()),
            ..Setup::default()
        };
        Seat {
            run: Run::new(Arc::clone(start)),
            session: Session::open_in(start.region(), &setup, &mut log),
            log,
        }
    }

    /// What the run comes to if it ends now.
    pub fn grade(&self, answer: Option<&str>, ending: &Ending) -> Grade {
        let host = self.session.line().host();
        self.run.grade(host, self.session.now(), answer, ending)
    }
}

impl<L: Log> Station for Seat<L> {
    fn press(&mut self, key: Key) -> Result<(), Stop> {
        if self.run.is_spent(self.session.now()) {
            return Err(Stop::BudgetSpent);
        }
        self.run.count_key();
        self.session.press(key, &mut self.log);
        Ok(())
    }

    fn wait(&mut self, by: u64) -> Result<(), Stop> {
        if self.run.is_spent(self.session.now()) {
            return Err(Stop::BudgetSpent);
        }
        let by = by.min(self.run.left(self.session.now()).time);
        self.session.wait(by, &mut self.log);
        Ok(())
    }

    fn terminal(&self) -> &Terminal {
        self.session.terminal()
    }
}
