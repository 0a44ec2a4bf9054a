//! The host of a load benchmark: one that was named, or a server of our own; with the resources that its process uses.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use crate::cli::Error;
use crate::cli::args::BenchTarget;
use crate::doors::client::load::{self, LoadScript};
use tn3270::terminal::Key;

/// A host under load.
pub(super) struct LoadedHost {
    pub(super) address: String,
    server: Option<Child>,
    pid: Option<u32>,
}

impl LoadedHost {
    /// The host that was named, or else a server that is started for so many sessions.
    pub(super) fn begin(
        target: &BenchTarget,
        sessions: usize,
        same_seed: bool,
    ) -> Result<LoadedHost, Error> {
        match &target.host {
            Some(address) => Ok(LoadedHost {
                address: address.clone(),
                server: None,
                pid: target.pid,
            }),
            None => LoadedHost::start(sessions, same_seed),
        }
    }

    fn start(sessions: usize, same_seed: bool) -> Result<LoadedHost, Error> {
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
        let address = line.trim().strip_prefix("tn3270 ").unwrap_or_default();
        let host = LoadedHost {
            address: address.to_owned(),
            server: Some(server),
            pid,
        };
        match host.address.is_empty() {
            true => Err(Error::input("the server did not start")),
            false => Ok(host),
        }
    }

    /// Signs a terminal on and has it do the round once, to learn which records each client sends.
    pub(super) async fn rehearse(&self, target: &BenchTarget) -> Result<Arc<LoadScript>, Error> {
        let opening = keys("--sign-on", &target.sign_on)?;
        let round = keys("--work", &target.work)?;
        let script = load::rehearse(&self.address, &opening, &round).await;
        let script = script.map_err(|cause| self.unusable(cause))?;
        match script.round.is_empty() {
            true => Err(Error::usage("--work has no AID key, such as <enter>")),
            false => Ok(Arc::new(script)),
        }
    }

    /// The failure of a client at this host.
    pub(super) fn unusable(&self, cause: io::Error) -> Error {
        Error::input(format!("{} cannot be used", self.address)).because(&cause)
    }

    /// A number of `/proc/PID/status`, where there is one.
    fn status(&self, name: &str) -> Option<u64> {
        let text = fs::read_to_string(format!("/proc/{}/status", self.pid?)).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        let number = line.trim_start_matches(':').split_whitespace().next()?;
        number.parse().ok()
    }

    /// Resident memory in KiB.
    pub(super) fn memory(&self) -> Option<u64> {
        self.status("VmRSS")
    }

    /// Processor time so far, in microseconds: fields 14 and 15 of `/proc/PID/stat`, in hundredths of a second.
    pub(super) fn processor(&self) -> Option<f64> {
        let text = fs::read_to_string(format!("/proc/{}/stat", self.pid?)).ok()?;
        let (_, fields) = text.rsplit_once(')')?;
        let mut fields = fields.split_whitespace().skip(11);
        let (user, system): (f64, f64) =
            (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        Some((user + system) * 10_000.0)
    }

    pub(super) fn threads(&self) -> Option<u64> {
        self.status("Threads")
    }

    /// Open files.
    pub(super) fn files(&self) -> Option<u64> {
        let open = fs::read_dir(format!("/proc/{}/fd", self.pid?)).ok()?;
        Some(open.count() as u64)
    }
}

impl Drop for LoadedHost {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            // It may have ended already.
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

fn keys(option: &str, text: &str) -> Result<Vec<Key>, Error> {
    Key::parse_line(text).map_err(|cause| Error::usage(format!("{option} {text}")).because(&cause))
}
