//! What the client of a session is shown of its task: the budget left, why the session ended, a summary of the grade.

use schemars::JsonSchema;
use serde::Serialize;

use bigiron_sim::session::Millis;
use bigiron_sim::task::grade::{Grade, Outcome};

/// What a task leaves to use up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Budget {
    /// Keys, each character one.
    pub keys: u32,
    /// Virtual milliseconds.
    pub time_ms: Millis,
}

/// Why a session is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// The work was said to be done.
    Submitted,
    /// A key or a wait was asked for when the task's keys or time were used up.
    BudgetSpent,
}

impl Ended {
    /// The reason in recordings.
    pub fn reason(self) -> &'static str {
        match self {
            Ended::Submitted => "submitted",
            Ended::BudgetSpent => "budget spent",
        }
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
