//! EBCDIC code pages: static tables of 256 characters.

mod tables;

use std::{fmt, iter};

use crate::near::near;

/// An EBCDIC code page of single-byte characters.
pub struct CodePage {
    name: &'static str,
    aliases: &'static [&'static str],
    /// Code page and character set identifiers as a Query Reply names them: (character set, code page).
    global_id: (u16, u16),
    decode: [char; 256],
    /// The code point of each character below U+0100; 0 if it has none.
    encode_latin: [u8; 256],
    /// What a display shows of each code point, U+0000 if nothing.
    graphics: [char; 256],
    /// The same as Latin-1: a blank for nothing, SUB for what is beyond.
    latin_graphics: [u8; 256],
}

/// Latin-1's SUB, for a character that it lacks.
pub const LATIN_SUBSTITUTE: u8 = 0x1A;

/// What a display shows of a code point: DUP and FIELD MARK as `*` and `;`, SUB and EO as a square and a circle, other controls
/// and what the page does not define as nothing.
const fn graphic(code: usize, decoded: char) -> char {
    match code {
        0x1C => '*',
        0x1E => ';',
        0x3F => '■',
        0xFF => '●',
        0x00..=0x3F => '\0',
        _ if decoded == '\u{fffd}' => '\0',
        _ => decoded,
    }
}

const fn page(
    name: &'static str,
    aliases: &'static [&'static str],
    global_id: (u16, u16),
    decode: [char; 256],
) -> CodePage {
    let mut encode_latin = [0; 256];
    let mut code = 0xFF;
    while code > 0x3F {
        let character = decode[code] as usize;
        if character < 256 && character > 0x1F && !(character > 0x7E && character < 0xA0) {
            encode_latin[character] = code as u8;
        }
        code -= 1;
    }
    let (mut graphics, mut latin_graphics) = (['\0'; 256], [LATIN_SUBSTITUTE; 256]);
    let mut code = 0;
    while code < 256 {
        graphics[code] = graphic(code, decode[code]);
        if graphics[code] == '\0' {
            latin_graphics[code] = b' ';
        } else if graphics[code] <= '\u{ff}' {
            latin_graphics[code] = graphics[code] as u8;
        }
        code += 1;
    }
    CodePage {
        name,
        aliases,
        global_id,
        decode,
        encode_latin,
        graphics,
        latin_graphics,
    }
}

static PAGES: [CodePage; 15] = [
    page(
        "cp037",
        &["037", "cp37", "us", "us-intl"],
        (697, 37),
        tables::CP037,
    ),
    page(
        "bracket",
        &["oldibm", "bracket437"],
        (697, 37),
        tables::BRACKET,
    ),
    page("cp273", &["273", "german"], (697, 273), tables::CP273),
    page("cp277", &["277", "norwegian"], (697, 277), tables::CP277),
    page(
        "cp278",
        &["278", "finnish", "swedish"],
        (697, 278),
        tables::CP278,
    ),
    page("cp280", &["280", "italian"], (697, 280), tables::CP280),
    page("cp284", &["284", "spanish"], (697, 284), tables::CP284),
    page("cp285", &["285", "uk"], (697, 285), tables::CP285),
    page("cp297", &["297", "french"], (697, 297), tables::CP297),
    page("cp500", &["500", "belgian"], (697, 500), tables::CP500),
    page("cp871", &["871", "icelandic"], (697, 871), tables::CP871),
    page("cp875", &["875", "greek"], (925, 875), tables::CP875),
    page("cp924", &["924"], (1353, 924), tables::CP924),
    page("cp1047", &["1047"], (697, 1047), tables::CP1047),
    page("cp1140", &["1140", "us-euro"], (695, 1140), tables::CP1140),
];

/// The character of a code point of the alternate (APL) character set, which Graphic Escape selects, if it has one.
pub fn alternate(code: u8) -> Option<char> {
    let character = *tables::ALTERNATE.get(usize::from(code).checked_sub(0x40)?)?;
    (character != '\u{fffd}').then_some(character)
}

/// The code point of a character of the alternate character set.
pub fn encode_alternate(character: char) -> Option<u8> {
    (0x40..=0xFF).find(|&code| alternate(code) == Some(character))
}

impl CodePage {
    /// US English, the default of nearly every 3270.
    pub const CP037: &'static CodePage = &PAGES[0];
    /// x3270's `bracket`: cp037 with the brackets at AD and BD.
    pub const BRACKET: &'static CodePage = &PAGES[1];

    /// The code page of this name: `cp037`, `037` or a name x3270 gives it; letter case does not matter.
    pub fn by_name(name: &str) -> Result<&'static CodePage, UnknownCodePage> {
        let named = |page: &&CodePage| page.names().any(|known| known.eq_ignore_ascii_case(name));
        PAGES
            .iter()
            .find(named)
            .ok_or_else(|| UnknownCodePage(name.to_owned()))
    }

    /// Its name, then the others it goes by.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// Every code page.
    pub fn all() -> impl Iterator<Item = &'static CodePage> {
        PAGES.iter()
    }

    /// The name, such as `cp037`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The identifiers of character set and code page, as a Query Reply gives them.
    pub fn global_id(&self) -> (u16, u16) {
        self.global_id
    }

    /// The character of a code point; control codes give control characters, U+FFFD stands for none.
    pub fn decode(&self, code: u8) -> char {
        self.decode[usize::from(code)]
    }

    /// The character that a display shows of a code point, if it shows one. DUP and FIELD MARK show as `*` and `;`, SUB and EO as
    /// a square and a circle, other controls as nothing.
    pub fn graphic(&self, code: u8) -> Option<char> {
        Some(self.graphics[usize::from(code)]).filter(|&found| found != '\0')
    }

    /// What [`CodePage::graphic`] says of each code point, as Latin-1: a blank for nothing, SUB (1A) for a character beyond it.
    pub fn latin_graphics(&self) -> &[u8; 256] {
        &self.latin_graphics
    }

    /// The code point of a graphic character.
    pub fn encode(&self, character: char) -> Option<u8> {
        let code = match self.encode_latin.get(character as usize) {
            Some(&code) => code,
            None => (0x40..=0xFF)
                .find(|&code| self.decode(code) == character && character != '\u{fffd}')
                .unwrap_or(0),
        };
        (code != 0).then_some(code)
    }

    /// Text as code points; a character the page lacks becomes SUB (3F).
    pub fn encode_text(&self, text: &str) -> Vec<u8> {
        // One code point a character, of which there are at most as many as bytes.
        let mut codes = Vec::with_capacity(text.len());
        codes.extend(
            text.chars()
                .map(|character| self.encode(character).unwrap_or(0x3F)),
        );
        codes
    }

    /// Code points as text, control codes and what has no character as blanks.
    pub fn decode_text(&self, codes: &[u8]) -> String {
        codes
            .iter()
            .map(|&code| {
                Some(self.decode(code))
                    .filter(|c| !c.is_control() && *c != '\u{fffd}')
                    .unwrap_or(' ')
            })
            .collect()
    }
}

/// A name that no code page has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownCodePage(pub String);

impl UnknownCodePage {
    /// The known name that is most like it.
    pub fn near(&self) -> Option<&'static str> {
        near(&self.0, PAGES.iter().flat_map(CodePage::names))
    }
}

impl fmt::Display for UnknownCodePage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no code page '{}'", self.0)?;
        match self.near() {
            Some(near) => write!(f, "; did you mean '{near}'?"),
            None => {
                let names: Vec<&str> = PAGES.iter().map(CodePage::name).collect();
                write!(f, "; there are {}", names.join(", "))
            }
        }
    }
}

impl std::error::Error for UnknownCodePage {}

impl PartialEq for CodePage {
    fn eq(&self, other: &CodePage) -> bool {
        self.name == other.name
    }
}

impl Eq for CodePage {}

impl fmt::Debug for CodePage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CodePage({})", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_graphic_reads_back_on_every_page() {
        for page in CodePage::all() {
            for code in 0x40..=0xFE {
                let character = page.decode(code);
                if character == '\u{fffd}' || character.is_control() {
                    continue;
                }
                let back = page
                    .encode(character)
                    .unwrap_or_else(|| panic!("{} has no code for {character:?}", page.name()));
                assert_eq!(page.decode(back), character, "{} {code:02x}", page.name());
            }
        }
    }

    #[test]
    fn digits_and_capitals_stand_alike_on_every_page() {
        for page in CodePage::all() {
            assert_eq!(
                page.encode_text("AIJRSZ09 "),
                [0xC1, 0xC9, 0xD1, 0xD9, 0xE2, 0xE9, 0xF0, 0xF9, 0x40],
                "{}",
                page.name()
            );
        }
    }

    #[test]
    fn pages_differ_where_they_are_known_to() {
        let code = |page: &str, character| CodePage::by_name(page).unwrap().encode(character);
        assert_eq!(
            [code("cp037", '['), code("bracket", '['), code("1047", '[')],
            [Some(0xBA), Some(0xAD), Some(0xAD)]
        );
        assert_eq!(
            [code("cp037", '€'), code("us-euro", '€'), code("924", '€')],
            [None, Some(0x9F), Some(0x9F)]
        );
        assert_eq!(code("german", 'Ä'), Some(0x4A));
    }

    #[test]
    fn a_wrong_name_gets_a_near_match_or_all_names() {
        let error = |name: &str| CodePage::by_name(name).unwrap_err().to_string();
        assert_eq!(
            error("cp307"),
            "no code page 'cp307'; did you mean 'cp037'?"
        );
        assert_eq!(
            error("Germn"),
            "no code page 'Germn'; did you mean 'german'?"
        );
        assert!(
            error("utf-8").starts_with("no code page 'utf-8'; there are cp037, bracket, cp273")
        );
    }

    #[test]
    fn the_alternate_character_set_reads_back() {
        for code in 0x40..=0xFF {
            if let Some(character) = alternate(code) {
                assert_eq!(encode_alternate(character), Some(code));
            }
        }
        assert_eq!(
            [0xC5, 0xD5, 0xC4, 0xD4, 0xA2, 0x85].map(alternate),
            ['┌', '┐', '└', '┘', '─', '│'].map(Some)
        );
    }

    #[test]
    fn control_codes_are_not_typed() {
        assert_eq!(CodePage::CP037.encode('\n'), None);
        assert_eq!(
            CodePage::CP037.decode_text(&[0xC1, 0x00, 0x1C, 0xC2]),
            "A  B"
        );
    }
}
