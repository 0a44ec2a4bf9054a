//! HTTP, as OpenEnv has it.

use std::io::{Read, Write};
use std::net::TcpStream;

use bigiron::doors::session::service::Door;
use serde_json::{Value, json};

use super::{PATIENCE, Served, Turn, Way, line, rows};

pub struct Trainer<'a> {
    served: &'a Served,
}

impl Trainer<'_> {
    pub fn connect(served: &Served) -> Trainer<'_> {
        let trainer = Trainer { served };
        trainer.post("/reset", &json!({ "episode_id": "e" }));
        trainer
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let mut stream = TcpStream::connect(self.served.address(Door::Http)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let body = body.to_string();
        let length = body.len();
        write!(stream, "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
        serde_json::from_str(body).unwrap()
    }
}

impl Way for Trainer<'_> {
    fn take(&mut self, turn: &Turn) -> Vec<String> {
        let action = json!({ "keys": line(turn), "wait": turn.wait });
        let stepped = self.post("/step", &json!({ "episode_id": "e", "action": action }));
        rows(&stepped["observation"]["screen"])
    }

    fn finish(self, _: &[String]) -> u64 {
        self.post("/close", &json!({ "episode_id": "e" }));
        self.served.settled()
    }
}
