//! The control door: a trainer's sessions.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use bigiron::cli::{opening, suites};
use bigiron::doors::session::served_system::ServedSystem;
use bigiron::recording::{Recording, Writer};

use super::{Server, run};

/// A connection on which lines of JSON go out and come in.
struct Lines(BufReader<TcpStream>);

impl Lines {
    fn connect(address: &str) -> Lines {
        let stream = TcpStream::connect(address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        Lines(BufReader::new(stream))
    }

    fn read(&mut self) -> Value {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }

    fn say(&mut self, line: &Value) -> Value {
        self.0
            .get_mut()
            .write_all(format!("{line}\n").as_bytes())
            .unwrap();
        self.read()
    }
}

fn text(answer: &Value, name: &str) -> String {
    answer[name]
        .as_str()
        .unwrap_or_else(|| panic!("{name} in {answer}"))
        .to_owned()
}

#[test]
fn a_session_is_opened_worked_graded_reset_and_stopped() {
    let server = Server::start();
    let mut trainer = Lines::connect(&server.control);
    let opened = trainer.say(&json!({"open": {"task": "read-photo", "seed": 7}}));
    assert_eq!(
        (&opened["session"], &opened["door"]),
        (&json!(1), &json!("json"))
    );
    let goal = text(&opened, "goal");
    let mut agent = Lines::connect(&text(&opened, "address"));
    assert_eq!(agent.read()["goal"], goal);
    let menu = agent.say(&json!({"keys": "CLK042IRON<enter>"}));
    assert!(
        menu["screen"]["rows"][0]
            .as_str()
            .unwrap()
            .contains("DMVM01")
    );
    let state = trainer.say(&json!({"state": {"session": 1}}));
    assert_eq!(state["screen"]["rows"], menu["screen"]["rows"]);
    assert_eq!(text(&state, "state_hash").len(), 16);
    let grade = trainer.say(&json!({"grade": {"session": 1, "answer": "WRONG"}}));
    assert_eq!(grade["grade"]["outcome"], "failed", "{grade}");
    let reset = trainer.say(&json!({"reset": {"session": 1, "seed": 8}}));
    assert_eq!(reset["logon"], "/read-photo/8");
    let anew = agent.say(&json!({"observe": {}}));
    assert!(
        anew["screen"]["rows"][0]
            .as_str()
            .unwrap()
            .contains("DMVS00"),
        "{anew}"
    );
    assert_eq!(trainer.say(&json!({"stop": {"session": 1}}))["stopped"], 1);
    let mut end = String::new();
    assert_eq!(agent.0.read_line(&mut end).unwrap(), 0, "{end}");
    let gone = trainer.say(&json!({"state": {"session": 1}}));
    assert_eq!(gone["error"]["kind"], "session");
    assert_eq!(server.seen.lock().unwrap().ends, ["reset", "stopped"]);
}

#[test]
fn a_fork_goes_on_from_the_same_world_and_each_its_own_way() {
    let server = Server::start();
    let mut trainer = Lines::connect(&server.control);
    let opened = trainer.say(&json!({"open": {"seed": 7}}));
    let mut agent = Lines::connect(&text(&opened, "address"));
    agent.read();
    agent.say(&json!({"keys": "CLK042IRON<enter>"}));
    let fork = trainer.say(&json!({"fork": {"session": 1}}));
    let hash = |trainer: &mut Lines, session: u64| {
        text(
            &trainer.say(&json!({"state": {"session": session}})),
            "state_hash",
        )
    };
    assert_eq!(hash(&mut trainer, 1), hash(&mut trainer, 2));
    let mut other = Lines::connect(&text(&fork, "address"));
    assert!(
        other.read()["screen"]["rows"][0]
            .as_str()
            .unwrap()
            .contains("DMVM01")
    );
    other.say(&json!({"keys": "1<tab>D4471902<enter>"}));
    assert_ne!(hash(&mut trainer, 1), hash(&mut trainer, 2));
    let listed = trainer.say(&json!({"list": {}}));
    assert_eq!(listed["sessions"].as_array().unwrap().len(), 2);
    // Who comes back finds the session as it was left.
    drop(other);
    let mut again = Lines::connect(&text(&fork, "address"));
    assert!(
        again.read()["screen"]["rows"][0]
            .as_str()
            .unwrap()
            .contains("DMVI02")
    );
}

/// A server that records into a folder, a file a session: `SYSTEM-NUMBER.jsonl`.
fn recording(folder: &Path) -> Server {
    let folder = folder.to_owned();
    Server::with(|service| {
        service.worlds = Arc::new(vec![ServedSystem::from(suites::load("dmv").unwrap())].into());
        service.record = Arc::new(move |system, door, number, setup| {
            let mut header = opening::header(system, door.name(), setup);
            header.masked = true;
            let path = folder.join(format!("{}-{number}.jsonl", system.id));
            Ok(Box::new(opening::record(&path, &header)?))
        });
    })
}

/// Executes every recording of a folder again; how many events each has.
fn verified(folder: &Path) -> Vec<(String, usize)> {
    let files = fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    let read = |path: &PathBuf| {
        let said = run(
            env!("CARGO_BIN_EXE_bigiron"),
            &["verify", path.to_str().unwrap()],
            "",
        );
        assert!(said.contains(": the same, "), "{said}");
        let recording = Recording::parse(&fs::read(path).unwrap()).unwrap().0;
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        (name, recording.events.len())
    };
    files.iter().map(read).collect()
}

#[test]
fn a_forks_recording_begins_with_what_was_recorded_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = recording(folder.path());
    let mut trainer = Lines::connect(&server.control);
    let opened = trainer.say(&json!({"open": {"task": "claims-status", "seed": 7}}));
    let mut agent = Lines::connect(&text(&opened, "address"));
    agent.read();
    agent.say(&json!({"keys": "CLK042IRON<enter>"}));
    agent.say(&json!({"at": "claims", "keys": "<pf3>"}));
    let fork = trainer.say(&json!({"fork": {"session": 1}}));
    agent.say(&json!({"at": "dmv", "keys": "1<enter>"}));
    let mut other = Lines::connect(&text(&fork, "address"));
    other.read();
    other.say(&json!({"at": "dmv", "keys": "INQ<tab>D4471902<enter>", "wait": 5000}));
    other.say(&json!({"at": "claims", "keys": "<enter>"}));
    for session in [1, 2] {
        trainer.say(&json!({"stop": {"session": session}}));
    }
    until_ended(&server);
    let seen = verified(folder.path());
    let names: Vec<&str> = seen.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["claims-1", "claims-2", "dmv-1", "dmv-2"]);
    assert!(seen.iter().all(|(_, events)| *events > 4), "{seen:?}");
}

#[test]
fn a_full_disk_leaves_a_fork_unrecorded_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let server = Server::with(|service| {
        service.record = Arc::new(move |system, door, number, setup| {
            let header = opening::header(system, door.name(), setup);
            if number == 1 {
                let full = File::options().write(true).open("/dev/full")?;
                return Ok(Box::new(Writer::new(full, &header)));
            }
            Ok(Box::new(opening::record(
                &path.join(number.to_string()),
                &header,
            )?))
        });
    });
    let mut trainer = Lines::connect(&server.control);
    trainer.say(&json!({"open": {}}));
    let fork = trainer.say(&json!({"fork": {"session": 1}}));
    let mut agent = Lines::connect(&text(&fork, "address"));
    agent.read();
    agent.say(&json!({"keys": "CLK042IRON<enter>"}));
    server.reported(
        "json 2: the session is not recorded further: what it goes on from was not recorded",
    );
    let recorded = fs::read_to_string(folder.path().join("2")).unwrap();
    assert_eq!(recorded.lines().count(), 1, "{recorded}");
}

#[test]
#[cfg_attr(not(feature = "peers"), ignore = "needs s3270: --features peers")]
fn an_agent_at_its_own_terminal_comes_and_goes_and_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let server = recording(folder.path());
    let mut trainer = Lines::connect(&server.control);
    let opened = trainer.say(&json!({"open": {"door": "tn3270", "task": "read-photo", "seed": 7}}));
    let s3270 = |address: &str, actions: &str| run("s3270", &[address], actions);
    let address = text(&opened, "address");
    let look = "Wait(5,InputField)\nAscii()\nQuit()\n";
    let first = s3270(
        &address,
        "Wait(5,InputField)\nString(\"CLK042IRON\")\nEnter()\nWait(5,InputField)\nString(\"LST\")\nAscii()\nQuit()\n",
    );
    assert!(first.contains("DMVM01"), "{first}");
    let state = trainer.say(&json!({"state": {"session": 1}}));
    assert!(
        state["screen"]["rows"][0]
            .as_str()
            .unwrap()
            .contains("DMVM01"),
        "{state}"
    );
    // Who comes after it finds what the host has written.
    assert!(s3270(&address, look).contains("DMVM01"));
    let fork = trainer.say(&json!({"fork": {"session": 1}}));
    assert_eq!(fork["door"], "tn3270");
    let inquiry =
        "Wait(5,InputField)\nString(\"LST\")\nEnter()\nWait(5,InputField)\nAscii()\nQuit()\n";
    let listed = s3270(&text(&fork, "address"), inquiry);
    assert!(listed.contains("DMVL0"), "{listed}");
    assert!(s3270(&address, look).contains("DMVM01"));
    let elsewhere = trainer.say(&json!({"fork": {"session": 1, "door": "json"}}));
    assert_eq!(elsewhere["error"]["kind"], "open");
    let grade = trainer.say(&json!({"grade": {"session": 1, "answer": "WRONG"}}));
    assert_eq!(grade["grade"]["outcome"], "failed", "{grade}");
    trainer.say(&json!({"reset": {"session": 1, "seed": 8}}));
    assert!(s3270(&address, look).contains("DMVS00"));
    for session in [1, 2] {
        trainer.say(&json!({"stop": {"session": session}}));
    }
    until_ended(&server);
    assert_eq!(verified(folder.path()).len(), 3);
}

#[test]
#[cfg_attr(not(feature = "peers"), ignore = "needs s3270: --features peers")]
fn a_terminal_that_is_too_small_is_turned_away() {
    let server = Server::start();
    let mut trainer = Lines::connect(&server.control);
    let opened = trainer.say(&json!({"open": {"door": "tn3270", "model": 4}}));
    let address = text(&opened, "address");
    // The emulator ends with its connection.
    let small = Command::new("s3270")
        .args(["-model", "3279-2", &address])
        .output();
    assert!(!small.unwrap().status.success());
    server.reported("24 x 80 positions, and the session was opened for 43 x 80");
    let look = "Wait(5,InputField)\nAscii()\nQuit()\n";
    assert!(run("s3270", &["-model", "3279-4", &address], look).contains("DMVS00"));
}

/// Waits until no session is open.
fn until_ended(server: &Server) {
    for _ in 0..500 {
        if server.service.metrics.sessions.get() == 0 {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("sessions go on");
}

#[test]
fn what_cannot_be_done_is_said() {
    let server = Server::start();
    let mut trainer = Lines::connect(&server.control);
    let mut kind = |line: Value| {
        let answer = trainer.say(&line);
        (
            text(&answer["error"], "kind"),
            text(&answer["error"], "message"),
        )
    };
    assert_eq!(kind(json!({"opne": {}})).0, "syntax");
    assert_eq!(kind(json!({"open": {"sede": 1}})).0, "syntax");
    assert_eq!(
        kind(json!({"stop": {"session": 9}})),
        ("session".into(), "there is no session 9".into())
    );
    assert_eq!(
        kind(json!({"open": {"system": "dvm"}})).1,
        "no system is called dvm; did you mean dmv?"
    );
    assert_eq!(kind(json!({"open": {"task": "read-photos"}})).0, "open");
    assert_eq!(kind(json!({"open": {"warts": "nosuch"}})).0, "open");
    assert_eq!(kind(json!({"open": {"model": 7}})).0, "open");
}

#[test]
fn nothing_of_it_is_reached_from_an_agents_door() {
    let server = Server::start();
    let mut agent = Lines::connect(&server.json);
    agent.read();
    for line in [
        json!({"open": {}}),
        json!({"grade": {"session": 1}}),
        json!({"list": {}}),
    ] {
        assert_eq!(agent.say(&line)["error"]["kind"], "member");
    }
}
