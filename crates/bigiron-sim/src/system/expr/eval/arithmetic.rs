//! Operators: values compared and computed.

use super::EvalError;
use crate::system::expr::{Arithmetic, Comparison};
use crate::system::value::{Decimal, Value};
use smol_str::SmolStrBuilder;
use std::cmp::Ordering;

pub(super) fn compare(
    operator: Comparison,
    left: &Value,
    right: &Value,
) -> Result<bool, EvalError> {
    Ok(match operator {
        Comparison::Equal => left == right,
        Comparison::NotEqual => left != right,
        Comparison::Less => left.cmp(right) == Ordering::Less,
        Comparison::LessOrEqual => left.cmp(right) != Ordering::Greater,
        Comparison::Greater => left.cmp(right) == Ordering::Greater,
        Comparison::GreaterOrEqual => left.cmp(right) != Ordering::Less,
        Comparison::In => match right {
            Value::List(elements) => elements.contains(left),
            _ => return Err(EvalError::Mismatch),
        },
    })
}

/// `+ - * / %`. A quotient keeps the scale of its operands and is cut towards zero.
pub(super) fn arithmetic(
    operator: Arithmetic,
    left: &Value,
    right: &Value,
) -> Result<Value, EvalError> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => whole(operator, *left, *right).map(Value::Int),
        (Value::Decimal(left), Value::Decimal(right)) => {
            fixed(operator, *left, *right).map(Value::Decimal)
        }
        (Value::Text(left), Value::Text(right)) if operator == Arithmetic::Add => {
            let mut text = SmolStrBuilder::new();
            text.push_str(left);
            text.push_str(right);
            Ok(Value::text(text))
        }
        _ => Err(EvalError::Mismatch),
    }
}

fn whole(operator: Arithmetic, left: i64, right: i64) -> Result<i64, EvalError> {
    let result = match operator {
        Arithmetic::Divide | Arithmetic::Remainder if right == 0 => {
            return Err(EvalError::DivisionByZero);
        }
        Arithmetic::Add => left.checked_add(right),
        Arithmetic::Subtract => left.checked_sub(right),
        Arithmetic::Multiply => left.checked_mul(right),
        Arithmetic::Divide => left.checked_div(right),
        Arithmetic::Remainder => left.checked_rem(right),
    };
    result.ok_or(EvalError::Overflow)
}

fn fixed(operator: Arithmetic, left: Decimal, right: Decimal) -> Result<Decimal, EvalError> {
    let scale = match operator {
        Arithmetic::Multiply => left.scale + right.scale,
        _ if left.scale == right.scale => left.scale,
        _ => return Err(EvalError::Mismatch),
    };
    let units = match operator {
        Arithmetic::Divide if right.units == 0 => return Err(EvalError::DivisionByZero),
        Arithmetic::Divide => {
            let wide =
                i128::from(left.units) * 10i128.pow(u32::from(scale)) / i128::from(right.units);
            i64::try_from(wide).map_err(|_| EvalError::Overflow)?
        }
        _ => whole(operator, left.units, right.units)?,
    };
    Ok(Decimal { scale, units })
}

pub(super) fn negate(operand: &Value) -> Result<Value, EvalError> {
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

pub(super) fn rescale(operand: &Value, scale: u8) -> Result<Value, EvalError> {
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
