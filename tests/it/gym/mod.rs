//! The gym: what it promises to a learner.

mod batch;
mod env;
mod table;

use bigiron::cli::suites;
use bigiron::gym::{
    self, ANSWER, Action, Env, EnvOptions, GOAL, Observation, ObservationShape, Registry, TOKEN,
};
use bigiron::gym::{TOKENS, Vocabulary, status};
use bigiron::task::ending::Ending;
use bigiron::task::playbook::TerminalDriver;
use bigiron::terminal::{Key, Terminal};
use std::sync::LazyLock;

/// Every shipped task.
static REGISTRY: LazyLock<Registry> = LazyLock::new(|| suites::registry(&[]).unwrap());

fn options(settings: &[(&str, &str)]) -> EnvOptions {
    let mut options = EnvOptions::default();
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
    fn new(shape: ObservationShape, envs: usize) -> Eyes {
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
    /// Which terminal the environment is at.
    at: usize,
    /// What was on each screen when it was last looked at.
    screens: Vec<Terminal>,
    /// The numbers of the actions that were taken.
    taken: Vec<usize>,
    reward: f64,
}

impl Hands {
    /// Hands on the terminals of an environment that is reset.
    fn on(env: Env, terminals: usize) -> Hands {
        let screen = env.session().unwrap().terminal().clone();
        let mut hands = Hands {
            env,
            at: 0,
            screens: vec![screen; terminals],
            taken: Vec::new(),
            reward: 0.0,
        };
        for at in (0..terminals).rev().filter(|_| terminals > 1) {
            hands.turn(at);
        }
        hands
    }

    fn turn(&mut self, at: usize) {
        if self.at != at {
            self.at = at;
            self.act(&Action::Terminal(at as u8)).unwrap();
        }
    }

    fn act(&mut self, action: &Action) -> Result<gym::Step, Ending> {
        let number = self.env.spec().options().actions.number(action).unwrap();
        self.taken.push(number);
        let step = self.env.step(number).map_err(|_| Ending::BudgetSpent)?;
        self.reward += step.reward;
        self.screens[self.at] = self.env.session().unwrap().terminal().clone();
        match step.truncated {
            true => Err(Ending::BudgetSpent),
            false => Ok(step),
        }
    }
}

impl TerminalDriver for Hands {
    fn press_at(&mut self, at: usize, key: Key) -> Result<(), Ending> {
        self.turn(at);
        let action = match key {
            Key::MoveCursor(to) => {
                let mut inputs = self.screens[at].fields();
                let mut inputs = inputs.by_ref().filter(|f| f.is_input() && f.length > 0);
                let place = inputs.position(|field| field.start() == to).unwrap();
                Action::Field(place as u8)
            }
            key => Action::Press(key),
        };
        self.act(&action).map(drop)
    }

    fn wait_at(&mut self, at: usize, by: u64) -> Result<(), Ending> {
        self.turn(at);
        let step = self.env.spec().options().wait_time;
        (0..by.div_ceil(step)).try_for_each(|_| self.act(&Action::Wait).map(drop))
    }

    fn terminal_at(&self, at: usize) -> &Terminal {
        &self.screens[at]
    }

    fn terminals(&self) -> usize {
        self.screens.len()
    }
}

/// Numbers by chance, the same for the same seed, in a way that any language repeats: xorshift on 64 bits (13 left, 7 right, 17
/// left), begun at `seed * 0x9E3779B97F4A7C15 | 1`; a number is what stands above the lowest 33 bits.
fn chance(seed: u64) -> impl Iterator<Item = u64> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state >> 33
    })
}

/// Actions that an agent might try. For each, two numbers by chance: if the first is even, the second picks among the keys that
/// are pressed often, else among all. What would end the episode is ENTER instead.
fn attempts(vocabulary: &Vocabulary, seed: u64, count: usize) -> Vec<usize> {
    let number = |name: &str| vocabulary.number(&name.parse().unwrap()).unwrap();
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
    let often = often.map(number);
    let ends = |action: usize| {
        matches!(
            vocabulary.get(action),
            Some(Action::Done | Action::ReportHere | Action::Report(_))
        )
    };
    let mut draws = chance(seed).map(|number| number as usize);
    let mut draw = |below: usize| draws.next().unwrap_or(0) % below;
    (0..count)
        .map(|_| match draw(2) {
            0 => often[draw(often.len())],
            _ => draw(vocabulary.len()),
        })
        .map(|action| match ends(action) {
            true => often[0],
            false => action,
        })
        .collect()
}
