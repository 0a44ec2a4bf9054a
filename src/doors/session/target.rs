//! What scripts, programs and people work at: a terminal with its host, task and time.

use std::future::Future;

use super::foreign_host::ForeignHost;
use super::outcome::GradeSummary;
use super::progress::Wait;
use bigiron_sim::session::Millis;
use bigiron_sim::task::ending::Ending;
use bigiron_sim::task::model::Budget;
use bigiron_sim::task::status::TaskStatus;
use tn3270::terminal::{Key, Response, Terminal, TerminalOptions};

/// What a script drives: a terminal and the way to its host.
pub trait ScriptTarget {
    /// The terminal as it is now.
    fn terminal(&self) -> &Terminal;
    /// Changes how the terminal is set up.
    fn set_options(&mut self, options: TerminalOptions);
    /// Presses a key; what it sends goes to the host.
    fn press(&mut self, key: Key) -> Response;
    /// Virtual time in milliseconds.
    fn now(&self) -> u64;
    /// How many times the host has written so far.
    fn writes(&self) -> u64;
    /// The host's name while it is connected.
    fn host(&self) -> Option<&str>;
    /// The systems that there are terminals at.
    fn systems(&self) -> Vec<&str> {
        self.host().into_iter().collect()
    }
    /// Turns to the terminal at another system; false if there is none.
    fn turn_to(&mut self, system: &str) -> bool {
        self.host() == Some(system)
    }
    /// What is to be done, in words, if the session was opened for a task.
    fn goal(&self) -> Option<&str> {
        None
    }
    /// What the task leaves to use up, if the session was opened for one.
    fn left(&self) -> Option<Budget> {
        None
    }
    /// The status of the task, if the session was opened for one.
    fn task_status(&self) -> Option<TaskStatus<'_>> {
        None
    }
    /// Keeps an answer for when the work is over; blank: none. The error says why it will not be read; it is kept all the same.
    fn keep_answer(&mut self, _answer: &str) -> Result<(), String> {
        Err("no answer is asked for".into())
    }
    /// Ends the attempt, with this answer or else the one that was kept; gives a summary of the grade if the client may see it.
    /// What is done too late has spent the budget, and an answer counts only if the attempt is done.
    fn finish(&mut self, _answer: Option<&str>, _ending: Ending) -> Option<GradeSummary> {
        None
    }
    /// The connection to a foreign host; none in a session of a served system, which keeps its host.
    fn foreign_host(&self) -> Option<&dyn ForeignHost> {
        None
    }
    /// As [`ScriptTarget::foreign_host`], to change it.
    fn foreign_host_mut(&mut self) -> Option<&mut dyn ForeignHost> {
        None
    }
}

/// What a dialogue is about: a terminal, and the time that passes at it. Breaking a wait off loses nothing.
pub trait DialogueTarget: ScriptTarget {
    /// Waits, for a step that is blocked, until the host has done something or the step's moment has come. Gives false if what
    /// it waits for will not come, or not before `limit`.
    fn wait(&mut self, wait: Wait, limit: Millis) -> impl Future<Output = bool>;
    /// Waits between two lines until the host has done something.
    fn idle(&mut self) -> impl Future<Output = ()>;
    /// Lets everything happen that is due by now.
    fn catch_up(&mut self);
    /// Whether the session has been stopped.
    fn is_stopped(&self) -> bool {
        false
    }
}
