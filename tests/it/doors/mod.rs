//! The doors, with real clients.
//!
//! Helpers fail the test that calls them, as the tests themselves do.
#![allow(clippy::unwrap_used, clippy::panic)]

mod anything;
mod call;
mod client;
mod control;
mod episodes;
mod foreign;
mod http;
mod json;
mod logon;
mod program;
mod script;
mod several_systems;
mod tn3270;
mod trouble;
mod vt;

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use bigiron::doors::server::{ListenerConfig, serve};
use bigiron::doors::session::address::ListenAddress;
use bigiron::doors::session::recorder::Recorder;
use bigiron::doors::session::served_system::ServedSystem;
use bigiron::doors::session::service::{Door, NoticeLevel, Service};
use bigiron::session::{Log, Millis, SessionEvent, Setup};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// The recordings and operator messages of a server.
#[derive(Default)]
pub(crate) struct Seen {
    /// Lines to the operator.
    pub(crate) reports: Vec<String>,
    /// The setup of each session, in the order of opening.
    pub(crate) setups: Vec<Setup>,
    /// State hashes of each session.
    pub(crate) states: Vec<Vec<u64>>,
    /// Answers to tasks.
    pub(crate) answers: Vec<Option<String>>,
    /// Why sessions ended.
    pub(crate) ends: Vec<String>,
}

/// A server of the licence desk on ports of its own, for as long as it lives.
struct Server {
    runtime: Option<Runtime>,
    stop: Option<oneshot::Sender<()>>,
    seen: Arc<Mutex<Seen>>,
    tn3270: String,
    script: String,
    json: String,
    http: String,
    vt: String,
    control: String,
    service: Arc<Service>,
}

/// The doors of every server here, in the order of their addresses.
const DOORS: [Door; 6] = [
    Door::Tn3270,
    Door::Script,
    Door::Json,
    Door::Http,
    Door::Vt,
    Door::Control,
];

struct Ear {
    seen: Arc<Mutex<Seen>>,
    number: usize,
}

impl Log for Ear {
    fn event(&mut self, _: Millis, event: SessionEvent<'_>) {
        if let SessionEvent::State(hash) = event {
            self.seen.lock().unwrap().states[self.number].push(hash);
        }
    }
}

impl Recorder for Ear {
    fn answer(&mut self, _: Millis, answer: Option<&str>) {
        let answer = answer.map(str::to_owned);
        self.seen.lock().unwrap().answers.push(answer);
    }

    fn end(&mut self, _: Millis, reason: &str) {
        self.seen.lock().unwrap().ends.push(reason.to_owned());
    }

    fn take_error(&mut self) -> Option<std::io::Error> {
        None
    }
}

static DMV: LazyLock<ServedSystem> =
    LazyLock::new(|| bigiron::cli::opening::world("dmv", Some("read-photo")).unwrap());

/// The licence desk with its tasks, by the turn clock and seed 0; what happens is seen.
pub(crate) fn service(seen: &Arc<Mutex<Seen>>) -> Service {
    let (ear, mouth) = (Arc::clone(seen), Arc::clone(seen));
    Service {
        same_seed: true,
        record: Arc::new(move |_, _, _, setup| {
            let mut seen = ear.lock().unwrap();
            seen.setups.push(setup.clone());
            seen.states.push(Vec::new());
            let number = seen.setups.len() - 1;
            let seen = Arc::clone(&ear);
            Ok(Box::new(Ear { seen, number }))
        }),
        report: Arc::new(move |notice| {
            if notice.level > NoticeLevel::Info {
                mouth.lock().unwrap().reports.push(notice.to_string());
            }
        }),
        ..Service::new(vec![DMV.clone()])
    }
}

impl Server {
    /// A server with the turn clock and seed 0.
    fn start() -> Server {
        Server::with(|_| ())
    }

    fn with(change: impl FnOnce(&mut Service)) -> Server {
        Server::build(change, false)
    }

    /// A server whose TN3270 door has TLS from the first byte.
    fn with_tls(change: impl FnOnce(&mut Service)) -> Server {
        Server::build(change, true)
    }

    fn build(change: impl FnOnce(&mut Service), tls: bool) -> Server {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let mut service = service(&seen);
        change(&mut service);
        let runtime = Runtime::new().unwrap();
        let (stop, stopped) = oneshot::channel();
        let doors = runtime.block_on(async {
            let mut doors = Vec::new();
            for door in DOORS {
                let address = ListenAddress::parse("127.0.0.1:0").unwrap();
                let mut gate = ListenerConfig::from((door, address.bind(false).await.unwrap()));
                gate.tls = tls && door == Door::Tn3270;
                doors.push(gate);
            }
            doors
        });
        let address = |at: usize| doors[at].listener.address().unwrap().to_string();
        let (tn3270, script, json, http) = (address(0), address(1), address(2), address(3));
        let (vt, control) = (address(4), address(5));
        let service = Arc::new(service);
        runtime.spawn(serve(Arc::clone(&service), doors, async {
            let _ = stopped.await;
        }));
        Server {
            runtime: Some(runtime),
            stop: Some(stop),
            seen,
            tn3270,
            script,
            json,
            http,
            vt,
            control,
            service,
        }
    }

    /// The address of every door.
    fn addresses(&self) -> Vec<String> {
        [
            &self.tn3270,
            &self.script,
            &self.json,
            &self.http,
            &self.vt,
            &self.control,
        ]
        .map(String::clone)
        .into()
    }

    /// Waits for a line to the operator that holds this text.
    fn reported(&self, text: &str) -> String {
        for _ in 0..500 {
            let found = self
                .seen
                .lock()
                .unwrap()
                .reports
                .iter()
                .find(|line| line.contains(text))
                .cloned();
            match found {
                Some(line) => return line,
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        }
        panic!(
            "no line to the operator holds {text:?}: {:?}",
            self.seen.lock().unwrap().reports
        );
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(5));
        }
    }
}

/// Runs a program to its end with this input; its output. Fails with the remedy if the program is missing.
fn run(program: &str, arguments: &[&str], input: &str) -> String {
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.unwrap_or_else(|error| {
        panic!("{program}: {error}; `tests/run` installs what the tests need")
    });
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {}\n{text}{:?}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    text
}
