//! `bigiron serve` as a program.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const PROGRAM: &str = env!("CARGO_BIN_EXE_bigiron");

/// A server in a process of its own.
pub(super) struct Program {
    pub(super) child: Child,
    /// Where each door stands, in the order of the doors.
    addresses: Vec<String>,
}

impl Program {
    /// A server of a system with one door, by the turn clock.
    pub(super) fn start(system: &str, arguments: &[&str]) -> Program {
        let mut command = Command::new(PROGRAM);
        command.args(["serve", system, "--clock", "turn"]);
        Program::run(command.args(arguments), 1)
    }

    /// A server with so many doors.
    fn run(command: &mut Command, doors: usize) -> Program {
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = |line: String| line.rsplit_once(' ').unwrap().1.to_owned();
        let addresses = lines.take(doors).map(|line| address(line.unwrap()));
        Program {
            addresses: addresses.collect(),
            child,
        }
    }

    pub(super) fn address(&self) -> &str {
        &self.addresses[0]
    }

    pub(super) fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args([name, &self.child.id().to_string()])
            .status();
        assert!(status.unwrap().success());
    }

    /// Ends it; what it logged.
    fn log(mut self) -> String {
        self.signal("-TERM");
        let mut log = String::new();
        let mut stderr = self.child.stderr.take().unwrap();
        stderr.read_to_string(&mut log).unwrap();
        log
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Says something, and reads until the other end has said something that ends so.
fn ask(mut stream: impl Read + Write, said: &str, end: &[u8]) -> String {
    stream.write_all(said.as_bytes()).unwrap();
    let mut heard = Vec::new();
    while !heard.ends_with(end) {
        let mut byte = [0];
        let read = stream.read_exact(&mut byte);
        read.unwrap_or_else(|error| panic!("{error} after {}", heard.escape_ascii()));
        heard.push(byte[0]);
    }
    String::from_utf8_lossy(&heard).into_owned()
}

/// The system that the JSON door at this address greets with.
fn greeting(address: &str) -> String {
    let stream = TcpStream::connect(address).unwrap();
    let patience = Some(Duration::from_secs(20));
    stream.set_read_timeout(patience).unwrap();
    let greeting: serde_json::Value = serde_json::from_str(&ask(stream, "", b"\n")).unwrap();
    greeting["system"].as_str().unwrap().to_owned()
}

#[test]
fn every_door_may_stand_at_a_unix_socket() {
    let folder = tempfile::tempdir().unwrap();
    let path = |door: &str| folder.path().join(door);
    let doors: [(&str, &str, &[u8]); 6] = [
        ("tn3270", "", b"\xff\xfd\x28"),
        ("script", "\n", b"ok\n"),
        ("json", "", b"}\n"),
        ("vt", "", b"OPERATOR ID"),
        (
            "http",
            "GET /health HTTP/1.1\r\nHost: x\r\n\r\n",
            b"{\"status\":\"healthy\"}",
        ),
        ("control", "{\"list\": {}}\n", b"\"sessions\":[]}\n"),
    ];
    let mut command = Command::new(PROGRAM);
    command.args(["serve", "dmv", "--clock", "turn"]);
    for (door, _, _) in doors {
        let socket = format!("unix:{}", path(door).display());
        command.args([format!("--{door}"), socket]);
    }
    let program = Program::run(&mut command, doors.len());
    for (door, said, end) in doors {
        let stream = UnixStream::connect(path(door)).unwrap();
        let patience = Some(Duration::from_secs(20));
        stream.set_read_timeout(patience).unwrap();
        ask(stream, said, end);
    }
    program.log();
    assert!(doors.iter().all(|(door, _, _)| !path(door).exists()));
}

#[test]
fn each_door_may_have_a_system_of_its_own() {
    let mut command = Command::new(PROGRAM);
    command.args(["serve", "dmv", "claims", "--clock", "turn"]);
    for address in [
        "127.0.0.1:0",
        "claims@127.0.0.1:0",
        "dmv//7/all@127.0.0.1:0",
    ] {
        command.args(["--json", address]);
    }
    let program = Program::run(&mut command, 3);
    let systems = program.addresses.iter().map(|address| greeting(address));
    assert_eq!(systems.collect::<Vec<_>>(), ["dmv", "claims", "dmv"]);
}

#[test]
fn what_other_machines_can_reach_is_warned_of_unless_it_has_tls() {
    let doors = ["--public", "--json", "0.0.0.0:0", "--vt", "L:0.0.0.0:0"];
    let mut command = Command::new(PROGRAM);
    let program = Program::run(command.args(["serve", "dmv"]).args(doors), 2);
    let log = program.log();
    assert_eq!(
        log.matches("other machines can reach it").count(),
        1,
        "{log}"
    );
    assert!(log.contains("json 0.0.0.0:"), "{log}");
}

#[test]
fn where_few_files_may_be_open_fewer_clients_are_let_in() {
    let limited =
        format!("ulimit -n 100; exec {PROGRAM} serve dmv --json 127.0.0.1:0 --max-sessions 500");
    let program = Program::run(Command::new("sh").args(["-c", &limited]), 1);
    greeting(program.address());
    let log = program.log();
    let notice =
        "the limit of 100 open files allows 36 sessions at most, not 500; raise it with ulimit -n";
    assert!(log.contains(notice), "{log}");
}

#[test]
fn hidden_fields_are_recorded_only_if_that_is_asked_for() {
    for (option, shown) in [(None, false), (Some("--record-hidden"), true)] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().display().to_string();
        let mut arguments = vec!["--json", "127.0.0.1:0", "--log-level", "info"];
        arguments.extend(["--record", &path]);
        arguments.extend(option);
        let program = Program::start("dmv", &arguments);
        let stream = TcpStream::connect(program.address()).unwrap();
        ask(stream, "{\"keys\": \"CLK042IRON<enter>\"}\n", b"DMVM01");
        let log = program.log();
        let recording = folder.path().join("dmv-json-000000.jsonl");
        let recording = std::fs::read_to_string(recording).unwrap();
        assert_eq!(recording.contains("IRON"), shown, "{recording}");
        assert!(
            recording.contains("CLK042") && !log.contains("IRON"),
            "{log}"
        );
    }
}

/// Runs a command that fails; its exit code and what it says.
fn refused(arguments: &[&str]) -> (i32, String) {
    let output = Command::new(PROGRAM).args(arguments).output().unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn it_tells_its_addresses_serves_records_and_ends_at_a_signal() {
    let folder = tempfile::tempdir().unwrap();
    let socket = format!("unix:{}", folder.path().join("door").display());
    let recordings = folder.path().join("recordings");
    let mut child = Command::new(PROGRAM)
        .args([
            "serve",
            "dmv",
            "--tn3270",
            "127.0.0.1:0",
            "--json",
            &socket,
            "--clock",
            "turn",
            "--record",
        ])
        .arg(&recordings)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(
        lines
            .next()
            .unwrap()
            .unwrap()
            .starts_with("tn3270 127.0.0.1:")
    );
    assert_eq!(lines.next().unwrap().unwrap(), format!("json {socket}"));
    let mut agent = UnixStream::connect(folder.path().join("door")).unwrap();
    agent
        .write_all(b"{\"keys\": \"CLK042IRON<enter>\"}\n")
        .unwrap();
    agent.shutdown(std::net::Shutdown::Write).unwrap();
    let mut said = String::new();
    agent.read_to_string(&mut said).unwrap();
    assert!(said.contains("DMVM01"), "{said}");
    let killed = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(!folder.path().join("door").exists());
    let recording = std::fs::read_to_string(recordings.join("dmv-json-000000.jsonl")).unwrap();
    let (header, last) = (
        recording.lines().next().unwrap(),
        recording.lines().last().unwrap(),
    );
    assert!(
        header.contains("\"door\":\"json\"") && last.contains("\"end\":\"disconnected\""),
        "{header}\n{last}"
    );
}

#[test]
#[cfg_attr(not(feature = "peers"), ignore = "needs s3270: --features peers")]
fn a_certificate_that_is_given_is_shown_to_clients_who_believe_it() {
    let mut params = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
    // As `openssl req -x509` makes them.
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let key = rcgen::KeyPair::generate().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, pem: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, pem).unwrap();
        path.display().to_string()
    };
    let certificate = write("cert.pem", params.self_signed(&key).unwrap().pem());
    let key = write("key.pem", key.serialize_pem());
    let mut child = Command::new(PROGRAM)
        .args([
            "serve",
            "dmv",
            "--tn3270",
            "127.0.0.1:0",
            "--tn3270",
            "L:127.0.0.1:0",
        ])
        .args(["--tls", "--tls-cert", &certificate, "--tls-key", &key])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut port = || {
        let line = lines.next().unwrap().unwrap();
        line.rsplit(':').next().unwrap().to_owned()
    };
    let hosts = [
        format!("localhost:{}", port()),
        format!("L:localhost:{}", port()),
    ];
    let actions =
        "Wait(5,InputField)\nQuery(Tls)\nQuery(TlsSubjectNames)\nQuery(TlsCertInfo)\nQuit()\n";
    for host in &hosts {
        let theirs = super::run("s3270", &["-cafile", &certificate, host], actions);
        assert!(
            theirs.contains("data: secure host-verified\n"),
            "{host}: {theirs}"
        );
        let ours = super::run(PROGRAM, &["s3270", "-cafile", &certificate, host], actions);
        let data = |text: &str| -> Vec<String> {
            let data = text.lines().filter(|line| line.starts_with("data: "));
            data.map(str::to_owned).collect()
        };
        assert_eq!(data(&ours), data(&theirs), "{host}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn what_cannot_be_served_is_said_with_the_remedy() {
    let cases: [(&[&str], &str); 6] = [
        (&["serve", "dmv"], "nothing to listen on"),
        (
            &["serve", "dmv", "--json", "nonsense"],
            "HOST:PORT or unix:PATH is wanted",
        ),
        (
            &["serve", "dmv", "--json", "0.0.0.0:0"],
            "--public allows that",
        ),
        (
            &["script", "dmv", "--task", "read-expirey"],
            "did you mean read-expiry?",
        ),
        (
            &["serve", "dvm", "--json", "127.0.0.1:0"],
            "did you mean dmv?",
        ),
        (
            &["serve", "dmv", "--json", "127.0.0.1:0", "--speed", "0"],
            "a factor above 0",
        ),
    ];
    for (arguments, expected) in cases {
        let (code, said) = refused(arguments);
        assert_eq!(code, 2, "{arguments:?}");
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
}

#[test]
fn an_address_in_use_is_said() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, said) = refused(&["serve", "dmv", "--json", &address]);
    assert_eq!(code, 2);
    assert!(
        said.contains(&format!("cannot listen on {address}")),
        "{said}"
    );
}

#[test]
fn the_recording_of_a_task_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.jsonl").display().to_string();
    let input =
        "String(\"CLK042IRON\") Enter()\nString(\"1\") Enter()\nWait(2,Seconds)\nQuery(Goal)\n";
    let script = [
        "script",
        "dmv",
        "--task",
        "fix-reject",
        "--seed",
        "3",
        "--record",
        &file,
    ];
    let said = super::run(PROGRAM, &script, input);
    assert!(
        !said.contains("error\n") && said.contains("data: Sign on"),
        "{said}"
    );
    let verified = super::run(PROGRAM, &["verify", &file], "");
    assert!(verified.contains(": the same, "), "{verified}");
    let (code, refused) = refused(&script);
    assert_eq!(code, 2);
    assert!(refused.contains("cannot record to"), "{refused}");
}
