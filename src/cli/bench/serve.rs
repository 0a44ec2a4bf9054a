//! `bigiron bench serve`: a server under the load of many TN3270E clients.

use std::io::{Write, stdout};
use std::time::Duration;

use serde::Serialize;

use super::client_runtime;
use super::host::LoadedHost;
use crate::cli::args::BenchServeArgs;
use crate::cli::{CommandOutcome, Error};
use crate::doors::client::load::{self, Load};

/// The titles of the table and the widths of its columns.
const COLUMNS: [(&str, usize); 7] = [
    ("sessions", 9),
    ("tx/s", 12),
    ("p50 ms", 9),
    ("p95 ms", 9),
    ("p99 ms", 9),
    ("KiB/session", 12),
    ("us/tx", 8),
];

/// Prints transactions a second and response times, a row for each number of clients.
pub(super) fn run(args: BenchServeArgs) -> Result<CommandOutcome, Error> {
    // Each client is a file.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let runtime = client_runtime()?;
    let mut out = stdout().lock();
    if !args.json {
        writeln!(out, "{}", line(COLUMNS.map(|(title, _)| title.to_owned())))?;
    }
    for &sessions in &args.sessions {
        let row = runtime.block_on(measure(&args, sessions))?;
        match args.json {
            true => writeln!(out, "{}", serde_json::to_string(&row).unwrap_or_default())?,
            false => writeln!(out, "{}", row.line())?,
        }
        out.flush()?;
    }
    Ok(CommandOutcome::Done)
}

/// A line of the table.
fn line(cells: [String; 7]) -> String {
    let cells = cells.iter().zip(COLUMNS);
    let cells = cells.map(|(cell, (_, width))| format!("{cell:>width$}"));
    cells.collect()
}

/// A row of the table.
#[derive(Debug, Serialize)]
struct LoadRow {
    sessions: usize,
    transactions: usize,
    per_second: f64,
    p50_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    kib_per_session: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    processor_us: Option<f64>,
}

impl LoadRow {
    fn line(&self) -> String {
        let known = |number: Option<f64>| {
            number.map_or_else(|| "-".to_owned(), |number| format!("{number:.1}"))
        };
        line([
            self.sessions.to_string(),
            format!("{:.0}", self.per_second),
            format!("{:.2}", self.p50_ms),
            format!("{:.2}", self.p95_ms),
            format!("{:.2}", self.p99_ms),
            known(self.kib_per_session),
            known(self.processor_us),
        ])
    }
}

async fn measure(args: &BenchServeArgs, sessions: usize) -> Result<LoadRow, Error> {
    let host = LoadedHost::begin(&args.target, sessions, args.same_seed)?;
    let script = host.rehearse(&args.target).await?;
    let before = host.memory();
    let clients = load::sign_on(&host.address, &script, sessions).await;
    let mut clients = clients.map_err(|cause| host.unusable(cause))?;
    let load = Load {
        clients: sessions,
        time: Duration::from_secs_f64(args.seconds),
        rate: args.rate,
    };
    let began = host.processor();
    let figures = clients.run(&load).await;
    let figures = figures.map_err(|cause| host.unusable(cause))?;
    let spent = host.processor().zip(began).map(|(end, began)| end - began);
    let grown = host.memory().zip(before);
    let grown = grown.map(|(after, before)| after.saturating_sub(before));
    Ok(LoadRow {
        sessions,
        transactions: figures.micros.len(),
        per_second: figures.rate(),
        p50_ms: figures.percentile(0.50),
        p95_ms: figures.percentile(0.95),
        p99_ms: figures.percentile(0.99),
        kib_per_session: grown.map(|grown| grown as f64 / sessions as f64),
        processor_us: spent.map(|spent| spent / figures.micros.len().max(1) as f64),
    })
}
