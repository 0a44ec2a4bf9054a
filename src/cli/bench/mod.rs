//! `bigiron bench`: measures speed and memory on this machine.

mod buffers;
mod gym;
mod host;
mod python;
mod serve;
mod soak;
mod trace;
mod worlds;

use super::args::{BenchArgs, BenchCommand};
use super::{CommandOutcome, Error};
use serde::{Serialize, Serializer};
use std::io::{self, Write};
use std::time::{Duration, Instant};

/// One measured figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Figure {
    /// What was measured.
    name: String,
    /// The figure; of times the median.
    value: f64,
    /// Of times: the 99th percentile.
    #[serde(skip_serializing_if = "Option::is_none")]
    p99: Option<f64>,
    unit: Unit,
}

/// The unit of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    PerSecond,
    Micros,
    Bytes,
}

impl Unit {
    /// Its name, in JSON and behind a printed figure.
    fn name(self) -> &'static str {
        match self {
            Unit::PerSecond => "a second",
            Unit::Micros => "us",
            Unit::Bytes => "bytes",
        }
    }

    fn format(self, value: f64) -> String {
        match self {
            Unit::Micros => format!("{value:.2}"),
            Unit::PerSecond | Unit::Bytes => grouped(value),
        }
    }
}

impl Serialize for Unit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Runs one of the benchmarks.
pub fn run(args: BenchArgs) -> Result<CommandOutcome, Error> {
    match args.what {
        Some(BenchCommand::Serve(args)) => serve::run(args),
        Some(BenchCommand::Soak(args)) => soak::run(args),
        None => {
            let bench = gym::Bench::new(&args.gym)?;
            // First, so that an interpreter without the package fails before anything is measured.
            let python = args.gym.python.iter();
            let python = python.map(|path| python::figures(path, bench.id(), args.gym.seconds));
            let python = python.collect::<Result<Vec<_>, _>>()?;
            let mut figures = bench.measure(&args.gym)?;
            figures.extend(python.into_iter().flatten());
            print(&figures, args.gym.json)?;
            Ok(CommandOutcome::Done)
        }
    }
}

fn print(figures: &[Figure], json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if json {
        let text = serde_json::json!({ "figures": figures });
        return writeln!(out, "{text}");
    }
    for figure in figures {
        let (number, unit) = (figure.unit.format(figure.value), figure.unit.name());
        write!(out, "{:<52} {number:>14} {unit}", figure.name)?;
        match figure.p99 {
            Some(p99) => writeln!(out, ", p99 {p99:.2}")?,
            None => writeln!(out)?,
        }
    }
    Ok(())
}

/// The shortest time that the work takes, repeated for so long, in seconds. Other work on the machine can only lengthen it.
fn shortest(time: Duration, mut work: impl FnMut()) -> f64 {
    let begin = Instant::now();
    let mut shortest = f64::MAX;
    while begin.elapsed() < time {
        let start = Instant::now();
        work();
        shortest = shortest.min(start.elapsed().as_secs_f64());
    }
    shortest
}

/// The median and the 99th percentile of these times.
fn quantiles(name: &str, mut times: Vec<Duration>) -> Figure {
    times.sort_unstable();
    let at = |share: usize| {
        let index = times.len().saturating_sub(1) * share / 100;
        times
            .get(index)
            .map_or(0.0, |time| time.as_secs_f64() * 1e6)
    };
    Figure {
        name: name.to_owned(),
        value: at(50),
        p99: Some(at(99)),
        unit: Unit::Micros,
    }
}

/// A whole number with blanks between thousands.
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n) % 3 == 0 {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// A runtime with one thread, for all clients of a benchmark: the rest of the machine is the host's.
fn client_runtime() -> Result<tokio::runtime::Runtime, Error> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    Ok(builder.enable_all().build()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        let numbers = [0.4, 999.0, 1000.0, 1234567.0];
        assert_eq!(numbers.map(grouped), ["0", "999", "1 000", "1 234 567"]);
    }
}
