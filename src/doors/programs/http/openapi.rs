//! `GET /openapi.json`: the door as OpenAPI 3.1 has it.

use axum::Json;
use serde_json::{Value, json};

use super::openenv;

/// The version of this contract: OpenEnv knows it as the profile `openenv-http/1.x`.
const VERSION: &str = "1.0.0";

pub(super) async fn document() -> Json<Value> {
    let reset = json!({
        "type": "object",
        "properties": {
            "seed": { "type": ["integer", "null"], "minimum": 0, "description": "Decides the episode; the server's own count if left out." },
            "episode_id": { "type": ["string", "null"], "maxLength": 255, "description": "The handle; one is made up if left out." },
            "system": { "type": ["string", "null"], "description": "The system; the first one served if left out." },
            "task": { "type": ["string", "null"], "description": "The task; as the server was started if left out." },
            "warts": { "type": ["string", "null"], "description": "none, all, or names with commas between; as the server was started if left out." },
            "model": { "type": ["integer", "null"], "minimum": 2, "maximum": 5, "description": "The terminal's model." },
        },
        "additionalProperties": false,
    });
    let step = json!({
        "type": "object",
        "properties": {
            "action": { "$ref": "#/components/schemas/Action" },
            "episode_id": { "type": ["string", "null"], "description": "The handle; the only open episode if left out." },
            "timeout_s": { "type": ["number", "null"], "exclusiveMinimum": 0 },
            "request_id": { "type": ["string", "null"] },
        },
        "required": ["action"],
        "additionalProperties": false,
    });
    let result = json!({
        "type": "object",
        "properties": {
            "observation": { "$ref": "#/components/schemas/Observation" },
            "reward": { "type": ["number", "null"], "description": "1 when a task is solved, else 0; null without a task." },
            "done": { "type": "boolean" },
            "metadata": { "type": "object", "description": "For the trainer: episode_id and, at the end, the grade." },
        },
        "required": ["observation", "reward", "done"],
    });
    let handle = json!({ "type": "object", "properties": { "episode_id": { "type": "string" } }, "required": ["episode_id"] });
    let any = json!({ "type": "object" });
    Json(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "bigiron",
            "version": VERSION,
            "description": "Simulated legacy systems behind 3270 screens, as an OpenEnv environment. A trainer's door; /mcp is the agent's.",
        },
        "paths": {
            "/reset": { "post": operation("Begin an episode", Some(reset), &result, &[]) },
            "/step": { "post": operation("Take a step", Some(step), &result, &[]) },
            "/state": { "get": operation("An episode as its trainer knows it", None, &reference("State"), &["episode_id"]) },
            "/close": { "post": operation("Give an episode up", Some(handle), &any, &[]) },
            "/health": { "get": operation("Whether the server is well", None, &any, &[]) },
            "/metadata": { "get": operation("What this is", None, &any, &[]) },
            "/schema": { "get": operation("The schemas of action, observation and state", None, &any, &[]) },
            "/mcp": { "post": operation("The agent's tools, by JSON-RPC 2.0", Some(any.clone()), &any, &[]) },
            "/ws": { "get": operation("An episode by messages, over WebSocket", None, &any, &["session_id"]) },
            "/metrics": { "get": { "summary": "Figures, as Prometheus has them", "responses": { "200": { "description": "done", "content": { "text/plain": {} } } } } },
        },
        "components": { "schemas": {
            "Action": openenv::action_schema(),
            "Observation": component("Observation", openenv::observation_schema()),
            "State": component("State", openenv::state_schema()),
        } },
    }))
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// A schema that refers into itself: an `$id` makes its references its own.
fn component(name: &str, mut schema: Value) -> Value {
    if let Some(members) = schema.as_object_mut() {
        members.insert("$id".into(), format!("bigiron:http/{name}").into());
    }
    schema
}

fn operation(summary: &str, takes: Option<Value>, gives: &Value, query: &[&str]) -> Value {
    let parameters: Vec<Value> = query
        .iter()
        .map(|name| json!({ "name": name, "in": "query", "required": false, "schema": { "type": "string" } }))
        .collect();
    let mut operation = json!({
        "summary": summary,
        "parameters": parameters,
        "responses": {
            "200": { "description": "done", "content": { "application/json": { "schema": gives } } },
            "4XX": { "description": "what is wrong, and what is wanted instead", "content": { "application/json": {
                "schema": { "type": "object", "properties": { "detail": {} }, "required": ["detail"] },
            } } },
        },
    });
    if let Some(takes) = takes {
        operation["requestBody"] =
            json!({ "content": { "application/json": { "schema": takes } } });
    }
    operation
}
