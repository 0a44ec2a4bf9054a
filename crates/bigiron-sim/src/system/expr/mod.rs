//! The expression language: a strict subset of CEL's syntax, compiled to a typed tree over slots.
//!
//! An expression has no side effects and terminates: the only loops are quantifiers over one table or one list.
//! Names and types are resolved when a definition is loaded, so that evaluation can only fail in arithmetic.

use super::picture::Picture;
use super::value::{Type, Value};

pub mod ast;
mod check;
mod eval;
mod eval_error;
mod functions;
mod lex;
mod parse;
mod signature;
mod words;
mod world;

pub use ast::{Arithmetic, Comparison};
pub use check::{
    FieldNames, Named, Names, Question, Scope, Slot, TableNames, TypedExpr, check, check_as,
};
pub use eval::{eval, test};
pub use eval_error::EvalError;
pub use parse::{ExprError, MAX_DEPTH, MAX_NODES, parse};
pub use signature::{Function, Signature};
pub use words::Reserved;
pub use world::EvalContext;

/// Index of a table in `System::tables`.
pub type TableId = usize;

/// A compiled expression. Children have the types their parent needs.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// A literal.
    Const(Value),
    /// A variable of the sign-on session (`session.x`), by index.
    Session(usize),
    /// A variable of the current screen (`state.x`), by index.
    State(usize),
    /// A field of the current screen (`form.x`) as the host knows it: text without trailing blanks, or the value
    /// of a typed field (a key whose rules read it runs only while the field holds one).
    Form(usize),
    /// An input field of the picked list row (`pick.x`), by index of the field in the screen; text, blank if no row is picked.
    Pick(usize),
    /// A column of a bound row. `depth` counts bindings outwards: 0 is the innermost (`row`, or a quantifier's variable).
    /// An unbound row (nothing picked) reads as blanks.
    Column {
        /// How many bindings are between.
        depth: usize,
        /// Index of the column in its table.
        column: usize,
        /// Type of the column.
        of: Type,
    },
    /// The innermost-but-`depth` bound element of a list quantifier.
    Element {
        /// How many bindings are between.
        depth: usize,
    },
    /// `table[key].column`; the blank of its type if there is no such row.
    Lookup {
        /// The table.
        table: TableId,
        /// One expression a key column.
        key: Vec<Expr>,
        /// Index of the column.
        column: usize,
        /// Type of the column.
        of: Type,
    },
    /// `key in table`.
    Contains {
        /// The table.
        table: TableId,
        /// One expression a key column.
        key: Vec<Expr>,
    },
    /// `table.held(key)`: the holder of the record, as text; blank if it is not held.
    Holder {
        /// The table.
        table: TableId,
        /// One expression a key column.
        key: Vec<Expr>,
    },
    /// `!x`
    Not(Box<Expr>),
    /// `-x`
    Negate(Box<Expr>),
    /// Two numbers of one type (decimals already brought to one scale, but for `*`, which adds the scales of its operands), or
    /// two texts that are joined by `+`.
    Arithmetic(Arithmetic, Box<Expr>, Box<Expr>),
    /// Two values of one type, or a value and a list of its type.
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// `a && b`: b is not evaluated if a is false.
    And(Box<Expr>, Box<Expr>),
    /// `a || b`: b is not evaluated if a is true.
    Or(Box<Expr>, Box<Expr>),
    /// `test ? yes : no`.
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// A function or method of the language; the arguments have the types its definition says.
    Call(Function, Vec<Expr>),
    /// `format(x, "picture")`.
    Format(Picture, Box<Expr>),
    /// `[a, b, c]`.
    List(Vec<Expr>),
    /// `table.exists(r, …)`, `table.all(r, …)` or `table.exists_one(r, …)`: each row is bound at depth 0 in the condition.
    Rows {
        /// How many rows must pass.
        quantifier: Quantifier,
        /// The table.
        table: TableId,
        /// The condition on a row.
        condition: Box<Expr>,
    },
    /// `table.count(r, …)`
    CountRows {
        /// The table.
        table: TableId,
        /// Which rows count.
        condition: Box<Expr>,
    },
    /// `table.sum(r, value, filter)` and its kin: each row is bound at depth 0 in value and filter.
    Aggregate {
        /// How the values are combined.
        aggregate: Aggregate,
        /// The table.
        table: TableId,
        /// The value of a row.
        value: Box<Expr>,
        /// Which rows count. Absent: all.
        filter: Option<Box<Expr>>,
        /// Type of the result.
        of: Type,
    },
    /// `list.exists(x, …)` and its kin: each element is bound at depth 0 in the condition.
    Elements {
        /// How many elements must pass.
        quantifier: Quantifier,
        /// The list.
        list: Box<Expr>,
        /// The condition on an element.
        condition: Box<Expr>,
    },
    /// `list.count(x, …)`
    CountElements {
        /// The list.
        list: Box<Expr>,
        /// Which elements count.
        condition: Box<Expr>,
    },
    /// A fact about the running screen or the clock.
    Fact(HostFact),
    /// A question to the context (`screen.has('X')` in a playbook), by index, with its arguments.
    Ask(usize, Vec<Expr>),
    /// Decimal brought to another scale (an int has scale 0), exactly: only towards more places.
    Rescale(u8, Box<Expr>),
}

/// How many of a table's rows or a list's elements must pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// At least one.
    Exists,
    /// Each of them.
    All,
    /// Exactly one.
    ExistsOne,
}

/// How the values of a table's rows are combined; the blank of their type if no row passes the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregate {
    /// Their sum.
    Sum,
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// That of the first row, in key order.
    First,
}

/// Facts an expression can ask for besides data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostFact {
    /// `clock`: virtual milliseconds since the session was opened (int).
    Clock,
    /// `today`: the system's calendar day (date).
    Today,
    /// `time`: milliseconds since midnight of the system's day (int).
    TimeOfDay,
    /// `list.count`: rows the list of this screen has in all pages (int).
    ListCount,
    /// `list.page`: the page shown, from 1 (int).
    ListPage,
    /// `list.pages`: how many pages there are, at least 1 (int).
    ListPages,
    /// `list.picks`: how many shown list rows have something in their selection field (int).
    ListPicks,
    /// `terminal`: the name of the terminal (text).
    Terminal,
    /// `inserted`: the key last numbered by an insert of the same list of effects (text; blank before).
    Inserted,
}

impl Expr {
    /// Calls a function with this expression and every one inside it.
    pub fn visit(&self, with: &mut impl FnMut(&Expr)) {
        with(self);
        match self {
            Expr::Const(_)
            | Expr::Session(_)
            | Expr::State(_)
            | Expr::Form(_)
            | Expr::Pick(_)
            | Expr::Column { .. }
            | Expr::Element { .. }
            | Expr::Fact(_) => {}
            Expr::Lookup { key: parts, .. }
            | Expr::Contains { key: parts, .. }
            | Expr::Holder { key: parts, .. }
            | Expr::Call(_, parts)
            | Expr::Ask(_, parts)
            | Expr::List(parts) => parts.iter().for_each(|part| part.visit(with)),
            Expr::Not(operand)
            | Expr::Negate(operand)
            | Expr::Rescale(_, operand)
            | Expr::Format(_, operand) => operand.visit(with),
            Expr::Arithmetic(_, left, right)
            | Expr::Compare(_, left, right)
            | Expr::And(left, right)
            | Expr::Or(left, right) => {
                left.visit(with);
                right.visit(with);
            }
            Expr::If(condition, yes, no) => [condition, yes, no]
                .into_iter()
                .for_each(|part| part.visit(with)),
            Expr::Rows { condition, .. } | Expr::CountRows { condition, .. } => {
                condition.visit(with);
            }
            Expr::Aggregate { value, filter, .. } => {
                value.visit(with);
                filter.iter().for_each(|filter| filter.visit(with));
            }
            Expr::Elements {
                list, condition, ..
            }
            | Expr::CountElements { list, condition } => {
                list.visit(with);
                condition.visit(with);
            }
        }
    }
}

#[cfg(test)]
mod tests;
