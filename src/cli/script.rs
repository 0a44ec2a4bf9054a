//! `bigiron script`: s3270's action language on stdin and stdout.

use tokio::io::{BufReader, stdin, stdout};

use super::args::{ClockArg, ScriptArgs};
use super::{CommandOutcome, Error, opening, session, suites};
use crate::doors::programs::script::Interpreter;
use crate::doors::session::dialogue::talk;
use crate::doors::session::lines::Lines;
use crate::doors::session::operator_session::OperatorSession;
use crate::doors::session::recorder::Recorder;
use crate::doors::session::served_system::Opening;

/// Runs the script on stdin to its end.
pub fn run(args: ScriptArgs) -> Result<CommandOutcome, Error> {
    let options = &args.session.options;
    let system = opening::served_system(&args.session.system, options.task.as_deref())?;
    let mut setup = opening::setup(options, ClockArg::Turn, [system.system()])?;
    setup.terminal.typeahead = true;
    let header = opening::header_for(options, system.system(), "script", &setup);
    let log: Box<dyn Recorder> = match &options.record {
        None => Box::new(()),
        Some(path) => Box::new(opening::recorder(path, &header)?),
    };
    let opened = system.open(&setup).and_then(Opening::at_one_terminal);
    let opened = opened.map_err(suites::cannot_begin)?;
    let runtime = super::runtime()?;
    let talked = runtime.block_on(async {
        let clock = session::clock(&setup, options.speed);
        let mut session = OperatorSession::open(opened, &setup, clock, [log]);
        let lines = Lines::new(BufReader::new(stdin()));
        let talked = talk(Interpreter::local(), &mut session, lines, stdout()).await;
        session.close(&talked);
        talked
    });
    // A read of stdin cannot be cancelled: after Quit() the runtime leaves it behind.
    runtime.shutdown_background();
    talked?;
    Ok(CommandOutcome::Done)
}
