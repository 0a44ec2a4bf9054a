//! Systems with their tasks and playbooks, found by name.

use std::sync::Arc;

use super::{Error, opening, systems};
use bigiron_sim::gym::Registry;
use bigiron_sim::host::Region;
use bigiron_sim::session::Setup;
use bigiron_sim::system::diagnostics::Diagnostics;
use bigiron_sim::system::model::System;
use bigiron_sim::system::near::near;
pub use bigiron_sim::task::model::TaskSuite;
use bigiron_sim::task::start::Start;

/// The tasks and playbooks of the system of this name or path.
pub fn load(system: &str) -> Result<TaskSuite, Error> {
    let source = systems::find(system)?;
    let unfit = |faults: Diagnostics| {
        Error::input(format!("{} has faults", source.origin))
            .because(&faults)
            .hint(format!(
                "bigiron check {system} shows them with their places"
            ))
    };
    let loaded = System::load(source.files.clone(), &source.name).map_err(unfit)?;
    let unfit = |faults: Diagnostics| {
        Error::input(format!("the tasks of {} have faults", source.origin))
            .because(&faults)
            .hint(format!(
                "bigiron check {system} shows them with their places"
            ))
    };
    TaskSuite::load_among(&Arc::new(loaded), source.files.clone(), &other).map_err(unfit)
}

/// Another system that a task is worked in, if it can be loaded.
pub fn other(name: &str) -> Option<Arc<System>> {
    let source = systems::find(name).ok()?;
    let system = System::load(source.files, &source.name).ok()?;
    Some(Arc::new(system))
}

/// The tasks of these systems as environments of the gym; without any name, those of every system known here.
pub fn registry(systems: &[String]) -> Result<Registry, Error> {
    let all;
    let systems = match systems {
        [] => {
            all = Vec::from_iter(systems::names());
            &all
        }
        named => named,
    };
    let courses = systems.iter().map(|system| load(system));
    Ok(Registry::new(courses.collect::<Result<Vec<_>, _>>()?))
}

/// The region that a session of this setup is opened in, and the start of its task, if it has one.
pub fn region(course: &TaskSuite, setup: &Setup) -> Result<(Region, Option<Arc<Start>>), Error> {
    course
        .open(setup)
        .map_err(|cause| Error::usage("the session cannot begin").because(&cause))
}

/// The region that a recorded session was opened in, of the system of this name or path, and the start of its task, if it has one.
/// A session at a second system of a task names the task as `SYSTEM/TASK`, by the task's own system.
pub fn recorded(wanted: &str, setup: &Setup) -> Result<(Region, Option<Arc<Start>>), Error> {
    let Some((own, task)) = setup.task.as_deref().and_then(|task| task.split_once('/')) else {
        return match &setup.task {
            Some(_) => region(&load(wanted)?, setup),
            None => Ok((Region::new(&opening::system(wanted)?, setup.seed), None)),
        };
    };
    let start = load(own)?.start(task, setup.seed);
    let start = start.map_err(opening::unstarted)?;
    let regions = start.regions().iter();
    let name = systems::find(wanted)?.name;
    let region = regions
        .skip(1)
        .find(|region| region.system().id == name)
        .cloned();
    match region {
        Some(region) => Ok((region, Some(Arc::new(start)))),
        None => Err(Error::input(format!(
            "the task {own}/{task} is not worked in {name}"
        ))),
    }
}

/// The courses that tasks named by themselves, or as `SYSTEM/TASK`, belong to, with the tasks' names; without any name all
/// tasks of one system, or of every system known here that has any.
pub fn choose(
    system: Option<&str>,
    names: &[String],
) -> Result<Vec<(TaskSuite, Vec<String>)>, Error> {
    let mut courses = Vec::new();
    match system {
        Some(system) => courses.push((system.to_owned(), load(system)?)),
        None => {
            for name in known(names) {
                let course = load(&name)?;
                if !course.tasks.is_empty() {
                    courses.push((name, course));
                }
            }
        }
    }
    let mut chosen: Vec<(TaskSuite, Vec<String>)> = Vec::new();
    for (system, course) in &courses {
        let own = |task: &str| format!("{system}/{task}");
        let wanted = |task: &str| {
            names.is_empty() || names.iter().any(|name| name == task || *name == own(task))
        };
        let tasks = course.tasks.iter().map(|task| task.id.clone());
        let tasks: Vec<String> = tasks.filter(|task| wanted(task)).collect();
        if !tasks.is_empty() {
            chosen.push((course.clone(), tasks));
        }
    }
    let all = || {
        courses
            .iter()
            .flat_map(|(_, course)| course.tasks.iter().map(|task| task.id.as_str()))
    };
    for name in names {
        let bare = name.rsplit('/').next().unwrap_or(name);
        if !all().any(|task| task == bare) {
            let error = Error::input(format!("no task is called {name}"));
            return Err(match near(bare, all()) {
                Some(near) => error.hint(format!("did you mean {near}?")),
                None => error.hint("bigiron list tasks names them"),
            });
        }
    }
    Ok(chosen)
}

/// The systems to look at: those that the names name if all do, else every one.
fn known(names: &[String]) -> Vec<String> {
    let prefixes: Option<Vec<String>> = names
        .iter()
        .map(|name| Some(name.rsplit_once('/')?.0.to_owned()))
        .collect();
    match prefixes {
        Some(mut prefixes) if !prefixes.is_empty() => {
            prefixes.sort();
            prefixes.dedup();
            prefixes
        }
        _ => systems::names().into_iter().collect(),
    }
}
