//! Checks files against their shapes: unknown and missing keys, values of the wrong kind.

use super::node::{Faults, SourcePlace, TomlKey, TomlNode, TomlTable};
use crate::system::near::near;
use crate::system::shape::{EffectKind, KeyShape, MakerKind, TableShape, VARIABLE, ValueKind};
use toml::de::DeValue;

/// The deepest nesting of effects.
const MAX_NESTING: usize = 16;

/// Checks a table against a shape. Later phases skip without a report what is reported here.
pub(crate) fn check(
    table: &TomlTable<'_>,
    shape: &'static TableShape,
    at: SourcePlace,
    faults: &mut Faults,
) {
    Check { faults, nesting: 0 }.shape(table, shape, &at);
}

/// Checks a table against keys that are combined for this table alone.
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
        match accepts(kind, node.value) {
            true => self.parts(node, kind),
            false => self.wrong(node, kind),
        }
    }

    /// Checks what is inside a value that is of its kind as far as its TOML type goes.
    fn parts(&mut self, node: &TomlNode<'_>, kind: &'static ValueKind) {
        match kind {
            ValueKind::One(shape) => self.table(node, shape),
            ValueKind::Variable => self.table(node, &VARIABLE),
            ValueKind::Map(of) => self.each(node.table().map(|t| t.entries()), of),
            ValueKind::ColumnPair => {
                self.each(node.table().map(|t| t.entries()), &ValueKind::Text);
            }
            ValueKind::List(of) => self.elements(node, of),
            ValueKind::OneOrList(of) => match node.elements() {
                Some(_) => self.elements(node, of),
                None => self.value(node, of),
            },
            ValueKind::Many(shape) => {
                for element in node.elements().unwrap_or_default() {
                    match element.table() {
                        Some(_) => self.table(&element, shape),
                        None => self.wrong(&element, kind),
                    }
                }
            }
            ValueKind::Effects => self.effects(node),
            ValueKind::Maker => self.tagged(
                node,
                MakerKind::ALL,
                |maker| maker.keys(),
                "a generated column",
            ),
            ValueKind::Tagged(name, shapes) => {
                for element in node.one_or_more() {
                    self.tagged(&element, shapes, |shape| shape.keys, name);
                }
            }
            ValueKind::Int(least, most) => {
                if !node.int().is_some_and(|n| (*least..=*most).contains(&n)) {
                    let message = format!("a whole number from {least} to {most} is wanted");
                    self.faults.error(node.place(), message);
                }
            }
            ValueKind::Choice(words) => self.choice(node, words),
            ValueKind::True => {
                if node.value.as_bool() == Some(false) {
                    self.faults
                        .error(node.place(), "only `true` makes sense here")
                        .help("leave the key out if it should not happen");
                }
            }
            ValueKind::Text
            | ValueKind::Ref(_)
            | ValueKind::Template
            | ValueKind::Expr
            | ValueKind::Bool
            | ValueKind::Date
            | ValueKind::Time
            | ValueKind::Duration
            | ValueKind::Delay
            | ValueKind::Type
            | ValueKind::Literal => {}
        }
    }

    /// A table of this shape; a value that is no table has no parts.
    fn table(&mut self, node: &TomlNode<'_>, shape: &'static TableShape) {
        if let Some(table) = node.table() {
            self.shape(&table, shape, &node.place());
        }
    }

    fn effects(&mut self, node: &TomlNode<'_>) {
        if self.nesting == MAX_NESTING {
            let message = format!("effects are nested more than {MAX_NESTING} levels deep");
            self.faults.error(node.place(), message);
            return;
        }
        self.nesting += 1;
        for element in node.elements().unwrap_or_default() {
            self.tagged(
                &element,
                EffectKind::ALL,
                |effect| effect.keys(),
                "an effect",
            );
        }
        self.nesting -= 1;
    }

    fn choice(&mut self, node: &TomlNode<'_>, words: &'static [&'static str]) {
        let Some(text) = node.value.as_str().filter(|text| !words.contains(text)) else {
            return;
        };
        let message = format!("`{text}` is none of {}", words.join(", "));
        let fault = self.faults.error(node.place(), message);
        if let Some(near) = near(text, words.iter().copied()) {
            fault.help(format!("did you mean `{near}`?"));
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

    /// A table whose keys say which of some kinds it is.
    fn tagged<K>(&mut self, node: &TomlNode<'_>, kinds: &[K], keys: fn(&K) -> Keys, name: &str) {
        let Some(table) = node.table() else {
            let message = format!("expected {name} as a table, found {}", found(node.value));
            self.faults.error(node.place(), message);
            return;
        };
        if let Some(kind) = tag(&table, kinds, keys) {
            let called = format!("`{}`", head(keys(kind)));
            let keys: Vec<_> = keys(kind).iter().map(|key| (key, key.required)).collect();
            self.keys(&table, &called, &keys, &node.place());
        } else if let Some((key, _)) = table.entries().first() {
            let message = format!("`{}` is not the first key of {name}", key.text);
            let heads: Vec<&str> = kinds.iter().map(|kind| head(keys(kind))).collect();
            let fault = self.faults.error(key.place(), message);
            match near(key.text, heads.iter().copied()) {
                Some(near) => fault.help(format!("did you mean `{near}`?")),
                None => fault.help(format!("there are {}", heads.join(", "))),
            }
        } else {
            self.faults
                .error(node.place(), format!("{name} says nothing"));
        }
    }
}

/// The keys of one kind of table; the first is its name.
type Keys = &'static [KeyShape];

/// Which effect a table is.
pub(super) fn effect(table: &TomlTable<'_>) -> Option<EffectKind> {
    tag(table, EffectKind::ALL, |effect| effect.keys()).copied()
}

/// Which maker a table is.
pub(super) fn maker(table: &TomlTable<'_>) -> Option<MakerKind> {
    tag(table, MakerKind::ALL, |maker| maker.keys()).copied()
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

fn head(keys: Keys) -> &'static str {
    keys.first().map_or("", |key| key.name)
}

/// Which of some kinds a table is: that whose first key it has. `set` and `when` are the first keys of a kind and stand in
/// other kinds too, so the kind that knows most of the keys counts, and must know all unless its first key comes first.
fn tag<'k, K>(table: &TomlTable<'_>, kinds: &'k [K], keys: fn(&K) -> Keys) -> Option<&'k K> {
    let entries = table.entries();
    let known = |keys: Keys| {
        let known = |name: &str| keys.iter().any(|key| key.name == name);
        entries.iter().filter(|(name, _)| known(name.text)).count()
    };
    let first = entries.first().map_or("", |(name, _)| name.text);
    let named = |keys: Keys| entries.iter().any(|(name, _)| name.text == head(keys));
    kinds
        .iter()
        .filter(|kind| named(keys(kind)))
        .filter(|kind| first == head(keys(kind)) || known(keys(kind)) == entries.len())
        .max_by_key(|kind| (known(keys(kind)), first == head(keys(kind))))
}

/// Whether a value is of the TOML type that a kind takes.
fn accepts(kind: &ValueKind, value: &DeValue<'_>) -> bool {
    use DeValue as V;
    let literal = matches!(
        value,
        V::String(_) | V::Integer(_) | V::Float(_) | V::Boolean(_) | V::Datetime(_)
    );
    match kind {
        ValueKind::Text
        | ValueKind::Ref(_)
        | ValueKind::Template
        | ValueKind::Type
        | ValueKind::Choice(_) => matches!(value, V::String(_)),
        ValueKind::Expr | ValueKind::Literal => literal,
        ValueKind::Variable => literal || matches!(value, V::Table(_)),
        ValueKind::Int(..) => matches!(value, V::Integer(_)),
        ValueKind::Bool | ValueKind::True => matches!(value, V::Boolean(_)),
        ValueKind::Date => matches!(value, V::Datetime(d) if d.date.is_some() && d.time.is_none()),
        ValueKind::Time => matches!(value, V::Datetime(d) if d.date.is_none() && d.time.is_some()),
        ValueKind::Duration | ValueKind::Delay => matches!(value, V::String(_) | V::Integer(_)),
        ValueKind::ColumnPair => matches!(value, V::String(_) | V::Table(_)),
        ValueKind::One(_) | ValueKind::Map(_) | ValueKind::Maker => matches!(value, V::Table(_)),
        ValueKind::Many(_) | ValueKind::List(_) | ValueKind::Effects => {
            matches!(value, V::Array(_))
        }
        ValueKind::Tagged(..) => matches!(value, V::Array(_) | V::Table(_)),
        // What does not fit is reported as the one it should be.
        ValueKind::OneOrList(_) => true,
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
