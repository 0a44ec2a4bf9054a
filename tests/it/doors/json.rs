//! The JSON door.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use super::Server;
use bigiron::doors::session::service::Service;

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
    let fault = agent.say(r#"{"at": "claims", "keys": "ABC"}"#);
    assert_eq!(
        fault["error"],
        json!({"kind": "value", "message": r#"there is no terminal at "claims"; there are dmv"#})
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

/// Makes every session one for this task of the licence desk.
fn at_task(service: &mut Service, task: &str) {
    service.setup.task = Some(task.into());
    let world = bigiron::cli::opening::served_system("dmv", Some(task)).unwrap();
    service.worlds.replace(vec![world]);
}

#[test]
fn a_session_for_a_task_is_told_its_goal() {
    let server = Server::with(|service| at_task(service, "read-expiry"));
    let agent = Agent::connect(&server);
    let goal = agent.greeting["goal"].as_str().unwrap();
    assert!(goal.contains("On what date does licence"), "{goal}");
}

#[test]
fn submitted_work_ends_the_conversation_and_only_the_operator_learns_what_it_came_to() {
    let server = Server::with(|service| at_task(service, "read-photo"));
    let mut agent = Agent::connect(&server);
    let last = agent.say(r#"{"keys": "CLK042IRON<enter>", "submit": "NO IDEA"}"#);
    assert_eq!(last["ended"], "submitted");
    assert!(row(&last, 0).contains("DMVM01"));
    assert_eq!(last.get("grade"), None);
    let mut rest = String::new();
    assert_eq!(agent.reader.read_line(&mut rest).unwrap(), 0);
    server.reported("read-photo with seed 0: failed");
    let seen = server.seen.lock().unwrap();
    assert_eq!(seen.answers, [Some("NO IDEA".to_owned())]);
    assert_eq!(seen.ends, ["submitted"]);
}

#[test]
fn a_server_that_tells_grades_tells_neither_rows_nor_the_right_answer() {
    let server = Server::with(|service| {
        at_task(service, "read-photo");
        service.tells_grade = true;
    });
    let last = Agent::connect(&server).say(r#"{"submit": true}"#);
    assert_eq!(last["grade"], json!({"outcome": "failed", "clean": true}));
}

#[test]
fn keys_beyond_the_budget_end_the_conversation() {
    let server = Server::with(|service| at_task(service, "read-photo"));
    let mut agent = Agent::connect(&server);
    let keys = agent.greeting["budget"]["keys"].as_u64().unwrap();
    let all = "<home>".repeat(usize::try_from(keys).unwrap());
    let spent = agent.say(&json!({ "keys": all }).to_string());
    assert_eq!(spent["budget"]["keys"], 0);
    assert_eq!(spent.get("ended"), None);
    let over = agent.say(r#"{"keys": "<enter>", "submit": true}"#);
    assert_eq!(over["ended"], "budget_spent");
    server.reported("read-photo with seed 0: budget spent");
    assert!(server.seen.lock().unwrap().answers.is_empty());
}

#[test]
fn cells_tell_how_each_position_shows() {
    let server = Server::start();
    let mut agent = Agent::connect(&server);
    let answer = agent.say(r#"{"keys": "C<tab>X", "observe": {"cells": true, "rows": false}}"#);
    let cells = answer["screen"]["cells"].as_array().unwrap();
    let cell = |row: usize, column: usize| &cells[row - 1][column - 1];
    assert_eq!((cells.len(), cells[0].as_array().unwrap().len()), (24, 80));
    assert_eq!(*cell(12, 32), json!({"char": "C", "color": "green"}));
    let attribute = json!({"char": " ", "color": "green", "attribute": true});
    assert_eq!(*cell(12, 31), attribute);
    let fields = answer["screen"]["fields"].as_array().unwrap();
    let place = |name: &str| usize::try_from(fields[1][name].as_u64().unwrap()).unwrap();
    let password = cell(place("row"), place("column"));
    assert_eq!(
        (&password["char"], &password["hidden"]),
        (&json!(" "), &json!(true))
    );
}
