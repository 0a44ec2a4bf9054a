//! The gym's figures: steps, transactions, resets, forks, bytes.

use super::{Figure, quantiles, shortest, worlds};
use crate::cli::args::BenchGymArgs;
use crate::cli::{Error, suites};
use bigiron_sim::gym::{
    ANSWER, Action, Autoreset, BatchEnv, Buffers, Env, EnvOptions, GOAL, GymError, INFO,
    Observation, ObservationShape, Registry, SeedDraws, TOKEN, TOKENS, status,
};
use bigiron_sim::host::Warts;
use bigiron_sim::session::Session;
use bigiron_sim::task::ending::Ending;
use bigiron_sim::task::model::{Seeds, Task, TaskSuite};
use bigiron_sim::task::playbook::{TerminalDriver, run};
use bigiron_sim::task::prove::arguments;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::fs;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tn3270::terminal::{Key, Response, Terminal};

/// What is typed where keystrokes are measured: none of it asks the host for anything.
const TYPING: &str = "HALVOR<tab>WRONG<home>";
/// The same, sent to the host.
const ROUND: &str = "HALVOR<tab>WRONG<home><enter>";
/// Seeds whose worlds are kept ready.
const SEEDS: u64 = 100;
/// How many single resets, forks and restores are timed.
const TIMED: u64 = 10_000;
/// How many worlds of new seeds are timed.
const NEW: u64 = 100;

fn threads() -> Result<Arc<ThreadPool>, Error> {
    let pool = ThreadPoolBuilder::new().build();
    pool.map(Arc::new).map_err(|cause| {
        Error::new(crate::cli::error::ErrorKind::Machine, "no threads").because(&cause)
    })
}

fn gym(cause: GymError) -> Error {
    Error::input("the gym cannot be measured").because(&cause)
}

/// What is measured: the tasks of one system, one of them step by step.
pub struct Bench {
    course: TaskSuite,
    registry: Registry,
    id: String,
    time: Duration,
}

impl Bench {
    /// On a system; step by step the task with the most keys.
    pub fn new(args: &BenchGymArgs) -> Result<Bench, Error> {
        let course = suites::load(&args.system)?;
        let Some(task) = course.tasks.iter().max_by_key(|task| task.budget.keys) else {
            return Err(Error::input(format!("{} has no tasks", args.system)));
        };
        let task = task.id.clone();
        let registry = Registry::new([course.clone()]);
        let id = registry
            .entries()
            .iter()
            .find(|entry| entry.task().id == task)
            .map(|entry| entry.id().to_owned())
            .unwrap_or_default();
        Ok(Bench {
            course,
            registry,
            id,
            time: Duration::from_secs_f64(args.seconds),
        })
    }

    /// The id of the task that is worked step by step.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Measures everything.
    pub fn measure(&self, args: &BenchGymArgs) -> Result<Vec<Figure>, Error> {
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
        let region = &self.course.region;
        figures.extend(worlds::sizes(region.system(), self.time));
        let round = Key::parse_line(ROUND).unwrap_or_default();
        figures.extend(worlds::lengths(region, &round));
        Ok(figures)
    }

    fn options() -> EnvOptions {
        EnvOptions {
            warts: Warts::All,
            // What is measured is stepping: no world is made anew meanwhile.
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

    /// Keystroke steps; episodes that end by their budget begin anew.
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
        let mut page = Page::new(batch.shape(), envs);
        let seeds: Vec<Option<u64>> = (0..envs as u64).map(|n| Some(n % SEEDS)).collect();
        batch
            .reset(&seeds, &[], None, page.buffers())
            .map_err(gym)?;
        let actions = numbers(&batch, TYPING);
        let actions: Vec<Vec<i64>> = actions.iter().map(|action| vec![*action; envs]).collect();
        let rounds = (1024 / envs).max(1);
        let mut fault = None;
        let time = shortest(self.time, || {
            for actions in std::iter::repeat_n(&actions, rounds).flatten() {
                fault = fault.take().or(batch.step(actions, page.buffers()).err());
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
                unit: "a second",
            }),
        }
    }

    /// The keys of every oracle of the system, played again on forks of its first screen.
    fn transactions(&self) -> Figure {
        let course = &self.course;
        let runs: Vec<Tap> = course
            .tasks
            .iter()
            .filter_map(|task| traced(course, task))
            .collect();
        let sent: usize = runs.iter().map(|run| run.sent).sum();
        let time = shortest(self.time, || {
            for run in &runs {
                let mut session = run.opening.clone();
                for deed in &run.deeds {
                    match deed {
                        Deed::Press(key) => drop(black_box(session.press(*key, &mut ()))),
                        Deed::Wait(by) => session.wait(*by, &mut ()),
                    }
                }
            }
        });
        Figure {
            name: "AID transactions, by the oracles".to_owned(),
            value: sent as f64 / time,
            p99: None,
            unit: "a second",
        }
    }

    fn resets(&self) -> Result<Vec<Figure>, Error> {
        let mut env = self.env()?;
        let mut page = Page::new(env.shape(), 1);
        let mut reset = |seed: u64| {
            let begin = Instant::now();
            env.reset(Some(seed), None)?;
            env.observe(&mut page.observation())?;
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

    /// What the resident memory grows by when environments are made and have typed and sent; nothing where the system does
    /// not tell.
    fn bytes(&self, count: usize) -> Result<Vec<Figure>, Error> {
        let Some(before) = resident() else {
            return Ok(Vec::new());
        };
        let mut batch = self.batch(count)?;
        let mut page = Page::new(batch.shape(), count);
        let buffers = resident().unwrap_or(before);
        let seeds: Vec<Option<u64>> = (0..count as u64).map(|n| Some(n % SEEDS)).collect();
        batch
            .reset(&seeds, &[], None, page.buffers())
            .map_err(gym)?;
        for action in numbers(&batch, "HALVOR<enter>A") {
            batch
                .step(&vec![action; count], page.buffers())
                .map_err(gym)?;
        }
        // The pages of the buffers are first touched by the reset.
        let own = page.bytes() as u64;
        let grown = resident().unwrap_or(buffers).saturating_sub(buffers);
        let all = grown.saturating_sub(own) as f64;
        let figure = |name: String, value| Figure {
            name,
            value,
            p99: None,
            unit: "bytes",
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

/// Bytes of memory that are resident.
fn resident() -> Option<u64> {
    const PAGE: u64 = 4096;
    let statm = fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = statm.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * PAGE)
}

/// The numbers of keys in the vocabulary.
fn numbers(batch: &BatchEnv, line: &str) -> Vec<i64> {
    let actions = &batch.spec().options().actions;
    let keys = Key::parse_line(line).unwrap_or_default().into_iter();
    keys.filter_map(|key| actions.number(&Action::Press(key)))
        .map(|number| number as i64)
        .collect()
}

/// Buffers for so many environments.
struct Page {
    planes: Vec<u8>,
    status: Vec<i32>,
    answer: Vec<u8>,
    goal: Vec<u8>,
    tokens: Vec<u8>,
    rewards: Vec<f64>,
    terminated: Vec<u8>,
    truncated: Vec<u8>,
    info: Vec<i64>,
}

impl Page {
    fn new(shape: ObservationShape, envs: usize) -> Page {
        Page {
            planes: vec![0; shape.planes() * envs],
            status: vec![0; status::COLUMNS * envs],
            answer: vec![0; ANSWER * envs],
            goal: vec![0; GOAL * envs],
            tokens: vec![0; TOKENS * TOKEN * envs],
            rewards: vec![0.0; envs],
            terminated: vec![0; envs],
            truncated: vec![0; envs],
            info: vec![0; INFO * envs],
        }
    }

    fn bytes(&self) -> usize {
        let bytes = [&self.planes, &self.answer, &self.goal, &self.tokens];
        bytes.map(Vec::len).iter().sum::<usize>() + 4 * self.status.len() + 8 * self.info.len()
    }

    fn observation(&mut self) -> Observation<'_> {
        self.buffers().observation
    }

    fn buffers(&mut self) -> Buffers<'_> {
        Buffers {
            observation: Observation {
                planes: &mut self.planes,
                status: &mut self.status,
                answer: &mut self.answer,
                goal: &mut self.goal,
                tokens: &mut self.tokens,
                mask: &mut [],
            },
            rewards: &mut self.rewards,
            terminated: &mut self.terminated,
            truncated: &mut self.truncated,
            info: &mut self.info,
            ..Buffers::default()
        }
    }
}

/// What an operator does.
enum Deed {
    Press(Key),
    Wait(u64),
}

/// An oracle's run with what it does noted.
struct Tap {
    opening: Session,
    session: Session,
    deeds: Vec<Deed>,
    /// How often a key asked the host for something.
    sent: usize,
}

/// The oracle's run at a task of one system, with seed 0 and every wart on.
fn traced(course: &TaskSuite, task: &Task) -> Option<Tap> {
    let start = course.start(&task.id, 0).ok()?;
    if start.regions().len() > 1 {
        return None;
    }
    let setup = start.setup(0, 0, &Warts::All);
    let opening = Session::open_in(start.region(), &setup, &mut ());
    let mut tap = Tap {
        session: opening.clone(),
        opening,
        deeds: Vec::new(),
        sent: 0,
    };
    let oracle = course.playbooks.get(task.oracle)?;
    let values = arguments(oracle, &start);
    // A wart may keep it from its end; what it has done is work all the same.
    let _ = run(oracle, &values, &mut tap);
    Some(tap)
}

impl TerminalDriver for Tap {
    fn press_at(&mut self, _at: usize, key: Key) -> Result<(), Ending> {
        self.deeds.push(Deed::Press(key));
        let response = self.session.press(key, &mut ());
        self.sent += usize::from(matches!(response, Response::Inbound(_)));
        Ok(())
    }

    fn wait_at(&mut self, _at: usize, by: u64) -> Result<(), Ending> {
        self.deeds.push(Deed::Wait(by));
        self.session.wait(by, &mut ());
        Ok(())
    }

    fn terminal_at(&self, _at: usize) -> &Terminal {
        self.session.terminal()
    }
}
