//! Format 1: `{"bigiron":1,...}`, then `{"t":ms,"key"|"in"|"out"|"bind"|"wait"|"state"|"answer"|"end":...}`.

use super::{ParseError, at};
use crate::recording::{EventKind, Origin, RecordedEvent, RecordingHeader};
use crate::session::{ClockMode, Millis, Setup};
use serde::{Deserialize, Serialize};
use tn3270::terminal::{self, Key, Model};
use tn3270::wire::CodePage;

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
    /// Written only where it is so.
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
    let read: HeaderLine = serde_json::from_slice(line).map_err(|error| at(1, &error))?;
    let wrong = |what: String| ParseError {
        line: 1,
        column: None,
        what,
    };
    let terminal = terminal::TerminalOptions {
        model: Model::from_number(read.model)
            .ok_or_else(|| wrong(format!("\"model\": there is no model {}", read.model)))?,
        oversize: read.oversize,
        as_s3270: read.as_s3270,
        color: read.color,
        code_page: CodePage::by_name(&read.code_page)
            .map_err(|error| wrong(format!("\"code_page\": {error}")))?,
        numeric_lock: read.numeric_lock,
        blank_fill: read.blank_fill,
        mono_case: read.mono_case,
        typeahead: read.typeahead,
    };
    let clock = match read.clock {
        ClockName::Turn => ClockMode::Turn,
        ClockName::Live => ClockMode::Live,
    };
    Ok(RecordingHeader {
        system: read
            .system
            .zip(read.digest)
            .map(|(id, digest)| Origin { id, digest }),
        title: read.title,
        door: read.door,
        masked: read.masked,
        setup: Setup {
            seed: read.seed,
            warts: read
                .warts
                .parse()
                .map_err(|error| wrong(format!("\"warts\": {error}")))?,
            task: read.task,
            clock,
            terminal,
        },
    })
}

#[derive(Serialize, Deserialize)]
struct EventLine {
    t: Millis,
    #[serde(flatten)]
    what: WhatLine,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WhatLine {
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
    let what = match &event.what {
        EventKind::Keys(keys) => WhatLine::Key(keys.iter().map(Key::to_string).collect()),
        EventKind::Inbound(bytes) => WhatLine::In(bytes.clone()),
        EventKind::Outbound(bytes) => WhatLine::Out(bytes.clone()),
        EventKind::Bind(image) => WhatLine::Bind(image.clone()),
        EventKind::Wait(by) => WhatLine::Wait(*by),
        EventKind::State(hash) => WhatLine::State(*hash),
        EventKind::Answer(answer) => WhatLine::Answer(answer.clone()),
        EventKind::End(reason) => WhatLine::End(reason.clone()),
    };
    json_line(&EventLine { t: event.at, what })
}

/// Reads one event.
pub fn event(line: &[u8], number: usize) -> Result<RecordedEvent, ParseError> {
    let read: EventLine = serde_json::from_slice(line).map_err(|error| at(number, &error)).map_err(|mut error| {
        if error.what.starts_with("no variant of enum") {
            error.what = "an event has one of \"key\", \"in\", \"out\", \"bind\", \"wait\", \"state\", \"answer\", \"end\" beside \"t\"".into();
        }
        error
    })?;
    let what = match read.what {
        WhatLine::Key(keys) => {
            let wrong = |error| ParseError {
                line: number,
                column: None,
                what: format!("\"key\": {error}"),
            };
            EventKind::Keys(Key::parse_line(&keys).map_err(wrong)?)
        }
        WhatLine::In(bytes) => EventKind::Inbound(bytes),
        WhatLine::Out(bytes) => EventKind::Outbound(bytes),
        WhatLine::Bind(image) => EventKind::Bind(image),
        WhatLine::Wait(by) => EventKind::Wait(by),
        WhatLine::State(hash) => EventKind::State(hash),
        WhatLine::Answer(answer) => EventKind::Answer(answer),
        WhatLine::End(reason) => EventKind::End(reason),
    };
    Ok(RecordedEvent { at: read.t, what })
}

/// Plain data: none of these types can fail to become JSON, and an empty line would be skipped by no reader.
fn json_line(data: &impl Serialize) -> String {
    let mut line = serde_json::to_string(data).unwrap_or_default();
    line.push('\n');
    line
}

fn unhash(digits: &str) -> Option<u64> {
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

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
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

/// A hash as 16 hexadecimal digits: a JSON number would not survive readers that take numbers for floats.
mod hash {
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::Serializer;

    pub fn serialize<S: Serializer>(hash: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&format!("{hash:016x}"))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
        let digits = String::deserialize(from)?;
        super::unhash(&digits)
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

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
        let digits = Option::<String>::deserialize(from)?;
        digits
            .map(|digits| {
                super::unhash(&digits)
                    .ok_or_else(|| D::Error::custom("not a hash of 16 hexadecimal digits"))
            })
            .transpose()
    }
}
