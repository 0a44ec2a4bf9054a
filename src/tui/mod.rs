//! The screens a person sees: keys in, a buffer of cells out.
//!
//! Each program ([`Play`], [`Replay`], [`Launcher`]) is a pure state machine; [`run()`] alone knows a window and a clock.

mod answer;
mod goal;
pub mod keys;
mod launcher;
mod overlay;
mod paint;
mod play;
mod played;
mod replay;
mod run;
pub mod screen;

pub use launcher::{Launcher, LauncherEntry};
pub use play::Play;
pub use played::{PlayOutcome, PlayedTerminal};
pub use replay::Replay;
pub use run::{WindowExit, block_on, run};

use bigiron_sim::session::Millis;
use crossterm::event::KeyEvent;
use ratatui::Frame;
use std::future::Future;

/// What a program asks of the loop around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowCommand {
    /// End.
    Quit,
    /// Sound the alarm.
    Bell,
    /// Paint the whole window anew.
    Redraw,
    /// Show the cursor so.
    Cursor(CursorStyle),
}

/// How the cursor looks. It blinks either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CursorStyle {
    /// A full cell.
    #[default]
    Block,
    /// The cell's lowest line.
    Underline,
}

impl CursorStyle {
    /// The other style.
    fn other(self) -> CursorStyle {
        match self {
            CursorStyle::Block => CursorStyle::Underline,
            CursorStyle::Underline => CursorStyle::Block,
        }
    }
}

/// A program of the TUI: no window, no clock, no file.
pub trait Program {
    /// Takes a key.
    fn key(&mut self, key: KeyEvent) -> Vec<WindowCommand>;
    /// Takes pasted text.
    fn paste(&mut self, text: &str) -> Vec<WindowCommand>;
    /// Is told the time: milliseconds since it began, times the speed it is run at.
    fn tick(&mut self, now: Millis) -> Vec<WindowCommand>;
    /// When it next wants to be told the time, if it knows.
    fn next_tick(&self) -> Option<Millis>;
    /// Waits until something has come from elsewhere. Nothing is lost if the wait is broken off.
    fn changed(&mut self) -> impl Future<Output = Vec<WindowCommand>> {
        std::future::pending()
    }
    /// Draws itself.
    fn draw(&self, frame: &mut Frame<'_>);
}

/// Colours, unless the environment variable `NO_COLOR` is set and not empty (no-color.org).
pub fn palette() -> screen::Palette {
    match std::env::var_os("NO_COLOR") {
        Some(set) if !set.is_empty() => screen::Palette::Monochrome,
        _ => screen::Palette::Color,
    }
}
