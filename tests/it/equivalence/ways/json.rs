//! One JSON object a line.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use bigiron::doors::session::service::Door;
use serde_json::{Value, json};

use super::{PATIENCE, Served, Turn, Way, line, rows};

pub struct Agent<'a> {
    served: &'a Served,
    reader: BufReader<TcpStream>,
}

impl Agent<'_> {
    pub fn connect(served: &Served) -> Agent<'_> {
        let stream = TcpStream::connect(served.address(Door::Json)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let reader = BufReader::new(stream);
        let mut agent = Agent { served, reader };
        agent.read();
        agent
    }

    fn read(&mut self) -> Value {
        let mut line = String::new();
        self.reader.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Way for Agent<'_> {
    fn take(&mut self, turn: &Turn) -> Vec<String> {
        let request = json!({ "keys": line(turn), "wait": turn.wait });
        // In one piece: a line in several would wait for acknowledgements.
        let line = format!("{request}\n");
        self.reader.get_mut().write_all(line.as_bytes()).unwrap();
        rows(&self.read()["screen"])
    }

    fn finish(self, _: &[String]) -> u64 {
        drop(self.reader);
        self.served.settled()
    }
}
