//! A system as compiled from its definition: plain data that the host runs. Every name is settled to an index.
//!
//! Positions on the grid are 0-based buffer addresses (row * columns + column) unless a field says otherwise.

use super::expr::{Expr, TableId};
use super::kinds::words;
use super::picture::Picture;
use super::value::{Type, Value};
use std::collections::BTreeMap;
use std::fmt;
use tn3270::wire::attribute::{Color, FieldAttribute, Highlight};

/// Index of a screen in [`System::screens`].
pub type ScreenId = usize;
/// Index of a job in [`System::jobs`].
pub type JobId = usize;
/// Index of a field in [`Screen::fields`].
pub type FieldId = usize;

/// A simulated legacy application.
#[derive(Debug, Clone)]
pub struct System {
    /// Name of its folder, e.g. `dmv`.
    pub id: String,
    /// What a person calls it.
    pub title: String,
    /// One line for a launcher.
    pub about: String,
    /// Terminal model its screens are drawn for (2 to 5); decides the size of alternate screens.
    pub model: u8,
    /// The screen a terminal sees first, and again after sign-off.
    pub start: ScreenId,
    /// The calendar day at virtual time 0.
    pub today: super::value::Date,
    /// Milliseconds since midnight at virtual time 0.
    pub time_of_day: u64,
    /// Milliseconds from an attention key to its answer when no effect says otherwise.
    pub response: u64,
    /// Layers in their declared order, e.g. mainframe, queue, portal.
    pub layers: Vec<String>,
    /// Tables, in declared order.
    pub tables: Vec<TableDef>,
    /// `session.*`: variables that live from connect or sign-off to sign-off.
    pub session: Vec<Variable>,
    /// Screens, in order of their names.
    pub screens: Vec<Screen>,
    /// Scheduled and requested backend work.
    pub jobs: Vec<Job>,
    /// Word lists that generators pick from.
    pub words: BTreeMap<String, Vec<String>>,
    /// Texts every host needs.
    pub messages: Messages,
    /// Inactivity that signs the terminal off, if any.
    pub idle: Option<Idle>,
    /// The bare screen after an abend.
    pub abend: Abend,
    /// Switchable bends of what its rules do, in declared order.
    pub warts: Vec<super::wart::Wart>,
    /// Digest (xxh3, 64 bits) over the names and bytes of the definition's files, in order of names.
    pub digest: u64,
}

/// Texts the host uses where no rule says anything.
#[derive(Debug, Clone)]
pub struct Messages {
    /// An attention key that has no rule on this screen, or none whose condition held. May interpolate `{key}`.
    pub inactive_key: Template,
    /// A list page past the end or before the start.
    pub no_more: Template,
}

/// A variable: its name, its type and the value it starts with.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Name after `session.` or `state.`.
    pub name: String,
    /// Its type.
    pub of: Type,
    /// Its first value.
    pub initial: Value,
}

/// Inactivity that signs off.
#[derive(Debug, Clone)]
pub struct Idle {
    /// Virtual milliseconds without an attention key.
    pub after: u64,
    /// What happens then, usually a message and a sign-off. Evaluated on the screen shown.
    pub effects: Vec<Effect>,
}

/// What an abend shows: an unformatted screen, from which CLEAR leads on.
#[derive(Debug, Clone)]
pub struct Abend {
    /// Lines from the first row. `{code}`, `{screen}` and `{time}` may be interpolated.
    pub lines: Vec<Template>,
    /// The screen after CLEAR (any other key repeats the lines).
    pub then: ScreenId,
}

/// A table of backend records.
#[derive(Debug, Clone)]
pub struct TableDef {
    /// Its name.
    pub name: String,
    /// The layer it stands in (index into [`System::layers`]).
    pub layer: usize,
    /// Columns, in declared order.
    pub columns: Vec<Column>,
    /// Indices of the key columns.
    pub key: Vec<usize>,
    /// How an insert that leaves out the (single, text or int) key column numbers it, e.g. `CS` + 6 digits from 1.
    pub sequence: Option<Sequence>,
    /// Rows given in the definition, each with one value a column.
    pub rows: Vec<Vec<Value>>,
    /// Rows made from the seed, after the given ones.
    pub generate: Option<Generate>,
    /// A journal: rows are only ever inserted, and a grade allows for new ones unless a task says otherwise.
    pub journal: bool,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub of: Type,
    /// Longest text it holds, in characters; longer values are cut as a fixed-length record cuts them.
    pub width: Option<usize>,
}

/// A numbered key.
#[derive(Debug, Clone)]
pub struct Sequence {
    /// Text before the digits (text keys).
    pub prefix: String,
    /// Digits, padded with zeros (text keys; 0: as many as needed).
    pub digits: usize,
    /// The first number given out.
    pub first: i64,
}

/// Rows made from the seed.
#[derive(Debug, Clone)]
pub struct Generate {
    /// How many.
    pub count: usize,
    /// One maker a column, evaluated in this order: `(column, maker)`. Columns without one are blank.
    pub columns: Vec<(usize, Maker)>,
}

/// How a generated column gets its value. Draws come from the stream `data`, derived for each (table, column).
#[derive(Debug, Clone)]
pub enum Maker {
    /// One of a word list (name in [`System::words`]), every word as likely.
    Word(String),
    /// One of these with these weights.
    Weighted(Vec<(Value, u32)>),
    /// A whole number or decimal (units) from low to high, both included.
    Range(i64, i64),
    /// A day from low to high, both included.
    Days(super::value::Date, super::value::Date),
    /// Text: `A` a letter, `#` a digit, `{list}` a word of that list, others themselves; unique within the column when it is the key.
    Pattern(String),
    /// A counter: the n-th row gets first + n * step, as text with prefix and digits, or as int.
    Count {
        /// The counter's look and its first number.
        sequence: Sequence,
        /// What is added for each row.
        step: i64,
    },
    /// The key of a row of another table (drawn), so that the two can be joined; every key once before any twice.
    KeyOf(TableId),
    /// Computed from the columns made before it, as `row.x` (depth 0), and lookups.
    Expr(Expr),
    /// Text with parts computed, as in messages; `row.x` is the row being made.
    Text(Template),
}

/// One map of fields on the grid, with its rules.
#[derive(Debug, Clone)]
pub struct Screen {
    /// Name of its file, e.g. `DMVR02`.
    pub id: String,
    /// What it is.
    pub title: String,
    /// Rows of the grid it is drawn on.
    pub rows: usize,
    /// Columns of the grid it is drawn on.
    pub columns: usize,
    /// Drawn on the alternate size (Erase/Write Alternate).
    pub alternate: bool,
    /// A window drawn over the screen that raised it, instead of a screen of its own: its top left cell. Addresses inside are already those of the full grid.
    pub window: Option<Window>,
    /// Fixed text, in buffer order.
    pub text: Vec<MapText>,
    /// Fields, in buffer order; the repeats of a list's fields included.
    pub fields: Vec<MapField>,
    /// The repeated rows, if it has any.
    pub list: Option<List>,
    /// `state.*`: variables that start anew whenever the screen is opened (not when it is returned to).
    pub state: Vec<Variable>,
    /// For a window that declares `over`: the screen beneath, whose `state` it reads and sets as its own ([`Screen::state`] is then empty).
    pub over: Option<ScreenId>,
    /// Sequencing rules, tried before the key's own rules.
    pub requires: Vec<SequenceRule>,
    /// Rules by key, tried in order.
    pub keys: BTreeMap<Trigger, KeyRules>,
    /// The field that shows messages.
    pub message: Option<FieldId>,
    /// Where the cursor stands when nothing else says.
    pub cursor: Option<FieldId>,
}

/// Where a window lies on the grid, border included. The cells of its first column are attribute bytes (of texts or
/// fields); those of its last column are blank, for the attribute bytes that resume what lies beneath to its right,
/// unless it ends at the edge of the grid. `row` and `column` are 0-based.
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

/// A field attribute with its extensions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FieldStyle {
    /// Protection, numeric, intensity, MDT.
    pub attribute: FieldAttribute,
    /// Extended colour, if given.
    pub color: Option<Color>,
    /// Extended highlighting, if given.
    pub highlight: Option<Highlight>,
}

/// The printed form is part of the state hash of a host that has a mark pending, so its name stays as it was first written.
impl fmt::Debug for FieldStyle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Look")
            .field("attribute", &self.attribute)
            .field("color", &self.color)
            .field("highlight", &self.highlight)
            .finish()
    }
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
    /// What its text is read as.
    pub of: Type,
    /// How a date or number is written and read (`MM/DD/YY`, `ZZ,ZZ9.99`), if not the plain way.
    pub picture: Option<Picture>,
    /// What it shows when the screen is opened or refreshed; `row` is the list's row in a list field. Absent: blank.
    pub value: Option<Expr>,
    /// Input is turned to upper case by the host.
    pub upper: bool,
    /// Text pushed to the right end of the field.
    pub right: bool,
    /// The value an empty typed field reads as; without one an empty typed field fails its edit.
    pub empty: Option<Value>,
    /// The message of a failed edit.
    pub invalid: Template,
    /// While false: the field is sent as protected.
    pub protected_until: Option<Expr>,
    /// While false: input into the field is refused at the next key, blanked to what it was, and the message shown.
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
    /// In which order; ties and absence: by key.
    pub order: Option<Expr>,
    /// Reversed order.
    pub descending: bool,
    /// The selection field (an input field of the list), if it has one.
    pub select: Option<FieldId>,
    /// First repeat of each list field, in buffer order; the repeat in list row n is found by name and row.
    pub fields: Vec<FieldId>,
}

/// What a rule answers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trigger {
    /// The screen is opened by goto, call or modal, before it is painted.
    Open,
    /// The screen is returned to by `back`.
    Return,
    /// An attention key.
    Key(tn3270::wire::aid::Aid),
}

/// The rules of one key.
#[derive(Debug, Clone)]
pub struct KeyRules {
    /// Typed input fields that the rules read: each must hold a value of its type before any rule is tried.
    pub edits: Vec<FieldId>,
    /// The rules, first match fires.
    pub rules: Vec<Rule>,
}

/// What a key does when its condition holds.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Name for traces, e.g. `pf9[2]`.
    pub name: String,
    /// When it fires; absent: always.
    pub when: Option<Expr>,
    /// A warning shown the first time; the same key pressed again at once with unchanged input passes it by.
    pub warn: Option<Template>,
    /// What it does. All expressions see the world as it was when the key was pressed, but for rows the same list has numbered (`inserted`).
    pub effects: Vec<Effect>,
}

/// A sequencing rule: these keys wait until a condition holds.
#[derive(Debug, Clone)]
pub struct SequenceRule {
    /// The keys it guards.
    pub keys: Vec<Trigger>,
    /// When it asks at all; absent: always.
    pub when: Option<Expr>,
    /// What must hold.
    pub needs: Expr,
    /// What happens instead of the key while it does not (a modal, a message …).
    pub effects: Vec<Effect>,
}

/// One thing that happens.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Text in the message field of the screen shown at the end.
    Message(Template),
    /// The alarm sounds with the answer.
    Alarm,
    /// Leave for another screen, opened anew; calls are forgotten.
    Goto(ScreenId),
    /// Open another screen (or window) and come back to this one, as it is, by `Back`.
    Call(ScreenId),
    /// Back to the screen that called this one.
    Back,
    /// Show the screen's declared values again; what was typed and not saved is lost.
    Refresh,
    /// Session variables start anew and the start screen is shown.
    SignOff,
    /// A session variable takes a value.
    SetSession(usize, Expr),
    /// A variable of the current screen takes a value.
    SetState(usize, Expr),
    /// A field of the current screen shows a value.
    Fill(FieldId, Expr),
    /// The cursor goes to a field.
    Cursor(FieldId),
    /// A field looks different until the screen is opened or refreshed.
    Mark(FieldId, FieldStyle),
    /// Another page of the list.
    Page(Paging),
    /// A new row. Columns left out are blank, a numbered key is drawn. An existing key is a fault: the transaction abends with `DUPREC`.
    Insert {
        /// Into.
        table: TableId,
        /// `(column, value)`.
        row: Vec<(usize, Expr)>,
    },
    /// Columns of a row get new values (`old` in them, at depth 0, is that row as it was; outer `row` and `other` stay visible one deeper). No such row: the transaction abends with `NOTFND`.
    Update {
        /// Of.
        table: TableId,
        /// One expression a key column.
        key: Vec<Expr>,
        /// `(column, value)`.
        set: Vec<(usize, Expr)>,
    },
    /// A row goes. No such row: nothing.
    Delete {
        /// From.
        table: TableId,
        /// One expression a key column.
        key: Vec<Expr>,
    },
    /// The effects once for each row that passes, in key order, with `row` bound at depth 0.
    Each {
        /// Rows of.
        table: TableId,
        /// Which; absent: all.
        filter: Option<Expr>,
        /// What for each.
        effects: Vec<Effect>,
    },
    /// One of two lists.
    When {
        /// The condition.
        test: Expr,
        /// Where it holds.
        then: Vec<Effect>,
        /// Where it does not.
        otherwise: Vec<Effect>,
    },
    /// Two tables (or a table and a second entry of it) compared key by key: the double-entry construct.
    Compare(Box<Compare>),
    /// What follows happens so many milliseconds later; the keyboard stays locked meanwhile.
    Delay(Expr),
    /// A job runs now, within this transaction.
    Run(JobId),
    /// A job is queued to run so many milliseconds from now.
    Submit(JobId, Expr),
    /// A record is held for somebody (text), until released or signed off.
    Hold {
        /// Of.
        table: TableId,
        /// One expression a key column.
        key: Vec<Expr>,
        /// Who holds it.
        by: Expr,
    },
    /// A held record is let go.
    Release {
        /// Of.
        table: TableId,
        /// One expression a key column.
        key: Vec<Expr>,
    },
    /// The transaction ends with this code: nothing of it is kept, and the bare abend screen is shown.
    Abend(Template),
    /// A text written over the screen without being asked, at the message field, keyboard untouched.
    Broadcast(Template),
}

words! {
    /// Which page of a list is shown next.
    pub enum Paging {
        First = "first",
        Next = "next",
        Previous = "previous",
        Last = "last",
    }
}

/// The double-entry construct: each row of `left` that passes is compared with the row of `right` that has the same key.
/// In the lists `row` (depth 0) is the left row and `other` (depth 1) the right one; `other` reads as blanks in `missing`.
#[derive(Debug, Clone)]
pub struct Compare {
    /// First entry.
    pub left: TableId,
    /// Which rows of it; absent: all.
    pub filter: Option<Expr>,
    /// Second entry.
    pub right: TableId,
    /// The right row's key, from the left row.
    pub key: Vec<Expr>,
    /// Columns that must agree: `(left, right)`.
    pub columns: Vec<(usize, usize)>,
    /// Both there and equal.
    pub equal: Vec<Effect>,
    /// Both there and different.
    pub differs: Vec<Effect>,
    /// No right row.
    pub missing: Vec<Effect>,
}

/// Backend work that moves data between layers. Its steps run in order; each sees what the steps before it did.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its name.
    pub name: String,
    /// What it does, for people.
    pub about: String,
    /// When it runs by itself.
    pub schedule: Schedule,
    /// Its steps. Effects on the terminal are not allowed but for [`Effect::Broadcast`], [`Effect::SignOff`] and [`Effect::Goto`].
    pub effects: Vec<Effect>,
}

/// When a job runs by itself.
#[derive(Debug, Clone)]
pub enum Schedule {
    /// Only when a rule runs or submits it.
    OnRequest,
    /// Each so many virtual milliseconds.
    Every(u64),
    /// Each day at these times (milliseconds since midnight, ascending).
    Daily(Vec<u64>),
}

/// Text with computed parts: `RENEWAL {form.licno} ACCEPTED`.
#[derive(Debug, Clone, Default)]
pub struct Template(pub Vec<TemplatePart>);

/// A part of a [`Template`].
#[derive(Debug, Clone)]
pub enum TemplatePart {
    /// As it stands.
    Text(String),
    /// A computed value, as plain text.
    Expr(Expr),
    /// `{key}`, `{code}`, `{screen}`, `{time}` (HH:MM:SS): filled in by the host.
    Given(TemplateFact),
}

words! {
    /// Facts that only the host knows, while it fills in a [`Template`].
    pub enum TemplateFact {
        /// The name of the key that was pressed.
        Key = "key",
        /// The code of the abend.
        Code = "code",
        /// The name of the screen.
        Screen = "screen",
        /// The time of day, `HH:MM:SS`.
        Time = "time",
    }
}
