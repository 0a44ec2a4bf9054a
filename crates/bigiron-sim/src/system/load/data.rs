//! Tables: their columns, the rows given, what makes the others.

use super::literal::{NAME_HELP, is_name, type_of, value};
use super::node::{Faults, TomlNode, TomlTable as Written, TomlText};
use super::scope::{Catalog, lookup, template, typed, unknown};
use super::structure;
use crate::system::expr::{Named, Names, Reserved, TableNames};
use crate::system::model::{Column, Generate, Maker, Sequence, TableDef};
use crate::system::shape::MakerKind;
use crate::system::value::{Date, Decimal, Type, Value};
use std::collections::BTreeSet;
use toml::de::DeValue;

/// The most columns of a table.
const MAX_COLUMNS: usize = 256;
/// The most rows given in one table.
const MAX_ROWS: usize = 100_000;

/// A table's names, columns and key, before anything that uses expressions.
pub(crate) fn draft(
    name: &super::node::TomlKey<'_>,
    written: &Written<'_>,
    layers: &[String],
    faults: &mut Faults,
) -> TableDef {
    if !is_name(name.text) || Reserved::of_word(name.text).is_some() {
        let fault = faults.error(name.place(), format!("`{}` cannot name a table", name.text));
        fault.help(if is_name(name.text) {
            "the word means something else in expressions"
        } else {
            NAME_HELP
        });
    }
    let columns = columns(written, faults);
    let layer = match written.str_of("layer") {
        Some(layer) => {
            lookup("layer", &layer, layers.iter().map(String::as_str), faults).unwrap_or(0)
        }
        None => 0,
    };
    let mut key = Vec::new();
    for text in written
        .get("key")
        .map(|n| n.one_or_more())
        .unwrap_or_default()
        .iter()
        .filter_map(TomlNode::text)
    {
        let known = columns.iter().map(|c| c.name.as_str());
        if let Some(column) = lookup(&format!("column of {}", name.text), &text, known, faults) {
            if key.contains(&column) {
                faults.error(text.place(), format!("`{}` is in the key twice", text.text));
            }
            key.push(column);
        }
    }
    let sequence = written.table_of("sequence").map(|s| sequence(&s));
    if let Some(place) = written.key("sequence").map(|k| k.place()) {
        let of = key
            .first()
            .and_then(|k| columns.get(*k))
            .map(|c| c.of.clone());
        match (key.len(), of) {
            (1, Some(Type::Text | Type::Int)) | (0, _) => {}
            (1, Some(of)) => {
                faults.error(
                    place,
                    format!("a sequence numbers a key of text or int, not {of}"),
                );
            }
            _ => faults
                .error(place, "a sequence cannot number a key of several columns")
                .help("give the table a key of one column"),
        }
    }
    TableDef {
        name: name.text.to_owned(),
        layer,
        columns,
        key,
        sequence,
        rows: Vec::new(),
        generate: None,
        journal: written.bool_of("journal").unwrap_or(false),
    }
}

fn columns(written: &Written<'_>, faults: &mut Faults) -> Vec<Column> {
    let mut columns = Vec::new();
    let entries = written.entries_of("columns");
    if let Some((name, _)) = entries.get(MAX_COLUMNS) {
        faults.error(
            name.place(),
            format!("a table has at most {MAX_COLUMNS} columns"),
        );
    }
    for (name, node) in entries.into_iter().take(MAX_COLUMNS) {
        if !is_name(name.text) {
            faults
                .error(
                    name.place(),
                    format!("`{}` cannot name a column", name.text),
                )
                .help(NAME_HELP);
        }
        if let Some((of, width)) = node.text().and_then(|t| type_of(&t, faults)) {
            columns.push(Column {
                name: name.text.to_owned(),
                of,
                width,
            });
        }
    }
    columns
}

fn sequence(written: &Written<'_>) -> Sequence {
    Sequence {
        prefix: written
            .str_of("prefix")
            .map(|t| t.text.to_owned())
            .unwrap_or_default(),
        digits: written
            .int_of("digits")
            .and_then(|n| usize::try_from(n).ok())
            .unwrap_or(0),
        first: written.int_of("first").unwrap_or(1),
    }
}

/// What expressions may know of a table.
pub(crate) fn names(table: &TableDef) -> TableNames {
    let columns = table
        .columns
        .iter()
        .map(|c| Named {
            name: c.name.clone(),
            of: c.of.clone(),
        })
        .collect();
    TableNames {
        name: table.name.clone(),
        columns,
        key: table.key.clone(),
    }
}

/// The rows given and the makers of the others.
pub(crate) fn fill(
    table: &mut TableDef,
    id: usize,
    written: &Written<'_>,
    catalog: &Catalog,
    faults: &mut Faults,
) {
    table.rows = rows(table, written, faults);
    table.generate = written.table_of("generate").map(|generate| Generate {
        count: generate
            .int_of("count")
            .and_then(|n| usize::try_from(n).ok())
            .unwrap_or(0),
        columns: makers(table, id, &generate, catalog, faults),
    });
    let Some(generate) = &table.generate else {
        return;
    };
    let unmade = table
        .key
        .iter()
        .find(|k| !generate.columns.iter().any(|(column, _)| column == *k));
    if let Some(column) = unmade.and_then(|k| table.columns.get(*k))
        && table.sequence.is_none()
        && generate.count > 1
        && let Some(place) = written.key("generate").map(|k| k.place())
        && written
            .table_of("generate")
            .and_then(|g| g.table_of("columns"))
            .is_some_and(|c| c.get(&column.name).is_none())
    {
        faults.error(
            place,
            format!("nothing makes the key column `{}`", column.name),
        );
    }
}

fn rows(table: &TableDef, written: &Written<'_>, faults: &mut Faults) -> Vec<Vec<Value>> {
    let mut rows = Vec::new();
    let mut keys = BTreeSet::new();
    let elements = written
        .get("rows")
        .and_then(|n| n.elements())
        .unwrap_or_default();
    if let Some(node) = elements.get(MAX_ROWS) {
        faults.error(
            node.place(),
            format!("a table has at most {MAX_ROWS} given rows"),
        );
    }
    for node in elements.iter().take(MAX_ROWS) {
        let Some(entries) = node.table().map(|t| t.entries()) else {
            continue;
        };
        let mut row: Vec<Value> = table.columns.iter().map(|c| c.of.blank()).collect();
        let mut broken = false;
        for (name, cell) in &entries {
            let Some(column) = table.columns.iter().position(|c| c.name == name.text) else {
                let known = table.columns.iter().map(|c| c.name.as_str());
                unknown(
                    &format!("column of {}", table.name),
                    name.text,
                    name.place(),
                    known,
                    faults,
                );
                broken = true;
                continue;
            };
            match (table.columns.get(column), row.get_mut(column)) {
                (Some(of), Some(slot)) => match self::cell(cell, of, faults) {
                    Some(value) => *slot = value,
                    None => broken = true,
                },
                _ => broken = true,
            }
        }
        let key: Vec<Value> = table
            .key
            .iter()
            .filter_map(|k| row.get(*k).cloned())
            .collect();
        if !broken && !key.is_empty() && !keys.insert(key.clone()) {
            let key: Vec<String> = key.iter().map(Value::to_string).collect();
            faults.error(
                node.place(),
                format!("a row with the key {} is there already", key.join(", ")),
            );
        }
        rows.push(row);
    }
    rows
}

fn cell(node: &TomlNode<'_>, column: &Column, faults: &mut Faults) -> Option<Value> {
    let value = value(node, &column.of, faults)?;
    let length = value.as_text().chars().count();
    match column.width.filter(|width| length > *width) {
        Some(width) => {
            let message = format!(
                "the text has {length} characters, the column `{}` holds {width}",
                column.name
            );
            faults.error(node.place(), message);
            None
        }
        None => Some(value),
    }
}

fn makers(
    table: &TableDef,
    id: usize,
    generate: &Written<'_>,
    catalog: &Catalog,
    faults: &mut Faults,
) -> Vec<(usize, Maker)> {
    let mut makers = Vec::new();
    for (name, node) in generate.entries_of("columns") {
        let Some(column) = table.columns.iter().position(|c| c.name == name.text) else {
            let known = table.columns.iter().map(|c| c.name.as_str());
            unknown(
                &format!("column of {}", table.name),
                name.text,
                name.place(),
                known,
                faults,
            );
            continue;
        };
        let (Some(of), Some(maker)) = (table.columns.get(column), node.table()) else {
            continue;
        };
        let mut names = catalog.names();
        names.rows.push(("row", id));
        let mut compiler = Makers {
            of,
            table: id,
            catalog,
            names,
            faults,
        };
        let maker = structure::maker(&maker)
            .and_then(|kind| compiler.maker(kind, &maker.get(kind.name())?));
        makers.extend(maker.map(|maker| (column, maker)));
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

/// `words.toml`: lists of texts.
pub(crate) fn words(root: &Written<'_>, catalog: &mut Catalog, faults: &mut Faults) {
    for (name, node) in root.entries() {
        let Some(elements) = node.elements() else {
            faults
                .error(node.place(), "expected a list of words")
                .help("as in names = [\"ADAMS\", \"BAKER\"]");
            continue;
        };
        if elements.is_empty() {
            faults.error(
                node.place(),
                format!("the list `{}` has no words", name.text),
            );
        }
        let mut list = Vec::new();
        for element in &elements {
            match element.value {
                DeValue::String(word) => list.push(word.to_string()),
                _ => {
                    faults
                        .error(element.place(), "a word is text")
                        .help("write it in quotes");
                }
            }
        }
        catalog.words.insert(name.text.to_owned(), list);
    }
}
