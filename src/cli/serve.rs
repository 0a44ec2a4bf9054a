//! `bigiron serve`: sockets that lead to sessions.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use super::args::{ClockArg, ServeArgs};
use super::{CommandOutcome, Error, log, opening, suites};
use crate::doors::server::{ListenerConfig, serve};
use crate::doors::session::address::ListenAddress;
use crate::doors::session::logon::Logon;
use crate::doors::session::served_system::ServedSystem;
use crate::doors::session::service::lus::{Lu, Lus};
use crate::doors::session::service::{Door, NoticeLevel, ServerLimits, Service, Tls};
use crate::doors::session::tls;

/// Files that a server has open beside its connections and recordings.
const OTHER_FILES: u64 = 64;

/// Runs the servers until a signal ends them.
pub fn run(args: ServeArgs) -> Result<CommandOutcome, Error> {
    let sites = sites(&args)?;
    let task = args.options.task.as_deref();
    if task.is_some() && args.systems.len() > 1 {
        return Err(Error::usage(
            "--task belongs to one system, and several are served",
        ));
    }
    let worlds = worlds(&args.systems)?;
    check_task(&worlds, task)?;
    let lus = lus(&args)?;
    for logon in sites
        .iter()
        .map(|site| &site.logon)
        .chain(lus.iter().map(|lu| &lu.logon))
    {
        check_logon(logon, &worlds)?;
    }
    log::begin(args.log, args.log_level);
    let setup = opening::setup(
        &args.options,
        ClockArg::Live,
        worlds.iter().map(ServedSystem::system),
    )?;
    let recorded = args.options.record.is_some();
    let mut service = Service {
        setup,
        same_seed: args.same_seed,
        speed: args.options.speed,
        tells_grade: args.tell_grade,
        limits: limits(&args),
        lus: Arc::new(Lus::new(lus, args.open_lus)),
        tls: encryption(&args, &sites)?,
        record: opening::recorder_factory(&args.options)?,
        report: Arc::new(log::notice),
        ..Service::new(worlds)
    };
    fit_to_files(&mut service, recorded, args.max_sessions.is_some());
    let service = Arc::new(service);
    let runtime = super::runtime()?;
    runtime.block_on(async {
        let mut gates = Vec::new();
        for site in sites {
            gates.push(site.open(args.public).await?);
        }
        warn_of_public_gates(&service, &gates);
        let (mut interrupt, mut terminate, hangup) = (
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
        );
        announce(&gates)?;
        let shutdown = async {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                () = reloads(&service, args.systems, hangup) => {}
            }
        };
        serve(Arc::clone(&service), gates, shutdown).await;
        service.tell(NoticeLevel::Info, "stopped");
        Ok(CommandOutcome::Done)
    })
}

/// The systems of these names, with their tasks.
fn worlds(names: &[String]) -> Result<Vec<ServedSystem>, Error> {
    let mut worlds: Vec<ServedSystem> = Vec::new();
    for name in names {
        let world = ServedSystem::from(suites::load(name)?);
        let id = &world.system().id;
        if worlds.iter().any(|other| other.system().id == *id) {
            return Err(Error::usage(format!("{id} is given twice")));
        }
        worlds.push(world);
    }
    Ok(worlds)
}

fn check_task(worlds: &[ServedSystem], task: Option<&str>) -> Result<(), Error> {
    let (Some(world), Some(task)) = (worlds.first(), task) else {
        return Ok(());
    };
    let ids = || world.tasks().iter().map(|task| task.id.as_str());
    match ids().any(|known| known == task) {
        true => Ok(()),
        false => Err(
            Error::input(format!("{} has no task {task}", world.system().id))
                .near(task, ids())
                .hint("bigiron list tasks names them"),
        ),
    }
}

/// A logon that the operator gives must lead somewhere.
fn check_logon(logon: &Logon, worlds: &[ServedSystem]) -> Result<(), Error> {
    let ids = || worlds.iter().map(|world| world.system().id.as_str());
    let world = match &logon.system {
        None => worlds.first().filter(|_| worlds.len() == 1),
        Some(name) => {
            let found = worlds.iter().find(|world| world.system().id == *name);
            let unknown =
                || Error::usage(format!("{logon}: {name} is not served")).near(name, ids());
            Some(found.ok_or_else(unknown)?)
        }
    };
    match world {
        None if logon.task.is_some() || logon.warts.is_some() => Err(Error::usage(format!(
            "{logon}: a task and warts belong to one system, and several are served"
        ))),
        None => Ok(()),
        Some(world) => {
            check_task(std::slice::from_ref(world), logon.task.as_deref())?;
            let mut setup = bigiron_sim::session::Setup::default();
            logon
                .apply(&mut setup, world)
                .map_err(|cause| Error::usage(format!("{logon}")).because(&cause))
        }
    }
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
    let seconds = |seconds: u64| Duration::from_secs(seconds);
    ServerLimits {
        connections: args.max_sessions.unwrap_or(usual.connections),
        per_address: args.max_per_address.unwrap_or(usize::MAX),
        idle: Some(seconds(args.idle)).filter(|idle| !idle.is_zero()),
        ..usual
    }
}

/// Every connection needs a file, and one more if it is recorded. Where the machine lets fewer be open, fewer are let in.
fn fit_to_files(service: &mut Service, recorded: bool, asked: bool) {
    let Ok(open) = rlimit::increase_nofile_limit(u64::MAX) else {
        return;
    };
    let each = 1 + u64::from(recorded);
    let room = usize::try_from(open.saturating_sub(OTHER_FILES) / each).unwrap_or(usize::MAX);
    let wanted = service.limits.connections;
    if room < wanted {
        service.limits.connections = room.max(1);
        service.tell(
            if asked { NoticeLevel::Warning } else { NoticeLevel::Info },
            format!("this machine lets the server have {open} files open: at most {room} sessions, not {wanted}; raise the limit with ulimit -n"),
        );
    }
}

/// A door as the command line has it: `[L:][SYSTEM/TASK/SEED/WARTS@]ADDR`.
struct Site {
    door: Door,
    tls: bool,
    logon: Logon,
    address: ListenAddress,
}

impl Site {
    fn parse(door: Door, text: &str) -> Result<Site, Error> {
        let wrong = |cause: &dyn std::error::Error| Error::usage(text.to_owned()).because(cause);
        let (tls, rest) = match text.strip_prefix("L:") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        // A logon has no colon: an @ behind one belongs to a path.
        let (logon, address) = match rest.split_once('@') {
            Some((logon, address)) if !logon.contains(':') => {
                (logon.parse().map_err(|cause| wrong(&cause))?, address)
            }
            _ => (Logon::default(), rest),
        };
        let address =
            ListenAddress::parse(address).map_err(|cause| Error::usage(cause.to_string()))?;
        Ok(Site {
            door,
            tls,
            logon,
            address,
        })
    }

    async fn open(self, public: bool) -> Result<ListenerConfig, Error> {
        let bound = self.address.bind(public).await;
        Ok(ListenerConfig {
            listener: bound.map_err(|error| Error::input(error.to_string()))?,
            door: self.door,
            logon: self.logon,
            tls: self.tls,
        })
    }
}

fn sites(args: &ServeArgs) -> Result<Vec<Site>, Error> {
    let doors = [
        (Door::Tn3270, &args.tn3270),
        (Door::Script, &args.script),
        (Door::Json, &args.json),
        (Door::Vt, &args.vt),
        (Door::Http, &args.http),
        (Door::Control, &args.control),
    ];
    let texts = doors
        .into_iter()
        .flat_map(|(door, texts)| texts.iter().map(move |text| (door, text)));
    let sites = texts
        .map(|(door, text)| Site::parse(door, text))
        .collect::<Result<Vec<_>, Error>>()?;
    match sites.is_empty() {
        true => Err(Error::usage("nothing to listen on")
            .hint("give --tn3270, --vt, --json, --script or --http with an address")),
        false => Ok(sites),
    }
}

/// The certificate that was given, or one made on the spot if any is needed.
fn encryption(args: &ServeArgs, sites: &[Site]) -> Result<Option<Tls>, Error> {
    let unfit = |what: &str, cause: &tls::TlsError| Error::input(what.to_owned()).because(cause);
    let acceptor = match (&args.tls_cert, &args.tls_key) {
        (Some(certificate), Some(key)) => {
            let what = format!("{} and {}", certificate.display(), key.display());
            tls::acceptor(&read(certificate)?, &read(key)?).map_err(|cause| unfit(&what, &cause))?
        }
        _ if args.tls || args.tls_required || sites.iter().any(|site| site.tls) => {
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

/// Tells where the doors are, a line each: `tn3270 127.0.0.1:3270`.
fn announce(gates: &[ListenerConfig]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for gate in gates {
        writeln!(out, "{} {}", gate.door.name(), gate.listener.address()?)?;
    }
    out.flush()
}

/// Passwords that cross a network in the clear are worth a word.
fn warn_of_public_gates(service: &Service, gates: &[ListenerConfig]) {
    for gate in gates.iter().filter(|gate| gate.listener.is_public()) {
        let required = service.tls.as_ref().is_some_and(|tls| tls.required);
        if !(gate.tls || required && gate.door == Door::Tn3270) {
            let address = gate.listener.address();
            let address = address.map_or_else(|_| String::new(), |address| address.to_string());
            let door = gate.door.name();
            service.tell(
                NoticeLevel::Warning,
                format!("{door} {address}: other machines can reach it, and what is typed there may cross the network unencrypted; L:{address} has TLS"),
            );
        }
    }
}

/// Reads the definitions anew at each hangup, for sessions that are opened from then on. Those that have faults are reported, and
/// the ones before them stay.
async fn reloads(service: &Service, names: Vec<String>, mut hangup: tokio::signal::unix::Signal) {
    while hangup.recv().await.is_some() {
        let names = names.clone();
        let read = tokio::task::spawn_blocking(move || worlds(&names)).await;
        match read {
            Ok(Ok(worlds)) => {
                service.worlds.replace(worlds);
                service.metrics.reloads.up();
                service.tell(
                    NoticeLevel::Info,
                    "the definitions are read anew, for new sessions",
                );
            }
            Ok(Err(error)) => {
                service.metrics.reload_faults.up();
                service.tell(
                    NoticeLevel::Error,
                    format!("the definitions stay as they were: {error}"),
                );
            }
            Err(error) => service.tell(NoticeLevel::Error, error.to_string()),
        }
    }
    std::future::pending().await
}
