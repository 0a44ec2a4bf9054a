//! Grades in words.

use super::{ColumnChange, Grade, Outcome, RowVerdict, Verdict};
use std::fmt;

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Outcome::Solved => "solved",
            Outcome::Failed => "failed",
            Outcome::BudgetSpent => "budget spent",
            Outcome::AgentFault => "agent fault",
            Outcome::EnvironmentFault => "environment fault",
        })
    }
}

/// The outcome, then a line a row as a diff is read: `=` required and there, `-` missing, `~` wrong, `+` not asked for.
impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Some(reason) => writeln!(f, "{}: {reason}", self.outcome)?,
            None => writeln!(f, "{}", self.outcome)?,
        }
        for RowVerdict { table, key, kind } in &self.rows {
            match kind {
                Verdict::Required => writeln!(f, "  = {table} {key}")?,
                Verdict::Missing { change } => {
                    writeln!(f, "  - {table} {key}: required {change} is missing")?;
                }
                Verdict::Wrong {
                    column,
                    expected,
                    found,
                } => writeln!(
                    f,
                    "  ~ {table} {key}: {column} is `{found}`, required `{expected}`"
                )?,
                Verdict::Duplicate => writeln!(f, "  + {table} {key}: a second time")?,
                Verdict::Unexpected { change, columns } => {
                    writeln!(f, "  + {table} {key}: {change} that nothing asks for")?;
                    for ColumnChange {
                        column,
                        before,
                        after,
                    } in columns
                    {
                        writeln!(f, "      {column}: `{before}` -> `{after}`")?;
                    }
                }
            }
        }
        if let Some(answer) = &self.answer {
            let found = answer.found.as_deref().unwrap_or("");
            let sign = if answer.right { '=' } else { '~' };
            write!(f, "  {sign} answer `{found}`")?;
            match answer.right {
                true => writeln!(f)?,
                false => writeln!(f, ", required `{}`", answer.expected)?,
            }
        }
        for (name, reached) in &self.milestones {
            writeln!(f, "  {} {name}", if *reached { "[x]" } else { "[ ]" })?;
        }
        Ok(())
    }
}
