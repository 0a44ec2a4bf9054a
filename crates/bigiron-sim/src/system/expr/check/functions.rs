//! Functions and methods of values, checked against their signatures.

use super::names::unknown;
use super::types::{constant, unify, with_article};
use super::{Checker, TypedExpr};
use crate::system::expr::ast::{Name, Node, Span};
use crate::system::expr::parse::ExprError;
use crate::system::expr::signature::{Parameter, ReturnType, Signature};
use crate::system::expr::{Expr, Function};
use crate::system::picture::Picture;
use crate::system::value::{Date, Type, Value};

impl<'c, 'a: 'c> Checker<'c, 'a> {
    pub(super) fn function(
        &mut self,
        name: &Name,
        receiver: Option<&'c Node>,
        arguments: &'c [Node],
        span: &Span,
    ) -> Option<TypedExpr> {
        let is_method = receiver.is_some();
        let mut functions = Function::ALL.iter().copied();
        let named = |f: &Function| f.row().name == name.text && f.row().method == is_method;
        let Some(function) = functions.find(named) else {
            let error = unknown_function(name, is_method);
            return self.fail(error);
        };
        let signature = function.row();
        let nodes: Vec<&Node> = receiver.into_iter().chain(arguments).collect();
        let most = signature.parameters.len();
        if nodes.len() > most || nodes.len() < most - signature.optional {
            let error = ExprError::new(
                span.clone(),
                format!("`{}` is called with {} values", name.text, arguments.len()),
            );
            return self.fail(error.help(format!("it is written `{}`", signature.form)));
        }
        let typed: Vec<Option<TypedExpr>> = nodes.iter().map(|n| self.node(n)).collect();
        let typed: Vec<TypedExpr> = typed.into_iter().collect::<Option<_>>()?;
        match apply(function, typed, &nodes) {
            Ok(typed) => Some(typed),
            Err(error) => self.fail(error),
        }
    }
}

/// The fault of an unknown function or method, or of one in the other form.
fn unknown_function(name: &Name, is_method: bool) -> ExprError {
    let what = if is_method { "method" } else { "function" };
    let signatures = Function::ROWS.iter();
    let same_form = signatures.clone().filter(|s| s.method == is_method);
    let error = unknown(what, name, same_form.map(|s| s.name));
    let mut signatures = signatures;
    match signatures.find(|s| s.name == name.text) {
        Some(other_form) => error.help(format!("it is written `{}`", other_form.form)),
        None => error,
    }
}

/// Checks the arguments of a function against its signature.
fn apply(
    function: Function,
    arguments: Vec<TypedExpr>,
    nodes: &[&Node],
) -> Result<TypedExpr, ExprError> {
    let signature = function.row();
    let first = arguments.first().map_or(Type::Text, |a| a.of.clone());
    accepted(signature, &arguments, &first, nodes)?;
    let of = match signature.gives {
        ReturnType::Text => Type::Text,
        ReturnType::Int => Type::Int,
        ReturnType::Bool => Type::Bool,
        ReturnType::Date => Type::Date,
        ReturnType::Same => first,
        ReturnType::Common => return common_call(function, arguments, nodes),
        ReturnType::Places => match arguments.get(1).map(|a| &a.expr) {
            Some(Expr::Const(Value::Int(places))) => Type::Decimal(*places as u8),
            _ => Type::Decimal(0),
        },
    };
    match (signature.gives, arguments.as_slice()) {
        (ReturnType::Date, [only]) => {
            if let Expr::Const(Value::Text(text)) = &only.expr {
                return constant_date(text, nodes);
            }
        }
        // The picture is taken apart once, not each time a value is written by it.
        (_, [value, picture]) if function == Function::Format => {
            if let Expr::Const(Value::Text(text)) = &picture.expr
                && let Ok(picture) = Picture::parse(text)
            {
                let expr = Expr::Format(picture, Box::new(value.expr.clone()));
                return Ok(TypedExpr { expr, of });
            }
        }
        _ => {}
    }
    let arguments = arguments.into_iter().map(|a| a.expr).collect();
    Ok(TypedExpr {
        expr: Expr::Call(function, arguments),
        of,
    })
}

/// Whether each parameter takes its argument.
fn accepted(
    signature: &Signature,
    arguments: &[TypedExpr],
    first: &Type,
    nodes: &[&Node],
) -> Result<(), ExprError> {
    for ((argument, parameter), node) in arguments.iter().zip(signature.parameters).zip(nodes) {
        if let Some(message) = parameter.refuses(&argument.of, &argument.expr) {
            let message = format!("`{}` {message}, this is {}", signature.name, argument.of);
            return Err(ExprError::new(node.span.clone(), message)
                .help(format!("it is written `{}`", signature.form)));
        }
        if *parameter == Parameter::Picture {
            let of = match signature.gives {
                ReturnType::Text => first,
                _ => &Type::Date,
            };
            check_picture(&argument.expr, of, node)?;
        }
    }
    Ok(())
}

/// A call whose two arguments are converted to one type, which is that of its value.
fn common_call(
    function: Function,
    arguments: Vec<TypedExpr>,
    nodes: &[&Node],
) -> Result<TypedExpr, ExprError> {
    let span = nodes.last().map(|n| n.span.clone()).unwrap_or_default();
    let [left, right] = <[TypedExpr; 2]>::try_from(arguments)
        .map_err(|_| ExprError::new(span.clone(), "two values are wanted"))?;
    let (here, there) = (left.of.clone(), right.of.clone());
    let (left, right, of) = unify(left, right).ok_or_else(|| {
        let name = function.row().name;
        let message =
            format!("`{name}` wants two values of one type, these are {here} and {there}");
        ExprError::new(span, message)
    })?;
    Ok(TypedExpr {
        expr: Expr::Call(function, vec![left, right]),
        of,
    })
}

fn constant_date(text: &str, nodes: &[&Node]) -> Result<TypedExpr, ExprError> {
    let span = nodes.first().map(|n| n.span.clone()).unwrap_or_default();
    let date = Date::parse_iso(text).ok_or_else(|| {
        ExprError::new(span, "there is no such day")
            .help("a date is written as in date('1989-03-14')")
    })?;
    Ok(constant(Value::Date(date)))
}

/// A picture must be known when the definition is loaded, and be one of what it writes.
fn check_picture(picture: &Expr, of: &Type, node: &Node) -> Result<(), ExprError> {
    let Expr::Const(Value::Text(text)) = picture else {
        return Err(
            ExprError::new(node.span.clone(), "a picture is a text in quotes")
                .help("as in 'MM/DD/YY'"),
        );
    };
    match Picture::parse(text) {
        Err(message) => Err(ExprError::new(node.span.clone(), message)),
        Ok(picture) if !picture.fits(of) => Err(ExprError::new(
            node.span.clone(),
            format!(
                "{} cannot be written by the picture `{text}`",
                with_article(of)
            ),
        )),
        Ok(_) => Ok(()),
    }
}
