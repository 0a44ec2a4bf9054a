//! What `Wait()` and `Snap(Wait)` wait for.

use super::{Mode, Pending, host, near_hint};
use crate::doors::session::target::ScriptTarget;

/// Something that may come true without the script's doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// The keyboard is unlocked, and the cursor is where one can type.
    InputField,
    /// The keyboard is unlocked.
    Unlock,
    /// There is a host that speaks 3270.
    Mode3270,
    /// There is a host that speaks plain text.
    ModeNvt,
    /// The host has written since the script last looked at the screen.
    Output,
    /// The host has gone.
    Disconnect,
    /// The cursor is at this address.
    CursorAt(u16),
    /// An unprotected field holds this address.
    InputFieldAt(u16),
    /// This text stands at this address.
    StringAt(u16, String),
}

impl Condition {
    /// Whether it is so, for a script that has looked at so many writes; an error if it cannot become so.
    pub fn holds(&self, subject: &dyn ScriptTarget, seen: u64) -> Result<bool, String> {
        let terminal = subject.terminal();
        let connected = subject.host().is_some();
        let input = |at: u16| {
            terminal
                .field_at(at)
                .is_none_or(|field| field.is_input() && field.attribute_address != at)
        };
        match self {
            Condition::Disconnect => return Ok(!connected),
            _ if !connected => return Err("Wait(): Not connected".into()),
            _ => {}
        }
        if *self == Condition::Unlock
            && terminal.lock().is_some_and(|lock| lock.is_operator_error())
        {
            return Err("Keyboard locked\nOperator error".into());
        }
        Ok(match self {
            Condition::InputField => terminal.lock().is_none() && input(terminal.cursor()),
            Condition::Unlock => terminal.lock().is_none(),
            Condition::Mode3270 => {
                matches!(
                    host::mode(subject),
                    Mode::Tn3270 | Mode::Tn3270e | Mode::Sscp
                )
            }
            Condition::ModeNvt => {
                matches!(host::mode(subject), Mode::Nvt { .. } | Mode::NvtInTn3270e)
            }
            Condition::Disconnect => false,
            Condition::Output => subject.writes() != seen,
            Condition::CursorAt(at) => terminal.cursor() == *at,
            Condition::InputFieldAt(at) => terminal.is_formatted() && input(*at),
            Condition::StringAt(at, text) => {
                let columns = usize::from(terminal.columns()).max(1);
                let row = terminal.row_text(usize::from(*at) / columns);
                row.chars()
                    .skip(usize::from(*at) % columns)
                    .collect::<String>()
                    .starts_with(text)
            }
        })
    }
}

/// The longest wait in seconds: longer ones are taken as this.
const MAX_SECONDS: f64 = 1_000_000.0;

/// What `Wait()` with these arguments waits for.
pub fn parse(subject: &dyn ScriptTarget, arguments: &[String]) -> Result<Pending, String> {
    let (seconds, words) = match arguments.split_first() {
        Some((first, rest)) => match first.trim().parse::<f64>() {
            Ok(seconds) if seconds >= 0.0 => (Some(seconds.min(MAX_SECONDS)), rest),
            Ok(_) => return Err("Wait(): Invalid timeout value".into()),
            Err(_) => (None, arguments),
        },
        None => (None, arguments),
    };
    let deadline = seconds.map(|seconds| {
        subject
            .now()
            .saturating_add((seconds * 1000.0).round() as u64)
    });
    let word = words
        .first()
        .map(|word| word.to_ascii_lowercase())
        .unwrap_or("inputfield".into());
    let place = words.get(1..).unwrap_or_default();
    let condition = match (word.as_str(), place) {
        ("seconds", []) => {
            return deadline
                .map(Pending::Sleep)
                .ok_or_else(|| "Wait(): Seconds needs a number before it".into());
        }
        ("inputfield", []) => Condition::InputField,
        ("unlock", []) => Condition::Unlock,
        ("3270mode" | "3270", []) => Condition::Mode3270,
        ("nvtmode" | "ansi", []) => Condition::ModeNvt,
        ("output", []) => Condition::Output,
        ("disconnect", []) => Condition::Disconnect,
        ("cursorat", [row, column]) => Condition::CursorAt(address(subject, row, column)?),
        ("inputfieldat", [row, column]) => Condition::InputFieldAt(address(subject, row, column)?),
        ("stringat", [row, column, text]) => {
            Condition::StringAt(address(subject, row, column)?, text.clone())
        }
        ("cursorat" | "inputfieldat", _) => {
            return Err(format!("Wait(): {word} requires a row and a column"));
        }
        ("stringat", _) => {
            return Err("Wait(): stringat requires a row, a column and a text".into());
        }
        _ if words.len() > 1 => {
            return Err("Too many arguments to Wait() or invalid timeout value".into());
        }
        _ => {
            let known = [
                "InputField",
                "NVTMode",
                "3270Mode",
                "Output",
                "Seconds",
                "Disconnect",
                "Unlock",
            ];
            let more = ["CursorAt", "InputFieldAt", "StringAt"];
            return Err(format!(
                "Wait(): Parameter must be inputfield, nvtmode, 3270mode, output, seconds, disconnect or unlock{}",
                near_hint(&word, known.into_iter().chain(more))
            ));
        }
    };
    Ok(Pending::Until(condition, deadline))
}

/// The address of a row and column that count from 1.
fn address(subject: &dyn ScriptTarget, row: &str, column: &str) -> Result<u16, String> {
    let terminal = subject.terminal();
    let number = |text: &str, most: u16| {
        text.trim()
            .parse::<u16>()
            .ok()
            .filter(|number| (1..=most).contains(number))
    };
    match (
        number(row, terminal.rows()),
        number(column, terminal.columns()),
    ) {
        (Some(row), Some(column)) => Ok((row - 1) * terminal.columns() + column - 1),
        _ => Err(format!(
            "Wait(): row {row}, column {column} is not on the screen of {} x {}",
            terminal.rows(),
            terminal.columns()
        )),
    }
}
