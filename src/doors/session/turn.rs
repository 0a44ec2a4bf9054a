//! One turn of a program at a session: the keys, then the wait, then the end of the work, then a look at the screen.
//!
//! A [`Turn`] is pure: it says when it has to wait, and its caller lets time pass. Every door for programs takes its turns here,
//! so that the same requests mean the same through all of them.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::dialogue::MAX_WAIT;
use super::observation::{ScreenView, observe};
use super::operator_session::OperatorSession;
use super::outcome::{BudgetView, EndingView, GradeSummary};
use super::progress::{Progress, Wait};
use super::request::Request;
use super::target::ScriptTarget;
use bigiron_sim::session::Millis;
use bigiron_sim::task::ending::Ending;
use bigiron_sim::task::model::Budget;
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
    pub budget: Option<BudgetView>,
    /// Why the session is over, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<EndingView>,
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
    pub fn go_on(&mut self, target: &mut dyn ScriptTarget) -> Progress<TurnReply> {
        while self.sent || !self.request.keys.is_empty() {
            // An answer that is still to come is waited for before the next key, and before the reply.
            if target
                .terminal()
                .lock()
                .is_some_and(|lock| !lock.is_operator_error())
            {
                return Progress::Blocked(Wait {
                    until: None,
                    asked: false,
                });
            }
            self.sent = false;
            if self.request.keys.is_empty() {
                break;
            }
            if is_spent(target) {
                return Progress::Done(self.end(target, Ending::BudgetSpent));
            }
            let Some((at, key)) = self.request.keys.pop_front() else {
                break;
            };
            match target.press(key) {
                Response::Refused(refusal) => {
                    let refused = Refused {
                        key: key.to_string(),
                        at,
                        reason: reason(refusal),
                    };
                    return Progress::Done(self.reply(target, Some(refused)));
                }
                Response::Inbound(_) | Response::Attn | Response::SysReq => self.sent = true,
                Response::Local | Response::Queued => {}
            }
        }
        self.pass_time(target)
    }

    fn pass_time(&mut self, target: &mut dyn ScriptTarget) -> Progress<TurnReply> {
        let now = target.now();
        if let (None, Some(wait)) = (self.until, self.request.wait) {
            if is_spent(target) {
                return Progress::Done(self.end(target, Ending::BudgetSpent));
            }
            let wait = target.left().map_or(wait, |left| wait.min(left.time));
            self.until = Some(now.saturating_add(wait));
        }
        match self.until {
            Some(until) if now < until => Progress::Blocked(Wait {
                until: Some(until),
                asked: true,
            }),
            _ if self.request.submit.is_some() => Progress::Done(self.end(target, Ending::Done)),
            _ => Progress::Done(self.reply(target, None)),
        }
    }

    /// Ends a turn that waits for what will not come. A keyboard that stays locked is no fault of the turn: the screen says
    /// so. Keys that are left were not pressed.
    pub fn abandon(&mut self, target: &mut dyn ScriptTarget) -> TurnReply {
        let refused = self.request.keys.pop_front().map(|(at, key)| Refused {
            key: key.to_string(),
            at,
            reason: target
                .terminal()
                .lock()
                .map_or_else(String::new, |lock| lock.to_string()),
        });
        if refused.is_none() && self.request.submit.is_some() {
            return self.end(target, Ending::Done);
        }
        self.reply(target, refused)
    }

    fn end(&mut self, target: &mut dyn ScriptTarget, ending: Ending) -> TurnReply {
        let ended = EndingView::of(&ending);
        let submission = self.request.submit.take();
        let answer = submission
            .and_then(|said| said.answer)
            .filter(|_| ending == Ending::Done);
        let grade = target.finish(answer.as_deref(), ending);
        TurnReply {
            ended,
            grade,
            ..self.reply(target, None)
        }
    }

    fn reply(&self, target: &dyn ScriptTarget, refused: Option<Refused>) -> TurnReply {
        TurnReply {
            at: match target.systems()[..] {
                [] | [_] => None,
                _ => target.host().map(str::to_owned),
            },
            screen: observe(target, self.request.scope),
            refused,
            budget: target.left().map(BudgetView::from),
            ended: None,
            grade: None,
        }
    }
}

/// Takes a turn at a session, however long it lasts.
pub async fn take_turn(session: &mut OperatorSession, request: Request) -> TurnReply {
    session.catch_up();
    let limit = session.now().saturating_add(MAX_WAIT);
    let mut turn = Turn::new(request);
    loop {
        let wait = match turn.go_on(session) {
            Progress::Done(reply) => return reply,
            Progress::Blocked(wait) => wait,
        };
        if !session.wait_out(wait, limit).await {
            return turn.abandon(session);
        }
    }
}

fn is_spent(target: &dyn ScriptTarget) -> bool {
    target.left().is_some_and(Budget::is_spent)
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
