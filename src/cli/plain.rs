//! `bigiron play --plain`: a person plays a system by lines of text.

use tokio::io::{BufReader, stdin, stdout};
use tokio::signal::unix::{SignalKind, signal};

use super::args::{ClockArg, SessionArgs};
use super::{CommandOutcome, Error, opening, session};
use crate::doors::people::plain::Plain;
use crate::doors::session::dialogue::{Over, talk};
use crate::doors::session::lines::Lines;
use bigiron_sim::task::model::TaskSuite;

/// Plays until the lines end, the operator leaves or a signal arrives. With a task, its grade is printed then.
pub fn run(suite: &TaskSuite, args: &SessionArgs) -> Result<CommandOutcome, Error> {
    let setup = opening::setup(&args.options, ClockArg::Live, [suite.system()])?;
    let mut session = session::open(suite, args, &setup, "plain")?;
    let runtime = super::runtime()?;
    let talked = runtime.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut hangup = signal(SignalKind::hangup())?;
        let lines = Lines::new(BufReader::new(stdin()));
        let talked = tokio::select! {
            talked = talk(Plain::default(), &mut session, lines, stdout()) => talked,
            _ = interrupt.recv() => Ok(Over::Left),
            _ = terminate.recv() => Ok(Over::Left),
            _ = hangup.recv() => Ok(Over::Left),
        };
        Ok::<_, Error>(talked)
    });
    // A read of stdin cannot be cancelled: after `:quit` the runtime leaves it behind.
    runtime.shutdown_background();
    let talked = talked?;
    let reason = match &talked {
        Ok(_) => "disconnected".to_owned(),
        Err(error) => error.to_string(),
    };
    session::close(&mut session, &reason)?;
    talked?;
    Ok(CommandOutcome::Done)
}
