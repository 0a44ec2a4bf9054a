//! Files against their shapes: unknown and missing keys, values of the wrong kind.

use super::node::{Faults, SourcePlace, TomlKey, TomlNode, TomlTable};
use crate::system::near::near;
use crate::system::shape::{EFFECTS, KeyShape, MAKERS, TableShape, VARIABLE, ValueKind};
use toml::de::DeValue;

/// The deepest nesting of effects.
const MAX_NESTING: usize = 16;

/// Checks a table against a shape. Whatever is reported here the later steps pass over in silence.
pub(crate) fn check(
    table: &TomlTable<'_>,
    shape: &'static TableShape,
    at: SourcePlace,
    faults: &mut Faults,
) {
    Check { faults, nesting: 0 }.shape(table, shape, &at);
}

/// Checks a table against keys that stand together for this table alone.
pub(super) fn check_keys(
    table: &TomlTable<'_>,
    name: &str,
    keys: &[(&'static KeyShape, bool)],
    at: &SourcePlace,
    faults: &mut Faults,
) {
    Check { faults, nesting: 0 }.keys(table, name, keys, at);
}

struct Check<'f> {
    faults: &'f mut Faults,
    nesting: usize,
}

impl Check<'_> {
    fn shape(&mut self, table: &TomlTable<'_>, shape: &'static TableShape, at: &SourcePlace) {
        let keys: Vec<_> = shape.all_keys().collect();
        self.keys(table, shape.name, &keys, at);
    }

    fn keys(
        &mut self,
        table: &TomlTable<'_>,
        name: &str,
        keys: &[(&'static KeyShape, bool)],
        at: &SourcePlace,
    ) {
        for (written, value) in table.entries() {
            match keys.iter().find(|(key, _)| key.name == written.text) {
                Some((key, _)) => self.value(&value, &key.kind),
                None => unknown_key(&written, name, keys, self.faults),
            }
        }
        for (key, _) in keys
            .iter()
            .filter(|(key, required)| *required && table.get(key.name).is_none())
        {
            let message = format!("{name} needs the key `{}`", key.name);
            self.faults
                .error(at.clone(), message)
                .help(format!("{}: {}", key.name, key.doc));
        }
    }

    fn value(&mut self, node: &TomlNode<'_>, kind: &'static ValueKind) {
        match (kind, node.value) {
            (ValueKind::One(shape), DeValue::Table(_)) => {
                if let Some(table) = node.table() {
                    self.shape(&table, shape, &node.place());
                }
            }
            (ValueKind::Map(of), DeValue::Table(_)) => {
                self.each(node.table().map(|t| t.entries()), of)
            }
            (ValueKind::List(of) | ValueKind::OneOrList(of), DeValue::Array(_)) => {
                self.elements(node, of)
            }
            (ValueKind::OneOrList(of), _) => self.value(node, of),
            (ValueKind::Many(shape), DeValue::Array(_)) => {
                for element in node.elements().unwrap_or_default() {
                    match element.table() {
                        Some(table) => self.shape(&table, shape, &element.place()),
                        None => self.wrong(&element, kind),
                    }
                }
            }
            (ValueKind::Effects, DeValue::Array(_)) => {
                if self.nesting == MAX_NESTING {
                    self.faults.error(
                        node.place(),
                        format!("effects are nested more than {MAX_NESTING} levels deep"),
                    );
                    return;
                }
                self.nesting += 1;
                for element in node.elements().unwrap_or_default() {
                    self.tagged(&element, EFFECTS, "an effect");
                }
                self.nesting -= 1;
            }
            (ValueKind::Tagged(name, shapes), DeValue::Array(_)) => {
                for element in node.elements().unwrap_or_default() {
                    self.tagged(&element, shapes, name);
                }
            }
            (ValueKind::Tagged(name, shapes), DeValue::Table(_)) => self.tagged(node, shapes, name),
            (ValueKind::Maker, DeValue::Table(_)) => {
                self.tagged(node, MAKERS, "a generated column")
            }
            (ValueKind::Variable, DeValue::Table(_)) => {
                if let Some(table) = node.table() {
                    self.shape(&table, &VARIABLE, &node.place());
                }
            }
            (ValueKind::ColumnPair, DeValue::Table(_)) => {
                self.each(node.table().map(|t| t.entries()), &ValueKind::Text)
            }
            (ValueKind::Int(least, most), DeValue::Integer(_))
                if !node.int().is_some_and(|n| (*least..=*most).contains(&n)) =>
            {
                self.faults.error(
                    node.place(),
                    format!("a whole number from {least} to {most} is wanted"),
                );
            }
            (ValueKind::Choice(words), DeValue::String(text))
                if !words.contains(&text.as_ref()) =>
            {
                let fault = self.faults.error(
                    node.place(),
                    format!("`{text}` is none of {}", words.join(", ")),
                );
                if let Some(near) = near(text, words.iter().copied()) {
                    fault.help(format!("did you mean `{near}`?"));
                }
            }
            (ValueKind::True, DeValue::Boolean(false)) => {
                self.faults
                    .error(node.place(), "only `true` makes sense here")
                    .help("leave the key out if it should not happen");
            }
            (kind, value) if !accepts(kind, value) => self.wrong(node, kind),
            _ => {}
        }
    }

    fn each(&mut self, entries: Option<Vec<(TomlKey<'_>, TomlNode<'_>)>>, of: &'static ValueKind) {
        for (_, value) in entries.unwrap_or_default() {
            self.value(&value, of);
        }
    }

    fn elements(&mut self, node: &TomlNode<'_>, of: &'static ValueKind) {
        for element in node.elements().unwrap_or_default() {
            self.value(&element, of);
        }
    }

    fn wrong(&mut self, node: &TomlNode<'_>, kind: &ValueKind) {
        let message = format!("expected {}, found {}", wanted(kind), found(node.value));
        self.faults.error(node.place(), message);
    }

    /// A table whose kind is told by which of some keys it has.
    fn tagged(&mut self, node: &TomlNode<'_>, shapes: &'static [TableShape], name: &str) {
        let Some(table) = node.table() else {
            let message = format!("expected {name} as a table, found {}", found(node.value));
            self.faults.error(node.place(), message);
            return;
        };
        let entries = table.entries();
        let heads = || shapes.iter().filter_map(|s| s.keys.first());
        let tag = tag(&table, shapes);
        match (tag, entries.first()) {
            (Some(shape), _) => {
                let head = shape.keys.first().map_or("", |k| k.name);
                self.keys(
                    &table,
                    &format!("`{head}`"),
                    &shape.all_keys().collect::<Vec<_>>(),
                    &node.place(),
                );
            }
            (None, Some((key, _))) => {
                let fault = self.faults.error(
                    key.place(),
                    format!("`{}` is not the first key of {name}", key.text),
                );
                match near(key.text, heads().map(|k| k.name)) {
                    Some(near) => fault.help(format!("did you mean `{near}`?")),
                    None => fault.help(format!(
                        "there are {}",
                        heads().map(|k| k.name).collect::<Vec<_>>().join(", ")
                    )),
                }
            }
            (None, None) => {
                self.faults
                    .error(node.place(), format!("{name} says nothing"));
            }
        }
    }
}

fn unknown_key(
    written: &TomlKey<'_>,
    name: &str,
    keys: &[(&'static KeyShape, bool)],
    faults: &mut Faults,
) {
    let fault = faults.error(
        written.place(),
        format!("{name} has no key `{}`", written.text),
    );
    let names = || keys.iter().map(|(key, _)| key.name);
    match near(written.text, names()) {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None => fault.help(format!(
            "its keys are {}",
            names().collect::<Vec<_>>().join(", ")
        )),
    }
}

/// Which of some kinds a table is: that whose telling key it has. `set` and `when` tell a kind and stand in other kinds
/// too, so the kind that knows most of the keys counts, and must know all unless its telling key comes first.
pub(super) fn tag(
    table: &TomlTable<'_>,
    shapes: &'static [TableShape],
) -> Option<&'static TableShape> {
    let entries = table.entries();
    let head = |shape: &TableShape| shape.keys.first().map_or("", |key| key.name);
    let known = |shape: &&TableShape| {
        entries
            .iter()
            .filter(|(name, _)| shape.keys.iter().any(|k| k.name == name.text))
            .count()
    };
    let first = entries.first().map_or("", |(name, _)| name.text);
    shapes
        .iter()
        .filter(|shape| entries.iter().any(|(name, _)| name.text == head(shape)))
        .filter(|shape| first == head(shape) || known(shape) == entries.len())
        .max_by_key(|shape| (known(shape), first == head(shape)))
}

/// Whether a kind that has no parts takes a value.
fn accepts(kind: &ValueKind, value: &DeValue<'_>) -> bool {
    use DeValue as V;
    match kind {
        ValueKind::Text
        | ValueKind::Ref(_)
        | ValueKind::Template
        | ValueKind::Type
        | ValueKind::Choice(_) => {
            matches!(value, V::String(_))
        }
        ValueKind::Expr => matches!(
            value,
            V::String(_) | V::Integer(_) | V::Float(_) | V::Boolean(_) | V::Datetime(_)
        ),
        ValueKind::Literal | ValueKind::Variable => {
            matches!(
                value,
                V::String(_) | V::Integer(_) | V::Float(_) | V::Boolean(_) | V::Datetime(_)
            )
        }
        ValueKind::Int(..) => matches!(value, V::Integer(_)),
        ValueKind::Bool | ValueKind::True => matches!(value, V::Boolean(_)),
        ValueKind::Date => matches!(value, V::Datetime(d) if d.date.is_some() && d.time.is_none()),
        ValueKind::Time => matches!(value, V::Datetime(d) if d.date.is_none() && d.time.is_some()),
        ValueKind::Duration | ValueKind::Delay => matches!(value, V::String(_) | V::Integer(_)),
        ValueKind::ColumnPair => matches!(value, V::String(_)),
        _ => false,
    }
}

fn wanted(kind: &ValueKind) -> String {
    match kind {
        ValueKind::Text | ValueKind::Template | ValueKind::Choice(_) => "text".into(),
        ValueKind::Ref(what) => format!("the name of a {what}"),
        ValueKind::Expr => "an expression as text".into(),
        ValueKind::Int(..) => "a whole number".into(),
        ValueKind::Bool => "true or false".into(),
        ValueKind::True => "true".into(),
        ValueKind::Date => "a date such as 1989-03-14".into(),
        ValueKind::Time => "a time such as 08:30:00".into(),
        ValueKind::Duration => "milliseconds, or text such as \"90s\"".into(),
        ValueKind::Delay => "milliseconds, text such as \"90s\", or an expression".into(),
        ValueKind::Type => "a type such as \"text(8)\"".into(),
        ValueKind::Literal => "a value".into(),
        ValueKind::One(shape) => format!("{} as a table", shape.name),
        ValueKind::Many(shape) => format!("{} as an array of tables, `[[…]]`", shape.name),
        ValueKind::Map(_) => "a table".into(),
        ValueKind::List(of) => format!("a list, each of it {}", wanted(of)),
        ValueKind::OneOrList(of) => format!("{}, or a list of such", wanted(of)),
        ValueKind::Effects => "a list of effects".into(),
        ValueKind::Tagged(name, _) => format!("a list, each of it {name}"),
        ValueKind::Maker => "what makes the column, as in { word = \"names\" }".into(),
        ValueKind::Variable => "a first value, or { type = \"…\", initial = … }".into(),
        ValueKind::ColumnPair => "a column's name, or { here = \"there\" }".into(),
    }
}

fn found(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
