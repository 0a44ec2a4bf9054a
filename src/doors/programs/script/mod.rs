//! The action language of s3270: lines of actions in, `data:` lines, a status line and `ok` or `error` out.
//!
//! An [`Interpreter`] drives a [`ScriptTarget`] and says when it has to wait; its caller lets time pass. Names, arguments,
//! abbreviations, texts and status line follow s3270 4.1ga10, except where this list says so:
//! - an unknown name gets a near match;
//! - the last field of the status line is what the line took on the session's clock, in seconds, which may be virtual time;
//! - `KeyboardLock`, `KeyboardLockDetail` and the waits for `CursorAt`, `InputFieldAt` and `StringAt` of later versions are
//!   understood (rows and columns from 1);
//! - on a system of ours blankFill is off unless it is set, as on a real terminal;
//! - a wait that nothing can end is an error at once, where time passes only on demand;
//! - nothing runs a program, and files are written only for the user at the keyboard ([`Interpreter::local`]), never for a
//!   client of a socket.

use std::collections::{BTreeMap, VecDeque};

use crate::doors::session::dialogue::{Dialogue, DialogueReply};
use crate::doors::session::lines::LineError;
use crate::doors::session::progress::{Progress, Wait};
use crate::doors::session::target::ScriptTarget;
use tn3270::client::Mode;
use tn3270::terminal::{Key, Refusal, Response, Terminal};

mod action;
mod host;
mod input;
mod parse;
mod print;
mod query;
mod screen;
mod settings;
mod snap;
mod text;
mod verbs;
mod wait;

pub use parse::{ScriptAction, ScriptLine, SyntaxError};
pub use settings::{model, oversize, set};

use input::SavedInput;
use wait::Condition;

/// What came of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptReply {
    /// The output of the actions, without `data: `.
    pub data: Vec<String>,
    /// The status line: 12 fields.
    pub status: String,
    /// Whether all actions were done.
    pub ok: bool,
    /// Whether the script asked to end.
    pub quit: bool,
}

impl ScriptReply {
    /// The reply as s3270 prints it, with the line feed at its end.
    pub fn render(&self) -> String {
        let data: String = self
            .data
            .iter()
            .map(|line| format!("data: {line}\n"))
            .collect();
        format!(
            "{data}{}\n{}\n",
            self.status,
            if self.ok { "ok" } else { "error" }
        )
    }
}

/// What an action that is not finished waits for.
#[derive(Debug, Clone)]
enum Pending {
    /// The way to a host.
    Connection,
    /// Keys of a `String()` that are still to be typed, and the column it began in.
    Typing(VecDeque<Key>, u16),
    /// Text of a host in NVT mode; at the deadline the action has failed.
    Expecting(String, u64),
    /// The unlock after a key of attention.
    Unlock,
    /// A condition; at the deadline the action has failed.
    Until(Condition, Option<u64>),
    /// A moment.
    Sleep(u64),
}

impl Pending {
    fn wait(&self) -> Wait {
        let (until, asked) = match self {
            Pending::Connection | Pending::Typing(..) | Pending::Unlock => (None, false),
            Pending::Until(_, until) => (*until, true),
            Pending::Expecting(_, until) | Pending::Sleep(until) => (Some(*until), true),
        };
        Wait { until, asked }
    }
}

/// The state of a script between and inside its lines.
#[derive(Debug, Clone)]
pub struct Interpreter {
    line: ScriptLine,
    pending: Option<Pending>,
    data: Vec<String>,
    started: u64,
    quit: bool,
    /// Whether files may be written.
    local: bool,
    aid_wait: bool,
    /// What `Snap()` saved: the screen and its status.
    saved: Option<(Terminal, String)>,
    /// What `SaveInput()` saved, by name.
    inputs: BTreeMap<String, SavedInput>,
    /// How many writes the script has looked at.
    seen: u64,
}

impl Default for Interpreter {
    fn default() -> Interpreter {
        Interpreter {
            line: ScriptLine::default(),
            pending: None,
            data: Vec::new(),
            started: 0,
            quit: false,
            local: false,
            aid_wait: true,
            saved: None,
            inputs: BTreeMap::new(),
            seen: 0,
        }
    }
}

impl Interpreter {
    /// A script of the user at the keyboard, which may write files.
    pub fn local() -> Interpreter {
        Interpreter {
            local: true,
            ..Interpreter::default()
        }
    }

    /// Begins a line and goes on with it as far as it gets.
    pub fn begin(&mut self, text: &str, subject: &mut dyn ScriptTarget) -> Progress<ScriptReply> {
        self.line = ScriptLine::new(text);
        self.pending = None;
        self.started = subject.now();
        self.resume(subject)
    }

    /// Goes on with a line after the host has written or time has passed.
    pub fn resume(&mut self, subject: &mut dyn ScriptTarget) -> Progress<ScriptReply> {
        loop {
            if let Some(pending) = self.pending.take() {
                match self.go_on(pending, subject) {
                    Ok(None) => {}
                    Ok(Some(pending)) => {
                        let wait = pending.wait();
                        self.pending = Some(pending);
                        return Progress::Blocked(wait);
                    }
                    Err(message) => return Progress::Done(self.fail(&message, subject)),
                }
            }
            let action = match self.line.next_action() {
                Ok(Some(action)) if !self.quit => action,
                Ok(_) => return Progress::Done(self.reply(true, subject)),
                Err(error) => return Progress::Done(self.fail(&error.to_string(), subject)),
            };
            if let Err(message) = action::run(self, subject, &action) {
                return Progress::Done(self.fail(&message, subject));
            }
        }
    }

    /// Ends a line that waits for what will not come.
    pub fn abandon(&mut self, subject: &dyn ScriptTarget) -> ScriptReply {
        let message = match self.pending.take() {
            Some(Pending::Typing(..) | Pending::Unlock) => {
                "Keyboard locked: the host gives no answer"
            }
            _ => "Wait(): Nothing is due that would end it",
        };
        self.fail(message, subject)
    }

    fn go_on(
        &mut self,
        pending: Pending,
        subject: &mut dyn ScriptTarget,
    ) -> Result<Option<Pending>, String> {
        match pending {
            Pending::Sleep(until) if subject.now() >= until => Ok(None),
            Pending::Sleep(until) => Ok(Some(Pending::Sleep(until))),
            Pending::Unlock => {
                let unlocked = Condition::Unlock.holds(subject, self.seen)?;
                Ok((!unlocked).then_some(Pending::Unlock))
            }
            Pending::Until(condition, deadline) => {
                if condition.holds(subject, self.seen)? {
                    if condition == Condition::Output {
                        self.seen = subject.writes();
                    }
                    Ok(None)
                } else if deadline.is_some_and(|deadline| subject.now() >= deadline) {
                    Err("Wait(): Timed out".into())
                } else {
                    Ok(Some(Pending::Until(condition, deadline)))
                }
            }
            Pending::Connection => Ok((!host::connected(subject)?).then_some(Pending::Connection)),
            Pending::Expecting(text, until) => match subject
                .foreign_host_mut()
                .and_then(|host| host.expect(&text))
            {
                None => Err("Expect() is valid only when connected in NVT mode".into()),
                Some(true) => Ok(None),
                Some(false) if subject.now() >= until => Err("Expect(): Timed out".into()),
                Some(false) => Ok(Some(Pending::Expecting(text, until))),
            },
            Pending::Typing(keys, column) => {
                let sends = keys.back().is_some_and(|key| key.is_attention());
                let left = typing(keys, column, subject)?;
                let waits = sends && self.aid_wait && left.is_none();
                Ok(match waits && subject.terminal().lock().is_some() {
                    true => Some(Pending::Unlock),
                    false => left,
                })
            }
        }
    }

    fn fail(&mut self, message: &str, subject: &dyn ScriptTarget) -> ScriptReply {
        self.data.extend(message.lines().map(str::to_owned));
        self.pending = None;
        self.reply(false, subject)
    }

    fn reply(&mut self, ok: bool, subject: &dyn ScriptTarget) -> ScriptReply {
        let elapsed = subject.now().saturating_sub(self.started);
        ScriptReply {
            data: std::mem::take(&mut self.data),
            status: format!(
                "{} {}.{:03}",
                status(subject),
                elapsed / 1000,
                elapsed % 1000
            ),
            ok,
            quit: self.quit,
        }
    }
}

/// Goes on with a `String()`, as far as the keyboard lets it; at its end the cursor keeps to the margin it began at.
fn typing(
    mut keys: VecDeque<Key>,
    column: u16,
    subject: &mut dyn ScriptTarget,
) -> Result<Option<Pending>, String> {
    if subject.host().is_none() {
        return Err("Canceled".into());
    }
    while let Some(key) = keys.front().copied() {
        match subject.terminal().lock() {
            Some(lock) if lock.is_operator_error() => return Err("Operator error".into()),
            Some(_) => return Ok(Some(Pending::Typing(keys, column))),
            None => {}
        }
        keys.pop_front();
        press(key, subject).map_err(|error| format!("{error}\nOperator error"))?;
    }
    let is_free = subject.terminal().lock().is_none();
    let keeps = is_free && !matches!(host::mode(subject), Mode::Nvt { .. } | Mode::NvtInTn3270e);
    if let Some(at) = subject.terminal().margin(column).filter(|_| keeps) {
        subject.press(Key::MoveCursor(at));
    }
    Ok(None)
}

/// Presses a key. An error is what the key itself does wrong; a key that is kept out is dropped without a word.
fn press(key: Key, subject: &mut dyn ScriptTarget) -> Result<(), String> {
    let tried = match subject.terminal().lock() {
        None => true,
        Some(lock) => {
            lock.is_operator_error()
                && matches!(key, Key::EraseEof | Key::DeleteField | Key::DeleteWord)
        }
    };
    match subject.press(key) {
        Response::Refused(Refusal::Locked(lock)) if tried && lock.is_operator_error() => {
            Err("Keyboard locked".into())
        }
        // s3270 drops it without a word.
        Response::Refused(Refusal::NoSuchCharacter) if subject.terminal().options().as_s3270 => {
            Ok(())
        }
        Response::Refused(Refusal::NoSuchCharacter) => {
            Err("The character is not in the code page".into())
        }
        Response::Refused(Refusal::OutOfRange) => Err("The address is not on the screen".into()),
        Response::Refused(Refusal::Locked(_))
        | Response::Local
        | Response::Inbound(_)
        | Response::Queued
        | Response::Attn
        | Response::SysReq => Ok(()),
    }
}

/// The first eleven fields of the status line.
fn status(subject: &dyn ScriptTarget) -> String {
    let terminal = subject.terminal();
    let columns = terminal.columns().max(1);
    let cursor = terminal.cursor();
    let field = terminal.field_at(cursor);
    format!(
        "{} {} {} {} {} {} {} {} {} {} 0x0",
        if terminal.lock().is_some() || subject.host().is_none() {
            "L"
        } else {
            "U"
        },
        if terminal.is_formatted() { "F" } else { "U" },
        if field.is_some_and(|field| field.attribute.is_protected()) {
            "P"
        } else {
            "U"
        },
        subject
            .host()
            .map_or("N".into(), |host| format!("C({host})")),
        match host::mode(subject) {
            _ if subject.host().is_none() => "N",
            Mode::Pending | Mode::Unbound => "P",
            Mode::Nvt { lines: false } => "C",
            Mode::Nvt { lines: true } | Mode::NvtInTn3270e => "L",
            Mode::Tn3270 | Mode::Tn3270e | Mode::Sscp => "I",
        },
        terminal.options().model.number(),
        terminal.rows(),
        columns,
        cursor / columns,
        cursor % columns,
    )
}

/// `; did you mean X?`, or nothing if no name is close to what was written.
fn near_hint<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    match bigiron_sim::system::near::near(written, names) {
        Some(name) => format!("; did you mean {name}?"),
        None => String::new(),
    }
}

impl Dialogue for Interpreter {
    fn greet(&mut self, _: &dyn ScriptTarget) -> String {
        String::new()
    }

    fn begin(&mut self, line: &[u8], subject: &mut dyn ScriptTarget) -> Progress<DialogueReply> {
        // What is no UTF-8 is ISO 8859-1, as older scripts have it.
        let text = match std::str::from_utf8(line) {
            Ok(text) => text.to_owned(),
            Err(_) => line.iter().copied().map(char::from).collect(),
        };
        Interpreter::begin(self, text.trim_end_matches(['\r', '\n']), subject).map(said)
    }

    fn resume(&mut self, subject: &mut dyn ScriptTarget) -> Progress<DialogueReply> {
        Interpreter::resume(self, subject).map(said)
    }

    fn abandon(&mut self, subject: &mut dyn ScriptTarget) -> String {
        Interpreter::abandon(self, subject).render()
    }

    fn refuse(&mut self, unended: LineError, subject: &mut dyn ScriptTarget) -> String {
        self.started = subject.now();
        self.fail(&format!("The line {unended}"), subject).render()
    }
}

fn said(reply: ScriptReply) -> DialogueReply {
    DialogueReply {
        text: reply.render(),
        end: reply.quit,
    }
}
