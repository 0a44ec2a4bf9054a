//! Systems with their tasks and playbooks, found by name.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Error, systems};
use bigiron_sim::gym::Registry;
use bigiron_sim::host::Region;
use bigiron_sim::session::Setup;
use bigiron_sim::system::diagnostics::Diagnostics;
use bigiron_sim::system::model::System;
use bigiron_sim::system::near::near;
pub use bigiron_sim::task::model::TaskSuite;
use bigiron_sim::task::start::{Start, StartError};

/// The tasks and playbooks of the system of this name or path.
pub fn load(system: &str) -> Result<TaskSuite, Error> {
    let source = systems::find(system)?;
    let faulty = |what: String| {
        move |faults: Diagnostics| {
            let hint = format!("bigiron check {system} shows them with their places");
            let error = Error::input(format!("{what} has faults"));
            error.because(&faults).hint(hint)
        }
    };
    let loaded = System::load(source.files.clone(), &source.name);
    let loaded = loaded.map_err(faulty(source.origin.clone()))?;
    let suite = TaskSuite::load_among(&Arc::new(loaded), source.files, &other);
    suite.map_err(faulty(format!("the tasks of {}", source.origin)))
}

/// Another system that a task is worked in, if it can be loaded.
pub fn other(name: &str) -> Option<Arc<System>> {
    let source = systems::find(name).ok()?;
    let system = System::load(source.files, &source.name).ok()?;
    Some(Arc::new(system))
}

/// The tasks of these systems as environments of the gym; without any name, those of every known system.
pub fn registry(systems: &[String]) -> Result<Registry, Error> {
    let suites: Result<Vec<_>, _> = match systems {
        [] => systems::names().iter().map(|system| load(system)).collect(),
        named => named.iter().map(|system| load(system)).collect(),
    };
    Ok(Registry::new(suites?))
}

/// The failure of a task that has no start with the seed of the session.
pub fn cannot_begin(cause: StartError) -> Error {
    Error::input("the task cannot begin").because(&cause)
}

/// The region that a session of this setup is opened in, and the start of its task, if it has one.
pub fn region(suite: &TaskSuite, setup: &Setup) -> Result<(Region, Option<Arc<Start>>), Error> {
    suite
        .open(setup)
        .map_err(|cause| Error::usage("the session cannot begin").because(&cause))
}

/// The region that a recorded session was opened in, of the system of this name or path, and the start of its task, if it has one.
/// A session at a second system of a task names the task as `SYSTEM/TASK`, by the task's own system.
pub fn recorded(wanted: &str, setup: &Setup) -> Result<(Region, Option<Arc<Start>>), Error> {
    let Some((own, task)) = setup.task.as_deref().and_then(|task| task.split_once('/')) else {
        return match &setup.task {
            Some(_) => region(&load(wanted)?, setup),
            None => Ok((Region::new(&systems::load(wanted)?, setup.seed), None)),
        };
    };
    let start = load(own)?.start(task, setup.seed);
    let start = start.map_err(cannot_begin)?;
    let name = systems::find(wanted)?.name;
    let mut further = start.regions().iter().skip(1);
    let region = further
        .find(|region| region.system().id == name)
        .cloned()
        .ok_or_else(|| Error::input(format!("the task {own}/{task} is not worked in {name}")))?;
    Ok((region, Some(Arc::new(start))))
}

/// The suites of the tasks that are named, as `TASK` or `SYSTEM/TASK`, each with the names of its tasks. Without any name all tasks
/// of one system, or of every known system that has any.
pub fn choose(
    system: Option<&str>,
    names: &[String],
) -> Result<Vec<(TaskSuite, Vec<String>)>, Error> {
    let suites = candidates(system, names)?;
    for name in names {
        check_known(name, &suites)?;
    }
    let chosen = suites.into_iter().map(|(system, suite)| {
        let wanted = |task: &str| {
            let own = format!("{system}/{task}");
            names.is_empty() || names.iter().any(|name| *name == task || *name == own)
        };
        let tasks = suite.tasks.iter().map(|task| task.id.clone());
        let tasks: Vec<String> = tasks.filter(|task| wanted(task)).collect();
        (suite, tasks)
    });
    Ok(chosen.filter(|(_, tasks)| !tasks.is_empty()).collect())
}

/// The suites to choose tasks from, by the names of their systems.
fn candidates(system: Option<&str>, names: &[String]) -> Result<Vec<(String, TaskSuite)>, Error> {
    if let Some(system) = system {
        return Ok(vec![(system.to_owned(), load(system)?)]);
    }
    let mut suites = Vec::new();
    for name in systems_of(names) {
        let suite = load(&name)?;
        if !suite.tasks.is_empty() {
            suites.push((name, suite));
        }
    }
    Ok(suites)
}

/// The systems that the names name as `SYSTEM/TASK` if all do, else every known one.
fn systems_of(names: &[String]) -> BTreeSet<String> {
    let prefix = |name: &String| Some(name.rsplit_once('/')?.0.to_owned());
    match names.iter().map(prefix).collect::<Option<BTreeSet<_>>>() {
        Some(prefixes) if !prefixes.is_empty() => prefixes,
        _ => systems::names(),
    }
}

/// Fails if no task has this name.
fn check_known(name: &str, suites: &[(String, TaskSuite)]) -> Result<(), Error> {
    let all = || {
        let tasks = suites.iter().flat_map(|(_, suite)| &suite.tasks);
        tasks.map(|task| task.id.as_str())
    };
    let bare = name.rsplit('/').next().unwrap_or(name);
    if all().any(|task| task == bare) {
        return Ok(());
    }
    let error = Error::input(format!("no task is called {name}"));
    Err(match near(bare, all()) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error.hint("bigiron list tasks names them"),
    })
}
