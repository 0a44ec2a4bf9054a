//! What an agent sees, as numbers in buffers of the caller's.

use super::action::TOKENS;
use super::error::GymError;
use tn3270::terminal::Lock;
use tn3270::terminal::planes::PLANES;

/// Columns of the status of an environment.
pub mod status {
    /// Row of the cursor, from 0.
    pub const ROW: usize = 0;
    /// Column of the cursor, from 0.
    pub const COLUMN: usize = 1;
    /// What locks the keyboard: 0 nothing, 1 not connected, 2 awaiting the first write, 3 `X ()`, 4 `X SYSTEM`, 5 inhibited,
    /// 6 protected, 7 numeric, 8 overflow, 9 minus function. RESET takes back 6 to 9.
    pub const LOCK: usize = 2;
    /// 1 in insert mode.
    pub const INSERT: usize = 3;
    /// 1 if the host has sounded the alarm since the last key.
    pub const ALARM: usize = 4;
    /// Keys left of the budget.
    pub const KEYS_LEFT: usize = 5;
    /// Virtual milliseconds left of the budget.
    pub const TIME_LEFT: usize = 6;
    /// 1 while what is typed goes to the answer line.
    pub const ANSWERING: usize = 7;
    /// The terminal that is seen, from 0, where the task is worked in several systems.
    pub const TERMINAL: usize = 8;
    /// How many columns there are.
    pub const COLUMNS: usize = 9;
}

/// Characters of the answer line.
pub const ANSWER: usize = 64;
/// Characters of a goal that are shown; the longest goal shipped has far fewer.
pub const GOAL: usize = 1024;
/// Characters of one token of a goal that are shown.
pub const TOKEN: usize = 32;

/// How large the observation of one environment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObservationShape {
    /// Rows of a plane.
    pub rows: usize,
    /// Columns of a plane.
    pub columns: usize,
    /// How many actions there are.
    pub actions: usize,
}

impl ObservationShape {
    /// Bytes of the planes: [`PLANES`] x rows x columns.
    pub fn planes(&self) -> usize {
        PLANES * self.rows * self.columns
    }

    /// Whether the buffers are those of so many environments.
    pub(super) fn check(&self, envs: usize, of: &Observation) -> Result<(), GymError> {
        let sizes = [
            ("planes", of.planes.len(), self.planes()),
            ("status", of.status.len(), status::COLUMNS),
            ("answer", of.answer.len(), ANSWER),
            ("goal", of.goal.len(), GOAL),
            ("tokens", of.tokens.len(), TOKENS * TOKEN),
        ];
        let mask = ("mask", of.mask.len(), self.actions);
        let mask = Some(mask).filter(|(_, found, _)| *found != 0);
        match sizes
            .into_iter()
            .chain(mask)
            .find(|(_, found, each)| *found != each * envs)
        {
            None => Ok(()),
            Some((name, found, each)) => Err(GymError::Buffer {
                name,
                expected: each * envs,
                found,
            }),
        }
    }
}

/// Buffers for the observations of one environment, or of several one behind the other.
///
/// They belong to the caller and **keep what was written before**: a step writes only what has changed. A caller that hands over
/// other buffers, or has written into them, asks for everything once by [`super::Env::observe_all`] or
/// [`super::BatchEnv::observe_all`].
#[derive(Debug, Default)]
pub struct Observation<'a> {
    /// What shows: [`PLANES`] x rows x columns an environment. See [`tn3270::terminal::planes`].
    pub planes: &'a mut [u8],
    /// Cursor, OIA and budget: [`status::COLUMNS`] an environment.
    pub status: &'a mut [i32],
    /// The answer line: [`ANSWER`] Latin-1 codes an environment, zeros behind.
    pub answer: &'a mut [u8],
    /// The goal in words: [`GOAL`] Latin-1 codes an environment, zeros behind.
    pub goal: &'a mut [u8],
    /// The tokens of the goal, which are the values that it tells: [`TOKENS`] x [`TOKEN`] Latin-1 codes an
    /// environment, zeros behind.
    pub tokens: &'a mut [u8],
    /// For each action 1 if it does something now, else 0; as an operator sees it, who knows the screen and the keyboard but
    /// not what the host makes of a key. May be empty: then it is not worked out.
    pub mask: &'a mut [u8],
}

impl<'a> Observation<'a> {
    /// The first so many environments and the rest.
    pub(super) fn split(
        self,
        shape: ObservationShape,
        envs: usize,
    ) -> (Observation<'a>, Observation<'a>) {
        let actions = match self.mask.is_empty() {
            true => 0,
            false => shape.actions,
        };
        let (planes, more_planes) = cut(self.planes, envs * shape.planes());
        let (status, more_status) = cut(self.status, envs * status::COLUMNS);
        let (answer, more_answer) = cut(self.answer, envs * ANSWER);
        let (goal, more_goal) = cut(self.goal, envs * GOAL);
        let (tokens, more_tokens) = cut(self.tokens, envs * TOKENS * TOKEN);
        let (mask, more_mask) = cut(self.mask, envs * actions);
        let first = Observation {
            planes,
            status,
            answer,
            goal,
            tokens,
            mask,
        };
        let rest = Observation {
            planes: more_planes,
            status: more_status,
            answer: more_answer,
            goal: more_goal,
            tokens: more_tokens,
            mask: more_mask,
        };
        (first, rest)
    }

    /// The same for a while.
    pub fn reborrow(&mut self) -> Observation<'_> {
        Observation {
            planes: self.planes,
            status: self.status,
            answer: self.answer,
            goal: self.goal,
            tokens: self.tokens,
            mask: self.mask,
        }
    }

    /// Everything that stands in another's buffers.
    pub(super) fn copy_from(&mut self, other: &Observation) {
        copy(other.planes, self.planes);
        copy(other.status, self.status);
        copy(other.answer, self.answer);
        copy(other.goal, self.goal);
        copy(other.tokens, self.tokens);
        copy(other.mask, self.mask);
    }
}

/// Splits a slice, at its end if it is shorter.
pub(super) fn cut<T>(slice: &mut [T], at: usize) -> (&mut [T], &mut [T]) {
    slice.split_at_mut(at.min(slice.len()))
}

/// Copies as much as both have.
fn copy<T: Copy>(from: &[T], to: &mut [T]) {
    let both = from.len().min(to.len());
    to[..both].copy_from_slice(&from[..both]);
}

/// Writes a text as Latin-1 codes with zeros behind.
pub(super) fn write_text(text: &str, to: &mut [u8]) {
    to.fill(0);
    for (place, character) in to.iter_mut().zip(text.chars()) {
        *place = u8::try_from(character).unwrap_or(b'?');
    }
}

/// The number of what locks the keyboard: see [`status::LOCK`].
pub(super) fn lock_number(lock: Option<Lock>) -> i32 {
    match lock {
        None => 0,
        Some(Lock::NotConnected) => 1,
        Some(Lock::AwaitingFirst) => 2,
        Some(Lock::Clock) => 3,
        Some(Lock::System) => 4,
        Some(Lock::EnterInhibit) => 5,
        Some(Lock::Protected) => 6,
        Some(Lock::Numeric) => 7,
        Some(Lock::Overflow) => 8,
        Some(Lock::MinusFunction) => 9,
    }
}
