//! Types: conversions, the common type of two operands, and hints where there is none.

use super::TypedExpr;
use crate::system::expr::ast::{Operator, Span};
use crate::system::expr::parse::ExprError;
use crate::system::expr::{Arithmetic, Comparison, Expr};
use crate::system::value::{Decimal, Type, Value};

pub(super) fn constant(value: Value) -> TypedExpr {
    TypedExpr {
        of: value.of(),
        expr: Expr::Const(value),
    }
}

pub(super) fn is_ordered(of: &Type) -> bool {
    !matches!(of, Type::List(_) | Type::Bool)
}

/// The type that both can be converted to without loss.
pub(super) fn common(left: &Type, right: &Type) -> Option<Type> {
    match (left, right) {
        (left, right) if left == right => Some(left.clone()),
        (Type::Int, Type::Decimal(scale)) | (Type::Decimal(scale), Type::Int) => {
            Some(Type::Decimal(*scale))
        }
        (Type::Decimal(a), Type::Decimal(b)) => Some(Type::Decimal(*a.max(b))),
        (Type::List(a), Type::List(b)) if a == b => Some(left.clone()),
        _ => None,
    }
}

/// Converts a value to a type without loss: an int to a decimal, a decimal to more places.
pub(super) fn fit(typed: TypedExpr, of: &Type) -> Option<Expr> {
    if typed.of == *of {
        return Some(typed.expr);
    }
    let Type::Decimal(scale) = *of else {
        return None;
    };
    match typed.of {
        Type::Int => {}
        Type::Decimal(from) if from <= scale => {}
        _ => return None,
    }
    let constant = match &typed.expr {
        Expr::Const(Value::Int(units)) => Decimal {
            scale: 0,
            units: *units,
        }
        .rescale(scale),
        Expr::Const(Value::Decimal(decimal)) => decimal.rescale(scale),
        _ => None,
    };
    Some(match constant {
        Some(decimal) => Expr::Const(Value::Decimal(decimal)),
        None => Expr::Rescale(scale, Box::new(typed.expr)),
    })
}

pub(super) fn unify(left: TypedExpr, right: TypedExpr) -> Option<(Expr, Expr, Type)> {
    let of = common(&left.of, &right.of)?;
    Some((fit(left, &of)?, fit(right, &of)?, of))
}

/// Compares two operands. The error is a hint, if there is one.
pub(super) fn compared(
    comparison: Comparison,
    left: TypedExpr,
    right: TypedExpr,
) -> Result<TypedExpr, Option<String>> {
    let (left, right) = match comparison {
        Comparison::In => {
            let Type::List(element) = right.of.clone() else {
                return Err(Some("`in` wants a table or a list on its right".into()));
            };
            (fit(left, &element).ok_or(None)?, right.expr)
        }
        Comparison::Equal | Comparison::NotEqual => {
            let (left, right, _) = unify(left, right).ok_or(None)?;
            (left, right)
        }
        Comparison::Less
        | Comparison::LessOrEqual
        | Comparison::Greater
        | Comparison::GreaterOrEqual => {
            let (left, right, of) = unify(left, right).ok_or(None)?;
            is_ordered(&of).then_some((left, right)).ok_or(None)?
        }
    };
    Ok(TypedExpr {
        expr: Expr::Compare(comparison, Box::new(left), Box::new(right)),
        of: Type::Bool,
    })
}

/// Computes a value of two operands. The error is a hint, if there is one.
pub(super) fn computed(
    operator: Arithmetic,
    left: TypedExpr,
    right: TypedExpr,
) -> Result<TypedExpr, Option<String>> {
    let is_number = |of: &Type| matches!(of, Type::Int | Type::Decimal(_));
    let numbers = is_number(&left.of) && is_number(&right.of);
    let texts = left.of == Type::Text && right.of == Type::Text;
    let a_date = left.of == Type::Date || right.of == Type::Date;
    match operator {
        Arithmetic::Add if texts => {}
        Arithmetic::Add | Arithmetic::Subtract if a_date => {
            return Err(Some(
                "days are added by `date.addDays(n)` and counted by `a.daysUntil(b)`".into(),
            ));
        }
        Arithmetic::Remainder if left.of != Type::Int || right.of != Type::Int => {
            return Err(Some("`%` is for whole numbers".into()));
        }
        Arithmetic::Multiply if numbers => return multiply(left, right),
        Arithmetic::Add | Arithmetic::Subtract | Arithmetic::Divide | Arithmetic::Remainder
            if numbers => {}
        Arithmetic::Add
        | Arithmetic::Subtract
        | Arithmetic::Multiply
        | Arithmetic::Divide
        | Arithmetic::Remainder => return Err(None),
    }
    let (left, right, of) = unify(left, right).ok_or(None)?;
    Ok(TypedExpr {
        expr: Expr::Arithmetic(operator, Box::new(left), Box::new(right)),
        of,
    })
}

/// A product has the places of both factors.
pub(super) fn multiply(left: TypedExpr, right: TypedExpr) -> Result<TypedExpr, Option<String>> {
    let scale = |of: &Type| {
        if let Type::Decimal(scale) = of {
            *scale
        } else {
            0
        }
    };
    let of = match (&left.of, &right.of) {
        (Type::Int, Type::Int) => Type::Int,
        (a, b) => Type::Decimal(scale(a) + scale(b)),
    };
    if scale(&of) > Decimal::MAX_SCALE {
        return Err(Some(format!(
            "the product would have {} places, more than {}: `round(x, places)` one of them first",
            scale(&of),
            Decimal::MAX_SCALE
        )));
    }
    let factor = |typed: TypedExpr| match (&of, typed.of.clone()) {
        (Type::Decimal(_), Type::Int) => fit(typed, &Type::Decimal(0)),
        _ => Some(typed.expr),
    };
    let (left, right) = (factor(left).ok_or(None)?, factor(right).ok_or(None)?);
    Ok(TypedExpr {
        expr: Expr::Arithmetic(Arithmetic::Multiply, Box::new(left), Box::new(right)),
        of,
    })
}

pub(super) fn wanted(span: Span, of: &Type, found: &Type) -> ExprError {
    let error = ExprError::new(span, format!("expected {of}, this is {found}"));
    match (of, found) {
        (Type::Decimal(_), Type::Decimal(_)) => error.help(format!(
            "places are only cut off on purpose: `round(x, {})`",
            of_scale(of)
        )),
        _ => match conversion_to(of, found) {
            Some(help) => error.help(help),
            None => error,
        },
    }
}

pub(super) fn of_scale(of: &Type) -> u8 {
    if let Type::Decimal(scale) = of {
        *scale
    } else {
        0
    }
}

pub(super) fn conversion(operator: Operator, left: &Type, right: &Type) -> Option<String> {
    match (left, right) {
        (Type::Text, other) | (other, Type::Text)
            if operator == Operator::Arithmetic(Arithmetic::Add) =>
        {
            conversion_to(&Type::Text, other)
        }
        (Type::Text, other) | (other, Type::Text) => conversion_to(other, &Type::Text),
        _ => None,
    }
}

pub(super) fn conversion_to(of: &Type, found: &Type) -> Option<String> {
    match (of, found) {
        (Type::Text, Type::List(_)) => None,
        (Type::Text, _) => Some("`string(x)` makes a text of it".into()),
        (Type::Int, Type::Text) => Some("`int(text)` reads a whole number".into()),
        (Type::Int, Type::Decimal(_)) => Some("`int(x)` cuts the places off".into()),
        (Type::Decimal(scale), Type::Text) => {
            Some(format!("`decimal(text, {scale})` reads a decimal"))
        }
        (Type::Date, Type::Text) => Some("a date is written as in date('1989-03-14')".into()),
        (Type::Bool, _) => Some("compare it with something, as in `x == 'A'`".into()),
        _ => None,
    }
}

pub(super) fn with_article(of: &Type) -> String {
    match of {
        Type::Int => format!("an {of}"),
        Type::Text => of.to_string(),
        _ => format!("a {of}"),
    }
}
