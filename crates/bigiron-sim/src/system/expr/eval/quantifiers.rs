//! Questions to the rows of a table or the elements of a list.

use super::arithmetic::arithmetic;
use super::{Bound, EvalError, Evaluator, Outer, Scope};
use crate::system::expr::{Aggregate, Arithmetic, EvalContext, Expr, Quantifier, TableId};
use crate::system::value::Value;

impl<W: EvalContext> Evaluator<'_, W> {
    /// How many rows give this answer, looking no further than `enough`.
    pub(super) fn count_rows<'s>(
        &'s self,
        table: TableId,
        condition: &'s Expr,
        answer: bool,
        enough: usize,
        outer: Outer<'s>,
    ) -> Result<usize, EvalError> {
        let mut count = 0;
        for row in self.world.rows(table) {
            self.step()?;
            let scope = Scope {
                bound: Bound::Row(&row),
                outer,
            };
            if self.truth(condition, Some(&scope))? == answer {
                count += 1;
                if count == enough {
                    break;
                }
            }
        }
        Ok(count)
    }

    pub(super) fn rows_pass<'s>(
        &'s self,
        quantifier: Quantifier,
        table: TableId,
        condition: &'s Expr,
        scope: Outer<'s>,
    ) -> Result<bool, EvalError> {
        Ok(match quantifier {
            Quantifier::Exists => self.count_rows(table, condition, true, 1, scope)? == 1,
            Quantifier::All => self.count_rows(table, condition, false, 1, scope)? == 0,
            Quantifier::ExistsOne => self.count_rows(table, condition, true, 2, scope)? == 1,
        })
    }

    /// How many elements pass, looking no further than `enough`.
    pub(super) fn count_elements<'s>(
        &'s self,
        list: &'s Expr,
        condition: &'s Expr,
        enough: usize,
        outer: Outer<'s>,
    ) -> Result<usize, EvalError> {
        let list = self.value(list, outer)?;
        let mut count = 0;
        for element in elements(&list)? {
            self.step()?;
            let scope = Scope {
                bound: Bound::Element(element),
                outer,
            };
            count += usize::from(self.truth(condition, Some(&scope))?);
            if count == enough {
                break;
            }
        }
        Ok(count)
    }

    pub(super) fn elements_pass<'s>(
        &'s self,
        quantifier: Quantifier,
        list: &'s Expr,
        condition: &'s Expr,
        scope: Outer<'s>,
    ) -> Result<bool, EvalError> {
        Ok(match quantifier {
            Quantifier::Exists => self.count_elements(list, condition, 1, scope)? == 1,
            Quantifier::All => {
                let size = elements(self.value(list, scope)?.as_ref())?.len();
                self.count_elements(list, condition, usize::MAX, scope)? == size
            }
            Quantifier::ExistsOne => self.count_elements(list, condition, 2, scope)? == 1,
        })
    }

    /// What is made of the values of the rows that pass the filter; `None` if none does.
    pub(super) fn aggregate<'s>(
        &'s self,
        aggregate: Aggregate,
        table: TableId,
        value: &'s Expr,
        filter: Option<&'s Expr>,
        outer: Outer<'s>,
    ) -> Result<Option<Value>, EvalError> {
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
            let value = self.value(value, Some(&scope))?;
            let Some(so_far) = best else {
                best = Some(value.into_owned());
                if aggregate == Aggregate::First {
                    break;
                }
                continue;
            };
            best = Some(match aggregate {
                Aggregate::Sum => arithmetic(Arithmetic::Add, &so_far, &value)?,
                Aggregate::Max if *value > so_far => value.into_owned(),
                Aggregate::Min if *value < so_far => value.into_owned(),
                Aggregate::Max | Aggregate::Min | Aggregate::First => so_far,
            });
        }
        Ok(best)
    }
}

fn elements(list: &Value) -> Result<&[Value], EvalError> {
    match list {
        Value::List(elements) => Ok(elements),
        _ => Err(EvalError::Mismatch),
    }
}
