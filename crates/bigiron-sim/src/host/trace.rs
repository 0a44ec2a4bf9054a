//! A trace of the rules that fire, for authors. It is off until [`Host::start_trace`].

use super::{Host, Millis};

/// An entry of the trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traced {
    /// Virtual time.
    pub at: Millis,
    /// The screen (or `job`).
    pub screen: String,
    /// What fired: a rule's name, `requires[1]`, `edit`, `locked`, an abend with its code.
    pub what: String,
}

impl Host {
    /// Traces rules from now on.
    pub fn start_trace(&mut self) {
        self.trace.get_or_insert_default();
    }

    /// The entries since the last call.
    pub fn take_trace(&mut self) -> Vec<Traced> {
        self.trace.as_mut().map(std::mem::take).unwrap_or_default()
    }

    pub(super) fn note(&mut self, what: impl FnOnce() -> String) {
        if self.trace.is_some() {
            let screen = self.screen_id().unwrap_or_default().to_owned();
            self.note_at(screen, what());
        }
    }

    pub(super) fn note_at(&mut self, screen: String, what: String) {
        let at = self.now;
        if let Some(trace) = &mut self.trace {
            trace.push(Traced { at, screen, what });
        }
    }
}
