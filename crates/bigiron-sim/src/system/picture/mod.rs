//! Pictures: how dates, numbers and times of day are written into fields and read from them.
//!
//! | picture | of | letters |
//! |---|---|---|
//! | `MM/DD/YY` | a date | `YYYY` `YY` `MM` `DD` `MON` (JAN) `DDD` (day of the year) |
//! | `ZZ,ZZ9.99-` | a number | `Z` digit or blank, `*` digit or asterisk, `9` digit, `,` `.` `-` `+` `$` `/` |
//! | `HH:MM:SS` | milliseconds since midnight | `HH` `MM` `SS` |
//!
//! As in COBOL, a number that has more digits than its picture loses the leading ones.

mod date;
mod number;

pub use date::DatePart;
pub use number::NumberPart;

use super::value::{Date, Decimal, Type, Value};
use std::fmt::Write;

/// A parsed picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picture {
    /// Of a date.
    Date(Vec<DatePart>),
    /// Of a number: its parts, and how many digits stand after the point.
    Number(Vec<NumberPart>, u8),
    /// Of a time of day.
    Time(Vec<TimePart>),
}

/// A part of a time's picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum TimePart {
    Hour,
    Minute,
    Second,
    Other(char),
}

impl Picture {
    /// Parses a picture. The error is a message for its author.
    pub fn parse(text: &str) -> Result<Picture, String> {
        if text.contains('H') {
            let parts = split(
                text,
                &[
                    ("HH", TimePart::Hour),
                    ("MM", TimePart::Minute),
                    ("SS", TimePart::Second),
                ],
            );
            return Ok(Picture::Time(parts.map_err(|c| stray(c, text))?));
        }
        if text.contains(['Y', 'D', 'M']) {
            let letters = [
                ("YYYY", DatePart::Year4),
                ("YY", DatePart::Year2),
                ("MON", DatePart::MonthName),
                ("MM", DatePart::Month),
                ("DDD", DatePart::DayOfYear),
                ("DD", DatePart::Day),
            ];
            return Ok(Picture::Date(
                split(text, &letters).map_err(|c| stray(c, text))?,
            ));
        }
        number::parse(text)
    }

    /// Whether values of this type can be written by it.
    pub fn fits(&self, of: &Type) -> bool {
        match self {
            Picture::Date(_) => *of == Type::Date,
            Picture::Number(_, places) => match of {
                Type::Int => true,
                Type::Decimal(scale) => scale <= places || *places == 0,
                _ => false,
            },
            Picture::Time(_) => *of == Type::Int,
        }
    }

    /// Writes a value; one that is not of the picture's kind is written plainly.
    pub fn write(&self, value: &Value) -> String {
        match (self, value) {
            (Picture::Date(parts), Value::Date(date)) => date::write(parts, *date),
            (Picture::Time(parts), Value::Int(millis)) => write_time(parts, *millis),
            (Picture::Number(picture, places), Value::Int(units)) => number::write(
                picture,
                *places,
                Decimal {
                    scale: 0,
                    units: *units,
                },
            ),
            (Picture::Number(picture, places), Value::Decimal(decimal)) => {
                number::write(picture, *places, *decimal)
            }
            _ => value.to_string(),
        }
    }

    /// As [`read_date`].
    fn read_date(&self, text: &str, today: Date) -> Option<Date> {
        match self {
            Picture::Date(parts) => date::read(parts, text, today),
            Picture::Number(..) | Picture::Time(_) => None,
        }
    }

    /// Whether a character that is no digit stands in what it writes of a number.
    fn inserts(&self, character: char) -> bool {
        match self {
            Picture::Number(parts, _) => parts.iter().any(|part| part.symbol() == character),
            Picture::Time(parts) => parts.contains(&TimePart::Other(character)),
            Picture::Date(_) => false,
        }
    }
}

/// Writes a value by a picture, or plainly without one.
pub fn write(value: &Value, picture: Option<&Picture>) -> String {
    match picture {
        Some(picture) => picture.write(value),
        None => value.to_string(),
    }
}

/// Reads the input of a field of a type, by its picture, without the blanks around it. `None` if it is no value of the type.
/// `today` decides the century of a two-digit year (see [`read_date`]).
pub fn read(text: &str, of: &Type, picture: Option<&Picture>, today: Date) -> Option<Value> {
    match (of, picture) {
        (Type::Date, Some(picture)) => picture.read_date(text, today).map(Value::Date),
        (Type::Int | Type::Decimal(_), Some(picture)) => {
            let insertions = |c: char| matches!(c, ',' | '$' | '*' | '/') && picture.inserts(c);
            let text: String = text.chars().filter(|c| !insertions(*c)).collect();
            read_plain(&text, of)
        }
        _ => read_plain(text, of),
    }
}

/// Reads a value in its plain form: digits with a sign before or after, `Y` or `N`, `1989-03-14`. Blanks around it do not count.
pub fn read_plain(text: &str, of: &Type) -> Option<Value> {
    let trimmed = text.trim();
    match of {
        Type::Int => number::read(trimmed, 0).map(|d| Value::Int(d.units)),
        Type::Decimal(scale) => number::read(trimmed, *scale).map(Value::Decimal),
        Type::Text => Some(Value::text(text.trim_end())),
        Type::Bool => match trimmed {
            "Y" | "y" => Some(Value::Bool(true)),
            "N" | "n" => Some(Value::Bool(false)),
            _ => None,
        },
        Type::Date => Date::parse_iso(trimmed).map(Value::Date),
        Type::List(_) => None,
    }
}

/// Reads a date by its picture. A two-digit year lies in the hundred years that begin eighty years before `today`, the
/// century window that IBM's Language Environment has by default.
pub fn read_date(text: &str, picture: &str, today: Date) -> Option<Date> {
    Picture::parse(picture).ok()?.read_date(text, today)
}

fn stray(ch: char, picture: &str) -> String {
    format!("`{ch}` has no meaning in the picture `{picture}`")
}

/// Splits a picture into its letter groups; a letter that belongs to none is the error.
fn split<T: Copy + OtherPart>(text: &str, letters: &[(&str, T)]) -> Result<Vec<T>, char> {
    let mut rest = text;
    let mut parts = Vec::new();
    while let Some(ch) = rest.chars().next() {
        if let Some((group, part)) = letters.iter().find(|(group, _)| rest.starts_with(group)) {
            parts.push(*part);
            rest = &rest[group.len()..];
        } else if ch.is_ascii_alphanumeric() {
            return Err(ch);
        } else {
            parts.push(T::other(ch));
            rest = &rest[ch.len_utf8()..];
        }
    }
    Ok(parts)
}

/// A part that stands for itself.
trait OtherPart {
    fn other(ch: char) -> Self;
}

impl OtherPart for TimePart {
    fn other(ch: char) -> Self {
        TimePart::Other(ch)
    }
}

fn write_time(parts: &[TimePart], millis: i64) -> String {
    let seconds = millis.div_euclid(1000);
    let mut out = String::new();
    for part in parts {
        let _ = match part {
            TimePart::Hour => write!(out, "{:02}", (seconds / 3600).rem_euclid(24)),
            TimePart::Minute => write!(out, "{:02}", (seconds / 60).rem_euclid(60)),
            TimePart::Second => write!(out, "{:02}", seconds.rem_euclid(60)),
            TimePart::Other(ch) => out.write_char(*ch),
        };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(y: i32, m: u32, d: u32) -> Date {
        Date::from_ymd(y, m, d).unwrap()
    }

    #[test]
    fn numbers_are_edited_as_cobol_edits_them() {
        let write = |units, picture| {
            Picture::parse(picture)
                .unwrap()
                .write(&Value::Decimal(Decimal { scale: 2, units }))
        };
        assert_eq!(write(123_456, "ZZ,ZZ9.99"), " 1,234.56");
        assert_eq!(write(5, "ZZ,ZZ9.99"), "     0.05");
        assert_eq!(write(-5, "ZZ9.99-"), "  0.05-");
        assert_eq!(write(5, "ZZ9.99-"), "  0.05 ");
        assert_eq!(write(123_456, "$***,**9.99"), "$**1,234.56");
        assert_eq!(
            write(123_456_789, "ZZ9.99"),
            "567.89",
            "leading digits are lost"
        );
        assert_eq!(
            write(1_250, "999"),
            "013",
            "rounded to the picture's places"
        );
    }

    #[test]
    fn dates_are_written_and_read_by_their_picture() {
        let today = date(1989, 3, 14);
        for (picture, text) in [
            ("MM/DD/YY", "07/04/76"),
            ("DDMONYYYY", "04JUL1976"),
            ("YYDDD", "76186"),
            ("YYYY-MM-DD", "1976-07-04"),
        ] {
            let day = date(1976, 7, 4);
            assert_eq!(
                Picture::parse(picture).unwrap().write(&Value::Date(day)),
                text
            );
            assert_eq!(read_date(text, picture, today), Some(day), "{picture}");
        }
        assert_eq!(read_date("02/30/88", "MM/DD/YY", today), None);
        assert_eq!(read_date("2/3/88", "MM/DD/YY", today), None);
        assert_eq!(read_date("02/03/88X", "MM/DD/YY", today), None);
    }

    #[test]
    fn a_two_digit_year_lies_in_the_century_window() {
        let today = date(1989, 3, 14);
        assert_eq!(
            read_date("01/01/09", "MM/DD/YY", today),
            Some(date(1909, 1, 1))
        );
        assert_eq!(
            read_date("01/01/08", "MM/DD/YY", today),
            Some(date(2008, 1, 1))
        );
    }

    #[test]
    fn typed_numbers_are_read_with_their_picture_s_insertions() {
        let of = Type::Decimal(2);
        let picture = Picture::parse("ZZ,ZZ9.99").unwrap();
        let read = |text| read(text, &of, Some(&picture), Date(0)).map(|v| v.to_string());
        assert_eq!(read(" 1,234.5 ").as_deref(), Some("1234.50"));
        assert_eq!(read("12.50-").as_deref(), Some("-12.50"));
        assert_eq!(read("-12.50-"), None);
        assert_eq!(read("1.234"), None);
        assert_eq!(read(""), None);
    }

    #[test]
    fn a_time_of_day_is_written_by_hours() {
        let picture = Picture::parse("HH:MM:SS").unwrap();
        assert_eq!(picture.write(&Value::Int(30_601_999)), "08:30:01");
    }

    #[test]
    fn a_picture_with_a_stray_letter_is_refused() {
        for picture in ["MM/DD/Q", "ZZQ9", "", "HH:XX", "Z.9.9"] {
            assert!(Picture::parse(picture).is_err(), "{picture}");
        }
    }
}
