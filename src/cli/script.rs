//! `bigiron script`: s3270's action language on stdin and stdout.

use tokio::io::{BufReader, stdin, stdout};

use super::args::{ClockArg, ScriptArgs};
use super::{CommandOutcome, Error, opening};
use crate::doors::programs::script::Interpreter;
use crate::doors::session::clock;
use crate::doors::session::dialogue::talk;
use crate::doors::session::lines::Lines;
use crate::doors::session::operator_session::OperatorSession;
use crate::doors::session::recorder::Recorder;
use crate::doors::session::served_system::Opening;
use bigiron_sim::session::ClockMode;

/// Runs the script on stdin to its end.
pub fn run(args: ScriptArgs) -> Result<CommandOutcome, Error> {
    let options = &args.session.options;
    let world = opening::world(&args.session.system, options.task.as_deref())?;
    let mut setup = opening::setup(options, ClockArg::Turn, [world.system()])?;
    setup.terminal.typeahead = true;
    let log: Box<dyn Recorder> = match &options.record {
        None => Box::new(()),
        Some(path) => {
            let begun = opening::record(
                path,
                &opening::header_for(options, world.system(), "script", &setup),
            );
            let failed = |cause| {
                Error::input(format!("cannot record to {}", path.display())).because(&cause)
            };
            Box::new(begun.map_err(failed)?)
        }
    };
    let opened = world.open(&setup).and_then(Opening::at_one_terminal);
    let opened = opened.map_err(opening::unstarted)?;
    let speed = options.speed;
    let runtime = super::runtime()?;
    let talked = runtime.block_on(async {
        let clock = match setup.clock {
            ClockMode::Turn => clock::Clock::Turn,
            ClockMode::Live => clock::Clock::live(speed),
        };
        let mut station = OperatorSession::open(opened, &setup, clock, [log]);
        let talked = talk(
            Interpreter::local(),
            &mut station,
            Lines::new(BufReader::new(stdin())),
            stdout(),
        )
        .await;
        station.close(&talked);
        talked
    });
    // A read of stdin cannot be broken off: after Quit() nobody waits for it.
    runtime.shutdown_background();
    talked?;
    Ok(CommandOutcome::Done)
}
