//! A screen's file: first what it declares, then its expressions and rules.

mod fields;

use super::files::Definition;
use super::keys::{keys, requires};
use super::literal::{look, plain, variables};
use super::map::{self, DrawnMap, Grid, MapLegend};
use super::node::{Faults, TomlKey, TomlTable};
use super::scope::{Catalog, ScreenNames, any, lookup, table, typed};
use crate::system::expr::{FieldNames, Names, TableNames};
use crate::system::model::{
    FieldId, FieldStyle, List, MapText, Screen, ScreenId, TableId, Variable, Window,
};
use crate::system::value::Type;
use fields::FieldDraft;
use std::collections::BTreeMap;

/// Rows and columns of the alternate size of a terminal model.
fn alternate_size(model: u8) -> (usize, usize) {
    match model {
        3 => (32, 80),
        4 => (43, 80),
        5 => (27, 132),
        _ => PRIMARY,
    }
}

const PRIMARY: (usize, usize) = (24, 80);

/// A screen whose map has been read and whose fields are declared.
pub(super) struct ScreenDraft<'d> {
    root: TomlTable<'d>,
    grid: Grid,
    map: DrawnMap,
    fields: Vec<FieldDraft<'d>>,
    state: Vec<Variable>,
}

/// Reads the map, the fields' types and the variables of a screen: what is needed to compile it, and what others may know of it.
pub(super) fn draft<'d>(
    id: &str,
    root: TomlTable<'d>,
    model: u8,
    legend: &MapLegend,
    tables: &[TableNames],
    faults: &mut Faults,
) -> (ScreenDraft<'d>, ScreenNames) {
    let before = faults.list.len();
    let grid = grid(&root, model, faults);
    let map = drawn_map(&root, legend, grid, faults);
    let (fields, names) = fields::declare(&root, &map, faults);
    let state = variables(root.table_of("state"), faults);
    let message = match root.str_of("message") {
        Some(_) => field_of(&root, "message", &names, faults),
        None => names.iter().find(|f| f.name == "msg").map(|f| f.id),
    };
    let (list, select) = list(&root, &map, &names, tables, faults);
    let names = ScreenNames {
        id: id.to_owned(),
        window: grid.window.is_some(),
        over: None,
        styles: fields::styles(&fields),
        state: state.iter().map(Variable::named).collect(),
        names,
        message,
        list,
        select,
        broken: faults.list.len() > before,
    };
    let draft = ScreenDraft {
        root,
        grid,
        map,
        fields,
        state,
    };
    (draft, names)
}

/// Where the map of a screen is drawn.
fn grid(root: &TomlTable<'_>, model: u8, faults: &mut Faults) -> Grid {
    let (rows, columns) = match root.bool_of("alternate") {
        Some(true) => alternate_size(model),
        _ => PRIMARY,
    };
    let window = root.table_of("window").map(|window| {
        let mut cell = |key, most: usize| {
            let node = window.get(key)?;
            let cell = node.int().and_then(|n| usize::try_from(n).ok());
            if cell.is_some_and(|n| n > most) {
                let message = format!(
                    "the window lies outside the grid of {rows} rows and {columns} columns"
                );
                faults.error(node.place(), message);
            }
            cell?.checked_sub(1).filter(|n| *n < most)
        };
        let corner = (cell("row", rows), cell("column", columns));
        (corner.0.unwrap_or(0), corner.1.unwrap_or(0))
    });
    Grid {
        rows,
        columns,
        window,
    }
}

fn drawn_map(
    root: &TomlTable<'_>,
    legend: &MapLegend,
    grid: Grid,
    faults: &mut Faults,
) -> DrawnMap {
    let mut legend = legend.clone();
    legend.pens.extend(pens(root.table_of("pen"), faults));
    match root.str_of("map") {
        Some(text) => map::read(&text, &legend, grid, faults),
        None => DrawnMap::default(),
    }
}

/// Pens of a system or screen.
pub(super) fn pens(
    table: Option<TomlTable<'_>>,
    faults: &mut Faults,
) -> BTreeMap<char, FieldStyle> {
    let entries = table.map(|t| t.entries()).unwrap_or_default();
    let pens = entries.iter().filter_map(|(name, node)| {
        let symbol = symbol(name, faults)?;
        Some((symbol, look(&node.table()?, plain())))
    });
    pens.collect()
}

/// The one character that a pen or glyph is called by.
pub(super) fn symbol(name: &TomlKey<'_>, faults: &mut Faults) -> Option<char> {
    let drawn = |ch: &char| matches!(ch, '[' | ']' | '(' | ')' | ':' | ' ');
    let mut chars = name.text.chars();
    let first = chars
        .next()
        .filter(|ch| !drawn(ch) && !ch.is_alphanumeric());
    let symbol = first.filter(|_| chars.next().is_none());
    if symbol.is_none() {
        let message = format!("`{}` cannot be a pen or glyph", name.text);
        faults
            .error(name.place(), message)
            .help("one character, and no letter, digit, blank, colon or bracket");
    }
    symbol
}

/// The field that a key names.
fn field_of(
    root: &TomlTable<'_>,
    key: &str,
    names: &[FieldNames],
    faults: &mut Faults,
) -> Option<FieldId> {
    let known = names.iter().map(|f| f.name.as_str());
    let at = lookup("field of this screen", &root.str_of(key)?, known, faults)?;
    names.get(at).map(|f| f.id)
}

/// The table that fills the list rows, and the selection field.
fn list(
    root: &TomlTable<'_>,
    map: &DrawnMap,
    names: &[FieldNames],
    tables: &[TableNames],
    faults: &mut Faults,
) -> (Option<TableId>, Option<FieldId>) {
    let Some(list) = root.table_of("list") else {
        if let Some(text) = root.str_of("map").filter(|_| map.list_rows > 0) {
            let message = "the map repeats a row, but the screen has no [list]";
            faults.error(text.part(map.repeat.clone()), message);
        }
        return (None, None);
    };
    let of = list.str_of("of").and_then(|of| table(tables, &of, faults));
    if map.list_rows == 0 && !map.fields.is_empty() {
        let place = root.key("list").map_or(list.place(), |k| k.place());
        faults
            .error(place, "the map has no list rows")
            .help("draw the first row of the list, then a line with a `:` for each repeat");
    }
    let select = list.str_of("select").and_then(|select| {
        let inputs = names.iter().filter(|f| f.in_list && f.input);
        let known = inputs.clone().map(|f| f.name.as_str());
        let at = lookup("input field of the list", &select, known, faults)?;
        inputs.map(|f| f.id).nth(at)
    });
    (of, select)
}

/// The screen that a window lies over.
pub(super) fn over(
    root: &TomlTable<'_>,
    definition: &Definition<'_>,
    faults: &mut Faults,
) -> Option<ScreenId> {
    let name = root.str_of("over")?;
    let known = definition.screens.iter().map(|(id, _)| *id);
    let over = lookup("screen", &name, known, faults)?;
    let is_window = |root: &TomlTable<'_>| root.table_of("window").is_some();
    if !is_window(root) {
        faults
            .error(name.place(), "only a window lies over a screen")
            .help("give it `window = { row = …, column = … }`");
    } else if definition
        .screens
        .get(over)
        .is_some_and(|(_, root)| is_window(root))
    {
        let message = "a window shares the state of a full screen, not of a window";
        faults.error(name.place(), message);
    }
    if let Some(state) = root.key("state") {
        let message = "a window that lies `over` a screen has the `state` of that screen";
        faults.error(state.place(), message);
    }
    Some(over)
}

impl ScreenDraft<'_> {
    /// The screen with its expressions and rules.
    pub fn compiled(self, own: &ScreenNames, catalog: &Catalog, faults: &mut Faults) -> Screen {
        let root = &self.root;
        let names = catalog.screen_names(own);
        let fields = fields::compile(&self.fields, &self.map, own.list, &names, faults);
        let rule_names = rule_names(&names, own);
        let requires = requires(root, own, &rule_names, catalog, faults);
        let keys = keys(
            root,
            own,
            &rule_names,
            catalog,
            (&fields, &requires),
            faults,
        );
        let list = list_rows(root, own, &names, self.map.list_rows, faults);
        let cursor = match root.str_of("cursor") {
            Some(_) => field_of(root, "cursor", &own.names, faults),
            None => own.names.iter().find(|f| f.input).map(|f| f.id),
        };
        let title = root.str_of("title").map(|t| t.text.to_owned());
        Screen {
            id: own.id.clone(),
            title: title.unwrap_or_default(),
            rows: self.grid.rows,
            columns: self.grid.columns,
            alternate: root.bool_of("alternate").unwrap_or(false),
            window: self.grid.window.map(|(row, column)| Window {
                row,
                column,
                rows: self.map.extent.0,
                columns: self.map.extent.1,
            }),
            text: texts(self.map, &self.fields),
            fields,
            list,
            state: self.state,
            over: own.over,
            requires,
            keys,
            message: own.message,
            cursor,
        }
    }
}

/// The names in the rules of a screen. The host binds the picked row under every rule of a list's screen; it has a name where
/// one can be picked.
fn rule_names<'n>(names: &Names<'n>, own: &ScreenNames) -> Names<'n> {
    let mut names = names.clone();
    if let Some(table) = own.list {
        let name = if own.select.is_some() { "row" } else { "" };
        names.rows.push((name, table));
        names.pick = own.select.is_some();
    }
    names
}

/// The fixed text. That behind a field that does not skip has the attribute of the field's end.
fn texts(map: DrawnMap, fields: &[FieldDraft<'_>]) -> Vec<MapText> {
    let mut texts = map.texts;
    for (field, behind) in fields.iter().zip(map.behind) {
        let skips = fields::own(fields, field).is_none_or(|own| own.skips());
        if let Some(text) = behind.filter(|_| !skips).and_then(|n| texts.get_mut(n)) {
            text.look = fields::unskipped(text.look);
        }
    }
    texts
}

/// The list of a screen: which rows of its table, in which order, on pages of so many.
fn list_rows(
    root: &TomlTable<'_>,
    own: &ScreenNames,
    names: &Names<'_>,
    page: usize,
    faults: &mut Faults,
) -> Option<List> {
    let table = own.list?;
    let list = root.table_of("list")?;
    let mut names = Names {
        list: false,
        ..names.clone()
    };
    names.rows.push(("row", table));
    let filter = list
        .get("where")
        .and_then(|node| typed(&node, &Type::Bool, &names, faults));
    let order = list.get("order").and_then(|node| {
        let typed = any(&node, &names, faults)?;
        if let Type::List(_) = typed.of {
            faults.error(node.place(), "a list has no order");
        }
        Some(typed.expr)
    });
    Some(List {
        table,
        page,
        filter,
        order,
        descending: list.bool_of("descending").unwrap_or(false),
        select: own.select,
        fields: own
            .names
            .iter()
            .filter(|f| f.in_list)
            .map(|f| f.id)
            .collect(),
    })
}
