//! `bigiron play --plain`: a system played by lines of text.

use tokio::io::{BufReader, stdin, stdout};
use tokio::signal::unix::{SignalKind, signal};

use super::args::{ClockArg, SessionArgs};
use super::{CommandOutcome, Error, opening, play};
use crate::doors::people::plain::Plain;
use crate::doors::session::dialogue::{Over, talk};
use crate::doors::session::lines::Lines;
use bigiron_sim::task::model::TaskSuite;

/// Plays until the lines end, the operator leaves or a signal comes. With a task its grade is told then.
pub fn run(course: &TaskSuite, args: &SessionArgs) -> Result<CommandOutcome, Error> {
    let setup = opening::setup(&args.options, ClockArg::Live, [course.system()])?;
    let mut station = play::open(course, args, &setup, "plain")?;
    let runtime = super::runtime()?;
    let talked = runtime.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut hangup = signal(SignalKind::hangup())?;
        let lines = Lines::new(BufReader::new(stdin()));
        let talked = tokio::select! {
            talked = talk(Plain::default(), &mut station, lines, stdout()) => talked,
            _ = interrupt.recv() => Ok(Over::Left),
            _ = terminate.recv() => Ok(Over::Left),
            _ = hangup.recv() => Ok(Over::Left),
        };
        Ok::<_, Error>(talked)
    });
    // A read of stdin cannot be broken off: after `:quit` nobody waits for it.
    runtime.shutdown_background();
    let talked = talked?;
    let reason = match &talked {
        Ok(_) => "disconnected".to_owned(),
        Err(error) => error.to_string(),
    };
    play::close(&mut station, &reason)?;
    talked?;
    Ok(CommandOutcome::Done)
}
