//! The keys of the keyboard and their two spellings: the action of s3270 (`PF(3)`) and the angle form (`<pf3>`).

use std::fmt;

use crate::wire::Address;

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

/// Every key that has no parameter: its action and its angle name.
const NAMES: [(Key, &str, &str); 30] = [
    (Key::Enter, "Enter", "enter"),
    (Key::Clear, "Clear", "clear"),
    (Key::Reset, "Reset", "reset"),
    (Key::Tab, "Tab", "tab"),
    (Key::BackTab, "BackTab", "backtab"),
    (Key::Home, "Home", "home"),
    (Key::Newline, "Newline", "newline"),
    (Key::Up, "Up", "up"),
    (Key::Down, "Down", "down"),
    (Key::Left, "Left", "left"),
    (Key::Right, "Right", "right"),
    (Key::Left2, "Left2", "left2"),
    (Key::Right2, "Right2", "right2"),
    (Key::Delete, "Delete", "delete"),
    (Key::Erase, "Erase", "erase"),
    (Key::BackSpace, "BackSpace", "backspace"),
    (Key::EraseEof, "EraseEOF", "eraseeof"),
    (Key::EraseInput, "EraseInput", "eraseinput"),
    (Key::DeleteField, "DeleteField", "deletefield"),
    (Key::DeleteWord, "DeleteWord", "deleteword"),
    (Key::NextWord, "NextWord", "nextword"),
    (Key::PreviousWord, "PreviousWord", "previousword"),
    (Key::FieldEnd, "FieldEnd", "fieldend"),
    (Key::Insert, "Insert", "insert"),
    (Key::ToggleInsert, "ToggleInsert", "toggleinsert"),
    (Key::Dup, "Dup", "dup"),
    (Key::FieldMark, "FieldMark", "fieldmark"),
    (Key::CursorSelect, "CursorSelect", "cursorselect"),
    (Key::Attn, "Attn", "attn"),
    (Key::SysReq, "SysReq", "sysreq"),
];

/// How to make a key of its number, the highest number, the action and the angle name.
type Numbered = (fn(u8) -> Key, u8, &'static str, &'static str);

/// The keys that have a number.
const NUMBERED: [Numbered; 2] = [(Key::Pf, 24, "PF", "pf"), (Key::Pa, 3, "PA", "pa")];

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
    /// Every key that can be named, PF and PA keys included, in the order of the table.
    pub fn all() -> impl Iterator<Item = Key> {
        NAMES.iter().map(|&(key, ..)| key).chain(
            NUMBERED
                .iter()
                .flat_map(|&(make, last, ..)| (1..=last).map(make)),
        )
    }

    /// The key of an s3270 action, given its name and its arguments; letter case does not matter.
    /// `MoveCursor` takes an address here; with row and column it needs the width of the screen and is not known.
    pub fn from_action(name: &str, arguments: &[&str]) -> Option<Key> {
        if arguments.is_empty() {
            return NAMES
                .iter()
                .find(|(_, action, _)| action.eq_ignore_ascii_case(name))
                .map(|&(key, ..)| key);
        }
        let [number] = arguments else { return None };
        if name.eq_ignore_ascii_case("MoveCursor") {
            return number.trim().parse().ok().map(Key::MoveCursor);
        }
        let (make, last, ..) = NUMBERED
            .iter()
            .find(|(_, _, action, _)| action.eq_ignore_ascii_case(name))?;
        number
            .trim()
            .parse()
            .ok()
            .filter(|number| (1..=*last).contains(number))
            .map(make)
    }

    /// The key of an angle name without its brackets; letter case does not matter.
    pub fn from_name(name: &str) -> Option<Key> {
        let name = name.to_ascii_lowercase();
        if let Some(&(key, ..)) = NAMES.iter().find(|(.., angle)| *angle == name) {
            return Some(key);
        }
        if let Some(address) = name.strip_prefix("cursor ") {
            return address.trim().parse().ok().map(Key::MoveCursor);
        }
        NUMBERED.iter().find_map(|(make, last, _, angle)| {
            let number = name.strip_prefix(angle)?.parse().ok()?;
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
            key => format!(
                "{}()",
                NAMES
                    .iter()
                    .find(|(named, ..)| *named == key)
                    .map_or("", |&(_, action, _)| action)
            ),
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
                    near: near(&name),
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

/// The known angle name most like a mistyped one.
fn near(name: &str) -> Option<String> {
    let name = name.to_ascii_lowercase();
    Key::all()
        .map(|key| key.to_string().trim_matches(['<', '>']).to_owned())
        .map(|known| (strsim::damerau_levenshtein(&name, &known), known))
        .filter(|(distance, _)| *distance <= 2 && distance * 2 <= name.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Char('<') => f.write_str("<<"),
            Key::Char(character) => write!(f, "{character}"),
            Key::Pf(number) => write!(f, "<pf{number}>"),
            Key::Pa(number) => write!(f, "<pa{number}>"),
            Key::MoveCursor(address) => write!(f, "<cursor {address}>"),
            key => write!(
                f,
                "<{}>",
                NAMES
                    .iter()
                    .find(|(named, ..)| named == key)
                    .map_or("", |&(.., angle)| angle)
            ),
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
