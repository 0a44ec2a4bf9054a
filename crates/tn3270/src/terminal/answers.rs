//! What a terminal sends of itself when the host has written.

use std::ops::Deref;

use crate::wire::Inbound;
use smallvec::SmallVec;

/// What a terminal sends to one outbound, in order: answers to reads, then what keys typed ahead send. Nearly always none or
/// one, for which nothing is allocated.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answers(SmallVec<[Inbound; 1]>);

impl Answers {
    pub(super) fn push(&mut self, inbound: Inbound) {
        self.0.push(inbound);
    }
}

impl Deref for Answers {
    type Target = [Inbound];

    fn deref(&self) -> &[Inbound] {
        &self.0
    }
}

impl Extend<Inbound> for Answers {
    fn extend<I: IntoIterator<Item = Inbound>>(&mut self, inbounds: I) {
        self.0.extend(inbounds);
    }
}

impl IntoIterator for Answers {
    type Item = Inbound;
    type IntoIter = smallvec::IntoIter<[Inbound; 1]>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
