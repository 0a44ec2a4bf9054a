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

An ADDR is HOST:PORT or unix:PATH. A port alone is one on the loopback interface, port 0 lets the operating system choose; the
addresses are printed. L: before it means TLS from the first byte. SYSTEM/TASK/SEED/WARTS@ before it is the logon of its clients;
parts may be left out.

Each connection is a session of its own; connection n (from 0) has seed N + n. With several systems, a TN3270 client names one as
its LU or picks one from a selection screen; other clients get the first one, or that of the logon before the ADDR.

SIGINT and SIGTERM end the server and every recording. SIGHUP reloads the definitions, for new sessions.")]
pub struct ServeArgs {
    /// Folders, names under ./screens, or systems shipped with the program
    #[arg(value_name = "SYSTEM", required = true)]
    pub systems: Vec<String>,
    /// Listen for TN3270 and TN3270E clients
    #[arg(long, value_name = "ADDR")]
    pub tn3270: Vec<String>,
    /// Listen for agents that speak JSON, one object a line
    #[arg(long, value_name = "ADDR")]
    pub json: Vec<String>,
    /// Listen for trainers with OpenEnv's HTTP and WebSocket; they choose seeds, tasks and warts, and read rewards
    #[arg(long, value_name = "ADDR")]
    pub http: Vec<String>,
    /// Listen for scripts in s3270's action language
    #[arg(long, value_name = "ADDR")]
    pub script: Vec<String>,
    /// Listen for telnet, netcat, expect and similar clients: VT keys in, VT screens out
    #[arg(long, value_name = "ADDR")]
    pub vt: Vec<String>,
    /// Listen for trainers that open, reset, fork and grade sessions, one JSON object a line; agents must not reach it
    #[arg(long, value_name = "ADDR")]
    pub control: Vec<String>,
    /// Allow addresses that other machines can reach
    #[arg(long)]
    pub public: bool,
    /// Give agents the grade when they submit a task; by default only the operator gets it
    #[arg(long)]
    pub tell_grade: bool,
    /// An LU, or a pool of COUNT of them, with its logon; each serves one client at a time
    #[arg(long, value_name = "NAME[:COUNT]=LOGON")]
    pub lu: Vec<String>,
    /// Accept a logon (SYSTEM/TASK/SEED/WARTS) as the LU name of a TN3270 client
    #[arg(long)]
    pub open_lus: bool,
    /// Offer STARTTLS to TN3270 clients, with a certificate generated at start unless one is given
    #[arg(long)]
    pub tls: bool,
    /// Refuse TN3270 clients that decline STARTTLS
    #[arg(long)]
    pub tls_required: bool,
    /// The server's certificate chain, in PEM form
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The private key of the certificate, in PEM form
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// The most sessions at a time [default: 10000, or as many as the limit of open files allows]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub max_sessions: Option<usize>,
    /// The most sessions at a time from one address [default: no limit]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub max_per_address: Option<usize>,
    /// End a session after so many seconds without input; 0: never
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    pub idle: u64,
    /// The format of the log on stderr
    #[arg(long, value_enum, default_value_t = LogForm::Text)]
    pub log: LogForm,
    /// The lowest level to log
    #[arg(long, value_enum, default_value_t = LogLevel::Warn)]
    pub log_level: LogLevel,
    /// Give every connection the same seed, instead of seed + connection number
    #[arg(long)]
    pub same_seed: bool,
    /// Options of the sessions.
    #[command(flatten)]
    pub options: SessionOptions,
}

/// The format of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogForm {
    /// One line for each event, for people.
    Text,
    /// One JSON object for each event.
    Json,
}

/// The lowest level to log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogLevel {
    /// Sessions that begin and end, and everything below.
    Info,
    /// Faults that affect one client, and everything below.
    Warn,
    /// Faults that affect the operator.
    Error,
}
