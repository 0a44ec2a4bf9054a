//! Another session that goes on from the same world, and from what was recorded of it.

use std::sync::Arc;

use super::OperatorSession;
use crate::doors::session::recorder::Recorder;
use crate::doors::session::served_system::Opening;
use bigiron_sim::session::Setup;
use bigiron_sim::system::model::System;

impl OperatorSession {
    /// The systems of its sessions, and how each session was set up, in the order of the task's systems.
    pub fn sessions(&self) -> Vec<(Arc<System>, Setup)> {
        let Some(start) = self.attempt.start() else {
            let system = self.attempt.session().line().host().system();
            return vec![(Arc::clone(system), self.setup.clone())];
        };
        let opening = Opening {
            region: start.region().clone(),
            start: Some(Arc::clone(start)),
        };
        let own = (Arc::clone(opening.region.system()), self.setup.clone());
        let further = opening.further(&self.setup);
        let further = further.map(|(region, setup)| (Arc::clone(region.system()), setup));
        std::iter::once(own).chain(further).collect()
    }

    /// Another session that goes on from the same world. It is recorded by `logs`, in the order of [`OperatorSession::sessions`], which
    /// begin with what was recorded of this one.
    pub fn fork(&mut self, logs: impl IntoIterator<Item = Box<dyn Recorder>>) -> OperatorSession {
        let mut logs: Vec<Option<Box<dyn Recorder>>> = logs.into_iter().map(Some).collect();
        let mut log = |number: usize| logs.get_mut(number).and_then(Option::take);
        OperatorSession {
            setup: self.setup.clone(),
            commands: None,
            commands_run: 0,
            stopped: false,
            tells_grade: self.tells_grade,
            attempt: self.attempt.fork(|number, own| own.fork(log(number))),
            clock: self.clock,
        }
    }
}
