//! What sessions are opened on: a system's tables, as its definition or one of its tasks sets them up.

use std::sync::{Arc, Mutex, PoisonError};

use super::clock::Clock;
use super::recorder::Recorder;
use bigiron_sim::host::Region;
use bigiron_sim::session::Setup;
use bigiron_sim::system::model::System;
use bigiron_sim::system::wart::Wart;
use bigiron_sim::task::model::{Task, TaskSuite};
use bigiron_sim::task::start::{Start, StartError};

/// A system that is served. Its screens are prepared once for all sessions.
#[derive(Debug, Clone)]
pub struct ServedSystem {
    course: Arc<TaskSuite>,
    /// The opening that was made last, with its seed and task: sessions on the same one share their tables until they change them.
    last: Arc<Mutex<Option<Made>>>,
}

/// An opening, and the seed and task that it was made for.
type Made = (u64, Option<String>, Opening);

/// The tables of one session, and what is to be done with them.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The tables.
    pub region: Region,
    /// The task that the session is opened for, begun. Only its goal is for the client.
    pub start: Option<Arc<Start>>,
}

/// A session that is about to begin.
pub struct PendingSession {
    /// Its tables, and the goal of its task.
    pub opening: Opening,
    /// How it is set up.
    pub setup: Setup,
    /// The recordings of its sessions, in the order of the task's systems.
    pub logs: Vec<Box<dyn Recorder>>,
    /// Its clock, which begins now.
    pub clock: Clock,
}

impl Opening {
    /// The task's goal in words, if the session is opened for one.
    pub fn goal(&self) -> Option<&str> {
        self.start.as_ref().map(|start| start.goal())
    }

    /// Where sessions are opened at the further systems of its task, and how each is set up.
    pub fn further<'a>(
        &'a self,
        setup: &'a Setup,
    ) -> impl Iterator<Item = (&'a Region, Setup)> + 'a {
        self.start.iter().flat_map(move |start| {
            let regions = start.regions().iter().enumerate().skip(1);
            regions.map(move |(place, region)| {
                let own = start.setup(place, setup.seed, &setup.warts);
                let (clock, terminal) = (setup.clock, setup.terminal);
                (
                    region,
                    Setup {
                        clock,
                        terminal,
                        ..own
                    },
                )
            })
        })
    }

    /// The opening for one terminal that cannot turn to another system: one session of several would be graded as if the others
    /// had not been.
    pub fn at_one_terminal(self) -> Result<Opening, StartError> {
        match self.start.as_ref().map(|start| start.task()) {
            Some(task) if !task.also.is_empty() => Err(StartError::SeveralSystems(
                task.systems().map(str::to_owned).collect(),
            )),
            _ => Ok(self),
        }
    }
}

impl ServedSystem {
    /// A system without tasks.
    pub fn new(system: &Arc<System>) -> ServedSystem {
        ServedSystem {
            course: Arc::new(TaskSuite {
                region: Region::new(system, 0),
                tasks: Vec::new(),
                playbooks: Vec::new(),
            }),
            last: Arc::default(),
        }
    }

    /// The system.
    pub fn system(&self) -> &Arc<System> {
        self.course.region.system()
    }

    /// Its tasks, if they were loaded with it.
    pub fn tasks(&self) -> &[Task] {
        &self.course.tasks
    }

    /// The names of the warts that a session may have: those of the system, and as `SYSTEM.WART` those of the others that its
    /// tasks are worked in.
    pub fn warts(&self) -> Vec<String> {
        let others = self.tasks().iter().flat_map(|task| &task.also);
        let others = others.map(|region| region.system());
        let others = others.flat_map(|system| {
            let named = |wart: &Wart| format!("{}.{}", system.id, wart.name);
            system.warts.iter().map(named)
        });
        let own = self.system().warts.iter().map(|wart| wart.name.clone());
        own.chain(others).collect()
    }

    /// The start that a setup asks for by its seed and task.
    pub fn open(&self, setup: &Setup) -> Result<Opening, StartError> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((seed, task, opening)) = &*last
            && (*seed, task) == (setup.seed, &setup.task)
        {
            return Ok(opening.clone());
        }
        // Others need not wait while tables are generated.
        drop(last);
        let (region, start) = self.course.open(setup)?;
        // The start of a task keeps its tables anyway.
        let region = match start {
            None => region.packed(),
            Some(_) => region,
        };
        let opening = Opening { region, start };
        last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some((setup.seed, setup.task.clone(), opening.clone()));
        Ok(opening)
    }
}

impl From<TaskSuite> for ServedSystem {
    fn from(course: TaskSuite) -> ServedSystem {
        ServedSystem {
            course: Arc::new(course),
            last: Arc::default(),
        }
    }
}
