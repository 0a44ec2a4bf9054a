//! `bigiron regrade`: grades recorded runs with the current grader.

use std::io::{Write, stdout};
use std::path::Path;
use std::sync::Arc;

use super::args::RegradeArgs;
use super::{CommandOutcome, Error, recordings, suites};
use bigiron_sim::host::{Host, Millis};
use bigiron_sim::recording::verify::execute;
use bigiron_sim::recording::{EventKind, Recording};
use bigiron_sim::task::ending::Ending;
use bigiron_sim::task::grade::Grade;
use bigiron_sim::task::start::Start;

/// Executes the recordings of a run again, one for each of its systems, and grades the state in which they end.
pub fn run(args: RegradeArgs) -> Result<CommandOutcome, Error> {
    let (system, task) = (args.system.as_deref(), args.task.as_deref());
    let runs = args.files.iter().map(|file| Rerun::of(file, system, task));
    let mut runs = runs.collect::<Result<Vec<_>, _>>()?;
    // The task belongs to its first system.
    runs.sort_by_key(|run| run.terminal);
    let Some(first) = runs.first() else {
        return Err(Error::usage("no recording is named"));
    };
    let answer = args.answer.or_else(|| runs.iter().find_map(Rerun::answer));
    let now = runs.iter().map(|run| run.now).max().unwrap_or(0);
    let hosts = hosts(&first.start, &runs)?;
    let ending = ending(&runs, &first.start, now);
    let grade = first
        .start
        .grade_hosts(&hosts, now, answer.as_deref(), &ending);
    print(&grade, args.json)?;
    Ok(match grade.solved() {
        true => CommandOutcome::Done,
        false => CommandOutcome::NotSo,
    })
}

/// A recording that was executed again.
struct Rerun {
    recording: Recording,
    start: Arc<Start>,
    /// The index of its system among those of the task.
    terminal: usize,
    host: Host,
    now: Millis,
    /// Where the execution differs from the recording.
    diverged: Option<String>,
}

impl Rerun {
    fn of(file: &Path, system: Option<&str>, task: Option<&str>) -> Result<Rerun, Error> {
        let (recording, _) = recordings::read(file)?;
        let name = file.display();
        let Some(origin) = &recording.header.system else {
            return Err(Error::input(format!(
                "{name} is of a foreign host, which no task is about"
            )));
        };
        let mut setup = recording.header.setup.clone();
        setup.task = task.map(str::to_owned).or(setup.task);
        let wanted = system.unwrap_or(&origin.id);
        let (region, start) = suites::recorded(wanted, &setup)?;
        let Some(start) = start else {
            return Err(
                Error::input(format!("{name} was not made at a task")).hint("--task names one")
            );
        };
        let (report, host, now) = execute(&recording, &region);
        let id = &region.system().id;
        let terminal = start.task().systems().position(|system| system == id);
        Ok(Rerun {
            terminal: terminal.unwrap_or(0),
            diverged: report.divergence.map(|divergence| divergence.to_string()),
            recording,
            start,
            host,
            now,
        })
    }

    /// The answer in the recording.
    fn answer(&self) -> Option<String> {
        let mut events = self.recording.events.iter().rev();
        let found = events.find_map(|event| match &event.kind {
            EventKind::Answer(answer) => Some(answer.clone()),
            _ => None,
        });
        found.flatten()
    }
}

/// The final hosts of the run, in the order of the task's systems.
fn hosts<'r>(start: &Start, runs: &'r [Rerun]) -> Result<Vec<&'r Host>, Error> {
    let regions = start.regions().iter().enumerate();
    let hosts = regions.map(|(n, region)| {
        let run = runs.iter().find(|run| run.terminal == n);
        run.map(|run| &run.host).ok_or_else(|| {
            let system = &region.system().id;
            Error::input(format!(
                "the recording of the session in {system} is missing"
            ))
            .hint("name the recordings of all sessions of the run")
        })
    });
    hosts.collect()
}

/// How the run ended: by a divergence, by its budget as far as keys are recorded, or by being done.
fn ending(runs: &[Rerun], start: &Start, now: Millis) -> Ending {
    if let Some(at) = runs.iter().find_map(|run| run.diverged.as_deref()) {
        return Ending::EnvironmentFault(format!("the recording diverges at {at}"));
    }
    let events = || runs.iter().flat_map(|run| &run.recording.events);
    let keys = events().map(|event| match &event.kind {
        EventKind::Keys(keys) => keys.len(),
        _ => 0,
    });
    let budget = start.task().budget;
    let is_over = keys.sum::<usize>() > budget.keys as usize || now > budget.time;
    let ended_spent = events().any(|event| match &event.kind {
        EventKind::End(reason) => Some(reason.as_str()) == Ending::BudgetSpent.reason(),
        _ => false,
    });
    match ended_spent || is_over {
        true => Ending::BudgetSpent,
        false => Ending::Done,
    }
}

fn print(grade: &Grade, as_json: bool) -> Result<(), Error> {
    match as_json {
        true => writeln!(
            stdout(),
            "{}",
            serde_json::to_string(grade).unwrap_or_default()
        )?,
        false => write!(stdout(), "{grade}")?,
    }
    Ok(())
}
