//! Playing back a recording.

use super::overlay;
use super::screen::{self, Palette, ScreenWidget, WindowLayout, frame_style};
use super::{Program, WindowCommand};
use bigiron_sim::recording::{EventKind, Player};
use bigiron_sim::session::Millis;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::Frame;
use tn3270::terminal::Key;

/// The slowest and the fastest speed, in powers of two of real time.
const SPEEDS: std::ops::RangeInclusive<i32> = -4..=10;

/// The keys, as the hint line names them.
const KEYS: &str = "Space play  Left Right step  [ ] screen  0-9 Home End seek  + - speed  Q quit";

/// The interval at which the displayed time is updated, in milliseconds.
const CLOCK: Millis = 100;

/// A recording that is played back.
pub struct Replay {
    player: Player,
    palette: Palette,
    notice: Option<String>,
    playing: bool,
    /// The speed as a power of two.
    speed: i32,
    /// The time reached in the recording, in milliseconds.
    at: f64,
    /// The time of the last tick.
    now: Millis,
}

impl Replay {
    /// Plays from the first event. A notice shows in the hint line until a key is pressed.
    pub fn new(player: Player, palette: Palette, notice: Option<String>) -> Replay {
        let mut replay = Replay {
            player,
            palette,
            notice,
            playing: true,
            speed: 0,
            at: 0.0,
            now: 0,
        };
        replay.player.seek_time(0);
        replay
    }

    /// The recording, as far as it is played.
    pub fn player(&self) -> &Player {
        &self.player
    }

    fn factor(&self) -> f64 {
        2f64.powi(self.speed)
    }

    /// Shows the state after so many events.
    fn seek(&mut self, events: usize) {
        self.player.seek(events);
        self.at = self.player.now() as f64;
    }

    /// The number of events up to the next, or the previous, write of the host.
    fn screen(&self, forward: bool) -> usize {
        let shown = self.player.shown();
        let is_write = |(_, event): &(usize, &bigiron_sim::recording::RecordedEvent)| {
            matches!(event.kind, EventKind::Outbound(_))
        };
        let events = self.player.recording().events.iter().enumerate();
        match forward {
            true => events
                .skip(shown)
                .find(is_write)
                .map_or(self.player.len(), |(index, _)| index + 1),
            false => events
                .take(shown.saturating_sub(1))
                .rfind(is_write)
                .map_or(0, |(index, _)| index + 1),
        }
    }

    /// The number of events that a key seeks to; none if it is no key for that.
    fn target(&self, code: KeyCode) -> Option<usize> {
        Some(match code {
            KeyCode::Right => self.player.shown() + 1,
            KeyCode::Left => self.player.shown().saturating_sub(1),
            KeyCode::Char(']') => self.screen(true),
            KeyCode::Char('[') => self.screen(false),
            KeyCode::Home => 0,
            KeyCode::End => self.player.len(),
            KeyCode::Char(digit) => self.player.len() * digit.to_digit(10)? as usize / 10,
            _ => return None,
        })
    }

    fn status(&self) -> String {
        let state = if self.playing { "playing" } else { "paused" };
        let keys = self
            .player
            .last_keys()
            .map_or(String::new(), |keys| format!("  keys {}", Key::line(keys)));
        format!(
            "{}/{}  {}  {state} x{}{keys}",
            self.player.shown(),
            self.player.len(),
            clock(self.at as Millis),
            self.factor()
        )
    }
}

/// Milliseconds as minutes, seconds and tenths.
fn clock(at: Millis) -> String {
    format!("{:02}:{:02}.{}", at / 60_000, at / 1000 % 60, at / 100 % 10)
}

impl Program for Replay {
    fn key(&mut self, key: KeyEvent) -> Vec<WindowCommand> {
        if key.kind == KeyEventKind::Release {
            return Vec::new();
        }
        self.notice = None;
        match key.code {
            KeyCode::Char('c' | 'q') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                return vec![WindowCommand::Quit];
            }
            KeyCode::Char('l') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                return vec![WindowCommand::Redraw];
            }
            KeyCode::Char('q' | 'Q') | KeyCode::Esc => return vec![WindowCommand::Quit],
            KeyCode::Char('+' | '=') => self.speed = (self.speed + 1).min(*SPEEDS.end()),
            KeyCode::Char('-') => self.speed = (self.speed - 1).max(*SPEEDS.start()),
            KeyCode::Char(' ') => {
                if !self.playing && self.player.next_at().is_none() {
                    self.seek(0);
                }
                self.playing = !self.playing;
            }
            code => match self.target(code) {
                Some(target) => {
                    self.playing = false;
                    self.seek(target);
                }
                None => return vec![WindowCommand::Bell],
            },
        }
        Vec::new()
    }

    fn paste(&mut self, _text: &str) -> Vec<WindowCommand> {
        Vec::new()
    }

    fn tick(&mut self, now: Millis) -> Vec<WindowCommand> {
        let passed = now.saturating_sub(self.now);
        self.now = now;
        if self.playing {
            self.at += passed as f64 * self.factor();
            self.player.seek_time(self.at as Millis);
            self.playing = self.player.next_at().is_some();
        }
        Vec::new()
    }

    fn next_tick(&self) -> Option<Millis> {
        let next = self.player.next_at().filter(|_| self.playing)?;
        let wait = ((next as f64 - self.at).max(0.0) / self.factor()).ceil() as Millis;
        Some(self.now + wait.min(CLOCK))
    }

    fn draw(&self, frame: &mut Frame<'_>) {
        let terminal = self.player.terminal();
        let at = screen::cursor(terminal);
        let mut window = frame.area();
        // Two lines at the foot belong to the player.
        window.height = window.height.saturating_sub(2);
        let Some(layout) = WindowLayout::fit(window, terminal.rows(), terminal.columns(), at)
        else {
            overlay::too_small(frame);
            return;
        };
        frame.render_widget(
            ScreenWidget {
                terminal,
                layout,
                palette: self.palette,
            },
            window,
        );
        let status = self.notice.clone().unwrap_or_else(|| self.status());
        overlay::line(frame, window.bottom(), &status, frame_style(self.palette));
        overlay::line(frame, window.bottom() + 1, KEYS, frame_style(self.palette));
        frame.set_cursor_position(layout.cursor(at));
    }
}

#[cfg(test)]
mod tests;
