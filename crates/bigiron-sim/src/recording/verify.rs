//! Executes a recording again and compares.

use super::mask::{Mask, is_hidden_at, is_hidden_key};
use super::replay::show;
use super::{EventKind, RecordedEvent, Recording};
use crate::host::table::Table;
use crate::host::{Host, Region};
use crate::session::{self, HostSession, Log, Millis, Session};
use crate::system::model::System;
use crate::system::value::Value;
use smol_str::SmolStr;
use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::sync::Arc;
use tn3270::terminal::{Key, Terminal};
use tn3270::wire::{CodePage, Inbound};

mod difference;

/// What came of executing a recording again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
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
pub fn verify(recording: &Recording, system: &Arc<System>) -> Verification {
    verify_in(recording, &Region::new(system, recording.header.setup.seed))
}

/// As [`verify`], on the tables that a recording of a task began with.
pub fn verify_in(recording: &Recording, region: &Region) -> Verification {
    execute(recording, region).0
}

/// As [`verify_in`], with the host as it stands at the end or at the divergence, and the time there.
pub fn execute(recording: &Recording, region: &Region) -> (Verification, Host, Millis) {
    execute_knowing(recording, region, &[])
}

/// As [`execute`]; what was typed into hidden fields of a masked recording is looked for among these texts first, and then among
/// the values of the backend.
pub fn execute_knowing(
    recording: &Recording,
    region: &Region,
    hidden: &[String],
) -> (Verification, Host, Millis) {
    let mut execution = Execution::open(recording, region);
    let report = compare(&mut execution, recording, hidden);
    let line = match &execution.subject {
        Subject::Session(session) => session.line(),
        Subject::Line(line) => line,
    };
    (report, line.host().clone(), line.now())
}

fn compare<'a>(
    execution: &mut Execution<'a>,
    recording: &Recording,
    hidden: &[String],
) -> Verification {
    let system = execution.system;
    let digest_changed = recording
        .header
        .system
        .as_ref()
        .is_none_or(|origin| origin.digest != system.digest);
    let mut report = Verification {
        events: 0,
        digest_changed,
        divergence: None,
    };
    while let Some(event) = recording.events.get(report.events) {
        let before = (recording.header.masked && event.is_put_in()).then(|| execution.clone());
        match execution.step(event, recording) {
            Ok(()) => report.events += 1,
            Err((what, details)) => {
                let found = before
                    .filter(|_| execution.wants_secret)
                    .and_then(|before| guess(&before, recording, report.events, hidden));
                if let Some((found, events)) = found {
                    *execution = found;
                    report.events = events;
                    continue;
                }
                report.divergence = Some(Divergence {
                    event: report.events + 1,
                    at: event.at,
                    what,
                    details,
                });
                break;
            }
        }
    }
    report
}

/// Finds the text that was typed into hidden fields from this event on: the one that leads to the state that was recorded next.
/// Gives the execution there, and how many events that are.
fn guess<'a>(
    before: &Execution<'a>,
    recording: &Recording,
    from: usize,
    hidden: &[String],
) -> Option<(Execution<'a>, usize)> {
    let mut values: BTreeSet<SmolStr> = BTreeSet::new();
    for record in before.region.tables().iter().flat_map(Table::iter) {
        for value in record.row().iter() {
            if let Value::Text(text) = value {
                values.insert(text.clone());
            }
        }
    }
    let known = hidden.iter().map(String::as_str);
    let held = values.iter().map(SmolStr::as_str);
    let candidates = known.chain(held).filter(|text| !text.is_empty());
    for text in candidates.take(MAX_GUESSES) {
        let mut trial = before.clone();
        trial.secret = text.chars().collect();
        if let Some(events) = leads_on(&mut trial, recording, from) {
            trial.wants_secret = false;
            return Some((trial, events));
        }
    }
    None
}

/// The most texts that are tried for one entry.
const MAX_GUESSES: usize = 20_000;

/// Whether an execution goes on as recorded until its secret has been sent and the state after that is the same; how many events
/// that are.
fn leads_on(trial: &mut Execution<'_>, recording: &Recording, from: usize) -> Option<usize> {
    let mut sent = false;
    for (index, event) in recording.events.iter().enumerate().skip(from) {
        trial.step(event, recording).ok()?;
        match event.what {
            EventKind::Inbound(_) if !trial.secret.is_empty() => return None,
            EventKind::Inbound(_) => sent = true,
            EventKind::State(_) if sent => return Some(index + 1),
            _ => {}
        }
    }
    trial.secret.is_empty().then_some(recording.events.len())
}

impl RecordedEvent {
    /// Whether it came from the operator, as far as keys are known.
    fn is_put_in(&self) -> bool {
        matches!(self.what, EventKind::Keys(_) | EventKind::Inbound(_))
    }
}

/// A difference: in one line, and its places.
type Difference = (String, Vec<String>);

/// What executes.
#[derive(Clone)]
enum Subject {
    Session(Box<Session>),
    Line(Box<HostSession>),
}

#[derive(Clone)]
struct Execution<'a> {
    subject: Subject,
    region: &'a Region,
    system: &'a System,
    masked: bool,
    /// What is still to be typed in place of masked characters.
    secret: VecDeque<char>,
    /// A masked character came, and there was nothing to type for it.
    wants_secret: bool,
    /// What it gave and the recording has not been compared with yet.
    given: Given,
    /// The terminal up to the last event that was the same.
    view: Terminal,
}

/// Answers of the execution; what was put in is left out.
#[derive(Clone, Default)]
struct Given {
    events: VecDeque<RecordedEvent>,
    by_line: bool,
    /// Hides what a masked recording hides.
    mask: Option<Mask>,
}

impl Log for Given {
    fn event(&mut self, at: Millis, event: session::SessionEvent<'_>) {
        let passed = match &mut self.mask {
            Some(mask) => mask.pass(at, event),
            None => vec![(at, event.into())],
        };
        for (at, what) in passed {
            let put_in = match what {
                EventKind::Keys(_) | EventKind::Wait(_) => true,
                EventKind::Inbound(_) => self.by_line,
                _ => false,
            };
            if !put_in {
                self.events.push_back(RecordedEvent { at, what });
            }
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
                    .any(|event| matches!(event.what, EventKind::Inbound(_))),
            mask: recording.header.masked.then(|| Mask::new(setup.terminal)),
            ..Given::default()
        };
        let subject = if given.by_line {
            let mut line = HostSession::open_in(region, setup);
            line.connect(&mut given, &mut Vec::new());
            Subject::Line(Box::new(line))
        } else {
            Subject::Session(Box::new(Session::open_in(region, setup, &mut given)))
        };
        Execution {
            subject,
            region,
            system,
            masked: recording.header.masked,
            secret: VecDeque::new(),
            wants_secret: false,
            given,
            view: Terminal::new(setup.terminal),
        }
    }

    fn step(&mut self, event: &RecordedEvent, recording: &Recording) -> Result<(), Difference> {
        match &event.what {
            EventKind::Keys(_) | EventKind::Wait(_) => self.put_in(event)?,
            EventKind::Inbound(_) if self.given.by_line => self.put_in(event)?,
            EventKind::Inbound(_) | EventKind::Outbound(_) | EventKind::State(_) => {
                self.compare(event)?
            }
            EventKind::Bind(_) | EventKind::Answer(_) | EventKind::End(_) => self.nothing_more()?,
        }
        show(&mut self.view, &event.what, recording.has_keys());
        Ok(())
    }

    fn put_in(&mut self, event: &RecordedEvent) -> Result<(), Difference> {
        self.advance_to(event.at);
        self.nothing_more()?;
        if let EventKind::Keys(keys) = &event.what {
            return keys.iter().try_for_each(|&key| self.press(key));
        }
        if let EventKind::Inbound(bytes) = &event.what {
            return self.submit(bytes);
        }
        let log = &mut self.given;
        match (&mut self.subject, &event.what) {
            (Subject::Session(session), EventKind::Wait(by)) => session.wait(*by, log),
            (Subject::Line(line), EventKind::Wait(by)) => line.wait(*by, log, &mut Vec::new()),
            _ => {}
        }
        Ok(())
    }

    fn press(&mut self, key: Key) -> Result<(), Difference> {
        let masked = match &self.subject {
            Subject::Session(session) => self.masked && is_hidden_key(session.terminal(), key),
            Subject::Line(_) => false,
        };
        let key = match key {
            Key::Char(_) if masked => Key::Char(self.next_secret()?),
            key => key,
        };
        if let Subject::Session(session) = &mut self.subject {
            session.press(key, &mut self.given);
        }
        Ok(())
    }

    fn submit(&mut self, bytes: &[u8]) -> Result<(), Difference> {
        let unreadable = |error| {
            (
                format!("the terminal's record cannot be read: {error}"),
                Vec::new(),
            )
        };
        let mut inbound = Inbound::decode(bytes).map_err(unreadable)?;
        if let (true, Inbound::Modified { fields, .. }) = (self.masked, &mut inbound) {
            for field in fields {
                if field.at.is_some_and(|at| is_hidden_at(&self.view, at)) {
                    let mut text = String::new();
                    for _ in 0..field.data.len() {
                        text.push(self.next_secret()?);
                    }
                    field.data = self.page().encode_text(&text);
                }
            }
        }
        if let Subject::Line(line) = &mut self.subject {
            line.submit(&inbound, &mut self.given, &mut Vec::new());
        }
        Ok(())
    }

    fn page(&self) -> &'static CodePage {
        self.view.options().code_page
    }

    /// The character that was typed where a masked one stands.
    fn next_secret(&mut self) -> Result<char, Difference> {
        self.secret.pop_front().ok_or_else(|| {
            self.wants_secret = true;
            let what = "what was typed into a hidden field is masked, and none of the backend's values leads to what was recorded; --hidden TEXT says it";
            (what.to_owned(), Vec::new())
        })
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

    fn compare(&mut self, recorded: &RecordedEvent) -> Result<(), Difference> {
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
