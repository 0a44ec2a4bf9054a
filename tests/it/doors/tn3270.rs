//! TN3270: the reference clients, and clients that misbehave.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use bigiron::terminal::Model;
use bigiron::wire::CodePage;

use super::{Server, run};

/// Signs on, looks at the menu, signs off; then all that was seen.
const SIGN_ON: &str =
    "Wait(5,InputField)\nString(\"CLK042IRON\")\nEnter()\nWait(5,InputField)\nAscii()\nQuit()\n";

fn s3270(server: &Server, arguments: &[&str], prefix: &str, actions: &str) -> String {
    let host = format!("{prefix}{}", server.tn3270);
    run("s3270", &[arguments, &[host.as_str()]].concat(), actions)
}

#[test]
#[cfg_attr(not(feature = "peers"), ignore = "needs s3270: --features peers")]
fn s3270_signs_on_with_every_model_in_tn3270e_and_in_tn3270() {
    let server = Server::start();
    let mut sessions = 0;
    for prefix in ["", "N:"] {
        for model in ["2", "3", "4", "5"] {
            let name = format!("3279-{model}-E");
            let seen = s3270(&server, &["-model", &name], prefix, SIGN_ON);
            assert!(seen.contains("DMVM01"), "{prefix} {model}\n{seen}");
            assert!(
                seen.contains(&format!("C(127.0.0.1) I {model} 24 80")),
                "{seen}"
            );
            let setup = server.seen.lock().unwrap().setups[sessions].clone();
            assert_eq!(setup.terminal.model.number().to_string(), model);
            sessions += 1;
        }
    }
}

#[test]
#[cfg_attr(not(feature = "peers"), ignore = "needs s3270: --features peers")]
fn every_door_makes_the_same_world() {
    let server = Server::start();
    s3270(&server, &[], "", SIGN_ON);
    s3270(&server, &[], "N:", SIGN_ON);
    let mut script = TcpStream::connect(&server.script).unwrap();
    script.write_all(SIGN_ON.as_bytes()).unwrap();
    script.read_to_string(&mut String::new()).unwrap();
    let mut json = TcpStream::connect(&server.json).unwrap();
    json.write_all(b"{\"keys\": \"CLK042IRON<enter>\"}\n")
        .unwrap();
    json.shutdown(std::net::Shutdown::Write).unwrap();
    json.read_to_string(&mut String::new()).unwrap();
    let states = server.seen.lock().unwrap().states.clone();
    assert_eq!(states.len(), 4);
    assert!(states[0].len() >= 2, "{states:?}");
    assert!(states.iter().all(|other| *other == states[0]), "{states:?}");
}

#[test]
#[cfg_attr(not(feature = "peers"), ignore = "needs s3270: --features peers")]
fn a_client_gets_the_lu_it_asks_for() {
    let server = Server::start();
    let asked = s3270(
        &server,
        &[],
        "LUA@",
        "Wait(5,InputField)\nQuery(LuName)\nQuit()\n",
    );
    assert!(asked.contains("data: LUA\n"), "{asked}");
    let own = s3270(
        &server,
        &[],
        "",
        "Wait(5,InputField)\nQuery(LuName)\nQuit()\n",
    );
    assert!(own.contains("data: TCP00001\n"), "{own}");
}

#[test]
#[cfg_attr(not(feature = "peers"), ignore = "needs s3270: --features peers")]
fn several_systems_are_told_apart_by_lu_name() {
    let server = Server::with(|service| {
        let world = |name| bigiron::cli::opening::served_system(name, None).unwrap();
        service.worlds.replace(vec![world("dmv"), world("revenue")]);
    });
    let look = "Wait(5,InputField)\nAscii(0,0,1,40)\nQuit()\n";
    let first = s3270(&server, &[], "dmv@", look);
    let other = s3270(&server, &[], "revenue@", look);
    assert!(
        first.contains("DMVS00") && !other.contains("DMVS00"),
        "{first}{other}"
    );
    assert!(other.contains("U F U"), "{other}");
}

#[test]
#[cfg_attr(not(feature = "peers"), ignore = "needs s3270: --features peers")]
fn an_odd_size_is_asked_for() {
    let server = Server::start();
    s3270(&server, &["-oversize", "160x62"], "", SIGN_ON);
    let setup = server.seen.lock().unwrap().setups[0].clone();
    assert_eq!(
        (setup.terminal.model, setup.terminal.oversize),
        (Model::Two, Some((62, 160)))
    );
}

#[test]
#[cfg_attr(not(feature = "peers"), ignore = "needs s3270: --features peers")]
fn attn_and_sysreq_reach_the_host() {
    let server = Server::start();
    let actions = "Wait(5,InputField)\nSet(aidWait,false)\nSysReq()\nString(\"LOGOFF\")\nEnter()\nWait(5,Disconnect)\nQuit()\n";
    let seen = s3270(&server, &[], "", actions);
    assert!(!seen.contains("error"), "{seen}");
}

#[test]
#[cfg_attr(
    not(feature = "peers"),
    ignore = "needs c3270 and tmux: --features peers"
)]
fn c3270_paints_the_sign_on_screen_on_a_real_terminal() {
    let server = Server::start();
    let socket = format!("bigiron-doors-{}", std::process::id());
    let tmux = |arguments: &[&str]| {
        let all = [&["-L", socket.as_str(), "-f", "/dev/null"], arguments].concat();
        let output = Command::new("tmux").args(all).output();
        let output = output.unwrap_or_else(|error| {
            panic!("tmux: {error}; `tests/run` installs what the tests need")
        });
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let c3270 = format!("TERM=xterm-256color c3270 {}; sleep 5", server.tn3270);
    tmux(&["new-session", "-d", "-x", "80", "-y", "26", &c3270]);
    // A capture may see a screen half painted: the old text still below the new.
    let wait_for = |shown: &str, gone: &str| {
        let mut screen = String::new();
        for _ in 0..400 {
            screen = tmux(&["capture-pane", "-p"]);
            if screen.contains(shown) && !screen.contains(gone) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        tmux(&["kill-server"]);
        panic!("c3270 never shows {shown:?} without {gone:?}:\n{screen}");
    };
    wait_for("OPERATOR ID", "X Wait");
    tmux(&["send-keys", "CLK042IRON", "Enter"]);
    wait_for("DMVM01", "OPERATOR ID");
    tmux(&["kill-server"]);
}

/// A client that speaks bytes.
pub(super) struct Raw(TcpStream);

impl Raw {
    pub(super) fn try_say(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.0.write_all(bytes)
    }

    pub(super) fn say(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
    }

    pub(super) fn connect(server: &Server) -> Raw {
        let stream = TcpStream::connect(&server.tn3270).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        Raw(stream)
    }

    /// Agrees on plain TN3270 with an IBM-3278-2, and takes the first screen.
    pub(super) fn agreed(server: &Server) -> Raw {
        let mut raw = Raw::connect(server);
        raw.0
            .write_all(b"\xff\xfc\x28\xff\xfb\x18\xff\xfa\x18\0IBM-3278-2\xff\xf0")
            .unwrap();
        raw.0
            .write_all(b"\xff\xfb\x19\xff\xfd\x19\xff\xfb\0\xff\xfd\0")
            .unwrap();
        raw.until(b"\xff\xef");
        raw
    }

    /// Reads until what was read ends so.
    pub(super) fn until(&mut self, end: &[u8]) -> Vec<u8> {
        let mut read = Vec::new();
        while !read.ends_with(end) {
            let mut byte = [0];
            self.0
                .read_exact(&mut byte)
                .unwrap_or_else(|error| panic!("{error} after {read:02x?}"));
            read.push(byte[0]);
        }
        read
    }

    pub(super) fn closes(mut self) -> bool {
        match self.0.read_to_end(&mut Vec::new()) {
            Ok(_) => true,
            Err(error) => error.kind() == ErrorKind::ConnectionReset,
        }
    }
}

#[test]
fn clients_that_misbehave_are_closed_and_others_go_on() {
    let server = Server::with(|service| service.limits.patience = Duration::from_secs(2));
    let mut good = Raw::agreed(&server);
    let silent = Raw::connect(&server);
    let mut half = Raw::connect(&server);
    half.0
        .write_all(b"\xff\xfb\x28\xff\xfa\x28\x02\x07IBM-")
        .unwrap();
    let mut garbage = Raw::connect(&server);
    garbage
        .0
        .write_all(b"GET / HTTP/1.1\r\n\r\n\xff\xef")
        .unwrap();
    let mut telnet = Raw::connect(&server);
    telnet.0.write_all(b"\xff\xfc\x28\xff\xfc\x18").unwrap();
    let mut endless = Raw::agreed(&server);
    // The server may close before it has read all of it.
    let _ = endless.0.write_all(&vec![0x40; 10 << 20]);
    let mut slow = Raw::agreed(&server);
    slow.0.write_all(b"\x7d\x40").unwrap();
    let mut gone = Raw::connect(&server);
    gone.0.write_all(b"\xff\xfb\x28").unwrap();
    drop(gone);

    server.reported("data before the terminal was agreed on");
    server.reported("does without TERMINAL-TYPE");
    server.reported("a record of more than 131072 bytes has no end");
    server.reported("a record has not ended 2 s after its first byte");
    server.reported("left before a terminal was agreed on");
    let late = server.reported("agreed on no terminal in 2 s");
    assert!(late.starts_with("tn3270 "), "{late}");
    for closed in [silent, half, garbage, telnet, endless, slow] {
        assert!(closed.closes());
    }
    good.0.write_all(b"\x7d\x4d\x7f\xff\xef").unwrap();
    assert!(good.until(b"\xff\xef").len() > 4);
}

#[test]
fn a_record_that_cannot_be_read_frees_the_keyboard_and_the_eighth_ends_the_session() {
    let server = Server::start();
    let mut raw = Raw::agreed(&server);
    for _ in 0..7 {
        raw.0.write_all(b"\x99\xff\xef").unwrap();
        assert_eq!(raw.until(b"\xff\xef").len(), 4);
    }
    raw.0.write_all(b"\x99\xff\xef").unwrap();
    server.reported("a record cannot be read");
    server.reported("8 records could not be read");
    assert!(raw.closes());
}

#[test]
fn a_timing_mark_comes_back_after_what_was_sent_before_it() {
    let server = Server::start();
    let mut raw = Raw::agreed(&server);
    raw.0.write_all(b"\x6d\xff\xef\xff\xfd\x06").unwrap();
    let read = raw.until(b"\xff\xfb\x06");
    assert!(read.len() > 100, "{read:02x?}");
}

#[test]
fn in_tn3270e_a_response_is_given_and_the_services_know_logoff() {
    let server = Server::start();
    let mut raw = Raw::connect(&server);
    raw.0
        .write_all(b"\xff\xfb\x28\xff\xfa\x28\x02\x07IBM-3278-2-E\xff\xf0")
        .unwrap();
    raw.0
        .write_all(b"\xff\xfa\x28\x03\x07\x02\x04\xff\xf0")
        .unwrap();
    raw.until(b"\xff\xfa\x28\x03\x04\x02\x04\xff\xf0");
    assert_eq!(raw.until(b"\xff\xef")[..5], [0, 0, 1, 0, 0]);
    raw.0.write_all(b"\0\0\x02\x01\x07\x6d\xff\xef").unwrap();
    assert_eq!(raw.until(b"\xff\xef"), b"\x02\0\0\x01\x07\0\xff\xef");
    raw.until(b"\xff\xef");
    let services = |text: &str| {
        [
            b"\x07\0\0\0\0",
            CodePage::CP037.encode_text(text).as_slice(),
            b"\xff\xef",
        ]
        .concat()
    };
    raw.0.write_all(&services("HELLO")).unwrap();
    let answer = loop {
        let record = raw.until(b"\xff\xef");
        if record[0] == 7 {
            break record;
        }
    };
    assert_eq!(
        CodePage::CP037.decode_text(&answer[5..answer.len() - 2]),
        "COMMAND UNRECOGNIZED"
    );
    raw.0.write_all(&services("logoff")).unwrap();
    assert!(raw.closes());
    assert_eq!(server.seen.lock().unwrap().ends, ["logged off"]);
}

#[test]
fn where_contention_is_resolved_the_host_says_whose_turn_it_is() {
    let server = Server::start();
    let mut raw = Raw::connect(&server);
    raw.say(b"\xff\xfb\x28\xff\xfa\x28\x02\x07IBM-3278-2-E\xff\xf0");
    raw.say(b"\xff\xfa\x28\x03\x07\x02\x05\xff\xf0");
    raw.until(b"\xff\xfa\x28\x03\x04\x02\x05\xff\xf0");
    // SEND-DATA and KEYBOARD-RESTORE, as the write frees the keyboard.
    assert_eq!(raw.until(b"\xff\xef")[..5], [0, 3, 1, 0, 0]);
}

#[test]
#[cfg_attr(not(feature = "peers"), ignore = "needs s3270: --features peers")]
fn the_live_clock_answers_in_its_own_time() {
    let server = Server::with(|service| {
        service.setup.clock = bigiron::session::ClockMode::Live;
        service.speed = 50.0;
    });
    let seen = s3270(&server, &[], "", SIGN_ON);
    assert!(seen.contains("DMVM01"), "{seen}");
}
