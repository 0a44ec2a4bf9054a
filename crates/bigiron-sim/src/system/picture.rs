//! Pictures: how dates, numbers and times of day are written into fields and read from them.
//!
//! | picture | of | letters |
//! |---|---|---|
//! | `MM/DD/YY` | a date | `YYYY` `YY` `MM` `DD` `MON` (JAN) `DDD` (day of the year) |
//! | `ZZ,ZZ9.99-` | a number | `Z` digit or blank, `*` digit or asterisk, `9` digit, `,` `.` `-` `+` `$` `/` |
//! | `HH:MM:SS` | milliseconds since midnight | `HH` `MM` `SS` |
//!
//! As in COBOL, a number that has more digits than its picture loses the leading ones.

use super::value::{Date, Decimal, Type, Value};
use std::fmt::Write;

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];

/// A picture, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picture {
    /// Of a date.
    Date(Vec<DatePart>),
    /// Of a number: its characters, and how many digits stand after the point.
    Number(String, u8),
    /// Of a time of day.
    Time(Vec<TimePart>),
}

/// A part of a date's picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum DatePart {
    Year4,
    Year2,
    Month,
    MonthName,
    Day,
    DayOfYear,
    Other(char),
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
    /// Takes a picture apart, or says what is wrong with it.
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
        number(text)
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
            (Picture::Date(parts), Value::Date(date)) => write_date(parts, *date),
            (Picture::Time(parts), Value::Int(millis)) => write_time(parts, *millis),
            (Picture::Number(picture, places), Value::Int(units)) => write_number(
                picture,
                *places,
                Decimal {
                    scale: 0,
                    units: *units,
                },
            ),
            (Picture::Number(picture, places), Value::Decimal(decimal)) => {
                write_number(picture, *places, *decimal)
            }
            _ => value.to_string(),
        }
    }

    /// As [`read_date`].
    fn read_date(&self, text: &str, today: Date) -> Option<Date> {
        match self {
            Picture::Date(parts) => date_by(parts, text, today),
            Picture::Number(..) | Picture::Time(_) => None,
        }
    }

    /// Whether a character that is no digit stands in what it writes of a number.
    fn inserts(&self, character: char) -> bool {
        match self {
            Picture::Number(picture, _) => picture.contains(character),
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

/// Reads what was typed into a field of a type, by its picture. Blanks around it do not count. `None`: it is no such value.
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
        Type::Int => read_number(trimmed, 0).map(|d| Value::Int(d.units)),
        Type::Decimal(scale) => read_number(trimmed, *scale).map(Value::Decimal),
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

fn date_by(parts: &[DatePart], text: &str, today: Date) -> Option<Date> {
    let mut rest = text.trim();
    let (mut year, mut month, mut day, mut day_of_year) = (today.ymd().0, 1, 1, None);
    for part in parts {
        let mut digits = |width| take_digits(&mut rest, width);
        match part {
            DatePart::Year4 => year = digits(4)? as i32,
            DatePart::Year2 => year = full_year(digits(2)? as i32, today),
            DatePart::Month => month = digits(2)?,
            DatePart::Day => day = digits(2)?,
            DatePart::DayOfYear => day_of_year = Some(digits(3)?),
            DatePart::MonthName => {
                let name = rest.get(..3)?.to_ascii_uppercase();
                month = MONTHS.iter().position(|m| *m == name)? as u32 + 1;
                rest = &rest[3..];
            }
            DatePart::Other(ch) => rest = rest.strip_prefix(*ch)?,
        }
    }
    if !rest.is_empty() {
        return None;
    }
    let date = Date::from_ymd(year, month, day)?;
    match day_of_year {
        None => Some(date),
        Some(0) => None,
        Some(n) => Date::from_ymd(year, 1, 1)?
            .add_days(i64::from(n) - 1)
            .filter(|d| d.ymd().0 == year),
    }
}

fn take_digits(rest: &mut &str, width: usize) -> Option<u32> {
    let digits = rest
        .get(..width)
        .filter(|d| d.bytes().all(|b| b.is_ascii_digit()))?;
    *rest = &rest[width..];
    digits.parse().ok()
}

fn full_year(two_digits: i32, today: Date) -> i32 {
    let first = today.ymd().0 - 80;
    first + (two_digits - first).rem_euclid(100)
}

fn read_number(text: &str, scale: u8) -> Option<Decimal> {
    match text.strip_suffix('-') {
        Some(digits) if !digits.starts_with(['-', '+']) => {
            Decimal::parse(&format!("-{}", digits.trim_end()), scale)
        }
        Some(_) => None,
        None => Decimal::parse(text, scale),
    }
}

fn stray(ch: char, picture: &str) -> String {
    format!("`{ch}` has no meaning in the picture `{picture}`")
}

/// Splits a picture into its letter groups; a letter that belongs to none is the error.
fn split<T: Copy + Other>(text: &str, letters: &[(&str, T)]) -> Result<Vec<T>, char> {
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

trait Other {
    fn other(ch: char) -> Self;
}

impl Other for DatePart {
    fn other(ch: char) -> Self {
        DatePart::Other(ch)
    }
}

impl Other for TimePart {
    fn other(ch: char) -> Self {
        TimePart::Other(ch)
    }
}

fn number(text: &str) -> Result<Picture, String> {
    let mut places = None;
    let mut digits = 0;
    for ch in text.chars() {
        match ch {
            'Z' | '9' | '*' => {
                digits += 1;
                places = places.map(|p: u8| p.saturating_add(1));
            }
            '.' if places.is_some() => return Err(format!("the picture `{text}` has two points")),
            '.' => places = Some(0),
            ',' | '-' | '+' | '$' | '/' => {}
            other => return Err(stray(other, text)),
        }
    }
    let places = places.unwrap_or(0);
    if digits == 0 || digits > 18 || places > Decimal::MAX_SCALE {
        return Err(format!(
            "the picture `{text}` needs 1 to 18 digits, at most {} of them after the point",
            Decimal::MAX_SCALE
        ));
    }
    Ok(Picture::Number(text.to_owned(), places))
}

fn write_date(parts: &[DatePart], date: Date) -> String {
    let (year, month, day) = date.ymd();
    let mut out = String::with_capacity(4 * parts.len());
    for part in parts {
        match part {
            DatePart::Year4 => push_digits(&mut out, year.unsigned_abs(), 4),
            DatePart::Year2 => push_digits(&mut out, year.unsigned_abs(), 2),
            DatePart::Month => push_digits(&mut out, month, 2),
            DatePart::MonthName => out.push_str(MONTHS.get(month as usize - 1).unwrap_or(&"")),
            DatePart::Day => push_digits(&mut out, day, 2),
            DatePart::DayOfYear => push_digits(&mut out, date.day_of_year(), 3),
            DatePart::Other(ch) => out.push(*ch),
        }
    }
    out
}

/// The last digits of a number, with zeros before.
fn push_digits(out: &mut String, number: u32, digits: u32) {
    for place in (0..digits).rev() {
        let digit = number / 10u32.pow(place) % 10;
        out.push(char::from(b'0' + digit as u8));
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

/// Edits a number as COBOL moves it into an edited picture: leading zeros of `Z` and `*` positions are suppressed
/// together with the commas among them, digits that find no position are lost.
fn write_number(picture: &str, places: u8, value: Decimal) -> String {
    let units = value.round(places).map_or(i64::MAX, |d| d.units);
    let positions = picture
        .chars()
        .filter(|c| matches!(c, 'Z' | '9' | '*'))
        .count();
    let digits = format!("{:0positions$}", units.unsigned_abs());
    let mut digits = digits.chars().skip(digits.len() - positions);
    let mut fill = ' ';
    let mut significant = false;
    let mut out = String::new();
    for ch in picture.chars() {
        out.push(match ch {
            'Z' | '*' => {
                let digit = digits.next().unwrap_or('0');
                fill = if ch == '*' { '*' } else { ' ' };
                significant |= digit != '0';
                if significant { digit } else { fill }
            }
            '9' => {
                significant = true;
                digits.next().unwrap_or('0')
            }
            '.' => {
                significant = true;
                '.'
            }
            ',' if !significant => fill,
            '-' => {
                if units < 0 {
                    '-'
                } else {
                    ' '
                }
            }
            '+' => {
                if units < 0 {
                    '-'
                } else {
                    '+'
                }
            }
            other => other,
        });
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
