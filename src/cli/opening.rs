//! From the session options of the command line to setups, opened regions and recordings.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{ClockArg, SessionOptions};
use super::{Error, suites, systems};
use crate::doors::session::recorder::Recorder;
use crate::doors::session::served_system::{Opening, ServedSystem};
use crate::doors::session::service::RecorderFactory;
use bigiron_sim::host::Warts;
use bigiron_sim::recording::{RecordingHeader, SystemVersion, Writer};
use bigiron_sim::session::{ClockMode, Setup};
use bigiron_sim::system::model::System;
use bigiron_sim::system::wart::Wart;
use bigiron_sim::task::model::TaskSuite;
use bigiron_sim::task::start::Start;
use tn3270::terminal::{Model, TerminalOptions};

/// Finds a system and loads it; with its tasks only if one is named, which it must have.
pub fn served_system(wanted: &str, task: Option<&str>) -> Result<ServedSystem, Error> {
    let Some(task) = task else {
        return Ok(ServedSystem::new(&systems::load(wanted)?));
    };
    let suite = suites::load(wanted)?;
    match suite.task(task) {
        Some(_) => Ok(suite.into()),
        None => {
            let known = suite.tasks.iter().map(|task| task.id.as_str());
            Err(Error::input(format!("{wanted} has no task {task}"))
                .near(task, known)
                .hint("bigiron list tasks names them"))
        }
    }
}

/// The setup of sessions of these systems. Fails if the options switch on a wart that none of them declares.
pub(super) fn setup<'s>(
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

/// The warts, as `SYSTEM.WART`, of every system that a selection names in that form.
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

/// The header of a recording that masks nothing.
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

/// Begins a recording in a file that must not exist.
pub fn record(path: &Path, header: &RecordingHeader) -> io::Result<Writer<File>> {
    // A fork of the session reads it again.
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(path)?;
    Ok(Writer::new(file, header))
}

/// As [`record`], with the path in the error.
pub(super) fn recorder(path: &Path, header: &RecordingHeader) -> Result<Writer<File>, Error> {
    record(path, header).map_err(|cause| Error::cannot_record(path, &cause))
}

/// The region, or for a task its start with the regions of all its systems, that a session of this setup opens in.
pub(super) fn opening(suite: &TaskSuite, setup: &Setup) -> Result<Opening, Error> {
    let (region, start) = suites::region(suite, setup)?;
    Ok(Opening { region, start })
}

/// Begins the recordings that the options ask for: `FILE`, and `FILE-SYSTEM` (before the extension) for each further system of the
/// task. None of the files may exist.
pub(super) fn recorders(
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
        let header = header_for(options, system, door, &setup);
        Ok(Box::new(recorder(&path, &header)?) as Box<dyn Recorder>)
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

/// Begins the recordings of a run at a task: `PATH.jsonl`, and `PATH-SYSTEM.jsonl` for each further system of the task. Existing
/// files are overwritten.
pub(super) fn record_run(
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
        let cannot = |cause| Error::cannot_record(&path, &cause);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(cannot)?;
        }
        let file = File::create(&path).map_err(cannot)?;
        let setup = start.setup(n, seed, warts);
        let writer = Writer::new(file, &header(system, door, &setup));
        recordings.push((path, writer));
    }
    Ok(recordings)
}

/// The header of a recording that masks the contents of hidden fields, unless the options say otherwise.
pub(super) fn header_for(
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

/// Makes the recorders of a server: one file for each session in the folder that the options name, or none.
pub(super) fn recorder_factory(options: &SessionOptions) -> Result<RecorderFactory, Error> {
    let Some(folder) = options.record.clone() else {
        return Ok(Arc::new(|_, _, _, _| Ok(Box::new(()) as Box<dyn Recorder>)));
    };
    fs::create_dir_all(&folder).map_err(|cause| {
        Error::input(format!("cannot record into {}", folder.display())).because(&cause)
    })?;
    let options = options.clone();
    Ok(Arc::new(move |system, door, number, setup| {
        let header = header_for(&options, system, door.name(), setup);
        let name = format!("{}-{}-{number:06}.jsonl", system.id, door.name());
        let writer = record(&folder.join(&name), &header).map_err(|error| {
            io::Error::new(error.kind(), format!("cannot record to {name}: {error}"))
        })?;
        Ok(Box::new(writer) as Box<dyn Recorder>)
    }))
}
