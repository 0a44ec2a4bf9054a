//! The gym: what it promises to a learner.

mod batch;
mod env;

use bigiron::cli::courses;
use bigiron::gym::{self, ANSWER, Action, Env, GOAL, Observation, Options, Registry, Shape, TOKEN};
use bigiron::gym::{TOKENS, Vocabulary, status};
use bigiron::task::playbook::{Station, Stop};
use bigiron::terminal::{Key, Terminal};
use std::sync::LazyLock;

/// Every shipped task.
static REGISTRY: LazyLock<Registry> = LazyLock::new(|| courses::registry(&[]).unwrap());

fn options(settings: &[(&str, &str)]) -> Options {
    let mut options = Options::default();
    for (name, value) in settings {
        options.set(name, value).unwrap();
    }
    options
}

fn make(id: &str, settings: &[(&str, &str)]) -> Env {
    REGISTRY.make(id, options(settings)).unwrap()
}

/// Buffers for so many environments.
#[derive(Debug, Clone, PartialEq)]
struct Eyes {
    planes: Vec<u8>,
    status: Vec<i32>,
    answer: Vec<u8>,
    goal: Vec<u8>,
    tokens: Vec<u8>,
    mask: Vec<u8>,
}

impl Eyes {
    fn new(shape: Shape, envs: usize) -> Eyes {
        Eyes {
            planes: vec![0xEE; shape.planes() * envs],
            status: vec![-1; status::COLUMNS * envs],
            answer: vec![0xEE; ANSWER * envs],
            goal: vec![0xEE; GOAL * envs],
            tokens: vec![0xEE; TOKENS * TOKEN * envs],
            mask: vec![0xEE; shape.actions * envs],
        }
    }

    fn buffers(&mut self) -> Observation<'_> {
        Observation {
            planes: &mut self.planes,
            status: &mut self.status,
            answer: &mut self.answer,
            goal: &mut self.goal,
            tokens: &mut self.tokens,
            mask: &mut self.mask,
        }
    }
}

/// What an environment shows, whole.
fn seen(env: &mut Env) -> Eyes {
    let mut eyes = Eyes::new(env.shape(), 1);
    env.observe_all(&mut eyes.buffers()).unwrap();
    eyes
}

/// A playbook's hands on an environment whose actions are `all`.
struct Hands {
    env: Env,
    /// The numbers of the actions that were taken.
    taken: Vec<usize>,
    reward: f64,
}

impl Hands {
    fn act(&mut self, action: &Action) -> Result<gym::Step, Stop> {
        let number = self.env.spec().options().actions.number(action).unwrap();
        self.taken.push(number);
        let step = self.env.step(number).map_err(|_| Stop::BudgetSpent)?;
        self.reward += step.reward;
        match step.truncated {
            true => Err(Stop::BudgetSpent),
            false => Ok(step),
        }
    }
}

impl Station for Hands {
    fn press(&mut self, key: Key) -> Result<(), Stop> {
        let action = match key {
            Key::MoveCursor(at) => {
                let mut inputs = self.terminal().fields();
                let mut inputs = inputs.by_ref().filter(|f| f.is_input() && f.length > 0);
                let place = inputs.position(|field| field.start() == at).unwrap();
                Action::Field(place as u8)
            }
            key => Action::Press(key),
        };
        self.act(&action).map(drop)
    }

    fn wait(&mut self, by: u64) -> Result<(), Stop> {
        let step = self.env.spec().options().wait_time;
        (0..by.div_ceil(step)).try_for_each(|_| self.act(&Action::Wait).map(drop))
    }

    fn terminal(&self) -> &Terminal {
        self.env.session().unwrap().terminal()
    }
}

/// Keys by chance, the same for the same seed: a small generator of the test's own.
fn chance(seed: u64) -> impl Iterator<Item = usize> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as usize
    })
}

/// Actions that an agent might try: mostly characters of the goal and keys of attention, all of the vocabulary.
fn attempts(vocabulary: &Vocabulary, seed: u64, count: usize) -> Vec<usize> {
    let often = [
        "<enter>",
        "<tab>",
        "<pf3>",
        "<pf5>",
        "<pf8>",
        "<token 0>",
        "<token 1>",
        "<reset>",
    ];
    let often: Vec<usize> = often
        .iter()
        .filter_map(|name| vocabulary.number(&name.parse().unwrap()))
        .collect();
    let ends = ["<done>", "<report>"].map(|name| vocabulary.number(&name.parse().unwrap()));
    let mut draws = chance(seed);
    let mut draw = |below: usize| draws.next().unwrap_or(0) % below;
    (0..count)
        .map(|_| match draw(2) {
            0 => often[draw(often.len())],
            _ => draw(vocabulary.len()),
        })
        .map(|action| {
            match ends.contains(&Some(action))
                || matches!(vocabulary.get(action), Some(Action::Report(_)))
            {
                true => often[0],
                false => action,
            }
        })
        .collect()
}
