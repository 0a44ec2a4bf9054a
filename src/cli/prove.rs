//! `bigiron prove`: can the tasks be solved, and only by doing them?

use std::io::{self, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use super::args::ProveArgs;
use super::suites::{self, TaskSuite};
use super::{CommandOutcome, Error, opening};
use bigiron_sim::host::Warts;
use bigiron_sim::session::Log;
use bigiron_sim::task::grade;
use bigiron_sim::task::model::Task;
use bigiron_sim::task::prove::{Policy, Trial, trial};
use bigiron_sim::task::report::ProofReport;
use bigiron_sim::task::start::{Start, StartError};

/// Proves the tasks that were named, or all.
pub fn run(args: ProveArgs) -> Result<CommandOutcome, Error> {
    let chosen = suites::choose(args.system.as_deref(), &args.tasks)?;
    let mut report = ProofReport {
        seeds: (args.first_seed..args.first_seed.saturating_add(args.seeds)).collect(),
        ..ProofReport::default()
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
        let its = |course: &TaskSuite| course.region.system().id == violation.system;
        for (course, _) in chosen.iter().filter(|(course, _)| its(course)) {
            let task = course.task(&violation.task);
            if let (Some(task), Ok(warts)) = (task, violation.warts.parse()) {
                let (policy, seed) = (violation.policy, violation.seed);
                record(course, task, &warts, policy, seed, &args.record)?;
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
        CommandOutcome::Done
    } else {
        CommandOutcome::NotSo
    })
}

/// Records a run, in a file for each of the task's systems. A policy that has no meaning for the task leaves none.
fn record(
    course: &TaskSuite,
    task: &Task,
    warts: &Warts,
    policy: Policy,
    seed: u64,
    folder: &Path,
) -> Result<(), Error> {
    let name = format!("{}-{warts}-{}-{seed}", task.id, policy.name());
    let start = Start::new(&course.region, task, seed);
    let start = Arc::new(start.map_err(suites::cannot_begin)?);
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

/// Warts that a task is proven with, and by whom.
struct Set {
    warts: Warts,
    policies: &'static [Policy],
}

/// The wart sets of a task, with which everybody tries; and with all the warts there are, the oracle alone.
fn sets(task: &Task) -> Vec<Set> {
    let own = task.warts.iter().cloned().map(|warts| Set {
        warts,
        policies: &Policy::ALL,
    });
    let all = Set {
        warts: Warts::All,
        policies: &[Policy::Oracle],
    };
    own.chain([all]).collect()
}

/// The runs at a task with one of its sets and one seed.
struct Job {
    set: usize,
    seed: u64,
}

fn prove(course: &TaskSuite, task: &Task, report: &mut ProofReport) -> Result<(), Error> {
    let sets = sets(task);
    let places = 0..sets.len();
    let jobs = places.flat_map(|set| report.seeds.iter().map(move |&seed| Job { set, seed }));
    let jobs: Vec<Job> = jobs.collect();
    let mut done = in_parallel(course, task, &sets, &jobs);
    done.sort_by_key(|(at, _)| *at);
    let mut trials: Vec<Vec<Trial>> = sets.iter().map(|_| Vec::new()).collect();
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
    let system = &course.region.system().id;
    for (place, (set, trials)) in sets.iter().zip(&trials).enumerate() {
        report.add(system, task, place, &set.warts, trials);
    }
    Ok(())
}

/// What came of a job, by its index.
type Done = (usize, Result<Vec<Trial>, StartError>);

fn in_parallel(course: &TaskSuite, task: &Task, sets: &[Set], jobs: &[Job]) -> Vec<Done> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(job) = jobs.get(at) else { break };
                    let Some(set) = sets.get(job.set) else { break };
                    let result = tried(course, task, set, job.seed);
                    if let Ok(mut done) = done.lock() {
                        done.push((at, result));
                    }
                }
            });
        }
    });
    done.into_inner().unwrap_or_default()
}

/// Every policy of a set, from one start.
fn tried(course: &TaskSuite, task: &Task, set: &Set, seed: u64) -> Result<Vec<Trial>, StartError> {
    let start = Arc::new(Start::new(&course.region, task, seed)?);
    let mut trials = Vec::new();
    for &policy in set.policies {
        trials.extend(trial(course, &start, seed, &set.warts, policy, |_| ())?);
    }
    Ok(trials)
}
