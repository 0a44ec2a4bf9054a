//! The table of keys: which chords do what, under which name.

use super::WindowAction;
use super::chord::{Chord, Prefix};
use ratatui::crossterm::event::{KeyCode, KeyModifiers};
use tn3270::terminal::Key;

/// One row of the table: chords, and what each of them does.
#[derive(Debug, Clone)]
pub struct KeyRow {
    /// Alternatives; the n-th chord of each does the n-th action.
    pub(super) families: Vec<Vec<Chord>>,
    pub(super) actions: Vec<WindowAction>,
    /// The name of the key on a 3270, or that of the program's own function.
    pub name: &'static str,
    /// What it does, in a few words.
    pub help: &'static str,
}

impl KeyRow {
    /// Each chord of the row with what it does.
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
        let families = self.families.iter().map(family);
        families.collect::<Vec<_>>().join(", ")
    }

    /// A row of one action.
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
}

/// The table, in the order of the help.
pub fn rows() -> Vec<KeyRow> {
    [function_keys(), terminal_keys(), window_keys()].concat()
}

/// ENTER, PF and PA keys.
fn function_keys() -> Vec<KeyRow> {
    let enter = Chord::plain(KeyCode::Enter);
    let program_access = "123"
        .chars()
        .map(|n| Chord::behind(Prefix::ProgramAccess, n));
    vec![
        KeyRow::one(
            [enter],
            WindowAction::Press(Key::Enter),
            "ENTER",
            "send the screen",
        ),
        KeyRow {
            families: vec![functions(KeyModifiers::NONE, 1), escapes("1234567890-=")],
            actions: pfs(1),
            name: "PF1 to PF12",
            help: "function keys",
        },
        KeyRow {
            families: vec![
                functions(KeyModifiers::SHIFT, 1),
                functions(KeyModifiers::NONE, 13),
                escapes("!@#$%^&*()_+"),
            ],
            actions: pfs(13),
            name: "PF13 to PF24",
            help: "more function keys",
        },
        KeyRow {
            families: vec![program_access.collect()],
            actions: (1..=3).map(|n| WindowAction::Press(Key::Pa(n))).collect(),
            name: "PA1 to PA3",
            help: "attention without data",
        },
    ]
}

/// Twelve function keys.
fn functions(modifiers: KeyModifiers, from: u8) -> Vec<Chord> {
    let codes = (from..from + 12).map(KeyCode::F);
    codes.map(|code| Chord::modified(modifiers, code)).collect()
}

/// Esc and one of these characters.
fn escapes(characters: &str) -> Vec<Chord> {
    let characters = characters.chars();
    characters
        .map(|character| Chord::behind(Prefix::Escape, character))
        .collect()
}

/// Twelve PF keys.
fn pfs(from: u8) -> Vec<WindowAction> {
    let numbers = from..from + 12;
    numbers.map(|n| WindowAction::Press(Key::Pf(n))).collect()
}

const fn esc(character: char) -> Chord {
    Chord::behind(Prefix::Escape, character)
}

const fn with_ctrl(code: KeyCode) -> Chord {
    Chord::modified(KeyModifiers::CONTROL, code)
}

const fn with_shift(code: KeyCode) -> Chord {
    Chord::modified(KeyModifiers::SHIFT, code)
}

/// The other keys of the 3270.
#[rustfmt::skip]
fn terminal_keys() -> Vec<KeyRow> {
    use KeyCode::{Backspace, BackTab, Delete, Down, End, Enter, Home, Insert, Left, Right, Tab, Up};
    let ctrl = Chord::ctrl;
    let plain = Chord::plain;
    fn key<const N: usize>(chords: [Chord; N], key: Key, name: &'static str, help: &'static str) -> KeyRow {
        KeyRow::one(chords, WindowAction::Press(key), name, help)
    }
    vec![
        key([ctrl('c'), esc('c')], Key::Clear, "CLEAR", "clear the screen and send CLEAR"),
        key([ctrl('r'), esc('r')], Key::Reset, "RESET", "unlock, leave insert mode"),
        key([ctrl('a'), esc('a')], Key::Attn, "ATTN", "attention"),
        key([esc('s')], Key::SysReq, "SYSREQ", "system request"),
        key([plain(Tab)], Key::Tab, "TAB", "next input field"),
        key([plain(BackTab)], Key::BackTab, "BACKTAB", "previous input field"),
        key([ctrl('j'), with_shift(Enter)], Key::Newline, "NEWLINE", "first input field of a lower line"),
        key([plain(Home)], Key::Home, "HOME", "first input field"),
        key([plain(Up)], Key::Up, "UP", "cursor up"),
        key([plain(Down)], Key::Down, "DOWN", "cursor down"),
        key([plain(Left)], Key::Left, "LEFT", "cursor left"),
        key([plain(Right)], Key::Right, "RIGHT", "cursor right"),
        key([with_ctrl(Left)], Key::PreviousWord, "PREVIOUS WORD", "word to the left"),
        key([with_ctrl(Right)], Key::NextWord, "NEXT WORD", "word to the right"),
        key([ctrl('e')], Key::FieldEnd, "FIELD END", "after the field's last character"),
        key([plain(End), ctrl('k')], Key::EraseEof, "ERASE EOF", "erase to the end of the field"),
        key([esc('x')], Key::EraseInput, "ERASE INPUT", "erase every input field"),
        key([ctrl('u')], Key::DeleteField, "DELETE FIELD", "erase this field"),
        key([ctrl('w')], Key::DeleteWord, "DELETE WORD", "erase the word to the left"),
        key([plain(Backspace), ctrl('h')], Key::Erase, "ERASE", "delete to the left"),
        key([plain(Delete)], Key::Delete, "DELETE", "delete at the cursor"),
        key([plain(Insert), esc('i')], Key::ToggleInsert, "INSERT", "insert mode on and off"),
        key([ctrl('d')], Key::Dup, "DUP", "duplicate mark, then next field"),
        key([ctrl('f')], Key::FieldMark, "FIELD MARK", "field mark"),
        key([esc('k')], Key::CursorSelect, "CURSOR SELECT", "light pen at the cursor"),
    ]
}

/// The program's own keys.
#[rustfmt::skip]
fn window_keys() -> Vec<KeyRow> {
    use WindowAction::{Answer, Cursor, Goal, Help, Quit, Redraw, Turn, Wait};
    let ctrl = Chord::ctrl;
    vec![
        KeyRow::one([esc('w')], Wait, "wait", "let a second pass (turn clock)"),
        KeyRow::one([esc('g')], Goal, "goal", "the goal of the task"),
        KeyRow::one([esc('e')], Answer, "answer", "enter the answer of the task"),
        KeyRow::one([esc('t')], Turn, "terminal", "next terminal of the task"),
        KeyRow::one([esc('u')], Cursor, "cursor", "cursor as block or underline"),
        KeyRow::one([ctrl('l')], Redraw, "redraw", "repaint the window"),
        KeyRow::one([esc('h'), esc('?')], Help, "keys", "this list"),
        KeyRow::one([ctrl('q'), ctrl(']')], Quit, "quit", "leave, after confirmation"),
    ]
}
