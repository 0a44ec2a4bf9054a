//! Tables of backend records, and the makers of their rows.

use super::{TableId, Template};
use crate::system::expr::Expr;
use crate::system::value::{Date, Type, Value};

/// A table of backend records.
#[derive(Debug, Clone)]
pub struct TableDef {
    /// Its name.
    pub name: String,
    /// The layer it stands in (an index into the layers of the system).
    pub layer: usize,
    /// Columns, in declared order.
    pub columns: Vec<Column>,
    /// Indices of the key columns.
    pub key: Vec<usize>,
    /// Numbers the key (a single column, text or int) of an insert that leaves it out.
    pub sequence: Option<Sequence>,
    /// Rows given in the definition, each with one value a column.
    pub rows: Vec<Vec<Value>>,
    /// Rows made from the seed, after the given ones.
    pub generate: Option<Generate>,
    /// A journal: rows are only added, and a grade allows new ones unless the task says otherwise.
    pub journal: bool,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub of: Type,
    /// The longest text it holds, in characters. Longer values are truncated, as in a fixed-length record.
    pub width: Option<usize>,
}

/// How keys are numbered.
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

/// How a generated column gets its value. Draws come from the stream `data`, one for each table and column.
#[derive(Debug, Clone)]
pub enum Maker {
    /// A word of the word list of this name, all equally likely.
    Word(String),
    /// One of these values, with these weights.
    Weighted(Vec<(Value, u32)>),
    /// A whole number or decimal (units) from low to high, both included.
    Range(i64, i64),
    /// A day from low to high, both included.
    Days(Date, Date),
    /// Text: `A` a letter, `#` a digit, `{list}` a word of that list, others themselves; unique within the column when it is the key.
    Pattern(String),
    /// A counter: the n-th row gets first + n * step, as text with prefix and digits, or as int.
    Count {
        /// The form of the numbers, and the first.
        sequence: Sequence,
        /// What is added for each row.
        step: i64,
    },
    /// The key of a row of another table, drawn at random; each key is used once before any is used twice.
    KeyOf(TableId),
    /// The value of an expression over the columns made before it, as `row.x` (depth 0), and over tables.
    Expr(Expr),
    /// Text with parts computed, as in messages; `row.x` is the row being made.
    Text(Template),
}
