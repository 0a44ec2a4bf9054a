//! The shape of `tasks.toml` and of playbooks: every key, what it takes and what it means.

use crate::system::schema::document;
use crate::system::shape::ValueKind::*;
use crate::system::shape::{TableShape, key, needed, shape};
use serde_json::Value;

/// `tasks.toml`.
#[rustfmt::skip]
pub static TASKS: TableShape = shape("tasks.toml", "the tasks of a system", &[
    key("task", Map(&One(&TASK)), "a task"),
]);

/// `[task.NAME]`
#[rustfmt::skip]
pub static TASK: TableShape = shape("a task", "a goal in words, a start, what must change and what must not", &[
    needed("title", Text, "what people call it"),
    needed("drill", Text, "the family of tasks it belongs to: the skill it trains"),
    key("also", OneOrList(&Text), "systems it is worked in besides this one; their tables are `system.table`"),
    needed("tier", Int(1, 5), "1 (read one value) to 5 (two systems, several warts)"),
    key("revision", Int(0, 1_000_000), "counts up when a change may move scores (0)"),
    needed("goal", Template, "what the agent is told; `{value.name}` in it"),
    key("values", Map(&Tagged("a value", VALUES)), "values of the goal, drawn one after the other: `value.name`"),
    key("setup", One(&SETUP), "changes to the tables before the session is opened"),
    key("require", Tagged("a requirement", REQUIRES), "a change that must be there at the end, once"),
    key("allow", Many(&ALLOW), "rows that may change as well (new rows of journals always may)"),
    key("answer", One(&ANSWER), "what has to be reported"),
    key("milestone", Many(&MILESTONE), "a sign of progress, told beside the grade"),
    key("warts", List(&List(&Text)), "the wart sets it is proven with, besides none"),
    key("naive_fails", List(&Text), "wart sets, joined by commas, on which the naive script has to fail (all but none)"),
    needed("oracle", Ref("playbook"), "the playbook that solves it"),
    key("naive", Ref("playbook"), "the playbook that believes what the screen says"),
    key("impostor", Ref("playbook"), "a playbook that gets to the confirming screen without the change behind it"),
    needed("budget", One(&BUDGET), "what an agent may use up"),
    key("settle", Duration, "how much later the tables are looked at, for jobs of the night to run (at once)"),
    key("seeds", One(&SEEDS), "seeds to learn from and seeds to measure with"),
]);

/// What draws a value: each shape has one telling key.
#[rustfmt::skip]
pub static VALUES: &[TableShape] = &[
    shape("", "", &[needed("key_of", Ref("table"), "the key of a row, each as likely"), key("where", Expr, "which rows (all); `row` is the row")]),
    shape("", "", &[needed("expr", Expr, "computed from tables and the values before it")]),
    shape("", "", &[needed("one_of", List(&Expr), "one of these, each as likely")]),
    shape("", "", &[needed("pattern", Text, "text: `A` a letter, `#` a digit, `{list}` a word of that list, others themselves")]),
    shape("", "", &[needed("word", Ref("word list"), "one word of a list, each as likely")]),
    shape("", "", &[needed("text", Template, "text with expressions in it")]),
    shape("", "", &[needed("range", List(&Literal), "a whole number from the first to the second")]),
    shape("", "", &[needed("days", List(&Literal), "a date from the first to the second")]),
];

/// `[task.NAME.setup]`
#[rustfmt::skip]
pub static SETUP: TableShape = shape("a setup", "changes to the tables before the session is opened", &[
    needed("do", Effects, "insert, update, delete, each, when"),
]);

/// `[[task.NAME.require]]`
#[rustfmt::skip]
pub static REQUIRES: &[TableShape] = &[
    shape("", "", &[needed("insert", Ref("table"), "a new row"), needed("row", Map(&Expr), "its values; columns not named are free"),
        key("when", Expr, "whether it is required at all (always)")]),
    shape("", "", &[needed("update", Ref("table"), "a changed row"), needed("key", OneOrList(&Expr), "its key"),
        needed("set", Map(&Expr), "the new values; no other column may have changed"), key("free", List(&Text), "columns that may have"),
        key("when", Expr, "whether it is required at all (always)")]),
    shape("", "", &[needed("delete", Ref("table"), "a row that is gone"), needed("key", OneOrList(&Expr), "its key"),
        key("when", Expr, "whether it is required at all (always)")]),
];

/// `[[task.NAME.allow]]`
#[rustfmt::skip]
pub static ALLOW: TableShape = shape("an allowance", "rows that may change as well", &[
    needed("table", Ref("table"), "of this table"),
    key("where", Expr, "which rows (all); `row` is the row as it is, or as it was if it is gone"),
    key("changes", List(&Choice(CHANGES)), "which changes (all)"),
    key("columns", List(&Text), "which columns of a changed row may differ (all)"),
]);

/// The changes an allowance may name.
pub const CHANGES: &[&str] = &["insert", "update", "delete"];

/// `answer = { … }`
#[rustfmt::skip]
pub static ANSWER: TableShape = shape("an answer", "what has to be reported", &[
    needed("type", Type, "what the report is read as: amounts, dates and texts may be written in more than one way"),
    needed("expected", Expr, "the right one, computed from the tables at the start"),
]);

/// `[[task.NAME.milestone]]`
#[rustfmt::skip]
pub static MILESTONE: TableShape = shape("a milestone", "a sign of progress", &[
    needed("name", Text, "what is reached"),
    needed("when", Expr, "when it is, by the tables at the end"),
]);

/// `budget = { … }`
#[rustfmt::skip]
pub static BUDGET: TableShape = shape("a budget", "what an agent may use up", &[
    needed("keys", Int(1, 1_000_000), "keys, each character one"),
    needed("time", Duration, "virtual time"),
]);

/// `seeds = { … }`
#[rustfmt::skip]
pub static SEEDS: TableShape = shape("the seeds", "which seeds are for what, each from the first to the last", &[
    key("train", List(&Int(0, i64::MAX)), "for learning ([0, 9999])"),
    key("test", List(&Int(0, i64::MAX)), "for measuring ([10000, 10999])"),
]);

/// A playbook's file.
#[rustfmt::skip]
pub static PLAYBOOK: TableShape = shape("a playbook", "what to press when the screen looks so", &[
    needed("about", Text, "what it does"),
    key("takes", Map(&Type), "what it has to be told: `value.name`, each with its type"),
    key("memory", Map(&Variable), "what it remembers: `memory.name`"),
    key("systems", List(&Text), "the systems whose terminals it works at, its own first (its own)"),
    key("patience", Int(0, 10_000), "how many looks in a row may find nothing to do (60)"),
    key("pause", Duration, "how long it waits after such a look (1s)"),
    needed("rule", Many(&RULE), "rules, the first that holds acts, then it looks again"),
]);

/// `[[rule]]`
#[rustfmt::skip]
pub static RULE: TableShape = shape("a rule", "what to do when the screen looks so", &[
    key("name", Text, "what it is called in messages"),
    key("at", Ref("system"), "the system whose terminal it looks at and works at (the first)"),
    key("when", Expr, "when it acts (always)"),
    key("at_most", Int(1, 10_000), "after so many times it is passed over"),
    key("do", Tagged("an action", ACTIONS), "what it does"),
    key("answer", Template, "ends the playbook with this report"),
    key("done", True, "ends the playbook"),
    key("fail", Template, "gives up, for this reason"),
]);

/// Actions: the first key of each says which it is.
#[rustfmt::skip]
pub static ACTIONS: &[TableShape] = &[
    shape("", "", &[needed("type", Template, "types a text, in place of what stands in the field"),
        key("into", Template, "the label of the field, or several parted by `|`: left of it in its row, or over it"), key("nth", Expr, "which field with this label, from 1 (1)"),
        key("row_with", Template, "instead: the input field in the first row with this text"), key("under", Template, "of that row the one under this heading")]),
    shape("", "", &[needed("keys", Text, "presses keys: \"<enter>\", \"<pf3>\", \"5<tab>\"")]),
    shape("", "", &[needed("press", Template, "presses the key that the screen says does this: \"SUBMIT\" where it says `F9=SUBMIT`")]),
    shape("", "", &[needed("wait", Duration, "lets virtual time pass")]),
    shape("", "", &[needed("remember", Map(&Expr), "gives values to `memory.name`, seen on the screen as it is then")]),
];

/// The JSON Schema of `tasks.toml`.
pub fn tasks_schema() -> Value {
    document(&TASKS)
}

/// The JSON Schema of a playbook.
pub fn playbook_schema() -> Value {
    document(&PLAYBOOK)
}
