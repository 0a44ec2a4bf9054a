//! The command line as plain data: what may be said, with its help. Nothing here looks at the world.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// A gym of simulated legacy systems behind real 3270 green screens.
#[derive(Debug, Parser)]
#[command(name = "bigiron", version, after_help = EXAMPLES)]
pub struct Cli {
    /// What to do; nothing: pick a system and play it.
    #[command(subcommand)]
    pub command: Option<Command>,
}

const EXAMPLES: &str = "\
Examples:
  bigiron                                     pick a system and play it
  bigiron play dmv --record run.jsonl         play one, and keep a recording
  bigiron serve dmv --tn3270 127.0.0.1:3270   then, elsewhere: c3270 127.0.0.1:3270
  bigiron script dmv                          s3270's action language on stdin and stdout

Exit codes: 0 done, 1 the thing asked about is not so, 2 wrong usage or unreadable input.";

/// The subcommands, in alphabetical order.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Measure how fast it is on this machine
    Bench(BenchArgs),
    /// Do one piece of work by a playbook: values in, the answer out
    Call(CallArgs),
    /// Check the definitions of systems and report every fault
    Check(CheckArgs),
    /// A terminal on a foreign 3270 host
    Connect(ConnectArgs),
    /// Run an agent at tasks, and report what it comes to
    Eval(EvalArgs),
    /// List the systems known here
    List(ListArgs),
    /// Offer systems and tasks as tools to an MCP client on stdin and stdout
    #[cfg(feature = "mcp")]
    Mcp(McpArgs),
    /// Play a system in this terminal
    Play(PlayArgs),
    /// Watch a recording
    Replay(ReplayArgs),
    /// Prove that tasks can be solved, and only by doing them
    Prove(ProveArgs),
    /// Grade recordings of runs at a task by today's grader
    Regrade(RegradeArgs),
    /// In the place of s3270(1): its arguments, its action language, on a foreign host
    #[command(name = "s3270")]
    S3270(S3270Args),
    /// Print the JSON Schema of a kind of definition file, or of the JSON door
    Schema(SchemaArgs),
    /// Drive one system by s3270's action language on stdin and stdout
    Script(ScriptArgs),
    /// Let TN3270 clients, scripts and JSON agents connect to systems
    Serve(Box<ServeArgs>),
    /// Print one screen of a recording
    Show(ShowArgs),
    /// Execute recordings again and compare
    Verify(VerifyArgs),
}

/// Arguments of `bigiron list`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron list
  bigiron list --json      an array of {system, title, about, screens, tables}
  bigiron list tasks       the tasks of every system
  bigiron list warts       what --warts switches on, where each gives itself away, and the kinds there are")]
pub struct ListArgs {
    /// Of what
    #[arg(value_enum, default_value_t = ListKind::Systems)]
    pub what: ListKind,
    /// For machines
    #[arg(long)]
    pub json: bool,
}

/// What is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListKind {
    /// The systems known here.
    Systems,
    /// Their tasks.
    Tasks,
    /// Their warts, and the kinds of warts there are.
    Warts,
}

/// Arguments of `bigiron connect`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron connect mainframe:23
  bigiron connect mainframe:992 --tls --lu LUA,LUB --record my.jsonl
  bigiron connect L:LUA@mainframe:992          s3270's prefixes are understood too

TN3270E, TN3270 and plain text (NVT), whatever the host speaks; STARTTLS if it asks. Alt-H lists the keys, Ctrl-Q quits. A
recording can be viewed (show, replay), but not executed again. What stands in hidden fields, passwords mostly, is masked.")]
pub struct ConnectArgs {
    /// The host, as s3270 takes it
    #[arg(value_name = "HOST:PORT")]
    pub host: String,
    /// TLS from the first byte
    #[arg(long)]
    pub tls: bool,
    /// Believe any certificate
    #[arg(long)]
    pub no_verify: bool,
    /// Certificates, in PEM form, of those who are trusted to sign the host's [default: this machine's]
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// The LU to ask for, or several that are asked for in turn
    #[arg(long, value_name = "LU,…")]
    pub lu: Option<String>,
    /// Speak TN3270 even if the host offers TN3270E
    #[arg(long)]
    pub no_tn3270e: bool,
    /// The code page of the host
    #[arg(long, value_name = "NAME", default_value = "cp037")]
    pub code_page: String,
    /// The terminal's model: 2 (24x80), 3 (32x80), 4 (43x80) or 5 (27x132)
    #[arg(long, value_name = "2|3|4|5", default_value_t = 2, value_parser = clap::value_parser!(u8).range(2..=5))]
    pub model: u8,
    /// A larger screen than the model's
    #[arg(long, value_name = "COLUMNSxROWS")]
    pub oversize: Option<String>,
    /// Write a recording
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
}

/// Arguments of `bigiron play`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron play dmv
  bigiron play dmv --seed 7 --record run.jsonl
  bigiron play dmv --clock turn      answers come at once; Esc w lets a second pass
  bigiron play dmv --plain           text and keys by name: CLK042<tab>IRON<enter>

Alt-H lists the keys, Ctrl-Q quits. The clock is `live` unless said otherwise. A recording holds every key as it was
typed, but for what is typed into hidden fields (passwords). NO_COLOR in the environment switches colours off.")]
pub struct PlayArgs {
    /// Print screens as text and take lines of keys by name, for plain terminals, pipes and screen readers
    #[arg(long)]
    pub plain: bool,
    /// The session.
    #[command(flatten)]
    pub session: SessionArgs,
}

/// Arguments of `bigiron regrade`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron regrade run.jsonl
  bigiron regrade run.jsonl --answer 'P88121' --json
  bigiron regrade run.jsonl run-claims.jsonl         a run at a task in two systems

The recording is executed again, and where it ends the tables are graded. Exit codes: 0 solved, 1 not solved or the recording
diverges, 2 unreadable input.")]
pub struct RegradeArgs {
    /// The recording; of a run in several systems those of all its sessions
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// What was reported, for a task that asks for an answer [default: what the recording says]
    #[arg(long, value_name = "TEXT")]
    pub answer: Option<String>,
    /// The task [default: the one the recording names]
    #[arg(long, value_name = "ID")]
    pub task: Option<String>,
    /// The system to execute it against [default: the one it names]
    #[arg(long, value_name = "SYSTEM")]
    pub system: Option<String>,
    /// Print one JSON object for machines instead
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `bigiron verify`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron verify run.jsonl
  bigiron verify runs/*.jsonl --same-definition
  bigiron verify run.jsonl --system ./my-dmv

Exit codes: 0 every recording holds, 1 one does not, 2 one cannot be read.")]
pub struct VerifyArgs {
    /// The recordings
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// The system to execute them against [default: the one each names]
    #[arg(long, value_name = "SYSTEM")]
    pub system: Option<String>,
    /// What was typed into a hidden field of a masked recording, if it is none of the backend's own values
    #[arg(long, value_name = "TEXT")]
    pub hidden: Vec<String>,
    /// A definition that has changed since is a divergence; without this it is noted and tried
    #[arg(long)]
    pub same_definition: bool,
}

/// Arguments of `bigiron replay`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron replay run.jsonl
  bigiron replay run.jsonl --speed 10

Space plays and pauses, Left and Right step, [ and ] go from screen to screen, 0 to 9, Home and End seek, + and - change
the speed, Q quits. The file alone is enough: its system need not be here.")]
pub struct ReplayArgs {
    /// The recording
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// How many times faster than it was recorded
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
}

/// Arguments of `bigiron show`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron show run.jsonl              the last screen
  bigiron show run.jsonl --at 12      the screen after event 12 (0: before the first)
  bigiron show run.jsonl --json       for machines")]
pub struct ShowArgs {
    /// The recording
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The event after which to look [default: the last]
    #[arg(long, value_name = "N")]
    pub at: Option<usize>,
    /// One JSON object: event, events, t (virtual ms), rows, oia, lock, cursor (row, column from 1), truncated
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `bigiron bench`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron bench                                           the gym: steps, transactions, resets, forks, bytes, on dmv
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
pub struct Target {
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
    pub target: Target,
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
    pub target: Target,
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

/// Arguments of `bigiron call`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron call dmv read-expiry operator=CLK042 password=IRON licno=D4471902
  bigiron call dmv change-address --warts all …     the playbook works by what the screen shows, warts or not
  bigiron call revenue file-return --task failed-submission --warts half_filed

The playbook presses keys in a session of its own, under the turn clock; its answer goes to stdout. Exit codes: 0 done, 1 it gave
up, 2 wrong usage or unreadable input.")]
pub struct CallArgs {
    /// The session: its system, seed and warts.
    #[command(flatten)]
    pub session: SessionArgs,
    /// A playbook of the system
    #[arg(value_name = "PLAYBOOK")]
    pub playbook: String,
    /// What the playbook takes; with --task, what is left out is as its goal tells it
    #[arg(value_name = "NAME=VALUE")]
    pub values: Vec<String>,
}

/// Arguments of `bigiron prove`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron prove                         every task of every system, 50 seeds
  bigiron prove renew-moved --seeds 200
  bigiron prove --system ./my-system --json
  bigiron prove renew-moved --seeds 1 --keep oracle,naive       their recordings in target/prove

Each task is run with each of its wart sets by its oracle, by nobody, by random keys, by the script that believes the
screen and by impostors. Exit codes: 0 proven, 1 a rule is broken, 2 wrong usage or unreadable input.")]
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
    /// Where the run that shows a broken rule is recorded
    #[arg(long, value_name = "DIR", default_value = "target/prove")]
    pub record: PathBuf,
    /// Record the runs of these too, with the first seed and each wart set
    #[arg(long, value_name = "oracle|naive|…", value_delimiter = ',',
        value_parser = ["oracle", "nop", "random", "naive", "impostor", "cut", "replay"])]
    pub keep: Vec<String>,
    /// Print one JSON object for machines instead
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `bigiron eval`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron eval change-address --agent 'python3 examples/agents/naive.py'
  bigiron eval --system dmv --seeds 20 --repeats 3 --agent 'python3 examples/agents/llm.py --model ./my-model'
  bigiron eval read-expiry --via tn3270 --agent ./my-s3270-script --json

The agent is a command for the shell, started for each run. Over json it hears the JSON door on its standard input and speaks
on its standard output, until it submits. Over tn3270 it finds the address in BIGIRON_TN3270 and the goal in BIGIRON_GOAL, may
connect once, and ends; the last line it writes is its answer. DIR gets runs.jsonl, report.json and the recordings, which
bigiron regrade takes. Exit codes: 0 all runs were made, 2 wrong usage or unreadable input.")]
pub struct EvalArgs {
    /// Tasks, as TASK or SYSTEM/TASK [default: all]
    #[arg(value_name = "TASK")]
    pub tasks: Vec<String>,
    /// The agent: a command for the shell
    #[arg(long, value_name = "CMD")]
    pub agent: String,
    /// How it reaches its sessions
    #[arg(long, value_enum, default_value_t = Via::Json)]
    pub via: Via,
    /// Only tasks of this system: a folder, or a name
    #[arg(long, value_name = "SYSTEM")]
    pub system: Option<String>,
    /// Which warts are on [default: each of the sets that a task is proven with]
    #[arg(long, value_name = "none|all|NAME,…")]
    pub warts: Option<String>,
    /// How many seeds
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    pub seeds: u64,
    /// The first seed [default: the first of those that a task measures with]
    #[arg(long, value_name = "N")]
    pub first_seed: Option<u64>,
    /// How many runs with each seed
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub repeats: u32,
    /// How long a run may take, in real seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub timeout: u64,
    /// How many runs at a time [default: as many as there are processors]
    #[arg(long, value_name = "N")]
    pub jobs: Option<usize>,
    /// Where runs, report and recordings go
    #[arg(long, value_name = "DIR", default_value = "target/eval")]
    pub out: PathBuf,
    /// Print the report as one JSON object instead
    #[arg(long)]
    pub json: bool,
}

/// How an agent reaches its sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Via {
    /// The JSON door, on its standard input and output.
    Json,
    /// A TN3270 server, by its address.
    Tn3270,
}

/// Arguments of `bigiron check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron check screens              every system in a folder
  bigiron check screens/dmv --deny-warnings
  bigiron check dmv --json           {\"systems\": [{\"system\", \"ok\", \"diagnostics\": [{\"file\", \"line\", …}]}]}

Faults go to stderr, a line for each system to stdout. Exit codes: 0 right, 1 faults, 2 unreadable.")]
pub struct CheckArgs {
    /// Folders of a system or of systems, or names of systems
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<String>,
    /// Print one JSON object for machines instead
    #[arg(long)]
    pub json: bool,
    /// Warnings fail the check too
    #[arg(long)]
    pub deny_warnings: bool,
}

/// Arguments of `bigiron schema`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron schema screen > screen.schema.json
  bigiron schema system | jq '.properties | keys'")]
pub struct SchemaArgs {
    /// Which kind
    #[arg(value_enum, value_name = "KIND")]
    pub kind: SchemaKind,
}

/// The kinds of files and lines that have a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaKind {
    /// system.toml
    System,
    /// A screen's file
    Screen,
    /// words.toml
    Words,
    /// tasks.toml
    Tasks,
    /// A playbook
    Playbook,
    /// warts.toml
    Warts,
    /// A line to the JSON door, and its answers
    Json,
    /// A line to the control door
    Control,
}

/// One system and how its session is opened: what `play`, `script` and their like share.
#[derive(Debug, Clone, Args)]
pub struct SessionArgs {
    /// A folder, a name under ./screens, or a system shipped with the program
    #[arg(value_name = "SYSTEM")]
    pub system: String,
    /// How its session is opened.
    #[command(flatten)]
    pub options: SessionOptions,
}

/// How sessions are opened, whatever their system.
#[derive(Debug, Clone, Default, Args)]
pub struct SessionOptions {
    /// Everything random in the session follows from this number
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Which warts are on: none, all, or names separated by commas [default: none]
    #[arg(long, value_name = "none|all|NAME,…")]
    pub warts: Option<String>,
    /// The task to start in
    #[arg(long, value_name = "ID")]
    pub task: Option<String>,
    /// live: real time; turn: time passes only when a key or a wait asks the host for something
    #[arg(long, value_enum)]
    pub clock: Option<Clock>,
    /// Virtual milliseconds that pass in a real one, under the live clock
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
    /// Write a recording: a file, or (for servers) a folder that gets one file a connection
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Let the recording hold what stands in hidden fields, passwords among it; without this it is masked
    #[arg(long, requires = "record")]
    pub record_hidden: bool,
    /// The terminal's model: 2 (24x80), 3 (32x80), 4 (43x80) or 5 (27x132)
    #[arg(long, value_name = "2|3|4|5", default_value_t = 2, value_parser = clap::value_parser!(u8).range(2..=5))]
    pub model: u8,
}

/// How a session's time passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Clock {
    /// Real time, times the speed.
    Live,
    /// Time passes only when a key or a wait asks for it.
    Turn,
}

/// Arguments of `bigiron mcp`.
#[cfg(feature = "mcp")]
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron mcp                                     every system known here, with its tasks
  bigiron mcp dmv --task renew-moved --seed 7 --warts lost_renewal --record runs

A client of the Model Context Protocol (2025-11-25 or 2026-07-28) begins this program and speaks to it on stdin and stdout. Its
tools list systems and tasks, open sessions, read screens, send keys, wait and submit. Session n (from 0) has seed N + n. Seeds and
warts are the operator's: no tool tells or sets them. The clock is `turn` unless said otherwise.")]
pub struct McpArgs {
    /// Folders, names under ./screens, or systems shipped with the program [default: all that are known]
    #[arg(value_name = "SYSTEM")]
    pub systems: Vec<String>,
    /// Tell the agent what its work at a task came to when it submits it
    #[arg(long)]
    pub tell_grade: bool,
    /// Give every session the same seed, instead of seed + session number
    #[arg(long)]
    pub same_seed: bool,
    /// How sessions are opened.
    #[command(flatten)]
    pub options: SessionOptions,
}

/// Arguments of `bigiron s3270`.
#[derive(Debug, Args)]
#[command(
    disable_help_flag = true,
    after_help = "\
Examples:
  bigiron s3270 -model 3279-2-E -codepage cp037 mainframe:23
  bigiron s3270 -noverifycert L:LUA@mainframe:992 < actions
  ln -s bigiron s3270      under this name the program is s3270

bigiron s3270 --help lists s3270's own options; exit codes are its own too: 1 for wrong usage, or no connection."
)]
pub struct S3270Args {
    /// s3270's own arguments
    #[arg(
        value_name = "ARG",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    pub arguments: Vec<String>,
}

/// Arguments of `bigiron script`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  echo 'Ascii()' | bigiron script dmv
  printf '%s\\n' 'String(\"SMITH\") Tab() Enter()' 'Ascii(0,0,3,80)' | bigiron script dmv --seed 7
  bigiron script dmv --clock live      Wait(2,Seconds) really waits

Actions, status line, `ok` and `error` are those of s3270(1); the clock is `turn` unless said otherwise.")]
pub struct ScriptArgs {
    /// The session.
    #[command(flatten)]
    pub session: SessionArgs,
}

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

fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err("a whole number above 0 is wanted".into()),
    }
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(factor) if factor > 0.0 && factor <= 1_000_000.0 => Ok(factor),
        _ => Err("a factor above 0 and up to 1000000 is wanted, such as 1 or 10".into()),
    }
}
