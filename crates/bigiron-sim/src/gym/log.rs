//! The actions of an episode, kept where a step that adds one touches no other page of memory most times.

use smallvec::SmallVec;

/// The numbers of the actions of an episode, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct ActionLog {
    earlier: Vec<u16>,
    last: SmallVec<[u16; ActionLog::NEAR]>,
}

impl ActionLog {
    const NEAR: usize = 28;

    pub fn push(&mut self, action: u16) {
        if self.last.len() == ActionLog::NEAR {
            self.earlier.extend_from_slice(&self.last);
            self.last.clear();
        }
        self.last.push(action);
    }

    /// Empty, with the room that it has.
    pub fn cleared(mut self) -> ActionLog {
        self.earlier.clear();
        self.last.clear();
        self
    }

    pub fn to_vec(&self) -> Vec<u16> {
        [self.earlier.as_slice(), &self.last].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::ActionLog;

    #[test]
    fn every_action_is_there_in_order() {
        let mut log = ActionLog::default();
        for length in 0..200 {
            assert_eq!(log.to_vec(), (0..length).collect::<Vec<u16>>());
            log.push(length);
        }
        assert!(log.cleared().to_vec().is_empty());
    }
}
