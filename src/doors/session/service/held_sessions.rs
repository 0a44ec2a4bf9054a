//! Sessions that a trainer holds: each has a listener of its own and runs the trainer's commands between other work.

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

/// The address of the listener of a session: the machine chooses the port.
const DOORS: &str = "127.0.0.1:0";

/// A held session, as the trainer's side knows it.
#[derive(Clone)]
pub struct HeldSession {
    /// Its number among them.
    pub number: u64,
    /// The door by which its agent is joined to it.
    pub door: Door,
    /// The address of its listener.
    pub address: String,
    /// What it was opened on.
    pub logon: Logon,
    /// How it was opened.
    pub service: Arc<Service>,
    orders: mpsc::Sender<SessionCommand>,
}

impl HeldSession {
    /// Runs a command in the task of the session and gives its result; none if the session is over.
    pub async fn ask<T: Send + 'static>(
        &self,
        what: impl FnOnce(&mut OperatorSession) -> T + Send + 'static,
    ) -> Option<T> {
        let (answer, answered) = oneshot::channel();
        let order: SessionCommand = Box::new(move |station| {
            // The caller may have been dropped meanwhile.
            let _ = answer.send(what(station));
        });
        self.orders.send(order).await.ok()?;
        answered.await.ok()
    }
}

/// All held sessions.
#[derive(Default)]
pub struct HeldSessions {
    next: AtomicU64,
    open: Mutex<BTreeMap<u64, HeldSession>>,
    tasks: Mutex<JoinSet<()>>,
}

impl HeldSessions {
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

/// Holds a session from now on, behind a listener that is bound for it.
pub async fn keep(
    context: ConnectionContext,
    mut station: OperatorSession,
    converse: Converse,
) -> io::Result<HeldSession> {
    let service = Arc::clone(&context.service);
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
        door: context.door,
        address: listener.address()?.to_string(),
        logon: context.logon.clone(),
        service,
        orders,
    };
    hold.open().insert(held.number, held.clone());
    let number = held.number;
    let mut tasks = hold.tasks();
    while tasks.try_join_next().is_some() {}
    let own = Arc::clone(&hold);
    tasks.spawn(async move {
        run(&context, &mut station, &listener, converse).await;
        own.open().remove(&number);
        context.report_grade(station.setup(), station.grade());
    });
    drop(tasks);
    Ok(held)
}

/// Joins clients to the session, one at a time, and runs the trainer's commands meanwhile, until it is stopped or has had neither
/// a client nor a command for the time limit of silence.
async fn run(
    context: &ConnectionContext,
    station: &mut OperatorSession,
    listener: &Listener,
    converse: Converse,
) {
    let idle = context.service.limits.idle.unwrap_or(Duration::MAX);
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
            && let Err(error) = converse(context, stream, station).await
            && !is_gone(&error)
        {
            context.report(&error.to_string());
        }
        last = Instant::now();
    }
    station.end("stopped");
}
