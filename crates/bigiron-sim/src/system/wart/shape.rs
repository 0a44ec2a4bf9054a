//! The shape of `warts.toml`: the keys every wart has, and those of each kind.

use crate::system::kinds::{kinds, words};
use crate::system::schema;
use crate::system::shape::ValueKind::*;
use crate::system::shape::{KeyShape, TableShape, key, needed, shape};
use serde_json::{Value, json};

/// The outcomes of a wart that either leaves all of the work or none.
const ENDS: &[&str] = &["done", "lost", "any"];

/// What every `[wart.NAME]` has.
#[rustfmt::skip]
pub static WART: TableShape = shape("a wart", "a switchable bend of what clean rules or jobs do", &[
    needed("kind", Text, "what it does: one of the kinds"),
    needed("about", Text, "what goes wrong, for people"),
    needed("tell", Text, "where an honest observer finds out what really happened"),
    needed("on", OneOrList(&Text), "what it may happen at: \"SCREEN.key\", \"SCREEN.*\", \"*.key\", \"job.NAME\""),
    key("chance", Literal, "how likely it happens at each occurrence, 0 to 1 (1)"),
    key("nth", OneOrList(&Int(1, 1_000_000)), "only at these occurrences, from 1 (any)"),
    key("between", List(&Duration), "only from the first to the second moment of the session (always)"),
    key("when", Expr, "only while this holds; it sees the screen if `on` names only one (always)"),
    key("at_most", Int(1, 1_000_000), "happens at most so often in a session (any number)"),
]);

/// A row of the table of wart kinds.
#[derive(Debug)]
pub struct WartRow {
    /// What it needs to have something to bend.
    pub needs: WartNeeds,
    /// Its name, and the keys it has besides those of every wart.
    pub shape: TableShape,
}

/// What must be there for a wart to have something to bend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WartNeeds {
    /// Changes to records, which a job makes as well as a rule.
    Records,
    /// Any work, of a job as well as of a rule.
    Work,
    /// A terminal, which a job does not have.
    Terminal,
}

const fn wart(
    needs: WartNeeds,
    name: &'static str,
    doc: &'static str,
    keys: &'static [KeyShape],
) -> WartRow {
    WartRow {
        needs,
        shape: shape(name, doc, keys),
    }
}

use WartNeeds::*;

kinds! {
    /// The kinds of warts, each with the keys it has besides those of every wart.
    pub enum WartKind of WartRow {
        Drop = wart(Records, "drop", "changes to some tables are not made; the screen says they were", &[needed("tables", OneOrList(&Ref("table")), "whose changes are lost")]),
        Partial = wart(Terminal, "partial", "only the changes to some tables are made; the screen says all were", &[needed("tables", OneOrList(&Ref("table")), "whose changes are made")]),
        Double = wart(Records, "double", "new rows of numbered tables are made twice, under two numbers", &[needed("tables", OneOrList(&Ref("table")), "whose rows")]),
        Mislead = wart(Terminal, "mislead", "the message says something else than what happened, and no other screen is shown", &[
            needed("message", Template, "what it says"), key("outcome", Choice(ENDS), "what really happened: done (default), lost, or any of the two")]),
        Swap = wart(Terminal, "swap", "of two screens that look alike, each is shown for the other", &[needed("screens", List(&Ref("screen")), "the two")]),
        Jump = wart(Terminal, "jump", "the work is done, and another screen is shown without a word", &[needed("to", Ref("screen"), "which")]),
        Abend = wart(Work, "abend", "the bare screen of an abend", &[
            needed("code", Template, "its code"), key("outcome", Choice(ENDS), "what happened before: done, lost (default), or any of the two")]),
        Slow = wart(Terminal, "slow", "the answer comes later", &[needed("by", Duration, "how much")]),
        Spin = wart(Terminal, "spin", "the screen comes back as it was, without a word", &[
            needed("for", Duration, "after how long"), key("outcome", Choice(OutcomeWord::WORDS), "what really happened: done (default), lost, half, or any of the first two"),
            key("keep", Int(0, 1000), "how many changes to records are made of `half` (1)"), key("refresh", True, "the screen shows its declared values; what was typed is gone")]),
        Acknowledge = wart(Terminal, "acknowledge", "the key has to be pressed again before it does anything", &[
            needed("message", Template, "what is said each time"), key("times", Int(1, 100), "how many times it is said (1)")]),
        Window = wart(Terminal, "window", "a mandatory window comes instead of the rule, late", &[
            needed("modal", Ref("window"), "which"), needed("unless", Expr, "it comes again until this holds")]),
        Sequence = wart(Terminal, "sequence", "the rule is refused until something else was done", &[
            needed("needs", Expr, "what must hold"), needed("message", Template, "what is said until it does")]),
        Refuse = wart(Terminal, "refuse", "what is typed into a field is blanked", &[
            needed("field", Ref("field"), "which, of the one screen of `on`"), needed("until", Expr, "until this holds"), needed("message", Template, "what is said")]),
        Closed = wart(Terminal, "closed", "the rule is refused between two times of day", &[
            needed("hours", List(&Text), "from and to: [\"17:00\", \"18:00\"]"), needed("message", Template, "what is said")]),
        Truncate = wart(Records, "truncate", "texts of a column are cut, or characters in them replaced", &[
            needed("table", Ref("table"), "the table"), needed("column", Text, "its column"), key("width", Int(0, 3564), "the longest that is kept"),
            key("translate", Map(&Text), "characters by what takes their place: `{ \"Ñ\" = \"?\" }`")]),
        Misdirect = wart(Records, "misdirect", "what is written to a table has other values in some columns, or goes to another record; the screen says what was meant", &[
            needed("table", Ref("table"), "the table"),
            needed("set", Map(&Expr), "columns by the values they take; `row` is what was to be written, a key column names another record")]),
        Broadcast = wart(Terminal, "broadcast", "a text is written over the message of the screen, unasked", &[
            needed("text", Template, "the text"), key("after", Duration, "how long after the key (at once)")]),
        Timeout = wart(Terminal, "timeout", "the terminal is signed off, unasked", &[
            needed("after", Duration, "how long after the key"), needed("message", Template, "what the sign-on screen says")]),
        Reset = wart(Terminal, "reset", "the screen shows its declared values again, unasked, if it still stands; what was typed is gone", &[
            needed("after", Duration, "how long after the key"), needed("message", Template, "what is said")]),
        Held = wart(Terminal, "held", "somebody else holds the record, and the rule is refused while they do", &[
            needed("table", Ref("table"), "the table"), needed("key", OneOrList(&Expr), "the record's key"), needed("by", Expr, "who holds it"),
            needed("for", Duration, "how long"), needed("message", Template, "what is said meanwhile")]),
        Sticky = wart(Terminal, "sticky", "records that the rule lets go stay held for a while", &[needed("for", Duration, "how long")]),
        Stale = wart(Terminal, "stale", "the answer shows some tables as a copy has them, which is brought up to date now and then", &[
            needed("tables", OneOrList(&Ref("table")), "which"), needed("every", Duration, "how old the copy gets before it is brought up to date, at the next key")]),
        Repost = wart(Terminal, "repost", "a key that only shows again does again what was done last: new rows of numbered tables are made once more", &[
            needed("tables", OneOrList(&Ref("table")), "whose rows")]),
        Forget = wart(Terminal, "forget", "what was typed and not saved is gone with the answer", &[]),
        Swallow = wart(Terminal, "swallow", "a key that comes too soon after the last answer is not taken, and what was typed ahead is gone", &[
            needed("within", Duration, "how soon")]),
        Unpainted = wart(Terminal, "unpainted", "the keyboard is freed and the screen left as it was; the next key, which does nothing else, paints it", &[]),
        Drift = wart(Terminal, "drift", "another release of the screens of `on`: rows moved, labels reworded, keys renumbered, a screen inserted", &[
            key("move", True, "input rows change places, and the rows above the widest gap move down"),
            key("reword", Map(&OneOrList(&Text)), "labels by the wordings of which one takes their place, where there is room for it"),
            key("keys", List(&Text), "PF keys that change places on a screen that has rules for two of them or more, and on its key line"),
            key("insert", Ref("screen"), "a screen that stands before each of them and is left by `back`")]),
        TwoStage = wart(Terminal, "two_stage", "the answer is written with the keyboard locked; it is restored later", &[needed("by", Duration, "how much later")]),
    }
}

impl WartKind {
    /// Its name, as `kind` gives it.
    pub fn name(self) -> &'static str {
        self.row().shape.name
    }

    /// What it does, for people.
    pub fn doc(self) -> &'static str {
        self.row().shape.doc
    }

    /// Every key of a wart of this kind, and whether it must be there.
    pub(crate) fn keys(self) -> impl Iterator<Item = (&'static KeyShape, bool)> {
        WART.all_keys().chain(self.row().shape.all_keys())
    }

    /// Whether it can bend what a job does.
    pub(crate) fn bends_jobs(self) -> bool {
        self.row().needs != Terminal
    }
}

words! {
    /// The values of `outcome`.
    pub(crate) enum OutcomeWord {
        Done = "done",
        Lost = "lost",
        Half = "half",
        Any = "any",
    }
}

/// The JSON Schema of `warts.toml`.
pub fn schema() -> Value {
    let kind = |kind: &WartKind| {
        let mut table = schema::table(kind.keys());
        table["description"] = json!(kind.doc());
        table["properties"]["kind"] = json!({ "const": kind.name() });
        table
    };
    let kinds: Vec<Value> = WartKind::ALL.iter().map(kind).collect();
    json!({
        "$schema": schema::DRAFT,
        "title": "warts.toml",
        "description": "switchable bends of what a system's clean rules do",
        "type": "object",
        "properties": { "wart": { "type": "object", "additionalProperties": { "anyOf": kinds } } },
        "additionalProperties": false,
    })
}
