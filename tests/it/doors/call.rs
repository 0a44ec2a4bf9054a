//! Playbooks on hosts that are not ours to look into: here our own server, over TN3270.

use super::Server;
use super::logon::encrypted;
use std::net::TcpListener;
use std::process::Command;

/// What `bigiron call` says, and its exit code.
fn call(arguments: &[&str]) -> (String, Option<i32>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bigiron"));
    let output = command.arg("call").args(arguments).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8(text).unwrap(), output.status.code())
}

const LICENCE: [&str; 3] = ["operator=CLK042", "password=IRON", "licno=D4471902"];

#[test]
fn a_playbook_works_a_foreign_host_as_it_works_ours() {
    let server = Server::start();
    let host = ["dmv", "read-expiry", "--host", &server.tn3270];
    let there = call(&[&host[..], &LICENCE].concat());
    let here = call(&[&["dmv", "read-expiry"][..], &LICENCE].concat());
    assert_eq!(here, ("04/02/89\n".into(), Some(0)));
    assert_eq!(there, here);
    let plain = call(&[&host[..], &["--no-tn3270e"], &LICENCE].concat());
    assert_eq!(plain, here);
}

#[test]
fn a_playbook_of_no_system_comes_from_its_file_and_the_host_may_have_tls() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("look-up.toml");
    std::fs::copy("screens/dmv/playbooks/read-expiry.toml", &file).unwrap();
    let server = Server::with_tls(encrypted(false));
    let recording = folder.path().join("call.jsonl");
    let tls = [
        "--tls",
        "--no-verify",
        "--record",
        recording.to_str().unwrap(),
    ];
    let host = [file.to_str().unwrap(), "--host", &server.tn3270];
    let output = call(&[&host[..], &tls, &LICENCE].concat());
    assert_eq!(output, ("04/02/89\n".into(), Some(0)));
    let recording = std::fs::read_to_string(recording).unwrap();
    assert!(!recording.contains("IRON"), "the password is masked");
}

#[test]
fn what_cannot_be_called_abroad_is_said_with_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.toml");
    std::fs::write(
        &broken,
        "about = \"A\"\n[[rule]]\nwhen = \"screen.hsa('A')\"\ndone = true\n",
    )
    .unwrap();
    let broken = broken.to_str().unwrap();
    let dead = TcpListener::bind("127.0.0.1:0").unwrap();
    let dead = dead.local_addr().unwrap().to_string();
    for (arguments, code, text) in [
        (
            &["dmv", "two-desks", "--host", &dead, "operator=A"][..],
            2,
            "two-desks is worked at several systems",
        ),
        (&["dmv", "--host", &dead], 2, "a playbook is wanted"),
        (
            &["dmv", "raed-expiry", "--host", &dead],
            2,
            "did you mean read-expiry?",
        ),
        (
            &["dmv", "read-expiry", "--host", &dead, "--seed", "3"],
            2,
            "cannot be used with '--seed",
        ),
        (&["dmv", "read-expiry", "--tls"], 2, "--host"),
        (&[broken, "--host", &dead], 2, "screen.hsa"),
        (&[broken, "--host", "a:b:c:d"], 2, "screen.hsa"),
    ] {
        let (output, status) = call(arguments);
        assert_eq!(status, Some(code), "{output}");
        assert!(output.contains(text), "{text:?} is not in {output}");
    }
    let host = ["dmv", "read-expiry", "--host", "127.0.0.1:1"];
    let (output, status) = call(&[&host[..], &LICENCE].concat());
    assert_ne!(status, Some(0));
    assert!(
        output.contains("127.0.0.1:1: ") && output.contains("refused"),
        "{output}"
    );
    let silent = ["dmv", "read-expiry", "--host", &dead, "--patience", "1"];
    let (output, status) = call(&[&silent[..], &LICENCE].concat());
    assert_ne!(status, Some(0));
    assert!(output.contains("no screen came in 1 s"), "{output}");
}
