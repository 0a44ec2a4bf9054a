//! `bigiron call`: one piece of work, done by a playbook.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::args::{CallArgs, ClockArg};
use super::error::ErrorKind;
use super::suites::{self, TaskSuite};
use super::{CommandOutcome, Error, connect, opening};
use crate::doors::client::{BlockingClient, Remote};
use bigiron_sim::session::{Log, Session};
use bigiron_sim::system::picture::read_plain;
use bigiron_sim::system::value::{Date, Value};
use bigiron_sim::task::attempt::Attempt;
use bigiron_sim::task::ending::Ending;
use bigiron_sim::task::playbook::{Playbook, run as follow};
use bigiron_sim::task::start::Start;

/// Runs the playbook and prints its answer.
pub fn run(args: CallArgs) -> Result<CommandOutcome, Error> {
    match &args.host {
        Some(host) => abroad(&args, host),
        None => here(&args),
    }
}

/// In a session of our own.
fn here(args: &CallArgs) -> Result<CommandOutcome, Error> {
    let course = suites::load(&args.session.system)?;
    let setup = opening::setup(&args.session.options, ClockArg::Turn, [course.system()])?;
    let playbook = playbook(&course, args.playbook.as_deref())?;
    let (region, start) = suites::region(&course, &setup)?;
    let values = values(playbook, &args.values, start.as_deref())?;
    let mut log: Box<dyn Log> = match &args.session.options.record {
        None => Box::new(()),
        Some(path) => {
            let begun = opening::record(path, &opening::header(course.system(), "call", &setup));
            let cannot = |cause| {
                Error::input(format!("cannot record to {}", path.display())).because(&cause)
            };
            Box::new(begun.map_err(cannot)?)
        }
    };
    let session = Session::open_in(&region, &setup, log.as_mut());
    // A playbook that is called has no budget.
    let mut attempt = Attempt::new(None, (session, log), []);
    report(playbook, follow(playbook, &values, &mut attempt))
}

/// On a foreign host.
fn abroad(args: &CallArgs, host: &str) -> Result<CommandOutcome, Error> {
    let (system, options) = (&args.session.system, &args.session.options);
    let course;
    let file;
    let mut given = args.values.clone();
    let playbook = if system.ends_with(".toml") {
        given.splice(0..0, args.playbook.clone());
        file = from_file(Path::new(system))?;
        &file
    } else {
        course = suites::load(system)?;
        playbook(&course, args.playbook.as_deref())?
    };
    if playbook.systems.len() > 1 {
        let what = format!("{} is worked at several systems", playbook.id);
        return Err(Error::usage(what).hint("--host is one host"));
    }
    let values = values(playbook, &given, None)?;
    let host = connect::host(host, &args.line)?;
    let config = connect::config(&args.line, options.model, None)?;
    let log = connect::record(options.record.as_deref(), "call", &host, config.terminal)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let patience = Duration::from_secs(args.patience);
    let hands = BlockingClient::reach(Remote::new(config, log), &host, runtime, patience);
    let mut hands =
        hands.map_err(|why| Error::new(ErrorKind::Machine, format!("{host}: {why}")))?;
    let (answer, ending) = follow(playbook, &values, &mut hands);
    let reason = match ending {
        Ending::Done | Ending::AgentFault(_) => "quit",
        Ending::BudgetSpent | Ending::EnvironmentFault(_) => "disconnected",
    };
    connect::recorded(&mut hands.leave(reason))?;
    report(playbook, (answer, ending))
}

/// Prints the answer, or why there is none.
fn report(
    playbook: &Playbook,
    (answer, ending): (Option<String>, Ending),
) -> Result<CommandOutcome, Error> {
    match ending {
        Ending::Done => {
            if let Some(answer) = answer {
                writeln!(std::io::stdout(), "{answer}")?;
            }
            Ok(CommandOutcome::Done)
        }
        Ending::AgentFault(why) | Ending::EnvironmentFault(why) => {
            eprintln!("{} gave up: {why}", playbook.id);
            Ok(CommandOutcome::NotSo)
        }
        Ending::BudgetSpent => Ok(CommandOutcome::NotSo),
    }
}

/// The playbook of this name.
fn playbook<'c>(course: &'c TaskSuite, name: Option<&str>) -> Result<&'c Playbook, Error> {
    let known = course.playbooks.iter().map(|playbook| playbook.id.as_str());
    let Some(name) = name else {
        let known = known.collect::<Vec<_>>().join(", ");
        let hint = format!("{} has {known}", course.system().id);
        return Err(Error::usage("a playbook is wanted").hint(hint));
    };
    course
        .playbook(name)
        .ok_or_else(|| Error::input(format!("no playbook is called {name}")).near(name, known))
}

/// A playbook that is of no system, from its own file.
fn from_file(path: &Path) -> Result<Playbook, Error> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|cause| Error::input(format!("cannot read {shown}")).because(&cause))?;
    let id = path.file_stem().unwrap_or_default().to_string_lossy();
    Playbook::load(&id, text, today()).map_err(|faults| {
        Error::input(format!(
            "{shown} has faults:\n{}",
            faults.render(&shown.to_string(), false).trim_end()
        ))
    })
}

/// The day it is, in UTC.
fn today() -> Date {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let days = since.map_or(0, |since| since.as_secs() / 86_400);
    Date(i32::try_from(days).unwrap_or(0))
}

/// What the playbook takes, in its order, out of `NAME=VALUE`; what is not given, as the goal of the task tells it.
fn values(
    playbook: &Playbook,
    given: &[String],
    start: Option<&Start>,
) -> Result<Vec<Value>, Error> {
    let named: Vec<(&str, &str)> = given
        .iter()
        .filter_map(|value| value.split_once('='))
        .collect();
    let takes = || playbook.takes.iter().map(|(name, _)| name.as_str());
    for value in given {
        let name = value
            .split_once('=')
            .map_or(value.as_str(), |(name, _)| name);
        if !takes().any(|taken| taken == name) || !value.contains('=') {
            return Err(Error::usage(format!("{} takes no {value}", playbook.id))
                .near(name, takes())
                .hint(format!(
                    "it takes {}",
                    takes()
                        .map(|name| format!("{name}=…"))
                        .collect::<Vec<_>>()
                        .join(" ")
                )));
        }
    }
    let read = |(name, of): &(String, bigiron_sim::system::value::Type)| {
        let text = named
            .iter()
            .find(|(given, _)| given == name)
            .map(|(_, text)| *text);
        let told = || start?.value(name).filter(|value| value.of() == *of);
        match (text, told()) {
            (Some(text), _) => read_plain(text, of)
                .ok_or_else(|| Error::usage(format!("{name}: `{text}` is no {of}"))),
            (None, Some(value)) => Ok(value.clone()),
            (None, None) => Err(Error::usage(format!(
                "{} wants {name}=… ({of})",
                playbook.id
            ))),
        }
    };
    playbook.takes.iter().map(read).collect()
}
