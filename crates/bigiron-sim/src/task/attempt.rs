//! One try at a task: the operator's terminals, the budget, the answer, the ending and the grade.

use super::ending::Ending;
use super::grade::Grade;
use super::model::Budget;
use super::playbook::TerminalDriver;
use super::start::Start;
use crate::host::{Host, Region, Signal, Warts};
use crate::session::{Log, Millis, Session};
use prefetch_index::prefetch_index;
use std::slice;
use std::sync::Arc;
use tn3270::terminal::planes::Changes;
use tn3270::terminal::{Key, Response, Terminal, TerminalOptions};
use tn3270::wire::Inbound;

/// One try at a task, for whatever drives it: a playbook, the gym, or a door.
///
/// There is one operator, with a terminal at each system of the task, who is at one of them at a time. Sessions that the
/// operator is not at stand still, and come up to the operator's time when it matters: at a turn to them, and at the end if the
/// caller asks for [`Attempt::meet`]. `L` is the log of each session. A clone is a fork.
///
/// A session that is opened for no task is an attempt too, without budget and grade.
#[derive(Debug, Clone)]
pub struct Attempt<L = ()> {
    /// The terminal that the operator is at.
    here: Place<L>,
    away: Vec<Place<L>>,
    /// Keys pressed at all terminals.
    keys: u32,
    budget: Budget,
    answer: Option<String>,
    ending: Option<Ending>,
    grade: Option<Box<Grade>>,
    start: Option<Arc<Start>>,
}

/// A terminal, with its session and the log of that.
#[derive(Debug, Clone)]
struct Place<L> {
    /// Which of the task's systems it is at.
    number: usize,
    session: Session,
    log: L,
}

impl<L: Log> Place<L> {
    /// Lets time pass up to a moment, as an operator does who waits.
    fn wait_until(&mut self, now: Millis) {
        let behind = now.saturating_sub(self.session.now());
        if behind > 0 {
            self.session.wait(behind, &mut self.log);
        }
    }
}

impl<L> Attempt<L> {
    /// An attempt in sessions that are open already: at the first of the task's systems, and at the further ones in their order.
    pub fn new(
        start: Option<Arc<Start>>,
        own: (Session, L),
        further: impl IntoIterator<Item = (Session, L)>,
    ) -> Attempt<L> {
        let place = |(number, (session, log))| Place {
            number,
            session,
            log,
        };
        Attempt {
            here: place((0, own)),
            away: (1..).zip(further).map(place).collect(),
            keys: 0,
            budget: start
                .as_ref()
                .map_or(Budget::UNLIMITED, |start| start.task().budget),
            answer: None,
            ending: None,
            grade: None,
            start,
        }
    }

    /// Opens a session at each system of a task as `session` does it, by number and region.
    pub fn open_with(
        start: &Arc<Start>,
        mut session: impl FnMut(usize, &Region) -> (Session, L),
    ) -> Attempt<L> {
        let own = session(0, start.region());
        let further = (1..).zip(start.regions().iter().skip(1));
        let further = further.map(|(number, region)| session(number, region));
        Attempt::new(Some(Arc::clone(start)), own, further)
    }

    /// What is attempted, if the sessions are open for a task.
    pub fn start(&self) -> Option<&Arc<Start>> {
        self.start.as_ref()
    }

    /// The number of the terminal that the operator is at, from 0 in the order of the task's systems.
    pub fn at(&self) -> usize {
        self.here.number
    }

    /// How many terminals there are.
    pub fn terminals(&self) -> usize {
        self.away.len() + 1
    }

    /// The session that the operator is at.
    pub fn session(&self) -> &Session {
        &self.here.session
    }

    /// The log of the session that the operator is at.
    pub fn log(&self) -> &L {
        &self.here.log
    }

    /// As [`Attempt::log`].
    pub fn log_mut(&mut self) -> &mut L {
        &mut self.here.log
    }

    /// All sessions: the one that the operator is at, then the others in no lasting order.
    pub fn sessions(&self) -> impl Iterator<Item = &Session> {
        self.places().map(|place| &place.session)
    }

    /// The logs of all sessions, in the order of [`Attempt::sessions`], each with its session's time.
    pub fn logs_mut(&mut self) -> impl Iterator<Item = (Millis, &mut L)> {
        let places = std::iter::once(&mut self.here).chain(&mut self.away);
        places.map(|place| (place.session.now(), &mut place.log))
    }

    /// The hosts, in the order of the task's systems.
    pub fn hosts(&self) -> impl Iterator<Item = &Host> {
        let places = (0..self.terminals()).filter_map(|number| self.place(number));
        places.map(|place| place.session.line().host())
    }

    fn places(&self) -> impl Iterator<Item = &Place<L>> {
        std::iter::once(&self.here).chain(&self.away)
    }

    fn place(&self, number: usize) -> Option<&Place<L>> {
        self.places().find(|place| place.number == number)
    }

    /// The operator's time in virtual milliseconds: that of the session that is furthest.
    pub fn now(&self) -> Millis {
        let away = self.away.iter().map(|place| place.session.now());
        away.fold(self.here.session.now(), Millis::max)
    }

    /// Keys pressed.
    pub fn keys(&self) -> u32 {
        self.keys
    }

    /// What is left of the budget; none if the sessions are open for no task.
    pub fn left(&self) -> Option<Budget> {
        self.left_at(self.now())
    }

    /// As [`Attempt::left`], where the time is known to be later than the sessions have come to.
    pub fn left_at(&self, now: Millis) -> Option<Budget> {
        let left = self.budget.left(self.keys, now);
        self.start.as_ref().map(|_| left)
    }

    /// Whether keys or time have run out.
    pub fn is_spent(&self) -> bool {
        self.left().is_some_and(|left| left.is_spent())
    }

    /// Whether more time has passed than the budget has: a wait or an answer went beyond its end.
    pub fn is_late(&self) -> bool {
        self.now() > self.budget.time
    }

    /// Counts a key that goes to no terminal, such as one on an answer line.
    pub fn count_key(&mut self) {
        self.keys = self.keys.saturating_add(1);
    }

    /// What will be reported, if anything.
    pub fn answer(&self) -> Option<&str> {
        self.answer.as_deref()
    }

    /// As [`Attempt::answer`], to change.
    pub fn answer_mut(&mut self) -> &mut Option<String> {
        &mut self.answer
    }

    /// The grade if it ended so now; none without a task.
    pub fn grade_if(&self, answer: Option<&str>, ending: &Ending) -> Option<Grade> {
        let hosts: Vec<&Host> = self.hosts().collect();
        let start = self.start.as_ref()?;
        Some(start.grade_hosts(&hosts, self.now(), answer, ending))
    }

    /// Ends the attempt, and grades it with its answer. Gives the grade; none without a task.
    pub fn finish(&mut self, ending: Ending) -> Option<&Grade> {
        let grade = self.grade_if(self.answer(), &ending);
        self.ending = Some(ending);
        self.grade = grade.map(Box::new);
        self.grade()
    }

    /// Ends the attempt as done if its grade, with no answer, is solved. Gives whether it is over.
    pub fn finish_if_solved(&mut self) -> bool {
        let grade = self.grade_if(None, &Ending::Done);
        if let Some(grade) = grade.filter(Grade::solved) {
            self.ending = Some(Ending::Done);
            self.grade = Some(Box::new(grade));
        }
        self.is_over()
    }

    /// How it ended; none while it goes on.
    pub fn ending(&self) -> Option<&Ending> {
        self.ending.as_ref()
    }

    /// Whether it has ended.
    pub fn is_over(&self) -> bool {
        self.ending.is_some()
    }

    /// The grade, once it has ended; none without a task.
    pub fn grade(&self) -> Option<&Grade> {
        self.grade.as_deref()
    }

    /// Changes how the terminal that the operator is at is set up.
    pub fn set_options(&mut self, options: TerminalOptions) {
        self.here.session.set_options(options);
    }

    /// What has changed on the screen that the operator is at: see [`Session::take_changes`].
    pub fn take_changes(&mut self) -> Changes {
        self.here.session.take_changes()
    }

    /// A fork whose logs are others, each made of the number of its terminal and the log of this attempt.
    pub fn fork<M>(&mut self, mut log: impl FnMut(usize, &mut L) -> M) -> Attempt<M> {
        let mut fork = |place: &mut Place<L>| Place {
            number: place.number,
            session: place.session.clone(),
            log: log(place.number, &mut place.log),
        };
        Attempt {
            here: fork(&mut self.here),
            away: self.away.iter_mut().map(fork).collect(),
            keys: self.keys,
            budget: self.budget,
            answer: self.answer.clone(),
            ending: self.ending.clone(),
            grade: self.grade.clone(),
            start: self.start.clone(),
        }
    }

    /// Fetches what a key reads.
    pub(crate) fn prefetch(&self) {
        prefetch_index(slice::from_ref(&self.keys), 0);
        self.here.session.terminal().prefetch();
    }
}

impl<L: Log> Attempt<L> {
    /// Opens a session at each system of a task, by the turn clock. `seed` is that of the start; `log` makes the log of each
    /// session by its number.
    pub fn open(
        start: &Arc<Start>,
        seed: u64,
        warts: &Warts,
        mut log: impl FnMut(usize) -> L,
    ) -> Attempt<L> {
        Attempt::open_with(start, |number, region| {
            let mut log = log(number);
            let setup = start.setup(number, seed, warts);
            (Session::open_in(region, &setup, &mut log), log)
        })
    }

    /// Presses a key at the terminal that the operator is at. It counts, whatever comes of it and even if the budget is spent.
    pub fn press(&mut self, key: Key) -> Response {
        self.count_key();
        self.here.session.press(key, &mut self.here.log)
    }

    /// Lets virtual milliseconds pass at the terminal that the operator is at.
    pub fn wait(&mut self, by: Millis) {
        self.here.session.wait(by, &mut self.here.log);
    }

    /// Takes what a terminal elsewhere has sent, for which the one here stands: see [`Session::submit`].
    pub fn submit(&mut self, inbound: &Inbound) {
        self.here.session.submit(inbound, &mut self.here.log);
    }

    /// Takes a signal of a terminal elsewhere.
    pub fn signal(&mut self, signal: Signal) {
        self.here.session.signal(signal, &mut self.here.log);
    }

    /// Does everything due at or before a time in all sessions, and makes it now: for the live clock.
    pub fn advance_to(&mut self, at: Millis) {
        for place in std::iter::once(&mut self.here).chain(&mut self.away) {
            place.session.advance_to(at, &mut place.log);
        }
    }

    /// Turns to another terminal, which comes up to the operator's time; false if there is none of this number.
    pub fn turn_to(&mut self, number: usize) -> bool {
        let now = self.now();
        if self.here.number != number {
            let mut away = self.away.iter_mut();
            let Some(place) = away.find(|place| place.number == number) else {
                return false;
            };
            std::mem::swap(&mut self.here, place);
        }
        self.here.wait_until(now);
        true
    }

    /// Brings every session up to the operator's time.
    pub fn meet(&mut self) {
        let now = self.now();
        for place in std::iter::once(&mut self.here).chain(&mut self.away) {
            place.wait_until(now);
        }
    }

    fn go_on(&self) -> Result<(), Ending> {
        match self.is_spent() {
            true => Err(Ending::BudgetSpent),
            false => Ok(()),
        }
    }
}

/// Playbooks work within the budget. A wait at a terminal where the operator is not is no turn to it: the time passes there.
impl<L: Log> TerminalDriver for Attempt<L> {
    fn press_at(&mut self, at: usize, key: Key) -> Result<(), Ending> {
        self.go_on()?;
        self.turn_to(at);
        self.press(key);
        Ok(())
    }

    fn wait_at(&mut self, at: usize, by: Millis) -> Result<(), Ending> {
        self.go_on()?;
        let time = self.budget.time;
        let places = std::iter::once(&mut self.here).chain(&mut self.away);
        for place in places.filter(|place| place.number == at) {
            let left = time.saturating_sub(place.session.now());
            place.session.wait(by.min(left), &mut place.log);
        }
        Ok(())
    }

    fn terminal_at(&self, at: usize) -> &Terminal {
        let place = self.place(at).unwrap_or(&self.here);
        place.session.terminal()
    }

    fn terminals(&self) -> usize {
        Attempt::terminals(self)
    }
}
