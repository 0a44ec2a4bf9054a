//! The names that are known while a system is compiled, and the expressions and templates that use them.

use super::literal::untyped;
use super::node::{Faults, SourcePlace, TomlNode, TomlText};
use crate::system::expr::{
    self, Expr, FieldNames, Named, Names, TableNames, TypedExpr, check, check_as,
};
use crate::system::model::{FieldStyle, ScreenId, TableId, Template, TemplateFact, TemplatePart};
use crate::system::near::near;
use crate::system::value::Type;
use std::collections::BTreeMap;
use toml::de::DeValue;

/// Everything that is declared and can be named. It is made whole, and not changed afterwards.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    pub tables: Vec<TableNames>,
    /// Whether inserts into a table may leave the key out.
    pub numbered: Vec<bool>,
    pub session: Vec<Named>,
    pub jobs: Vec<String>,
    pub words: BTreeMap<String, Vec<String>>,
    pub screens: Vec<ScreenNames>,
}

/// A screen as far as expressions, effects and warts may know it.
#[derive(Debug, Default)]
pub(crate) struct ScreenNames {
    pub id: String,
    pub window: bool,
    pub over: Option<ScreenId>,
    /// The attributes of its fields, by their ids.
    pub styles: Vec<FieldStyle>,
    pub names: Vec<FieldNames>,
    pub state: Vec<Named>,
    pub message: Option<usize>,
    pub list: Option<usize>,
    pub select: Option<usize>,
    /// Parts of it could not be read, so a name that it lacks is not reported where it is used.
    pub broken: bool,
}

impl Catalog {
    /// The names outside every screen.
    pub fn names(&self) -> Names<'_> {
        Names {
            tables: &self.tables,
            session: &self.session,
            ..Names::default()
        }
    }

    /// The names on a screen, but for rows.
    pub fn screen_names<'n>(&'n self, screen: &'n ScreenNames) -> Names<'n> {
        let owner = screen.over.and_then(|over| self.screens.get(over));
        Names {
            state: Some(owner.unwrap_or(screen).state.as_slice()),
            fields: Some(screen.names.as_slice()),
            list: screen.list.is_some(),
            ..self.names()
        }
    }

    pub fn table(&self, name: &TomlText<'_>, faults: &mut Faults) -> Option<usize> {
        table(&self.tables, name, faults)
    }

    pub fn screen(&self, name: &TomlText<'_>, faults: &mut Faults) -> Option<ScreenId> {
        lookup(
            "screen",
            name,
            self.screens.iter().map(|s| s.id.as_str()),
            faults,
        )
    }

    pub fn job(&self, name: &TomlText<'_>, faults: &mut Faults) -> Option<usize> {
        lookup("job", name, self.jobs.iter().map(String::as_str), faults)
    }
}

/// The index of a table.
pub(super) fn table(
    tables: &[TableNames],
    name: &TomlText<'_>,
    faults: &mut Faults,
) -> Option<TableId> {
    let known = tables.iter().map(|table| table.name.as_str());
    lookup("table", name, known, faults)
}

/// The index of a name among the known ones, or a fault with a suggestion.
pub(crate) fn lookup<'n>(
    what: &str,
    name: &TomlText<'_>,
    known: impl Iterator<Item = &'n str> + Clone,
    faults: &mut Faults,
) -> Option<usize> {
    let found = known.clone().position(|k| k == name.text);
    if found.is_none() {
        unknown(what, name.text, name.place(), known, faults);
    }
    found
}

/// Reports an unknown name.
pub(crate) fn unknown<'n>(
    what: &str,
    name: &str,
    place: SourcePlace,
    known: impl Iterator<Item = &'n str> + Clone,
    faults: &mut Faults,
) {
    let fault = faults.error(place, format!("no {what} is called `{name}`"));
    let count = known.clone().count();
    match near(name, known.clone()) {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None if count == 0 => fault.help(format!("there is no {what} at all")),
        None if count <= 12 => fault.help(format!(
            "there are {}",
            known.collect::<Vec<_>>().join(", ")
        )),
        None => {}
    }
}

/// The index of a column of a table.
pub(crate) fn column(
    table: &TableNames,
    name: &str,
    place: &SourcePlace,
    faults: &mut Faults,
) -> Option<usize> {
    let known = table.columns.iter().map(|c| c.name.as_str());
    let found = known.clone().position(|k| k == name);
    if found.is_none() {
        let what = format!("column of {}", table.name);
        unknown(&what, name, place.clone(), known, faults);
    }
    found
}

/// An expression of any type.
pub(crate) fn any(
    node: &TomlNode<'_>,
    names: &Names<'_>,
    faults: &mut Faults,
) -> Option<TypedExpr> {
    if let Some(text) = node.text() {
        return parsed(&text, 0..text.text.len(), faults, |tree, errors| {
            check(tree, names, errors)
        });
    }
    let value = untyped(node)?;
    Some(TypedExpr {
        of: value.of(),
        expr: Expr::Const(value),
    })
}

/// An expression of a type.
pub(crate) fn typed(
    node: &TomlNode<'_>,
    of: &Type,
    names: &Names<'_>,
    faults: &mut Faults,
) -> Option<Expr> {
    match node.value {
        DeValue::String(_) => {
            let text = node.text()?;
            parsed(&text, 0..text.text.len(), faults, |tree, errors| {
                check_as(tree, of, names, errors)
            })
        }
        DeValue::Array(_) | DeValue::Table(_) => None,
        _ => super::literal::value(node, of, faults).map(Expr::Const),
    }
}

/// Parses a part of a text and checks the tree; faults are mapped to their places in the file.
fn parsed<T>(
    text: &TomlText<'_>,
    part: std::ops::Range<usize>,
    faults: &mut Faults,
    check: impl FnOnce(&expr::ast::Node, &mut Vec<expr::ExprError>) -> Option<T>,
) -> Option<T> {
    let mut errors = Vec::new();
    let result = match expr::parse(text.text.get(part.clone()).unwrap_or("")) {
        Ok(tree) => check(&tree, &mut errors),
        Err(error) => {
            errors.push(error);
            None
        }
    };
    let failed = !errors.is_empty();
    for error in errors {
        // An end that is missing is shown at the closing quote.
        let (start, end) = (error.span.start + part.start, error.span.end + part.start);
        let fault = faults.error(text.part(start..end), error.message);
        fault.help = error.help;
    }
    result.filter(|_| !failed)
}

/// Text with `{expressions}` in it. `given` are the facts that the host fills in here.
pub(crate) fn template(
    text: &TomlText<'_>,
    names: &Names<'_>,
    given: &[TemplateFact],
    faults: &mut Faults,
) -> Template {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut at = 0;
    while let Some(ch) = text.text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.text.get(at..).unwrap_or("");
        match ch {
            '{' | '}' if rest.get(1..).is_some_and(|r| r.starts_with(ch)) => {
                plain.push(ch);
                at += 2;
            }
            '{' => {
                let Some(length) = closing_brace(rest) else {
                    let fault = faults.error(text.part(at..at + 1), "this `{` has no `}`");
                    fault.help("`{{` is a brace as text");
                    break;
                };
                if !plain.is_empty() {
                    parts.push(TemplatePart::Text(std::mem::take(&mut plain)));
                }
                let inside = at + 1..at + length;
                let word = text.text.get(inside.clone()).unwrap_or("").trim();
                match TemplateFact::of_word(word).filter(|fact| given.contains(fact)) {
                    Some(fact) => parts.push(TemplatePart::Given(fact)),
                    None => {
                        let typed = parsed(text, inside.clone(), faults, |tree, errors| {
                            check(tree, names, errors)
                        });
                        if let Some(typed) = typed {
                            parts.push(TemplatePart::Expr(typed.expr));
                        }
                    }
                }
                at += length + 1;
            }
            '}' => {
                faults
                    .error(text.part(at..at + 1), "this `}` has no `{`")
                    .help("`}}` is a brace as text");
                at += 1;
            }
            ch => {
                plain.push(ch);
                at += ch.len_utf8();
            }
        }
    }
    if !plain.is_empty() {
        parts.push(TemplatePart::Text(plain));
    }
    Template(parts)
}

/// Where the brace that opens a text closes; braces in quotes do not count.
fn closing_brace(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut chars = text.char_indices();
    while let Some((at, ch)) = chars.next() {
        match (quote, ch) {
            (Some(_), '\\') => {
                chars.next();
            }
            (Some(open), ch) if open == ch => quote = None,
            (None, '\'' | '"') => quote = Some(ch),
            (None, '}') => return Some(at),
            _ => {}
        }
    }
    None
}

/// A template of plain text.
pub(crate) fn fixed(text: &str) -> Template {
    Template(vec![TemplatePart::Text(text.to_owned())])
}
