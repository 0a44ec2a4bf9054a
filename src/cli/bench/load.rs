//! Servers under the load of many TN3270E clients.

use std::fs;
use std::io::{BufRead, BufReader, Write, stdout};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::cli::args::{BenchServeArgs, BenchSoakArgs, BenchTarget};
use crate::cli::{CommandOutcome, Error};
use crate::doors::client::load::{self, Load, LoadScript};
use tn3270::terminal::Key;

/// A host under load: one that was named, or a server of our own.
struct Host {
    address: String,
    server: Option<Child>,
    pid: Option<u32>,
}

impl Host {
    /// The host that was named; else a server that is started for it.
    fn begin(target: &BenchTarget, sessions: usize, same_seed: bool) -> Result<Host, Error> {
        if let Some(address) = &target.host {
            let (address, pid) = (address.clone(), target.pid);
            return Ok(Host {
                address,
                server: None,
                pid,
            });
        }
        let program = std::env::current_exe()?;
        let mut server = Command::new(program)
            .args(["serve", "dmv", "--tn3270", "127.0.0.1:0", "--clock", "turn"])
            .args(["--max-sessions", &(sessions + 16).to_string()])
            .args(same_seed.then_some("--same-seed"))
            .stdout(Stdio::piped())
            .spawn()?;
        let pid = Some(server.id());
        let mut line = String::new();
        if let Some(out) = server.stdout.take() {
            BufReader::new(out).read_line(&mut line)?;
        }
        let address = line
            .trim()
            .strip_prefix("tn3270 ")
            .unwrap_or_default()
            .to_owned();
        let host = Host {
            address,
            server: Some(server),
            pid,
        };
        match host.address.is_empty() {
            true => Err(Error::input("the server did not start")),
            false => Ok(host),
        }
    }

    /// A number of `/proc/PID/status`, where there is one.
    fn status(&self, name: &str) -> Option<u64> {
        let text = fs::read_to_string(format!("/proc/{}/status", self.pid?)).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim_start_matches(':')
            .split_whitespace()
            .next()?
            .parse()
            .ok()
    }

    /// Resident memory in KiB.
    fn memory(&self) -> Option<u64> {
        self.status("VmRSS")
    }

    /// Time on the processor so far, in microseconds: fields 14 and 15 of `/proc/PID/stat`, in hundredths of a second.
    fn processor(&self) -> Option<f64> {
        let text = fs::read_to_string(format!("/proc/{}/stat", self.pid?)).ok()?;
        let (_, fields) = text.rsplit_once(')')?;
        let mut fields = fields.split_whitespace().skip(11);
        let (user, system): (f64, f64) =
            (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        Some((user + system) * 10_000.0)
    }

    fn threads(&self) -> Option<u64> {
        self.status("Threads")
    }

    fn files(&self) -> Option<u64> {
        let open = fs::read_dir(format!("/proc/{}/fd", self.pid?)).ok()?;
        Some(open.count() as u64)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            // It may have gone already.
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

/// One thread for all clients: the rest of the machine is the host's.
fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    Ok(builder.enable_all().build()?)
}

fn keys(option: &str, text: &str) -> Result<Vec<Key>, Error> {
    Key::parse_line(text).map_err(|cause| Error::usage(format!("{option} {text}")).because(&cause))
}

/// Signs a terminal on and has it do the round once, to learn what is sent.
async fn rehearse(host: &Host, target: &BenchTarget) -> Result<Arc<LoadScript>, Error> {
    let (opening, round) = (
        keys("--sign-on", &target.sign_on)?,
        keys("--work", &target.work)?,
    );
    let work = load::rehearse(&host.address, &opening, &round).await;
    let work = work.map_err(|cause| unworked(host, &cause))?;
    match work.round.is_empty() {
        true => Err(Error::usage(
            "--work holds no key of attention, such as <enter>",
        )),
        false => Ok(Arc::new(work)),
    }
}

fn unworked(host: &Host, cause: &std::io::Error) -> Error {
    Error::input(format!("{} cannot be worked", host.address)).because(cause)
}

/// One line of the table.
#[derive(Debug, Serialize)]
struct Row {
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

/// Transactions a second and the time of answers, by how many clients there are.
pub fn serve(args: BenchServeArgs) -> Result<CommandOutcome, Error> {
    // Each client is a file.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let runtime = runtime()?;
    let mut out = stdout().lock();
    if !args.json {
        let titles = [
            "sessions",
            "tx/s",
            "p50 ms",
            "p95 ms",
            "p99 ms",
            "KiB/session",
            "us/tx",
        ];
        writeln!(out, "{}", line(titles.map(str::to_owned)))?;
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
    let widths = [9, 12, 9, 9, 9, 12, 8];
    let cells = cells
        .iter()
        .zip(widths)
        .map(|(cell, width)| format!("{cell:>width$}"));
    cells.collect()
}

impl Row {
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

async fn measure(args: &BenchServeArgs, sessions: usize) -> Result<Row, Error> {
    let host = Host::begin(&args.target, sessions, args.same_seed)?;
    let work = rehearse(&host, &args.target).await?;
    let before = host.memory();
    let failed = |cause: std::io::Error| unworked(&host, &cause);
    let mut clients = load::sign_on(&host.address, &work, sessions)
        .await
        .map_err(failed)?;
    let load = Load {
        clients: sessions,
        time: Duration::from_secs_f64(args.seconds),
        rate: args.rate,
    };
    let began = host.processor();
    let figures = clients.run(&load).await.map_err(failed)?;
    let spent = host.processor().zip(began).map(|(end, began)| end - began);
    let grown = host
        .memory()
        .zip(before)
        .map(|(after, before)| after.saturating_sub(before));
    Ok(Row {
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

/// What a server holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
struct Holdings {
    memory_kib: Option<u64>,
    files: Option<u64>,
    threads: Option<u64>,
}

impl Holdings {
    fn of(host: &Host) -> Holdings {
        Holdings {
            memory_kib: host.memory(),
            files: host.files(),
            threads: host.threads(),
        }
    }
}

/// Sessions that come and go.
pub fn soak(args: BenchSoakArgs) -> Result<CommandOutcome, Error> {
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let runtime = runtime()?;
    runtime.block_on(async {
        // Those that have left are noticed a little later than others come.
        let host = Host::begin(&args.target, args.at_a_time * 8 + 256, false)?;
        let work = rehearse(&host, &args.target).await?;
        let visit = |sessions| load::come_and_go(&host.address, &work, sessions, args.at_a_time);
        let failed = |cause: std::io::Error| unworked(&host, &cause);
        // What the allocator keeps is there after the first few.
        visit(args.at_a_time.min(args.sessions))
            .await
            .map_err(failed)?;
        let before = settled(&host).await;
        let time = visit(args.sessions).await.map_err(failed)?;
        let after = settled(&host).await;
        let mut out = stdout().lock();
        let rate = args.sessions as f64 / time.as_secs_f64();
        if args.json {
            let told = serde_json::json!({
                "sessions": args.sessions, "seconds": time.as_secs_f64(), "per_second": rate,
                "before": before, "after": after,
            });
            writeln!(out, "{told}")?;
        } else {
            let number =
                |number: Option<u64>| number.map_or_else(|| "-".to_owned(), |n| n.to_string());
            writeln!(
                out,
                "{} sessions in {:.1} s, {rate:.0} a second",
                args.sessions,
                time.as_secs_f64()
            )?;
            writeln!(
                out,
                "{:>8} {:>12} {:>8} {:>8}",
                "", "memory KiB", "files", "threads"
            )?;
            for (name, held) in [("before", before), ("after", after)] {
                let (memory, files, threads) = (
                    number(held.memory_kib),
                    number(held.files),
                    number(held.threads),
                );
                writeln!(out, "{name:>8} {memory:>12} {files:>8} {threads:>8}")?;
            }
        }
        let left = after.files > before.files || after.threads > before.threads;
        Ok(if left {
            CommandOutcome::NotSo
        } else {
            CommandOutcome::Done
        })
    })
}

/// What the server holds once it has noticed that its clients have gone.
async fn settled(host: &Host) -> Holdings {
    let mut before = Holdings::of(host);
    for _ in 0..50 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let now = Holdings::of(host);
        if now.files == before.files {
            return now;
        }
        before = now;
    }
    before
}
