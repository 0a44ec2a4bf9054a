//! Pictures of dates.

use super::OtherPart;
use crate::system::value::Date;

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];

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

impl OtherPart for DatePart {
    fn other(ch: char) -> Self {
        DatePart::Other(ch)
    }
}

pub(super) fn read(parts: &[DatePart], text: &str, today: Date) -> Option<Date> {
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

pub(super) fn write(parts: &[DatePart], date: Date) -> String {
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
