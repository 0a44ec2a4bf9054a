//! The values of a task's goal: what draws each.

use super::with_values;
use crate::system::expr::{Expr, Named, Names};
use crate::system::load::literal::{NAME_HELP, date, is_name};
use crate::system::load::node::{Faults, TomlNode, TomlTable, TomlText};
use crate::system::load::scope::{Catalog, any, lookup, template, typed, unknown};
use crate::system::model::{Maker, System};
use crate::system::value::Type;
use crate::task::model::{Draw, From};

/// Compiles the values of the goal, each of which sees those before it.
pub(super) fn compile(
    written: &TomlTable<'_>,
    system: &System,
    catalog: &Catalog,
    faults: &mut Faults,
) -> (Vec<Named>, Vec<Draw>) {
    let (mut names, mut draws) = (Vec::new(), Vec::new());
    for (name, node) in written.entries_of("values") {
        if !is_name(name.text) {
            faults
                .error(name.place(), format!("`{}` cannot name a value", name.text))
                .help(NAME_HELP);
        }
        let drawn = node
            .table()
            .and_then(|table| value(&table, &names, system, catalog, faults));
        // A value that could not be compiled is known all the same, so that its uses are no faults of their own.
        let (of, from) = match drawn {
            Some((of, from)) => (of, Some(from)),
            None => (Type::Text, None),
        };
        names.push(Named {
            name: name.text.to_owned(),
            of: of.clone(),
        });
        draws.push(Draw {
            name: name.text.to_owned(),
            of,
            from: from.unwrap_or(From::OneOf(Vec::new())),
        });
    }
    (names, draws)
}

/// What draws a value, and its type: one key decides the shape.
fn value(
    table: &TomlTable<'_>,
    before: &[Named],
    system: &System,
    catalog: &Catalog,
    faults: &mut Faults,
) -> Option<(Type, From)> {
    let names = with_values(catalog, before);
    if let Some(of) = table.str_of("key_of") {
        return key_of(table, &of, names, system, catalog, faults);
    }
    if let Some(choices) = table.get("one_of") {
        return one_of(&choices, &names, faults);
    }
    let (of, maker) = maker(table, &names, catalog, faults)?;
    Some((of, From::Maker(maker)))
}

fn key_of(
    table: &TomlTable<'_>,
    of: &TomlText<'_>,
    mut names: Names<'_>,
    system: &System,
    catalog: &Catalog,
    faults: &mut Faults,
) -> Option<(Type, From)> {
    let id = catalog.table(of, faults)?;
    let drawn = system.tables.get(id)?;
    let [key] = drawn.key[..] else {
        let message = format!("the key of `{}` is no single column", of.text);
        faults.error(of.place(), message);
        return None;
    };
    names.rows.push(("row", id));
    let filter = match table.get("where") {
        Some(node) => Some(typed(&node, &Type::Bool, &names, faults)?),
        None => None,
    };
    let of = drawn.columns.get(key)?.of.clone();
    Some((of, From::KeyOf { table: id, filter }))
}

fn maker(
    table: &TomlTable<'_>,
    names: &Names<'_>,
    catalog: &Catalog,
    faults: &mut Faults,
) -> Option<(Type, Maker)> {
    if let Some(node) = table.get("expr") {
        let typed = any(&node, names, faults)?;
        return Some((typed.of, Maker::Expr(typed.expr)));
    }
    if let Some(text) = table.str_of("text") {
        let text = template(&text, names, &[], faults);
        return Some((Type::Text, Maker::Text(text)));
    }
    if let Some(text) = table.str_of("pattern") {
        word_lists(&text, catalog, faults);
        return Some((Type::Text, Maker::Pattern(text.text.to_owned())));
    }
    if let Some(text) = table.str_of("word") {
        let known = catalog.words.keys().map(String::as_str);
        lookup("word list", &text, known, faults)?;
        return Some((Type::Text, Maker::Word(text.text.to_owned())));
    }
    if let Some(node) = table.get("range") {
        let found = bounds(&node).and_then(|(low, high)| Some((low.int()?, high.int()?)));
        let (low, high) = found.or_else(|| two(&node, "whole numbers", faults))?;
        return Some((Type::Int, Maker::Range(low, high)));
    }
    let node = table.get("days")?;
    let found =
        bounds(&node).and_then(|(low, high)| Some((date(&low, faults)?, date(&high, faults)?)));
    let (low, high) = found.or_else(|| two(&node, "dates", faults))?;
    Some((Type::Date, Maker::Days(low, high)))
}

fn bounds<'d>(node: &TomlNode<'d>) -> Option<(TomlNode<'d>, TomlNode<'d>)> {
    match node.elements()?[..] {
        [low, high] => Some((low, high)),
        _ => None,
    }
}

fn two<T>(node: &TomlNode<'_>, what: &str, faults: &mut Faults) -> Option<T> {
    faults.error(
        node.place(),
        format!("two {what} are wanted: the first and the last"),
    );
    None
}

fn one_of(node: &TomlNode<'_>, names: &Names<'_>, faults: &mut Faults) -> Option<(Type, From)> {
    let elements = node.elements()?;
    let Some(first) = elements.first() else {
        faults.error(node.place(), "there is nothing to choose from");
        return None;
    };
    let of = any(first, names, faults)?.of;
    let choices: Vec<Option<Expr>> = elements
        .iter()
        .map(|choice| typed(choice, &of, names, faults))
        .collect();
    Some((of, From::OneOf(choices.into_iter().collect::<Option<_>>()?)))
}

/// `{list}` in a pattern.
fn word_lists(text: &TomlText<'_>, catalog: &Catalog, faults: &mut Faults) {
    let mut from = 0;
    while let Some(open) = text.text.get(from..).and_then(|rest| rest.find('{')) {
        let open = from + open;
        let Some(length) = text.text.get(open..).and_then(|rest| rest.find('}')) else {
            faults.error(text.part(open..open + 1), "this `{` has no `}`");
            return;
        };
        let list = text.text.get(open + 1..open + length).unwrap_or("");
        if !catalog.words.contains_key(list) {
            let known = catalog.words.keys().map(String::as_str);
            unknown(
                "word list",
                list,
                text.part(open + 1..open + length),
                known,
                faults,
            );
        }
        from = open + length + 1;
    }
}
