//! One environment: an agent, and its episodes one after another.

use super::episode::Episode;
use super::error::GymError;
use super::observe::{Observation, ObservationShape};
use super::spec::Spec;
use super::step::{Info, Step};
use super::world::TaskWorld;
use crate::host::Warts;
use crate::session::Session;
use crate::task::grade::Grade;
use prefetch_index::prefetch_index;
use std::slice;
use std::sync::Arc;

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
    /// begins. Without, the next of the row begins, with a seed drawn from [`super::EnvOptions::seeds`] by the row's first seed
    /// (0 before any was given). `warts` are for this episode alone; absent, those of the options.
    pub fn reset(&mut self, seed: Option<u64>, warts: Option<&Warts>) -> Result<(), GymError> {
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
        let initial = world.initial(warts.unwrap_or(&options.warts), options);
        let log = self.state.episode.take().map(|episode| episode.log);
        self.state = Snapshot {
            base,
            number,
            episode: Some(Episode::new(world, initial, log.unwrap_or_default())),
        };
        self.unseen = true;
        Ok(())
    }

    /// Does the action of this number.
    pub fn step(&mut self, action: usize) -> Result<Step, GymError> {
        let vocabulary = &self.spec.options().actions;
        let Some(chosen) = vocabulary.get(action) else {
            return Err(GymError::Action {
                env: None,
                action: i64::try_from(action).unwrap_or(i64::MAX),
                actions: vocabulary.len(),
            });
        };
        match &mut self.state.episode {
            Some(episode) if !episode.is_over() => {
                // A vocabulary has at most 65 536 actions.
                episode.log.push(action as u16);
                Ok(episode.step(chosen, &self.spec))
            }
            episode => Err(GymError::NotRunning {
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
            .is_some_and(|episode| !episode.is_over())
    }

    /// Writes what has changed since the last observation; all of it the first time, after a reset and in a fork.
    pub fn observe(&mut self, to: &mut Observation) -> Result<(), GymError> {
        self.spec.shape().check(1, to)?;
        self.observe_unchecked(to);
        Ok(())
    }

    /// Writes the whole observation.
    pub fn observe_all(&mut self, to: &mut Observation) -> Result<(), GymError> {
        self.unseen = true;
        self.observe(to)
    }

    pub(super) fn observe_unchecked(&mut self, to: &mut Observation) {
        if let Some(episode) = &mut self.state.episode {
            episode.observe(self.unseen, self.spec.shape(), to);
            episode.mask(&self.spec, to.mask);
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
    pub fn restore(&mut self, snapshot: &Snapshot) -> Result<(), GymError> {
        if let Some(episode) = &snapshot.episode {
            let (own, its) = (self.spec.suite(), episode.world.start());
            if own.system().digest != its.region().system().digest
                || self.spec.task().id != its.task().id
            {
                return Err(GymError::Snapshot(format!(
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
    pub fn shape(&self) -> ObservationShape {
        self.spec.shape()
    }

    /// The world of the episode.
    pub fn world(&self) -> Option<&Arc<TaskWorld>> {
        self.state.episode.as_ref().map(|episode| &episode.world)
    }

    /// The goal in words; empty before the first reset.
    pub fn goal(&self) -> &str {
        self.world().map_or("", |world| world.start().goal())
    }

    /// The session, to look at.
    pub fn session(&self) -> Option<&Session> {
        let episode = self.state.episode.as_ref();
        episode.map(|episode| episode.attempt.session())
    }

    /// What stands in the answer line.
    pub fn answer(&self) -> &str {
        let episode = self.state.episode.as_ref();
        episode.map_or("", |episode| episode.answer())
    }

    /// What the episode came to, when it is over.
    pub fn grade(&self) -> Option<&Grade> {
        self.state.episode.as_ref()?.attempt.grade()
    }

    /// Numbers that say how the episode stands, none of them of the observation.
    pub fn info(&self) -> Info {
        self.state
            .episode
            .as_ref()
            .map_or_else(Info::default, Episode::info)
    }

    /// Fetches what every step reads of the environment itself.
    pub(super) fn prefetch(&self) {
        if let Some(episode) = &self.state.episode {
            prefetch_index(slice::from_ref(self), 0);
            prefetch_index(slice::from_ref(&episode.log), 0);
            episode.attempt.prefetch();
        }
    }

    /// Fetches what the next key is likely to change, and says at which place of a plane that shows.
    pub(super) fn prefetch_cells(&self) -> Option<usize> {
        let episode = self.state.episode.as_ref()?;
        let terminal = episode.attempt.session().terminal();
        terminal.prefetch_cell();
        Some(usize::from(terminal.cursor()))
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
