//! `bigiron play --plain`: a system played by lines of text.

use std::io::Write;

use tokio::io::{BufReader, stdin, stdout};
use tokio::signal::unix::{SignalKind, signal};

use super::args::{Clock, SessionArgs};
use super::{Error, Outcome, opening};
use crate::doors::clock;
use crate::doors::dialogue::{Over, talk};
use crate::doors::plain::Plain;
use crate::doors::script::Subject;
use crate::doors::station::{Recorder, Station};
use crate::doors::turn::Ended;
use crate::doors::world::World;
use crate::session::ClockMode;
use crate::task::model::Course;

/// Plays until the lines end, the operator leaves or a signal comes. With a task its grade is told then.
pub fn run(course: &Course, args: &SessionArgs) -> Result<Outcome, Error> {
    let options = &args.options;
    let setup = opening::setup(options, Clock::Live, [course.system()])?;
    let world = World::from(course.clone());
    let log: Box<dyn Recorder> = match &options.record {
        None => Box::new(()),
        Some(path) => {
            let begun = opening::record(
                path,
                &opening::header_for(options, world.system(), "plain", &setup),
            );
            let failed = |cause| {
                Error::input(format!("cannot record to {}", path.display())).because(&cause)
            };
            Box::new(begun.map_err(failed)?)
        }
    };
    let opened = world.open(&setup).map_err(opening::unstarted)?;
    let runtime = super::runtime()?;
    let talked = runtime.block_on(async {
        let clock = match setup.clock {
            ClockMode::Turn => clock::Clock::Turn,
            ClockMode::Live => clock::Clock::live(options.speed),
        };
        let mut station = Station::open(opened, &setup, clock, log);
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut hangup = signal(SignalKind::hangup())?;
        let talked = tokio::select! {
            talked = talk(Plain::default(), &mut station, BufReader::new(stdin()), stdout()) => talked,
            _ = interrupt.recv() => Ok(Over::Left),
            _ = terminate.recv() => Ok(Over::Left),
            _ = hangup.recv() => Ok(Over::Left),
        };
        if station.goal().is_some() && station.grade().is_none() {
            // Whoever leaves is done.
            station.finish(None, Ended::Submitted);
        }
        station.close(&talked);
        talked.map(|_| station.grade().cloned())
    });
    // A read of stdin cannot be broken off: after `:quit` nobody waits for it.
    runtime.shutdown_background();
    if let Some(grade) = talked? {
        write!(std::io::stdout(), "\n{grade}")?;
    }
    Ok(Outcome::Done)
}
