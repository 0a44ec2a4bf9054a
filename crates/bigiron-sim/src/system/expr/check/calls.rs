//! Calls: functions and methods held against their signatures, and the questions asked of tables and lists.

use super::super::Function;
use super::names::unknown;
use super::types::{constant, counts, is_ordered, unify, with_article};
use super::*;

impl<'c, 'a: 'c> Checker<'c, 'a> {
    pub(super) fn method(
        &mut self,
        receiver: &'c Node,
        name: &Name,
        arguments: &'c [Node],
        span: &Span,
    ) -> Option<TypedExpr> {
        if let NodeKind::Name(scope) = &receiver.kind
            && self.names.questions.iter().any(|q| q.scope == scope)
        {
            return self.question(scope, name, arguments, span);
        }
        if let Some(table) = self.table(receiver) {
            return self.table_method(table, name, arguments, span);
        }
        if let Some((kind, _)) = METHODS_OF_TABLES
            .iter()
            .find(|(k, n)| *n == name.text && k.is_some_and(counts))
        {
            let list = self.node(receiver)?;
            if let (Type::List(of), Some(kind)) = (&list.of, kind) {
                let of = Binding::Element((**of).clone());
                let body = self.quantified(arguments, of, span, 1)?;
                let body = Box::new(body.into_iter().next()??);
                let result = if *kind == Quantifier::Count {
                    Type::Int
                } else {
                    Type::Bool
                };
                return Some(TypedExpr {
                    expr: Expr::Elements {
                        kind: *kind,
                        list: Box::new(list.expr),
                        body,
                    },
                    of: result,
                });
            }
        }
        self.function(name, Some(receiver), arguments, span)
    }

    pub(super) fn question(
        &mut self,
        scope: &str,
        name: &Name,
        arguments: &'c [Node],
        span: &Span,
    ) -> Option<TypedExpr> {
        let questions = self.names.questions;
        let asked = |q: &&Question| q.scope == scope;
        let Some(index) = questions
            .iter()
            .position(|q| asked(&q) && q.name == name.text)
        else {
            let known = questions.iter().filter(asked).map(|q| q.name);
            return self.fail(unknown(&format!("question to `{scope}`"), name, known));
        };
        let question = questions.get(index)?;
        if question.parameters.len() != arguments.len() {
            let message = format!(
                "`{}` is asked with {} values",
                name.text,
                question.parameters.len()
            );
            return self.fail(ExprError::new(span.clone(), message));
        }
        let arguments: Vec<_> = arguments
            .iter()
            .zip(&question.parameters)
            .map(|(a, of)| self.typed(a, of))
            .collect();
        let arguments = arguments.into_iter().collect::<Option<_>>()?;
        Some(TypedExpr {
            expr: Expr::Ask(index, arguments),
            of: question.of.clone(),
        })
    }

    /// The bodies of a quantifier (boolean ones), with its variable bound.
    pub(super) fn quantified(
        &mut self,
        arguments: &'c [Node],
        of: Binding,
        span: &Span,
        bodies: usize,
    ) -> Option<Vec<Option<Expr>>> {
        let Some((variable, rest)) = arguments
            .split_first()
            .filter(|(_, rest)| rest.len() == bodies)
        else {
            return self.fail(
                ExprError::new(span.clone(), "a variable and a condition are wanted")
                    .help("as in `.exists(x, x == 'A')`"),
            );
        };
        let name = self.bind(variable)?;
        self.locals.push(Local { name, of });
        let bodies = rest.iter().map(|b| self.bool(b)).collect();
        self.locals.pop();
        Some(bodies)
    }

    pub(super) fn bind(&mut self, variable: &'c Node) -> Option<&'c str> {
        let taken = |name: &str| {
            RESERVED.contains(&name) || self.names.tables.iter().any(|t| t.name == name)
        };
        match &variable.kind {
            NodeKind::Name(name) if !taken(name) => Some(name),
            NodeKind::Name(name) => {
                let error = ExprError::new(
                    variable.span.clone(),
                    format!("`{name}` already means something"),
                );
                self.fail(error.help("choose another name for the variable, such as `r`"))
            }
            _ => self.fail(ExprError::new(
                variable.span.clone(),
                "the name of a variable is wanted here, such as `r`",
            )),
        }
    }

    pub(super) fn table_method(
        &mut self,
        table: TableId,
        name: &Name,
        arguments: &'c [Node],
        span: &Span,
    ) -> Option<TypedExpr> {
        let Some((kind, _)) = METHODS_OF_TABLES.iter().find(|(_, n)| *n == name.text) else {
            return self.fail(unknown(
                "method of a table",
                name,
                METHODS_OF_TABLES.iter().map(|(_, n)| *n),
            ));
        };
        let Some(kind) = *kind else {
            return match arguments {
                [key] => {
                    let key = self.key(table, key)?;
                    Some(TypedExpr {
                        expr: Expr::Holder { table, key },
                        of: Type::Text,
                    })
                }
                _ => self.fail(ExprError::new(
                    span.clone(),
                    "`held` wants the key of a record",
                )),
            };
        };
        if kind == Quantifier::Count && arguments.is_empty() {
            let body = Box::new(Expr::Const(Value::Bool(true)));
            return Some(TypedExpr {
                expr: Expr::Rows {
                    kind,
                    table,
                    body,
                    filter: None,
                    of: Type::Int,
                },
                of: Type::Int,
            });
        }
        if counts(kind) {
            let body = Box::new(
                self.quantified(arguments, Binding::Row(table), span, 1)?
                    .into_iter()
                    .next()??,
            );
            let of = if kind == Quantifier::Count {
                Type::Int
            } else {
                Type::Bool
            };
            return Some(TypedExpr {
                expr: Expr::Rows {
                    kind,
                    table,
                    body,
                    filter: None,
                    of: of.clone(),
                },
                of,
            });
        }
        self.aggregate(kind, table, name, arguments, span)
    }

    pub(super) fn aggregate(
        &mut self,
        kind: Quantifier,
        table: TableId,
        name: &Name,
        arguments: &'c [Node],
        span: &Span,
    ) -> Option<TypedExpr> {
        let (variable, value, filter) = match arguments {
            [variable, value] => (variable, value, None),
            [variable, value, filter] => (variable, value, Some(filter)),
            _ => {
                let error = ExprError::new(
                    span.clone(),
                    format!(
                        "`{}` wants a variable, a value and perhaps a condition",
                        name.text
                    ),
                );
                return self.fail(error.help(format!(
                    "as in `.{}(r, r.amount, r.state == 'N')`",
                    name.text
                )));
            }
        };
        let bound = self.bind(variable)?;
        self.locals.push(Local {
            name: bound,
            of: Binding::Row(table),
        });
        let body = self.node(value);
        let filter = filter.map(|f| self.bool(f));
        self.locals.pop();
        let (body, filter) = (body?, filter.map_or(Some(None), |f| f.map(Some))?);
        let fits = match kind {
            Quantifier::Sum => matches!(body.of, Type::Int | Type::Decimal(_)),
            Quantifier::First => true,
            _ => is_ordered(&body.of),
        };
        if !fits {
            return self.fail(ExprError::new(
                value.span.clone(),
                format!("`{}` cannot be taken of {}", name.text, body.of),
            ));
        }
        let expr = Expr::Rows {
            kind,
            table,
            body: Box::new(body.expr),
            filter: filter.map(Box::new),
            of: body.of.clone(),
        };
        Some(TypedExpr { expr, of: body.of })
    }

    pub(super) fn function(
        &mut self,
        name: &Name,
        receiver: Option<&'c Node>,
        arguments: &'c [Node],
        span: &Span,
    ) -> Option<TypedExpr> {
        let Some(signature) = SIGNATURES
            .iter()
            .find(|s| s.name == name.text && s.method == receiver.is_some())
        else {
            let other_form = SIGNATURES.iter().find(|s| s.name == name.text);
            let same_form = SIGNATURES
                .iter()
                .filter(|s| s.method == receiver.is_some())
                .map(|s| s.name);
            let error = unknown(
                if receiver.is_some() {
                    "method"
                } else {
                    "function"
                },
                name,
                same_form,
            );
            return self.fail(match other_form {
                Some(signature) => error.help(format!("it is written `{}`", signature.form)),
                None => error,
            });
        };
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
        match apply(signature, typed, &nodes) {
            Ok(typed) => Some(typed),
            Err(error) => self.fail(error),
        }
    }
}

/// Settles the arguments of a function against its signature.
pub(super) fn apply(
    signature: &Signature,
    mut arguments: Vec<TypedExpr>,
    nodes: &[&Node],
) -> Result<TypedExpr, ExprError> {
    let first = arguments
        .first()
        .map(|a| a.of.clone())
        .unwrap_or(Type::Text);
    for ((argument, parameter), node) in arguments.iter().zip(signature.parameters).zip(nodes) {
        if let Some(message) = parameter.refuses(&argument.of, &argument.expr) {
            let message = format!("`{}` {message}, this is {}", signature.name, argument.of);
            return Err(ExprError::new(node.span.clone(), message)
                .help(format!("it is written `{}`", signature.form)));
        }
        if *parameter == Parameter::Picture {
            let kind = if signature.gives == ReturnType::Text {
                first.clone()
            } else {
                Type::Date
            };
            check_picture(&argument.expr, &kind, node)?;
        }
    }
    let of = match signature.gives {
        ReturnType::Text => Type::Text,
        ReturnType::Int => Type::Int,
        ReturnType::Bool => Type::Bool,
        ReturnType::Date => Type::Date,
        ReturnType::Same => first,
        ReturnType::Common => {
            let node = nodes.last().map(|n| n.span.clone()).unwrap_or_default();
            let [left, right] = <[TypedExpr; 2]>::try_from(arguments)
                .map_err(|_| ExprError::new(node.clone(), "two values are wanted"))?;
            let types = (left.of.clone(), right.of.clone());
            let (left, right, of) = unify(left, right).ok_or_else(|| {
                ExprError::new(
                    node,
                    format!(
                        "`{}` wants two values of one type, these are {} and {}",
                        signature.name, types.0, types.1
                    ),
                )
            })?;
            return Ok(TypedExpr {
                expr: Expr::Call(signature.function, vec![left, right]),
                of,
            });
        }
        ReturnType::Places => match arguments.get(1).map(|a| &a.expr) {
            Some(Expr::Const(Value::Int(places))) => Type::Decimal(*places as u8),
            _ => Type::Decimal(0),
        },
    };
    if let (
        [
            TypedExpr {
                expr: Expr::Const(Value::Text(text)),
                ..
            },
        ],
        ReturnType::Date,
    ) = (arguments.as_slice(), signature.gives)
    {
        let span = nodes.first().map(|n| n.span.clone()).unwrap_or_default();
        let date = Date::parse_iso(text).ok_or_else(|| {
            ExprError::new(span, "there is no such day")
                .help("a date is written as in date('1989-03-14')")
        })?;
        return Ok(constant(Value::Date(date)));
    }
    if let (Function::Format, [_, picture]) = (signature.function, arguments.as_slice())
        && let Expr::Const(Value::Text(text)) = &picture.expr
        && let Ok(picture) = Picture::parse(text)
    {
        // The picture is taken apart once, not each time a value is written by it.
        let value = arguments.swap_remove(0).expr;
        return Ok(TypedExpr {
            expr: Expr::Format(picture, Box::new(value)),
            of,
        });
    }
    let arguments = arguments.drain(..).map(|a| a.expr).collect();
    Ok(TypedExpr {
        expr: Expr::Call(signature.function, arguments),
        of,
    })
}

/// A picture must be known when the definition is loaded, and be one of what it writes.
pub(super) fn check_picture(picture: &Expr, of: &Type, node: &Node) -> Result<(), ExprError> {
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
