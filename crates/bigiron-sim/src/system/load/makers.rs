//! What makes the values of generated columns.

use super::literal::value;
use super::node::{Faults, TomlNode, TomlTable, TomlText};
use super::scope::{Catalog, column, lookup, template, typed, unknown};
use super::structure;
use crate::system::expr::{Names, TableId};
use crate::system::model::{Column, Maker, Sequence};
use crate::system::shape::MakerKind;
use crate::system::value::{Date, Decimal, Type, Value};

/// The makers of a table's generated columns, in the order they are written: `(column, maker)`.
pub(super) fn makers(
    columns: &[Column],
    table: TableId,
    generate: &TomlTable<'_>,
    catalog: &Catalog,
    faults: &mut Faults,
) -> Vec<(usize, Maker)> {
    let Some(names) = catalog.tables.get(table) else {
        return Vec::new();
    };
    let mut makers = Vec::new();
    for (name, node) in generate.entries_of("columns") {
        let Some(at) = column(names, name.text, &name.place(), faults) else {
            continue;
        };
        let (Some(of), Some(written)) = (columns.get(at), node.table()) else {
            continue;
        };
        let mut names = catalog.names();
        names.rows.push(("row", table));
        let mut compiler = Makers {
            of,
            table,
            catalog,
            names,
            faults,
        };
        let maker = structure::maker(&written)
            .and_then(|kind| compiler.maker(kind, &written.get(kind.name())?));
        makers.extend(maker.map(|maker| (at, maker)));
    }
    makers
}

struct Makers<'m> {
    of: &'m Column,
    table: usize,
    catalog: &'m Catalog,
    names: Names<'m>,
    faults: &'m mut Faults,
}

impl Makers<'_> {
    fn maker(&mut self, kind: MakerKind, node: &TomlNode<'_>) -> Option<Maker> {
        match kind {
            MakerKind::Word => self.word(node),
            MakerKind::Pattern => self.pattern(node),
            MakerKind::Text => {
                self.text_only(node)?;
                let text = template(&node.text()?, &self.names, &[], self.faults);
                Some(Maker::Text(text))
            }
            MakerKind::Weighted => self.weighted(node),
            MakerKind::Range => self.range(node),
            MakerKind::Days => self.days(node),
            MakerKind::Count => self.count(node),
            MakerKind::KeyOf => self.key_of(node),
            MakerKind::Expr => typed(node, &self.of.of, &self.names, self.faults).map(Maker::Expr),
        }
    }

    fn word(&mut self, node: &TomlNode<'_>) -> Option<Maker> {
        let name = node.text()?;
        self.text_only(node)?;
        let known = self.catalog.words.keys().map(String::as_str);
        lookup("word list", &name, known, self.faults)?;
        Some(Maker::Word(name.text.to_owned()))
    }

    fn pattern(&mut self, node: &TomlNode<'_>) -> Option<Maker> {
        let text = node.text()?;
        self.text_only(node)?;
        self.pattern_lists(&text);
        Some(Maker::Pattern(text.text.to_owned()))
    }

    fn wrong(&mut self, node: &TomlNode<'_>, what: &str) {
        let message = format!("the column `{}` is {}: {what}", self.of.name, self.of.of);
        self.faults.error(node.place(), message);
    }

    fn text_only(&mut self, node: &TomlNode<'_>) -> Option<()> {
        if self.of.of == Type::Text {
            return Some(());
        }
        self.wrong(node, "this makes text");
        None
    }

    /// `{list}` in a pattern.
    fn pattern_lists(&mut self, text: &TomlText<'_>) {
        let mut from = 0;
        while let Some(open) = text
            .text
            .get(from..)
            .and_then(|rest| rest.find('{'))
            .map(|at| at + from)
        {
            let Some(close) = text
                .text
                .get(open..)
                .and_then(|rest| rest.find('}'))
                .map(|at| at + open)
            else {
                self.faults
                    .error(text.part(open..open + 1), "this `{` has no `}`");
                return;
            };
            let name = text.text.get(open + 1..close).unwrap_or("");
            if !self.catalog.words.contains_key(name) {
                let known = self.catalog.words.keys().map(String::as_str);
                unknown(
                    "word list",
                    name,
                    text.part(open + 1..close),
                    known,
                    self.faults,
                );
            }
            from = close + 1;
        }
    }

    fn weighted(&mut self, node: &TomlNode<'_>) -> Option<Maker> {
        let mut choices = Vec::new();
        for (name, weight) in node.table()?.entries() {
            let weight = weight.int().and_then(|n| u32::try_from(n).ok())?;
            match read(name.text, &self.of.of) {
                Some(value) => choices.push((value, weight)),
                None => {
                    let message = format!(
                        "the column `{}` is {}: `{}` is none",
                        self.of.name, self.of.of, name.text
                    );
                    self.faults.error(name.place(), message);
                }
            }
        }
        if choices.iter().all(|(_, weight)| *weight == 0) {
            self.faults
                .error(node.place(), "nothing can be drawn: no choice has a weight");
            return None;
        }
        Some(Maker::Weighted(choices))
    }

    fn bounds(&mut self, node: &TomlNode<'_>, of: &Type) -> Option<(Value, Value)> {
        let elements = node.elements()?;
        let [low, high] = elements.as_slice() else {
            self.faults.error(
                node.place(),
                "the least and the most are wanted, as in [1, 6]",
            );
            return None;
        };
        let (a, b) = (value(low, of, self.faults), value(high, of, self.faults));
        let (a, b) = (a?, b?);
        if a > b {
            self.faults.error(
                node.place(),
                format!("{a} is more than {b}: nothing lies between"),
            );
            return None;
        }
        Some((a, b))
    }

    fn range(&mut self, node: &TomlNode<'_>) -> Option<Maker> {
        let of = self.of.of.clone();
        let units = |value| match value {
            Value::Int(units) | Value::Decimal(Decimal { units, .. }) => units,
            _ => 0,
        };
        match of {
            Type::Int | Type::Decimal(_) => self
                .bounds(node, &of)
                .map(|(low, high)| Maker::Range(units(low), units(high))),
            _ => {
                self.wrong(node, "a range makes numbers");
                None
            }
        }
    }

    fn days(&mut self, node: &TomlNode<'_>) -> Option<Maker> {
        if self.of.of != Type::Date {
            self.wrong(node, "this makes dates");
            return None;
        }
        match self.bounds(node, &Type::Date)? {
            (Value::Date(low), Value::Date(high)) => Some(Maker::Days(low, high)),
            _ => None,
        }
    }

    fn count(&mut self, node: &TomlNode<'_>) -> Option<Maker> {
        if !matches!(self.of.of, Type::Text | Type::Int) {
            self.wrong(node, "a counter makes text or int");
            return None;
        }
        let table = node.table()?;
        Some(Maker::Count {
            sequence: sequence(&table),
            step: table.int_of("step").unwrap_or(1),
        })
    }

    fn key_of(&mut self, node: &TomlNode<'_>) -> Option<Maker> {
        let other = self.catalog.table(&node.text()?, self.faults)?;
        let names = self.catalog.tables.get(other)?;
        if other == self.table {
            self.faults
                .error(node.place(), "a table cannot draw keys of itself");
            return None;
        }
        let of = names
            .key
            .first()
            .and_then(|k| names.columns.get(*k))
            .map(|c| c.of.clone());
        match (names.key.len(), of) {
            (1, Some(of)) if of == self.of.of => Some(Maker::KeyOf(other)),
            (1, Some(of)) => {
                self.wrong(node, &format!("the key of {} is {of}", names.name));
                None
            }
            _ => {
                self.faults.error(
                    node.place(),
                    format!("the key of {} has several columns", names.name),
                );
                None
            }
        }
    }
}

/// A value of a type as the key of `weighted` gives it.
fn read(text: &str, of: &Type) -> Option<Value> {
    match of {
        Type::Text => Some(Value::text(text)),
        Type::Int => text.parse().ok().map(Value::Int),
        Type::Decimal(scale) => Decimal::parse(text, *scale).map(Value::Decimal),
        Type::Bool => match text {
            "true" | "Y" => Some(Value::Bool(true)),
            "false" | "N" => Some(Value::Bool(false)),
            _ => None,
        },
        Type::Date => Date::parse_iso(text).map(Value::Date),
        Type::List(_) => None,
    }
}

pub(super) fn sequence(written: &TomlTable<'_>) -> Sequence {
    let prefix = written.str_of("prefix").map(|t| t.text.to_owned());
    let digits = written
        .int_of("digits")
        .and_then(|n| usize::try_from(n).ok());
    Sequence {
        prefix: prefix.unwrap_or_default(),
        digits: digits.unwrap_or(0),
        first: written.int_of("first").unwrap_or(1),
    }
}
