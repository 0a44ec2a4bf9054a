use super::*;
use crate::tui::{Program, WindowCommand};
use bigiron_sim::recording::{EventKind, Recording};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::backend::TestBackend;
use std::path::Path;

/// A task of the licence desk, played under the turn clock; recorded if there is a file for it.
fn at_task(task: &str, record: Option<&Path>) -> Play<LocalTerminal> {
    let suite = suites::load("dmv").unwrap();
    let args = SessionArgs {
        system: "dmv".into(),
        options: super::super::args::SessionOptions {
            task: Some(task.into()),
            speed: 1.0,
            model: 2,
            record: record.map(Path::to_owned),
            ..Default::default()
        },
    };
    let setup = opening::setup(&args.options, ClockArg::Turn, [suite.system()]).unwrap();
    let session = session::open(&suite, &args, &setup, "play").unwrap();
    let terminal = LocalTerminal {
        session,
        title: "dmv".into(),
        now: 0,
    };
    Play::new(terminal, tui::screen::Palette::Monochrome)
}

/// What the window shows, and its cursor's column and row.
fn shown(program: &Play<LocalTerminal>, width: u16, height: u16) -> String {
    let mut window = ratatui::Terminal::new(TestBackend::new(width, height)).unwrap();
    window.draw(|frame| program.draw(frame)).unwrap();
    let buffer = window.backend().buffer();
    let row = |y| {
        (0..width)
            .map(|x| buffer[(x, y)].symbol())
            .collect::<String>()
    };
    let rows: Vec<String> = (0..height).map(|y| row(y).trim_end().to_owned()).collect();
    rows.join("\n")
}

/// Types text; `\r` is Enter, `\x1b` the prefix Esc, `\x11` Ctrl-Q.
fn types(program: &mut Play<LocalTerminal>, text: &str) -> Vec<WindowCommand> {
    let mut commands = Vec::new();
    for character in text.chars() {
        let key = match character {
            '\r' => KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE),
            '\x1b' => KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE),
            '\x11' => KeyEvent::new(KeyCode::Char('q'), KeyModifiers::CONTROL),
            '\x15' => KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL),
            character => KeyEvent::new(KeyCode::Char(character), KeyModifiers::NONE),
        };
        commands.extend(program.key(key));
    }
    commands
}

#[test]
fn the_goal_stands_above_or_beside_the_screen_or_comes_by_a_key() {
    let mut program = at_task("read-expiry", None);
    types(&mut program, "\r");
    insta::assert_snapshot!("goal_80x24", shown(&program, 80, 24));
    insta::assert_snapshot!("goal_80x26", shown(&program, 80, 26));
    insta::assert_snapshot!("goal_100x40", shown(&program, 100, 40));
    let mut program = at_task("two-desks", None);
    insta::assert_snapshot!("goal_first", shown(&program, 80, 26));
    types(&mut program, "\r");
    insta::assert_snapshot!("goal_150x30", shown(&program, 150, 30));
}

#[test]
fn keys_typed_while_the_goal_shows_reach_the_screen() {
    let mut program = at_task("read-expiry", None);
    types(&mut program, "CLK042");
    assert!(shown(&program, 80, 26).contains("OPERATOR ID  . . .  CLK042"));
    types(&mut program, "\x1bg\x1b\x1bgIRON\r");
    assert!(shown(&program, 80, 26).contains("MAIN MENU"));
}

#[test]
fn an_answer_is_typed_kept_and_submitted_by_leaving() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.jsonl");
    let mut program = at_task("read-expiry", Some(&file));
    types(&mut program, "\r\x1be12/3");
    // The draft is kept while the line is closed.
    types(&mut program, "\x1b");
    assert!(!shown(&program, 80, 26).contains("12/3"));
    types(&mut program, "\x1be1");
    insta::assert_snapshot!("answer_80x26", shown(&program, 80, 26));
    assert_eq!(types(&mut program, "x\r"), []);
    assert!(shown(&program, 80, 26).contains("it does not read as a date"));
    types(&mut program, "\x1504/02/89\r");
    assert!(shown(&program, 80, 26).contains("left  answer 04/02/89"));
    types(&mut program, "\x11");
    assert!(shown(&program, 80, 26).contains("Leave with the answer 04/02/89?"));
    assert_eq!(types(&mut program, "n"), []);
    assert_eq!(types(&mut program, "\x11y"), [WindowCommand::Quit]);
    let mut session = program.into_played().session;
    session.leave();
    session.end("quit");
    assert!(session.grade().is_some());
    drop(session);
    let recording = Recording::parse(&std::fs::read(&file).unwrap()).unwrap().0;
    let ends = recording
        .events
        .iter()
        .rev()
        .take(2)
        .map(|event| &event.kind);
    let ends: Vec<&EventKind> = ends.collect();
    assert_eq!(ends[0], &EventKind::End("submitted".into()));
    assert_eq!(ends[1], &EventKind::Answer(Some("04/02/89".into())));
}

#[test]
fn leaving_without_an_answer_opens_the_answer_line() {
    let mut program = at_task("read-expiry", None);
    types(&mut program, "\r\x11");
    insta::assert_snapshot!("leaving_80x26", shown(&program, 80, 26));
    assert_eq!(types(&mut program, "04/02/89\r"), [WindowCommand::Quit]);
    let mut program = at_task("read-expiry", None);
    assert_eq!(types(&mut program, "\r\x11\r"), [WindowCommand::Quit]);
    // A task without an answer has only the question.
    let mut program = at_task("change-address", None);
    assert_eq!(types(&mut program, "\r\x1be"), [WindowCommand::Bell]);
    assert_eq!(types(&mut program, "\x11y"), [WindowCommand::Quit]);
}

#[test]
fn the_operator_changes_terminals_and_each_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.jsonl");
    let mut program = at_task("member-expiry", Some(&file));
    types(&mut program, "\rCLK");
    assert!(shown(&program, 100, 40).contains(" 1 dmv, keys 3 of 400"));
    types(&mut program, "\x1bt");
    let claims = shown(&program, 100, 40);
    assert!(claims.contains(" 2 claims, keys 3 of 400") && claims.contains("(here)"));
    assert!(!claims.contains(". .  CLK"), "{claims}");
    types(&mut program, "TVM31");
    types(&mut program, "\x1bt");
    let back = shown(&program, 100, 40);
    assert!(
        back.contains(" 1 dmv, keys 8 of 400") && back.contains("CLK"),
        "{back}"
    );
    let mut session = program.into_played().session;
    session.leave();
    session.end("quit");
    drop(session);
    let keys = |name: &str| {
        let bytes = std::fs::read(folder.path().join(name)).unwrap();
        let recording = Recording::parse(&bytes).unwrap().0;
        let keys = recording
            .events
            .into_iter()
            .filter_map(|event| match event.kind {
                EventKind::Keys(keys) => Some(Key::line(&keys)),
                _ => None,
            });
        keys.collect::<String>()
    };
    assert_eq!(
        [keys("run.jsonl"), keys("run-claims.jsonl")],
        ["CLK", "TVM31"]
    );
}

#[test]
fn a_spent_budget_ends_the_task() {
    let mut program = at_task("read-expiry", None);
    types(&mut program, "\r");
    let keys = program.played().status().unwrap().budget.keys;
    for _ in 0..keys / 2 {
        types(&mut program, "1");
        program.key(KeyEvent::new(KeyCode::Home, KeyModifiers::NONE));
    }
    assert!(!shown(&program, 80, 26).contains("used up"));
    types(&mut program, "1");
    assert!(shown(&program, 80, 26).contains("used up"));
    assert_eq!(types(&mut program, " "), [WindowCommand::Quit]);
    let session = program.into_played().session;
    let grade = session.grade().unwrap();
    assert_eq!(
        grade.outcome,
        bigiron_sim::task::grade::Outcome::BudgetSpent
    );
}
