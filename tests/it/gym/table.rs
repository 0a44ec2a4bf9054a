//! The table of hashes: what every registered environment comes to, on every machine, in every process, by every door.
//!
//! The first number folds what 200 actions give with seed 7: `fold = (fold * 31 + state_hash + reward * 1000) mod 2^64` after
//! each step, from 0. The actions are numbers of the vocabulary `all`, by a xorshift generator of which the comment at
//! [`super::chance`] tells; warts and milestones are on, and an episode that is over is followed by the next of its row. The
//! second number is the state hash to which the oracle comes with seed 7 on the clean twin.

use super::env::solved;
use super::{REGISTRY, attempts, make};
use bigiron::gym::Vocabulary;
use std::fmt::Write;

const SETTINGS: [(&str, &str); 3] = [("actions", "all"), ("warts", "all"), ("milestones", "1")];

fn fold(id: &str, seed: u64) -> u64 {
    let mut env = make(id, &SETTINGS);
    env.reset(Some(seed), None).unwrap();
    let mut fold = 0u64;
    for action in attempts(&Vocabulary::all(), seed, 200) {
        let reward = match env.is_running() {
            true => env.step(action).unwrap().reward,
            false => {
                env.reset(None, None).unwrap();
                0.0
            }
        };
        let thousandths = (reward * 1000.0).round() as u64;
        fold = fold.wrapping_mul(31).wrapping_add(env.state_hash());
        fold = fold.wrapping_add(thousandths);
    }
    fold
}

#[test]
fn every_environment_comes_to_what_the_table_says() {
    let mut table = String::new();
    for entry in REGISTRY.entries() {
        let id = entry.id();
        let (env, ..) = solved(id, 7);
        writeln!(table, "{id} {:016x} {:016x}", fold(id, 7), env.state_hash()).unwrap();
    }
    insta::assert_snapshot!("hashes", table);
}
