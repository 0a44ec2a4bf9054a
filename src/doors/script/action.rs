//! The table of actions, and what each does.

use tn3270::terminal::{Key, Terminal};

use super::screen::ScreenForm;
use super::snap::snap;
use super::{
    Interpreter, Pending, ScriptAction, ScriptTarget, input, near_hint, press as press_key, print,
    query, screen, settings, text, wait,
};

/// What an action is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    /// A key without arguments.
    Key(Key),
    /// `PF` or `PA`.
    Numbered,
    Region(ScreenForm, u16),
    Field(ScreenForm),
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
    Print,
    Connect,
    Disconnect,
    Reconnect,
    Expect,
    /// Text of a host in NVT mode.
    Text,
    SaveInput,
    RestoreInput,
    Capabilities,
    /// `KeyboardDisable`, which keeps out a person but no script.
    Switch,
    /// Understood, and nothing comes of it.
    Nothing,
    /// An action of s3270 that is not done here, and why.
    Refused(&'static str),
    Quit,
}

/// Why programs are not run, nor files of actions read.
const NO_PROGRAMS: &str = "bigiron runs no programs and reads no files for a script";
/// Why a script is asked for nothing.
const NOT_INTERACTIVE: &str = "not an interactive session";
/// Why nothing is traced.
const NO_TRACE: &str = "bigiron keeps recordings (--record) instead of traces";

/// Every action: its name, how many arguments it takes at least and at most, and what it is. Names in alphabetical order.
const ACTIONS: [(&str, usize, usize, Verb); 89] = [
    ("Abort", 0, 0, Verb::Nothing),
    ("AnsiText", 0, 0, Verb::Text),
    ("Ascii", 0, 9, Verb::Region(ScreenForm::Ascii, 0)),
    ("Ascii1", 0, 9, Verb::Region(ScreenForm::Ascii, 1)),
    ("AsciiField", 0, 0, Verb::Field(ScreenForm::Ascii)),
    ("Attn", 0, 0, Verb::Key(Key::Attn)),
    ("BackSpace", 0, 0, Verb::Key(Key::BackSpace)),
    ("BackTab", 0, 0, Verb::Key(Key::BackTab)),
    ("Bell", 0, 0, Verb::Nothing),
    ("Capabilities", 0, 9, Verb::Capabilities),
    ("CircumNot", 0, 0, Verb::Key(Key::Char('¬'))),
    ("Clear", 0, 0, Verb::Key(Key::Clear)),
    ("Close", 0, 0, Verb::Disconnect),
    ("CloseScript", 0, 1, Verb::Quit),
    ("Connect", 1, 1, Verb::Connect),
    ("CursorSelect", 0, 0, Verb::Key(Key::CursorSelect)),
    ("Delete", 0, 0, Verb::Key(Key::Delete)),
    ("DeleteField", 0, 0, Verb::Key(Key::DeleteField)),
    ("DeleteWord", 0, 0, Verb::Key(Key::DeleteWord)),
    ("Disconnect", 0, 0, Verb::Disconnect),
    ("Down", 0, 0, Verb::Key(Key::Down)),
    ("Dup", 0, 0, Verb::Key(Key::Dup)),
    ("Ebcdic", 0, 9, Verb::Region(ScreenForm::Ebcdic, 0)),
    ("Ebcdic1", 0, 9, Verb::Region(ScreenForm::Ebcdic, 1)),
    ("EbcdicField", 0, 0, Verb::Field(ScreenForm::Ebcdic)),
    ("Enter", 0, 0, Verb::Key(Key::Enter)),
    ("Erase", 0, 0, Verb::Key(Key::Erase)),
    ("EraseEOF", 0, 0, Verb::Key(Key::EraseEof)),
    ("EraseInput", 0, 0, Verb::Key(Key::EraseInput)),
    ("Execute", 1, 9, Verb::Refused(NO_PROGRAMS)),
    ("Exit", 0, 9, Verb::Quit),
    ("Expect", 1, 2, Verb::Expect),
    ("FieldEnd", 0, 0, Verb::Key(Key::FieldEnd)),
    ("FieldMark", 0, 0, Verb::Key(Key::FieldMark)),
    ("Flip", 0, 0, Verb::Nothing),
    ("HexString", 0, 9, Verb::HexString),
    ("Home", 0, 0, Verb::Key(Key::Home)),
    ("Info", 0, 9, Verb::Nothing),
    ("Insert", 0, 0, Verb::Key(Key::Insert)),
    ("Interrupt", 0, 0, Verb::Nothing),
    ("Key", 0, 9, Verb::KeyByName),
    ("KeyboardDisable", 0, 1, Verb::Switch),
    ("Left", 0, 0, Verb::Key(Key::Left)),
    ("Left2", 0, 0, Verb::Key(Key::Left2)),
    ("Macro", 1, 1, Verb::Refused("there are no macros")),
    ("MonoCase", 0, 0, Verb::Nothing),
    ("MoveCursor", 1, 2, Verb::MoveCursor(0)),
    ("MoveCursor1", 1, 2, Verb::MoveCursor(1)),
    ("Newline", 0, 0, Verb::Key(Key::Newline)),
    ("NextWord", 0, 0, Verb::Key(Key::NextWord)),
    ("NvtText", 0, 0, Verb::Text),
    ("Open", 1, 1, Verb::Connect),
    ("PA", 1, 1, Verb::Numbered),
    ("PF", 1, 1, Verb::Numbered),
    ("PasteString", 0, 9, Verb::HexString),
    ("Pause", 0, 0, Verb::Pause),
    ("PreviousWord", 0, 0, Verb::Key(Key::PreviousWord)),
    ("PrintText", 0, 9, Verb::Print),
    ("Prompt", 0, 3, Verb::Refused(NO_PROGRAMS)),
    ("Query", 0, 1, Verb::Query),
    ("Quit", 0, 9, Verb::Quit),
    ("ReadBuffer", 0, 9, Verb::ReadBuffer),
    ("Reconnect", 0, 0, Verb::Reconnect),
    ("RequestInput", 0, 9, Verb::Refused(NOT_INTERACTIVE)),
    ("Reset", 0, 0, Verb::Key(Key::Reset)),
    ("RestoreInput", 0, 1, Verb::RestoreInput),
    ("ResumeInput", 1, 1, Verb::Refused(NOT_INTERACTIVE)),
    ("Right", 0, 0, Verb::Key(Key::Right)),
    ("Right2", 0, 0, Verb::Key(Key::Right2)),
    ("SaveInput", 0, 1, Verb::SaveInput),
    ("ScreenTrace", 0, 9, Verb::Refused(NO_TRACE)),
    ("Script", 1, 9, Verb::Refused(NO_PROGRAMS)),
    ("Set", 0, 99, Verb::Set { toggles: false }),
    ("Show", 0, 1, Verb::Query),
    ("Snap", 0, 9, Verb::Snap),
    ("Source", 1, 1, Verb::Refused(NO_PROGRAMS)),
    ("String", 0, 99, Verb::TypeString),
    (
        "SubjectNames",
        1,
        1,
        Verb::Refused("Query(TlsSubjectNames) tells those of the host"),
    ),
    ("SysReq", 0, 0, Verb::Key(Key::SysReq)),
    ("Tab", 0, 0, Verb::Key(Key::Tab)),
    (
        "TemporaryComposeMap",
        0,
        1,
        Verb::Refused("nobody composes characters at a script"),
    ),
    ("Toggle", 0, 99, Verb::Set { toggles: true }),
    ("ToggleInsert", 0, 0, Verb::Key(Key::ToggleInsert)),
    ("ToggleReverse", 0, 0, Verb::Nothing),
    ("Trace", 0, 2, Verb::Refused(NO_TRACE)),
    (
        "Transfer",
        0,
        99,
        Verb::Refused("files are not transferred (IND$FILE)"),
    ),
    ("Up", 0, 0, Verb::Key(Key::Up)),
    ("Wait", 0, 5, Verb::Wait),
    ("ignore", 0, 99, Verb::Nothing),
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
    subject: &mut dyn ScriptTarget,
    action: &ScriptAction,
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
            press_key(Key::MoveCursor(at), subject)
        }
        Verb::TypeString => {
            let code_page = subject.terminal().options().code_page;
            let keys = arguments
                .iter()
                .flat_map(|argument| text::keys(argument, code_page));
            script.pending = Some(Pending::Typing(keys.collect(), column(subject.terminal())));
            Ok(())
        }
        Verb::HexString => {
            let keys = hex_keys(subject.terminal(), arguments)?;
            script.pending = Some(Pending::Typing(keys.into(), column(subject.terminal())));
            Ok(())
        }
        Verb::KeyByName => arguments.iter().try_for_each(|written| {
            let named = text::named_character(written);
            let character =
                named.ok_or_else(|| format!("Key(): Nonexistent or invalid name: {written}"))?;
            press_key(Key::Char(character), subject)
        }),
        Verb::Region(..) | Verb::Field(_) | Verb::ReadBuffer => {
            script.seen = subject.writes();
            script
                .data
                .extend(show(name, verb, subject.terminal(), arguments)?);
            Ok(())
        }
        Verb::Query => {
            script.data.extend(query::query(subject, name, arguments)?);
            Ok(())
        }
        Verb::Set { toggles } => {
            let told = settings::set(name, toggles, script, subject, arguments)?;
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
        Verb::Print => {
            let told = print::print(subject.terminal(), arguments, script.local)?;
            script.data.extend(told);
            Ok(())
        }
        Verb::Connect => {
            let host = arguments.first().map(String::as_str).unwrap_or_default();
            connect(script, subject, host)
        }
        Verb::Disconnect => subject.disconnect(),
        Verb::Reconnect => connect(script, subject, ""),
        Verb::Expect => expect(script, subject, arguments),
        Verb::Text => {
            let text = subject.take_text();
            script.data.push(text);
            Ok(())
        }
        Verb::SaveInput => input::save(script, subject.terminal(), arguments),
        Verb::RestoreInput => input::restore(script, subject, arguments),
        Verb::Capabilities if arguments.is_empty() => Ok(()),
        Verb::Capabilities => Err(format!("{name}(): cannot set on this task type")),
        Verb::Switch => match arguments.first().map(|word| word.to_ascii_lowercase()) {
            None => Ok(()),
            Some(word) if ["true", "false", "forceenable"].contains(&word.as_str()) => Ok(()),
            Some(_) => Err(format!(
                "{name}(): Parameter must be true, false or forceenable"
            )),
        },
        Verb::Nothing => Ok(()),
        Verb::Refused(why) => Err(format!("{name}(): {why}")),
        Verb::Quit => {
            script.quit = true;
            Ok(())
        }
    }
}

/// How long `Pause()` waits, in milliseconds.
const PAUSE: u64 = 350;

/// Sets out for a host, or for the last one again if none is named.
fn connect(
    script: &mut Interpreter,
    subject: &mut dyn ScriptTarget,
    host: &str,
) -> Result<(), String> {
    subject.connect(host)?;
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

/// Whether the host is to answer a key.
pub fn is_attention(key: Key) -> bool {
    matches!(
        key,
        Key::Enter | Key::Clear | Key::Pf(_) | Key::Pa(_) | Key::CursorSelect
    )
}

/// Presses a key; after a key of attention the script waits for the unlock, unless aidWait is off.
fn press(script: &mut Interpreter, subject: &mut dyn ScriptTarget, key: Key) -> Result<(), String> {
    press_key(key, subject)?;
    let attention = is_attention(key);
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

/// The names of all actions, as `Query(Actions)` tells them.
pub fn names() -> String {
    ACTIONS.map(|(name, ..)| format!("{name}()")).join(" ")
}

/// The lines of an action that shows a part of a screen, by its name.
pub fn tell(name: &str, terminal: &Terminal, arguments: &[String]) -> Result<Vec<String>, String> {
    let (name, _, _, verb) = find(name)?;
    show(name, verb, terminal, arguments)
}

fn show(
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
    fn what_is_refused_has_a_reason() {
        let refused = ACTIONS.iter().filter_map(|(name, _, _, verb)| match verb {
            Verb::Refused(why) => Some(format!("{name}: {why}\n")),
            _ => None,
        });
        insta::assert_snapshot!(refused.collect::<String>(), @r"
        Execute: bigiron runs no programs and reads no files for a script
        Macro: there are no macros
        Prompt: bigiron runs no programs and reads no files for a script
        RequestInput: not an interactive session
        ResumeInput: not an interactive session
        ScreenTrace: bigiron keeps recordings (--record) instead of traces
        Script: bigiron runs no programs and reads no files for a script
        Source: bigiron runs no programs and reads no files for a script
        SubjectNames: Query(TlsSubjectNames) tells those of the host
        TemporaryComposeMap: nobody composes characters at a script
        Trace: bigiron keeps recordings (--record) instead of traces
        Transfer: files are not transferred (IND$FILE)
        ");
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
