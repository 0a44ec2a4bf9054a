//! What makes the values of a generated column: which makers there are, and the key of each.

use super::ValueKind::*;
use super::{COUNTER, KeyShape, needed};
use crate::system::kinds::kinds;

kinds! {
    /// The makers of generated columns. The only key of each is its name.
    pub enum MakerKind of &'static [KeyShape] {
        Word = &[needed("word", Ref("word list"), "one word of a list, each as likely")],
        Weighted = &[needed("weighted", Map(&Int(0, 1_000_000)), "one of these, as likely as their weights: `{ A = 8, S = 1 }`")],
        Range = &[needed("range", List(&Literal), "a number from the first to the second")],
        Days = &[needed("days", List(&Literal), "a date from the first to the second")],
        Pattern = &[needed("pattern", Text, "text: `A` a letter, `#` a digit, `{list}` a word of that list, others themselves; unique in a key column")],
        Count = &[needed("count", One(&COUNTER), "a number, one step more in each row")],
        KeyOf = &[needed("key_of", Ref("table"), "a key of another table, every one once before any twice")],
        Text = &[needed("text", Template, "text with expressions in it; `row` is the row being made")],
        Expr = &[needed("expr", Expr, "the value of an expression; `row` is the row being made")],
    }
}

impl MakerKind {
    /// Its name: its first key.
    pub fn name(self) -> &'static str {
        self.keys().first().map_or("", |key| key.name)
    }

    /// Its keys.
    pub fn keys(self) -> &'static [KeyShape] {
        self.row()
    }
}
