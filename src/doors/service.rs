//! What is served: systems, how their sessions are opened, the doors that listen, and the end of it all.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, BufReader};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::address::Listener;
use super::clock::Clock;
use super::dialogue::talk;
use super::episodes::Episodes;
use super::http;
use super::json::Json;
use super::script::Interpreter;
use super::station::{Recorder, Station};
use super::tn3270;
use super::world::World;
use crate::session::{ClockMode, Setup};
use crate::system::model::System;
use crate::task::grade::Grade;

/// The languages that clients speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// TN3270 and TN3270E.
    Tn3270,
    /// s3270's action language.
    Script,
    /// One JSON object a line.
    Json,
    /// HTTP and WebSocket, as OpenEnv has them.
    Http,
    /// The Model Context Protocol.
    Mcp,
}

impl Door {
    /// The name, as recordings and messages have it.
    pub fn name(self) -> &'static str {
        match self {
            Door::Tn3270 => "tn3270",
            Door::Script => "script",
            Door::Json => "json",
            Door::Http => "http",
            Door::Mcp => "mcp",
        }
    }
}

/// The most sessions at a time.
pub const MAX_SESSIONS: usize = 4096;

/// How long an episode of the HTTP door may be left alone.
const EPISODE_IDLE: Duration = Duration::from_secs(3600);

/// Takes messages for the operator, a line each.
pub type Report = Arc<dyn Fn(&str) + Send + Sync>;

/// Begins the recording of a session: what was opened, at which door, under which number.
pub type Record =
    Arc<dyn Fn(&System, Door, u64, &Setup) -> io::Result<Box<dyn Recorder>> + Send + Sync>;

/// What is served, and how.
#[derive(Clone)]
pub struct Service {
    /// The systems; a client that asks for none gets the first.
    pub worlds: Vec<World>,
    /// How sessions are opened. Connection number n, from 0, has this seed + n.
    pub setup: Setup,
    /// Every connection has the seed itself.
    pub same_seed: bool,
    /// Virtual milliseconds in a real one, under the live clock.
    pub speed: f64,
    /// Whoever is at a session is told what the work at its task came to; otherwise only the operator is.
    pub tells_grade: bool,
    /// How long a TN3270 client may take to agree on a terminal.
    pub patience: Duration,
    /// Begins recordings.
    pub record: Record,
    /// Takes messages.
    pub report: Report,
}

/// How one connection's session is opened.
pub struct Ticket {
    /// The number of the connection, from 0.
    pub number: u64,
    /// The door it came through.
    pub door: Door,
    /// What is served.
    pub service: Arc<Service>,
}

impl Ticket {
    /// The names of the systems, in capitals, as LU names have them.
    pub fn names(&self) -> Vec<String> {
        self.service
            .worlds
            .iter()
            .map(|world| world.system().id.to_ascii_uppercase())
            .collect()
    }

    /// The system of this name in letters of either case, or else the first.
    pub fn world(&self, name: &str) -> Option<&World> {
        let worlds = &self.service.worlds;
        worlds
            .iter()
            .find(|world| world.system().id.eq_ignore_ascii_case(name))
            .or_else(|| worlds.first())
    }

    /// How the session is set up.
    pub fn setup(&self) -> Setup {
        let mut setup = self.service.setup.clone();
        if !self.service.same_seed {
            setup.seed = setup.seed.wrapping_add(self.number);
        }
        setup
    }

    /// A clock that begins now.
    pub fn clock(&self) -> Clock {
        match self.service.setup.clock {
            ClockMode::Turn => Clock::Turn,
            ClockMode::Live => Clock::live(self.service.speed),
        }
    }

    /// Begins the recording.
    pub fn record(&self, system: &System, setup: &Setup) -> io::Result<Box<dyn Recorder>> {
        (self.service.record)(system, self.door, self.number, setup)
    }

    /// How long the client may take to agree on a terminal.
    pub fn patience(&self) -> Duration {
        self.service.patience
    }

    /// Tells the operator something about this connection.
    pub fn report(&self, message: &str) {
        (self.service.report)(&format!("{} {}: {message}", self.door.name(), self.number));
    }
}

/// Serves until `shutdown` comes; then every connection is closed.
pub async fn serve(
    service: Service,
    doors: Vec<(Door, Listener)>,
    shutdown: impl Future<Output = ()>,
) {
    let service = Arc::new(service);
    let count = Arc::new(AtomicU64::new(0));
    let places = Arc::new(Semaphore::new(MAX_SESSIONS));
    let episodes = Arc::new(Episodes::new(
        Arc::clone(&service),
        Door::Http,
        Arc::clone(&count),
        Arc::clone(&places),
        EPISODE_IDLE,
    ));
    let mut listening = JoinSet::new();
    for (door, listener) in doors {
        listening.spawn(accept(
            Arc::clone(&service),
            door,
            listener,
            Arc::clone(&count),
            Arc::clone(&places),
            http::router(Arc::clone(&episodes)),
        ));
    }
    tokio::select! {
        () = shutdown => {}
        Some(_) = listening.join_next() => {}
        () = episodes.reap() => {}
    }
    episodes.close_all();
    // Dropping the listeners' tasks drops the connections that they hold.
    listening.shutdown().await;
}

/// Accepts connections at one door and holds them.
async fn accept(
    service: Arc<Service>,
    door: Door,
    listener: Listener,
    count: Arc<AtomicU64>,
    places: Arc<Semaphore>,
    router: axum::Router,
) {
    let mut connections = JoinSet::new();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(stream) => stream,
                Err(error) => {
                    (service.report)(&format!("{}: cannot accept: {error}", door.name()));
                    // Most often no file is left to open; others will close theirs.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            Some(_) = connections.join_next() => continue,
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            (service.report)(&format!(
                "{}: refused, {MAX_SESSIONS} sessions are open",
                door.name()
            ));
            continue;
        };
        let ticket = Ticket {
            number: count.fetch_add(1, Ordering::Relaxed),
            door,
            service: Arc::clone(&service),
        };
        let router = router.clone();
        connections.spawn(async move {
            connection(ticket, stream, router).await;
            drop(place);
        });
    }
}

async fn connection(
    ticket: Ticket,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    router: axum::Router,
) {
    let result = match ticket.door {
        Door::Tn3270 => tn3270::connection(&ticket, stream).await,
        Door::Script | Door::Json => lines(&ticket, stream).await,
        Door::Http => http::connection(router, stream).await,
        // It has a pipe of its own.
        Door::Mcp => Ok(()),
    };
    if let Err(error) = result {
        ticket.report(&error.to_string());
    }
}

async fn lines(ticket: &Ticket, stream: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let Some(world) = ticket.world("") else {
        return Ok(());
    };
    let mut setup = ticket.setup();
    setup.terminal.typeahead = ticket.door == Door::Script;
    let opening = world.open(&setup).map_err(io::Error::other)?;
    let log = ticket.record(world.system(), &setup)?;
    let mut station = Station::open(opening, &setup, ticket.clock(), log)
        .telling_grade(ticket.service.tells_grade);
    let (reader, writer) = tokio::io::split(stream);
    let reader = BufReader::new(reader);
    let talked = match ticket.door {
        Door::Json => talk(Json::default(), &mut station, reader, writer).await,
        _ => talk(Interpreter::default(), &mut station, reader, writer).await,
    };
    station.close(&talked);
    if let Some(grade) = station.grade() {
        ticket.report(&told(&setup, grade));
    }
    talked
}

/// What the operator is told of a run at a task.
pub(super) fn told(setup: &Setup, grade: &Grade) -> String {
    let task = setup.task.as_deref().unwrap_or("no task");
    format!("{task} with seed {}: {}", setup.seed, grade.outcome)
}
