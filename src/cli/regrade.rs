//! `bigiron regrade`: what does an old run come to by today's grader?

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use super::args::RegradeArgs;
use super::{CommandOutcome, Error, recordings, suites};
use crate::doors::session::outcome::Ended;
use bigiron_sim::host::{Host, Millis};
use bigiron_sim::recording::verify::execute;
use bigiron_sim::recording::{EventKind, Recording};
use bigiron_sim::task::ending::Ending;
use bigiron_sim::task::grade::Grade;
use bigiron_sim::task::start::Start;

/// Executes the recordings of a run again, one for each of its systems, and grades where they end.
pub fn run(args: RegradeArgs) -> Result<CommandOutcome, Error> {
    let mut runs = Vec::new();
    for file in &args.files {
        runs.push(Rerun::of(
            file,
            args.system.as_deref(),
            args.task.as_deref(),
        )?);
    }
    // The task is of the system whose recording names it plainly.
    runs.sort_by_key(|run| run.place);
    let Some(first) = runs.first() else {
        return Err(Error::usage("no recording is named"));
    };
    let answer = args.answer.or_else(|| runs.iter().find_map(Rerun::answer));
    let now = runs.iter().map(|run| run.now).max().unwrap_or(0);
    let mut hosts: Vec<&Host> = Vec::new();
    for (n, region) in first.start.regions().iter().enumerate() {
        let run = runs.iter().find(|run| run.place == n);
        let run = run.ok_or_else(|| {
            let system = &region.system().id;
            Error::input(format!(
                "the recording of the session in {system} is missing"
            ))
            .hint("name the recordings of all sessions of the run")
        })?;
        hosts.push(&run.host);
    }
    let diverged = runs.iter().find_map(|run| run.diverged.clone());
    let ending = match diverged {
        Some(at) => Ending::EnvironmentFault(format!("the recording diverges at {at}")),
        None => ending(&runs, &first.start, now),
    };
    let grade = first
        .start
        .grade_hosts(&hosts, now, answer.as_deref(), &ending);
    write(&grade, args.json)?;
    Ok(match grade.solved() {
        true => CommandOutcome::Done,
        false => CommandOutcome::NotSo,
    })
}

/// A recording that was executed again.
struct Rerun {
    recording: Recording,
    start: Arc<Start>,
    /// Which of the task's systems it was in.
    place: usize,
    host: Host,
    now: Millis,
    /// Where it is not what was recorded.
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
        let place = start.task().systems().position(|system| system == id);
        Ok(Rerun {
            place: place.unwrap_or(0),
            diverged: report.divergence.map(|divergence| divergence.to_string()),
            recording,
            start,
            host,
            now,
        })
    }

    /// What the recording says was reported.
    fn answer(&self) -> Option<String> {
        let mut events = self.recording.events.iter().rev();
        let found = events.find_map(|event| match &event.kind {
            EventKind::Answer(answer) => Some(answer.clone()),
            _ => None,
        });
        found.flatten()
    }
}

/// Whether the run kept to its budget, as far as keys are known.
fn ending(runs: &[Rerun], start: &Start, now: Millis) -> Ending {
    let events = || runs.iter().flat_map(|run| &run.recording.events);
    let keys = events().map(|event| match &event.kind {
        EventKind::Keys(keys) => keys.len(),
        _ => 0,
    });
    let budget = start.task().budget;
    let ended_spent = events().any(
        |event| matches!(&event.kind, EventKind::End(reason) if reason == Ended::BudgetSpent.reason()),
    );
    let is_over = keys.sum::<usize>() > budget.keys as usize || now > budget.time;
    match ended_spent || is_over {
        true => Ending::BudgetSpent,
        false => Ending::Done,
    }
}

fn write(grade: &Grade, as_json: bool) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    match as_json {
        true => writeln!(out, "{}", serde_json::to_string(grade).unwrap_or_default())?,
        false => write!(out, "{grade}")?,
    }
    Ok(())
}
