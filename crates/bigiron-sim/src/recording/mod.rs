//! The log of a session: lines, readers, replay and verification.
//!
//! A recording is JSON lines: a header, then one event a line with its virtual time. It is written while the session
//! runs, whole lines only, so a killed process leaves a file that still reads ([`Recording::parse`]). The file alone
//! is enough to see every screen again ([`Player`]); with its system it is executed again and compared ([`verify`]).
//!
//! What stands in hidden fields, passwords mostly, is masked unless a recording is asked to hold it ([`mask`]). To execute a
//! masked recording again, what was typed is found among the backend's own values, by what the recording says came of it.
//!
//! [`verify`]: verify::verify

mod format;
pub mod mask;
pub mod replay;
pub mod verify;
pub mod writer;

pub use format::{FORMAT, ParseError, Truncation};
pub use replay::Player;
pub use writer::{RecordingPrefix, Writer};

use crate::session::{self, Millis, Setup};
use tn3270::terminal::Key;
use tn3270::wire::Bind;

/// A session as it was logged.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// What the session was opened with.
    pub header: RecordingHeader,
    /// What happened, in order; times never decrease. Event number n of this list stands on line n + 2 of its file.
    pub events: Vec<RecordedEvent>,
}

/// What a session was opened with: enough to open it again.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordingHeader {
    /// The system and its definition; none for a foreign host, whose sessions can be viewed but not executed again.
    pub system: Option<Origin>,
    /// What a person calls the system or host.
    pub title: String,
    /// The door it was recorded at, e.g. `play` or `tn3270`.
    pub door: String,
    /// Seed, warts, task, clock and terminal.
    pub setup: Setup,
    /// Whether what stands in hidden fields is masked.
    pub masked: bool,
}

/// The definition that a session ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The system's name.
    pub id: String,
    /// The digest of its definition.
    pub digest: u64,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedEvent {
    /// When: virtual milliseconds since the session was opened.
    pub at: Millis,
    /// What.
    pub what: EventKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind {
    /// Keys pressed at one moment, with nothing sent or received between them.
    Keys(Vec<Key>),
    /// The terminal sent this record (without telnet framing).
    Inbound(Vec<u8>),
    /// The host sent this record (without telnet framing).
    Outbound(Vec<u8>),
    /// A foreign host bound the session (a BIND image); with nothing in it, unbound it.
    Bind(Vec<u8>),
    /// The operator let so many milliseconds pass (turn clock).
    Wait(Millis),
    /// The hash of the host's state after a transaction or a due event.
    State(u64),
    /// The work at a task was said to be done, with this answer if there was one.
    Answer(Option<String>),
    /// The session was over, and why.
    End(String),
}

impl Recording {
    /// Whether keys are known; a remote client shows only what it sent.
    pub fn has_keys(&self) -> bool {
        self.events
            .iter()
            .any(|event| matches!(event.what, EventKind::Keys(_)))
    }
}

impl From<session::SessionEvent<'_>> for EventKind {
    fn from(event: session::SessionEvent<'_>) -> EventKind {
        let mut bytes = Vec::new();
        match event {
            session::SessionEvent::Key(key) => EventKind::Keys(vec![key]),
            session::SessionEvent::Inbound(inbound) => {
                inbound.encode(&mut bytes);
                EventKind::Inbound(bytes)
            }
            session::SessionEvent::Outbound(outbound) => {
                outbound.encode(&mut bytes);
                EventKind::Outbound(bytes)
            }
            session::SessionEvent::Bind(bind) => {
                EventKind::Bind(bind.map_or_else(Vec::new, Bind::encode))
            }
            session::SessionEvent::Wait(by) => EventKind::Wait(by),
            session::SessionEvent::State(hash) => EventKind::State(hash),
        }
    }
}
