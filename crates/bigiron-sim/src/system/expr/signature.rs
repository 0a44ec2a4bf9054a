//! The functions of the language: one table that the checker, the reference and the tests read.

use super::{Expr, Function, Quantifier};
use crate::system::value::{Decimal, Type, Value};

/// A function or method.
#[derive(Debug, Clone, Copy)]
pub struct Signature {
    /// Which one.
    pub function: Function,
    /// Its name.
    pub name: &'static str,
    /// Written behind its first value, with a point: `text.trim()`.
    pub method: bool,
    /// What it takes; a method's receiver is the first.
    pub(super) parameters: &'static [Parameter],
    /// How many parameters at the end may be left out.
    pub(super) optional: usize,
    /// The type of its value.
    pub(super) gives: ReturnType,
    /// How it is written.
    pub form: &'static str,
    /// What it yields, for the reference.
    pub doc: &'static str,
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parameter {
    Text,
    Int,
    Date,
    Number,
    Decimal,
    /// Anything that has an order.
    Ordered,
    TextOrDecimal,
    TextOrList,
    /// Anything but a list.
    Plain,
    /// How many digits after the point: a literal.
    Places,
    /// A picture: a literal.
    Picture,
}

/// The type of a function's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReturnType {
    Text,
    Int,
    Bool,
    Date,
    /// That of the first argument.
    Same,
    /// That both arguments are brought to.
    Common,
    /// A decimal of the places in the second argument.
    Places,
}

impl Parameter {
    /// Why it does not take a value of this type, if so.
    pub(super) fn refuses(self, of: &Type, expr: &Expr) -> Option<&'static str> {
        let is_number = matches!(of, Type::Int | Type::Decimal(_));
        let (takes, message) = match self {
            Parameter::Text => (*of == Type::Text, "wants text"),
            Parameter::Int => (*of == Type::Int, "wants an int"),
            Parameter::Date => (*of == Type::Date, "wants a date"),
            Parameter::Number => (is_number, "wants a number"),
            Parameter::Decimal => (matches!(of, Type::Decimal(_)), "wants a decimal"),
            Parameter::Ordered => (
                !matches!(of, Type::List(_) | Type::Bool),
                "wants numbers, dates or texts",
            ),
            Parameter::TextOrDecimal => (
                matches!(of, Type::Text | Type::Decimal(_)),
                "wants text or a decimal",
            ),
            Parameter::TextOrList => (
                matches!(of, Type::Text | Type::List(_)),
                "wants text or a list",
            ),
            Parameter::Plain => (!matches!(of, Type::List(_)), "wants a single value"),
            Parameter::Places => {
                let most = i64::from(Decimal::MAX_SCALE);
                let literal =
                    matches!(expr, Expr::Const(Value::Int(places)) if (0..=most).contains(places));
                (literal, "wants the number of places, 0 to 6")
            }
            Parameter::Picture => (*of == Type::Text, "wants a picture"),
        };
        (!takes).then_some(message)
    }
}

/// The methods of tables; those that ask a condition are methods of lists too. `held` is no quantifier.
pub(super) const METHODS_OF_TABLES: [(Option<Quantifier>, &str); 9] = [
    (Some(Quantifier::Exists), "exists"),
    (Some(Quantifier::All), "all"),
    (Some(Quantifier::ExistsOne), "exists_one"),
    (Some(Quantifier::Count), "count"),
    (Some(Quantifier::Sum), "sum"),
    (Some(Quantifier::Min), "min"),
    (Some(Quantifier::Max), "max"),
    (Some(Quantifier::First), "first"),
    (None, "held"),
];

const fn function(
    function: Function,
    name: &'static str,
    parameters: &'static [Parameter],
    gives: ReturnType,
    form: &'static str,
    doc: &'static str,
) -> Signature {
    Signature {
        function,
        name,
        method: false,
        parameters,
        optional: 0,
        gives,
        form,
        doc,
    }
}

const fn method(
    function: Function,
    name: &'static str,
    parameters: &'static [Parameter],
    gives: ReturnType,
    form: &'static str,
    doc: &'static str,
) -> Signature {
    Signature {
        function,
        name,
        method: true,
        parameters,
        optional: 0,
        gives,
        form,
        doc,
    }
}

use Function as F;
use Parameter as P;
use ReturnType as G;

/// Every function and method.
#[rustfmt::skip]
pub const SIGNATURES: &[Signature] = &[
    function(F::Size, "size", &[P::TextOrList], G::Int, "size(text)", "how many characters, or elements of a list"),
    method(F::StartsWith, "startsWith", &[P::Text, P::Text], G::Bool, "text.startsWith(text)", "whether it begins so"),
    method(F::EndsWith, "endsWith", &[P::Text, P::Text], G::Bool, "text.endsWith(text)", "whether it ends so"),
    method(F::ContainsText, "contains", &[P::Text, P::Text], G::Bool, "text.contains(text)", "whether it has this in it"),
    method(F::Matches, "matches", &[P::Text, P::Text], G::Bool, "text.matches('A##-*')", "whether it is of this form: `A` a letter, `#` a digit, `?` any character, `*` any run, others themselves"),
    method(F::UpperAscii, "upperAscii", &[P::Text], G::Text, "text.upperAscii()", "in capitals"),
    method(F::LowerAscii, "lowerAscii", &[P::Text], G::Text, "text.lowerAscii()", "in small letters"),
    method(F::Trim, "trim", &[P::Text], G::Text, "text.trim()", "without blanks at both ends"),
    method(F::Substring, "substring", &[P::Text, P::Int, P::Int], G::Text, "text.substring(from, to)", "the characters from a position (0 is the first) up to another, as far as they are there"),
    method(F::PadLeft, "padLeft", &[P::Text, P::Int, P::Text], G::Text, "text.padLeft(width, '0')", "filled on the left to a width"),
    function(F::Soundex, "soundex", &[P::Text], G::Text, "soundex(text)", "a letter and three digits, alike for names that sound alike"),
    function(F::String, "string", &[P::Plain], G::Text, "string(x)", "its plain text: `12.50`, `Y` or `N`, `1989-03-14`"),
    function(F::Int, "int", &[P::TextOrDecimal], G::Int, "int(x)", "the whole number in a text (0 if it is none), or a decimal without its places"),
    function(F::Decimal, "decimal", &[P::Text, P::Places], G::Places, "decimal(text, 2)", "the decimal in a text (0 if it is none)"),
    Signature { optional: 1, ..function(F::Date, "date", &[P::Text, P::Picture], G::Date, "date(text, 'MM/DD/YY')", "the date in a text, by a picture or as `1989-03-14` (1970-01-01 if it is none)") },
    function(F::IsInt, "isInt", &[P::Text], G::Bool, "isInt(text)", "whether it is a whole number"),
    function(F::IsDecimal, "isDecimal", &[P::Text, P::Places], G::Bool, "isDecimal(text, 2)", "whether it is a decimal of so many places at most"),
    Signature { optional: 1, ..function(F::IsDate, "isDate", &[P::Text, P::Picture], G::Bool, "isDate(text, 'MM/DD/YY')", "whether it is a date") },
    function(F::Format, "format", &[P::Plain, P::Picture], G::Text, "format(x, picture)", "a date, number or time of day written by a picture"),
    method(F::AddDays, "addDays", &[P::Date, P::Int], G::Date, "date.addDays(n)", "the day so many days later"),
    method(F::DaysUntil, "daysUntil", &[P::Date, P::Date], G::Int, "date.daysUntil(date)", "how many days later the other is"),
    method(F::Year, "year", &[P::Date], G::Int, "date.year()", "its year"),
    method(F::Month, "month", &[P::Date], G::Int, "date.month()", "its month, 1 to 12"),
    method(F::Day, "day", &[P::Date], G::Int, "date.day()", "its day of the month"),
    function(F::Abs, "abs", &[P::Number], G::Same, "abs(x)", "without its sign"),
    function(F::Min, "min", &[P::Ordered, P::Ordered], G::Common, "min(a, b)", "the lesser"),
    function(F::Max, "max", &[P::Ordered, P::Ordered], G::Common, "max(a, b)", "the greater"),
    function(F::Round, "round", &[P::Decimal, P::Places], G::Places, "round(x, 2)", "rounded to so many places, halves away from zero"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_has_one_name_and_a_form_that_shows_it() {
        let mut names: Vec<_> = SIGNATURES.iter().map(|s| s.name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        for signature in SIGNATURES {
            assert!(
                signature.form.contains(&format!("{}(", signature.name)),
                "{}",
                signature.name
            );
            assert!(!signature.doc.is_empty());
            assert!(signature.parameters.len() <= super::super::functions::MOST);
        }
    }
}
