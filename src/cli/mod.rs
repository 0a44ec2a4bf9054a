//! The command line: arguments as plain data, one file per subcommand, exit codes.
//!
//! Exit codes: 0 done; 1 the thing asked about is not so (a check failed, a replay diverged); 2 wrong usage or unreadable input.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

pub mod args;
mod bench;
mod call;
mod check;
mod connect;
pub mod error;
mod eval;
mod launcher;
mod list;
mod log;
#[cfg(feature = "mcp")]
mod mcp;
pub mod opening;
mod plain;
mod play;
mod prove;
mod recordings;
mod regrade;
mod remote;
mod replay;
mod s3270;
mod schema;
mod script;
mod serve;
mod session;
mod show;
pub mod suites;
pub mod systems;
mod verify;

use args::{Cli, Command};
pub use error::Error;
use error::ErrorKind;

/// The result of a command that could do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandOutcome {
    /// It is done, or what was asked about is so.
    Done,
    /// What was asked about is not so; the command has printed why.
    NotSo,
}

/// Runs the program with these arguments, the program's name first.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(own) = under_the_name_s3270(&arguments) {
        return exit_code(s3270::run(&own));
    }
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(usage) => {
            // A closed standard output is no failure.
            let _ = usage.print();
            return ExitCode::from(if usage.use_stderr() { 2 } else { 0 });
        }
    };
    exit_code(cli.command.map_or_else(launcher::run, run))
}

/// The arguments after the name, if the program is called by the name `s3270`.
fn under_the_name_s3270(arguments: &[OsString]) -> Option<Vec<String>> {
    let (name, own) = arguments.split_first()?;
    let is_s3270 = Path::new(name)
        .file_stem()
        .is_some_and(|stem| stem == "s3270");
    is_s3270.then(|| {
        own.iter()
            .map(|word| word.to_string_lossy().into_owned())
            .collect()
    })
}

/// The exit code of a command; its failure is printed.
fn exit_code(outcome: Result<CommandOutcome, Error>) -> ExitCode {
    match outcome {
        Ok(CommandOutcome::Done) => ExitCode::SUCCESS,
        Ok(CommandOutcome::NotSo) => ExitCode::from(1),
        Err(error) => {
            if error.kind != ErrorKind::BrokenPipe {
                eprintln!("{error}");
            }
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(command: Command) -> Result<CommandOutcome, Error> {
    match command {
        Command::Bench(args) => bench::run(args),
        Command::Call(args) => call::run(args),
        Command::Check(args) => check::run(args),
        Command::Connect(args) => connect::run(args),
        Command::Eval(args) => eval::run(args),
        Command::List(args) => list::run(args),
        #[cfg(feature = "mcp")]
        Command::Mcp(args) => mcp::run(args),
        Command::Play(args) => play::run(args),
        Command::Replay(args) => replay::run(args),
        Command::Prove(args) => prove::run(args),
        Command::Regrade(args) => regrade::run(args),
        Command::S3270(args) => s3270::run(&args.arguments),
        Command::Schema(args) => schema::run(args),
        Command::Script(args) => script::run(args),
        Command::Serve(args) => serve::run(*args),
        Command::Show(args) => show::run(args),
        Command::Verify(args) => verify::run(args),
    }
}

/// How many tasks a worker thread runs between looks at the global queue. With thousands of sessions ready at once most of them
/// are in the global queue, and must not wait for the few in the threads' own queues.
const FAIRNESS: u32 = 2;

/// The runtime of sockets, pipes and timers.
fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .global_queue_interval(FAIRNESS)
        .enable_all()
        .build()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_ends_its_help_with_examples() {
        for command in Cli::command().get_subcommands() {
            let help = command
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            assert!(
                help.starts_with("Examples:\n"),
                "{} has no examples",
                command.get_name()
            );
        }
    }
}
