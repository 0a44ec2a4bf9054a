//! `bigiron bench`: how fast it is on this machine.

mod gym;
mod load;
mod worlds;

use super::args::{BenchArgs, BenchCommand};
use super::{CommandOutcome, Error};
use serde::Serialize;
use std::io::{self, Write};
use std::time::{Duration, Instant};

/// One measured figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Figure {
    /// What was measured.
    name: String,
    /// The figure; of times the median.
    value: f64,
    /// Of times: what 99 of 100 stay below.
    #[serde(skip_serializing_if = "Option::is_none")]
    p99: Option<f64>,
    /// `a second`, `us` or `bytes`.
    unit: &'static str,
}

/// Runs one of the benchmarks.
pub fn run(args: BenchArgs) -> Result<CommandOutcome, Error> {
    match args.what {
        Some(BenchCommand::Serve(args)) => load::serve(args),
        Some(BenchCommand::Soak(args)) => load::soak(args),
        None => {
            let bench = gym::Bench::new(&args.gym)?;
            // First, so that an interpreter without the package is told of at once.
            let python = args.gym.python.iter();
            let python = python.map(|path| worlds::python(path, bench.id(), args.gym.seconds));
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
        let number = match figure.unit {
            "us" => format!("{:.2}", figure.value),
            _ => grouped(figure.value),
        };
        write!(out, "{:<52} {number:>14} {}", figure.name, figure.unit)?;
        match figure.p99 {
            Some(p99) => writeln!(out, ", p99 {p99:.2}")?,
            None => writeln!(out)?,
        }
    }
    Ok(())
}

/// The shortest that the work takes, over and over for a time, in seconds. Other work on the machine can only make it longer.
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

fn quantiles(name: &str, mut times: Vec<Duration>) -> Figure {
    times.sort_unstable();
    let at = |share: usize| {
        let place = times.len().saturating_sub(1) * share / 100;
        times
            .get(place)
            .map_or(0.0, |time| time.as_secs_f64() * 1e6)
    };
    Figure {
        name: name.to_owned(),
        value: at(50),
        p99: Some(at(99)),
        unit: "us",
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

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_are_set_apart() {
        let numbers = [0.4, 999.0, 1000.0, 1234567.0];
        assert_eq!(numbers.map(grouped), ["0", "999", "1 000", "1 234 567"]);
    }
}
