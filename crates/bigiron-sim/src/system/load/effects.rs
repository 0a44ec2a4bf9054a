//! Effects: what rules and jobs do.

use super::literal::{duration, duration_text, look};
use super::node::{Faults, SourcePlace, TomlNode, TomlTable, TomlText};
use super::scope::{Catalog, ScreenNames, any, lookup, template, typed, unknown};
use super::structure;
use crate::system::expr::{Expr, Names};
use crate::system::model::{Compare, Effect, FieldId, Paging, ScreenId};
use crate::system::shape::{EFFECTS, short_effects};
use crate::system::value::{Type, Value};
use toml::de::DeValue;

/// Where effects stand.
#[derive(Clone, Copy)]
pub(crate) enum EffectContext<'c> {
    /// In a rule of a screen.
    Screen(&'c ScreenNames),
    /// In a job.
    Job,
    /// On whatever screen is shown when a terminal has been idle.
    Idle,
}

/// Compiles the effects of one place.
pub(crate) struct Effects<'c, 'f> {
    pub catalog: &'c Catalog,
    pub stage: EffectContext<'c>,
    pub names: Names<'c>,
    pub faults: &'f mut Faults,
}

impl<'c> Effects<'c, '_> {
    /// The effects of a rule: those of `do`, then those that stand in it as keys of their own.
    pub fn of_rule(&mut self, rule: &TomlTable<'_>) -> Vec<Effect> {
        let mut effects = self.list(rule.get("do"));
        for (name, node) in rule.entries() {
            if short_effects().any(|key| key.name == name.text) {
                effects.extend(self.effect(name.text, &node, rule, &name.place()));
            }
        }
        self.message_is_seen(&effects, rule);
        effects
    }

    /// A list of effects.
    pub fn list(&mut self, node: Option<TomlNode<'_>>) -> Vec<Effect> {
        let elements = node.and_then(|n| n.elements()).unwrap_or_default();
        let tables = elements.iter().filter_map(TomlNode::table);
        let mut effects = Vec::new();
        for table in tables {
            let head = structure::tag(&table, EFFECTS).and_then(|shape| shape.keys.first());
            if let Some((key, node)) = head.and_then(|key| Some((key, table.get(key.name)?))) {
                let place = table
                    .key(key.name)
                    .map_or(node.place(), |name| name.place());
                effects.extend(self.effect(key.name, &node, &table, &place));
            }
        }
        effects
    }

    fn screen(&self) -> Option<&'c ScreenNames> {
        match self.stage {
            EffectContext::Screen(screen) => Some(screen),
            EffectContext::Job | EffectContext::Idle => None,
        }
    }

    fn effect(
        &mut self,
        head: &str,
        node: &TomlNode<'_>,
        table: &TomlTable<'_>,
        place: &SourcePlace,
    ) -> Vec<Effect> {
        if !self.allowed(head, place) {
            return Vec::new();
        }
        if let "set" | "fill" = head {
            return self.assignments(head, node);
        }
        self.single(head, node, table).into_iter().collect()
    }

    /// Whether an effect can happen here at all.
    fn allowed(&mut self, head: &str, place: &SourcePlace) -> bool {
        let on_screen = [
            "message", "call", "modal", "back", "refresh", "page", "fill", "cursor", "mark",
            "alarm", "delay",
        ];
        let in_idle = ["message", "alarm"];
        let message = match self.stage {
            EffectContext::Job if on_screen.contains(&head) => {
                format!("a job has no terminal: `{head}` can only happen on a screen")
            }
            EffectContext::Idle if on_screen.contains(&head) && !in_idle.contains(&head) => {
                format!("`{head}` needs to know its screen: an idle terminal may show any")
            }
            _ => return true,
        };
        let fault = self.faults.error(place.clone(), message);
        if let EffectContext::Job = self.stage {
            fault.help("of the effects on terminals a job has broadcast, signoff and goto");
        }
        false
    }

    fn single(&mut self, head: &str, node: &TomlNode<'_>, table: &TomlTable<'_>) -> Option<Effect> {
        Some(match head {
            "message" => Effect::Message(self.template(node)?),
            "broadcast" => Effect::Broadcast(self.template(node)?),
            "abend" => Effect::Abend(self.template(node)?),
            "goto" => Effect::Goto(self.target(node, head)?),
            "call" => Effect::Call(self.target(node, head)?),
            "modal" => Effect::Call(self.target(node, head)?),
            "back" => Effect::Back,
            "refresh" => Effect::Refresh,
            "signoff" => Effect::SignOff,
            "alarm" => Effect::Alarm,
            "page" => Effect::Page(self.paging(node)?),
            "cursor" => Effect::Cursor(self.field(&node.text()?)?),
            "mark" => {
                let field = self.field(&node.text()?)?;
                let base = self.screen()?.fields.get(field)?.look;
                Effect::Mark(field, look(table, base))
            }
            "insert" => self.insert(node, table)?,
            "update" => self.update(node, table)?,
            "delete" => {
                let (of, key) = self.record(node, table)?;
                Effect::Delete {
                    table: of,
                    key: key?,
                }
            }
            "hold" => {
                let (of, key) = self.record(node, table)?;
                let by = typed(&table.get("by")?, &Type::Text, &self.names, self.faults);
                Effect::Hold {
                    table: of,
                    key: key?,
                    by: by?,
                }
            }
            "release" => {
                let (of, key) = self.record(node, table)?;
                Effect::Release {
                    table: of,
                    key: key?,
                }
            }
            "each" => self.each(node, table)?,
            "when" => {
                let test = typed(node, &Type::Bool, &self.names, self.faults);
                let (then, otherwise) = (self.list(table.get("do")), self.list(table.get("else")));
                Effect::When {
                    test: test?,
                    then,
                    otherwise,
                }
            }
            "compare" => self.compare(node, table)?,
            "delay" => Effect::Delay(self.delay(node)?),
            "run" => Effect::Run(self.catalog.job(&node.text()?, self.faults)?),
            "submit" => {
                let job = self.catalog.job(&node.text()?, self.faults);
                let after = match table.get("after") {
                    Some(after) => self.delay(&after),
                    None => Some(Expr::Const(Value::Int(0))),
                };
                Effect::Submit(job?, after?)
            }
            _ => return None,
        })
    }

    fn template(&mut self, node: &TomlNode<'_>) -> Option<crate::system::model::Template> {
        Some(template(&node.text()?, &self.names, &[], self.faults))
    }

    /// Milliseconds as an expression; a duration is one.
    fn delay(&mut self, node: &TomlNode<'_>) -> Option<Expr> {
        match node.value {
            DeValue::String(text) if duration_text(text).is_none() => {
                typed(node, &Type::Int, &self.names, self.faults)
            }
            _ => duration(node, self.faults)
                .and_then(|ms| i64::try_from(ms).ok())
                .map(|ms| Expr::Const(Value::Int(ms))),
        }
    }

    fn target(&mut self, node: &TomlNode<'_>, head: &str) -> Option<ScreenId> {
        let text = node.text()?;
        let id = self.catalog.screen(&text, self.faults)?;
        let target = self.catalog.screens.get(id)?;
        if (head == "modal") == target.window {
            return Some(id);
        }
        let (what, instead) = match head {
            "modal" => (
                "a full screen",
                "`goto` and `call` lead to full screens; a window's file has `window = { row = …, column = … }`",
            ),
            _ => ("a window", "windows are opened by `modal`"),
        };
        self.faults
            .error(text.place(), format!("`{}` is {what}", target.id))
            .help(instead);
        None
    }

    fn paging(&mut self, node: &TomlNode<'_>) -> Option<Paging> {
        if self.screen().is_some_and(|s| s.list.is_none() && !s.broken) {
            self.faults
                .error(node.place(), "this screen has no list to page");
        }
        Some(match node.value.as_str()? {
            "first" => Paging::First,
            "next" => Paging::Next,
            "previous" => Paging::Previous,
            "last" => Paging::Last,
            _ => return None,
        })
    }

    fn field(&mut self, name: &TomlText<'_>) -> Option<FieldId> {
        let screen = self.screen()?;
        let id = lookup(
            "field of this screen",
            name,
            screen.names.iter().map(|f| f.name.as_str()),
            self.faults,
        )?;
        screen.names.get(id).map(|f| f.id)
    }

    /// `set` of variables, or `fill` of fields.
    fn assignments(&mut self, head: &str, node: &TomlNode<'_>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for (name, value) in node.table().map(|t| t.entries()).unwrap_or_default() {
            effects.extend(if head == "fill" {
                self.fill(&name, &value)
            } else {
                self.set(&name, &value)
            });
        }
        effects
    }

    fn fill(&mut self, name: &super::node::TomlKey<'_>, value: &TomlNode<'_>) -> Option<Effect> {
        let screen = self.screen()?;
        let Some(field) = screen
            .names
            .iter()
            .find(|f| f.name == name.text && !f.in_list)
        else {
            let known = screen
                .names
                .iter()
                .filter(|f| !f.in_list)
                .map(|f| f.name.as_str());
            unknown(
                "field of this screen",
                name.text,
                name.place(),
                known,
                self.faults,
            );
            return None;
        };
        // A field that is only shown takes what its text would be; a typed one takes its type.
        let expr = match field.of {
            Type::Text => any(value, &self.names, self.faults)?.expr,
            _ => typed(value, &field.of, &self.names, self.faults)?,
        };
        Some(Effect::Fill(field.id, expr))
    }

    fn set(&mut self, name: &super::node::TomlKey<'_>, value: &TomlNode<'_>) -> Option<Effect> {
        let (scope, variable) = name.text.split_once('.').unwrap_or(("", name.text));
        let known = match (scope, self.names.state) {
            ("session", _) => self.names.session,
            ("state", Some(state)) => state,
            ("state", None) => {
                self.faults.error(name.place(), "there is no `state` here");
                return None;
            }
            _ => {
                let fault = self
                    .faults
                    .error(name.place(), format!("`{}` cannot be set", name.text));
                fault.help("`session.x` and `state.x` are set, in quotes: { set = { \"state.x\" = \"…\" } }; fields are filled, by `fill`");
                return None;
            }
        };
        let Some(index) = known.iter().position(|v| v.name == variable) else {
            let names = known.iter().map(|v| v.name.as_str());
            unknown(
                &format!("{scope} variable"),
                variable,
                name.place(),
                names,
                self.faults,
            );
            return None;
        };
        let expr = typed(value, &known.get(index)?.of, &self.names, self.faults)?;
        Some(if scope == "session" {
            Effect::SetSession(index, expr)
        } else {
            Effect::SetState(index, expr)
        })
    }

    /// A table and the key of a record in it.
    pub(crate) fn record(
        &mut self,
        node: &TomlNode<'_>,
        table: &TomlTable<'_>,
    ) -> Option<(usize, Option<Vec<Expr>>)> {
        let of = self.catalog.table(&node.text()?, self.faults)?;
        Some((of, self.key(of, table.get("key")?)))
    }

    pub(crate) fn key(&mut self, of: usize, node: TomlNode<'_>) -> Option<Vec<Expr>> {
        let names = self.catalog.tables.get(of)?;
        let parts = node.one_or_more();
        if names.key.is_empty() {
            return None;
        }
        if parts.len() != names.key.len() {
            let columns: Vec<_> = names
                .key
                .iter()
                .filter_map(|k| names.columns.get(*k))
                .map(|c| c.name.as_str())
                .collect();
            let message = format!(
                "the key of {} has {} columns, these are {}",
                names.name,
                columns.len(),
                parts.len()
            );
            self.faults
                .error(node.place(), message)
                .help(format!("its key is {}", columns.join(", ")));
            return None;
        }
        let columns = names.key.iter().filter_map(|k| names.columns.get(*k));
        let exprs: Vec<_> = parts
            .iter()
            .zip(columns)
            .map(|(p, c)| typed(p, &c.of, &self.names, self.faults))
            .collect();
        exprs.into_iter().collect()
    }

    /// `column = expression` for each entry.
    pub(crate) fn columns(
        &mut self,
        of: usize,
        node: Option<TomlNode<'_>>,
    ) -> Option<Vec<(usize, Expr)>> {
        let names = self.catalog.tables.get(of)?;
        let mut set = Vec::new();
        for (name, value) in node
            .and_then(|n| n.table())
            .map(|t| t.entries())
            .unwrap_or_default()
        {
            let Some(column) = names.columns.iter().position(|c| c.name == name.text) else {
                let known = names.columns.iter().map(|c| c.name.as_str());
                unknown(
                    &format!("column of {}", names.name),
                    name.text,
                    name.place(),
                    known,
                    self.faults,
                );
                continue;
            };
            let expr = typed(
                &value,
                &names.columns.get(column)?.of,
                &self.names,
                self.faults,
            );
            set.extend(expr.map(|expr| (column, expr)));
        }
        Some(set)
    }

    fn insert(&mut self, node: &TomlNode<'_>, table: &TomlTable<'_>) -> Option<Effect> {
        let text = node.text()?;
        let of = self.catalog.table(&text, self.faults)?;
        let before = self.faults.list.len();
        let row = self.columns(of, table.get("row"))?;
        let names = self.catalog.tables.get(of)?;
        let numbered = self.catalog.numbered.get(of).copied().unwrap_or(false);
        let missing = names
            .key
            .iter()
            .find(|k| !row.iter().any(|(column, _)| column == *k));
        if let Some(column) = missing.and_then(|k| names.columns.get(*k))
            && !numbered
            && before == self.faults.list.len()
        {
            let fault = self.faults.error(
                text.place(),
                format!("the row has no key: `{}` is left out", column.name),
            );
            fault.help(format!(
                "give it in `row`, or let {} number its rows by a `sequence`",
                names.name
            ));
        }
        Some(Effect::Insert { table: of, row })
    }

    fn update(&mut self, node: &TomlNode<'_>, table: &TomlTable<'_>) -> Option<Effect> {
        let (of, key) = self.record(node, table)?;
        self.names.rows.push(("old", of));
        let set = self.columns(of, table.get("set"));
        self.names.rows.pop();
        let set = set?;
        let names = self.catalog.tables.get(of)?;
        if let Some((column, _)) = set.iter().find(|(column, _)| names.key.contains(column)) {
            let name = names.columns.get(*column).map_or("", |c| c.name.as_str());
            let place = table
                .table_of("set")
                .and_then(|t| t.key(name))
                .map_or(node.place(), |n| n.place());
            self.faults
                .error(place, format!("`{name}` is a key: it cannot change"))
                .help("delete the row and insert another");
        }
        Some(Effect::Update {
            table: of,
            key: key?,
            set,
        })
    }

    pub(crate) fn filter(&mut self, table: &TomlTable<'_>) -> Option<Option<Expr>> {
        match table.get("where") {
            Some(node) => typed(&node, &Type::Bool, &self.names, self.faults).map(Some),
            None => Some(None),
        }
    }

    fn each(&mut self, node: &TomlNode<'_>, table: &TomlTable<'_>) -> Option<Effect> {
        let of = self.catalog.table(&node.text()?, self.faults)?;
        self.names.rows.push(("row", of));
        let filter = self.filter(table);
        let effects = self.list(table.get("do"));
        self.names.rows.pop();
        Some(Effect::Each {
            table: of,
            filter: filter?,
            effects,
        })
    }

    fn compare(&mut self, node: &TomlNode<'_>, table: &TomlTable<'_>) -> Option<Effect> {
        let left = self.catalog.table(&node.text()?, self.faults);
        let right = table
            .str_of("with")
            .and_then(|with| self.catalog.table(&with, self.faults));
        let (left, right) = (left?, right?);
        self.names.rows.push(("row", left));
        let filter = self.filter(table);
        let key = table.get("key").and_then(|key| self.key(right, key));
        self.names.rows.pop();
        let columns = self.pairs(left, right, table.get("columns"));
        self.names.rows.extend([("other", right), ("row", left)]);
        let equal = self.list(table.get("equal"));
        let differs = self.list(table.get("differs"));
        let missing = self.list(table.get("missing"));
        self.names.rows.truncate(self.names.rows.len() - 2);
        Some(Effect::Compare(Box::new(Compare {
            left,
            filter: filter?,
            right,
            key: key?,
            columns,
            equal,
            differs,
            missing,
        })))
    }

    /// Columns that must agree, by their names in both tables.
    fn pairs(
        &mut self,
        left: usize,
        right: usize,
        node: Option<TomlNode<'_>>,
    ) -> Vec<(usize, usize)> {
        let mut pairs = Vec::new();
        for element in node.and_then(|n| n.elements()).unwrap_or_default() {
            let names: Vec<(&str, SourcePlace, &str, SourcePlace)> =
                match (element.text(), element.table()) {
                    (Some(text), _) => vec![(text.text, text.place(), text.text, text.place())],
                    (None, Some(table)) => {
                        let pair = |(name, node): (super::node::TomlKey<'_>, TomlNode<'_>)| {
                            let text = node.value.as_str().map(str::len).and(node.text());
                            text.map(|t| {
                                (
                                    name.text.to_owned(),
                                    name.place(),
                                    t.text.to_owned(),
                                    t.place(),
                                )
                            })
                        };
                        let owned: Vec<_> = table.entries().into_iter().filter_map(pair).collect();
                        for (here, at, there, other) in &owned {
                            pairs.extend(self.pair(left, right, (here, at), (there, other)));
                        }
                        continue;
                    }
                    _ => continue,
                };
            for (here, at, there, other) in &names {
                pairs.extend(self.pair(left, right, (here, at), (there, other)));
            }
        }
        pairs
    }

    fn pair(
        &mut self,
        left: usize,
        right: usize,
        here: (&str, &SourcePlace),
        there: (&str, &SourcePlace),
    ) -> Option<(usize, usize)> {
        let mut column = |table: usize, (name, place): (&str, &SourcePlace)| {
            let names = self.catalog.tables.get(table)?;
            let found = names.columns.iter().position(|c| c.name == name);
            if found.is_none() {
                let known = names.columns.iter().map(|c| c.name.as_str());
                unknown(
                    &format!("column of {}", names.name),
                    name,
                    place.clone(),
                    known,
                    self.faults,
                );
            }
            Some((found?, names.columns.get(found?)?.of.clone()))
        };
        let (a, b) = (column(left, here), column(right, there));
        let ((a, left_type), (b, right_type)) = (a?, b?);
        if left_type != right_type {
            let message = format!(
                "`{}` is {left_type}, `{}` of the other table is {right_type}: they cannot agree",
                here.0, there.0
            );
            self.faults.error(there.1.clone(), message);
        }
        Some((a, b))
    }

    /// A message needs a field where it is shown at the end.
    fn message_is_seen(&mut self, effects: &[Effect], rule: &TomlTable<'_>) {
        let Some(screen) = self.screen().filter(|s| !s.broken) else {
            return;
        };
        let mut shown = Some(screen);
        let mut message = false;
        for effect in effects {
            match effect {
                Effect::Message(_) => message = true,
                Effect::Goto(to) | Effect::Call(to) => shown = self.catalog.screens.get(*to),
                Effect::Back | Effect::SignOff | Effect::Abend(_) | Effect::When { .. } => {
                    shown = None
                }
                _ => {}
            }
        }
        let Some(shown) = shown.filter(|s| message && s.message.is_none() && !s.broken) else {
            return;
        };
        let place = rule
            .key("message")
            .map(|n| n.place())
            .or_else(|| rule.key("do").map(|n| n.place()));
        if let Some(place) = place {
            let fault = self.faults.error(
                place,
                format!("the message is not seen: {} has no message field", shown.id),
            );
            fault.help("draw a field called `msg`, or name one in `message = \"…\"`");
        }
    }
}
