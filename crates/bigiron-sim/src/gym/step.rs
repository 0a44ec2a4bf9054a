//! What a step gives besides the observation.

/// What a step came to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Step {
    /// 1 with the step that ends the episode solved, else 0; with milestones as [`super::EnvOptions::milestones`] says.
    pub reward: f64,
    /// Whether the episode is over because the agent said so, or because the task is solved where the options say that this
    /// ends it.
    pub terminated: bool,
    /// Whether the episode is over because keys or time have run out.
    pub truncated: bool,
}

/// Numbers that say how an episode stands. Never shown to the agent: they tell what the backend knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Info {
    /// The seed of the world.
    pub seed: u64,
    /// 0 while it goes on, 1 solved, 2 failed, 3 budget spent, 4 broken off by the agent, 5 a fault of the environment.
    pub outcome: i64,
    /// Keys pressed.
    pub keys: i64,
    /// Virtual milliseconds passed.
    pub time: i64,
    /// Milestones that were reached, a bit each in the task's order, if they are rewarded.
    pub milestones: i64,
}

/// How many numbers an [`Info`] is.
pub const INFO: usize = 5;

impl Info {
    /// In the order of the fields; the seed as the same 64 bits.
    pub fn numbers(&self) -> [i64; INFO] {
        [
            self.seed.cast_signed(),
            self.outcome,
            self.keys,
            self.time,
            self.milestones,
        ]
    }
}
