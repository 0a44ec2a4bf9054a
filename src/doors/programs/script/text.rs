//! What `String()` and `Key()` mean by their arguments: characters, escapes and names of characters.

use tn3270::terminal::Key;
use tn3270::wire::CodePage;

/// The keys of a `String()`: characters and the escapes of s3270 (`\t` Tab, `\n` Enter, `\r` Newline, `\pf3`, `\x41`, …).
/// A backslash before anything else stands for what follows it.
pub fn keys(text: &str, code_page: &CodePage) -> Vec<Key> {
    let mut keys = Vec::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let (key, length) = match character {
            '\\' => escape(&rest[1..], code_page),
            _ => (Key::Char(character), 0),
        };
        keys.push(key);
        let taken = match character {
            '\\' => 1 + length,
            _ => character.len_utf8(),
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    keys
}

/// The characters of a text with escapes, as a host would send them: `\\t`, `\\n`, `\\r` and the rest are control characters.
pub fn plain(text: &str, code_page: &CodePage) -> String {
    let keys = keys(text, code_page).into_iter();
    keys.filter_map(|key| match key {
        Key::Char(character) => Some(character),
        Key::Left => Some('\u{8}'),
        Key::Clear => Some('\u{c}'),
        Key::Enter => Some('\n'),
        Key::Newline => Some('\r'),
        Key::Tab => Some('\t'),
        _ => None,
    })
    .collect()
}

/// The key of what follows a backslash, and how many bytes that takes.
fn escape(rest: &str, code_page: &CodePage) -> (Key, usize) {
    let lower = rest.get(..2).unwrap_or_default().to_ascii_lowercase();
    if lower == "pf" || lower == "pa" {
        let digits = rest[2..]
            .bytes()
            .take(2)
            .take_while(u8::is_ascii_digit)
            .count();
        if let Some(key) = Key::from_action(&lower, &[&rest[2..2 + digits]]) {
            return (key, 2 + digits);
        }
    }
    let Some(first) = rest.chars().next() else {
        return (Key::Char('\\'), 0);
    };
    let after = &rest[first.len_utf8()..];
    let known = match first {
        'b' => Some((Key::Left, 0)),
        'f' => Some((Key::Clear, 0)),
        'n' => Some((Key::Enter, 0)),
        'r' => Some((Key::Newline, 0)),
        't' => Some((Key::Tab, 0)),
        'T' => Some((Key::BackTab, 0)),
        'u' => hexadecimal(after, 4).map(|(value, length)| (character(value), length)),
        'x' => hexadecimal(after, 2).map(|(value, length)| (character(value), length)),
        'e' => hexadecimal(after, 2)
            .and_then(|(value, length)| Some((u8::try_from(value).ok()?, length)))
            .map(|(code, length)| (Key::Char(code_page.decode(code)), length)),
        _ => None,
    };
    let (key, length) = known.unwrap_or((Key::Char(first), 0));
    (key, first.len_utf8() + length)
}

fn character(value: u32) -> Key {
    Key::Char(char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER))
}

/// A hexadecimal number of at most so many digits, and how many there are; none if there is no digit.
fn hexadecimal(text: &str, most: usize) -> Option<(u32, usize)> {
    let length = text
        .bytes()
        .take(most)
        .take_while(u8::is_ascii_hexdigit)
        .count();
    Some((u32::from_str_radix(&text[..length], 16).ok()?, length))
}

/// Characters that have names in X11 and cannot easily be written as themselves.
const NAMES: [(&str, char); 33] = [
    ("space", ' '),
    ("exclam", '!'),
    ("quotedbl", '"'),
    ("numbersign", '#'),
    ("dollar", '$'),
    ("percent", '%'),
    ("ampersand", '&'),
    ("apostrophe", '\''),
    ("parenleft", '('),
    ("parenright", ')'),
    ("asterisk", '*'),
    ("plus", '+'),
    ("comma", ','),
    ("minus", '-'),
    ("period", '.'),
    ("slash", '/'),
    ("colon", ':'),
    ("semicolon", ';'),
    ("less", '<'),
    ("equal", '='),
    ("greater", '>'),
    ("question", '?'),
    ("at", '@'),
    ("bracketleft", '['),
    ("backslash", '\\'),
    ("bracketright", ']'),
    ("asciicircum", '^'),
    ("underscore", '_'),
    ("grave", '`'),
    ("braceleft", '{'),
    ("bar", '|'),
    ("braceright", '}'),
    ("asciitilde", '~'),
];

/// The character of a `Key()`: itself, the name X11 has for it, `0x41` or `U+0041`.
pub(super) fn named_character(name: &str) -> Option<char> {
    let mut characters = name.chars();
    if let (Some(character), None) = (characters.next(), characters.next()) {
        return Some(character);
    }
    if let Some((_, character)) = NAMES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
    {
        return Some(*character);
    }
    let digits = name
        .strip_prefix("0x")
        .or_else(|| name.strip_prefix("U+"))
        .or_else(|| name.strip_prefix("u+"))?;
    char::from_u32(u32::from_str_radix(digits, 16).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_keys() {
        let line = |text| Key::line(&keys(text, CodePage::CP037));
        assert_eq!(line(r"AB\tCD\n"), "AB<tab>CD<enter>");
        assert_eq!(
            line(r"\pf12x\PA1\r\T\f\b"),
            "<pf12>x<pa1><newline><backtab><clear><left>"
        );
        assert_eq!(line(r"\\r\u0041\x42\ec3\q\"), r"\rABCq\");
        assert_eq!(line(r"\pf99é"), "pf99é");
    }

    #[test]
    fn characters_have_names() {
        assert_eq!(named_character("a"), Some('a'));
        assert_eq!(named_character("Comma"), Some(','));
        assert_eq!(named_character("0x41"), Some('A'));
        assert_eq!(named_character("U+00e9"), Some('é'));
        assert_eq!(named_character("Foo"), None);
    }
}
