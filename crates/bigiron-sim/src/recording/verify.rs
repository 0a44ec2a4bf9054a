//! Executes a recording again on its system, and compares.

mod difference;
mod execution;

use super::{EventKind, RecordedEvent, Recording};
use crate::host::table::Table;
use crate::host::{Host, Region};
use crate::session::Millis;
use crate::system::model::System;
use crate::system::value::Value;
use difference::Difference;
use execution::{Execution, StepError};
use smol_str::SmolStr;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// The most texts that are tried for one entry into hidden fields.
const MAX_GUESSES: usize = 20_000;

/// How far a recording and its execution agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// How many events are the same, from the first.
    pub events: usize,
    /// Whether the definition is another than the recorded one.
    pub digest_changed: bool,
    /// The first difference; none if all events are the same.
    pub divergence: Option<Divergence>,
}

/// The first place where a recording and its execution differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Divergence {
    /// The number of the event, from 1; its line in the file is one more.
    pub event: usize,
    /// The recorded time of the event, in virtual milliseconds.
    pub at: Millis,
    /// What differs, in one line.
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

/// Executes a recording on a system: in a session where keys are recorded, else in a host session that gets the recorded inbounds.
///
/// A recording of a foreign host (its header names no system) cannot be executed; the caller has to see to that.
pub fn verify(recording: &Recording, system: &Arc<System>) -> Verification {
    let region = Region::new(system, recording.header.setup.seed);
    execute(recording, &region).0
}

/// As [`verify`], in the region that the session was opened in. Also returns the host as it is at the end, or at the divergence,
/// and the time there.
pub fn execute(recording: &Recording, region: &Region) -> (Verification, Host, Millis) {
    execute_knowing(recording, region, &[])
}

/// As [`execute`]. The text that was typed into hidden fields of a masked recording is searched among `hidden` first, and then
/// among the values of the backend.
pub fn execute_knowing(
    recording: &Recording,
    region: &Region,
    hidden: &[String],
) -> (Verification, Host, Millis) {
    let mut execution = Execution::open(recording, region);
    let verification = compare(&mut execution, hidden);
    let session = execution.host_session();
    (verification, session.host().clone(), session.now())
}

fn compare(execution: &mut Execution<'_>, hidden: &[String]) -> Verification {
    let recording = execution.recording();
    let digest = execution.region().system().digest;
    let recorded = recording.header.system.as_ref();
    let mut verification = Verification {
        events: 0,
        digest_changed: recorded.is_none_or(|system| system.digest != digest),
        divergence: None,
    };
    while let Some(event) = recording.events.get(verification.events) {
        let is_masked_input = recording.header.masked && event.is_input();
        let before = is_masked_input.then(|| execution.clone());
        let Err(error) = execution.step(event) else {
            verification.events += 1;
            continue;
        };
        let before = before.filter(|_| error == StepError::HiddenText);
        let found = before.and_then(|before| find_hidden(&before, verification.events, hidden));
        let Some((after, events)) = found else {
            let Difference { what, details } = error.into();
            verification.divergence = Some(Divergence {
                event: verification.events + 1,
                at: event.at,
                what,
                details,
            });
            break;
        };
        *execution = after;
        verification.events = events;
    }
    verification
}

/// Finds the text that was typed into hidden fields from an event on: the one that leads to the next recorded state. Returns the
/// execution there, and how many events precede it.
fn find_hidden<'a>(
    before: &Execution<'a>,
    from: usize,
    hidden: &[String],
) -> Option<(Execution<'a>, usize)> {
    let values = text_values(before.region().tables());
    let texts = hidden.iter().map(String::as_str);
    let texts = texts.chain(values.iter().map(SmolStr::as_str));
    let mut trials = texts.filter(|text| !text.is_empty()).take(MAX_GUESSES);
    trials.find_map(|text| {
        let mut trial = before.clone();
        trial.type_hidden(text);
        let events = leads_on(&mut trial, from)?;
        Some((trial, events))
    })
}

/// All texts of some tables, each once, in order.
fn text_values(tables: &[Table]) -> BTreeSet<SmolStr> {
    let mut texts = BTreeSet::new();
    for record in tables.iter().flat_map(Table::iter) {
        for value in record.row().iter() {
            if let Value::Text(text) = value {
                texts.insert(text.clone());
            }
        }
    }
    texts
}

/// Goes on from an event until the hidden text has been sent, and compares the state after that. Returns the number of events up
/// to there, or none if anything is not as recorded.
fn leads_on(trial: &mut Execution<'_>, from: usize) -> Option<usize> {
    let events = &trial.recording().events;
    let mut sent = false;
    for (index, event) in events.iter().enumerate().skip(from) {
        trial.step(event).ok()?;
        match event.kind {
            EventKind::Inbound(_) if trial.has_hidden() => return None,
            EventKind::Inbound(_) => sent = true,
            EventKind::State(_) if sent => return Some(index + 1),
            EventKind::Keys(_)
            | EventKind::Outbound(_)
            | EventKind::Bind(_)
            | EventKind::Wait(_)
            | EventKind::State(_)
            | EventKind::Answer(_)
            | EventKind::End(_) => {}
        }
    }
    (!trial.has_hidden()).then_some(events.len())
}

impl RecordedEvent {
    /// Whether it may hold what an operator typed.
    fn is_input(&self) -> bool {
        matches!(self.kind, EventKind::Keys(_) | EventKind::Inbound(_))
    }
}
