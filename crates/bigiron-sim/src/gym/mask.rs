//! Which actions can do anything now.

use super::action::{Action, Vocabulary};
use tn3270::terminal::{Field, Key, Terminal};

/// What decides a mask.
pub(super) struct MaskInput<'a> {
    pub terminal: &'a Terminal,
    /// Whether what is typed goes to the answer line.
    pub answering: bool,
    /// How many tokens the goal has.
    pub tokens: usize,
    /// The number of the terminal, and how many there are.
    pub at: usize,
    pub terminals: usize,
}

impl MaskInput<'_> {
    /// Writes for each action whether it does something now: see [`Observation::mask`](super::Observation::mask).
    pub fn write(&self, vocabulary: &Vocabulary, to: &mut [u8]) {
        if to.is_empty() {
            return;
        }
        let now = Now::of(self);
        for (place, action) in to.iter_mut().zip(vocabulary.iter()) {
            *place = u8::from(now.allows(action));
        }
    }
}

/// What an operator can do now.
struct Now {
    free: bool,
    error: bool,
    takes_macros: bool,
    types: bool,
    inserting: bool,
    inputs: usize,
    reports: usize,
    tokens: usize,
    at: usize,
    terminals: usize,
}

impl Now {
    fn of(input: &MaskInput) -> Now {
        let terminal = input.terminal;
        let lock = terminal.lock();
        let error = lock.is_some_and(|lock| lock.is_operator_error());
        Now {
            free: lock.is_none(),
            error,
            takes_macros: lock.is_none() || error,
            types: input.answering || lock.is_none() && terminal.can_type(),
            inserting: terminal.inserting(),
            inputs: terminal.fields().filter(can_take).count(),
            reports: shown(terminal).count(),
            tokens: input.tokens,
            at: input.at,
            terminals: input.terminals,
        }
    }

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
                number != self.at && number < self.terminals
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
