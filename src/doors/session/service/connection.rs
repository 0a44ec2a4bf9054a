//! The context of a connection: its number, door and logon, and how its session is opened.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::lus::Lease;
use super::metered::Metered;
use super::{Door, NoticeLevel, OperatorNotice, Service, invalid};
use crate::doors::session::address::Stream;
use crate::doors::session::clock::Clock;
use crate::doors::session::logon::{Logon, LogonError, no_such_system};
use crate::doors::session::recorder::Recorder;
use crate::doors::session::served_system::{Opening, PendingSession, ServedSystem};
use crate::doors::session::timed_stream::TimedStream;
use bigiron_sim::session::{ClockMode, Setup};
use bigiron_sim::system::model::System;
use bigiron_sim::task::grade::Grade;
use tn3270::terminal;
use tn3270::wire::tn3270e::Reason;

/// The context of a connection.
pub struct ConnectionContext {
    /// The number of the connection, from 0.
    pub number: u64,
    /// The door it came through.
    pub door: Door,
    /// The client's machine, if it came over TCP.
    pub peer: Option<IpAddr>,
    /// The logon of the listener's clients.
    pub logon: Logon,
    /// What is served.
    pub service: Arc<Service>,
}

impl ConnectionContext {
    /// A context for a session without a connection.
    pub fn unconnected(service: &Arc<Service>, door: Door, logon: Logon) -> ConnectionContext {
        ConnectionContext {
            number: service.numbers.fetch_add(1, Ordering::Relaxed),
            door,
            peer: None,
            logon,
            service: Arc::clone(service),
        }
    }

    /// Grants an LU: the one of this name, or any.
    pub fn lease(&self, asked: Option<&str>) -> Result<Lease, Reason> {
        let worlds = self.service.worlds.now();
        let systems: Vec<&str> = worlds
            .iter()
            .map(|world| world.system().id.as_str())
            .collect();
        self.service.lus.grant(asked, self.number, &systems)
    }

    /// The system that a logon names, or the only one; none if several are served and none is named.
    pub fn world(&self, logon: &Logon) -> Result<Option<ServedSystem>, LogonError> {
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

    /// As [`ConnectionContext::world`], with the first system for who names none.
    pub fn world_or_first(&self, logon: &Logon) -> Result<ServedSystem, LogonError> {
        let first = || self.service.worlds.now().first().cloned();
        let none = || LogonError("no system is served".into());
        self.world(logon)?.or_else(first).ok_or_else(none)
    }

    /// Opens a session on a system for a logon.
    pub fn open(
        &self,
        world: &ServedSystem,
        logon: &Logon,
        terminal: terminal::TerminalOptions,
    ) -> io::Result<PendingSession> {
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
            NoticeLevel::Info,
            format!("a session of {system} with seed {seed}, warts {warts}"),
        );
        Ok(PendingSession {
            opening,
            setup,
            logs,
            clock,
        })
    }

    /// The parts of a logon that a client may choose: only the system, unless the server allows more.
    pub fn allowed(&self, logon: Logon) -> Logon {
        match self.service.lus.are_open() {
            true => logon,
            false => Logon {
                system: logon.system,
                ..Logon::default()
            },
        }
    }

    /// The setup of a session where the client asks for nothing else.
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
        let notice = OperatorNotice {
            level: NoticeLevel::Error,
            ..self.notice(String::new())
        };
        Box::new(Metered::begin(&self.service, notice, begun))
    }

    /// How the terminal of a session is set up, where the client has no say.
    pub fn terminal(&self) -> terminal::TerminalOptions {
        self.service.setup.terminal
    }

    /// The time limit of the negotiation, and of a line or record from its first byte.
    pub fn patience(&self) -> Duration {
        self.service.limits.patience
    }

    /// The stream with the limits to silence and to unread output.
    pub fn patient(&self, stream: Stream) -> TimedStream<Stream> {
        TimedStream::new(stream, self.service.limits.idle, self.service.limits.unread)
    }

    /// Goes on encrypted, if the client completes the TLS handshake in time.
    pub async fn encrypt(&self, stream: Stream) -> io::Result<Stream> {
        let tls = self.service.tls.as_ref();
        let tls = tls.ok_or_else(|| invalid("the server has no certificate"))?;
        let handshake =
            tokio::time::timeout(self.patience(), stream.encrypted(&tls.acceptor)).await;
        let late = |_| io::Error::new(io::ErrorKind::TimedOut, "the TLS handshake takes too long");
        let stream = handshake.map_err(late)??;
        self.service.metrics.tls.up();
        Ok(stream)
    }

    /// Reports the outcome of a session's task to the operator, if there is one.
    pub fn report_grade(&self, setup: &Setup, grade: Option<&Grade>) {
        if let Some(grade) = grade {
            let task = setup.task.as_deref().unwrap_or("no task");
            self.report(&format!(
                "{task} with seed {}: {}",
                setup.seed, grade.outcome
            ));
        }
    }

    /// Tells the operator what went wrong with this connection.
    pub fn report(&self, message: &str) {
        self.tell(NoticeLevel::Warning, message);
    }

    /// Tells the operator something about this connection.
    pub fn tell(&self, level: NoticeLevel, message: impl Into<String>) {
        (self.service.report)(&OperatorNotice {
            level,
            ..self.notice(message.into())
        });
    }

    fn notice(&self, message: String) -> OperatorNotice {
        OperatorNotice {
            level: NoticeLevel::Info,
            door: Some(self.door),
            number: Some(self.number),
            peer: self.peer,
            message,
        }
    }
}
