//! One run at a task: what it may use up, what it has used up, and what it comes to.

use super::grade::{Ending, Grade};
use super::model::Budget;
use super::playbook::{Stop, TerminalDriver};
use super::start::Start;
use crate::host::{Host, Warts};
use crate::session::{Log, Session, Setup};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use tn3270::terminal::{Key, Terminal};

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

/// A run with a session at each system of its task, for playbooks: one operator, who is at one terminal at a time.
#[derive(Debug)]
pub struct Desk<L> {
    start: Arc<Start>,
    /// One for each system of the task, its own first.
    pub seats: Vec<Seat<L>>,
}

/// One terminal of a desk.
#[derive(Debug)]
pub struct Seat<L> {
    /// Its session.
    pub session: Session,
    /// What is told of it.
    pub log: L,
    budget: Budget,
    /// What has been used up at all terminals of the desk.
    spent: Rc<Spent>,
}

#[derive(Debug, Default)]
struct Spent {
    keys: Cell<u32>,
    /// The operator's time.
    now: Cell<u64>,
}

impl<L: Log> Desk<L> {
    /// Opens the sessions on the task's tables, by the turn clock; `log` is what is told of each, by its place. `seed` is that of
    /// the start.
    pub fn open(
        start: &Arc<Start>,
        seed: u64,
        warts: &Warts,
        mut log: impl FnMut(usize) -> L,
    ) -> Desk<L> {
        let spent = Rc::new(Spent::default());
        let systems = start.regions().iter().enumerate();
        let seats = systems.map(|(n, region)| {
            let setup = setup(start, n, seed, warts);
            let mut log = log(n);
            Seat {
                session: Session::open_in(region, &setup, &mut log),
                log,
                budget: start.task().budget,
                spent: Rc::clone(&spent),
            }
        });
        Desk {
            start: Arc::clone(start),
            seats: seats.collect(),
        }
    }

    /// What is worked at.
    pub fn start(&self) -> &Arc<Start> {
        &self.start
    }

    /// Keys pressed at all terminals.
    pub fn keys(&self) -> u32 {
        self.seats.first().map_or(0, |seat| seat.spent.keys.get())
    }

    /// The operator's time, in virtual milliseconds.
    pub fn now(&self) -> u64 {
        self.seats.first().map_or(0, |seat| seat.spent.now.get())
    }

    /// What the run comes to if it ends now: every terminal comes to the operator's time.
    pub fn grade(&mut self, answer: Option<&str>, ending: &Ending) -> Grade {
        self.meet();
        let hosts: Vec<&Host> = self.hosts().collect();
        self.start.grade_hosts(&hosts, self.now(), answer, ending)
    }

    /// The hosts, in the order of the systems.
    pub fn hosts(&self) -> impl Iterator<Item = &Host> {
        self.seats.iter().map(|seat| seat.session.line().host())
    }

    fn meet(&mut self) {
        for seat in &mut self.seats {
            seat.catch_up();
        }
    }
}

/// How the session at one of a task's systems, by its place, is set up.
pub fn setup(start: &Start, place: usize, seed: u64, warts: &Warts) -> Setup {
    let task = start.task();
    let system = task.systems().nth(place).filter(|_| place > 0);
    let name = match system {
        None => task.id.clone(),
        Some(_) => format!("{}/{}", task.world.id, task.id),
    };
    Setup {
        seed,
        warts: warts.of(system),
        task: Some(name),
        ..Setup::default()
    }
}

impl<L: Log> Seat<L> {
    /// Brings this terminal's time up to the operator's, who was at another one.
    fn catch_up(&mut self) {
        let behind = self.spent.now.get().saturating_sub(self.session.now());
        if behind > 0 {
            self.session.wait(behind, &mut self.log);
        }
    }

    fn pass(&self) {
        let now = self.spent.now.get().max(self.session.now());
        self.spent.now.set(now);
    }

    fn is_spent(&self) -> bool {
        self.spent.keys.get() >= self.budget.keys || self.spent.now.get() >= self.budget.time
    }
}

impl<L: Log> TerminalDriver for Seat<L> {
    fn press(&mut self, key: Key) -> Result<(), Stop> {
        if self.is_spent() {
            return Err(Stop::BudgetSpent);
        }
        self.catch_up();
        self.spent.keys.set(self.spent.keys.get().saturating_add(1));
        self.session.press(key, &mut self.log);
        self.pass();
        Ok(())
    }

    fn wait(&mut self, by: u64) -> Result<(), Stop> {
        if self.is_spent() {
            return Err(Stop::BudgetSpent);
        }
        let left = self.budget.time.saturating_sub(self.session.now());
        self.session.wait(by.min(left), &mut self.log);
        self.pass();
        Ok(())
    }

    fn terminal(&self) -> &Terminal {
        self.session.terminal()
    }
}
