//! Every task as an environment, by its id.

use super::batch::BatchEnv;
use super::env::Env;
use super::error::GymError;
use super::options::EnvOptions;
use super::spec::{RegistryEntry, Spec};
use crate::shipped;
use crate::system::diagnostics::Diagnostics;
use crate::system::model::System;
use crate::task::model::TaskSuite;
use std::sync::Arc;

/// Worlds of one task that are kept ready unless said otherwise. A world of the shipped systems takes some hundred KiB.
pub const WORLDS: usize = 1024;

/// Environments by id: `bigiron/SYSTEM-TASK-vREVISION` for each task of each system. Cheap to clone; clones share the worlds
/// that are prepared.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    entries: Vec<RegistryEntry>,
}

impl Registry {
    /// The tasks of every shipped system.
    pub fn shipped() -> Result<Registry, Diagnostics> {
        let load = |name: &str| {
            let system = shipped::files(name).map(|files| System::load(files, name));
            system.and_then(Result::ok).map(Arc::new)
        };
        let suites = shipped::names().map(|name| {
            let files = shipped::files(name).unwrap_or_default();
            let system = Arc::new(System::load(files.clone(), name)?);
            TaskSuite::load_among(&system, files, &load)
        });
        Ok(Registry::new(suites.collect::<Result<Vec<_>, _>>()?))
    }

    /// The tasks of these systems, in order of their ids.
    pub fn new(suites: impl IntoIterator<Item = TaskSuite>) -> Registry {
        Registry::keeping(suites, WORLDS)
    }

    /// As [`Registry::new`], keeping at most so many worlds of each task.
    pub fn keeping(suites: impl IntoIterator<Item = TaskSuite>, worlds: usize) -> Registry {
        let mut entries = Vec::new();
        for suite in suites {
            let suite = Arc::new(suite);
            for (n, task) in suite.tasks.iter().enumerate() {
                entries.push(RegistryEntry::new(&suite, n, task, worlds));
            }
        }
        entries.sort_by(|a, b| a.id().cmp(b.id()));
        Registry { entries }
    }

    /// All, in order of their ids.
    pub fn entries(&self) -> &[RegistryEntry] {
        &self.entries
    }

    /// The task of this id.
    pub fn entry(&self, id: &str) -> Result<&RegistryEntry, GymError> {
        let found = self.entries.iter().find(|entry| entry.id() == id);
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
                let name = bare(entry.id());
                let distance = strsim::damerau_levenshtein(&wanted, &name);
                let part = !wanted.is_empty() && name.contains(&wanted);
                (if part { distance.min(1) } else { distance }, entry)
            })
            .filter(|(distance, _)| *distance <= 1 + wanted.len() / 3)
            .map(|(distance, entry)| (distance, entry.id()))
            .collect();
        near.sort_unstable();
        near.into_iter()
            .take(3)
            .map(|(_, id)| id.to_owned())
            .collect()
    }
}
