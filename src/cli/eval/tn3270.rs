//! A run of an agent that is given the address of a TN3270 server. Its terminal is its own, so the run is graded by executing its
//! recording again.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::cli::{Error, opening};
use crate::doors::server::agent::{self, Agent, AgentRun};
use crate::doors::session::recorder::Recorder;
use bigiron_sim::recording::verify::execute;
use bigiron_sim::recording::{Recording, RecordingHeader, Writer};
use bigiron_sim::session::{Log, Millis, SessionEvent, Setup};
use bigiron_sim::task::ending::Ending;
use bigiron_sim::task::model::TaskSuite;
use bigiron_sim::task::start::Start;

/// Runs the agent, with the recording in this file, and grades it.
pub(super) async fn run(
    suite: &TaskSuite,
    start: &Start,
    setup: Setup,
    agent: &Agent,
    path: &Path,
) -> Result<AgentRun, Error> {
    let header = opening::header(suite.system(), "tn3270", &setup);
    let recording = SharedRecording::default();
    let record = {
        let (path, recording) = (path.to_owned(), recording.clone());
        move || recording.begin(&path, &header)
    };
    let ended = agent::by_tn3270(suite.clone().into(), setup, start.goal(), agent, record).await;
    recording.close(ended.as_ref().ok())?;
    let (answer, ending) = match ended {
        Ok(answer) => (answer, Ending::Done),
        Err(ending) => (None, ending),
    };
    graded(start, path, answer.as_deref(), ending)
}

/// The grade of a recorded run. A run without a recording never connected.
fn graded(
    start: &Start,
    path: &Path,
    answer: Option<&str>,
    mut ending: Ending,
) -> Result<AgentRun, Error> {
    let Ok(bytes) = fs::read(path) else {
        if ending == Ending::Done {
            ending = Ending::AgentFault("it never connected".into());
        }
        return Ok(AgentRun {
            grade: start.grade_hosts(&[], 0, None, &ending),
            keys: 0,
            time: 0,
        });
    };
    let (recording, _) = Recording::parse(&bytes).map_err(|cause| {
        Error::input(format!("{} cannot be read", path.display())).because(&cause)
    })?;
    let (_, host, now) = execute(&recording, start.region());
    if now > start.task().budget.time && ending == Ending::Done {
        ending = Ending::BudgetSpent;
    }
    Ok(AgentRun {
        grade: start.grade_host(&host, now, answer, &ending),
        keys: 0,
        time: now,
    })
}

/// A recording that is closed after its session: the answer is known only when the agent has ended.
struct DeferredRecording {
    writer: Writer<File>,
    /// When the session ended, and why.
    end: Option<(Millis, String)>,
}

impl DeferredRecording {
    /// Writes the answer, if the agent submitted, and the end.
    fn close(mut self, submitted: Option<&Option<String>>) -> Result<(), Error> {
        if let Some((at, reason)) = self.end {
            if let Some(answer) = submitted {
                self.writer.answer(at, answer.as_deref());
            }
            self.writer.end(at, &reason);
        }
        match self.writer.take_error() {
            None => Ok(()),
            Some(cause) => Err(Error::input("a run cannot be recorded").because(&cause)),
        }
    }
}

/// A deferred recording, once it has begun, shared by the session and by the run that closes it.
#[derive(Clone, Default)]
struct SharedRecording(Arc<Mutex<Option<DeferredRecording>>>);

impl SharedRecording {
    fn lock(&self) -> MutexGuard<'_, Option<DeferredRecording>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins the recording in a new file: one connection is one run, and a second one is refused.
    fn begin(&self, path: &Path, header: &RecordingHeader) -> io::Result<Box<dyn Recorder>> {
        let writer = Writer::new(File::create_new(path)?, header);
        *self.lock() = Some(DeferredRecording { writer, end: None });
        Ok(Box::new(self.clone()))
    }

    fn close(&self, submitted: Option<&Option<String>>) -> Result<(), Error> {
        match self.lock().take() {
            Some(recording) => recording.close(submitted),
            None => Ok(()),
        }
    }
}

impl Log for SharedRecording {
    fn event(&mut self, at: Millis, event: SessionEvent<'_>) {
        if let Some(recording) = &mut *self.lock() {
            recording.writer.event(at, event);
        }
    }
}

impl Recorder for SharedRecording {
    fn answer(&mut self, at: Millis, answer: Option<&str>) {
        if let Some(recording) = &mut *self.lock() {
            recording.writer.answer(at, answer);
        }
    }

    fn end(&mut self, at: Millis, reason: &str) {
        if let Some(recording) = &mut *self.lock() {
            recording.end = Some((at, reason.to_owned()));
        }
    }

    fn take_error(&mut self) -> Option<io::Error> {
        self.lock().as_mut()?.writer.take_error()
    }
}
