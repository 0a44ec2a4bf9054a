//! What lies over or beside a screen: the list of keys, a question, hints.

use super::keys;
use super::screen::{Layout, SMALLEST};
use crate::terminal::Key;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Paragraph};

/// Columns of the list of keys: chords, then names, then what they do.
const CHORDS: usize = 24;
const NAMES: usize = 14;

/// The list of keys, scrolled to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Help {
    from: usize,
}

impl Help {
    /// Takes a key that scrolls; false if it does not.
    pub fn scroll(&mut self, key: Key) -> bool {
        let last = lines().len().saturating_sub(1);
        self.from = match key {
            Key::Up => self.from.saturating_sub(1),
            Key::Down => (self.from + 1).min(last),
            Key::Home => 0,
            Key::Char(' ') => (self.from + 10).min(last),
            _ => return false,
        };
        true
    }

    /// Draws it over the middle of the frame.
    pub fn draw(&self, frame: &mut Frame<'_>) {
        let lines = lines();
        let area = centred(frame.area(), 78, lines.len() as u16 + 2);
        let from = self.from.min(
            lines
                .len()
                .saturating_sub(usize::from(area.height.saturating_sub(2))),
        );
        let shown: Vec<Line<'_>> = lines.into_iter().skip(from).map(Line::from).collect();
        let block = Block::bordered()
            .title(" Keys ")
            .title_bottom(" Up, Down, Space scroll; any other key closes ");
        frame.render_widget(Clear, area);
        frame.render_widget(Paragraph::new(shown).block(block), area);
    }
}

/// The list of keys as lines: chords, name, what it does. The manual shows the same.
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

/// Breaks text at ", " into lines of about this many characters.
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

/// What a window shows that is too small for anything.
pub fn too_small(frame: &mut Frame<'_>) {
    let text = format!("Window too small: at least {}x{}", SMALLEST.0, SMALLEST.1);
    frame.render_widget(
        Paragraph::new(text).wrap(ratatui::widgets::Wrap { trim: true }),
        frame.area(),
    );
}

/// A line of text over the whole width, at this row of the frame; nothing if the frame ends above it.
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

/// Hints: a title at the left and keys at the right of the hint line. Without such a line the keys stand in the middle
/// of the operator information area, which is blank. A prefix that waits for its key comes first.
pub fn hint(
    frame: &mut Frame<'_>,
    layout: &Layout,
    title: &str,
    pending: Option<&str>,
    style: Style,
) {
    const KEYS: &str = "Alt-H keys  Ctrl-Q quit";
    let style = style.add_modifier(Modifier::DIM);
    let (at, text) = match layout.hint {
        Some(line) => {
            let room = usize::from(line.width)
                .min(80)
                .saturating_sub(KEYS.len() + 3);
            let left: String = pending.unwrap_or(title).chars().take(room).collect();
            let text: String = format!(" {left:<room$}  {KEYS}")
                .chars()
                .take(usize::from(line.width))
                .collect();
            (line, text)
        }
        None if layout.shares || layout.oia.width < 70 => return,
        None => (
            Rect {
                x: layout.oia.x + 26,
                ..layout.oia
            },
            pending.unwrap_or(KEYS).to_owned(),
        ),
    };
    frame.buffer_mut().set_string(at.x, at.y, text, style);
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
