//! The doors, each as something that takes turns.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bigiron::doors::server::serve;
use bigiron::doors::session::address::ListenAddress;
use bigiron::doors::session::service::Door;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use super::Turn;
use super::cases::Case;
use crate::doors::{Seen, service};

pub mod json;
pub mod pty;
pub mod script;
pub mod tn3270;
pub mod tools;
pub mod vt;
pub mod web;
pub mod window;

/// How long anything may take before the test gives up.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A way to a session.
pub trait Way {
    /// Takes a turn; the rows of the screen after it, or none if they cannot be had in between.
    fn take(&mut self, turn: &Turn) -> Vec<String>;

    /// Ends the session, whose last screen has to be this one; the host's state hash.
    fn finish(self, last: &[String]) -> u64;
}

/// A server of the case's system, set up as the case was, with a door of each kind.
pub struct Served {
    pub runtime: Runtime,
    stop: Option<oneshot::Sender<()>>,
    seen: Arc<Mutex<Seen>>,
    addresses: Vec<(Door, String)>,
}

impl Served {
    pub fn begin(case: &Case) -> Served {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let mut service = service(&seen);
        service.worlds = Arc::new(vec![case.world.clone()].into());
        service.setup = case.setup.clone();
        let runtime = Runtime::new().unwrap();
        let doors = runtime.block_on(async {
            let mut doors = Vec::new();
            for door in [Door::Tn3270, Door::Script, Door::Json, Door::Http, Door::Vt] {
                let address = ListenAddress::parse("127.0.0.1:0").unwrap();
                doors.push((door, address.bind(false).await.unwrap()));
            }
            doors
        });
        let address = |listener: &bigiron::doors::session::address::Listener| {
            listener.address().unwrap().to_string()
        };
        let addresses = doors
            .iter()
            .map(|(door, listener)| (*door, address(listener)))
            .collect();
        let (stop, stopped) = oneshot::channel();
        runtime.spawn(serve(Arc::new(service), doors, async {
            let _ = stopped.await;
        }));
        Served {
            runtime,
            stop: Some(stop),
            seen,
            addresses,
        }
    }

    pub fn address(&self, door: Door) -> &str {
        let found = self.addresses.iter().find(|(known, _)| *known == door);
        &found.unwrap().1
    }

    pub fn seen(&self) -> &Arc<Mutex<Seen>> {
        &self.seen
    }

    /// The state hash that the server's record hook saw last.
    pub fn hash(&self) -> u64 {
        *self
            .seen
            .lock()
            .unwrap()
            .states
            .last()
            .unwrap()
            .last()
            .unwrap()
    }

    /// Waits until as many sessions have ended as were opened.
    pub fn settled(&self) -> u64 {
        let begun = std::time::Instant::now();
        loop {
            let seen = self.seen.lock().unwrap();
            if seen.ends.len() == seen.setups.len() {
                break;
            }
            drop(seen);
            assert!(begun.elapsed() < PATIENCE, "a session does not end");
            std::thread::sleep(Duration::from_millis(2));
        }
        self.hash()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

/// The rows in the member `screen` of what a door said.
pub fn rows(screen: &serde_json::Value) -> Vec<String> {
    let rows = screen["rows"]
        .as_array()
        .unwrap_or_else(|| panic!("no rows in {screen}"));
    rows.iter()
        .map(|row| row.as_str().unwrap().to_owned())
        .collect()
}

/// Keys as one text.
pub fn line(turn: &Turn) -> String {
    bigiron::terminal::Key::line(&turn.keys)
}
