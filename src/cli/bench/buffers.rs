//! The buffers of a batch of environments.

use bigiron_sim::gym::{
    ANSWER, Buffers, GOAL, INFO, Observation, ObservationShape, TOKEN, TOKENS, status,
};

/// Buffers for the observations, rewards and infos of so many environments.
pub(super) struct BatchBuffers {
    planes: Vec<u8>,
    status: Vec<i32>,
    answer: Vec<u8>,
    goal: Vec<u8>,
    tokens: Vec<u8>,
    rewards: Vec<f64>,
    terminated: Vec<u8>,
    truncated: Vec<u8>,
    info: Vec<i64>,
}

impl BatchBuffers {
    pub(super) fn new(shape: ObservationShape, envs: usize) -> BatchBuffers {
        BatchBuffers {
            planes: vec![0; shape.planes() * envs],
            status: vec![0; status::COLUMNS * envs],
            answer: vec![0; ANSWER * envs],
            goal: vec![0; GOAL * envs],
            tokens: vec![0; TOKENS * TOKEN * envs],
            rewards: vec![0.0; envs],
            terminated: vec![0; envs],
            truncated: vec![0; envs],
            info: vec![0; INFO * envs],
        }
    }

    /// Their size.
    pub(super) fn bytes(&self) -> usize {
        let bytes = [&self.planes, &self.answer, &self.goal, &self.tokens];
        bytes.map(Vec::len).iter().sum::<usize>() + 4 * self.status.len() + 8 * self.info.len()
    }

    /// The part that one environment writes its observation into.
    pub(super) fn observation(&mut self) -> Observation<'_> {
        self.buffers().observation
    }

    pub(super) fn buffers(&mut self) -> Buffers<'_> {
        Buffers {
            observation: Observation {
                planes: &mut self.planes,
                status: &mut self.status,
                answer: &mut self.answer,
                goal: &mut self.goal,
                tokens: &mut self.tokens,
                mask: &mut [],
            },
            rewards: &mut self.rewards,
            terminated: &mut self.terminated,
            truncated: &mut self.truncated,
            info: &mut self.info,
            ..Buffers::default()
        }
    }
}
