//! `bigiron prove`: can the tasks be solved, and only by doing them?

use std::io::{self, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use super::args::ProveArgs;
use super::courses::{self, Course};
use super::{Error, Outcome, opening};
use crate::host::Warts;
use crate::session::Log;
use crate::task::grade;
use crate::task::model::Task;
use crate::task::prove::{Policy, Trial, trial};
use crate::task::report::Report;
use crate::task::start::{Start, StartError};

/// Proves the tasks that were named, or all.
pub fn run(args: ProveArgs) -> Result<Outcome, Error> {
    let chosen = courses::choose(args.system.as_deref(), &args.tasks)?;
    let mut report = Report {
        seeds: (args.first_seed..args.first_seed.saturating_add(args.seeds)).collect(),
        ..Report::default()
    };
    for (course, tasks) in &chosen {
        for id in tasks {
            let Some(task) = course.task(id) else {
                continue;
            };
            prove(course, task, &mut report)?;
        }
    }
    match args.json {
        true => writeln!(
            io::stdout(),
            "{}",
            serde_json::to_string(&report).unwrap_or_default()
        )?,
        false => write!(io::stdout(), "{report}")?,
    }
    for violation in &report.violations {
        let shows = |set: &Warts| set.to_string() == violation.warts;
        let its = |course: &Course| course.region.system().id == violation.system;
        for (course, _) in chosen.iter().filter(|(course, _)| its(course)) {
            let task = course.task(&violation.task);
            let warts = task.and_then(|task| task.warts.iter().find(|set| shows(set)));
            if let (Some(task), Some(warts)) = (task, warts) {
                let (policy, seed) = (violation.policy, violation.seed);
                record(course, task, warts, policy, seed, &args.record)?;
            }
        }
    }
    for policy in args.keep.iter().filter_map(|name| Policy::named(name)) {
        for (course, tasks) in &chosen {
            for task in tasks.iter().filter_map(|id| course.task(id)) {
                for warts in &task.warts {
                    record(course, task, warts, policy, args.first_seed, &args.record)?;
                }
            }
        }
    }
    Ok(if report.is_proven() {
        Outcome::Done
    } else {
        Outcome::NotSo
    })
}

/// Records a run, in a file for each of the task's systems. A policy that has no meaning for the task leaves none.
fn record(
    course: &Course,
    task: &Task,
    warts: &Warts,
    policy: Policy,
    seed: u64,
    folder: &Path,
) -> Result<(), Error> {
    let name = format!("{}-{warts}-{}-{seed}", task.id, policy.name());
    let start = Start::new(&course.region, task, seed);
    let start = Arc::new(start.map_err(opening::unstarted)?);
    let mut recordings = opening::record_run(&start, "prove", &folder.join(name), seed, warts)?;
    let told = {
        let mut logs = recordings.iter_mut().map(|(_, writer)| writer);
        let log = |_| -> Box<dyn Log + '_> {
            match logs.next() {
                Some(writer) => Box::new(writer),
                None => Box::new(()),
            }
        };
        trial(course, &start, seed, warts, policy, log)
    };
    let told = told.ok().flatten();
    for (n, (path, mut writer)) in recordings.into_iter().enumerate() {
        let Some(told) = &told else {
            std::fs::remove_file(&path)?;
            continue;
        };
        if n == 0 && told.grade.outcome != grade::Outcome::BudgetSpent {
            writer.answer(told.time, told.answer.as_deref());
        }
        writer.end(told.time, "proved");
        eprintln!("recorded: {}", path.display());
    }
    Ok(())
}

/// The runs of all policies at a task with one of its wart sets and one seed.
struct Job {
    set: usize,
    seed: u64,
}

fn prove(course: &Course, task: &Task, report: &mut Report) -> Result<(), Error> {
    let sets = 0..task.warts.len();
    let jobs = sets.flat_map(|set| report.seeds.iter().map(move |&seed| Job { set, seed }));
    let jobs: Vec<Job> = jobs.collect();
    let mut done = in_parallel(course, task, &jobs);
    done.sort_by_key(|(at, _)| *at);
    let mut trials: Vec<Vec<Trial>> = task.warts.iter().map(|_| Vec::new()).collect();
    for (at, result) in done {
        let Some(job) = jobs.get(at) else { continue };
        let made = result.map_err(|cause| {
            let (task, seed) = (&task.id, job.seed);
            Error::input(format!("task {task} cannot begin with seed {seed}")).because(&cause)
        })?;
        if let Some(set) = trials.get_mut(job.set) {
            set.extend(made);
        }
    }
    for (set, trials) in trials.iter().enumerate() {
        report.add(&course.region.system().id, task, set, trials);
    }
    Ok(())
}

/// What came of a job, by its index.
type Done = (usize, Result<Vec<Trial>, StartError>);

fn in_parallel(course: &Course, task: &Task, jobs: &[Job]) -> Vec<Done> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(job) = jobs.get(at) else { break };
                    let result = all(course, task, job);
                    if let Ok(mut done) = done.lock() {
                        done.push((at, result));
                    }
                }
            });
        }
    });
    done.into_inner().unwrap_or_default()
}

/// Every policy, from one start.
fn all(course: &Course, task: &Task, job: &Job) -> Result<Vec<Trial>, StartError> {
    let Some(warts) = task.warts.get(job.set) else {
        return Ok(Vec::new());
    };
    let start = Arc::new(Start::new(&course.region, task, job.seed)?);
    let mut trials = Vec::new();
    for policy in Policy::ALL {
        trials.extend(trial(course, &start, job.seed, warts, policy, |_| ())?);
    }
    Ok(trials)
}
