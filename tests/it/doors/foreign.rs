//! Our client beside the reference, at a foreign host that follows a script of bytes (RFC 2355).

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::Duration;

use bigiron::wire::telnet::{Decoder, TelnetEvent, TelnetLimits};

use super::client::{agree, ours};
use super::run;

const DATA: u8 = 0;
const BIND: u8 = 3;
const UNBIND: u8 = 4;
const SERVICES: u8 = 7;

/// A record of TN3270E that wants a response or not.
fn record(kind: u8, response: u8, data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind, 0, response, 0x01, 0x07];
    bytes.extend(data);
    let mut framed = Vec::new();
    TelnetEvent::Record(bytes).encode(&mut framed);
    framed
}

/// The image of a BIND: the sizes, the code that says which of them count, and the application TSO.
fn bind(sizes: [u8; 4], code: u8) -> Vec<u8> {
    let mut image = b"\x31\x01\x03\x03\xb1\x90\x30\x80\0\0\x85\xc7\0\0\x02\x80\0\0\0\0".to_vec();
    image.extend(sizes);
    image.extend([code, 0, 0, 3, 0xE3, 0xE2, 0xD6, 0]);
    record(BIND, 0, &image)
}

/// A screen with a field at its start, by Erase/Write (F5) or Erase/Write Alternate (7E).
fn screen(command: u8, response: u8) -> Vec<u8> {
    record(
        DATA,
        response,
        &[&[command], &b"\xc3\x11\x40\x40\x1d\x40\xc1\x13"[..]].concat(),
    )
}

/// A host for one client, whom it gives TN3270E with BIND-IMAGE, RESPONSES and SYSREQ, and one answer after each record that is no
/// response, the first unasked. Gives its address, and in the end what it was sent.
fn host(answers: Vec<Vec<u8>>) -> (String, JoinHandle<Vec<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let serving = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let limits = TelnetLimits {
            record: 4096,
            subnegotiation: 256,
        };
        let mut client = Client {
            stream,
            decoder: Decoder::new(limits),
            events: Vec::new(),
        };
        client.say(b"\xff\xfd\x28\xff\xfa\x28\x08\x02\xff\xf0");
        client.until(|event| matches!(event, TelnetEvent::Subnegotiation(..)));
        client.say(b"\xff\xfa\x28\x02\x04IBM-3278-4-E\x01LUA\xff\xf0");
        client.until(|event| matches!(event, TelnetEvent::Subnegotiation(..)));
        client.say(b"\xff\xfa\x28\x03\x07\x00\x02\x04\xff\xf0");
        client.until(|event| matches!(event, TelnetEvent::Subnegotiation(..)));
        let mut sent = Vec::new();
        for answer in answers {
            client.say(&answer);
            loop {
                match client.next() {
                    Some(TelnetEvent::Record(record)) => sent.push(record),
                    Some(_) => continue,
                    None => return sent,
                }
                if sent.last().is_some_and(|record| record[0] != 2) {
                    break;
                }
            }
        }
        sent
    });
    (address, serving)
}

struct Client {
    stream: TcpStream,
    decoder: Decoder,
    events: Vec<TelnetEvent>,
}

impl Client {
    fn say(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// The next event; none once the client has gone.
    fn next(&mut self) -> Option<TelnetEvent> {
        while self.events.is_empty() {
            let mut chunk = [0; 1024];
            let read = self.stream.read(&mut chunk).unwrap();
            if read == 0 {
                return None;
            }
            self.decoder.feed(&chunk[..read], &mut self.events).unwrap();
        }
        Some(self.events.remove(0))
    }

    fn until(&mut self, wanted: impl Fn(&TelnetEvent) -> bool) {
        while !wanted(&self.next().unwrap()) {}
    }
}

/// What both clients, of model 4, show of these answers, and what they send: it must be the same.
fn both(answers: &[Vec<u8>], actions: &str) -> (String, Vec<Vec<u8>>) {
    let arguments = ["-utf8", "-model", "3279-4-E", "-codepage", "cp037"];
    let (address, serving) = host(answers.to_vec());
    let theirs = run("s3270", &[&arguments[..], &[&address]].concat(), actions);
    let they_sent = serving.join().unwrap();
    let (address, serving) = host(answers.to_vec());
    let seen = ours(&[&arguments[..], &[&address]].concat(), actions);
    let sent = serving.join().unwrap();
    agree(&theirs, &seen);
    assert_eq!(they_sent, sent);
    (seen, sent)
}

const LOOK: &str =
    "Query(ConnectionState)\nQuery(BindPluName)\nQuery(ScreenSizeCurrent)\nAscii(0,0,1,20)\n";

#[test]
#[cfg_attr(not(feature = "peers"), ignore = "needs s3270: --features peers")]
fn a_bind_sets_the_sizes_and_names_the_application() {
    let answers = [
        [bind([24, 80, 32, 80], 0x7F), screen(0xF5, 1)].concat(),
        screen(0x7E, 2),
        [bind([43, 80, 0, 0], 0x7E), screen(0xF5, 0)].concat(),
        // Sizes larger than the terminal: the old ones stay.
        [bind([24, 80, 62, 160], 0x7F), screen(0x7E, 0)].concat(),
        [bind([0; 4], 0x02), screen(0x7E, 0)].concat(),
        [bind([0; 4], 0x03), screen(0x7E, 0)].concat(),
    ];
    let mut actions = format!("Wait(5,InputField)\n{LOOK}");
    for number in 1..answers.len() {
        actions += &format!("PF({number})\nWait(5,InputField)\n{LOOK}");
    }
    let (seen, sent) = both(&answers, &(actions + "Quit()\n"));
    let sizes: Vec<&str> = seen
        .lines()
        .filter_map(|line| line.strip_prefix("data: rows "))
        .collect();
    let columns = [24, 32, 43, 43, 24, 43].map(|rows| format!("{rows} columns 80"));
    assert_eq!(sizes, columns);
    assert!(seen.contains("data: TSO\n"), "{seen}");
    // The one that asked for a response got it, by its own number.
    assert!(sent.contains(&vec![2, 0, 0, 1, 7, 0]), "{sent:02x?}");
}

#[test]
#[cfg_attr(not(feature = "peers"), ignore = "needs s3270: --features peers")]
fn the_system_services_are_spoken_with_between_sessions() {
    let services = |text: &[u8]| record(SERVICES, 0, text);
    let answers = [
        // LOGON, in EBCDIC.
        services(b"\xd3\xd6\xc7\xd6\xd5\x40"),
        [bind([24, 80, 43, 80], 0x7F), screen(0x7E, 0)].concat(),
        [record(UNBIND, 0, &[1]), services(b"\xc2\xe8\xc5\x40")].concat(),
        [bind([24, 80, 43, 80], 0x7F), screen(0xF5, 0)].concat(),
    ];
    let actions = format!(
        "Wait(5,Unlock)\n{LOOK}String(\"TSO\")\nEnter()\nWait(5,Output)\nWait(5,InputField)\n{LOOK}PF(3)\nWait(5,Unlock)\n{LOOK}\
         String(\"X\")\nEnter()\nWait(5,Output)\nWait(5,InputField)\n{LOOK}Quit()\n"
    );
    let (seen, sent) = both(&answers, &actions);
    assert!(
        seen.contains("data: connected-sscp\n") && seen.contains("data: LOGON"),
        "{seen}"
    );
    assert_eq!(sent[0], [7, 0, 0, 0, 0, 0xE3, 0xE2, 0xD6]);
}
