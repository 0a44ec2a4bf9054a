//! Every task as an environment, by its id.

use super::observe::ObservationShape;
use super::world::{TaskWorld, WorldCache, terminal};
use super::{BatchEnv, Env, EnvOptions, GymError, SeedDraws};
use crate::host::chance::Chance;
use crate::host::{Region, Warts};
use crate::shipped;
use crate::system::diagnostics::Diagnostics;
use crate::system::model::System;
use crate::task::model::{Seeds, Task, TaskSuite};
use std::sync::Arc;
use tn3270::terminal::Terminal;

/// Worlds of one task that are kept ready unless said otherwise. A world of the shipped systems takes some hundred KiB.
pub const WORLDS: usize = 1024;

/// Environments by id: `bigiron/SYSTEM-TASK-vREVISION` for each task of each system. Cheap to clone; clones share the worlds
/// that are prepared.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    entries: Vec<RegistryEntry>,
}

/// A task under its id.
#[derive(Debug, Clone)]
pub struct RegistryEntry {
    id: String,
    course: Arc<TaskSuite>,
    task: usize,
    worlds: Arc<WorldCache>,
}

impl Registry {
    /// The tasks of every shipped system.
    pub fn shipped() -> Result<Registry, Diagnostics> {
        let load = |name: &str| {
            let system = shipped::files(name).map(|files| System::load(files, name));
            system.and_then(Result::ok).map(Arc::new)
        };
        let courses = shipped::names().map(|name| {
            let files = shipped::files(name).unwrap_or_default();
            let system = Arc::new(System::load(files.clone(), name)?);
            TaskSuite::load_among(&system, files, &load)
        });
        Ok(Registry::new(courses.collect::<Result<Vec<_>, _>>()?))
    }

    /// The tasks of these systems, in order of their ids.
    pub fn new(courses: impl IntoIterator<Item = TaskSuite>) -> Registry {
        Registry::keeping(courses, WORLDS)
    }

    /// As [`Registry::new`], keeping at most so many worlds of each task.
    pub fn keeping(courses: impl IntoIterator<Item = TaskSuite>, worlds: usize) -> Registry {
        let mut entries = Vec::new();
        for course in courses {
            let course = Arc::new(course);
            for (n, task) in course.tasks.iter().enumerate() {
                entries.push(RegistryEntry {
                    id: format!(
                        "bigiron/{}-{}-v{}",
                        course.system().id,
                        task.id,
                        task.revision
                    ),
                    course: Arc::clone(&course),
                    task: n,
                    worlds: Arc::new(WorldCache::new(worlds)),
                });
            }
        }
        entries.sort_by(|a, b| a.id.cmp(&b.id));
        Registry { entries }
    }

    /// All, in order of their ids.
    pub fn entries(&self) -> &[RegistryEntry] {
        &self.entries
    }

    /// The task of this id.
    pub fn entry(&self, id: &str) -> Result<&RegistryEntry, GymError> {
        let found = self.entries.iter().find(|entry| entry.id == id);
        found.ok_or_else(|| GymError::NoSuchId {
            id: id.to_owned(),
            near: self.near(id),
        })
    }

    /// An environment. The first thing to do with it is a reset.
    pub fn make(&self, id: &str, options: EnvOptions) -> Result<Env, GymError> {
        Ok(Env::new(Arc::new(Spec::new(self.entry(id)?, options)?)))
    }

    /// So many environments that are stepped together.
    pub fn make_batch(
        &self,
        id: &str,
        envs: usize,
        options: EnvOptions,
    ) -> Result<BatchEnv, GymError> {
        let spec = Arc::new(Spec::new(self.entry(id)?, options)?);
        Ok(BatchEnv::new(&spec, envs))
    }

    /// The three ids most like a wrong one. The version counts for little: a wrong one is the commonest fault.
    fn near(&self, id: &str) -> Vec<String> {
        let bare = |id: &str| {
            let id = id.strip_prefix("bigiron/").unwrap_or(id).to_lowercase();
            match id.rsplit_once("-v") {
                Some((name, _)) => name.to_owned(),
                None => id,
            }
        };
        let wanted = bare(id);
        let mut near: Vec<(usize, &str)> = self
            .entries
            .iter()
            .map(|entry| {
                let name = bare(&entry.id);
                let distance = strsim::damerau_levenshtein(&wanted, &name);
                let part = !wanted.is_empty() && name.contains(&wanted);
                (if part { distance.min(1) } else { distance }, entry)
            })
            .filter(|(distance, _)| *distance <= 1 + wanted.len() / 3)
            .map(|(distance, entry)| (distance, entry.id.as_str()))
            .collect();
        near.sort_unstable();
        near.into_iter()
            .take(3)
            .map(|(_, id)| id.to_owned())
            .collect()
    }
}

impl RegistryEntry {
    /// The id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The system and its tasks.
    pub fn course(&self) -> &Arc<TaskSuite> {
        &self.course
    }

    /// The task.
    pub fn task(&self) -> &Task {
        // An entry is only ever made for a task of its course.
        &self.course.tasks[self.task]
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
        let sizes = [entry.course.system()].into_iter().chain(also);
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
    pub fn course(&self) -> &Arc<TaskSuite> {
        &self.entry.course
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
            .get(&self.entry.course, self.task(), seed)
            .map_err(|cause| GymError::Start { seed, cause })
    }

    /// The world of an episode whose seed nobody gives: drawn from the option's seeds, by the seed that began the row of
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
    let own = entry.course.system().warts.iter();
    let own = own.map(|wart| wart.name.clone());
    let also = entry.task().also.iter().flat_map(|region| {
        let warts = region.system().warts.iter();
        warts.map(|wart| format!("{}.{}", region.system().id, wart.name))
    });
    let declared: Vec<String> = own.chain(also).collect();
    let declared: Vec<&str> = declared.iter().map(String::as_str).collect();
    Ok(warts.check(&declared)?)
}
