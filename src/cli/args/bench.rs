//! Measurements: `bench`.

use clap::{Args, Subcommand};

use super::{positive, speed};

/// Arguments of `bigiron bench`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron bench                                           the gym: steps, transactions, resets, forks, bytes, on dmv
  bigiron bench --environments 100000 --python python3    many at a time; and from Python, where the package is installed
  bigiron bench claims --seconds 5 --json                 {\"figures\": [{\"name\", \"value\", \"unit\", \"p99\"?}, …]}
  bigiron bench serve                                     a server of its own, 1 to 1000 sessions
  bigiron bench serve --sessions 1000 --rate 20000        20 000 transactions a second, whatever the answers do
  bigiron bench serve --host HOST:23 --sign-on 'ME<tab>SECRET<enter>' --work '<pf8><pf7>'
  bigiron bench soak --sessions 100000                    sessions that come and go, and what they leave behind

Rates of the gym are those of the fastest round in the time of a figure; times are the median and what 99 of 100 stay below.")]
#[command(args_conflicts_with_subcommands = true)]
pub struct BenchArgs {
    /// What is measured; nothing: the gym.
    #[command(subcommand)]
    pub what: Option<BenchCommand>,
    /// How the gym is measured.
    #[command(flatten)]
    pub gym: BenchGymArgs,
}

/// How the gym is measured.
#[derive(Debug, Args)]
pub struct BenchGymArgs {
    /// Whose tasks are played
    #[arg(value_name = "SYSTEM", default_value = "dmv")]
    pub system: String,
    /// Seconds for each rate
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0, value_parser = speed)]
    pub seconds: f64,
    /// How many environments are made at a time for their memory
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub environments: usize,
    /// A Python interpreter that has the package: measures batches from there too
    #[arg(long, value_name = "PYTHON")]
    pub python: Option<String>,
    /// Print one JSON object for machines instead
    #[arg(long)]
    pub json: bool,
}

/// What can be measured.
#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// Transactions a second and the time of answers, of many TN3270E clients at a host
    Serve(BenchServeArgs),
    /// Sessions that come, sign on, work and go: how many a second, and what the server holds before and after
    Soak(BenchSoakArgs),
}

/// The host that is measured, and what its clients do.
#[derive(Debug, Clone, Args)]
pub struct BenchTarget {
    /// The host [default: a server of dmv that is started for it, with the turn clock]
    #[arg(long, value_name = "HOST:PORT")]
    pub host: Option<String>,
    /// The process of the host, to tell its memory
    #[arg(long, value_name = "PID", requires = "host")]
    pub pid: Option<u32>,
    /// The keys that sign a client on and take it to where it works
    #[arg(
        long,
        value_name = "KEYS",
        default_value = "CLK042IRON<enter>1<tab>D4471902<enter>"
    )]
    pub sign_on: String,
    /// The keys that a client then presses over and over; each key of attention is a transaction
    #[arg(long, value_name = "KEYS", default_value = "D4471902<enter>")]
    pub work: String,
}

/// Arguments of `bigiron bench serve`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron bench serve --sessions 1,10,100,1000,10000 --seconds 10
  bigiron bench serve --sessions 1000 --rate 20000 --json

One client's terminal turns the keys into records, which every client then sends. KiB/session is what the server's memory has
grown by with all of them signed on and at work; us/tx is the server's own time on the processor for a transaction, which other
work on the machine does not change.")]
pub struct BenchServeArgs {
    /// The host and the work.
    #[command(flatten)]
    pub target: BenchTarget,
    /// How many clients, one line of the table each
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_value = "1,10,100,1000", value_parser = positive)]
    pub sessions: Vec<usize>,
    /// How long they work
    #[arg(long, value_name = "SECONDS", default_value_t = 5.0, value_parser = speed)]
    pub seconds: f64,
    /// Transactions a second by all clients together [default: each sends when it has its answer]
    #[arg(long, value_name = "N", value_parser = speed)]
    pub rate: Option<f64>,
    /// Let the sessions of the server that is started have the same seed, and so share what they do not change
    #[arg(long, conflicts_with = "host")]
    pub same_seed: bool,
    /// Print a JSON object a line for machines instead
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `bigiron bench soak`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron bench soak
  bigiron bench soak --sessions 100000 --at-a-time 64

Exit codes: 0 no file and no thread is left behind, 1 one is, 2 the host cannot be worked.")]
pub struct BenchSoakArgs {
    /// The host and the work.
    #[command(flatten)]
    pub target: BenchTarget,
    /// How many sessions
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = positive)]
    pub sessions: usize,
    /// How many at a time
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = positive)]
    pub at_a_time: usize,
    /// Print one JSON object for machines instead
    #[arg(long)]
    pub json: bool,
}
