//! One position of the presentation space.

use crate::wire::{AttributeType, Color, FieldAttribute, Highlight};

/// One position: an attribute byte or a code point, with extended attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Cell {
    /// The code point; 00 under an attribute byte.
    pub code: u8,
    /// Whether this is an attribute byte: then 0x80 and the six bits of the attribute.
    pub(super) attribute: u8,
    /// The foreground colour as the host gave it; 00 for none.
    pub foreground: u8,
    /// The background colour as the host gave it; 00 for none.
    pub background: u8,
    /// The highlighting as the host gave it, without its top bits; 00 for none.
    pub highlighting: u8,
    /// The character set: [`Cell::BASE`], [`Cell::ALTERNATE`] or a local set of the host's.
    pub character_set: u8,
    /// The transparency as the host gave it; 00 for none.
    pub transparency: u8,
    /// Of an attribute byte: field validation in the three low bits, field outlining in the four high ones.
    pub(super) checks: u8,
}

const IS_ATTRIBUTE: u8 = 0x80;
/// The code of the alternate character set.
const ALTERNATE_SET: u8 = 0xF1;

impl Cell {
    /// The base character set.
    pub const BASE: u8 = 0;
    /// The alternate (APL) character set, as F1 or a Graphic Escape selects it.
    pub const ALTERNATE: u8 = 1;
    /// Marks a character that came by Graphic Escape.
    pub const GRAPHIC_ESCAPE: u8 = 4;

    /// The attribute, if this is an attribute byte.
    pub fn attribute(self) -> Option<FieldAttribute> {
        self.is_attribute()
            .then(|| FieldAttribute::from_code(self.attribute))
    }

    /// Whether this is an attribute byte.
    pub fn is_attribute(self) -> bool {
        self.attribute != 0
    }

    /// This cell as an attribute byte.
    pub fn with_attribute(self, attribute: FieldAttribute) -> Cell {
        Cell {
            attribute: IS_ATTRIBUTE | attribute.bits(),
            ..self
        }
    }

    /// This attribute byte with its modified data tag so.
    pub(super) fn with_mdt(self, on: bool) -> Cell {
        self.attribute()
            .map_or(self, |attribute| self.with_attribute(attribute.mdt(on)))
    }

    /// The foreground colour.
    pub fn color(self) -> Color {
        Color::from_code(self.foreground)
    }

    /// The background colour.
    pub fn background_color(self) -> Color {
        Color::from_code(self.background)
    }

    /// The highlighting.
    pub fn highlight(self) -> Highlight {
        if self.highlighting == 0 {
            Highlight::Default
        } else {
            Highlight::from_code(0xF0 | self.highlighting)
        }
    }

    /// Sets an extended attribute; of the types a terminal keeps, any other is passed over. A colour that is none is the
    /// default, as is a character set other than the alternate one.
    pub fn set(&mut self, kind: AttributeType, value: u8) {
        match kind {
            AttributeType::Highlighting => self.highlighting = value & 0x0F,
            AttributeType::Foreground => self.foreground = Color::from_code(value).code(),
            AttributeType::Background => self.background = Color::from_code(value).code(),
            AttributeType::CharacterSet => self.character_set = u8::from(value == ALTERNATE_SET),
            AttributeType::Transparency => self.transparency = value,
            AttributeType::Validation => self.checks = self.checks & 0xF0 | value & 0x07,
            AttributeType::Outlining => self.checks = self.checks & 0x0F | value << 4,
            _ => {}
        }
    }

    /// The types of extended attributes that a terminal keeps, in the order in which replies to the host carry them.
    pub const EXTENDED: [AttributeType; 7] = [
        AttributeType::Foreground,
        AttributeType::Background,
        AttributeType::Highlighting,
        AttributeType::CharacterSet,
        AttributeType::Transparency,
        AttributeType::Validation,
        AttributeType::Outlining,
    ];

    /// The value of an extended attribute as the reply to a read carries it; 00 if it is not set.
    pub fn get(self, kind: AttributeType) -> u8 {
        let marked = |value: u8| if value == 0 { 0 } else { 0xF0 | value };
        match kind {
            AttributeType::Highlighting => marked(self.highlighting),
            AttributeType::Foreground => self.foreground,
            AttributeType::Background => self.background,
            AttributeType::CharacterSet => marked(self.character_set & 0x03),
            AttributeType::Transparency => self.transparency,
            AttributeType::Validation => self.checks & 0x07,
            AttributeType::Outlining => self.checks >> 4,
            _ => 0,
        }
    }

    /// The extended attributes that are set.
    pub fn extended(self) -> impl Iterator<Item = (AttributeType, u8)> {
        Cell::EXTENDED
            .into_iter()
            .map(move |kind| (kind, self.get(kind)))
            .filter(|&(_, value)| value != 0)
    }

    /// Whether the extended attributes are the same, however they came.
    pub(super) fn has_attributes_of(self, other: Cell) -> bool {
        Cell {
            code: 0,
            attribute: 0,
            ..self
        } == Cell {
            code: 0,
            attribute: 0,
            ..other
        }
    }

    /// Whether the character came by Graphic Escape.
    pub fn is_graphic_escape(self) -> bool {
        self.character_set & Cell::GRAPHIC_ESCAPE != 0
    }

    /// What the terminal keeps of it beyond [`Cell::bytes`]: transparency, validation and outlining, rarely there.
    pub(super) fn rare_bytes(self) -> [u8; 2] {
        [self.transparency, self.checks]
    }

    /// The cell as bytes, for hashing.
    pub(super) fn bytes(self) -> [u8; 6] {
        [
            self.code,
            self.attribute,
            self.foreground,
            self.background,
            self.highlighting,
            self.character_set,
        ]
    }
}
