//! `bigiron prove`: proves that tasks can be solved, and only by doing them.

use std::io::{Write, stdout};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::args::{PolicyArg, ProveArgs};
use super::{CommandOutcome, Error, opening, suites};
use bigiron_sim::host::Warts;
use bigiron_sim::session::Log;
use bigiron_sim::task::grade;
use bigiron_sim::task::model::{Task, TaskSuite};
use bigiron_sim::task::prove::{Policy, Trial, trial};
use bigiron_sim::task::report::ProofReport;
use bigiron_sim::task::start::{Start, StartError};

/// Proves the tasks that were named, or all.
pub fn run(args: ProveArgs) -> Result<CommandOutcome, Error> {
    let chosen = suites::choose(args.system.as_deref(), &args.tasks)?;
    let chosen: Vec<(&TaskSuite, &Task)> = chosen
        .iter()
        .flat_map(|(suite, tasks)| tasks.iter().map(move |id| (suite, id)))
        .filter_map(|(suite, id)| Some((suite, suite.task(id)?)))
        .collect();
    let mut report = ProofReport {
        seeds: (args.first_seed..args.first_seed.saturating_add(args.seeds)).collect(),
        ..ProofReport::default()
    };
    for (suite, task) in &chosen {
        prove(suite, task, &mut report)?;
    }
    print(&report, args.json)?;
    record_violations(&chosen, &report, &args.record)?;
    record_kept(&chosen, &args)?;
    Ok(match report.is_proven() {
        true => CommandOutcome::Done,
        false => CommandOutcome::NotSo,
    })
}

fn print(report: &ProofReport, as_json: bool) -> Result<(), Error> {
    match as_json {
        true => writeln!(
            stdout(),
            "{}",
            serde_json::to_string(report).unwrap_or_default()
        )?,
        false => write!(stdout(), "{report}")?,
    }
    Ok(())
}

/// Records the run that shows each violation.
fn record_violations(
    chosen: &[(&TaskSuite, &Task)],
    report: &ProofReport,
    folder: &Path,
) -> Result<(), Error> {
    for violation in &report.violations {
        let concerns = |(suite, task): &&(&TaskSuite, &Task)| {
            suite.region.system().id == violation.system && task.id == violation.task
        };
        if let (Some((suite, task)), Ok(warts)) =
            (chosen.iter().find(concerns), violation.warts.parse())
        {
            let (policy, seed) = (violation.policy, violation.seed);
            record(suite, task, &warts, policy, seed, folder)?;
        }
    }
    Ok(())
}

/// Records the runs that are to be kept: those of some policies, with each wart set and the first seed.
fn record_kept(chosen: &[(&TaskSuite, &Task)], args: &ProveArgs) -> Result<(), Error> {
    for policy in args.keep.iter().map(|kept| policy(*kept)) {
        for (suite, task) in chosen {
            for warts in &task.warts {
                record(suite, task, warts, policy, args.first_seed, &args.record)?;
            }
        }
    }
    Ok(())
}

fn policy(named: PolicyArg) -> Policy {
    match named {
        PolicyArg::Oracle => Policy::Oracle,
        PolicyArg::Nop => Policy::Nop,
        PolicyArg::Random => Policy::Random,
        PolicyArg::Naive => Policy::Naive,
        PolicyArg::Impostor => Policy::Impostor,
        PolicyArg::Cut => Policy::Cut,
        PolicyArg::Replay => Policy::Replay,
    }
}

/// Records a run, in a file for each of the task's systems. A policy that does not apply to the task leaves none.
fn record(
    suite: &TaskSuite,
    task: &Task,
    warts: &Warts,
    policy: Policy,
    seed: u64,
    folder: &Path,
) -> Result<(), Error> {
    let name = format!("{}-{warts}-{}-{seed}", task.id, policy.name());
    let start = Start::new(&suite.region, task, seed);
    let start = Arc::new(start.map_err(suites::cannot_begin)?);
    let mut recordings = opening::record_run(&start, "prove", &folder.join(name), seed, warts)?;
    let trial = {
        let mut logs = recordings.iter_mut().map(|(_, writer)| writer);
        let log = |_| -> Box<dyn Log + '_> {
            match logs.next() {
                Some(writer) => Box::new(writer),
                None => Box::new(()),
            }
        };
        trial(suite, &start, seed, warts, policy, log)
    };
    let trial = trial.ok().flatten();
    for (n, (path, mut writer)) in recordings.into_iter().enumerate() {
        let Some(trial) = &trial else {
            std::fs::remove_file(&path)?;
            continue;
        };
        if n == 0 && trial.grade.outcome != grade::Outcome::BudgetSpent {
            writer.answer(trial.time, trial.answer.as_deref());
        }
        writer.end(trial.time, "proved");
        eprintln!("recorded: {}", path.display());
    }
    Ok(())
}

/// A wart set that a task is proven with, and the policies that run.
struct WartSet {
    warts: Warts,
    policies: &'static [Policy],
}

/// The wart sets of a task, with every policy; and all warts at once, with the oracle alone.
fn wart_sets(task: &Task) -> Vec<WartSet> {
    let own = task.warts.iter().cloned().map(|warts| WartSet {
        warts,
        policies: &Policy::ALL,
    });
    let all = WartSet {
        warts: Warts::All,
        policies: &[Policy::Oracle],
    };
    own.chain([all]).collect()
}

/// Runs every policy on each wart set and seed, in parallel, and adds the trials to the report.
fn prove(suite: &TaskSuite, task: &Task, report: &mut ProofReport) -> Result<(), Error> {
    let system = &suite.region.system().id;
    let sets = wart_sets(task);
    let jobs: Vec<(&WartSet, u64)> = sets
        .iter()
        .flat_map(|set| report.seeds.iter().map(move |&seed| (set, seed)))
        .collect();
    let jobs = jobs.par_iter().with_max_len(1);
    let trials = jobs.map(|(set, seed)| trials(suite, task, set, *seed));
    // The failure of the lowest seed is the one to report.
    let trials: Vec<Result<_, Error>> = trials.collect();
    let trials = trials.into_iter().collect::<Result<Vec<_>, _>>()?;
    let of_sets = trials
        .chunks(report.seeds.len().max(1))
        .map(|set| set.concat());
    let of_sets: Vec<Vec<Trial>> = of_sets.collect();
    for (n, (set, trials)) in sets.iter().zip(&of_sets).enumerate() {
        report.add(system, task, n, &set.warts, trials);
    }
    Ok(())
}

/// The trials of every policy of a set, from one start.
fn trials(suite: &TaskSuite, task: &Task, set: &WartSet, seed: u64) -> Result<Vec<Trial>, Error> {
    let failed = |cause: StartError| {
        let id = &task.id;
        Error::input(format!("task {id} cannot begin with seed {seed}")).because(&cause)
    };
    let start = Arc::new(Start::new(&suite.region, task, seed).map_err(failed)?);
    let mut trials = Vec::new();
    for &policy in set.policies {
        let made = trial(suite, &start, seed, &set.warts, policy, |_| ());
        trials.extend(made.map_err(failed)?);
    }
    Ok(trials)
}
