//! The control door: the trainer's side of a server. One JSON object a line in, one a line out. Version 1.
//!
//! A trainer opens sessions and gets, for each, the address of a door of its own, which it hands to the agent: nothing that the
//! agent can say there reaches the trainer's side. Only one client is let in at a time; when it goes, another may come and find the
//! session as it was left.
//!
//! | line | what it does |
//! |---|---|
//! | `{"open": {"system", "task", "seed", "warts", "door", "clock", "model"}}` | opens a session; everything may be left out |
//! | `{"reset": {"session", "task", "seed", "warts"}}` | begins it anew, on what it was opened on where nothing else is said |
//! | `{"fork": {"session", "door"}}` | opens another that goes on from the same world |
//! | `{"state": {"session"}}` | its state hash, clock and screen |
//! | `{"grade": {"session", "answer"}}` | what the work at its task has come to |
//! | `{"stop": {"session"}}` | ends it |
//! | `{"list": {}}` | the sessions that are open |
//!
//! Answers have `"bigiron": 1`, and `"error": {"kind", "message"}` if nothing was done: `syntax`, `session` (there is none of that
//! number), `open` (nothing can be opened on what was asked for), `task` (the session has none), `overlong` and `late` (a line too
//! long, or too slow to end: these end the conversation).

use std::io;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncWriteExt, BufReader};

use crate::doors::session::address::Stream;
use crate::doors::session::lines::{LineRead, Lines};
use crate::doors::session::logon::Logon;
use crate::doors::session::observation::{ObservationScope, observe};
use crate::doors::session::operator_session::OperatorSession;
use crate::doors::session::service::held_sessions::{Converse, HeldSession, keep};
use crate::doors::session::service::{ConnectionContext, Door, Service};
use crate::doors::session::target::ScriptTarget;
use bigiron_sim::session::ClockMode;
use bigiron_sim::task::ending::Ending;
use bigiron_sim::task::grade::Grade;
use bigiron_sim::task::start::StartError;
use tn3270::terminal::Model;

/// The version of the language.
pub const VERSION: u32 = 1;

/// A line to the control door.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(rename = "Order")]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum ControlRequest {
    /// Opens a session.
    Open(Open),
    /// Begins a session anew.
    Reset(Reset),
    /// Opens another session that goes on from the same world.
    Fork(Fork),
    /// Tells the state of a session.
    State(SessionRef),
    /// Tells what the work at a session's task has come to.
    Grade(GradeRequest),
    /// Ends a session.
    Stop(SessionRef),
    /// Tells of every session.
    List(Empty),
}

/// What a session is opened on.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Open {
    /// The system; the first that is served if left out.
    pub system: Option<String>,
    /// The task to begin.
    pub task: Option<String>,
    /// The seed.
    pub seed: Option<u64>,
    /// The warts that are on, as on the command line.
    pub warts: Option<String>,
    /// How the agent speaks to it: `json`, `script`, `vt` or `tn3270`.
    pub door: AgentProtocol,
    /// How time passes: `turn` or `live`.
    pub clock: Option<ClockChoice>,
    /// The terminal's model, 2 to 5.
    pub model: Option<u8>,
}

/// The languages that an agent may speak to a session that a trainer opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[schemars(rename = "Spoken")]
#[serde(rename_all = "lowercase")]
pub enum AgentProtocol {
    /// One JSON object a line.
    #[default]
    Json,
    /// s3270's action language.
    Script,
    /// VT keys and an ANSI screen.
    Vt,
    /// TN3270 or TN3270E, with a terminal of the agent's own.
    Tn3270,
}

impl AgentProtocol {
    fn door(self) -> Door {
        match self {
            AgentProtocol::Json => Door::Json,
            AgentProtocol::Script => Door::Script,
            AgentProtocol::Vt => Door::Vt,
            AgentProtocol::Tn3270 => Door::Tn3270,
        }
    }
}

/// How time passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(rename = "Pace")]
#[serde(rename_all = "lowercase")]
pub enum ClockChoice {
    /// Only when a key or a wait asks for it.
    Turn,
    /// As real time does, times the server's speed.
    Live,
}

/// What a session is begun anew on.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reset {
    /// Its number.
    pub session: u64,
    /// The task to begin.
    #[serde(default)]
    pub task: Option<String>,
    /// The seed.
    #[serde(default)]
    pub seed: Option<u64>,
    /// The warts that are on.
    #[serde(default)]
    pub warts: Option<String>,
}

/// Which session is forked.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fork {
    /// Its number.
    pub session: u64,
    /// How an agent speaks to the fork: `json` if left out, or `tn3270` if it speaks so to the session.
    #[serde(default)]
    pub door: Option<AgentProtocol>,
}

/// Which session is meant.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(rename = "Which")]
#[serde(deny_unknown_fields)]
pub struct SessionRef {
    /// Its number.
    pub session: u64,
}

/// Which session's work is graded.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(rename = "Ask")]
#[serde(deny_unknown_fields)]
pub struct GradeRequest {
    /// Its number.
    pub session: u64,
    /// The answer to a task that asks for one, if the agent has not submitted it.
    #[serde(default)]
    pub answer: Option<String>,
}

/// Nothing more need be said.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(rename = "Nothing")]
#[serde(deny_unknown_fields, default)]
pub struct Empty {}

/// The JSON Schema of a line.
pub fn schema() -> Value {
    schemars::schema_for!(ControlRequest).to_value()
}

/// Why nothing was done.
#[derive(Debug)]
pub struct ControlFault {
    kind: &'static str,
    message: String,
}

fn fault(kind: &'static str, message: impl ToString) -> ControlFault {
    ControlFault {
        kind,
        message: message.to_string(),
    }
}

/// Serves one trainer to its end. The sessions that it opened stay.
pub async fn connection(
    context: &ConnectionContext,
    stream: Stream,
    converse: Converse,
) -> io::Result<()> {
    let (reader, mut writer) = tokio::io::split(context.patient(stream));
    let mut lines = Lines::within(BufReader::new(reader), context.patience());
    loop {
        let (answer, unended) = match lines.next().await? {
            LineRead::End => return Ok(()),
            LineRead::Line(line) if line.trim_ascii().is_empty() => continue,
            LineRead::Line(line) => (obey(&context.service, &line, converse).await, None),
            LineRead::Unended(unended) => {
                let what = format!("the line {unended}");
                (Err(fault(unended.kind(), what)), Some(unended))
            }
        };
        let mut answer = answer.unwrap_or_else(
            |fault| json!({ "error": { "kind": fault.kind, "message": fault.message } }),
        );
        answer["bigiron"] = VERSION.into();
        writer.write_all(format!("{answer}\n").as_bytes()).await?;
        writer.flush().await?;
        if let Some(unended) = unended {
            return Err(unended.into());
        }
    }
}

async fn obey(
    service: &Arc<Service>,
    line: &[u8],
    converse: Converse,
) -> Result<Value, ControlFault> {
    let order: ControlRequest =
        serde_json::from_slice(line).map_err(|error| fault("syntax", error))?;
    match order {
        ControlRequest::Open(asked) => open(service, asked, converse).await,
        ControlRequest::Reset(asked) => reset(service, asked).await,
        ControlRequest::Fork(asked) => fork(service, asked, converse).await,
        ControlRequest::State(which) => ask(service, which.session, state).await,
        ControlRequest::Grade(asked) => {
            let graded = ask(service, asked.session, move |station| {
                grade(station, asked.answer)
            });
            graded.await?
        }
        ControlRequest::Stop(which) => {
            let stopped = ask(service, which.session, OperatorSession::stop);
            stopped.await.map(|()| json!({ "stopped": which.session }))
        }
        ControlRequest::List(Empty {}) => {
            let sessions: Vec<Value> = service.held.all().iter().map(described).collect();
            Ok(json!({ "sessions": sessions }))
        }
    }
}

/// Has something done to a session in its turn, and waits for what comes of it.
async fn ask<T: Send + 'static>(
    service: &Service,
    session: u64,
    what: impl FnOnce(&mut OperatorSession) -> T + Send + 'static,
) -> Result<T, ControlFault> {
    let gone = || fault("session", format!("there is no session {session}"));
    let held = service.held.get(session).ok_or_else(gone)?;
    held.ask(what).await.ok_or_else(gone)
}

fn described(held: &HeldSession) -> Value {
    json!({
        "session": held.number,
        "door": held.door.name(),
        "address": held.address,
        "logon": held.logon.to_string(),
    })
}

fn logon(
    system: Option<String>,
    task: Option<String>,
    seed: Option<u64>,
    warts: Option<String>,
) -> Result<Logon, ControlFault> {
    let warts = warts.map(|warts| warts.parse()).transpose();
    let warts = warts.map_err(|error| fault("open", error))?;
    Ok(Logon {
        system,
        task,
        seed,
        warts,
    })
}

async fn open(
    service: &Arc<Service>,
    asked: Open,
    converse: Converse,
) -> Result<Value, ControlFault> {
    let logon = logon(asked.system, asked.task, asked.seed, asked.warts)?;
    let mut service = Arc::clone(service);
    if let Some(pace) = asked.clock {
        let mut own = Service::clone(&service);
        own.setup.clock = match pace {
            ClockChoice::Turn => ClockMode::Turn,
            ClockChoice::Live => ClockMode::Live,
        };
        service = Arc::new(own);
    }
    let context = ConnectionContext::unconnected(&service, asked.door.door(), logon.clone());
    let mut terminal = context.terminal();
    if let Some(model) = asked.model {
        let unknown = || {
            fault(
                "open",
                format!("there is no model {model}: 2 to 5 is wanted"),
            )
        };
        terminal.model = Model::from_number(model).ok_or_else(unknown)?;
    }
    terminal.typeahead = context.door.types_ahead();
    let world = context
        .world_or_first(&logon)
        .map_err(|error| fault("open", error))?;
    let opened = context
        .open(&world, &logon, terminal)
        .map_err(|error| fault("open", error))?;
    let goal = opened.opening.goal().map(str::to_owned);
    let station = OperatorSession::begin(opened, service.tells_grade);
    let held = keep(context, station, converse)
        .await
        .map_err(|error| fault("open", error))?;
    let mut answer = described(&held);
    if let Some(goal) = goal {
        answer["goal"] = goal.into();
    }
    Ok(answer)
}

async fn reset(service: &Arc<Service>, asked: Reset) -> Result<Value, ControlFault> {
    let gone = || fault("session", format!("there is no session {}", asked.session));
    let held = service.held.get(asked.session).ok_or_else(gone)?;
    let logon = logon(None, asked.task, asked.seed, asked.warts)?.or(&held.logon);
    let context = ConnectionContext::unconnected(&held.service, held.door, logon.clone());
    let world = context
        .world_or_first(&logon)
        .map_err(|error| fault("open", error))?;
    let terminal = held
        .ask(|station| *station.terminal().options())
        .await
        .ok_or_else(gone)?;
    let opened = context
        .open(&world, &logon, terminal)
        .map_err(|error| fault("open", error))?;
    let goal = opened.opening.goal().map(str::to_owned);
    let reopened = held.ask(move |station| station.reopen(opened)).await;
    reopened.ok_or_else(gone)?;
    let mut answer = json!({ "session": asked.session, "logon": logon.to_string() });
    if let Some(goal) = goal {
        answer["goal"] = goal.into();
    }
    Ok(answer)
}

async fn fork(
    service: &Arc<Service>,
    asked: Fork,
    converse: Converse,
) -> Result<Value, ControlFault> {
    let gone = || fault("session", format!("there is no session {}", asked.session));
    let held = service.held.get(asked.session).ok_or_else(gone)?;
    let door = asked.door.unwrap_or(match held.door {
        Door::Tn3270 => AgentProtocol::Tn3270,
        Door::Json | Door::Script | Door::Vt | Door::Control | Door::Http | Door::Mcp => {
            AgentProtocol::Json
        }
    });
    // Of a terminal elsewhere no keys are recorded: a recording is of keys, or of what such a terminal sent.
    if (held.door == Door::Tn3270) != (door == AgentProtocol::Tn3270) {
        let what = "tn3270: a session at a terminal of the agent's own is forked to another such, and no other session is";
        return Err(fault("open", what));
    }
    let context = ConnectionContext::unconnected(&held.service, door.door(), held.logon.clone());
    let forked = held.ask(move |station| fork_at(station, context)).await;
    let (station, context) = forked.ok_or_else(gone)??;
    let fork = keep(context, station, converse)
        .await
        .map_err(|error| fault("open", error))?;
    Ok(described(&fork))
}

/// Forks a session for a door, and begins the recordings of the fork.
fn fork_at(
    station: &mut OperatorSession,
    context: ConnectionContext,
) -> Result<(OperatorSession, ConnectionContext), ControlFault> {
    let sessions = station.sessions();
    if sessions.len() > 1 && !context.door.turns() {
        let systems = station.systems().into_iter().map(str::to_owned);
        return Err(fault("open", StartError::SeveralSystems(systems.collect())));
    }
    let logs = sessions
        .iter()
        .map(|(system, setup)| context.record_one(system, setup));
    let fork = station.fork(logs.collect::<Vec<_>>());
    Ok((fork, context))
}

fn state(station: &mut OperatorSession) -> Value {
    let mut state = json!({
        "state_hash": format!("{:016x}", station.state_hash()),
        "screen": observe(station, ObservationScope::default()),
    });
    if station.systems().len() > 1 {
        state["at"] = json!(station.host());
    }
    state
}

/// What an agent has submitted stands; until then, what the work would come to if it ended now.
fn grade(station: &mut OperatorSession, answer: Option<String>) -> Result<Value, ControlFault> {
    let with_grade = |grade: &Grade| json!({ "grade": grade });
    if let Some(grade) = station.grade() {
        return Ok(with_grade(grade));
    }
    let ending = match station.is_late() {
        true => Ending::BudgetSpent,
        false => Ending::Done,
    };
    let grade = station.grade_if(answer.as_deref(), &ending);
    let grade = grade.ok_or_else(|| fault("task", "the session was opened for no task"))?;
    Ok(with_grade(&grade))
}
