//! How an attempt at a task ends.

use serde::Serialize;

/// How an attempt at a task came to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The agent said that it was done.
    Done,
    /// The keys or the time of the budget ran out.
    BudgetSpent,
    /// The agent gave up, or did what no agent may do; the reason.
    AgentFault(String),
    /// The host, or what carries it, failed; the reason.
    EnvironmentFault(String),
}

impl Ending {
    /// The reason that a recording gives for its end; none of a fault, whose recording ends as its connection does.
    pub fn reason(&self) -> Option<&'static str> {
        match self {
            Ending::Done => Some("submitted"),
            Ending::BudgetSpent => Some("budget spent"),
            Ending::AgentFault(_) | Ending::EnvironmentFault(_) => None,
        }
    }
}
