//! Recordings of a shipped system: written, cut, edited, executed again.

use bigiron::cli::systems;
use bigiron::recording::verify::{Verification, verify};
use bigiron::recording::{EventKind, Player, Recording, RecordingHeader, SystemVersion, Writer};
use bigiron::session::{ClockMode, HostSession, Session, Setup};
use bigiron::system::model::System;
use bigiron::terminal::{Key, TerminalOptions};
use std::sync::Arc;

fn system() -> Arc<System> {
    systems::load("dmv").unwrap()
}

fn header(system: &System, setup: &Setup) -> RecordingHeader {
    let origin = SystemVersion {
        id: system.id.clone(),
        digest: system.digest,
    };
    RecordingHeader {
        system: Some(origin),
        title: system.title.clone(),
        door: "test".into(),
        setup: setup.clone(),
        masked: false,
    }
}

/// A session with these keys, a wait between any two words.
fn record(setup: &Setup, line: &str) -> (Recording, Session) {
    let system = system();
    let mut file = Vec::new();
    let mut log = Writer::new(&mut file, &header(&system, setup));
    let mut session = Session::open(&system, setup, &mut log);
    for word in line.split(' ') {
        for key in Key::parse_line(word).unwrap() {
            session.press(key, &mut log);
        }
        match setup.clock {
            ClockMode::Turn => session.wait(700, &mut log),
            ClockMode::Live => session.advance_to(session.now() + 700, &mut log),
        }
    }
    log.end(session.now(), "quit");
    drop(log);
    (parse(&file), session)
}

fn parse(file: &[u8]) -> Recording {
    let (recording, truncation) = Recording::parse(file).unwrap();
    assert_eq!(truncation, None);
    recording
}

fn check(recording: &Recording) -> Verification {
    verify(recording, &system())
}

const KEYS: &str = "A<tab>B<enter> <pf3> <clear> <pa1>XYZ<left><eraseeof> <pf12>";

fn setups() -> [Setup; 2] {
    let live = Setup {
        seed: 7,
        clock: ClockMode::Live,
        terminal: TerminalOptions {
            typeahead: true,
            ..TerminalOptions::default()
        },
        ..Setup::default()
    };
    [
        Setup {
            seed: 7,
            ..Setup::default()
        },
        live,
    ]
}

#[test]
fn a_session_of_either_clock_verifies_and_its_last_screen_can_be_viewed() {
    for setup in setups() {
        let (recording, session) = record(&setup, KEYS);
        let report = check(&recording);
        assert_eq!((report.divergence, report.digest_changed), (None, false));
        let mut player = Player::new(recording);
        player.seek(player.len());
        assert_eq!(player.terminal(), session.terminal());
    }
}

#[test]
fn any_prefix_of_a_recording_verifies() {
    for setup in setups() {
        let (recording, _) = record(&setup, KEYS);
        for events in 0..recording.events.len() {
            let mut part = recording.clone();
            part.events.truncate(events);
            assert_eq!(check(&part).divergence, None, "cut after event {events}");
        }
    }
}

#[test]
fn an_edited_recording_diverges_at_the_edited_event() {
    let (recording, _) = record(&setups()[0], KEYS);
    for index in 0..recording.events.len() {
        let mut edited = recording.clone();
        match &mut edited.events[index].kind {
            EventKind::State(hash) => *hash ^= 1,
            EventKind::Inbound(bytes) => bytes[0] = 0xF1,
            EventKind::Outbound(bytes) => bytes.extend([0x11, 0x40, 0x40, 0xE8]),
            EventKind::Keys(_)
            | EventKind::Bind(_)
            | EventKind::Wait(_)
            | EventKind::Answer(_)
            | EventKind::End(_) => {
                continue;
            }
        }
        let divergence = check(&edited).divergence.unwrap();
        assert_eq!(divergence.event, index + 1);
        if matches!(edited.events[index].kind, EventKind::Outbound(_)) {
            let text = divergence.to_string();
            assert!(
                text.contains("row 1, column 1") && text.contains("recorded \"Y"),
                "{text}"
            );
        }
    }
}

#[test]
fn a_clients_records_alone_verify_too() {
    let setup = Setup {
        seed: 7,
        ..Setup::default()
    };
    let (keyed, _) = record(&setup, KEYS);
    let system = system();
    let mut file = Vec::new();
    let mut log = Writer::new(&mut file, &header(&system, &setup));
    let mut line = HostSession::open(&system, &setup);
    line.connect(&mut log, &mut Vec::new());
    for event in &keyed.events {
        if let EventKind::Inbound(bytes) = &event.kind {
            let inbound = bigiron::wire::Inbound::decode(bytes).unwrap();
            line.advance_to(event.at, &mut log, &mut Vec::new());
            line.submit(&inbound, &mut log, &mut Vec::new());
        }
    }
    drop(log);
    let recording = parse(&file);
    assert!(!recording.has_keys());
    assert_eq!(check(&recording).divergence, None);
}

#[test]
fn another_definition_is_reported_and_tried_all_the_same() {
    let (mut recording, _) = record(&setups()[0], KEYS);
    recording.header.system.as_mut().unwrap().digest ^= 1;
    let report = check(&recording);
    assert!(report.digest_changed);
    assert_eq!(report.divergence, None);
}

/// A masked recording of these keys at the licence desk.
fn masked(setup: &Setup, keys: &str) -> String {
    let system = system();
    let header = RecordingHeader {
        masked: true,
        ..header(&system, setup)
    };
    let mut file = Vec::new();
    let mut log = Writer::new(&mut file, &header);
    let mut session = Session::open(&system, setup, &mut log);
    for key in Key::parse_line(keys).unwrap() {
        session.press(key, &mut log);
    }
    log.end(session.now(), "quit");
    drop(log);
    String::from_utf8(file).unwrap()
}

#[test]
fn a_password_is_masked_and_found_again_by_the_recorded_states() {
    let text = masked(&Setup::default(), "CLK042IRON<enter>1<tab>D4471902<enter>");
    assert!(text.contains(r#""key":"CLK042****<enter>""#), "{text}");
    // IRON in the code page of the record that went to the host.
    assert!(!text.contains("c9d9d6d5"), "{text}");
    let recording = parse(text.as_bytes());
    assert!(recording.header.masked);
    let report = check(&recording);
    assert_eq!(report.divergence, None);
    assert_eq!(report.events, recording.events.len());
    // The player shows no password either.
    let mut player = Player::new(recording);
    player.seek(usize::MAX);
    assert!(player.terminal().text().contains("VANDERMEER"));
}

#[test]
fn a_hidden_text_that_cannot_be_found_is_reported() {
    let text = masked(&Setup::default(), "CLK042IRON<enter>");
    let state = text.rfind(r#""state":""#).unwrap() + 9;
    let edited = format!(
        "{}{}{}",
        &text[..state],
        "0".repeat(16),
        &text[state + 16..]
    );
    let divergence = check(&parse(edited.as_bytes())).divergence.unwrap();
    assert!(divergence.what.contains("--hidden"), "{divergence}");
    assert_eq!(divergence.event, 3);
}

#[test]
fn a_given_hidden_text_is_tried_first() {
    use bigiron::host::Region;
    use bigiron::recording::verify::execute_knowing;
    let recording = parse(masked(&Setup::default(), "CLK042QZQZ<enter>").as_bytes());
    let region = Region::new(&system(), 0);
    let (report, ..) = execute_knowing(&recording, &region, &["QZQZ".to_owned()]);
    assert_eq!(report.divergence, None);
}

#[test]
fn a_masked_record_of_a_remote_terminal_is_executed_again() {
    let (system, setup) = (system(), Setup::default());
    let header = RecordingHeader {
        masked: true,
        ..header(&system, &setup)
    };
    // A terminal in this process sends the same records as a remote one.
    let mut sent = Vec::new();
    {
        let mut log = Writer::new(
            &mut sent,
            &RecordingHeader {
                masked: false,
                ..header.clone()
            },
        );
        let mut session = Session::open(&system, &setup, &mut log);
        for key in Key::parse_line("CLK042IRON<enter>10<enter>").unwrap() {
            session.press(key, &mut log);
        }
    }
    let mut file = Vec::new();
    let mut log = Writer::new(&mut file, &header);
    let mut line = HostSession::open(&system, &setup);
    line.connect(&mut log, &mut Vec::new());
    for event in parse(&sent).events {
        if let EventKind::Inbound(bytes) = event.kind {
            let inbound = bigiron::wire::Inbound::decode(&bytes).unwrap();
            line.submit(&inbound, &mut log, &mut Vec::new());
        }
    }
    drop(log);
    let text = String::from_utf8(file).unwrap();
    assert!(
        !text.contains("c9d9d6d5") && text.contains("5c5c5c5c"),
        "{text}"
    );
    assert_eq!(check(&parse(text.as_bytes())).divergence, None);
}

#[test]
fn text_typed_ahead_into_a_hidden_field_is_masked_too() {
    let mut setup = Setup {
        clock: ClockMode::Live,
        ..Setup::default()
    };
    setup.terminal.typeahead = true;
    let system = system();
    let header = RecordingHeader {
        masked: true,
        ..header(&system, &setup)
    };
    let mut file = Vec::new();
    let mut log = Writer::new(&mut file, &header);
    let mut session = Session::open(&system, &setup, &mut log);
    // PF3 clears the entries after a while; meanwhile the keyboard is locked and the keys wait.
    for key in Key::parse_line("<pf3>CLK042IRON").unwrap() {
        session.press(key, &mut log);
    }
    session.advance_to(1_000, &mut log);
    session.press(Key::Enter, &mut log);
    session.advance_to(3_000, &mut log);
    log.end(session.now(), "quit");
    drop(log);
    let text = String::from_utf8(file).unwrap();
    assert!(
        !text.contains("IRON") && !text.contains("c9d9d6d5"),
        "{text}"
    );
}
