use super::*;
use crate::terminal::TerminalOptions;

/// A conversation that has agreed on these functions of TN3270E.
fn agreed(functions: &[u8]) -> (ClientConversation, Terminal) {
    let mut talk = ClientConversation::new(ClientOffer {
        terminal_type: "IBM-3279-2-E".into(),
        device_type: "IBM-3278-2-E".into(),
        lus: Vec::new(),
        tn3270e: true,
        start_tls: false,
        nvt: false,
        no_telnet: false,
        size: (24, 80),
        user: None,
        device_name: None,
    });
    let mut terminal = Terminal::new(TerminalOptions::default());
    let said = [
        &b"\xff\xfd\x28\xff\xfa\x28\x08\x02\xff\xf0\xff\xfa\x28\x02\x04IBM-3278-2-E\x01LUA\xff\xf0\xff\xfa\x28\x03\x07"[..],
        functions,
        b"\xff\xf0",
    ];
    hear(&mut talk, &mut terminal, &said.concat());
    (talk, terminal)
}

/// What is answered to bytes of the host.
fn hear(talk: &mut ClientConversation, terminal: &mut Terminal, bytes: &[u8]) -> Vec<u8> {
    let mut out = ConversationOutput::default();
    talk.receive(bytes, terminal, &mut out).unwrap();
    out.bytes
}

fn press(talk: &mut ClientConversation, terminal: &mut Terminal, key: Key) -> Vec<u8> {
    let mut out = ConversationOutput::default();
    talk.press(key, terminal, &mut out);
    out.bytes
}

#[test]
fn after_a_bid_the_operator_s_input_waits_for_its_turn() {
    let (mut talk, mut terminal) = agreed(&[2, 5]);
    // A write that restores the keyboard, then a BID.
    let answer = hear(
        &mut talk,
        &mut terminal,
        b"\0\x01\0\0\x01\xf5\xc3\xff\xef\x09\0\0\0\x02\xff\xef",
    );
    assert_eq!(answer, b"\x02\0\0\0\x02\0\xff\xef");
    assert_eq!(press(&mut talk, &mut terminal, Key::Enter), b"");
    // The host writes, and then gives the turn.
    assert_eq!(
        hear(&mut talk, &mut terminal, b"\0\0\0\0\x03\xf1\xc0\xff\xef"),
        b""
    );
    let released = hear(&mut talk, &mut terminal, b"\0\x01\0\0\x04\xf1\xc0\xff\xef");
    assert_eq!(released, b"\0\0\0\0\0\x7d\x40\x40\xff\xef");
    assert!(terminal.lock().is_some());
}

#[test]
fn the_host_may_free_the_keyboard_in_the_header() {
    let (mut talk, mut terminal) = agreed(&[5]);
    let locked: [&[u8]; 2] = [
        b"\0\0\0\0\0\xf5\xc0\xff\xef",
        b"\0\x01\0\0\0\xf1\xc0\xff\xef",
    ];
    hear(&mut talk, &mut terminal, &locked.concat());
    press(&mut talk, &mut terminal, Key::Enter);
    assert!(terminal.lock().is_some());
    hear(&mut talk, &mut terminal, b"\0\x03\0\0\0\xf1\xc0\xff\xef");
    assert_eq!(terminal.lock(), None);
}

#[test]
fn a_bid_where_contention_is_not_resolved_is_passed_over() {
    let (mut talk, mut terminal) = agreed(&[2]);
    let answer = hear(
        &mut talk,
        &mut terminal,
        b"\0\0\0\0\x01\xf5\xc3\xff\xef\x09\0\0\0\x02\xff\xef",
    );
    assert_eq!(answer, b"");
    assert_ne!(press(&mut talk, &mut terminal, Key::Enter), b"");
}
