//! OpenEnv's WebSocket: a connection is an episode, a message a call. Messages: reset, step, state, mcp, close.

use std::sync::Arc;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::{MAX_BODY, Problem, openenv, rpc};
use crate::doors::programs::episodes::{EpisodeError, Episodes, SharedEpisode};
use crate::doors::programs::tools::ToolScope;
use crate::doors::session::request::{self, RequestFault};

/// Which episode a connection is joined to, if it does not open one of its own.
#[derive(serde::Deserialize)]
pub(super) struct JoinedEpisode {
    session_id: Option<String>,
}

pub(super) async fn upgrade(
    State(episodes): State<Arc<Episodes>>,
    Query(joined): Query<JoinedEpisode>,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let no = |_| {
        let what = "/ws speaks WebSocket: an upgrade is wanted";
        Problem::new(StatusCode::UPGRADE_REQUIRED, what)
    };
    let joined = match joined.session_id {
        None => None,
        Some(handle) => Some((handle.clone(), episodes.get(&handle)?)),
    };
    let upgrade = upgrade
        .map_err(no)?
        .max_message_size(MAX_BODY)
        .max_frame_size(MAX_BODY);
    Ok(upgrade.on_upgrade(move |socket| async move {
        let talk = Talk {
            episodes,
            episode: joined,
        };
        talk.run(socket).await;
    }))
}

/// A connection and its episode, once it has one.
struct Talk {
    episodes: Arc<Episodes>,
    episode: Option<(String, SharedEpisode)>,
}

/// Why a message is not answered as asked: a code of OpenEnv's, and words.
struct Error(&'static str, Value);

impl From<RequestFault> for Error {
    fn from(fault: RequestFault) -> Error {
        let code = match fault.kind {
            "syntax" => "INVALID_JSON",
            _ => "VALIDATION_ERROR",
        };
        Error(code, fault.message.into())
    }
}

impl From<EpisodeError> for Error {
    fn from(refusal: EpisodeError) -> Error {
        let code = match refusal {
            EpisodeError::Full(_) => "CAPACITY_REACHED",
            EpisodeError::Order(_) => "VALIDATION_ERROR",
            EpisodeError::Unknown(_) | EpisodeError::Over(_) => "SESSION_ERROR",
            EpisodeError::Machine(_) => "FACTORY_ERROR",
        };
        Error(code, refusal.to_string().into())
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Error {
        let code = match problem.status {
            StatusCode::CONFLICT => "SESSION_ERROR",
            StatusCode::UNPROCESSABLE_ENTITY => "VALIDATION_ERROR",
            _ => "EXECUTION_ERROR",
        };
        let message = match problem.detail.get("message") {
            Some(message) => message.clone(),
            None => problem.detail,
        };
        Error(code, message)
    }
}

impl Talk {
    /// Answers messages until the client goes, says nothing for too long, or the server ends.
    async fn run(mut self, mut socket: WebSocket) {
        let idle = self.episodes.idle();
        let episodes = Arc::clone(&self.episodes);
        loop {
            let received = tokio::select! {
                received = tokio::time::timeout(idle, socket.recv()) => received,
                () = episodes.over() => break,
            };
            let text = match received {
                Ok(Some(Ok(Message::Text(text)))) => text,
                Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => continue,
                Ok(Some(Ok(Message::Binary(_)))) => {
                    let error = Error("INVALID_JSON", "messages are texts of JSON".into());
                    if send(&mut socket, error_message(error)).await.is_err() {
                        break;
                    }
                    continue;
                }
                Ok(Some(Ok(Message::Close(_)) | Err(_)) | None) | Err(_) => break,
            };
            let answer = tokio::select! {
                answer = self.answer(text.as_bytes()) => answer,
                () = episodes.over() => break,
            };
            let Some(answer) = answer.unwrap_or_else(|error| Some(error_message(error))) else {
                break;
            };
            if send(&mut socket, answer).await.is_err() {
                break;
            }
        }
        // The other end may be gone.
        let _ = socket.send(Message::Close(None)).await;
    }

    /// The answer to a message; none to `close`.
    async fn answer(&mut self, text: &[u8]) -> Result<Option<Value>, Error> {
        let mut message = super::object(request::json(text)?)?;
        let data = match message.remove("data") {
            None | Some(Value::Null) => Map::new(),
            Some(data) => super::object(data)?,
        };
        let kind = message
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let (kind, data) = match kind {
            "reset" => ("observation", self.reset(&data).await?),
            "step" => {
                let (handle, shared) = self.episode()?;
                let mut episode = shared.lock().await;
                (
                    "observation",
                    openenv::act(handle, &mut episode, &data).await?,
                )
            }
            "state" => {
                let (handle, shared) = self.episode()?;
                let episode = shared.lock().await;
                ("state", openenv::inside(handle, &episode))
            }
            "mcp" => {
                let (_, shared) = self.episode()?;
                let reach = ToolScope::One(Arc::clone(shared));
                let answer = rpc::call(&self.episodes, &reach, Value::Object(data)).await;
                ("mcp", answer.unwrap_or(Value::Null))
            }
            "close" => return Ok(None),
            other => {
                let known = ["reset", "step", "state", "mcp", "close"];
                let fault = RequestFault::unknown("value", "message type", other, &known);
                return Err(Error("UNKNOWN_TYPE", fault.message.into()));
            }
        };
        Ok(Some(json!({ "type": kind, "data": data })))
    }

    async fn reset(&mut self, data: &Map<String, Value>) -> Result<Value, Error> {
        let (order, name) = openenv::order(data)?;
        // The one before gives its place back first.
        self.episode = None;
        let mut episode = self.episodes.begin(&order)?;
        let handle = name.unwrap_or_else(|| format!("{}-ws", episode.system().id));
        let first = openenv::first(&handle, &mut episode).await;
        self.episode = Some((handle, Arc::new(tokio::sync::Mutex::new(episode))));
        Ok(first)
    }

    fn episode(&self) -> Result<&(String, SharedEpisode), Error> {
        let none = || {
            Error(
                "SESSION_ERROR",
                "no episode has begun: reset begins one".into(),
            )
        };
        self.episode.as_ref().ok_or_else(none)
    }
}

fn error_message(Error(code, message): Error) -> Value {
    json!({ "type": "error", "data": { "code": code, "message": message } })
}

async fn send(socket: &mut WebSocket, said: Value) -> Result<(), axum::Error> {
    socket.send(Message::Text(said.to_string().into())).await
}
