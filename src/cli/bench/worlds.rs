//! Figures of large worlds and long sessions.

use super::{Figure, Unit, quantiles, shortest};
use bigiron_sim::host::Region;
use bigiron_sim::session::{Session, Setup};
use bigiron_sim::system::model::{Maker, System};
use bigiron_sim::system::value::RowKey;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tn3270::terminal;

/// Rows of the tables in which rows are looked up by their key.
const SIZES: [usize; 3] = [100, 10_000, 1_000_000];
/// The size at which sessions are forked.
const FORKED: usize = 10_000;
const FORKS: usize = 10_000;
/// How many different keys are looked up.
const KEYS: usize = 64;
/// Rounds of keys that are timed when a session begins, and again after `LONG` others.
const TIMED: usize = 1000;
const LONG: usize = 50_000;

/// Looks rows up by their key, and forks, in tables of different sizes.
pub(super) fn sizes(system: &Arc<System>, time: Duration) -> Vec<Figure> {
    let Some(table) = largest(system) else {
        return Vec::new();
    };
    let mut figures = Vec::new();
    for size in SIZES {
        let region = Region::new(&Arc::new(with_rows(system, table, size)), 0);
        figures.push(lookup(&region, table, time));
        if size == FORKED {
            let session = Session::open_in(&region, &Setup::default(), &mut ());
            let forks = (0..FORKS).map(|_| timed(|| drop(black_box(session.clone()))));
            let rows = region.tables()[table].len();
            let name = format!("fork, {rows} rows in a table");
            figures.push(quantiles(&name, forks.collect()));
        }
    }
    figures
}

/// The table with the most generated rows, of those whose keys do not come from another table.
fn largest(system: &System) -> Option<usize> {
    let made = |at: &usize| {
        let table = &system.tables[*at];
        let made = table.generate.as_ref()?;
        let mut of_key = made.columns.iter().filter(|(at, _)| table.key.contains(at));
        let endless = |maker: &Maker| matches!(maker, Maker::Pattern(_) | Maker::Count { .. });
        of_key
            .any(|(_, maker)| endless(maker))
            .then_some(made.count)
    };
    let tables = 0..system.tables.len();
    tables.filter(|at| made(at).is_some()).max_by_key(made)
}

/// The same system with so many generated rows in one table.
fn with_rows(system: &System, table: usize, count: usize) -> System {
    let mut system = system.clone();
    if let Some(made) = &mut system.tables[table].generate {
        made.count = count;
    }
    system
}

fn lookup(region: &Region, table: usize, time: Duration) -> Figure {
    let columns = &region.system().tables[table].key;
    let table = &region.tables()[table];
    let every = (table.len() / KEYS).max(1);
    let records = table.iter().step_by(every).take(KEYS);
    let keys: Vec<RowKey> = records.map(|record| record.key(columns)).collect();
    let took = shortest(time, || {
        for key in &keys {
            black_box(table.get(key).and_then(|record| record.cell(0)));
        }
    });
    Figure {
        name: format!("a row by its key, of {}", table.len()),
        value: took / keys.len().max(1) as f64 * 1e6,
        p99: None,
        unit: Unit::Micros,
    }
}

/// Times rounds of keys at the start of a session and after many others.
pub(super) fn lengths(region: &Region, keys: &[terminal::Key]) -> [Figure; 2] {
    let mut session = Session::open_in(region, &Setup::default(), &mut ());
    let mut rounds = |count: usize| -> Vec<Duration> {
        let mut round = || {
            timed(|| {
                keys.iter()
                    .for_each(|key| drop(session.press(*key, &mut ())))
            })
        };
        (0..count).map(|_| round()).collect()
    };
    let count = keys.len();
    let early = rounds(TIMED);
    rounds(LONG);
    let late = rounds(TIMED);
    [
        quantiles(&format!("{count} keys at the start of a session"), early),
        quantiles(&format!("{count} keys after {} others", LONG * count), late),
    ]
}

fn timed(work: impl FnOnce()) -> Duration {
    let begin = Instant::now();
    work();
    begin.elapsed()
}
