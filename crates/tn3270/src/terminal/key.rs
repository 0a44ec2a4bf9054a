//! The keys of the keyboard and their two spellings: the action of s3270 (`PF(3)`) and the angle form (`<pf3>`).

use std::fmt::{self, Write};

use crate::near::near;
use crate::wire::{Address, Aid};

/// A key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// A character.
    Char(char),
    /// ENTER.
    Enter,
    /// A program function key, 1 to 24.
    Pf(u8),
    /// A program access key, 1 to 3.
    Pa(u8),
    /// CLEAR.
    Clear,
    /// RESET: leaves insert mode and takes back an operator error.
    Reset,
    /// To the next unprotected field.
    Tab,
    /// To the start of this unprotected field, or of the one before.
    BackTab,
    /// To the first unprotected field.
    Home,
    /// To the first unprotected field of the following lines.
    Newline,
    /// Cursor up, round the screen.
    Up,
    /// Cursor down, round the screen.
    Down,
    /// Cursor left, round the buffer.
    Left,
    /// Cursor right, round the buffer.
    Right,
    /// Cursor left by two.
    Left2,
    /// Cursor right by two.
    Right2,
    /// Deletes the character at the cursor.
    Delete,
    /// Steps back and deletes.
    Erase,
    /// Steps back without deleting.
    BackSpace,
    /// Nulls from the cursor to the end of the field.
    EraseEof,
    /// Nulls to every unprotected field.
    EraseInput,
    /// Nulls to the field.
    DeleteField,
    /// Deletes the word before the cursor.
    DeleteWord,
    /// To the next word.
    NextWord,
    /// To the start of the previous word.
    PreviousWord,
    /// Behind the last character of the field.
    FieldEnd,
    /// Enters insert mode.
    Insert,
    /// Enters or leaves insert mode.
    ToggleInsert,
    /// The DUP character, then on to the next field.
    Dup,
    /// The FIELD MARK character.
    FieldMark,
    /// Selects the field at the cursor as a light pen does.
    CursorSelect,
    /// ATTN.
    Attn,
    /// SYS REQ.
    SysReq,
    /// Puts the cursor at an address, as a pointer does.
    MoveCursor(Address),
}

/// Lists the keys without a parameter, in the order of [`Key::all`], with the s3270 action of each, whose lower case is the
/// angle name. A key that is missing here does not compile.
macro_rules! plain_keys {
    ($($key:ident $action:literal)*) => {
        const PLAIN: &[(Key, &str)] = &[$((Key::$key, $action)),*];

        impl Key {
            /// The action of a key without a parameter.
            fn plain_action(self) -> Option<&'static str> {
                match self {
                    $(Key::$key => Some($action),)*
                    Key::Char(_) | Key::Pf(_) | Key::Pa(_) | Key::MoveCursor(_) => None,
                }
            }
        }
    };
}

plain_keys! {
    Enter "Enter"
    Clear "Clear"
    Reset "Reset"
    Tab "Tab"
    BackTab "BackTab"
    Home "Home"
    Newline "Newline"
    Up "Up"
    Down "Down"
    Left "Left"
    Right "Right"
    Left2 "Left2"
    Right2 "Right2"
    Delete "Delete"
    Erase "Erase"
    BackSpace "BackSpace"
    EraseEof "EraseEOF"
    EraseInput "EraseInput"
    DeleteField "DeleteField"
    DeleteWord "DeleteWord"
    NextWord "NextWord"
    PreviousWord "PreviousWord"
    FieldEnd "FieldEnd"
    Insert "Insert"
    ToggleInsert "ToggleInsert"
    Dup "Dup"
    FieldMark "FieldMark"
    CursorSelect "CursorSelect"
    Attn "Attn"
    SysReq "SysReq"
}

/// How to make a key of its number, the highest number, and the action.
type Numbered = (fn(u8) -> Key, u8, &'static str);

/// The keys that have a number.
const NUMBERED: [Numbered; 2] = [(Key::Pf, 24, "PF"), (Key::Pa, 3, "PA")];

/// A key name that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyError {
    /// 0-based position in the line, in characters, of the `<` of the bad name.
    pub at: usize,
    /// The bad name.
    pub name: String,
    /// The known name that is most like it.
    pub near: Option<String>,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no key <{}> at column {}", self.name, self.at + 1)?;
        match &self.near {
            Some(near) => write!(f, "; did you mean <{near}>?"),
            None => f.write_str("; a literal < is written <<"),
        }
    }
}

impl std::error::Error for KeyError {}

impl Key {
    /// Every key that can be named: those without a parameter, then PF1 to PF24, then PA1 to PA3.
    pub fn all() -> impl Iterator<Item = Key> {
        let numbered = NUMBERED.iter();
        Key::plain()
            .map(|(key, _)| key)
            .chain(numbered.flat_map(|&(make, last, _)| (1..=last).map(make)))
    }

    /// Every key without a parameter, with its s3270 action.
    pub fn plain() -> impl Iterator<Item = (Key, &'static str)> + Clone {
        PLAIN.iter().copied()
    }

    /// The AID that a key can send, whatever else it does: the cursor select key sends it from an attention field, and SYS REQ
    /// only where the session has no other way to signal.
    pub fn aid(self) -> Option<Aid> {
        match self {
            Key::Enter => Some(Aid::Enter),
            Key::Pf(number) => Some(Aid::Pf(number)),
            Key::Pa(number) => Some(Aid::Pa(number)),
            Key::Clear => Some(Aid::Clear),
            Key::CursorSelect => Some(Aid::CursorSelect),
            Key::SysReq => Some(Aid::SysReq),
            Key::Char(_) | Key::Reset | Key::Tab | Key::BackTab | Key::Home | Key::Newline => None,
            Key::Up | Key::Down | Key::Left | Key::Right | Key::Left2 | Key::Right2 => None,
            Key::Delete | Key::Erase | Key::BackSpace | Key::EraseEof | Key::EraseInput => None,
            Key::DeleteField | Key::DeleteWord | Key::NextWord | Key::PreviousWord => None,
            Key::FieldEnd | Key::Insert | Key::ToggleInsert | Key::Dup | Key::FieldMark => None,
            Key::Attn | Key::MoveCursor(_) => None,
        }
    }

    /// Whether the host is to answer the key: it sends an AID in the data stream, or from an attention field can.
    pub fn is_attention(self) -> bool {
        self.aid().is_some_and(|aid| aid != Aid::SysReq)
    }

    /// The key that sends an AID, if a key does.
    pub fn of_aid(aid: Aid) -> Option<Key> {
        match aid {
            Aid::Enter => Some(Key::Enter),
            Aid::Pf(number) => Some(Key::Pf(number)),
            Aid::Pa(number) => Some(Key::Pa(number)),
            Aid::Clear => Some(Key::Clear),
            Aid::CursorSelect => Some(Key::CursorSelect),
            Aid::SysReq => Some(Key::SysReq),
            Aid::None | Aid::ReadPartition | Aid::StructuredField => None,
            Aid::Trigger | Aid::IdReader | Aid::MagneticReader => None,
        }
    }

    /// The key of an s3270 action, given its name and its arguments; letter case does not matter.
    /// `MoveCursor` takes an address here; with row and column it needs the width of the screen and is not known.
    pub fn from_action(name: &str, arguments: &[&str]) -> Option<Key> {
        match arguments {
            [] => plain_named(name),
            [at] if name.eq_ignore_ascii_case("MoveCursor") => {
                at.trim().parse().ok().map(Key::MoveCursor)
            }
            [number] => {
                let (make, last, _) = NUMBERED
                    .iter()
                    .find(|(.., action)| action.eq_ignore_ascii_case(name))?;
                let number = number.trim().parse().ok()?;
                (1..=*last).contains(&number).then(|| make(number))
            }
            _ => None,
        }
    }

    /// The key of an angle name without its brackets; letter case does not matter.
    pub fn from_name(name: &str) -> Option<Key> {
        if let Some(key) = plain_named(name) {
            return Some(key);
        }
        let name = name.to_ascii_lowercase();
        if let Some(address) = name.strip_prefix("cursor ") {
            return address.trim().parse().ok().map(Key::MoveCursor);
        }
        NUMBERED.iter().find_map(|(make, last, action)| {
            let angle = action.to_ascii_lowercase();
            let number = name.strip_prefix(&angle)?.parse().ok()?;
            (1..=*last).contains(&number).then(|| make(number))
        })
    }

    /// The action of s3270, such as `PF(3)`, `Tab()` or `Key(a)`. `MoveCursor` gets the address, from 0.
    pub fn action(self) -> String {
        match self {
            Key::Char('"') => "Key(quotedbl)".into(),
            Key::Char(' ') => "Key(space)".into(),
            Key::Char(character @ ('(' | ')' | ',' | '\\')) => format!(
                "Key(\"{}{character}\")",
                if character == '\\' { "\\" } else { "" }
            ),
            Key::Char(character) => format!("Key({character})"),
            Key::Pf(number) => format!("PF({number})"),
            Key::Pa(number) => format!("PA({number})"),
            Key::MoveCursor(address) => format!("MoveCursor({address})"),
            key => format!("{}()", key.plain_action().unwrap_or_default()),
        }
    }

    /// Reads a line of text with keys in angle brackets, such as `SMITH<tab>JOHN<enter>`; `<<` is a literal `<`.
    pub fn parse_line(line: &str) -> Result<Vec<Key>, KeyError> {
        let mut keys = Vec::new();
        let mut characters = line.chars().enumerate().peekable();
        while let Some((at, character)) = characters.next() {
            if character != '<' {
                keys.push(Key::Char(character));
            } else if characters.next_if(|&(_, next)| next == '<').is_some() {
                keys.push(Key::Char('<'));
            } else {
                let name: String = characters
                    .by_ref()
                    .map(|(_, character)| character)
                    .take_while(|&character| character != '>')
                    .collect();
                keys.push(Key::from_name(&name).ok_or_else(|| KeyError {
                    at,
                    near: near_name(&name),
                    name,
                })?);
            }
        }
        Ok(keys)
    }

    /// Keys as one line that [`Key::parse_line`] reads back.
    pub fn line(keys: &[Key]) -> String {
        keys.iter().map(Key::to_string).collect()
    }
}

/// The key without a parameter that has this action, in letters of either case.
fn plain_named(name: &str) -> Option<Key> {
    let mut plain = Key::plain();
    plain.find_map(|(key, action)| action.eq_ignore_ascii_case(name).then_some(key))
}

/// The known angle name most like a mistyped one.
fn near_name(name: &str) -> Option<String> {
    let known: Vec<String> = Key::all().map(|key| key.to_string()).collect();
    let names = known.iter().map(|name| name.trim_matches(['<', '>']));
    near(name, names).map(str::to_owned)
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Char('<') => f.write_str("<<"),
            Key::Char(character) => write!(f, "{character}"),
            Key::Pf(number) => write!(f, "<pf{number}>"),
            Key::Pa(number) => write!(f, "<pa{number}>"),
            Key::MoveCursor(address) => write!(f, "<cursor {address}>"),
            key => {
                let mut action = key.plain_action().unwrap_or_default().chars();
                f.write_char('<')?;
                action.try_for_each(|letter| f.write_char(letter.to_ascii_lowercase()))?;
                f.write_char('>')
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_reads_back_in_both_spellings() {
        for key in Key::all().chain([Key::MoveCursor(0), Key::MoveCursor(1919)]) {
            assert_eq!(Key::parse_line(&key.to_string()), Ok(vec![key]));
            let action = key.action();
            let (name, arguments) = action.trim_end_matches(')').split_once('(').unwrap();
            let arguments: Vec<&str> = arguments.split_terminator(',').collect();
            assert_eq!(Key::from_action(name, &arguments), Some(key), "{action}");
        }
    }

    #[test]
    fn a_line_is_text_with_keys_in_it() {
        let keys = Key::parse_line("A<tab>1<<2<PF12><cursor 85>").unwrap();
        assert_eq!(
            keys,
            [
                Key::Char('A'),
                Key::Tab,
                Key::Char('1'),
                Key::Char('<'),
                Key::Char('2'),
                Key::Pf(12),
                Key::MoveCursor(85)
            ]
        );
        assert_eq!(Key::line(&keys), "A<tab>1<<2<pf12><cursor 85>");
    }

    #[test]
    fn a_bad_name_is_placed_and_gets_a_near_match() {
        let error = |line: &str| Key::parse_line(line).unwrap_err().to_string();
        assert_eq!(
            error("AB<etner>"),
            "no key <etner> at column 3; did you mean <enter>?"
        );
        assert_eq!(
            error("<pf25>"),
            "no key <pf25> at column 1; did you mean <pf2>?"
        );
        assert_eq!(
            error("1 < 2"),
            "no key < 2> at column 3; a literal < is written <<"
        );
    }
}
