//! Tables: their columns and keys, the rows given.

use super::literal::{NAME_HELP, is_name, type_of, value};
use super::makers::{self, sequence};
use super::node::{Faults, TomlKey, TomlNode, TomlTable};
use super::scope::{Catalog, column, lookup};
use crate::system::expr::{Named, Reserved, TableNames};
use crate::system::model::{Column, Generate, Sequence, TableDef};
use crate::system::value::{Type, Value};
use std::collections::BTreeSet;

/// The most columns of a table.
const MAX_COLUMNS: usize = 256;
/// The most rows given in one table.
const MAX_ROWS: usize = 100_000;

/// A table as far as it is known before anything that uses expressions.
pub(super) struct TableDraft<'d> {
    pub name: String,
    pub columns: Vec<Column>,
    /// Indices of the key columns.
    pub key: Vec<usize>,
    pub sequence: Option<Sequence>,
    layer: usize,
    written: TomlTable<'d>,
}

impl<'d> TableDraft<'d> {
    pub fn new(
        name: &TomlKey<'_>,
        written: TomlTable<'d>,
        layers: &[String],
        faults: &mut Faults,
    ) -> TableDraft<'d> {
        check_name(name, faults);
        let columns = columns(&written, faults);
        let layer = written.str_of("layer").and_then(|layer| {
            let layers = layers.iter().map(String::as_str);
            lookup("layer", &layer, layers, faults)
        });
        let key = key(name.text, &written, &columns, faults);
        let sequence = written.table_of("sequence").map(|s| sequence(&s));
        check_sequence(&written, &columns, &key, faults);
        TableDraft {
            name: name.text.to_owned(),
            columns,
            key,
            sequence,
            layer: layer.unwrap_or(0),
            written,
        }
    }

    /// What expressions may know of it.
    pub fn names(&self) -> TableNames {
        names(&self.name, &self.columns, &self.key)
    }

    /// The table with its rows and makers; `id` is its index in the catalog.
    pub fn compiled(self, id: usize, catalog: &Catalog, faults: &mut Faults) -> TableDef {
        let names = self.names();
        let rows = rows(&self, &names, faults);
        let generate = self.written.table_of("generate");
        let generate = generate.map(|written| {
            let count = written
                .int_of("count")
                .and_then(|n| usize::try_from(n).ok());
            Generate {
                count: count.unwrap_or(0),
                columns: makers::makers(&self.columns, id, &written, catalog, faults),
            }
        });
        if let Some(generate) = &generate {
            self.check_made(generate, faults);
        }
        TableDef {
            journal: self.written.bool_of("journal").unwrap_or(false),
            name: self.name,
            layer: self.layer,
            columns: self.columns,
            key: self.key,
            sequence: self.sequence,
            rows,
            generate,
        }
    }

    /// Checks that something makes the keys of several generated rows.
    fn check_made(&self, generate: &Generate, faults: &mut Faults) {
        if self.sequence.is_some() || generate.count <= 1 {
            return;
        }
        let is_made = |key: &usize| generate.columns.iter().any(|(column, _)| column == key);
        let unmade = self.key.iter().find(|key| !is_made(key));
        let Some(column) = unmade.and_then(|key| self.columns.get(*key)) else {
            return;
        };
        let written = self.written.table_of("generate");
        let makers = written.and_then(|generate| generate.table_of("columns"));
        // A maker that is there and could not be compiled has been reported.
        if let Some(name) = self.written.key("generate")
            && makers.is_some_and(|makers| makers.get(&column.name).is_none())
        {
            let message = format!("nothing makes the key column `{}`", column.name);
            faults.error(name.place(), message);
        }
    }
}

/// What expressions may know of a table.
pub(crate) fn names(name: &str, columns: &[Column], key: &[usize]) -> TableNames {
    let columns = columns.iter().map(|column| Named {
        name: column.name.clone(),
        of: column.of.clone(),
    });
    TableNames {
        name: name.to_owned(),
        columns: columns.collect(),
        key: key.to_vec(),
    }
}

fn check_name(name: &TomlKey<'_>, faults: &mut Faults) {
    let help = match (is_name(name.text), Reserved::of_word(name.text)) {
        (true, None) => return,
        (true, Some(_)) => "the word means something else in expressions",
        (false, _) => NAME_HELP,
    };
    faults
        .error(name.place(), format!("`{}` cannot name a table", name.text))
        .help(help);
}

fn columns(written: &TomlTable<'_>, faults: &mut Faults) -> Vec<Column> {
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

/// The indices of the key columns.
fn key(
    table: &str,
    written: &TomlTable<'_>,
    columns: &[Column],
    faults: &mut Faults,
) -> Vec<usize> {
    let what = format!("column of {table}");
    let known = columns.iter().map(|c| c.name.as_str());
    let mut key = Vec::new();
    let nodes = written.get("key").map(|n| n.one_or_more());
    for text in nodes.iter().flatten().filter_map(TomlNode::text) {
        let Some(column) = lookup(&what, &text, known.clone(), faults) else {
            continue;
        };
        if key.contains(&column) {
            faults.error(text.place(), format!("`{}` is in the key twice", text.text));
        }
        key.push(column);
    }
    key
}

/// A sequence numbers a key of one column, text or int.
fn check_sequence(written: &TomlTable<'_>, columns: &[Column], key: &[usize], faults: &mut Faults) {
    let Some(name) = written.key("sequence") else {
        return;
    };
    let of = key.first().and_then(|k| columns.get(*k)).map(|c| &c.of);
    match (key.len(), of) {
        (1, Some(Type::Text | Type::Int)) | (0, _) => {}
        (1, Some(of)) => {
            let message = format!("a sequence numbers a key of text or int, not {of}");
            faults.error(name.place(), message);
        }
        _ => {
            let message = "a sequence cannot number a key of several columns";
            faults
                .error(name.place(), message)
                .help("give the table a key of one column");
        }
    }
}

fn rows(table: &TableDraft<'_>, names: &TableNames, faults: &mut Faults) -> Vec<Vec<Value>> {
    let mut rows = Vec::new();
    let mut keys = BTreeSet::new();
    let elements = table.written.get("rows").and_then(|n| n.elements());
    let elements = elements.unwrap_or_default();
    if let Some(node) = elements.get(MAX_ROWS) {
        let message = format!("a table has at most {MAX_ROWS} given rows");
        faults.error(node.place(), message);
    }
    for node in elements.iter().take(MAX_ROWS) {
        let Some(written) = node.table() else {
            continue;
        };
        let (row, is_whole) = row(table, names, &written, faults);
        let key: Vec<Value> = table
            .key
            .iter()
            .filter_map(|k| row.get(*k).cloned())
            .collect();
        if is_whole && !key.is_empty() && !keys.insert(key.clone()) {
            let key: Vec<String> = key.iter().map(Value::to_string).collect();
            let message = format!("a row with the key {} is there already", key.join(", "));
            faults.error(node.place(), message);
        }
        rows.push(row);
    }
    rows
}

/// A given row, columns left out being blank; and whether all that is given could be read.
fn row(
    table: &TableDraft<'_>,
    names: &TableNames,
    written: &TomlTable<'_>,
    faults: &mut Faults,
) -> (Vec<Value>, bool) {
    let mut row: Vec<Value> = table.columns.iter().map(|c| c.of.blank()).collect();
    let mut is_whole = true;
    for (name, node) in written.entries() {
        let value = column(names, name.text, &name.place(), faults).and_then(|at| {
            let value = cell(&node, table.columns.get(at)?, faults)?;
            Some((row.get_mut(at)?, value))
        });
        match value {
            Some((slot, value)) => *slot = value,
            None => is_whole = false,
        }
    }
    (row, is_whole)
}

fn cell(node: &TomlNode<'_>, column: &Column, faults: &mut Faults) -> Option<Value> {
    let value = value(node, &column.of, faults)?;
    let length = value.as_text().chars().count();
    let Some(width) = column.width.filter(|width| length > *width) else {
        return Some(value);
    };
    let name = &column.name;
    let message = format!("the text has {length} characters, the column `{name}` holds {width}");
    faults.error(node.place(), message);
    None
}
