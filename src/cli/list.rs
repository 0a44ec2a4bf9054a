//! `bigiron list`: systems, tasks and warts.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Write, stdout};

use serde_json::{Value, json};

use super::args::{ListArgs, ListKind};
use super::{CommandOutcome, Error, suites, systems};
use crate::tui::LauncherEntry;
use bigiron_sim::system::wart::{Wart, WartKind};
use bigiron_sim::task::model::{Task, TaskSuite};

/// Prints a list.
pub fn run(args: ListArgs) -> Result<CommandOutcome, Error> {
    let mut out = stdout().lock();
    match args.what {
        ListKind::Systems => list_systems(args.json, &mut out),
        ListKind::Tasks => list_tasks(args.json, &mut out),
        ListKind::Warts => list_warts(args.json, &mut out),
    }?;
    Ok(CommandOutcome::Done)
}

fn list_systems(as_json: bool, out: &mut impl Write) -> Result<(), Error> {
    let entries = entries();
    if as_json {
        let list: Vec<_> = entries.iter().map(|entry| json!({"system": entry.id, "title": entry.title, "about": entry.about, "screens": entry.screens, "tables": entry.tables})).collect();
        writeln!(out, "{}", json!(list))?;
        return Ok(());
    }
    for entry in entries {
        writeln!(
            out,
            "{:12} {:40} {} screens, {} tables",
            entry.id, entry.title, entry.screens, entry.tables
        )?;
        writeln!(out, "{:12} {}", "", entry.about)?;
    }
    Ok(())
}

/// The tasks of every system that can be loaded, with the names of the systems.
fn known_suites() -> impl Iterator<Item = (String, TaskSuite)> {
    let names = systems::names().into_iter();
    names.filter_map(|id| suites::load(&id).ok().map(|suite| (id, suite)))
}

fn list_tasks(as_json: bool, out: &mut impl Write) -> Result<(), Error> {
    let mut list = Vec::new();
    for (id, suite) in known_suites() {
        for task in &suite.tasks {
            match as_json {
                true => list.push(task_json(&id, task)),
                false => writeln!(
                    out,
                    "{:28} tier {}  {:14} {}",
                    format!("{id}/{}", task.id),
                    task.tier,
                    task.drill,
                    task.title
                )?,
            }
        }
    }
    if as_json {
        writeln!(out, "{}", json!(list))?;
    }
    Ok(())
}

fn task_json(system: &str, task: &Task) -> Value {
    let warts: Vec<String> = task.warts.iter().map(ToString::to_string).collect();
    json!({"system": system, "task": task.id, "title": task.title, "drill": task.drill, "tier": task.tier,
        "revision": task.revision, "warts": warts, "keys": task.budget.keys, "time": task.budget.time})
}

/// A wart of a system, with the tasks that are proven with it.
struct ListedWart {
    system: String,
    wart: Wart,
    tasks: Vec<String>,
}

impl ListedWart {
    fn print(&self, out: &mut impl Write) -> Result<(), Error> {
        let Wart {
            name, about, tell, ..
        } = &self.wart;
        let name = format!("{}/{name}", self.system);
        writeln!(out, "{name:28} {:12} {about}", self.wart.kind.name())?;
        writeln!(out, "{:28} {:12} {tell}", "", "tell")?;
        if !self.tasks.is_empty() {
            let tasks = self.tasks.join(" ");
            writeln!(out, "{:28} {:12} {tasks}", "", "trained by")?;
        }
        Ok(())
    }

    fn json(&self) -> Value {
        let Wart {
            name,
            about,
            tell,
            chance,
            ..
        } = &self.wart;
        json!({"system": self.system, "wart": name, "kind": self.wart.kind.name(), "chance": chance, "about": about, "tell": tell, "tasks": self.tasks})
    }
}

/// The warts of every system that can be loaded.
fn listed_warts() -> Vec<ListedWart> {
    let trained = trained();
    let mut list = Vec::new();
    for id in systems::names() {
        let Ok(system) = systems::load(&id) else {
            continue;
        };
        list.extend(system.warts.iter().map(|wart| {
            ListedWart {
                system: id.clone(),
                wart: wart.clone(),
                tasks: trained
                    .iter()
                    .filter(|((system, name), _)| *system == id && *name == wart.name)
                    .map(|(_, task)| task.clone())
                    .collect(),
            }
        }));
    }
    list
}

/// Prints the warts, then their kinds, each with the tasks that train it.
fn list_warts(as_json: bool, out: &mut impl Write) -> Result<(), Error> {
    let list = listed_warts();
    let mut by_kind: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for listed in &list {
        let tasks = by_kind.entry(listed.wart.kind.name()).or_default();
        tasks.extend(listed.tasks.iter().map(String::as_str));
    }
    let tasks_of = |kind: &str| by_kind.get(kind).cloned().unwrap_or_default();
    if as_json {
        let kinds = WartKind::ALL.iter().map(
            |kind| json!({"kind": kind.name(), "about": kind.doc(), "tasks": tasks_of(kind.name())}),
        );
        let kinds: Vec<Value> = kinds.collect();
        let warts: Vec<Value> = list.iter().map(ListedWart::json).collect();
        writeln!(out, "{}", json!({"warts": warts, "kinds": kinds}))?;
        return Ok(());
    }
    for listed in &list {
        listed.print(out)?;
    }
    writeln!(out, "\nkinds")?;
    for kind in WartKind::ALL {
        writeln!(out, "{:12} {}", kind.name(), kind.doc())?;
        let tasks = Vec::from_iter(tasks_of(kind.name())).join(" ");
        if !tasks.is_empty() {
            writeln!(out, "{:12}   trained by {tasks}", "")?;
        }
    }
    Ok(())
}

/// Each wart, by system and name, with each task that is proven with it.
fn trained() -> Vec<((String, String), String)> {
    let mut trained = Vec::new();
    for (id, suite) in known_suites() {
        for task in &suite.tasks {
            let sets = task.warts.iter().map(ToString::to_string);
            let names: BTreeSet<String> = sets
                .flat_map(|set| set.split(',').map(str::to_owned).collect::<Vec<_>>())
                .filter(|name| name != "none")
                .collect();
            for name in names {
                let wart = match name.split_once('.') {
                    Some((system, wart)) => (system.to_owned(), wart.to_owned()),
                    None => (id.clone(), name.clone()),
                };
                trained.push((wart, format!("{id}/{}", task.id)));
            }
        }
    }
    trained
}

/// The known systems in the order of their names. One that cannot be loaded has its first fault in the place of its description.
pub fn entries() -> Vec<LauncherEntry> {
    let entry = |id: String| match systems::load(&id) {
        Ok(system) => LauncherEntry {
            id,
            title: system.title.clone(),
            about: system.about.clone(),
            screens: system.screens.len(),
            tables: system.tables.len(),
        },
        Err(error) => LauncherEntry {
            id,
            title: "(unsound)".into(),
            about: error.message.lines().next().unwrap_or_default().to_owned(),
            screens: 0,
            tables: 0,
        },
    };
    systems::names().into_iter().map(entry).collect()
}
