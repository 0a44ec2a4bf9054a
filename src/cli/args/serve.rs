//! Servers: `serve`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{SessionOptions, positive};

/// Arguments of `bigiron serve`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron serve dmv --tn3270 127.0.0.1:3270
  bigiron serve dmv --tn3270 127.0.0.1:3270 --json unix:/tmp/dmv.sock --seed 7 --warts all
  bigiron serve dmv claims --tn3270 3270 --json claims@4270 --clock turn
  bigiron serve dmv --tn3270 L:127.0.0.1:992 --lu TRAIN:20=dmv/renew-moved//all

An ADDR is HOST:PORT or unix:PATH; a port alone is one of this machine, port 0 lets it choose, and what was chosen is printed.
L: before it means TLS from the first byte. SYSTEM/TASK/SEED/WARTS@ before it says what its clients are logged on to; parts may
be left out.

Each connection is a session of its own; connection n (from 0) has seed N + n. Of several systems, a TN3270 client names one as
its LU or picks one from a screen; at other doors it gets the first, or the one that stands before the ADDR.

SIGINT and SIGTERM end it, and every recording properly. SIGHUP reads the definitions anew, for new sessions.")]
pub struct ServeArgs {
    /// Folders, names under ./screens, or systems shipped with the program
    #[arg(value_name = "SYSTEM", required = true)]
    pub systems: Vec<String>,
    /// Where TN3270 and TN3270E clients connect
    #[arg(long, value_name = "ADDR")]
    pub tn3270: Vec<String>,
    /// Where agents speak JSON, one object a line
    #[arg(long, value_name = "ADDR")]
    pub json: Vec<String>,
    /// Where trainers speak OpenEnv's HTTP and WebSocket; they choose seeds, tasks and warts, and read rewards
    #[arg(long, value_name = "ADDR")]
    pub http: Vec<String>,
    /// Where scripts speak s3270's action language
    #[arg(long, value_name = "ADDR")]
    pub script: Vec<String>,
    /// Where telnet, netcat, expect and the like get VT screens for VT keys
    #[arg(long, value_name = "ADDR")]
    pub vt: Vec<String>,
    /// Where a trainer opens, resets, forks and grades sessions, one JSON object a line; agents must not reach it
    #[arg(long, value_name = "ADDR")]
    pub control: Vec<String>,
    /// Allow addresses that other machines can reach
    #[arg(long)]
    pub public: bool,
    /// Tell agents what their work at a task came to when they submit it; without this only the operator is told
    #[arg(long)]
    pub tell_grade: bool,
    /// An LU, or a pool of COUNT of them, and what it is logged on to; each serves one client at a time
    #[arg(long, value_name = "NAME[:COUNT]=LOGON")]
    pub lu: Vec<String>,
    /// Let TN3270 clients ask for SYSTEM/TASK/SEED/WARTS as their LU
    #[arg(long)]
    pub open_lus: bool,
    /// Offer STARTTLS to TN3270 clients, with a certificate made on the spot unless one is given
    #[arg(long)]
    pub tls: bool,
    /// Turn TN3270 clients away that decline STARTTLS
    #[arg(long)]
    pub tls_required: bool,
    /// The server's certificate chain, in PEM form
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The private key of the certificate, in PEM form
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// The most sessions at a time [default: 10000, or as many as the machine has files for]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub max_sessions: Option<usize>,
    /// The most sessions at a time from one address [default: as many as there may be]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub max_per_address: Option<usize>,
    /// End sessions whose client has sent nothing for so long; 0: never
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    pub idle: u64,
    /// How the log on stderr is written
    #[arg(long, value_enum, default_value_t = LogForm::Text)]
    pub log: LogForm,
    /// What is logged
    #[arg(long, value_enum, default_value_t = LogLevel::Warn)]
    pub log_level: LogLevel,
    /// Give every connection the same seed, instead of seed + connection number
    #[arg(long)]
    pub same_seed: bool,
    /// How sessions are opened.
    #[command(flatten)]
    pub options: SessionOptions,
}

/// How a log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogForm {
    /// A line an event, for people.
    Text,
    /// A JSON object an event.
    Json,
}

/// What is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogLevel {
    /// Sessions that begin and whatever follows.
    Info,
    /// What goes wrong for a client and whatever follows.
    Warn,
    /// What goes wrong for the operator.
    Error,
}
