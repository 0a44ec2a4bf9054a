//! `bigiron regrade`: what does an old run come to by today's grader?

use std::io::Write;

use super::args::RegradeArgs;
use super::{Error, Outcome, courses, recordings};
use crate::doors::turn::Ended;
use crate::recording::verify::execute;
use crate::recording::{Recording, What};
use crate::task::grade::{Ending, Grade};
use crate::task::start::Start;

/// Executes the recording again and grades where it ends.
pub fn run(args: RegradeArgs) -> Result<Outcome, Error> {
    let (recording, _) = recordings::read(&args.file)?;
    let name = args.file.display();
    let Some(origin) = &recording.header.system else {
        return Err(Error::input(format!(
            "{name} is of a foreign host, which no task is about"
        )));
    };
    let course = courses::load(args.system.as_deref().unwrap_or(&origin.id))?;
    let mut setup = recording.header.setup.clone();
    setup.task = args.task.or(setup.task);
    let (region, start) = courses::region(&course, &setup)?;
    let Some(start) = start else {
        return Err(Error::input(format!("{name} was not made at a task")).hint("--task names one"));
    };
    let answer = args.answer.or_else(|| answer(&recording));
    let (report, host, now) = execute(&recording, &region);
    let ending = match &report.divergence {
        Some(divergence) => {
            Ending::EnvironmentFault(format!("the recording diverges at {divergence}"))
        }
        None => ending(&recording, &start, now),
    };
    let grade = start.grade_host(&host, now, answer.as_deref(), &ending);
    write(&grade, args.json)?;
    Ok(match grade.solved() {
        true => Outcome::Done,
        false => Outcome::NotSo,
    })
}

/// What the recording says was reported.
fn answer(recording: &Recording) -> Option<String> {
    recording
        .events
        .iter()
        .rev()
        .find_map(|event| match &event.what {
            What::Answer(answer) => Some(answer.clone()),
            _ => None,
        })
        .flatten()
}

/// Whether the run kept to its budget, as far as keys are known.
fn ending(recording: &Recording, start: &Start, now: u64) -> Ending {
    let keys = recording.events.iter().map(|event| match &event.what {
        What::Keys(keys) => keys.len(),
        _ => 0,
    });
    let budget = start.task().budget;
    let ended_spent = recording.events.iter().any(
        |event| matches!(&event.what, What::End(reason) if reason == Ended::BudgetSpent.reason()),
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
