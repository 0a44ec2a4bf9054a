//! A key of the keyboard, perhaps behind a prefix.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::fmt;

/// A key that waits for another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefix {
    /// Esc, or Alt held.
    Escape,
    /// Ctrl-P.
    ProgramAccess,
}

/// A key of the keyboard, perhaps behind a prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chord {
    prefix: Option<Prefix>,
    code: KeyCode,
    modifiers: KeyModifiers,
}

impl Chord {
    /// A key by itself.
    pub(super) const fn plain(code: KeyCode) -> Chord {
        Chord::modified(KeyModifiers::NONE, code)
    }

    /// A key with modifiers held.
    pub(super) const fn modified(modifiers: KeyModifiers, code: KeyCode) -> Chord {
        Chord {
            prefix: None,
            code,
            modifiers,
        }
    }

    /// Ctrl and a letter.
    pub(super) const fn ctrl(letter: char) -> Chord {
        Chord::modified(KeyModifiers::CONTROL, KeyCode::Char(letter))
    }

    /// A character behind a prefix.
    pub(super) const fn behind(prefix: Prefix, character: char) -> Chord {
        Chord {
            prefix: Some(prefix),
            code: KeyCode::Char(character),
            modifiers: KeyModifiers::NONE,
        }
    }

    /// The chord of an event: Alt is the Esc prefix, and a character implies by itself whether Shift was held.
    pub(super) fn of(pending: Option<Prefix>, event: KeyEvent) -> Chord {
        let alt = event.modifiers.contains(KeyModifiers::ALT);
        let prefix = pending.or(alt.then_some(Prefix::Escape));
        let mut modifiers = event.modifiers & (KeyModifiers::CONTROL | KeyModifiers::SHIFT);
        let mut code = event.code;
        match &mut code {
            KeyCode::Char(letter) if modifiers.contains(KeyModifiers::CONTROL) => {
                *letter = letter.to_ascii_lowercase();
                modifiers = KeyModifiers::CONTROL;
            }
            KeyCode::Char(letter) if prefix.is_some() => {
                *letter = letter.to_ascii_lowercase();
                modifiers = KeyModifiers::NONE;
            }
            KeyCode::Char(_) | KeyCode::BackTab => modifiers = KeyModifiers::NONE,
            _ => {}
        }
        // crossterm reports Ctrl-4 to Ctrl-7 for the bytes that other keyboards send for Ctrl-\ to Ctrl-_.
        if (code, modifiers) == (KeyCode::Char('5'), KeyModifiers::CONTROL) {
            code = KeyCode::Char(']');
        }
        Chord {
            prefix,
            code,
            modifiers,
        }
    }

    /// The prefix that this chord is, if it is one. A prefix before it does not matter: Esc Esc is one Esc.
    pub(super) fn as_prefix(self) -> Option<Prefix> {
        match (self.code, self.modifiers) {
            (KeyCode::Esc, KeyModifiers::NONE) => Some(Prefix::Escape),
            (KeyCode::Char('p'), KeyModifiers::CONTROL) => Some(Prefix::ProgramAccess),
            _ => None,
        }
    }

    /// The character that this chord types, if it types one.
    pub(super) fn as_character(self) -> Option<char> {
        match (self.prefix, self.code, self.modifiers) {
            (None, KeyCode::Char(character), KeyModifiers::NONE) => Some(character),
            _ => None,
        }
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.prefix {
            Some(Prefix::Escape) => f.write_str("Esc ")?,
            Some(Prefix::ProgramAccess) => f.write_str("Ctrl-P ")?,
            None => {}
        }
        if self.modifiers.contains(KeyModifiers::CONTROL) {
            f.write_str("Ctrl-")?;
        }
        if self.modifiers.contains(KeyModifiers::SHIFT) {
            f.write_str("Shift-")?;
        }
        match self.code {
            KeyCode::Char(letter) if self.modifiers.contains(KeyModifiers::CONTROL) => {
                write!(f, "{}", letter.to_ascii_uppercase())
            }
            KeyCode::Char(letter) => write!(f, "{letter}"),
            KeyCode::F(number) => write!(f, "F{number}"),
            KeyCode::BackTab => f.write_str("Shift-Tab"),
            other => write!(f, "{other}"),
        }
    }
}
