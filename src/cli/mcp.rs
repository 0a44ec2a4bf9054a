//! `bigiron mcp`: systems as tools of the Model Context Protocol, on stdin and stdout.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use tokio::io::{stdin, stdout};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;

use super::args::{ClockArg, LogForm, LogLevel, McpArgs};
use super::{CommandOutcome, Error, log, opening, suites, systems};
use crate::doors::programs::episodes::Episodes;
use crate::doors::programs::mcp;
use crate::doors::session::served_system::ServedSystem;
use crate::doors::session::service::{Door, Service};
use bigiron_sim::task::model::TaskSuite;

/// The idle time after which a session is closed: models think for minutes, and their users let them wait for longer.
const IDLE: Duration = Duration::from_secs(4 * 3600);

/// Serves the client on stdin and stdout until it leaves or a signal arrives.
pub fn run(args: McpArgs) -> Result<CommandOutcome, Error> {
    let systems = served_systems(&args)?;
    log::begin(LogForm::Text, LogLevel::Warn);
    let service = service(&args, systems)?;
    let permits = service.limits.connections;
    let episodes = Arc::new(Episodes::new(
        Arc::new(service),
        Door::Mcp,
        Arc::new(AtomicU64::new(0)),
        Arc::new(Semaphore::new(permits)),
        IDLE,
    ));
    let runtime = super::runtime()?;
    let served = runtime.block_on(serve(Arc::clone(&episodes)));
    episodes.close_all();
    // A read of stdin cannot be cancelled: after a signal the runtime leaves it behind.
    runtime.shutdown_background();
    served?;
    Ok(CommandOutcome::Done)
}

/// The service that the arguments describe.
fn service(args: &McpArgs, systems: Vec<ServedSystem>) -> Result<Service, Error> {
    let served = systems.iter().map(ServedSystem::system);
    let setup = opening::setup(&args.options, ClockArg::Turn, served)?;
    Ok(Service {
        setup,
        same_seed: args.same_seed,
        speed: args.options.speed,
        tells_grade: args.tell_grade,
        record: opening::recorder_factory(&args.options)?,
        report: Arc::new(log::notice),
        ..Service::new(systems)
    })
}

async fn serve(episodes: Arc<Episodes>) -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        served = mcp::serve(episodes, stdin(), stdout()) => served,
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    }
}

/// The systems with their tasks: those that are named, or all known ones; if a task is named, only those that have it.
fn served_systems(args: &McpArgs) -> Result<Vec<ServedSystem>, Error> {
    let mut loaded: Vec<TaskSuite> = Vec::new();
    if args.systems.is_empty() {
        for name in systems::names() {
            match suites::load(&name) {
                Ok(suite) => loaded.push(suite),
                Err(error) => eprintln!("{name} is skipped: {error}"),
            }
        }
    }
    for name in &args.systems {
        loaded.push(suites::load(name)?);
    }
    let Some(task) = &args.options.task else {
        return Ok(loaded.into_iter().map(ServedSystem::from).collect());
    };
    let known: Vec<String> = loaded
        .iter()
        .flat_map(|suite| suite.tasks.iter().map(|task| task.id.clone()))
        .collect();
    loaded.retain(|suite| suite.task(task).is_some());
    match loaded.is_empty() {
        true => Err(Error::input(format!("no system here has a task {task}"))
            .near(task, known.iter().map(String::as_str))
            .hint("bigiron list tasks names them")),
        false => Ok(loaded.into_iter().map(ServedSystem::from).collect()),
    }
}
