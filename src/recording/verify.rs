//! Executes a recording again and compares.

use super::replay::show;
use super::{Event, Recording, What};
use crate::host::{Host, Region};
use crate::session::{self, Line, Log, Millis, Session};
use crate::system::model::System;
use crate::terminal::Terminal;
use crate::wire::Inbound;
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

mod difference;

/// What came of executing a recording again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Events that were compared and are the same.
    pub events: usize,
    /// The definition is not the one that was recorded.
    pub digest_changed: bool,
    /// Where the two first part, if they do.
    pub divergence: Option<Divergence>,
}

/// The first place where a recording and its execution part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Divergence {
    /// The number of the event, from 1; its line in the file is one more.
    pub event: usize,
    /// Its virtual time.
    pub at: Millis,
    /// What parts there, in one line.
    pub what: String,
    /// The differing places, one a line.
    pub details: Vec<String>,
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "event {} (line {}) at {} ms: {}",
            self.event,
            self.event + 1,
            self.at,
            self.what
        )?;
        self.details
            .iter()
            .try_for_each(|detail| write!(f, "\n  {detail}"))
    }
}

/// Executes a recording against its system: with keys as a session, else as a line that gets what the client sent.
///
/// A recording of a foreign host has no system to be executed against; the caller knows by its header.
pub fn verify(recording: &Recording, system: &Arc<System>) -> Report {
    verify_in(recording, &Region::new(system, recording.header.setup.seed))
}

/// As [`verify`], on the tables that a recording of a task began with.
pub fn verify_in(recording: &Recording, region: &Region) -> Report {
    execute(recording, region).0
}

/// As [`verify_in`], with the host as it stands at the end or at the divergence, and the time there.
pub fn execute(recording: &Recording, region: &Region) -> (Report, Host, Millis) {
    let mut execution = Execution::open(recording, region);
    let report = compare(&mut execution, recording);
    let line = match &execution.subject {
        Subject::Session(session) => session.line(),
        Subject::Line(line) => line,
    };
    (report, line.host().clone(), line.now())
}

fn compare(execution: &mut Execution<'_>, recording: &Recording) -> Report {
    let system = execution.system;
    let digest_changed = recording
        .header
        .system
        .as_ref()
        .is_none_or(|origin| origin.digest != system.digest);
    for (index, event) in recording.events.iter().enumerate() {
        if let Err((what, details)) = execution.step(event, recording) {
            let divergence = Divergence {
                event: index + 1,
                at: event.at,
                what,
                details,
            };
            return Report {
                events: index,
                digest_changed,
                divergence: Some(divergence),
            };
        }
    }
    Report {
        events: recording.events.len(),
        digest_changed,
        divergence: None,
    }
}

/// A difference: in one line, and its places.
type Difference = (String, Vec<String>);

/// What executes.
enum Subject {
    Session(Box<Session>),
    Line(Box<Line>),
}

struct Execution<'a> {
    subject: Subject,
    system: &'a System,
    /// What it gave and the recording has not been compared with yet.
    given: Given,
    /// The terminal up to the last event that was the same.
    view: Terminal,
}

/// Answers of the execution; what was put in is left out.
#[derive(Default)]
struct Given {
    events: VecDeque<Event>,
    by_line: bool,
}

impl Log for Given {
    fn event(&mut self, at: Millis, event: session::Event<'_>) {
        let put_in = match event {
            session::Event::Key(_) | session::Event::Wait(_) => true,
            session::Event::Inbound(_) => self.by_line,
            session::Event::Outbound(_) | session::Event::State(_) => false,
        };
        if !put_in {
            self.events.push_back(Event {
                at,
                what: event.into(),
            });
        }
    }
}

impl<'a> Execution<'a> {
    fn open(recording: &Recording, region: &'a Region) -> Execution<'a> {
        let system = region.system();
        let setup = &recording.header.setup;
        let mut given = Given {
            by_line: !recording.has_keys()
                && recording
                    .events
                    .iter()
                    .any(|event| matches!(event.what, What::Inbound(_))),
            ..Given::default()
        };
        let subject = if given.by_line {
            let mut line = Line::open_in(region, setup);
            line.connect(&mut given, &mut Vec::new());
            Subject::Line(Box::new(line))
        } else {
            Subject::Session(Box::new(Session::open_in(region, setup, &mut given)))
        };
        Execution {
            subject,
            system,
            given,
            view: Terminal::new(setup.terminal),
        }
    }

    fn step(&mut self, event: &Event, recording: &Recording) -> Result<(), Difference> {
        match &event.what {
            What::Keys(_) | What::Wait(_) => self.put_in(event)?,
            What::Inbound(_) if self.given.by_line => self.put_in(event)?,
            What::Inbound(_) | What::Outbound(_) | What::State(_) => self.compare(event)?,
            What::Answer(_) | What::End(_) => self.nothing_more()?,
        }
        show(&mut self.view, &event.what, recording.has_keys());
        Ok(())
    }

    fn put_in(&mut self, event: &Event) -> Result<(), Difference> {
        self.advance_to(event.at);
        self.nothing_more()?;
        let log = &mut self.given;
        match (&mut self.subject, &event.what) {
            (Subject::Session(session), What::Keys(keys)) => keys.iter().for_each(|&key| {
                session.press(key, log);
            }),
            (Subject::Session(session), What::Wait(by)) => session.wait(*by, log),
            (Subject::Line(line), What::Wait(by)) => line.wait(*by, log, &mut Vec::new()),
            (Subject::Line(line), What::Inbound(bytes)) => match Inbound::decode(bytes) {
                Ok(inbound) => line.submit(&inbound, log, &mut Vec::new()),
                Err(error) => {
                    return Err((
                        format!("the terminal's record cannot be read: {error}"),
                        Vec::new(),
                    ));
                }
            },
            _ => {}
        }
        Ok(())
    }

    fn advance_to(&mut self, at: Millis) {
        match &mut self.subject {
            Subject::Session(session) => session.advance_to(at, &mut self.given),
            Subject::Line(line) => line.advance_to(at, &mut self.given, &mut Vec::new()),
        }
    }

    /// Everything given so far must have been compared.
    fn nothing_more(&self) -> Result<(), Difference> {
        match self.given.events.front() {
            Some(event) => Err((
                format!(
                    "before it, there is now also {} at {} ms",
                    difference::name(&event.what),
                    event.at
                ),
                Vec::new(),
            )),
            None => Ok(()),
        }
    }

    fn compare(&mut self, recorded: &Event) -> Result<(), Difference> {
        if self.given.events.is_empty() {
            self.advance_to(recorded.at);
        }
        let Some(now) = self.given.events.pop_front() else {
            return Err((
                format!(
                    "recorded {}; now nothing comes",
                    difference::name(&recorded.what)
                ),
                Vec::new(),
            ));
        };
        if now.what != recorded.what {
            return Err(difference::between(
                &recorded.what,
                &now.what,
                &self.view,
                self.system,
            ));
        }
        if now.at != recorded.at {
            let what = format!(
                "the same {} now comes at {} ms",
                difference::name(&recorded.what),
                now.at
            );
            return Err((what, Vec::new()));
        }
        Ok(())
    }
}
