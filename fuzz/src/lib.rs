//! What each decoder must keep to, whatever the bytes. A target panics where it does not.
//!
//! `cargo fuzz run -s none TARGET` looks for such bytes; `tests/it/fuzz.rs` gives the same functions a short run.

use bigiron::doors::script::ScriptLine;
use bigiron::terminal::{Key, Model, Notation, Terminal, TerminalOptions};
use bigiron::wire::telnet::{Decoder, Overlong, TelnetEvent, TelnetLimits};
use bigiron::wire::tn3270e::{Header, Message};
use bigiron::wire::{Inbound, Outbound};

const LIMITS: TelnetLimits = TelnetLimits {
    record: 256,
    subnegotiation: 64,
};

fn events<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<TelnetEvent>, Result<(), Overlong>) {
    let mut decoder = Decoder::new(LIMITS);
    let mut events = Vec::new();
    let mut pieces = pieces;
    let result = pieces.try_for_each(|piece| decoder.feed(piece, &mut events));
    (events, result)
}

/// TELNET: however it is cut, the same events; within the limits; and they read back.
pub fn telnet(bytes: &[u8]) {
    let (read, result) = events(std::iter::once(bytes));
    assert_eq!(events(bytes.chunks(1)), (read.clone(), result));
    for event in &read {
        match event {
            TelnetEvent::Record(data) => assert!(data.len() <= LIMITS.record),
            TelnetEvent::Subnegotiation(_, data) => assert!(data.len() < LIMITS.subnegotiation),
            TelnetEvent::Negotiate(..) | TelnetEvent::Command(_) => {}
        }
    }
    let mut again = Vec::new();
    read.iter().for_each(|event| event.encode(&mut again));
    assert_eq!(events(std::iter::once(again.as_slice())), (read, Ok(())));
}

/// TN3270E: headers and messages read back.
pub fn tn3270e(bytes: &[u8]) {
    if let Ok((header, data)) = Header::decode(bytes) {
        let mut again = Vec::new();
        header.encode(&mut again);
        again.extend_from_slice(data);
        assert_eq!(again, bytes);
    }
    match Message::decode(bytes) {
        Ok(message) => assert_eq!(Message::decode(&message.encode()), Ok(message)),
        Err(unknown) => assert!(!unknown.to_string().is_empty()),
    }
}

/// Outbound records, parted by their first byte as a length: they read back, a terminal obeys them and keeps its invariants, and
/// what it answers reads back.
pub fn outbound(bytes: &[u8]) {
    let mut terminals = [Model::Two, Model::Five].map(|model| {
        Terminal::new(TerminalOptions {
            model,
            typeahead: true,
            ..TerminalOptions::default()
        })
    });
    let mut rest = bytes;
    while let Some((&length, after)) = rest.split_first() {
        let (record, after) = after.split_at(usize::from(length).min(after.len()));
        rest = after;
        let Ok(outbound) = Outbound::decode(record) else {
            continue;
        };
        let mut again = Vec::new();
        outbound.encode(&mut again);
        assert_eq!(Outbound::decode(&again).as_ref(), Ok(&outbound));
        if let Some(fault) = outbound.fault() {
            assert!(fault.offset <= again.len(), "{fault}");
        }
        for terminal in &mut terminals {
            obey(terminal, &outbound);
        }
    }
    for terminal in &terminals {
        assert_eq!(terminal.verify(), Ok(()));
        assert_eq!(
            terminal.text().lines().count(),
            usize::from(terminal.rows())
        );
        terminal.read_buffer_text(Notation::Unicode);
    }
}

fn obey(terminal: &mut Terminal, outbound: &Outbound) {
    let answers = terminal.apply_without_typeahead(outbound);
    check(&answers, terminal);
    let sent = terminal.run_typeahead();
    check(&sent, terminal);
    for key in [
        Key::Char('A'),
        Key::Insert,
        Key::Char('B'),
        Key::Delete,
        Key::Enter,
    ] {
        terminal.press(key);
    }
}

/// What a terminal sends can be read.
fn check(sent: &[Inbound], terminal: &Terminal) {
    // RA stores any code, that of an order too, which then reads as one.
    let is_order = |code: u8| matches!(code, 0x08 | 0x11 | 0x1D | 0x28 | 0x29);
    let plain = !terminal.cells().iter().any(|cell| is_order(cell.code));
    for inbound in sent {
        let mut bytes = Vec::new();
        inbound.encode_with(terminal.addressing(), &mut bytes);
        let decoded = Inbound::decode(&bytes);
        assert!(decoded.is_ok() || !plain, "{inbound:?}");
    }
}

/// Inbound records read back.
pub fn inbound(bytes: &[u8]) {
    for decoded in [Inbound::decode(bytes), Inbound::decode_buffer(bytes)] {
        let Ok(inbound) = decoded else { continue };
        let mut again = Vec::new();
        inbound.encode(&mut again);
        match &inbound {
            Inbound::Buffer { .. } => assert_eq!(Inbound::decode_buffer(&again), Ok(inbound)),
            _ => assert_eq!(Inbound::decode(&again), Ok(inbound)),
        }
    }
}

/// A line of the action language: actions up to the end or the first error, never more of them than characters.
pub fn script(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut line = ScriptLine::new(&text);
    let mut actions = 0;
    while let Ok(Some(action)) = line.next_action() {
        assert!(!action.name.is_empty());
        actions += 1;
        assert!(actions <= text.chars().count());
    }
}
