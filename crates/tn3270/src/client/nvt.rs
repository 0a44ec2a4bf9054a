//! NVT mode: a host of plain text, shown on a 3270. Its text goes through a VT100 emulator; the picture is put on
//! the terminal as an outbound, so that it is seen and recorded like any other screen. Keys are bytes, as s3270 has them.

use std::num::NonZeroU16;

use vt100::{Callbacks, Cell, Parser, Screen};

use crate::terminal::Key;
use crate::wire::attribute::AttributeType;
use crate::wire::{CodePage, Order, Outbound, Wcc};

/// The most text that is kept for a script that expects some, in bytes.
const MAX_UNREAD: usize = 4096;

/// The longest line that the operator may type, in bytes.
const MAX_LINE: usize = 1024;

/// A display of plain text, and the line that the operator types.
pub struct Nvt {
    parser: Parser<Bell>,
    rows: u16,
    columns: u16,
    line: String,
    unread: Vec<u8>,
}

#[derive(Default)]
struct Bell(bool);

impl Callbacks for Bell {
    fn audible_bell(&mut self, _: &mut Screen) {
        self.0 = true;
    }
}

impl Nvt {
    /// An empty display of this size.
    pub fn new(rows: u16, columns: u16) -> Nvt {
        let one = NonZeroU16::MIN;
        let size = |of: u16| NonZeroU16::new(of).unwrap_or(one);
        Nvt {
            parser: Parser::new_with_callbacks(size(rows), size(columns), 0, Bell::default()),
            rows,
            columns,
            line: String::new(),
            unread: Vec::new(),
        }
    }

    /// The host writes.
    pub fn write(&mut self, text: &[u8]) {
        self.parser.process(text);
        self.unread.extend_from_slice(text);
        let over = self.unread.len().saturating_sub(MAX_UNREAD);
        self.unread.drain(..over);
    }

    /// Whether the host has written this text since it was last asked for; the text up to it is then forgotten.
    pub fn expect(&mut self, text: &str) -> bool {
        let wanted = text.as_bytes();
        let found = match wanted.is_empty() {
            true => Some(0),
            false => self
                .unread
                .windows(wanted.len())
                .position(|window| window == wanted),
        };
        if let Some(at) = found {
            self.unread.drain(..at + wanted.len());
        }
        found.is_some()
    }

    /// What the host has written since it was last asked for, which is then forgotten; control characters as escapes, a line feed
    /// with the carriage return that s3270 has before it.
    pub fn take_unread(&mut self) -> String {
        let text = std::mem::take(&mut self.unread);
        let text = String::from_utf8_lossy(&text);
        text.chars().map(escaped).collect()
    }

    /// The picture as it is now, as a 3270 host would send it.
    pub fn picture(&mut self, code_page: &CodePage) -> Outbound {
        let alarm = std::mem::take(&mut self.parser.callbacks_mut().0);
        let screen = self.parser.screen();
        let mut orders = Vec::new();
        let (mut pen, mut run) = (Pen::default(), Vec::new());
        for row in 0..self.rows {
            for column in 0..self.columns {
                let cell = screen.cell(row, column);
                let next = cell.map(Pen::of).unwrap_or_default();
                if next != pen {
                    flush(&mut run, &mut orders);
                    pen.change(next, &mut orders);
                    pen = next;
                }
                let character = cell.and_then(|cell| cell.contents().chars().next());
                run.push(match character {
                    Some(character) => code_page.encode(character).unwrap_or(SUBSTITUTE),
                    None => 0,
                });
            }
        }
        flush(&mut run, &mut orders);
        let (row, column) = screen.cursor_position();
        let at = row.min(self.rows - 1) * self.columns + column.min(self.columns - 1);
        orders.extend([Order::SetBufferAddress(at), Order::InsertCursor]);
        Outbound::EraseWriteAlternate {
            wcc: Wcc {
                alarm,
                ..Wcc::RESTORE
            },
            orders,
        }
    }

    /// What a key sends to a host that echoes it, as s3270 has it; nothing if there is no byte for it.
    fn bytes(key: Key) -> Vec<u8> {
        match key {
            Key::Char(character) => character.to_string().into_bytes(),
            Key::Enter => b"\r\0".to_vec(),
            Key::Newline => b"\n".to_vec(),
            Key::Tab => b"\t".to_vec(),
            Key::BackSpace | Key::Erase => b"\x08".to_vec(),
            Key::Delete => b"\x7f".to_vec(),
            Key::DeleteWord => b"\x17".to_vec(),
            Key::DeleteField => b"\x15".to_vec(),
            Key::Up => b"\x1b[A".to_vec(),
            Key::Down => b"\x1b[B".to_vec(),
            Key::Right => b"\x1b[C".to_vec(),
            Key::Left => b"\x1b[D".to_vec(),
            Key::Home => b"\x1b[H".to_vec(),
            Key::Clear => b"\x1b[2K".to_vec(),
            Key::Pf(number) => program_function(number).into_bytes(),
            Key::Pa(number) => program_function(number).into_bytes(),
            Key::Reset | Key::Insert | Key::ToggleInsert | Key::Attn | Key::SysReq => Vec::new(),
            Key::BackTab | Key::Left2 | Key::Right2 | Key::NextWord => Vec::new(),
            Key::PreviousWord | Key::FieldEnd | Key::MoveCursor(_) => Vec::new(),
            Key::EraseEof | Key::EraseInput | Key::Dup | Key::FieldMark => Vec::new(),
            Key::CursorSelect => Vec::new(),
        }
    }

    /// Presses a key: gives what is to be sent. With `lines`, a line is edited and echoed here, and sent when it ends.
    pub fn press(&mut self, key: Key, lines: bool) -> Vec<u8> {
        if !lines {
            return Nvt::bytes(key);
        }
        match key {
            Key::Enter | Key::Newline => {
                self.parser.process(b"\r\n");
                let mut line = std::mem::take(&mut self.line).into_bytes();
                line.extend(b"\r\n");
                return line;
            }
            Key::BackSpace | Key::Erase => self.rub_out(1),
            Key::DeleteField => self.rub_out(usize::MAX),
            Key::DeleteWord => {
                let kept = self.line.trim_end();
                let word = kept.rfind(' ').map_or(0, |blank| blank + 1);
                self.rub_out(self.line[word..].chars().count());
            }
            Key::Delete => {}
            key => {
                let text = String::from_utf8(Nvt::bytes(key)).unwrap_or_default();
                if self.line.len() + text.len() <= MAX_LINE {
                    text.chars().for_each(|character| self.echo(character));
                    self.line.push_str(&text);
                }
            }
        }
        Vec::new()
    }

    fn echo(&mut self, character: char) {
        match caret(character) {
            Some(letter) => self.parser.process(&[b'^', letter]),
            None => self.parser.process(character.to_string().as_bytes()),
        }
    }

    fn rub_out(&mut self, most: usize) {
        for _ in 0..most.min(self.line.chars().count()) {
            let width = match self.line.pop().and_then(caret) {
                Some(_) => 2,
                None => 1,
            };
            self.parser.process(b"\x08 \x08".repeat(width).as_slice());
        }
    }
}

/// SUB, which shows as a blank.
const SUBSTITUTE: u8 = 0x3F;

/// The letter after the caret by which a control character is shown.
fn caret(character: char) -> Option<u8> {
    let code = u8::try_from(character).ok().filter(u8::is_ascii_control)?;
    Some(code ^ 0x40)
}

/// PF and PA keys as the VT220's.
fn program_function(number: u8) -> String {
    const FROM_FIVE: [u8; 20] = [
        15, 17, 18, 19, 20, 21, 23, 24, 25, 26, 28, 29, 31, 32, 33, 34, 35, 36, 37, 38,
    ];
    match number {
        1..=4 => format!("\x1bO{}", char::from(b'O' + number)),
        _ => match FROM_FIVE.get(usize::from(number).wrapping_sub(5)) {
            Some(code) => format!("\x1b[{code}~"),
            None => String::new(),
        },
    }
}

/// How characters look, as 3270 attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Pen {
    foreground: u8,
    background: u8,
    highlighting: u8,
}

impl Pen {
    fn of(cell: &Cell) -> Pen {
        Pen {
            foreground: color(cell.fgcolor()),
            background: color(cell.bgcolor()),
            highlighting: match (cell.inverse(), cell.underline(), cell.bold()) {
                (true, ..) => 0xF2,
                (_, true, _) => 0xF4,
                (.., true) => 0xF8,
                _ => 0x00,
            },
        }
    }

    fn change(self, to: Pen, orders: &mut Vec<Order>) {
        let pairs = [
            (AttributeType::Foreground, self.foreground, to.foreground),
            (AttributeType::Background, self.background, to.background),
            (
                AttributeType::Highlighting,
                self.highlighting,
                to.highlighting,
            ),
        ];
        for (kind, from, to) in pairs {
            if from != to {
                orders.push(Order::SetAttribute(kind, to));
            }
        }
    }
}

fn escaped(character: char) -> String {
    match character {
        '\n' => "\\r\\n".into(),
        '\r' => "\\r".into(),
        '\x08' => "\\b".into(),
        '\\' => "\\\\".into(),
        '\0'..' ' => format!("\\{:03o}", u32::from(character)),
        _ => character.into(),
    }
}

fn flush(run: &mut Vec<u8>, orders: &mut Vec<Order>) {
    if !run.is_empty() {
        orders.push(Order::Data(std::mem::take(run).into()));
    }
}

/// The 3270 colour of one of the eight, in either brightness.
fn color(color: vt100::Color) -> u8 {
    const EIGHT: [u8; 8] = [0xF8, 0xF2, 0xF4, 0xF6, 0xF1, 0xF3, 0xF5, 0xF7];
    match color {
        vt100::Color::Idx(index @ 0..16) => EIGHT[usize::from(index % 8)],
        _ => 0x00,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::{Terminal, TerminalOptions};

    fn shown(nvt: &mut Nvt) -> Terminal {
        let mut terminal = Terminal::new(TerminalOptions::default());
        terminal.apply(&nvt.picture(CodePage::CP037));
        terminal
    }

    #[test]
    fn text_is_shown_with_its_cursor_and_the_keyboard_unlocked() {
        let mut nvt = Nvt::new(24, 80);
        nvt.write(b"Welcome to \x1b[31mRIVER\x1b[0m\x07\r\nlogin: ");
        let terminal = shown(&mut nvt);
        assert_eq!(terminal.row_text(0).trim_end(), "Welcome to RIVER");
        assert_eq!((terminal.cursor(), terminal.lock()), (87, None));
        assert!(terminal.oia().alarm);
        assert_eq!(terminal.look(11).fg, crate::wire::Color::Red);
        assert!(!shown(&mut nvt).oia().alarm);
    }

    #[test]
    fn a_line_is_edited_here_and_sent_at_its_end() {
        let mut nvt = Nvt::new(24, 80);
        let mut sent = Vec::new();
        for key in
            Key::parse_line("one twx<backspace>o<deleteword>thr<tab><erase>ee<pf1><enter>").unwrap()
        {
            sent.extend(nvt.press(key, true));
        }
        assert_eq!(sent, b"one three\x1bOP\r\n");
        assert_eq!(shown(&mut nvt).row_text(0).trim_end(), "one three^[OP");
    }

    #[test]
    fn a_host_that_echoes_gets_each_key() {
        let mut nvt = Nvt::new(24, 80);
        let mut sent = Vec::new();
        for key in Key::parse_line("a<enter><up><pf2><pf12><pf24><clear><deletefield>").unwrap() {
            sent.extend(nvt.press(key, false));
        }
        assert_eq!(sent, b"a\r\0\x1b[A\x1bOQ\x1b[24~\x1b[38~\x1b[2K\x15");
    }

    #[test]
    fn what_was_expected_is_forgotten_up_to_it() {
        let mut nvt = Nvt::new(24, 80);
        nvt.write(&[b'x'; 10_000]);
        nvt.write(b"user: pass: ");
        assert!(nvt.expect("user:") && !nvt.expect("user:") && nvt.expect("pass"));
        nvt.write(b"\\\r\n\t\x1b\x08x");
        assert_eq!(nvt.take_unread(), r": \\\r\r\n\011\033\bx");
        assert_eq!(nvt.take_unread(), "");
    }
}
