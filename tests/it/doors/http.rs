//! The HTTP door, spoken to by hand: what no well-kept client would send.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use super::Server;

/// Sends bytes and reads what comes until the server closes.
fn exchange(server: &Server, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(&server.http).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    // The server may answer and close before it has read all.
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// A request with a body; the status and the body of the answer.
fn send(server: &Server, head: &str, body: &str) -> (u16, Value) {
    let request = format!(
        "{head} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = exchange(server, request.as_bytes());
    let status = answer
        .split(' ')
        .nth(1)
        .unwrap_or_default()
        .parse()
        .unwrap_or(0);
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

fn post(server: &Server, path: &str, body: &Value) -> (u16, Value) {
    send(server, &format!("POST {path}"), &body.to_string())
}

#[test]
fn an_episode_is_begun_stepped_and_looked_into() {
    let server = Server::start();
    let (status, begun) = post(
        &server,
        "/reset",
        &json!({"task": "read-photo", "seed": 7, "episode_id": "mine"}),
    );
    assert_eq!(status, 200, "{begun}");
    assert_eq!(
        (&begun["reward"], &begun["done"]),
        (&Value::Null, &json!(false))
    );
    assert!(
        begun["observation"]["goal"]
            .as_str()
            .unwrap()
            .contains("photo number")
    );
    let (_, stepped) = post(
        &server,
        "/step",
        &json!({"episode_id": "mine", "action": {"keys": "CLK042IRON<enter>"}}),
    );
    assert!(
        stepped["observation"]["screen"]["rows"][0]
            .as_str()
            .unwrap()
            .contains("DMVM01")
    );
    assert_eq!(stepped["reward"], 0.0);
    let (_, state) = send(&server, "GET /state?episode_id=mine", "");
    assert_eq!(
        (&state["step_count"], &state["seed"]),
        (&json!(1), &json!(7))
    );
    let states = &server.seen.lock().unwrap().states[0];
    assert_eq!(
        state["state_hash"],
        format!("{:016x}", states.last().unwrap())
    );
}

#[test]
fn figures_are_told_as_prometheus_reads_them() {
    let server = Server::start();
    post(&server, "/reset", &json!({"episode_id": "mine"}));
    let request = b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let figures = exchange(&server, request);
    let (head, figures) = figures.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("text/plain; version=0.0.4"), "{head}");
    for line in [
        "bigiron_sessions 1",
        "bigiron_connections_accepted_total 2",
        "bigiron_sessions_opened_total 1",
        "bigiron_episodes_held 1",
    ] {
        assert!(figures.lines().any(|figure| figure == line), "{figures}");
    }
}

#[test]
fn keys_that_cannot_be_read_are_observed_and_others_faults_are_refused() {
    let server = Server::start();
    post(&server, "/reset", &json!({}));
    let (status, stepped) = post(&server, "/step", &json!({"action": {"keys": "A<etner>"}}));
    assert_eq!(status, 200);
    assert_eq!(stepped["observation"]["error"]["at"], json!({"column": 2}));
    assert_eq!(stepped["observation"]["screen"]["fields"][0]["value"], "");
    // A bridge may have read a model's text as JSON.
    let (_, stepped) = post(&server, "/step", &json!({"action": {"keys": 5}}));
    assert_eq!(stepped["observation"]["screen"]["fields"][0]["value"], "5");
    let faults = [
        (422, "/step", json!({"action": {}}), "keys is wanted"),
        (
            422,
            "/step",
            json!({"action": {"keys": "A", "wiat": 1}}),
            "did you mean \"wait\"?",
        ),
        (
            422,
            "/step",
            json!({"action": "A"}),
            "a JSON object is wanted, not a text",
        ),
        (
            422,
            "/step",
            json!({"actoin": {}}),
            "did you mean \"action\"?",
        ),
        (
            422,
            "/step",
            json!({"action": {"keys": ""}, "timeout_s": -1}),
            "above 0",
        ),
        (422, "/reset", json!({"seed": -1}), "a whole number from 0"),
        (
            422,
            "/reset",
            json!({"task": "read-phot"}),
            "did you mean read-photo?",
        ),
        (
            422,
            "/reset",
            json!({"system": "../../etc"}),
            "no system is called",
        ),
        (422, "/reset", json!({"warts": "lost"}), "warts: "),
        (422, "/reset", json!({"model": 6}), "2, 3, 4 or 5 is wanted"),
        (
            422,
            "/reset",
            json!([1]),
            "a JSON object is wanted, not a list",
        ),
        (
            404,
            "/step",
            json!({"episode_id": "other", "action": {"keys": ""}}),
            "open another",
        ),
        (422, "/close", json!({}), "episode_id is wanted"),
    ];
    for (expected, path, body, part) in faults {
        let (status, answer) = post(&server, path, &body);
        assert!(
            status == expected && answer.to_string().replace("\\\"", "\"").contains(part),
            "{body}: {status} {answer}"
        );
    }
}

#[test]
fn garbage_is_answered_and_nobody_else_notices() {
    let server = Server::start();
    post(&server, "/reset", &json!({"episode_id": "mine"}));
    let broken = exchange(&server, b"\x00\xff\x10garbage\r\n\r\n");
    assert!(
        broken.is_empty() || broken.starts_with("HTTP/1.1 400"),
        "{broken:?}"
    );
    assert_eq!(send(&server, "POST /step", "{\"action\": ").0, 400);
    assert_eq!(send(&server, "POST /step", &"x".repeat(100_000)).0, 413);
    assert_eq!(send(&server, "GET /step", "").0, 405);
    assert_eq!(send(&server, "GET /etc/passwd", "").0, 404);
    assert_eq!(send(&server, "GET /ws", "").0, 426);
    assert_eq!(send(&server, "GET /state?seed=1", "").0, 422);
    let head = format!(
        "GET /health HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n",
        "y".repeat(1 << 20)
    );
    let long = exchange(&server, head.as_bytes());
    assert!(
        long.is_empty() || long.starts_with("HTTP/1.1 431"),
        "{long:?}"
    );
    let (status, body) = send(&server, "POST /mcp", "[]");
    assert_eq!((status, &body["error"]["code"]), (200, &json!(-32600)));
    let (status, body) = send(&server, "POST /mcp", "{");
    assert_eq!((status, &body["error"]["code"]), (200, &json!(-32700)));
    let (status, stepped) = post(
        &server,
        "/step",
        &json!({"episode_id": "mine", "action": {"keys": "A"}}),
    );
    assert_eq!(
        (
            status,
            &stepped["observation"]["screen"]["fields"][0]["value"]
        ),
        (200, &json!("A"))
    );
}

#[test]
fn a_page_from_elsewhere_is_not_let_in() {
    let server = Server::start();
    let ask = |origin: &str| {
        let request = format!(
            "POST /reset HTTP/1.1\r\nHost: x\r\nOrigin: {origin}\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{{}}"
        );
        exchange(&server, request.as_bytes())
    };
    assert!(ask("http://example.org").starts_with("HTTP/1.1 403"));
    assert!(ask("http://localhost:3000").starts_with("HTTP/1.1 200"));
}

#[test]
fn agents_have_the_tools_that_work_in_a_session_and_no_others() {
    let server = Server::start();
    let call = |method: &str, params: Value| {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        post(&server, "/mcp", &body).1
    };
    post(
        &server,
        "/reset",
        &json!({"episode_id": "mine", "seed": 918_273_645, "warts": "lost_renewal", "task": "read-photo"}),
    );
    let tools = call("tools/list", json!({}));
    let names: Vec<_> = tools["result"]["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["read_screen", "send_keys", "wait", "submit"]);
    let read = call(
        "tools/call",
        json!({"name": "read_screen", "session_id": "mine"}),
    );
    let sent = call(
        "tools/call",
        json!({"name": "send_keys", "arguments": {"session": "mine", "keys": "CLK042IRON<enter>"}}),
    );
    let last = call(
        "tools/call",
        json!({"name": "submit", "arguments": {"session": "mine", "answer": "P1"}}),
    );
    assert_eq!(last["result"]["structuredContent"]["ended"], "submitted");
    for answer in [read, sent, last] {
        assert_eq!(answer["result"]["isError"], false, "{answer}");
        let text = answer.to_string();
        assert!(
            !text.contains("918273645")
                && !text.contains("lost_renewal")
                && !text.contains("grade"),
            "{text}"
        );
    }
    let opened = call(
        "tools/call",
        json!({"name": "open_session", "arguments": {}}),
    );
    assert_eq!(opened["error"]["code"], -32602);
    let gone = call(
        "tools/call",
        json!({"name": "read_screen", "arguments": {"session": "theirs"}}),
    );
    assert_eq!(gone["result"]["isError"], true);
}
