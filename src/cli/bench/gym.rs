//! The gym's figures: steps, transactions, resets, forks, bytes.

use super::buffers::BatchBuffers;
use super::trace::Trace;
use super::{Figure, Unit, quantiles, shortest, worlds};
use crate::cli::args::BenchGymArgs;
use crate::cli::error::ErrorKind;
use crate::cli::{Error, suites};
use bigiron_sim::gym::{
    Action, Autoreset, BatchEnv, Env, EnvOptions, GymError, Registry, SeedDraws,
};
use bigiron_sim::host::Warts;
use bigiron_sim::task::model::{Seeds, TaskSuite};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::fs;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tn3270::terminal::Key;

/// The keys of the keystroke figures: none of them sends anything to the host.
const TYPING: &str = "HALVOR<tab>WRONG<home>";
/// The same, and ENTER.
const ROUND: &str = "HALVOR<tab>WRONG<home><enter>";
/// The seeds of the worlds that are kept ready.
const SEEDS: u64 = 100;
/// How many single resets, forks and restores are timed.
const TIMED: u64 = 10_000;
/// How many worlds of new seeds are timed.
const NEW: u64 = 100;

fn threads() -> Result<Arc<ThreadPool>, Error> {
    let pool = ThreadPoolBuilder::new().build();
    pool.map(Arc::new)
        .map_err(|cause| Error::new(ErrorKind::Machine, "no threads").because(&cause))
}

fn gym(cause: GymError) -> Error {
    Error::input("the gym cannot be measured").because(&cause)
}

/// The benchmark of the gym: the tasks of one system, one of them step by step.
pub(super) struct Bench {
    suite: TaskSuite,
    registry: Registry,
    id: String,
    time: Duration,
}

impl Bench {
    /// Measures on a system; step by step the task with the largest budget of keys.
    pub(super) fn new(args: &BenchGymArgs) -> Result<Bench, Error> {
        let suite = suites::load(&args.system)?;
        let Some(task) = suite.tasks.iter().max_by_key(|task| task.budget.keys) else {
            return Err(Error::input(format!("{} has no tasks", args.system)));
        };
        let task = task.id.clone();
        let registry = Registry::new([suite.clone()]);
        let id = registry
            .entries()
            .iter()
            .find(|entry| entry.task().id == task)
            .map(|entry| entry.id().to_owned())
            .unwrap_or_default();
        Ok(Bench {
            suite,
            registry,
            id,
            time: Duration::from_secs_f64(args.seconds),
        })
    }

    /// The id of the environment that is measured step by step.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Measures everything.
    pub(super) fn measure(&self, args: &BenchGymArgs) -> Result<Vec<Figure>, Error> {
        eprintln!(
            "{}, warts on, {} s a figure; keystrokes with the whole observation",
            self.id, args.seconds
        );
        let mut figures = Vec::new();
        for (envs, name) in [(1, "one environment"), (64, "64"), (1024, "1024")] {
            for pool in [None, Some(threads()?)] {
                if envs == 1 && pool.is_some() {
                    continue;
                }
                figures.push(self.steps(envs, name, pool)?);
            }
        }
        figures.push(self.transactions());
        figures.extend(self.resets()?);
        figures.extend(self.forks()?);
        figures.extend(self.bytes(args.environments)?);
        let region = &self.suite.region;
        figures.extend(worlds::sizes(region.system(), self.time));
        let round = Key::parse_line(ROUND).unwrap_or_default();
        figures.extend(worlds::lengths(region, &round));
        Ok(figures)
    }

    fn options() -> EnvOptions {
        EnvOptions {
            warts: Warts::All,
            // So few seeds that no world is made while steps are measured.
            seeds: SeedDraws::These(Seeds {
                first: 0,
                last: SEEDS - 1,
            }),
            ..EnvOptions::default()
        }
    }

    fn env(&self) -> Result<Env, Error> {
        self.registry.make(&self.id, Bench::options()).map_err(gym)
    }

    fn batch(&self, envs: usize) -> Result<BatchEnv, Error> {
        let batch = self.registry.make_batch(&self.id, envs, Bench::options());
        batch.map_err(gym)
    }

    /// Keystroke steps; an episode that has spent its budget is followed by another.
    fn steps(
        &self,
        envs: usize,
        name: &str,
        pool: Option<Arc<ThreadPool>>,
    ) -> Result<Figure, Error> {
        let threads = pool.as_ref().map_or(1, |pool| pool.current_num_threads());
        let mut batch = self.batch(envs)?;
        batch.set_autoreset(Autoreset::SameStep);
        batch.set_pool(pool);
        let mut buffers = BatchBuffers::new(batch.shape(), envs);
        let seeds: Vec<Option<u64>> = (0..envs as u64).map(|n| Some(n % SEEDS)).collect();
        batch
            .reset(&seeds, &[], None, buffers.buffers())
            .map_err(gym)?;
        let actions = numbers(&batch, TYPING);
        let actions: Vec<Vec<i64>> = actions.iter().map(|action| vec![*action; envs]).collect();
        let rounds = (1024 / envs).max(1);
        let mut fault = None;
        let time = shortest(self.time, || {
            for actions in std::iter::repeat_n(&actions, rounds).flatten() {
                fault = fault
                    .take()
                    .or(batch.step(actions, buffers.buffers()).err());
            }
        });
        match fault {
            Some(fault) => Err(gym(fault)),
            None => Ok(Figure {
                name: match threads {
                    1 => format!("keystroke steps, {name}"),
                    threads => format!("keystroke steps, {name}, {threads} threads"),
                },
                value: (rounds * actions.len() * envs) as f64 / time,
                p99: None,
                unit: Unit::PerSecond,
            }),
        }
    }

    /// The keys of every oracle of the system, replayed on forks of its first screen.
    fn transactions(&self) -> Figure {
        let suite = &self.suite;
        let tasks = suite.tasks.iter();
        let traces: Vec<Trace> = tasks.filter_map(|task| Trace::of(suite, task)).collect();
        let sent: usize = traces.iter().map(|trace| trace.sent).sum();
        let time = shortest(self.time, || traces.iter().for_each(Trace::replay));
        Figure {
            name: "AID transactions, by the oracles".to_owned(),
            value: sent as f64 / time,
            p99: None,
            unit: Unit::PerSecond,
        }
    }

    fn resets(&self) -> Result<Vec<Figure>, Error> {
        let mut env = self.env()?;
        let mut buffers = BatchBuffers::new(env.shape(), 1);
        let mut reset = |seed: u64| {
            let begin = Instant::now();
            env.reset(Some(seed), None)?;
            env.observe(&mut buffers.observation())?;
            Ok(begin.elapsed())
        };
        let new = (0..NEW).map(|n| reset(SEEDS + n));
        let new = new.collect::<Result<Vec<_>, _>>().map_err(gym)?;
        for seed in 0..SEEDS {
            reset(seed).map_err(gym)?;
        }
        let kept = (0..TIMED).map(|n| reset(n % SEEDS));
        let kept = kept.collect::<Result<Vec<_>, _>>().map_err(gym)?;
        Ok(vec![
            quantiles("reset, observation written", kept),
            quantiles("reset to a seed not seen before", new),
        ])
    }

    fn forks(&self) -> Result<Vec<Figure>, Error> {
        let mut env = self.env()?;
        env.reset(Some(0), None).map_err(gym)?;
        let keys = &env.spec().options().actions;
        let typed: Vec<usize> = Key::parse_line("HALVOR<enter>")
            .unwrap_or_default()
            .into_iter()
            .filter_map(|key| keys.number(&Action::Press(key)))
            .collect();
        for action in typed {
            env.step(action).map_err(gym)?;
        }
        let forks = (0..TIMED).map(|_| {
            let begin = Instant::now();
            let fork = env.fork();
            let time = begin.elapsed();
            drop(black_box(fork));
            time
        });
        let forks = forks.collect();
        let snapshot = env.snapshot();
        let restores = (0..TIMED).map(|_| {
            let begin = Instant::now();
            env.restore(&snapshot)?;
            Ok(begin.elapsed())
        });
        let restores = restores.collect::<Result<Vec<_>, _>>().map_err(gym)?;
        Ok(vec![
            quantiles("fork", forks),
            quantiles("restore", restores),
        ])
    }

    /// The growth of resident memory when environments are made, have typed and sent. Nothing where the operating system has no
    /// such figure.
    fn bytes(&self, count: usize) -> Result<Vec<Figure>, Error> {
        let Some(before) = resident() else {
            return Ok(Vec::new());
        };
        let mut batch = self.batch(count)?;
        let mut buffers = BatchBuffers::new(batch.shape(), count);
        let empty = resident().unwrap_or(before);
        let seeds: Vec<Option<u64>> = (0..count as u64).map(|n| Some(n % SEEDS)).collect();
        batch
            .reset(&seeds, &[], None, buffers.buffers())
            .map_err(gym)?;
        for action in numbers(&batch, "HALVOR<enter>A") {
            batch
                .step(&vec![action; count], buffers.buffers())
                .map_err(gym)?;
        }
        // The bufferss of the buffers are first touched by the reset.
        let own = buffers.bytes() as u64;
        let grown = resident().unwrap_or(empty).saturating_sub(empty);
        let all = grown.saturating_sub(own) as f64;
        let figure = |name: String, value| Figure {
            name,
            value,
            p99: None,
            unit: Unit::Bytes,
        };
        Ok(vec![
            figure(
                "an environment, without its observation".to_owned(),
                all / count.max(1) as f64,
            ),
            figure(format!("{count} of them"), all),
        ])
    }
}

/// Resident memory in bytes.
fn resident() -> Option<u64> {
    const PAGE: u64 = 4096;
    let statm = fs::read_to_string("/proc/self/statm").ok()?;
    let bufferss: u64 = statm.split_whitespace().nth(1)?.parse().ok()?;
    Some(bufferss * PAGE)
}

/// The action numbers of these keys in the vocabulary.
fn numbers(batch: &BatchEnv, line: &str) -> Vec<i64> {
    let actions = &batch.spec().options().actions;
    let keys = Key::parse_line(line).unwrap_or_default().into_iter();
    keys.filter_map(|key| actions.number(&Action::Press(key)))
        .map(|number| number as i64)
        .collect()
}
