//! One episode: an attempt at a task, and what the gym keeps beside it.

use super::action::{Action, TOKENS};
use super::log::ActionLog;
use super::mask::{MaskInput, can_take, shown};
use super::observe::{
    ANSWER, Observation, ObservationShape, TOKEN, lock_number, status, write_text,
};
use super::spec::Spec;
use super::step::{Info, Step};
use super::world::{InitialState, TaskWorld};
use crate::host::Host;
use crate::host::table::Table;
use crate::task::attempt::Attempt;
use crate::task::ending::Ending;
use crate::task::grade::{Grade, Outcome};
use std::hash::Hasher;
use std::sync::Arc;
use tn3270::terminal::planes::Changes;
use tn3270::terminal::{Key, Response, Terminal};
use xxhash_rust::xxh3::Xxh3;

/// One episode.
#[derive(Debug, Clone)]
pub(super) struct Episode {
    pub attempt: Attempt,
    /// Whether the next observation is a whole one: the agent has turned to another terminal.
    turned: bool,
    /// Whether what is typed goes to the answer line.
    answering: bool,
    answer_changed: bool,
    /// Which milestones have been paid, a bit each.
    reached: u64,
    /// Digest of the tables when they were last looked at.
    digest: u64,
    /// The numbers of the actions so far.
    pub log: ActionLog,
    /// The world's, near by.
    seed: u64,
    pub world: Arc<TaskWorld>,
    pub initial: Arc<InitialState>,
}

impl Episode {
    pub fn new(world: Arc<TaskWorld>, initial: Arc<InitialState>, log: ActionLog) -> Episode {
        Episode {
            attempt: initial.attempt.clone(),
            turned: false,
            answering: false,
            answer_changed: true,
            reached: 0,
            digest: 0,
            log: log.cleared(),
            seed: world.seed(),
            world,
            initial,
        }
    }

    pub fn is_over(&self) -> bool {
        self.attempt.is_over()
    }

    pub fn answer(&self) -> &str {
        self.attempt.answer().unwrap_or("")
    }

    fn terminal(&self) -> &Terminal {
        self.attempt.session().terminal()
    }

    pub fn step(&mut self, action: &Action, spec: &Spec) -> Step {
        match action {
            Action::Press(key) => drop(self.key(*key, spec)),
            Action::Type(keys) => self.keys(keys, spec),
            Action::Wait => self.wait(spec),
            Action::Answer => self.answering = !self.answering,
            Action::Terminal(number) => self.turn_to(usize::from(*number)),
            Action::Field(number) => self.go_to(*number, spec),
            Action::Token(number) => self.token(*number, spec),
            Action::Done => self.end(Ending::Done),
            Action::ReportHere => self.report(None),
            Action::Report(number) => self.report(Some(*number)),
        }
        let mut step = Step::default();
        if spec.options().milestones > 0.0 || spec.options().stop_when_solved {
            self.look(spec, &mut step);
        }
        if self.is_over() {
            step.terminated = true;
            step.reward += f64::from(u8::from(self.is_solved()));
        } else if self.attempt.is_spent() {
            self.end(Ending::BudgetSpent);
            step.truncated = true;
        }
        step
    }

    /// A key, which counts, whatever comes of it. Gives false if it was refused.
    fn key(&mut self, key: Key, spec: &Spec) -> bool {
        if self.answering && self.edit_answer(key) {
            self.attempt.count_key();
            return true;
        }
        let key_time = spec.options().key_time;
        if key_time > 0 {
            self.attempt.wait(key_time);
        }
        !matches!(self.attempt.press(key), Response::Refused(_))
    }

    /// Keys one after another, up to one that is refused and as far as the budget goes.
    fn keys(&mut self, keys: &[Key], spec: &Spec) {
        for key in keys {
            if self.attempt.is_spent() || !self.key(*key, spec) {
                break;
            }
        }
    }

    fn wait(&mut self, spec: &Spec) {
        let left = self.attempt.left().map_or(0, |left| left.time);
        self.attempt.wait(spec.options().wait_time.min(left));
    }

    /// A key on the answer line; false if it is one for the screen.
    fn edit_answer(&mut self, key: Key) -> bool {
        let answer = self.attempt.answer_mut();
        match key {
            Key::Char(character) => {
                let line = answer.get_or_insert_default();
                if line.chars().count() < ANSWER {
                    line.push(character);
                }
            }
            Key::BackSpace | Key::Erase => {
                answer.as_mut().map(String::pop);
            }
            Key::EraseEof | Key::EraseInput | Key::DeleteField => *answer = None,
            _ => return false,
        }
        answer.take_if(|line| line.is_empty());
        self.answer_changed = true;
        true
    }

    /// Ends the episode with what shows in the protected field of this number, or in the field at the cursor, as the answer; if
    /// nothing shows there, with the answer line.
    fn report(&mut self, number: Option<u8>) {
        let terminal = self.terminal();
        let field = match number {
            Some(number) => shown(terminal).nth(usize::from(number)),
            None => terminal.field_at(terminal.cursor()),
        };
        if let Some(field) = field.filter(|field| !field.is_hidden()) {
            let text: String = field.value().trim().chars().take(ANSWER).collect();
            *self.attempt.answer_mut() = Some(text).filter(|text| !text.is_empty());
            self.answer_changed = true;
        }
        self.end(Ending::Done);
    }

    /// Resets an operator error, as an operator does who goes on by several keys.
    fn unlock(&mut self, spec: &Spec) {
        let lock = self.terminal().lock();
        if lock.is_some_and(|lock| lock.is_operator_error()) {
            self.keys(&[Key::Reset], spec);
        }
    }

    fn go_to(&mut self, number: u8, spec: &Spec) {
        let inputs = self.terminal().fields().filter(can_take);
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

    fn turn_to(&mut self, terminal: usize) {
        self.turned |= terminal != self.attempt.at() && self.attempt.turn_to(terminal);
    }

    /// Looks at the tables, if they have changed, for milestones and for the end.
    fn look(&mut self, spec: &Spec, step: &mut Step) {
        let digest = self.attempt.session().line().host().tables_digest();
        if digest == self.digest {
            return;
        }
        self.digest = digest;
        let start = Arc::clone(self.world.start());
        let tables = self.attempt.hosts().flat_map(Host::tables);
        let tables: Vec<Table> = tables.cloned().collect();
        let all = start.task().milestones.len();
        for (n, holds) in start.reached(&tables).take(63).enumerate() {
            if holds && self.reached & 1 << n == 0 {
                self.reached |= 1 << n;
                step.reward += spec.options().milestones / all as f64;
            }
        }
        let stops = spec.options().stop_when_solved && start.task().report.is_none();
        if stops && !self.is_over() {
            self.attempt.finish_if_solved();
        }
    }

    fn end(&mut self, ending: Ending) {
        self.attempt.finish(ending);
    }

    fn is_solved(&self) -> bool {
        self.attempt.grade().is_some_and(Grade::solved)
    }

    pub fn state_hash(&self) -> u64 {
        let mut hash = Xxh3::new();
        for session in self.attempt.sessions() {
            hash.update(&session.session_hash().to_le_bytes());
        }
        hash.update(&(self.attempt.at() as u64).to_le_bytes());
        let left = self.attempt.left().map_or(0, |left| left.keys);
        hash.update(&left.to_le_bytes());
        hash.update(&[u8::from(self.answering), u8::from(self.is_over())]);
        hash.update(&self.reached.to_le_bytes());
        hash.update(self.answer().as_bytes());
        hash.finish()
    }

    pub fn info(&self) -> Info {
        let outcome = self.attempt.grade().map(|grade| grade.outcome);
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
            keys: i64::from(self.attempt.keys()),
            time: i64::try_from(self.attempt.now()).unwrap_or(i64::MAX),
            milestones: self.reached.cast_signed(),
        }
    }

    /// Writes what has changed since the last time, or everything.
    pub fn observe(&mut self, all: bool, shape: ObservationShape, to: &mut Observation) {
        let mut changes = self.attempt.take_changes();
        if all || std::mem::take(&mut self.turned) {
            changes = Changes::ALL;
        }
        if all {
            self.observe_goal(to);
        }
        if all || self.answer_changed {
            write_text(self.answer(), to.answer);
            self.answer_changed = false;
        }
        let terminal = self.terminal();
        if !changes.is_empty() {
            terminal.draw_planes(changes, (shape.rows, shape.columns), to.planes);
        }
        if let Some(status) = to.status.first_chunk_mut() {
            *status = self.status(terminal);
        }
    }

    fn observe_goal(&self, to: &mut Observation) {
        write_text(self.world.start().goal(), to.goal);
        let tokens = self.world.tokens();
        for (n, place) in to.tokens.chunks_mut(TOKEN).take(TOKENS).enumerate() {
            write_text(tokens.get(n).map_or("", |token| &token.text), place);
        }
    }

    fn status(&self, terminal: &Terminal) -> [i32; status::COLUMNS] {
        let columns = terminal.columns().max(1);
        let cursor = terminal.cursor();
        let bounded = |number: u64| i32::try_from(number).unwrap_or(i32::MAX);
        let left = self.attempt.left();
        [
            i32::from(cursor / columns),
            i32::from(cursor % columns),
            lock_number(terminal.lock()),
            i32::from(terminal.inserting()),
            i32::from(terminal.alarm()),
            bounded(left.map_or(0, |left| left.keys).into()),
            bounded(left.map_or(0, |left| left.time)),
            i32::from(self.answering),
            bounded(self.attempt.at() as u64),
        ]
    }

    /// Writes for each action whether it does something now.
    pub fn mask(&self, spec: &Spec, to: &mut [u8]) {
        let input = MaskInput {
            terminal: self.terminal(),
            answering: self.answering,
            tokens: self.world.tokens().len(),
            at: self.attempt.at(),
            terminals: self.attempt.terminals(),
        };
        input.write(&spec.options().actions, to);
    }
}
