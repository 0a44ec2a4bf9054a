//! The effects of rules and jobs: which there are, where each can happen, and its keys.

use super::ValueKind::*;
use super::{COLOR_NAMES, HIGHLIGHT_NAMES, INTENSITY_NAMES, KeyShape, key, needed};
use crate::system::kinds::{kinds, words};

/// A row of the table of effects.
#[derive(Debug)]
pub struct EffectRow {
    /// Where it can happen.
    pub needs: EffectNeeds,
    /// Its keys; the first is its name.
    pub keys: &'static [KeyShape],
}

/// What must be there for an effect to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EffectNeeds {
    /// Nothing: it can happen in a job as well.
    Nothing,
    /// A terminal: it can happen in a rule and where a terminal is idle.
    Terminal,
    /// A screen that is known: it can happen only in a rule.
    Screen,
}

const fn effect(needs: EffectNeeds, keys: &'static [KeyShape]) -> EffectRow {
    EffectRow { needs, keys }
}

use EffectNeeds::*;

kinds! {
    /// The effects. The first key of each is its name.
    pub enum EffectKind of EffectRow {
        Message = effect(Terminal, &[needed("message", Template, "shows a text in the message field of the screen that is shown at the end")]),
        Goto = effect(Nothing, &[needed("goto", Ref("screen"), "leaves for another screen; calls are forgotten")]),
        Call = effect(Screen, &[needed("call", Ref("screen"), "opens a screen and comes back to this one by `back`")]),
        Modal = effect(Screen, &[needed("modal", Ref("window"), "opens a window over this screen")]),
        Back = effect(Screen, &[needed("back", True, "goes back to where this screen was called from")]),
        Refresh = effect(Screen, &[needed("refresh", True, "shows the declared values again; what was typed is lost")]),
        SignOff = effect(Nothing, &[needed("signoff", True, "session variables start anew and the start screen is shown")]),
        Page = effect(Screen, &[needed("page", Choice(Paging::WORDS), "shows another page of the list")]),
        Set = effect(Nothing, &[needed("set", Map(&Expr), "gives values to `session.x` and `state.x`")]),
        Fill = effect(Screen, &[needed("fill", Map(&Expr), "shows values in fields")]),
        Cursor = effect(Screen, &[needed("cursor", Ref("field"), "puts the cursor into a field")]),
        Mark = effect(Screen, &[needed("mark", Ref("field"), "makes a field look different until the screen is opened or refreshed"),
        key("intensity", Choice(&INTENSITY_NAMES), "how bright"), key("color", Choice(&COLOR_NAMES), "its colour"), key("highlight", Choice(&HIGHLIGHT_NAMES), "its highlighting")]),
        Alarm = effect(Terminal, &[needed("alarm", True, "sounds the alarm")]),
        Insert = effect(Nothing, &[needed("insert", Ref("table"), "adds a row; an existing key abends with DUPREC"),
        key("row", Map(&Expr), "its columns; those left out are blank, a numbered key is drawn")]),
        Update = effect(Nothing, &[needed("update", Ref("table"), "changes a row; no such row abends with NOTFND"),
        needed("key", OneOrList(&Expr), "its key"), needed("set", Map(&Expr), "the new values; `old` is the row as it was")]),
        Delete = effect(Nothing, &[needed("delete", Ref("table"), "removes a row, if it is there"), needed("key", OneOrList(&Expr), "its key")]),
        Each = effect(Nothing, &[needed("each", Ref("table"), "does something for each row, in key order; `row` is the row"),
        key("where", Expr, "which rows (all)"), needed("do", Effects, "what to do")]),
        When = effect(Nothing, &[needed("when", Expr, "does one thing or another"), needed("do", Effects, "if it holds"), key("else", Effects, "if it does not")]),
        Compare = effect(Nothing, &[needed("compare", Ref("table"), "double entry: each row is compared with the row of another table; `row` and `other` are the two"),
        key("where", Expr, "which rows (all)"), needed("with", Ref("table"), "the table of the second entry"), needed("key", OneOrList(&Expr), "the key of the second entry"),
        needed("columns", List(&ColumnPair), "columns that must agree"), key("equal", Effects, "both are there and agree"),
        key("differs", Effects, "both are there and differ"), key("missing", Effects, "there is no second entry")]),
        Delay = effect(Screen, &[needed("delay", Delay, "what follows happens later; the keyboard stays locked meanwhile")]),
        Run = effect(Nothing, &[needed("run", Ref("job"), "runs a job now, in this transaction")]),
        Submit = effect(Nothing, &[needed("submit", Ref("job"), "queues a job"), key("after", Delay, "how much later (at once)")]),
        Hold = effect(Nothing, &[needed("hold", Ref("table"), "holds a record for somebody until it is released or signed off"),
        needed("key", OneOrList(&Expr), "its key"), needed("by", Expr, "who holds it")]),
        Release = effect(Nothing, &[needed("release", Ref("table"), "lets a held record go"), needed("key", OneOrList(&Expr), "its key")]),
        Broadcast = effect(Nothing, &[needed("broadcast", Template, "writes a text over the screen, unasked")]),
        Abend = effect(Nothing, &[needed("abend", Template, "ends the transaction with this code; nothing of it is kept")]),
    }
}

impl EffectKind {
    /// Its name: its first key.
    pub fn name(self) -> &'static str {
        self.keys().first().map_or("", |key| key.name)
    }

    /// Its keys.
    pub fn keys(self) -> &'static [KeyShape] {
        self.row().keys
    }

    /// The effects that have a single key: they may stand in a rule as keys of its own.
    pub fn short() -> impl Iterator<Item = (EffectKind, &'static KeyShape)> {
        Self::ALL.iter().filter_map(|kind| match kind.keys() {
            [only] => Some((*kind, only)),
            _ => None,
        })
    }
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
