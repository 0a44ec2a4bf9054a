//! Recordings: `replay`, `show`, `verify`, `regrade`.

use std::path::PathBuf;

use clap::Args;

use super::speed;

/// Arguments of `bigiron replay`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron replay run.jsonl
  bigiron replay run.jsonl --speed 10

Space plays and pauses, Left and Right step, [ and ] go from screen to screen, 0 to 9, Home and End seek, + and - change
the speed, Q quits. The file is enough: its system is not needed.")]
pub struct ReplayArgs {
    /// The recording
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The speed relative to that of the recording
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
}

/// Arguments of `bigiron show`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron show run.jsonl              the last screen
  bigiron show run.jsonl --at 12      the screen after event 12 (0: before the first)
  bigiron show run.jsonl --json       the same as JSON")]
pub struct ShowArgs {
    /// The recording
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The event after which to show the screen [default: the last]
    #[arg(long, value_name = "N")]
    pub at: Option<usize>,
    /// Print one JSON object instead: event, events, t (virtual ms), rows, oia, lock, cursor (row, column from 1), truncated
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

Exit codes: 0 no recording diverges, 1 one does, 2 one cannot be read.")]
pub struct VerifyArgs {
    /// The recordings
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// The system to execute them on [default: the one that each names]
    #[arg(long, value_name = "SYSTEM")]
    pub system: Option<String>,
    /// Text that was typed into a hidden field of a masked recording, if it is none of the backend's values
    #[arg(long, value_name = "TEXT")]
    pub hidden: Vec<String>,
    /// Treat a changed definition as a divergence; by default it is noted, and the recording executed
    #[arg(long)]
    pub same_definition: bool,
}

/// Arguments of `bigiron regrade`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron regrade run.jsonl
  bigiron regrade run.jsonl --answer 'P88121' --json
  bigiron regrade run.jsonl run-claims.jsonl         a run at a task in two systems

The recording is executed again, and its final tables are graded. Exit codes: 0 solved, 1 not solved or the recording diverges,
2 unreadable input.")]
pub struct RegradeArgs {
    /// The recording; for a run in several systems those of all its sessions
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// The answer to a task that asks for one [default: the recorded one]
    #[arg(long, value_name = "TEXT")]
    pub answer: Option<String>,
    /// The task [default: the one that the recording names]
    #[arg(long, value_name = "ID")]
    pub task: Option<String>,
    /// The system to execute it on [default: the one it names]
    #[arg(long, value_name = "SYSTEM")]
    pub system: Option<String>,
    /// Print one JSON object instead
    #[arg(long)]
    pub json: bool,
}
