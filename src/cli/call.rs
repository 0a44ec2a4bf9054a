//! `bigiron call`: one piece of work, done by a playbook.

use std::io::{Write, stdout};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::args::{CallArgs, ClockArg};
use super::error::ErrorKind;
use super::{CommandOutcome, Error, opening, remote, session, suites};
use crate::doors::client::{BlockingClient, Remote};
use bigiron_sim::session::{Log, Session};
use bigiron_sim::system::picture::read_plain;
use bigiron_sim::system::value::{Date, Type, Value};
use bigiron_sim::task::attempt::Attempt;
use bigiron_sim::task::ending::Ending;
use bigiron_sim::task::model::TaskSuite;
use bigiron_sim::task::playbook::{Playbook, run as follow};
use bigiron_sim::task::start::Start;

/// Runs the playbook and prints its answer.
pub fn run(args: CallArgs) -> Result<CommandOutcome, Error> {
    match &args.host {
        Some(host) => on_host(&args, host),
        None => in_session(&args),
    }
}

/// Works in a session of this process.
fn in_session(args: &CallArgs) -> Result<CommandOutcome, Error> {
    let suite = suites::load(&args.session.system)?;
    let setup = opening::setup(&args.session.options, ClockArg::Turn, [suite.system()])?;
    let playbook = playbook(&suite, args.playbook.as_deref())?;
    let (region, start) = suites::region(&suite, &setup)?;
    let values = values(playbook, &args.values, start.as_deref())?;
    let header = opening::header(suite.system(), "call", &setup);
    let mut log: Box<dyn Log> = match &args.session.options.record {
        None => Box::new(()),
        Some(path) => Box::new(opening::recorder(path, &header)?),
    };
    let session = Session::open_in(&region, &setup, log.as_mut());
    // A playbook that is called has no budget.
    let mut attempt = Attempt::new(None, (session, log), []);
    report(playbook, follow(playbook, &values, &mut attempt))
}

/// Works on a foreign host, with a playbook of a system or from a file.
fn on_host(args: &CallArgs, host: &str) -> Result<CommandOutcome, Error> {
    let system = &args.session.system;
    let mut given = args.values.clone();
    if system.ends_with(".toml") {
        // Without a system, clap takes the first value for the playbook's name.
        given.splice(0..0, args.playbook.clone());
        return connected(args, host, &from_file(Path::new(system))?, &given);
    }
    let suite = suites::load(system)?;
    connected(
        args,
        host,
        playbook(&suite, args.playbook.as_deref())?,
        &given,
    )
}

/// Connects to the host and runs the playbook on it.
fn connected(
    args: &CallArgs,
    host: &str,
    playbook: &Playbook,
    given: &[String],
) -> Result<CommandOutcome, Error> {
    if playbook.systems.len() > 1 {
        let what = format!("{} is worked at several systems", playbook.id);
        return Err(Error::usage(what).hint("--host is one host"));
    }
    let values = values(playbook, given, None)?;
    let options = &args.session.options;
    let host = remote::host(host, &args.line)?;
    let config = remote::config(&args.line, options.model, None)?;
    let log = remote::recorder(options.record.as_deref(), "call", &host, config.terminal)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let patience = Duration::from_secs(args.patience);
    let client = BlockingClient::reach(Remote::new(config, log), &host, runtime, patience);
    let mut client =
        client.map_err(|why| Error::new(ErrorKind::Machine, format!("{host}: {why}")))?;
    let (answer, ending) = follow(playbook, &values, &mut client);
    let reason = match ending {
        Ending::Done | Ending::AgentFault(_) => "quit",
        Ending::BudgetSpent | Ending::EnvironmentFault(_) => "disconnected",
    };
    session::whole(client.leave(reason).take_log_error())?;
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
                writeln!(stdout(), "{answer}")?;
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
fn playbook<'s>(suite: &'s TaskSuite, name: Option<&str>) -> Result<&'s Playbook, Error> {
    let known = suite.playbooks.iter().map(|playbook| playbook.id.as_str());
    let Some(name) = name else {
        let known = known.collect::<Vec<_>>().join(", ");
        let hint = format!("{} has {known}", suite.system().id);
        return Err(Error::usage("a playbook is wanted").hint(hint));
    };
    suite
        .playbook(name)
        .ok_or_else(|| Error::input(format!("no playbook is called {name}")).near(name, known))
}

/// Loads a playbook that belongs to no system.
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

/// The current day, in UTC.
fn today() -> Date {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let days = since.map_or(0, |since| since.as_secs() / 86_400);
    Date(i32::try_from(days).unwrap_or(0))
}

/// The values that the playbook takes, in its order: from `NAME=VALUE`, else from the goal of the task.
fn values(
    playbook: &Playbook,
    given: &[String],
    start: Option<&Start>,
) -> Result<Vec<Value>, Error> {
    let pairs: Vec<(&str, &str)> = given
        .iter()
        .map(|pair| named(playbook, pair))
        .collect::<Result<_, _>>()?;
    let takes = playbook.takes.iter();
    takes
        .map(|(name, of)| value(playbook, name, of, &pairs, start))
        .collect()
}

/// Splits `NAME=VALUE` at a name that the playbook takes.
fn named<'g>(playbook: &Playbook, given: &'g str) -> Result<(&'g str, &'g str), Error> {
    let takes = || playbook.takes.iter().map(|(name, _)| name.as_str());
    let pair = given.split_once('=');
    if let Some((name, value)) = pair
        && takes().any(|taken| taken == name)
    {
        return Ok((name, value));
    }
    let name = pair.map_or(given, |(name, _)| name);
    let wanted: Vec<String> = takes().map(|name| format!("{name}=…")).collect();
    Err(Error::usage(format!("{} takes no {given}", playbook.id))
        .near(name, takes())
        .hint(format!("it takes {}", wanted.join(" "))))
}

/// One value that the playbook takes.
fn value(
    playbook: &Playbook,
    name: &str,
    of: &Type,
    given: &[(&str, &str)],
    start: Option<&Start>,
) -> Result<Value, Error> {
    if let Some((_, text)) = given.iter().find(|(given, _)| *given == name) {
        return read_plain(text, of)
            .ok_or_else(|| Error::usage(format!("{name}: `{text}` is no {of}")));
    }
    let of_task = start.and_then(|start| start.value(name));
    let of_task = of_task.filter(|value| value.of() == *of);
    of_task
        .cloned()
        .ok_or_else(|| Error::usage(format!("{} wants {name}=… ({of})", playbook.id)))
}
