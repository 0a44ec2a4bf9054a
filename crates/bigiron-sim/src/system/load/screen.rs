//! A screen's file: first what others need to know of it, then its expressions and rules.

use super::keys::{edits, keys, requires};
use super::literal::{NAME_HELP, is_name, look, plain, type_of, value, variables};
use super::map::{self, DrawnField, DrawnMap, Grid, MapLegend};
use super::node::{Faults, TomlNode, TomlTable, TomlText};
use super::scope::{Catalog, ScreenNames, any, fixed, lookup, template, typed, unknown};
use crate::system::expr::{FieldNames, Named, Names};
use crate::system::model::{FieldId, FieldStyle, List, MapField, Screen, Template, Window};
use crate::system::picture::Picture;
use crate::system::value::Type;
use std::collections::BTreeMap;
use tn3270::wire::attribute::FieldAttribute;

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

/// A screen whose map has been read.
pub(super) struct ScreenDraft<'d> {
    pub root: TomlTable<'d>,
    pub names: ScreenNames,
    map: DrawnMap,
    grid: Grid,
}

/// Reads the map, the fields' types and the variables of a screen.
pub(super) fn draft<'d>(
    id: &str,
    root: TomlTable<'d>,
    model: u8,
    inks: &MapLegend,
    catalog: &Catalog,
    faults: &mut Faults,
) -> ScreenDraft<'d> {
    let before = faults.list.len();
    let is_alternate = root.bool_of("alternate").unwrap_or(false);
    let (rows, columns) = if is_alternate {
        alternate_size(model)
    } else {
        PRIMARY
    };
    let window = root.table_of("window");
    let corner = window.map(|w| {
        let cell = |key, most: usize| {
            w.int_of(key)
                .and_then(|n| usize::try_from(n - 1).ok())
                .filter(|n| *n < most)
                .unwrap_or(0)
        };
        (cell("row", rows), cell("column", columns))
    });
    if let Some(window) = window {
        for (key, most) in [("row", rows), ("column", columns)] {
            if let Some(node) = window.get(key)
                && node.int().is_some_and(|n| n > most as i64)
            {
                faults.error(
                    node.place(),
                    format!(
                        "the window lies outside the grid of {rows} rows and {columns} columns"
                    ),
                );
            }
        }
    }
    let grid = Grid {
        rows,
        columns,
        window: corner,
    };
    let mut inks = inks.clone();
    pens(root.table_of("pen"), &mut inks, faults);
    let map = match root.str_of("map") {
        Some(text) => map::read(&text, &inks, grid, faults),
        None => DrawnMap::default(),
    };
    let mut names = ScreenNames {
        id: id.to_owned(),
        window: window.is_some(),
        ..ScreenNames::default()
    };
    let declared = declared(&root, &map, faults);
    fields(&root, &map, &declared, &mut names, faults);
    names.state = variables(root.table_of("state"), faults);
    names.state_names = names
        .state
        .iter()
        .map(|v| Named {
            name: v.name.clone(),
            of: v.of.clone(),
        })
        .collect();
    names.message = match root.str_of("message") {
        Some(name) => lookup(
            "field of this screen",
            &name,
            names.names.iter().map(|f| f.name.as_str()),
            faults,
        )
        .and_then(|n| names.names.get(n))
        .map(|f| f.id),
        None => names.names.iter().find(|f| f.name == "msg").map(|f| f.id),
    };
    list(&root, &map, &mut names, catalog, faults);
    names.broken = faults.list.len() > before;
    ScreenDraft {
        root,
        names,
        map,
        grid,
    }
}

/// Pens of a system or screen.
pub(super) fn pens(table: Option<TomlTable<'_>>, inks: &mut MapLegend, faults: &mut Faults) {
    for (name, node) in table.map(|t| t.entries()).unwrap_or_default() {
        if let (Some(ch), Some(pen)) = (ink(&name, faults), node.table()) {
            inks.pens.insert(ch, look(&pen, plain()));
        }
    }
}

/// The one character that a pen or glyph is called by.
pub(super) fn ink(name: &super::node::TomlKey<'_>, faults: &mut Faults) -> Option<char> {
    let mut chars = name.text.chars();
    match (chars.next(), chars.next()) {
        (Some(ch), None)
            if !matches!(ch, '[' | ']' | '(' | ')' | ':' | ' ') && !ch.is_alphanumeric() =>
        {
            Some(ch)
        }
        _ => {
            let fault = faults.error(
                name.place(),
                format!("`{}` cannot be a pen or glyph", name.text),
            );
            fault.help("one character, and no letter, digit, blank, colon or bracket");
            None
        }
    }
}

/// `[field.NAME]` tables by the name in the map.
fn declared<'d>(
    root: &TomlTable<'d>,
    map: &DrawnMap,
    faults: &mut Faults,
) -> BTreeMap<String, (String, TomlTable<'d>)> {
    let mut declared: BTreeMap<String, (String, TomlTable<'d>)> = BTreeMap::new();
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
                unknown(
                    "field in the map",
                    alias,
                    name.place(),
                    map.fields.iter().map(|f| f.name.as_str()),
                    faults,
                );
            }
            continue;
        }
        if let Some((other, _)) = declared.insert(alias.to_owned(), (name.text.to_owned(), table)) {
            faults.error(
                name.place(),
                format!("`{alias}` in the map is already the field {other}"),
            );
        }
    }
    declared
}

/// The fields as sent, and the names rules know them by.
fn fields(
    root: &TomlTable<'_>,
    map: &DrawnMap,
    declared: &BTreeMap<String, (String, TomlTable<'_>)>,
    names: &mut ScreenNames,
    faults: &mut Faults,
) {
    let written = root.str_of("map");
    for (n, drawn) in map.fields.iter().enumerate() {
        let entry = declared.get(&drawn.name);
        let name = entry.map_or(drawn.name.as_str(), |(name, _)| name);
        let twice = map
            .fields
            .iter()
            .take(n)
            .any(|f| f.name == drawn.name && f.list_row == drawn.list_row);
        let elsewhere = names.names.iter().any(|f| f.name == name);
        let first = drawn.list_row.unwrap_or(0) == 0;
        if let Some(written) = written.filter(|_| first && (twice || elsewhere)) {
            faults.error(
                written.part(drawn.span.clone()),
                format!("the field `{}` is drawn twice", drawn.name),
            );
        }
        let before = if first { faults.list.len() } else { usize::MAX };
        let mut repeat_faults = Faults::default();
        let sink = if first {
            &mut *faults
        } else {
            &mut repeat_faults
        };
        let field = field(name, drawn, entry.map(|(_, table)| *table), sink);
        if first && !twice && !elsewhere {
            let broken = faults.list.len() > before;
            let input = drawn.input && !field.look.attribute.is_protected();
            names.names.push(FieldNames {
                name: name.to_owned(),
                of: field.of.clone(),
                id: n,
                in_list: drawn.list_row.is_some(),
                input,
            });
            names.broken |= broken;
        }
        names.fields.push(field);
    }
}

fn field(
    name: &str,
    drawn: &DrawnField,
    table: Option<TomlTable<'_>>,
    faults: &mut Faults,
) -> MapField {
    let flag = |key| table.and_then(|t| t.bool_of(key));
    if let Some(place) = table
        .and_then(|t| t.get("protected"))
        .filter(|_| !drawn.input)
        .map(|n| n.place())
    {
        let fault = faults.error(place, "a field in `( )` is protected as it is");
        fault.help("draw it in `[ ]` to let somebody type into it");
    }
    let attribute = match drawn.input {
        true => FieldAttribute::default()
            .protected(flag("protected") == Some(true))
            .numeric(flag("numeric") == Some(true)),
        false => FieldAttribute::default().protected(true).numeric(true),
    };
    let attribute = attribute.mdt(flag("mdt") == Some(true));
    let base = FieldStyle {
        attribute,
        color: None,
        highlight: None,
    };
    let end = match flag("autoskip") {
        Some(false) => FieldStyle {
            attribute: FieldAttribute::default().protected(true),
            ..plain()
        },
        _ => plain(),
    };
    let of = table
        .and_then(|t| t.str_of("type"))
        .and_then(|t| type_of(&t, faults))
        .map_or(Type::Text, |(of, _)| of);
    let picture = table.and_then(|t| t.str_of("picture"));
    let picture = picture.and_then(|text| checked_picture(&text, &of, drawn.length, faults));
    MapField {
        name: name.to_owned(),
        list_row: drawn.list_row,
        at: drawn.at,
        length: drawn.length,
        look: table.map_or(base, |t| look(&t, base)),
        end: drawn.ends.then_some(end),
        empty: table
            .and_then(|t| t.get("empty"))
            .and_then(|n| value(&n, &of, faults)),
        of,
        picture,
        value: None,
        upper: flag("upper").unwrap_or(true),
        right: flag("right").unwrap_or(false),
        invalid: Template::default(),
        protected_until: None,
        locked_until: None,
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

fn list(
    root: &TomlTable<'_>,
    map: &DrawnMap,
    names: &mut ScreenNames,
    catalog: &Catalog,
    faults: &mut Faults,
) {
    let Some(list) = root.table_of("list") else {
        if let Some(map_text) = root.str_of("map").filter(|_| map.list_rows > 0) {
            faults.error(
                map_text.part(map.repeat.clone()),
                "the map repeats a row, but the screen has no [list]",
            );
        }
        return;
    };
    names.list = list.str_of("of").and_then(|of| catalog.table(&of, faults));
    if map.list_rows == 0 && !map.fields.is_empty() {
        let place = root.key("list").map_or(list.place(), |k| k.place());
        faults
            .error(place, "the map has no list rows")
            .help("draw the first row of the list, then a line with a `:` for each repeat");
    }
    if let Some(select) = list.str_of("select") {
        let inputs = names.names.iter().filter(|f| f.in_list && f.input);
        if let Some(field) = inputs.clone().find(|f| f.name == select.text) {
            names.select = Some(field.id);
        } else {
            unknown(
                "input field of the list",
                select.text,
                select.place(),
                inputs.map(|f| f.name.as_str()),
                faults,
            );
        }
    }
}

/// Settles which screen a window lies over.
pub(super) fn over(
    draft: &ScreenDraft<'_>,
    id: usize,
    catalog: &Catalog,
    faults: &mut Faults,
) -> Option<usize> {
    let name = draft.root.str_of("over")?;
    let over = catalog.screen(&name, faults)?;
    if catalog.screens.get(id).is_some_and(|own| !own.window) {
        faults
            .error(name.place(), "only a window lies over a screen")
            .help("give it `window = { row = …, column = … }`");
    } else if catalog.screens.get(over).is_some_and(|s| s.window) {
        faults.error(
            name.place(),
            "a window shares the state of a full screen, not of a window",
        );
    }
    if let Some(state) = draft.root.key("state") {
        faults.error(
            state.place(),
            "a window that lies `over` a screen has the `state` of that screen",
        );
    }
    Some(over)
}

/// Compiles a screen.
pub(super) fn compile(
    draft: ScreenDraft<'_>,
    id: usize,
    catalog: &Catalog,
    faults: &mut Faults,
) -> Option<Screen> {
    let own = catalog.screens.get(id)?;
    let root = draft.root;
    let names = catalog.screen_names(own);
    let mut fields = own.fields.clone();
    field_expressions(&root, own, &names, &mut fields, faults);
    let mut texts = draft.map.texts;
    ends(&root, &fields, &mut texts, &draft.map.behind);
    let mut rules_names = names.clone();
    if let Some(table) = own.list {
        // The host binds the picked row under every rule of a list's screen; it has a name where one can be picked.
        rules_names
            .rows
            .push((if own.select.is_some() { "row" } else { "" }, table));
        rules_names.pick = own.select.is_some();
    }
    let keys = keys(&root, own, &rules_names, catalog, faults);
    let requires = requires(&root, own, &rules_names, catalog, faults);
    let mut screen = Screen {
        id: own.id.clone(),
        title: root
            .str_of("title")
            .map(|t| t.text.to_owned())
            .unwrap_or_default(),
        rows: draft.grid.rows,
        columns: draft.grid.columns,
        alternate: root.bool_of("alternate").unwrap_or(false),
        window: draft.grid.window.map(|(row, column)| Window {
            row,
            column,
            rows: draft.map.extent.0,
            columns: draft.map.extent.1,
        }),
        text: texts,
        list: compile_list(&root, own, &names, draft.map.list_rows, faults),
        state: own.state.clone(),
        over: own.over,
        requires,
        keys,
        message: own.message,
        cursor: cursor(&root, own, faults),
        fields,
    };
    edits(&mut screen);
    Some(screen)
}

fn cursor(root: &TomlTable<'_>, own: &ScreenNames, faults: &mut Faults) -> Option<FieldId> {
    match root.str_of("cursor") {
        Some(name) => {
            let known = own.names.iter().map(|f| f.name.as_str());
            lookup("field of this screen", &name, known, faults)
                .and_then(|n| own.names.get(n))
                .map(|f| f.id)
        }
        None => own.names.iter().find(|f| f.input).map(|f| f.id),
    }
}

/// The name under which a field is declared in the file.
fn declaration<'d>(root: &TomlTable<'d>, field: &MapField) -> Option<TomlTable<'d>> {
    root.table_of("field")?.table_of(&field.name)
}

fn field_expressions(
    root: &TomlTable<'_>,
    own: &ScreenNames,
    names: &Names<'_>,
    fields: &mut [MapField],
    faults: &mut Faults,
) {
    for field in fields {
        let is_repeat = field.list_row.is_some_and(|n| n > 0);
        let mut repeat_faults = Faults::default();
        let faults = if is_repeat {
            &mut repeat_faults
        } else {
            &mut *faults
        };
        field.invalid = fixed(&format!(
            "INVALID ENTRY IN FIELD {}",
            field.name.to_ascii_uppercase()
        ));
        let Some(table) = declaration(root, field) else {
            continue;
        };
        let mut names = names.clone();
        if let Some(of) = own.list.filter(|_| field.list_row.is_some()) {
            names.rows.push(("row", of));
        }
        field.value = table.get("value").and_then(|node| match field.of {
            Type::Text => any(&node, &names, faults).map(|t| t.expr),
            _ => typed(&node, &field.of, &names, faults),
        });
        if let Some(text) = table.str_of("invalid") {
            field.invalid = template(&text, &names, &[], faults);
        }
        let mut condition = |key| {
            table
                .get(key)
                .and_then(|node: TomlNode<'_>| typed(&node, &Type::Bool, &names, faults))
        };
        field.protected_until = condition("protected_until");
        let locked = condition("locked_until");
        let message = match table.str_of("locked_message") {
            Some(text) => template(&text, &names, &[], faults),
            None => fixed("FIELD NOT AVAILABLE"),
        };
        field.locked_until = locked.map(|expr| (expr, message));
        for key in ["protected_until", "locked_until", "invalid"] {
            if let Some(name) = table
                .key(key)
                .filter(|_| field.look.attribute.is_protected())
            {
                faults.error(
                    name.place(),
                    format!(
                        "nobody can type into `{}`: `{key}` has no meaning",
                        field.name
                    ),
                );
            }
        }
    }
}

/// Gives the text behind a field that does not skip the attribute of the field's end.
fn ends(
    root: &TomlTable<'_>,
    fields: &[MapField],
    texts: &mut [crate::system::model::MapText],
    behind: &[Option<usize>],
) {
    for (field, text) in fields.iter().zip(behind) {
        let skips = declaration(root, field)
            .and_then(|t| t.bool_of("autoskip"))
            .unwrap_or(true);
        if let Some(text) = text.and_then(|n| texts.get_mut(n)).filter(|_| !skips) {
            text.look.attribute = FieldAttribute::default().protected(true);
        }
    }
}

fn compile_list(
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
