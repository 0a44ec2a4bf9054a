//! Traces of oracles: what each does in a session, to be done again on a clock.

use bigiron_sim::host::Warts;
use bigiron_sim::session::Session;
use bigiron_sim::task::ending::Ending;
use bigiron_sim::task::model::{Task, TaskSuite};
use bigiron_sim::task::playbook::{TerminalDriver, run};
use bigiron_sim::task::prove::arguments;
use std::hint::black_box;
use tn3270::terminal::{Key, Response, Terminal};

/// One act of an operator.
enum Act {
    Press(Key),
    Wait(u64),
}

/// The run of an oracle.
pub(super) struct Trace {
    /// The session before the first act.
    opening: Session,
    acts: Vec<Act>,
    /// The number of keys that sent something to the host.
    pub(super) sent: usize,
}

impl Trace {
    /// Runs the oracle of a task of one system, with seed 0 and every wart on. None if the task cannot begin or has several systems.
    pub(super) fn of(suite: &TaskSuite, task: &Task) -> Option<Trace> {
        let start = suite.start(&task.id, 0).ok()?;
        if start.regions().len() > 1 {
            return None;
        }
        let setup = start.setup(0, 0, &Warts::All);
        let opening = Session::open_in(start.region(), &setup, &mut ());
        let mut tracer = Tracer {
            session: opening.clone(),
            trace: Trace {
                opening,
                acts: Vec::new(),
                sent: 0,
            },
        };
        let oracle = suite.playbooks.get(task.oracle)?;
        let values = arguments(oracle, &start);
        // A wart may stop the oracle before its end; the acts up to there are work all the same.
        let _ = run(oracle, &values, &mut tracer);
        Some(tracer.trace)
    }

    /// Does it again, on a fork of the first session.
    pub(super) fn replay(&self) {
        let mut session = self.opening.clone();
        for act in &self.acts {
            match act {
                Act::Press(key) => drop(black_box(session.press(*key, &mut ()))),
                Act::Wait(by) => session.wait(*by, &mut ()),
            }
        }
    }
}

/// A session that notes what a playbook does in it.
struct Tracer {
    session: Session,
    trace: Trace,
}

impl TerminalDriver for Tracer {
    fn press_at(&mut self, _at: usize, key: Key) -> Result<(), Ending> {
        self.trace.acts.push(Act::Press(key));
        let response = self.session.press(key, &mut ());
        self.trace.sent += usize::from(matches!(response, Response::Inbound(_)));
        Ok(())
    }

    fn wait_at(&mut self, _at: usize, by: u64) -> Result<(), Ending> {
        self.trace.acts.push(Act::Wait(by));
        self.session.wait(by, &mut ());
        Ok(())
    }

    fn terminal_at(&self, _at: usize) -> &Terminal {
        self.session.terminal()
    }
}
