//! Clients, disks, definitions and signals that make trouble: others never notice, and nothing is left behind.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bigiron::cli::opening::{self, served_system};
use bigiron::doors::client::load;
use bigiron::doors::programs::episodes::Episodes;
use bigiron::doors::programs::http;
use bigiron::doors::server::{ListenerConfig, serve};
use bigiron::doors::session::address::ListenAddress;
use bigiron::doors::session::service::{Door, Tls};
use bigiron::doors::session::timed_stream::TimedStream;
use bigiron::recording::{EventKind, Recording, Writer};
use bigiron::terminal::Key;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};

use super::program::Program;
use super::tn3270::Raw;
use super::{Server, run};

const PROGRAM: &str = env!("CARGO_BIN_EXE_bigiron");

/// Waits for something to be so.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..1500 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("{what}: not within 30 seconds");
}

/// A client that works: it gets a screen for a key.
fn works(server: &Server) {
    let mut stream = TcpStream::connect(&server.json).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    stream
        .write_all(b"{\"keys\": \"CLK042IRON<enter>\"}\n")
        .unwrap();
    let mut lines = BufReader::new(stream).lines();
    lines.next().unwrap().unwrap();
    assert!(lines.next().unwrap().unwrap().contains("DMVM01"));
}

#[test]
fn a_client_that_never_reads_is_given_up() {
    let server = Server::with(|service| service.limits.unread = Duration::from_secs(1));
    let mut raw = Raw::agreed(&server);
    let clears = b"\x6d\xff\xef".repeat(200);
    until("the server gives up", || {
        // Once it has, writing fails.
        raw.try_say(&clears).is_err()
    });
    server.reported("the client does not read what it is sent");
    works(&server);
}

#[test]
fn a_silent_client_is_let_go() {
    let server = Server::with(|service| service.limits.idle = Some(Duration::from_secs(1)));
    let raw = Raw::agreed(&server);
    // Whose other end is gone without a word is as silent.
    let others = [&server.json, &server.script, &server.vt, &server.control];
    let others = others.map(|address| TcpStream::connect(address).unwrap());
    server.reported("tn3270 0: the client has sent nothing for 1 s");
    assert!(raw.closes());
    for mut other in others {
        other.read_to_end(&mut Vec::new()).unwrap();
    }
}

#[test]
fn a_tls_handshake_may_not_take_for_ever() {
    let server = Server::with_tls(|service| {
        service.limits.patience = Duration::from_secs(1);
        let acceptor = bigiron::doors::session::tls::acceptor_made_here(&["localhost"]).unwrap();
        let required = true;
        service.tls = Some(Tls { acceptor, required });
    });
    // The beginning of a handshake record, and no more.
    let mut stream = TcpStream::connect(&server.tn3270).unwrap();
    stream.write_all(b"\x16\x03\x01\x02\x00").unwrap();
    server.reported("tn3270 0: the TLS handshake takes too long");
    stream.read_to_end(&mut Vec::new()).unwrap();
    works(&server);
}

#[tokio::test(start_paused = true)]
async fn a_line_may_not_take_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let seen = Arc::default();
    let path = |door: Door| folder.path().join(door.name()).display().to_string();
    let late = "line has not ended 20 s after its first byte";
    let doors = [Door::Json, Door::Script, Door::Control];
    let mut gates = Vec::new();
    for door in doors {
        let address = ListenAddress::parse(&format!("unix:{}", path(door))).unwrap();
        gates.push(ListenerConfig::from((
            door,
            address.bind(false).await.unwrap(),
        )));
    }
    let server = serve(
        Arc::new(super::service(&seen)),
        gates,
        std::future::pending(),
    );
    tokio::spawn(server);
    for door in doors {
        let (mut reader, mut writer) = UnixStream::connect(path(door)).await.unwrap().into_split();
        let begun = Instant::now();
        tokio::spawn(async move {
            // Between lines a client may think; in the midst of one a byte now and then is not enough.
            sleep(Duration::from_secs(600)).await;
            writer.write_all(b"\n").await.unwrap();
            while writer.write_all(b" ").await.is_ok() {
                sleep(Duration::from_secs(7)).await;
            }
        });
        let mut answer = String::new();
        reader.read_to_string(&mut answer).await.unwrap();
        assert!(answer.contains(late), "{answer}");
        assert_eq!(begun.elapsed().as_secs(), 620);
    }
    let reports = &seen.lock().unwrap().reports;
    let expected = doors.iter().enumerate();
    let expected = expected.map(|(n, door)| format!("{} {n}: a {late}", door.name()));
    assert_eq!(*reports, expected.collect::<Vec<_>>());
}

/// What the HTTP door answers from.
fn episodes() -> Arc<Episodes> {
    let service = Arc::new(super::service(&Arc::default()));
    let (count, places) = (Arc::default(), Arc::new(Semaphore::new(4)));
    let hour = Duration::from_secs(3600);
    Arc::new(Episodes::new(service, Door::Http, count, places, hour))
}

#[tokio::test(start_paused = true)]
async fn answers_to_requests_may_not_be_left_unread_for_ever() {
    let (mut client, served) = tokio::io::duplex(4096);
    let served = TimedStream::new(served, None, Duration::from_secs(30));
    let connection = tokio::spawn(http::connection(http::router(episodes()), served));
    let request = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n";
    client.write_all(request.as_bytes()).await.unwrap();
    connection.await.unwrap().unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn a_request_may_not_take_for_ever() {
    let episodes = episodes();
    let head = "POST /reset HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 9\r\n\r\n{";
    for (cut, expected) in [(30, ""), (head.len(), "HTTP/1.1 408 ")] {
        let (mut client, served) = tokio::io::duplex(4096);
        let router = http::router(Arc::clone(&episodes));
        let connection = tokio::spawn(http::connection(router, served));
        client.write_all(&head.as_bytes()[..cut]).await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with(expected), "{answer}");
        let _ = connection.await.unwrap();
    }
}

#[test]
fn limits_hold_in_all_and_per_address() {
    let server = Server::with(|service| service.limits.per_address = 2);
    let (one, two) = (Raw::agreed(&server), Raw::agreed(&server));
    assert!(Raw::connect(&server).closes());
    server.reported("refused, 2 connections from 127.0.0.1 are open");
    drop((one, two));
    until("the places are free again", || {
        server.service.metrics.connections.get() == 0
    });
    Raw::agreed(&server);
    let server = Server::with(|service| service.limits.connections = 1);
    let _one = Raw::agreed(&server);
    assert!(Raw::connect(&server).closes());
    server.reported("refused, 1 connections are open");
}

#[test]
fn garbage_at_every_door_hurts_nobody() {
    let server = Server::start();
    let mut random = 0x2545_F491_4F6C_DD1Du64;
    let mut garbage = Vec::new();
    for _ in 0..64 * 1024 {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        garbage.push(random as u8);
    }
    for address in server.addresses() {
        for part in [
            &garbage[..],
            &garbage[1000..1100],
            b"\n\n\xff\xff",
            b"\xff\xfa\x28",
        ] {
            let mut stream = TcpStream::connect(&address).unwrap();
            stream
                .set_read_timeout(Some(Duration::from_secs(20)))
                .unwrap();
            // It may be closed before all is written.
            let _ = stream.write_all(part);
            let _ = stream.shutdown(std::net::Shutdown::Write);
            let _ = stream.read_to_end(&mut Vec::new());
        }
    }
    works(&server);
    until("all are gone", || {
        server.service.metrics.connections.get() == 0
    });
}

#[test]
fn a_crowd_that_connects_and_leaves_leaves_nothing_behind() {
    let server = Server::start();
    for round in 0..200 {
        let streams: Vec<TcpStream> = server
            .addresses()
            .iter()
            .map(|address| TcpStream::connect(address).unwrap())
            .collect();
        if round % 2 == 0 {
            streams
                .iter()
                .for_each(|mut stream| stream.write_all(b"\xff\xfb\x28x\n").unwrap());
        }
    }
    works(&server);
    let metrics = &server.service.metrics;
    until("all are gone", || {
        metrics.connections.get() == 0 && metrics.sessions.get() == 0
    });
    assert!(metrics.accepted.get() > 1000);
}

#[test]
fn to_leave_without_listening_is_no_fault() {
    let server = Server::start();
    for address in [&server.json, &server.script, &server.vt, &server.control] {
        for _ in 0..20 {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(b"\n{}\n").unwrap();
        }
    }
    until("all are gone", || {
        let metrics = &server.service.metrics;
        metrics.accepted.get() == 80 && metrics.connections.get() == 0
    });
    let seen = server.seen.lock().unwrap();
    assert_eq!(seen.reports, Vec::<String>::new());
    assert!(seen.ends.iter().all(|end| end == "disconnected"));
}

#[test]
fn a_full_disk_ends_the_recording_and_not_the_session() {
    let server = Server::with(|service| {
        service.record = Arc::new(|system, door, _, setup| {
            let full = File::options().write(true).open("/dev/full")?;
            Ok(Box::new(Writer::new(
                full,
                &opening::header(system, door.name(), setup),
            )))
        });
    });
    works(&server);
    let message = server.reported("the session is not recorded further");
    assert!(message.contains("No space left on device"), "{message}");
    assert_eq!(server.service.metrics.recording_faults.get(), 1);
}

/// Kills a server of ten busy recorded sessions; gives the folder of recordings.
fn killed_under_load(signal: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display().to_string();
    let mut program = Program::start("dmv", &["--tn3270", "127.0.0.1:0", "--record", &path]);
    let address = program.address().to_owned();
    let working = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&working);
    let load = std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let keys = |line| Key::parse_line(line).unwrap();
        let (opening, round) = (
            keys("CLK042IRON<enter>1<tab>D4471902<enter>"),
            keys("D4471902<enter>"),
        );
        runtime.block_on(async {
            let work = Arc::new(load::rehearse(&address, &opening, &round).await.unwrap());
            let mut clients = load::sign_on(&address, &work, 10).await.unwrap();
            flag.store(true, Ordering::SeqCst);
            let much = load::Load {
                clients: 10,
                time: Duration::from_secs(60),
                rate: None,
            };
            // It fails when the server goes.
            clients.run(&much).await.is_err()
        })
    });
    until("the load runs", || working.load(Ordering::SeqCst));
    std::thread::sleep(Duration::from_millis(300));
    program.signal(signal);
    program.child.wait().unwrap();
    assert!(load.join().unwrap());
    folder
}

fn verified(folder: &Path) -> Vec<Recording> {
    let mut files: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path().display().to_string())
        .collect();
    files.sort();
    assert_eq!(files.len(), 11);
    let arguments: Vec<&str> = ["verify"]
        .into_iter()
        .chain(files.iter().map(String::as_str))
        .collect();
    let said = run(PROGRAM, &arguments, "");
    assert_eq!(said.matches(": the same, ").count(), 11, "{said}");
    let read = |file: &String| Recording::parse(&fs::read(file).unwrap()).unwrap().0;
    files.iter().map(read).collect()
}

#[test]
fn a_server_that_is_told_to_stop_ends_every_recording() {
    let folder = killed_under_load("-TERM");
    for recording in verified(folder.path()) {
        assert!(matches!(
            recording.events.last().unwrap().kind,
            EventKind::End(_)
        ));
        assert!(recording.header.masked);
    }
}

#[test]
fn a_server_that_is_killed_leaves_recordings_that_hold() {
    let folder = killed_under_load("-KILL");
    let recordings = verified(folder.path());
    assert!(
        recordings
            .iter()
            .all(|recording| recording.events.len() > 4)
    );
}

/// The first row that a new session of a program shows.
fn first_row(program: &Program) -> String {
    let stream = TcpStream::connect(program.address()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).unwrap();
    let greeting: serde_json::Value = serde_json::from_str(&line).unwrap();
    greeting["screen"]["rows"][0].as_str().unwrap().to_owned()
}

#[test]
fn definitions_are_read_anew_unless_they_have_faults() {
    let folder = tempfile::tempdir().unwrap();
    let copied = Command::new("cp")
        .args(["-r", "screens/dmv"])
        .arg(folder.path())
        .status();
    assert!(copied.unwrap().success());
    let screen = folder.path().join("dmv/DMVS00.toml");
    let text = fs::read_to_string(&screen).unwrap();
    let system = folder.path().join("dmv").display().to_string();
    let mut program = Program::start(&system, &["--json", "127.0.0.1:0", "--log-level", "info"]);
    let mut log = BufReader::new(program.child.stderr.take().unwrap()).lines();
    let mut logged = |text: &str| {
        let found = log
            .by_ref()
            .map(Result::unwrap)
            .find(|line| line.contains(text));
        found.unwrap_or_else(|| panic!("the log ends without {text}"))
    };
    assert!(first_row(&program).contains("STATE DEPARTMENT"));
    fs::write(&screen, "title = ").unwrap();
    program.signal("-HUP");
    logged("the definitions are unchanged");
    assert!(first_row(&program).contains("STATE DEPARTMENT"));
    fs::write(
        &screen,
        text.replace("STATE DEPARTMENT", "OTHER DEPARTMENT"),
    )
    .unwrap();
    program.signal("-HUP");
    logged("the definitions are reloaded");
    assert!(first_row(&program).contains("OTHER DEPARTMENT"));
}

#[test]
fn a_log_for_machines_is_json_with_fields_and_never_what_was_typed() {
    let mut program = Program::start(
        "dmv",
        &[
            "--json",
            "127.0.0.1:0",
            "--log",
            "json",
            "--log-level",
            "info",
        ],
    );
    let mut stream = TcpStream::connect(program.address()).unwrap();
    stream
        .write_all(b"{\"keys\": \"CLK042IRON<enter>\"}\n")
        .unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    stream.read_to_string(&mut String::new()).unwrap();
    program.signal("-TERM");
    let mut log = String::new();
    program
        .child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut log)
        .unwrap();
    let first: serde_json::Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
    assert_eq!(
        (&first["door"], &first["session"]),
        (&"json".into(), &0.into())
    );
    assert!(!log.contains("IRON"), "{log}");
}

#[test]
fn the_load_program_tells_its_figures_and_what_sessions_leave_behind() {
    let figures = run(
        PROGRAM,
        &[
            "bench",
            "serve",
            "--sessions",
            "1,20",
            "--seconds",
            "0.3",
            "--json",
        ],
        "",
    );
    let rows: Vec<serde_json::Value> = figures
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        (&rows[0]["sessions"], &rows[1]["sessions"]),
        (&1.into(), &20.into())
    );
    assert!(
        rows.iter()
            .all(|row| row["transactions"].as_u64().unwrap() > 0),
        "{figures}"
    );
    // It ends with 1 if a file or a thread is left.
    let soak = run(
        PROGRAM,
        &["bench", "soak", "--sessions", "500", "--at-a-time", "16"],
        "",
    );
    assert!(soak.starts_with("500 sessions in "), "{soak}");
}

#[test]
fn the_load_program_works_any_host() {
    let server = Server::with(|service| {
        service
            .worlds
            .replace(vec![served_system("bank", None).unwrap()])
    });
    let host = [
        "bench",
        "serve",
        "--host",
        &server.tn3270,
        "--sessions",
        "3",
    ];
    let work = [
        "--sign-on",
        "WIR114<tab>TALLOW<enter>",
        "--work",
        "<pf1><pf3>",
    ];
    let figures = run(
        PROGRAM,
        &[&host[..], &work, &["--seconds", "0.2", "--json"]].concat(),
        "",
    );
    let row: serde_json::Value = serde_json::from_str(&figures).unwrap();
    assert!(row["transactions"].as_u64().unwrap() > 0, "{figures}");
    // One client finds out what is sent; then each of them signs on.
    assert_eq!(server.service.metrics.opened.get(), 4);
}
