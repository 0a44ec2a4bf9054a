//! One turn of a program at a session: the keys, then the wait, then the end of the work, then a look at the screen.
//!
//! A [`Turn`] is pure: it says when it has to wait, and whoever runs it lets time pass. Every door for programs takes its turns here,
//! so that the same requests mean the same through all of them.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::dialogue::MAX_WAIT;
use super::observation::{ScreenView, observe};
use super::operator_session::OperatorSession;
use super::outcome::{Budget, Ended, GradeSummary};
use super::request::Request;
use super::target::ScriptTarget;
use bigiron_sim::session::Millis;
use tn3270::terminal::{Refusal, Response};

/// What came of a turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Reply")]
pub struct TurnReply {
    /// The screen after it.
    pub screen: ScreenView,
    /// The system whose terminal that is, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The key that was not taken, if one was not; those after it were not pressed, and nothing was waited for or submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
    /// What may still be used up, if the session was opened for a task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
    /// Why the session is over, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    /// What the work came to, where the server tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<GradeSummary>,
}

/// A key that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Refused {
    /// The key, as it is written.
    pub key: String,
    /// Its column in the text of keys, from 1.
    pub at: usize,
    /// Why: what the operator information area says, such as `X <-o->`, or words.
    pub reason: String,
}

/// How far a turn is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// It is over.
    Done(Box<TurnReply>),
    /// It waits for the host, or for this moment in virtual milliseconds at the latest.
    Blocked {
        /// The moment, if there is one.
        until: Option<Millis>,
        /// Whether the turn asked for time to pass.
        asked: bool,
    },
}

/// A turn that is being taken.
#[derive(Debug, Clone, Default)]
pub struct Turn {
    request: Request,
    /// When the wait is over, once it has begun.
    until: Option<Millis>,
    /// Whether the last key pressed was one of attention, whose answer is still to come.
    sent: bool,
}

impl Turn {
    /// A turn that asks for this.
    pub fn new(request: Request) -> Turn {
        Turn {
            request,
            until: None,
            sent: false,
        }
    }

    /// Begins, or goes on after the host has written or time has passed.
    pub fn go_on(&mut self, subject: &mut dyn ScriptTarget) -> Progress {
        while self.sent || !self.request.keys.is_empty() {
            // An answer that is still to come is waited for before the next key, and before the reply.
            if subject
                .terminal()
                .lock()
                .is_some_and(|lock| !lock.is_operator_error())
            {
                return Progress::Blocked {
                    until: None,
                    asked: false,
                };
            }
            self.sent = false;
            if self.request.keys.is_empty() {
                break;
            }
            if is_spent(subject) {
                return self.end(subject, Ended::BudgetSpent);
            }
            let Some((at, key)) = self.request.keys.pop_front() else {
                break;
            };
            match subject.press(key) {
                Response::Refused(refusal) => {
                    let refused = Refused {
                        key: key.to_string(),
                        at,
                        reason: reason(refusal),
                    };
                    return Progress::Done(Box::new(self.reply(subject, Some(refused))));
                }
                Response::Inbound(_) | Response::Attn | Response::SysReq => self.sent = true,
                Response::Local | Response::Queued => {}
            }
        }
        self.pass_time(subject)
    }

    fn pass_time(&mut self, subject: &mut dyn ScriptTarget) -> Progress {
        let now = subject.now();
        if let (None, Some(wait)) = (self.until, self.request.wait) {
            if is_spent(subject) {
                return self.end(subject, Ended::BudgetSpent);
            }
            let wait = subject.left().map_or(wait, |left| wait.min(left.time_ms));
            self.until = Some(now.saturating_add(wait));
        }
        match self.until {
            Some(until) if now < until => Progress::Blocked {
                until: Some(until),
                asked: true,
            },
            _ if self.request.submit.is_some() => self.end(subject, Ended::Submitted),
            _ => Progress::Done(Box::new(self.reply(subject, None))),
        }
    }

    /// Ends a turn that waits for what will not come. A keyboard that stays locked is no fault of the turn: the screen says
    /// so. Keys that are left were not pressed.
    pub fn abandon(&mut self, subject: &mut dyn ScriptTarget) -> TurnReply {
        let refused = self.request.keys.pop_front().map(|(at, key)| Refused {
            key: key.to_string(),
            at,
            reason: subject
                .terminal()
                .lock()
                .map_or_else(String::new, |lock| lock.to_string()),
        });
        if refused.is_none() && self.request.submit.is_some() {
            return match self.end(subject, Ended::Submitted) {
                Progress::Done(reply) => *reply,
                Progress::Blocked { .. } => self.reply(subject, None),
            };
        }
        self.reply(subject, refused)
    }

    fn end(&mut self, subject: &mut dyn ScriptTarget, ended: Ended) -> Progress {
        let submission = self.request.submit.take();
        let answer = submission
            .and_then(|said| said.answer)
            .filter(|_| ended == Ended::Submitted);
        let grade = subject.finish(answer.as_deref(), ended);
        let mut reply = self.reply(subject, None);
        reply.ended = Some(ended);
        reply.grade = grade;
        Progress::Done(Box::new(reply))
    }

    fn reply(&self, subject: &dyn ScriptTarget, refused: Option<Refused>) -> TurnReply {
        TurnReply {
            at: match subject.systems()[..] {
                [] | [_] => None,
                _ => subject.host().map(str::to_owned),
            },
            screen: observe(subject, self.request.scope),
            refused,
            budget: subject.left(),
            ended: None,
            grade: None,
        }
    }
}

/// Takes a turn at a station, however long it lasts.
pub async fn take_turn(station: &mut OperatorSession, request: Request) -> TurnReply {
    station.catch_up();
    let limit = station.now().saturating_add(MAX_WAIT);
    let mut turn = Turn::new(request);
    loop {
        let (until, asked) = match turn.go_on(station) {
            Progress::Done(reply) => return *reply,
            Progress::Blocked { until, asked } => (until, asked),
        };
        if !station.wait_out(until, asked, limit).await {
            return turn.abandon(station);
        }
    }
}

fn is_spent(subject: &dyn ScriptTarget) -> bool {
    subject
        .left()
        .is_some_and(|left| left.keys == 0 || left.time_ms == 0)
}

fn reason(refusal: Refusal) -> String {
    match refusal {
        Refusal::Locked(lock) => lock.to_string(),
        Refusal::NoSuchCharacter => "the character is not in the code page".into(),
        Refusal::OutOfRange => "the address is not on the screen".into(),
    }
}

/// A type as JSON Schema (draft 2020-12) with everything it refers to.
pub fn schema_of<T: JsonSchema>() -> Value {
    let schema = schemars::generate::SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<T>();
    serde_json::to_value(schema).unwrap_or(Value::Bool(true))
}
