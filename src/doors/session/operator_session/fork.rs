//! Another session that goes on from the same world, and from what was recorded of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Counting, OperatorSession, Place};
use crate::doors::session::recorder::Recorder;
use crate::doors::session::served_system::Opening;
use crate::doors::session::target::ScriptTarget;
use bigiron_sim::session::Setup;
use bigiron_sim::system::model::System;

impl OperatorSession {
    /// The systems of its sessions, and how each session was set up, in the order of the task's systems.
    pub fn sessions(&self) -> Vec<(Arc<System>, Setup)> {
        let Some(start) = self.run.as_ref().map(|run| run.start()) else {
            let system = self.session.line().host().system();
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

    /// Another session that goes on from the same world. It is recorded by `logs`, in the order of [`Station::sessions`], which
    /// begin with what was recorded of this one.
    pub fn fork(&mut self, logs: impl IntoIterator<Item = Box<dyn Recorder>>) -> OperatorSession {
        let systems = self.systems().into_iter().map(str::to_owned);
        let mut logs: BTreeMap<String, Box<dyn Recorder>> = systems.zip(logs).collect();
        let log = self.log.fork(logs.remove(&self.name));
        let others = self.others.iter_mut().map(|place| Place {
            system: place.system.clone(),
            session: place.session.clone(),
            log: place.log.fork(logs.remove(&place.system)),
        });
        let others = others.collect();
        OperatorSession {
            setup: self.setup.clone(),
            orders: None,
            obeyed: 0,
            stopped: false,
            name: self.name.clone(),
            run: self.run.clone(),
            answer: self.answer.clone(),
            grade: self.grade.clone(),
            tells_grade: self.tells_grade,
            over: self.over,
            session: self.session.clone(),
            log,
            others,
            clock: self.clock,
        }
    }
}

impl Counting {
    /// The log of a fork: it begins with what this one holds.
    fn fork(&mut self, log: Option<Box<dyn Recorder>>) -> Counting {
        let inner = match log {
            None => Box::new(()),
            Some(mut log) => {
                log.go_on_from(self.inner.past());
                log
            }
        };
        Counting {
            inner,
            writes: self.writes,
            sent: None,
        }
    }
}
