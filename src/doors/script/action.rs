//! The table of actions, and what each does.

use crate::terminal::{Key, Terminal};

use super::screen::Show;
use super::wait::{self, Condition};
use super::{
    Action, Interpreter, Pending, Subject, near_hint, query, refused, screen, status, text,
};

/// What an action is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    /// A key without arguments.
    Key(Key),
    /// `PF` or `PA`.
    Numbered,
    Region(Show, u16),
    Field(Show),
    ReadBuffer,
    MoveCursor(i64),
    TypeString,
    HexString,
    KeyByName,
    Query,
    Set {
        toggles: bool,
    },
    Wait,
    Pause,
    Snap,
    Info,
    Expect,
    Quit,
}

/// Every action: its name, how many arguments it takes at least and at most, and what it is. Names in alphabetical order.
const ACTIONS: [(&str, usize, usize, Verb); 55] = [
    ("Ascii", 0, 9, Verb::Region(Show::Ascii, 0)),
    ("Ascii1", 0, 9, Verb::Region(Show::Ascii, 1)),
    ("AsciiField", 0, 0, Verb::Field(Show::Ascii)),
    ("Attn", 0, 0, Verb::Key(Key::Attn)),
    ("BackSpace", 0, 0, Verb::Key(Key::BackSpace)),
    ("BackTab", 0, 0, Verb::Key(Key::BackTab)),
    ("Clear", 0, 0, Verb::Key(Key::Clear)),
    ("CursorSelect", 0, 0, Verb::Key(Key::CursorSelect)),
    ("Delete", 0, 0, Verb::Key(Key::Delete)),
    ("DeleteField", 0, 0, Verb::Key(Key::DeleteField)),
    ("DeleteWord", 0, 0, Verb::Key(Key::DeleteWord)),
    ("Down", 0, 0, Verb::Key(Key::Down)),
    ("Dup", 0, 0, Verb::Key(Key::Dup)),
    ("Ebcdic", 0, 9, Verb::Region(Show::Ebcdic, 0)),
    ("Ebcdic1", 0, 9, Verb::Region(Show::Ebcdic, 1)),
    ("EbcdicField", 0, 0, Verb::Field(Show::Ebcdic)),
    ("Enter", 0, 0, Verb::Key(Key::Enter)),
    ("Erase", 0, 0, Verb::Key(Key::Erase)),
    ("EraseEOF", 0, 0, Verb::Key(Key::EraseEof)),
    ("EraseInput", 0, 0, Verb::Key(Key::EraseInput)),
    ("Exit", 0, 9, Verb::Quit),
    ("Expect", 1, 2, Verb::Expect),
    ("FieldEnd", 0, 0, Verb::Key(Key::FieldEnd)),
    ("FieldMark", 0, 0, Verb::Key(Key::FieldMark)),
    ("HexString", 0, 9, Verb::HexString),
    ("Home", 0, 0, Verb::Key(Key::Home)),
    ("Info", 0, 9, Verb::Info),
    ("Insert", 0, 0, Verb::Key(Key::Insert)),
    ("Key", 0, 9, Verb::KeyByName),
    ("Left", 0, 0, Verb::Key(Key::Left)),
    ("Left2", 0, 0, Verb::Key(Key::Left2)),
    ("MoveCursor", 1, 2, Verb::MoveCursor(0)),
    ("MoveCursor1", 1, 2, Verb::MoveCursor(1)),
    ("Newline", 0, 0, Verb::Key(Key::Newline)),
    ("NextWord", 0, 0, Verb::Key(Key::NextWord)),
    ("PA", 1, 1, Verb::Numbered),
    ("PF", 1, 1, Verb::Numbered),
    ("Pause", 0, 0, Verb::Pause),
    ("PreviousWord", 0, 0, Verb::Key(Key::PreviousWord)),
    ("Query", 0, 1, Verb::Query),
    ("Quit", 0, 9, Verb::Quit),
    ("ReadBuffer", 0, 9, Verb::ReadBuffer),
    ("Reset", 0, 0, Verb::Key(Key::Reset)),
    ("Right", 0, 0, Verb::Key(Key::Right)),
    ("Right2", 0, 0, Verb::Key(Key::Right2)),
    ("Set", 0, 99, Verb::Set { toggles: false }),
    ("Show", 0, 1, Verb::Query),
    ("Snap", 0, 9, Verb::Snap),
    ("String", 0, 99, Verb::TypeString),
    ("SysReq", 0, 0, Verb::Key(Key::SysReq)),
    ("Tab", 0, 0, Verb::Key(Key::Tab)),
    ("Toggle", 0, 99, Verb::Set { toggles: true }),
    ("ToggleInsert", 0, 0, Verb::Key(Key::ToggleInsert)),
    ("Up", 0, 0, Verb::Key(Key::Up)),
    ("Wait", 0, 5, Verb::Wait),
];

/// Finds an action by its name in letters of either case, or by a beginning that no other name has.
fn find(written: &str) -> Result<(&'static str, usize, usize, Verb), String> {
    let lower = written.to_ascii_lowercase();
    let mut found = ACTIONS
        .iter()
        .filter(|(name, ..)| name.to_ascii_lowercase().starts_with(&lower));
    if let Some(exact) = found.clone().find(|(name, ..)| name.len() == lower.len()) {
        return Ok(*exact);
    }
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(*only),
        (Some(_), Some(_)) => Err(format!("Ambiguous action name: {written}")),
        (None, _) => {
            let hint = near_hint(written, ACTIONS.map(|(name, ..)| name));
            Err(format!("Unknown action: {written}{hint}"))
        }
    }
}

/// Does one action; what is left to wait for stands in the interpreter.
pub fn run(
    script: &mut Interpreter,
    subject: &mut dyn Subject,
    action: &Action,
) -> Result<(), String> {
    let (name, least, most, verb) = find(&action.name)?;
    let arguments = action.arguments.as_slice();
    if !(least..=most).contains(&arguments.len()) {
        let number = match (least, most) {
            (least, most) if least == most => least.to_string(),
            (least, most) if least + 1 == most => format!("{least} or {most}"),
            (least, most) => format!("{least} to {most}"),
        };
        let plural = if (least, most) == (1, 1) { "" } else { "s" };
        return Err(format!("{name}() requires {number} argument{plural}"));
    }
    match verb {
        Verb::Key(key) => press(script, subject, key),
        Verb::Numbered => {
            let written = arguments.first().map(String::as_str).unwrap_or_default();
            let key = Key::from_action(name, &[written]);
            press(
                script,
                subject,
                key.ok_or_else(|| format!("{name}(): Invalid argument '{written}'"))?,
            )
        }
        Verb::MoveCursor(origin) => {
            let at = cursor_address(subject.terminal(), origin, arguments);
            refused(subject.press(Key::MoveCursor(at)))
        }
        Verb::TypeString => {
            let code_page = subject.terminal().options().code_page;
            let keys = arguments
                .iter()
                .flat_map(|argument| text::keys(argument, code_page));
            script.pending = Some(Pending::Typing(keys.collect()));
            Ok(())
        }
        Verb::HexString => {
            script.pending = Some(Pending::Typing(
                hex_keys(subject.terminal(), arguments)?.into(),
            ));
            Ok(())
        }
        Verb::KeyByName => arguments.iter().try_for_each(|written| {
            let named = text::named_character(written);
            let character =
                named.ok_or_else(|| format!("Key(): Nonexistent or invalid name: {written}"))?;
            refused(subject.press(Key::Char(character)))
        }),
        Verb::Region(..) | Verb::Field(_) | Verb::ReadBuffer => {
            script.seen = subject.writes();
            script
                .data
                .extend(tell(name, verb, subject.terminal(), arguments)?);
            Ok(())
        }
        Verb::Query => {
            script.data.extend(query::query(subject, arguments)?);
            Ok(())
        }
        Verb::Set { toggles } => {
            let told = query::set(name, toggles, script, subject, arguments)?;
            script.data.extend(told);
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
        Verb::Info => Ok(()),
        Verb::Expect => {
            Err("Expect() is valid only when connected in NVT mode; use Wait(StringAt,…)".into())
        }
        Verb::Quit => {
            script.quit = true;
            Ok(())
        }
    }
}

/// How long `Pause()` waits, in milliseconds.
const PAUSE: u64 = 350;

/// Presses a key; after a key of attention the script waits for the unlock, unless aidWait is off.
fn press(script: &mut Interpreter, subject: &mut dyn Subject, key: Key) -> Result<(), String> {
    refused(subject.press(key))?;
    let attention = matches!(
        key,
        Key::Enter | Key::Clear | Key::Pf(_) | Key::Pa(_) | Key::CursorSelect
    );
    let waits = subject
        .terminal()
        .lock()
        .is_some_and(|lock| !lock.is_operator_error());
    if attention && waits && script.aid_wait {
        script.pending = Some(Pending::Unlock);
    }
    Ok(())
}

/// The address of `MoveCursor`: an offset, or row and column. What lies outside is moved to the edge.
fn cursor_address(terminal: &Terminal, origin: i64, arguments: &[String]) -> u16 {
    let number = |text: &String| {
        text.trim()
            .parse::<i64>()
            .unwrap_or(0)
            .saturating_sub(origin)
    };
    let (rows, columns) = (i64::from(terminal.rows()), i64::from(terminal.columns()));
    let at = match arguments {
        [row, column] => {
            number(row).clamp(0, rows - 1) * columns + number(column).clamp(0, columns - 1)
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

/// The lines of an action that shows a part of a screen.
fn tell(
    name: &str,
    verb: Verb,
    terminal: &Terminal,
    arguments: &[String],
) -> Result<Vec<String>, String> {
    match verb {
        Verb::Region(show, origin) => screen::region(name, show, origin, terminal, arguments),
        Verb::Field(show) => screen::field(name, show, terminal),
        _ => screen::read_buffer(terminal, arguments),
    }
}

const SNAP_WORDS: [&str; 10] = [
    "Save",
    "Status",
    "Rows",
    "Cols",
    "Wait",
    "Ascii",
    "Ascii1",
    "Ebcdic",
    "Ebcdic1",
    "ReadBuffer",
];

/// `Snap()`: saves the screen, waits for a new one, or tells of the saved one.
fn snap(
    script: &mut Interpreter,
    subject: &mut dyn Subject,
    arguments: &[String],
) -> Result<(), String> {
    let save = String::from("Save");
    let (word, rest) = arguments.split_first().unwrap_or((&save, &[]));
    match word.to_ascii_lowercase().as_str() {
        "save" => {
            script.seen = subject.writes();
            script.saved = Some((subject.terminal().clone(), status(subject)));
            return Ok(());
        }
        "wait" => {
            let pending = wait::parse(subject, rest)?;
            if !matches!(pending, Pending::Until(Condition::Output, _)) {
                return Err("Snap(): Wait needs Output as its last argument".into());
            }
            script.pending = Some(pending);
            return Ok(());
        }
        _ => {}
    }
    let known = SNAP_WORDS
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(word));
    let Some(known) = known else {
        return Err(format!(
            "Snap(): Parameter must be save, status, rows, cols, Wait, Ascii, Ascii1, Ebcdic, Ebcdic1 or ReadBuffer{}",
            near_hint(word, SNAP_WORDS)
        ));
    };
    let Some((terminal, status)) = &script.saved else {
        return Err("Snap(): No saved state".into());
    };
    let lines = match known {
        "Status" => vec![status.clone()],
        "Rows" => vec![terminal.rows().to_string()],
        "Cols" => vec![terminal.columns().to_string()],
        _ => tell(known, find(known)?.3, terminal, rest)?,
    };
    script.data.extend(lines);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart_and_stand_once() {
        for (at, (name, least, most, _)) in ACTIONS.iter().enumerate() {
            assert!(least <= most, "{name}");
            assert!(
                ACTIONS[..at].iter().all(|(other, ..)| other != name),
                "{name} stands twice"
            );
            assert_eq!(find(&name.to_uppercase()).unwrap().0, *name);
        }
    }

    #[test]
    fn a_beginning_is_enough_if_it_is_one_name_s() {
        assert_eq!(find("ent").unwrap().0, "Enter");
        assert_eq!(find("Asc").unwrap_err(), "Ambiguous action name: Asc");
        assert_eq!(
            find("Entre").unwrap_err(),
            "Unknown action: Entre; did you mean Enter?"
        );
        assert_eq!(find("Foo").unwrap_err(), "Unknown action: Foo");
    }
}
