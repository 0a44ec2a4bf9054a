//! What the doors with a window share: chords as a keyboard sends them, and a screen that is drawn in its own time.

use std::num::NonZero;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bigiron::terminal::Key;

use super::{PATIENCE, Turn};
use crate::equivalence::cases::Case;

pub const ROWS: u16 = 28;
pub const COLUMNS: u16 = 80;

/// What lets a second pass under the turn clock.
const WAIT: &str = "\x1bw";

/// What a keyboard sends for the chord of a key, if there is one.
pub fn chord(key: Key) -> Option<String> {
    let nth = |keys: &str, n: u8| {
        keys.chars()
            .nth(usize::from(n))
            .map(|key| format!("\x1b{key}"))
    };
    Some(match key {
        Key::Char(character) => character.to_string(),
        Key::Enter => "\r".into(),
        Key::Pf(n @ 1..=12) => nth("1234567890-=", n - 1)?,
        Key::Pf(n @ 13..=24) => nth("!@#$%^&*()_+", n - 13)?,
        Key::Pa(n) => format!("\x10{n}"),
        Key::Clear => "\x03".into(),
        Key::Reset => "\x12".into(),
        Key::Attn => "\x01".into(),
        Key::Tab => "\t".into(),
        Key::BackTab => "\x1b[Z".into(),
        Key::Newline => "\n".into(),
        Key::Home => "\x1b[H".into(),
        Key::Up => "\x1b[A".into(),
        Key::Down => "\x1b[B".into(),
        Key::Right => "\x1b[C".into(),
        Key::Left => "\x1b[D".into(),
        Key::PreviousWord => "\x1b[1;5D".into(),
        Key::NextWord => "\x1b[1;5C".into(),
        Key::FieldEnd => "\x05".into(),
        Key::EraseEof => "\x0b".into(),
        Key::EraseInput => "\x1bx".into(),
        Key::DeleteField => "\x15".into(),
        Key::DeleteWord => "\x17".into(),
        Key::Erase => "\x7f".into(),
        Key::Delete => "\x1b[3~".into(),
        Key::ToggleInsert => "\x1bi".into(),
        Key::Dup => "\x04".into(),
        Key::FieldMark => "\x06".into(),
        Key::CursorSelect => "\x1bk".into(),
        Key::SysReq => "\x1bs".into(),
        Key::Left2 | Key::Right2 | Key::BackSpace | Key::Insert | Key::MoveCursor(_) => {
            return None;
        }
        Key::Pf(_) => return None,
    })
}

/// Whether every key has a chord, and every wait is one of whole seconds.
pub fn can_say(case: &Case) -> bool {
    let keys = |turn: &Turn| turn.by_hand.iter().all(|key| chord(*key).is_some());
    case.turns
        .iter()
        .all(|turn| keys(turn) && turn.wait % 1000 == 0)
}

/// The chords of a turn.
pub fn strokes(turn: &Turn) -> String {
    let keys: String = turn.by_hand.iter().filter_map(|key| chord(*key)).collect();
    keys + &WAIT.repeat(usize::try_from(turn.wait / 1000).unwrap())
}

/// A screen that another thread draws on.
#[derive(Clone)]
pub struct Screen(Arc<Mutex<vt100::Parser>>);

impl Screen {
    pub fn new() -> Screen {
        let cells = |count| NonZero::new(count).unwrap();
        let parser = vt100::Parser::new(cells(ROWS), cells(COLUMNS), 0);
        Screen(Arc::new(Mutex::new(parser)))
    }

    pub fn draw(&self, bytes: &[u8]) {
        self.0.lock().unwrap().process(bytes);
    }

    pub fn text(&self) -> String {
        self.0.lock().unwrap().screen().contents()
    }

    pub fn until(&self, part: &str) {
        self.until_one([part]);
    }

    /// Waits until the screen shows one of these; gives which.
    pub fn until_one<const N: usize>(&self, parts: [&str; N]) -> usize {
        let begun = Instant::now();
        loop {
            let text = self.text();
            if let Some(which) = parts.iter().position(|part| text.contains(part)) {
                return which;
            }
            assert!(begun.elapsed() < PATIENCE, "none of {parts:?} in:\n{text}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until the screen shows these rows.
    pub fn until_rows(&self, expected: &[String]) {
        let expected: Vec<&str> = expected.iter().map(|row| row.trim_end()).collect();
        let begun = Instant::now();
        loop {
            let text = self.text();
            let rows = text.lines().map(str::trim_end).chain(std::iter::repeat(""));
            if rows.take(expected.len()).eq(expected.iter().copied()) {
                return;
            }
            let expected = expected.join("\n");
            assert!(
                begun.elapsed() < PATIENCE,
                "the window shows\n{text}\nand not\n{expected}"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}
