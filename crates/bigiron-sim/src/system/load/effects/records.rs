//! Effects on records: rows and their keys, row by row, entry against entry.

use super::Effects;
use crate::system::expr::{Expr, TableId};
use crate::system::load::node::{SourcePlace, TomlNode, TomlTable};
use crate::system::load::scope::{column, typed};
use crate::system::model::{Compare, Effect};
use crate::system::value::Type;

impl Effects<'_, '_> {
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
            let Some(column) = column(names, name.text, &name.place(), self.faults) else {
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

    pub(super) fn delete(&mut self, node: &TomlNode<'_>, table: &TomlTable<'_>) -> Option<Effect> {
        let (table, key) = self.record(node, table)?;
        Some(Effect::Delete { table, key: key? })
    }

    pub(super) fn hold(&mut self, node: &TomlNode<'_>, table: &TomlTable<'_>) -> Option<Effect> {
        let (of, key) = self.record(node, table)?;
        let by = typed(&table.get("by")?, &Type::Text, &self.names, self.faults);
        Some(Effect::Hold {
            table: of,
            key: key?,
            by: by?,
        })
    }

    pub(super) fn release(&mut self, node: &TomlNode<'_>, table: &TomlTable<'_>) -> Option<Effect> {
        let (table, key) = self.record(node, table)?;
        Some(Effect::Release { table, key: key? })
    }

    pub(super) fn insert(&mut self, node: &TomlNode<'_>, table: &TomlTable<'_>) -> Option<Effect> {
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

    pub(super) fn update(&mut self, node: &TomlNode<'_>, table: &TomlTable<'_>) -> Option<Effect> {
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

    pub(super) fn each(&mut self, node: &TomlNode<'_>, table: &TomlTable<'_>) -> Option<Effect> {
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

    pub(super) fn compare(&mut self, node: &TomlNode<'_>, table: &TomlTable<'_>) -> Option<Effect> {
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
        left: TableId,
        right: TableId,
        node: Option<TomlNode<'_>>,
    ) -> Vec<(usize, usize)> {
        let mut pairs = Vec::new();
        for element in node.and_then(|n| n.elements()).unwrap_or_default() {
            if let Some(name) = element.text() {
                let named = (name.text, name.place());
                pairs.extend(self.pair((left, &named), (right, &named)));
            }
            for (here, there) in element.table().map(|t| t.entries()).unwrap_or_default() {
                let Some(there) = there.text() else { continue };
                let here = (here.text, here.place());
                let there = (there.text, there.place());
                pairs.extend(self.pair((left, &here), (right, &there)));
            }
        }
        pairs
    }

    /// Two columns of one type, each of a table, by name.
    fn pair(&mut self, left: NamedColumn<'_>, right: NamedColumn<'_>) -> Option<(usize, usize)> {
        let (here, there) = (self.column(left), self.column(right));
        let ((here, of), (there, other)) = (here?, there?);
        if of != other {
            let message = format!(
                "`{}` is {of}, `{}` of the other table is {other}: they cannot agree",
                left.1.0, right.1.0
            );
            self.faults.error(right.1.1.clone(), message);
        }
        Some((here, there))
    }

    fn column(&mut self, (table, (name, place)): NamedColumn<'_>) -> Option<(usize, Type)> {
        let table = self.catalog.tables.get(table)?;
        let at = column(table, name, place, self.faults)?;
        Some((at, table.columns.get(at)?.of.clone()))
    }
}

/// A table, and the name of one of its columns with its place.
type NamedColumn<'n> = (TableId, &'n (&'n str, SourcePlace));
