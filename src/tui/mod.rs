//! The text user interface: keys in, a buffer of cells out.
//!
//! Each program ([`Play`], [`Replay`], [`Launcher`]) is a pure state machine; [`run()`] alone has a window and a clock.

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

/// A command of a program to the loop that runs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowCommand {
    /// Ends the program.
    Quit,
    /// Sounds the bell.
    Bell,
    /// Repaints the whole window.
    Redraw,
    /// Sets the style of the cursor.
    Cursor(CursorStyle),
}

/// The style of the cursor; both blink.
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

/// A program of the TUI. It has no window, no clock and no file of its own.
pub trait Program {
    /// Takes a key.
    fn key(&mut self, key: KeyEvent) -> Vec<WindowCommand>;
    /// Takes pasted text.
    fn paste(&mut self, text: &str) -> Vec<WindowCommand>;
    /// Sets the time: milliseconds since the program began, times its speed.
    fn tick(&mut self, now: Millis) -> Vec<WindowCommand>;
    /// The time of the next tick at which something changes, if there is one.
    fn next_tick(&self) -> Option<Millis>;
    /// Waits until something changes without a key. Cancel safe.
    fn changed(&mut self) -> impl Future<Output = Vec<WindowCommand>> {
        std::future::pending()
    }
    /// Draws the program into a frame.
    fn draw(&self, frame: &mut Frame<'_>);
}

/// The palette: colours, unless the environment variable `NO_COLOR` is set and not empty (no-color.org).
pub fn palette() -> screen::Palette {
    match std::env::var_os("NO_COLOR") {
        Some(set) if !set.is_empty() => screen::Palette::Monochrome,
        _ => screen::Palette::Color,
    }
}
