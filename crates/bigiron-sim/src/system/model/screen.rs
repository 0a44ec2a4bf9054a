//! Screens: their maps, fields, lists and rules.

use super::{Effect, FieldId, FieldStyle, ScreenId, TableId, Template, Trigger, Variable};
use crate::system::expr::Expr;
use crate::system::picture::Picture;
use crate::system::value::{Type, Value};
use std::collections::BTreeMap;

/// One map of fields on the grid, with its rules.
#[derive(Debug, Clone)]
pub struct Screen {
    /// Name of its file, e.g. `DMVR02`.
    pub id: String,
    /// Its title, for people.
    pub title: String,
    /// Rows of the grid it is drawn on.
    pub rows: usize,
    /// Columns of the grid it is drawn on.
    pub columns: usize,
    /// Drawn on the alternate size (Erase/Write Alternate).
    pub alternate: bool,
    /// For a window, which is drawn over the screen that raised it: the area it covers. Addresses inside are those of the full grid.
    pub window: Option<Window>,
    /// Fixed text, in buffer order.
    pub text: Vec<MapText>,
    /// Fields, in buffer order; the repeats of a list's fields included.
    pub fields: Vec<MapField>,
    /// Its list, if it has one.
    pub list: Option<List>,
    /// `state.*`: variables that start anew whenever the screen is opened (not when it is returned to).
    pub state: Vec<Variable>,
    /// For a window that declares `over`: the screen whose `state` it shares. [`Screen::state`] is empty then.
    pub over: Option<ScreenId>,
    /// Sequencing rules, tried before the key's own rules.
    pub requires: Vec<SequenceRule>,
    /// Rules by key, tried in order.
    pub keys: BTreeMap<Trigger, KeyRules>,
    /// The field that shows messages.
    pub message: Option<FieldId>,
    /// The initial position of the cursor.
    pub cursor: Option<FieldId>,
}

/// Where a window lies on the grid, border included. The cells of its first column are attribute bytes (of texts or
/// fields); those of its last column are blank, for the attribute bytes that resume what lies beneath to its right,
/// unless it ends at the edge of the grid. `row` and `column` count from 0.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub struct Window {
    pub row: usize,
    pub column: usize,
    pub rows: usize,
    pub columns: usize,
}

/// Fixed text with the attribute byte before it.
#[derive(Debug, Clone)]
pub struct MapText {
    /// Address of the attribute byte; the text begins one cell on.
    pub at: u16,
    /// The attribute byte.
    pub look: FieldStyle,
    /// The characters.
    pub text: String,
}

/// A field.
#[derive(Debug, Clone)]
pub struct MapField {
    /// Its name; the repeats of a list field share it.
    pub name: String,
    /// For a list field: which list row, from 0.
    pub list_row: Option<usize>,
    /// Address of its attribute byte; its data begins one cell on.
    pub at: u16,
    /// Data cells.
    pub length: usize,
    /// Its attribute.
    pub look: FieldStyle,
    /// The attribute of the cell after its last, if that cell is not the attribute byte of another field or of a text.
    pub end: Option<FieldStyle>,
    /// The type its text is read as.
    pub of: Type,
    /// How a date or number is written and read (`MM/DD/YY`, `ZZ,ZZ9.99`), if not the plain way.
    pub picture: Option<Picture>,
    /// What it shows when the screen is opened or refreshed; `row` is the list's row in a list field. Absent: blank.
    pub value: Option<Expr>,
    /// The host turns input to upper case.
    pub upper: bool,
    /// Text is right-aligned.
    pub right: bool,
    /// The value an empty typed field reads as; without one an empty typed field fails its edit.
    pub empty: Option<Value>,
    /// The message of a failed edit.
    pub invalid: Template,
    /// While this is false, the field is sent as protected.
    pub protected_until: Option<Expr>,
    /// While this is false, input into the field is undone at the next key and the message is shown.
    pub locked_until: Option<(Expr, Template)>,
}

/// Rows repeated down the screen, filled from a table and paged.
#[derive(Debug, Clone)]
pub struct List {
    /// The table its rows come from.
    pub table: TableId,
    /// Rows on one page.
    pub page: usize,
    /// Which rows are listed (`row` at depth 0). Absent: all.
    pub filter: Option<Expr>,
    /// The sort key. Ties, and lists without one, are in key order.
    pub order: Option<Expr>,
    /// Whether the order is reversed.
    pub descending: bool,
    /// The selection field (an input field of the list), if it has one.
    pub select: Option<FieldId>,
    /// First repeat of each list field, in buffer order; the repeat in list row n is found by name and row.
    pub fields: Vec<FieldId>,
}

/// The rules of one key.
#[derive(Debug, Clone)]
pub struct KeyRules {
    /// Typed input fields that the rules read: each must hold a value of its type before any rule is tried.
    pub edits: Vec<FieldId>,
    /// The rules, in order; the first whose condition holds fires.
    pub rules: Vec<Rule>,
}

/// What a key does when its condition holds.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Name for traces, e.g. `pf9[2]`.
    pub name: String,
    /// When it fires. Absent: always.
    pub when: Option<Expr>,
    /// A warning that is shown first. The same key, pressed again at once with unchanged input, fires the rule.
    pub warn: Option<Template>,
    /// Its effects. Their expressions see the state at the time of the key, except for `inserted`, the key that the same list
    /// numbered last.
    pub effects: Vec<Effect>,
}

/// A sequencing rule: these keys do something else until a condition holds.
#[derive(Debug, Clone)]
pub struct SequenceRule {
    /// The keys it guards.
    pub keys: Vec<Trigger>,
    /// When it applies. Absent: always.
    pub when: Option<Expr>,
    /// What must hold.
    pub needs: Expr,
    /// Effects instead of the rules of the key while it does not hold.
    pub effects: Vec<Effect>,
}
