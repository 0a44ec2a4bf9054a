//! Names: the variable, field, column, row or fact that a name refers to, or a suggestion.

use super::types::with_article;
use super::{Binding, Checker, FieldNames, Named, Scope, Slot, TypedExpr};
use crate::system::expr::ast::{Name, Node, NodeKind, Span};
use crate::system::expr::parse::ExprError;
use crate::system::expr::words::ListFact;
use crate::system::expr::{Expr, HostFact, Reserved, TableId};
use crate::system::near::near;
use crate::system::value::Type;

impl<'c, 'a: 'c> Checker<'c, 'a> {
    pub(super) fn local(&self, name: &str) -> Option<(usize, Binding)> {
        let depth = self
            .locals
            .iter()
            .rev()
            .position(|local| local.name == name)?;
        let local = self.locals.get(self.locals.len() - 1 - depth)?;
        Some((depth, local.of.clone()))
    }

    /// The table that a part names, as `table` or, in another system, as `system.table`, unless a bound row shadows it.
    pub(super) fn table(&self, node: &Node) -> Option<TableId> {
        let tables = &mut self.names.tables.iter();
        match &node.kind {
            NodeKind::Name(name) if self.local(name).is_none() => {
                tables.position(|table| table.name == *name)
            }
            NodeKind::Member(of, table) => match &of.kind {
                NodeKind::Name(system) if self.local(system).is_none() => {
                    let is_it = |name: &str| {
                        let rest = name.strip_prefix(system.as_str());
                        rest.and_then(|rest| rest.strip_prefix('.')) == Some(&table.text)
                    };
                    tables.position(|table| is_it(&table.name))
                }
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn name(&mut self, name: &str, span: &Span) -> Option<TypedExpr> {
        if let Some((depth, binding)) = self.local(name) {
            return self.bound(name, depth, binding, span);
        }
        let error = match Reserved::of_word(name) {
            Some(Reserved::Clock) => return fact(HostFact::Clock, Type::Int),
            Some(Reserved::Today) => return fact(HostFact::Today, Type::Date),
            Some(Reserved::Time) => return fact(HostFact::TimeOfDay, Type::Int),
            Some(Reserved::Terminal) => return fact(HostFact::Terminal, Type::Text),
            Some(Reserved::Inserted) => return fact(HostFact::Inserted, Type::Text),
            Some(
                Reserved::Form
                | Reserved::State
                | Reserved::Session
                | Reserved::Pick
                | Reserved::List,
            ) => ExprError::new(span.clone(), format!("`{name}` is no value by itself"))
                .help(format!("write `{name}.name`")),
            Some(Reserved::Row | Reserved::Other | Reserved::Old) => {
                ExprError::new(span.clone(), format!("there is no `{name}` here"))
            }
            // The parser makes values of `true` and `false`.
            Some(Reserved::True | Reserved::False) | None => self.not_a_value(name, span),
        };
        self.fail(error)
    }

    /// A bound element; a bound row is no value.
    fn bound(
        &mut self,
        name: &str,
        depth: usize,
        binding: Binding,
        span: &Span,
    ) -> Option<TypedExpr> {
        match binding {
            Binding::Element(of) => Some(TypedExpr {
                expr: Expr::Element { depth },
                of,
            }),
            Binding::Row(_) => {
                let error = ExprError::new(span.clone(), "a row is no value");
                self.fail(error.help(format!("name a column of it: `{name}.column`")))
            }
        }
    }

    /// Why a name that is no value of its own cannot stand for one.
    fn not_a_value(&self, name: &str, span: &Span) -> ExprError {
        if !self.names.tables.iter().any(|t| t.name == name) {
            return self.unknown_name(name, span);
        }
        ExprError::new(span.clone(), "a table is no value").help(format!(
            "write `{name}[key].column`, `key in {name}` or `{name}.count()`"
        ))
    }

    fn unknown_name(&self, name: &str, span: &Span) -> ExprError {
        let locals = self.locals.iter().map(|l| l.name).filter(|l| !l.is_empty());
        let tables = self.names.tables.iter().map(|t| t.name.as_str());
        let scopes = self.names.scopes.iter().map(|s| s.name);
        let asked = self.names.questions.iter().map(|q| q.scope);
        let reserved = Reserved::WORDS.iter().copied();
        let known = reserved
            .chain(locals)
            .chain(tables)
            .chain(scopes)
            .chain(asked);
        let error = ExprError::new(span.clone(), format!("nothing is called `{name}`"));
        let with_scope = |scope: &'static str, named: bool| {
            named.then(|| format!("did you mean `{scope}.{name}`?"))
        };
        let field = self
            .names
            .fields
            .is_some_and(|f| f.iter().any(|f| f.name == name));
        let state = self
            .names
            .state
            .is_some_and(|s| s.iter().any(|s| s.name == name));
        let session = self.names.session.iter().any(|s| s.name == name);
        let help = with_scope("form", field)
            .or(with_scope("state", state))
            .or(with_scope("session", session));
        match help.or_else(|| near(name, known).map(|n| format!("did you mean `{n}`?"))) {
            Some(help) => error.help(help),
            None => error.help("a text stands in quotes: 'A'"),
        }
    }

    pub(super) fn member(&mut self, of: &'c Node, name: &Name) -> Option<TypedExpr> {
        if let NodeKind::Index(table, key) = &of.kind
            && let Some(table) = self.table(table)
        {
            let key = self.key(table, key);
            let (column, of) = self.column(table, name)?;
            return Some(TypedExpr {
                expr: Expr::Lookup {
                    table,
                    key: key?,
                    column,
                    of: of.clone(),
                },
                of,
            });
        }
        let NodeKind::Name(scope) = &of.kind else {
            return self.no_member(of, name);
        };
        if let Some((depth, Binding::Row(table))) = self.local(scope) {
            let (column, of) = self.column(table, name)?;
            return Some(TypedExpr {
                expr: Expr::Column {
                    depth,
                    column,
                    of: of.clone(),
                },
                of,
            });
        }
        match Reserved::of_word(scope) {
            Some(Reserved::Session) => {
                let variables = self.names.session;
                self.slot(Expr::Session, "session variable", variables, name)
            }
            Some(Reserved::State) => match self.names.state {
                Some(variables) => {
                    let what = "state variable of this screen";
                    self.slot(Expr::State, what, variables, name)
                }
                None => self.fail(not_here("state", of)),
            },
            Some(Reserved::Form) => self.form(of, name),
            Some(Reserved::Pick) => self.pick(of, name),
            Some(Reserved::List) => self.list_fact(of, name),
            Some(Reserved::Row | Reserved::Other | Reserved::Old) => {
                let error = not_here(scope, of);
                self.fail(error.help("`row` is a row of a list, of `each` or of `compare`, `other` the second entry of `compare`, `old` the row an `update` changes"))
            }
            Some(
                Reserved::Clock
                | Reserved::Today
                | Reserved::Time
                | Reserved::Terminal
                | Reserved::Inserted
                | Reserved::True
                | Reserved::False,
            )
            | None => match self.names.scopes.iter().find(|s| s.name == scope) {
                Some(found) => self.scoped(found, name),
                None => self.no_member(of, name),
            },
        }
    }

    /// The fault of a member of something that has none.
    fn no_member(&mut self, of: &'c Node, name: &Name) -> Option<TypedExpr> {
        let typed = self.node(of)?;
        let message = format!("{} has no `{}`", with_article(&typed.of), name.text);
        self.fail(ExprError::new(name.span.clone(), message))
    }

    fn scoped(&mut self, scope: &Scope<'_>, name: &Name) -> Option<TypedExpr> {
        let what = format!("{} variable", scope.name);
        let slot = match scope.slot {
            Slot::Session => Expr::Session,
            Slot::State => Expr::State,
        };
        self.slot(slot, &what, scope.variables, name)
    }

    /// A variable, by its name among those of its kind.
    fn slot(
        &mut self,
        expr: fn(usize) -> Expr,
        what: &str,
        variables: &[Named],
        name: &Name,
    ) -> Option<TypedExpr> {
        let (index, of) = self.variable(what, variables, name)?;
        Some(TypedExpr {
            expr: expr(index),
            of,
        })
    }

    fn variable(&mut self, what: &str, names: &[Named], name: &Name) -> Option<(usize, Type)> {
        match names.iter().position(|n| n.name == name.text) {
            Some(index) => Some((index, names.get(index)?.of.clone())),
            None => {
                let error = unknown(what, name, names.iter().map(|n| n.name.as_str()));
                self.fail(error)
            }
        }
    }

    fn column(&mut self, table: TableId, name: &Name) -> Option<(usize, Type)> {
        let table = self.names.tables.get(table)?;
        let what = format!("column of {}", table.name);
        self.variable(&what, &table.columns, name)
    }

    fn form(&mut self, of: &Node, name: &Name) -> Option<TypedExpr> {
        let Some(fields) = self.names.fields else {
            return self.fail(not_here("form", of));
        };
        match fields.iter().find(|f| f.name == name.text) {
            Some(field) if field.in_list => {
                let error = ExprError::new(
                    name.span.clone(),
                    format!("`{}` stands in every row of the list", name.text),
                );
                self.fail(error.help(format!("`pick.{}` is the one in the picked row", name.text)))
            }
            Some(field) => Some(TypedExpr {
                expr: Expr::Form(field.id),
                of: field.of.clone(),
            }),
            None => self.fail(unknown(
                "field of this screen",
                name,
                fields
                    .iter()
                    .filter(|f| !f.in_list)
                    .map(|f| f.name.as_str()),
            )),
        }
    }

    fn pick(&mut self, of: &Node, name: &Name) -> Option<TypedExpr> {
        let Some(fields) = self.names.fields.filter(|_| self.names.pick) else {
            return self.fail(
                not_here("pick", of)
                    .help("a row is picked on a screen whose list has `select`, in its rules"),
            );
        };
        let can = |f: &&FieldNames| f.in_list && f.input;
        match fields.iter().find(|f| f.name == name.text) {
            Some(field) if can(&field) => Some(TypedExpr {
                expr: Expr::Pick(field.id),
                of: Type::Text,
            }),
            Some(field) if field.in_list => {
                let error = ExprError::new(
                    name.span.clone(),
                    format!("nobody can type into `{}`", name.text),
                );
                self.fail(error.help("`row.column` is what the picked row holds"))
            }
            _ => self.fail(unknown(
                "input field of the list",
                name,
                fields.iter().filter(can).map(|f| f.name.as_str()),
            )),
        }
    }

    fn list_fact(&mut self, of: &Node, name: &Name) -> Option<TypedExpr> {
        if !self.names.list {
            return self.fail(not_here("list", of));
        }
        match ListFact::of_word(&name.text) {
            Some(found) => fact(found.into(), Type::Int),
            None => {
                let known = ListFact::WORDS.iter().copied();
                self.fail(unknown("fact of the list", name, known))
            }
        }
    }

    /// The expressions of a key: one value, or a list of them for a key of several columns.
    pub(super) fn key(&mut self, table: TableId, key: &'c Node) -> Option<Vec<Expr>> {
        let names = self.names.tables.get(table)?;
        let parts: &[Node] = match &key.kind {
            NodeKind::List(parts) if names.key.len() != 1 => parts,
            _ => std::slice::from_ref(key),
        };
        if parts.len() != names.key.len() {
            let columns: Vec<_> = names
                .key
                .iter()
                .filter_map(|k| names.columns.get(*k))
                .map(|c| c.name.as_str())
                .collect();
            let error = ExprError::new(
                key.span.clone(),
                format!("the key of {} has {} columns", names.name, columns.len()),
            );
            return self.fail(error.help(format!("write [{}]", columns.join(", "))));
        }
        let mut exprs = Vec::new();
        for (part, column) in parts.iter().zip(&names.key) {
            let of = &names.columns.get(*column)?.of;
            exprs.push(self.typed(part, of));
        }
        exprs.into_iter().collect()
    }
}

pub(super) fn unknown<'n>(
    what: &str,
    name: &Name,
    known: impl IntoIterator<Item = &'n str>,
) -> ExprError {
    let known: Vec<&str> = known.into_iter().collect();
    let error = ExprError::new(
        name.span.clone(),
        format!("no {what} is called `{}`", name.text),
    );
    match near(&name.text, known.iter().copied()) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None if known.is_empty() || known.len() > 12 => error,
        None => error.help(format!("there are {}", known.join(", "))),
    }
}

fn fact(fact: HostFact, of: Type) -> Option<TypedExpr> {
    Some(TypedExpr {
        expr: Expr::Fact(fact),
        of,
    })
}

fn not_here(scope: &str, of: &Node) -> ExprError {
    ExprError::new(of.span.clone(), format!("there is no `{scope}` here"))
}
