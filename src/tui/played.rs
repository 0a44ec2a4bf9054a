//! The terminal that is played: what [`Play`](super::Play) needs of a session in this process or of a foreign host.

use bigiron_sim::session::Millis;
use bigiron_sim::task::status::TaskStatus;
use std::borrow::Cow;
use std::future::Future;
use tn3270::terminal::{Key, Terminal};

/// The result of a key, a wait or the passing of time at a played terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PlayOutcome {
    /// The host sounded the alarm.
    pub alarm: bool,
    /// The budget of the task is spent: the attempt is over.
    pub over: bool,
}

/// A terminal that a person plays, on a session in this process or on a foreign host.
pub trait PlayedTerminal {
    /// The terminal as it is now.
    fn terminal(&self) -> &Terminal;
    /// Presses a key.
    fn press(&mut self, key: Key) -> PlayOutcome;
    /// Lets so much virtual time pass. None where time passes by itself: nothing was done.
    fn wait(&mut self, by: Millis) -> Option<PlayOutcome>;
    /// Sets the time: virtual milliseconds since the program began.
    fn tick(&mut self, now: Millis) -> PlayOutcome;
    /// The time of the next [`tick`](PlayedTerminal::tick) at which something changes; none if only a key or the host can
    /// change anything.
    fn next_tick(&self) -> Option<Millis>;
    /// Waits until the host has written unasked. Cancel safe.
    fn changed(&mut self) -> impl Future<Output = PlayOutcome> {
        std::future::pending()
    }
    /// The title in the hint line.
    fn title(&self) -> Cow<'_, str>;
    /// The status of the task that is worked, if there is one.
    fn status(&self) -> Option<TaskStatus<'_>> {
        None
    }
    /// Changes to the next terminal of the task; false if there is no other.
    fn turn(&mut self) -> bool {
        false
    }
    /// Keeps the answer of the task; blank: none. The error says why the answer cannot be read by its type; it is kept all the
    /// same.
    fn answer(&mut self, _answer: &str) -> Result<(), String> {
        Ok(())
    }
}
