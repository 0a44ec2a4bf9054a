//! `system.toml`: its tables and their keys.

use super::ValueKind::*;
use super::{COLOR_NAMES, HIGHLIGHT_NAMES, INTENSITY_NAMES, TableShape, key, needed, shape};

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
    key("intensity", Choice(&INTENSITY_NAMES), "how bright"),
    key("color", Choice(&COLOR_NAMES), "its colour"),
    key("highlight", Choice(&HIGHLIGHT_NAMES), "its highlighting"),
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
