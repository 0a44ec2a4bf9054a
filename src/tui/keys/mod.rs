//! The keyboard of the window: which chords are which keys of a 3270. One table, from which the help and the manual are made.
//!
//! A terminal sends Alt-x as Esc x, so the two are one chord here. That is why Esc 1 to Esc = are PF keys and the PA keys are
//! behind Ctrl-P.

mod chord;
mod table;

pub use chord::{Chord, Prefix};
pub use table::{KeyRow, rows};

use ratatui::crossterm::event::{KeyEvent, KeyEventKind};
use tn3270::terminal::Key;

/// What a chord does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowAction {
    /// Presses a key of the 3270.
    Press(Key),
    /// Shows or hides the list of keys.
    Help,
    /// Changes the cursor between block and underline.
    Cursor,
    /// Lets a second pass (turn clock).
    Wait,
    /// Shows the goal of the task over the screen.
    Goal,
    /// Opens the line for the answer of the task.
    Answer,
    /// Changes to the next terminal of the task.
    Turn,
    /// Repaints the whole window.
    Redraw,
    /// Ends the session, after a question.
    Quit,
}

/// The result of a pressed key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pressed {
    /// A whole chord.
    Action(WindowAction),
    /// A prefix: the next key decides.
    Pending,
    /// Nothing is bound to it.
    Unknown,
}

/// Reads chords from single keys.
#[derive(Debug, Clone)]
pub struct Keymap {
    bindings: Vec<(Chord, WindowAction)>,
    pending: Option<Prefix>,
}

impl Default for Keymap {
    fn default() -> Keymap {
        Keymap {
            bindings: rows().iter().flat_map(KeyRow::bindings).collect(),
            pending: None,
        }
    }
}

impl Keymap {
    /// The prefix that waits for its key, if any.
    pub fn pending(&self) -> Option<Prefix> {
        self.pending
    }

    /// Takes a key. Esc again is still one Esc: a terminal sends two quick ones as one.
    pub fn press(&mut self, event: KeyEvent) -> Pressed {
        if event.kind == KeyEventKind::Release {
            return Pressed::Pending;
        }
        let chord = Chord::of(self.pending.take(), event);
        if let Some(prefix) = chord.as_prefix() {
            self.pending = Some(prefix);
            return Pressed::Pending;
        }
        let bound = self.bindings.iter().find(|(bound, _)| *bound == chord);
        match (bound, chord.as_character()) {
            (Some((_, action)), _) => Pressed::Action(*action),
            (None, Some(character)) => Pressed::Action(WindowAction::Press(Key::Char(character))),
            (None, None) => Pressed::Unknown,
        }
    }
}

#[cfg(test)]
mod tests;
