//! Tasks that are worked at terminals in two systems at once: every door with turns between terminals works and grades them.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use bigiron::cli::suites;
use bigiron::doors::programs::episodes::Episodes;
use bigiron::doors::programs::tools::ToolScope;
use bigiron::doors::session::served_system::ServedSystem;
use bigiron::doors::session::service::Door;
use bigiron::host::{Host, Warts};
use bigiron::task::attempt::Attempt;
use bigiron::task::ending::Ending;
use bigiron::task::playbook::{TerminalDriver, run};
use bigiron::task::prove::arguments;
use bigiron::terminal::{Key, Terminal};
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;

use super::{Seen, Server, service};

static COURSE: LazyLock<suites::TaskSuite> = LazyLock::new(|| suites::load("dmv").unwrap());

const TASKS: [&str; 3] = ["member-expiry", "claims-status", "two-desks"];
const SEED: u64 = 11;

/// What an oracle does before it turns to the other terminal or lets time pass.
#[derive(Debug, Clone)]
struct Turn {
    at: &'static str,
    keys: Vec<Key>,
    wait: u64,
}

/// An attempt whose oracle's turns are noted.
struct Noted {
    attempt: Attempt,
    turns: Vec<Turn>,
}

impl Noted {
    fn note(&mut self, at: usize, keys: Option<Key>, wait: u64) {
        let at = ["dmv", "claims"][at];
        match self.turns.last_mut() {
            Some(last) if last.at == at && last.wait == 0 => {
                last.keys.extend(keys);
                last.wait = wait;
            }
            _ => self.turns.push(Turn {
                at,
                keys: keys.into_iter().collect(),
                wait,
            }),
        }
    }
}

impl TerminalDriver for Noted {
    fn press_at(&mut self, at: usize, key: Key) -> Result<(), Ending> {
        self.attempt.press_at(at, key)?;
        self.note(at, Some(key), 0);
        Ok(())
    }

    fn wait_at(&mut self, at: usize, by: u64) -> Result<(), Ending> {
        self.attempt.wait_at(at, by)?;
        self.note(at, None, by);
        Ok(())
    }

    fn terminal_at(&self, at: usize) -> &Terminal {
        self.attempt.terminal_at(at)
    }

    fn terminals(&self) -> usize {
        self.attempt.terminals()
    }
}

/// The oracle's run at a task, in memory.
struct Run {
    task: &'static str,
    warts: Warts,
    turns: Vec<Turn>,
    answer: Option<String>,
    /// What the hosts come to.
    hash: u64,
}

fn oracle(task: &'static str) -> Run {
    let start = Arc::new(COURSE.start(task, SEED).unwrap());
    let warts = start.task().warts.last().cloned().unwrap();
    let playbook = &COURSE.playbooks[start.task().oracle];
    let mut noted = Noted {
        attempt: Attempt::open(&start, SEED, &warts, |_| ()),
        turns: Vec::new(),
    };
    let (answer, ending) = run(playbook, &arguments(playbook, &start), &mut noted);
    assert_eq!(ending, Ending::Done, "{task}");
    let mut attempt = noted.attempt;
    *attempt.answer_mut() = answer.clone();
    attempt.meet();
    let grade = attempt.finish(ending).unwrap();
    assert!(grade.solved(), "{grade}");
    let hashes = attempt.hosts().map(Host::state_hash);
    Run {
        task,
        warts,
        turns: noted.turns,
        answer,
        hash: hashes.fold(0, |sum, own| sum ^ own),
    }
}

impl Run {
    fn submit(&self) -> Value {
        self.answer
            .as_ref()
            .map_or(json!(true), |answer| json!(answer))
    }
}

impl Turn {
    fn members(&self) -> Map<String, Value> {
        let members = json!({ "at": self.at, "keys": Key::line(&self.keys), "wait": self.wait });
        members.as_object().unwrap().clone()
    }
}

/// A server of the licence desk alone, as a run was.
fn server(run: &Run) -> Server {
    Server::with(|service| {
        service.worlds = Arc::new(vec![ServedSystem::from(COURSE.clone())].into());
        service.setup.seed = SEED;
        service.setup.task = Some(run.task.to_owned());
        service.setup.warts = run.warts.clone();
        service.tells_grade = true;
    })
}

/// A conversation by lines of JSON.
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
        let line = format!("{line}\n");
        self.0.get_mut().write_all(line.as_bytes()).unwrap();
        self.read()
    }

    /// Works a run to its end; the last answer.
    fn work(&mut self, run: &Run) -> Value {
        let greeting = self.read();
        assert_eq!(greeting["systems"], json!(["dmv", "claims"]), "{greeting}");
        for turn in &run.turns {
            let answer = self.say(&turn.members().into());
            assert_eq!(answer["at"], turn.at, "{answer}");
            assert_eq!(answer["refused"], Value::Null, "{answer}");
        }
        self.say(&json!({ "submit": run.submit() }))
    }
}

#[test]
fn the_json_door_works_them() {
    for run in TASKS.map(oracle) {
        let server = server(&run);
        let last = Lines::connect(&server.json).work(&run);
        assert_eq!(last["grade"]["outcome"], "solved", "{}: {last}", run.task);
        let seen = server.seen.lock().unwrap();
        let tasks: Vec<&str> = seen
            .setups
            .iter()
            .flat_map(|own| own.task.as_deref())
            .collect();
        assert_eq!(tasks, [run.task, &format!("dmv/{}", run.task)]);
        let ends = seen.states.iter().map(|states| states.last().unwrap());
        assert_eq!(ends.fold(0, |sum, own| sum ^ own), run.hash, "{}", run.task);
    }
}

#[test]
fn a_trainer_opens_and_grades_one() {
    let run = oracle("two-desks");
    let server = server(&run);
    let mut trainer = Lines::connect(&server.control);
    let opened = trainer.say(&json!({ "open": { "seed": SEED } }));
    let mut agent = Lines::connect(opened["address"].as_str().unwrap());
    agent.read();
    let (first, rest) = run.turns.split_at(run.turns.len() / 2);
    for turn in first {
        agent.say(&turn.members().into());
    }
    let fork = trainer.say(&json!({ "fork": { "session": 1 } }));
    let mut other = Lines::connect(fork["address"].as_str().unwrap());
    other.read();
    for turn in rest {
        other.say(&turn.members().into());
    }
    let mut grade = |session: u64| {
        trainer.say(&json!({ "grade": { "session": session } }))["grade"]["outcome"].clone()
    };
    assert_eq!([grade(1), grade(2)], ["failed", "solved"]);
}

/// Episodes for tools, of a run.
fn episodes(run: &Run, door: Door) -> Episodes {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let mut service = service(&seen);
    service.worlds = Arc::new(vec![ServedSystem::from(COURSE.clone())].into());
    service.setup.seed = SEED;
    service.setup.warts = run.warts.clone();
    service.tells_grade = true;
    let (service, places) = (Arc::new(service), Arc::new(Semaphore::new(1)));
    Episodes::new(
        service,
        door,
        Arc::default(),
        places,
        Duration::from_secs(600),
    )
}

async fn call(reach: &ToolScope, episodes: &Episodes, tool: &str, arguments: Value) -> Value {
    let arguments = arguments.as_object().unwrap();
    let outcome = reach.call(episodes, tool, arguments).await.unwrap();
    let text = outcome.text;
    outcome
        .structured
        .unwrap_or_else(|| panic!("{tool}: {text}"))
}

#[tokio::test]
async fn a_desk_of_tools_has_a_handle_for_each_terminal() {
    for run in TASKS.map(oracle) {
        let (desk, episodes) = (ToolScope::All, episodes(&run, Door::Mcp));
        let opened = call(
            &desk,
            &episodes,
            "open_session",
            json!({ "task": run.task }),
        )
        .await;
        let other = &opened["others"][0];
        let handles = [("dmv", &opened["session"]), ("claims", &other["session"])];
        assert_eq!(
            (&opened["system"], &other["system"]),
            (&json!("dmv"), &json!("claims"))
        );
        for turn in &run.turns {
            let (_, session) = handles
                .iter()
                .find(|(system, _)| *system == turn.at)
                .unwrap();
            let keys = Key::line(&turn.keys);
            let sent = json!({ "session": session, "keys": keys, "wait": turn.wait });
            let seen = call(&desk, &episodes, "send_keys", sent).await;
            assert_eq!(seen["system"], turn.at);
        }
        let answer = run
            .answer
            .as_ref()
            .map_or(Value::Null, |answer| json!(answer));
        let done = json!({ "session": handles[1].1, "answer": answer });
        let last = call(&desk, &episodes, "submit", done).await;
        assert_eq!(last["grade"]["outcome"], "solved", "{}: {last}", run.task);
        let closed = json!({ "session": handles[1].1 });
        assert_eq!(
            call(&desk, &episodes, "close_session", closed).await["closed"],
            true
        );
        assert!(episodes.is_empty());
    }
}

#[tokio::test]
async fn tools_in_a_session_of_a_trainers_turn_by_name() {
    let run = oracle("claims-status");
    let episodes = episodes(&run, Door::Http);
    let order = bigiron::doors::programs::episodes::EpisodeRequest {
        task: Some(run.task.to_owned()),
        ..Default::default()
    };
    let (handle, _) = episodes.open(&order).unwrap();
    for turn in &run.turns {
        let mut members = turn.members();
        members.insert("session".into(), json!(handle));
        call(&ToolScope::Handles, &episodes, "send_keys", members.into()).await;
    }
    let look = json!({ "session": handle, "at": "dmv" });
    let seen = call(&ToolScope::Handles, &episodes, "read_screen", look).await;
    assert_eq!(
        (&seen["system"], &seen["others"]),
        (&json!("dmv"), &json!([{ "system": "claims" }]))
    );
    let nowhere = json!({ "session": handle, "at": "claimz" });
    let nowhere = nowhere.as_object().unwrap();
    let refused = ToolScope::Handles
        .call(&episodes, "read_screen", nowhere)
        .await
        .unwrap();
    assert_eq!(
        refused.text,
        "there is no terminal at \"claimz\"; did you mean \"claims\"?"
    );
    let done = json!({ "session": handle });
    let last = call(&ToolScope::Handles, &episodes, "submit", done).await;
    assert_eq!(last["grade"]["outcome"], "solved", "{last}");
}

#[test]
fn a_door_with_one_terminal_names_those_that_have_more() {
    let run = oracle("member-expiry");
    let server = server(&run);
    for (door, address) in [("script", &server.script), ("vt", &server.vt)] {
        let _stream = TcpStream::connect(address).unwrap();
        let message = server.reported(&format!("{door} "));
        assert!(
            message.contains("worked in dmv and claims at once"),
            "{message}"
        );
        assert!(message.contains("one at each"), "{message}");
    }
}
