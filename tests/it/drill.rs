//! The double-entry drill with the same keys through every door ends in the same state.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use bigiron::cli::systems;
use bigiron::recording::{EventKind, Recording};
use bigiron::session::{Session, Setup};
use bigiron::system::model::System;
use bigiron::terminal::{Key, Response};

const PROGRAM: &str = env!("CARGO_BIN_EXE_bigiron");
const SEED: &str = "7";

/// The drill in s3270's action language: one line a screen, several actions a line.
fn drill() -> &'static str {
    include_str!("../drills/double-entry.s3270")
}

/// The same drill as keys: `String("AB") Tab()` is `AB<tab>`.
fn drill_keys() -> Vec<String> {
    drill()
        .lines()
        .map(|line| Key::line(&keys_of(line)))
        .collect()
}

pub(crate) fn keys_of(line: &str) -> Vec<Key> {
    let mut keys = Vec::new();
    let mut rest = line.trim();
    while let Some((name, after)) = rest.split_once('(') {
        let (argument, after) = after.split_once(')').unwrap();
        match name {
            "String" => keys.extend(argument.trim_matches('"').chars().map(Key::Char)),
            _ if argument.is_empty() => keys.push(Key::from_action(name, &[]).unwrap()),
            _ => keys.push(Key::from_action(name, &[argument]).unwrap()),
        }
        rest = after.trim_start();
    }
    keys
}

/// A server that is killed with the test.
struct Server {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Server {
    /// Serves `dmv` by the turn clock; gives the server and the address it printed.
    fn start(door: &str, record: &Path) -> (Server, String) {
        let mut child = Command::new(PROGRAM)
            .args([
                "serve",
                "dmv",
                door,
                "127.0.0.1:0",
                "--clock",
                "turn",
                "--seed",
                SEED,
                "--record",
            ])
            .arg(record)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let mut server = Server { child, lines };
        let mut line = String::new();
        server.lines.read_line(&mut line).unwrap();
        let address = line
            .split_whitespace()
            .find(|word| word.contains("127.0.0.1:"))
            .unwrap_or_else(|| panic!("no address in {line:?}"));
        (server, address.to_owned())
    }

    /// Ends the server as an operator would.
    fn stop(mut self) {
        Command::new("kill")
            .arg(self.child.id().to_string())
            .status()
            .unwrap();
        assert!(
            self.child.wait().unwrap().success(),
            "the server did not end well"
        );
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

/// The only recording in a folder.
fn only_file(folder: &Path) -> PathBuf {
    let files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files[0].clone()
}

/// The last state hash a recording has, after `bigiron verify` agreed with all of it.
fn verified_state(file: &Path) -> u64 {
    let verify = Command::new(PROGRAM)
        .arg("verify")
        .arg(file)
        .output()
        .unwrap();
    assert!(
        verify.status.success(),
        "{}{}",
        String::from_utf8_lossy(&verify.stdout),
        String::from_utf8_lossy(&verify.stderr)
    );
    let (recording, cut) = Recording::parse(&std::fs::read(file).unwrap()).unwrap();
    assert_eq!(cut, None);
    recording
        .events
        .iter()
        .rev()
        .find_map(|event| match event.kind {
            EventKind::State(hash) => Some(hash),
            _ => None,
        })
        .expect("a recording has states")
}

fn by_script(folder: &Path) -> u64 {
    let file = folder.join("script.jsonl");
    let mut child = Command::new(PROGRAM)
        .args(["script", "dmv", "--seed", SEED, "--record"])
        .arg(&file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(drill().as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && !said.contains("error"), "{said}");
    verified_state(&file)
}

fn by_s3270(folder: &Path) -> u64 {
    let records = folder.join("tn3270");
    std::fs::create_dir(&records).unwrap();
    let (server, address) = Server::start("--tn3270", &records);
    let mut client = Command::new("s3270")
        .args(["-model", "3279-2-E", &address])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("s3270 is not installed: run tests/run, which installs it");
    let mut input = client.stdin.take().unwrap();
    input.write_all(b"Wait(10,InputField)\n").unwrap();
    input.write_all(drill().as_bytes()).unwrap();
    input.write_all(b"Disconnect()\nQuit()\n").unwrap();
    let output = client.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(!said.contains("error"), "{said}");
    server.stop();
    verified_state(&only_file(&records))
}

fn by_json(folder: &Path) -> u64 {
    let records = folder.join("json");
    std::fs::create_dir(&records).unwrap();
    let (server, address) = Server::start("--json", &records);
    let mut stream = TcpStream::connect(address).unwrap();
    let mut answers = BufReader::new(stream.try_clone().unwrap()).lines();
    answers.next().unwrap().unwrap();
    for keys in drill_keys() {
        writeln!(stream, "{}", serde_json::json!({ "keys": keys })).unwrap();
        let answer = answers.next().unwrap().unwrap();
        assert!(!answer.contains("\"error\""), "{keys}: {answer}");
    }
    drop((stream, answers));
    server.stop();
    verified_state(&only_file(&records))
}

/// A session of this system in memory, by the turn clock.
fn open(system: &str, seed: u64) -> Session {
    let files = systems::find(system).unwrap().files;
    let setup = Setup {
        seed,
        ..Setup::default()
    };
    Session::open(
        &Arc::new(System::load(files, system).unwrap()),
        &setup,
        &mut (),
    )
}

/// Presses the keys of a line, none of which may be refused.
fn type_in(session: &mut Session, line: &str) {
    for key in keys_of(line) {
        let response = session.press(key, &mut ());
        assert!(
            !matches!(response, Response::Refused(_)),
            "{key} was refused:\n{}",
            session.terminal().text()
        );
    }
}

/// Runs a script of the licence desk in memory; gives the session.
fn in_memory(script: &str) -> Session {
    let mut session = open("dmv", SEED.parse().unwrap());
    script.lines().for_each(|line| type_in(&mut session, line));
    session
}

#[test]
fn the_same_keys_end_in_the_same_state_through_every_door() {
    let folder = tempfile::tempdir().unwrap();
    let memory = in_memory(drill()).state_hash();
    let script = by_script(folder.path());
    let remote = by_s3270(folder.path());
    let json = by_json(folder.path());
    assert_eq!(
        format!("{memory:016x}"),
        format!("{script:016x}"),
        "memory and script"
    );
    assert_eq!(
        format!("{script:016x}"),
        format!("{remote:016x}"),
        "script and s3270 over TN3270"
    );
    assert_eq!(
        format!("{script:016x}"),
        format!("{json:016x}"),
        "script and JSON"
    );
}

/// The end of each way of doing it: the inquiry, the reject listing or the queue.
#[test]
fn done_right_and_done_wrong_in_four_ways() {
    let scripts = [
        ("double-entry", include_str!("../drills/double-entry.s3270")),
        (
            "entries-differ",
            include_str!("../drills/entries-differ.s3270"),
        ),
        (
            "no-batch-entry",
            include_str!("../drills/no-batch-entry.s3270"),
        ),
        (
            "surcharge-forgotten",
            include_str!("../drills/surcharge-forgotten.s3270"),
        ),
        (
            "held-not-posted",
            include_str!("../drills/held-not-posted.s3270"),
        ),
    ];
    for (name, script) in scripts {
        insta::assert_snapshot!(name, in_memory(script).terminal().text());
    }
}

/// Every recording under `recordings/` still verifies, to the last hash.
#[test]
fn the_shipped_recordings_verify() {
    let mut files: Vec<_> = std::fs::read_dir("recordings")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "jsonl")
        })
        .collect();
    files.sort();
    assert!(files.len() >= 6, "{files:?}");
    for file in files {
        verified_state(&file);
        let (recording, _) = Recording::parse(&std::fs::read(&file).unwrap()).unwrap();
        let origin = recording
            .header
            .system
            .expect("a shipped recording names its system");
        let system = System::load(systems::find(&origin.id).unwrap().files, &origin.id).unwrap();
        assert_eq!(
            origin.digest,
            system.digest,
            "{}: the system has changed; look at what changed, then run recordings/make",
            file.display()
        );
    }
}

/// The recordings of the drills are graded by the tables: those that looked again solved the task, those that believed the screen did not.
#[test]
fn the_recorded_drills_are_graded_as_they_are_named() {
    for drill in [
        "dmv-double-entry",
        "revenue-failed-submission",
        "airline-pet",
        "benefits-dependant",
    ] {
        for (end, solved) in [("recovered", true), ("believed", false)] {
            let regrade = Command::new(PROGRAM)
                .arg("regrade")
                .arg(format!("recordings/{drill}-{end}.jsonl"))
                .output()
                .unwrap();
            let text = String::from_utf8_lossy(&regrade.stdout);
            let (code, first) = match solved {
                true => (Some(0), "solved"),
                false => (Some(1), "failed"),
            };
            assert_eq!(regrade.status.code(), code, "{drill}-{end}: {text}");
            assert_eq!(text.lines().next(), Some(first), "{drill}-{end}");
        }
    }
}

/// The first and the last line of a screen that are not blank: mostly its name and its message.
fn ends_of(screen: &str) -> String {
    let lines: Vec<_> = screen
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    match lines.as_slice() {
        [first, .., last] => format!("{first} | {last}"),
        lines => lines.concat(),
    }
}

/// The main workflow of each other system is keyed without a refused key; the snapshots are its screens.
#[test]
fn every_system_can_be_operated_from_sign_on_to_the_end() {
    let scripts = [
        ("airline", include_str!("../drills/airline.s3270")),
        ("bank", include_str!("../drills/bank.s3270")),
        ("benefits", include_str!("../drills/benefits.s3270")),
        ("claims", include_str!("../drills/claims.s3270")),
        ("clinic", include_str!("../drills/clinic.s3270")),
        ("revenue", include_str!("../drills/revenue.s3270")),
    ];
    for (system, script) in scripts {
        let mut session = open(system, 0);
        let screens = script.lines().map(|line| {
            type_in(&mut session, line);
            ends_of(&session.terminal().text())
        });
        insta::assert_snapshot!(
            format!("{system}-screens"),
            screens.collect::<Vec<_>>().join("\n")
        );
    }
}
