//! The VT door, with raw clients and with telnet.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::Server;

fn window(rows: u16, columns: u16) -> vt100::Parser {
    vt100::Parser::new(rows.try_into().unwrap(), columns.try_into().unwrap(), 0)
}

/// A client with a VT screen of its own.
struct Vt {
    stream: TcpStream,
    screen: vt100::Parser,
}

impl Vt {
    fn connect(address: &str) -> Vt {
        let stream = TcpStream::connect(address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        Vt {
            stream,
            screen: window(24, 80),
        }
    }

    fn press(&mut self, keys: &[u8]) {
        self.stream.write_all(keys).unwrap();
    }

    /// Reads until the screen shows a text.
    fn wait_for(&mut self, text: &str) -> String {
        let mut buffer = [0; 4096];
        loop {
            let shown = self.screen.screen().contents();
            if shown.contains(text) {
                return shown;
            }
            let length = self
                .stream
                .read(&mut buffer)
                .unwrap_or_else(|error| panic!("{error}: {text:?} is not in\n{shown}"));
            assert!(length > 0, "the server closed before {text:?}:\n{shown}");
            // What TELNET says is not for the screen.
            let said: Vec<u8> = buffer[..length]
                .iter()
                .copied()
                .filter(u8::is_ascii)
                .collect();
            self.screen.process(&said);
        }
    }
}

#[test]
fn a_raw_client_signs_on_and_reads_a_licence() {
    let server = Server::start();
    let mut vt = Vt::connect(&server.vt);
    vt.wait_for("OPERATOR ID");
    vt.press(b"CLK042IRON\r");
    vt.wait_for("DMVM01");
    vt.press(b"1\tD4471902\r");
    let shown = vt.wait_for("VANDERMEER");
    assert!(shown.contains("DMVI02"), "{shown}");
    vt.press(b"\x1bOR");
    vt.wait_for("DMVM01");
    // A protected field locks the keyboard, which the last row says, and Ctrl-R takes it back.
    vt.press(b"\x1b[Hx\x1b[A\x1b[Ax");
    vt.wait_for("X <-o->");
    vt.press(b"\x12\x1d");
    let mut rest = Vec::new();
    vt.stream.read_to_end(&mut rest).unwrap();
    assert_eq!(server.seen.lock().unwrap().ends, ["disconnected"]);
}

#[test]
fn the_windows_size_and_type_are_honoured() {
    let server = Server::start();
    let mut vt = Vt::connect(&server.vt);
    vt.screen = window(30, 100);
    vt.wait_for("OPERATOR ID");
    vt.press(
        b"\xff\xfb\x1f\xff\xfa\x1f\0\x64\0\x1e\xff\xf0\xff\xfb\x18\xff\xfa\x18\0VT220\xff\xf0",
    );
    // In a window of 30 rows the operator information area stands beneath the screen.
    vt.wait_for("012/032");
    vt.press(b"CLK042IRON\r");
    vt.wait_for("DMVM01");
    let colored = vt.screen.screen().cell(0, 1).unwrap().fgcolor();
    assert_eq!(colored, vt100::Color::Default);
}

#[test]
#[cfg_attr(not(feature = "peers"), ignore = "needs telnet: --features peers")]
fn telnet_signs_on() {
    let server = Server::start();
    let (host, port) = server.vt.rsplit_once(':').unwrap();
    let mut telnet = Command::new("telnet")
        .args(["-E", "-8", host, port])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("telnet: {error}; `tests/run` installs what the tests need")
        });
    let mut screen = window(24, 80);
    let (mut stdin, mut stdout) = (telnet.stdin.take().unwrap(), telnet.stdout.take().unwrap());
    let mut wait_for = |text: &str| {
        let mut buffer = [0; 4096];
        while !screen.screen().contents().contains(text) {
            let length = stdout.read(&mut buffer).unwrap();
            assert!(
                length > 0,
                "telnet ended before {text:?}:\n{}",
                screen.screen().contents()
            );
            screen.process(&buffer[..length]);
        }
    };
    wait_for("OPERATOR ID");
    stdin.write_all(b"CLK042IRON\r").unwrap();
    wait_for("DMVM01");
    drop(stdin);
    telnet.kill().unwrap();
    telnet.wait().unwrap();
}

#[test]
fn a_task_begins_with_its_goal_and_several_systems_with_a_choice() {
    let server = Server::with(|service| {
        let open = |name| bigiron::cli::opening::served_system(name, None).unwrap();
        let dmv = bigiron::cli::opening::served_system("dmv", Some("read-photo")).unwrap();
        service.worlds.replace(vec![dmv, open("revenue")]);
    });
    let mut vt = Vt::connect(&server.vt);
    vt.wait_for("USSMSG10");
    vt.press(b"nosuch\r");
    vt.wait_for("USSMSG02");
    vt.press(b"\x1bxdmv\r");
    vt.wait_for("DMVS00");
    let server = Server::with(|service| service.setup.task = Some("read-photo".into()));
    let mut vt = Vt::connect(&server.vt);
    vt.wait_for("Press Enter to begin");
    vt.press(b"\r");
    vt.wait_for("DMVS00");
}
