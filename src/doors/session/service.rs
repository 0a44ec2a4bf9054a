//! What a server serves: the systems, how their sessions are opened, limits, encryption, recordings and messages.

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
use held_sessions::HeldSessions;
use lus::Lus;
use metrics::Metrics;

/// The doors of a server, each with a protocol of its own.
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
    /// The name in headers of recordings, in messages and in the trainer's protocol.
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
        match self {
            Door::Json | Door::Http | Door::Mcp => true,
            Door::Tn3270 | Door::Script | Door::Vt | Door::Control => false,
        }
    }

    /// Whether the terminal of its sessions keeps keys that are typed ahead.
    pub fn types_ahead(self) -> bool {
        match self {
            Door::Script | Door::Vt | Door::Tn3270 => true,
            Door::Json | Door::Control | Door::Http | Door::Mcp => false,
        }
    }
}

/// The severity of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoticeLevel {
    /// Regular operation.
    Info,
    /// A fault of one connection.
    Warning,
    /// A fault that the operator has to mend.
    Error,
}

/// A message for the operator. Nothing that a client typed is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorNotice {
    /// Its severity.
    pub level: NoticeLevel,
    /// The door it concerns.
    pub door: Option<Door>,
    /// The number of the connection it concerns.
    pub number: Option<u64>,
    /// The client's machine.
    pub peer: Option<IpAddr>,
    /// The text.
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

    /// Replaces them for sessions that are opened from now on.
    pub fn replace(&self, worlds: Vec<ServedSystem>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = worlds.into();
    }
}

impl From<Vec<ServedSystem>> for ServedSystems {
    fn from(worlds: Vec<ServedSystem>) -> ServedSystems {
        ServedSystems(RwLock::new(worlds.into()))
    }
}

/// The limits of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerLimits {
    /// The most connections at a time.
    pub connections: usize,
    /// The most connections at a time from one address.
    pub per_address: usize,
    /// The time limit of the negotiation, of the TLS handshake, and of a line or record from its first byte.
    pub patience: Duration,
    /// How long a client may send nothing; none: without limit.
    pub idle: Option<Duration>,
    /// How long a client may leave output unread.
    pub unread: Duration,
}

impl Default for ServerLimits {
    /// 10 000 connections, 20 seconds for negotiation, lines and records, an hour without input, 30 seconds without reading.
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
    /// Whether clients are shown the grade of their task; the operator always is.
    pub tells_grade: bool,
    /// The limits.
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
    pub held: Arc<HeldSessions>,
}

impl Service {
    /// These systems with default setup and limits, without recordings and messages.
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
