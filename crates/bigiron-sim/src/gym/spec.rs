//! A task under its id, and how its environments are set up.

use super::error::GymError;
use super::observe::ObservationShape;
use super::options::{EnvOptions, SeedDraws};
use super::world::{TaskWorld, WorldCache, terminal};
use crate::host::chance::Chance;
use crate::host::{Region, Warts};
use crate::task::model::{Seeds, Task, TaskSuite};
use std::sync::Arc;
use tn3270::terminal::Terminal;

/// A task under its id.
#[derive(Debug, Clone)]
pub struct RegistryEntry {
    id: String,
    suite: Arc<TaskSuite>,
    task: usize,
    worlds: Arc<WorldCache>,
}

impl RegistryEntry {
    /// The task of this number in its suite, keeping at most so many worlds.
    pub(super) fn new(
        suite: &Arc<TaskSuite>,
        number: usize,
        task: &Task,
        worlds: usize,
    ) -> RegistryEntry {
        let system = &suite.system().id;
        RegistryEntry {
            id: format!("bigiron/{system}-{}-v{}", task.id, task.revision),
            suite: Arc::clone(suite),
            task: number,
            worlds: Arc::new(WorldCache::new(worlds)),
        }
    }

    /// The id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The system and its tasks.
    pub fn suite(&self) -> &Arc<TaskSuite> {
        &self.suite
    }

    /// The task.
    pub fn task(&self) -> &Task {
        // An entry is only ever made for a task of its suite.
        &self.suite.tasks[self.task]
    }

    /// Lets go of the worlds that are kept ready.
    pub fn forget_worlds(&self) {
        self.worlds.clear();
    }
}

/// A task and how its environments are set up: what they share.
#[derive(Debug)]
pub struct Spec {
    entry: RegistryEntry,
    options: EnvOptions,
    shape: ObservationShape,
}

/// How many seeds in a row may be such that the task does not start with them.
const TRIES: u64 = 100;

impl Spec {
    /// An error if the options name a wart that no system of the task has.
    pub fn new(entry: &RegistryEntry, options: EnvOptions) -> Result<Spec, GymError> {
        check_warts(entry, &options.warts)?;
        let also = entry.task().also.iter().map(Region::system);
        let sizes = [entry.suite.system()].into_iter().chain(also);
        let sizes = sizes.map(|system| Terminal::new(terminal(system.model)).plane_size());
        let (rows, columns) = sizes.fold((0, 0), |(rows, columns), size| {
            (rows.max(size.0), columns.max(size.1))
        });
        Ok(Spec {
            entry: entry.clone(),
            shape: ObservationShape {
                rows,
                columns,
                actions: options.actions.len(),
            },
            options,
        })
    }

    /// The id.
    pub fn id(&self) -> &str {
        &self.entry.id
    }

    /// The task.
    pub fn task(&self) -> &Task {
        self.entry.task()
    }

    /// The system and its tasks.
    pub fn suite(&self) -> &Arc<TaskSuite> {
        &self.entry.suite
    }

    /// How it is set up.
    pub fn options(&self) -> &EnvOptions {
        &self.options
    }

    /// How large an observation is.
    pub fn shape(&self) -> ObservationShape {
        self.shape
    }

    pub(super) fn check_warts(&self, warts: &Warts) -> Result<(), GymError> {
        check_warts(&self.entry, warts)
    }

    /// The world of this seed.
    pub(super) fn world(&self, seed: u64) -> Result<Arc<TaskWorld>, GymError> {
        let worlds = &self.entry.worlds;
        worlds
            .get(&self.entry.suite, self.task(), seed)
            .map_err(|cause| GymError::Start { seed, cause })
    }

    /// The world of an episode without a given seed: drawn from the option's seeds, by the seed that began the row of
    /// episodes and the number of the episode. A seed with which the task does not start is passed over.
    pub(super) fn drawn(&self, base: u64, episode: u64) -> Result<Arc<TaskWorld>, GymError> {
        let Seeds { first, last } = match self.options.seeds {
            SeedDraws::Train => self.task().train,
            SeedDraws::Test => self.task().test,
            SeedDraws::These(seeds) => seeds,
        };
        let mut chance = Chance::stream(base, "gym", &["episode", &episode.to_string()]);
        let mut draw =
            || self.world(first.saturating_add(chance.below((last - first).saturating_add(1))));
        for _ in 1..TRIES {
            if let Ok(world) = draw() {
                return Ok(world);
            }
        }
        draw()
    }
}

fn check_warts(entry: &RegistryEntry, warts: &Warts) -> Result<(), GymError> {
    let own = entry.suite.system().warts.iter();
    let own = own.map(|wart| wart.name.clone());
    let also = entry.task().also.iter().flat_map(|region| {
        let warts = region.system().warts.iter();
        warts.map(|wart| format!("{}.{}", region.system().id, wart.name))
    });
    let declared: Vec<String> = own.chain(also).collect();
    let declared: Vec<&str> = declared.iter().map(String::as_str).collect();
    Ok(warts.check(&declared)?)
}
