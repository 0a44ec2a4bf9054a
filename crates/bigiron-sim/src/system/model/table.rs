//! Tables of backend records, and what makes their rows.

use super::{TableId, Template};
use crate::system::expr::Expr;
use crate::system::value::{Date, Type, Value};

/// A table of backend records.
#[derive(Debug, Clone)]
pub struct TableDef {
    /// Its name.
    pub name: String,
    /// The layer it stands in (index into [`System::layers`]).
    pub layer: usize,
    /// Columns, in declared order.
    pub columns: Vec<Column>,
    /// Indices of the key columns.
    pub key: Vec<usize>,
    /// How an insert that leaves out the (single, text or int) key column numbers it, e.g. `CS` + 6 digits from 1.
    pub sequence: Option<Sequence>,
    /// Rows given in the definition, each with one value a column.
    pub rows: Vec<Vec<Value>>,
    /// Rows made from the seed, after the given ones.
    pub generate: Option<Generate>,
    /// A journal: rows are only ever inserted, and a grade allows for new ones unless a task says otherwise.
    pub journal: bool,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub of: Type,
    /// Longest text it holds, in characters; longer values are cut as a fixed-length record cuts them.
    pub width: Option<usize>,
}

/// A numbered key.
#[derive(Debug, Clone)]
pub struct Sequence {
    /// Text before the digits (text keys).
    pub prefix: String,
    /// Digits, padded with zeros (text keys; 0: as many as needed).
    pub digits: usize,
    /// The first number given out.
    pub first: i64,
}

/// Rows made from the seed.
#[derive(Debug, Clone)]
pub struct Generate {
    /// How many.
    pub count: usize,
    /// One maker a column, evaluated in this order: `(column, maker)`. Columns without one are blank.
    pub columns: Vec<(usize, Maker)>,
}

/// How a generated column gets its value. Draws come from the stream `data`, derived for each (table, column).
#[derive(Debug, Clone)]
pub enum Maker {
    /// One of a word list (name in [`System::words`]), every word as likely.
    Word(String),
    /// One of these with these weights.
    Weighted(Vec<(Value, u32)>),
    /// A whole number or decimal (units) from low to high, both included.
    Range(i64, i64),
    /// A day from low to high, both included.
    Days(Date, Date),
    /// Text: `A` a letter, `#` a digit, `{list}` a word of that list, others themselves; unique within the column when it is the key.
    Pattern(String),
    /// A counter: the n-th row gets first + n * step, as text with prefix and digits, or as int.
    Count {
        /// The counter's look and its first number.
        sequence: Sequence,
        /// What is added for each row.
        step: i64,
    },
    /// The key of a row of another table (drawn), so that the two can be joined; every key once before any twice.
    KeyOf(TableId),
    /// Computed from the columns made before it, as `row.x` (depth 0), and lookups.
    Expr(Expr),
    /// Text with parts computed, as in messages; `row.x` is the row being made.
    Text(Template),
}
