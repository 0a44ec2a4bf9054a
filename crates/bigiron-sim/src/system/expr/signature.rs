//! The functions of the language, each with its signature: one table that the checker, the reference and the tests read.

use super::Expr;
use crate::system::kinds::{kinds, words};
use crate::system::value::{Decimal, Type, Value};

/// A function or method.
#[derive(Debug, Clone, Copy)]
pub struct Signature {
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
    /// Why it does not accept this argument; `None` if it does.
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

words! {
    /// The methods of tables. Those that ask a condition are methods of lists too.
    pub(super) enum TableMethod {
        Exists = "exists",
        All = "all",
        ExistsOne = "exists_one",
        Count = "count",
        Sum = "sum",
        Min = "min",
        Max = "max",
        First = "first",
        /// Who holds a record.
        Held = "held",
    }
}

const fn function(
    name: &'static str,
    parameters: &'static [Parameter],
    gives: ReturnType,
    form: &'static str,
    doc: &'static str,
) -> Signature {
    Signature {
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
    name: &'static str,
    parameters: &'static [Parameter],
    gives: ReturnType,
    form: &'static str,
    doc: &'static str,
) -> Signature {
    Signature {
        name,
        method: true,
        parameters,
        optional: 0,
        gives,
        form,
        doc,
    }
}

use Parameter as P;
use ReturnType as R;

kinds! {
    /// Functions and methods. Each is total but for arithmetic; positions count from 0, in characters.
    pub enum Function of Signature {
        Size = function("size", &[P::TextOrList], R::Int, "size(text)", "how many characters, or elements of a list"),
        StartsWith = method("startsWith", &[P::Text, P::Text], R::Bool, "text.startsWith(text)", "whether it begins so"),
        EndsWith = method("endsWith", &[P::Text, P::Text], R::Bool, "text.endsWith(text)", "whether it ends so"),
        ContainsText = method("contains", &[P::Text, P::Text], R::Bool, "text.contains(text)", "whether it has this in it"),
        Matches = method("matches", &[P::Text, P::Text], R::Bool, "text.matches('A##-*')", "whether it is of this form: `A` a letter, `#` a digit, `?` any character, `*` any run, others themselves"),
        UpperAscii = method("upperAscii", &[P::Text], R::Text, "text.upperAscii()", "in capitals"),
        LowerAscii = method("lowerAscii", &[P::Text], R::Text, "text.lowerAscii()", "in small letters"),
        Trim = method("trim", &[P::Text], R::Text, "text.trim()", "without blanks at both ends"),
        Substring = method("substring", &[P::Text, P::Int, P::Int], R::Text, "text.substring(from, to)", "the characters from a position (0 is the first) up to another, as far as they are there"),
        PadLeft = method("padLeft", &[P::Text, P::Int, P::Text], R::Text, "text.padLeft(width, '0')", "filled on the left to a width"),
        Soundex = function("soundex", &[P::Text], R::Text, "soundex(text)", "a letter and three digits, alike for names that sound alike"),
        String = function("string", &[P::Plain], R::Text, "string(x)", "its plain text: `12.50`, `Y` or `N`, `1989-03-14`"),
        Int = function("int", &[P::TextOrDecimal], R::Int, "int(x)", "the whole number in a text (0 if it is none), or a decimal without its places"),
        Decimal = function("decimal", &[P::Text, P::Places], R::Places, "decimal(text, 2)", "the decimal in a text (0 if it is none)"),
        Date = Signature { optional: 1, ..function("date", &[P::Text, P::Picture], R::Date, "date(text, 'MM/DD/YY')", "the date in a text, by a picture or as `1989-03-14` (1970-01-01 if it is none)") },
        IsInt = function("isInt", &[P::Text], R::Bool, "isInt(text)", "whether it is a whole number"),
        IsDecimal = function("isDecimal", &[P::Text, P::Places], R::Bool, "isDecimal(text, 2)", "whether it is a decimal of so many places at most"),
        IsDate = Signature { optional: 1, ..function("isDate", &[P::Text, P::Picture], R::Bool, "isDate(text, 'MM/DD/YY')", "whether it is a date") },
        Format = function("format", &[P::Plain, P::Picture], R::Text, "format(x, picture)", "a date, number or time of day written by a picture"),
        AddDays = method("addDays", &[P::Date, P::Int], R::Date, "date.addDays(n)", "the day so many days later"),
        DaysUntil = method("daysUntil", &[P::Date, P::Date], R::Int, "date.daysUntil(date)", "how many days later the other is"),
        Year = method("year", &[P::Date], R::Int, "date.year()", "its year"),
        Month = method("month", &[P::Date], R::Int, "date.month()", "its month, 1 to 12"),
        Day = method("day", &[P::Date], R::Int, "date.day()", "its day of the month"),
        Abs = function("abs", &[P::Number], R::Same, "abs(x)", "without its sign"),
        Min = function("min", &[P::Ordered, P::Ordered], R::Common, "min(a, b)", "the lesser"),
        Max = function("max", &[P::Ordered, P::Ordered], R::Common, "max(a, b)", "the greater"),
        Round = function("round", &[P::Decimal, P::Places], R::Places, "round(x, 2)", "rounded to so many places, halves away from zero"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_has_one_name_and_a_form_that_shows_it() {
        let mut names: Vec<_> = Function::ROWS.iter().map(|s| s.name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        for signature in Function::ROWS {
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
