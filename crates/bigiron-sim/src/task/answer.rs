//! Answers: what an agent reports, typed and normalised before it is compared.

use crate::system::picture;
use crate::system::value::{Date, Decimal, Type, Value};
use serde::Serialize;

/// The right answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What a report is read as.
    pub of: Type,
    /// The right value, of that type.
    pub expected: Value,
    /// The system's day, to which years of two digits are nearest.
    pub today: Date,
}

/// The answer that was reported, held against the right one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnswerVerdict {
    /// Whether they agree.
    pub right: bool,
    /// The right one, as plain text.
    pub expected: String,
    /// What was reported, if anything was.
    pub found: Option<String>,
}

/// Pictures in which a reported date is read, after the ISO form.
const DATES: [&str; 2] = ["MM/DD/YYYY", "MM/DD/YY"];

impl Answer {
    /// Whether a report can be read as what it is to be; one that cannot is never right.
    pub fn reads(&self, found: &str) -> bool {
        read(found, &self.of, self.today).is_some()
    }

    /// Holds a report against the right answer. Texts may differ in case and blanks, lists in order.
    pub fn judge(&self, found: Option<&str>) -> AnswerVerdict {
        let right = found
            .and_then(|text| read(text, &self.of, self.today))
            .is_some_and(|value| match (&value, &self.expected) {
                (Value::Text(found), Value::Text(expected)) => words(found) == words(expected),
                (Value::List(found), Value::List(expected)) => {
                    let mut expected = expected.to_vec();
                    expected.sort();
                    found[..] == expected[..]
                }
                (found, expected) => found == expected,
            });
        AnswerVerdict {
            right,
            expected: self.expected.to_string(),
            found: found.map(str::to_owned),
        }
    }
}

/// A report as a value: blanks around it, currency signs and separators of thousands mean nothing.
fn read(text: &str, of: &Type, today: Date) -> Option<Value> {
    let text = text.trim();
    match of {
        Type::Int => digits(text).parse().ok().map(Value::Int),
        Type::Decimal(scale) => Decimal::parse(&digits(text), *scale)
            .or_else(|| Decimal::parse(&digits(text), Decimal::MAX_SCALE)?.rescale(*scale))
            .map(Value::Decimal),
        Type::Date => Date::parse_iso(text)
            .or_else(|| {
                DATES
                    .iter()
                    .find_map(|form| picture::read_date(text, form, today))
            })
            .map(Value::Date),
        Type::Bool => match text.to_ascii_uppercase().as_str() {
            "Y" | "YES" | "TRUE" => Some(Value::Bool(true)),
            "N" | "NO" | "FALSE" => Some(Value::Bool(false)),
            _ => None,
        },
        Type::Text => Some(Value::text(text)),
        Type::List(of) => {
            let mut elements: Vec<Value> = text
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(|part| read(part, of, today))
                .collect::<Option<_>>()?;
            elements.sort();
            Some(Value::List(elements.into()))
        }
    }
}

fn digits(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '$' | ',' | ' '))
        .collect()
}

/// A text in capitals, each run of blanks one blank.
fn words(text: &str) -> String {
    text.to_uppercase()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn right(of: Type, expected: Value, found: &str) -> bool {
        let today = Date::from_ymd(1989, 3, 14).unwrap();
        Answer {
            of,
            expected,
            today,
        }
        .judge(Some(found))
        .right
    }

    #[test]
    fn an_amount_is_a_number_however_it_is_written() {
        let of = Type::Decimal(2);
        let value = || Value::Decimal(Decimal::parse("1024.50", 2).unwrap());
        for found in ["1024.50", " $1,024.5 ", "1024.500"] {
            assert!(right(of.clone(), value(), found), "{found}");
        }
        for found in ["1024.05", "1024.501", "", "a lot", "1024.50 or so"] {
            assert!(!right(of.clone(), value(), found), "{found}");
        }
    }

    #[test]
    fn a_date_is_a_day_however_it_is_written() {
        let day = || Value::Date(Date::from_ymd(1989, 4, 2).unwrap());
        for found in ["1989-04-02", "04/02/89", "04/02/1989"] {
            assert!(right(Type::Date, day(), found), "{found}");
        }
        assert!(!right(Type::Date, day(), "02/04/89"));
    }

    #[test]
    fn a_text_may_differ_in_case_and_blanks_only() {
        assert!(right(Type::Text, Value::text("DE VRIES"), " de  Vries\n"));
        assert!(!right(Type::Text, Value::text("DE VRIES"), "DEVRIES"));
        assert!(right(Type::Bool, Value::Bool(true), "yes"));
    }

    #[test]
    fn what_cannot_be_right_is_told_from_what_is_wrong() {
        let today = Date::from_ymd(1989, 3, 14).unwrap();
        let answer = Answer {
            of: Type::Date,
            expected: Value::Date(today),
            today,
        };
        assert!(answer.reads("04/02/89") && !answer.reads("soon"));
    }

    #[test]
    fn no_report_is_never_right() {
        let answer = Answer {
            of: Type::Text,
            expected: Value::text(""),
            today: Date(0),
        };
        assert!(!answer.judge(None).right);
    }
}
