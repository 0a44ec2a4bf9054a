//! What the files of a system declare: everything that expressions, effects and warts may name. It is collected before any
//! of those is compiled, and does not change afterwards.

use super::files::Definition;
use super::literal::variables;
use super::map::MapLegend;
use super::node::{Faults, TomlTable};
use super::scope::{Catalog, ScreenNames};
use super::screen::{self, ScreenDraft};
use super::structure;
use super::tables::TableDraft;
use crate::system::expr::TableNames;
use crate::system::model::Variable;
use crate::system::shape::{SCREEN, SYSTEM};
use std::collections::BTreeMap;
use toml::de::DeValue;

/// The names of a system, and what has been read of its parts to know them.
pub(super) struct Declared<'d> {
    pub catalog: Catalog,
    pub layers: Vec<String>,
    /// The terminal model.
    pub model: u8,
    /// Variables of the sign-on session.
    pub session: Vec<Variable>,
    /// In the order of the catalog.
    pub tables: Vec<TableDraft<'d>>,
    /// In the order of the catalog.
    pub screens: Vec<ScreenDraft<'d>>,
}

/// Collects the names. The structure of `system.toml` and of the screens is checked here, so that what is read later can pass
/// over what is not of its kind.
pub(super) fn declare<'d>(definition: &Definition<'d>, faults: &mut Faults) -> Declared<'d> {
    let system = &definition.system;
    structure::check(system, &SYSTEM, system.place(), faults);
    let words = definition.words.map(|root| words(&root, faults));
    let layers = layers(system);
    let drafts = system.entries_of("table");
    let drafts = drafts.iter().filter_map(|(name, node)| {
        let written = node.table()?;
        Some(TableDraft::new(name, written, &layers, faults))
    });
    let tables: Vec<TableDraft<'d>> = drafts.collect();
    let table_names: Vec<TableNames> = tables.iter().map(TableDraft::names).collect();
    let session = variables(system.table_of("session"), faults);
    let model = system.int_of("model").and_then(|n| u8::try_from(n).ok());
    let model = model.unwrap_or(2);
    let (screens, screen_names) = screens(definition, model, &table_names, faults);
    let jobs = system.entries_of("job");
    let catalog = Catalog {
        numbered: tables.iter().map(|t| t.sequence.is_some()).collect(),
        tables: table_names,
        session: session.iter().map(Variable::named).collect(),
        jobs: jobs.iter().map(|(name, _)| name.text.to_owned()).collect(),
        words: words.unwrap_or_default(),
        screens: screen_names,
    };
    Declared {
        catalog,
        layers,
        model,
        session,
        tables,
        screens,
    }
}

fn screens<'d>(
    definition: &Definition<'d>,
    model: u8,
    tables: &[TableNames],
    faults: &mut Faults,
) -> (Vec<ScreenDraft<'d>>, Vec<ScreenNames>) {
    let legend = legend(&definition.system, faults);
    let screens = definition.screens.iter();
    let screens = screens.map(|(id, root)| {
        structure::check(root, &SCREEN, root.place(), faults);
        let over = screen::over(root, definition, faults);
        let (draft, names) = screen::draft(id, *root, model, &legend, tables, faults);
        (draft, ScreenNames { over, ..names })
    });
    screens.unzip()
}

/// The pens and glyphs of all screens.
fn legend(system: &TomlTable<'_>, faults: &mut Faults) -> MapLegend {
    let mut legend = MapLegend {
        pens: screen::pens(system.table_of("pen"), faults),
        glyphs: BTreeMap::new(),
    };
    for (name, node) in system.entries_of("glyph") {
        let symbol = screen::symbol(&name, faults);
        match (symbol, node.text().and_then(|t| single(t.text))) {
            (Some(symbol), Some(shown)) => {
                legend.glyphs.insert(symbol, shown);
            }
            (Some(_), None) => {
                faults.error(node.place(), "a glyph is shown as one character");
            }
            (None, _) => {}
        }
    }
    legend
}

/// The only character of a text.
fn single(text: &str) -> Option<char> {
    let mut chars = text.chars();
    chars.next().filter(|_| chars.next().is_none())
}

/// The names of the layers; one where the definition has none.
fn layers(system: &TomlTable<'_>) -> Vec<String> {
    let names = system
        .get("layers")
        .and_then(|n| n.elements())
        .unwrap_or_default();
    let names: Vec<String> = names
        .iter()
        .filter_map(|n| n.value.as_str().map(str::to_owned))
        .collect();
    if names.is_empty() {
        vec!["mainframe".to_owned()]
    } else {
        names
    }
}

/// `words.toml`: lists of texts.
fn words(root: &TomlTable<'_>, faults: &mut Faults) -> BTreeMap<String, Vec<String>> {
    let mut words = BTreeMap::new();
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
        words.insert(name.text.to_owned(), list);
    }
    words
}
