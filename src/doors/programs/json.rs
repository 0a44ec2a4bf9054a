//! The JSON door: one object a line in, one a line out. Version 1; `bigiron schema json` prints its JSON Schema.
//!
//! The door begins with a greeting: `{"bigiron": 1, "system": NAME, "origin": 1, "screen": OBSERVATION}`, with `"goal": TEXT` and
//! `"budget"` if the session was opened for a task; `origin` is what rows and columns count from. Then each line that comes in
//! is answered by one line. A line holds any of these members, which are done in this order:
//! - `"at"`: the system whose terminal to turn to, in a task that has terminals at several (the greeting names them as `systems`, and
//!   each answer says by `at` whose screen it shows);
//! - `"keys"`: text with keys in angle brackets, such as `"SMITH<tab>JOHN<enter>"`; `<<` is a literal `<`;
//! - `"wait"`: virtual milliseconds to let pass;
//! - `"submit"`: the work is done: the answer as a text, or `true` where the task asks for none. Ends the conversation;
//! - `"observe"`: what the answer is to hold: `{"rows": true, "fields": "none" | "input" | "all", "cells": false}`; `true`, `"input"`
//!   and `false` if left out.
//!
//! The answer is `{"bigiron": 1, "screen": OBSERVATION}`, see [`ScreenView`] and [`TurnReply`]. If the
//! terminal refused a key, the rest of the keys was not pressed and the answer has also `"refused": {"key", "at", "reason"}`, `at`
//! being the column of the key, from 1. The last answer has `"ended": "submitted" | "budget_spent"`, and the grade only if the
//! server was asked to tell it.
//!
//! A line that cannot be understood is answered by `{"bigiron": 1, "error": {"kind", "message", "at"}}`, and nothing of it is done.
//! Kinds: `syntax` (not JSON; `at` has `line` and `column`), `member`, `value`, `key` (`at` has the `column` in the text of keys),
//! `overlong` and `late` (a line too long, or too slow to end: these end the conversation). A line of blanks is passed over.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::doors::session::dialogue::{Dialogue, DialogueReply};
use crate::doors::session::lines::LineError;
use crate::doors::session::observation::{ObservationScope, ScreenView, observe};
use crate::doors::session::outcome::BudgetView;
use crate::doors::session::progress::Progress;
use crate::doors::session::request::{self, Request, RequestFault};
use crate::doors::session::target::ScriptTarget;
use crate::doors::session::turn::{Turn, TurnReply, schema_of};

/// The version of the language.
pub const VERSION: u32 = 1;

/// A conversation.
#[derive(Debug, Clone, Default)]
pub struct Json {
    turn: Turn,
}

/// What is said first.
#[derive(Debug, Clone, Serialize, JsonSchema)]
struct Greeting {
    /// The version of the language.
    bigiron: u32,
    /// The system's name.
    system: Option<String>,
    /// The systems that there are terminals at, where the task has several; the first one's screen is shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    systems: Vec<String>,
    /// What rows and columns count from.
    origin: u32,
    /// What is to be done, if the session was opened for a task.
    #[serde(skip_serializing_if = "Option::is_none")]
    goal: Option<String>,
    /// What may be used up, if the session was opened for a task.
    #[serde(skip_serializing_if = "Option::is_none")]
    budget: Option<BudgetView>,
    /// The first screen.
    screen: ScreenView,
}

/// The answer to a line.
#[derive(Debug, Clone, Serialize, JsonSchema)]
struct Answer {
    /// The version of the language.
    bigiron: u32,
    #[serde(flatten)]
    reply: TurnReply,
}

/// The answer to a line that cannot be understood.
#[derive(Debug, Clone, Serialize, JsonSchema)]
struct Faulty {
    /// The version of the language.
    bigiron: u32,
    /// What is wrong; nothing of the line was done.
    error: RequestFault,
}

impl Dialogue for Json {
    fn greet(&mut self, subject: &dyn ScriptTarget) -> String {
        line(&Greeting {
            bigiron: VERSION,
            system: subject.host().map(str::to_owned),
            systems: match subject.systems() {
                systems if systems.len() > 1 => systems.into_iter().map(str::to_owned).collect(),
                _ => Vec::new(),
            },
            origin: 1,
            goal: subject.goal().map(str::to_owned),
            budget: subject.left().map(BudgetView::from),
            screen: observe(subject, ObservationScope::default()),
        })
    }

    fn begin(&mut self, text: &[u8], subject: &mut dyn ScriptTarget) -> Progress<DialogueReply> {
        if text.trim_ascii().is_empty() {
            return DialogueReply::step(String::new());
        }
        let turned = parse(text).and_then(|mut request| {
            request.turn(subject)?;
            Ok(request)
        });
        match turned {
            Ok(request) => {
                self.turn = Turn::new(request);
                self.resume(subject)
            }
            Err(error) => DialogueReply::step(faulty(error)),
        }
    }

    fn resume(&mut self, subject: &mut dyn ScriptTarget) -> Progress<DialogueReply> {
        let progress = self.turn.go_on(subject);
        progress.map(|reply| DialogueReply {
            end: reply.ended.is_some(),
            text: answer(reply),
        })
    }

    fn abandon(&mut self, subject: &mut dyn ScriptTarget) -> String {
        answer(self.turn.abandon(subject))
    }

    fn refuse(&mut self, unended: LineError, _: &mut dyn ScriptTarget) -> String {
        faulty(RequestFault::new(
            unended.kind(),
            format!("the line {unended}"),
        ))
    }
}

fn answer(reply: TurnReply) -> String {
    line(&Answer {
        bigiron: VERSION,
        reply,
    })
}

fn faulty(error: RequestFault) -> String {
    line(&Faulty {
        bigiron: VERSION,
        error,
    })
}

/// Plain data: none of these types can fail to become JSON.
fn line(said: &impl Serialize) -> String {
    let mut line = serde_json::to_string(said).unwrap_or_default();
    line.push('\n');
    line
}

fn parse(text: &[u8]) -> Result<Request, RequestFault> {
    let Value::Object(members) = request::json(text)? else {
        return Err(RequestFault::new(
            "value",
            "an object is wanted, such as {\"keys\": \"<enter>\"}",
        ));
    };
    if members.is_empty() {
        let known = request::MEMBERS.join(", ");
        return Err(RequestFault::new(
            "member",
            format!("the object is empty; known members are {known}"),
        ));
    }
    Request::read(&members)
}

/// The language as JSON Schema: what may be said, and in `$defs` `greeting`, `answer` and `error`, what is said back.
pub fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "bigiron JSON door",
        "description": "A line to the door. The door says one line of $defs/greeting first, and answers each line by one of $defs/answer or $defs/error.",
        "type": "object",
        "properties": request::properties(),
        "additionalProperties": false,
        "minProperties": 1,
        "$defs": {
            "greeting": resource("greeting", schema_of::<Greeting>()),
            "answer": resource("answer", schema_of::<Answer>()),
            "error": resource("error", schema_of::<Faulty>()),
        },
    })
}

/// A schema that refers into itself, as part of another: an `$id` makes its references its own.
fn resource(name: &str, mut schema: Value) -> Value {
    if let Some(members) = schema.as_object_mut() {
        members.insert("$id".into(), format!("bigiron:json/{name}").into());
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        match parse(text.as_bytes()) {
            Ok(request) => panic!("{text} was understood: {request:?}"),
            Err(fault) => serde_json::to_value(fault).unwrap().to_string(),
        }
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
            r#"{"submit": 5}"#,
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
