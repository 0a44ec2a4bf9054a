//! Tasks begun and kept: preparing the tables of a seed takes a hundred times as long as a reset that finds them prepared.

use super::options::EnvOptions;
use crate::host::Warts;
use crate::session::{ClockMode, Session, Setup};
use crate::task::attempt::Attempt;
use crate::task::model::{Task, TaskSuite};
use crate::task::start::{Start, StartError};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tn3270::terminal::{Key, Model, TerminalOptions};

/// How many initial states of one world are kept: with how many selections of warts it is played in turn.
const INITIAL: usize = 4;

/// A task begun with one seed, and what its episodes have in common. Shared by all environments that play it.
#[derive(Debug)]
pub struct TaskWorld {
    seed: u64,
    start: Arc<Start>,
    tokens: Vec<GoalToken>,
    initial: Mutex<Vec<Arc<InitialState>>>,
}

/// A value that a goal tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoalToken {
    /// As the goal writes it.
    pub text: String,
    /// The keys that type it.
    pub(super) keys: Vec<Key>,
}

/// The attempt as every episode of a world begins it. Environments fork it.
#[derive(Debug)]
pub(super) struct InitialState {
    pub warts: Warts,
    clock: ClockMode,
    pub attempt: Attempt,
}

impl TaskWorld {
    fn new(suite: &TaskSuite, task: &Task, seed: u64) -> Result<TaskWorld, StartError> {
        let start = Start::new(&suite.region, task, seed)?;
        let token = |text: String| GoalToken {
            keys: text.chars().map(Key::Char).collect(),
            text,
        };
        Ok(TaskWorld {
            seed,
            tokens: start.goal_values().into_iter().map(token).collect(),
            start: Arc::new(start),
            initial: Mutex::default(),
        })
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The start of the task.
    pub fn start(&self) -> &Arc<Start> {
        &self.start
    }

    /// The values that the goal tells, in their order, none twice.
    pub fn tokens(&self) -> &[GoalToken] {
        &self.tokens
    }

    /// The initial state with these warts, by the clock of these options: every terminal shows its first screen.
    pub(super) fn initial(&self, warts: &Warts, options: &EnvOptions) -> Arc<InitialState> {
        let clock = options.clock();
        let mut kept = locked(&self.initial);
        let same = |initial: &&Arc<InitialState>| initial.clock == clock && initial.warts == *warts;
        if let Some(found) = kept.iter().find(same) {
            return Arc::clone(found);
        }
        let initial = Arc::new(InitialState {
            warts: warts.clone(),
            clock,
            attempt: self.attempt(warts, clock),
        });
        if kept.len() >= INITIAL {
            kept.remove(0);
        }
        kept.push(Arc::clone(&initial));
        initial
    }

    fn attempt(&self, warts: &Warts, clock: ClockMode) -> Attempt {
        Attempt::open_with(&self.start, |number, region| {
            let setup = Setup {
                clock,
                terminal: terminal(region.system().model),
                ..self.start.setup(number, self.seed, warts)
            };
            (connected(Session::open_in(region, &setup, &mut ())), ())
        })
    }
}

/// A session whose first screen is there, by either clock.
fn connected(mut session: Session) -> Session {
    while session.terminal().lock().is_some()
        && let Some(due) = session.next_due()
    {
        session.advance_to(due, &mut ());
    }
    session
}

/// A terminal of the model that a system's screens are drawn for.
pub(super) fn terminal(model: u8) -> TerminalOptions {
    TerminalOptions {
        model: Model::from_number(model).unwrap_or_default(),
        ..TerminalOptions::default()
    }
}

/// The worlds of one task that are kept, those used last.
#[derive(Debug)]
pub(super) struct WorldCache {
    most: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// By seed, with when it was used last.
    worlds: BTreeMap<u64, (u64, Arc<TaskWorld>)>,
    uses: u64,
}

impl WorldCache {
    pub fn new(most: usize) -> WorldCache {
        WorldCache {
            most: most.max(1),
            kept: Mutex::default(),
        }
    }

    /// The world of a seed, prepared now if it is not kept.
    pub fn get(
        &self,
        suite: &TaskSuite,
        task: &Task,
        seed: u64,
    ) -> Result<Arc<TaskWorld>, StartError> {
        if let Some(world) = locked(&self.kept).find(seed) {
            return Ok(world);
        }
        // Prepared without the lock, so that others go on; the same world prepared twice is the same.
        let world = Arc::new(TaskWorld::new(suite, task, seed)?);
        locked(&self.kept).keep(&world, self.most);
        Ok(world)
    }

    pub fn clear(&self) {
        *locked(&self.kept) = Kept::default();
    }
}

impl Kept {
    fn find(&mut self, seed: u64) -> Option<Arc<TaskWorld>> {
        self.uses += 1;
        let (used, world) = self.worlds.get_mut(&seed)?;
        *used = self.uses;
        Some(Arc::clone(world))
    }

    fn keep(&mut self, world: &Arc<TaskWorld>, most: usize) {
        if self.worlds.len() >= most {
            let longest = self.worlds.iter().min_by_key(|(_, (used, _))| *used);
            if let Some(seed) = longest.map(|(seed, _)| *seed) {
                self.worlds.remove(&seed);
            }
        }
        self.worlds
            .insert(world.seed, (self.uses, Arc::clone(world)));
    }
}

/// What a thread that panicked left is whole: nothing is changed under these locks in more than one step.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
