//! Methods of tables and lists: quantifiers, counts, aggregates and holds.

use super::names::unknown;
use super::types::is_ordered;
use super::{Binding, Checker, Local, TypedExpr};
use crate::system::expr::ast::{Name, Node, NodeKind, Span};
use crate::system::expr::parse::ExprError;
use crate::system::expr::signature::TableMethod;
use crate::system::expr::{Aggregate, Expr, Quantifier, Reserved, TableId};
use crate::system::value::{Type, Value};

/// What a method asks.
enum Asked {
    /// Whether enough rows or elements pass a condition.
    Quantifier(Quantifier),
    /// How many pass it.
    Count,
    /// A value made of the rows.
    Aggregate(Aggregate),
    /// Who holds a record.
    Holder,
}

impl From<TableMethod> for Asked {
    fn from(method: TableMethod) -> Asked {
        match method {
            TableMethod::Exists => Asked::Quantifier(Quantifier::Exists),
            TableMethod::All => Asked::Quantifier(Quantifier::All),
            TableMethod::ExistsOne => Asked::Quantifier(Quantifier::ExistsOne),
            TableMethod::Count => Asked::Count,
            TableMethod::Sum => Asked::Aggregate(Aggregate::Sum),
            TableMethod::Min => Asked::Aggregate(Aggregate::Min),
            TableMethod::Max => Asked::Aggregate(Aggregate::Max),
            TableMethod::First => Asked::Aggregate(Aggregate::First),
            TableMethod::Held => Asked::Holder,
        }
    }
}

impl TableMethod {
    /// Whether lists have it too: those that ask a condition of each element.
    pub(super) fn is_of_lists(self) -> bool {
        match Asked::from(self) {
            Asked::Quantifier(_) | Asked::Count => true,
            Asked::Aggregate(_) | Asked::Holder => false,
        }
    }
}

impl<'c, 'a: 'c> Checker<'c, 'a> {
    pub(super) fn table_method(
        &mut self,
        table: TableId,
        name: &Name,
        arguments: &'c [Node],
        span: &Span,
    ) -> Option<TypedExpr> {
        let Some(method) = TableMethod::of_word(&name.text) else {
            let known = TableMethod::WORDS.iter().copied();
            return self.fail(unknown("method of a table", name, known));
        };
        let row = Binding::Row(table);
        let (expr, of) = match Asked::from(method) {
            Asked::Quantifier(quantifier) => {
                let condition = self.condition(arguments, row, span)?;
                let rows = Expr::Rows {
                    quantifier,
                    table,
                    condition,
                };
                (rows, Type::Bool)
            }
            Asked::Count => {
                let condition = match arguments {
                    [] => Box::new(Expr::Const(Value::Bool(true))),
                    _ => self.condition(arguments, row, span)?,
                };
                (Expr::CountRows { table, condition }, Type::Int)
            }
            Asked::Aggregate(aggregate) => {
                return self.aggregate(aggregate, table, name, arguments, span);
            }
            Asked::Holder => return self.holder(table, arguments, span),
        };
        Some(TypedExpr { expr, of })
    }

    /// A method of a list with elements of this type.
    pub(super) fn list_method(
        &mut self,
        method: TableMethod,
        list: Expr,
        of: Type,
        arguments: &'c [Node],
        span: &Span,
    ) -> Option<TypedExpr> {
        let condition = self.condition(arguments, Binding::Element(of), span)?;
        let list = Box::new(list);
        let (expr, of) = match Asked::from(method) {
            Asked::Quantifier(quantifier) => {
                let elements = Expr::Elements {
                    quantifier,
                    list,
                    condition,
                };
                (elements, Type::Bool)
            }
            Asked::Count => (Expr::CountElements { list, condition }, Type::Int),
            Asked::Aggregate(_) | Asked::Holder => return None,
        };
        Some(TypedExpr { expr, of })
    }

    /// The condition of a quantifier, with its variable bound.
    fn condition(&mut self, arguments: &'c [Node], of: Binding, span: &Span) -> Option<Box<Expr>> {
        let [variable, condition] = arguments else {
            let error = ExprError::new(span.clone(), "a variable and a condition are wanted");
            return self.fail(error.help("as in `.exists(x, x == 'A')`"));
        };
        let name = self.bind(variable)?;
        self.locals.push(Local { name, of });
        let condition = self.bool(condition);
        self.locals.pop();
        condition.map(Box::new)
    }

    fn bind(&mut self, variable: &'c Node) -> Option<&'c str> {
        let taken = |name: &str| {
            let tables = &mut self.names.tables.iter();
            Reserved::of_word(name).is_some() || tables.any(|t| t.name == name)
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

    fn holder(&mut self, table: TableId, arguments: &'c [Node], span: &Span) -> Option<TypedExpr> {
        let [key] = arguments else {
            let error = ExprError::new(span.clone(), "`held` wants the key of a record");
            return self.fail(error);
        };
        let key = self.key(table, key)?;
        Some(TypedExpr {
            expr: Expr::Holder { table, key },
            of: Type::Text,
        })
    }

    fn aggregate(
        &mut self,
        aggregate: Aggregate,
        table: TableId,
        name: &Name,
        arguments: &'c [Node],
        span: &Span,
    ) -> Option<TypedExpr> {
        let (variable, value, filter) = match arguments {
            [variable, value] => (variable, value, None),
            [variable, value, filter] => (variable, value, Some(filter)),
            _ => {
                let name = &name.text;
                let message = format!("`{name}` wants a variable, a value and perhaps a condition");
                let help = format!("as in `.{name}(r, r.amount, r.state == 'N')`");
                return self.fail(ExprError::new(span.clone(), message).help(help));
            }
        };
        let bound = self.bind(variable)?;
        self.locals.push(Local {
            name: bound,
            of: Binding::Row(table),
        });
        let typed = self.node(value);
        let filter = filter.map(|f| self.bool(f));
        self.locals.pop();
        let (typed, filter) = (typed?, filter.map_or(Some(None), |f| f.map(Some))?);
        let fits = match aggregate {
            Aggregate::Sum => matches!(typed.of, Type::Int | Type::Decimal(_)),
            Aggregate::Min | Aggregate::Max => is_ordered(&typed.of),
            Aggregate::First => true,
        };
        if !fits {
            let message = format!("`{}` cannot be taken of {}", name.text, typed.of);
            return self.fail(ExprError::new(value.span.clone(), message));
        }
        let expr = Expr::Aggregate {
            aggregate,
            table,
            value: Box::new(typed.expr),
            filter: filter.map(Box::new),
            of: typed.of.clone(),
        };
        Some(TypedExpr { expr, of: typed.of })
    }
}
