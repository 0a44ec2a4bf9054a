//! What is served: systems, how their sessions are opened, the doors that listen, and the end of it all.

mod connection;
pub mod held_sessions;
pub mod lus;
mod metered;
pub mod metrics;

pub use connection::ConnectionContext;

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio_rustls::TlsAcceptor;

use super::recorder::Recorder;
use super::served_system::ServedSystem;
use bigiron_sim::session::Setup;
use bigiron_sim::system::model::System;
use held_sessions::Hold;
use lus::Lus;
use metrics::Metrics;

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

/// How much weight a message has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoticeLevel {
    /// The ordinary course of things.
    Info,
    /// Something went wrong for one client.
    Warning,
    /// Something went wrong for the operator.
    Error,
}

/// A message for the operator. Nothing that a client typed is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorNotice {
    /// Its weight.
    pub level: NoticeLevel,
    /// The door it concerns.
    pub door: Option<Door>,
    /// The number of the connection it concerns.
    pub number: Option<u64>,
    /// The client's machine.
    pub peer: Option<IpAddr>,
    /// What there is to say.
    pub message: String,
}

impl fmt::Display for OperatorNotice {
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
pub type OperatorLog = Arc<dyn Fn(&OperatorNotice) + Send + Sync>;

/// Begins the recording of a session: what was opened, at which door, under which number.
pub type RecorderFactory =
    Arc<dyn Fn(&System, Door, u64, &Setup) -> io::Result<Box<dyn Recorder>> + Send + Sync>;

/// The systems that are served now. They may be replaced: sessions that are open keep those they were opened on.
#[derive(Debug)]
pub struct ServedSystems(RwLock<Arc<[ServedSystem]>>);

impl ServedSystems {
    /// The systems as they are now.
    pub fn now(&self) -> Arc<[ServedSystem]> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Serves these to whoever comes from now on.
    pub fn replace(&self, worlds: Vec<ServedSystem>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = worlds.into();
    }
}

impl From<Vec<ServedSystem>> for ServedSystems {
    fn from(worlds: Vec<ServedSystem>) -> ServedSystems {
        ServedSystems(RwLock::new(worlds.into()))
    }
}

/// How much clients may ask of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerLimits {
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

impl Default for ServerLimits {
    /// 10 000 connections from anywhere, 20 seconds to agree and to end what was begun, an hour of silence, half a minute to
    /// read.
    fn default() -> ServerLimits {
        ServerLimits {
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
    pub worlds: Arc<ServedSystems>,
    /// How sessions are opened. Connection number n, from 0, has this seed + n.
    pub setup: Setup,
    /// Every connection has the seed itself.
    pub same_seed: bool,
    /// Virtual milliseconds in a real one, under the live clock.
    pub speed: f64,
    /// Whoever is at a session is told what the work at its task came to; otherwise only the operator is.
    pub tells_grade: bool,
    /// How much clients may ask.
    pub limits: ServerLimits,
    /// The LUs that TN3270 clients may ask for.
    pub lus: Arc<Lus>,
    /// The encryption there is.
    pub tls: Option<Tls>,
    /// Begins recordings.
    pub record: RecorderFactory,
    /// Takes messages.
    pub report: OperatorLog,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// How many connections and sessions have had a number.
    pub numbers: Arc<AtomicU64>,
    /// The sessions that trainers hold.
    pub held: Arc<Hold>,
}

impl Service {
    /// These systems with default setup and limits, nothing recorded and nobody told.
    pub fn new(worlds: Vec<ServedSystem>) -> Service {
        Service {
            worlds: Arc::new(worlds.into()),
            setup: Setup::default(),
            same_seed: false,
            speed: 1.0,
            tells_grade: false,
            limits: ServerLimits::default(),
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
    pub fn tell(&self, level: NoticeLevel, message: impl Into<String>) {
        (self.report)(&OperatorNotice {
            level,
            door: None,
            number: None,
            peer: None,
            message: message.into(),
        });
    }
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
