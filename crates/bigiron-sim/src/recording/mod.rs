//! Recordings of sessions: written line by line, read, shown again, executed again.
//!
//! A recording is JSON lines: a header, then one event a line with its virtual time. [`Writer`] writes it while the session
//! runs, whole lines only, so that a killed process leaves a file that still reads ([`Recording::parse`]). [`Player`] shows
//! every screen again from the file alone; [`verify`] executes it again on its system and compares.
//!
//! The content of hidden fields, passwords mostly, is masked unless the header says otherwise ([`mask`]). Before a masked
//! recording is executed again, [`verify`] searches the backend's values for the text that leads to the recorded states.
//!
//! ```
//! use bigiron_sim::recording::verify::verify;
//! use bigiron_sim::recording::{Player, Recording, RecordingHeader, SystemVersion, Writer};
//! use bigiron_sim::session::{Session, Setup};
//! use bigiron_sim::shipped;
//! use bigiron_sim::system::model::System;
//! use std::sync::Arc;
//! use tn3270::terminal::Key;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let files = shipped::files("dmv").ok_or("not shipped")?;
//! let system = Arc::new(System::load(files, "dmv")?);
//! let setup = Setup::default();
//! let header = RecordingHeader {
//!     system: Some(SystemVersion { id: "dmv".into(), digest: system.digest }),
//!     title: system.title.clone(),
//!     door: "example".into(),
//!     setup: setup.clone(),
//!     masked: true,
//! };
//!
//! // A writer is a session's log; here it writes into memory.
//! let mut writer = Writer::new(Vec::new(), &header);
//! let mut session = Session::open(&system, &setup, &mut writer);
//! for key in Key::parse_line("CLK042IRON<enter>")? {
//!     session.press(key, &mut writer);
//! }
//! writer.end(session.now(), "quit");
//!
//! let (recording, truncation) = Recording::parse(writer.sink())?;
//! assert_eq!(truncation, None);
//!
//! let mut player = Player::new(recording.clone());
//! player.seek(player.len());
//! assert_eq!(player.terminal().row_text(0), session.terminal().row_text(0));
//!
//! assert_eq!(verify(&recording, &system).divergence, None);
//! # Ok(())
//! # }
//! ```

mod format;
pub mod mask;
pub mod replay;
pub mod verify;
pub mod writer;

pub use format::{FORMAT, ParseError, Truncation};
pub use replay::Player;
pub use writer::{RecordingPrefix, Writer};

use crate::session::{Millis, SessionEvent, Setup};
use tn3270::terminal::Key;
use tn3270::wire::Bind;

/// A recording as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// How the session was opened.
    pub header: RecordingHeader,
    /// The events in order; times never decrease. Event `n` of this list stands on line `n + 2` of its file.
    pub events: Vec<RecordedEvent>,
}

/// How a session was opened: enough to open it again.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordingHeader {
    /// The system it ran; none for a foreign host, whose sessions can be shown but not executed again.
    pub system: Option<SystemVersion>,
    /// The title of the system, or the address of the foreign host.
    pub title: String,
    /// The door it was recorded at, e.g. `play` or `tn3270`.
    pub door: String,
    /// Seed, warts, task, clock and terminal.
    pub setup: Setup,
    /// Whether the content of hidden fields is masked.
    pub masked: bool,
}

/// A system and the version of its definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemVersion {
    /// The system's name.
    pub id: String,
    /// The digest of its definition (`System::digest`).
    pub digest: u64,
}

/// An event of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedEvent {
    /// Virtual milliseconds since the session was opened.
    pub at: Millis,
    /// What happened.
    pub kind: EventKind,
}

/// What happened in a session. Records of the data stream are bytes, without telnet framing, so that a recording of a foreign
/// host holds whatever that host sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind {
    /// Keys pressed at one moment, with nothing sent or received between them.
    Keys(Vec<Key>),
    /// The terminal sent this record.
    Inbound(Vec<u8>),
    /// The host sent this record.
    Outbound(Vec<u8>),
    /// A foreign host bound the session with this BIND image; an empty one unbinds it.
    Bind(Vec<u8>),
    /// The clock was moved on by so many milliseconds (turn clock).
    Wait(Millis),
    /// The hash of the host's state after a transaction or a due event.
    State(u64),
    /// The attempt at the task was ended, with this answer if there was one.
    Answer(Option<String>),
    /// The session was closed, for this reason.
    End(String),
}

impl Recording {
    /// Whether it holds keys. A recording of a remote client holds only the inbounds that it sent.
    pub fn has_keys(&self) -> bool {
        let mut events = self.events.iter();
        events.any(|event| matches!(event.kind, EventKind::Keys(_)))
    }
}

impl From<SessionEvent<'_>> for EventKind {
    fn from(event: SessionEvent<'_>) -> EventKind {
        match event {
            SessionEvent::Key(key) => EventKind::Keys(vec![key]),
            SessionEvent::Inbound(inbound) => {
                let mut bytes = Vec::new();
                inbound.encode(&mut bytes);
                EventKind::Inbound(bytes)
            }
            SessionEvent::Outbound(outbound) => {
                let mut bytes = Vec::new();
                outbound.encode(&mut bytes);
                EventKind::Outbound(bytes)
            }
            SessionEvent::Bind(bind) => EventKind::Bind(bind.map_or_else(Vec::new, Bind::encode)),
            SessionEvent::Wait(by) => EventKind::Wait(by),
            SessionEvent::State(hash) => EventKind::State(hash),
        }
    }
}
