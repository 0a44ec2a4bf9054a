//! `bigiron serve`: sockets that lead to sessions.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use super::args::{Clock, ServeArgs};
use super::{Error, Outcome, courses, opening};
use crate::doors::address::{Address, Listener};
use crate::doors::service::{Door, Record, Service, serve};
use crate::doors::station::Recorder;
use crate::doors::world::World;

/// How long a TN3270 client may take to agree on a terminal.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs the servers until a signal ends them.
pub fn run(args: ServeArgs) -> Result<Outcome, Error> {
    let addresses = addresses(&args)?;
    let names = args.systems.iter();
    let task = args.options.task.as_deref();
    if task.is_some() && args.systems.len() > 1 {
        return Err(Error::usage(
            "--task belongs to one system, and several are served",
        ));
    }
    let worlds = names
        .map(|name| match (task, args.http.is_empty()) {
            // Trainers ask for tasks when they come.
            (None, false) => Ok(courses::load(name)?.into()),
            _ => opening::world(name, task),
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let setup = opening::setup(&args.options, Clock::Live, worlds.iter().map(World::system))?;
    let service = Service {
        worlds,
        setup,
        same_seed: args.same_seed,
        speed: args.options.speed,
        tells_grade: args.tell_grade,
        patience: PATIENCE,
        record: recordings(args.options.record)?,
        report: Arc::new(|message| eprintln!("{message}")),
    };
    let runtime = super::runtime()?;
    runtime.block_on(async {
        let mut doors = Vec::new();
        for (door, address) in addresses {
            doors.push((door, listen(&address, args.public).await?));
        }
        announce(&doors)?;
        let (mut interrupt, mut terminate) = (
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
        );
        let shutdown = async {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        };
        serve(service, doors, shutdown).await;
        Ok(Outcome::Done)
    })
}

fn addresses(args: &ServeArgs) -> Result<Vec<(Door, Address)>, Error> {
    let doors = [
        (Door::Tn3270, &args.tn3270),
        (Door::Script, &args.script),
        (Door::Json, &args.json),
        (Door::Http, &args.http),
    ];
    let texts = doors
        .into_iter()
        .flat_map(|(door, texts)| texts.iter().map(move |text| (door, text)));
    let addresses = texts
        .map(|(door, text)| Ok((door, Address::parse(text)?)))
        .collect::<Result<Vec<_>, crate::doors::address::AddressError>>()
        .map_err(|error| Error::usage(error.to_string()))?;
    match addresses.is_empty() {
        true => Err(Error::usage("nothing to listen on")
            .hint("give --tn3270, --json, --script or --http with an address")),
        false => Ok(addresses),
    }
}

async fn listen(address: &Address, public: bool) -> Result<Listener, Error> {
    let bound = address.bind(public).await;
    bound.map_err(|error| Error::input(error.to_string()))
}

/// Tells where the doors are, a line each: `tn3270 127.0.0.1:3270`.
fn announce(doors: &[(Door, Listener)]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for (door, listener) in doors {
        writeln!(out, "{} {}", door.name(), listener.address()?)?;
    }
    out.flush()
}

/// Recordings go into a folder, a file for each connection; without one, nothing is recorded.
pub(super) fn recordings(folder: Option<PathBuf>) -> Result<Record, Error> {
    let Some(folder) = folder else {
        return Ok(Arc::new(|_, _, _, _| Ok(Box::new(()) as Box<dyn Recorder>)));
    };
    fs::create_dir_all(&folder).map_err(|cause| {
        Error::input(format!("cannot record into {}", folder.display())).because(&cause)
    })?;
    Ok(Arc::new(move |system, door, number, setup| {
        let header = opening::header(system, door.name(), setup);
        let name = format!("{}-{}-{number:06}.jsonl", system.id, door.name());
        let writer = opening::record(&folder.join(&name), &header).map_err(|error| {
            io::Error::new(error.kind(), format!("cannot record to {name}: {error}"))
        })?;
        Ok(Box::new(writer) as Box<dyn Recorder>)
    }))
}
