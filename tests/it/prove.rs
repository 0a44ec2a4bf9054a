//! The shipped tasks are proven, and the rules of a proof are tested.

use bigiron::cli::{suites, systems};
use bigiron::host::Warts;
use bigiron::task::prove::{Policy, trial};
use bigiron::task::start::Start;
use std::process::Command;
use std::sync::Arc;

/// A seed that no task was tuned to.
const SEED: u64 = 1962;

fn bigiron(arguments: &[&str]) -> (String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_bigiron"))
        .args(arguments)
        .output()
        .unwrap();
    let text =
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (text, output.status.code())
}

#[test]
fn tasks_of_the_licence_desk_are_proven() {
    let tasks = ["renew", "two-desks"];
    let (text, code) = bigiron(
        &[
            &["prove", "--system", "screens/dmv", "--seeds", "1"][..],
            &tasks,
        ]
        .concat(),
    );
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(
        text.lines()
            .next()
            .map(|line| line.split_whitespace().collect::<Vec<_>>()),
        Some(vec![
            "task", "tier", "warts", "oracle", "nop", "random", "naive", "impostor"
        ])
    );
}

#[test]
fn the_drills_of_the_other_desks_are_proven() {
    for (system, task) in [
        ("screens/revenue", "failed-submission"),
        ("screens/airline", "pet-in-cabin"),
        ("screens/benefits", "forgotten-dependant"),
    ] {
        let (text, code) = bigiron(&["prove", "--system", system, "--seeds", "1", task]);
        assert_eq!(code, Some(0), "{text}");
    }
}

/// Tasks that no playbook can solve with all warts on, each with the reason.
const EXCEPTIONS: [(&str, &str); 0] = [];

/// `prove` runs more seeds.
#[test]
fn every_oracle_recovers_from_all_warts_at_once() {
    let mut failed = Vec::new();
    for system in systems::names() {
        let course = suites::load(&system).unwrap();
        for task in &course.tasks {
            let id = format!("{system}/{}", task.id);
            let start = Arc::new(Start::new(&course.region, task, SEED).unwrap());
            let trial = trial(&course, &start, SEED, &Warts::All, Policy::Oracle, |_| ());
            let trial = trial.unwrap().unwrap();
            if !trial.grade.solved() && !EXCEPTIONS.iter().any(|(task, _)| *task == id) {
                failed.push(format!("{id}: {}", trial.grade));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn the_table_has_a_line_for_each_wart_set_and_the_summary_one_for_each_system() {
    let (text, code) = bigiron(&["prove", "dmv/renew", "clinic/phone", "--seeds", "1"]);
    assert_eq!(code, Some(0), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn a_task_that_is_solved_by_doing_nothing_is_not_proven() {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir("screens/dmv").unwrap() {
        let entry = entry.unwrap().path();
        if entry.is_file() {
            std::fs::copy(&entry, folder.path().join(entry.file_name().unwrap())).unwrap();
        }
    }
    std::fs::create_dir(folder.path().join("playbooks")).unwrap();
    std::fs::write(
        folder.path().join("playbooks/lazy.toml"),
        "about = \"Nothing\"\n[[rule]]\ndone = true\n",
    )
    .unwrap();
    std::fs::write(
        folder.path().join("tasks.toml"),
        "[task.idle]\ntitle = \"Idle\"\ndrill = \"none\"\ntier = 1\ngoal = \"Do nothing.\"\noracle = \"lazy\"\n\
         budget = { keys = 10, time = \"1h\" }\n\
         [[task.idle.require]]\nwhen = \"false\"\ndelete = \"change\"\nkey = \"'D1'\"\n",
    )
    .unwrap();
    let (text, code) = bigiron(&[
        "prove",
        "--system",
        folder.path().to_str().unwrap(),
        "--seeds",
        "2",
    ]);
    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("nop: not so that nothing but doing the task solves it\nseed 0: solved"),
        "{text}"
    );
}

#[test]
fn a_wrong_task_name_gets_a_near_match() {
    let (text, code) = bigiron(&["prove", "renew-mvoed", "--system", "screens/dmv"]);
    assert_eq!(code, Some(2));
    assert_eq!(
        text,
        "error: no task is called renew-mvoed\n  hint: did you mean renew-moved?\n"
    );
}
