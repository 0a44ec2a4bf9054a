//! Names: which variable, field, column, row or fact a name is, or the nearest that there is.

use super::types::with_article;
use super::*;

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

    /// The table that a part names, as `table` or, of another system, as `system.table`, unless a bound row hides it.
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
        let fact = |fact, of| {
            Some(TypedExpr {
                expr: Expr::Fact(fact),
                of,
            })
        };
        match (name, self.local(name)) {
            (_, Some((depth, Binding::Element(of)))) => {
                return Some(TypedExpr {
                    expr: Expr::Element { depth },
                    of,
                });
            }
            (_, Some(_)) => {
                return self.fail(
                    ExprError::new(span.clone(), "a row is no value")
                        .help(format!("name a column of it: `{name}.column`")),
                );
            }
            ("clock", _) => return fact(HostFact::Clock, Type::Int),
            ("today", _) => return fact(HostFact::Today, Type::Date),
            ("time", _) => return fact(HostFact::TimeOfDay, Type::Int),
            ("terminal", _) => return fact(HostFact::Terminal, Type::Text),
            ("inserted", _) => return fact(HostFact::Inserted, Type::Text),
            _ => {}
        }
        let error = match name {
            "form" | "state" | "session" | "pick" | "list" => {
                ExprError::new(span.clone(), format!("`{name}` is no value by itself"))
                    .help(format!("write `{name}.name`"))
            }
            "row" | "other" | "old" => {
                ExprError::new(span.clone(), format!("there is no `{name}` here"))
            }
            _ if self.names.tables.iter().any(|t| t.name == name) => {
                ExprError::new(span.clone(), "a table is no value").help(format!(
                    "write `{name}[key].column`, `key in {name}` or `{name}.count()`"
                ))
            }
            _ => self.unknown_name(name, span),
        };
        self.fail(error)
    }

    pub(super) fn unknown_name(&self, name: &str, span: &Span) -> ExprError {
        let locals = self.locals.iter().map(|l| l.name).filter(|l| !l.is_empty());
        let tables = self.names.tables.iter().map(|t| t.name.as_str());
        let scopes = self.names.scopes.iter().map(|s| s.name);
        let asked = self.names.questions.iter().map(|q| q.scope);
        let known = RESERVED
            .into_iter()
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
            let typed = self.node(of)?;
            return self.fail(ExprError::new(
                name.span.clone(),
                format!("{} has no `{}`", with_article(&typed.of), name.text),
            ));
        };
        match (scope.as_str(), self.local(scope)) {
            (_, Some((depth, Binding::Row(table)))) => {
                let (column, of) = self.column(table, name)?;
                Some(TypedExpr {
                    expr: Expr::Column {
                        depth,
                        column,
                        of: of.clone(),
                    },
                    of,
                })
            }
            ("session", _) => {
                let names = self.names.session;
                let (index, of) = self.variable("session variable", names, name)?;
                Some(TypedExpr {
                    expr: Expr::Session(index),
                    of,
                })
            }
            ("state", _) => match self.names.state {
                Some(names) => {
                    let (index, of) =
                        self.variable("state variable of this screen", names, name)?;
                    Some(TypedExpr {
                        expr: Expr::State(index),
                        of,
                    })
                }
                None => self.fail(not_here("state", of)),
            },
            ("form", _) => self.form(of, name),
            ("pick", _) => self.pick(of, name),
            ("list", _) => self.list_fact(of, name),
            ("row" | "other" | "old", _) => {
                let error = ExprError::new(of.span.clone(), format!("there is no `{scope}` here"));
                self.fail(error.help("`row` is a row of a list, of `each` or of `compare`, `other` the second entry of `compare`, `old` the row an `update` changes"))
            }
            _ => match self.names.scopes.iter().find(|s| s.name == scope) {
                Some(found) => self.scoped(found, name),
                None => {
                    let typed = self.node(of)?;
                    self.fail(ExprError::new(
                        name.span.clone(),
                        format!("{} has no `{}`", with_article(&typed.of), name.text),
                    ))
                }
            },
        }
    }

    pub(super) fn scoped(&mut self, scope: &Scope<'_>, name: &Name) -> Option<TypedExpr> {
        let what = format!("{} variable", scope.name);
        let (index, of) = self.variable(&what, scope.variables, name)?;
        let expr = match scope.slot {
            Slot::Session => Expr::Session(index),
            Slot::State => Expr::State(index),
        };
        Some(TypedExpr { expr, of })
    }

    pub(super) fn variable(
        &mut self,
        what: &str,
        names: &[Named],
        name: &Name,
    ) -> Option<(usize, Type)> {
        match names.iter().position(|n| n.name == name.text) {
            Some(index) => Some((index, names.get(index)?.of.clone())),
            None => {
                let error = unknown(what, name, names.iter().map(|n| n.name.as_str()));
                self.fail(error)
            }
        }
    }

    pub(super) fn column(&mut self, table: TableId, name: &Name) -> Option<(usize, Type)> {
        let table = self.names.tables.get(table)?;
        let what = format!("column of {}", table.name);
        self.variable(&what, &table.columns, name)
    }

    pub(super) fn form(&mut self, of: &Node, name: &Name) -> Option<TypedExpr> {
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

    pub(super) fn pick(&mut self, of: &Node, name: &Name) -> Option<TypedExpr> {
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

    pub(super) fn list_fact(&mut self, of: &Node, name: &Name) -> Option<TypedExpr> {
        if !self.names.list {
            return self.fail(not_here("list", of));
        }
        let fact = match name.text.as_str() {
            "count" => HostFact::ListCount,
            "page" => HostFact::ListPage,
            "pages" => HostFact::ListPages,
            "picks" => HostFact::ListPicks,
            _ => {
                return self.fail(unknown(
                    "fact of the list",
                    name,
                    ["count", "page", "pages", "picks"],
                ));
            }
        };
        Some(TypedExpr {
            expr: Expr::Fact(fact),
            of: Type::Int,
        })
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

pub(super) fn not_here(scope: &str, of: &Node) -> ExprError {
    ExprError::new(of.span.clone(), format!("there is no `{scope}` here"))
}
