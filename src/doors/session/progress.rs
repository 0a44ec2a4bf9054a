//! A step that may have to wait: of a dialogue, a script or a turn.

use bigiron_sim::session::Millis;

/// How far a step is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress<T> {
    /// It has ended with this result.
    Done(T),
    /// It goes on when something has happened.
    Blocked(Wait),
}

/// What a blocked step waits for: for the host, or for a moment at the latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// The moment in virtual milliseconds; without one, the step waits for the host alone.
    pub until: Option<Millis>,
    /// Whether the step asked for time to pass. Under the turn clock no other time does.
    pub asked: bool,
}

impl<T> Progress<T> {
    /// The same with the result turned into another.
    pub fn map<U>(self, result: impl FnOnce(T) -> U) -> Progress<U> {
        match self {
            Progress::Done(done) => Progress::Done(result(done)),
            Progress::Blocked(wait) => Progress::Blocked(wait),
        }
    }
}
