//! A session as a line-based door holds it: with its log, its clock, and a count of what the host has written.

use std::io;

use tokio::sync::mpsc;

use super::clock::Clock;
use super::counting_log::CountingLog;
use super::outcome::GradeSummary;
use super::progress::Wait;
use super::recorder::Recorder;
use super::served_system::{Opening, PendingSession};
use super::target::{DialogueTarget, ScriptTarget};
use super::timed_stream::is_gone;
use bigiron_sim::host::{Host, Region};
use bigiron_sim::session::{Millis, Session, Setup};
use bigiron_sim::task::attempt::Attempt;
use bigiron_sim::task::ending::Ending;
use bigiron_sim::task::grade::Grade;
use bigiron_sim::task::model::Budget;
use bigiron_sim::task::status::TaskStatus;
use tn3270::terminal::{Key, Response, Terminal, TerminalOptions};

mod fork;
mod relay;

/// What a trainer has done to a session, when its turn comes.
pub type SessionCommand = Box<dyn FnOnce(&mut OperatorSession) + Send>;

/// An attempt with its recordings and its clock; without a task, a session with those.
pub struct OperatorSession {
    setup: Setup,
    /// Where a trainer's commands come from, if there is one.
    commands: Option<mpsc::Receiver<SessionCommand>>,
    commands_run: u64,
    stopped: bool,
    tells_grade: bool,
    attempt: Attempt<CountingLog>,
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
        let mut session = |region: &Region, setup: &Setup| {
            let mut log = CountingLog::new(logs.next());
            (Session::open_in(region, setup, &mut log), log)
        };
        let own = session(&opening.region, setup);
        let further = opening.further(setup);
        let further: Vec<_> = further
            .map(|(region, setup)| session(region, &setup))
            .collect();
        OperatorSession {
            setup: setup.clone(),
            commands: None,
            commands_run: 0,
            stopped: false,
            tells_grade: false,
            attempt: Attempt::new(opening.start, own, further),
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
            commands: self.commands.take(),
            commands_run: self.commands_run,
            stopped: self.stopped,
            ..next
        };
    }

    /// Runs a trainer's commands from now on, whenever it idles or waits.
    pub fn take_commands(&mut self, commands: mpsc::Receiver<SessionCommand>) {
        self.commands = Some(commands);
    }

    /// How many commands it has run.
    pub fn commands_run(&self) -> u64 {
        self.commands_run
    }

    /// Asks for the client to be let go.
    pub fn stop(&mut self) {
        self.stopped = true;
    }

    /// Whether the client is to be let go.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Sleeps until a virtual moment, or until a command has been run.
    async fn sleep_until(&mut self, at: Option<Millis>) {
        let command = tokio::select! {
            command = next_command(&mut self.commands) => command,
            () = self.clock.sleep_until(at) => return,
        };
        self.commands_run += 1;
        self.catch_up();
        command(self);
    }

    /// Presses a key if the budget allows it; if it does not, the attempt is over. Gives whether the key was pressed.
    pub fn press_in_budget(&mut self, key: Key) -> bool {
        let left = self.may_go_on();
        if left {
            self.press(key);
        }
        left
    }

    /// Whether the budget leaves keys and time; if it does not, the attempt is over.
    pub fn may_go_on(&mut self) -> bool {
        self.catch_up();
        if !self.attempt.is_over() && self.left().is_some_and(Budget::is_spent) {
            self.finish(None, Ending::BudgetSpent);
        }
        !self.attempt.is_over()
    }

    /// Turns to the terminal at the task's next system, after the last the first; false if there is one system only.
    pub fn turn_on(&mut self) -> bool {
        let (at, terminals) = (self.attempt.at(), self.attempt.terminals());
        terminals > 1 && self.attempt.turn_to((at + 1) % terminals)
    }

    /// Ends the attempt as done, with the answer that was kept. Nothing happens without a task, or if it is over already.
    pub fn leave(&mut self) {
        if self.attempt.start().is_some() && !self.attempt.is_over() {
            self.catch_up();
            self.finish(None, Ending::Done);
        }
    }

    /// Whether more time has passed than the task allows.
    pub fn is_late(&self) -> bool {
        self.attempt.is_late()
    }

    /// The fault that kept a recording from going on, once.
    pub fn take_log_error(&mut self) -> Option<io::Error> {
        let mut logs = self.attempt.logs_mut();
        logs.find_map(|(_, log)| log.inner.take_error())
    }

    /// Lets virtual time pass on the turn clock; the live one cannot be hurried.
    pub fn pass(&mut self, by: Millis) {
        if self.is_turn() {
            self.attempt.wait(by);
        }
    }

    /// What the work would come to if it ended so now; none without a task.
    pub fn grade_if(&self, answer: Option<&str>, ending: &Ending) -> Option<Grade> {
        self.attempt.grade_if(answer, ending)
    }

    /// Ends the attempt by a fault, without an answer, and gives its grade; none without a task.
    pub fn break_off(&mut self, fault: Ending) -> Option<&Grade> {
        *self.attempt.answer_mut() = None;
        self.attempt.meet();
        self.attempt.finish(fault)
    }

    /// Shows the client a summary of the grade.
    #[must_use]
    pub fn telling_grade(mut self, tells: bool) -> OperatorSession {
        self.tells_grade = tells;
        self
    }

    /// The grade, once the attempt is over. For the trainer and the operator, never for the client.
    pub fn grade(&self) -> Option<&Grade> {
        self.attempt.grade()
    }

    /// See [`Host::state_hash`]; of several hosts the exclusive or. For the trainer too.
    pub fn state_hash(&self) -> u64 {
        let hashes = self.attempt.hosts().map(Host::state_hash);
        hashes.fold(0, |sum, hash| sum ^ hash)
    }

    /// When something is due next, in virtual milliseconds.
    pub fn next_due(&self) -> Option<Millis> {
        self.attempt.session().next_due()
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

    /// Tells the recording that the session is over: because the attempt has ended, if it has, or else for this reason.
    pub fn end(&mut self, reason: &str) {
        let ended = self.attempt.ending().and_then(Ending::reason);
        for (now, log) in self.attempt.logs_mut() {
            log.inner.end(now, ended.unwrap_or(reason));
        }
    }

    /// Waits, for a step that is blocked, until something is due or the step's moment has come. Gives false if what it waits
    /// for will not come, or not before `limit`.
    pub(super) async fn wait_out(&mut self, wait: Wait, limit: Millis) -> bool {
        let too_late = wait.until.is_none() && self.next_due().is_none_or(|due| due > limit);
        let stands_still = self.is_turn() && !wait.asked;
        !too_late && !stands_still && self.wait_for_due(wait.until).await
    }

    /// Waits until something is due, or `until`; on the turn clock that is now. Gives false if neither will come.
    async fn wait_for_due(&mut self, until: Option<Millis>) -> bool {
        let next = [self.next_due(), until].into_iter().flatten().min();
        let Some(next) = next else { return false };
        match self.clock {
            Clock::Turn => {
                let by = next.saturating_sub(self.attempt.session().now());
                self.attempt.wait(by);
            }
            Clock::Live { .. } => {
                self.sleep_until(Some(next)).await;
                self.catch_up();
            }
        }
        true
    }

    /// Waits until something is due under the live clock, and lets it happen, or until a command has been run.
    pub async fn idle(&mut self) {
        self.sleep_until(self.next_due()).await;
        self.catch_up();
    }

    /// Lets everything happen that is due by now, under the live clock.
    pub fn catch_up(&mut self) {
        if let Some(now) = self.clock.now() {
            self.attempt.advance_to(now);
        }
    }
}

/// The next command; never, without a trainer.
async fn next_command(commands: &mut Option<mpsc::Receiver<SessionCommand>>) -> SessionCommand {
    if let Some(inbox) = commands
        && let Some(command) = inbox.recv().await
    {
        return command;
    }
    std::future::pending().await
}

impl DialogueTarget for OperatorSession {
    async fn wait(&mut self, wait: Wait, limit: Millis) -> bool {
        self.wait_out(wait, limit).await
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
        self.attempt.session().terminal()
    }

    fn set_options(&mut self, options: TerminalOptions) {
        self.attempt.set_options(options);
    }

    fn press(&mut self, key: Key) -> Response {
        self.catch_up();
        self.attempt.press(key)
    }

    fn now(&self) -> Millis {
        self.clock.now().unwrap_or(0).max(self.attempt.now())
    }

    fn writes(&self) -> u64 {
        self.attempt.log().writes
    }

    fn host(&self) -> Option<&str> {
        Some(&self.attempt.session().line().host().system().id)
    }

    fn systems(&self) -> Vec<&str> {
        let systems = self.attempt.hosts().map(Host::system);
        systems.map(|system| system.id.as_str()).collect()
    }

    fn turn_to(&mut self, system: &str) -> bool {
        let number = self.systems().iter().position(|id| *id == system);
        number.is_some_and(|number| self.attempt.turn_to(number))
    }

    fn goal(&self) -> Option<&str> {
        self.attempt.start().map(|start| start.goal())
    }

    fn left(&self) -> Option<Budget> {
        self.attempt.left_at(self.now())
    }

    fn task_status(&self) -> Option<TaskStatus<'_>> {
        self.attempt.status_at(self.now())
    }

    fn keep_answer(&mut self, answer: &str) -> Result<(), String> {
        let answer = answer.trim();
        *self.attempt.answer_mut() = Some(answer.to_owned()).filter(|answer| !answer.is_empty());
        match (self.attempt.start(), answer) {
            (None, _) => Err("there is no task to answer".into()),
            (Some(_), "") => Ok(()),
            (Some(start), answer) => start.reads(answer),
        }
    }

    fn finish(&mut self, answer: Option<&str>, ending: Ending) -> Option<GradeSummary> {
        let ending = match ending {
            Ending::Done if self.is_late() => Ending::BudgetSpent,
            ending => ending,
        };
        let kept = self.attempt.answer_mut().take();
        let answer = answer.map(str::to_owned).or(kept);
        let answer = answer.filter(|_| ending == Ending::Done);
        if ending == Ending::Done {
            let now = self.attempt.session().now();
            self.attempt.log_mut().inner.answer(now, answer.as_deref());
        }
        self.attempt.meet();
        *self.attempt.answer_mut() = answer;
        let grade = self.attempt.finish(ending).map(GradeSummary::from);
        // Reported once.
        *self.attempt.answer_mut() = None;
        grade.filter(|_| self.tells_grade)
    }
}
