//! `bigiron call`: one piece of work, done by a playbook.

use std::io::Write;

use super::args::{CallArgs, Clock};
use super::{Error, Outcome, courses, opening};
use crate::session::{Log, Session};
use crate::system::picture::read_plain;
use crate::system::value::Value;
use crate::task::playbook::{Ended, Playbook, Station, Stop, run as follow};
use crate::task::start::Start;
use crate::terminal::{Key, Terminal};

/// A session that a playbook works in, with nothing it could use up.
struct Desk {
    session: Session,
    log: Box<dyn Log>,
}

impl Station for Desk {
    fn press(&mut self, key: Key) -> Result<(), Stop> {
        self.session.press(key, self.log.as_mut());
        Ok(())
    }

    fn wait(&mut self, by: u64) -> Result<(), Stop> {
        self.session.wait(by, self.log.as_mut());
        Ok(())
    }

    fn terminal(&self) -> &Terminal {
        self.session.terminal()
    }
}

/// Runs the playbook and prints its answer.
pub fn run(args: CallArgs) -> Result<Outcome, Error> {
    let course = courses::load(&args.session.system)?;
    let setup = opening::setup(&args.session.options, Clock::Turn, [course.system()])?;
    let Some(playbook) = course.playbook(&args.playbook) else {
        let known = course.playbooks.iter().map(|playbook| playbook.id.as_str());
        return Err(
            Error::input(format!("no playbook is called {}", args.playbook))
                .near(&args.playbook, known),
        );
    };
    let (region, start) = courses::region(&course, &setup)?;
    let values = values(playbook, &args.values, start.as_deref())?;
    let mut log: Box<dyn Log> = match &args.session.options.record {
        None => Box::new(()),
        Some(path) => {
            let begun = opening::record(path, &opening::header(course.system(), "call", &setup));
            let cannot = |cause| {
                Error::input(format!("cannot record to {}", path.display())).because(&cause)
            };
            Box::new(begun.map_err(cannot)?)
        }
    };
    let session = Session::open_in(&region, &setup, log.as_mut());
    let mut desks = [Desk { session, log }];
    match follow(playbook, &values, &mut desks) {
        Ok(Ended::Done(answer)) => {
            if let Some(answer) = answer {
                writeln!(std::io::stdout(), "{answer}")?;
            }
            Ok(Outcome::Done)
        }
        Ok(Ended::GaveUp(why)) | Err(Stop::Environment(why)) => {
            eprintln!("{} gave up: {why}", playbook.id);
            Ok(Outcome::NotSo)
        }
        Err(Stop::BudgetSpent) => Ok(Outcome::NotSo),
    }
}

/// What the playbook takes, in its order, out of `NAME=VALUE`; what is not given, as the goal of the task tells it.
fn values(
    playbook: &Playbook,
    given: &[String],
    start: Option<&Start>,
) -> Result<Vec<Value>, Error> {
    let named: Vec<(&str, &str)> = given
        .iter()
        .filter_map(|value| value.split_once('='))
        .collect();
    let takes = || playbook.takes.iter().map(|(name, _)| name.as_str());
    for value in given {
        let name = value
            .split_once('=')
            .map_or(value.as_str(), |(name, _)| name);
        if !takes().any(|taken| taken == name) || !value.contains('=') {
            return Err(Error::usage(format!("{} takes no {value}", playbook.id))
                .near(name, takes())
                .hint(format!(
                    "it takes {}",
                    takes()
                        .map(|name| format!("{name}=…"))
                        .collect::<Vec<_>>()
                        .join(" ")
                )));
        }
    }
    let read = |(name, of): &(String, crate::system::value::Type)| {
        let text = named
            .iter()
            .find(|(given, _)| given == name)
            .map(|(_, text)| *text);
        let told = || start?.value(name).filter(|value| value.of() == *of);
        match (text, told()) {
            (Some(text), _) => read_plain(text, of)
                .ok_or_else(|| Error::usage(format!("{name}: `{text}` is no {of}"))),
            (None, Some(value)) => Ok(value.clone()),
            (None, None) => Err(Error::usage(format!(
                "{} wants {name}=… ({of})",
                playbook.id
            ))),
        }
    };
    playbook.takes.iter().map(read).collect()
}
