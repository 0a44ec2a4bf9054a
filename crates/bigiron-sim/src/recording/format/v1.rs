//! Format 1: `{"bigiron":1,...}`, then `{"t":ms,"key"|"in"|"out"|"bind"|"wait"|"state"|"answer"|"end":...}`.

use super::{ParseError, json_error};
use crate::recording::{EventKind, RecordedEvent, RecordingHeader, SystemVersion};
use crate::session::{ClockMode, Millis, Setup};
use serde::{Deserialize, Serialize};
use tn3270::terminal::{Key, Model, TerminalOptions};
use tn3270::wire::CodePage;

/// The header as JSON, in the order of its keys. Keys that came later are left out where they have their default.
#[derive(Serialize, Deserialize)]
struct HeaderLine {
    bigiron: u64,
    system: Option<String>,
    #[serde(with = "digest")]
    digest: Option<u64>,
    title: String,
    seed: u64,
    warts: String,
    task: Option<String>,
    clock: ClockName,
    door: String,
    model: u8,
    code_page: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    oversize: Option<(u16, u16)>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    as_s3270: bool,
    color: bool,
    numeric_lock: bool,
    blank_fill: bool,
    mono_case: bool,
    typeahead: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    masked: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ClockName {
    Turn,
    Live,
}

/// The header as a line with its newline.
pub fn header_line(header: &RecordingHeader) -> String {
    let Setup {
        seed,
        warts,
        task,
        clock,
        terminal,
    } = &header.setup;
    json_line(&HeaderLine {
        bigiron: 1,
        system: header.system.as_ref().map(|origin| origin.id.clone()),
        digest: header.system.as_ref().map(|origin| origin.digest),
        title: header.title.clone(),
        seed: *seed,
        warts: warts.to_string(),
        task: task.clone(),
        clock: match clock {
            ClockMode::Turn => ClockName::Turn,
            ClockMode::Live => ClockName::Live,
        },
        door: header.door.clone(),
        model: terminal.model.number(),
        code_page: terminal.code_page.name().to_owned(),
        oversize: terminal.oversize,
        as_s3270: terminal.as_s3270,
        color: terminal.color,
        numeric_lock: terminal.numeric_lock,
        blank_fill: terminal.blank_fill,
        mono_case: terminal.mono_case,
        typeahead: terminal.typeahead,
        masked: header.masked,
    })
}

/// Reads the header.
pub fn header(line: &[u8]) -> Result<RecordingHeader, ParseError> {
    let read: HeaderLine = serde_json::from_slice(line).map_err(|error| json_error(1, &error))?;
    let terminal = terminal_options(&read)?;
    let warts = read.warts.parse();
    let warts = warts.map_err(|error| invalid(1, format!("\"warts\": {error}")))?;
    let clock = match read.clock {
        ClockName::Turn => ClockMode::Turn,
        ClockName::Live => ClockMode::Live,
    };
    let system = read.system.zip(read.digest);
    Ok(RecordingHeader {
        system: system.map(|(id, digest)| SystemVersion { id, digest }),
        title: read.title,
        door: read.door,
        masked: read.masked,
        setup: Setup {
            seed: read.seed,
            warts,
            task: read.task,
            clock,
            terminal,
        },
    })
}

fn terminal_options(read: &HeaderLine) -> Result<TerminalOptions, ParseError> {
    let model = Model::from_number(read.model);
    let model =
        model.ok_or_else(|| invalid(1, format!("\"model\": there is no model {}", read.model)))?;
    let code_page = CodePage::by_name(&read.code_page);
    let code_page = code_page.map_err(|error| invalid(1, format!("\"code_page\": {error}")))?;
    Ok(TerminalOptions {
        model,
        oversize: read.oversize,
        as_s3270: read.as_s3270,
        color: read.color,
        code_page,
        numeric_lock: read.numeric_lock,
        blank_fill: read.blank_fill,
        mono_case: read.mono_case,
        typeahead: read.typeahead,
    })
}

/// A value that is JSON of the right type, and still not valid.
fn invalid(line: usize, what: String) -> ParseError {
    ParseError {
        line,
        column: None,
        what,
    }
}

/// An event as JSON: its time, and one key that says what it is.
#[derive(Serialize, Deserialize)]
struct EventLine {
    t: Millis,
    #[serde(flatten)]
    kind: KindEntry,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum KindEntry {
    Key(String),
    In(#[serde(with = "hex")] Vec<u8>),
    Out(#[serde(with = "hex")] Vec<u8>),
    Bind(#[serde(with = "hex")] Vec<u8>),
    Wait(Millis),
    State(#[serde(with = "hash")] u64),
    Answer(Option<String>),
    End(String),
}

/// One event as a line with its newline.
pub fn event_line(event: &RecordedEvent) -> String {
    let kind = match &event.kind {
        EventKind::Keys(keys) => KindEntry::Key(keys.iter().map(Key::to_string).collect()),
        EventKind::Inbound(bytes) => KindEntry::In(bytes.clone()),
        EventKind::Outbound(bytes) => KindEntry::Out(bytes.clone()),
        EventKind::Bind(image) => KindEntry::Bind(image.clone()),
        EventKind::Wait(by) => KindEntry::Wait(*by),
        EventKind::State(hash) => KindEntry::State(*hash),
        EventKind::Answer(answer) => KindEntry::Answer(answer.clone()),
        EventKind::End(reason) => KindEntry::End(reason.clone()),
    };
    json_line(&EventLine { t: event.at, kind })
}

/// Reads one event.
pub fn event(line: &[u8], number: usize) -> Result<RecordedEvent, ParseError> {
    let read: EventLine = serde_json::from_slice(line).map_err(|error| json_error(number, &error)).map_err(|mut error| {
        if error.what.starts_with("no variant of enum") {
            error.what = "an event has one of \"key\", \"in\", \"out\", \"bind\", \"wait\", \"state\", \"answer\", \"end\" beside \"t\"".into();
        }
        error
    })?;
    let kind = match read.kind {
        KindEntry::Key(keys) => {
            let keys = Key::parse_line(&keys);
            EventKind::Keys(keys.map_err(|error| invalid(number, format!("\"key\": {error}")))?)
        }
        KindEntry::In(bytes) => EventKind::Inbound(bytes),
        KindEntry::Out(bytes) => EventKind::Outbound(bytes),
        KindEntry::Bind(image) => EventKind::Bind(image),
        KindEntry::Wait(by) => EventKind::Wait(by),
        KindEntry::State(hash) => EventKind::State(hash),
        KindEntry::Answer(answer) => EventKind::Answer(answer),
        KindEntry::End(reason) => EventKind::End(reason),
    };
    Ok(RecordedEvent { at: read.t, kind })
}

/// JSON of plain data, with a newline. Serializing these types does not fail.
fn json_line(data: &impl Serialize) -> String {
    let mut line = serde_json::to_string(data).unwrap_or_default();
    line.push('\n');
    line
}

fn parse_hash(digits: &str) -> Option<u64> {
    u64::from_str_radix(digits, 16)
        .ok()
        .filter(|_| digits.len() == 16)
}

/// Bytes as lower-case hexadecimal digits.
mod hex {
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::Serializer;
    use std::fmt::Write;

    pub fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        let digits = bytes.iter().fold(
            String::with_capacity(bytes.len() * 2),
            |mut digits, byte| {
                let _ = write!(digits, "{byte:02x}");
                digits
            },
        );
        to.serialize_str(&digits)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let digits = String::deserialize(from)?;
        let pairs = digits.as_bytes().chunks(2);
        let byte = |pair: &[u8]| {
            std::str::from_utf8(pair)
                .ok()
                .filter(|pair| pair.len() == 2)
                .and_then(|pair| u8::from_str_radix(pair, 16).ok())
        };
        pairs
            .map(byte)
            .collect::<Option<_>>()
            .ok_or_else(|| D::Error::custom("not bytes in hexadecimal digits"))
    }
}

/// A hash as 16 hexadecimal digits: many JSON readers take numbers for floats and would lose digits.
mod hash {
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::Serializer;

    pub fn serialize<S: Serializer>(hash: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&format!("{hash:016x}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
        let digits = String::deserialize(from)?;
        super::parse_hash(&digits)
            .ok_or_else(|| D::Error::custom("not a hash of 16 hexadecimal digits"))
    }
}

/// A hash that may be absent.
mod digest {
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::{Serialize, Serializer};

    pub fn serialize<S: Serializer>(digest: &Option<u64>, to: S) -> Result<S::Ok, S::Error> {
        digest.map(|digest| format!("{digest:016x}")).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
        let digits = Option::<String>::deserialize(from)?;
        digits
            .map(|digits| {
                super::parse_hash(&digits)
                    .ok_or_else(|| D::Error::custom("not a hash of 16 hexadecimal digits"))
            })
            .transpose()
    }
}
