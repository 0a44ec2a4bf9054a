//! The parts of a task that are about its tables and values: setup, requirements, allowances, milestones, answer, playbooks.

use crate::system::expr::{Expr, Named, Names};
use crate::system::load::effects::{EffectContext, Effects};
use crate::system::load::literal::type_of;
use crate::system::load::node::{Faults, TomlNode, TomlTable, TomlText};
use crate::system::load::scope::{Catalog, lookup, typed};
use crate::system::model::{Effect, Template, TemplatePart};
use crate::system::value::Type;
use crate::task::model::{Allow, AnswerRule, Require};
use crate::task::playbook::Playbook;
use crate::task::shape::CHANGES;

/// The effects that a setup may have.
const OF_SETUP: &str = "insert, update, delete, each, when";

/// Compiles the parts of a task that are about its tables and values.
pub(super) struct PartCompiler<'c, 'f> {
    pub catalog: &'c Catalog,
    pub names: Names<'c>,
    /// The systems of the task.
    pub systems: Vec<&'c str>,
    pub values: &'c [Named],
    /// Indices of the values that the goal tells.
    pub in_goal: Vec<usize>,
    pub faults: &'f mut Faults,
}

/// The values that a goal tells, by index.
pub(super) fn in_goal(goal: &Template) -> Vec<usize> {
    let mut in_goal = Vec::new();
    for part in &goal.0 {
        if let TemplatePart::Expr(expr) = part {
            expr.visit(&mut |part| {
                if let Expr::Session(value) = part {
                    in_goal.push(*value);
                }
            });
        }
    }
    in_goal
}

impl<'c> PartCompiler<'c, '_> {
    fn effects(&mut self) -> Effects<'c, '_> {
        Effects {
            catalog: self.catalog,
            context: EffectContext::Job,
            names: self.names.clone(),
            faults: self.faults,
        }
    }

    /// Each table of a list, as far as it can be compiled.
    pub fn each<T>(
        &mut self,
        written: &TomlTable<'_>,
        key: &str,
        one: fn(&mut Self, &TomlTable<'_>) -> Option<T>,
    ) -> Vec<T> {
        let elements = written
            .get(key)
            .map(|node| node.one_or_more())
            .unwrap_or_default();
        let tables = elements.iter().filter_map(TomlNode::table);
        tables.filter_map(|table| one(self, &table)).collect()
    }

    pub fn setup(&mut self, written: &TomlTable<'_>) -> Vec<Effect> {
        let Some(node) = written.table_of("setup").and_then(|setup| setup.get("do")) else {
            return Vec::new();
        };
        let effects = self.effects().list(Some(node));
        if !effects.iter().all(changes_tables) {
            self.faults
                .error(node.place(), "a setup changes tables and does nothing else")
                .help(format!("of the effects it may have {OF_SETUP}"));
        }
        effects
    }

    pub fn requirement(&mut self, table: &TomlTable<'_>) -> Option<Require> {
        let when = match table.get("when") {
            Some(node) => Some(typed(&node, &Type::Bool, &self.names, self.faults)?),
            None => None,
        };
        if let Some(of) = table.str_of("insert") {
            let of = self.catalog.table(&of, self.faults)?;
            let row = self.effects().columns(of, table.get("row"))?;
            return Some(Require::Insert {
                table: of,
                row,
                when,
            });
        }
        if let Some(node) = table.get("update") {
            let (of, key) = self.effects().record(&node, table)?;
            let set = self.effects().columns(of, table.get("set"));
            let free = self.columns(of, table.get("free"));
            return Some(Require::Update {
                table: of,
                key: key?,
                set: set?,
                free,
                when,
            });
        }
        let (table, key) = self.effects().record(&table.get("delete")?, table)?;
        Some(Require::Delete {
            table,
            key: key?,
            when,
        })
    }

    fn columns(&mut self, of: usize, node: Option<TomlNode<'_>>) -> Vec<usize> {
        let Some(table) = self.catalog.tables.get(of) else {
            return Vec::new();
        };
        let what = format!("column of {}", table.name);
        let known = table.columns.iter().map(|column| column.name.as_str());
        let elements = node.and_then(|node| node.elements()).unwrap_or_default();
        elements
            .iter()
            .filter_map(TomlNode::text)
            .filter_map(|text| lookup(&what, &text, known.clone(), self.faults))
            .collect()
    }

    pub fn allowance(&mut self, table: &TomlTable<'_>) -> Option<Allow> {
        let of = self.catalog.table(&table.str_of("table")?, self.faults)?;
        let mut effects = self.effects();
        effects.names.rows.push(("row", of));
        let filter = effects.filter(table)?;
        let named = table.get("changes").and_then(|node| node.elements());
        let changes = match named {
            None => CHANGES.iter().map(|change| (*change).to_owned()).collect(),
            Some(named) => named
                .iter()
                .filter_map(|node| Some(node.text()?.text.to_owned()))
                .collect(),
        };
        let columns = table
            .get("columns")
            .map(|node| self.columns(of, Some(node)));
        Some(Allow {
            table: of,
            filter,
            columns,
            changes,
        })
    }

    pub fn milestone(&mut self, table: &TomlTable<'_>) -> Option<(String, Expr)> {
        let when = typed(&table.get("when")?, &Type::Bool, &self.names, self.faults)?;
        Some((table.str_of("name")?.text.to_owned(), when))
    }

    pub fn report(&mut self, table: &TomlTable<'_>) -> Option<AnswerRule> {
        let (of, _) = type_of(&table.str_of("type")?, self.faults)?;
        let expected = typed(&table.get("expected")?, &of, &self.names, self.faults)?;
        Some(AnswerRule { of, expected })
    }

    /// A playbook by name; what it takes must be among the values, of the same types.
    pub fn playbook(&mut self, text: &TomlText<'_>, playbooks: &[Playbook]) -> Option<usize> {
        let known = playbooks.iter().map(|playbook| playbook.id.as_str());
        let index = lookup("playbook", text, known, self.faults)?;
        let works_in = &playbooks.get(index)?.systems;
        if !works_in.is_empty() && *works_in != self.systems {
            let message = format!(
                "the playbook works in {}, the task is in {}",
                works_in.join(" and "),
                self.systems.join(" and ")
            );
            self.faults.error(text.place(), message);
        }
        for (name, of) in &playbooks.get(index)?.takes {
            let at = self.values.iter().position(|value| value.name == *name);
            let value = at.and_then(|at| Some((self.in_goal.contains(&at), self.values.get(at)?)));
            let message = match value {
                Some((true, value)) if value.of == *of => continue,
                Some((false, _)) => {
                    format!("the playbook takes `{name}`, which the goal does not tell")
                }
                Some((_, value)) => format!(
                    "the playbook takes `{name}` as {of}, value.{name} is {}",
                    value.of
                ),
                None => format!("the playbook takes `{name}`, and there is no value.{name}"),
            };
            self.faults.error(text.place(), message);
        }
        Some(index)
    }
}

fn changes_tables(effect: &Effect) -> bool {
    match effect {
        Effect::Insert { .. } | Effect::Update { .. } | Effect::Delete { .. } => true,
        Effect::Each { effects, .. } => effects.iter().all(changes_tables),
        Effect::When {
            then, otherwise, ..
        } => then.iter().chain(otherwise).all(changes_tables),
        _ => false,
    }
}
