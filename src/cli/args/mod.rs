//! The command line as plain data: arguments with their help. Nothing here touches files, terminals or sockets.

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
    /// The command; without one a launcher starts.
    #[command(subcommand)]
    pub command: Option<Command>,
}

const EXAMPLES: &str = "\
Examples:
  bigiron                                     pick a system and play it
  bigiron play dmv --record run.jsonl         play a system and record the session
  bigiron serve dmv --tn3270 127.0.0.1:3270   then, in another terminal: c3270 127.0.0.1:3270
  bigiron script dmv                          s3270's action language on stdin and stdout

Exit codes: 0 success, 1 a check failed (a fault, a divergence, a task not solved), 2 wrong usage or unreadable input.";

/// The subcommands, in alphabetical order.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Measure speed and memory on this machine
    Bench(BenchArgs),
    /// Run a playbook: values in, answer out
    Call(CallArgs),
    /// Check the definitions of systems and report every fault
    Check(CheckArgs),
    /// Open a terminal on a foreign 3270 host
    Connect(ConnectArgs),
    /// Run an agent on tasks and report its scores
    Eval(EvalArgs),
    /// List systems, tasks or warts
    List(ListArgs),
    /// Offer systems and tasks as tools to an MCP client on stdin and stdout
    #[cfg(feature = "mcp")]
    Mcp(McpArgs),
    /// Play a system in this terminal
    Play(PlayArgs),
    /// Play back a recording
    Replay(ReplayArgs),
    /// Prove that tasks can be solved, and only by doing them
    Prove(ProveArgs),
    /// Grade recorded runs with the current grader
    Regrade(RegradeArgs),
    /// Replace s3270(1): its arguments and action language, on a foreign host
    #[command(name = "s3270")]
    S3270(S3270Args),
    /// Print the JSON Schema of a kind of definition file, or of the JSON door
    Schema(SchemaArgs),
    /// Drive a system with s3270's action language on stdin and stdout
    Script(ScriptArgs),
    /// Serve systems to TN3270, VT, script, JSON and HTTP clients
    Serve(Box<ServeArgs>),
    /// Print one screen of a recording
    Show(ShowArgs),
    /// Re-execute recordings and compare
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
