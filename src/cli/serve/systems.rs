//! The systems of `bigiron serve`, and the tasks and logons that must fit them.

use crate::cli::args::ServeArgs;
use crate::cli::{Error, suites};
use crate::doors::session::logon::Logon;
use crate::doors::session::served_system::ServedSystem;
use bigiron_sim::session::Setup;

/// The systems of these names, with their tasks.
pub(super) fn load(names: &[String]) -> Result<Vec<ServedSystem>, Error> {
    let mut systems: Vec<ServedSystem> = Vec::new();
    for name in names {
        let system = ServedSystem::from(suites::load(name)?);
        let id = &system.system().id;
        if systems.iter().any(|other| other.system().id == *id) {
            return Err(Error::usage(format!("{id} is given twice")));
        }
        systems.push(system);
    }
    Ok(systems)
}

/// Fails if `--task` names no task of the one system that is served, or any logon leads nowhere.
pub(super) fn check<'l>(
    systems: &[ServedSystem],
    args: &ServeArgs,
    logons: impl IntoIterator<Item = &'l Logon>,
) -> Result<(), Error> {
    let task = args.options.task.as_deref();
    if let (Some(system), Some(task)) = (systems.first(), task) {
        check_task(system, task)?;
    }
    logons
        .into_iter()
        .try_for_each(|logon| check_logon(logon, systems))
}

fn check_task(system: &ServedSystem, task: &str) -> Result<(), Error> {
    let ids = || system.tasks().iter().map(|task| task.id.as_str());
    match ids().any(|known| known == task) {
        true => Ok(()),
        false => Err(
            Error::input(format!("{} has no task {task}", system.system().id))
                .near(task, ids())
                .hint("bigiron list tasks names them"),
        ),
    }
}

fn check_logon(logon: &Logon, systems: &[ServedSystem]) -> Result<(), Error> {
    let Some(system) = system_of(logon, systems)? else {
        return match logon.task.is_some() || logon.warts.is_some() {
            true => Err(Error::usage(format!(
                "{logon}: a task and warts belong to one system, and several are served"
            ))),
            false => Ok(()),
        };
    };
    if let Some(task) = &logon.task {
        check_task(system, task)?;
    }
    logon
        .apply(&mut Setup::default(), system)
        .map_err(|cause| Error::usage(format!("{logon}")).because(&cause))
}

/// The system of a logon: the one that it names, or the only one. None if it leaves the choice to the client.
fn system_of<'s>(
    logon: &Logon,
    systems: &'s [ServedSystem],
) -> Result<Option<&'s ServedSystem>, Error> {
    let Some(name) = &logon.system else {
        return Ok(systems.first().filter(|_| systems.len() == 1));
    };
    let ids = || systems.iter().map(|system| system.system().id.as_str());
    let found = systems.iter().find(|system| system.system().id == *name);
    let unknown = || Error::usage(format!("{logon}: {name} is not served")).near(name, ids());
    found.ok_or_else(unknown).map(Some)
}
