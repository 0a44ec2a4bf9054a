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
use crate::doors::session::dialogue::{Dialogue, talk};
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

/// The configuration of a listener.
#[derive(Debug)]
pub struct ListenerConfig {
    /// The door.
    pub door: Door,
    /// The bound socket.
    pub listener: Listener,
    /// The logon of its clients.
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

/// Serves until `shutdown` completes; then closes every connection and ends every recording.
pub async fn serve(
    service: Arc<Service>,
    listeners: impl IntoIterator<Item = impl Into<ListenerConfig>>,
    shutdown: impl Future<Output = ()>,
) {
    let permits = Arc::new(Semaphore::new(service.limits.connections));
    let episodes = Arc::new(Episodes::new(
        Arc::clone(&service),
        Door::Http,
        Arc::clone(&service.numbers),
        Arc::clone(&permits),
        service.limits.idle.unwrap_or(NEVER),
    ));
    let server = Arc::new(Server {
        permits,
        present: Mutex::default(),
        service: Arc::clone(&service),
        router: http::router(Arc::clone(&episodes)),
    });
    let mut listening = JoinSet::new();
    for config in listeners {
        listening.spawn(accept(Arc::clone(&server), config.into()));
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

/// What all listeners share: the permits for connections, and the connections of each address.
struct Server {
    service: Arc<Service>,
    router: axum::Router,
    permits: Arc<Semaphore>,
    present: Mutex<BTreeMap<IpAddr, usize>>,
}

/// The permit of a connection, which it returns when it is dropped.
struct ConnectionPermit {
    server: Arc<Server>,
    peer: Option<IpAddr>,
    _permit: tokio::sync::OwnedSemaphorePermit,
}

impl Server {
    fn present(&self) -> std::sync::MutexGuard<'_, BTreeMap<IpAddr, usize>> {
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A permit for a client of this address, or the limit that forbids it.
    fn permit(self: &Arc<Server>, peer: Option<IpAddr>) -> Result<ConnectionPermit, String> {
        let limits = &self.service.limits;
        let full = |_| format!("refused, {} connections are open", limits.connections);
        let permit = Arc::clone(&self.permits)
            .try_acquire_owned()
            .map_err(full)?;
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
            server: Arc::clone(self),
            peer,
            _permit: permit,
        })
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        self.server.service.metrics.connections.down();
        let Some(peer) = self.peer else { return };
        let mut present = self.server.present();
        if let Some(own) = present.get_mut(&peer) {
            *own -= 1;
            if *own == 0 {
                present.remove(&peer);
            }
        }
    }
}

/// Accepts the connections of one listener and owns their tasks.
async fn accept(server: Arc<Server>, config: ListenerConfig) {
    let mut connections = JoinSet::new();
    loop {
        let stream = tokio::select! {
            accepted = config.listener.accept() => match accepted {
                Ok(stream) => stream,
                Err(error) => {
                    server.warn(config.door, format!("cannot accept: {error}"));
                    // Most often the process is out of file descriptors; other connections will close theirs.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            Some(_) = connections.join_next() => continue,
        };
        match server.permit(stream.peer()) {
            Ok(permit) => {
                let context = server.admit(&config, stream.peer());
                let router = server.router.clone();
                let tls = config.tls;
                connections.spawn(async move {
                    let served = connection(&context, stream, tls, router).await;
                    report_fault(&context, served);
                    drop(permit);
                });
            }
            Err(limit) => {
                server.service.metrics.refused.up();
                server.warn(config.door, limit);
            }
        }
    }
}

impl Server {
    /// Reports a message that concerns a listener to the operator.
    fn warn(&self, door: Door, message: String) {
        (self.service.report)(&OperatorNotice {
            level: NoticeLevel::Warning,
            door: Some(door),
            number: None,
            peer: None,
            message,
        });
    }

    /// Counts and numbers a connection.
    fn admit(&self, config: &ListenerConfig, peer: Option<IpAddr>) -> ConnectionContext {
        self.service.metrics.accepted.up();
        ConnectionContext {
            number: self.service.numbers.fetch_add(1, Ordering::Relaxed),
            door: config.door,
            peer,
            logon: config.logon.clone(),
            service: Arc::clone(&self.service),
        }
    }
}

/// Counts and reports the fault of a connection, unless its client has merely gone.
fn report_fault(context: &ConnectionContext, served: io::Result<()>) {
    if let Err(error) = served
        && !is_gone(&error)
    {
        context.service.metrics.faults.up();
        context.report(&error.to_string());
    }
}

async fn connection(
    context: &ConnectionContext,
    stream: Stream,
    tls: bool,
    router: axum::Router,
) -> io::Result<()> {
    let stream = match tls {
        true => context.encrypt(stream).await?,
        false => stream,
    };
    // The larger futures are boxed, so that a connection takes only the memory of its own door.
    match context.door {
        Door::Tn3270 => tn3270::connection(context, stream).await,
        Door::Script | Door::Json => Box::pin(lines(context, stream)).await,
        Door::Vt => Box::pin(vt::connection(context, stream)).await,
        Door::Control => {
            let converse: Converse =
                |context, stream, session| Box::pin(converse(context, stream, session));
            Box::pin(control::connection(context, stream, converse)).await
        }
        // HTTP requests have time limits of their own.
        Door::Http => {
            let stream = TimedStream::new(stream, None, context.service.limits.unread);
            Box::pin(http::connection(router, stream)).await
        }
        // MCP runs on a pipe, not on a listener.
        Door::Mcp => Ok(()),
    }
}

async fn lines(context: &ConnectionContext, stream: Stream) -> io::Result<()> {
    let world = context
        .world_or_first(&context.logon)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    let mut terminal = context.terminal();
    terminal.typeahead = context.door.types_ahead();
    let pending = context.open(&world, &context.logon, terminal)?;
    let mut station = OperatorSession::begin(pending, context.service.tells_grade);
    let talked = converse(context, stream, &mut station).await;
    station.close(&talked);
    context.report_grade(station.setup(), station.grade());
    talked
}

/// Joins a client to a session until either ends it, in the protocol of the context's door.
async fn converse(
    context: &ConnectionContext,
    stream: Stream,
    session: &mut OperatorSession,
) -> io::Result<()> {
    match context.door {
        Door::Tn3270 => tn3270::converse(context, stream, session).await,
        Door::Vt => vt::converse(context.patient(stream), session).await,
        Door::Json => by_lines(context, stream, session, Json::default()).await,
        Door::Script => by_lines(context, stream, session, Interpreter::default()).await,
        // These have no conversation at one session.
        Door::Control | Door::Http | Door::Mcp => {
            let door = context.door.name();
            Err(io::Error::other(format!("{door} joins no session")))
        }
    }
}

/// Joins a client to a session in a language of lines.
async fn by_lines(
    context: &ConnectionContext,
    stream: Stream,
    session: &mut OperatorSession,
    dialogue: impl Dialogue,
) -> io::Result<()> {
    let (reader, writer) = tokio::io::split(context.patient(stream));
    let reader = BufReader::with_capacity(1024, reader);
    let lines = Lines::within(reader, context.patience());
    talk(dialogue, session, lines, writer).await.map(drop)
}
