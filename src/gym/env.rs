//! One environment: an agent, a task, a session.

use super::action::Action;
use super::observe::{ANSWER, Observation, Shape};
use super::registry::Spec;
use super::world::{Opening, World};
use super::{Error, Vocabulary};
use crate::host::table::Table;
use crate::host::{Host, Millis, Warts};
use crate::session::{Session, Setup};
use crate::task::grade::{Ending, Grade, Outcome};
use crate::terminal::{Field, Key, Response, Terminal};
use std::hash::Hasher;
use std::hint::black_box;
use std::sync::Arc;
use xxhash_rust::xxh3::Xxh3;

/// An environment in Gymnasium's sense: reset, then step until the episode is over.
///
/// A clone is a fork: the same world from here on, going its own way. So is [`Env::snapshot`], which is the state without
/// the environment. What decides everything is the id, the options, the seeds given to [`Env::reset`] and the actions.
#[derive(Debug, Clone)]
pub struct Env {
    spec: Arc<Spec>,
    state: Snapshot,
    /// Whether the next observation has to be whole.
    unseen: bool,
}

/// The state of an environment: its episode, and which episode it is in the row begun by a seed.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    pub(super) base: u64,
    pub(super) number: u64,
    pub(super) episode: Option<Episode>,
}

/// What a step came to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Step {
    /// 1 with the step that ends the episode solved, else 0; with milestones as [`super::Options::milestones`] says.
    pub reward: f64,
    /// Whether the episode is over because the agent said so, or because the task is solved where the options say that this
    /// ends it.
    pub terminated: bool,
    /// Whether the episode is over because keys or time have run out.
    pub truncated: bool,
}

/// One episode.
#[derive(Debug, Clone)]
pub(super) struct Episode {
    /// That of the terminal that the agent is at.
    pub session: Session,
    /// Which one that is.
    pub terminal: usize,
    /// The sessions of the other systems of the task, by place.
    away: Vec<(usize, Session)>,
    /// Whether everything is to be shown anew: the agent has turned to another terminal.
    pub turned: bool,
    pub keys_left: u32,
    time: Millis,
    pub answering: bool,
    pub answer_changed: bool,
    over: bool,
    /// Which milestones have been paid, a bit each.
    reached: u64,
    /// Digest of the tables when they were last looked at.
    digest: u64,
    pub answer: String,
    /// The numbers of the actions so far.
    pub log: Vec<u16>,
    grade: Option<Box<Grade>>,
    pub world: Arc<World>,
    pub opening: Arc<Opening>,
}

impl Env {
    pub(super) fn new(spec: Arc<Spec>) -> Env {
        Env {
            spec,
            state: Snapshot::default(),
            unseen: true,
        }
    }

    /// Begins an episode.
    ///
    /// With a seed, the world is exactly that of the seed, the one that every door opens with it, and a row of episodes
    /// begins. Without, the next of the row begins, with a seed drawn from [`super::Options::seeds`] by the row's first seed
    /// (0 before any was given). `warts` are for this episode alone; absent, those of the options.
    pub fn reset(&mut self, seed: Option<u64>, warts: Option<&Warts>) -> Result<(), Error> {
        if let Some(warts) = warts {
            self.spec.check_warts(warts)?;
        }
        let (base, number) = match seed {
            Some(seed) => (seed, 0),
            None => (self.state.base, self.state.number + 1),
        };
        let world = match seed {
            Some(seed) => self.spec.world(seed)?,
            None => self.spec.drawn(base, number)?,
        };
        let options = self.spec.options();
        let opening = world.opening(warts.unwrap_or(&options.warts), options);
        let log = self.state.episode.take().map(|episode| episode.log);
        self.state = Snapshot {
            base,
            number,
            episode: Some(Episode::new(world, opening, log.unwrap_or_default())),
        };
        self.unseen = true;
        Ok(())
    }

    /// Does the action of this number.
    pub fn step(&mut self, action: usize) -> Result<Step, Error> {
        let vocabulary = &self.spec.options().actions;
        let Some(chosen) = vocabulary.get(action) else {
            return Err(Error::Action {
                env: None,
                action: i64::try_from(action).unwrap_or(i64::MAX),
                actions: vocabulary.len(),
            });
        };
        match &mut self.state.episode {
            Some(episode) if !episode.over => {
                // A vocabulary has at most 65 536 actions.
                episode.log.push(action as u16);
                Ok(episode.step(chosen, &self.spec))
            }
            episode => Err(Error::NotRunning {
                env: None,
                over: episode.is_some(),
            }),
        }
    }

    /// Whether an episode has begun and is not over.
    pub fn is_running(&self) -> bool {
        self.state
            .episode
            .as_ref()
            .is_some_and(|episode| !episode.over)
    }

    /// Writes what has changed since the last observation; all of it the first time, after a reset and in a fork.
    pub fn observe(&mut self, to: &mut Observation) -> Result<(), Error> {
        self.spec.shape().check(1, to)?;
        self.observe_unchecked(to);
        Ok(())
    }

    /// Writes the whole observation.
    pub fn observe_all(&mut self, to: &mut Observation) -> Result<(), Error> {
        self.unseen = true;
        self.observe(to)
    }

    pub(super) fn observe_unchecked(&mut self, to: &mut Observation) {
        if let Some(episode) = &mut self.state.episode {
            episode.observe(self.unseen, self.spec.shape(), to);
            episode.mask(&self.spec.options().actions, to.mask);
            self.unseen = false;
        }
    }

    pub(super) fn see_anew(&mut self) {
        self.unseen = true;
    }

    /// Another environment in the same state.
    pub fn fork(&self) -> Env {
        Env {
            unseen: true,
            ..self.clone()
        }
    }

    /// The state as it is, to come back to.
    pub fn snapshot(&self) -> Snapshot {
        self.state.clone()
    }

    /// Goes back to a state of this environment, or of another of the same task.
    pub fn restore(&mut self, snapshot: &Snapshot) -> Result<(), Error> {
        if let Some(episode) = &snapshot.episode {
            let (own, its) = (self.spec.course(), episode.world.start());
            if own.system().digest != its.region().system().digest
                || self.spec.task().id != its.task().id
            {
                return Err(Error::Snapshot(format!(
                    "it is of the task {} of {}, not of {}",
                    its.task().id,
                    its.region().system().id,
                    self.spec.id()
                )));
            }
        }
        self.state.clone_from(snapshot);
        self.unseen = true;
        Ok(())
    }

    /// A hash of everything that decides what happens next: host, terminal, answer, what is left of the budget. Equal in
    /// every process and on every machine; 0 before the first reset.
    pub fn state_hash(&self) -> u64 {
        self.state.episode.as_ref().map_or(0, Episode::state_hash)
    }

    /// What it is an environment of.
    pub fn spec(&self) -> &Arc<Spec> {
        &self.spec
    }

    /// How large an observation is.
    pub fn shape(&self) -> Shape {
        self.spec.shape()
    }

    /// The world of the episode.
    pub fn world(&self) -> Option<&Arc<World>> {
        self.state.episode.as_ref().map(|episode| &episode.world)
    }

    /// The goal in words; empty before the first reset.
    pub fn goal(&self) -> &str {
        self.world().map_or("", |world| world.start().goal())
    }

    /// The session, to look at.
    pub fn session(&self) -> Option<&Session> {
        self.state.episode.as_ref().map(|episode| &episode.session)
    }

    /// What stands in the answer line.
    pub fn answer(&self) -> &str {
        self.state
            .episode
            .as_ref()
            .map_or("", |episode| &episode.answer)
    }

    /// What the episode came to, when it is over.
    pub fn grade(&self) -> Option<&Grade> {
        self.state.episode.as_ref()?.grade.as_deref()
    }

    /// Numbers that say how the episode stands, none of them of the observation.
    pub fn info(&self) -> Info {
        self.state
            .episode
            .as_ref()
            .map_or_else(Info::default, |episode| episode.info(&self.spec))
    }

    /// Some of what every step reads of the environment itself.
    pub(super) fn glance(&self) -> u64 {
        self.state.episode.as_ref().map_or(0, |episode| {
            let cursor = episode.session.terminal().cursor();
            u64::from(episode.keys_left) + u64::from(cursor) + episode.log.len() as u64
        })
    }

    /// The place in a plane that the next key is likely to change, with the cell behind it looked at.
    pub(super) fn focus(&self) -> Option<usize> {
        let terminal = self.session()?.terminal();
        let at = usize::from(terminal.cursor());
        black_box(terminal.cells().get(at).map(|cell| cell.code));
        Some(at)
    }

    pub(super) fn state(&self) -> &Snapshot {
        &self.state
    }

    /// Stands at an episode of a row that has not begun yet.
    pub(super) fn stand_at(&mut self, base: u64, number: u64) {
        self.state = Snapshot {
            base,
            number,
            episode: None,
        };
    }
}

/// Numbers that say how an episode stands. Never shown to the agent: they tell what the backend knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Info {
    /// The seed of the world.
    pub seed: u64,
    /// 0 while it goes on, 1 solved, 2 failed, 3 budget spent, 4 broken off by the agent, 5 a fault of the environment.
    pub outcome: i64,
    /// Keys pressed.
    pub keys: i64,
    /// Virtual milliseconds passed.
    pub time: i64,
    /// Milestones that were reached, a bit each in the task's order, if they are rewarded.
    pub milestones: i64,
}

/// How many numbers an [`Info`] is.
pub const INFO: usize = 5;

impl Info {
    /// In the order of the fields; the seed as the same 64 bits.
    pub fn numbers(&self) -> [i64; INFO] {
        [
            self.seed.cast_signed(),
            self.outcome,
            self.keys,
            self.time,
            self.milestones,
        ]
    }
}

impl Episode {
    fn new(world: Arc<World>, opening: Arc<Opening>, mut log: Vec<u16>) -> Episode {
        let budget = world.start().task().budget;
        log.clear();
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
            log,
            grade: None,
            session,
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

    fn step(&mut self, action: &Action, spec: &Spec) -> Step {
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

    fn state_hash(&self) -> u64 {
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

    fn info(&self, spec: &Spec) -> Info {
        let outcome = self.grade.as_ref().map(|grade| grade.outcome);
        let budget = spec.task().budget;
        Info {
            seed: self.world.seed(),
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

    /// See [`Observation::mask`].
    pub fn mask(&self, vocabulary: &Vocabulary, to: &mut [u8]) {
        if to.is_empty() {
            return;
        }
        let terminal = self.session.terminal();
        let lock = terminal.lock();
        let error = lock.is_some_and(|lock| lock.is_operator_error());
        let now = Now {
            free: lock.is_none(),
            error,
            takes_macros: lock.is_none() || error,
            types: self.answering || lock.is_none() && terminal.can_type(),
            inserting: terminal.inserting(),
            inputs: terminal.fields().filter(can_take).count(),
            reports: shown(terminal).count(),
            tokens: self.world.tokens().len(),
            terminal: self.terminal,
            terminals: self.away.len() + 1,
        };
        for (place, action) in to.iter_mut().zip(vocabulary.iter()) {
            *place = u8::from(now.allows(action));
        }
    }
}

/// What there is to know for a mask.
struct Now {
    free: bool,
    error: bool,
    takes_macros: bool,
    types: bool,
    inserting: bool,
    inputs: usize,
    reports: usize,
    tokens: usize,
    terminal: usize,
    terminals: usize,
}

impl Now {
    fn allows(&self, action: &Action) -> bool {
        match action {
            Action::Press(key) => self.allows_key(*key),
            Action::Type(keys) => keys.first().is_some_and(|key| self.allows_key(*key)),
            Action::Wait | Action::Answer | Action::Done | Action::ReportHere => true,
            Action::Report(number) => usize::from(*number) < self.reports,
            Action::Field(number) => self.takes_macros && usize::from(*number) < self.inputs,
            Action::Token(number) => self.types && usize::from(*number) < self.tokens,
            Action::Terminal(number) => {
                let number = usize::from(*number);
                number != self.terminal && number < self.terminals
            }
        }
    }

    fn allows_key(&self, key: Key) -> bool {
        use Key::*;
        match key {
            Char(_) | Delete | Erase | EraseEof | DeleteField | DeleteWord | Dup | FieldMark => {
                self.types
            }
            Enter | Pf(_) | Pa(_) | Clear | CursorSelect => self.free,
            Reset => self.error || self.inserting,
            Attn | SysReq | Insert | ToggleInsert => true,
            Tab | BackTab | Home | Newline | Up | Down | Left | Right | Left2 | Right2
            | BackSpace | EraseInput | NextWord | PreviousWord | FieldEnd | MoveCursor(_) => {
                self.free || self.error
            }
        }
    }
}

/// Whether the operator can type into a field.
fn can_take(field: &Field) -> bool {
    field.is_input() && field.length > 0
}

/// The protected fields in which something shows.
fn shown(terminal: &Terminal) -> impl Iterator<Item = Field<'_>> {
    terminal
        .fields()
        .filter(|field| !field.is_input() && !field.is_hidden() && !field.text().trim().is_empty())
}

/// Tells tables from others.
fn digest(tables: &[Table]) -> u64 {
    tables.iter().enumerate().fold(0, |sum, (n, table)| {
        table.digest().rotate_left(n as u32 % 64).wrapping_add(sum)
    })
}
