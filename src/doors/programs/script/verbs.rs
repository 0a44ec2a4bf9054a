//! The table of actions.

use tn3270::terminal::Key;

use super::near_hint;
use super::screen::{ScreenForm, ScreenPart};

/// What an action is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// A key without arguments.
    Key(Key),
    /// `PF` or `PA`.
    Numbered,
    /// Shows a part of the screen.
    Show(ScreenPart),
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

/// An action: its name, how many arguments it takes at least and at most, and what it is.
type Described = (&'static str, usize, usize, Verb);

/// Every action but the keys without a parameter.
const ACTIONS: [Described; 59] = [
    ("Abort", 0, 0, Verb::Nothing),
    ("AnsiText", 0, 0, Verb::Text),
    (
        "Ascii",
        0,
        9,
        Verb::Show(ScreenPart::Region(ScreenForm::Ascii, 0)),
    ),
    (
        "Ascii1",
        0,
        9,
        Verb::Show(ScreenPart::Region(ScreenForm::Ascii, 1)),
    ),
    (
        "AsciiField",
        0,
        0,
        Verb::Show(ScreenPart::Field(ScreenForm::Ascii)),
    ),
    ("Bell", 0, 0, Verb::Nothing),
    ("Capabilities", 0, 9, Verb::Capabilities),
    ("CircumNot", 0, 0, Verb::Key(Key::Char('¬'))),
    ("Close", 0, 0, Verb::Disconnect),
    ("CloseScript", 0, 1, Verb::Quit),
    ("Connect", 1, 1, Verb::Connect),
    ("Disconnect", 0, 0, Verb::Disconnect),
    (
        "Ebcdic",
        0,
        9,
        Verb::Show(ScreenPart::Region(ScreenForm::Ebcdic, 0)),
    ),
    (
        "Ebcdic1",
        0,
        9,
        Verb::Show(ScreenPart::Region(ScreenForm::Ebcdic, 1)),
    ),
    (
        "EbcdicField",
        0,
        0,
        Verb::Show(ScreenPart::Field(ScreenForm::Ebcdic)),
    ),
    ("Execute", 1, 9, Verb::Refused(NO_PROGRAMS)),
    ("Exit", 0, 9, Verb::Quit),
    ("Expect", 1, 2, Verb::Expect),
    ("Flip", 0, 0, Verb::Nothing),
    ("HexString", 0, 9, Verb::HexString),
    ("Info", 0, 9, Verb::Nothing),
    ("Interrupt", 0, 0, Verb::Nothing),
    ("Key", 0, 9, Verb::KeyByName),
    ("KeyboardDisable", 0, 1, Verb::Switch),
    ("Macro", 1, 1, Verb::Refused("there are no macros")),
    ("MonoCase", 0, 0, Verb::Nothing),
    ("MoveCursor", 1, 2, Verb::MoveCursor(0)),
    ("MoveCursor1", 1, 2, Verb::MoveCursor(1)),
    ("NvtText", 0, 0, Verb::Text),
    ("Open", 1, 1, Verb::Connect),
    ("PA", 1, 1, Verb::Numbered),
    ("PF", 1, 1, Verb::Numbered),
    ("PasteString", 0, 9, Verb::HexString),
    ("Pause", 0, 0, Verb::Pause),
    ("PrintText", 0, 9, Verb::Print),
    ("Prompt", 0, 3, Verb::Refused(NO_PROGRAMS)),
    ("Query", 0, 1, Verb::Query),
    ("Quit", 0, 9, Verb::Quit),
    ("ReadBuffer", 0, 9, Verb::Show(ScreenPart::Buffer)),
    ("Reconnect", 0, 0, Verb::Reconnect),
    ("RequestInput", 0, 9, Verb::Refused(NOT_INTERACTIVE)),
    ("RestoreInput", 0, 1, Verb::RestoreInput),
    ("ResumeInput", 1, 1, Verb::Refused(NOT_INTERACTIVE)),
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
    (
        "TemporaryComposeMap",
        0,
        1,
        Verb::Refused("nobody composes characters at a script"),
    ),
    ("Toggle", 0, 99, Verb::Set { toggles: true }),
    ("ToggleReverse", 0, 0, Verb::Nothing),
    ("Trace", 0, 2, Verb::Refused(NO_TRACE)),
    (
        "Transfer",
        0,
        99,
        Verb::Refused("files are not transferred (IND$FILE)"),
    ),
    ("Wait", 0, 5, Verb::Wait),
    ("ignore", 0, 99, Verb::Nothing),
];

/// Every action.
fn actions() -> impl Iterator<Item = Described> + Clone {
    let keys = Key::plain().map(|(key, name)| (name, 0, 0, Verb::Key(key)));
    ACTIONS.into_iter().chain(keys)
}

/// Finds an action by its name in letters of either case, or by a beginning that no other name has.
pub fn find(written: &str) -> Result<Described, String> {
    let lower = written.to_ascii_lowercase();
    let mut found = actions().filter(|(name, ..)| name.to_ascii_lowercase().starts_with(&lower));
    if let Some(exact) = found.clone().find(|(name, ..)| name.len() == lower.len()) {
        return Ok(exact);
    }
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only),
        (Some(_), Some(_)) => Err(format!("Ambiguous action name: {written}")),
        (None, _) => {
            let hint = near_hint(written, actions().map(|(name, ..)| name));
            Err(format!("Unknown action: {written}{hint}"))
        }
    }
}

/// The names of all actions in alphabetical order, for `Query(Actions)`.
pub fn names() -> String {
    let mut names: Vec<String> = actions().map(|(name, ..)| format!("{name}()")).collect();
    names.sort_unstable();
    names.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart_and_stand_once() {
        for (at, (name, least, most, _)) in actions().enumerate() {
            assert!(least <= most, "{name}");
            assert!(
                actions().take(at).all(|(other, ..)| other != name),
                "{name} stands twice"
            );
            assert_eq!(find(&name.to_uppercase()).unwrap().0, name);
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
