//! `bigiron play`: a person plays a system in the window of a terminal.

use std::borrow::Cow;
use std::io::{IsTerminal, Write, stdin, stdout};

use super::args::{ClockArg, PlayArgs, SessionArgs};
use super::{CommandOutcome, Error, opening, plain, session, suites};
use crate::doors::session::operator_session::OperatorSession;
use crate::doors::session::target::ScriptTarget;
use crate::tui::{self, Play, PlayOutcome, PlayedTerminal, WindowExit};
use bigiron_sim::session::Millis;
use bigiron_sim::task::model::TaskSuite;
use bigiron_sim::task::status::TaskStatus;
use tn3270::terminal::{Key, Terminal};

/// The terminal of a session in this process; in a task of several systems there is one at each.
struct LocalTerminal {
    session: OperatorSession,
    title: String,
    /// The time of the last tick.
    now: Millis,
}

impl LocalTerminal {
    /// Does something without a key; gives whether the host sounds the alarm by it.
    fn sounds(&mut self, act: impl FnOnce(&mut OperatorSession)) -> bool {
        let sounded = self.terminal().alarm();
        act(&mut self.session);
        self.terminal().alarm() && !sounded
    }
}

impl PlayedTerminal for LocalTerminal {
    fn terminal(&self) -> &Terminal {
        self.session.terminal()
    }

    fn press(&mut self, key: Key) -> PlayOutcome {
        let pressed = self.session.press_in_budget(key);
        PlayOutcome {
            alarm: pressed && self.terminal().alarm(),
            over: !pressed,
        }
    }

    fn wait(&mut self, by: Millis) -> Option<PlayOutcome> {
        if !self.session.is_turn() {
            return None;
        }
        let over = !self.session.may_go_on();
        let alarm = !over && self.sounds(|session| session.pass(by));
        Some(PlayOutcome { alarm, over })
    }

    fn tick(&mut self, now: Millis) -> PlayOutcome {
        self.now = now;
        PlayOutcome {
            alarm: self.sounds(OperatorSession::catch_up),
            over: false,
        }
    }

    fn next_tick(&self) -> Option<Millis> {
        if self.session.is_turn() {
            return None;
        }
        let now = self.session.now();
        let due = self.session.next_due().map(|due| due.saturating_sub(now));
        // The hint line shows the time left in seconds.
        let left = self.session.left().map_or(0, |left| left.time);
        let second = (left > 0).then(|| left % 1000 + 1);
        Some(self.now + due.into_iter().chain(second).min()?)
    }

    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.title)
    }

    fn status(&self) -> Option<TaskStatus<'_>> {
        self.session.task_status()
    }

    fn turn(&mut self) -> bool {
        self.session.turn_on()
    }

    fn answer(&mut self, answer: &str) -> Result<(), String> {
        self.session.keep_answer(answer)
    }
}

/// Plays until the operator leaves.
pub fn run(args: PlayArgs) -> Result<CommandOutcome, Error> {
    let suite = suites::load(&args.session.system)?;
    if args.plain {
        return plain::run(&suite, &args.session);
    }
    if !stdin().is_terminal() || !stdout().is_terminal() {
        return Err(Error::usage("play needs a terminal")
            .hint("--plain plays through pipes; bigiron script drives a system from one"));
    }
    if std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb") {
        return Err(Error::usage("this terminal shows lines only, as TERM says")
            .hint("--plain plays on any terminal"));
    }
    play(&suite, &args.session)?;
    Ok(CommandOutcome::Done)
}

/// Plays a system in the window. With a task, its goal and budget show beside the screen, and its grade is printed when the
/// operator has left.
pub fn play(suite: &TaskSuite, args: &SessionArgs) -> Result<(), Error> {
    let mut setup = opening::setup(&args.options, ClockArg::Live, [suite.system()])?;
    setup.terminal.typeahead = true;
    let session = session::open(suite, args, &setup, "play")?;
    let title = format!(
        "{}  seed {}  warts {}",
        suite.system().title,
        setup.seed,
        setup.warts
    );
    let terminal = LocalTerminal {
        session,
        title,
        now: 0,
    };
    let mut program = Play::new(terminal, tui::palette());
    let ended = tui::block_on(tui::run(&mut program, args.options.speed));
    let mut session = program.into_played().session;
    if let Some(goal) = session.goal() {
        writeln!(stdout(), "{goal}")?;
    }
    session::close(&mut session, WindowExit::reason(&ended))?;
    Ok(ended.map(|_| ())?)
}

#[cfg(test)]
mod tests;
