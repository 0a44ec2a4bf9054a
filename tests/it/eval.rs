//! Agents as programs: their grades, their faults, and that none reaches the grader.

use serde_json::Value;
use std::path::Path;
use std::process::Command;

fn bigiron(arguments: &[&str]) -> (String, Option<i32>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bigiron"));
    let output = command.args(arguments).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8(text).unwrap(), output.status.code())
}

/// The runs of an agent at one task of the licence desk.
fn runs(agent: &str, more: &[&str], out: &Path) -> Vec<Value> {
    let fixed = ["eval", "dmv/change-address", "--agent", agent, "--out"];
    let mut arguments = fixed.to_vec();
    arguments.push(out.to_str().unwrap());
    arguments.extend(more);
    let (text, code) = bigiron(&arguments);
    assert_eq!(code, Some(0), "{text}");
    let lines = std::fs::read_to_string(out.join("runs.jsonl")).unwrap();
    let mut runs: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    runs.sort_by_key(|run| run["warts"].as_str().unwrap().to_owned());
    runs
}

fn naive() -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/agents/naive.py");
    format!("python3 {script}")
}

#[test]
fn the_naive_agent_solves_the_clean_twin_and_its_runs_are_regraded_the_same() {
    let out = tempfile::tempdir().unwrap();
    let runs = runs(&naive(), &["--seeds", "1", "--repeats", "2"], out.path());
    let outcomes: Vec<(&str, &str)> = runs
        .iter()
        .map(|run| {
            let grade = &run["grade"];
            (
                run["warts"].as_str().unwrap(),
                grade["outcome"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("lost_address", "failed"),
        ("lost_address", "failed"),
        ("none", "solved"),
        ("none", "solved"),
    ];
    assert_eq!(outcomes, expected, "{runs:?}");
    for run in &runs {
        let file = run["recordings"][0].as_str().unwrap();
        let (text, _) = bigiron(&["regrade", file, "--json"]);
        let again: Value = serde_json::from_str(text.trim()).unwrap();
        assert_eq!(again, run["grade"], "{file}");
        assert_eq!(bigiron(&["verify", file]).1, Some(0));
    }
    let report = std::fs::read_to_string(out.path().join("report.json")).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["success"]["hits"], 2);
    assert_eq!(report["pass"]["2"], 0.5);
    assert_eq!(report["recovery"]["lost_address"]["recovered"]["hits"], 0);
    assert!(report["keys"].as_f64().unwrap() < 3.0);
}

#[test]
fn an_agent_that_crashes_hangs_floods_or_sends_nonsense_is_at_fault_itself() {
    let out = tempfile::tempdir().unwrap();
    for (agent, reason) in [
        ("echo cannot find my hat >&2; exit 3", "cannot find my hat"),
        ("sleep 600", "not done after"),
        ("yes", "not done after"),
        ("yes | tr -d '\\n'", "submitted nothing"),
        ("echo '{\"kees\": 1}'; echo garbage", "submitted nothing"),
        ("exec no-such-program-at-all", "submitted nothing"),
    ] {
        let more = ["--seeds", "1", "--warts", "none", "--timeout", "3"];
        let runs = runs(agent, &more, out.path());
        assert_eq!(runs.len(), 1);
        let grade = &runs[0]["grade"];
        assert_eq!(grade["outcome"], "agent_fault", "{agent}: {grade}");
        let found = grade["reason"].as_str().unwrap();
        assert!(found.contains(reason), "{agent}: {found}");
    }
}

#[test]
#[cfg_attr(not(feature = "peers"), ignore = "needs s3270: --features peers")]
fn an_agent_by_tn3270_is_graded_by_its_recording() {
    let out = tempfile::tempdir().unwrap();
    let agent = "test -n \"$BIGIRON_TN3270\" && test -n \"$BIGIRON_GOAL\" && printf 'Enter()\\nQuit()\\n' | s3270 -model 3279-2 \"$BIGIRON_TN3270\" >/dev/null";
    let more = [
        "--seeds",
        "1",
        "--warts",
        "none",
        "--via",
        "tn3270",
        "--timeout",
        "20",
    ];
    let runs = runs(agent, &more, out.path());
    assert_eq!(runs[0]["grade"]["outcome"], "failed", "{runs:?}");
    let runs_of = self::runs("true", &more, out.path());
    assert_eq!(runs_of[0]["grade"]["reason"], "it never connected");
}

/// The run of an agent at one task and seed, on the clean twin.
fn run_at(task: &str, agent: &str, via: &str, out: &Path) -> Value {
    let arguments = [
        "eval",
        task,
        "--agent",
        agent,
        "--via",
        via,
        "--seeds",
        "1",
        "--warts",
        "none",
        "--timeout",
        "20",
        "--out",
        out.to_str().unwrap(),
    ];
    let (text, code) = bigiron(&arguments);
    assert_eq!(code, Some(0), "{text}");
    let runs = std::fs::read_to_string(out.join("runs.jsonl")).unwrap();
    serde_json::from_str(runs.lines().next().unwrap()).unwrap()
}

/// The grade of a run by its recordings.
fn regraded(run: &Value) -> Value {
    let files = run["recordings"].as_array().unwrap();
    let files = files.iter().map(|file| file.as_str().unwrap());
    let arguments: Vec<&str> = ["regrade", "--json"].into_iter().chain(files).collect();
    serde_json::from_str(bigiron(&arguments).0.trim()).unwrap()
}

#[test]
fn an_agent_at_a_terminal_reads_the_screen_and_types_its_answer() {
    let out = tempfile::tempdir().unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/agents/terminal.py");
    let agent = format!("test -t 0 && test -c $BIGIRON_PTY && python3 {script}");
    let run = run_at("dmv/read-expiry", &agent, "pty", out.path());
    assert_eq!(run["grade"]["outcome"], "solved", "{run}");
    assert!(run["keys"].as_u64().unwrap() > 10);
    assert_eq!(regraded(&run), run["grade"]);
}

#[test]
fn an_agent_at_a_terminal_works_in_two_systems_and_its_exit_submits() {
    let out = tempfile::tempdir().unwrap();
    let agent = r"printf '\rCLK\033tTVM\033e04/02/89\r'; sleep 1";
    let run = run_at("dmv/member-expiry", agent, "pty", out.path());
    assert_eq!(run["grade"]["outcome"], "failed", "{run}");
    assert_eq!(run["grade"]["answer"]["found"], "04/02/89");
    assert_eq!(
        (
            run["keys"].as_u64(),
            run["recordings"].as_array().unwrap().len()
        ),
        (Some(6), 2)
    );
    assert_eq!(regraded(&run), run["grade"]);
}

#[test]
fn an_agent_at_a_terminal_that_crashes_hangs_floods_or_does_nothing_is_at_fault_itself() {
    let out = tempfile::tempdir().unwrap();
    for (agent, outcome, reason) in [
        ("echo no hat >&2; exit 3", "agent_fault", "no hat"),
        ("true", "agent_fault", "pressed nothing"),
        ("exec <&- >&- 2>&-; sleep 600", "agent_fault", "did not end"),
        ("yes", "budget_spent", ""),
    ] {
        let run = run_at("dmv/read-expiry", agent, "pty", out.path());
        let grade = &run["grade"];
        assert_eq!(grade["outcome"], outcome, "{agent}: {grade}");
        assert!(
            grade["reason"].as_str().unwrap_or("").contains(reason),
            "{agent}: {grade}"
        );
    }
}

#[test]
#[cfg_attr(not(feature = "peers"), ignore = "needs s3270: --features peers")]
fn the_answer_of_a_run_by_tn3270_is_in_its_recording() {
    let out = tempfile::tempdir().unwrap();
    let agent = "printf 'Enter()\\nQuit()\\n' | s3270 -model 3279-2 \"$BIGIRON_TN3270\" >/dev/null; echo 04/02/89";
    let run = run_at("dmv/read-expiry", agent, "tn3270", out.path());
    assert_eq!(run["grade"]["answer"]["found"], "04/02/89");
    assert_eq!(regraded(&run), run["grade"]);
}

/// No message of an agent gets anything but screens.
#[test]
fn no_message_and_no_action_shows_seed_warts_tables_or_answers() {
    let out = tempfile::tempdir().unwrap();
    let heard = out.path().join("heard");
    let said = [
        r#"{"seed": 1}"#,
        r#"{"warts": "none"}"#,
        r#"{"grade": true}"#,
        r#"{"task": "read-expiry"}"#,
        r#"{"tables": true}"#,
        r#"{"reset": {"seed": 5}}"#,
        r#"{"state": true}"#,
        r#"{"fork": 1}"#,
        r#"{"observe": {"tables": true}}"#,
        r#"{"observe": {"fields": "hidden"}}"#,
        r#"{"observe": {"fields": "all", "cells": true}}"#,
        r#"{"at": "claims"}"#,
        r#"{"submit": ["a"]}"#,
        r#"{"keys": "<pf1>", "wait": 0}"#,
        r#"{"submit": "1999-01-01"}"#,
    ];
    let script: String = said.iter().map(|line| format!("{line}\\n")).collect();
    let agent = format!("printf '{script}'; cat > {}", heard.display());
    let more = [
        "--seeds",
        "1",
        "--first-seed",
        "987654321",
        "--warts",
        "lost_renewal",
    ];
    let mut arguments = vec!["eval", "dmv/read-photo", "--agent", &agent, "--out"];
    arguments.push(out.path().to_str().unwrap());
    arguments.extend(more);
    let (text, code) = bigiron(&arguments);
    assert_eq!(code, Some(0), "{text}");
    let runs = std::fs::read_to_string(out.path().join("runs.jsonl")).unwrap();
    let run: Value = serde_json::from_str(runs.lines().next().unwrap()).unwrap();
    let expected = run["grade"]["answer"]["expected"].as_str().unwrap();
    let heard = std::fs::read_to_string(&heard).unwrap();
    assert!(heard.lines().count() > 10, "{heard}");
    for secret in ["987654321", "lost_renewal", expected, "outcome", "expected"] {
        assert!(!heard.contains(secret), "{secret} in {heard}");
    }
}

/// The times and budgets in the answers of the JSON door, line by line, to the same requests.
fn moments(seed: u64, warts: &str) -> Vec<Value> {
    let out = tempfile::tempdir().unwrap();
    let heard = out.path().join("heard");
    let said = r#"{"keys": "CLK042IRON<enter>"}\n{"keys": "INQ<tab>D4471902<enter>", "wait": 700}\n{"keys": "<pf3>"}\n{"submit": "P1"}\n"#;
    let agent = format!("printf '{said}'; cat > {}", heard.display());
    let (seed, out) = (seed.to_string(), out.path().to_str().unwrap());
    let eval = ["eval", "dmv/read-photo", "--agent", &agent, "--out", out];
    let more = ["--seeds", "1", "--first-seed", &seed, "--warts", warts];
    let (text, code) = bigiron(&[&eval[..], &more].concat());
    assert_eq!(code, Some(0), "{text}");
    let heard = std::fs::read_to_string(&heard).unwrap();
    let lines = heard
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let times = lines.map(|line| serde_json::json!([line["screen"]["time_ms"], line["budget"]]));
    times.collect()
}

#[test]
fn no_time_in_an_answer_reveals_the_seed_or_the_warts() {
    let clean = moments(0, "none");
    assert_eq!(clean.len(), 5, "{clean:?}");
    for (seed, warts) in [
        (5, "none"),
        (987_654_321, "none"),
        (5, "lost_renewal,submit_hangs"),
        (6, "new_release"),
    ] {
        assert_eq!(moments(seed, warts), clean, "seed {seed}, warts {warts}");
    }
}

#[test]
fn no_action_of_a_script_reads_a_file_or_the_grader() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("secret"), "TOPSECRET\n").unwrap();
    let actions = "Source(secret)\nSource(/etc/passwd)\nMacro(a)\nExecute(cat secret)\nScript(cat,secret)\nPrintText(html,string)\n\
                   Transfer(direction=send,localfile=secret)\nPrompt(a)\nSet()\nSet(seed)\nQuery()\nQuery(seed)\nQuery(warts)\nQuery(task)\n\
                   Show(all)\nReadBuffer(Ascii)\nSnap(Save)\nSnap(Ascii)\nAscii()\nQuit()\n";
    let mut command = Command::new(env!("CARGO_BIN_EXE_bigiron"));
    command.current_dir(folder.path());
    command.args([
        "script",
        "dmv",
        "--task",
        "read-photo",
        "--seed",
        "987654321",
    ]);
    command.args(["--warts", "lost_renewal"]);
    command
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped());
    let mut child = command
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), actions.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let heard = String::from_utf8_lossy(&output.stdout).into_owned();
    for secret in ["987654321", "lost_renewal", "TOPSECRET", "root:"] {
        assert!(!heard.contains(secret), "{secret} in {heard}");
    }
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 1, "a script wrote a file");
}

/// The oracle's keys, pressed in another process and through another door, give the same state and the same grade.
#[test]
fn two_processes_and_two_doors_give_the_same_grade_and_state() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let prove = [
        "prove",
        "change-address",
        "--system",
        "dmv",
        "--seeds",
        "1",
        "--keep",
        "oracle",
    ];
    let (text, code) = bigiron(&[&prove[..], &["--first-seed", "3", "--record", out]].concat());
    assert_eq!(code, Some(0), "{text}");
    let proved = folder
        .path()
        .join("change-address-lost_address-oracle-3.jsonl");
    let recording = std::fs::read(&proved).unwrap();
    let (recording, _) = bigiron::recording::Recording::parse(&recording).unwrap();
    let keys = recording.events.iter().flat_map(|event| match &event.kind {
        bigiron::recording::EventKind::Keys(keys) => keys.clone(),
        _ => Vec::new(),
    });
    let keys: Vec<bigiron::terminal::Key> = keys.collect();
    let actions: String = keys
        .iter()
        .map(|key| format!("{}\n", key.action()))
        .collect();
    let scripted = folder.path().join("scripted.jsonl");
    let mut command = Command::new(env!("CARGO_BIN_EXE_bigiron"));
    command.args(["script", "dmv", "--task", "change-address", "--seed", "3"]);
    command.args([
        "--warts",
        "lost_address",
        "--record",
        scripted.to_str().unwrap(),
    ]);
    command
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null());
    let mut child = command.spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), actions.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    let line = bigiron::terminal::Key::line(&keys);
    let said = serde_json::json!({ "keys": line }).to_string();
    let said_file = folder.path().join("said");
    std::fs::write(&said_file, format!("{said}\n{{\"submit\": true}}\n")).unwrap();
    let agent = format!("cat {}; cat >/dev/null", said_file.display());
    let more = [
        "--seeds",
        "1",
        "--first-seed",
        "3",
        "--warts",
        "lost_address",
    ];
    let run = runs(&agent, &more, folder.path()).remove(0);
    assert_eq!(run["grade"]["outcome"], "solved", "{run}");
    let ends = [
        proved.to_str().unwrap(),
        scripted.to_str().unwrap(),
        run["recordings"][0].as_str().unwrap(),
    ]
    .map(|file| {
        let text = std::fs::read_to_string(file).unwrap();
        let hash = text
            .lines()
            .rev()
            .find(|line| line.contains("\"state\""))
            .unwrap();
        let hash: Value = serde_json::from_str(hash).unwrap();
        let (grade, _) = bigiron(&["regrade", file, "--json"]);
        (hash["state"].clone(), grade)
    });
    assert_eq!(ends[0], ends[1]);
    assert_eq!(ends[0], ends[2]);
}
