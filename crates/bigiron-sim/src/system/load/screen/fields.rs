//! The fields of a screen: declared with their attributes and types, then compiled with their expressions.

use crate::system::expr::{Expr, FieldNames, Names};
use crate::system::load::literal::{NAME_HELP, is_name, look, plain, type_of, value};
use crate::system::load::map::{DrawnField, DrawnMap};
use crate::system::load::node::{Faults, TomlTable, TomlText};
use crate::system::load::scope::{any, fixed, template, typed, unknown};
use crate::system::model::{FieldId, FieldStyle, MapField, TableId, Template};
use crate::system::picture::Picture;
use crate::system::value::{Type, Value};
use std::collections::BTreeMap;
use tn3270::wire::attribute::FieldAttribute;

/// A field as declared, in the order of the map.
pub(super) enum FieldDraft<'d> {
    /// A field of its own, or that of the first row of a list.
    Own(OwnField<'d>),
    /// The same field as another one, in a later row of the list.
    Repeat(FieldId),
}

/// What is known of a field before its expressions are compiled.
pub(super) struct OwnField<'d> {
    name: String,
    /// Its `[field.NAME]`, if it has one.
    written: Option<TomlTable<'d>>,
    style: FieldStyle,
    of: Type,
    picture: Option<Picture>,
    /// The value of an empty field.
    empty: Option<Value>,
}

/// Declares the fields of a map, and what expressions may know of them.
pub(super) fn declare<'d>(
    root: &TomlTable<'d>,
    map: &DrawnMap,
    faults: &mut Faults,
) -> (Vec<FieldDraft<'d>>, Vec<FieldNames>) {
    let written = written_fields(root, map, faults);
    let text = root.str_of("map");
    let mut fields = Vec::new();
    let mut names: Vec<FieldNames> = Vec::new();
    for (id, drawn) in map.fields.iter().enumerate() {
        if let Some(first) = first_of(drawn, map) {
            fields.push(FieldDraft::Repeat(first));
            continue;
        }
        let entry = written.get(&drawn.name);
        let name = entry.map_or(drawn.name.as_str(), |(name, _)| name);
        let same = |f: &DrawnField| f.name == drawn.name && f.list_row == drawn.list_row;
        let is_twice =
            map.fields.iter().take(id).any(same) || names.iter().any(|field| field.name == name);
        if let Some(text) = text.filter(|_| is_twice) {
            let message = format!("the field `{}` is drawn twice", drawn.name);
            faults.error(text.part(drawn.span.clone()), message);
        }
        let field = OwnField::new(name, drawn, entry.map(|(_, table)| *table), faults);
        if !is_twice {
            names.push(FieldNames {
                name: name.to_owned(),
                of: field.of.clone(),
                id,
                in_list: drawn.list_row.is_some(),
                input: drawn.input && !field.style.attribute.is_protected(),
            });
        }
        fields.push(FieldDraft::Own(field));
    }
    (fields, names)
}

/// For a field in a later row of a list: that of the first row.
fn first_of(drawn: &DrawnField, map: &DrawnMap) -> Option<FieldId> {
    drawn.list_row.filter(|row| *row > 0)?;
    let mut fields = map.fields.iter();
    fields.position(|first| first.name == drawn.name && first.list_row == Some(0))
}

/// The attributes of the fields, by their ids.
pub(super) fn styles(fields: &[FieldDraft<'_>]) -> Vec<FieldStyle> {
    let style = |field: &FieldDraft<'_>| match own(fields, field) {
        Some(own) => own.style,
        None => plain(),
    };
    fields.iter().map(style).collect()
}

/// The field itself, or the one of which it is a repeat.
pub(super) fn own<'f, 'd>(
    fields: &'f [FieldDraft<'d>],
    field: &'f FieldDraft<'d>,
) -> Option<&'f OwnField<'d>> {
    match field {
        FieldDraft::Own(own) => Some(own),
        FieldDraft::Repeat(first) => match fields.get(*first)? {
            FieldDraft::Own(own) => Some(own),
            FieldDraft::Repeat(_) => None,
        },
    }
}

/// Compiles the fields; those of a list once for all its rows.
pub(super) fn compile(
    fields: &[FieldDraft<'_>],
    map: &DrawnMap,
    list: Option<TableId>,
    names: &Names<'_>,
    faults: &mut Faults,
) -> Vec<MapField> {
    let mut compiled: Vec<MapField> = Vec::with_capacity(fields.len());
    for (field, drawn) in fields.iter().zip(&map.fields) {
        match field {
            FieldDraft::Own(own) => {
                let mut names = names.clone();
                if let Some(of) = list.filter(|_| drawn.list_row.is_some()) {
                    names.rows.push(("row", of));
                }
                compiled.push(own.compiled(drawn, &names, faults));
            }
            FieldDraft::Repeat(first) => {
                let repeat = compiled.get(*first).map(|first| MapField {
                    list_row: drawn.list_row,
                    at: drawn.at,
                    length: drawn.length,
                    ..first.clone()
                });
                compiled.extend(repeat);
            }
        }
    }
    compiled
}

/// `[field.NAME]` tables by the name in the map.
fn written_fields<'d>(
    root: &TomlTable<'d>,
    map: &DrawnMap,
    faults: &mut Faults,
) -> BTreeMap<String, (String, TomlTable<'d>)> {
    let mut written: BTreeMap<String, (String, TomlTable<'d>)> = BTreeMap::new();
    for (name, node) in root.entries_of("field") {
        let Some(table) = node.table() else { continue };
        if !is_name(name.text) {
            faults
                .error(name.place(), format!("`{}` cannot name a field", name.text))
                .help(NAME_HELP);
            continue;
        }
        let alias = table.str_of("map").map_or(name.text, |alias| alias.text);
        if !map.fields.iter().any(|f| f.name == alias) {
            if root.str_of("map").is_some() {
                let known = map.fields.iter().map(|f| f.name.as_str());
                unknown("field in the map", alias, name.place(), known, faults);
            }
            continue;
        }
        if let Some((other, _)) = written.insert(alias.to_owned(), (name.text.to_owned(), table)) {
            faults.error(
                name.place(),
                format!("`{alias}` in the map is already the field {other}"),
            );
        }
    }
    written
}

impl<'d> OwnField<'d> {
    fn new(
        name: &str,
        drawn: &DrawnField,
        written: Option<TomlTable<'d>>,
        faults: &mut Faults,
    ) -> OwnField<'d> {
        let protected = written.and_then(|t| t.get("protected"));
        if let Some(node) = protected.filter(|_| !drawn.input) {
            faults
                .error(node.place(), "a field in `( )` is protected as it is")
                .help("draw it in `[ ]` to let somebody type into it");
        }
        let of = written.and_then(|t| type_of(&t.str_of("type")?, faults));
        let of = of.map_or(Type::Text, |(of, _)| of);
        let picture = written.and_then(|t| t.str_of("picture"));
        let picture = picture.and_then(|text| checked_picture(&text, &of, drawn.length, faults));
        let empty = written.and_then(|t| value(&t.get("empty")?, &of, faults));
        OwnField {
            name: name.to_owned(),
            written,
            style: style(drawn, written),
            of,
            picture,
            empty,
        }
    }

    fn flag(&self, key: &str) -> Option<bool> {
        self.written.and_then(|t| t.bool_of(key))
    }

    /// Whether the cell after it sends the cursor on to the next input field.
    pub fn skips(&self) -> bool {
        self.flag("autoskip").unwrap_or(true)
    }

    fn compiled(&self, drawn: &DrawnField, names: &Names<'_>, faults: &mut Faults) -> MapField {
        let end = match self.skips() {
            true => plain(),
            false => unskipped(plain()),
        };
        let mut condition = |key: &str| {
            let node = self.written.and_then(|t| t.get(key))?;
            typed(&node, &Type::Bool, names, faults)
        };
        let protected_until = condition("protected_until");
        let locked_until = condition("locked_until");
        let refusal = self.text("locked_message", "FIELD NOT AVAILABLE", names, faults);
        let name = self.name.to_ascii_uppercase();
        let invalid = format!("INVALID ENTRY IN FIELD {name}");
        let field = MapField {
            name: self.name.clone(),
            list_row: drawn.list_row,
            at: drawn.at,
            length: drawn.length,
            look: self.style,
            end: drawn.ends.then_some(end),
            of: self.of.clone(),
            picture: self.picture.clone(),
            value: self.value(names, faults),
            upper: self.flag("upper").unwrap_or(true),
            right: self.flag("right").unwrap_or(false),
            empty: self.empty.clone(),
            invalid: self.text("invalid", &invalid, names, faults),
            protected_until,
            locked_until: locked_until.map(|expr| (expr, refusal)),
        };
        self.check_input(faults);
        field
    }

    /// What it shows when the screen is opened; one of text shows any value as its text.
    fn value(&self, names: &Names<'_>, faults: &mut Faults) -> Option<Expr> {
        let node = self.written.and_then(|t| t.get("value"))?;
        match self.of {
            Type::Text => any(&node, names, faults).map(|t| t.expr),
            _ => typed(&node, &self.of, names, faults),
        }
    }

    /// A text that the file may give.
    fn text(&self, key: &str, otherwise: &str, names: &Names<'_>, faults: &mut Faults) -> Template {
        match self.written.and_then(|t| t.str_of(key)) {
            Some(text) => template(&text, names, &[], faults),
            None => fixed(otherwise),
        }
    }

    /// Reports keys about input in a field that does not take any.
    fn check_input(&self, faults: &mut Faults) {
        if !self.style.attribute.is_protected() {
            return;
        }
        for key in ["protected_until", "locked_until", "invalid"] {
            if let Some(name) = self.written.and_then(|t| t.key(key)) {
                let message = format!(
                    "nobody can type into `{}`: `{key}` has no meaning",
                    self.name
                );
                faults.error(name.place(), message);
            }
        }
    }
}

/// The attribute of a field.
fn style(drawn: &DrawnField, written: Option<TomlTable<'_>>) -> FieldStyle {
    let flag = |key| written.and_then(|t| t.bool_of(key)) == Some(true);
    let attribute = match drawn.input {
        true => FieldAttribute::default()
            .protected(flag("protected"))
            .numeric(flag("numeric")),
        false => plain().attribute,
    };
    let base = FieldStyle {
        attribute: attribute.mdt(flag("mdt")),
        ..plain()
    };
    written.map_or(base, |table| look(&table, base))
}

/// The style of what ends a field without sending the cursor on.
pub(super) fn unskipped(style: FieldStyle) -> FieldStyle {
    FieldStyle {
        attribute: FieldAttribute::default().protected(true),
        ..style
    }
}

fn checked_picture(
    text: &TomlText<'_>,
    of: &Type,
    length: usize,
    faults: &mut Faults,
) -> Option<Picture> {
    match Picture::parse(text.text) {
        Err(message) => {
            faults.error(text.place(), message);
        }
        Ok(picture) if !picture.fits(of) => {
            let fault = faults.error(
                text.place(),
                format!("{of} cannot be written by the picture `{}`", text.text),
            );
            if *of == Type::Text {
                fault.help("give the field a `type`, such as decimal(2) or date");
            }
        }
        Ok(_) if text.text.chars().count() > length => {
            faults.error(
                text.place(),
                format!("the picture is longer than the {length} cells of the field"),
            );
        }
        Ok(picture) => return Some(picture),
    }
    None
}
