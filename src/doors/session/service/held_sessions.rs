//! Sessions that a trainer holds: each with a door of its own, each obeying orders in its turn.

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::{ConnectionContext, Door, Service};
use crate::doors::session::address::{ListenAddress, Listener, Stream};
use crate::doors::session::logon::Logon;
use crate::doors::session::operator_session::{OperatorSession, SessionCommand};
use crate::doors::session::timed_stream::is_gone;

/// Where the doors of sessions stand: the machine chooses the port.
const DOORS: &str = "127.0.0.1:0";

/// A session that is held.
#[derive(Clone)]
pub struct HeldSession {
    /// Its number among them.
    pub number: u64,
    /// What is spoken at its door.
    pub door: Door,
    /// Where its door is.
    pub address: String,
    /// What it was opened on.
    pub logon: Logon,
    /// How it was opened.
    pub service: Arc<Service>,
    orders: mpsc::Sender<SessionCommand>,
}

impl HeldSession {
    /// Has something done to the session in its turn; none if the session is over.
    pub async fn ask<T: Send + 'static>(
        &self,
        what: impl FnOnce(&mut OperatorSession) -> T + Send + 'static,
    ) -> Option<T> {
        let (answer, answered) = oneshot::channel();
        let order: SessionCommand = Box::new(move |station| {
            // Whoever asked may have gone.
            let _ = answer.send(what(station));
        });
        self.orders.send(order).await.ok()?;
        answered.await.ok()
    }
}

/// Every session that is held.
#[derive(Default)]
pub struct Hold {
    next: AtomicU64,
    open: Mutex<BTreeMap<u64, HeldSession>>,
    tasks: Mutex<JoinSet<()>>,
}

impl Hold {
    fn open(&self) -> MutexGuard<'_, BTreeMap<u64, HeldSession>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tasks(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session of this number.
    pub fn get(&self, number: u64) -> Option<HeldSession> {
        self.open().get(&number).cloned()
    }

    /// All of them.
    pub fn all(&self) -> Vec<HeldSession> {
        self.open().values().cloned().collect()
    }

    /// Ends all of them.
    pub async fn end(&self) {
        let mut tasks = std::mem::take(&mut *self.tasks());
        tasks.shutdown().await;
        self.open().clear();
    }
}

/// Joins a client to a session until either ends it, in the language of the context's door. The server passes it in, which alone
/// knows every door.
pub type Converse = for<'a> fn(
    &'a ConnectionContext,
    Stream,
    &'a mut OperatorSession,
) -> Pin<Box<dyn Future<Output = io::Result<()>> + Send + 'a>>;

/// Holds a session from now on, behind a door that is opened for it.
pub async fn keep(
    ticket: ConnectionContext,
    mut station: OperatorSession,
    converse: Converse,
) -> io::Result<HeldSession> {
    let service = Arc::clone(&ticket.service);
    let hold = Arc::clone(&service.held);
    if hold.open().len() >= service.limits.connections {
        let limit = service.limits.connections;
        return Err(io::Error::other(format!(
            "{limit} sessions are held; stop one"
        )));
    }
    let address = ListenAddress::parse(DOORS).map_err(io::Error::other)?;
    let listener = address.bind(false).await.map_err(io::Error::other)?;
    let (orders, inbox) = mpsc::channel(16);
    station.take_commands(inbox);
    let held = HeldSession {
        number: hold.next.fetch_add(1, Ordering::Relaxed) + 1,
        door: ticket.door,
        address: listener.address()?.to_string(),
        logon: ticket.logon.clone(),
        service,
        orders,
    };
    hold.open().insert(held.number, held.clone());
    let number = held.number;
    let mut tasks = hold.tasks();
    while tasks.try_join_next().is_some() {}
    let own = Arc::clone(&hold);
    tasks.spawn(async move {
        run(&ticket, &mut station, &listener, converse).await;
        own.open().remove(&number);
        ticket.report_grade(station.setup(), station.grade());
    });
    drop(tasks);
    Ok(held)
}

/// Lets clients to the session, one at a time, and has orders obeyed meanwhile, until it is stopped or nobody has cared for it
/// for as long as a client may be silent.
async fn run(
    ticket: &ConnectionContext,
    station: &mut OperatorSession,
    listener: &Listener,
    converse: Converse,
) {
    let idle = ticket.service.limits.idle.unwrap_or(Duration::MAX);
    let mut last = Instant::now();
    let mut obeyed = 0;
    while !station.is_stopped() {
        if station.commands_run() != obeyed {
            obeyed = station.commands_run();
            last = Instant::now();
        }
        let reaped = last
            .checked_add(idle)
            .unwrap_or(last + Duration::from_secs(1 << 30));
        let stream = tokio::select! {
            accepted = listener.accept() => accepted,
            () = station.idle() => continue,
            () = tokio::time::sleep_until(reaped) => {
                return station.end("nobody came");
            }
        };
        if let Ok(stream) = stream
            && let Err(error) = converse(ticket, stream, station).await
            && !is_gone(&error)
        {
            ticket.report(&error.to_string());
        }
        last = Instant::now();
    }
    station.end("stopped");
}
