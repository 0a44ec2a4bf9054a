//! The shape of definition files: every key, what it takes and what it means. The loader checks files against these
//! tables, and the JSON Schemas and the reference are made from them, so that the three cannot differ.

/// A kind of table: its keys and what it is.
#[derive(Debug)]
pub struct TableShape {
    /// What a person calls it: "a field".
    pub name: &'static str,
    /// What it is for.
    pub doc: &'static str,
    /// Its keys, the telling ones first.
    pub keys: &'static [KeyShape],
    /// Whether the effects that have a single key may stand in it as keys of its own.
    pub short_effects: bool,
}

/// A key of a table.
#[derive(Debug)]
pub struct KeyShape {
    /// As it is written.
    pub name: &'static str,
    /// What it takes.
    pub kind: ValueKind,
    /// A table without it is a fault.
    pub required: bool,
    /// What it means.
    pub doc: &'static str,
}

/// What a key takes.
#[derive(Debug, Clone, Copy)]
pub enum ValueKind {
    /// Any text.
    Text,
    /// The name of something defined elsewhere: `"screen"`, `"table"` …
    Ref(&'static str),
    /// Text with `{expressions}` in it.
    Template,
    /// An expression, or a literal number, truth or date.
    Expr,
    /// A whole number from … to …
    Int(i64, i64),
    /// true or false.
    Bool,
    /// Only true.
    True,
    /// A date.
    Date,
    /// A time of day.
    Time,
    /// Milliseconds, or text such as "90s".
    Duration,
    /// A duration, or an expression of milliseconds.
    Delay,
    /// A type: "text(8)", "decimal(2)" …
    Type,
    /// A literal value of a column or variable.
    Literal,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A table.
    One(&'static TableShape),
    /// Tables one after the other: `[[name]]`.
    Many(&'static TableShape),
    /// A table with names of the author's choice, each taking this.
    Map(&'static ValueKind),
    /// A list of these.
    List(&'static ValueKind),
    /// One of these, or a list of them.
    OneOrList(&'static ValueKind),
    /// A list of effects.
    Effects,
    /// What makes a generated column.
    Maker,
    /// A list of tables, each of which is told by a key that is the first of one of these shapes; what one is called.
    Tagged(&'static str, &'static [TableShape]),
    /// A literal, or a table with `type` and `initial`.
    Variable,
    /// A column's name, or a table of one: its name here and in the other table.
    ColumnPair,
}

pub(crate) const fn key(name: &'static str, kind: ValueKind, doc: &'static str) -> KeyShape {
    KeyShape {
        name,
        kind,
        required: false,
        doc,
    }
}

pub(crate) const fn needed(name: &'static str, kind: ValueKind, doc: &'static str) -> KeyShape {
    KeyShape {
        name,
        kind,
        required: true,
        doc,
    }
}

pub(crate) const fn shape(
    name: &'static str,
    doc: &'static str,
    keys: &'static [KeyShape],
) -> TableShape {
    TableShape {
        name,
        doc,
        keys,
        short_effects: false,
    }
}

use ValueKind::*;

/// The colours of the 3279 by their names.
pub const COLORS: &[&str] = &[
    "blue",
    "red",
    "pink",
    "green",
    "turquoise",
    "yellow",
    "white",
    "black",
    "deepblue",
    "orange",
    "purple",
    "palegreen",
    "paleturquoise",
    "grey",
];
/// Extended highlighting by its names.
pub const HIGHLIGHTS: &[&str] = &["normal", "blink", "reverse", "underscore", "intensify"];
/// Intensities by their names.
pub const INTENSITIES: &[&str] = &["normal", "high", "hidden", "detectable"];

/// `system.toml`.
#[rustfmt::skip]
pub static SYSTEM: TableShape = shape("system.toml", "the system as a whole: what it is called, its tables and its jobs", &[
    needed("title", Text, "what people call the system"),
    key("about", Text, "one line for a launcher"),
    key("model", Int(2, 5), "the terminal model that alternate screens are drawn for (2)"),
    needed("start", Ref("screen"), "the screen a terminal sees first, and again after sign-off"),
    needed("today", Date, "the calendar day when a session opens, as 1989-03-14"),
    key("time", Time, "the time of day when a session opens, as 08:30:00 (midnight)"),
    key("response", Duration, "from a key to its answer, where no effect says otherwise (100ms)"),
    key("layers", List(&Text), "where tables stand, such as mainframe, queue, portal (one layer, `mainframe`)"),
    key("messages", One(&MESSAGES), "texts that every screen needs"),
    key("session", Map(&Variable), "variables that live from sign-on to sign-off: `session.name`"),
    key("idle", One(&IDLE), "what happens to a terminal that nobody uses"),
    key("abend", One(&ABEND), "what is shown after an abend"),
    key("pen", Map(&One(&PEN)), "characters that are attribute bytes for the fixed text after them"),
    key("glyph", Map(&Text), "characters of a map that are shown as another one, such as brackets"),
    key("table", Map(&One(&TABLE)), "a table of records"),
    key("job", Map(&One(&JOB)), "backend work, scheduled or on request"),
]);

/// `[messages]`
#[rustfmt::skip]
pub static MESSAGES: TableShape = shape("the messages", "texts that every screen needs", &[
    key("inactive_key", Template, "a key without a rule; `{key}` is its name"),
    key("no_more", Template, "a page before the first or after the last"),
]);

/// `[idle]`
#[rustfmt::skip]
pub static IDLE: TableShape = shape("the idle rule", "what happens to a terminal that nobody uses", &[
    needed("after", Duration, "how long without an attention key"),
    needed("do", Effects, "what happens then"),
]);

/// `[abend]`
#[rustfmt::skip]
pub static ABEND: TableShape = shape("the abend screen", "what is shown after an abend", &[
    needed("lines", List(&Template), "its lines; `{code}`, `{screen}` and `{time}` may stand in them"),
    key("then", Ref("screen"), "the screen after CLEAR (the start screen)"),
]);

/// `[pen]`
#[rustfmt::skip]
pub static PEN: TableShape = shape("a pen", "the look of the fixed text after a character", &[
    key("intensity", Choice(INTENSITIES), "how bright"),
    key("color", Choice(COLORS), "its colour"),
    key("highlight", Choice(HIGHLIGHTS), "its highlighting"),
]);

/// `[table.NAME]`
#[rustfmt::skip]
pub static TABLE: TableShape = shape("a table", "backend records", &[
    key("layer", Text, "the layer it stands in (the first)"),
    needed("key", OneOrList(&Text), "its key column, or columns"),
    key("journal", Bool, "rows are only ever added, and a grade allows for new ones"),
    key("sequence", One(&SEQUENCE), "an insert that leaves the key out gets the next number"),
    key("rows", List(&Map(&Literal)), "rows given; a column left out is blank"),
    needed("columns", Map(&Type), "each column with its type, in order"),
    key("generate", One(&GENERATE), "rows made from the seed"),
]);

/// `sequence = { … }`
#[rustfmt::skip]
pub static SEQUENCE: TableShape = shape("a sequence", "numbers given out one after the other", &[
    key("prefix", Text, "text before the digits"),
    key("digits", Int(0, 18), "how many digits, filled with zeros (as many as needed)"),
    key("first", Int(0, i64::MAX), "the first number (1)"),
]);

/// `count = { … }` of a generated column
#[rustfmt::skip]
pub static COUNTER: TableShape = shape("a counter", "numbers, one a row", &[
    key("prefix", Text, "text before the digits"),
    key("digits", Int(0, 18), "how many digits, filled with zeros (as many as needed)"),
    key("first", Int(0, i64::MAX), "the first number (1)"),
    key("step", Int(1, 1_000_000_000), "what each row adds (1)"),
]);

/// `[table.NAME.generate]`
#[rustfmt::skip]
pub static GENERATE: TableShape = shape("a generator", "rows made from the seed", &[
    needed("count", Int(0, 100_000), "how many rows"),
    needed("columns", Map(&Maker), "what makes each column, in the order they are made; a column left out is blank"),
]);

/// What makes a generated column: each shape has one key.
#[rustfmt::skip]
pub static MAKERS: &[TableShape] = &[
    shape("", "", &[needed("word", Ref("word list"), "one word of a list, each as likely")]),
    shape("", "", &[needed("weighted", Map(&Int(0, 1_000_000)), "one of these, as likely as their weights: `{ A = 8, S = 1 }`")]),
    shape("", "", &[needed("range", List(&Literal), "a number from the first to the second")]),
    shape("", "", &[needed("days", List(&Literal), "a date from the first to the second")]),
    shape("", "", &[needed("pattern", Text, "text: `A` a letter, `#` a digit, `{list}` a word of that list, others themselves; unique in a key column")]),
    shape("", "", &[needed("count", One(&COUNTER), "a number, one step more in each row")]),
    shape("", "", &[needed("key_of", Ref("table"), "a key of another table, every one once before any twice")]),
    shape("", "", &[needed("text", Template, "text with expressions in it; `row` is the row being made")]),
    shape("", "", &[needed("expr", Expr, "the value of an expression; `row` is the row being made")]),
];

/// `[job.NAME]`
#[rustfmt::skip]
pub static JOB: TableShape = shape("a job", "backend work; its effects run in order, each sees what those before it did", &[
    key("about", Text, "what it does"),
    key("daily", List(&Text), "runs each day at these times: \"22:00\""),
    key("every", Duration, "runs each time so much time has passed"),
    needed("do", Effects, "what it does"),
]);

/// `session.x = { type = …, initial = … }`
#[rustfmt::skip]
pub static VARIABLE: TableShape = shape("a variable", "a value that rules set", &[
    needed("type", Type, "its type"),
    key("initial", Literal, "its first value (blank)"),
]);

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
    key("intensity", Choice(INTENSITIES), "normal, high, hidden, detectable"),
    key("color", Choice(COLORS), "its colour"),
    key("highlight", Choice(HIGHLIGHTS), "its highlighting"),
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

/// Effects: the first key of each says which it is.
#[rustfmt::skip]
pub static EFFECTS: &[TableShape] = &[
    shape("", "", &[needed("message", Template, "shows a text in the message field of the screen that is shown at the end")]),
    shape("", "", &[needed("goto", Ref("screen"), "leaves for another screen; calls are forgotten")]),
    shape("", "", &[needed("call", Ref("screen"), "opens a screen and comes back to this one by `back`")]),
    shape("", "", &[needed("modal", Ref("window"), "opens a window over this screen")]),
    shape("", "", &[needed("back", True, "goes back to where this screen was called from")]),
    shape("", "", &[needed("refresh", True, "shows the declared values again; what was typed is lost")]),
    shape("", "", &[needed("signoff", True, "session variables start anew and the start screen is shown")]),
    shape("", "", &[needed("page", Choice(&["first", "next", "previous", "last"]), "shows another page of the list")]),
    shape("", "", &[needed("set", Map(&Expr), "gives values to `session.x` and `state.x`")]),
    shape("", "", &[needed("fill", Map(&Expr), "shows values in fields")]),
    shape("", "", &[needed("cursor", Ref("field"), "puts the cursor into a field")]),
    shape("", "", &[needed("mark", Ref("field"), "makes a field look different until the screen is opened or refreshed"),
        key("intensity", Choice(INTENSITIES), "how bright"), key("color", Choice(COLORS), "its colour"), key("highlight", Choice(HIGHLIGHTS), "its highlighting")]),
    shape("", "", &[needed("alarm", True, "sounds the alarm")]),
    shape("", "", &[needed("insert", Ref("table"), "adds a row; an existing key abends with DUPREC"),
        key("row", Map(&Expr), "its columns; those left out are blank, a numbered key is drawn")]),
    shape("", "", &[needed("update", Ref("table"), "changes a row; no such row abends with NOTFND"),
        needed("key", OneOrList(&Expr), "its key"), needed("set", Map(&Expr), "the new values; `old` is the row as it was")]),
    shape("", "", &[needed("delete", Ref("table"), "removes a row, if it is there"), needed("key", OneOrList(&Expr), "its key")]),
    shape("", "", &[needed("each", Ref("table"), "does something for each row, in key order; `row` is the row"),
        key("where", Expr, "which rows (all)"), needed("do", Effects, "what to do")]),
    shape("", "", &[needed("when", Expr, "does one thing or another"), needed("do", Effects, "if it holds"), key("else", Effects, "if it does not")]),
    shape("", "", &[needed("compare", Ref("table"), "double entry: each row is compared with the row of another table; `row` and `other` are the two"),
        key("where", Expr, "which rows (all)"), needed("with", Ref("table"), "the table of the second entry"), needed("key", OneOrList(&Expr), "the key of the second entry"),
        needed("columns", List(&ColumnPair), "columns that must agree"), key("equal", Effects, "both are there and agree"),
        key("differs", Effects, "both are there and differ"), key("missing", Effects, "there is no second entry")]),
    shape("", "", &[needed("delay", Delay, "what follows happens later; the keyboard stays locked meanwhile")]),
    shape("", "", &[needed("run", Ref("job"), "runs a job now, in this transaction")]),
    shape("", "", &[needed("submit", Ref("job"), "queues a job"), key("after", Delay, "how much later (at once)")]),
    shape("", "", &[needed("hold", Ref("table"), "holds a record for somebody until it is released or signed off"),
        needed("key", OneOrList(&Expr), "its key"), needed("by", Expr, "who holds it")]),
    shape("", "", &[needed("release", Ref("table"), "lets a held record go"), needed("key", OneOrList(&Expr), "its key")]),
    shape("", "", &[needed("broadcast", Template, "writes a text over the screen, unasked")]),
    shape("", "", &[needed("abend", Template, "ends the transaction with this code; nothing of it is kept")]),
];

/// Effects that have a single key.
pub fn short_effects() -> impl Iterator<Item = &'static KeyShape> {
    EFFECTS.iter().filter_map(|shape| match shape.keys {
        [only] => Some(only),
        _ => None,
    })
}

impl TableShape {
    /// Every key it may have, and whether it must.
    pub fn all_keys(&'static self) -> impl Iterator<Item = (&'static KeyShape, bool)> {
        let short = short_effects().filter(|_| self.short_effects);
        self.keys
            .iter()
            .map(|key| (key, key.required))
            .chain(short.map(|key| (key, false)))
    }
}
