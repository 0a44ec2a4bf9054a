//! Our client beside the reference: the same actions at the same hosts, and hosts that misbehave.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Command, Stdio};

use super::logon::encrypted;
use super::{Server, run};

const PROGRAM: &str = env!("CARGO_BIN_EXE_bigiron");

/// What our client says to these actions.
pub(super) fn ours(arguments: &[&str], actions: &str) -> String {
    run(PROGRAM, &[&["s3270"], arguments].concat(), actions)
}

/// A transcript without what differs from run to run: times, ports and counts of bytes.
fn plain(transcript: &str) -> Vec<String> {
    let line = |line: &str| {
        let fields: Vec<&str> = line.split(' ').collect();
        match fields.as_slice() {
            [rest @ .., _] if fields.len() == 12 => rest.join(" "),
            _ => line.to_owned(),
        }
    };
    transcript.lines().map(line).collect()
}

/// Actions that both clients take alike, at a host that speaks 3270.
const ACTIONS: &str = r#"Wait(5,InputField)
Query(ConnectionState)
Query(TerminalName)
Query(Formatted)
Query(Cursor)
Query(Cursor1)
Query(ScreenSizeCurrent)
Query(ScreenSizeMax)
Query(CodePage)
Query(LocalEncoding)
Query(Tls)
Query(BindPluName)
Query(conn)
Query(cursor1)
Query(a,b)
Set(monoCase)
Set(monoCase,maybe)
Toggle(monoCase)
Set(monoCase)
Set(monoCase,off)
Set(a,b,c)
Set(aidWait)
Set(termName)
Ascii()
Ascii1(12,20,10)
Ascii(11,20,10)
AsciiField()
Ebcdic(11,20,10)
EbcdicField()
ReadBuffer(Ascii)
ReadBuffer(Ebcdic,Field)
ReadBuffer(Unicode)
PrintText(string)
PrintText(file)
PrintText(foo,bar)
Key(Foo)
Bell(1)
Info(hello)
ignore(1)
NvtText(x,y,z)
String("CLK042") String("IRON")
Tab() BackTab() Home() FieldEnd() NextWord() PreviousWord()
MoveCursor(0,1)
MoveCursor(85)
Query(Cursor)
MoveCursor1(85)
Query(Cursor)
MoveCursor1(1)
MoveCursor1(1,1)
Query(Cursor)
MoveCursor(0,1)
Key(x)
Key(y)
String(z)
Reset()
Home()
Wait(1,Seconds)
Wait(0.1,CursorAt)
Wait(1,2,3)
Wait(1,NVTMode)
Wait(1,3270Mode)
Wait(1,Unlock)
Expect(x)
Snap()
Snap(Status)
Snap(Rows)
Snap(Ascii,0,0,10)
Enter()
Wait(5,InputField)
Ascii(0,0,2,60)
String("INQ\tD4471902\n")
Wait(5,InputField)
Ascii(3,0,12,80)
Clear()
PF(3)
Transfer(Foo)
Macro()
Connect(a,b)
Disconnect()
Query(ConnectionState)
Query(Host)
Ascii(0,0,1,20)
Wait(1,InputField)
Wait(Disconnect)
String(a)
Enter()
Reset()
Quit()
"#;

/// Lines that differ by design: the version; toggles that get a near match; the reason why an action is refused.
fn by_design(theirs: &str, ours: &str) -> bool {
    let refused = [
        "Transfer()",
        "Unknown toggle name",
        "Query: Unknown",
        "Macro()",
        "NvtText",
        "PrintText",
        "Wait",
    ];
    refused
        .iter()
        .any(|word| theirs.contains(word) && ours.contains(word))
        || theirs.contains("Unknown action") && ours.starts_with(theirs)
}

pub(super) fn agree(theirs: &str, ours: &str) {
    let (theirs, ours) = (plain(theirs), plain(ours));
    let differing: Vec<_> = theirs
        .iter()
        .zip(&ours)
        .filter(|(theirs, ours)| theirs != ours && !by_design(theirs, ours))
        .collect();
    assert!(
        differing.is_empty() && theirs.len() == ours.len(),
        "s3270, then ours ({} and {} lines):\n{differing:#?}",
        theirs.len(),
        ours.len()
    );
}

#[test]
fn the_same_actions_get_the_same_answers_from_our_host() {
    let server = Server::start();
    for (prefix, model) in [("", "3279-2-E"), ("N:", "3278-4-E"), ("LUX@", "3279-5")] {
        let host = format!("{prefix}{}", server.tn3270);
        let arguments = ["-utf8", "-model", model, "-codepage", "cp037", &host];
        agree(
            &run("s3270", &arguments, ACTIONS),
            &ours(&arguments, ACTIONS),
        );
    }
}

/// The words before a colon or bracket in a reply.
fn names(transcript: &str, end: char) -> BTreeSet<&str> {
    let data = transcript
        .lines()
        .filter_map(|line| line.strip_prefix("data: "));
    let words = data.flat_map(|line| line.split(' '));
    words
        .filter_map(|word| word.split_once(end))
        .map(|(name, _)| name)
        .filter(|name| name.starts_with(char::is_alphabetic))
        .collect()
}

#[test]
fn every_action_query_and_setting_of_s3270_is_known() {
    for (question, end) in [
        ("Query(Actions)\n", '('),
        ("Query()\n", ':'),
        ("Set()\n", ':'),
    ] {
        let (theirs, ours) = (run("s3270", &[], question), ours(&[], question));
        let (theirs, ours) = (names(&theirs, end), names(&ours, end));
        assert!(theirs.len() > 30, "{theirs:?}");
        let missing: Vec<_> = theirs.difference(&ours).collect();
        assert!(missing.is_empty(), "{question}: {missing:?}");
    }
}

#[test]
fn what_was_typed_is_saved_and_typed_again() {
    let server = Server::start();
    let actions = "Wait(5,InputField)\nRestoreInput()\nSaveInput(a)\nString(\"CLK\")\nSaveInput()\nString(\"999IRON\")\nRestoreInput()\n\
        ReadBuffer(Ascii)\nRestoreInput(a)\nReadBuffer(Ascii)\nRestoreInput(b)\nSaveInput(a,b)\nKeyboardDisable(true)\n\
        KeyboardDisable(maybe)\nKey(x)\nKeyboardDisable(false)\nCapabilities()\nCapabilities(x)\nFlip()\nNvtText()\nAnsiText()\nQuit()\n";
    let arguments = ["-model", "3279-2", "-codepage", "cp037", &server.tn3270];
    let theirs = run("s3270", &arguments, actions);
    // It cannot count one argument.
    let theirs = theirs.replace("requires 0 or 1 arguments", "requires 0 or 1 argument");
    let ours = ours(&arguments, actions).replace("0 or 1 arguments", "0 or 1 argument");
    agree(&theirs, &ours);
}

#[test]
fn text_of_a_host_without_3270_is_told_with_escapes() {
    let address = host(|mut stream| {
        let _ = stream.write_all(b"Welcome \\o/\r\n\tto\x1b[1m RIVER\x07\r\nlogin: ");
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let actions = "Expect(\"\\t\")\nNvtText()\nNvtText()\nQuit()\n";
    agree(
        &run("s3270", &[&address], actions),
        &ours(&[&address], actions),
    );
}

/// A host that serves each client by `serve`; its address.
fn host(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        listener.incoming().flatten().for_each(&serve);
    });
    address
}

/// A host of plain text: a banner, and each line back.
fn echo(mut stream: TcpStream) {
    stream.write_all(b"RIVER BBS\r\nlogin: ").unwrap();
    let mut bytes = [0; 256];
    while let Ok(length @ 1..) = stream.read(&mut bytes) {
        let answer = [b"you said ", &bytes[..length], b"> "].concat();
        if stream.write_all(&answer).is_err() {
            break;
        }
    }
}

#[test]
fn a_host_of_plain_text_is_spoken_with_as_s3270_does() {
    let address = host(echo);
    let actions = "Expect(login)\nQuery(ConnectionState)\nAscii(0,0,3,40)\nString(ab) Key(c) BackSpace()\nString(d)\nEnter()\nExpect(\"> \")\n\
                   Ascii(0,0,6,40)\nTab()\nWait(1,NVTMode)\nWait(1,InputField)\nPF(1)\nAscii(3,0,1,40)\nExpect(nothing,1)\nQuit()\n";
    let arguments = ["-utf8", "-model", "2", address.as_str()];
    agree(
        &run("s3270", &arguments, actions),
        &ours(&arguments, actions),
    );
}

/// What our client says when it fails, and its exit code.
fn fails(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(PROGRAM)
        .arg("s3270")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), said)
}

#[test]
fn a_host_that_misbehaves_is_told_of_and_nothing_hangs() {
    let endless = host(|mut stream| {
        // TN3270E is agreed on; then a record begins that never ends.
        let _ = stream.write_all(b"\xff\xfd\x28\xff\xfa\x28\x08\x02\xff\xf0");
        while stream.write_all(&[0x40; 65536]).is_ok() {}
    });
    let babble = host(|mut stream| {
        let _ = stream.write_all(b"\xff\xfa\x28");
        while stream.write_all(&[0x40; 4096]).is_ok() {}
    });
    let circles = host(|mut stream| {
        let _ = stream.write_all(b"\xff\xfd\x28");
        while stream.write_all(b"\xff\xfa\x28\x08\x02\xff\xf0").is_ok() {}
    });
    let half = host(|mut stream| {
        let _ = stream.write_all(b"\xff\xfd\x28\xff\xfa\x28\x08\x02\xff");
        let _ = stream.shutdown(Shutdown::Both);
    });
    let refuses = host(|mut stream| {
        let _ = stream.write_all(
            b"\xff\xfd\x28\xff\xfa\x28\x08\x02\xff\xf0\xff\xfa\x28\x02\x06\x05\x03\xff\xf0",
        );
        let _ = stream.read(&mut [0; 256]);
        std::thread::sleep(std::time::Duration::from_secs(5));
    });
    let no_tls = host(|mut stream| {
        let _ = stream.write_all(b"Welcome\r\n");
        let _ = stream.shutdown(Shutdown::Both);
    });
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = taken.local_addr().unwrap().to_string();
    drop(taken);
    let secure = format!("L:{no_tls}");
    let lu = format!("LUA@{refuses}");
    let cases: [(&str, &str); 7] = [
        (&endless, "a record of more than 262144 bytes has no end"),
        (
            &babble,
            "a subnegotiation of more than 4096 bytes has no end",
        ),
        (&circles, "negotiates without coming to an end"),
        (&half, "Host disconnected"),
        (&lu, "the host refuses LU LUA: INV-NAME"),
        (&secure, "TLS with 127.0.0.1"),
        (&closed, "Connection refused"),
    ];
    for (host, expected) in cases {
        let (code, said) = fails(&[host]);
        assert!(
            code == Some(1) && said.contains(expected),
            "{host}: {code:?} {said}"
        );
    }
}

#[test]
fn a_record_that_is_no_command_is_passed_over() {
    let address = host(|mut stream| {
        let agreed = b"\xff\xfd\x18\xff\xfd\x19\xff\xfb\x19\xff\xfd\0\xff\xfb\0";
        let _ = stream.write_all(agreed);
        let _ = stream
            .write_all(b"\x99\x01\x02\xff\xef\xf5\xc3\x11\x40\x40\x1d\x40\xc1\xc2\x13\xff\xef");
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let said = ours(&[&address], "Wait(5,InputField)\nAscii(0,0,1,4)\nQuit()\n");
    assert!(said.contains("data:  AB \n"), "{said}");
}

#[test]
fn our_host_is_reached_by_tls_either_way_and_a_certificate_is_asked_for() {
    let begun = Server::with(encrypted(true));
    let at_once = Server::with_tls(encrypted(false));
    let actions = "Wait(5,InputField)\nAscii(0,0,1,10)\nQuery(Tls)\nQuit()\n";
    for (server, prefix) in [(&begun, ""), (&at_once, "L:")] {
        let believed = ours(&[&format!("{prefix}Y:{}", server.tn3270)], actions);
        assert!(
            believed.contains("data:  DMVS00")
                && believed.contains("data: secure host-unverified\n"),
            "{believed}"
        );
        let (code, said) = fails(&[&format!("{prefix}{}", server.tn3270)]);
        assert!(
            code == Some(1) && said.contains("certificate") && said.contains("-cafile"),
            "{said}"
        );
    }
}

#[test]
fn wrong_usage_has_the_exit_code_of_s3270() {
    let (code, said) = fails(&["-modle", "2"]);
    assert_eq!(code, Some(1));
    assert!(
        said.starts_with("Unknown or incomplete option: -modle; did you mean -model?"),
        "{said}"
    );
    let (code, said) = fails(&["-codepage", "cp038"]);
    assert_eq!(code, Some(1));
    assert!(
        said.contains("cp038") && said.contains("did you mean"),
        "{said}"
    );
}
