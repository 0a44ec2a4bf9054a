//! One episode: a task begun, the session it is worked in, and what is left of its budget.

use super::action::Action;
use super::env::{Info, Step};
use super::log::ActionLog;
use super::mask::{can_take, shown};
use super::observe::ANSWER;
use super::registry::Spec;
use super::world::{InitialState, TaskWorld};
use crate::host::table::Table;
use crate::host::{Host, Millis};
use crate::session::{Session, Setup};
use crate::task::grade::{Ending, Grade, Outcome};
use std::hash::Hasher;
use std::sync::Arc;
use tn3270::terminal::{Key, Response};
use xxhash_rust::xxh3::Xxh3;

/// One episode.
#[derive(Debug, Clone)]
pub(super) struct Episode {
    /// That of the terminal that the agent is at.
    pub session: Session,
    /// Which one that is.
    pub terminal: usize,
    /// The sessions of the other systems of the task, by place.
    pub away: Vec<(usize, Session)>,
    /// Whether everything is to be shown anew: the agent has turned to another terminal.
    pub turned: bool,
    pub keys_left: u32,
    time: Millis,
    pub answering: bool,
    pub answer_changed: bool,
    pub over: bool,
    /// Which milestones have been paid, a bit each.
    reached: u64,
    /// Digest of the tables when they were last looked at.
    digest: u64,
    pub answer: String,
    /// The numbers of the actions so far.
    pub log: ActionLog,
    pub grade: Option<Box<Grade>>,
    /// The world's, near by.
    seed: u64,
    pub world: Arc<TaskWorld>,
    pub opening: Arc<InitialState>,
}

impl Episode {
    pub fn new(world: Arc<TaskWorld>, opening: Arc<InitialState>, log: ActionLog) -> Episode {
        let budget = world.start().task().budget;
        let mut sessions = opening.sessions.iter().cloned().enumerate();
        let session = match sessions.next() {
            Some((_, session)) => session,
            // A task has a system of its own.
            None => Session::open_in(world.start().region(), &Setup::default(), &mut ()),
        };
        Episode {
            terminal: 0,
            away: sessions.collect(),
            turned: false,
            keys_left: budget.keys,
            time: budget.time,
            answering: false,
            answer_changed: true,
            over: false,
            reached: 0,
            digest: 0,
            answer: String::new(),
            log: log.cleared(),
            grade: None,
            session,
            seed: world.seed(),
            world,
            opening,
        }
    }

    pub fn time_left(&self) -> Millis {
        self.time.saturating_sub(self.session.now())
    }

    fn is_spent(&self) -> bool {
        self.keys_left == 0 || self.session.now() >= self.time
    }

    pub fn step(&mut self, action: &Action, spec: &Spec) -> Step {
        let mut step = Step::default();
        match action {
            Action::Press(key) => drop(self.key(*key, spec)),
            Action::Type(keys) => self.keys(keys, spec),
            Action::Wait => {
                let by = spec.options().wait_time.min(self.time_left());
                self.session.wait(by, &mut ());
            }
            Action::Answer => self.answering = !self.answering,
            Action::Terminal(number) => self.turn_to(usize::from(*number)),
            Action::Field(number) => self.go_to(*number, spec),
            Action::Token(number) => self.token(*number, spec),
            Action::Done | Action::ReportHere | Action::Report(_) => {
                let reported = match action {
                    Action::ReportHere => self
                        .session
                        .terminal()
                        .field_at(self.session.terminal().cursor()),
                    Action::Report(number) => {
                        shown(self.session.terminal()).nth(usize::from(*number))
                    }
                    _ => None,
                };
                if let Some(field) = reported.filter(|field| !field.is_hidden()) {
                    let text = field.value();
                    self.set_answer(text.trim());
                }
                self.end(&Ending::Done);
            }
        }
        if spec.options().milestones > 0.0 || spec.options().stop_when_solved {
            self.look(spec, &mut step);
        }
        if !self.over && self.is_spent() {
            self.end(&Ending::BudgetSpent);
            step.truncated = true;
        } else if self.over {
            step.terminated = true;
            step.reward += f64::from(u8::from(self.is_solved()));
        }
        step
    }

    /// A key, which counts, whatever comes of it.
    fn key(&mut self, key: Key, spec: &Spec) -> bool {
        self.keys_left = self.keys_left.saturating_sub(1);
        if self.answering && self.edit_answer(key) {
            return true;
        }
        let key_time = spec.options().key_time;
        if key_time > 0 {
            let at = self.session.now().saturating_add(key_time);
            self.session.advance_to(at, &mut ());
        }
        !matches!(self.session.press(key, &mut ()), Response::Refused(_))
    }

    /// Keys one after another, up to one that is refused and as far as the budget goes.
    fn keys(&mut self, keys: &[Key], spec: &Spec) {
        for key in keys {
            if self.is_spent() || !self.key(*key, spec) {
                break;
            }
        }
    }

    /// A key on the answer line; false if it is one for the screen.
    fn edit_answer(&mut self, key: Key) -> bool {
        match key {
            Key::Char(character) if self.answer.chars().count() < ANSWER => {
                self.answer.push(character);
            }
            Key::Char(_) => {}
            Key::BackSpace | Key::Erase => drop(self.answer.pop()),
            Key::EraseEof | Key::EraseInput | Key::DeleteField => self.answer.clear(),
            _ => return false,
        }
        self.answer_changed = true;
        true
    }

    fn set_answer(&mut self, text: &str) {
        self.answer = text.chars().take(ANSWER).collect();
        self.answer_changed = true;
    }

    /// Takes back an operator error, as somebody does who goes on by several keys.
    fn unlock(&mut self, spec: &Spec) {
        let lock = self.session.terminal().lock();
        if lock.is_some_and(|lock| lock.is_operator_error()) {
            self.keys(&[Key::Reset], spec);
        }
    }

    fn go_to(&mut self, number: u8, spec: &Spec) {
        let inputs = self.session.terminal().fields().filter(can_take);
        let start = inputs.map(|field| field.start()).nth(usize::from(number));
        if let Some(start) = start {
            self.unlock(spec);
            self.keys(&[Key::MoveCursor(start)], spec);
        }
    }

    fn token(&mut self, number: u8, spec: &Spec) {
        let world = Arc::clone(&self.world);
        let Some(token) = world.tokens().get(usize::from(number)) else {
            return;
        };
        self.unlock(spec);
        self.keys(&[Key::EraseEof], spec);
        self.keys(&token.keys, spec);
    }

    /// The same operator turns to another terminal: its time comes up to that of this one.
    fn turn_to(&mut self, terminal: usize) {
        let Some((place, away)) = self.away.iter_mut().find(|(place, _)| *place == terminal) else {
            return;
        };
        away.advance_to(self.session.now(), &mut ());
        std::mem::swap(&mut self.session, away);
        std::mem::swap(&mut self.terminal, place);
        self.turned = true;
    }

    /// The hosts of all systems, in their order.
    fn hosts(&self) -> Vec<&Host> {
        let away = self.away.iter().map(|(place, session)| (*place, session));
        let mut sessions: Vec<_> = away.chain([(self.terminal, &self.session)]).collect();
        sessions.sort_unstable_by_key(|(place, _)| *place);
        let sessions = sessions.iter();
        sessions.map(|(_, session)| session.line().host()).collect()
    }

    /// Looks at the tables, if they have changed, for milestones and for the end.
    fn look(&mut self, spec: &Spec, step: &mut Step) {
        let digest = digest(self.session.line().host().tables());
        if digest == self.digest {
            return;
        }
        self.digest = digest;
        let start = Arc::clone(self.world.start());
        let hosts = self.hosts().into_iter();
        let tables: Vec<Table> = hosts.flat_map(Host::tables).cloned().collect();
        let all = start.task().milestones.len();
        for (n, holds) in start.reached(&tables).take(63).enumerate() {
            if holds && self.reached & 1 << n == 0 {
                self.reached |= 1 << n;
                step.reward += spec.options().milestones / all as f64;
            }
        }
        if spec.options().stop_when_solved && !self.over && start.task().report.is_none() {
            let grade = self.graded(&Ending::Done);
            if grade.solved() {
                self.grade = Some(Box::new(grade));
                self.over = true;
            }
        }
    }

    fn graded(&self, ending: &Ending) -> Grade {
        let answer = Some(self.answer.as_str()).filter(|answer| !answer.is_empty());
        let (start, now) = (self.world.start(), self.session.now());
        start.grade_hosts(&self.hosts(), now, answer, ending)
    }

    fn end(&mut self, ending: &Ending) {
        self.grade = Some(Box::new(self.graded(ending)));
        self.over = true;
    }

    fn is_solved(&self) -> bool {
        self.grade.as_ref().is_some_and(|grade| grade.solved())
    }

    pub fn state_hash(&self) -> u64 {
        let mut hash = Xxh3::new();
        hash.update(&self.session.session_hash().to_le_bytes());
        for (_, session) in &self.away {
            hash.update(&session.session_hash().to_le_bytes());
        }
        hash.update(&(self.terminal as u64).to_le_bytes());
        hash.update(&self.keys_left.to_le_bytes());
        hash.update(&[u8::from(self.answering), u8::from(self.over)]);
        hash.update(&self.reached.to_le_bytes());
        hash.update(self.answer.as_bytes());
        hash.finish()
    }

    pub fn info(&self, spec: &Spec) -> Info {
        let outcome = self.grade.as_ref().map(|grade| grade.outcome);
        let budget = spec.task().budget;
        Info {
            seed: self.seed,
            outcome: match outcome {
                None => 0,
                Some(Outcome::Solved) => 1,
                Some(Outcome::Failed) => 2,
                Some(Outcome::BudgetSpent) => 3,
                Some(Outcome::AgentFault) => 4,
                Some(Outcome::EnvironmentFault) => 5,
            },
            keys: i64::from(budget.keys.saturating_sub(self.keys_left)),
            time: i64::try_from(self.session.now()).unwrap_or(i64::MAX),
            milestones: self.reached.cast_signed(),
        }
    }
}

/// Tells tables from others.
fn digest(tables: &[Table]) -> u64 {
    tables.iter().enumerate().fold(0, |sum, (n, table)| {
        table.digest().rotate_left(n as u32 % 64).wrapping_add(sum)
    })
}
