//! Sessions that outlive a request: held by their handles for clients that have no connection to hold them (HTTP, MCP).

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as Lock, OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;

use crate::doors::session::logon::Logon;
use crate::doors::session::observation::ObservationScope;
use crate::doors::session::operator_session::OperatorSession;
use crate::doors::session::outcome::EndingView;
use crate::doors::session::request::Request;
use crate::doors::session::served_system::ServedSystem;
use crate::doors::session::service::metrics::Metrics;
use crate::doors::session::service::{ConnectionContext, Door, Service};
use crate::doors::session::target::ScriptTarget;
use crate::doors::session::turn::{TurnReply, take_turn};
use bigiron_sim::host::Warts;
use bigiron_sim::session::Setup;
use bigiron_sim::system::model::System;
use bigiron_sim::system::near::near;
use tn3270::terminal::Model;

/// The longest handle in bytes.
pub const MAX_HANDLE: usize = 255;

/// How long an episode that is over can still be asked what it came to.
const AFTERWARDS: Duration = Duration::from_secs(60);

/// What is asked for of a new episode; what is left out is as the server's operator set it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EpisodeRequest {
    /// The system, by name.
    pub system: Option<String>,
    /// The task, by id.
    pub task: Option<String>,
    /// The seed.
    pub seed: Option<u64>,
    /// The warts, as on the command line.
    pub warts: Option<String>,
    /// The terminal's model, 2 to 5.
    pub model: Option<u8>,
}

/// Why an episode is not opened or not gone on with.
#[derive(Debug)]
pub enum EpisodeError {
    /// There are as many as there may be.
    Full(usize),
    /// The order makes no sense: what is wrong, and a remedy.
    Order(String),
    /// No episode has this handle, or it has no more.
    Unknown(String),
    /// It is over, for this reason.
    Over(EndingView),
    /// The machine refuses something.
    Machine(io::Error),
}

impl fmt::Display for EpisodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EpisodeError::Full(most) => {
                write!(f, "{most} sessions are open, which is the most; close one")
            }
            EpisodeError::Order(what) => f.write_str(what),
            EpisodeError::Unknown(handle) => write!(
                f,
                "no session is called {handle:?}: it was closed, or was left alone too long; open another"
            ),
            EpisodeError::Over(ended) => {
                write!(f, "the session is over ({}); open another", ended.reason())
            }
            EpisodeError::Machine(cause) => write!(f, "{cause}"),
        }
    }
}

impl std::error::Error for EpisodeError {}

/// A session with what a trainer counts of it.
pub struct EpisodeSession {
    station: OperatorSession,
    system: Arc<System>,
    setup: Setup,
    steps: u64,
    ended: Option<EndingView>,
    ticket: ConnectionContext,
    /// The place it takes among all that are open, until it is over.
    place: Option<OwnedSemaphorePermit>,
}

impl EpisodeSession {
    /// Takes a turn.
    pub async fn step(&mut self, mut request: Request) -> Result<TurnReply, EpisodeError> {
        if let Some(ended) = self.ended {
            return Err(EpisodeError::Over(ended));
        }
        self.turn(&mut request)?;
        self.steps += 1;
        let reply = take_turn(&mut self.station, request).await;
        if reply.ended.is_some() {
            self.ended = reply.ended;
            self.place = None;
            self.station.end("");
            self.ticket.report_grade(&self.setup, self.station.grade());
        }
        Ok(reply)
    }

    /// Counts a turn that came to nothing.
    pub fn count_step(&mut self) -> Result<(), EpisodeError> {
        self.steps += 1;
        self.ended
            .map_or(Ok(()), |ended| Err(EpisodeError::Over(ended)))
    }

    /// Turns to the terminal that is asked for, if one is.
    pub fn turn(&mut self, request: &mut Request) -> Result<(), EpisodeError> {
        let turned = request.turn(&mut self.station);
        turned.map_err(|fault| EpisodeError::Order(fault.message))
    }

    /// Looks at the screen as it is now; the work may be over.
    pub async fn look(&mut self, scope: ObservationScope) -> TurnReply {
        let request = Request {
            scope,
            ..Request::default()
        };
        let mut reply = take_turn(&mut self.station, request).await;
        reply.ended = self.ended;
        reply
    }

    /// What is to be done, in words, if it was opened for a task.
    pub fn goal(&self) -> Option<&str> {
        self.station.goal()
    }

    /// The system.
    pub fn system(&self) -> &System {
        &self.system
    }

    /// How it was set up. For the trainer.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Turns taken.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Why it is over, if it is.
    pub fn ended(&self) -> Option<EndingView> {
        self.ended
    }

    /// The session, for the trainer: its grade, its time, its state hash.
    pub fn station(&self) -> &OperatorSession {
        &self.station
    }
}

impl Drop for EpisodeSession {
    fn drop(&mut self) {
        if self.ended.is_none() {
            self.station.end("closed");
        }
    }
}

/// An episode that several requests may want at once: they take turns.
pub type SharedEpisode = Arc<Lock<EpisodeSession>>;

struct Held {
    episode: SharedEpisode,
    used: Instant,
}

impl Held {
    /// Whether it is over. One whose turn lasts is not.
    fn is_over(&self) -> bool {
        let episode = self.episode.try_lock();
        episode.is_ok_and(|episode| episode.ended.is_some())
    }
}

/// The episodes of one door.
pub struct Episodes {
    service: Arc<Service>,
    door: Door,
    count: Arc<AtomicU64>,
    places: Arc<Semaphore>,
    idle: Duration,
    held: Mutex<BTreeMap<String, Held>>,
    over: watch::Sender<bool>,
}

impl Episodes {
    /// None yet. They are numbered by `count` and each takes a place; one that nobody has used for `idle` is closed.
    pub fn new(
        service: Arc<Service>,
        door: Door,
        count: Arc<AtomicU64>,
        places: Arc<Semaphore>,
        idle: Duration,
    ) -> Episodes {
        Episodes {
            service,
            door,
            count,
            places,
            idle,
            held: Mutex::default(),
            over: watch::Sender::new(false),
        }
    }

    /// The systems that there are.
    pub fn worlds(&self) -> Arc<[ServedSystem]> {
        self.service.worlds.now()
    }

    /// The task that episodes are opened for where none is asked for.
    pub fn task(&self) -> Option<&str> {
        self.service.setup.task.as_deref()
    }

    /// How long an episode may be left alone.
    pub fn idle(&self) -> Duration {
        self.idle
    }

    /// What the server has counted.
    pub fn metrics(&self) -> &Metrics {
        &self.service.metrics
    }

    /// How many are open.
    pub fn len(&self) -> usize {
        self.held().len()
    }

    /// Whether none is open.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Opens an episode; gives the handle that it is held by from now on.
    pub fn open(&self, order: &EpisodeRequest) -> Result<(String, SharedEpisode), EpisodeError> {
        let episode = self.begin(order)?;
        let handle = format!("{}-{}", episode.system.id, secret()?);
        let shared = self.hold(handle.clone(), episode);
        Ok((handle, shared))
    }

    /// Opens an episode under a handle of the client's; another one under it is closed.
    pub fn open_as(
        &self,
        handle: &str,
        order: &EpisodeRequest,
    ) -> Result<SharedEpisode, EpisodeError> {
        if handle.is_empty() || handle.len() > MAX_HANDLE {
            return Err(EpisodeError::Order(format!(
                "a name of 1 to {MAX_HANDLE} bytes is wanted for the session"
            )));
        }
        // The one before gives its place back first.
        self.close(handle);
        let episode = self.begin(order)?;
        Ok(self.hold(handle.to_owned(), episode))
    }

    /// Opens an episode that the caller alone holds.
    pub fn begin(&self, order: &EpisodeRequest) -> Result<EpisodeSession, EpisodeError> {
        let full = |_| EpisodeError::Full(self.service.limits.connections);
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(full)?;
        let ticket = ConnectionContext {
            number: self.count.fetch_add(1, Ordering::Relaxed),
            door: self.door,
            peer: None,
            logon: Logon::default(),
            service: Arc::clone(&self.service),
        };
        let world = self.world(order)?;
        let setup = setup(order, ticket.setup(), &world)?;
        let system = Arc::clone(world.system());
        let opening = world
            .open(&setup)
            .map_err(|cause| EpisodeError::Order(cause.to_string()))?;
        let logs = ticket.record(&opening, &setup);
        let station = OperatorSession::open(opening, &setup, ticket.clock(), logs)
            .telling_grade(self.service.tells_grade);
        Ok(EpisodeSession {
            station,
            system,
            setup,
            steps: 0,
            ended: None,
            ticket,
            place: Some(place),
        })
    }

    /// The system of the order, or the first one.
    fn world(&self, order: &EpisodeRequest) -> Result<ServedSystem, EpisodeError> {
        let worlds = self.worlds();
        let Some(name) = &order.system else {
            return worlds
                .first()
                .cloned()
                .ok_or_else(|| EpisodeError::Order("no system is served".into()));
        };
        let ids = worlds.iter().map(|world| world.system().id.as_str());
        worlds
            .iter()
            .find(|world| world.system().id == *name)
            .cloned()
            .ok_or_else(|| unknown("system", name, ids))
    }

    /// The episode of a handle, which counts as used now.
    pub fn get(&self, handle: &str) -> Result<SharedEpisode, EpisodeError> {
        let mut held = self.held();
        let unknown = || EpisodeError::Unknown(handle.chars().take(80).collect());
        let found = held.get_mut(handle).ok_or_else(unknown)?;
        found.used = Instant::now();
        Ok(Arc::clone(&found.episode))
    }

    /// The only episode that goes on, with its handle; if none does, the one that was used last.
    pub fn only(&self) -> Option<(String, SharedEpisode)> {
        let mut held = self.held();
        let going_on = held.values().filter(|held| !held.is_over()).count();
        let found = match going_on {
            0 => held.iter_mut().max_by_key(|(_, held)| held.used),
            1 => held.iter_mut().find(|(_, held)| !held.is_over()),
            _ => None,
        };
        let (handle, found) = found?;
        found.used = Instant::now();
        Some((handle.clone(), Arc::clone(&found.episode)))
    }

    /// Closes an episode; gives whether there was one.
    pub fn close(&self, handle: &str) -> bool {
        let closed = self.held().remove(handle);
        closed.is_some()
    }

    /// Closes what nobody has used for too long, now and from now on.
    pub async fn reap(&self) {
        let pause = (self.idle / 4).clamp(Duration::from_millis(10), Duration::from_secs(30));
        loop {
            self.close_idle();
            tokio::time::sleep(pause).await;
        }
    }

    fn close_idle(&self) {
        let now = Instant::now();
        // They are dropped, and their recordings ended, when others may have the list again.
        let mut closed = Vec::new();
        self.held().retain(|_, held| {
            let limit = match held.is_over() {
                true => self.idle.min(AFTERWARDS),
                false => self.idle,
            };
            // One whose turn lasts is in use.
            let keeps = now.duration_since(held.used) < limit || held.episode.try_lock().is_err();
            if !keeps {
                closed.push(Arc::clone(&held.episode));
            }
            keeps
        });
    }

    /// Returns when all is over.
    pub async fn over(&self) {
        // The sender is here, so that it gets the answer.
        let _ = self.over.subscribe().wait_for(|over| *over).await;
    }

    /// Closes all, for good.
    pub fn close_all(&self) {
        self.over.send_replace(true);
        let all = std::mem::take(&mut *self.held());
        drop(all);
    }

    fn hold(&self, handle: String, episode: EpisodeSession) -> SharedEpisode {
        let shared = Arc::new(Lock::new(episode));
        let held = Held {
            episode: Arc::clone(&shared),
            used: Instant::now(),
        };
        let before = self.held().insert(handle, held);
        drop(before);
        shared
    }

    fn held(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a session of this order is set up, on top of what the operator said.
fn setup(
    order: &EpisodeRequest,
    mut setup: Setup,
    world: &ServedSystem,
) -> Result<Setup, EpisodeError> {
    if let Some(seed) = order.seed {
        setup.seed = seed;
    }
    if let Some(task) = &order.task {
        let ids = || world.tasks().iter().map(|task| task.id.as_str());
        if !ids().any(|id| id == task) {
            return Err(unknown("task", task, ids()));
        }
        setup.task = Some(task.clone());
    }
    if let Some(text) = &order.warts {
        let declared = world.warts();
        let declared: Vec<&str> = declared.iter().map(String::as_str).collect();
        let read = text.parse::<Warts>();
        let checked = read.and_then(|warts| warts.check(&declared).map(|()| warts));
        setup.warts = checked.map_err(|cause| EpisodeError::Order(format!("warts: {cause}")))?;
    }
    if let Some(number) = order.model {
        setup.terminal.model = Model::from_number(number).ok_or_else(|| {
            EpisodeError::Order(format!("model: 2, 3, 4 or 5 is wanted, not {number}"))
        })?;
    }
    Ok(setup)
}

fn unknown<'a>(
    what: &str,
    written: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> EpisodeError {
    let written: String = written.chars().take(80).collect();
    let hint = match near(&written, known.clone()) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("there are {}", known.collect::<Vec<_>>().join(", ")),
    };
    EpisodeError::Order(format!("no {what} is called {written:?}; {hint}"))
}

/// Sixteen hexadecimal digits that nobody can guess.
pub(super) fn secret() -> Result<String, EpisodeError> {
    let number =
        getrandom::u64().map_err(|cause| EpisodeError::Machine(io::Error::other(cause)))?;
    Ok(format!("{number:016x}"))
}
