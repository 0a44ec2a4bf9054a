//! What a program asks of a session in one turn, as the members of a JSON object: read, and described as JSON Schema.
//!
//! Every door for programs (JSON lines, HTTP, MCP) takes the same members and finds the same faults in them.

use std::collections::VecDeque;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::observation::{Fields, ObservationScope};
use super::target::ScriptTarget;
use bigiron_sim::session::Millis;
use bigiron_sim::system::near::near;
use tn3270::terminal::Key;

/// The longest wait in one turn, in virtual milliseconds: 30 days.
pub const MAX_WAIT: Millis = 30 * 86_400_000;

/// The longest answer to a task, in bytes.
pub const MAX_ANSWER: usize = 4096;

/// What one turn asks for; its parts are done in this order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request {
    /// The system whose terminal to turn to first, where the session has several.
    pub at: Option<String>,
    /// Keys, each with its column in the text it was read from, counted from 1.
    pub keys: VecDeque<(usize, Key)>,
    /// Virtual milliseconds to let pass.
    pub wait: Option<Millis>,
    /// That the work is done.
    pub submit: Option<Submission>,
    /// What the reply is to hold.
    pub scope: ObservationScope,
}

/// Says that the work is done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Submission {
    /// What the task asks to be reported, if it asks for something.
    pub answer: Option<String>,
}

/// Why a request is not understood. Nothing of it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Fault")]
pub struct RequestFault {
    /// `syntax` (not JSON), `member` (there is none of this name), `value` (not of the right form), `key` (there is none of
    /// this name), `overlong` and `late` (a line too long, or too slow to end: these end the conversation).
    pub kind: &'static str,
    /// What is wrong, with a near match or what is wanted instead.
    pub message: String,
    /// Where, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<FaultPlace>,
}

/// Where a fault is, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FaultPlace {
    /// The line, of a fault in JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The column: of a fault in JSON in its line, of a key in the text of keys.
    pub column: usize,
}

impl RequestFault {
    /// A fault whose place is not known.
    pub fn new(kind: &'static str, message: impl Into<String>) -> RequestFault {
        RequestFault {
            kind,
            message: message.into(),
            at: None,
        }
    }

    fn value(message: impl Into<String>) -> RequestFault {
        RequestFault::new("value", message)
    }

    /// A name that is not known, with the known one that is closest or else all of them.
    pub fn unknown(kind: &'static str, what: &str, written: &str, known: &[&str]) -> RequestFault {
        let message = match near(written, known.iter().copied()) {
            Some(near) => format!("there is no {what} {written:?}; did you mean {near:?}?"),
            None => format!(
                "there is no {what} {written:?}; there are {}",
                known.join(", ")
            ),
        };
        RequestFault::new(kind, message)
    }
}

/// The members of a request.
pub const MEMBERS: [&str; 5] = ["at", "keys", "wait", "submit", "observe"];

/// Reads a text of JSON.
pub fn json(text: &[u8]) -> Result<Value, RequestFault> {
    serde_json::from_slice(text).map_err(|error| RequestFault {
        kind: "syntax",
        message: format!("not JSON: {error}"),
        at: Some(FaultPlace {
            line: Some(error.line()),
            column: error.column(),
        }),
    })
}

impl Request {
    /// Reads the members of a request.
    pub fn read(members: &Map<String, Value>) -> Result<Request, RequestFault> {
        let mut request = Request::default();
        for (name, value) in members {
            match name.as_str() {
                "at" => request.at = Some(system(value)?),
                "keys" => request.keys = key_text(value)?,
                "wait" => request.wait = Some(wait(value)?),
                "submit" => request.submit = submission(value)?,
                "observe" => request.scope = scope(value)?,
                _ => return Err(RequestFault::unknown("member", "member", name, &MEMBERS)),
            }
        }
        Ok(request)
    }

    /// Turns to the terminal that is asked for, which comes before everything else. A system that has none is a fault.
    pub fn turn(&mut self, subject: &mut dyn ScriptTarget) -> Result<(), RequestFault> {
        match self.at.take() {
            Some(at) if !subject.turn_to(&at) => Err(RequestFault::unknown(
                "value",
                "terminal at",
                &at,
                &subject.systems(),
            )),
            _ => Ok(()),
        }
    }
}

fn system(value: &Value) -> Result<String, RequestFault> {
    let wanted = || RequestFault::value("at: the name of a system is wanted, such as \"claims\"");
    value.as_str().map(str::to_owned).ok_or_else(wanted)
}

fn key_text(value: &Value) -> Result<VecDeque<(usize, Key)>, RequestFault> {
    let wanted = "keys: a text is wanted, such as \"SMITH<tab>JOHN<enter>\"";
    keys(value.as_str().ok_or_else(|| RequestFault::value(wanted))?)
}

/// Reads a text of keys, each with its column, from 1.
pub fn keys(text: &str) -> Result<VecDeque<(usize, Key)>, RequestFault> {
    let keys = Key::parse_line(text).map_err(|error| RequestFault {
        kind: "key",
        message: error.to_string(),
        at: Some(FaultPlace {
            line: None,
            column: error.at + 1,
        }),
    })?;
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

fn wait(value: &Value) -> Result<Millis, RequestFault> {
    value
        .as_u64()
        .filter(|wait| *wait <= MAX_WAIT)
        .ok_or_else(|| {
            RequestFault::value(format!(
                "wait: a whole number of milliseconds from 0 to {MAX_WAIT} is wanted, not {value}"
            ))
        })
}

/// A text is an answer; `true` or `null` are that there is none to give; `false` is that the work goes on.
fn submission(value: &Value) -> Result<Option<Submission>, RequestFault> {
    match value {
        Value::Bool(false) => Ok(None),
        Value::Bool(true) | Value::Null => Ok(Some(Submission::default())),
        Value::String(answer) if answer.len() <= MAX_ANSWER => Ok(Some(Submission {
            answer: Some(answer.clone()),
        })),
        Value::String(_) => Err(RequestFault::value(format!(
            "submit: an answer has at most {MAX_ANSWER} bytes"
        ))),
        _ => Err(RequestFault::value(
            "submit: a text is wanted, the answer, or true where the task asks for none",
        )),
    }
}

fn scope(value: &Value) -> Result<ObservationScope, RequestFault> {
    let empty = Map::new();
    let members = match value {
        Value::Object(members) => members,
        Value::Bool(true) => &empty,
        _ => {
            return Err(RequestFault::value(
                "observe: an object is wanted, such as {\"fields\": \"all\"}",
            ));
        }
    };
    let mut scope = ObservationScope::default();
    for (name, value) in members {
        match (name.as_str(), value) {
            ("rows", Value::Bool(rows)) => scope.rows = *rows,
            ("cells", Value::Bool(cells)) => scope.cells = *cells,
            (name @ ("rows" | "cells"), _) => {
                return Err(RequestFault::value(format!(
                    "observe.{name}: true or false is wanted, not {value}"
                )));
            }
            ("fields", value) => scope.fields = fields(value)?,
            _ => {
                let known = ["rows", "fields", "cells"];
                return Err(RequestFault::unknown(
                    "member",
                    "member of observe",
                    name,
                    &known,
                ));
            }
        }
    }
    Ok(scope)
}

fn fields(value: &Value) -> Result<Fields, RequestFault> {
    match value.as_str() {
        Some("none") => Ok(Fields::None),
        Some("input") => Ok(Fields::Input),
        Some("all") => Ok(Fields::All),
        Some(other) => {
            let known = ["none", "input", "all"];
            Err(RequestFault::unknown(
                "value",
                "choice of fields",
                other,
                &known,
            ))
        }
        None => Err(RequestFault::value(format!(
            "observe.fields: none, input or all is wanted, not {value}"
        ))),
    }
}

/// The members of a request as JSON Schema: `properties` of an object.
pub fn properties() -> Map<String, Value> {
    let members = json!({
        "at": {
            "type": "string",
            "description": "The system whose terminal to turn to before the keys, in a task that has terminals at several.",
        },
        "keys": {
            "type": "string",
            "description": "Text to type, with keys in angle brackets: SMITH<tab>JOHN<enter>. Keys: <enter>, <pf1> to <pf24>, <pa1> to \
                <pa3>, <clear>, <tab>, <backtab>, <home>, <newline>, <up>, <down>, <left>, <right>, <eraseeof>, <eraseinput>, <erase>, \
                <delete>, <insert>, <reset>, <cursor 85> (an address from 0) and others; << is a literal <.",
            "examples": ["SMITH<tab>JOHN<enter>", "<pf3>"],
        },
        "wait": {
            "type": "integer",
            "minimum": 0,
            "maximum": MAX_WAIT,
            "description": "Milliseconds of the host's time to let pass after the keys.",
        },
        "submit": {
            "type": ["string", "boolean", "null"],
            "maxLength": MAX_ANSWER,
            "description": "The work is done: the answer, if the task asks for one, else true. Ends the session.",
        },
        "observe": {
            "type": ["object", "boolean"],
            "description": "What the reply is to hold.",
            "properties": {
                "rows": { "type": "boolean", "default": true, "description": "The rows of text." },
                "fields": {
                    "enum": ["none", "input", "all"],
                    "default": "input",
                    "description": "The fields: those one can type in, all, or none.",
                },
                "cells": {
                    "type": "boolean",
                    "default": false,
                    "description": "Each position with its colours and highlighting.",
                },
            },
            "additionalProperties": false,
        },
    });
    match members {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Request, RequestFault> {
        Request::read(json(text.as_bytes())?.as_object().unwrap())
    }

    #[test]
    fn keys_know_their_columns() {
        let request = read(r#"{"keys": "AB<tab><<C<PF3>", "wait": 5}"#).unwrap();
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
    fn work_is_done_with_an_answer_or_without_one() {
        let submit = |value| read(&format!(r#"{{"submit": {value}}}"#)).map(|read| read.submit);
        let answer = |answer: Option<&str>| {
            let answer = answer.map(str::to_owned);
            Ok(Some(Submission { answer }))
        };
        assert_eq!(submit(r#""P88121""#), answer(Some("P88121")));
        assert_eq!(submit("true"), answer(None));
        assert_eq!(submit("null"), answer(None));
        assert_eq!(submit("false"), Ok(None));
        assert_eq!(submit("5").unwrap_err().kind, "value");
        let long = format!("\"{}\"", "x".repeat(MAX_ANSWER + 1));
        assert_eq!(submit(&long).unwrap_err().kind, "value");
    }

    #[test]
    fn the_schema_describes_every_member() {
        let described: Vec<String> = properties().keys().cloned().collect();
        let mut known = MEMBERS.map(str::to_owned);
        known.sort();
        let mut sorted = described.clone();
        sorted.sort();
        assert_eq!(sorted, known);
    }
}
