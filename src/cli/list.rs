//! `bigiron list`: what there is.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use serde_json::json;

use super::args::{ListArgs, ListKind};
use super::{CommandOutcome, Error, suites, systems};
use crate::tui::LauncherEntry;
use bigiron_sim::system::wart::WartKind;

/// Prints the systems known here.
pub fn run(args: ListArgs) -> Result<CommandOutcome, Error> {
    let mut out = std::io::stdout().lock();
    match args.what {
        ListKind::Systems => {}
        ListKind::Tasks => return tasks(args.json, &mut out),
        ListKind::Warts => return warts(args.json, &mut out),
    }
    let entries = entries();
    if args.json {
        let list: Vec<_> = entries.iter().map(|entry| json!({"system": entry.id, "title": entry.title, "about": entry.about, "screens": entry.screens, "tables": entry.tables})).collect();
        writeln!(out, "{}", json!(list))?;
        return Ok(CommandOutcome::Done);
    }
    for entry in entries {
        writeln!(
            out,
            "{:12} {:40} {} screens, {} tables",
            entry.id, entry.title, entry.screens, entry.tables
        )?;
        writeln!(out, "{:12} {}", "", entry.about)?;
    }
    Ok(CommandOutcome::Done)
}

/// Prints the tasks of every system that can be loaded.
fn tasks(as_json: bool, out: &mut impl Write) -> Result<CommandOutcome, Error> {
    let mut list = Vec::new();
    for id in systems::names() {
        let Ok(course) = suites::load(&id) else {
            continue;
        };
        for task in &course.tasks {
            if as_json {
                let warts: Vec<String> = task.warts.iter().map(ToString::to_string).collect();
                list.push(json!({"system": id, "task": task.id, "title": task.title, "drill": task.drill, "tier": task.tier,
                    "revision": task.revision, "warts": warts, "keys": task.budget.keys, "time": task.budget.time}));
            } else {
                let name = format!("{id}/{}", task.id);
                writeln!(
                    out,
                    "{name:28} tier {}  {:14} {}",
                    task.tier, task.drill, task.title
                )?;
            }
        }
    }
    if as_json {
        writeln!(out, "{}", json!(list))?;
    }
    Ok(CommandOutcome::Done)
}

/// Prints the warts of every system that can be loaded, and the kinds of warts, each with the tasks that train it.
fn warts(as_json: bool, out: &mut impl Write) -> Result<CommandOutcome, Error> {
    let mut list = Vec::new();
    let mut by_kind: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
    let trained = trained();
    for id in systems::names() {
        let Ok(system) = systems::load(&id) else {
            continue;
        };
        for wart in &system.warts {
            let (name, kind, about, tell) = (&wart.name, wart.kind.name(), &wart.about, &wart.tell);
            let tasks: Vec<&str> = trained
                .iter()
                .filter(|(trained, _)| *trained == (id.clone(), name.clone()))
                .map(|(_, task)| task.as_str())
                .collect();
            let of_kind = by_kind.entry(kind).or_default();
            of_kind.extend(tasks.iter().map(|task| (*task).to_owned()));
            if as_json {
                list.push(json!({"system": id, "wart": name, "kind": kind, "chance": wart.chance, "about": about, "tell": tell, "tasks": tasks}));
            } else {
                let name = format!("{id}/{name}");
                writeln!(out, "{name:28} {kind:12} {about}")?;
                writeln!(out, "{:28} {:12} {tell}", "", "tell")?;
                if !tasks.is_empty() {
                    writeln!(out, "{:28} {:12} {}", "", "trained by", tasks.join(" "))?;
                }
            }
        }
    }
    let tasks_of = |kind: &str| by_kind.get(kind).cloned().unwrap_or_default();
    if as_json {
        let kinds = WartKind::ALL.iter().map(
            |kind| json!({"kind": kind.name(), "about": kind.doc(), "tasks": tasks_of(kind.name())}),
        );
        let kinds: Vec<_> = kinds.collect();
        writeln!(out, "{}", json!({"warts": list, "kinds": kinds}))?;
        return Ok(CommandOutcome::Done);
    }
    writeln!(out, "\nkinds")?;
    for kind in WartKind::ALL {
        writeln!(out, "{:12} {}", kind.name(), kind.doc())?;
        let tasks = Vec::from_iter(tasks_of(kind.name())).join(" ");
        if !tasks.is_empty() {
            writeln!(out, "{:12}   trained by {tasks}", "")?;
        }
    }
    Ok(CommandOutcome::Done)
}

/// Each wart, by system and name, with each task that is proven with it.
fn trained() -> Vec<((String, String), String)> {
    let mut trained = Vec::new();
    for id in systems::names() {
        let Ok(course) = suites::load(&id) else {
            continue;
        };
        for task in &course.tasks {
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

/// The systems known here, in order of their names; one that cannot be loaded says so instead of what it is.
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
            about: error
                .message
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned(),
            screens: 0,
            tables: 0,
        },
    };
    systems::names().into_iter().map(entry).collect()
}
