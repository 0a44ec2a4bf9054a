//! Episodes as OpenEnv has them: reset, step, state, and what there is to know before.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Problem;
use crate::doors::programs::episodes::{EpisodeRequest, EpisodeSession, Episodes, SharedEpisode};
use crate::doors::session::observation::{ObservationScope, ScreenView};
use crate::doors::session::outcome::{BudgetView, EndingView};
use crate::doors::session::request::{self, Request, RequestFault};
use crate::doors::session::target::ScriptTarget;
use crate::doors::session::turn::{Refused, TurnReply, schema_of};
use bigiron_sim::session::{ClockMode, Millis};

/// What is seen of an episode.
#[derive(Serialize, JsonSchema)]
struct Observed {
    /// What is to be done, if the episode is one at a task.
    goal: Option<String>,
    /// The systems that there are terminals at, where the task has several: `at` of an action turns to one of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    systems: Vec<String>,
    /// The system whose screen this is, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    /// The screen.
    screen: ScreenView,
    /// The key that the keyboard did not take; those after it were not pressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<Refused>,
    /// Why the keys could not be read, if they could not: then nothing was pressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<RequestFault>,
    /// What the task leaves to use up.
    #[serde(skip_serializing_if = "Option::is_none")]
    budget: Option<BudgetView>,
    /// Why the episode is over, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<EndingView>,
    /// The episode it is of.
    metadata: Metadata,
}

/// Which episode an observation is of.
#[derive(Serialize, JsonSchema)]
struct Metadata {
    /// Its handle.
    episode_id: String,
}

/// An episode as its trainer knows it.
#[derive(Serialize, JsonSchema)]
struct Inside {
    /// Its handle.
    episode_id: String,
    /// Turns taken.
    step_count: u64,
    /// The system.
    system: String,
    /// The task, if it is one at a task.
    task: Option<String>,
    /// The seed.
    seed: u64,
    /// The warts, as they are written.
    warts: String,
    /// `turn` or `live`.
    clock: &'static str,
    /// Virtual milliseconds since it began.
    time_ms: Millis,
    /// The host's state in one number of 16 hexadecimal digits.
    state_hash: String,
    /// Why it is over, if it is.
    ended: Option<EndingView>,
    /// What it came to, once it is over: outcome, rows, answer, milestones.
    #[schemars(with = "Option<Map<String, Value>>")]
    grade: Option<Value>,
}

/// What `/reset` takes.
const RESET: [&str; 6] = ["seed", "episode_id", "system", "task", "warts", "model"];

/// Reads what a reset asks for, and the name that the client gives the episode.
pub(super) fn order(
    members: &Map<String, Value>,
) -> Result<(EpisodeRequest, Option<String>), RequestFault> {
    let mut order = EpisodeRequest::default();
    let mut name = None;
    for (member, value) in members.iter().filter(|(_, value)| !value.is_null()) {
        match member.as_str() {
            "seed" => order.seed = Some(number(member, value)?),
            "model" => order.model = Some(u8::try_from(number(member, value)?).unwrap_or(u8::MAX)),
            "episode_id" => name = Some(text(member, value)?),
            "system" => order.system = Some(text(member, value)?),
            "task" => order.task = Some(text(member, value)?),
            "warts" => order.warts = Some(text(member, value)?),
            _ => {
                return Err(RequestFault::unknown(
                    "member",
                    "member of reset",
                    member,
                    &RESET,
                ));
            }
        }
    }
    Ok((order, name))
}

fn number(member: &str, value: &Value) -> Result<u64, RequestFault> {
    let wanted = || format!("{member}: a whole number from 0 is wanted, not {value}");
    value
        .as_u64()
        .ok_or_else(|| RequestFault::new("value", wanted()))
}

fn text(member: &str, value: &Value) -> Result<String, RequestFault> {
    let wanted = || format!("{member}: a text is wanted, not {value}");
    let text = value.as_str().map(str::to_owned);
    text.ok_or_else(|| RequestFault::new("value", wanted()))
}

/// Reads an action.
fn action(members: &Map<String, Value>) -> Result<Request, RequestFault> {
    let mut members = members.clone();
    // OpenEnv's own action classes carry it; it means nothing here.
    members.remove("metadata");
    match members.get_mut("keys") {
        None => {
            let wanted =
                "keys is wanted: {\"keys\": \"SMITH<tab>JOHN<enter>\"}, or \"\" to press none";
            return Err(RequestFault::new("member", wanted));
        }
        // Bridges read a model's bare `5` as JSON before they hand it on.
        Some(keys) if keys.is_number() => *keys = keys.to_string().into(),
        Some(_) => {}
    }
    Request::read(&members)
}

/// Takes a step, by an action's members. Keys that cannot be read are an agent's fault, and so part of what it observes; any
/// other fault is the caller's.
pub(super) async fn act(
    handle: &str,
    episode: &mut EpisodeSession,
    members: &Map<String, Value>,
) -> Result<Value, Problem> {
    match action(members) {
        Ok(request) => {
            let reply = episode.step(request).await?;
            Ok(payload(handle, episode, reply, None))
        }
        Err(fault) if fault.kind == "key" => {
            episode.count_step()?;
            let reply = episode.look(ObservationScope::default()).await;
            Ok(payload(handle, episode, reply, Some(fault)))
        }
        Err(fault) => Err(fault.into()),
    }
}

/// The first observation of an episode.
pub(super) async fn first(handle: &str, episode: &mut EpisodeSession) -> Value {
    let reply = episode.look(ObservationScope::default()).await;
    let mut payload = payload(handle, episode, reply, None);
    payload["reward"] = Value::Null;
    payload
}

/// `{"observation", "reward", "done", "metadata"}`. Only the last, which no agent is shown, has the grade.
fn payload(
    handle: &str,
    episode: &EpisodeSession,
    reply: TurnReply,
    error: Option<RequestFault>,
) -> Value {
    let observed = Observed {
        goal: episode.goal().map(str::to_owned),
        systems: match episode.station().systems() {
            systems if systems.len() > 1 => systems.into_iter().map(str::to_owned).collect(),
            _ => Vec::new(),
        },
        at: reply.at,
        screen: reply.screen,
        refused: reply.refused,
        error,
        budget: reply.budget,
        ended: reply.ended,
        metadata: Metadata {
            episode_id: handle.to_owned(),
        },
    };
    let mut metadata = json!({ "episode_id": handle });
    if let Some(grade) = episode.station().grade() {
        metadata["grade"] = json!(grade);
    }
    json!({
        "observation": observed,
        "reward": reward(episode),
        "done": episode.ended().is_some(),
        "metadata": metadata,
    })
}

/// 1 for a task that is solved, 0 for one that is not, or not yet; none without a task.
fn reward(episode: &EpisodeSession) -> Option<f64> {
    let solved = episode
        .station()
        .grade()
        .is_some_and(|grade| grade.solved());
    episode.goal().map(|_| if solved { 1.0 } else { 0.0 })
}

/// The state of an episode.
pub(super) fn inside(handle: &str, episode: &EpisodeSession) -> Value {
    let setup = episode.setup();
    json!(Inside {
        episode_id: handle.to_owned(),
        step_count: episode.steps(),
        system: episode.system().id.clone(),
        task: setup.task.clone(),
        seed: setup.seed,
        warts: setup.warts.to_string(),
        clock: match setup.clock {
            ClockMode::Turn => "turn",
            ClockMode::Live => "live",
        },
        time_ms: episode.station().now(),
        state_hash: format!("{:016x}", episode.station().state_hash()),
        ended: episode.ended(),
        grade: episode.station().grade().map(|grade| json!(grade)),
    })
}

/// The episode that is named, or the only one there is.
fn find(episodes: &Episodes, name: Option<&str>) -> Result<(String, SharedEpisode), Problem> {
    match name {
        Some(name) => Ok((name.to_owned(), episodes.get(name)?)),
        None => episodes.only().ok_or_else(|| {
            let what = match episodes.len() {
                0 => "no episode is open; POST /reset opens one".to_owned(),
                open => format!(
                    "{open} episodes are open: say which one by episode_id, which /reset gave"
                ),
            };
            Problem::new(StatusCode::CONFLICT, what)
        }),
    }
}

pub(super) async fn reset(
    State(episodes): State<Arc<Episodes>>,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let (order, name) = order(&super::members(body).await?)?;
    let (handle, shared) = match name {
        Some(name) => (name.clone(), episodes.open_as(&name, &order)?),
        None => episodes.open(&order)?,
    };
    let mut episode = shared.lock().await;
    Ok(Json(first(&handle, &mut episode).await))
}

pub(super) async fn step(
    State(episodes): State<Arc<Episodes>>,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let members = super::members(body).await?;
    const KNOWN: [&str; 4] = ["action", "episode_id", "timeout_s", "request_id"];
    if let Some(name) = members.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(RequestFault::unknown("member", "member of step", name, &KNOWN).into());
    }
    let present = |name: &str| members.get(name).filter(|value| !value.is_null());
    let name = present("episode_id")
        .map(|id| text("episode_id", id))
        .transpose()?;
    let limit = present("timeout_s").map(seconds).transpose()?;
    let missing = || {
        RequestFault::new(
            "member",
            "action is wanted: {\"action\": {\"keys\": \"<enter>\"}}",
        )
    };
    let action = super::object(present("action").cloned().ok_or_else(missing)?)?;
    let (handle, shared) = find(&episodes, name.as_deref())?;
    let stepped = async {
        let mut episode = shared.lock().await;
        act(&handle, &mut episode, &action).await
    };
    let late = |_| {
        let what = "the step took longer than timeout_s; what was pressed stays pressed";
        Problem::new(StatusCode::GATEWAY_TIMEOUT, what)
    };
    match limit {
        Some(limit) => tokio::time::timeout(limit, stepped).await.map_err(late)?,
        None => stepped.await,
    }
    .map(Json)
}

fn seconds(value: &Value) -> Result<Duration, RequestFault> {
    let limit = value.as_f64().filter(|seconds| *seconds > 0.0);
    let limit = limit.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    limit.ok_or_else(|| {
        let wanted = format!("timeout_s: a number of seconds above 0 is wanted, not {value}");
        RequestFault::new("value", wanted)
    })
}

/// What a query may name.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EpisodeQuery {
    episode_id: Option<String>,
}

pub(super) async fn state(
    State(episodes): State<Arc<Episodes>>,
    which: Result<Query<EpisodeQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let Query(which) =
        which.map_err(|cause| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, cause.body_text()))?;
    let (handle, shared) = find(&episodes, which.episode_id.as_deref())?;
    let episode = shared.lock().await;
    Ok(Json(inside(&handle, &episode)))
}

pub(super) async fn close(
    State(episodes): State<Arc<Episodes>>,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let members = super::members(body).await?;
    let wanted = || RequestFault::new("member", "episode_id is wanted");
    let handle = text("episode_id", members.get("episode_id").ok_or_else(wanted)?)?;
    Ok(Json(
        json!({ "episode_id": handle, "closed": episodes.close(&handle) }),
    ))
}

pub(super) async fn health() -> Json<Value> {
    Json(json!({ "status": "healthy" }))
}

pub(super) async fn metadata(State(episodes): State<Arc<Episodes>>) -> Json<Value> {
    let systems: Vec<String> = episodes
        .worlds()
        .iter()
        .map(|world| format!("{} ({})", world.system().id, world.system().title))
        .collect();
    Json(json!({
        "name": "bigiron",
        "description": format!("Simulated legacy systems behind 3270 screens: {}", systems.join(", ")),
        "version": env!("CARGO_PKG_VERSION"),
    }))
}

pub(super) async fn schema() -> Json<Value> {
    let observation = observation_schema();
    Json(json!({
        "action": action_schema(),
        "observation": observation,
        "reset_observation": observation,
        "state": state_schema(),
    }))
}

/// What a step takes: one member is required, so that a bridge may hand on a model's bare text.
pub(super) fn action_schema() -> Value {
    json!({
        "title": "BigironAction",
        "description": "Keys to press, then time to let pass, then perhaps the end of the work.",
        "type": "object",
        "properties": request::properties(),
        "required": ["keys"],
        "additionalProperties": false,
    })
}

pub(super) fn observation_schema() -> Value {
    schema_of::<Observed>()
}

pub(super) fn state_schema() -> Value {
    schema_of::<Inside>()
}
