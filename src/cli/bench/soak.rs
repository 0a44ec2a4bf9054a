//! `bigiron bench soak`: sessions that come and go, and what they leave behind in the server.

use std::io::{Write, stdout};
use std::time::Duration;

use serde::Serialize;

use super::client_runtime;
use super::host::LoadedHost;
use crate::cli::args::BenchSoakArgs;
use crate::cli::{CommandOutcome, Error};
use crate::doors::client::load;

/// The resources that a server holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
struct ServerResources {
    memory_kib: Option<u64>,
    files: Option<u64>,
    threads: Option<u64>,
}

impl ServerResources {
    fn of(host: &LoadedHost) -> ServerResources {
        ServerResources {
            memory_kib: host.memory(),
            files: host.files(),
            threads: host.threads(),
        }
    }

    /// The resources once the server has noticed that its clients have gone.
    async fn settled(host: &LoadedHost) -> ServerResources {
        let mut before = ServerResources::of(host);
        for _ in 0..50 {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let now = ServerResources::of(host);
            if now.files == before.files {
                return now;
            }
            before = now;
        }
        before
    }

    /// A line of the table.
    fn line(&self, name: &str) -> String {
        let number = |number: Option<u64>| number.map_or_else(|| "-".to_owned(), |n| n.to_string());
        let memory = number(self.memory_kib);
        let (files, threads) = (number(self.files), number(self.threads));
        format!("{name:>8} {memory:>12} {files:>8} {threads:>8}")
    }
}

/// The result of a soak.
struct Soak {
    time: Duration,
    before: ServerResources,
    after: ServerResources,
}

/// Runs the sessions, and compares the resources of the server before and after.
pub(super) fn run(args: BenchSoakArgs) -> Result<CommandOutcome, Error> {
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let soak = client_runtime()?.block_on(measure(&args))?;
    print(&args, &soak)?;
    let (before, after) = (soak.before, soak.after);
    let left = after.files > before.files || after.threads > before.threads;
    Ok(match left {
        true => CommandOutcome::NotSo,
        false => CommandOutcome::Done,
    })
}

async fn measure(args: &BenchSoakArgs) -> Result<Soak, Error> {
    // The server notices a client that has left a little later than the next one comes.
    let host = LoadedHost::begin(&args.target, args.at_a_time * 8 + 256, false)?;
    let script = host.rehearse(&args.target).await?;
    let visit = |sessions| load::come_and_go(&host.address, &script, sessions, args.at_a_time);
    // The first few bring the allocator to its size.
    let first = visit(args.at_a_time.min(args.sessions)).await;
    first.map_err(|cause| host.unusable(cause))?;
    let before = ServerResources::settled(&host).await;
    let time = visit(args.sessions).await;
    let time = time.map_err(|cause| host.unusable(cause))?;
    let after = ServerResources::settled(&host).await;
    Ok(Soak {
        time,
        before,
        after,
    })
}

fn print(args: &BenchSoakArgs, soak: &Soak) -> Result<(), Error> {
    let mut out = stdout().lock();
    let seconds = soak.time.as_secs_f64();
    let rate = args.sessions as f64 / seconds;
    if args.json {
        let report = serde_json::json!({
            "sessions": args.sessions, "seconds": seconds, "per_second": rate,
            "before": soak.before, "after": soak.after,
        });
        writeln!(out, "{report}")?;
        return Ok(());
    }
    let sessions = args.sessions;
    writeln!(
        out,
        "{sessions} sessions in {seconds:.1} s, {rate:.0} a second"
    )?;
    writeln!(
        out,
        "{:>8} {:>12} {:>8} {:>8}",
        "", "memory KiB", "files", "threads"
    )?;
    writeln!(out, "{}", soak.before.line("before"))?;
    writeln!(out, "{}", soak.after.line("after"))?;
    Ok(())
}
