//! The control door: a trainer's sessions.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use super::Server;

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
