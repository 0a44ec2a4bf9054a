//! `bigiron play`: a person at a terminal plays a system.

use std::fs::File;
use std::io::{IsTerminal, Write, stdin, stdout};

use super::args::{Clock, PlayArgs, SessionArgs};
use super::{Error, Outcome, courses, opening, plain};
use crate::recording::Writer;
use crate::session::{self, Log, Millis, Session};
use crate::task::grade::Ending;
use crate::task::model::Course;
use crate::task::start::Start;
use crate::tui::{self, Ended, Play};

/// A recording, if one was asked for.
struct Recorder(Option<Writer<File>>);

impl Log for Recorder {
    fn event(&mut self, at: Millis, event: session::Event<'_>) {
        if let Some(writer) = &mut self.0 {
            writer.event(at, event);
        }
    }

    fn wants_state(&self) -> bool {
        self.0.is_some()
    }
}

/// Plays until the operator leaves.
pub fn run(args: PlayArgs) -> Result<Outcome, Error> {
    let course = courses::load(&args.session.system)?;
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
    Ok(Outcome::Done)
}

/// Plays a system in the window. With a task: its goal is told first, and its grade when the operator leaves.
pub fn play(course: &Course, args: &SessionArgs) -> Result<(), Error> {
    let options = &args.options;
    let mut setup = opening::setup(options, Clock::Live, [course.system()])?;
    setup.terminal.typeahead = true;
    let (region, start) = courses::region(course, &setup)?;
    let system = region.system();
    if let Some(start) = &start {
        tell(start)?;
    }
    let writer = options.record.as_ref().map(|path| {
        let cannot =
            |cause| Error::input(format!("cannot record to {}", path.display())).because(&cause);
        opening::record(path, &opening::header_for(options, system, "play", &setup)).map_err(cannot)
    });
    let mut recorder = Recorder(writer.transpose()?);
    let session = Session::open_in(&region, &setup, &mut recorder);
    let title = format!(
        "{}  seed {}  warts {}",
        system.title, setup.seed, setup.warts
    );
    let mut program = Play::new(session, setup.clock, recorder, title, tui::palette());
    let ended = tui::run(&mut program, options.speed);
    let (session, Recorder(writer)) = program.into_parts();
    if let Some(start) = &start {
        let (host, now) = (session.line().host(), session.now());
        let grade = start.grade_host(host, now, None, &Ending::Done);
        write!(stdout(), "{}\n\n{grade}", start.goal())?;
    }
    if let Some(mut writer) = writer {
        writer.end(
            session.now(),
            if matches!(ended, Ok(Ended::Quit)) {
                "quit"
            } else {
                "signal"
            },
        );
        if let Some(cause) = writer.take_error() {
            return Err(Error::new(
                super::error::Kind::Machine,
                "the recording is not whole: it could not be written",
            )
            .because(&cause));
        }
    }
    Ok(ended.map(|_| ())?)
}

/// Tells the goal, and waits until it was read.
fn tell(start: &Start) -> Result<(), Error> {
    let budget = start.task().budget;
    let minutes = budget.time / 60_000;
    write!(
        stdout(),
        "{}\n\n{} keys, {minutes} minutes. Press Enter to begin. ",
        start.goal(),
        budget.keys
    )?;
    stdout().flush()?;
    stdin().read_line(&mut String::new())?;
    Ok(())
}
