//! The values of the expression language and of table columns.

use smol_str::SmolStr;
use std::fmt;
use std::sync::Arc;

/// The key of a row: one value a key column, in the order of `Table::key`.
pub type RowKey = Vec<Value>;

/// A row of a table: one value a column, in the order of `Table::columns`. Cheap to clone.
pub type Row = Arc<[Value]>;

/// The type of a value, known when a definition is loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// A whole number (64 bits, checked arithmetic).
    Int,
    /// A decimal number with this many digits after the point (0 to 6): money and rates.
    Decimal(u8),
    /// Text of any characters of the system's code page.
    Text,
    /// true or false.
    Bool,
    /// A calendar day.
    Date,
    /// A list of values of one type.
    List(Box<Type>),
}

/// A value. `Ord` is the order of table keys: by type, then by value; text by its characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// See [`Type::Int`].
    Int(i64),
    /// See [`Type::Decimal`].
    Decimal(Decimal),
    /// See [`Type::Text`].
    Text(SmolStr),
    /// See [`Type::Bool`].
    Bool(bool),
    /// See [`Type::Date`].
    Date(Date),
    /// See [`Type::List`].
    List(Arc<[Value]>),
}

/// A fixed-point number: `units` counted in the last decimal place, `scale` places after the point.
///
/// Within one type the scale is fixed, so derived equality and order are those of the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal {
    /// Digits after the point.
    pub scale: u8,
    /// The number, in units of 10^-scale.
    pub units: i64,
}

/// A day, counted from 1970-01-01 in the proleptic Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub i32);

impl Type {
    /// The value that an absent row, an empty field without a declared `empty`, or an unset variable has:
    /// 0, empty text, false, 1970-01-01, the empty list.
    pub fn blank(&self) -> Value {
        match self {
            Type::Int => Value::Int(0),
            Type::Decimal(scale) => Value::Decimal(Decimal {
                scale: *scale,
                units: 0,
            }),
            Type::Text => Value::Text(SmolStr::default()),
            Type::Bool => Value::Bool(false),
            Type::Date => Value::Date(Date(0)),
            Type::List(_) => Value::List(Arc::from([])),
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Int => f.write_str("int"),
            Type::Decimal(scale) => write!(f, "decimal({scale})"),
            Type::Text => f.write_str("text"),
            Type::Bool => f.write_str("bool"),
            Type::Date => f.write_str("date"),
            Type::List(of) => write!(f, "list({of})"),
        }
    }
}

impl Value {
    /// The type of the value; the elements of an empty list count as text.
    pub fn of(&self) -> Type {
        match self {
            Value::Int(_) => Type::Int,
            Value::Decimal(decimal) => Type::Decimal(decimal.scale),
            Value::Text(_) => Type::Text,
            Value::Bool(_) => Type::Bool,
            Value::Date(_) => Type::Date,
            Value::List(elements) => {
                Type::List(Box::new(elements.first().map_or(Type::Text, Value::of)))
            }
        }
    }

    /// A text value.
    pub fn text(text: impl Into<SmolStr>) -> Value {
        Value::Text(text.into())
    }

    /// The truth of a boolean; false for a value of any other type.
    pub fn is_true(&self) -> bool {
        matches!(self, Value::Bool(true))
    }

    /// The characters of a text; empty for a value of any other type.
    pub fn as_text(&self) -> &str {
        match self {
            Value::Text(text) => text,
            _ => "",
        }
    }

    /// A whole number, if it is one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }
}

/// The plain text: digits with sign and point, `Y` or `N`, a date as `1989-03-14`, list elements with commas between.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Int(number) => number.fmt(f),
            Value::Decimal(decimal) => decimal.fmt(f),
            Value::Text(text) => f.write_str(text),
            Value::Bool(truth) => f.write_str(if *truth { "Y" } else { "N" }),
            Value::Date(date) => date.fmt(f),
            Value::List(elements) => {
                for (n, element) in elements.iter().enumerate() {
                    if n > 0 {
                        f.write_str(",")?;
                    }
                    element.fmt(f)?;
                }
                Ok(())
            }
        }
    }
}

impl Decimal {
    /// Most digits after the point.
    pub const MAX_SCALE: u8 = 6;

    /// Reads `12`, `-12.5`, `+.50`: at most `scale` places after the point, no separators, no blanks.
    pub fn parse(text: &str, scale: u8) -> Option<Decimal> {
        let (negative, digits) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.len() + places.len() == 0
            || places.len() > usize::from(scale)
            || !all_digits(whole)
            || !all_digits(places)
        {
            return None;
        }
        let padding = usize::from(scale) - places.len();
        let units = whole
            .bytes()
            .chain(places.bytes())
            .chain(std::iter::repeat_n(b'0', padding))
            .try_fold(0i64, |sum, digit| {
                let digit = i64::from(digit - b'0');
                let sum = sum.checked_mul(10)?;
                if negative {
                    sum.checked_sub(digit)
                } else {
                    sum.checked_add(digit)
                }
            })?;
        Some(Decimal { scale, units })
    }

    /// The same number with another scale. Places that are cut off must be zeros, else `None`; so is an overflow.
    pub fn rescale(self, scale: u8) -> Option<Decimal> {
        let units = if scale >= self.scale {
            self.units
                .checked_mul(10i64.checked_pow(u32::from(scale - self.scale))?)?
        } else {
            let cut = 10i64.checked_pow(u32::from(self.scale - scale))?;
            if self.units % cut != 0 {
                return None;
            }
            self.units / cut
        };
        Some(Decimal { scale, units })
    }

    /// The nearest number with another scale, halves away from zero; `None` on overflow.
    pub fn round(self, scale: u8) -> Option<Decimal> {
        if scale >= self.scale {
            return self.rescale(scale);
        }
        let cut = 10i64.checked_pow(u32::from(self.scale - scale))?;
        let away = if (self.units % cut).unsigned_abs() * 2 >= cut.unsigned_abs() {
            self.units.signum()
        } else {
            0
        };
        Some(Decimal {
            scale,
            units: (self.units / cut).checked_add(away)?,
        })
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.units < 0 { "-" } else { "" };
        let places = usize::from(self.scale);
        let digits = format!("{:0width$}", self.units.unsigned_abs(), width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        match places {
            0 => write!(f, "{sign}{whole}"),
            _ => write!(f, "{sign}{whole}.{fraction}"),
        }
    }
}

impl Date {
    /// 0001-01-01.
    pub const FIRST: Date = Date(-719_162);
    /// 9999-12-31.
    pub const LAST: Date = Date(2_932_896);

    /// The day with this year (1 to 9999), month and day of the month, if there is such a day.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Date> {
        if !(1..=9999).contains(&year)
            || !(1..=12).contains(&month)
            || day < 1
            || day > days_in_month(year, month)
        {
            return None;
        }
        // Years that begin in March put the leap day last, and make the days before a month a linear formula.
        let (y, m) = if month > 2 {
            (year, month - 3)
        } else {
            (year - 1, month + 9)
        };
        let day_of_year = (153 * m + 2) / 5 + day - 1;
        let days =
            y * 365 + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) + day_of_year as i32;
        Some(Date(days - 719_468))
    }

    /// Year, month (1 to 12) and day of the month.
    pub fn ymd(self) -> (i32, u32, u32) {
        let days = i64::from(self.0) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let m = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * m + 2) / 5 + 1;
        let month = if m < 10 { m + 3 } else { m - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        (year as i32, month as u32, day as u32)
    }

    /// Day of the year, from 1.
    pub fn day_of_year(self) -> u32 {
        let (year, _, _) = self.ymd();
        let first = Date::from_ymd(year, 1, 1).unwrap_or(self);
        (self.0 - first.0) as u32 + 1
    }

    /// Reads `1989-03-14`.
    pub fn parse_iso(text: &str) -> Option<Date> {
        let mut parts = text.split('-');
        let mut part = |width: usize| {
            parts
                .next()
                .filter(|p| p.len() == width && p.bytes().all(|b| b.is_ascii_digit()))
        };
        let (year, month, day) = (part(4)?, part(2)?, part(2)?);
        if parts.next().is_some() {
            return None;
        }
        Date::from_ymd(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }

    /// The day so many days later (earlier if negative); `None` outside the years 1 to 9999.
    pub fn add_days(self, days: i64) -> Option<Date> {
        let day = i32::try_from(i64::from(self.0).checked_add(days)?).ok()?;
        (Date::FIRST.0..=Date::LAST.0)
            .contains(&day)
            .then_some(Date(day))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// Days of a month (1 to 12) of the Gregorian calendar.
fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_days_have_their_numbers() {
        assert_eq!(Date::from_ymd(1970, 1, 1), Some(Date(0)));
        assert_eq!(Date::from_ymd(2000, 2, 29), Some(Date(11_016)));
        assert_eq!(Date::from_ymd(1, 1, 1), Some(Date::FIRST));
        assert_eq!(Date::from_ymd(9999, 12, 31), Some(Date::LAST));
        assert_eq!(Date::from_ymd(1900, 2, 29), None);
        assert_eq!(Date::from_ymd(1989, 3, 14).map(Date::day_of_year), Some(73));
    }

    #[test]
    fn decimals_round_halves_away_from_zero() {
        let round = |text: &str| {
            Decimal::parse(text, 4)
                .and_then(|d| d.round(2))
                .map(|d| d.to_string())
        };
        assert_eq!(round("1.2350").as_deref(), Some("1.24"));
        assert_eq!(round("-1.2350").as_deref(), Some("-1.24"));
        assert_eq!(round("-1.2349").as_deref(), Some("-1.23"));
        assert_eq!(round("0.0049").as_deref(), Some("0.00"));
    }

    #[test]
    fn a_decimal_refuses_what_it_cannot_hold() {
        for text in [
            "",
            "-",
            ".",
            "1.234",
            "1,2",
            " 1",
            "1e3",
            "99999999999999999999",
        ] {
            assert_eq!(Decimal::parse(text, 2), None, "{text}");
        }
        assert_eq!(
            Decimal {
                scale: 2,
                units: 125
            }
            .rescale(1),
            None
        );
    }

    proptest! {
        #[test]
        fn every_day_is_read_back(day in Date::FIRST.0..=Date::LAST.0) {
            let date = Date(day);
            let (year, month, day) = date.ymd();
            prop_assert_eq!(Date::from_ymd(year, month, day), Some(date));
            prop_assert_eq!(Date::parse_iso(&date.to_string()), Some(date));
        }

        #[test]
        fn every_decimal_is_read_back(units: i64, scale in 0u8..=6) {
            let decimal = Decimal { scale, units };
            prop_assert_eq!(Decimal::parse(&decimal.to_string(), scale), Some(decimal));
        }
    }
}
