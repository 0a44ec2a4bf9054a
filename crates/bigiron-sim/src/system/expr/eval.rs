//! Evaluation of checked expressions.
//!
//! Operands are borrowed from the definition and the world wherever they stand there, so conditions allocate nothing.

use super::functions;
use super::{Binary, EvalContext, Expr, Quantifier, TableId, Unary};
use crate::system::record::StoredRow;
use crate::system::value::{Decimal, Type, Value};
use smol_str::SmolStrBuilder;
use std::borrow::Cow;
use std::cell::Cell;
use std::cmp::Ordering;
use std::fmt;

/// Rows and elements one evaluation may look at: enough for a join of the largest tables with themselves, and still
/// over in a second.
const MOST_STEPS: u32 = 20_000_000;

/// Why an evaluation has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvalError {
    /// A number beyond 64 bits, or a date beyond the years 1 to 9999.
    Overflow,
    /// A division by zero.
    DivisionByZero,
    /// Nested quantifiers over more rows than one evaluation may look at.
    Runaway,
    /// The world handed out a value that is not of its declared type.
    Mismatch,
}

impl EvalError {
    /// The abend code that CICS gives such a fault: `ASRA`, a program check, or `AICA`, a runaway task.
    pub fn code(self) -> &'static str {
        match self {
            EvalError::Runaway => "AICA",
            EvalError::Overflow | EvalError::DivisionByZero | EvalError::Mismatch => "ASRA",
        }
    }
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            EvalError::Overflow => "a number is too large",
            EvalError::DivisionByZero => "a division by zero",
            EvalError::Runaway => "an expression looks at too many rows",
            EvalError::Mismatch => "a value is not of its declared type",
        })
    }
}

impl std::error::Error for EvalError {}

/// The value of an expression in a world.
pub fn eval(expr: &Expr, world: &impl EvalContext) -> Result<Value, EvalError> {
    Evaluator::new(world).value(expr, None).map(Cow::into_owned)
}

/// The truth of a boolean expression in a world; as [`eval`], without making a value of it.
pub fn test(expr: &Expr, world: &impl EvalContext) -> Result<bool, EvalError> {
    Evaluator::new(world).truth(expr, None)
}

/// A row or element bound by a quantifier, and the bindings around it.
#[derive(Clone, Copy)]
struct Scope<'s> {
    bound: Bound<'s>,
    outer: Option<&'s Scope<'s>>,
}

#[derive(Clone, Copy)]
enum Bound<'s> {
    Row(&'s StoredRow<'s>),
    Element(&'s Value),
}

type Outer<'s> = Option<&'s Scope<'s>>;

struct Evaluator<'w, W> {
    world: &'w W,
    steps: Cell<u32>,
}

impl<'w, W: EvalContext> Evaluator<'w, W> {
    fn new(world: &'w W) -> Self {
        Evaluator {
            world,
            steps: Cell::new(0),
        }
    }

    fn value<'s>(&'s self, expr: &'s Expr, scope: Outer<'s>) -> Result<Cow<'s, Value>, EvalError> {
        Ok(match expr {
            Expr::Const(value) => Cow::Borrowed(value),
            Expr::Session(variable) => Cow::Borrowed(self.world.session(*variable)),
            Expr::State(variable) => Cow::Borrowed(self.world.state(*variable)),
            Expr::Form(field) => Cow::Borrowed(self.world.form(*field)),
            Expr::Pick(field) => Cow::Borrowed(self.world.pick(*field)),
            Expr::Column { depth, column, of } => cell(self.row_at(*depth, scope), *column, of),
            Expr::Element { depth } => match self.binding(*depth, scope) {
                Ok(Bound::Element(element)) => Cow::Borrowed(element),
                _ => return Err(EvalError::Mismatch),
            },
            Expr::Lookup {
                table,
                key,
                column,
                of,
            } => cell(
                self.with_key(key, scope, |key| self.world.row(*table, key))?,
                *column,
                of,
            ),
            Expr::Holder { table, key } => self
                .with_key(key, scope, |key| self.world.holder(*table, key))?
                .map_or_else(|| Cow::Owned(Type::Text.blank()), Cow::Borrowed),
            Expr::Unary(Unary::Negate, operand) => {
                Cow::Owned(negate(self.value(operand, scope)?.as_ref())?)
            }
            Expr::Binary(operator, left, right) if operator.is_arithmetic() => {
                let (left, right) = (self.value(left, scope)?, self.value(right, scope)?);
                Cow::Owned(arithmetic(*operator, &left, &right)?)
            }
            Expr::If(condition, yes, no) => {
                return self.value(
                    if self.truth(condition, scope)? {
                        yes
                    } else {
                        no
                    },
                    scope,
                );
            }
            Expr::Call(function, arguments) => {
                let mut room = [const { Cow::Owned(Value::Bool(false)) }; functions::MOST];
                let given = room.get_mut(..arguments.len()).ok_or(EvalError::Mismatch)?;
                for (slot, argument) in given.iter_mut().zip(arguments) {
                    *slot = self.value(argument, scope)?;
                }
                Cow::Owned(functions::call(*function, given, || {
                    self.world.fact(super::HostFact::Today)
                })?)
            }
            Expr::Format(picture, value) => Cow::Owned(Value::text(
                picture.write(self.value(value, scope)?.as_ref()),
            )),
            Expr::List(elements) => {
                let elements = elements
                    .iter()
                    .map(|e| self.value(e, scope).map(Cow::into_owned));
                Cow::Owned(Value::List(elements.collect::<Result<_, _>>()?))
            }
            Expr::Rows {
                kind,
                table,
                body,
                filter,
                of,
            } if !kind.is_boolean() => {
                Cow::Owned(self.aggregate(*kind, *table, body, filter.as_deref(), of, scope)?)
            }
            Expr::Fact(fact) => Cow::Owned(self.world.fact(*fact)),
            Expr::Ask(question, arguments) => {
                let arguments = arguments
                    .iter()
                    .map(|e| self.value(e, scope).map(Cow::into_owned));
                let arguments: Vec<Value> = arguments.collect::<Result<_, _>>()?;
                Cow::Owned(self.world.ask(*question, &arguments))
            }
            Expr::Rescale(scale, operand) => {
                Cow::Owned(rescale(self.value(operand, scope)?.as_ref(), *scale)?)
            }
            Expr::Contains { .. }
            | Expr::Unary(Unary::Not, _)
            | Expr::Binary(..)
            | Expr::And(..)
            | Expr::Or(..)
            | Expr::Rows { .. } => Cow::Owned(Value::Bool(self.truth(expr, scope)?)),
            Expr::Elements {
                kind: Quantifier::Count,
                list,
                body,
            } => Cow::Owned(Value::Int(
                self.count_elements(list, body, usize::MAX, scope)? as i64,
            )),
            Expr::Elements { .. } => Cow::Owned(Value::Bool(self.truth(expr, scope)?)),
        })
    }

    fn truth<'s>(&'s self, expr: &'s Expr, scope: Outer<'s>) -> Result<bool, EvalError> {
        match expr {
            Expr::And(left, right) => Ok(self.truth(left, scope)? && self.truth(right, scope)?),
            Expr::Or(left, right) => Ok(self.truth(left, scope)? || self.truth(right, scope)?),
            Expr::Unary(Unary::Not, operand) => Ok(!self.truth(operand, scope)?),
            Expr::Binary(operator, left, right) if !operator.is_arithmetic() => {
                let (left, right) = (self.value(left, scope)?, self.value(right, scope)?);
                compare(*operator, &left, &right)
            }
            Expr::Contains { table, key } => Ok(self
                .with_key(key, scope, |key| self.world.row(*table, key))?
                .is_some()),
            Expr::Rows {
                kind, table, body, ..
            } if kind.is_boolean() => self.rows_truth(*kind, *table, body, scope),
            Expr::Elements { kind, list, body } if kind.is_boolean() => {
                self.elements_truth(*kind, list, body, scope)
            }
            _ => Ok(self.value(expr, scope)?.is_true()),
        }
    }

    /// Evaluates a key and asks for what has it; a key of one column, the usual one, is not copied.
    fn with_key<'s, T>(
        &'s self,
        key: &'s [Expr],
        scope: Outer<'s>,
        ask: impl FnOnce(&[Value]) -> T,
    ) -> Result<T, EvalError> {
        match key {
            [column] => Ok(ask(std::slice::from_ref(
                self.value(column, scope)?.as_ref(),
            ))),
            columns => {
                let values = columns
                    .iter()
                    .map(|c| self.value(c, scope).map(Cow::into_owned));
                Ok(ask(&values.collect::<Result<Vec<_>, _>>()?))
            }
        }
    }

    /// The binding so far out, or how far beyond the expression's own bindings it lies.
    fn binding<'s>(&self, depth: usize, scope: Outer<'s>) -> Result<Bound<'s>, usize> {
        let mut scope = scope;
        for left in (0..=depth).rev() {
            match scope {
                None => return Err(left),
                Some(inner) if left == 0 => return Ok(inner.bound),
                Some(inner) => scope = inner.outer,
            }
        }
        Err(0)
    }

    fn row_at<'s>(&'s self, depth: usize, scope: Outer<'s>) -> Option<StoredRow<'s>> {
        match self.binding(depth, scope) {
            Ok(Bound::Row(row)) => Some(row.lend()),
            Ok(Bound::Element(_)) => None,
            Err(beyond) => self.world.bound(beyond),
        }
    }

    fn step(&self) -> Result<(), EvalError> {
        let steps = self.steps.get() + 1;
        self.steps.set(steps);
        if steps > MOST_STEPS {
            Err(EvalError::Runaway)
        } else {
            Ok(())
        }
    }

    /// How many rows pass, looking no further than `enough`.
    fn count_rows<'s>(
        &'s self,
        table: TableId,
        body: &'s Expr,
        wanted: bool,
        enough: usize,
        outer: Outer<'s>,
    ) -> Result<usize, EvalError> {
        let mut count = 0;
        for row in self.world.rows(table) {
            self.step()?;
            if self.truth(
                body,
                Some(&Scope {
                    bound: Bound::Row(&row),
                    outer,
                }),
            )? == wanted
            {
                count += 1;
                if count == enough {
                    break;
                }
            }
        }
        Ok(count)
    }

    fn rows_truth<'s>(
        &'s self,
        kind: Quantifier,
        table: TableId,
        body: &'s Expr,
        scope: Outer<'s>,
    ) -> Result<bool, EvalError> {
        match kind {
            Quantifier::All => Ok(self.count_rows(table, body, false, 1, scope)? == 0),
            Quantifier::ExistsOne => Ok(self.count_rows(table, body, true, 2, scope)? == 1),
            _ => Ok(self.count_rows(table, body, true, 1, scope)? == 1),
        }
    }

    fn count_elements<'s>(
        &'s self,
        list: &'s Expr,
        body: &'s Expr,
        enough: usize,
        outer: Outer<'s>,
    ) -> Result<usize, EvalError> {
        let list = self.value(list, outer)?;
        let Value::List(elements) = list.as_ref() else {
            return Err(EvalError::Mismatch);
        };
        let mut count = 0;
        for element in elements.iter() {
            self.step()?;
            count += usize::from(self.truth(
                body,
                Some(&Scope {
                    bound: Bound::Element(element),
                    outer,
                }),
            )?);
            if count == enough {
                break;
            }
        }
        Ok(count)
    }

    fn elements_truth<'s>(
        &'s self,
        kind: Quantifier,
        list: &'s Expr,
        body: &'s Expr,
        scope: Outer<'s>,
    ) -> Result<bool, EvalError> {
        match kind {
            Quantifier::All => {
                let size = self.value(list, scope)?;
                let Value::List(elements) = size.as_ref() else {
                    return Err(EvalError::Mismatch);
                };
                Ok(self.count_elements(list, body, usize::MAX, scope)? == elements.len())
            }
            Quantifier::ExistsOne => Ok(self.count_elements(list, body, 2, scope)? == 1),
            _ => Ok(self.count_elements(list, body, 1, scope)? == 1),
        }
    }

    /// Count, sum, least, greatest or first of the rows that pass the filter.
    fn aggregate<'s>(
        &'s self,
        kind: Quantifier,
        table: TableId,
        body: &'s Expr,
        filter: Option<&'s Expr>,
        of: &Type,
        outer: Outer<'s>,
    ) -> Result<Value, EvalError> {
        if kind == Quantifier::Count {
            return Ok(Value::Int(
                self.count_rows(table, body, true, usize::MAX, outer)? as i64,
            ));
        }
        let mut best: Option<Value> = None;
        for row in self.world.rows(table) {
            self.step()?;
            let scope = Scope {
                bound: Bound::Row(&row),
                outer,
            };
            if let Some(filter) = filter
                && !self.truth(filter, Some(&scope))?
            {
                continue;
            }
            let value = self.value(body, Some(&scope))?;
            best = Some(match (kind, best) {
                (Quantifier::First, _) => return Ok(value.into_owned()),
                (_, None) => value.into_owned(),
                (Quantifier::Sum, Some(sum)) => arithmetic(Binary::Add, &sum, &value)?,
                (Quantifier::Max, Some(best)) if *value > best => value.into_owned(),
                (Quantifier::Min, Some(best)) if *value < best => value.into_owned(),
                (_, Some(best)) => best,
            });
        }
        Ok(best.unwrap_or_else(|| of.blank()))
    }
}

impl Binary {
    /// Whether it yields a number or text, and not a truth.
    fn is_arithmetic(self) -> bool {
        use Binary::*;
        matches!(self, Add | Subtract | Multiply | Divide | Remainder)
    }
}

impl Quantifier {
    /// Whether the answer is yes or no.
    fn is_boolean(self) -> bool {
        matches!(
            self,
            Quantifier::Exists | Quantifier::All | Quantifier::ExistsOne
        )
    }
}

/// A cell of a row; the blank of its type if there is no such row.
fn cell<'s>(row: Option<StoredRow<'s>>, column: usize, of: &Type) -> Cow<'s, Value> {
    let cell = row.and_then(|row| row.cell(column));
    cell.unwrap_or_else(|| Cow::Owned(of.blank()))
}

fn compare(operator: Binary, left: &Value, right: &Value) -> Result<bool, EvalError> {
    Ok(match operator {
        Binary::Equal => left == right,
        Binary::NotEqual => left != right,
        Binary::Less => left.cmp(right) == Ordering::Less,
        Binary::LessOrEqual => left.cmp(right) != Ordering::Greater,
        Binary::Greater => left.cmp(right) == Ordering::Greater,
        Binary::GreaterOrEqual => left.cmp(right) != Ordering::Less,
        Binary::In => match right {
            Value::List(elements) => elements.contains(left),
            _ => return Err(EvalError::Mismatch),
        },
        _ => return Err(EvalError::Mismatch),
    })
}

/// `+ - * / %`. A quotient keeps the scale of its operands and is cut towards zero.
fn arithmetic(operator: Binary, left: &Value, right: &Value) -> Result<Value, EvalError> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => whole(operator, *left, *right).map(Value::Int),
        (Value::Decimal(left), Value::Decimal(right)) => {
            fixed(operator, *left, *right).map(Value::Decimal)
        }
        (Value::Text(left), Value::Text(right)) if operator == Binary::Add => {
            let mut text = SmolStrBuilder::new();
            text.push_str(left);
            text.push_str(right);
            Ok(Value::text(text))
        }
        _ => Err(EvalError::Mismatch),
    }
}

fn whole(operator: Binary, left: i64, right: i64) -> Result<i64, EvalError> {
    let result = match operator {
        Binary::Divide | Binary::Remainder if right == 0 => return Err(EvalError::DivisionByZero),
        Binary::Add => left.checked_add(right),
        Binary::Subtract => left.checked_sub(right),
        Binary::Multiply => left.checked_mul(right),
        Binary::Divide => left.checked_div(right),
        Binary::Remainder => left.checked_rem(right),
        _ => return Err(EvalError::Mismatch),
    };
    result.ok_or(EvalError::Overflow)
}

fn fixed(operator: Binary, left: Decimal, right: Decimal) -> Result<Decimal, EvalError> {
    let scale = match operator {
        Binary::Multiply => left.scale + right.scale,
        _ if left.scale == right.scale => left.scale,
        _ => return Err(EvalError::Mismatch),
    };
    let units = match operator {
        Binary::Divide if right.units == 0 => return Err(EvalError::DivisionByZero),
        Binary::Divide => {
            let wide =
                i128::from(left.units) * 10i128.pow(u32::from(scale)) / i128::from(right.units);
            i64::try_from(wide).map_err(|_| EvalError::Overflow)?
        }
        _ => whole(operator, left.units, right.units)?,
    };
    Ok(Decimal { scale, units })
}

fn negate(operand: &Value) -> Result<Value, EvalError> {
    match operand {
        Value::Int(number) => number
            .checked_neg()
            .map(Value::Int)
            .ok_or(EvalError::Overflow),
        Value::Decimal(Decimal { scale, units }) => {
            let units = units.checked_neg().ok_or(EvalError::Overflow)?;
            Ok(Value::Decimal(Decimal {
                scale: *scale,
                units,
            }))
        }
        _ => Err(EvalError::Mismatch),
    }
}

fn rescale(operand: &Value, scale: u8) -> Result<Value, EvalError> {
    let decimal = match operand {
        Value::Int(units) => Decimal {
            scale: 0,
            units: *units,
        },
        Value::Decimal(decimal) => *decimal,
        _ => return Err(EvalError::Mismatch),
    };
    decimal
        .rescale(scale)
        .map(Value::Decimal)
        .ok_or(EvalError::Overflow)
}
