//! The action language of s3270: lines of actions in, `data:` lines, a status line and `ok` or `error` out.
//!
//! Pure: an [`Interpreter`] drives a [`Subject`] and says when it has to wait; whoever runs it lets time pass. Names, arguments,
//! abbreviations, texts and status line follow s3270 4.1ga10, except where this list says so:
//! - an unknown name gets a near match;
//! - a key that is refused is an error each time, not only the first time;
//! - the last field of the status line is virtual time: what the line took on the session's clock, in seconds;
//! - the waits for `CursorAt`, `InputFieldAt` and `StringAt` of later versions are understood (rows and columns from 1);
//! - blankFill is off unless it is set, as on a real terminal;
//! - a wait that nothing can end is an error at once, where time passes only on demand.

use std::collections::VecDeque;

use super::dialogue::{MAX_LINE, Step};
use super::turn::{Budget, Ended, Told};
use crate::terminal::{Key, Options, Refusal, Response, Terminal};

mod action;
mod parse;
mod query;
mod screen;
mod text;
mod wait;

pub use parse::{Action, Line, SyntaxError};

use wait::Condition;

/// What a script drives: a terminal and the way to its host.
pub trait Subject {
    /// The terminal as it is now.
    fn terminal(&self) -> &Terminal;
    /// Changes how the terminal is set up.
    fn set_options(&mut self, options: Options);
    /// Presses a key; what it sends goes to the host.
    fn press(&mut self, key: Key) -> Response;
    /// Virtual time in milliseconds.
    fn now(&self) -> u64;
    /// How many times the host has written so far.
    fn writes(&self) -> u64;
    /// The host's name while it is connected.
    fn host(&self) -> Option<&str>;
    /// What is to be done, in words, if the session was opened for a task.
    fn goal(&self) -> Option<&str> {
        None
    }
    /// What the task leaves to use up, if the session was opened for one.
    fn left(&self) -> Option<Budget> {
        None
    }
    /// The work is over, with this answer; tells what it comes to, if that is to be told here.
    fn finish(&mut self, _answer: Option<&str>, _ended: Ended) -> Option<Told> {
        None
    }
    /// How it is connected, in the words of `Query(ConnectionState)`.
    fn connection_state(&self) -> &str {
        "connected-tn3270e"
    }
}

/// What came of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// What the actions told, without `data: `.
    pub data: Vec<String>,
    /// The status line: 12 fields.
    pub status: String,
    /// Whether all actions were done.
    pub ok: bool,
    /// Whether the script asked to end.
    pub quit: bool,
}

impl Reply {
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

/// How far a line is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// The line has ended.
    Done(Reply),
    /// The line waits for the host, or for a moment of virtual time in milliseconds at the latest.
    Blocked {
        /// When to give up waiting, if ever.
        until: Option<u64>,
        /// Whether the line asked for time to pass, rather than finding the keyboard locked.
        asked: bool,
    },
}

/// What an action that is not finished waits for.
#[derive(Debug, Clone)]
enum Pending {
    /// Keys of a `String()` that are still to be typed.
    Typing(VecDeque<Key>),
    /// The unlock after a key of attention.
    Unlock,
    /// A condition; at the deadline the action has failed.
    Until(Condition, Option<u64>),
    /// A moment.
    Sleep(u64),
}

/// The state of a script between and inside its lines.
#[derive(Debug, Clone)]
pub struct Interpreter {
    line: Line,
    pending: Option<Pending>,
    data: Vec<String>,
    started: u64,
    quit: bool,
    aid_wait: bool,
    /// What `Snap()` saved: the screen and its status.
    saved: Option<(Terminal, String)>,
    /// How many writes the script has looked at.
    seen: u64,
}

impl Default for Interpreter {
    fn default() -> Interpreter {
        Interpreter {
            line: Line::default(),
            pending: None,
            data: Vec::new(),
            started: 0,
            quit: false,
            aid_wait: true,
            saved: None,
            seen: 0,
        }
    }
}

impl Interpreter {
    /// Begins a line and goes on with it as far as it gets.
    pub fn begin(&mut self, text: &str, subject: &mut dyn Subject) -> Progress {
        self.line = Line::new(text);
        self.pending = None;
        self.started = subject.now();
        self.resume(subject)
    }

    /// Goes on with a line after the host has written or time has passed.
    pub fn resume(&mut self, subject: &mut dyn Subject) -> Progress {
        loop {
            if let Some(pending) = self.pending.take() {
                match self.go_on(pending, subject) {
                    Ok(None) => {}
                    Ok(Some(pending)) => {
                        let (until, asked) = match &pending {
                            Pending::Typing(_) | Pending::Unlock => (None, false),
                            Pending::Until(_, until) => (*until, true),
                            Pending::Sleep(until) => (Some(*until), true),
                        };
                        self.pending = Some(pending);
                        return Progress::Blocked { until, asked };
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
    pub fn abandon(&mut self, subject: &dyn Subject) -> Reply {
        let message = match self.pending.take() {
            Some(Pending::Typing(_) | Pending::Unlock) => {
                "Keyboard locked: the host gives no answer"
            }
            _ => "Wait(): Nothing is due that would end it",
        };
        self.fail(message, subject)
    }

    fn go_on(
        &mut self,
        pending: Pending,
        subject: &mut dyn Subject,
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
            Pending::Typing(mut keys) => {
                while let Some(key) = keys.front().copied() {
                    match subject.terminal().lock() {
                        Some(lock) if !lock.is_operator_error() => {
                            return Ok(Some(Pending::Typing(keys)));
                        }
                        _ => {}
                    }
                    keys.pop_front();
                    refused(subject.press(key))?;
                }
                Ok(None)
            }
        }
    }

    fn fail(&mut self, message: &str, subject: &dyn Subject) -> Reply {
        self.data.extend(message.lines().map(str::to_owned));
        self.pending = None;
        self.reply(false, subject)
    }

    fn reply(&mut self, ok: bool, subject: &dyn Subject) -> Reply {
        let elapsed = subject.now().saturating_sub(self.started);
        Reply {
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

/// Turns a key that was not taken into the words of s3270.
fn refused(response: Response) -> Result<(), String> {
    match response {
        Response::Refused(Refusal::Locked(lock)) if lock.is_operator_error() => {
            Err("Keyboard locked\nOperator error".into())
        }
        Response::Refused(Refusal::Locked(_)) => Err("Keyboard locked".into()),
        Response::Refused(Refusal::NoSuchCharacter) => {
            Err("The character is not in the code page".into())
        }
        Response::Refused(Refusal::OutOfRange) => Err("The address is not on the screen".into()),
        Response::Local
        | Response::Inbound(_)
        | Response::Queued
        | Response::Attn
        | Response::SysReq => Ok(()),
    }
}

/// The first eleven fields of the status line.
fn status(subject: &dyn Subject) -> String {
    let terminal = subject.terminal();
    let columns = terminal.columns().max(1);
    let cursor = terminal.cursor();
    let is_protected = |field: crate::terminal::Field<'_>| {
        field.attribute.is_protected() || cursor == field.attribute_address
    };
    format!(
        "{} {} {} {} {} {} {} {} {} {} 0x0",
        if terminal.lock().is_some() || subject.host().is_none() {
            "L"
        } else {
            "U"
        },
        if terminal.is_formatted() { "F" } else { "U" },
        if terminal.field_at(cursor).is_some_and(is_protected) {
            "P"
        } else {
            "U"
        },
        subject
            .host()
            .map_or("N".into(), |host| format!("C({host})")),
        if subject.host().is_some() { "I" } else { "N" },
        terminal.options().model.number(),
        terminal.rows(),
        columns,
        cursor / columns,
        cursor % columns,
    )
}

/// `; did you mean X?`, or nothing if no name is close to what was written.
fn near_hint<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    match super::near(written, names) {
        Some(name) => format!("; did you mean {name}?"),
        None => String::new(),
    }
}

impl super::dialogue::Dialogue for Interpreter {
    fn greet(&mut self, _: &dyn Subject) -> String {
        String::new()
    }

    fn begin(&mut self, line: &[u8], subject: &mut dyn Subject) -> Step {
        let text = String::from_utf8_lossy(line);
        Interpreter::begin(self, text.trim_end_matches(['\r', '\n']), subject).into()
    }

    fn resume(&mut self, subject: &mut dyn Subject) -> Step {
        Interpreter::resume(self, subject).into()
    }

    fn abandon(&mut self, subject: &mut dyn Subject) -> String {
        Interpreter::abandon(self, subject).render()
    }

    fn overlong(&mut self, subject: &mut dyn Subject) -> String {
        self.started = subject.now();
        self.fail(
            &format!("The line is longer than {MAX_LINE} bytes"),
            subject,
        )
        .render()
    }
}

impl From<Progress> for Step {
    fn from(progress: Progress) -> Step {
        match progress {
            Progress::Done(reply) => Step::Said {
                text: reply.render(),
                end: reply.quit,
            },
            Progress::Blocked { until, asked } => Step::Blocked { until, asked },
        }
    }
}
