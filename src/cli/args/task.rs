//! Tasks done by programs: `call`, `prove`, `eval`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{LineArgs, SessionArgs};

/// Arguments of `bigiron call`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron call dmv read-expiry operator=CLK042 password=IRON licno=D4471902
  bigiron call dmv change-address --warts all …     the playbook copes with warts by what the screen shows
  bigiron call revenue file-return --task failed-submission --warts half_filed
  bigiron call dmv read-expiry --host mainframe:992 --tls operator=CLK042 …     on a foreign host
  bigiron call ./look-up.toml --host mainframe:23 account=10042                 a playbook without a system

The playbook presses keys in a session of its own, under the turn clock, or with --host on any TN3270 host. Its answer goes to
stdout. Exit codes: 0 done, 1 the playbook gave up or the host failed, 2 wrong usage or unreadable input.")]
pub struct CallArgs {
    /// The session: its system, seed and warts.
    #[command(flatten)]
    pub session: SessionArgs,
    /// A playbook of the system; left out if SYSTEM is the file of one
    #[arg(value_name = "PLAYBOOK")]
    pub playbook: Option<String>,
    /// Values that the playbook takes; with --task the others come from its goal
    #[arg(value_name = "NAME=VALUE")]
    pub values: Vec<String>,
    /// A foreign host, in s3270's form, in place of a session of this process
    #[arg(long, value_name = "HOST:PORT",
        conflicts_with_all = ["seed", "warts", "task", "clock", "speed", "record_hidden"])]
    pub host: Option<String>,
    /// Options of the connection.
    #[command(flatten)]
    pub line: LineArgs,
    /// How long to wait for the first screen of the foreign host, and for each answer
    #[arg(long, value_name = "SECONDS", default_value_t = 30, requires = "host")]
    pub patience: u64,
}

/// Arguments of `bigiron prove`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron prove                         every task of every system, 50 seeds
  bigiron prove renew-moved --seeds 200
  bigiron prove --system ./my-system --json
  bigiron prove renew-moved --seeds 1 --keep oracle,naive       their recordings in target/prove

Each task is run with each of its wart sets by its oracle, by doing nothing, by random keys, by the naive script, which believes
the screen, and by impostors. Exit codes: 0 proven, 1 a rule is broken, 2 wrong usage or unreadable input.")]
pub struct ProveArgs {
    /// Tasks, as TASK or SYSTEM/TASK [default: all]
    #[arg(value_name = "TASK")]
    pub tasks: Vec<String>,
    /// Only tasks of this system: a folder, or a name
    #[arg(long, value_name = "SYSTEM")]
    pub system: Option<String>,
    /// How many seeds
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..))]
    pub seeds: u64,
    /// The first seed
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub first_seed: u64,
    /// The folder for the recordings of runs that show a broken rule
    #[arg(long, value_name = "DIR", default_value = "target/prove")]
    pub record: PathBuf,
    /// Record the runs of these policies too, with the first seed and each wart set
    #[arg(long, value_enum, value_name = "oracle|naive|…", value_delimiter = ',')]
    pub keep: Vec<PolicyArg>,
    /// Print one JSON object instead
    #[arg(long)]
    pub json: bool,
}

/// A policy that proofs run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PolicyArg {
    /// The playbook that solves the task.
    Oracle,
    /// Submits at once.
    Nop,
    /// Random keys and words.
    Random,
    /// The playbook that believes the screen.
    Naive,
    /// The playbook that reaches the confirming screen without the change.
    Impostor,
    /// The oracle's keys up to the last one that matters.
    Cut,
    /// The oracle's keys and answer of another seed.
    Replay,
}

/// Arguments of `bigiron eval`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron eval change-address --agent 'python3 examples/agents/naive.py'
  bigiron eval --system dmv --seeds 20 --repeats 3 --agent 'python3 examples/agents/llm.py --model ./my-model'
  bigiron eval read-expiry --via tn3270 --agent ./my-s3270-script --json
  bigiron eval read-expiry --via pty --agent 'python3 examples/agents/terminal.py'

The agent is a command for the shell, started for each run. Over json it reads the messages of the JSON door on its standard input
and writes its own to its standard output, until it submits. Over tn3270 it finds the address in BIGIRON_TN3270 and the goal in
BIGIRON_GOAL, may connect once, and ends; the last line of its output is its answer. Over pty its standard input and output are a
terminal of 40 x 100 (also by name, in BIGIRON_PTY) that shows the screen and takes VT keys: Enter begins, Esc e enters the answer,
Esc t changes to the other terminal, Ctrl-Q or a successful exit submits. DIR gets runs.jsonl, report.json and the recordings, which
bigiron regrade takes. Exit codes: 0 all runs were made, 2 wrong usage or unreadable input.")]
pub struct EvalArgs {
    /// Tasks, as TASK or SYSTEM/TASK [default: all]
    #[arg(value_name = "TASK")]
    pub tasks: Vec<String>,
    /// The agent: a command for the shell
    #[arg(long, value_name = "CMD")]
    pub agent: String,
    /// The interface to its sessions
    #[arg(long, value_enum, default_value_t = Via::Json)]
    pub via: Via,
    /// Only tasks of this system: a folder, or a name
    #[arg(long, value_name = "SYSTEM")]
    pub system: Option<String>,
    /// Which warts are on [default: each wart set that a task is proven with]
    #[arg(long, value_name = "none|all|NAME,…")]
    pub warts: Option<String>,
    /// How many seeds
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    pub seeds: u64,
    /// The first seed [default: the first test seed of each task]
    #[arg(long, value_name = "N")]
    pub first_seed: Option<u64>,
    /// How many runs with each seed
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub repeats: u32,
    /// The time limit of a run, in real seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub timeout: u64,
    /// How many runs at a time [default: one for each processor]
    #[arg(long, value_name = "N")]
    pub jobs: Option<usize>,
    /// The folder for runs, report and recordings
    #[arg(long, value_name = "DIR", default_value = "target/eval")]
    pub out: PathBuf,
    /// Print the report as one JSON object instead
    #[arg(long)]
    pub json: bool,
}

/// The interface of an agent to its sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Via {
    /// The JSON door, on its standard input and output.
    Json,
    /// The address of a TN3270 server.
    Tn3270,
    /// A terminal, as its standard input and output.
    Pty,
}
