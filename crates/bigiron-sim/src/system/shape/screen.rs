//! A screen's file: its tables and their keys.

use super::ValueKind::*;
use super::{COLOR_NAMES, HIGHLIGHT_NAMES, INTENSITY_NAMES, PEN, TableShape, key, needed, shape};

/// A screen's file.
#[rustfmt::skip]
pub static SCREEN: TableShape = shape("a screen", "a map of fields and what each key does", &[
    needed("title", Text, "what the screen is"),
    needed("map", Text, "the screen as it is seen, a line a row"),
    key("alternate", Bool, "drawn on the alternate size of the system's model (false)"),
    key("window", One(&WINDOW), "makes it a window over the screen that raised it"),
    key("over", Ref("screen"), "a window's: the screen whose `state` it shares"),
    key("cursor", Ref("field"), "where the cursor stands (the first input field)"),
    key("message", Ref("field"), "the field that shows messages (`msg`)"),
    key("pen", Map(&One(&PEN)), "pens of this screen, besides those of the system"),
    key("state", Map(&Variable), "variables that start anew when the screen is opened: `state.name`"),
    key("field", Map(&One(&FIELD)), "more about a field of the map"),
    key("list", One(&LIST), "fills the repeated rows of the map"),
    key("requires", Many(&REQUIRES), "sequencing: what must hold before some keys do anything"),
    key("on", Map(&Many(&RULE)), "what a key does: rules, the first whose condition holds fires"),
]);

/// `window = { … }`
#[rustfmt::skip]
pub static WINDOW: TableShape = shape("a window", "where a window lies", &[
    needed("row", Int(1, 43), "its top row, from 1"),
    needed("column", Int(1, 132), "its leftmost column, from 1"),
]);

/// `[field.NAME]`
#[rustfmt::skip]
pub static FIELD: TableShape = shape("a field", "more about a field of the map", &[
    key("map", Text, "its alias in the map, where its name is too long"),
    key("type", Type, "what is typed into it: text (default), int, decimal(n), bool, date"),
    key("picture", Text, "how a date or number is written and read"),
    key("value", Expr, "what it shows when the screen is opened or refreshed"),
    key("numeric", Bool, "the 3270 numeric attribute: a real terminal takes digits, point and minus only"),
    key("protected", Bool, "a `[ ]` field that nobody can type into, without being skipped"),
    key("autoskip", Bool, "the cell after it sends the cursor on to the next input field (true)"),
    key("intensity", Choice(&INTENSITY_NAMES), "normal, high, hidden, detectable"),
    key("color", Choice(&COLOR_NAMES), "its colour"),
    key("highlight", Choice(&HIGHLIGHT_NAMES), "its highlighting"),
    key("mdt", Bool, "sent as modified already, so that it always comes back"),
    key("upper", Bool, "what is typed is turned to capitals (true)"),
    key("right", Bool, "what it shows stands at its right end"),
    key("empty", Literal, "what an empty typed field counts as; without it, empty is invalid"),
    key("invalid", Template, "the message when what is typed is not of its type"),
    key("protected_until", Expr, "sent as protected while this is false"),
    key("locked_until", Expr, "what is typed is refused while this is false"),
    key("locked_message", Template, "the message of a refusal"),
]);

/// `[list]`
#[rustfmt::skip]
pub static LIST: TableShape = shape("a list", "fills the repeated rows of the map", &[
    needed("of", Ref("table"), "the table its rows come from"),
    key("where", Expr, "which rows (all)"),
    key("order", Expr, "in which order (that of their keys)"),
    key("descending", Bool, "in reverse"),
    key("select", Ref("field"), "its selection field: the row where something is typed is the picked one"),
]);

/// `[[requires]]`
#[rustfmt::skip]
pub static REQUIRES: TableShape = TableShape { short_effects: true, ..shape("a requirement", "what must hold before some keys do anything", &[
    needed("on", List(&Text), "the keys it guards"),
    key("when", Expr, "when it asks at all (always)"),
    needed("needs", Expr, "what must hold"),
    key("do", Effects, "what happens instead while it does not"),
]) };

/// `[[on.KEY]]`
#[rustfmt::skip]
pub static RULE: TableShape = TableShape { short_effects: true, ..shape("a rule", "what a key does", &[
    key("when", Expr, "when it fires (always)"),
    key("warn", Template, "shown first; the same key again, nothing changed, passes it by"),
    key("do", Effects, "what happens"),
]) };
