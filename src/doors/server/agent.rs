//! Programs that are started to work at a task: over their own standard input and output, at a terminal, or with an address to
//! connect to.
//!
//! Whatever a program does, the run comes to a grade: one that dies, hangs, floods or talks nonsense is at fault itself.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::pty::Pty;
use super::serve;
use crate::doors::people::vt;
use crate::doors::people::vt::window::ClientWindow;
use crate::doors::programs::json::Json;
use crate::doors::session::address::ListenAddress;
use crate::doors::session::clock::Clock;
use crate::doors::session::dialogue::talk;
use crate::doors::session::lines::Lines;
use crate::doors::session::operator_session::OperatorSession;
use crate::doors::session::recorder::Recorder;
use crate::doors::session::served_system::{Opening, ServedSystem};
use crate::doors::session::service::{Door, Service};
use crate::doors::session::target::ScriptTarget;
use bigiron_sim::host::Warts;
use bigiron_sim::session::Setup;
use bigiron_sim::task::ending::Ending;
use bigiron_sim::task::grade::Grade;
use bigiron_sim::task::start::Start;

/// The most bytes that a program may say in one run.
const MAX_SAID: u64 = 64 << 20;

/// The most bytes that are kept of what a program complains of.
const MAX_COMPLAINT: u64 = 64 << 10;

/// How long a program may take to end once it has nothing to say any more.
const GRACE: Duration = Duration::from_secs(2);

/// A program that is to work at tasks.
#[derive(Debug, Clone)]
pub struct Agent {
    /// What the shell is to run.
    pub command: String,
    /// How long a run may take in real time.
    pub timeout: Duration,
}

/// The result of a run.
#[derive(Debug, Clone)]
pub struct AgentRun {
    /// The grade.
    pub grade: Grade,
    /// Keys pressed; 0 if only what the terminal sent is known.
    pub keys: u32,
    /// Virtual milliseconds passed.
    pub time: u64,
}

/// A run of a program that speaks the JSON door on its standard output and hears it on its standard input. Its sessions are
/// recorded by `logs`, in the order of the task's systems.
pub async fn by_json(
    start: &Arc<Start>,
    seed: u64,
    warts: &Warts,
    agent: &Agent,
    logs: impl IntoIterator<Item = Box<dyn Recorder>>,
) -> AgentRun {
    let mut station = open_session(start, seed, warts, logs);
    let fault = match spawn(
        agent,
        &[("BIGIRON_DOOR", Door::Json.name())],
        Stdio::piped(),
        Stdio::piped(),
    ) {
        Ok(child) => converse(child, agent, &mut station).await,
        Err(error) => Some(Ending::EnvironmentFault(error.to_string())),
    };
    finish(start, station, fault)
}

/// A run of a program at a terminal of [`WINDOW`]'s size: its standard input and output are a pty, on which it reads an ANSI
/// screen and types VT keys. The pty's name is in `BIGIRON_PTY`, the goal in `BIGIRON_GOAL`. The work is done when the program
/// leaves by Ctrl-Q, or ends with success; its answer is what it entered. `logs` is as for [`by_json`].
pub async fn by_pty(
    start: &Arc<Start>,
    seed: u64,
    warts: &Warts,
    agent: &Agent,
    logs: impl IntoIterator<Item = Box<dyn Recorder>>,
) -> AgentRun {
    let mut station = open_session(start, seed, warts, logs);
    let ended = match at_terminal(agent, start.goal()) {
        Ok((child, pty)) => attend(child, pty, agent, &mut station).await,
        Err(error) => Err(Ending::EnvironmentFault(error.to_string())),
    };
    if ended.is_ok() {
        station.leave();
    }
    finish(start, station, ended.err())
}

/// The window of an agent's terminal, rows and columns: room for a goal above a screen of model 2.
pub const WINDOW: (u16, u16) = (40, 100);

/// Starts a program at a terminal.
fn at_terminal(agent: &Agent, goal: &str) -> io::Result<(Child, Pty)> {
    let (pty, far) = Pty::open(WINDOW)?;
    let (rows, columns) = (WINDOW.0.to_string(), WINDOW.1.to_string());
    let given = [
        ("BIGIRON_DOOR", "pty"),
        ("BIGIRON_PTY", far.name.as_str()),
        ("BIGIRON_GOAL", goal),
        ("TERM", "xterm-256color"),
        ("LINES", rows.as_str()),
        ("COLUMNS", columns.as_str()),
    ];
    let input = Stdio::from(far.device.try_clone()?);
    let child = spawn(agent, &given, input, Stdio::from(far.device))?;
    Ok((child, pty))
}

/// Lets a program work at its terminal until it leaves, ends or is at fault: then how.
async fn attend(
    mut child: Child,
    pty: Pty,
    agent: &Agent,
    station: &mut OperatorSession,
) -> Result<(), Ending> {
    let pid = child.id();
    let complaint = child
        .stderr
        .take()
        .map(|pipe| tokio::spawn(last_line(pipe)));
    let (rows, columns) = WINDOW;
    let window = ClientWindow {
        rows,
        columns,
        color: true,
    };
    let talked = timeout(agent.timeout, vt::attend(pty, window, station)).await;
    let ended = timeout(GRACE, child.wait()).await;
    kill(pid).await;
    let fault = match (talked, ended) {
        _ if station.grade().is_some() => return Ok(()),
        (Err(_), _) => format!("it was not done after {} s", agent.timeout.as_secs()),
        (Ok(Ok(())), Ok(Ok(status))) if status.success() && pressed(station) > 0 => return Ok(()),
        (Ok(Ok(())), Ok(Ok(status))) if status.success() => "it ended and pressed nothing".into(),
        (Ok(Ok(())), Ok(Ok(status))) => format!("it ended with {status}"),
        (Ok(Ok(())), _) => "it closed its terminal and did not end".into(),
        (Ok(Err(error)), _) => error.to_string(),
    };
    Err(at_fault(fault, complaint).await)
}

/// A station at a task, by the turn clock.
fn open_session(
    start: &Arc<Start>,
    seed: u64,
    warts: &Warts,
    logs: impl IntoIterator<Item = Box<dyn Recorder>>,
) -> OperatorSession {
    let setup = Setup {
        seed,
        warts: warts.clone(),
        task: Some(start.task().id.clone()),
        ..Setup::default()
    };
    let opening = Opening {
        region: start.region().clone(),
        start: Some(Arc::clone(start)),
    };
    OperatorSession::open(opening, &setup, Clock::Turn, logs)
}

/// What a run comes to whose program is done, or at fault.
fn finish(start: &Start, mut station: OperatorSession, fault: Option<Ending>) -> AgentRun {
    let now = station.now();
    let keys = pressed(&station);
    let grade = match (fault, station.grade()) {
        (_, Some(grade)) => grade.clone(),
        (fault, None) => {
            let nothing = || Ending::AgentFault("it submitted nothing".into());
            let ending = fault.unwrap_or_else(nothing);
            let grade = station.break_off(ending.clone()).cloned();
            grade.unwrap_or_else(|| start.grade_hosts(&[], now, None, &ending))
        }
    };
    station.end("disconnected");
    AgentRun {
        grade,
        keys,
        time: now,
    }
}

/// Keys pressed at all terminals of a task.
fn pressed(station: &OperatorSession) -> u32 {
    let status = station.task_status();
    status.map_or(0, |status| {
        status.budget.keys.saturating_sub(status.left.keys)
    })
}

/// A program's own fault, with what it complained of last.
async fn at_fault(fault: String, complaint: Option<tokio::task::JoinHandle<String>>) -> Ending {
    let complaint = match complaint {
        Some(line) => timeout(GRACE, line).await.ok().and_then(Result::ok),
        None => None,
    };
    Ending::AgentFault(match complaint.unwrap_or_default() {
        complaint if complaint.is_empty() => fault,
        complaint => format!("{fault}: {complaint}"),
    })
}

/// Talks with a program until the work is over or it is at fault: then how.
async fn converse(
    mut child: Child,
    agent: &Agent,
    station: &mut OperatorSession,
) -> Option<Ending> {
    let pid = child.id();
    let (Some(said), Some(heard)) = (child.stdout.take(), child.stdin.take()) else {
        return Some(Ending::EnvironmentFault("the program has no pipes".into()));
    };
    let complaint = child
        .stderr
        .take()
        .map(|pipe| tokio::spawn(last_line(pipe)));
    let lines = Lines::new(BufReader::new(said.take(MAX_SAID)));
    let talked = timeout(agent.timeout, talk(Json::default(), station, lines, heard)).await;
    let ended = timeout(GRACE, child.wait()).await;
    kill(pid).await;
    let fault = match (talked, ended) {
        (Err(_), _) => format!("it was not done after {} s", agent.timeout.as_secs()),
        (Ok(_), Ok(Ok(status))) => format!("it ended with {status} and submitted nothing"),
        (Ok(Err(error)), _) => error.to_string(),
        (Ok(Ok(_)), _) => "it said no more, or too much, and submitted nothing".to_owned(),
    };
    Some(at_fault(fault, complaint).await)
}

/// A run of a program that is given the address of a TN3270 server as `BIGIRON_TN3270` and the goal as `BIGIRON_GOAL`. It may
/// connect once; when it ends with success its work is done, and the last line it wrote is its answer. `record` begins the
/// recording, which holds all there is to grade.
pub async fn by_tn3270(
    world: ServedSystem,
    setup: Setup,
    goal: &str,
    agent: &Agent,
    record: impl Fn() -> io::Result<Box<dyn Recorder>> + Send + Sync + 'static,
) -> Result<Option<String>, Ending> {
    let broken = |error: String| Ending::EnvironmentFault(error);
    let address = ListenAddress::parse("127.0.0.1:0").map_err(|e| broken(e.to_string()))?;
    let listener = address.bind(false).await;
    let listener = listener.map_err(|error| broken(error.to_string()))?;
    let address = listener.address().map_err(|e| broken(e.to_string()))?;
    let service = Service {
        setup,
        same_seed: true,
        record: Arc::new(move |_, _, _, _| record()),
        ..Service::new(vec![world])
    };
    let (stop, stopped) = oneshot::channel::<()>();
    let listeners = vec![(Door::Tn3270, listener)];
    let serving = tokio::spawn(serve(Arc::new(service), listeners, async {
        let _ = stopped.await;
    }));
    let address = address.to_string();
    let given = [
        ("BIGIRON_DOOR", Door::Tn3270.name()),
        ("BIGIRON_TN3270", address.as_str()),
        ("BIGIRON_GOAL", goal),
    ];
    let ended = match spawn(agent, &given, Stdio::null(), Stdio::piped()) {
        Ok(child) => finished(child, agent).await,
        Err(error) => Err(broken(error.to_string())),
    };
    // The server may have ended by itself already.
    let _ = stop.send(());
    let _ = serving.await;
    ended
}

/// Waits for a program to end: the last line that it wrote.
async fn finished(mut child: Child, agent: &Agent) -> Result<Option<String>, Ending> {
    let pid = child.id();
    let said = child
        .stdout
        .take()
        .map(|pipe| tokio::spawn(last_line(pipe)));
    let complaint = child
        .stderr
        .take()
        .map(|pipe| tokio::spawn(last_line(pipe)));
    let ended: Result<io::Result<ExitStatus>, _> = timeout(agent.timeout, child.wait()).await;
    kill(pid).await;
    let line = |reader: Option<tokio::task::JoinHandle<String>>| async {
        match reader {
            Some(reader) => timeout(GRACE, reader).await.ok().and_then(Result::ok),
            None => None,
        }
    };
    match ended {
        Ok(Ok(status)) if status.success() => Ok(line(said).await.filter(|said| !said.is_empty())),
        Ok(Ok(status)) => {
            let complaint = line(complaint).await.unwrap_or_default();
            Err(Ending::AgentFault(format!(
                "it ended with {status}: {complaint}"
            )))
        }
        Ok(Err(error)) => Err(Ending::EnvironmentFault(error.to_string())),
        Err(_) => {
            let seconds = agent.timeout.as_secs();
            Err(Ending::AgentFault(format!(
                "it was not done after {seconds} s"
            )))
        }
    }
}

/// Starts a program in a process group of its own.
fn spawn(agent: &Agent, given: &[(&str, &str)], input: Stdio, output: Stdio) -> io::Result<Child> {
    let mut command = Command::new("sh");
    command.arg("-c").arg(&agent.command);
    command.envs(given.iter().copied());
    command.stdin(input).stdout(output).stderr(Stdio::piped());
    command.process_group(0).kill_on_drop(true);
    command.spawn()
}

/// Ends a program with all that it has started.
async fn kill(group: Option<u32>) {
    let Some(group) = group else { return };
    let mut command = Command::new("kill");
    command.args(["-9", "--", &format!("-{group}")]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    // A group that has ended is gone already.
    let _ = command.status().await;
}

/// The last line of the first bytes of a pipe; the rest is read and dropped, so that the writer does not block.
async fn last_line(mut pipe: impl tokio::io::AsyncRead + Unpin) -> String {
    let mut kept = Vec::new();
    // What cannot be read any more was not said.
    let _ = (&mut pipe).take(MAX_COMPLAINT).read_to_end(&mut kept).await;
    let _ = tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await;
    let text = String::from_utf8_lossy(&kept);
    let mut lines = text.lines().rev().map(str::trim);
    lines.find(|line| !line.is_empty()).unwrap_or("").to_owned()
}
