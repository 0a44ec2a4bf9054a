//! The VT door: a keyboard's bytes over a socket.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

use bigiron::doors::session::service::Door;

use super::window::{COLUMNS, ROWS, Screen, strokes};
use super::{Served, Turn, Way};

pub struct Client<'a> {
    served: &'a Served,
    stream: TcpStream,
    screen: Screen,
}

impl Client<'_> {
    pub fn connect<'a>(served: &'a Served, case: &super::Case) -> Client<'a> {
        let mut stream = TcpStream::connect(served.address(Door::Vt)).unwrap();
        // WILL NAWS, and the window's size.
        let size = [
            0xFF,
            0xFB,
            31,
            0xFF,
            0xFA,
            31,
            0,
            COLUMNS as u8,
            0,
            ROWS as u8,
            0xFF,
            0xF0,
        ];
        stream.write_all(&size).unwrap();
        let screen = Screen::new();
        let (mut output, shown) = (stream.try_clone().unwrap(), screen.clone());
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                // What TELNET says is not for the screen.
                let said: Vec<u8> = bytes[..count]
                    .iter()
                    .copied()
                    .filter(u8::is_ascii)
                    .collect();
                shown.draw(&said);
            }
        });
        if case.setup.task.is_some() {
            screen.until("Press Enter to begin");
            stream.write_all(b"\r").unwrap();
        }
        Client {
            served,
            stream,
            screen,
        }
    }
}

impl Way for Client<'_> {
    fn take(&mut self, turn: &Turn) -> Vec<String> {
        // Where a line feed is ENTER, as over a wire, NEWLINE is Esc n.
        let keys = strokes(turn).replace('\n', "\x1bn");
        self.stream.write_all(keys.as_bytes()).unwrap();
        Vec::new()
    }

    fn finish(self, last: &[String]) -> u64 {
        self.screen.until_rows(last);
        let _ = self.stream.shutdown(Shutdown::Both);
        self.served.settled()
    }
}
