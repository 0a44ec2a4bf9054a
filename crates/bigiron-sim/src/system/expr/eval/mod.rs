//! Evaluation of checked expressions.
//!
//! Operands are borrowed from the definition and the context where possible, so that conditions do not allocate.

mod arithmetic;
mod quantifiers;

use super::eval_error::EvalError;
use super::functions;
use super::{EvalContext, Expr};
use crate::system::record::StoredRow;
use crate::system::value::{Type, Value};
use arithmetic::{arithmetic, compare, negate, rescale};
use std::borrow::Cow;
use std::cell::Cell;

/// The most rows and elements that one evaluation may visit: enough for a join of the largest tables with themselves, and still
/// done within a second.
const MOST_STEPS: u32 = 20_000_000;

/// The value of an expression in a world.
pub fn eval(expr: &Expr, world: &impl EvalContext) -> Result<Value, EvalError> {
    Evaluator::new(world).value(expr, None).map(Cow::into_owned)
}

/// The truth of a boolean expression in a context: [`eval`] without a [`Value`].
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
            Expr::Negate(operand) => Cow::Owned(negate(self.value(operand, scope)?.as_ref())?),
            Expr::Arithmetic(operator, left, right) => {
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
            Expr::CountRows { table, condition } => {
                let count = self.count_rows(*table, condition, true, usize::MAX, scope)?;
                Cow::Owned(Value::Int(count as i64))
            }
            Expr::Aggregate {
                aggregate,
                table,
                value,
                filter,
                of,
            } => {
                let found = self.aggregate(*aggregate, *table, value, filter.as_deref(), scope)?;
                Cow::Owned(found.unwrap_or_else(|| of.blank()))
            }
            Expr::CountElements { list, condition } => {
                let count = self.count_elements(list, condition, usize::MAX, scope)?;
                Cow::Owned(Value::Int(count as i64))
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
            | Expr::Not(_)
            | Expr::Compare(..)
            | Expr::And(..)
            | Expr::Or(..)
            | Expr::Rows { .. }
            | Expr::Elements { .. } => Cow::Owned(Value::Bool(self.truth(expr, scope)?)),
        })
    }

    fn truth<'s>(&'s self, expr: &'s Expr, scope: Outer<'s>) -> Result<bool, EvalError> {
        match expr {
            Expr::And(left, right) => Ok(self.truth(left, scope)? && self.truth(right, scope)?),
            Expr::Or(left, right) => Ok(self.truth(left, scope)? || self.truth(right, scope)?),
            Expr::Not(operand) => Ok(!self.truth(operand, scope)?),
            Expr::Compare(operator, left, right) => {
                let (left, right) = (self.value(left, scope)?, self.value(right, scope)?);
                compare(*operator, &left, &right)
            }
            Expr::Contains { table, key } => Ok(self
                .with_key(key, scope, |key| self.world.row(*table, key))?
                .is_some()),
            Expr::Rows {
                quantifier,
                table,
                condition,
            } => self.rows_pass(*quantifier, *table, condition, scope),
            Expr::Elements {
                quantifier,
                list,
                condition,
            } => self.elements_pass(*quantifier, list, condition, scope),
            // All others have a value of their own.
            _ => Ok(self.value(expr, scope)?.is_true()),
        }
    }

    /// Evaluates a key and passes it on; a key of one column, the usual case, is not copied.
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

    /// The binding at a depth; the error is how far it is beyond the bindings of the expression itself.
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
}

/// A cell of a row; the blank of its type if there is no such row.
fn cell<'s>(row: Option<StoredRow<'s>>, column: usize, of: &Type) -> Cow<'s, Value> {
    let cell = row.and_then(|row| row.cell(column));
    cell.unwrap_or_else(|| Cow::Owned(of.blank()))
}
