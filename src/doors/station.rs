//! A session as a line-based door holds it: with its log, its clock, and a count of what the host has written.

use std::io;

use super::world::Opening;
use crate::recording::Writer;
use crate::session::{Event, Log, Millis, Session, Setup};
use crate::task::grade::{Ending, Grade};
use crate::task::run::Run;
use crate::terminal::{Key, Options, Response, Terminal};

use super::clock::Clock;
use super::script::Subject;
use super::turn::{Budget, Ended, Told};

/// A log that a door keeps for one session, in whatever task the session runs.
pub trait Recorder: Log + Send {
    /// The work at a task was said to be done, with this answer.
    fn answer(&mut self, at: Millis, answer: Option<&str>);
    /// The session is over, and why.
    fn end(&mut self, at: Millis, reason: &str);
}

impl Recorder for () {
    fn answer(&mut self, _: Millis, _: Option<&str>) {}

    fn end(&mut self, _: Millis, _: &str) {}
}

impl<W: std::io::Write + Send> Recorder for Writer<W> {
    fn answer(&mut self, at: Millis, answer: Option<&str>) {
        Writer::answer(self, at, answer);
    }

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
    run: Option<Run>,
    grade: Option<Grade>,
    tells_grade: bool,
    /// Why the work is over, once it is.
    over: Option<Ended>,
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
            run: opening.start.map(Run::new),
            grade: None,
            tells_grade: false,
            over: None,
            session: Session::open_in(&opening.region, setup, &mut log),
            log,
            clock,
        }
    }

    /// Lets whoever is at the session know what the work came to.
    #[must_use]
    pub fn telling_grade(mut self, tells: bool) -> Station {
        self.tells_grade = tells;
        self
    }

    /// What the work came to, once it is over. For the trainer and the operator, never for whoever is at the session.
    pub fn grade(&self) -> Option<&Grade> {
        self.grade.as_ref()
    }

    /// See [`Host::state_hash`](crate::host::Host::state_hash). For the trainer too.
    pub fn state_hash(&self) -> u64 {
        self.session.state_hash()
    }

    /// When something is due next, in virtual milliseconds.
    pub fn next_due(&self) -> Option<Millis> {
        self.session.next_due()
    }

    /// Whether time passes only on demand.
    pub fn is_turn(&self) -> bool {
        matches!(self.clock, Clock::Turn)
    }

    /// Tells the recording that the session is over, by how the talk with its client ended.
    pub fn close(&mut self, talked: &io::Result<()>) {
        match talked {
            Ok(()) => self.end("disconnected"),
            Err(error) => self.end(&error.to_string()),
        }
    }

    /// Tells the recording that the session is over: because the work is, if it is, or else for this reason.
    pub fn end(&mut self, reason: &str) {
        let reason = self.over.map(Ended::reason).unwrap_or(reason);
        self.log.inner.end(self.session.now(), reason);
    }

    /// Waits, for a line or a turn that is blocked, until something is due or `until` has come. Gives false if what it waits
    /// for will not come, or not before `limit`.
    pub async fn wait_out(&mut self, until: Option<Millis>, asked: bool, limit: Millis) -> bool {
        let too_late = until.is_none() && self.next_due().is_none_or(|due| due > limit);
        let stands_still = self.is_turn() && !asked;
        !too_late && !stands_still && self.wait_for_due(until).await
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
        if let Some(run) = &mut self.run {
            run.count_key();
        }
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
        self.run.as_ref().map(Run::goal)
    }

    fn left(&self) -> Option<Budget> {
        let left = self.run.as_ref()?.left(self.now());
        Some(Budget {
            keys: left.keys,
            time_ms: left.time,
        })
    }

    fn finish(&mut self, answer: Option<&str>, ended: Ended) -> Option<Told> {
        self.over = Some(ended);
        let now = self.session.now();
        let ending = match ended {
            Ended::Submitted => Ending::Done,
            Ended::BudgetSpent => Ending::BudgetSpent,
        };
        if ended == Ended::Submitted {
            self.log.inner.answer(now, answer);
        }
        let run = self.run.as_ref()?;
        let grade = run.grade(self.session.line().host(), now, answer, &ending);
        let told = self.tells_grade.then(|| Told::from(&grade));
        self.grade = Some(grade);
        told
    }
}
