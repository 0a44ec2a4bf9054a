//! A terminal fed with the bytes of a file, or with a built-in record: prints the screen and the operator information area.
//!
//! ```text
//! cargo run -p tn3270 --example terminal [FILE]
//! ```
//!
//! The file holds what a TN3270 host sends, without TN3270E headers: records that end in IAC EOR (FF EF), each IAC in them
//! doubled. Bytes behind the last IAC EOR are taken as one more record, so that a file may be a single bare record.

use std::error::Error;
use std::{env, fs};

use tn3270::terminal::{Terminal, TerminalOptions};
use tn3270::wire::telnet::{Decoder, TelnetEvent, TelnetLimits};
use tn3270::wire::{CodePage, FieldAttribute, Intensity, Order, Outbound, Wcc};

const LIMITS: TelnetLimits = TelnetLimits {
    record: 256 * 1024,
    subnegotiation: 4096,
};

fn main() -> Result<(), Box<dyn Error>> {
    let bytes = match env::args_os().nth(1) {
        Some(path) => fs::read(path)?,
        None => sign_on(),
    };
    let mut terminal = Terminal::new(TerminalOptions::default());
    for record in records(&bytes)? {
        apply(&mut terminal, &record)?;
    }
    println!("{}", terminal.text());
    println!("{}", terminal.oia().render(terminal.columns().into()));
    Ok(())
}

/// The 3270 data streams in the bytes of a host; TELNET negotiation between them is skipped.
fn records(bytes: &[u8]) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let mut decoder = Decoder::new(LIMITS);
    let mut events = Vec::new();
    decoder.feed(bytes, &mut events)?;
    let ended = events.into_iter().filter_map(|event| match event {
        TelnetEvent::Record(record) => Some(record),
        _ => None,
    });
    let unended = decoder.take_unended();
    Ok(ended
        .chain([unended])
        .filter(|record| !record.is_empty())
        .collect())
}

/// Applies a record, and reports on standard error what is wrong with it and what the terminal would send.
fn apply(terminal: &mut Terminal, record: &[u8]) -> Result<(), Box<dyn Error>> {
    let outbound = Outbound::decode(record)?;
    if let Some(fault) = outbound.fault() {
        eprintln!("{fault}");
    }
    for inbound in terminal.apply(&outbound) {
        let mut reply = Vec::new();
        inbound.encode_with(terminal.addressing(), &mut reply);
        eprintln!("the terminal sends {reply:02X?}");
    }
    Ok(())
}

/// A sign-on screen, as the bytes of one record with its end.
fn sign_on() -> Vec<u8> {
    let label = FieldAttribute::default().protected(true);
    let title = label.intensity(Intensity::High);
    let hidden = FieldAttribute::default().intensity(Intensity::Hidden);
    let at = |row: u16, column: u16| Order::SetBufferAddress((row - 1) * 80 + column - 1);
    let text = |text: &str| Order::Data(CodePage::CP037.encode_text(text).into());
    let screen = Outbound::EraseWrite {
        wcc: Wcc::RESTORE,
        orders: vec![
            at(2, 30),
            Order::StartField(title),
            text("EXAMPLE SIGN-ON"),
            at(5, 10),
            Order::StartField(label),
            text("USER ID  ==>"),
            Order::StartField(FieldAttribute::default()),
            Order::InsertCursor,
            at(5, 32),
            Order::StartField(label),
            at(6, 10),
            Order::StartField(label),
            text("PASSWORD ==>"),
            Order::StartField(hidden),
            at(6, 32),
            Order::StartField(label),
        ],
    };
    let mut record = Vec::new();
    screen.encode(&mut record);
    let mut bytes = Vec::new();
    TelnetEvent::Record(record).encode(&mut bytes);
    bytes
}
