//! `bigiron serve`: opens doors that lead to sessions.

mod doors;
mod systems;

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::args::{ClockArg, ServeArgs};
use super::{CommandOutcome, Error, log, opening};
use crate::doors::server::{ListenerConfig, serve};
use crate::doors::session::served_system::ServedSystem;
use crate::doors::session::service::lus::{Lu, Lus};
use crate::doors::session::service::{Door, NoticeLevel, ServerLimits, Service, Tls};
use crate::doors::session::tls::{self, TlsError};
use doors::{DoorArg, door_args};

/// Files that a server has open beside its connections and recordings.
const OTHER_FILES: u64 = 64;

/// Runs the servers until a signal ends them.
pub fn run(args: ServeArgs) -> Result<CommandOutcome, Error> {
    let doors = door_args(&args)?;
    if args.options.task.is_some() && args.systems.len() > 1 {
        return Err(Error::usage(
            "--task belongs to one system, and several are served",
        ));
    }
    let systems = systems::load(&args.systems)?;
    let lus = lus(&args)?;
    let logons = doors.iter().map(|door| &door.logon);
    systems::check(
        &systems,
        &args,
        logons.chain(lus.iter().map(|lu| &lu.logon)),
    )?;
    log::begin(args.log, args.log_level);
    let service = service(&args, systems, lus, &doors)?;
    super::runtime()?.block_on(listen(Arc::new(service), args, doors))
}

/// The service that the arguments describe.
fn service(
    args: &ServeArgs,
    systems: Vec<ServedSystem>,
    lus: Vec<Lu>,
    doors: &[DoorArg],
) -> Result<Service, Error> {
    let served = systems.iter().map(ServedSystem::system);
    let setup = opening::setup(&args.options, ClockArg::Live, served)?;
    let mut service = Service {
        setup,
        same_seed: args.same_seed,
        speed: args.options.speed,
        tells_grade: args.tell_grade,
        limits: limits(args),
        lus: Arc::new(Lus::new(lus, args.open_lus)),
        tls: encryption(args, doors)?,
        record: opening::recorder_factory(&args.options)?,
        report: Arc::new(log::notice),
        ..Service::new(systems)
    };
    let recorded = args.options.record.is_some();
    fit_to_files(&mut service, recorded, args.max_sessions.is_some());
    Ok(service)
}

/// Opens the doors and serves until a signal.
async fn listen(
    service: Arc<Service>,
    args: ServeArgs,
    doors: Vec<DoorArg>,
) -> Result<CommandOutcome, Error> {
    let mut listeners = Vec::new();
    for door in doors {
        listeners.push(door.open(args.public).await?);
    }
    warn_of_public_doors(&service, &listeners);
    let (mut interrupt, mut terminate, hangup) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
        signal(SignalKind::hangup())?,
    );
    announce(&listeners)?;
    let shutdown = async {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            () = reloads(&service, args.systems, hangup) => {}
        }
    };
    serve(Arc::clone(&service), listeners, shutdown).await;
    service.tell(NoticeLevel::Info, "stopped");
    Ok(CommandOutcome::Done)
}

fn lus(args: &ServeArgs) -> Result<Vec<Lu>, Error> {
    let lus = args.lu.iter().map(|text| {
        text.parse::<Lu>()
            .map_err(|cause| Error::usage("--lu").because(&cause))
    });
    lus.collect()
}

fn limits(args: &ServeArgs) -> ServerLimits {
    let usual = ServerLimits::default();
    ServerLimits {
        connections: args.max_sessions.unwrap_or(usual.connections),
        per_address: args.max_per_address.unwrap_or(usize::MAX),
        idle: Some(Duration::from_secs(args.idle)).filter(|idle| !idle.is_zero()),
        ..usual
    }
}

/// Lowers the limit of sessions to the files that the machine lets the process open: each connection is one, and its recording
/// another. `asked` says that the limit was given by the operator.
fn fit_to_files(service: &mut Service, recorded: bool, asked: bool) {
    let Ok(open) = rlimit::increase_nofile_limit(u64::MAX) else {
        return;
    };
    let each = 1 + u64::from(recorded);
    let room = usize::try_from(open.saturating_sub(OTHER_FILES) / each).unwrap_or(usize::MAX);
    let wanted = service.limits.connections;
    if room < wanted {
        service.limits.connections = room.max(1);
        let level = match asked {
            true => NoticeLevel::Warning,
            false => NoticeLevel::Info,
        };
        service.tell(
            level,
            format!("the limit of {open} open files allows {room} sessions at most, not {wanted}; raise it with ulimit -n"),
        );
    }
}

/// The certificate that was given, or one that is made now if any is needed.
fn encryption(args: &ServeArgs, doors: &[DoorArg]) -> Result<Option<Tls>, Error> {
    let unfit = |what: &str, cause: &TlsError| Error::input(what.to_owned()).because(cause);
    let acceptor = match (&args.tls_cert, &args.tls_key) {
        (Some(certificate), Some(key)) => {
            let what = format!("{} and {}", certificate.display(), key.display());
            tls::acceptor(&read(certificate)?, &read(key)?).map_err(|cause| unfit(&what, &cause))?
        }
        _ if args.tls || args.tls_required || doors.iter().any(|door| door.tls) => {
            let names = ["localhost", "127.0.0.1", "::1"];
            tls::acceptor_made_here(&names).map_err(|cause| unfit("--tls", &cause))?
        }
        _ => return Ok(None),
    };
    Ok(Some(Tls {
        acceptor,
        required: args.tls_required,
    }))
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path)
        .map_err(|cause| Error::input(format!("cannot read {}", path.display())).because(&cause))
}

/// Prints the address of each door, a line each: `tn3270 127.0.0.1:3270`.
fn announce(listeners: &[ListenerConfig]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for config in listeners {
        writeln!(out, "{} {}", config.door.name(), config.listener.address()?)?;
    }
    out.flush()
}

/// Warns of doors at which passwords cross a network in clear text.
fn warn_of_public_doors(service: &Service, listeners: &[ListenerConfig]) {
    for config in listeners
        .iter()
        .filter(|config| config.listener.is_public())
    {
        let required = service.tls.as_ref().is_some_and(|tls| tls.required);
        if !(config.tls || required && config.door == Door::Tn3270) {
            let address = config.listener.address();
            let address = address.map_or_else(|_| String::new(), |address| address.to_string());
            let door = config.door.name();
            service.tell(
                NoticeLevel::Warning,
                format!("{door} {address}: other machines can reach it, and input may cross the network unencrypted; L:{address} uses TLS"),
            );
        }
    }
}

/// Reloads the definitions at each SIGHUP, for sessions that are opened from then on. Faults are reported, and the definitions
/// before them stay in use.
async fn reloads(service: &Service, names: Vec<String>, mut hangup: Signal) {
    while hangup.recv().await.is_some() {
        let names = names.clone();
        match tokio::task::spawn_blocking(move || systems::load(&names)).await {
            Ok(Ok(systems)) => {
                service.worlds.replace(systems);
                service.metrics.reloads.up();
                service.tell(
                    NoticeLevel::Info,
                    "the definitions are reloaded, for new sessions",
                );
            }
            Ok(Err(error)) => {
                service.metrics.reload_faults.up();
                service.tell(
                    NoticeLevel::Error,
                    format!("the definitions are unchanged: {error}"),
                );
            }
            Err(error) => service.tell(NoticeLevel::Error, error.to_string()),
        }
    }
    std::future::pending().await
}
