//! s3270's action language: what is said to it, over a socket to the script door or a pipe to s3270 itself.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use bigiron::doors::session::service::Door;
use bigiron::terminal::Key;

use super::{PATIENCE, Served, Turn, Way};

/// The actions of a turn's keys, on one line.
pub fn actions(keys: &[Key]) -> String {
    let actions: Vec<String> = keys.iter().map(|key| key.action()).collect();
    actions.join(" ")
}

/// Says a line and reads the reply: its data.
pub fn say(writer: &mut impl Write, reader: &mut impl BufRead, line: &str) -> Vec<String> {
    // In one piece: a line in several would wait for acknowledgements.
    writer.write_all(format!("{line}\n").as_bytes()).unwrap();
    writer.flush().unwrap();
    let mut data = Vec::new();
    loop {
        let mut said = String::new();
        assert!(
            reader.read_line(&mut said).unwrap() > 0,
            "no reply to {line}"
        );
        match said.trim_end_matches('\n') {
            "ok" | "error" => return data,
            said => data.extend(said.strip_prefix("data: ").map(str::to_owned)),
        }
    }
}

pub struct Script<'a> {
    served: &'a Served,
    reader: BufReader<TcpStream>,
    writer: TcpStream,
}

impl Script<'_> {
    pub fn connect(served: &Served) -> Script<'_> {
        let writer = TcpStream::connect(served.address(Door::Script)).unwrap();
        writer.set_read_timeout(Some(PATIENCE)).unwrap();
        let reader = BufReader::new(writer.try_clone().unwrap());
        Script {
            served,
            reader,
            writer,
        }
    }
}

impl Way for Script<'_> {
    fn take(&mut self, turn: &Turn) -> Vec<String> {
        say(&mut self.writer, &mut self.reader, &actions(&turn.keys));
        if turn.wait > 0 {
            let wait = format!("Wait({:.3},Seconds)", turn.wait as f64 / 1000.0);
            say(&mut self.writer, &mut self.reader, &wait);
        }
        say(&mut self.writer, &mut self.reader, "Ascii(0,0,24,80)")
    }

    fn finish(mut self, _: &[String]) -> u64 {
        let _ = self.writer.write_all(b"Quit()\n");
        drop((self.reader, self.writer));
        self.served.settled()
    }
}
