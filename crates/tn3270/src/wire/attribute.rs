//! Field attributes, extended attributes and their values (GA23-0059, "Field attributes", "Extended field attributes").

use super::address::six_bit_code;
use super::coded::coded;

/// The 3270 field attribute: protection, kind of input, intensity and the modified data tag.
///
/// The default is an unprotected alphanumeric field of normal intensity, not modified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FieldAttribute(u8);

const PROTECTED: u8 = 0x20;
const NUMERIC: u8 = 0x10;
const INTENSITY: u8 = 0x0C;
const MDT: u8 = 0x01;

/// How a field shows, and whether a light pen detects it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Intensity {
    /// Normal intensity, not detectable.
    #[default]
    Normal,
    /// Normal intensity, detectable by a light pen.
    Detectable,
    /// Intensified, detectable by a light pen.
    High,
    /// Nondisplay.
    Hidden,
}

impl FieldAttribute {
    /// The attribute in an attribute byte: its six low bits, of which one is reserved and dropped.
    pub fn from_code(code: u8) -> FieldAttribute {
        FieldAttribute(code & (PROTECTED | NUMERIC | INTENSITY | MDT))
    }

    /// The attribute byte, a graphic of the code table.
    pub fn code(self) -> u8 {
        six_bit_code(self.0)
    }

    /// The six significant bits: 0x20 protected, 0x10 numeric, 0x0C intensity, 0x01 MDT.
    pub fn bits(self) -> u8 {
        self.0
    }

    fn with(self, bit: u8, on: bool) -> FieldAttribute {
        FieldAttribute(if on { self.0 | bit } else { self.0 & !bit })
    }

    /// With the protected bit so.
    pub fn protected(self, on: bool) -> FieldAttribute {
        self.with(PROTECTED, on)
    }

    /// With the numeric bit so. Protected and numeric together is autoskip.
    pub fn numeric(self, on: bool) -> FieldAttribute {
        self.with(NUMERIC, on)
    }

    /// With the modified data tag so.
    pub fn mdt(self, on: bool) -> FieldAttribute {
        self.with(MDT, on)
    }

    /// With this intensity.
    pub fn intensity(self, intensity: Intensity) -> FieldAttribute {
        FieldAttribute(self.0 & !INTENSITY | (intensity as u8) << 2)
    }

    /// Whether the operator may not type here.
    pub fn is_protected(self) -> bool {
        self.0 & PROTECTED != 0
    }

    /// Whether the field is numeric.
    pub fn is_numeric(self) -> bool {
        self.0 & NUMERIC != 0
    }

    /// Whether the cursor skips the field: protected and numeric.
    pub fn is_skip(self) -> bool {
        self.is_protected() && self.is_numeric()
    }

    /// Whether the modified data tag is set.
    pub fn is_modified(self) -> bool {
        self.0 & MDT != 0
    }

    /// The intensity.
    pub fn get_intensity(self) -> Intensity {
        match self.0 & INTENSITY {
            0x00 => Intensity::Normal,
            0x04 => Intensity::Detectable,
            0x08 => Intensity::High,
            _ => Intensity::Hidden,
        }
    }

    /// Whether nothing of the field shows.
    pub fn is_hidden(self) -> bool {
        self.0 & INTENSITY == INTENSITY
    }

    /// Whether a light pen detects the field: detectable or intensified.
    pub fn is_detectable(self) -> bool {
        matches!(
            self.get_intensity(),
            Intensity::Detectable | Intensity::High
        )
    }
}

coded! {
    /// The type of an attribute pair in the orders SFE, SA and MF.
    pub enum AttributeType {
        /// All character attributes (SA only): back to the defaults.
        All = 0x00,
        /// Extended highlighting.
        Highlighting = 0x41,
        /// Foreground colour.
        Foreground = 0x42,
        /// Character set.
        CharacterSet = 0x43,
        /// Background colour.
        Background = 0x45,
        /// Transparency.
        Transparency = 0x46,
        /// The 3270 field attribute.
        Field = 0xC0,
        /// Field validation.
        Validation = 0xC1,
        /// Field outlining.
        Outlining = 0xC2,
    }
    else
    /// A code this list does not know.
    Unknown
}

/// A colour of the 3279 family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(u8)]
pub enum Color {
    /// Not given: the field's, or the base colour of its attribute.
    #[default]
    Default = 0x00,
    /// Neutral, black on a display.
    NeutralBlack = 0xF0,
    /// Blue.
    Blue = 0xF1,
    /// Red.
    Red = 0xF2,
    /// Pink.
    Pink = 0xF3,
    /// Green.
    Green = 0xF4,
    /// Turquoise.
    Turquoise = 0xF5,
    /// Yellow.
    Yellow = 0xF6,
    /// Neutral, white on a display.
    White = 0xF7,
    /// Black.
    Black = 0xF8,
    /// Deep blue.
    DeepBlue = 0xF9,
    /// Orange.
    Orange = 0xFA,
    /// Purple.
    Purple = 0xFB,
    /// Pale green.
    PaleGreen = 0xFC,
    /// Pale turquoise.
    PaleTurquoise = 0xFD,
    /// Grey.
    Grey = 0xFE,
    /// White, whatever neutral is.
    BrightWhite = 0xFF,
}

impl Color {
    /// Every colour with a code of its own, in the order of the codes.
    pub const ALL: [Color; 16] = [
        Color::NeutralBlack,
        Color::Blue,
        Color::Red,
        Color::Pink,
        Color::Green,
        Color::Turquoise,
        Color::Yellow,
        Color::White,
        Color::Black,
        Color::DeepBlue,
        Color::Orange,
        Color::Purple,
        Color::PaleGreen,
        Color::PaleTurquoise,
        Color::Grey,
        Color::BrightWhite,
    ];

    /// The colour with this code; any code outside F0 to FF is the default.
    pub fn from_code(code: u8) -> Color {
        if code < 0xF0 {
            Color::Default
        } else {
            Color::ALL[usize::from(code & 0x0F)]
        }
    }

    /// The code on the wire: 00 or F0 to FF.
    pub fn code(self) -> u8 {
        self as u8
    }
}

/// Extended highlighting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(u8)]
pub enum Highlight {
    /// Not given: the field's.
    #[default]
    Default = 0x00,
    /// Explicitly none.
    Normal = 0xF0,
    /// Blinking.
    Blink = 0xF1,
    /// Reverse video.
    Reverse = 0xF2,
    /// Underscored.
    Underscore = 0xF4,
    /// Intensified.
    Intensify = 0xF8,
}

impl Highlight {
    /// The highlighting with this code; an unknown code is the default.
    pub fn from_code(code: u8) -> Highlight {
        match code {
            0xF0 => Highlight::Normal,
            0xF1 => Highlight::Blink,
            0xF2 => Highlight::Reverse,
            0xF4 => Highlight::Underscore,
            0xF8 => Highlight::Intensify,
            _ => Highlight::Default,
        }
    }

    /// The code on the wire.
    pub fn code(self) -> u8 {
        self as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_is_built_and_read_back() {
        let skip = FieldAttribute::default()
            .protected(true)
            .numeric(true)
            .intensity(Intensity::High)
            .mdt(true);
        assert_eq!(skip.code(), 0xF9);
        assert_eq!(FieldAttribute::from_code(0xF9), skip);
        assert!(skip.is_skip() && skip.is_modified() && skip.is_detectable() && !skip.is_hidden());
        assert_eq!(skip.mdt(false).numeric(false).code(), 0xE8);
    }

    #[test]
    fn the_top_bits_of_an_attribute_byte_say_nothing() {
        assert_eq!(
            FieldAttribute::from_code(0x20),
            FieldAttribute::from_code(0xE0)
        );
    }

    #[test]
    fn codes_of_types_and_values_read_back() {
        for code in 0..=255 {
            assert_eq!(AttributeType::from_code(code).code(), code);
        }
        for color in Color::ALL {
            assert_eq!(Color::from_code(color.code()), color);
        }
        for highlight in [
            Highlight::Default,
            Highlight::Normal,
            Highlight::Blink,
            Highlight::Reverse,
            Highlight::Underscore,
            Highlight::Intensify,
        ] {
            assert_eq!(Highlight::from_code(highlight.code()), highlight);
        }
    }
}
