//! A session as a line-based door holds it: with its log, its clock, and a count of what the host has written.

use super::world::Opening;
use crate::recording::Writer;
use crate::session::{Event, Log, Millis, Session, Setup};
use crate::terminal::{Key, Options, Response, Terminal};

use super::clock::Clock;
use super::script::Subject;

/// A log that a door keeps for one session, in whatever task the session runs.
pub trait Recorder: Log + Send {
    /// The session is over, and why.
    fn end(&mut self, at: Millis, reason: &str);
}

impl Recorder for () {
    fn end(&mut self, _: Millis, _: &str) {}
}

impl<W: std::io::Write + Send> Recorder for Writer<W> {
    fn end(&mut self, at: Millis, reason: &str) {
        Writer::end(self, at, reason);
    }
}

/// Passes events on and counts the host's writes.
struct Counting {
    inner: Box<dyn Recorder>,
    writes: u64,
}

impl Log for Counting {
    fn event(&mut self, at: Millis, event: Event<'_>) {
        self.writes += u64::from(matches!(event, Event::Outbound(_)));
        self.inner.event(at, event);
    }

    fn wants_state(&self) -> bool {
        self.inner.wants_state()
    }
}

/// A session with its log and clock.
pub struct Station {
    name: String,
    goal: Option<String>,
    session: Session,
    log: Counting,
    clock: Clock,
}

impl Station {
    /// Opens a session; the clock begins with it.
    pub fn open(opening: Opening, setup: &Setup, clock: Clock, log: Box<dyn Recorder>) -> Station {
        let mut log = Counting {
            inner: log,
            writes: 0,
        };
        Station {
            name: opening.region.system().id.clone(),
            goal: opening.goal,
            session: Session::open_in(&opening.region, setup, &mut log),
            log,
            clock,
        }
    }

    /// When something is due next, in virtual milliseconds.
    pub fn next_due(&self) -> Option<Millis> {
        self.session.next_due()
    }

    /// Whether time passes only on demand.
    pub fn is_turn(&self) -> bool {
        matches!(self.clock, Clock::Turn)
    }

    /// Tells the recording that the session is over.
    pub fn end(&mut self, reason: &str) {
        self.log.inner.end(self.session.now(), reason);
    }

    /// Waits until something is due, or `until`; on the turn clock that is now. Gives false if neither will come.
    pub async fn wait_for_due(&mut self, until: Option<Millis>) -> bool {
        let next = [self.session.next_due(), until].into_iter().flatten().min();
        let Some(next) = next else { return false };
        match self.clock {
            Clock::Turn => {
                let by = next.saturating_sub(self.session.now());
                self.session.wait(by, &mut self.log);
            }
            Clock::Live { .. } => {
                self.clock.sleep_until(Some(next)).await;
                self.catch_up();
            }
        }
        true
    }

    /// Waits, under the live clock, until something is due, and lets it happen; for ever under the turn clock.
    pub async fn idle(&mut self) {
        self.clock.sleep_until(self.session.next_due()).await;
        self.catch_up();
    }

    /// Lets everything happen that is due by now, under the live clock.
    pub fn catch_up(&mut self) {
        if let Some(now) = self.clock.now() {
            self.session.advance_to(now, &mut self.log);
        }
    }
}

impl Subject for Station {
    fn terminal(&self) -> &Terminal {
        self.session.terminal()
    }

    fn set_options(&mut self, options: Options) {
        self.session.set_options(options);
    }

    fn press(&mut self, key: Key) -> Response {
        self.catch_up();
        self.session.press(key, &mut self.log)
    }

    fn now(&self) -> Millis {
        self.clock.now().unwrap_or(0).max(self.session.now())
    }

    fn writes(&self) -> u64 {
        self.log.writes
    }

    fn host(&self) -> Option<&str> {
        Some(&self.name)
    }

    fn goal(&self) -> Option<&str> {
        self.goal.as_deref()
    }
}
