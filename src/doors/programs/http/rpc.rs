//! `POST /mcp`: the agent's tools by JSON-RPC 2.0, each request a body and each answer another.
//!
//! It answers what OpenEnv's servers answer there (`tools/list`, `tools/call`, `openenv/session/create` and `/close`), and the
//! handshake of the Model Context Protocol (2025-11-25), so that its clients can use it as a Streamable HTTP server that keeps no
//! sessions. The tools work in episodes that a trainer has opened, named by `session` among the arguments or `session_id` beside
//! them.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::Problem;
use crate::doors::programs::episodes::{EpisodeError, EpisodeRequest, Episodes};
use crate::doors::programs::tools::ToolScope;
use crate::doors::session::request;

/// Versions of the protocol that are spoken, the latest first.
const VERSIONS: [&str; 3] = ["2025-11-25", "2025-06-18", "2025-03-26"];

/// An error of JSON-RPC: its code and words.
struct Error(i32, String);

const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;
const METHOD_NOT_FOUND: i32 = -32601;
const INVALID_PARAMS: i32 = -32602;
const SERVER_ERROR: i32 = -32000;

pub(super) async fn answer(
    State(episodes): State<Arc<Episodes>>,
    body: Body,
) -> Result<Response, Problem> {
    let bytes = super::bytes(body).await?;
    let answered = match request::json(&bytes) {
        Ok(message) => call(&episodes, &ToolScope::Handles, message).await,
        Err(fault) => Some(failed(&Value::Null, Error(PARSE_ERROR, fault.message))),
    };
    Ok(match answered {
        Some(answer) => Json(answer).into_response(),
        None => StatusCode::ACCEPTED.into_response(),
    })
}

/// The answer to a message; none to a notification.
pub(super) async fn call(episodes: &Episodes, reach: &ToolScope, message: Value) -> Option<Value> {
    let Value::Object(message) = message else {
        let what = "an object is wanted; batches are not taken".to_owned();
        return Some(failed(&Value::Null, Error(INVALID_REQUEST, what)));
    };
    let id = message.get("id").cloned().unwrap_or(Value::Null);
    let version = message.get("jsonrpc").and_then(Value::as_str);
    let method = message.get("method").and_then(Value::as_str);
    let (Some("2.0"), Some(method)) = (version, method) else {
        let what = "jsonrpc \"2.0\" and a method are wanted".to_owned();
        return Some(failed(&id, Error(INVALID_REQUEST, what)));
    };
    if method.starts_with("notifications/") {
        return None;
    }
    let params = match message.get("params") {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(params)) => Ok(params.clone()),
        Some(_) => Err(Error(INVALID_PARAMS, "params: an object is wanted".into())),
    };
    let done = match params {
        Ok(params) => run(episodes, reach, method, params).await,
        Err(error) => Err(error),
    };
    Some(match done {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(error) => failed(&id, error),
    })
}

fn failed(id: &Value, Error(code, message): Error) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
}

async fn run(
    episodes: &Episodes,
    reach: &ToolScope,
    method: &str,
    params: Map<String, Value>,
) -> Result<Value, Error> {
    let text = |name: &str| params.get(name).and_then(Value::as_str);
    match method {
        "initialize" => {
            let asked = text("protocolVersion").unwrap_or_default();
            let version = VERSIONS.iter().find(|version| **version == asked);
            Ok(json!({
                "protocolVersion": version.unwrap_or(&VERSIONS[0]),
                "capabilities": { "tools": {} },
                "serverInfo": { "name": "bigiron", "version": env!("CARGO_PKG_VERSION") },
            }))
        }
        "ping" => Ok(json!({})),
        "tools/list" => Ok(json!({ "tools": reach.list() })),
        "tools/call" => {
            let wanted = || Error(INVALID_PARAMS, "name: the name of a tool is wanted".into());
            let name = text("name").ok_or_else(wanted)?;
            let mut arguments = match params.get("arguments") {
                None | Some(Value::Null) => Map::new(),
                Some(Value::Object(arguments)) => arguments.clone(),
                Some(_) => {
                    return Err(Error(
                        INVALID_PARAMS,
                        "arguments: an object is wanted".into(),
                    ));
                }
            };
            if let (ToolScope::Handles, Some(session)) = (reach, text("session_id")) {
                arguments.entry("session").or_insert_with(|| session.into());
            }
            let called = reach.call(episodes, name, &arguments).await;
            let outcome = called.map_err(|no| Error(INVALID_PARAMS, no.0))?;
            Ok(outcome.to_json())
        }
        "openenv/session/create" if matches!(reach, ToolScope::Handles) => {
            let opened = episodes.open(&EpisodeRequest::default());
            let refused = |refusal: EpisodeError| Error(SERVER_ERROR, refusal.to_string());
            Ok(json!({ "session_id": opened.map_err(refused)?.0 }))
        }
        "openenv/session/close" if matches!(reach, ToolScope::Handles) => {
            let wanted = || Error(INVALID_PARAMS, "session_id is wanted".into());
            let session = text("session_id").ok_or_else(wanted)?;
            match episodes.close(session) {
                true => Ok(json!({ "session_id": session, "closed": true })),
                false => Err(Error(
                    INVALID_PARAMS,
                    EpisodeError::Unknown(session.into()).to_string(),
                )),
            }
        }
        _ => {
            let shown: String = method.chars().take(80).collect();
            Err(Error(
                METHOD_NOT_FOUND,
                format!("there is no method {shown:?}"),
            ))
        }
    }
}
