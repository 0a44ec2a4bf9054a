//! The same keys through any two doors give the same screens and, under the turn clock, the same state hash of the host.
//!
//! Every oracle's run and a few hundred scripts of random keys are worked in memory first, which cuts them into turns: a turn ends
//! with a key that asks the host for something, with one that the keyboard refuses, or with a wait. Then each door takes the same
//! turns; the screen is compared after each, and the state hash at the end. The hash comes from the server's record hook or from
//! a recording, never from a door.

mod cases;
mod ways;

use bigiron::terminal::Key;
use cases::Case;
use ways::{Served, Way, json, pty, script, tn3270, tools, vt, web, window};

/// What is done between two looks at the screen.
#[derive(Debug, Clone, Default)]
pub struct Turn {
    keys: Vec<Key>,
    /// The same for a keyboard that has no pointer: the cursor gets to its place by other keys.
    by_hand: Vec<Key>,
    wait: u64,
}

/// Runs a case through a door and compares it with the run in memory.
fn compare(case: &Case, door: &str, mut way: impl Way) {
    for (number, (turn, expected)) in case.turns.iter().zip(&case.screens).enumerate() {
        let seen = way.take(turn);
        if let Some((row, (seen, expected))) = differing(&seen, expected) {
            let keys: String = turn.keys.iter().map(Key::to_string).collect();
            panic!(
                "{} through {door}, turn {number} of {}: {keys} and {} ms\nrow {row} is  {seen:?}\nand not  {expected:?}",
                case.name,
                case.turns.len(),
                turn.wait
            );
        }
    }
    let hash = way.finish(case.screens.last().map_or(&[], Vec::as_slice));
    assert_eq!(
        format!("{hash:016x}"),
        format!("{:016x}", case.hash),
        "the host of {} through {door}",
        case.name
    );
}

/// The first row, from 1, that is not as expected. A door that cannot be looked at in between shows none.
fn differing<'a>(
    seen: &'a [String],
    expected: &'a [String],
) -> Option<(usize, (&'a str, &'a str))> {
    let rows = seen.iter().zip(expected);
    let mut rows = rows.map(|(seen, expected)| (seen.trim_end(), expected.trim_end()));
    let row = rows.clone().position(|(seen, expected)| seen != expected)?;
    Some((row + 1, rows.nth(row)?))
}

/// Takes a case through every door that can say all its keys.
fn through_every_door(case: &Case) {
    let served = Served::begin(case);
    compare(case, "json", json::Agent::connect(&served));
    compare(case, "script", script::Script::connect(&served));
    compare(case, "http", web::Trainer::connect(&served));
    compare(case, "mcp", tools::Agent::connect(&served, case));
    if case.without_waits() {
        compare(
            case,
            "tn3270 with s3270",
            tn3270::Emulator::connect(&served),
        );
    }
    if window::can_say(case) {
        compare(case, "vt", vt::Client::connect(&served, case));
        // That one paints after each of the seconds that pass.
        if case.turns.iter().map(|turn| turn.wait).sum::<u64>() <= 20_000 {
            compare(case, "pty", pty::Window::open(case));
        }
    }
}

/// Works on the cases in as many threads as there are processors; the first that fails fails the test.
fn all(cases: &[Case]) {
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(case) =
                    cases.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
                {
                    through_every_door(case);
                }
            });
        }
    });
}

#[test]
fn every_oracle_comes_to_the_same_through_every_door() {
    let cases = cases::oracles();
    assert!(cases.len() >= 40, "{} tasks", cases.len());
    all(&cases);
}

#[test]
fn random_keys_come_to_the_same_through_every_door() {
    let cases = cases::random();
    let scripts: usize = cases.iter().map(|case| case.scripts).sum();
    assert!(scripts >= 300, "{scripts} scripts");
    all(&cases);
}
