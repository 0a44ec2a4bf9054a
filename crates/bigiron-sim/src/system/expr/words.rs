//! Words that mean something by themselves in an expression.

use super::HostFact;
use crate::system::kinds::words;

words! {
    /// The words that no table and no variable of a quantifier can be called.
    pub enum Reserved {
        Form = "form",
        State = "state",
        Session = "session",
        Pick = "pick",
        Row = "row",
        Other = "other",
        Old = "old",
        List = "list",
        Clock = "clock",
        Today = "today",
        Time = "time",
        Terminal = "terminal",
        Inserted = "inserted",
        True = "true",
        False = "false",
    }
}

words! {
    /// The facts of a list: `list.count` and its kin.
    pub(super) enum ListFact {
        Count = "count",
        Page = "page",
        Pages = "pages",
        Picks = "picks",
    }
}

impl From<ListFact> for HostFact {
    fn from(fact: ListFact) -> HostFact {
        match fact {
            ListFact::Count => HostFact::ListCount,
            ListFact::Page => HostFact::ListPage,
            ListFact::Pages => HostFact::ListPages,
            ListFact::Picks => HostFact::ListPicks,
        }
    }
}
