//! `bigiron play`: a person at a terminal plays a system.

use std::io::{IsTerminal, Write, stdin, stdout};

use super::args::{ClockArg, PlayArgs, SessionArgs};
use super::error::ErrorKind;
use super::{CommandOutcome, Error, opening, plain, suites};
use crate::doors::session::clock;
use crate::doors::session::operator_session::OperatorSession;
use crate::doors::session::target::ScriptTarget;
use crate::tui::{self, Play, PlayedTerminal, WindowExit};
use bigiron_sim::session::{ClockMode, Millis, Setup};
use bigiron_sim::task::model::TaskSuite;
use bigiron_sim::task::status::TaskStatus;
use tn3270::terminal::{Key, Terminal};

/// A session in this process; of a task in several systems one in each.
struct Own {
    station: OperatorSession,
    title: String,
    /// The time as the window has it.
    now: Millis,
}

impl PlayedTerminal for Own {
    fn terminal(&self) -> &Terminal {
        self.station.terminal()
    }

    fn press(&mut self, key: Key) {
        self.station.strike(key);
    }

    fn wait(&mut self, by: Millis) -> bool {
        if self.station.is_turn() && self.station.may_go_on() {
            self.station.pass(by);
        }
        self.station.is_turn()
    }

    fn tick(&mut self, now: Millis) {
        self.now = now;
        self.station.catch_up();
    }

    fn next_tick(&self) -> Option<Millis> {
        if self.station.is_turn() {
            return None;
        }
        let now = self.station.now();
        let due = self.station.next_due().map(|due| due.saturating_sub(now));
        // The time that a task leaves is told by the second.
        let left = self
            .station
            .task_status()
            .map_or(0, |status| status.left.time);
        let second = (left > 0).then(|| left % 1000 + 1);
        Some(self.now + due.into_iter().chain(second).min()?)
    }

    fn title(&self) -> String {
        self.title.clone()
    }

    fn status(&self) -> Option<TaskStatus<'_>> {
        self.station.task_status()
    }

    fn turn(&mut self) -> bool {
        self.station.turn_on()
    }

    fn answer(&mut self, answer: &str) -> Result<(), String> {
        self.station.keep_answer(answer)
    }
}

/// Plays until the operator leaves.
pub fn run(args: PlayArgs) -> Result<CommandOutcome, Error> {
    let course = suites::load(&args.session.system)?;
    if args.plain {
        return plain::run(&course, &args.session);
    }
    if !stdin().is_terminal() || !stdout().is_terminal() {
        return Err(Error::usage("play needs a terminal")
            .hint("--plain plays through pipes; bigiron script drives a system from one"));
    }
    if std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb") {
        return Err(Error::usage("this terminal shows lines only, as TERM says")
            .hint("--plain plays on any terminal"));
    }
    play(&course, &args.session)?;
    Ok(CommandOutcome::Done)
}

/// Plays a system in the window. With a task: its goal and what it leaves stand beside the screen, and its grade is told when the
/// operator leaves.
pub fn play(course: &TaskSuite, args: &SessionArgs) -> Result<(), Error> {
    let mut setup = opening::setup(&args.options, ClockArg::Live, [course.system()])?;
    setup.terminal.typeahead = true;
    let station = open(course, args, &setup, "play")?;
    let title = format!(
        "{}  seed {}  warts {}",
        course.system().title,
        setup.seed,
        setup.warts
    );
    let own = Own {
        station,
        title,
        now: 0,
    };
    let mut program = Play::at(own, tui::palette());
    let ended = tui::block_on(tui::run(&mut program, args.options.speed));
    let mut station = program.into_desk().station;
    let reason = match ended {
        Ok(WindowExit::Quit) => "quit",
        _ => "signal",
    };
    if let Some(goal) = station.goal() {
        writeln!(stdout(), "{goal}")?;
    }
    close(&mut station, reason)?;
    Ok(ended.map(|_| ())?)
}

/// Opens the session that the arguments ask for, with its recordings.
pub fn open(
    course: &TaskSuite,
    args: &SessionArgs,
    setup: &Setup,
    door: &str,
) -> Result<OperatorSession, Error> {
    let opened = opening::opening(course, setup)?;
    let logs = opening::recorders(&args.options, &opened, door, setup)?;
    let clock = match setup.clock {
        ClockMode::Turn => clock::Clock::Turn,
        ClockMode::Live => clock::Clock::live(args.options.speed),
    };
    Ok(OperatorSession::open(opened, setup, clock, logs))
}

/// Ends a session: whoever leaves a task is done. Tells the grade.
pub fn close(station: &mut OperatorSession, reason: &str) -> Result<(), Error> {
    station.leave();
    station.end(reason);
    if let Some(grade) = station.grade() {
        write!(stdout(), "\n{grade}")?;
    }
    match station.take_log_error() {
        None => Ok(()),
        Some(cause) => Err(Error::new(
            ErrorKind::Machine,
            "the recording is not whole: it could not be written",
        )
        .because(&cause)),
    }
}

#[cfg(test)]
mod tests;
