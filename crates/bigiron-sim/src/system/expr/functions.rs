//! What the functions of the language compute.

use super::EvalError;
use super::signature::Function;
use crate::system::picture::{self, Picture};
use crate::system::value::{Date, Decimal, Type, Value};
use std::borrow::{Borrow, Cow};

/// The most arguments of a function.
pub(super) const MOST: usize = 3;

/// Calls a function with arguments that its definition allows. `today` is asked for only where a two-digit year is read.
pub(super) fn call(
    function: Function,
    arguments: &[Cow<'_, Value>],
    today: impl Fn() -> Value,
) -> Result<Value, EvalError> {
    let argument = |n: usize| {
        arguments
            .get(n)
            .map(Borrow::borrow)
            .ok_or(EvalError::Mismatch)
    };
    let text = |n: usize| argument(n).map(Value::as_text);
    let int = |n: usize| argument(n).and_then(|v| v.as_int().ok_or(EvalError::Mismatch));
    let date = |n: usize| argument(n).and_then(as_date);
    let today = || as_date(&today());
    Ok(match function {
        Function::Size => match argument(0)? {
            Value::List(elements) => Value::Int(elements.len() as i64),
            value => Value::Int(value.as_text().chars().count() as i64),
        },
        Function::StartsWith => Value::Bool(text(0)?.starts_with(text(1)?)),
        Function::EndsWith => Value::Bool(text(0)?.ends_with(text(1)?)),
        Function::ContainsText => Value::Bool(text(0)?.contains(text(1)?)),
        Function::UpperAscii => Value::text(text(0)?.to_ascii_uppercase()),
        Function::LowerAscii => Value::text(text(0)?.to_ascii_lowercase()),
        Function::Trim => Value::text(text(0)?.trim()),
        Function::Substring => Value::text(substring(text(0)?, int(1)?, int(2)?)),
        Function::PadLeft => Value::text(pad_left(text(0)?, int(1)?, text(2)?)),
        Function::Matches => Value::Bool(matches(text(0)?, text(1)?)),
        Function::String => Value::text(argument(0)?.to_string()),
        Function::Int => match argument(0)? {
            Value::Decimal(d) => Value::Int(d.units / 10i64.pow(u32::from(d.scale))),
            value => read(value.as_text(), &Type::Int),
        },
        Function::Decimal => read(text(0)?, &Type::Decimal(scale(int(1)?)?)),
        Function::Date => {
            let read = match arguments.len() {
                1 => Date::parse_iso(text(0)?.trim()),
                _ => picture::read_date(text(0)?, text(1)?, today()?),
            };
            read.map_or_else(|| Type::Date.blank(), Value::Date)
        }
        Function::IsInt => Value::Bool(picture::read_plain(text(0)?, &Type::Int).is_some()),
        Function::IsDecimal => {
            Value::Bool(picture::read_plain(text(0)?, &Type::Decimal(scale(int(1)?)?)).is_some())
        }
        Function::IsDate => Value::Bool(match arguments.len() {
            1 => Date::parse_iso(text(0)?.trim()).is_some(),
            _ => picture::read_date(text(0)?, text(1)?, today()?).is_some(),
        }),
        Function::Format => {
            let picture = Picture::parse(text(1)?).map_err(|_| EvalError::Mismatch)?;
            Value::text(picture.write(argument(0)?))
        }
        Function::AddDays => Value::Date(date(0)?.add_days(int(1)?).ok_or(EvalError::Overflow)?),
        Function::DaysUntil => Value::Int(i64::from(date(1)?.0) - i64::from(date(0)?.0)),
        Function::Year => Value::Int(i64::from(date(0)?.ymd().0)),
        Function::Month => Value::Int(i64::from(date(0)?.ymd().1)),
        Function::Day => Value::Int(i64::from(date(0)?.ymd().2)),
        Function::Abs => absolute(argument(0)?)?,
        Function::Min => argument(0)?.min(argument(1)?).clone(),
        Function::Max => argument(0)?.max(argument(1)?).clone(),
        Function::Round => match argument(0)? {
            Value::Decimal(d) => {
                Value::Decimal(d.round(scale(int(1)?)?).ok_or(EvalError::Overflow)?)
            }
            _ => return Err(EvalError::Mismatch),
        },
        Function::Soundex => Value::text(soundex(text(0)?)),
    })
}

fn as_date(value: &Value) -> Result<Date, EvalError> {
    match value {
        Value::Date(date) => Ok(*date),
        _ => Err(EvalError::Mismatch),
    }
}

fn scale(places: i64) -> Result<u8, EvalError> {
    u8::try_from(places)
        .ok()
        .filter(|p| *p <= Decimal::MAX_SCALE)
        .ok_or(EvalError::Mismatch)
}

fn read(text: &str, of: &Type) -> Value {
    picture::read_plain(text, of).unwrap_or_else(|| of.blank())
}

fn absolute(value: &Value) -> Result<Value, EvalError> {
    match value {
        Value::Int(number) => number
            .checked_abs()
            .map(Value::Int)
            .ok_or(EvalError::Overflow),
        Value::Decimal(Decimal { scale, units }) => {
            let units = units.checked_abs().ok_or(EvalError::Overflow)?;
            Ok(Value::Decimal(Decimal {
                scale: *scale,
                units,
            }))
        }
        _ => Err(EvalError::Mismatch),
    }
}

/// The characters from one position up to another, as far as they are there.
fn substring(text: &str, from: i64, to: i64) -> String {
    let from = usize::try_from(from).unwrap_or(0);
    let to = usize::try_from(to).unwrap_or(0);
    text.chars().take(to).skip(from).collect()
}

/// Widest text that padding makes: more than any screen holds.
const WIDEST: i64 = 10_000;

fn pad_left(text: &str, width: i64, fill: &str) -> String {
    let missing = width.min(WIDEST) - text.chars().count() as i64;
    let fill = fill.chars().next().unwrap_or(' ');
    let mut padded: String = (0..missing).map(|_| fill).collect();
    padded.push_str(text);
    padded
}

/// Whether a text is of a form: `A` a letter, `#` a digit, `?` any character, `*` any run, others themselves.
fn matches(text: &str, form: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let form: Vec<char> = form.chars().collect();
    let (mut at, mut want) = (0, 0);
    // Where to go on after a mismatch: the last `*` takes one character more.
    let mut retry: Option<(usize, usize)> = None;
    while let Some(&ch) = text.get(at) {
        match form.get(want) {
            Some('*') => {
                retry = Some((at, want + 1));
                want += 1;
                continue;
            }
            Some(&form) if matches_one(ch, form) => {
                at += 1;
                want += 1;
                continue;
            }
            _ => {}
        }
        let Some((from, after)) = retry else {
            return false;
        };
        retry = Some((from + 1, after));
        (at, want) = (from + 1, after);
    }
    form.iter().skip(want).all(|&ch| ch == '*')
}

fn matches_one(ch: char, form: char) -> bool {
    match form {
        'A' => ch.is_ascii_alphabetic(),
        '#' => ch.is_ascii_digit(),
        '?' => true,
        other => ch == other,
    }
}

/// The American Soundex code: the first letter and three digits for the sounds after it. Blank if there is no letter.
fn soundex(name: &str) -> String {
    let mut letters = name
        .chars()
        .filter(char::is_ascii_alphabetic)
        .map(|c| c.to_ascii_uppercase());
    let Some(first) = letters.next() else {
        return String::new();
    };
    let mut code = String::from(first);
    let mut last = sound(first);
    for letter in letters {
        let next = sound(letter);
        if next != '0' && next != last {
            code.push(next);
        }
        // H and W do not part two letters of one sound, vowels do.
        if !matches!(letter, 'H' | 'W') {
            last = next;
        }
        if code.len() == 4 {
            break;
        }
    }
    format!("{code:0<4}")
}

fn sound(letter: char) -> char {
    match letter {
        'B' | 'F' | 'P' | 'V' => '1',
        'C' | 'G' | 'J' | 'K' | 'Q' | 'S' | 'X' | 'Z' => '2',
        'D' | 'T' => '3',
        'L' => '4',
        'M' | 'N' => '5',
        'R' => '6',
        _ => '0',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_sound_alike_have_one_code() {
        for (name, code) in [
            ("Robert", "R163"),
            ("RUPERT", "R163"),
            ("ASHCRAFT", "A261"),
            ("TYMCZAK", "T522"),
            ("PFISTER", "P236"),
            ("LEE", "L000"),
            ("", ""),
        ] {
            assert_eq!(soundex(name), code, "{name}");
        }
    }

    #[test]
    fn a_form_matches_letters_digits_and_runs() {
        assert!(matches("D1234567", "A#######"));
        assert!(!matches("D123456", "A#######"));
        assert!(matches("ABC-12-XYZ", "*-##-*"));
        assert!(matches("", "*"));
        assert!(!matches("", "?"));
        assert!(matches("XAXAB", "*A?"));
    }

    #[test]
    fn a_substring_is_cut_to_what_is_there() {
        assert_eq!(substring("HUDSON", 2, 4), "DS");
        assert_eq!(substring("HUDSON", 4, 99), "ON");
        assert_eq!(substring("HUDSON", -3, 2), "HU");
        assert_eq!(substring("HUDSON", 4, 2), "");
    }
}
