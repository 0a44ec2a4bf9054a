//! From what the command line says of sessions to sessions: systems loaded, setups, recordings.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{ClockArg, SessionOptions};
use super::{Error, suites, systems};
use crate::doors::session::recorder::Recorder;
use crate::doors::session::served_system::{Opening, ServedSystem};
use bigiron_sim::host::Warts;
use bigiron_sim::recording::{RecordingHeader, SystemVersion, Writer};
use bigiron_sim::session::{ClockMode, Setup};
use bigiron_sim::system::model::System;
use bigiron_sim::system::wart::Wart;
use bigiron_sim::task::model::TaskSuite;
use bigiron_sim::task::start::{Start, StartError};
use tn3270::terminal::{Model, TerminalOptions};

/// Finds a system and loads it.
pub fn system(wanted: &str) -> Result<Arc<System>, Error> {
    let source = systems::find(wanted)?;
    match System::load(source.files, &source.name) {
        Ok(system) => Ok(Arc::new(system)),
        Err(faults) => Err(Error::input(format!(
            "{} has {} faults:\n{}",
            source.origin,
            faults.errors(),
            faults.render(&source.origin, false).trim_end()
        ))
        .hint(format!("bigiron check {wanted} tells of warnings too"))),
    }
}

/// Finds a system and loads it, with its tasks if one of them is asked for.
pub fn world(wanted: &str, task: Option<&str>) -> Result<ServedSystem, Error> {
    let Some(task) = task else {
        return Ok(ServedSystem::new(&system(wanted)?));
    };
    let course = suites::load(wanted)?;
    match course.task(task) {
        Some(_) => Ok(course.into()),
        None => {
            let known = course.tasks.iter().map(|task| task.id.as_str());
            Err(Error::input(format!("{wanted} has no task {task}"))
                .near(task, known)
                .hint("bigiron list tasks names them"))
        }
    }
}

/// A task that has no start with the seed that is asked for.
pub fn unstarted(cause: StartError) -> Error {
    Error::input("the task cannot begin").because(&cause)
}

/// How sessions of these systems are set up that are opened with these options.
pub fn setup<'s>(
    options: &SessionOptions,
    default_clock: ClockArg,
    systems: impl IntoIterator<Item = &'s Arc<System>>,
) -> Result<Setup, Error> {
    let warts = systems.into_iter().flat_map(|system| &system.warts);
    let mut declared: Vec<String> = warts.map(|wart| wart.name.clone()).collect();
    let warts = match &options.warts {
        None => Warts::None,
        Some(text) => text
            .parse::<Warts>()
            .and_then(|warts| {
                declared.extend(of_others(&warts));
                let declared: Vec<&str> = declared.iter().map(String::as_str).collect();
                warts.check(&declared).map(|()| warts)
            })
            .map_err(|cause| Error::usage(format!("--warts {text}")).because(&cause))?,
    };
    Ok(Setup {
        seed: options.seed,
        warts,
        task: options.task.clone(),
        clock: match options.clock.unwrap_or(default_clock) {
            ClockArg::Live => ClockMode::Live,
            ClockArg::Turn => ClockMode::Turn,
        },
        terminal: TerminalOptions {
            model: Model::from_number(options.model).unwrap_or_default(),
            ..TerminalOptions::default()
        },
    })
}

/// The warts of the systems that a selection names as `SYSTEM.WART`, written so.
fn of_others(warts: &Warts) -> Vec<String> {
    let systems: BTreeSet<&str> = match warts {
        Warts::Named(names) => names
            .iter()
            .filter_map(|(name, _)| Some(name.split_once('.')?.0))
            .collect(),
        Warts::None | Warts::All => BTreeSet::new(),
    };
    let systems = systems.into_iter().filter_map(suites::other);
    systems
        .flat_map(|system| {
            let named = |wart: &Wart| format!("{}.{}", system.id, wart.name);
            system.warts.iter().map(named).collect::<Vec<_>>()
        })
        .collect()
}

/// The header of a recording that holds all there is.
pub fn header(system: &System, door: &str, setup: &Setup) -> RecordingHeader {
    RecordingHeader {
        system: Some(SystemVersion {
            id: system.id.clone(),
            digest: system.digest,
        }),
        title: system.title.clone(),
        door: door.to_owned(),
        setup: setup.clone(),
        masked: false,
    }
}

/// Begins a recording in a file that does not exist yet.
pub fn record(path: &Path, header: &RecordingHeader) -> io::Result<Writer<File>> {
    // It is read again when a session is forked.
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(path)?;
    Ok(Writer::new(file, header))
}

/// What a session of this setup is opened on; of a task in several systems, in all of them.
pub fn opening(course: &TaskSuite, setup: &Setup) -> Result<Opening, Error> {
    let (region, start) = suites::region(course, setup)?;
    Ok(Opening { region, start })
}

/// Begins the recordings that the options ask for: `FILE`, and for a task in several systems `FILE-SYSTEM` (before its ending) for
/// those besides its own. None of the files may be there.
pub fn recorders(
    options: &SessionOptions,
    opening: &Opening,
    door: &str,
    setup: &Setup,
) -> Result<Vec<Box<dyn Recorder>>, Error> {
    let Some(path) = &options.record else {
        return Ok(Vec::new());
    };
    let own = (path.clone(), opening.region.system(), setup.clone());
    let further = opening.further(setup).map(|(region, setup)| {
        let system = region.system();
        (beside(path, &system.id), system, setup)
    });
    let begin = |(path, system, setup): (PathBuf, &Arc<System>, Setup)| {
        let begun = record(&path, &header_for(options, system, door, &setup));
        let cannot =
            |cause| Error::input(format!("cannot record to {}", path.display())).because(&cause);
        Ok(Box::new(begun.map_err(cannot)?) as Box<dyn Recorder>)
    };
    std::iter::once(own).chain(further).map(begin).collect()
}

/// `run.jsonl` as `run-SYSTEM.jsonl`.
fn beside(path: &Path, system: &str) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{system}"));
    if let Some(ending) = path.extension() {
        name.push(".");
        name.push(ending);
    }
    path.with_file_name(name)
}

/// Begins the recordings of a run at a task, one for each of its systems: `PATH.jsonl`, and `PATH-SYSTEM.jsonl` for those besides
/// its own. Files that are there are written anew.
pub fn record_run(
    start: &Start,
    door: &str,
    path: &Path,
    seed: u64,
    warts: &Warts,
) -> Result<Vec<(PathBuf, Writer<File>)>, Error> {
    let mut recordings = Vec::new();
    for (n, region) in start.regions().iter().enumerate() {
        let system = region.system();
        let mut name = path.as_os_str().to_owned();
        if n > 0 {
            name.push(format!("-{}", system.id));
        }
        name.push(".jsonl");
        let path = PathBuf::from(name);
        let cannot =
            |cause| Error::input(format!("cannot record to {}", path.display())).because(&cause);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(cannot)?;
        }
        let file = File::create(&path).map_err(cannot)?;
        let setup = start.setup(n, seed, warts);
        let writer = Writer::new(file, &header(system, door, &setup));
        recordings.push((path, writer));
    }
    Ok(recordings)
}

/// The header of a recording of somebody's session: what stands in hidden fields is masked unless the options say otherwise.
pub fn header_for(
    options: &SessionOptions,
    system: &System,
    door: &str,
    setup: &Setup,
) -> RecordingHeader {
    RecordingHeader {
        masked: !options.record_hidden,
        ..header(system, door, setup)
    }
}
