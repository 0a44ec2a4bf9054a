//! Parts over or beside a screen: the list of keys, a question, the hint line.

use super::keys;
use super::screen::{SMALLEST, WindowLayout};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Paragraph};
use tn3270::terminal::Key;

/// Widths in the list of keys: chords, then names, then help.
const CHORDS: usize = 24;
const NAMES: usize = 14;

/// The width of a page with its border.
pub const PAGE: u16 = 78;

/// A page of lines over the middle of the frame, scrolled to one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Page {
    from: usize,
}

impl Page {
    /// Takes a key that scrolls a page of so many lines; false if the key does not scroll.
    pub fn scroll(&mut self, key: Key, lines: usize) -> bool {
        let last = lines.saturating_sub(1);
        self.from = match key {
            Key::Up => self.from.saturating_sub(1),
            Key::Down => (self.from + 1).min(last),
            Key::Home => 0,
            Key::Char(' ') => (self.from + 10).min(last),
            _ => return false,
        };
        true
    }

    /// Draws the page, with a title and a footer in its border.
    pub fn draw(&self, frame: &mut Frame<'_>, lines: Vec<String>, head: &str, foot: &str) {
        let height = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        let area = centred(frame.area(), PAGE, height.saturating_add(2));
        let room = usize::from(area.height.saturating_sub(2));
        let from = self.from.min(lines.len().saturating_sub(room));
        let shown: Vec<Line<'_>> = lines.into_iter().skip(from).map(Line::from).collect();
        let block = Block::bordered().title(head).title_bottom(foot);
        frame.render_widget(Clear, area);
        frame.render_widget(Paragraph::new(shown).block(block), area);
    }
}

/// The list of keys as lines: chords, name, help.
pub fn lines() -> Vec<String> {
    keys::rows()
        .iter()
        .flat_map(|row| {
            let mut chords = fold(&row.keys(), CHORDS).into_iter();
            let first = format!(
                "{:CHORDS$} {:NAMES$} {}",
                chords.next().unwrap_or_default(),
                row.name,
                row.help
            );
            std::iter::once(first).chain(chords.map(|more| format!("  {more}")))
        })
        .collect()
}

/// Breaks text at ", " into lines of about so many characters.
fn fold(text: &str, width: usize) -> Vec<String> {
    text.split(", ")
        .fold(Vec::new(), |mut lines: Vec<String>, piece| {
            match lines.last_mut() {
                Some(line) if line.len() + 2 + piece.len() <= width => {
                    *line = format!("{line}, {piece}")
                }
                _ => lines.push(piece.to_owned()),
            }
            lines
        })
}

/// A question over the middle of the frame.
pub fn question(frame: &mut Frame<'_>, text: &str) {
    let area = centred(frame.area(), text.len() as u16 + 4, 3);
    frame.render_widget(Clear, area);
    frame.render_widget(
        Paragraph::new(format!(" {text}")).block(Block::bordered()),
        area,
    );
}

/// The message of a window that is too small for a screen.
pub fn too_small(frame: &mut Frame<'_>) {
    let text = format!("Window too small: at least {}x{}", SMALLEST.0, SMALLEST.1);
    frame.render_widget(
        Paragraph::new(text).wrap(ratatui::widgets::Wrap { trim: true }),
        frame.area(),
    );
}

/// Draws a line of text at this row of the frame, if the frame has it.
pub fn line(frame: &mut Frame<'_>, y: u16, text: &str, style: Style) {
    let area = frame.area();
    if y < area.bottom() {
        let text: String = text
            .chars()
            .take(usize::from(area.width).saturating_sub(1))
            .collect();
        frame
            .buffer_mut()
            .set_string(area.x, y, format!(" {text}"), style);
    }
}

/// The content of the hint line.
#[derive(Debug, Clone)]
pub struct Hint<'a> {
    /// The text at its left.
    pub left: &'a str,
    /// Keys at its right, the least important first: those that do not fit are left out.
    pub keys: &'a [&'a str],
    /// The text in the middle of the operator information area if there is no hint line.
    pub short: &'a str,
    /// The most columns that it takes.
    pub width: u16,
}

impl Hint<'_> {
    /// Draws the hint in its line, or else in the middle of the operator information area, if that shows (`oia`).
    pub fn draw(&self, frame: &mut Frame<'_>, layout: &WindowLayout, oia: bool, style: Style) {
        let style = style.add_modifier(Modifier::DIM);
        let (at, text) = match layout.hint {
            Some(line) => (line, self.line(usize::from(line.width.min(self.width)))),
            None if !oia || layout.oia.width < 70 => return,
            None => (
                Rect {
                    x: layout.oia.x + 26,
                    ..layout.oia
                },
                self.short.chars().take(38).collect(),
            ),
        };
        frame.buffer_mut().set_string(at.x, at.y, text, style);
    }

    fn line(&self, width: usize) -> String {
        let length = |text: &str| text.chars().count();
        let room = width.saturating_sub(2);
        let mut keys = self.keys;
        let taken = |keys: &[&str]| keys.iter().map(|key| length(key) + 2).sum::<usize>();
        while let [_, rest @ ..] = keys
            && rest.len() > 1
            && length(self.left) + taken(keys) > room
        {
            keys = rest;
        }
        let keys: String = keys.iter().map(|key| format!("  {key}")).collect();
        let room = room.saturating_sub(length(&keys));
        let left: String = self.left.chars().take(room).collect();
        format!(" {left:<room$}{keys}")
            .chars()
            .take(width)
            .collect()
    }
}

fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    }
}
