//! Keys taken, refused or kept for later: locks, typeahead and what a key gives.

use std::collections::VecDeque;

use super::Terminal;
use super::answers::Answers;
use super::key::Key;
use super::oia::Lock;
use crate::wire::{Aid, Inbound};

/// The effect of a key press.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Response {
    /// Done within the terminal; nothing is sent to the host.
    Local,
    /// To be sent to the host.
    Inbound(Inbound),
    /// Not done.
    Refused(Refusal),
    /// The keyboard is locked; the key waits for the unlock.
    Queued,
    /// ATTN, which goes beside the data stream.
    Attn,
    /// SYS REQ, which goes beside the data stream.
    SysReq,
}

/// Why a key was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// The keyboard is locked, before this key or by it.
    Locked(Lock),
    /// The character is not in the code page.
    NoSuchCharacter,
    /// The address is outside the screen.
    OutOfRange,
}

/// The most keys that wait for an unlock.
const AHEAD: usize = 1024;

/// Locks, insert mode and keys typed ahead.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Keyboard {
    /// There is no host.
    pub disconnected: bool,
    /// No write yet since the connection.
    pub awaiting_first: bool,
    /// No write yet since the AID.
    pub clock: bool,
    /// Not restored since the AID.
    pub system: bool,
    /// Locked by a read of the partition.
    pub inhibit: bool,
    /// A key without function was pressed.
    pub minus: bool,
    /// An operator error.
    pub error: Option<Lock>,
    pub insert: bool,
    pub ahead: VecDeque<Key>,
    /// Whether keys typed ahead may run: the host has written.
    pub wake: bool,
}

impl Keyboard {
    pub fn awaiting_first() -> Keyboard {
        Keyboard {
            awaiting_first: true,
            ..Keyboard::default()
        }
    }

    /// What shows of the locks that hold; an operator error only if it is all that locks the keyboard.
    pub fn lock(&self) -> Option<Lock> {
        let held = |on: bool, lock: Lock| on.then_some(lock);
        held(self.disconnected, Lock::NotConnected)
            .or(held(self.awaiting_first, Lock::AwaitingFirst))
            .or(held(self.minus, Lock::MinusFunction))
            .or(held(self.clock, Lock::Clock))
            .or(held(self.system, Lock::System))
            .or(held(self.inhibit, Lock::EnterInhibit))
            .or(self.error)
    }

    /// Keys typed ahead mean their row and column: in a new size (rows x columns) those have another address, at the edge if they
    /// are not on the screen.
    pub fn move_ahead(&mut self, from: u16, (rows, columns): (u16, u16)) {
        for key in &mut self.ahead {
            if let Key::MoveCursor(at) = key {
                let (row, column) = (*at / from.max(1), *at % from.max(1));
                *at = row.min(rows.saturating_sub(1)) * columns
                    + column.min(columns.saturating_sub(1));
            }
        }
    }

    /// Unlocks and leaves insert mode, as RESET and a keyboard restore of the host do.
    pub fn restore(&mut self) {
        *self = Keyboard {
            ahead: std::mem::take(&mut self.ahead),
            wake: self.wake,
            disconnected: self.disconnected,
            ..Keyboard::default()
        };
    }
}

impl Terminal {
    /// Presses a key. An operator error drops the keys typed ahead.
    pub fn press(&mut self, key: Key) -> Response {
        self.alarm = false;
        let before = self.keyboard.error;
        let response = self.take(key);
        if self.keyboard.error.is_some() && self.keyboard.error != before {
            self.keyboard.ahead.clear();
        }
        response
    }

    /// Does a key, keeps it for later or refuses it.
    fn take(&mut self, key: Key) -> Response {
        let Some(lock) = self.lock() else {
            return self.perform(key);
        };
        match while_locked(key) {
            WhileLocked::Done => self.perform(key),
            WhileLocked::TakesBackError if lock.is_operator_error() => {
                self.keyboard.error = None;
                self.perform(key)
            }
            _ if self.keep(key) => Response::Queued,
            _ => Response::Refused(Refusal::Locked(lock)),
        }
    }

    /// Keeps a key for the unlock; whether it is kept.
    fn keep(&mut self, key: Key) -> bool {
        let dropped = self.keyboard.error.is_some()
            || self.keyboard.minus && is_dropped_without_function(key);
        let kept = !dropped && self.options.typeahead && self.keyboard.ahead.len() < AHEAD;
        if kept {
            self.keyboard.ahead.push_back(key);
        }
        kept
    }

    /// Runs the keys typed ahead, if the last write has left the keyboard unlocked, up to one that locks it. Gives what they send.
    pub fn run_typeahead(&mut self) -> Answers {
        let mut answers = Answers::default();
        while self.keyboard.wake && self.lock().is_none_or(Lock::is_operator_error) {
            let Some(key) = self.keyboard.ahead.pop_front() else {
                self.keyboard.wake = false;
                break;
            };
            match self.take(key) {
                Response::Inbound(inbound) => answers.push(inbound),
                // SYS REQ waits only as a test request.
                Response::SysReq => answers.extend(self.test_request()),
                Response::Attn | Response::Local | Response::Refused(_) | Response::Queued => {}
            }
        }
        answers
    }

    /// The answer to SYS REQ where the session has no other way to say it: a test request with the modified fields. None while
    /// the keyboard is locked: SYS REQ then waits for the unlock like other keys.
    pub fn test_request(&mut self) -> Option<Inbound> {
        if self.lock().is_some() {
            self.keep(Key::SysReq);
            return None;
        }
        match self.attention(Aid::SysReq) {
            Response::Inbound(request) => Some(request),
            _ => None,
        }
    }

    /// Leaves the logical unit for the SSCP, as SYS REQ in TN3270E does: the screen clears and the keyboard unlocks.
    pub fn leave_logical_unit(&mut self) {
        self.buffer.clear(self.rows(), self.columns());
        self.cursor = 0;
        self.keyboard.restore();
    }

    /// The connection is lost: the keyboard stays locked, keys typed ahead are dropped, and the screen is kept.
    pub fn disconnect(&mut self) {
        self.keyboard = Keyboard {
            disconnected: true,
            ..Keyboard::default()
        };
    }

    /// Whether the host has yet to write.
    pub fn awaits_first(&self) -> bool {
        self.keyboard.awaiting_first
    }

    /// The host has bound the session anew, or will: the keyboard locks until it writes.
    pub fn await_first(&mut self) {
        self.keyboard.awaiting_first = true;
    }

    /// Locks the keyboard with `X -f`: the key pressed last has no function in this session.
    pub fn refuse_function(&mut self) {
        self.keyboard.minus = true;
    }
}

/// How a key is handled while the keyboard is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WhileLocked {
    /// It is done despite the lock.
    Done,
    /// It takes back an operator error, as RESET does, and is done then; under other locks it is queued or refused.
    TakesBackError,
    /// It is queued or refused.
    KeptOut,
}

fn while_locked(key: Key) -> WhileLocked {
    use Key::*;
    match key {
        Reset | Attn | SysReq | Insert | ToggleInsert => WhileLocked::Done,
        Tab | BackTab | Home | FieldEnd | Up | Down | Left | Right | Left2 | Right2 | EraseEof
        | EraseInput | DeleteField | DeleteWord => WhileLocked::TakesBackError,
        Char(_) | Enter | Pf(_) | Pa(_) | Clear | Newline | Delete | Erase | BackSpace
        | NextWord | PreviousWord | Dup | FieldMark | CursorSelect | MoveCursor(_) => {
            WhileLocked::KeptOut
        }
    }
}

/// Whether the reference drops a key that comes while `X -f` is shown, rather than keep it for the unlock: keys that send an
/// AID, but for the cursor select key, which may not.
fn is_dropped_without_function(key: Key) -> bool {
    key.aid().is_some_and(|aid| aid != Aid::CursorSelect)
}
