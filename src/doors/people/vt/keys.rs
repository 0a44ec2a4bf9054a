//! What a VT or xterm sends when a key is pressed, as keys of a 3270. Pure: bytes in, [`VtKey`]s out.
//!
//! The keys are those of `bigiron play`, with two additions for what comes over a wire: a line feed is ENTER, as carriage return
//! is and the two together are, and NEWLINE is Esc n.

use tn3270::terminal::Key;

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VtKey {
    /// Presses a key of the 3270.
    Key(Key),
    /// Lets a second pass (turn clock).
    Wait,
    /// Opens the line for the answer of the task.
    Answer,
    /// Turns to the next terminal of the task.
    Turn,
    /// Paints the window anew.
    Redraw,
    /// Ends the session.
    Quit,
}

/// The longest control sequence that is kept; what is longer is no key.
const MAX_SEQUENCE: usize = 16;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum State {
    #[default]
    Ground,
    /// After a carriage return, whose line feed or NUL is part of it.
    Return,
    /// After Esc, which Alt is too.
    Escape,
    /// After Esc O.
    Single,
    /// After Esc [, with what came since.
    Sequence(Vec<u8>),
    /// After Ctrl-P.
    ProgramAccess,
    /// Within a character of more than one byte.
    Character(Vec<u8>),
}

/// Reads strokes, however the bytes are cut.
#[derive(Debug, Clone, Default)]
pub struct VtKeyDecoder {
    state: State,
}

impl VtKeyDecoder {
    /// Reads the next bytes and appends what was pressed. Bytes that are no key are passed over.
    pub fn feed(&mut self, bytes: &[u8], strokes: &mut Vec<VtKey>) {
        for &byte in bytes {
            strokes.extend(self.byte(byte));
        }
    }

    fn byte(&mut self, byte: u8) -> Option<VtKey> {
        match (std::mem::take(&mut self.state), byte) {
            (State::Return, b'\n' | 0) => None,
            (State::Ground | State::Return, _) => self.ground(byte),
            // Sent fast, two look like one.
            (State::Escape, 0x1B) => self.go(State::Escape),
            (State::Escape, b'[') => self.go(State::Sequence(Vec::new())),
            (State::Escape, b'O') => self.go(State::Single),
            (State::Escape, _) => escape(byte),
            (State::Single, _) => single(byte),
            (State::Sequence(kept), _) => self.sequence(kept, byte),
            (State::ProgramAccess, b'1'..=b'3') => Some(VtKey::Key(Key::Pa(byte - b'0'))),
            (State::ProgramAccess, _) => None,
            (State::Character(kept), _) => self.character(kept, byte),
        }
    }

    fn go(&mut self, state: State) -> Option<VtKey> {
        self.state = state;
        None
    }

    fn ground(&mut self, byte: u8) -> Option<VtKey> {
        match byte {
            b'\r' => {
                self.state = State::Return;
                Some(VtKey::Key(Key::Enter))
            }
            0x1B => self.go(State::Escape),
            0x10 => self.go(State::ProgramAccess),
            0x00..=0x1F | 0x7F => control(byte),
            0x20..=0x7E => Some(VtKey::Key(Key::Char(char::from(byte)))),
            0xC2..=0xF4 => self.go(State::Character(vec![byte])),
            _ => None,
        }
    }

    fn character(&mut self, mut kept: Vec<u8>, byte: u8) -> Option<VtKey> {
        if !(0x80..=0xBF).contains(&byte) {
            // The character is broken off; this byte begins something else.
            return self.byte(byte);
        }
        kept.push(byte);
        let length = match kept.first() {
            Some(0xF0..) => 4,
            Some(0xE0..) => 3,
            _ => 2,
        };
        if kept.len() < length {
            return self.go(State::Character(kept));
        }
        let text = std::str::from_utf8(&kept).ok()?;
        text.chars()
            .next()
            .map(|character| VtKey::Key(Key::Char(character)))
    }

    fn sequence(&mut self, mut kept: Vec<u8>, byte: u8) -> Option<VtKey> {
        match byte {
            // The console of Linux says Esc [ [ A for F1.
            b'[' if kept.is_empty() => {
                kept.push(byte);
                self.go(State::Sequence(kept))
            }
            0x40..=0x7E => sequence(&kept, byte),
            0x20..=0x3F if kept.len() < MAX_SEQUENCE => {
                kept.push(byte);
                self.go(State::Sequence(kept))
            }
            _ => None,
        }
    }
}

fn key(key: Key) -> Option<VtKey> {
    Some(VtKey::Key(key))
}

fn control(byte: u8) -> Option<VtKey> {
    let letter = char::from(byte | 0x60);
    match (byte, letter) {
        (b'\n', _) => key(Key::Enter),
        (b'\t', _) => key(Key::Tab),
        (0x7F, _) | (_, 'h') => key(Key::Erase),
        (0x1D, _) | (_, 'q') => Some(VtKey::Quit),
        (_, 'l') => Some(VtKey::Redraw),
        (_, 'a') => key(Key::Attn),
        (_, 'c') => key(Key::Clear),
        (_, 'd') => key(Key::Dup),
        (_, 'e') => key(Key::FieldEnd),
        (_, 'f') => key(Key::FieldMark),
        (_, 'k') => key(Key::EraseEof),
        (_, 'r') => key(Key::Reset),
        (_, 'u') => key(Key::DeleteField),
        (_, 'w') => key(Key::DeleteWord),
        _ => None,
    }
}

fn escape(byte: u8) -> Option<VtKey> {
    let pf = |row: &str| row.bytes().position(|known| known == byte);
    if let Some(n) = pf("1234567890-=!@#$%^&*()_+") {
        return key(Key::Pf(n as u8 + 1));
    }
    match byte {
        b'a' => key(Key::Attn),
        b'c' => key(Key::Clear),
        b'e' => Some(VtKey::Answer),
        b'i' => key(Key::ToggleInsert),
        b'k' => key(Key::CursorSelect),
        b'n' => key(Key::Newline),
        b'r' => key(Key::Reset),
        b's' => key(Key::SysReq),
        b't' => Some(VtKey::Turn),
        b'w' => Some(VtKey::Wait),
        b'x' => key(Key::EraseInput),
        _ => None,
    }
}

/// Esc O and a letter.
fn single(byte: u8) -> Option<VtKey> {
    match byte {
        b'P'..=b'S' => key(Key::Pf(byte - b'P' + 1)),
        b'M' => key(Key::Enter),
        b'I' => key(Key::Tab),
        _ => arrow(byte, 1),
    }
}

/// The keys that end in a letter, with the modifier of xterm: 1 none, 2 Shift, 5 Ctrl.
fn arrow(byte: u8, modifier: u32) -> Option<VtKey> {
    key(match (byte, modifier) {
        (b'C', 5) => Key::NextWord,
        (b'D', 5) => Key::PreviousWord,
        (b'A', _) => Key::Up,
        (b'B', _) => Key::Down,
        (b'C', _) => Key::Right,
        (b'D', _) => Key::Left,
        (b'H', _) => Key::Home,
        (b'F', _) => Key::EraseEof,
        (b'Z', _) => Key::BackTab,
        (b'P'..=b'S', 2) => Key::Pf(byte - b'P' + 13),
        (b'P'..=b'S', _) => Key::Pf(byte - b'P' + 1),
        _ => return None,
    })
}

/// The numbers of F1 to F20 in `Esc [ n ~`.
const FUNCTIONS: [u32; 20] = [
    11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24, 25, 26, 28, 29, 31, 32, 33, 34,
];

/// Esc [, what stood in between, and the last byte.
fn sequence(kept: &[u8], last: u8) -> Option<VtKey> {
    if kept == b"[" {
        return matches!(last, b'A'..=b'E').then(|| VtKey::Key(Key::Pf(last - b'A' + 1)));
    }
    let text = std::str::from_utf8(kept).ok()?;
    let mut numbers = text
        .split(';')
        .map(|number| number.parse::<u32>().unwrap_or(1));
    let (first, modifier) = (numbers.next().unwrap_or(1), numbers.next().unwrap_or(1));
    if last != b'~' {
        return arrow(last, modifier);
    }
    if let Some(n) = FUNCTIONS.iter().position(|number| *number == first) {
        let n = n as u8 + if modifier == 2 { 13 } else { 1 };
        return (n <= 24).then_some(VtKey::Key(Key::Pf(n)));
    }
    match first {
        1 | 7 => key(Key::Home),
        4 | 8 => key(Key::EraseEof),
        2 => key(Key::ToggleInsert),
        3 => key(Key::Delete),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The keys as a line of names.
    fn pressed(bytes: &[u8]) -> String {
        let mut strokes = Vec::new();
        VtKeyDecoder::default().feed(bytes, &mut strokes);
        let names = strokes.iter().map(|stroke| match stroke {
            VtKey::Key(key) => key.to_string(),
            other => format!("[{other:?}]"),
        });
        names.collect()
    }

    #[test]
    fn text_enter_and_tab_are_themselves() {
        assert_eq!(pressed(b"SMITH\tJOHN\r"), "SMITH<tab>JOHN<enter>");
        assert_eq!(
            pressed(b"a\r\nb\r\0c\nd\r\r"),
            "a<enter>b<enter>c<enter>d<enter><enter>"
        );
        assert_eq!(pressed("é€".as_bytes()), "é€");
    }

    #[test]
    fn function_keys_of_every_terminal_are_pf_keys() {
        assert_eq!(
            pressed(b"\x1bOP\x1b[11~\x1b[[A\x1b[1P"),
            "<pf1><pf1><pf1><pf1>"
        );
        assert_eq!(pressed(b"\x1b[15~\x1b[24~\x1b[25~"), "<pf5><pf12><pf13>");
        assert_eq!(
            pressed(b"\x1b[1;2P\x1b[15;2~\x1b[24;2~"),
            "<pf13><pf17><pf24>"
        );
        assert_eq!(
            pressed(b"\x1b3\x1b0\x1b=\x1b!\x1b+"),
            "<pf3><pf10><pf12><pf13><pf24>"
        );
    }

    #[test]
    fn the_rest_of_the_keyboard() {
        assert_eq!(
            pressed(b"\x1b[A\x1bOB\x1b[C\x1b[D\x1b[1;5C\x1b[1;5D"),
            "<up><down><right><left><nextword><previousword>"
        );
        assert_eq!(
            pressed(b"\x1b[Z\x1b[H\x1b[1~\x1b[F\x1b[4~"),
            "<backtab><home><home><eraseeof><eraseeof>"
        );
        assert_eq!(
            pressed(b"\x1b[2~\x1b[3~\x7f\x08"),
            "<toggleinsert><delete><erase><erase>"
        );
        assert_eq!(
            pressed(b"\x03\x12\x10\x31\x10\x33\x1bn\x1bs"),
            "<clear><reset><pa1><pa3><newline><sysreq>"
        );
        assert_eq!(
            pressed(b"\x1bw\x1be\x1bt\x0c\x1d\x11"),
            "[Wait][Answer][Turn][Redraw][Quit][Quit]"
        );
    }

    proptest! {
        #[test]
        fn however_bytes_are_cut_the_keys_are_the_same(bytes: Vec<u8>, at in 0..64usize) {
            let mut whole = Vec::new();
            VtKeyDecoder::default().feed(&bytes, &mut whole);
            let (mut cut, mut strokes) = (Vec::new(), VtKeyDecoder::default());
            let (head, tail) = bytes.split_at(at.min(bytes.len()));
            strokes.feed(head, &mut cut);
            tail.iter().for_each(|byte| strokes.feed(&[*byte], &mut cut));
            prop_assert_eq!(whole, cut);
        }
    }
}
