//! Tree to typed tree: names are resolved to slots, types checked.

mod calls;
mod functions;
mod names;
mod tables;
mod types;

use types::{common, compared, computed, constant, conversion, fit, unify, wanted};

use super::ast::{Node, NodeKind, Operator, Span};
use super::parse::ExprError;
use super::{Comparison, Expr, TableId};
use crate::system::value::{Type, Value};

/// A name with its type, as a variable, column or field is known by.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// Its type.
    pub of: Type,
}

/// What an expression may know of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableNames {
    /// Its name.
    pub name: String,
    /// Its columns, in order.
    pub columns: Vec<Named>,
    /// Indices of its key columns.
    pub key: Vec<usize>,
}

/// What an expression may know of a field of the current screen.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldNames {
    /// Its name.
    pub name: String,
    /// Its type.
    pub of: Type,
    /// Index of the field (of its first repeat).
    pub id: usize,
    /// It is a field of the list's rows.
    pub in_list: bool,
    /// It takes input.
    pub input: bool,
}

/// A question that the context answers: `scope.name(arguments)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The word before the point, e.g. `screen`.
    pub scope: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The types of its arguments.
    pub parameters: Vec<Type>,
    /// The type of its answer.
    pub of: Type,
}

/// Variables under a name of their own, such as `value.x` in a task. The context provides them as session or state variables.
#[derive(Debug, Clone)]
pub struct Scope<'a> {
    /// Its name.
    pub name: &'a str,
    /// As which variables the context provides them.
    pub slot: Slot,
    /// Its variables, in order.
    pub variables: &'a [Named],
}

/// As which variable the context provides one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// See [`Expr::Session`].
    Session,
    /// See [`Expr::State`].
    State,
}

/// The names an expression may use where it stands.
#[derive(Debug, Clone, Default)]
pub struct Names<'a> {
    /// Every table.
    pub tables: &'a [TableNames],
    /// `session.*`
    pub session: &'a [Named],
    /// `state.*`; `None` where there is no screen.
    pub state: Option<&'a [Named]>,
    /// `form.*` and `pick.*`; `None` where there is no form.
    pub fields: Option<&'a [FieldNames]>,
    /// Whether there is a picked row.
    pub pick: bool,
    /// Whether `list.*` means something.
    pub list: bool,
    /// Bound rows by name, outermost first. A name may be blank: the row is there but cannot be named.
    pub rows: Vec<(&'a str, TableId)>,
    /// Variables under other names.
    pub scopes: Vec<Scope<'a>>,
    /// Questions to the context, in the order of [`Expr::Ask`]'s indices.
    pub questions: &'a [Question],
}

/// A checked expression.
#[derive(Debug, Clone, PartialEq)]
pub struct TypedExpr {
    /// What the host evaluates.
    pub expr: Expr,
    /// The type of its value.
    pub of: Type,
}

/// Resolves names and checks types. Faults are added to `errors`; the result is `None` if there is any.
pub fn check(node: &Node, names: &Names<'_>, errors: &mut Vec<ExprError>) -> Option<TypedExpr> {
    let locals = names
        .rows
        .iter()
        .map(|(name, table)| Local {
            name,
            of: Binding::Row(*table),
        })
        .collect();
    Checker {
        names,
        locals,
        errors,
    }
    .node(node)
}

/// As [`check`], for a place that needs a type: whole numbers become decimals and decimals get more places; no other conversion
/// is made.
pub fn check_as(
    node: &Node,
    of: &Type,
    names: &Names<'_>,
    errors: &mut Vec<ExprError>,
) -> Option<Expr> {
    let typed = check(node, names, errors)?;
    let found = typed.of.clone();
    fit(typed, of).or_else(|| {
        errors.push(wanted(node.span.clone(), of, &found));
        None
    })
}

#[derive(Clone)]
struct Local<'a> {
    name: &'a str,
    of: Binding,
}

#[derive(Clone)]
enum Binding {
    Row(TableId),
    Element(Type),
}

struct Checker<'c, 'a> {
    names: &'c Names<'a>,
    /// Bound rows and elements, outermost first.
    locals: Vec<Local<'c>>,
    errors: &'c mut Vec<ExprError>,
}

impl<'c, 'a: 'c> Checker<'c, 'a> {
    fn fail<T>(&mut self, error: ExprError) -> Option<T> {
        self.errors.push(error);
        None
    }

    fn node(&mut self, node: &'c Node) -> Option<TypedExpr> {
        let span = &node.span;
        match &node.kind {
            NodeKind::Int(number) => Some(constant(Value::Int(*number))),
            NodeKind::Decimal(number) => Some(constant(Value::Decimal(*number))),
            NodeKind::Text(text) => Some(constant(Value::text(text.as_str()))),
            NodeKind::Bool(truth) => Some(constant(Value::Bool(*truth))),
            NodeKind::Name(name) => self.name(name, span),
            NodeKind::Member(of, name) => self.member(of, name),
            NodeKind::Index(of, _) => match self.table(of) {
                Some(_) => self.fail(
                    ExprError::new(span.clone(), "a row is no value")
                        .help("name a column of it: `table[key].column`"),
                ),
                None if self.errors_in(of) => None,
                None => self.fail(ExprError::new(
                    span.clone(),
                    "only tables are indexed, by their key",
                )),
            },
            NodeKind::Call(None, name, arguments) => self.function(name, None, arguments, span),
            NodeKind::Call(Some(receiver), name, arguments) => {
                self.method(receiver, name, arguments, span)
            }
            NodeKind::List(elements) => self.list(elements, span),
            NodeKind::Not(operand) => {
                let operand = self.bool(operand)?;
                Some(TypedExpr {
                    expr: Expr::Not(Box::new(operand)),
                    of: Type::Bool,
                })
            }
            NodeKind::Negate(operand) => {
                let typed = self.node(operand)?;
                match typed.of {
                    Type::Int | Type::Decimal(_) => Some(TypedExpr {
                        expr: Expr::Negate(Box::new(typed.expr)),
                        of: typed.of,
                    }),
                    of => self.fail(ExprError::new(
                        operand.span.clone(),
                        format!("`-` wants a number, this is {of}"),
                    )),
                }
            }
            NodeKind::Binary(operator, left, right) => self.binary(*operator, left, right, span),
            NodeKind::If(condition, yes, no) => {
                let condition = self.bool(condition);
                let (yes, no) = (self.node(yes), self.node(no));
                let (condition, yes, no) = (condition?, yes?, no?);
                let (left, right) = (yes.of.clone(), no.of.clone());
                match unify(yes, no) {
                    Some((yes, no, of)) => Some(TypedExpr {
                        expr: Expr::If(Box::new(condition), Box::new(yes), Box::new(no)),
                        of,
                    }),
                    None => self.fail(ExprError::new(
                        span.clone(),
                        format!("one side of `:` is {left}, the other {right}"),
                    )),
                }
            }
        }
    }

    /// Whether checking a part reports a fault of its own, so that what surrounds it need not be reported.
    fn errors_in(&mut self, node: &'c Node) -> bool {
        self.node(node).is_none()
    }

    fn bool(&mut self, node: &'c Node) -> Option<Expr> {
        self.typed(node, &Type::Bool)
    }

    fn typed(&mut self, node: &'c Node, of: &Type) -> Option<Expr> {
        let typed = self.node(node)?;
        let found = typed.of.clone();
        match fit(typed, of) {
            Some(expr) => Some(expr),
            None => self.fail(wanted(node.span.clone(), of, &found)),
        }
    }

    fn list(&mut self, elements: &'c [Node], span: &Span) -> Option<TypedExpr> {
        let typed: Vec<Option<TypedExpr>> = elements.iter().map(|e| self.node(e)).collect();
        let typed: Vec<TypedExpr> = typed.into_iter().collect::<Option<_>>()?;
        let Some(mut of) = typed.first().map(|t| t.of.clone()) else {
            return self.fail(ExprError::new(span.clone(), "an empty list has no type"));
        };
        for (element, node) in typed.iter().zip(elements) {
            match common(&of, &element.of) {
                Some(common) => of = common,
                None => {
                    let message = format!("a list of {of} cannot hold {}", element.of);
                    return self.fail(ExprError::new(node.span.clone(), message));
                }
            }
        }
        let exprs = typed
            .into_iter()
            .map(|t| fit(t, &of))
            .collect::<Option<Vec<_>>>()?;
        Some(TypedExpr {
            expr: Expr::List(exprs),
            of: Type::List(Box::new(of)),
        })
    }

    fn binary(
        &mut self,
        operator: Operator,
        left: &'c Node,
        right: &'c Node,
        span: &Span,
    ) -> Option<TypedExpr> {
        if operator == Operator::Compare(Comparison::In)
            && let Some(table) = self.table(right)
        {
            let key = self.key(table, left)?;
            return Some(TypedExpr {
                expr: Expr::Contains { table, key },
                of: Type::Bool,
            });
        }
        match operator {
            Operator::And => self.both(Expr::And, left, right),
            Operator::Or => self.both(Expr::Or, left, right),
            Operator::Compare(comparison) => self.joined(operator, left, right, span, |a, b| {
                compared(comparison, a, b)
            }),
            Operator::Arithmetic(arithmetic) => self.joined(operator, left, right, span, |a, b| {
                computed(arithmetic, a, b)
            }),
        }
    }

    /// Joins two conditions.
    fn both(
        &mut self,
        expr: fn(Box<Expr>, Box<Expr>) -> Expr,
        left: &'c Node,
        right: &'c Node,
    ) -> Option<TypedExpr> {
        let (left, right) = (self.bool(left), self.bool(right));
        Some(TypedExpr {
            expr: expr(Box::new(left?), Box::new(right?)),
            of: Type::Bool,
        })
    }

    /// Joins two operands; the fault names the operator and their types.
    fn joined(
        &mut self,
        operator: Operator,
        left: &'c Node,
        right: &'c Node,
        span: &Span,
        join: impl FnOnce(TypedExpr, TypedExpr) -> Result<TypedExpr, Option<String>>,
    ) -> Option<TypedExpr> {
        let (left, right) = (self.node(left), self.node(right));
        let (left, right) = (left?, right?);
        let (here, there) = (left.of.clone(), right.of.clone());
        let help = match join(left, right) {
            Ok(typed) => return Some(typed),
            Err(help) => help.or_else(|| conversion(operator, &here, &there)),
        };
        let message = format!("`{}` cannot join {here} and {there}", operator.sign());
        let error = ExprError::new(span.clone(), message);
        self.fail(match help {
            Some(help) => error.help(help),
            None => error,
        })
    }
}
