//! The command line as plain data: what may be said, with its help. Nothing here looks at the world.

use clap::{Parser, Subcommand};

mod bench;
mod definition;
mod host;
mod recording;
mod serve;
mod session;
mod task;

pub use bench::{
    BenchArgs, BenchCommand, BenchGymArgs, BenchServeArgs, BenchSoakArgs, BenchTarget,
};
pub use definition::{CheckArgs, ListArgs, ListKind, SchemaArgs, SchemaKind};
pub use host::{ConnectArgs, LineArgs, S3270Args};
pub use recording::{RegradeArgs, ReplayArgs, ShowArgs, VerifyArgs};
pub use serve::{LogForm, LogLevel, ServeArgs};
#[cfg(feature = "mcp")]
pub use session::McpArgs;
pub use session::{ClockArg, PlayArgs, ScriptArgs, SessionArgs, SessionOptions};
pub use task::{CallArgs, EvalArgs, PolicyArg, ProveArgs, Via};

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
