//! The server: listeners, their connections, and the limits on both.

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::BufReader;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::doors::people::vt;
use crate::doors::programs::episodes::Episodes;
use crate::doors::programs::json::Json;
use crate::doors::programs::script::Interpreter;
use crate::doors::programs::{control, http};
use crate::doors::session::address::{Listener, Stream};
use crate::doors::session::dialogue::talk;
use crate::doors::session::lines::Lines;
use crate::doors::session::logon::Logon;
use crate::doors::session::operator_session::OperatorSession;
use crate::doors::session::service::held_sessions::Converse;
use crate::doors::session::service::{
    ConnectionContext, Door, NoticeLevel, OperatorNotice, Service,
};
use crate::doors::session::timed_stream::{TimedStream, is_gone};
use crate::doors::tn3270;

pub mod agent;
mod pty;

/// Longer than any server runs.
const NEVER: Duration = Duration::from_secs(1 << 32);

/// A door that listens.
#[derive(Debug)]
pub struct ListenerConfig {
    /// What is spoken.
    pub door: Door,
    /// Where.
    pub listener: Listener,
    /// What its clients are logged on to.
    pub logon: Logon,
    /// Whether TLS begins with the first byte.
    pub tls: bool,
}

impl From<(Door, Listener)> for ListenerConfig {
    /// Without TLS, its logon left to the server.
    fn from((door, listener): (Door, Listener)) -> ListenerConfig {
        ListenerConfig {
            door,
            listener,
            logon: Logon::default(),
            tls: false,
        }
    }
}

/// Serves until `shutdown` comes; then every connection is closed, and every recording ended.
pub async fn serve(
    service: Arc<Service>,
    gates: impl IntoIterator<Item = impl Into<ListenerConfig>>,
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
    let hall = Arc::new(Server {
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
struct Server {
    service: Arc<Service>,
    router: axum::Router,
    places: Arc<Semaphore>,
    present: Mutex<BTreeMap<IpAddr, usize>>,
}

/// A place that a connection has until this is dropped.
struct ConnectionPermit {
    hall: Arc<Server>,
    peer: Option<IpAddr>,
    _permit: tokio::sync::OwnedSemaphorePermit,
}

impl Server {
    fn present(&self) -> std::sync::MutexGuard<'_, BTreeMap<IpAddr, usize>> {
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a client of this address, or the limit that stands against it.
    fn place(self: &Arc<Server>, peer: Option<IpAddr>) -> Result<ConnectionPermit, String> {
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
        Ok(ConnectionPermit {
            hall: Arc::clone(self),
            peer,
            _permit: permit,
        })
    }
}

impl Drop for ConnectionPermit {
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
async fn accept(hall: Arc<Server>, gate: ListenerConfig) {
    let service = &hall.service;
    let tell = |message: String| {
        (service.report)(&OperatorNotice {
            level: NoticeLevel::Warning,
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
        let ticket = ConnectionContext {
            number: service.numbers.fetch_add(1, Ordering::Relaxed),
            door: gate.door,
            peer,
            logon: gate.logon.clone(),
            service: Arc::clone(service),
        };
        let tls = gate.tls;
        let router = hall.router.clone();
        connections.spawn(async move {
            if let Err(error) = connection(&ticket, stream, tls, router).await
                && !is_gone(&error)
            {
                ticket.service.metrics.faults.up();
                ticket.report(&error.to_string());
            }
            drop(place);
        });
    }
}

async fn connection(
    ticket: &ConnectionContext,
    stream: Stream,
    tls: bool,
    router: axum::Router,
) -> io::Result<()> {
    let stream = match tls {
        true => ticket.encrypt(stream).await?,
        false => stream,
    };
    // The larger ones are boxed, so that a connection takes the room of its own door.
    match ticket.door {
        Door::Tn3270 => tn3270::connection(ticket, stream).await,
        Door::Script | Door::Json => Box::pin(lines(ticket, stream)).await,
        Door::Vt => Box::pin(vt::connection(ticket, stream)).await,
        Door::Control => {
            let converse: Converse =
                |context, stream, session| Box::pin(converse(context, stream, session));
            Box::pin(control::connection(ticket, stream, converse)).await
        }
        // Requests have limits of their own to silence.
        Door::Http => {
            let stream = TimedStream::new(stream, None, ticket.service.limits.unread);
            Box::pin(http::connection(router, stream)).await
        }
        // It has a pipe of its own.
        Door::Mcp => Ok(()),
    }
}

async fn lines(ticket: &ConnectionContext, stream: Stream) -> io::Result<()> {
    let world = ticket
        .world_or_first(&ticket.logon)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    let mut terminal = ticket.terminal();
    terminal.typeahead = ticket.door == Door::Script;
    let pending = ticket.open(&world, &ticket.logon, terminal)?;
    let mut station = OperatorSession::begin(pending, ticket.service.tells_grade);
    let talked = converse(ticket, stream, &mut station).await;
    station.close(&talked);
    ticket.report_grade(station.setup(), station.grade());
    talked
}

/// Joins a client to a session until either ends it, in the language of the ticket's door.
async fn converse(
    ticket: &ConnectionContext,
    stream: Stream,
    station: &mut OperatorSession,
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
