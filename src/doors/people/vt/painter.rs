//! A terminal's screen as ANSI sequences: only what changed since the last time. Pure: a [`Terminal`] in, bytes out.

use std::fmt::Write;

use super::notes::Notes;
use super::window::ClientWindow;
use tn3270::terminal::{Look, Terminal, phrase};
use tn3270::wire::{Address, Color, Highlight, Intensity};

/// How a character looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Style {
    /// Foreground and background; none in a window without colours.
    colors: Option<(Color, Color)>,
    bold: bool,
    underline: bool,
    blink: bool,
    reverse: bool,
}

impl Style {
    /// Whether a blank in it shows nothing but the window's own ground.
    fn is_ground(self) -> bool {
        let background = self.colors.map(|(_, background)| background);
        !self.underline && !self.reverse && background.is_none_or(is_ground)
    }
}

/// Whether a background is the window's own.
fn is_ground(background: Color) -> bool {
    matches!(
        background,
        Color::Default | Color::Black | Color::NeutralBlack
    )
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Glyph {
    ch: char,
    style: Style,
}

const BLANK: Glyph = Glyph {
    ch: ' ',
    style: Style {
        colors: None,
        bold: false,
        underline: false,
        blink: false,
        reverse: false,
    },
};

/// Knows what a client's window shows.
#[derive(Debug, Clone, Default)]
pub struct VtPainter {
    window: ClientWindow,
    /// What is shown, row after row; empty if nothing is known of it.
    shown: Vec<Glyph>,
    alarm: bool,
}

impl VtPainter {
    /// The window has another size, or other colours.
    pub fn resize(&mut self, window: ClientWindow) {
        self.window = window;
        self.forget();
    }

    /// The window.
    pub fn window(&self) -> ClientWindow {
        self.window
    }

    /// What is shown is not known any more: the next painting is of everything.
    pub fn forget(&mut self) {
        self.shown.clear();
    }

    /// What makes the window show the terminal, with its operator information area in the last row: beneath the screen, or, in a
    /// window no higher than the screen, over its last row while the keyboard is locked or that row is blank. Notes stand round
    /// both.
    pub fn paint(&mut self, terminal: &Terminal, notes: &Notes) -> Vec<u8> {
        let (next, cursor) = frame(terminal, self.window, notes);
        let mut text = String::new();
        if self.shown.is_empty() {
            text.push_str("\x1b[0m\x1b[2J");
            self.shown = vec![BLANK; next.len()];
        }
        let changed = self.changes(&next, &mut text);
        let alarm = terminal.oia().alarm;
        if alarm && !self.alarm {
            text.push('\x07');
        }
        self.alarm = alarm;
        if changed || !text.is_empty() {
            text.push_str("\x1b[0m");
        }
        self.shown = next;
        at(cursor, &mut text);
        text.into_bytes()
    }

    /// Writes the phrases that differ; gives whether there are any. Whole phrases, in one piece, so that a program that watches
    /// the bytes finds them.
    fn changes(&self, next: &[Glyph], text: &mut String) -> bool {
        let columns = usize::from(self.window.columns).max(1);
        let rows = self.shown.chunks(columns).zip(next.chunks(columns));
        let (mut style, mut pen) = (None, None);
        for (row, (old, new)) in rows.enumerate() {
            let mut column = 0;
            while let Some(rest) = new.get(column..).filter(|rest| !rest.is_empty()) {
                let length = phrase(rest, |glyph| glyph.ch == ' ');
                let phrase = rest.get(..length).unwrap_or_default();
                if old.get(column..column + length) != Some(phrase) {
                    if pen != Some((row, column)) {
                        at((row as u16, column as u16), text);
                    }
                    pen = Some((row, column + length));
                    for glyph in phrase {
                        let shows_alike = *glyph == BLANK && style.is_some_and(Style::is_ground);
                        if style != Some(glyph.style) && !shows_alike {
                            select(glyph.style, text);
                            style = Some(glyph.style);
                        }
                        text.push(glyph.ch);
                    }
                }
                column += length;
            }
        }
        style.is_some()
    }
}

/// Puts the pen at a row and column, from 0. Writing to a string cannot fail.
fn at((row, column): (u16, u16), text: &mut String) {
    let _ = write!(text, "\x1b[{};{}H", row + 1, column + 1);
}

/// Selects a style, whatever was selected.
fn select(style: Style, text: &mut String) {
    text.push_str("\x1b[0");
    let marks = [
        (style.bold, 1),
        (style.underline, 4),
        (style.blink, 5),
        (style.reverse, 7),
    ];
    for (_, number) in marks.iter().filter(|(on, _)| *on) {
        let _ = write!(text, ";{number}");
    }
    if let Some((fg, bg)) = style.colors {
        text.push_str(&color(fg, 38));
        if !is_ground(bg) {
            text.push_str(&color(bg, 48));
        }
    }
    text.push('m');
}

/// The parameters of a colour; `base` is 38 for the foreground, 48 for the background. The eight of a 3279 are the bright ones of
/// the common palette, the others are said by value.
fn color(hue: Color, base: u8) -> String {
    let bright = |n: u8| format!(";{}", base + 52 + n);
    let value = |r: u8, g: u8, b: u8| format!(";{base};2;{r};{g};{b}");
    match hue {
        Color::NeutralBlack | Color::Black => format!(";{}", base - 8),
        Color::Red => bright(1),
        Color::Default | Color::Green => bright(2),
        Color::Yellow => bright(3),
        Color::Blue => bright(4),
        Color::Pink => bright(5),
        Color::Turquoise => bright(6),
        Color::White | Color::BrightWhite => bright(7),
        Color::DeepBlue => value(0, 0, 205),
        Color::Orange => value(255, 165, 0),
        Color::Purple => value(160, 32, 240),
        Color::PaleGreen => value(152, 251, 152),
        Color::PaleTurquoise => value(175, 238, 238),
        Color::Grey => value(190, 190, 190),
    }
}

/// What shows of a position. A blank that shows nothing but the window's own ground is every other such blank's like.
fn glyph(look: &Look, window: ClientWindow) -> Glyph {
    let style = style(look, window);
    match look.ch {
        ' ' if is_ground(look.bg) && !style.underline && !style.reverse => BLANK,
        ch => Glyph { ch, style },
    }
}

fn style(look: &Look, window: ClientWindow) -> Style {
    let is = |highlight| !look.hidden && look.highlight == highlight;
    Style {
        colors: window.color.then_some((look.fg, look.bg)),
        bold: is(Highlight::Intensify) || !window.color && look.intensity == Intensity::High,
        underline: is(Highlight::Underscore),
        blink: is(Highlight::Blink),
        reverse: is(Highlight::Reverse),
    }
}

/// The cells of a window, row after row.
struct Cells {
    glyphs: Vec<Glyph>,
    window: ClientWindow,
}

impl Cells {
    fn put(&mut self, row: u16, column: u16, glyph: Glyph) {
        let place = usize::from(row) * usize::from(self.window.columns) + usize::from(column);
        if column < self.window.columns
            && let Some(slot) = self.glyphs.get_mut(place)
        {
            *slot = glyph;
        }
    }

    fn write(&mut self, row: u16, column: u16, text: &str, color: Color) {
        let style = Style {
            colors: self.window.color.then_some((color, Color::Default)),
            ..Style::default()
        };
        for (column, ch) in (column..self.window.columns).zip(text.chars()) {
            let blank = (ch == ' ').then_some(BLANK);
            self.put(row, column, blank.unwrap_or(Glyph { ch, style }));
        }
    }
}

/// What a window is to show, row after row, and where its cursor is. A screen that does not fit shows the part round its cursor.
fn frame(terminal: &Terminal, window: ClientWindow, notes: &Notes) -> (Vec<Glyph>, (u16, u16)) {
    let (rows, columns) = (terminal.rows(), terminal.columns().max(1));
    let cursor = (terminal.cursor() / columns, terminal.cursor() % columns);
    let top = u16::try_from(notes.above.len()).unwrap_or(0);
    let own_row = notes.foot.as_ref().is_some_and(|foot| foot.own_row);
    let room = window.rows.saturating_sub(top + u16::from(own_row));
    let height = if room == rows {
        rows
    } else {
        rows.min(room.saturating_sub(1))
    };
    let width = columns.min(window.columns);
    let scroll = |at: u16, all: u16, shown: u16| match all <= shown {
        true => 0,
        false => (at + 1).saturating_sub(shown),
    };
    let (down, right) = (
        scroll(cursor.0, rows, height),
        scroll(cursor.1, columns, width),
    );
    let mut cells = Cells {
        glyphs: vec![BLANK; usize::from(window.rows) * usize::from(window.columns)],
        window,
    };
    for row in 0..height {
        for column in 0..width {
            let at: Address = (row + down) * columns + column + right;
            cells.put(top + row, column, glyph(&terminal.look(at), window));
        }
    }
    let last = terminal.row_text(usize::from(rows.saturating_sub(1)));
    let shows_oia = height < room || terminal.lock().is_some() || last.trim().is_empty();
    if shows_oia {
        let line = terminal.oia().render(usize::from(width));
        cells.write(top + room.saturating_sub(1), 0, &line, Color::Blue);
    }
    let on_foot = notes_round(&mut cells, notes, shows_oia);
    let on_screen = (
        top + cursor.0.saturating_sub(down),
        cursor.1.saturating_sub(right),
    );
    (cells.glyphs, on_foot.unwrap_or(on_screen))
}

/// Writes the notes; where the cursor is, if it is among them.
fn notes_round(cells: &mut Cells, notes: &Notes, shows_oia: bool) -> Option<(u16, u16)> {
    /// The column of the operator information area's middle, which is blank, and its end.
    const MIDDLE: (u16, usize) = (26, 38);
    for (row, text) in (0..).zip(&notes.above) {
        let indent = u16::from(!text.starts_with('\u{2500}'));
        cells.write(row, indent, text, Color::White);
    }
    let foot = notes.foot.as_ref()?;
    let row = cells.window.rows.saturating_sub(1);
    match foot.cursor {
        None if foot.own_row => cells.write(row, 0, &foot.text, Color::Blue),
        None if shows_oia => {
            let text: String = foot.text.chars().take(MIDDLE.1).collect();
            cells.write(row, MIDDLE.0, &text, Color::Blue);
        }
        None => {}
        Some(_) => {
            let blank = " ".repeat(usize::from(cells.window.columns));
            cells.write(row, 0, &(foot.text.clone() + &blank), Color::White);
        }
    }
    Some((row, foot.cursor?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tn3270::terminal::{Key, TerminalOptions};
    use tn3270::wire::{CodePage, FieldAttribute, Order, Outbound, Wcc};

    fn window(rows: u16, columns: u16) -> vt100::Parser {
        vt100::Parser::new(rows.try_into().unwrap(), columns.try_into().unwrap(), 0)
    }

    fn terminal() -> Terminal {
        let mut terminal = Terminal::new(TerminalOptions::default());
        let text = |text: &str| Order::Data(CodePage::CP037.encode_text(text).into());
        let orders = vec![
            Order::SetBufferAddress(0),
            Order::StartField(FieldAttribute::default().protected(true)),
            text("NAME"),
            Order::StartField(FieldAttribute::default()),
            Order::InsertCursor,
            Order::SetBufferAddress(30),
            Order::StartField(FieldAttribute::default().protected(true)),
            Order::SetBufferAddress(80),
            Order::StartField(FieldAttribute::default().intensity(Intensity::Hidden)),
            text("IRON"),
            Order::SetBufferAddress(90),
            Order::StartField(FieldAttribute::default().protected(true)),
        ];
        terminal.apply(&Outbound::EraseWrite {
            wcc: Wcc::RESTORE,
            orders,
        });
        terminal
    }

    #[test]
    fn a_window_shows_what_the_terminal_does_and_then_only_what_changed() {
        let mut terminal = terminal();
        let mut painter = VtPainter::default();
        painter.resize(ClientWindow {
            rows: 25,
            columns: 80,
            color: true,
        });
        let mut screen = window(25, 80);
        let first = painter.paint(&terminal, &Notes::default());
        screen.process(&first);
        let row = |screen: &vt100::Parser, row: u16| {
            screen
                .screen()
                .rows(0, 80)
                .nth(usize::from(row))
                .unwrap()
                .trim_end()
                .to_owned()
        };
        assert_eq!(row(&screen, 0), " NAME");
        assert_eq!(row(&screen, 1), "");
        assert!(row(&screen, 24).starts_with("4A"), "{}", row(&screen, 24));
        assert_eq!(screen.screen().cursor_position(), (0, 6));
        terminal.press(Key::Char('X'));
        let second = painter.paint(&terminal, &Notes::default());
        assert!(second.len() < 60, "{}", String::from_utf8_lossy(&second));
        screen.process(&second);
        assert_eq!(row(&screen, 0), " NAME X");
        assert_eq!(screen.screen().cursor_position(), (0, 7));
        let nothing = painter.paint(&terminal, &Notes::default());
        assert_eq!(String::from_utf8(nothing).unwrap(), "\x1b[1;8H");
    }

    #[test]
    fn a_phrase_is_written_in_one_piece() {
        let mut terminal = terminal();
        let mut painter = VtPainter::default();
        let message = |text: &str| Outbound::Write {
            wcc: Wcc::RESTORE,
            orders: vec![
                Order::SetBufferAddress(161),
                Order::Data(CodePage::CP037.encode_text(text).into()),
            ],
        };
        terminal.apply(&message("OPERATOR ID IS  WRONG"));
        let written = String::from_utf8(painter.paint(&terminal, &Notes::default())).unwrap();
        assert!(written.contains("OPERATOR ID IS\x1b"), "{written:?}");
        terminal.apply(&message("OPERATOR ID WAS WRONG"));
        let written = String::from_utf8(painter.paint(&terminal, &Notes::default())).unwrap();
        assert!(written.contains("OPERATOR ID WAS WRONG\x1b"), "{written:?}");
    }

    #[test]
    fn a_window_that_is_too_small_follows_the_cursor() {
        let mut terminal = terminal();
        let mut painter = VtPainter::default();
        painter.resize(ClientWindow {
            rows: 10,
            columns: 40,
            color: false,
        });
        let mut screen = window(10, 40);
        screen.process(&painter.paint(&terminal, &Notes::default()));
        assert_eq!(screen.screen().cursor_position(), (0, 6));
        terminal.press(Key::MoveCursor(23 * 80 + 79));
        screen.process(&painter.paint(&terminal, &Notes::default()));
        assert_eq!(screen.screen().cursor_position(), (8, 39));
    }
}
