//! `bigiron serve` as a program.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_bigiron");

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
