//! The HTTP door: OpenEnv's contract, for trainers, and the agent's tools for agents.
//!
//! | route | what it is |
//! |---|---|
//! | `POST /reset`, `POST /step`, `GET /state`, `POST /close` | episodes by their `episode_id` |
//! | `GET /ws` | an episode a connection, by messages |
//! | `GET /health`, `/metadata`, `/schema`, `/openapi.json` | what this is |
//! | `POST /mcp` | the agent's tools, by JSON-RPC |
//! | `GET /metrics` | figures, as Prometheus has them |
//!
//! Its clients choose seeds and warts and read rewards: it is a trainer's door. An agent may reach `/mcp` only.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use serde_json::{Map, Value, json};
use tokio::io::{AsyncRead, AsyncWrite};

use super::episodes::{EpisodeError, Episodes};
use crate::doors::session::request::{self, RequestFault};

mod openapi;
mod openenv;
mod rpc;
mod ws;

/// The longest body and the longest message, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// How long a client may take to send a request.
const PATIENCE: Duration = Duration::from_secs(20);

/// What every request is answered from.
pub fn router(episodes: Arc<Episodes>) -> Router {
    Router::new()
        .route("/reset", post(openenv::reset))
        .route("/step", post(openenv::step))
        .route("/state", get(openenv::state))
        .route("/close", post(openenv::close))
        .route("/health", get(openenv::health))
        .route("/metadata", get(openenv::metadata))
        .route("/schema", get(openenv::schema))
        .route("/openapi.json", get(openapi::document))
        .route("/metrics", get(metrics))
        .route("/mcp", post(rpc::answer))
        .route("/ws", get(ws::upgrade))
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn(same_origin))
        .with_state(episodes)
}

/// Serves one connection.
pub async fn connection<S>(router: Router, stream: S) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
        .with_upgrades()
        .await
        .map_err(io::Error::other)
}

/// Why a request is not answered as asked, as OpenEnv's servers tell it: a status and `{"detail": …}`.
#[derive(Debug)]
struct Problem {
    status: StatusCode,
    detail: Value,
}

impl Problem {
    fn new(status: StatusCode, detail: impl Into<Value>) -> Problem {
        Problem {
            status,
            detail: detail.into(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "detail": self.detail }))).into_response()
    }
}

impl From<RequestFault> for Problem {
    fn from(fault: RequestFault) -> Problem {
        let status = match fault.kind {
            "syntax" => StatusCode::BAD_REQUEST,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        // Plain data: it cannot fail to become JSON.
        Problem::new(status, serde_json::to_value(fault).unwrap_or_default())
    }
}

impl From<EpisodeError> for Problem {
    fn from(refusal: EpisodeError) -> Problem {
        let status = match refusal {
            EpisodeError::Full(_) => StatusCode::SERVICE_UNAVAILABLE,
            EpisodeError::Order(_) => StatusCode::UNPROCESSABLE_ENTITY,
            EpisodeError::Unknown(_) => StatusCode::NOT_FOUND,
            EpisodeError::Over(_) => StatusCode::CONFLICT,
            EpisodeError::Machine(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Problem::new(status, refusal.to_string())
    }
}

/// The bytes of a body, unless it is too long or comes too slowly.
async fn bytes(body: Body) -> Result<axum::body::Bytes, Problem> {
    let read = tokio::time::timeout(PATIENCE, axum::body::to_bytes(body, MAX_BODY)).await;
    let late = |_| Problem::new(StatusCode::REQUEST_TIMEOUT, "the body takes too long");
    let long = |_| {
        let most = format!("the body cannot be read, or is longer than {MAX_BODY} bytes");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, most)
    };
    read.map_err(late)?.map_err(long)
}

/// The members of a body; none of an empty one.
async fn members(body: Body) -> Result<Map<String, Value>, Problem> {
    let bytes = bytes(body).await?;
    if bytes.trim_ascii().is_empty() {
        return Ok(Map::new());
    }
    object(request::json(&bytes)?).map_err(Problem::from)
}

fn object(value: Value) -> Result<Map<String, Value>, RequestFault> {
    match value {
        Value::Object(members) => Ok(members),
        other => {
            let wanted = format!("a JSON object is wanted, not {}", kind(&other));
            Err(RequestFault::new("value", wanted))
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Pages of other places may not use a reader's browser to come in here.
async fn same_origin(request: Request, next: Next) -> Result<Response, Problem> {
    let origin = request.headers().get(header::ORIGIN);
    match origin.is_none_or(|origin| origin.to_str().is_ok_and(is_loopback)) {
        true => Ok(next.run(request).await),
        false => Err(Problem::new(
            StatusCode::FORBIDDEN,
            "requests of web pages from elsewhere are not answered",
        )),
    }
}

/// Whether the origin, such as `http://localhost:8000`, is this machine.
fn is_loopback(origin: &str) -> bool {
    let Some((_, host)) = origin.split_once("://") else {
        return false;
    };
    let host = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => host,
    };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

async fn nothing_here(request: Request) -> Problem {
    let path: String = request.uri().path().chars().take(80).collect();
    let what = format!("there is no {path}; GET /openapi.json tells what there is");
    Problem::new(StatusCode::NOT_FOUND, what)
}

async fn wrong_method(request: Request) -> Problem {
    let what = format!(
        "{} does not answer {}; GET /openapi.json tells what does",
        request.uri().path(),
        request.method()
    );
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, what)
}

async fn metrics(State(episodes): State<Arc<Episodes>>) -> Response {
    let figures = format!(
        "{}# HELP bigiron_episodes_held Episodes that are held by handle.\n# TYPE bigiron_episodes_held gauge\nbigiron_episodes_held {}\n",
        episodes.metrics().render(),
        episodes.len()
    );
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], figures).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_at_home() {
        for origin in [
            "http://localhost:8000",
            "http://127.0.0.1",
            "https://[::1]:9",
        ] {
            assert!(is_loopback(origin), "{origin}");
        }
        for origin in [
            "null",
            "http://example.org",
            "http://localhost.example.org:80",
            "http://127.0.0.1.example.org",
            "http://10.0.0.7:8000",
        ] {
            assert!(!is_loopback(origin), "{origin}");
        }
    }
}
