//! Which actions can do anything now.

use super::Vocabulary;
use super::action::Action;
use super::episode::Episode;
use tn3270::terminal::{Field, Key, Terminal};

impl Episode {
    /// See [`Observation::mask`](super::Observation::mask).
    pub fn mask(&self, vocabulary: &Vocabulary, to: &mut [u8]) {
        if to.is_empty() {
            return;
        }
        let terminal = self.session.terminal();
        let lock = terminal.lock();
        let error = lock.is_some_and(|lock| lock.is_operator_error());
        let now = Now {
            free: lock.is_none(),
            error,
            takes_macros: lock.is_none() || error,
            types: self.answering || lock.is_none() && terminal.can_type(),
            inserting: terminal.inserting(),
            inputs: terminal.fields().filter(can_take).count(),
            reports: shown(terminal).count(),
            tokens: self.world.tokens().len(),
            terminal: self.terminal,
            terminals: self.away.len() + 1,
        };
        for (place, action) in to.iter_mut().zip(vocabulary.iter()) {
            *place = u8::from(now.allows(action));
        }
    }
}

/// What there is to know for a mask.
struct Now {
    free: bool,
    error: bool,
    takes_macros: bool,
    types: bool,
    inserting: bool,
    inputs: usize,
    reports: usize,
    tokens: usize,
    terminal: usize,
    terminals: usize,
}

impl Now {
    fn allows(&self, action: &Action) -> bool {
        match action {
            Action::Press(key) => self.allows_key(*key),
            Action::Type(keys) => keys.first().is_some_and(|key| self.allows_key(*key)),
            Action::Wait | Action::Answer | Action::Done | Action::ReportHere => true,
            Action::Report(number) => usize::from(*number) < self.reports,
            Action::Field(number) => self.takes_macros && usize::from(*number) < self.inputs,
            Action::Token(number) => self.types && usize::from(*number) < self.tokens,
            Action::Terminal(number) => {
                let number = usize::from(*number);
                number != self.terminal && number < self.terminals
            }
        }
    }

    fn allows_key(&self, key: Key) -> bool {
        use Key::*;
        match key {
            Char(_) | Delete | Erase | EraseEof | DeleteField | DeleteWord | Dup | FieldMark => {
                self.types
            }
            Enter | Pf(_) | Pa(_) | Clear | CursorSelect => self.free,
            Reset => self.error || self.inserting,
            Attn | SysReq | Insert | ToggleInsert => true,
            Tab | BackTab | Home | Newline | Up | Down | Left | Right | Left2 | Right2
            | BackSpace | EraseInput | NextWord | PreviousWord | FieldEnd | MoveCursor(_) => {
                self.free || self.error
            }
        }
    }
}

/// Whether the operator can type into a field.
pub(super) fn can_take(field: &Field) -> bool {
    field.is_input() && field.length > 0
}

/// The protected fields in which something shows.
pub(super) fn shown(terminal: &Terminal) -> impl Iterator<Item = Field<'_>> {
    terminal
        .fields()
        .filter(|field| !field.is_input() && !field.is_hidden() && !field.text().trim().is_empty())
}
