//! Environments stepped together.

use super::{Eyes, REGISTRY, attempts, make, options};
use bigiron::gym::{Action, Autoreset, BatchEnv, Buffers, Env, INFO, Vocabulary, status};
use std::sync::Arc;

const ID: &str = "bigiron/dmv-change-address-v0";
const SETTINGS: [(&str, &str); 3] = [("actions", "all"), ("warts", "all"), ("seeds", "0-9")];

/// Everything a batch writes.
#[derive(Debug, Clone, PartialEq)]
struct Page {
    eyes: Eyes,
    rewards: Vec<f64>,
    terminated: Vec<u8>,
    truncated: Vec<u8>,
    info: Vec<i64>,
    last: Eyes,
    last_info: Vec<i64>,
}

impl Page {
    fn new(batch: &BatchEnv) -> Page {
        let envs = batch.len();
        Page {
            eyes: Eyes::new(batch.shape(), envs),
            rewards: vec![-1.0; envs],
            terminated: vec![9; envs],
            truncated: vec![9; envs],
            info: vec![-1; envs * INFO],
            last: Eyes::new(batch.shape(), envs),
            last_info: vec![-1; envs * INFO],
        }
    }

    fn buffers(&mut self) -> Buffers<'_> {
        Buffers {
            observation: self.eyes.buffers(),
            rewards: &mut self.rewards,
            terminated: &mut self.terminated,
            truncated: &mut self.truncated,
            info: &mut self.info,
            last: self.last.buffers(),
            last_info: &mut self.last_info,
        }
    }
}

fn batch(envs: usize, autoreset: Autoreset) -> BatchEnv {
    let mut batch = REGISTRY.make_batch(ID, envs, options(&SETTINGS)).unwrap();
    batch.set_autoreset(autoreset);
    batch
}

/// The actions of each environment at each step.
fn script(envs: usize, steps: usize) -> Vec<Vec<i64>> {
    let actions = Vocabulary::all();
    let done = actions.number(&Action::Done).unwrap() as i64;
    let each: Vec<Vec<usize>> = (0..envs)
        .map(|env| attempts(&actions, env as u64, steps))
        .collect();
    (0..steps)
        .map(|step| {
            let action = |env: usize| match (step + env) % 37 {
                36 => done,
                _ => each[env][step] as i64,
            };
            (0..envs).map(action).collect()
        })
        .collect()
}

fn play(batch: &mut BatchEnv, steps: usize) -> (Vec<Page>, Vec<u64>) {
    let seeds: Vec<Option<u64>> = (0..batch.len() as u64).map(|n| Some(n % 10)).collect();
    let mut page = Page::new(batch);
    batch.reset(&seeds, &[], None, page.buffers()).unwrap();
    let script = script(batch.len(), steps);
    let pages = script.iter().map(|actions| {
        batch.step(actions, page.buffers()).unwrap();
        page.clone()
    });
    let pages = pages.collect();
    (pages, batch.envs().iter().map(Env::state_hash).collect())
}

#[test]
fn any_number_of_threads_writes_the_same() {
    // Enough environments that they are parted among threads.
    let (envs, steps) = (130, 45);
    let threads = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let mut batch = batch(envs, Autoreset::SameStep);
        batch.set_pool(Some(Arc::new(pool)));
        play(&mut batch, steps)
    };
    let alone = play(&mut batch(envs, Autoreset::SameStep), steps);
    assert!(alone == threads(1));
    assert!(alone == threads(3));
}

#[test]
fn an_environment_of_a_batch_behaves_as_if_it_were_alone() {
    let (pages, hashes) = play(&mut batch(5, Autoreset::NextStep), 120);
    for (n, hash) in hashes.iter().enumerate() {
        let mut env = make(ID, &SETTINGS);
        env.reset(Some(n as u64), None).unwrap();
        let mut eyes = super::seen(&mut env);
        for (actions, page) in script(5, 120).iter().zip(&pages) {
            let mut step = Default::default();
            match env.is_running() {
                true => step = env.step(actions[n] as usize).unwrap(),
                false => env.reset(None, None).unwrap(),
            }
            env.observe(&mut eyes.buffers()).unwrap();
            let size = env.shape().planes();
            assert!(page.eyes.planes[n * size..][..size] == eyes.planes);
            assert_eq!(
                page.eyes.status[n * status::COLUMNS..][..status::COLUMNS],
                eyes.status
            );
            assert!(page.eyes.mask[n * eyes.mask.len()..][..eyes.mask.len()] == eyes.mask);
            assert_eq!(page.rewards[n], step.reward);
            assert_eq!(page.terminated[n] != 0, step.terminated);
            assert_eq!(page.truncated[n] != 0, step.truncated);
            assert_eq!(page.info[n * INFO..][..INFO], env.info().numbers());
        }
        assert_eq!(env.state_hash(), *hash);
    }
}

#[test]
fn the_last_observation_is_kept_where_the_next_episode_begins_at_once() {
    let mut batch = batch(2, Autoreset::SameStep);
    let mut page = Page::new(&batch);
    batch
        .reset(&[Some(1), Some(2)], &[], None, page.buffers())
        .unwrap();
    let number = |name: &str| Vocabulary::all().number(&name.parse().unwrap()).unwrap() as i64;
    batch
        .step(&[number("Q"), number("W")], page.buffers())
        .unwrap();
    let (first, before) = (page.eyes.clone(), page.last.clone());
    batch
        .step(&[number("<done>"), number("W")], page.buffers())
        .unwrap();
    let size = batch.shape().planes();
    assert_eq!((page.terminated[0], page.terminated[1]), (1, 0));
    assert!(page.last.planes[..size] == first.planes[..size]);
    assert!(page.last.planes[size..] == before.planes[size..]);
    assert!(page.eyes.planes[..size] != first.planes[..size]);
    assert_eq!((page.last_info[1], page.info[1]), (2, 0));
}

#[test]
fn where_nothing_resets_it_an_environment_that_is_over_takes_no_step() {
    let mut batch = batch(2, Autoreset::Disabled);
    let mut page = Page::new(&batch);
    batch
        .reset(&[Some(1), Some(2)], &[], None, page.buffers())
        .unwrap();
    let number = |name: &str| Vocabulary::all().number(&name.parse().unwrap()).unwrap() as i64;
    let done = [number("A"), number("<done>")];
    batch.step(&done, page.buffers()).unwrap();
    let before: Vec<u64> = batch.envs().iter().map(Env::state_hash).collect();
    let fault = batch.step(&done, page.buffers()).unwrap_err().to_string();
    assert_eq!(
        fault,
        "environment 1: the episode is over: call reset first"
    );
    let after: Vec<u64> = batch.envs().iter().map(Env::state_hash).collect();
    assert_eq!(before, after);
    batch.reset(&[], &[0, 1], None, page.buffers()).unwrap();
    batch.step(&done, page.buffers()).unwrap();
    assert_eq!(page.terminated, [0, 1]);
}

#[test]
fn wrong_buffers_and_actions_name_the_one() {
    let mut batch = batch(3, Autoreset::NextStep);
    let mut page = Page::new(&batch);
    batch.reset(&[], &[], None, page.buffers()).unwrap();
    let mut fault = |actions: &[i64], page: &mut Page| {
        batch.step(actions, page.buffers()).unwrap_err().to_string()
    };
    assert_eq!(
        fault(&[0, -1, 0], &mut page),
        "environment 1: action -1 is out of range: 0 to 270 are known"
    );
    assert_eq!(
        fault(&[0, 0], &mut page),
        "the buffer `actions` has 2 elements: 3 are expected"
    );
    page.rewards.push(0.0);
    assert_eq!(
        fault(&[0, 0, 0], &mut page),
        "the buffer `rewards` has 4 elements: 3 are expected"
    );
}
