//! The execution of a recording, event by event.

use super::difference::{self, Difference};
use crate::host::Region;
use crate::recording::mask::{Mask, is_hidden_at, is_hidden_key};
use crate::recording::replay::show;
use crate::recording::{EventKind, RecordedEvent, Recording};
use crate::session::{HostSession, Log, Millis, Session, SessionEvent};
use std::collections::VecDeque;
use tn3270::terminal::{Key, Terminal};
use tn3270::wire::Inbound;

/// A recording, and its execution up to one of its events.
#[derive(Clone)]
pub(super) struct Execution<'a> {
    recording: &'a Recording,
    region: &'a Region,
    target: Target,
    keyed: bool,
    /// What is still to be typed in place of masked characters.
    hidden: VecDeque<char>,
    /// What the execution gave and has not been compared yet.
    outputs: Outputs,
    /// A terminal after the events so far, as recorded.
    terminal: Terminal,
}

/// What executes a recording.
#[derive(Clone)]
enum Target {
    /// Gets the recorded keys.
    Session(Box<Session>),
    /// Gets the recorded inbounds.
    HostSession(Box<HostSession>),
}

/// Why an event is not as recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum StepError {
    /// Something else happened.
    Difference(Difference),
    /// A character for a hidden field is masked, and the text that was typed there is not known.
    HiddenText,
}

impl From<Difference> for StepError {
    fn from(difference: Difference) -> StepError {
        StepError::Difference(difference)
    }
}

impl From<StepError> for Difference {
    fn from(error: StepError) -> Difference {
        match error {
            StepError::Difference(difference) => difference,
            StepError::HiddenText => Difference::new(
                "what was typed into a hidden field is masked, and none of the backend's values leads to what was recorded; --hidden TEXT says it",
            ),
        }
    }
}

impl<'a> Execution<'a> {
    /// Opens the session anew; no event has been executed yet.
    pub fn open(recording: &'a Recording, region: &'a Region) -> Execution<'a> {
        let setup = &recording.header.setup;
        let keyed = recording.has_keys();
        let mut events = recording.events.iter();
        let by_inbounds = !keyed && events.any(|e| matches!(e.kind, EventKind::Inbound(_)));
        let mut outputs = Outputs {
            events: VecDeque::new(),
            by_inbounds,
            mask: recording.header.masked.then(|| Mask::new(setup.terminal)),
        };
        let target = if by_inbounds {
            let mut session = HostSession::open_in(region, setup);
            session.connect(&mut outputs, &mut Vec::new());
            Target::HostSession(Box::new(session))
        } else {
            Target::Session(Box::new(Session::open_in(region, setup, &mut outputs)))
        };
        Execution {
            recording,
            region,
            target,
            keyed,
            hidden: VecDeque::new(),
            outputs,
            terminal: Terminal::new(setup.terminal),
        }
    }

    pub fn recording(&self) -> &'a Recording {
        self.recording
    }

    /// The region that it executes in.
    pub fn region(&self) -> &'a Region {
        self.region
    }

    /// The host and its clock.
    pub fn host_session(&self) -> &HostSession {
        match &self.target {
            Target::Session(session) => session.line(),
            Target::HostSession(session) => session,
        }
    }

    /// Types a text in place of the next masked characters.
    pub fn type_hidden(&mut self, text: &str) {
        self.hidden = text.chars().collect();
    }

    /// Whether text is left that is to be typed in place of masked characters.
    pub fn has_hidden(&self) -> bool {
        !self.hidden.is_empty()
    }

    /// Executes an event if it is an input, else compares it.
    pub fn step(&mut self, event: &RecordedEvent) -> Result<(), StepError> {
        match &event.kind {
            EventKind::Keys(keys) => {
                self.reach(event.at)?;
                keys.iter().try_for_each(|key| self.press(*key))?;
            }
            EventKind::Wait(by) => {
                self.reach(event.at)?;
                self.target.wait(*by, &mut self.outputs);
            }
            EventKind::Inbound(bytes) if self.outputs.by_inbounds => {
                self.reach(event.at)?;
                self.submit(bytes)?;
            }
            EventKind::Inbound(_) | EventKind::Outbound(_) | EventKind::State(_) => {
                self.compare(event)?;
            }
            EventKind::Bind(_) | EventKind::Answer(_) | EventKind::End(_) => self.nothing_more()?,
        }
        show(&mut self.terminal, &event.kind, self.keyed);
        Ok(())
    }

    /// Goes on to the time of an input; all outputs until then must have been compared.
    fn reach(&mut self, at: Millis) -> Result<(), Difference> {
        self.target.advance_to(at, &mut self.outputs);
        self.nothing_more()
    }

    fn press(&mut self, key: Key) -> Result<(), StepError> {
        let key = match (key, &self.target) {
            (Key::Char(_), Target::Session(session))
                if self.recording.header.masked && is_hidden_key(session.terminal(), key) =>
            {
                Key::Char(self.next_hidden()?)
            }
            _ => key,
        };
        self.target.press(key, &mut self.outputs);
        Ok(())
    }

    fn submit(&mut self, bytes: &[u8]) -> Result<(), StepError> {
        let unreadable =
            |error| Difference::new(format!("the terminal's record cannot be read: {error}"));
        let mut inbound = Inbound::decode(bytes).map_err(unreadable)?;
        if self.recording.header.masked {
            self.unmask(&mut inbound)?;
        }
        self.target.submit(&inbound, &mut self.outputs);
        Ok(())
    }

    /// Puts the hidden text into the hidden fields of an inbound.
    fn unmask(&mut self, inbound: &mut Inbound) -> Result<(), StepError> {
        if let Inbound::Modified { fields, .. } = inbound {
            for field in fields {
                if field.at.is_some_and(|at| is_hidden_at(&self.terminal, at)) {
                    let text = field.data.iter().map(|_| self.next_hidden());
                    let text = text.collect::<Result<String, _>>()?;
                    field.data = self.terminal.options().code_page.encode_text(&text);
                }
            }
        }
        Ok(())
    }

    /// The character to type in place of a masked one.
    fn next_hidden(&mut self) -> Result<char, StepError> {
        self.hidden.pop_front().ok_or(StepError::HiddenText)
    }

    /// All outputs so far must have been compared.
    fn nothing_more(&self) -> Result<(), Difference> {
        match self.outputs.events.front() {
            Some(event) => Err(Difference::new(format!(
                "before it, there is now also {} at {} ms",
                difference::name(&event.kind),
                event.at
            ))),
            None => Ok(()),
        }
    }

    /// The next output must be the recorded one, at the same time.
    fn compare(&mut self, recorded: &RecordedEvent) -> Result<(), Difference> {
        if self.outputs.events.is_empty() {
            self.target.advance_to(recorded.at, &mut self.outputs);
        }
        let name = difference::name(&recorded.kind);
        let Some(now) = self.outputs.events.pop_front() else {
            return Err(Difference::new(format!(
                "recorded {name}; now nothing comes"
            )));
        };
        if now.kind != recorded.kind {
            let system = self.region.system();
            return Err(difference::between(
                &recorded.kind,
                &now.kind,
                &self.terminal,
                system,
            ));
        }
        match now.at == recorded.at {
            true => Ok(()),
            false => Err(Difference::new(format!(
                "the same {name} now comes at {} ms",
                now.at
            ))),
        }
    }
}

impl Target {
    /// Presses a key. A host session is executed only where no keys are recorded.
    fn press(&mut self, key: Key, log: &mut Outputs) {
        match self {
            Target::Session(session) => drop(session.press(key, log)),
            Target::HostSession(_) => {}
        }
    }

    /// Hands over an inbound. A session makes its inbounds itself, from the keys.
    fn submit(&mut self, inbound: &Inbound, log: &mut Outputs) {
        match self {
            Target::Session(_) => {}
            Target::HostSession(session) => session.submit(inbound, log, &mut Vec::new()),
        }
    }

    fn wait(&mut self, by: Millis, log: &mut Outputs) {
        match self {
            Target::Session(session) => session.wait(by, log),
            Target::HostSession(session) => session.wait(by, log, &mut Vec::new()),
        }
    }

    fn advance_to(&mut self, at: Millis, log: &mut Outputs) {
        match self {
            Target::Session(session) => session.advance_to(at, log),
            Target::HostSession(session) => session.advance_to(at, log, &mut Vec::new()),
        }
    }
}

/// The log of an execution. It leaves out the inputs, which come from the recording.
#[derive(Clone)]
struct Outputs {
    events: VecDeque<RecordedEvent>,
    /// Inbounds are inputs.
    by_inbounds: bool,
    /// For a masked recording: outputs are masked alike.
    mask: Option<Mask>,
}

impl Outputs {
    fn is_input(&self, kind: &EventKind) -> bool {
        match kind {
            EventKind::Keys(_) | EventKind::Wait(_) => true,
            EventKind::Inbound(_) => self.by_inbounds,
            EventKind::Outbound(_)
            | EventKind::Bind(_)
            | EventKind::State(_)
            | EventKind::Answer(_)
            | EventKind::End(_) => false,
        }
    }
}

impl Log for Outputs {
    fn event(&mut self, at: Millis, event: SessionEvent<'_>) {
        let events = match &mut self.mask {
            Some(mask) => mask.pass(at, event),
            None => vec![(at, event.into())],
        };
        for (at, kind) in events {
            if !self.is_input(&kind) {
                self.events.push_back(RecordedEvent { at, kind });
            }
        }
    }
}
