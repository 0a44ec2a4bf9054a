//! Environments stepped together into the caller's buffers.

use super::env::Env;
use super::error::GymError;
use super::observe::{Observation, ObservationShape, cut};
use super::spec::Spec;
use super::step::{INFO, Step};
use crate::host::Warts;
use prefetch_index::prefetch_index;
use rayon::ThreadPool;
use std::sync::Arc;
use tn3270::terminal::planes::PLANES;

/// When an environment whose episode is over begins the next, as Gymnasium names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Autoreset {
    /// With the next step, which does nothing else: its action is passed over, its reward is 0.
    #[default]
    NextStep,
    /// At once: the step's observation is already the first of the next episode, and the last of the old one goes to
    /// [`Buffers::last`].
    SameStep,
    /// Not: it is an error to step it before it is reset.
    Disabled,
}

/// Where a step writes. Each buffer has so many elements for each environment, one behind the other.
#[derive(Debug, Default)]
pub struct Buffers<'a> {
    /// What is seen.
    pub observation: Observation<'a>,
    /// One an environment: see [`Step::reward`].
    pub rewards: &'a mut [f64],
    /// One an environment, 0 or 1.
    pub terminated: &'a mut [u8],
    /// One an environment, 0 or 1.
    pub truncated: &'a mut [u8],
    /// [`INFO`] an environment: see [`super::Info::numbers`].
    pub info: &'a mut [i64],
    /// Under [`Autoreset::SameStep`] the last observation of each episode that this step ended, its mask but for the others;
    /// otherwise nothing is written. May be empty: then no last observation is kept.
    pub last: Observation<'a>,
    /// As `last`, of the info.
    pub last_info: &'a mut [i64],
}

/// Environments of one task with the same options. Environment `n` behaves as if it were alone.
#[derive(Debug)]
pub struct BatchEnv {
    spec: Arc<Spec>,
    envs: Vec<Env>,
    autoreset: Autoreset,
    pool: Option<Arc<ThreadPool>>,
}

/// Environments that one thread steps at a time: enough that handing them over costs little.
const GRAIN: usize = 64;

impl BatchEnv {
    pub(super) fn new(spec: &Arc<Spec>, envs: usize) -> BatchEnv {
        BatchEnv {
            envs: (0..envs).map(|_| Env::new(Arc::clone(spec))).collect(),
            spec: Arc::clone(spec),
            autoreset: Autoreset::default(),
            pool: None,
        }
    }

    /// When the next episodes begin.
    pub fn set_autoreset(&mut self, autoreset: Autoreset) {
        self.autoreset = autoreset;
    }

    /// On whose threads steps and resets are made; without, on the caller's. The results are the same.
    pub fn set_pool(&mut self, pool: Option<Arc<ThreadPool>>) {
        self.pool = pool;
    }

    /// Takes the threads away.
    pub fn take_pool(&mut self) -> Option<Arc<ThreadPool>> {
        self.pool.take()
    }

    /// How many environments there are.
    pub fn len(&self) -> usize {
        self.envs.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.envs.is_empty()
    }

    /// What they are environments of.
    pub fn spec(&self) -> &Arc<Spec> {
        &self.spec
    }

    /// How large the observation of one is.
    pub fn shape(&self) -> ObservationShape {
        self.spec.shape()
    }

    /// The environments, to look at.
    pub fn envs(&self) -> &[Env] {
        &self.envs
    }

    /// One environment, to fork, snapshot or restore. What it shows afterwards is written by the next
    /// [`BatchEnv::observe_all`], or piecemeal by the steps.
    pub fn env_mut(&mut self, env: usize) -> Option<&mut Env> {
        self.envs.get_mut(env)
    }

    /// Begins episodes: see [`Env::reset`]. `seeds` holds one an environment, or is empty: then each goes on with its own row.
    /// `which` holds one an environment, 0 for those that are left alone, or is empty: all. Of the buffers only the
    /// observation and the info are written.
    pub fn reset(
        &mut self,
        seeds: &[Option<u64>],
        which: &[u8],
        warts: Option<&Warts>,
        to: Buffers,
    ) -> Result<(), GymError> {
        let count = self.envs.len();
        for (name, length) in [("seeds", seeds.len()), ("which", which.len())] {
            if length != 0 {
                size(name, length, count)?;
            }
        }
        self.check(&to)?;
        if let Some(warts) = warts {
            self.spec.check_warts(warts)?;
        }
        let begin = |n: usize, env: &mut Env, to: &mut Buffers| {
            if which.get(n).is_none_or(|which| *which != 0) {
                env.reset(seeds.get(n).copied().flatten(), warts)?;
                env.observe_unchecked(&mut to.observation);
                put(to.info, &env.info().numbers());
            }
            Ok(())
        };
        let (envs, shape) = (&mut self.envs[..], self.spec.shape());
        match &self.pool {
            None => each(envs, 0, shape, to, &begin, false),
            Some(pool) => pool.install(|| each(envs, 0, shape, to, &begin, true)),
        }
    }

    /// One action each. An action that is none, or an environment that is not running where nothing resets it, is an error,
    /// and no environment has moved.
    pub fn step(&mut self, actions: &[i64], to: Buffers) -> Result<(), GymError> {
        self.check(&to)?;
        self.check_actions(actions)?;
        let autoreset = self.autoreset;
        let step = |n: usize, env: &mut Env, to: &mut Buffers| {
            let action = actions.get(n).copied().unwrap_or_default();
            one(env, action as usize, autoreset, to)
        };
        let (envs, shape) = (&mut self.envs[..], self.spec.shape());
        match &self.pool {
            None => each(envs, 0, shape, to, &step, false),
            Some(pool) => pool.install(|| each(envs, 0, shape, to, &step, true)),
        }
    }

    /// Writes the whole observation of every environment.
    pub fn observe_all(&mut self, mut to: Observation) -> Result<(), GymError> {
        let shape = self.spec.shape();
        shape.check(self.envs.len(), &to)?;
        for env in &mut self.envs {
            let (mut own, rest) = to.split(shape, 1);
            env.see_anew();
            env.observe_unchecked(&mut own);
            to = rest;
        }
        Ok(())
    }

    fn check(&self, to: &Buffers) -> Result<(), GymError> {
        let (count, shape) = (self.envs.len(), self.spec.shape());
        shape.check(count, &to.observation)?;
        if !to.last.planes.is_empty() {
            shape.check(count, &to.last)?;
        }
        size("rewards", to.rewards.len(), count)?;
        size("terminated", to.terminated.len(), count)?;
        size("truncated", to.truncated.len(), count)?;
        size("info", to.info.len(), count * INFO)?;
        match to.last_info.len() {
            0 => Ok(()),
            length => size("last_info", length, count * INFO),
        }
    }

    fn check_actions(&self, actions: &[i64]) -> Result<(), GymError> {
        size("actions", actions.len(), self.envs.len())?;
        let known = self.spec.options().actions.len();
        for (n, (action, env)) in actions.iter().zip(&self.envs).enumerate() {
            let over = !env.is_running();
            if over && (self.autoreset == Autoreset::Disabled || env.session().is_none()) {
                return Err(GymError::NotRunning {
                    env: Some(n),
                    over: env.session().is_some(),
                });
            }
            if usize::try_from(*action).map_or(true, |action| action >= known) {
                return Err(GymError::Action {
                    env: Some(n),
                    action: *action,
                    actions: known,
                });
            }
        }
        Ok(())
    }
}

/// Steps one environment into its own buffers.
fn one(
    env: &mut Env,
    action: usize,
    autoreset: Autoreset,
    to: &mut Buffers,
) -> Result<(), GymError> {
    let mut step = Step::default();
    if env.is_running() {
        step = env.step(action)?;
    } else {
        env.reset(None, None)?;
    }
    let over = step.terminated || step.truncated;
    if over && autoreset == Autoreset::SameStep {
        env.observe_unchecked(&mut to.observation);
        to.last.copy_from(&to.observation);
        put(to.last_info, &env.info().numbers());
        env.reset(None, None)?;
    }
    env.observe_unchecked(&mut to.observation);
    put(to.rewards, &[step.reward]);
    put(to.terminated, &[u8::from(step.terminated)]);
    put(to.truncated, &[u8::from(step.truncated)]);
    put(to.info, &env.info().numbers());
    Ok(())
}

/// Does the work for each environment with its own buffers, on several threads if there are enough environments.
fn each<W>(
    envs: &mut [Env],
    from: usize,
    shape: ObservationShape,
    to: Buffers,
    work: &W,
    threads: bool,
) -> Result<(), GymError>
where
    W: Fn(usize, &mut Env, &mut Buffers) -> Result<(), GymError> + Sync,
{
    if threads && envs.len() >= 2 * GRAIN {
        let half = envs.len() / 2;
        let (first, second) = envs.split_at_mut(half);
        let (here, there) = to.split(shape, half);
        let (a, b) = rayon::join(
            || each(first, from, shape, here, work, true),
            || each(second, from + half, shape, there, work, true),
        );
        return a.and(b);
    }
    let mut rest = to;
    for n in 0..envs.len() {
        let (mut own, others) = rest.split(shape, 1);
        approach(envs, n, shape, others.observation.planes);
        if let Some(env) = envs.get_mut(n) {
            work(from + n, env, &mut own)?;
        }
        rest = others;
    }
    Ok(())
}

/// Fetches what the environments after this one are likely to need, so that it is on its way from memory by then: a batch is
/// larger than what is near a core. `planes` are those of the environments that follow.
fn approach(envs: &[Env], n: usize, shape: ObservationShape, planes: &[u8]) {
    const NEXT: usize = 3;
    const AFTER: usize = 6;
    if let Some(env) = envs.get(n + AFTER) {
        env.prefetch();
    }
    if let Some(at) = envs.get(n + NEXT).and_then(Env::prefetch_cells) {
        let size = shape.rows * shape.columns;
        let first = (NEXT - 1) * shape.planes() + at;
        for plane in 0..PLANES {
            prefetch_index(planes, first + plane * size);
        }
    }
}

impl<'a> Buffers<'a> {
    /// The first so many environments and the rest.
    fn split(self, shape: ObservationShape, envs: usize) -> (Buffers<'a>, Buffers<'a>) {
        let (observation, more_observation) = self.observation.split(shape, envs);
        let (rewards, more_rewards) = cut(self.rewards, envs);
        let (terminated, more_terminated) = cut(self.terminated, envs);
        let (truncated, more_truncated) = cut(self.truncated, envs);
        let (info, more_info) = cut(self.info, envs * INFO);
        let (last, more_last) = self.last.split(shape, envs);
        let (last_info, more_last_info) = cut(self.last_info, envs * INFO);
        let first = Buffers {
            observation,
            rewards,
            terminated,
            truncated,
            info,
            last,
            last_info,
        };
        let rest = Buffers {
            observation: more_observation,
            rewards: more_rewards,
            terminated: more_terminated,
            truncated: more_truncated,
            info: more_info,
            last: more_last,
            last_info: more_last_info,
        };
        (first, rest)
    }
}

fn put<T: Copy>(to: &mut [T], values: &[T]) {
    for (place, value) in to.iter_mut().zip(values) {
        *place = *value;
    }
}

fn size(name: &'static str, found: usize, expected: usize) -> Result<(), GymError> {
    match found == expected {
        true => Ok(()),
        false => Err(GymError::Buffer {
            name,
            expected,
            found,
        }),
    }
}
