//! What each action does.

use std::collections::VecDeque;

use tn3270::terminal::{Key, Terminal};

use super::snap::snap;
use super::verbs::{Verb, find};
use super::{
    Interpreter, Pending, ScriptAction, host, input, press as press_key, print, query, settings,
    text, wait,
};
use crate::doors::session::target::ScriptTarget;

/// Does one action; what is left to wait for stands in the interpreter.
pub fn run(
    script: &mut Interpreter,
    subject: &mut dyn ScriptTarget,
    action: &ScriptAction,
) -> Result<(), String> {
    let (name, least, most, verb) = find(&action.name)?;
    let arguments = action.arguments.as_slice();
    check_count(name, least, most, arguments.len())?;
    match verb {
        Verb::Key(key) => press(script, subject, key),
        Verb::Numbered => press(script, subject, numbered_key(name, first(arguments))?),
        Verb::MoveCursor(origin) => {
            let at = cursor_address(subject.terminal(), origin, arguments);
            press_key(Key::MoveCursor(at), subject)
        }
        Verb::TypeString => {
            let keys = string_keys(subject.terminal(), arguments);
            script.pending = Some(Pending::Typing(keys, column(subject.terminal())));
            Ok(())
        }
        Verb::HexString => {
            let keys = hex_keys(subject.terminal(), arguments)?;
            script.pending = Some(Pending::Typing(keys.into(), column(subject.terminal())));
            Ok(())
        }
        Verb::KeyByName => arguments
            .iter()
            .try_for_each(|written| press_key(Key::Char(named_character(written)?), subject)),
        Verb::Show(part) => {
            script.seen = subject.writes();
            let lines = part.lines(name, subject.terminal(), arguments)?;
            script.data.extend(lines);
            Ok(())
        }
        Verb::Query => {
            script.data.extend(query::query(subject, name, arguments)?);
            Ok(())
        }
        Verb::Set { toggles } => {
            let lines = settings::set(name, toggles, script, subject, arguments)?;
            script.data.extend(lines);
            Ok(())
        }
        Verb::Wait => {
            script.pending = Some(wait::parse(subject, arguments)?);
            Ok(())
        }
        Verb::Pause => {
            script.pending = Some(Pending::Sleep(subject.now() + PAUSE));
            Ok(())
        }
        Verb::Snap => snap(script, subject, arguments),
        Verb::Print => {
            let lines = print::print(subject.terminal(), arguments, script.local)?;
            script.data.extend(lines);
            Ok(())
        }
        Verb::Connect => connect(script, subject, first(arguments)),
        Verb::Disconnect => host::disconnect(subject),
        Verb::Reconnect => connect(script, subject, ""),
        Verb::Expect => expect(script, subject, arguments),
        Verb::Text => {
            let host = subject.foreign_host_mut();
            let text = host.map(|host| host.take_text()).unwrap_or_default();
            script.data.push(text);
            Ok(())
        }
        Verb::SaveInput => input::save(script, subject.terminal(), arguments),
        Verb::RestoreInput => input::restore(script, subject, arguments),
        Verb::Capabilities if arguments.is_empty() => Ok(()),
        Verb::Capabilities => Err(format!("{name}(): cannot set on this task type")),
        Verb::Switch => check_switch(name, arguments),
        Verb::Nothing => Ok(()),
        Verb::Refused(why) => Err(format!("{name}(): {why}")),
        Verb::Quit => {
            script.quit = true;
            Ok(())
        }
    }
}

/// Checks the number of arguments.
fn check_count(name: &str, least: usize, most: usize, count: usize) -> Result<(), String> {
    if (least..=most).contains(&count) {
        return Ok(());
    }
    let number = match (least, most) {
        (least, most) if least == most => least.to_string(),
        (least, most) if least + 1 == most => format!("{least} or {most}"),
        (least, most) => format!("{least} to {most}"),
    };
    let plural = if (least, most) == (1, 1) { "" } else { "s" };
    Err(format!("{name}() requires {number} argument{plural}"))
}

/// Checks the argument of an action that switches something on or off, which may be left out.
fn check_switch(name: &str, arguments: &[String]) -> Result<(), String> {
    match arguments.first().map(|word| word.to_ascii_lowercase()) {
        None => Ok(()),
        Some(word) if ["true", "false", "forceenable"].contains(&word.as_str()) => Ok(()),
        Some(_) => Err(format!(
            "{name}(): Parameter must be true, false or forceenable"
        )),
    }
}

/// The first argument; empty if there is none.
fn first(arguments: &[String]) -> &str {
    arguments.first().map(String::as_str).unwrap_or_default()
}

/// The key of `PF(n)` or `PA(n)`.
fn numbered_key(name: &str, number: &str) -> Result<Key, String> {
    let key = Key::from_action(name, &[number]);
    key.ok_or_else(|| format!("{name}(): Invalid argument '{number}'"))
}

/// The character that `Key()` names.
fn named_character(written: &str) -> Result<char, String> {
    let named = text::named_character(written);
    named.ok_or_else(|| format!("Key(): Nonexistent or invalid name: {written}"))
}

/// The keys of `String()`.
fn string_keys(terminal: &Terminal, arguments: &[String]) -> VecDeque<Key> {
    let code_page = terminal.options().code_page;
    let keys = arguments
        .iter()
        .flat_map(|argument| text::keys(argument, code_page));
    keys.collect()
}

/// How long `Pause()` waits, in milliseconds.
const PAUSE: u64 = 350;

/// Sets out for a host, or for the last one again if none is named.
fn connect(
    script: &mut Interpreter,
    subject: &mut dyn ScriptTarget,
    name: &str,
) -> Result<(), String> {
    host::connect(subject, name)?;
    script.pending = Some(Pending::Connection);
    Ok(())
}

/// How long `Expect()` waits if it does not say, in seconds.
const EXPECT: f64 = 30.0;

/// `Expect(text[,seconds])`: waits for text of a host in NVT mode.
fn expect(
    script: &mut Interpreter,
    subject: &mut dyn ScriptTarget,
    arguments: &[String],
) -> Result<(), String> {
    let seconds = match arguments.get(1).map(|text| text.trim().parse::<f64>()) {
        None => EXPECT,
        Some(Ok(seconds)) if (1.0..=600.0).contains(&seconds) => seconds,
        Some(_) => return Err("Expect(): Invalid timeout".into()),
    };
    let code_page = subject.terminal().options().code_page;
    let written = arguments.first().map(String::as_str).unwrap_or_default();
    let text = text::plain(written, code_page);
    let until = subject.now().saturating_add((seconds * 1000.0) as u64);
    script.pending = Some(Pending::Expecting(text, until));
    Ok(())
}

/// The column of the cursor.
fn column(terminal: &Terminal) -> u16 {
    terminal.cursor() % terminal.columns().max(1)
}

/// Presses a key; after a key of attention the script waits for the unlock, unless aidWait is off.
fn press(script: &mut Interpreter, subject: &mut dyn ScriptTarget, key: Key) -> Result<(), String> {
    press_key(key, subject)?;
    let attention = key.is_attention();
    let waits = subject.host().is_some()
        && subject
            .terminal()
            .lock()
            .is_some_and(|lock| !lock.is_operator_error());
    if attention && waits && script.aid_wait {
        script.pending = Some(Pending::Unlock);
    }
    Ok(())
}

/// The address of `MoveCursor`: an offset, from 0 always, or row and column from the origin. What lies outside is moved to the edge.
fn cursor_address(terminal: &Terminal, origin: i64, arguments: &[String]) -> u16 {
    let number = |text: &String| text.trim().parse::<i64>().unwrap_or(0);
    let place = |text: &String| number(text).saturating_sub(origin);
    let (rows, columns) = (i64::from(terminal.rows()), i64::from(terminal.columns()));
    let at = match arguments {
        [row, column] => {
            place(row).clamp(0, rows - 1) * columns + place(column).clamp(0, columns - 1)
        }
        [offset, ..] => number(offset).clamp(0, rows * columns - 1),
        [] => 0,
    };
    u16::try_from(at).unwrap_or(0)
}

/// The keys of code points in hexadecimal.
fn hex_keys(terminal: &Terminal, arguments: &[String]) -> Result<Vec<Key>, String> {
    let mut keys = Vec::new();
    for argument in arguments {
        let lower = argument.to_ascii_lowercase();
        let digits = lower.strip_prefix("0x").unwrap_or(&lower);
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(format!("HexString(): '{argument}' is not hexadecimal"));
        } else if digits.len() % 2 != 0 {
            return Err(format!(
                "HexString(): '{argument}' has an odd number of digits"
            ));
        }
        for at in (0..digits.len()).step_by(2) {
            let code = u8::from_str_radix(&digits[at..at + 2], 16).unwrap_or_default();
            keys.push(Key::Char(terminal.options().code_page.decode(code)));
        }
    }
    Ok(keys)
}
