//! Sessions of this process with an operator at the terminal: opened by the arguments, closed with the grade.

use std::io::{Write, stdout};

use super::args::SessionArgs;
use super::error::ErrorKind;
use super::{Error, opening};
use crate::doors::session::clock::Clock;
use crate::doors::session::operator_session::OperatorSession;
use bigiron_sim::session::{ClockMode, Setup};
use bigiron_sim::task::model::TaskSuite;

/// Opens the session that the arguments describe, with its recordings.
pub(super) fn open(
    suite: &TaskSuite,
    args: &SessionArgs,
    setup: &Setup,
    door: &str,
) -> Result<OperatorSession, Error> {
    let opened = opening::opening(suite, setup)?;
    let logs = opening::recorders(&args.options, &opened, door, setup)?;
    let clock = clock(setup, args.options.speed);
    Ok(OperatorSession::open(opened, setup, clock, logs))
}

/// The clock of a session of this setup; `speed` is that of the live clock.
pub(super) fn clock(setup: &Setup, speed: f64) -> Clock {
    match setup.clock {
        ClockMode::Turn => Clock::Turn,
        ClockMode::Live => Clock::live(speed),
    }
}

/// Ends a session, which submits its task if it has one, and prints the grade.
pub(super) fn close(session: &mut OperatorSession, reason: &str) -> Result<(), Error> {
    session.leave();
    session.end(reason);
    if let Some(grade) = session.grade() {
        write!(stdout(), "\n{grade}")?;
    }
    whole(session.take_log_error())
}

/// Fails if a recording could not be written to its end.
pub(super) fn whole(log_error: Option<std::io::Error>) -> Result<(), Error> {
    match log_error {
        None => Ok(()),
        Some(cause) => {
            let what = "the recording is incomplete: it could not be written";
            Err(Error::new(ErrorKind::Machine, what).because(&cause))
        }
    }
}
