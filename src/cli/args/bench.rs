//! Measurements: `bench`.

use clap::{Args, Subcommand};

use super::{positive, speed};

/// Arguments of `bigiron bench`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron bench                                           the gym on dmv: steps, transactions, resets, forks, bytes
  bigiron bench --environments 100000 --python python3    memory of so many; and the steps from Python
  bigiron bench claims --seconds 5 --json                 {\"figures\": [{\"name\", \"value\", \"unit\", \"p99\"?}, …]}
  bigiron bench serve                                     1 to 1000 sessions at a server that is started for it
  bigiron bench serve --sessions 1000 --rate 20000        an open loop of 20 000 transactions a second
  bigiron bench serve --host HOST:23 --sign-on 'ME<tab>SECRET<enter>' --work '<pf8><pf7>'
  bigiron bench soak --sessions 100000                    sessions that come and go, and what they leave behind

Rates of the gym are those of the fastest round in the time of a figure; times are the median and the 99th percentile.")]
#[command(args_conflicts_with_subcommands = true)]
pub struct BenchArgs {
    /// What to measure; by default the gym.
    #[command(subcommand)]
    pub what: Option<BenchCommand>,
    /// Options of the gym's benchmark.
    #[command(flatten)]
    pub gym: BenchGymArgs,
}

/// Options of the gym's benchmark.
#[derive(Debug, Args)]
pub struct BenchGymArgs {
    /// The system whose tasks are played
    #[arg(value_name = "SYSTEM", default_value = "dmv")]
    pub system: String,
    /// Seconds for each rate
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0, value_parser = speed)]
    pub seconds: f64,
    /// How many environments to make for the memory figure
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub environments: usize,
    /// A Python interpreter with the package: measures batches from Python too
    #[arg(long, value_name = "PYTHON")]
    pub python: Option<String>,
    /// Print one JSON object instead
    #[arg(long)]
    pub json: bool,
}

/// The benchmarks of servers.
#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// Measure transactions a second and response times of a host with many TN3270E clients
    Serve(BenchServeArgs),
    /// Measure sessions that sign on, work and leave: how many a second, and the server's resources before and after
    Soak(BenchSoakArgs),
}

/// The host to measure, and the work of its clients.
#[derive(Debug, Clone, Args)]
pub struct BenchTarget {
    /// The host [default: a server of dmv, started for the benchmark, with the turn clock]
    #[arg(long, value_name = "HOST:PORT")]
    pub host: Option<String>,
    /// The process of the host, to report its memory
    #[arg(long, value_name = "PID", requires = "host")]
    pub pid: Option<u32>,
    /// The keys that sign a client on and open its screen
    #[arg(
        long,
        value_name = "KEYS",
        default_value = "CLK042IRON<enter>1<tab>D4471902<enter>"
    )]
    pub sign_on: String,
    /// The keys that a client then repeats; each AID key is a transaction
    #[arg(long, value_name = "KEYS", default_value = "D4471902<enter>")]
    pub work: String,
}

/// Arguments of `bigiron bench serve`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron bench serve --sessions 1,10,100,1000,10000 --seconds 10
  bigiron bench serve --sessions 1000 --rate 20000 --json

One client's terminal turns the keys into records, which every client then sends. KiB/session is the growth of the server's memory
with all clients signed on and at work; us/tx is the server's processor time for a transaction, which other work on the machine
does not change.")]
pub struct BenchServeArgs {
    /// The host and the work of its clients.
    #[command(flatten)]
    pub target: BenchTarget,
    /// How many clients; each number is a row of the table
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_value = "1,10,100,1000", value_parser = positive)]
    pub sessions: Vec<usize>,
    /// How long the clients work
    #[arg(long, value_name = "SECONDS", default_value_t = 5.0, value_parser = speed)]
    pub seconds: f64,
    /// Transactions a second of all clients together [default: each sends when it has its answer]
    #[arg(long, value_name = "N", value_parser = speed)]
    pub rate: Option<f64>,
    /// Start the server with the same seed for all sessions, which then share the tables that they do not change
    #[arg(long, conflicts_with = "host")]
    pub same_seed: bool,
    /// Print one JSON object a line instead
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `bigiron bench soak`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron bench soak
  bigiron bench soak --sessions 100000 --at-a-time 64

Exit codes: 0 no file and no thread is left behind, 1 one is, 2 the host cannot be used.")]
pub struct BenchSoakArgs {
    /// The host and the work of its clients.
    #[command(flatten)]
    pub target: BenchTarget,
    /// How many sessions
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = positive)]
    pub sessions: usize,
    /// How many at a time
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = positive)]
    pub at_a_time: usize,
    /// Print one JSON object instead
    #[arg(long)]
    pub json: bool,
}
