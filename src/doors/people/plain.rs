//! The plain door: the screen as text and keys by name, a line at a time, for terminals that can show only lines, for screen
//! readers and for scripts that expect a prompt.
//!
//! A line of keys such as `SMITH<tab>JOHN<enter>` is pressed. If the host has written, the whole screen is printed; otherwise only
//! the rows that changed, each with its number. The last line says where the cursor is and whether the keyboard is free. A line
//! that begins with a colon asks for something else (`:help` lists what); `::` types a colon.

use std::fmt::Write;

use crate::doors::session::dialogue::{Dialogue, DialogueReply};
use crate::doors::session::lines::LineError;
use crate::doors::session::observation::{
    FieldView, Fields, ObservationScope, ScreenView, observe,
};
use crate::doors::session::outcome::EndingView;
use crate::doors::session::progress::Progress;
use crate::doors::session::request::{self, Request, Submission};
use crate::doors::session::target::ScriptTarget;
use crate::doors::session::turn::{Refused, Turn, TurnReply};
use bigiron_sim::system::near::near;
use tn3270::terminal::Key;

/// What is printed when a line is waited for.
pub const PROMPT: &str = "> ";

/// Columns of a goal.
const GOAL: usize = 79;

/// The words after a colon, and what they do.
const WORDS: [(&str, &str); 10] = [
    ("help", "this list"),
    ("keys", "the names of the keys"),
    ("screen", "the whole screen (an empty line does the same)"),
    ("fields", "the fields one can type in, with what is in them"),
    (
        "wait",
        "let time pass: `:wait 5` is five seconds of the host's",
    ),
    (
        "goal",
        "what the task asks for, and what it leaves to use up",
    ),
    (
        "answer",
        "keep an answer: `:answer P88121`; `:submit` or `:quit` hands it in",
    ),
    (
        "terminal",
        "turn to another terminal of the task: `:terminal 2`, or a system's name",
    ),
    (
        "submit",
        "the work is done: `:submit P88121` with an answer, or with the one that was kept",
    ),
    ("quit", "leave"),
];

/// A conversation.
#[derive(Debug, Clone, Default)]
pub struct Plain {
    turn: Turn,
    /// The rows as they were last printed.
    rows: Vec<String>,
    /// How many writes of the host have been reported.
    writes: u64,
    /// Whether the last line was a `:quit` that was held back, since no answer was given.
    warned: bool,
}

impl Dialogue for Plain {
    fn greet(&mut self, subject: &dyn ScriptTarget) -> String {
        let mut text = String::new();
        if let Some(goal) = subject.goal() {
            let _ = writeln!(text, "{goal}\n");
        }
        text.push_str("A line is keys, such as CLK042<tab>IRON<enter>; :help tells more.\n");
        text + &self.whole(subject)
    }

    fn begin(&mut self, line: &[u8], subject: &mut dyn ScriptTarget) -> Progress<DialogueReply> {
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end_matches(['\r', '\n']);
        let warned = std::mem::take(&mut self.warned);
        let text = match line.strip_prefix(':') {
            _ if line.trim().is_empty() => self.whole(subject),
            Some(rest) if !rest.starts_with(':') => return self.word(rest, warned, subject),
            Some(colon) => return self.press(colon, subject),
            None => return self.press(line, subject),
        };
        DialogueReply::step(text)
    }

    fn resume(&mut self, subject: &mut dyn ScriptTarget) -> Progress<DialogueReply> {
        let progress = self.turn.go_on(subject);
        progress.map(|reply| DialogueReply {
            end: reply.ended.is_some(),
            text: self.tell(subject, &reply),
        })
    }

    fn abandon(&mut self, subject: &mut dyn ScriptTarget) -> String {
        let reply = self.turn.abandon(subject);
        self.tell(subject, &reply)
    }

    fn refuse(&mut self, unended: LineError, _: &mut dyn ScriptTarget) -> String {
        format!("The line {unended}.\n")
    }
}

impl Plain {
    fn press(&mut self, keys: &str, subject: &mut dyn ScriptTarget) -> Progress<DialogueReply> {
        match request::keys(keys) {
            Ok(keys) => self.take(
                Request {
                    keys,
                    ..Request::default()
                },
                subject,
            ),
            Err(fault) => said(format!("Nothing was pressed: {}.", fault.message)),
        }
    }

    fn take(
        &mut self,
        request: Request,
        subject: &mut dyn ScriptTarget,
    ) -> Progress<DialogueReply> {
        self.turn = Turn::new(request);
        self.resume(subject)
    }

    /// Does what a word after a colon asks for.
    fn word(
        &mut self,
        text: &str,
        warned: bool,
        subject: &mut dyn ScriptTarget,
    ) -> Progress<DialogueReply> {
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        let rest = rest.trim();
        match word {
            "help" => said(help()),
            "keys" => said(keys()),
            "screen" => DialogueReply::step(self.whole(subject)),
            "fields" => said(fields(subject)),
            "wait" => match seconds(rest) {
                Some(wait) => self.take(
                    Request {
                        wait: Some(wait),
                        ..Request::default()
                    },
                    subject,
                ),
                None => said("How many seconds? `:wait 5` lets five pass.".into()),
            },
            "goal" => said(goal(subject)),
            "answer" => said(keep(rest, subject)),
            "terminal" => self.terminal(rest, subject),
            "submit" => {
                let answer = (!rest.is_empty()).then(|| rest.to_owned());
                self.take(
                    Request {
                        submit: Some(Submission { answer }),
                        ..Request::default()
                    },
                    subject,
                )
            }
            "quit" if !warned && lacks_answer(subject) => {
                self.warned = true;
                said(
                    "No answer was given: `:answer P88121` gives one, :quit again leaves without."
                        .into(),
                )
            }
            "quit" => Progress::Done(DialogueReply {
                text: String::new(),
                end: true,
            }),
            _ => {
                let near = near(word, WORDS.map(|(known, _)| known));
                let near = near.map_or(":help lists what there is".into(), |near| {
                    format!("did you mean :{near}?")
                });
                said(format!("There is no :{word}; {near}. `::` types a colon."))
            }
        }
    }

    /// Turns to the terminal of this number, from 1, or at this system.
    fn terminal(
        &mut self,
        wanted: &str,
        subject: &mut dyn ScriptTarget,
    ) -> Progress<DialogueReply> {
        let systems: Vec<String> = subject.systems().iter().map(|id| id.to_string()).collect();
        let numbered = wanted.parse::<usize>().ok();
        let system = numbered.and_then(|n| systems.get(n.checked_sub(1)?));
        let system = system.or_else(|| systems.iter().find(|id| *id == wanted));
        match system.is_some_and(|system| subject.turn_to(system)) {
            true => DialogueReply::step(self.whole(subject)),
            false => {
                let known = (1..).zip(&systems).map(|(n, id)| format!("{n} ({id})"));
                let known = known.collect::<Vec<_>>().join(", ");
                said(format!(
                    "There is no terminal {wanted:?}; there are {known}."
                ))
            }
        }
    }

    /// The whole screen.
    fn whole(&mut self, subject: &dyn ScriptTarget) -> String {
        let seen = observe(subject, ObservationScope::default());
        self.screen(subject, &seen) + &status(subject, &seen) + PROMPT
    }

    fn screen(&mut self, subject: &dyn ScriptTarget, seen: &ScreenView) -> String {
        self.rows = seen.rows.clone().unwrap_or_default();
        self.writes = subject.writes();
        let rows = self.rows.iter().map(|row| row.trim_end());
        rows.fold(String::new(), |text, row| text + row + "\n")
    }

    /// What a turn came to.
    fn tell(&mut self, subject: &dyn ScriptTarget, reply: &TurnReply) -> String {
        let seen = &reply.screen;
        let mut text = match subject.writes() == self.writes {
            true => self.changes(seen),
            false => self.screen(subject, seen),
        };
        if let Some(Refused { key, at, reason }) = &reply.refused {
            let _ = writeln!(
                text,
                "-- {key} (column {at}) was refused: {reason}; nothing after it was pressed"
            );
        }
        text.push_str(&status(subject, seen));
        match reply.ended.map(EndingView::reason) {
            Some(reason) => text + &format!("-- the session is over: {reason}\n"),
            None => text + PROMPT,
        }
    }

    /// The rows that are not as they were last printed, with their numbers.
    fn changes(&mut self, seen: &ScreenView) -> String {
        let rows = seen.rows.clone().unwrap_or_default();
        let mut text = String::new();
        for (number, row) in (1..).zip(&rows) {
            if self.rows.get(number - 1) != Some(row) {
                let _ = writeln!(text, "{number:2}:{}", row.trim_end());
            }
        }
        self.rows = rows;
        text
    }
}

fn said(text: String) -> Progress<DialogueReply> {
    DialogueReply::step(format!("{}\n{PROMPT}", text.trim_end()))
}

/// What the task asks for, and what it leaves.
fn goal(subject: &dyn ScriptTarget) -> String {
    let Some(status) = subject.task_status() else {
        return "There is no task.".into();
    };
    let answer = match (status.answer, status.reports) {
        (Some(answer), _) => format!("Answer so far: {answer}\n"),
        (None, true) => "No answer so far.\n".into(),
        (None, false) => String::new(),
    };
    let lines = status.lines(GOAL).join("\n");
    format!("{lines}\n{answer}{}", status.budget_line())
}

/// Keeps an answer, and tells what there is to tell of it.
fn keep(answer: &str, subject: &mut dyn ScriptTarget) -> String {
    match (subject.keep_answer(answer), answer) {
        (Err(doubt), _) => format!("{answer:?}: {doubt}."),
        (Ok(()), "") => "No answer is kept. `:answer P88121` keeps one.".into(),
        (Ok(()), answer) => format!("Kept: {answer}"),
    }
}

/// Whether an answer is asked for and none was kept.
fn lacks_answer(subject: &dyn ScriptTarget) -> bool {
    let status = subject.task_status();
    status.is_some_and(|status| status.reports && status.answer.is_none() && !status.over)
}

/// `-- row 12, column 32, OPERATOR ID; keyboard free`, and at a task `; keys 9 of 150, 59:40 left`
fn status(subject: &dyn ScriptTarget, seen: &ScreenView) -> String {
    let (row, column) = (seen.cursor.row, seen.cursor.column);
    let mut text = format!("-- row {row}, column {column}");
    if let Some(field) = seen
        .fields
        .iter()
        .flatten()
        .find(|field| holds(seen, field))
    {
        let name = match field.label.as_str() {
            "" => "a field",
            label => label,
        };
        let hidden = if field.hidden { ", hidden" } else { "" };
        let _ = write!(text, ", {name}{hidden}");
    }
    let keyboard = &seen.keyboard;
    let _ = match &keyboard.reason {
        None => write!(text, "; keyboard free"),
        Some(reason) if keyboard.resettable => {
            write!(text, "; keyboard locked ({reason}), <reset> frees it")
        }
        Some(reason) => write!(text, "; keyboard locked ({reason})"),
    };
    if keyboard.insert {
        text.push_str("; insert mode");
    }
    if let Some(status) = subject.task_status() {
        let _ = write!(text, "; {}", status.budget_line());
    }
    text + "\n"
}

/// Whether the cursor is in the field.
fn holds(seen: &ScreenView, field: &FieldView) -> bool {
    let columns = u32::from(seen.size.columns);
    let address = |row: u16, column: u16| (u32::from(row) - 1) * columns + u32::from(column) - 1;
    let (cursor, start) = (
        address(seen.cursor.row, seen.cursor.column),
        address(field.row, field.column),
    );
    (start..start + u32::from(field.length)).contains(&cursor)
}

fn fields(subject: &dyn ScriptTarget) -> String {
    let scope = ObservationScope {
        rows: false,
        fields: Fields::Input,
        cells: false,
    };
    let seen = observe(subject, scope);
    let list = seen
        .fields
        .iter()
        .flatten()
        .fold(String::new(), |mut text, field| {
            let FieldView {
                label,
                row,
                column,
                length,
                ..
            } = field;
            let value = field.value.as_deref().unwrap_or("(hidden)");
            let _ = writeln!(
                text,
                "row {row}, column {column}, {length} long, {label}: {value}"
            );
            text
        });
    match list.is_empty() {
        true => "There is no field to type in.".into(),
        false => list,
    }
}

fn help() -> String {
    let head = "A line is keys: text, and names in angle brackets, such as SMITH<tab>JOHN<enter>; << is a literal <.\n";
    WORDS
        .iter()
        .fold(head.to_owned(), |mut text, (word, does)| {
            let _ = writeln!(text, ":{word}  {does}");
            text
        })
}

fn keys() -> String {
    let names: Vec<String> = Key::all()
        .map(|key| key.to_string())
        .filter(|name| name.len() > 2)
        .collect();
    format!(
        "{}\n<cursor N> puts the cursor at address N, counted from 0.",
        names.join(" ")
    )
}

fn seconds(text: &str) -> Option<u64> {
    let seconds: f64 = text.parse().ok()?;
    let wait = seconds * 1000.0;
    (wait >= 0.0 && wait <= request::MAX_WAIT as f64).then_some(wait as u64)
}
