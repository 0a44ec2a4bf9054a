//! Files to tasks and playbooks: checked against their shapes, compiled, every fault with its place.

mod playbooks;
mod tasks;

use super::model::{Course, Task};
use super::shape::{PLAYBOOK, TASKS};
use super::start::Start;
use crate::host::Region;
use crate::system::diagnostics::Diagnostics;
use crate::system::expr::{Named, Names, Scope, Slot};
use crate::system::load::node::{Faults, Name, Source, Table};
use crate::system::load::scope::Catalog;
use crate::system::load::{data, parse, structure};
use crate::system::model::System;
use std::sync::Arc;
use toml::de::DeTable;

/// Seeds with which a check begins each task.
const TRIED: [u64; 3] = [0, 1, 10_000];

/// The file of the tasks.
const FILE: &str = "tasks.toml";
/// The folder of the playbooks.
const FOLDER: &str = "playbooks/";

impl Course {
    /// Loads the tasks and playbooks of a system from its files, `(name inside the folder, bytes)`; every fault is reported.
    pub fn load(
        system: &Arc<System>,
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
    ) -> Result<Course, Diagnostics> {
        let (course, diagnostics) = Course::read(system, files, &[]);
        course.ok_or(diagnostics)
    }

    /// As [`Course::load`], with the warnings that keep nobody from running it; each task is begun with a few seeds.
    pub fn check(
        system: &Arc<System>,
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
    ) -> (Option<Course>, Diagnostics) {
        Course::read(system, files, &TRIED)
    }

    fn read(
        system: &Arc<System>,
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
        tried: &[u64],
    ) -> (Option<Course>, Diagnostics) {
        let mut faults = Faults::default();
        let mut sources = Vec::new();
        for (name, bytes) in files {
            if name != FILE && stem(&name).is_none() {
                continue;
            }
            match String::from_utf8(bytes) {
                Ok(text) => sources.push((name, text)),
                Err(_) => faults
                    .file(&name, "the file is not UTF-8")
                    .help("save the file as UTF-8"),
            }
        }
        sources.sort();
        let course = compile(system, &sources, tried, &mut faults);
        let diagnostics = Diagnostics::new(faults.list, sources);
        (
            Some(course).filter(|_| diagnostics.errors() == 0),
            diagnostics,
        )
    }
}

/// The name of a playbook, if a file is one.
fn stem(file: &str) -> Option<&str> {
    file.strip_prefix(FOLDER)?.strip_suffix(".toml")
}

fn compile(
    system: &Arc<System>,
    sources: &[(String, String)],
    tried: &[u64],
    faults: &mut Faults,
) -> Course {
    let region = Region::new(system, 0);
    let sources: Vec<Source<'_>> = sources
        .iter()
        .map(|(name, text)| Source { name, text })
        .collect();
    let parsed: Vec<(Source<'_>, DeTable<'_>)> =
        sources.iter().map(|s| (*s, parse(*s, faults))).collect();
    let catalog = catalog(system);
    let mut playbooks = Vec::new();
    for (source, table) in &parsed {
        if let Some(id) = stem(source.name) {
            let root = Table::root(*source, table);
            structure::check(&root, &PLAYBOOK, root.place(), faults);
            playbooks.push(playbooks::compile(id, &root, system.today, faults));
        }
    }
    let mut tasks = Vec::new();
    for (source, table) in parsed.iter().filter(|(source, _)| source.name == FILE) {
        let root = Table::root(*source, table);
        structure::check(&root, &TASKS, root.place(), faults);
        for (name, node) in root.entries_of("task") {
            let before = faults.list.len();
            let written = node.table();
            let task = written.and_then(|written| {
                tasks::compile(&name, &written, system, &catalog, &playbooks, faults)
            });
            if let Some(task) = task.as_ref().filter(|_| faults.list.len() == before) {
                begin(task, &region, tried, &name, faults);
            }
            tasks.extend(task);
        }
    }
    Course {
        region,
        tasks,
        playbooks,
    }
}

/// Begins a task with some seeds: a goal may name a row that is not there.
fn begin(task: &Task, region: &Region, seeds: &[u64], name: &Name<'_>, faults: &mut Faults) {
    let unfit = |seed: &u64| Some((*seed, Start::new(region, task, *seed).err()?));
    if let Some((seed, error)) = seeds.iter().find_map(unfit) {
        let message = format!("the task cannot begin with seed {seed}: {error}");
        faults
            .error(name.place(), message)
            .help("`bigiron prove` tries more seeds");
    }
}

/// What tasks may name of a system: its tables and words, nothing of its screens.
fn catalog(system: &System) -> Catalog {
    Catalog {
        tables: system.tables.iter().map(data::names).collect(),
        numbered: system
            .tables
            .iter()
            .map(|table| table.sequence.is_some())
            .collect(),
        jobs: system.jobs.iter().map(|job| job.name.clone()).collect(),
        words: system.words.clone(),
        ..Catalog::default()
    }
}

/// The names of a catalog with `value.*` beside them.
fn with_values<'a>(catalog: &'a Catalog, values: &'a [Named]) -> Names<'a> {
    Names {
        scopes: vec![Scope {
            name: "value",
            slot: Slot::State,
            variables: values,
        }],
        ..catalog.names()
    }
}

#[cfg(test)]
mod tests;
