//! The JSON door.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use super::Server;

struct Agent {
    reader: BufReader<TcpStream>,
    greeting: Value,
}

impl Agent {
    fn connect(server: &Server) -> Agent {
        let stream = TcpStream::connect(&server.json).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let mut agent = Agent {
            reader: BufReader::new(stream),
            greeting: Value::Null,
        };
        agent.greeting = agent.read();
        agent
    }

    fn read(&mut self) -> Value {
        let mut line = String::new();
        self.reader.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }

    fn say(&mut self, line: &str) -> Value {
        self.reader
            .get_mut()
            .write_all(format!("{line}\n").as_bytes())
            .unwrap();
        self.read()
    }
}

fn row(answer: &Value, row: usize) -> &str {
    answer["screen"]["rows"][row].as_str().unwrap()
}

#[test]
fn an_agent_is_greeted_with_the_screen() {
    let server = Server::start();
    let agent = Agent::connect(&server);
    let greeting = &agent.greeting;
    assert_eq!(
        (&greeting["bigiron"], &greeting["system"]),
        (&json!(1), &json!("dmv"))
    );
    assert!(row(greeting, 0).starts_with(" DMVS00"));
    assert_eq!(
        greeting["screen"]["cursor"],
        json!({"row": 12, "column": 32})
    );
    assert_eq!(
        greeting["screen"]["size"],
        json!({"rows": 24, "columns": 80})
    );
    let fields = greeting["screen"]["fields"].as_array().unwrap();
    let labels: Vec<_> = fields
        .iter()
        .map(|field| field["label"].as_str().unwrap())
        .collect();
    assert_eq!(labels, ["OPERATOR ID", "PASSWORD"]);
}

#[test]
fn keys_are_pressed_and_time_passes() {
    let server = Server::start();
    let mut agent = Agent::connect(&server);
    let typed = agent.say(r#"{"keys": "CLK042IRON", "observe": {"rows": false}}"#);
    let screen = &typed["screen"];
    assert_eq!(screen["rows"], Value::Null);
    assert_eq!(screen["fields"][0]["value"], "CLK042");
    assert_eq!(screen["fields"][0]["modified"], true);
    assert_eq!(
        (
            &screen["fields"][1]["hidden"],
            &screen["fields"][1]["value"]
        ),
        (&json!(true), &Value::Null)
    );
    assert!(!typed.to_string().contains("IRON"), "{typed}");
    let menu = agent.say(r#"{"keys": "<enter>", "wait": 1500}"#);
    assert!(row(&menu, 0).contains("DMVM01"), "{menu}");
    assert_eq!(
        menu["screen"]["keyboard"],
        json!({"locked": false, "resettable": false, "insert": false})
    );
    assert!(menu["screen"]["time_ms"].as_u64().unwrap() >= 1500);
    let none = agent.say(r#"{"observe": {"fields": "none", "rows": false}}"#);
    assert_eq!(none["screen"]["fields"], Value::Null);
    let all = agent.say(r#"{"observe": {"fields": "all"}}"#);
    assert!(
        all["screen"]["fields"]
            .as_array()
            .unwrap()
            .iter()
            .any(|field| field["input"] == false)
    );
}

#[test]
fn a_refused_key_is_told_with_its_place_and_the_rest_is_left() {
    let server = Server::start();
    let mut agent = Agent::connect(&server);
    let answer = agent.say(r#"{"keys": "A<up>B<enter>"}"#);
    assert_eq!(
        answer["refused"],
        json!({"key": "B", "at": 6, "reason": "X <-o->"})
    );
    assert_eq!(answer["screen"]["keyboard"]["resettable"], true);
    let reset = agent.say(r#"{"keys": "<reset>"}"#);
    assert_eq!(reset["screen"]["keyboard"]["locked"], false);
    assert_eq!(reset["screen"]["time_ms"], 0);
}

#[test]
fn nothing_of_a_faulty_line_is_done() {
    let server = Server::start();
    let mut agent = Agent::connect(&server);
    let fault = agent.say(r#"{"keys": "ABC<etner>"}"#);
    assert_eq!(
        fault["error"],
        json!({"kind": "key", "at": {"column": 4}, "message": "no key <etner> at column 4; did you mean <enter>?"})
    );
    let fault = agent.say(r#"{"keys": "ABC", "wiat": 5}"#);
    assert_eq!(
        fault["error"]["message"],
        r#"there is no member "wiat"; did you mean "wait"?"#
    );
    let fault = agent.say("ABC");
    assert_eq!(
        (&fault["error"]["kind"], &fault["error"]["at"]),
        (&json!("syntax"), &json!({"line": 1, "column": 1}))
    );
    let fields = agent.say(r#"{"observe": {}}"#);
    assert_eq!(fields["screen"]["fields"][0]["value"], "");
}

#[test]
fn a_line_without_end_ends_the_conversation() {
    let server = Server::start();
    let mut agent = Agent::connect(&server);
    let answer = agent.say(&"x".repeat(70_000));
    assert_eq!(answer["error"]["kind"], "overlong");
    let mut rest = String::new();
    // The other end may be closed with what it has not read.
    let _ = agent.reader.read_line(&mut rest);
    assert_eq!(rest, "");
    Agent::connect(&server);
}

#[test]
fn each_connection_has_the_next_seed_unless_all_have_the_same() {
    for (same, expected) in [(false, [5, 6]), (true, [5, 5])] {
        let server = Server::with(|service| {
            service.setup.seed = 5;
            service.same_seed = same;
        });
        Agent::connect(&server);
        Agent::connect(&server);
        let setups = &server.seen.lock().unwrap().setups;
        assert_eq!([setups[0].seed, setups[1].seed], expected);
    }
}

#[test]
fn a_session_for_a_task_is_told_its_goal() {
    let server = Server::with(|service| {
        service.setup.task = Some("read-expiry".into());
        service.worlds = vec![bigiron::cli::opening::world("dmv", Some("read-expiry")).unwrap()];
    });
    let agent = Agent::connect(&server);
    let goal = agent.greeting["goal"].as_str().unwrap();
    assert!(goal.contains("On what date does licence"), "{goal}");
}
