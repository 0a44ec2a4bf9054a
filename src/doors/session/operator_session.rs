//! A session as a line-based door holds it: with its log, its clock, and a count of what the host has written.

use std::io;

use tokio::sync::mpsc;

use super::recorder::Recorder;

use super::served_system::{Opening, PendingSession};
use bigiron_sim::host::{Host, Region};
use bigiron_sim::session::{Log, Millis, Session, SessionEvent, Setup};
use bigiron_sim::task::ending::Ending;
use bigiron_sim::task::grade::Grade;
use bigiron_sim::task::run::Run;
use bigiron_sim::task::status::TaskStatus;
use tn3270::terminal::{Key, Response, Terminal, TerminalOptions};
use tn3270::wire::Outbound;

use super::clock::Clock;
use super::outcome::{Budget, Ended, GradeSummary};
use super::target::{DialogueTarget, ScriptTarget};
use super::timed_stream::is_gone;

mod fork;
mod relay;

/// Passes events on and counts the host's writes.
struct Counting {
    inner: Box<dyn Recorder>,
    writes: u64,
    /// What the host has sent and a terminal elsewhere has not heard of yet, if there is one.
    sent: Option<Vec<Outbound>>,
}

impl Log for Counting {
    fn event(&mut self, at: Millis, event: SessionEvent<'_>) {
        if let SessionEvent::Outbound(outbound) = event {
            self.writes += 1;
            self.sent
                .iter_mut()
                .for_each(|sent| sent.push(outbound.clone()));
        }
        self.inner.event(at, event);
    }

    fn wants_state(&self) -> bool {
        self.inner.wants_state()
    }
}

/// What is to be done to a session, in its turn.
pub type SessionCommand = Box<dyn FnOnce(&mut OperatorSession) + Send>;

/// A terminal at another system of a task.
struct Place {
    system: String,
    session: Session,
    log: Counting,
}

/// A session with its log and clock; for a task in several systems one in each, and somebody who is at one of them.
pub struct OperatorSession {
    setup: Setup,
    /// Where a trainer's orders come from, if there is one.
    orders: Option<mpsc::Receiver<SessionCommand>>,
    obeyed: u64,
    stopped: bool,
    name: String,
    run: Option<Run>,
    /// What will be reported, unless something else is.
    answer: Option<String>,
    grade: Option<Grade>,
    tells_grade: bool,
    /// Why the work is over, once it is.
    over: Option<Ended>,
    session: Session,
    log: Counting,
    /// The terminals where nobody is.
    others: Vec<Place>,
    clock: Clock,
}

impl OperatorSession {
    /// Opens the sessions; the clock begins with them. They are recorded by `logs`, in the order of the task's systems; one for
    /// which there is no log is not.
    pub fn open(
        opening: Opening,
        setup: &Setup,
        clock: Clock,
        logs: impl IntoIterator<Item = Box<dyn Recorder>>,
    ) -> OperatorSession {
        let mut logs = logs.into_iter();
        let own = Place::open(&opening.region, setup, logs.next());
        let further = opening.further(setup);
        let others = further.map(|(region, setup)| Place::open(region, &setup, logs.next()));
        let others = others.collect();
        OperatorSession {
            setup: setup.clone(),
            orders: None,
            obeyed: 0,
            stopped: false,
            name: own.system,
            run: opening.start.map(Run::new),
            answer: None,
            grade: None,
            tells_grade: false,
            over: None,
            session: own.session,
            log: own.log,
            others,
            clock,
        }
    }

    /// Opens a pending session; its client is shown the grade if `tells_grade`.
    pub fn begin(pending: PendingSession, tells_grade: bool) -> OperatorSession {
        let PendingSession {
            opening,
            setup,
            logs,
            clock,
        } = pending;
        OperatorSession::open(opening, &setup, clock, logs).telling_grade(tells_grade)
    }

    /// How it was set up.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Begins anew, on another opening; the recording of what was before is ended.
    pub fn reopen(&mut self, opened: PendingSession) {
        self.end("reset");
        let next = OperatorSession::begin(opened, self.tells_grade);
        *self = OperatorSession {
            orders: self.orders.take(),
            obeyed: self.obeyed,
            stopped: self.stopped,
            ..next
        };
    }

    /// Obeys these orders from now on, whenever it idles or waits.
    pub fn take_orders(&mut self, orders: mpsc::Receiver<SessionCommand>) {
        self.orders = Some(orders);
    }

    /// How many orders it has obeyed.
    pub fn obeyed(&self) -> u64 {
        self.obeyed
    }

    /// Whoever is at it is to be let go.
    pub fn stop(&mut self) {
        self.stopped = true;
    }

    /// Whether whoever is at it is to be let go.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Sleeps until a virtual moment, or until an order has been obeyed.
    async fn sleep_until(&mut self, at: Option<Millis>) {
        let order = tokio::select! {
            order = next_order(&mut self.orders) => order,
            () = self.clock.sleep_until(at) => return,
        };
        self.obeyed += 1;
        self.catch_up();
        order(self);
    }

    /// Presses a key as long as the task leaves any; if it does not, the work is over. Gives whether it was pressed.
    pub fn strike(&mut self, key: Key) -> bool {
        let left = self.may_go_on();
        if left {
            self.press(key);
        }
        left
    }

    /// Whether the task leaves keys and time; if it does not, the work is over.
    pub fn may_go_on(&mut self) -> bool {
        self.catch_up();
        let is_spent = |left: Budget| left.keys == 0 || left.time_ms == 0;
        if self.over.is_none() && self.left().is_some_and(is_spent) {
            self.finish(None, Ended::BudgetSpent);
        }
        self.over.is_none()
    }

    /// Turns to the terminal at the task's next system, after the last the first; false if there is one system only.
    pub fn turn_on(&mut self) -> bool {
        let systems = self.systems();
        let here = systems.iter().position(|system| *system == self.name);
        let next = here.map_or(0, |here| (here + 1) % systems.len().max(1));
        let next = systems.get(next).map(|system| system.to_string());
        next.is_some_and(|next| next != self.name && self.turn_to(&next))
    }

    /// The work is done, as far as it goes: whoever leaves has finished, with the answer that was kept. Nothing without a task,
    /// and nothing if it is over already.
    pub fn leave(&mut self) {
        if self.run.is_some() && self.over.is_none() {
            self.catch_up();
            self.finish(None, Ended::Submitted);
        }
    }

    /// Whether more time has passed than the task allows.
    pub fn is_late(&self) -> bool {
        let run = self.run.as_ref();
        run.is_some_and(|run| self.session.now() > run.start().task().budget.time)
    }

    /// The fault that kept a recording from going on, once.
    pub fn take_log_error(&mut self) -> Option<io::Error> {
        let logs = self.others.iter_mut().map(|place| &mut place.log);
        let mut logs = std::iter::once(&mut self.log).chain(logs);
        logs.find_map(|log| log.inner.take_error())
    }

    /// Lets virtual time pass on the turn clock; the live one cannot be hurried.
    pub fn pass(&mut self, by: Millis) {
        if self.is_turn() {
            self.session.wait(by, &mut self.log);
        }
    }

    /// What the work would come to if it ended so now; none without a task.
    pub fn grade_now(&self, answer: Option<&str>, ending: &Ending) -> Option<Grade> {
        let start = self.run.as_ref()?.start();
        let hosts = start.task().systems().filter_map(|system| {
            if system == self.name {
                return Some(self.session.line().host());
            }
            let place = self.others.iter().find(|place| place.system == system)?;
            Some(place.session.line().host())
        });
        let hosts: Vec<&Host> = hosts.collect();
        Some(start.grade_hosts(&hosts, self.session.now(), answer, ending))
    }

    /// Ends the work without its being done, and tells what it comes to; nothing without a task.
    pub fn break_off(&mut self, ending: &Ending) -> Option<Grade> {
        self.meet();
        self.grade = self.grade_now(None, ending);
        self.grade.clone()
    }

    /// Brings terminals that nobody was at up to the time of the one where somebody is, as waiting does.
    fn meet(&mut self) {
        let now = self.session.now();
        for place in &mut self.others {
            let behind = now.saturating_sub(place.session.now());
            if behind > 0 {
                place.session.wait(behind, &mut place.log);
            }
        }
    }

    /// Lets whoever is at the session know what the work came to.
    #[must_use]
    pub fn telling_grade(mut self, tells: bool) -> OperatorSession {
        self.tells_grade = tells;
        self
    }

    /// What the work came to, once it is over. For the trainer and the operator, never for whoever is at the session.
    pub fn grade(&self) -> Option<&Grade> {
        self.grade.as_ref()
    }

    /// See [`Host::state_hash`](bigiron_sim::host::Host::state_hash). For the trainer too.
    pub fn state_hash(&self) -> u64 {
        let others = self.others.iter().map(|place| place.session.state_hash());
        others.fold(self.session.state_hash(), |sum, other| sum ^ other)
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
    pub fn close<T>(&mut self, talked: &io::Result<T>) {
        match talked {
            Err(error) if !is_gone(error) => self.end(&error.to_string()),
            _ => self.end("disconnected"),
        }
    }

    /// Tells the recording that the session is over: because the work is, if it is, or else for this reason.
    pub fn end(&mut self, reason: &str) {
        let reason = self.over.map(Ended::reason).unwrap_or(reason);
        self.log.inner.end(self.session.now(), reason);
        for place in &mut self.others {
            place.log.inner.end(place.session.now(), reason);
        }
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
                self.sleep_until(Some(next)).await;
                self.catch_up();
            }
        }
        true
    }

    /// Waits until something is due under the live clock, and lets it happen, or until a trainer's order has been obeyed.
    pub async fn idle(&mut self) {
        self.sleep_until(self.session.next_due()).await;
        self.catch_up();
    }

    /// Lets everything happen that is due by now, under the live clock.
    pub fn catch_up(&mut self) {
        if let Some(now) = self.clock.now() {
            self.session.advance_to(now, &mut self.log);
            for place in &mut self.others {
                place.session.advance_to(now, &mut place.log);
            }
        }
    }
}

impl Place {
    fn open(region: &Region, setup: &Setup, log: Option<Box<dyn Recorder>>) -> Place {
        let inner = log.unwrap_or_else(|| Box::new(()));
        let mut log = Counting {
            inner,
            writes: 0,
            sent: None,
        };
        Place {
            system: region.system().id.clone(),
            session: Session::open_in(region, setup, &mut log),
            log,
        }
    }
}

/// The next order; never, without a trainer.
async fn next_order(orders: &mut Option<mpsc::Receiver<SessionCommand>>) -> SessionCommand {
    if let Some(inbox) = orders
        && let Some(order) = inbox.recv().await
    {
        return order;
    }
    std::future::pending().await
}

impl DialogueTarget for OperatorSession {
    async fn wait(&mut self, until: Option<Millis>, asked: bool, limit: Millis) -> bool {
        self.wait_out(until, asked, limit).await
    }

    async fn idle(&mut self) {
        OperatorSession::idle(self).await;
    }

    fn catch_up(&mut self) {
        OperatorSession::catch_up(self);
    }

    fn is_stopped(&self) -> bool {
        OperatorSession::is_stopped(self)
    }
}

impl ScriptTarget for OperatorSession {
    fn terminal(&self) -> &Terminal {
        self.session.terminal()
    }

    fn set_options(&mut self, options: TerminalOptions) {
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

    fn systems(&self) -> Vec<&str> {
        match &self.run {
            Some(run) if !self.others.is_empty() => run.start().task().systems().collect(),
            _ => vec![&self.name],
        }
    }

    fn turn_to(&mut self, system: &str) -> bool {
        if self.name == system {
            return true;
        }
        let Some(place) = self.others.iter_mut().find(|place| place.system == system) else {
            return false;
        };
        let now = self.session.now();
        std::mem::swap(&mut self.name, &mut place.system);
        std::mem::swap(&mut self.session, &mut place.session);
        std::mem::swap(&mut self.log, &mut place.log);
        let behind = now.saturating_sub(self.session.now());
        if behind > 0 {
            self.session.wait(behind, &mut self.log);
        }
        true
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

    fn task_status(&self) -> Option<TaskStatus<'_>> {
        let status = self.run.as_ref()?.status(self.now(), &self.name);
        Some(TaskStatus {
            answer: self.answer.as_deref(),
            over: self.over.is_some(),
            ..status
        })
    }

    fn keep_answer(&mut self, answer: &str) -> Result<(), String> {
        let answer = answer.trim();
        self.answer = (!answer.is_empty()).then(|| answer.to_owned());
        match (&self.run, answer) {
            (None, _) => Err("there is no task to answer".into()),
            (Some(_), "") => Ok(()),
            (Some(run), answer) => run.start().reads(answer),
        }
    }

    fn finish(&mut self, answer: Option<&str>, ended: Ended) -> Option<GradeSummary> {
        let now = self.session.now();
        let ended = match ended {
            Ended::Submitted if self.is_late() => Ended::BudgetSpent,
            ended => ended,
        };
        self.over = Some(ended);
        let kept = self.answer.take();
        let answer = answer
            .or(kept.as_deref())
            .filter(|_| ended == Ended::Submitted);
        let ending = match ended {
            Ended::Submitted => Ending::Done,
            Ended::BudgetSpent => Ending::BudgetSpent,
        };
        if ended == Ended::Submitted {
            self.log.inner.answer(now, answer);
        }
        self.meet();
        let grade = self.grade_now(answer, &ending)?;
        let told = self.tells_grade.then(|| GradeSummary::from(&grade));
        self.grade = Some(grade);
        told
    }
}
