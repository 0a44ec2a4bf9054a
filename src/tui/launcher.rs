//! The launcher: a list of systems to play.

use super::overlay;
use super::screen::{Palette, frame_style};
use super::{Program, WindowCommand};
use bigiron_sim::session::Millis;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::Frame;
use ratatui::style::{Modifier, Style};

/// One system in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LauncherEntry {
    /// Its name on the command line.
    pub id: String,
    /// Its title.
    pub title: String,
    /// A description in one line, or why it cannot be played.
    pub about: String,
    /// How many screens it has.
    pub screens: usize,
    /// How many tables it has.
    pub tables: usize,
}

/// The launcher, with one system selected.
pub struct Launcher {
    entries: Vec<LauncherEntry>,
    chosen: usize,
    picked: bool,
    palette: Palette,
}

impl Launcher {
    /// A launcher with the first system selected.
    pub fn new(entries: Vec<LauncherEntry>, palette: Palette) -> Launcher {
        Launcher {
            entries,
            chosen: 0,
            picked: false,
            palette,
        }
    }

    /// The system that was picked, after the launcher has quit; none if no system was picked.
    pub fn picked(&self) -> Option<&LauncherEntry> {
        self.entries.get(self.chosen).filter(|_| self.picked)
    }
}

/// The rows of one entry.
const ROWS: u16 = 3;

impl Program for Launcher {
    fn key(&mut self, key: KeyEvent) -> Vec<WindowCommand> {
        if key.kind == KeyEventKind::Release {
            return Vec::new();
        }
        let last = self.entries.len().saturating_sub(1);
        match key.code {
            KeyCode::Char('c' | 'q') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                return vec![WindowCommand::Quit];
            }
            KeyCode::Char('q' | 'Q') | KeyCode::Esc => return vec![WindowCommand::Quit],
            KeyCode::Enter if !self.entries.is_empty() => {
                self.picked = true;
                return vec![WindowCommand::Quit];
            }
            KeyCode::Up | KeyCode::Char('k') => self.chosen = self.chosen.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') => self.chosen = (self.chosen + 1).min(last),
            KeyCode::Home => self.chosen = 0,
            KeyCode::End => self.chosen = last,
            _ => return vec![WindowCommand::Bell],
        }
        Vec::new()
    }

    fn paste(&mut self, _text: &str) -> Vec<WindowCommand> {
        Vec::new()
    }

    fn tick(&mut self, _now: Millis) -> Vec<WindowCommand> {
        Vec::new()
    }

    fn next_tick(&self) -> Option<Millis> {
        None
    }

    fn draw(&self, frame: &mut Frame<'_>) {
        let style = frame_style(self.palette);
        let area = frame.area();
        if area.height < ROWS + 3 {
            overlay::too_small(frame);
            return;
        }
        let title = style.add_modifier(Modifier::BOLD);
        overlay::line(frame, area.y, "bigiron", title);
        if self.entries.is_empty() {
            let text = "No system here: name a folder, as in `bigiron play PATH`.";
            overlay::line(frame, area.y + 2, text, Style::new());
        }
        let page = usize::from((area.height - 3) / ROWS).max(1);
        let first = self.chosen / page * page;
        for (index, entry) in self.entries.iter().enumerate().skip(first).take(page) {
            let y = area.y + 2 + (index - first) as u16 * ROWS;
            entry.draw(frame, y, index == self.chosen);
        }
        let keys = "Up Down choose  Enter play  Q quit";
        overlay::line(frame, area.bottom() - 1, keys, style);
    }
}

impl LauncherEntry {
    /// Draws the entry at this row of the frame.
    fn draw(&self, frame: &mut Frame<'_>, y: u16, chosen: bool) {
        let style = match chosen {
            true => Style::new().add_modifier(Modifier::REVERSED),
            false => Style::new(),
        };
        let counts = format!("{} screens, {} tables", self.screens, self.tables);
        let title = format!("{:12} {:44} {counts}", self.id, self.title);
        overlay::line(frame, y, &title, style.add_modifier(Modifier::BOLD));
        let about = format!("{:12} {}", "", self.about);
        overlay::line(frame, y + 1, &about, Style::new());
    }
}

#[cfg(test)]
mod tests;
