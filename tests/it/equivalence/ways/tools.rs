//! The Model Context Protocol on a pipe.

use std::sync::Arc;

use bigiron::doors::programs::episodes::Episodes;
use bigiron::doors::programs::mcp;
use bigiron::doors::session::service::Door;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf};
use tokio::sync::Semaphore;

use super::{PATIENCE, Served, Turn, Way, line, rows};
use crate::doors::service;

pub struct Agent<'a> {
    served: &'a Served,
    reader: BufReader<ReadHalf<DuplexStream>>,
    writer: WriteHalf<DuplexStream>,
    session: String,
}

impl Agent<'_> {
    pub fn connect<'a>(served: &'a Served, case: &super::Case) -> Agent<'a> {
        let mut service = service(served.seen());
        service.worlds = Arc::new(vec![case.world.clone()].into());
        service.setup = case.setup.clone();
        let places = Arc::new(Semaphore::new(1));
        let episodes = Episodes::new(
            Arc::new(service),
            Door::Mcp,
            Arc::default(),
            places,
            PATIENCE * 10,
        );
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let (reader, writer) = tokio::io::split(theirs);
        served
            .runtime
            .spawn(mcp::serve(Arc::new(episodes), reader, writer));
        let (reader, writer) = tokio::io::split(ours);
        let reader = BufReader::new(reader);
        let session = String::new();
        let mut agent = Agent {
            served,
            reader,
            writer,
            session,
        };
        let client = json!({ "name": "test", "version": "1" });
        agent.ask(
            "initialize",
            json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client }),
        );
        agent.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        let opened = agent.call("open_session", json!({}));
        agent.session = opened["session"].as_str().unwrap().to_owned();
        agent
    }

    fn send(&mut self, message: &Value) {
        let line = format!("{message}\n");
        let write = self.writer.write_all(line.as_bytes());
        self.served.runtime.block_on(write).unwrap();
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.send(&json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }));
        let mut line = String::new();
        let read = self.reader.read_line(&mut line);
        let read = async { tokio::time::timeout(PATIENCE, read).await };
        self.served.runtime.block_on(read).unwrap().unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap();
        answer["result"].clone()
    }

    fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let result = self.ask(
            "tools/call",
            json!({ "name": tool, "arguments": arguments }),
        );
        assert_eq!(result["isError"], false, "{result}");
        result["structuredContent"].clone()
    }
}

impl Way for Agent<'_> {
    fn take(&mut self, turn: &Turn) -> Vec<String> {
        let arguments = json!({ "session": self.session, "keys": line(turn), "wait": turn.wait });
        rows(&self.call("send_keys", arguments)["screen"])
    }

    fn finish(mut self, _: &[String]) -> u64 {
        let session = self.session.clone();
        self.call("close_session", json!({ "session": session }));
        self.served.settled()
    }
}
