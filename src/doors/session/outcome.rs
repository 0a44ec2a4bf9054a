//! What the client of a session is shown of its task: the budget left, why the session ended, a summary of the grade.

use schemars::JsonSchema;
use serde::Serialize;

use bigiron_sim::session::Millis;
use bigiron_sim::task::ending::Ending;
use bigiron_sim::task::grade::{Grade, Outcome};
use bigiron_sim::task::model::Budget;

/// What a task leaves to use up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Budget")]
pub struct BudgetView {
    /// Keys, each character one.
    pub keys: u32,
    /// Virtual milliseconds.
    pub time_ms: Millis,
}

impl From<Budget> for BudgetView {
    fn from(left: Budget) -> BudgetView {
        BudgetView {
            keys: left.keys,
            time_ms: left.time,
        }
    }
}

/// Why a session is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Ended")]
#[serde(rename_all = "snake_case")]
pub enum EndingView {
    /// The work was said to be done.
    Submitted,
    /// A key or a wait was asked for when the task's keys or time were used up.
    BudgetSpent,
}

impl EndingView {
    /// The ending as clients see it; none of a fault, which is shown to no client.
    pub fn of(ending: &Ending) -> Option<EndingView> {
        match ending {
            Ending::Done => Some(EndingView::Submitted),
            Ending::BudgetSpent => Some(EndingView::BudgetSpent),
            Ending::AgentFault(_) | Ending::EnvironmentFault(_) => None,
        }
    }

    /// The reason in words, as in recordings.
    pub fn reason(self) -> &'static str {
        let ending = match self {
            EndingView::Submitted => Ending::Done,
            EndingView::BudgetSpent => Ending::BudgetSpent,
        };
        ending.reason().unwrap_or_default()
    }
}

/// What an agent is told of a grade: neither rows nor the right answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Told")]
pub struct GradeSummary {
    /// `solved`, `failed`, `budget_spent`, `agent_fault` or `environment_fault`.
    #[schemars(with = "String")]
    pub outcome: Outcome,
    /// Whether no row changed that should not have.
    pub clean: bool,
}

impl From<&Grade> for GradeSummary {
    fn from(grade: &Grade) -> GradeSummary {
        GradeSummary {
            outcome: grade.outcome,
            clean: grade.clean,
        }
    }
}
