//! One run at a task: what it may use up, what it has used up, and what it comes to.

use super::model::Budget;
use super::start::Start;
use std::sync::Arc;

/// A run at a task, beside whatever session it is made in.
#[derive(Debug, Clone)]
pub struct Run {
    start: Arc<Start>,
    keys: u32,
}

impl Run {
    /// Nothing used up yet.
    pub fn new(start: Arc<Start>) -> Run {
        Run { start, keys: 0 }
    }

    /// What is run at.
    pub fn start(&self) -> &Arc<Start> {
        &self.start
    }

    /// What the agent is told.
    pub fn goal(&self) -> &str {
        self.start.goal()
    }

    /// Keys pressed.
    pub fn keys(&self) -> u32 {
        self.keys
    }

    /// What may still be used up at this virtual time.
    pub fn left(&self, now: u64) -> Budget {
        self.start.task().budget.left(self.keys, now)
    }

    /// Counts a key.
    pub fn count_key(&mut self) {
        self.keys = self.keys.saturating_add(1);
    }
}
