//! An expression as written: its tree with the places of its parts.

use crate::system::value::Decimal;
use std::fmt;

/// Where a part stands in its text: byte offsets, the end excluded.
pub type Span = std::ops::Range<usize>;

/// A part of an expression. Equality ignores places.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Its place in the text.
    pub span: Span,
    /// How deep the tree under it is, itself included.
    pub height: usize,
}

impl PartialEq for Node {
    fn eq(&self, other: &Node) -> bool {
        self.kind == other.kind
    }
}

/// A name as written. Equality ignores places.
#[derive(Debug, Clone)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Its place in the text.
    pub span: Span,
}

impl PartialEq for Name {
    fn eq(&self, other: &Name) -> bool {
        self.text == other.text
    }
}

/// What a part of an expression is.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub enum NodeKind {
    Int(i64),
    Decimal(Decimal),
    Text(String),
    Bool(bool),
    Name(String),
    /// `of.name`
    Member(Box<Node>, Name),
    /// `of[index]`
    Index(Box<Node>, Box<Node>),
    /// `name(arguments)`, or `receiver.name(arguments)`
    Call(Option<Box<Node>>, Name, Vec<Node>),
    List(Vec<Node>),
    Not(Box<Node>),
    Negate(Box<Node>),
    Binary(Operator, Box<Node>, Box<Node>),
    /// `condition ? yes : no`
    If(Box<Node>, Box<Node>, Box<Node>),
}

/// An operator between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Operator {
    Or,
    And,
    Compare(Comparison),
    Arithmetic(Arithmetic),
}

/// Operators that compute a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// Operators that compare two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// `x in list`
    In,
}

/// Every operator: its sign, and how tightly it binds.
pub(super) const OPERATORS: [(Operator, &str, u8); 14] = [
    (Operator::Or, "||", 1),
    (Operator::And, "&&", 2),
    (Operator::Compare(Comparison::Equal), "==", 3),
    (Operator::Compare(Comparison::NotEqual), "!=", 3),
    (Operator::Compare(Comparison::LessOrEqual), "<=", 3),
    (Operator::Compare(Comparison::GreaterOrEqual), ">=", 3),
    (Operator::Compare(Comparison::Less), "<", 3),
    (Operator::Compare(Comparison::Greater), ">", 3),
    (Operator::Compare(Comparison::In), "in", 3),
    (Operator::Arithmetic(Arithmetic::Add), "+", 4),
    (Operator::Arithmetic(Arithmetic::Subtract), "-", 4),
    (Operator::Arithmetic(Arithmetic::Multiply), "*", 5),
    (Operator::Arithmetic(Arithmetic::Divide), "/", 5),
    (Operator::Arithmetic(Arithmetic::Remainder), "%", 5),
];

impl Operator {
    /// The sign it is written with.
    pub fn sign(self) -> &'static str {
        OPERATORS
            .iter()
            .find(|(operator, ..)| *operator == self)
            .map_or("", |(_, sign, _)| sign)
    }
}

/// Written so that parsing gives an equal tree: compound operands are in parentheses.
impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            NodeKind::Int(number) => write!(f, "{number}"),
            NodeKind::Decimal(number) => write!(f, "{number}"),
            NodeKind::Text(text) => write_text(f, text),
            NodeKind::Bool(truth) => write!(f, "{truth}"),
            NodeKind::Name(name) => f.write_str(name),
            NodeKind::Member(of, name) => write!(f, "{}.{}", Operand(of), name.text),
            NodeKind::Index(of, index) => write!(f, "{}[{index}]", Operand(of)),
            NodeKind::Call(receiver, name, arguments) => {
                if let Some(receiver) = receiver {
                    write!(f, "{}.", Operand(receiver))?;
                }
                write!(f, "{}(", name.text)?;
                write_list(f, arguments)?;
                f.write_str(")")
            }
            NodeKind::List(elements) => {
                f.write_str("[")?;
                write_list(f, elements)?;
                f.write_str("]")
            }
            NodeKind::Not(operand) => write!(f, "!{}", Operand(operand)),
            NodeKind::Negate(operand) => write!(f, "-({operand})"),
            NodeKind::Binary(operator, left, right) => {
                write!(
                    f,
                    "{} {} {}",
                    Operand(left),
                    operator.sign(),
                    Operand(right)
                )
            }
            NodeKind::If(condition, yes, no) => write!(
                f,
                "{} ? {} : {}",
                Operand(condition),
                Operand(yes),
                Operand(no)
            ),
        }
    }
}

/// An operand, in parentheses if it is compound.
struct Operand<'a>(&'a Node);

impl fmt::Display for Operand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            NodeKind::Int(..)
            | NodeKind::Decimal(..)
            | NodeKind::Binary(..)
            | NodeKind::If(..)
            | NodeKind::Not(..)
            | NodeKind::Negate(..) => {
                write!(f, "({})", self.0)
            }
            _ => write!(f, "{}", self.0),
        }
    }
}

fn write_list(f: &mut fmt::Formatter<'_>, nodes: &[Node]) -> fmt::Result {
    for (n, node) in nodes.iter().enumerate() {
        if n > 0 {
            f.write_str(", ")?;
        }
        write!(f, "{node}")?;
    }
    Ok(())
}

fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("'")?;
    for ch in text.chars() {
        match ch {
            '\'' => f.write_str("\\'")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            ch => write!(f, "{ch}")?,
        }
    }
    f.write_str("'")
}
