//! Files to tasks and playbooks: checked against their shapes, compiled, every fault with its place.

mod parts;
mod playbooks;
mod tasks;
mod values;

use super::model::{Task, TaskSuite};
use super::playbook::Playbook;
use super::shape::{PLAYBOOK, TASKS};
use super::start::Start;
use crate::host::Region;
use crate::system::diagnostics::Diagnostics;
use crate::system::expr::{Named, Names, Scope, Slot};
use crate::system::load::node::{Faults, SourceFile, TomlKey, TomlNode, TomlTable, TomlText};
use crate::system::load::scope::Catalog;
use crate::system::load::{parse, structure, tables};
use crate::system::model::{self, System};
use crate::system::value::Date;
use std::sync::Arc;
use toml::de::DeTable;

/// Seeds with which a check begins each task.
const TRIED: [u64; 3] = [0, 1, 10_000];

/// The file of the tasks.
const FILE: &str = "tasks.toml";
/// The folder of the playbooks.
const FOLDER: &str = "playbooks/";

impl TaskSuite {
    /// Loads the tasks and playbooks of a system from its files, `(name inside the folder, bytes)`; every fault is reported.
    pub fn load(
        system: &Arc<System>,
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
    ) -> Result<TaskSuite, Diagnostics> {
        TaskSuite::load_among(system, files, &|_| None)
    }

    /// As [`TaskSuite::load`], where other systems can be had by name: tasks that are worked in those too are left out where they
    /// cannot.
    pub fn load_among(
        system: &Arc<System>,
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
        others: OtherSystems<'_>,
    ) -> Result<TaskSuite, Diagnostics> {
        let (course, diagnostics) = TaskSuite::read(system, files, others, &[]);
        course.ok_or(diagnostics)
    }

    /// As [`TaskSuite::load_among`], with warnings as well, such as of a system that cannot be loaded;
    /// each task is begun with a few seeds.
    pub fn check(
        system: &Arc<System>,
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
        others: OtherSystems<'_>,
    ) -> (Option<TaskSuite>, Diagnostics) {
        TaskSuite::read(system, files, others, &TRIED)
    }

    fn read(
        system: &Arc<System>,
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
        others: OtherSystems<'_>,
        tried: &[u64],
    ) -> (Option<TaskSuite>, Diagnostics) {
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
        let course = compile(system, &sources, others, tried, &mut faults);
        let diagnostics = Diagnostics::new(faults.list, sources);
        (
            Some(course).filter(|_| diagnostics.errors() == 0),
            diagnostics,
        )
    }
}

impl Playbook {
    /// Loads a playbook by itself, of no system, from its file. `today` settles the century of years with two digits.
    pub fn load(id: &str, text: String, today: Date) -> Result<Playbook, Diagnostics> {
        let mut faults = Faults::default();
        let name = format!("{id}.toml");
        let source = SourceFile {
            name: &name,
            text: &text,
        };
        let table = parse(source, &mut faults);
        let playbook = playbook(id, &TomlTable::root(source, &table), today, &mut faults);
        drop(table);
        let diagnostics = Diagnostics::new(faults.list, vec![(name, text)]);
        match diagnostics.errors() {
            0 => Ok(playbook),
            _ => Err(diagnostics),
        }
    }
}

fn playbook(id: &str, root: &TomlTable<'_>, today: Date, faults: &mut Faults) -> Playbook {
    structure::check(root, &PLAYBOOK, root.place(), faults);
    playbooks::compile(id, root, today, faults)
}

/// The name of a playbook, if a file is one.
fn stem(file: &str) -> Option<&str> {
    file.strip_prefix(FOLDER)?.strip_suffix(".toml")
}

fn compile(
    system: &Arc<System>,
    sources: &[(String, String)],
    others: OtherSystems<'_>,
    tried: &[u64],
    faults: &mut Faults,
) -> TaskSuite {
    let region = Region::new(system, 0);
    let sources: Vec<SourceFile<'_>> = sources
        .iter()
        .map(|(name, text)| SourceFile { name, text })
        .collect();
    let parsed: Vec<(SourceFile<'_>, DeTable<'_>)> =
        sources.iter().map(|s| (*s, parse(*s, faults))).collect();
    let alone = catalog(system);
    let mut playbooks = Vec::new();
    for (source, table) in &parsed {
        if let Some(id) = stem(source.name) {
            let root = TomlTable::root(*source, table);
            playbooks.push(playbook(id, &root, system.today, faults));
        }
    }
    let mut tasks = Vec::new();
    for (source, table) in parsed.iter().filter(|(source, _)| source.name == FILE) {
        let root = TomlTable::root(*source, table);
        structure::check(&root, &TASKS, root.place(), faults);
        for (name, node) in root.entries_of("task") {
            let before = faults.list.len();
            let written = node.table();
            let systems = written.map(|written| Systems::of(&written, system, others));
            let systems = match systems {
                Some(Err(missing)) => {
                    if !tried.is_empty() {
                        let message =
                            format!("the system `{missing}` cannot be had: the task is left out");
                        faults.warning(name.place(), message);
                    }
                    continue;
                }
                Some(Ok(systems)) => systems,
                None => continue,
            };
            let joint = (!systems.also.is_empty()).then(|| self::catalog(&systems.world));
            let known = joint.as_ref().unwrap_or(&alone);
            let task = written.and_then(|written| {
                tasks::compile(&name, &written, &systems, known, &playbooks, faults)
            });
            if let Some(task) = task.as_ref().filter(|_| faults.list.len() == before) {
                begin(task, &region, tried, &name, faults);
            }
            tasks.extend(task);
        }
    }
    TaskSuite {
        region,
        tasks,
        playbooks,
    }
}

/// Where other systems are had by name.
pub type OtherSystems<'a> = &'a dyn Fn(&str) -> Option<Arc<System>>;

/// The systems of a task.
struct Systems<'a> {
    own: &'a System,
    also: Vec<Region>,
    world: Arc<System>,
}

impl<'a> Systems<'a> {
    /// The error is the name of a system that cannot be had.
    fn of(
        task: &TomlTable<'_>,
        own: &'a Arc<System>,
        others: OtherSystems<'_>,
    ) -> Result<Systems<'a>, String> {
        let named = task.get("also").map(|node| node.one_or_more());
        let named = named.iter().flatten().filter_map(TomlNode::text);
        let other = |text: TomlText<'_>| others(text.text).ok_or_else(|| text.text.to_owned());
        let also = named.map(other).collect::<Result<Vec<_>, _>>()?;
        let world = match also[..] {
            [] => Arc::clone(own),
            _ => Arc::new(joint(own, &also)),
        };
        Ok(Systems {
            own,
            also: also.iter().map(|other| Region::new(other, 0)).collect(),
            world,
        })
    }

    fn names(&self) -> Vec<&str> {
        let also = self.also.iter().map(|region| region.system().id.as_str());
        std::iter::once(self.own.id.as_str()).chain(also).collect()
    }

    /// The warts of all of them, those of the others as `system.wart`.
    fn warts(&self) -> Vec<String> {
        let own = self.own.warts.iter().map(|wart| wart.name.clone());
        let also = self.also.iter().flat_map(|region| {
            let system = region.system();
            let named = |wart: &crate::system::wart::Wart| format!("{}.{}", system.id, wart.name);
            system.warts.iter().map(named).collect::<Vec<_>>()
        });
        own.chain(also).collect()
    }
}

/// A system with the tables of others after its own, to see all of them at once. Nothing can be generated for those.
fn joint(own: &System, others: &[Arc<System>]) -> System {
    let mut joint = own.clone();
    for other in others {
        joint.tables.extend(other.tables.iter().map(|table| {
            let name = format!("{}.{}", other.id, table.name);
            let (rows, generate) = (Vec::new(), None);
            model::TableDef {
                name,
                rows,
                generate,
                ..table.clone()
            }
        }));
        for (name, words) in &other.words {
            let words = || words.clone();
            joint.words.entry(name.clone()).or_insert_with(words);
        }
    }
    joint
}

/// Begins a task with some seeds: a goal may name a row that is not there.
fn begin(task: &Task, region: &Region, seeds: &[u64], name: &TomlKey<'_>, faults: &mut Faults) {
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
        tables: system
            .tables
            .iter()
            .map(|table| tables::names(&table.name, &table.columns, &table.key))
            .collect(),
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

/// The names of a catalog with `value.*` beside them, in the place of session variables: a host that sets up the tables of a
/// task has those values in it.
fn with_values<'a>(catalog: &'a Catalog, values: &'a [Named]) -> Names<'a> {
    Names {
        scopes: vec![Scope {
            name: "value",
            slot: Slot::Session,
            variables: values,
        }],
        ..catalog.names()
    }
}

#[cfg(test)]
mod tests;
