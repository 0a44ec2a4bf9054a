//! A task of a shipped system, solved by its own playbook, and graded by the tables.
//!
//! `cargo run -p bigiron-sim --example solve_a_task -- dmv renew-moved 7`

use bigiron_sim::host::Warts;
use bigiron_sim::shipped;
use bigiron_sim::system::model::System;
use bigiron_sim::task::attempt::Attempt;
use bigiron_sim::task::model::TaskSuite;
use bigiron_sim::task::prove::play;
use std::env;
use std::error::Error;
use std::sync::Arc;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let system = arguments.next().unwrap_or_else(|| "dmv".into());
    let task = arguments.next().unwrap_or_else(|| "renew-moved".into());
    let seed = arguments.next().map_or(Ok(7), |seed| seed.parse())?;

    let suite = suite(&system)?;
    let start = Arc::new(suite.start(&task, seed)?);
    println!("{}\n", start.goal());

    // Every wart of the system is on: the playbook recovers from what they do.
    let mut attempt: Attempt = Attempt::open(&start, seed, &Warts::All, |_| ());
    let oracle = &suite.playbooks[start.task().oracle];
    let (answer, ending) = play(oracle, &start, &mut attempt);
    *attempt.answer_mut() = answer;
    attempt.meet();

    let (keys, time) = (attempt.keys(), attempt.now());
    let grade = attempt.finish(ending).ok_or("the attempt has no task")?;
    println!("{keys} keys, {} s\n{grade}", time / 1000);
    Ok(())
}

/// The tasks of a shipped system; those that are worked in another shipped system too are among them.
fn suite(name: &str) -> Result<TaskSuite, Box<dyn Error>> {
    let load = |name: &str| {
        let system = System::load(shipped::files(name)?, name).ok()?;
        Some(Arc::new(system))
    };
    let files = shipped::files(name).ok_or("no shipped system has this name")?;
    let system = Arc::new(System::load(files.clone(), name)?);
    Ok(TaskSuite::load_among(&system, files, &load)?)
}
