//! `bigiron eval`: runs an agent on tasks, seeds and repeats, and reports its scores.

mod tn3270;

use std::fs::{self, File};
use std::io::{Write, stdout};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::json;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::args::{EvalArgs, Via};
use super::error::ErrorKind;
use super::{CommandOutcome, Error, opening, suites};
use crate::doors::server::agent::{self, Agent, AgentRun};
use crate::doors::session::recorder::Recorder;
use bigiron_sim::host::Warts;
use bigiron_sim::task::model::{Task, TaskSuite};
use bigiron_sim::task::prove::{Policy, trial};
use bigiron_sim::task::score::{RunScore, scores};
use bigiron_sim::task::start::Start;

/// Runs the agent, and prints the report.
pub fn run(args: EvalArgs) -> Result<CommandOutcome, Error> {
    let runs = planned(&args)?;
    fs::create_dir_all(&args.out).map_err(|cause| {
        Error::input(format!("cannot write to {}", args.out.display())).because(&cause)
    })?;
    let runs_file = args.out.join("runs.jsonl");
    let log = Arc::new(Mutex::new(File::create(&runs_file)?));
    let done = super::runtime()?.block_on(all(runs, &args, &log))?;
    let report = scores(&done);
    let text = serde_json::to_string(&report).unwrap_or_default();
    fs::write(args.out.join("report.json"), format!("{text}\n"))?;
    match args.json {
        true => writeln!(stdout(), "{text}")?,
        false => write!(stdout(), "{report}\nruns: {}\n", runs_file.display())?,
    }
    Ok(CommandOutcome::Done)
}

/// A run that is to be made.
struct Plan {
    suite: Arc<TaskSuite>,
    start: Arc<Start>,
    warts: Warts,
    seed: u64,
    repeat: u32,
}

/// The runs of all tasks that the arguments choose; there is at least one.
fn planned(args: &EvalArgs) -> Result<Vec<Plan>, Error> {
    let mut runs = Vec::new();
    for (suite, tasks) in suites::choose(args.system.as_deref(), &args.tasks)? {
        let suite = Arc::new(suite);
        for task in tasks.iter().filter_map(|id| suite.task(id)) {
            plan(&suite, task, args, &mut runs)?;
        }
    }
    match runs.is_empty() {
        true => Err(Error::usage("there is nothing to run")
            .hint("tasks in several systems need --via json or --via pty")),
        false => Ok(runs),
    }
}

/// Plans the runs of a task: each of its wart sets that are wanted, each seed, each repeat.
fn plan(
    suite: &Arc<TaskSuite>,
    task: &Task,
    args: &EvalArgs,
    runs: &mut Vec<Plan>,
) -> Result<(), Error> {
    if args.via == Via::Tn3270 && !task.also.is_empty() {
        eprintln!("{}: skipped, it is in several systems", task.id);
        return Ok(());
    }
    let first = args.first_seed.unwrap_or(task.test.first);
    for warts in wart_sets(task, args.warts.as_deref())? {
        for seed in (0..args.seeds).map(|n| first.saturating_add(n)) {
            let start = Start::new(&suite.region, task, seed);
            let start = Arc::new(start.map_err(suites::cannot_begin)?);
            runs.extend((1..=args.repeats).map(|repeat| Plan {
                suite: Arc::clone(suite),
                start: Arc::clone(&start),
                warts: warts.clone(),
                seed,
                repeat,
            }));
        }
    }
    Ok(())
}

/// The wart set of the arguments, or else those that the task is proven with.
fn wart_sets(task: &Task, given: Option<&str>) -> Result<Vec<Warts>, Error> {
    match given {
        None => Ok(task.warts.clone()),
        Some(text) => {
            let warts = text.parse::<Warts>();
            let wrong = |cause| Error::usage(format!("--warts {text}")).because(&cause);
            Ok(vec![warts.map_err(wrong)?])
        }
    }
}

/// Makes all runs, some at a time, and logs each as soon as it is done. Gives the scores in order.
async fn all(
    runs: Vec<Plan>,
    args: &EvalArgs,
    log: &Arc<Mutex<File>>,
) -> Result<Vec<RunScore>, Error> {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let permits = Arc::new(Semaphore::new(args.jobs.unwrap_or(processors)));
    let mut under_way = JoinSet::new();
    for plan in runs {
        let (permits, log) = (Arc::clone(&permits), Arc::clone(log));
        let agent = Agent {
            command: args.agent.clone(),
            timeout: Duration::from_secs(args.timeout),
        };
        let (via, out) = (args.via, args.out.clone());
        under_way.spawn(async move {
            let _permit = permits.acquire_owned().await;
            let score = one(&plan, &agent, via, &out).await?;
            if let Ok(mut file) = log.lock() {
                writeln!(file, "{}", json!(score))?;
            }
            Ok::<RunScore, Error>(score)
        });
    }
    let mut done = Vec::new();
    while let Some(ended) = under_way.join_next().await {
        let score = ended.map_err(|cause| {
            Error::new(ErrorKind::Machine, "a run did not finish").because(&cause)
        })?;
        done.push(score?);
    }
    done.sort_by_cached_key(|run| (run.task.clone(), run.warts.clone(), run.seed, run.repeat));
    Ok(done)
}

/// Makes one run, with its recordings.
async fn one(plan: &Plan, agent: &Agent, via: Via, out: &Path) -> Result<RunScore, Error> {
    let Plan {
        suite,
        start,
        warts,
        seed,
        repeat,
    } = plan;
    let task = start.task();
    let name = format!("{}-{}-{warts}-{seed}-{repeat}", task.world.id, task.id);
    let (run, recordings) = made(plan, agent, via, &out.join(name)).await?;
    let oracle = trial(suite, start, *seed, warts, Policy::Oracle, |_| ());
    let oracle_keys = oracle.ok().flatten().map_or(0, |oracle| oracle.keys);
    let recordings = recordings.iter().map(|path| path.display().to_string());
    Ok(RunScore {
        task: format!("{}/{}", task.world.id, task.id),
        drill: task.drill.clone(),
        warts: warts.to_string(),
        seed: *seed,
        repeat: *repeat,
        grade: run.grade,
        keys: run.keys,
        oracle_keys,
        time: run.time,
        recordings: recordings.collect(),
    })
}

/// Runs the agent through its door, and gives the files of the recordings, whose names begin so.
async fn made(
    plan: &Plan,
    agent: &Agent,
    via: Via,
    name: &Path,
) -> Result<(AgentRun, Vec<PathBuf>), Error> {
    let Plan {
        suite,
        start,
        warts,
        seed,
        ..
    } = plan;
    let recordings = opening::record_run(start, "eval", name, *seed, warts)?;
    let (paths, writers): (Vec<PathBuf>, Vec<_>) = recordings.into_iter().unzip();
    let logs = writers
        .into_iter()
        .map(|writer| Box::new(writer) as Box<dyn Recorder>);
    let run = match via {
        Via::Json => agent::by_json(start, *seed, warts, agent, logs).await,
        Via::Pty => agent::by_pty(start, *seed, warts, agent, logs).await,
        Via::Tn3270 => {
            // The server creates the file when the agent connects.
            drop(logs);
            paths.iter().try_for_each(fs::remove_file)?;
            let Some(path) = paths.first() else {
                return Err(Error::usage("there is nothing to record"));
            };
            let own = start.setup(0, *seed, warts);
            tn3270::run(suite, start, own, agent, path).await?
        }
    };
    Ok((run, paths))
}
