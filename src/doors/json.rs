//! The JSON door: one object a line in, one a line out. Version 1.
//!
//! The door begins with a greeting: `{"bigiron": 1, "system": NAME, "origin": 1, "screen": OBSERVATION}`, with `"goal": TEXT` if the
//! session was opened for a task; `origin` is what rows and columns count from. Then each line that comes in is answered by one line. A line holds any of these members, which are
//! done in this order:
//! - `"keys"`: text with keys in angle brackets, such as `"SMITH<tab>JOHN<enter>"`; `<<` is a literal `<`;
//! - `"wait"`: virtual milliseconds to let pass;
//! - `"observe"`: what the answer is to hold: `{"rows": true, "fields": "none" | "input" | "all"}`, these two if left out.
//!
//! The answer is `{"bigiron": 1, "screen": OBSERVATION}`, see [`Observation`](super::observation::Observation). If the terminal
//! refused a key, the rest of the keys was not pressed and the answer has also
//! `"refused": {"key", "at", "reason"}`, `at` being the column of the key, from 1.
//!
//! A line that cannot be understood is answered by `{"bigiron": 1, "error": {"kind", "message", "at"}}`, and nothing of it is done.
//! Kinds: `syntax` (not JSON; `at` has `line` and `column`), `member`, `value`, `key` (`at` has the `column` in the text of keys),
//! `overlong` (ends the conversation). A line of blanks is passed over.

use std::collections::VecDeque;

use serde_json::{Map, Value, json};

use super::dialogue::{Dialogue, MAX_LINE, Step};
use super::near;
use super::observation::{Fields, Scope, observe};
use super::script::Subject;
use crate::session::Millis;
use crate::terminal::{Key, Refusal, Response};

/// The version of the language.
pub const VERSION: u32 = 1;

/// The longest wait in one line, in virtual milliseconds: 30 days.
const MAX_WAIT: Millis = 30 * 86_400_000;

/// What a line asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Request {
    /// Keys, each with its column in the text, from 1.
    keys: VecDeque<(usize, Key)>,
    wait: Option<Millis>,
    scope: Scope,
}

/// Why a line is not understood: an `error` object.
type Fault = Value;

/// A conversation.
#[derive(Debug, Clone, Default)]
pub struct Json {
    request: Request,
    /// When the wait of the request is over, once it has begun.
    until: Option<Millis>,
    /// Whether the last key pressed was one of attention, whose answer is still to come.
    sent: bool,
}

impl Dialogue for Json {
    fn greet(&mut self, subject: &dyn Subject) -> String {
        let screen = observe(subject, Scope::default());
        let system = subject.host();
        let mut greeting =
            json!({ "bigiron": VERSION, "system": system, "origin": 1, "screen": screen });
        if let (Some(goal), Some(members)) = (subject.goal(), greeting.as_object_mut()) {
            members.insert("goal".into(), goal.into());
        }
        line(greeting)
    }

    fn begin(&mut self, text: &[u8], subject: &mut dyn Subject) -> Step {
        if text.trim_ascii().is_empty() {
            let text = String::new();
            return Step::Said { text, end: false };
        }
        match parse(text) {
            Ok(request) => {
                *self = Json {
                    request,
                    until: None,
                    sent: false,
                };
                self.resume(subject)
            }
            Err(fault) => Step::Said {
                text: line(json!({ "bigiron": VERSION, "error": fault })),
                end: false,
            },
        }
    }

    fn resume(&mut self, subject: &mut dyn Subject) -> Step {
        while self.sent || !self.request.keys.is_empty() {
            // An answer that is still to come is waited for before the next key, and before the reply.
            if subject
                .terminal()
                .lock()
                .is_some_and(|lock| !lock.is_operator_error())
            {
                return Step::Blocked {
                    until: None,
                    asked: false,
                };
            }
            self.sent = false;
            let Some((at, key)) = self.request.keys.pop_front() else {
                break;
            };
            match subject.press(key) {
                Response::Refused(refusal) => {
                    let reason = reason(refusal);
                    return self.answer(
                        subject,
                        Some(json!({ "key": key.to_string(), "at": at, "reason": reason })),
                    );
                }
                Response::Inbound(_) | Response::Attn | Response::SysReq => self.sent = true,
                Response::Local | Response::Queued => {}
            }
        }
        let now = subject.now();
        if let (None, Some(wait)) = (self.until, self.request.wait) {
            self.until = Some(now.saturating_add(wait));
        }
        match self.until {
            Some(until) if now < until => Step::Blocked {
                until: Some(until),
                asked: true,
            },
            _ => self.answer(subject, None),
        }
    }

    /// A keyboard that stays locked is no fault of the line: the screen says so. Keys that are left were not pressed.
    fn abandon(&mut self, subject: &mut dyn Subject) -> String {
        let refused = self.request.keys.pop_front().map(|(at, key)| {
            let lock = subject.terminal().lock().map(|lock| lock.to_string());
            json!({ "key": key.to_string(), "at": at, "reason": lock })
        });
        match self.answer(subject, refused) {
            Step::Said { text, .. } => text,
            Step::Blocked { .. } => String::new(),
        }
    }

    fn overlong(&mut self, _: &mut dyn Subject) -> String {
        let message = format!("the line is longer than {MAX_LINE} bytes");
        line(json!({ "bigiron": VERSION, "error": { "kind": "overlong", "message": message } }))
    }
}

impl Json {
    fn answer(&mut self, subject: &dyn Subject, refused: Option<Value>) -> Step {
        let screen = observe(subject, self.request.scope);
        let mut answer = json!({ "bigiron": VERSION, "screen": screen });
        if let (Some(refused), Some(members)) = (refused, answer.as_object_mut()) {
            members.insert("refused".into(), refused);
        }
        *self = Json::default();
        Step::Said {
            text: line(answer),
            end: false,
        }
    }
}

fn line(value: Value) -> String {
    format!("{value}\n")
}

fn reason(refusal: Refusal) -> String {
    match refusal {
        Refusal::Locked(lock) => lock.to_string(),
        Refusal::NoSuchCharacter => "the character is not in the code page".into(),
        Refusal::OutOfRange => "the address is not on the screen".into(),
    }
}

fn fault(kind: &str, message: String) -> Fault {
    json!({ "kind": kind, "message": message })
}

/// A name that is not known, with the known one that is closest.
fn unknown(what: &str, written: &str, known: &[&str]) -> String {
    match near(written, known.iter().copied()) {
        Some(name) => format!("there is no {what} \"{written}\"; did you mean \"{name}\"?"),
        None => format!(
            "there is no {what} \"{written}\"; known are {}",
            known.join(", ")
        ),
    }
}

fn parse(text: &[u8]) -> Result<Request, Fault> {
    let value: Value = serde_json::from_slice(text).map_err(|error| {
        let at = json!({ "line": error.line(), "column": error.column() });
        json!({ "kind": "syntax", "message": format!("the line is not JSON: {error}"), "at": at })
    })?;
    let Value::Object(members) = value else {
        return Err(fault(
            "syntax",
            "an object is wanted, such as {\"keys\": \"<enter>\"}".into(),
        ));
    };
    if members.is_empty() {
        return Err(fault(
            "member",
            "the object is empty; known members are keys, wait, observe".into(),
        ));
    }
    let mut request = Request::default();
    for (name, value) in &members {
        match name.as_str() {
            "keys" => request.keys = keys(value)?,
            "wait" => request.wait = Some(wait(value)?),
            "observe" => request.scope = scope(value)?,
            _ => {
                return Err(fault(
                    "member",
                    unknown("member", name, &["keys", "wait", "observe"]),
                ));
            }
        }
    }
    Ok(request)
}

fn keys(value: &Value) -> Result<VecDeque<(usize, Key)>, Fault> {
    let Some(text) = value.as_str() else {
        return Err(fault(
            "value",
            "keys: a text is wanted, such as \"SMITH<tab>JOHN<enter>\"".into(),
        ));
    };
    let keys = Key::parse_line(text).map_err(
        |error| json!({ "kind": "key", "message": error.to_string(), "at": { "column": error.at + 1 } }),
    )?;
    // Where each key stands follows from how long it is written; names may be written in other letters, not longer.
    let mut column = 1;
    let mut characters = text.chars();
    let placed = keys.into_iter().map(|key| {
        let at = column;
        let length = match characters.next() {
            Some('<') => {
                1 + characters
                    .by_ref()
                    .take_while(|character| !"<>".contains(*character))
                    .count()
                    + 1
            }
            _ => 1,
        };
        column += length;
        (at, key)
    });
    Ok(placed.collect())
}

fn wait(value: &Value) -> Result<Millis, Fault> {
    value
        .as_u64()
        .filter(|wait| *wait <= MAX_WAIT)
        .ok_or_else(|| {
            let message = format!(
                "wait: a whole number of milliseconds from 0 to {MAX_WAIT} is wanted, not {value}"
            );
            fault("value", message)
        })
}

fn scope(value: &Value) -> Result<Scope, Fault> {
    let empty = Map::new();
    let members = match value {
        Value::Object(members) => members,
        Value::Bool(true) => &empty,
        _ => {
            return Err(fault(
                "value",
                "observe: an object is wanted, such as {\"fields\": \"all\"}".into(),
            ));
        }
    };
    let mut scope = Scope::default();
    for (name, value) in members {
        match (name.as_str(), value) {
            ("rows", Value::Bool(rows)) => scope.rows = *rows,
            ("rows", _) => {
                return Err(fault(
                    "value",
                    format!("observe.rows: true or false is wanted, not {value}"),
                ));
            }
            ("fields", value) => scope.fields = fields(value)?,
            _ => {
                return Err(fault(
                    "member",
                    unknown("member of observe", name, &["rows", "fields"]),
                ));
            }
        }
    }
    Ok(scope)
}

fn fields(value: &Value) -> Result<Fields, Fault> {
    match value.as_str() {
        Some("none") => Ok(Fields::None),
        Some("input") => Ok(Fields::Input),
        Some("all") => Ok(Fields::All),
        Some(other) => Err(fault(
            "value",
            unknown("choice of fields", other, &["none", "input", "all"]),
        )),
        None => Err(fault(
            "value",
            format!("observe.fields: none, input or all is wanted, not {value}"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        match parse(text.as_bytes()) {
            Ok(request) => panic!("{text} was understood: {request:?}"),
            Err(fault) => fault.to_string(),
        }
    }

    #[test]
    fn keys_know_their_columns() {
        let request = parse(br#"{"keys": "AB<tab><<C<PF3>", "wait": 5}"#).unwrap();
        let places: Vec<_> = request
            .keys
            .iter()
            .map(|(at, key)| format!("{at} {key}"))
            .collect();
        assert_eq!(
            places,
            ["1 A", "2 B", "3 <tab>", "8 <<", "10 C", "11 <pf3>"]
        );
        assert_eq!(request.wait, Some(5));
    }

    #[test]
    fn every_fault_has_a_kind_and_a_remedy() {
        let faults = [
            r#"{"keys": "#,
            "[1]",
            "{}",
            r#"{"kees": "A"}"#,
            r#"{"zzz": 1}"#,
            r#"{"keys": 5}"#,
            r#"{"keys": "AB<etner>"}"#,
            r#"{"keys": "<enter>", "wait": -1}"#,
            r#"{"observe": 5}"#,
            r#"{"observe": {"row": true}}"#,
            r#"{"observe": {"rows": 1}}"#,
            r#"{"observe": {"fields": "inputs"}}"#,
            r#"{"observe": {"fields": 1}}"#,
        ]
        .map(|text| format!("{text}\n  {}", error(text)));
        insta::assert_snapshot!(faults.join("\n"));
    }
}
