//! Which keys of a keyboard are which keys of a 3270: one list, from which the help and the manual are made.
//!
//! A terminal sends Alt-x as Esc x, so the two are one chord here. That is why Esc 1 to Esc = are PF keys and the
//! PA keys stand behind Ctrl-P.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use std::fmt;
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
    /// Turns to the next terminal of the task.
    Turn,
    /// Paints the window anew.
    Redraw,
    /// Ends the session, after a question.
    Quit,
}

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

/// One line of the list: chords of a kind, and what each of them does.
#[derive(Debug, Clone)]
pub struct KeyRow {
    /// Alternatives; the n-th chord of each does the n-th action.
    families: Vec<Vec<Chord>>,
    actions: Vec<WindowAction>,
    /// What the 3270 (or the program) calls it.
    pub name: &'static str,
    /// What it does, in a few words.
    pub help: &'static str,
}

const PLAIN: KeyModifiers = KeyModifiers::NONE;

fn code(code: KeyCode) -> Chord {
    Chord {
        prefix: None,
        code,
        modifiers: PLAIN,
    }
}

fn ctrl(letter: char) -> Chord {
    Chord {
        prefix: None,
        code: KeyCode::Char(letter),
        modifiers: KeyModifiers::CONTROL,
    }
}

fn with(modifiers: KeyModifiers, code: KeyCode) -> Chord {
    Chord {
        prefix: None,
        code,
        modifiers,
    }
}

fn escape(letter: char) -> Chord {
    Chord {
        prefix: Some(Prefix::Escape),
        code: KeyCode::Char(letter),
        modifiers: PLAIN,
    }
}

fn one<const N: usize>(
    chords: [Chord; N],
    action: WindowAction,
    name: &'static str,
    help: &'static str,
) -> KeyRow {
    KeyRow {
        families: chords.into_iter().map(|chord| vec![chord]).collect(),
        actions: vec![action],
        name,
        help,
    }
}

fn press<const N: usize>(
    chords: [Chord; N],
    key: Key,
    name: &'static str,
    help: &'static str,
) -> KeyRow {
    one(chords, WindowAction::Press(key), name, help)
}

/// The list, in the order of the help.
pub fn rows() -> Vec<KeyRow> {
    use KeyCode as Code;
    let shift = KeyModifiers::SHIFT;
    let control = KeyModifiers::CONTROL;
    let functions = |modifiers, from: u8| {
        (from..from + 12)
            .map(|n| with(modifiers, Code::F(n)))
            .collect::<Vec<_>>()
    };
    let escapes = |keys: &str| keys.chars().map(escape).collect::<Vec<_>>();
    let pfs = |from: u8| {
        (from..from + 12)
            .map(|n| WindowAction::Press(Key::Pf(n)))
            .collect::<Vec<_>>()
    };
    let program_access = |n: char| Chord {
        prefix: Some(Prefix::ProgramAccess),
        code: Code::Char(n),
        modifiers: PLAIN,
    };
    vec![
        press([code(Code::Enter)], Key::Enter, "ENTER", "send the screen"),
        KeyRow {
            families: vec![functions(PLAIN, 1), escapes("1234567890-=")],
            actions: pfs(1),
            name: "PF1 to PF12",
            help: "function keys",
        },
        KeyRow {
            families: vec![
                functions(shift, 1),
                functions(PLAIN, 13),
                escapes("!@#$%^&*()_+"),
            ],
            actions: pfs(13),
            name: "PF13 to PF24",
            help: "more function keys",
        },
        KeyRow {
            families: vec!["123".chars().map(program_access).collect()],
            actions: (1..=3).map(|n| WindowAction::Press(Key::Pa(n))).collect(),
            name: "PA1 to PA3",
            help: "attention without data",
        },
        press(
            [ctrl('c'), escape('c')],
            Key::Clear,
            "CLEAR",
            "empty the screen and send",
        ),
        press(
            [ctrl('r'), escape('r')],
            Key::Reset,
            "RESET",
            "unlock, leave insert mode",
        ),
        press([ctrl('a'), escape('a')], Key::Attn, "ATTN", "attention"),
        press([escape('s')], Key::SysReq, "SYSREQ", "system request"),
        press([code(Code::Tab)], Key::Tab, "TAB", "next field"),
        press(
            [code(Code::BackTab)],
            Key::BackTab,
            "BACKTAB",
            "previous field",
        ),
        press(
            [ctrl('j'), with(shift, Code::Enter)],
            Key::Newline,
            "NEWLINE",
            "first field of a lower line",
        ),
        press([code(Code::Home)], Key::Home, "HOME", "first field"),
        press([code(Code::Up)], Key::Up, "UP", "cursor up"),
        press([code(Code::Down)], Key::Down, "DOWN", "cursor down"),
        press([code(Code::Left)], Key::Left, "LEFT", "cursor left"),
        press([code(Code::Right)], Key::Right, "RIGHT", "cursor right"),
        press(
            [with(control, Code::Left)],
            Key::PreviousWord,
            "PREVIOUS WORD",
            "word to the left",
        ),
        press(
            [with(control, Code::Right)],
            Key::NextWord,
            "NEXT WORD",
            "word to the right",
        ),
        press(
            [ctrl('e')],
            Key::FieldEnd,
            "FIELD END",
            "behind the field's last character",
        ),
        press(
            [code(Code::End), ctrl('k')],
            Key::EraseEof,
            "ERASE EOF",
            "empty the field from the cursor",
        ),
        press(
            [escape('x')],
            Key::EraseInput,
            "ERASE INPUT",
            "empty every input field",
        ),
        press(
            [ctrl('u')],
            Key::DeleteField,
            "DELETE FIELD",
            "empty this field",
        ),
        press(
            [ctrl('w')],
            Key::DeleteWord,
            "DELETE WORD",
            "empty the word to the left",
        ),
        press(
            [code(Code::Backspace), ctrl('h')],
            Key::Erase,
            "ERASE",
            "delete to the left",
        ),
        press(
            [code(Code::Delete)],
            Key::Delete,
            "DELETE",
            "delete at the cursor",
        ),
        press(
            [code(Code::Insert), escape('i')],
            Key::ToggleInsert,
            "INSERT",
            "insert mode on and off",
        ),
        press(
            [ctrl('d')],
            Key::Dup,
            "DUP",
            "duplicate mark, then next field",
        ),
        press([ctrl('f')], Key::FieldMark, "FIELD MARK", "field mark"),
        press(
            [escape('k')],
            Key::CursorSelect,
            "CURSOR SELECT",
            "light pen at the cursor",
        ),
        one(
            [escape('w')],
            WindowAction::Wait,
            "wait",
            "let a second pass (turn clock)",
        ),
        one(
            [escape('g')],
            WindowAction::Goal,
            "goal",
            "the goal of the task",
        ),
        one(
            [escape('e')],
            WindowAction::Answer,
            "answer",
            "enter the answer of the task",
        ),
        one(
            [escape('t')],
            WindowAction::Turn,
            "terminal",
            "turn to the task's next terminal",
        ),
        one(
            [escape('u')],
            WindowAction::Cursor,
            "cursor",
            "block or underline",
        ),
        one(
            [ctrl('l')],
            WindowAction::Redraw,
            "redraw",
            "paint the window anew",
        ),
        one(
            [escape('h'), escape('?')],
            WindowAction::Help,
            "keys",
            "this list",
        ),
        one(
            [ctrl('q'), ctrl(']')],
            WindowAction::Quit,
            "quit",
            "leave, after a question",
        ),
    ]
}

impl KeyRow {
    /// Every chord of the row with what it does.
    pub fn bindings(&self) -> impl Iterator<Item = (Chord, WindowAction)> + '_ {
        self.families
            .iter()
            .flat_map(|family| family.iter().copied().zip(self.actions.iter().copied()))
    }

    /// The chords as the help shows them, such as `F1 .. F12, Esc 1 .. Esc =`.
    pub fn keys(&self) -> String {
        let family = |family: &Vec<Chord>| match family.as_slice() {
            [first, .., last] => format!("{first} .. {last}"),
            one => one.iter().map(Chord::to_string).collect(),
        };
        self.families
            .iter()
            .map(family)
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// What a pressed key came to.
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

    /// Takes a key. Esc again is still one Esc: sent fast, a terminal's two cannot be told from one.
    pub fn press(&mut self, event: KeyEvent) -> Pressed {
        if event.kind == KeyEventKind::Release {
            return Pressed::Pending;
        }
        let chord = Chord::new(self.pending.take(), event);
        let prefix = [
            (KeyCode::Esc, PLAIN, Prefix::Escape),
            (
                KeyCode::Char('p'),
                KeyModifiers::CONTROL,
                Prefix::ProgramAccess,
            ),
        ]
        .into_iter()
        .find(|(code, modifiers, _)| (*code, *modifiers) == (chord.code, chord.modifiers));
        if let Some((.., prefix)) = prefix {
            self.pending = Some(prefix);
            return Pressed::Pending;
        }
        match (
            self.bindings.iter().find(|(bound, _)| *bound == chord),
            chord,
        ) {
            (Some((_, action)), _) => Pressed::Action(*action),
            (
                None,
                Chord {
                    prefix: None,
                    code: KeyCode::Char(character),
                    modifiers: PLAIN,
                },
            ) => Pressed::Action(WindowAction::Press(Key::Char(character))),
            _ => Pressed::Unknown,
        }
    }
}

impl Chord {
    /// The chord of an event: Alt is the Esc prefix, and a character says by itself whether Shift was held.
    fn new(pending: Option<Prefix>, event: KeyEvent) -> Chord {
        let alt = event
            .modifiers
            .contains(KeyModifiers::ALT)
            .then_some(Prefix::Escape);
        let mut modifiers = event.modifiers & (KeyModifiers::CONTROL | KeyModifiers::SHIFT);
        let mut code = event.code;
        match &mut code {
            KeyCode::Char(letter) if modifiers.contains(KeyModifiers::CONTROL) => {
                *letter = letter.to_ascii_lowercase();
                modifiers = KeyModifiers::CONTROL;
            }
            KeyCode::Char(letter) if pending.or(alt).is_some() => {
                *letter = letter.to_ascii_lowercase();
                modifiers = PLAIN;
            }
            KeyCode::Char(_) | KeyCode::BackTab => modifiers = PLAIN,
            _ => {}
        }
        // crossterm reads the bytes of Ctrl-4 to Ctrl-7 for what other keyboards call Ctrl-\ to Ctrl-_.
        if (code, modifiers) == (KeyCode::Char('5'), KeyModifiers::CONTROL) {
            code = KeyCode::Char(']');
        }
        Chord {
            prefix: pending.or(alt),
            code,
            modifiers,
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn pressed(keys: &[(KeyCode, KeyModifiers)]) -> Vec<WindowAction> {
        let mut map = Keymap::default();
        keys.iter()
            .filter_map(
                |&(code, modifiers)| match map.press(KeyEvent::new(code, modifiers)) {
                    Pressed::Action(action) => Some(action),
                    Pressed::Pending | Pressed::Unknown => None,
                },
            )
            .collect()
    }

    #[test]
    fn no_chord_is_bound_twice_and_every_row_says_what_it_does() {
        let mut seen = BTreeSet::new();
        let mut helps = BTreeSet::new();
        for row in rows() {
            assert!(
                !row.help.is_empty() && helps.insert(row.help),
                "{} has no help of its own",
                row.name
            );
            assert!(
                row.families
                    .iter()
                    .all(|family| family.len() == row.actions.len()),
                "{}: a chord without an action",
                row.name
            );
            for (chord, _) in row.bindings() {
                assert!(seen.insert(chord.to_string()), "{chord} is bound twice");
            }
        }
    }

    #[test]
    fn every_key_of_the_3270_that_has_no_parameter_can_be_pressed() {
        let bound: BTreeSet<Key> = rows()
            .iter()
            .flat_map(KeyRow::bindings)
            .filter_map(|(_, action)| match action {
                WindowAction::Press(key) => Some(key),
                _ => None,
            })
            .collect();
        let missing: Vec<Key> = Key::all().filter(|key| !bound.contains(key)).collect();
        assert_eq!(
            missing,
            [Key::Left2, Key::Right2, Key::BackSpace, Key::Insert]
        );
    }

    #[test]
    fn escape_then_a_digit_is_a_pf_key_however_fast_it_comes() {
        let slow = [(KeyCode::Esc, PLAIN), (KeyCode::Char('3'), PLAIN)];
        let fast = [(KeyCode::Char('3'), KeyModifiers::ALT)];
        let twice = [
            (KeyCode::Esc, PLAIN),
            (KeyCode::Esc, PLAIN),
            (KeyCode::Char('3'), PLAIN),
        ];
        for keys in [&slow[..], &fast, &twice] {
            assert_eq!(pressed(keys), [WindowAction::Press(Key::Pf(3))]);
        }
        assert_eq!(
            pressed(&[(KeyCode::Esc, PLAIN), (KeyCode::Char('='), PLAIN)]),
            [WindowAction::Press(Key::Pf(12))]
        );
        assert_eq!(
            pressed(&[
                (KeyCode::Esc, PLAIN),
                (KeyCode::Char('+'), KeyModifiers::SHIFT)
            ]),
            [WindowAction::Press(Key::Pf(24))]
        );
        assert_eq!(
            pressed(&[(KeyCode::F(1), KeyModifiers::SHIFT)]),
            [WindowAction::Press(Key::Pf(13))]
        );
        assert_eq!(
            pressed(&[
                (KeyCode::Char('p'), KeyModifiers::CONTROL),
                (KeyCode::Char('2'), PLAIN)
            ]),
            [WindowAction::Press(Key::Pa(2))]
        );
    }

    #[test]
    fn an_unknown_chord_does_nothing_and_the_next_key_is_itself_again() {
        assert_eq!(
            pressed(&[
                (KeyCode::Esc, PLAIN),
                (KeyCode::Char('z'), PLAIN),
                (KeyCode::Char('A'), KeyModifiers::SHIFT)
            ]),
            [WindowAction::Press(Key::Char('A'))]
        );
    }
}
