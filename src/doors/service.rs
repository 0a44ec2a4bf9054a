//! What is served: systems, how their sessions are opened, the doors that listen, and the end of it all.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use tokio::io::BufReader;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::address::{Listener, Stream};
use super::clock::Clock;
use super::control;
use super::dialogue::talk;
use super::episodes::Episodes;
use super::held::Hold;
use super::http;
use super::json::Json;
use super::lines::Lines;
use super::logon::{Logon, LogonError, no_such_system};
use super::lus::{Lease, Lus};
use super::metrics::Metrics;
use super::patient::Patient;
use super::script::Interpreter;
use super::station::{Recorder, Station};
use super::tn3270;
use super::vt;
use super::world::{Opening, World};
use crate::recording::Past;
use crate::session::{ClockMode, Event, Log, Millis, Setup};
use crate::system::model::System;
use crate::task::grade::Grade;
use crate::terminal;
use crate::wire::tn3270e::Reason;

/// The languages that clients speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// TN3270 and TN3270E.
    Tn3270,
    /// s3270's action language.
    Script,
    /// One JSON object a line.
    Json,
    /// VT keys in, an ANSI screen out.
    Vt,
    /// The trainer's side: one JSON object a line.
    Control,
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
            Door::Vt => "vt",
            Door::Control => "control",
            Door::Http => "http",
            Door::Mcp => "mcp",
        }
    }

    /// Whether a client can turn between terminals at several systems.
    pub fn turns(self) -> bool {
        matches!(self, Door::Json | Door::Http | Door::Mcp)
    }
}

/// Longer than any server runs.
const NEVER: Duration = Duration::from_secs(1 << 32);

/// How much weight a message has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The ordinary course of things.
    Info,
    /// Something went wrong for one client.
    Warning,
    /// Something went wrong for the operator.
    Error,
}

/// A message for the operator. Nothing that a client typed is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its weight.
    pub level: Level,
    /// The door it concerns.
    pub door: Option<Door>,
    /// The number of the connection it concerns.
    pub number: Option<u64>,
    /// The client's machine.
    pub peer: Option<IpAddr>,
    /// What there is to say.
    pub message: String,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(door) = self.door {
            f.write_str(door.name())?;
            if let Some(number) = self.number {
                write!(f, " {number}")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.message)
    }
}

/// Takes messages for the operator.
pub type Report = Arc<dyn Fn(&Notice) + Send + Sync>;

/// Begins the recording of a session: what was opened, at which door, under which number.
pub type Record =
    Arc<dyn Fn(&System, Door, u64, &Setup) -> io::Result<Box<dyn Recorder>> + Send + Sync>;

/// The systems that are served now. They may be replaced: sessions that are open keep those they were opened on.
#[derive(Debug)]
pub struct Worlds(RwLock<Arc<[World]>>);

impl Worlds {
    /// The systems as they are now.
    pub fn now(&self) -> Arc<[World]> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Serves these to whoever comes from now on.
    pub fn replace(&self, worlds: Vec<World>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = worlds.into();
    }
}

impl From<Vec<World>> for Worlds {
    fn from(worlds: Vec<World>) -> Worlds {
        Worlds(RwLock::new(worlds.into()))
    }
}

/// How much clients may ask of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most connections at a time.
    pub connections: usize,
    /// The most connections at a time from one address.
    pub per_address: usize,
    /// How long a client may take to agree on a terminal or on encryption, and to end what it has begun to say: a line, a record.
    pub patience: Duration,
    /// How long a client may be silent, if there is a limit.
    pub idle: Option<Duration>,
    /// How long it may leave unread what it is sent.
    pub unread: Duration,
}

impl Default for Limits {
    /// 10 000 connections from anywhere, 20 seconds to agree and to end what was begun, an hour of silence, half a minute to
    /// read.
    fn default() -> Limits {
        Limits {
            connections: 10_000,
            per_address: 10_000,
            patience: Duration::from_secs(20),
            idle: Some(Duration::from_secs(3600)),
            unread: Duration::from_secs(30),
        }
    }
}

/// The encryption a server has to offer.
#[derive(Clone)]
pub struct Tls {
    /// The server's end.
    pub acceptor: TlsAcceptor,
    /// Whether TN3270 clients that decline STARTTLS are turned away.
    pub required: bool,
}

/// What is served, and how.
#[derive(Clone)]
pub struct Service {
    /// The systems.
    pub worlds: Arc<Worlds>,
    /// How sessions are opened. Connection number n, from 0, has this seed + n.
    pub setup: Setup,
    /// Every connection has the seed itself.
    pub same_seed: bool,
    /// Virtual milliseconds in a real one, under the live clock.
    pub speed: f64,
    /// Whoever is at a session is told what the work at its task came to; otherwise only the operator is.
    pub tells_grade: bool,
    /// How much clients may ask.
    pub limits: Limits,
    /// The LUs that TN3270 clients may ask for.
    pub lus: Arc<Lus>,
    /// The encryption there is.
    pub tls: Option<Tls>,
    /// Begins recordings.
    pub record: Record,
    /// Takes messages.
    pub report: Report,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// How many connections and sessions have had a number.
    pub numbers: Arc<AtomicU64>,
    /// The sessions that trainers hold.
    pub held: Arc<Hold>,
}

impl Service {
    /// These systems with default setup and limits, nothing recorded and nobody told.
    pub fn new(worlds: Vec<World>) -> Service {
        Service {
            worlds: Arc::new(worlds.into()),
            setup: Setup::default(),
            same_seed: false,
            speed: 1.0,
            tells_grade: false,
            limits: Limits::default(),
            lus: Arc::default(),
            tls: None,
            record: Arc::new(|_, _, _, _| Ok(Box::new(()) as Box<dyn Recorder>)),
            report: Arc::new(|_| ()),
            metrics: Arc::default(),
            numbers: Arc::default(),
            held: Arc::default(),
        }
    }

    /// Tells the operator something that concerns no single client.
    pub fn tell(&self, level: Level, message: impl Into<String>) {
        (self.report)(&Notice {
            level,
            door: None,
            number: None,
            peer: None,
            message: message.into(),
        });
    }
}

/// A door that listens.
#[derive(Debug)]
pub struct Gate {
    /// What is spoken.
    pub door: Door,
    /// Where.
    pub listener: Listener,
    /// What its clients are logged on to.
    pub logon: Logon,
    /// Whether TLS begins with the first byte.
    pub tls: bool,
}

impl From<(Door, Listener)> for Gate {
    /// Without TLS, its logon left to the server.
    fn from((door, listener): (Door, Listener)) -> Gate {
        Gate {
            door,
            listener,
            logon: Logon::default(),
            tls: false,
        }
    }
}

/// How one connection's session is opened.
pub struct Ticket {
    /// The number of the connection, from 0.
    pub number: u64,
    /// The door it came through.
    pub door: Door,
    /// The client's machine, if it came over TCP.
    pub peer: Option<IpAddr>,
    /// What the door's clients are logged on to.
    pub logon: Logon,
    /// What is served.
    pub service: Arc<Service>,
}

/// A session that is about to begin.
pub struct Opened {
    /// Its tables, and the goal of its task.
    pub opening: Opening,
    /// How it is set up.
    pub setup: Setup,
    /// The recordings of its sessions, in the order of the task's systems.
    pub logs: Vec<Box<dyn Recorder>>,
    /// Its clock, which begins now.
    pub clock: Clock,
}

impl Opened {
    /// The session with a terminal in this process. Whoever is at it is told what its work came to if `tells_grade`.
    pub fn station(self, tells_grade: bool) -> Station {
        Station::open(self.opening, &self.setup, self.clock, self.logs).telling_grade(tells_grade)
    }
}

impl Ticket {
    /// A ticket for a session that no connection holds.
    pub fn unconnected(service: &Arc<Service>, door: Door, logon: Logon) -> Ticket {
        Ticket {
            number: service.numbers.fetch_add(1, Ordering::Relaxed),
            door,
            peer: None,
            logon,
            service: Arc::clone(service),
        }
    }

    /// An LU for a client that asks for one, or for none.
    pub fn lease(&self, asked: Option<&str>) -> Result<Lease, Reason> {
        let worlds = self.service.worlds.now();
        let systems: Vec<&str> = worlds
            .iter()
            .map(|world| world.system().id.as_str())
            .collect();
        self.service.lus.grant(asked, self.number, &systems)
    }

    /// The system that a logon names, or the only one; none if several are served and none is named.
    pub fn world(&self, logon: &Logon) -> Result<Option<World>, LogonError> {
        let worlds = self.service.worlds.now();
        match &logon.system {
            None if worlds.len() > 1 => Ok(None),
            None => Ok(worlds.first().cloned()),
            Some(name) => {
                let ids = worlds.iter().map(|world| world.system().id.as_str());
                let found = worlds
                    .iter()
                    .find(|world| world.system().id.eq_ignore_ascii_case(name));
                found
                    .cloned()
                    .map(Some)
                    .ok_or_else(|| no_such_system(name, ids))
            }
        }
    }

    /// As [`Ticket::world`], with the first system for who names none.
    pub fn world_or_first(&self, logon: &Logon) -> Result<World, LogonError> {
        let first = || self.service.worlds.now().first().cloned();
        let none = || LogonError("no system is served".into());
        self.world(logon)?.or_else(first).ok_or_else(none)
    }

    /// Opens a session on a system for a logon.
    pub fn open(
        &self,
        world: &World,
        logon: &Logon,
        terminal: terminal::Options,
    ) -> io::Result<Opened> {
        let mut setup = self.setup();
        setup.terminal = terminal;
        logon.apply(&mut setup, world).map_err(invalid)?;
        let mut opening = world.open(&setup).map_err(invalid)?;
        if !self.door.turns() {
            opening = opening.at_one_terminal().map_err(invalid)?;
        }
        let logs = self.record(&opening, &setup);
        let clock = self.clock();
        let system = &world.system().id;
        let (seed, warts) = (setup.seed, &setup.warts);
        self.tell(
            Level::Info,
            format!("a session of {system} with seed {seed}, warts {warts}"),
        );
        Ok(Opened {
            opening,
            setup,
            logs,
            clock,
        })
    }

    /// What a client may name of a logon: only the system is its to pick, unless the server lets it say more.
    pub fn allowed(&self, logon: Logon) -> Logon {
        match self.service.lus.are_open() {
            true => logon,
            false => Logon {
                system: logon.system,
                ..Logon::default()
            },
        }
    }

    /// How the session is set up where nothing else is asked for.
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

    /// Begins the recordings of the sessions of an opening, in the order of the task's systems. Each counts what passes, tells the
    /// operator when it fails, and is ended however its session ends.
    pub fn record(&self, opening: &Opening, setup: &Setup) -> Vec<Box<dyn Recorder>> {
        let mut logs = vec![self.record_one(opening.region.system(), setup)];
        let further = opening.further(setup);
        logs.extend(further.map(|(region, setup)| self.record_one(region.system(), &setup)));
        logs
    }

    /// Begins the recording of a session at one system.
    pub fn record_one(&self, system: &System, setup: &Setup) -> Box<dyn Recorder> {
        let begun = (self.service.record)(system, self.door, self.number, setup);
        Box::new(Metered::begin(self, begun))
    }

    /// How the terminal of a session is set up, where the client has no say.
    pub fn terminal(&self) -> terminal::Options {
        self.service.setup.terminal
    }

    /// How long the client may take to agree on something, or to end what it has begun to say.
    pub fn patience(&self) -> Duration {
        self.service.limits.patience
    }

    /// The connection with a limit to silence and to what is left unread.
    pub fn patient(&self, stream: Stream) -> Patient<Stream> {
        Patient::new(stream, self.service.limits.idle, self.service.limits.unread)
    }

    /// Tells the operator what went wrong with this connection.
    pub fn report(&self, message: &str) {
        self.tell(Level::Warning, message);
    }

    /// Tells the operator something about this connection.
    pub fn tell(&self, level: Level, message: impl Into<String>) {
        (self.service.report)(&Notice {
            level,
            door: Some(self.door),
            number: Some(self.number),
            peer: self.peer,
            message: message.into(),
        });
    }
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

/// A recording that counts what passes, tells the operator when it fails, and is ended however the session ends.
struct Metered {
    inner: Box<dyn Recorder>,
    service: Arc<Service>,
    notice: Notice,
    last: Millis,
    ended: bool,
}

impl Metered {
    /// Begins a recording; the session goes on without one that cannot be begun.
    fn begin(ticket: &Ticket, begun: io::Result<Box<dyn Recorder>>) -> Metered {
        let service = Arc::clone(&ticket.service);
        let notice = Notice {
            level: Level::Error,
            door: Some(ticket.door),
            number: Some(ticket.number),
            peer: ticket.peer,
            message: String::new(),
        };
        service.metrics.opened.up();
        service.metrics.sessions.up();
        let mut metered = Metered {
            inner: Box::new(()),
            service,
            notice,
            last: 0,
            ended: false,
        };
        match begun {
            Ok(inner) => metered.inner = inner,
            Err(error) => metered.failed(&error),
        }
        metered.check();
        metered
    }

    fn failed(&mut self, error: &io::Error) {
        self.service.metrics.recording_faults.up();
        self.notice.message = format!("the session is not recorded further: {error}");
        (self.service.report)(&self.notice);
    }

    fn check(&mut self) {
        if let Some(error) = self.inner.take_error() {
            self.failed(&error);
        }
    }
}

impl Log for Metered {
    fn event(&mut self, at: Millis, event: Event<'_>) {
        match event {
            Event::Inbound(_) => self.service.metrics.inbound.up(),
            Event::Outbound(_) => self.service.metrics.outbound.up(),
            Event::Key(_) | Event::Bind(_) | Event::Wait(_) | Event::State(_) => {}
        }
        self.last = at;
        self.inner.event(at, event);
        self.check();
    }

    fn wants_state(&self) -> bool {
        self.inner.wants_state()
    }
}

impl Recorder for Metered {
    fn answer(&mut self, at: Millis, answer: Option<&str>) {
        self.last = at;
        self.inner.answer(at, answer);
        self.check();
    }

    fn end(&mut self, at: Millis, reason: &str) {
        if !self.ended {
            self.ended = true;
            self.inner.end(at, reason);
            self.check();
        }
    }

    fn take_error(&mut self) -> Option<io::Error> {
        None
    }

    fn past(&mut self) -> io::Result<Past> {
        self.inner.past()
    }

    fn go_on_from(&mut self, past: io::Result<Past>) {
        self.inner.go_on_from(past);
        self.check();
    }
}

impl Drop for Metered {
    fn drop(&mut self) {
        self.end(self.last, "the server ended it");
        self.service.metrics.sessions.down();
    }
}

/// Serves until `shutdown` comes; then every connection is closed, and every recording ended.
pub async fn serve(
    service: Arc<Service>,
    gates: impl IntoIterator<Item = impl Into<Gate>>,
    shutdown: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(service.limits.connections));
    let episodes = Arc::new(Episodes::new(
        Arc::clone(&service),
        Door::Http,
        Arc::clone(&service.numbers),
        Arc::clone(&places),
        service.limits.idle.unwrap_or(NEVER),
    ));
    let hall = Arc::new(Hall {
        places,
        present: Mutex::default(),
        service: Arc::clone(&service),
        router: http::router(Arc::clone(&episodes)),
    });
    let mut listening = JoinSet::new();
    for gate in gates {
        listening.spawn(accept(Arc::clone(&hall), gate.into()));
    }
    tokio::select! {
        () = shutdown => {}
        Some(_) = listening.join_next() => {}
        () = episodes.reap() => {}
    }
    episodes.close_all();
    service.held.end().await;
    // Dropping the listeners' tasks drops the connections that they hold.
    listening.shutdown().await;
}

/// What all doors share: the places for connections, and who is there.
struct Hall {
    service: Arc<Service>,
    router: axum::Router,
    places: Arc<Semaphore>,
    present: Mutex<BTreeMap<IpAddr, usize>>,
}

/// A place that a connection has until this is dropped.
struct Place {
    hall: Arc<Hall>,
    peer: Option<IpAddr>,
    _permit: tokio::sync::OwnedSemaphorePermit,
}

impl Hall {
    fn present(&self) -> std::sync::MutexGuard<'_, BTreeMap<IpAddr, usize>> {
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a client of this address, or the limit that stands against it.
    fn place(self: &Arc<Hall>, peer: Option<IpAddr>) -> Result<Place, String> {
        let limits = &self.service.limits;
        let full = |_| format!("refused, {} connections are open", limits.connections);
        let permit = Arc::clone(&self.places).try_acquire_owned().map_err(full)?;
        if let Some(peer) = peer {
            let mut present = self.present();
            let own = present.entry(peer).or_default();
            if *own >= limits.per_address {
                return Err(format!("refused, {own} connections from {peer} are open"));
            }
            *own += 1;
        }
        self.service.metrics.connections.up();
        Ok(Place {
            hall: Arc::clone(self),
            peer,
            _permit: permit,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.hall.service.metrics.connections.down();
        let Some(peer) = self.peer else { return };
        let mut present = self.hall.present();
        if let Some(own) = present.get_mut(&peer) {
            *own -= 1;
            if *own == 0 {
                present.remove(&peer);
            }
        }
    }
}

/// Accepts connections at one door and holds them.
async fn accept(hall: Arc<Hall>, gate: Gate) {
    let service = &hall.service;
    let tell = |message: String| {
        (service.report)(&Notice {
            level: Level::Warning,
            door: Some(gate.door),
            number: None,
            peer: None,
            message,
        });
    };
    let mut connections = JoinSet::new();
    loop {
        let stream = tokio::select! {
            accepted = gate.listener.accept() => match accepted {
                Ok(stream) => stream,
                Err(error) => {
                    tell(format!("cannot accept: {error}"));
                    // Most often no file is left to open; others will close theirs.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            Some(_) = connections.join_next() => continue,
        };
        let peer = stream.peer();
        let place = match hall.place(peer) {
            Ok(place) => place,
            Err(limit) => {
                service.metrics.refused.up();
                tell(limit);
                continue;
            }
        };
        service.metrics.accepted.up();
        let ticket = Ticket {
            number: service.numbers.fetch_add(1, Ordering::Relaxed),
            door: gate.door,
            peer,
            logon: gate.logon.clone(),
            service: Arc::clone(service),
        };
        let tls = gate.tls;
        let router = hall.router.clone();
        connections.spawn(async move {
            if let Err(error) = connection(&ticket, stream, tls, router).await {
                ticket.service.metrics.faults.up();
                ticket.report(&error.to_string());
            }
            drop(place);
        });
    }
}

async fn connection(
    ticket: &Ticket,
    stream: Stream,
    tls: bool,
    router: axum::Router,
) -> io::Result<()> {
    let stream = match tls {
        true => encrypt(ticket, stream).await?,
        false => stream,
    };
    // The larger ones are boxed, so that a connection takes the room of its own door.
    match ticket.door {
        Door::Tn3270 => tn3270::connection(ticket, stream).await,
        Door::Script | Door::Json => Box::pin(lines(ticket, stream)).await,
        Door::Vt => Box::pin(vt::connection(ticket, stream)).await,
        Door::Control => Box::pin(control::connection(ticket, stream)).await,
        // Requests have limits of their own to silence.
        Door::Http => {
            let stream = Patient::new(stream, None, ticket.service.limits.unread);
            Box::pin(http::connection(router, stream)).await
        }
        // It has a pipe of its own.
        Door::Mcp => Ok(()),
    }
}

/// Goes on encrypted, if the client is ready for it in time.
pub(super) async fn encrypt(ticket: &Ticket, stream: Stream) -> io::Result<Stream> {
    let tls = ticket.service.tls.as_ref();
    let tls = tls.ok_or_else(|| invalid("the server has no certificate"))?;
    let handshake = tokio::time::timeout(ticket.patience(), stream.encrypted(&tls.acceptor)).await;
    let late = |_| io::Error::new(io::ErrorKind::TimedOut, "the TLS handshake takes too long");
    let stream = handshake.map_err(late)??;
    ticket.service.metrics.tls.up();
    Ok(stream)
}

async fn lines(ticket: &Ticket, stream: Stream) -> io::Result<()> {
    let world = ticket.world_or_first(&ticket.logon).map_err(invalid)?;
    let mut terminal = ticket.terminal();
    terminal.typeahead = ticket.door == Door::Script;
    let mut station = ticket
        .open(&world, &ticket.logon, terminal)?
        .station(ticket.service.tells_grade);
    let talked = converse(ticket, stream, &mut station).await;
    station.close(&talked);
    if let Some(grade) = station.grade() {
        ticket.report(&told(station.setup(), grade));
    }
    talked
}

/// Joins a client to a session until either ends it, in the language of the ticket's door.
pub(super) async fn converse(
    ticket: &Ticket,
    stream: Stream,
    station: &mut Station,
) -> io::Result<()> {
    if ticket.door == Door::Tn3270 {
        return tn3270::converse(ticket, stream, station).await;
    }
    let stream = ticket.patient(stream);
    if ticket.door == Door::Vt {
        return vt::converse(stream, station).await;
    }
    let (reader, writer) = tokio::io::split(stream);
    let reader = BufReader::with_capacity(1024, reader);
    let lines = Lines::within(reader, ticket.patience());
    let talked = match ticket.door {
        Door::Json => talk(Json::default(), station, lines, writer).await,
        _ => talk(Interpreter::default(), station, lines, writer).await,
    };
    talked.map(drop)
}

/// What the operator is told of a run at a task.
pub(super) fn told(setup: &Setup, grade: &Grade) -> String {
    let task = setup.task.as_deref().unwrap_or("no task");
    format!("{task} with seed {}: {}", setup.seed, grade.outcome)
}
