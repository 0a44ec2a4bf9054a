//! Pictures of numbers.

use super::{Picture, stray};
use crate::system::value::Decimal;

/// A part of a number's picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum NumberPart {
    /// `9`: a digit.
    Digit,
    /// `Z`: a digit, or a blank for a leading zero.
    Blank,
    /// `*`: a digit, or an asterisk for a leading zero.
    Asterisk,
    Point,
    Comma,
    Minus,
    Plus,
    Dollar,
    Slash,
}

impl NumberPart {
    const ALL: [NumberPart; 9] = [
        NumberPart::Digit,
        NumberPart::Blank,
        NumberPart::Asterisk,
        NumberPart::Point,
        NumberPart::Comma,
        NumberPart::Minus,
        NumberPart::Plus,
        NumberPart::Dollar,
        NumberPart::Slash,
    ];

    /// The character that stands for it in a picture.
    pub(super) fn symbol(self) -> char {
        match self {
            NumberPart::Digit => '9',
            NumberPart::Blank => 'Z',
            NumberPart::Asterisk => '*',
            NumberPart::Point => '.',
            NumberPart::Comma => ',',
            NumberPart::Minus => '-',
            NumberPart::Plus => '+',
            NumberPart::Dollar => '$',
            NumberPart::Slash => '/',
        }
    }

    fn of(symbol: char) -> Option<NumberPart> {
        Self::ALL.into_iter().find(|part| part.symbol() == symbol)
    }

    /// Whether a digit of the number stands in its place.
    fn is_digit(self) -> bool {
        match self {
            NumberPart::Digit | NumberPart::Blank | NumberPart::Asterisk => true,
            NumberPart::Point
            | NumberPart::Comma
            | NumberPart::Minus
            | NumberPart::Plus
            | NumberPart::Dollar
            | NumberPart::Slash => false,
        }
    }
}

/// Parses the picture of a number.
pub(super) fn parse(text: &str) -> Result<Picture, String> {
    let mut parts = Vec::new();
    let mut places = None;
    for ch in text.chars() {
        let part = NumberPart::of(ch).ok_or_else(|| stray(ch, text))?;
        if part.is_digit() {
            places = places.map(|p: u8| p.saturating_add(1));
        } else if part == NumberPart::Point && places.replace(0).is_some() {
            return Err(format!("the picture `{text}` has two points"));
        }
        parts.push(part);
    }
    let places = places.unwrap_or(0);
    let digits = parts.iter().filter(|part| part.is_digit()).count();
    if digits == 0 || digits > 18 || places > Decimal::MAX_SCALE {
        return Err(format!(
            "the picture `{text}` needs 1 to 18 digits, at most {} of them after the point",
            Decimal::MAX_SCALE
        ));
    }
    Ok(Picture::Number(parts, places))
}

/// Edits a number as COBOL moves it into an edited picture: leading zeros of `Z` and `*` positions are suppressed
/// together with the commas among them, digits that find no position are lost.
pub(super) fn write(parts: &[NumberPart], places: u8, value: Decimal) -> String {
    let units = value.round(places).map_or(i64::MAX, |d| d.units);
    let positions = parts.iter().filter(|part| part.is_digit()).count();
    let digits = format!("{:0positions$}", units.unsigned_abs());
    let mut digits = digits.chars().skip(digits.len() - positions);
    let mut digit = || digits.next().unwrap_or('0');
    let mut fill = ' ';
    let mut significant = false;
    let mut out = String::with_capacity(parts.len());
    for part in parts {
        out.push(match part {
            NumberPart::Blank | NumberPart::Asterisk => {
                fill = if *part == NumberPart::Asterisk {
                    '*'
                } else {
                    ' '
                };
                let digit = digit();
                significant |= digit != '0';
                if significant { digit } else { fill }
            }
            NumberPart::Digit => {
                significant = true;
                digit()
            }
            NumberPart::Point => {
                significant = true;
                '.'
            }
            NumberPart::Comma if !significant => fill,
            NumberPart::Minus if units >= 0 => ' ',
            NumberPart::Plus if units < 0 => '-',
            NumberPart::Comma
            | NumberPart::Minus
            | NumberPart::Plus
            | NumberPart::Dollar
            | NumberPart::Slash => part.symbol(),
        });
    }
    out
}

/// Reads digits with a sign before or after them.
pub(super) fn read(text: &str, scale: u8) -> Option<Decimal> {
    match text.strip_suffix('-') {
        Some(digits) if !digits.starts_with(['-', '+']) => {
            Decimal::parse(&format!("-{}", digits.trim_end()), scale)
        }
        Some(_) => None,
        None => Decimal::parse(text, scale),
    }
}
