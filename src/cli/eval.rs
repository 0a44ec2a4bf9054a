//! `bigiron eval`: an agent at tasks, seeds and repeats, and what it comes to.

use std::fs::{self, File};
use std::io::Write;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::json;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::args::{EvalArgs, Via};
use super::suites::{self, TaskSuite};
use super::{CommandOutcome, Error, opening};
use crate::doors::server::agent::{self, Agent, AgentRun};
use crate::doors::session::recorder::Recorder;
use bigiron_sim::host::Warts;
use bigiron_sim::recording::verify::execute;
use bigiron_sim::recording::{Recording, Writer};
use bigiron_sim::session::{Log, Millis, SessionEvent, Setup};
use bigiron_sim::task::ending::Ending;
use bigiron_sim::task::grade::Grade;
use bigiron_sim::task::model::Task;
use bigiron_sim::task::prove::{Policy, trial};
use bigiron_sim::task::score::{RunScore, scores};
use bigiron_sim::task::start::Start;

/// Runs the agent, and prints what it comes to.
pub fn run(args: EvalArgs) -> Result<CommandOutcome, Error> {
    let chosen = suites::choose(args.system.as_deref(), &args.tasks)?;
    let mut runs = Vec::new();
    for (course, tasks) in chosen {
        let course = Arc::new(course);
        let tasks = tasks.iter().filter_map(|id| course.task(id));
        for task in tasks {
            plan(&course, task, &args, &mut runs)?;
        }
    }
    if runs.is_empty() {
        return Err(Error::usage("there is nothing to run")
            .hint("tasks in several systems need --via json or --via pty"));
    }
    fs::create_dir_all(&args.out).map_err(|cause| {
        Error::input(format!("cannot write to {}", args.out.display())).because(&cause)
    })?;
    let told = File::create(args.out.join("runs.jsonl"))?;
    let told = Arc::new(Mutex::new(told));
    let done = super::runtime()?.block_on(all(runs, &args, &told))?;
    let report = scores(&done);
    let text = serde_json::to_string(&report).unwrap_or_default();
    fs::write(args.out.join("report.json"), format!("{text}\n"))?;
    let mut out = std::io::stdout().lock();
    match args.json {
        true => writeln!(out, "{text}")?,
        false => write!(
            out,
            "{report}\nruns: {}\n",
            args.out.join("runs.jsonl").display()
        )?,
    }
    Ok(CommandOutcome::Done)
}

/// A run that is to be made.
struct Plan {
    course: Arc<TaskSuite>,
    start: Arc<Start>,
    warts: Warts,
    seed: u64,
    repeat: u32,
}

/// The runs of a task: each of its wart sets that are wanted, each seed, each repeat.
fn plan(
    course: &Arc<TaskSuite>,
    task: &Task,
    args: &EvalArgs,
    runs: &mut Vec<Plan>,
) -> Result<(), Error> {
    if args.via == Via::Tn3270 && !task.also.is_empty() {
        eprintln!("{}: left out, it is in several systems", task.id);
        return Ok(());
    }
    let first = args.first_seed.unwrap_or(task.test.first);
    let sets: Vec<Warts> = match &args.warts {
        None => task.warts.clone(),
        Some(text) => {
            let warts = text.parse::<Warts>();
            vec![warts.map_err(|cause| Error::usage(format!("--warts {text}")).because(&cause))?]
        }
    };
    for warts in sets {
        for seed in (0..args.seeds).map(|n| first.saturating_add(n)) {
            let start = Start::new(&course.region, task, seed);
            let start = Arc::new(start.map_err(opening::unstarted)?);
            runs.extend((1..=args.repeats).map(|repeat| Plan {
                course: Arc::clone(course),
                start: Arc::clone(&start),
                warts: warts.clone(),
                seed,
                repeat,
            }));
        }
    }
    Ok(())
}

/// Makes all runs, some at a time; each is told of as soon as it is done.
async fn all(
    runs: Vec<Plan>,
    args: &EvalArgs,
    told: &Arc<Mutex<File>>,
) -> Result<Vec<RunScore>, Error> {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let places = Arc::new(Semaphore::new(args.jobs.unwrap_or(processors)));
    let mut under_way = JoinSet::new();
    for plan in runs {
        let (places, told) = (Arc::clone(&places), Arc::clone(told));
        let agent = Agent {
            command: args.agent.clone(),
            timeout: Duration::from_secs(args.timeout),
        };
        let (via, out) = (args.via, args.out.clone());
        under_way.spawn(async move {
            let _place = places.acquire_owned().await;
            let score = one(&plan, &agent, via, &out).await?;
            if let Ok(mut file) = told.lock() {
                writeln!(file, "{}", json!(score))?;
            }
            Ok::<RunScore, Error>(score)
        });
    }
    let mut done = Vec::new();
    while let Some(ended) = under_way.join_next().await {
        let score = ended.map_err(|cause| {
            Error::new(super::error::ErrorKind::Machine, "a run came to no end").because(&cause)
        })?;
        done.push(score?);
    }
    done.sort_by(|a, b| {
        let key = |run: &RunScore| (run.task.clone(), run.warts.clone(), run.seed, run.repeat);
        key(a).cmp(&key(b))
    });
    Ok(done)
}

/// One run, recorded.
async fn one(plan: &Plan, agent: &Agent, via: Via, out: &Path) -> Result<RunScore, Error> {
    let Plan {
        course,
        start,
        warts,
        seed,
        repeat,
    } = plan;
    let task = start.task();
    let name = format!("{}-{}-{warts}-{seed}-{repeat}", task.world.id, task.id);
    let recordings = opening::record_run(start, "eval", &out.join(&name), *seed, warts)?;
    let paths: Vec<PathBuf> = recordings.iter().map(|(path, _)| path.clone()).collect();
    let writers = recordings.into_iter().map(|(_, writer)| writer);
    let boxed = |writer| Box::new(writer) as Box<dyn Recorder>;
    let bout = match via {
        Via::Json => agent::by_json(start, *seed, warts, agent, writers.map(boxed)).await,
        Via::Pty => agent::by_pty(start, *seed, warts, agent, writers.map(boxed)).await,
        Via::Tn3270 => {
            drop(writers);
            paths.iter().try_for_each(fs::remove_file)?;
            let own = start.setup(0, *seed, warts);
            by_tn3270(course, start, own, agent, &paths).await?
        }
    };
    let oracle = trial(course, start, *seed, warts, Policy::Oracle, |_| ());
    let oracle_keys = oracle.ok().flatten().map_or(0, |oracle| oracle.keys);
    Ok(RunScore {
        task: format!("{}/{}", task.world.id, task.id),
        drill: task.drill.clone(),
        warts: warts.to_string(),
        seed: *seed,
        repeat: *repeat,
        grade: bout.grade,
        keys: bout.keys,
        oracle_keys,
        time: bout.time,
        recordings: paths
            .iter()
            .map(|path| path.display().to_string())
            .collect(),
    })
}

/// The recording of a run whose answer is known only when its session is over.
struct Kept {
    writer: Writer<File>,
    /// When the session ended, and why.
    end: Option<(Millis, String)>,
}

impl Kept {
    /// Writes the answer, if the work was done, and the end.
    fn close(mut self, done: Option<&Option<String>>) -> Result<(), Error> {
        if let Some((at, reason)) = self.end {
            if let Some(answer) = done {
                self.writer.answer(at, answer.as_deref());
            }
            self.writer.end(at, &reason);
        }
        match self.writer.take_error() {
            None => Ok(()),
            Some(cause) => Err(Error::input("a run cannot be recorded").because(&cause)),
        }
    }
}

/// A recording that its session shares with whoever will end it.
struct Shared(Arc<Mutex<Option<Kept>>>);

fn lock(kept: &Mutex<Option<Kept>>) -> MutexGuard<'_, Option<Kept>> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Log for Shared {
    fn event(&mut self, at: Millis, event: SessionEvent<'_>) {
        if let Some(kept) = &mut *lock(&self.0) {
            kept.writer.event(at, event);
        }
    }
}

impl Recorder for Shared {
    fn answer(&mut self, at: Millis, answer: Option<&str>) {
        if let Some(kept) = &mut *lock(&self.0) {
            kept.writer.answer(at, answer);
        }
    }

    fn end(&mut self, at: Millis, reason: &str) {
        if let Some(kept) = &mut *lock(&self.0) {
            kept.end = Some((at, reason.to_owned()));
        }
    }

    fn take_error(&mut self) -> Option<std::io::Error> {
        lock(&self.0).as_mut()?.writer.take_error()
    }
}

/// A run of an agent that is given an address: its recording is executed again and graded.
async fn by_tn3270(
    course: &TaskSuite,
    start: &Start,
    setup: Setup,
    agent: &Agent,
    paths: &[PathBuf],
) -> Result<AgentRun, Error> {
    let Some(path) = paths.first().cloned() else {
        return Err(Error::usage("there is nothing to record"));
    };
    let header = opening::header(course.system(), "tn3270", &setup);
    let kept: Arc<Mutex<Option<Kept>>> = Arc::default();
    let record = {
        let (path, kept) = (path.clone(), Arc::clone(&kept));
        move || -> std::io::Result<Box<dyn Recorder>> {
            // One connection is one run: a second would begin anew.
            let writer = Writer::new(File::create_new(&path)?, &header);
            let end = None;
            *lock(&kept) = Some(Kept { writer, end });
            Ok(Box::new(Shared(Arc::clone(&kept))))
        }
    };
    let goal = start.goal().to_owned();
    let ended = agent::by_tn3270(course.clone().into(), setup.clone(), &goal, agent, record).await;
    if let Some(kept) = lock(&kept).take() {
        kept.close(ended.as_ref().ok())?;
    }
    let (answer, mut ending) = match ended {
        Ok(answer) => (answer, Ending::Done),
        Err(ending) => (None, ending),
    };
    let Ok(bytes) = fs::read(&path) else {
        if ending == Ending::Done {
            ending = Ending::AgentFault("it never connected".into());
        }
        let grade = start.grade_hosts(&[], 0, None, &ending);
        return Ok(AgentRun {
            grade,
            keys: 0,
            time: 0,
        });
    };
    let read = Recording::parse(&bytes);
    let (recording, _) = read.map_err(|cause| {
        Error::input(format!("{} cannot be read", path.display())).because(&cause)
    })?;
    let (_, host, now) = execute(&recording, start.region());
    if now > start.task().budget.time && ending == Ending::Done {
        ending = Ending::BudgetSpent;
    }
    let grade: Grade = start.grade_host(&host, now, answer.as_deref(), &ending);
    Ok(AgentRun {
        grade,
        keys: 0,
        time: now,
    })
}
