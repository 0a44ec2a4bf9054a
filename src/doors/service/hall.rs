//! The doors that listen, and who has come through them.

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

use super::{ConnectionContext, Door, NoticeLevel, OperatorNotice, Service, invalid};
use crate::doors::address::{Listener, Stream};
use crate::doors::control;
use crate::doors::dialogue::talk;
use crate::doors::episodes::Episodes;
use crate::doors::http;
use crate::doors::json::Json;
use crate::doors::lines::Lines;
use crate::doors::logon::Logon;
use crate::doors::operator_session::OperatorSession;
use crate::doors::script::Interpreter;
use crate::doors::timed_stream::{TimedStream, is_gone};
use crate::doors::tn3270;
use crate::doors::vt;
use bigiron_sim::session::Setup;
use bigiron_sim::task::grade::Grade;

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
            let stream = TimedStream::new(stream, None, ticket.service.limits.unread);
            Box::pin(http::connection(router, stream)).await
        }
        // It has a pipe of its own.
        Door::Mcp => Ok(()),
    }
}

/// Goes on encrypted, if the client is ready for it in time.
pub(in crate::doors) async fn encrypt(
    ticket: &ConnectionContext,
    stream: Stream,
) -> io::Result<Stream> {
    let tls = ticket.service.tls.as_ref();
    let tls = tls.ok_or_else(|| invalid("the server has no certificate"))?;
    let handshake = tokio::time::timeout(ticket.patience(), stream.encrypted(&tls.acceptor)).await;
    let late = |_| io::Error::new(io::ErrorKind::TimedOut, "the TLS handshake takes too long");
    let stream = handshake.map_err(late)??;
    ticket.service.metrics.tls.up();
    Ok(stream)
}

async fn lines(ticket: &ConnectionContext, stream: Stream) -> io::Result<()> {
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
pub(in crate::doors) async fn converse(
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

/// What the operator is told of a run at a task.
pub(in crate::doors) fn told(setup: &Setup, grade: &Grade) -> String {
    let task = setup.task.as_deref().unwrap_or("no task");
    format!("{task} with seed {}: {}", setup.seed, grade.outcome)
}
