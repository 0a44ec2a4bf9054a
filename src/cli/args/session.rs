//! Sessions in this process: `play`, `script`, `mcp`, and the options that they share with servers.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::speed;

/// A system and the options of its session.
#[derive(Debug, Clone, Args)]
pub struct SessionArgs {
    /// A folder, a name under ./screens, or a system shipped with the program
    #[arg(value_name = "SYSTEM")]
    pub system: String,
    /// Options of the session.
    #[command(flatten)]
    pub options: SessionOptions,
}

/// Options of a session of any system.
#[derive(Debug, Clone, Default, Args)]
pub struct SessionOptions {
    /// The seed of everything random in the session
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Which warts are on: none, all, or names separated by commas [default: none]
    #[arg(long, value_name = "none|all|NAME,…")]
    pub warts: Option<String>,
    /// The task to start in
    #[arg(long, value_name = "ID")]
    pub task: Option<String>,
    /// live: real time; turn: time passes only with AID keys and waits
    #[arg(long, value_enum)]
    pub clock: Option<ClockArg>,
    /// Virtual milliseconds in a real one, under the live clock
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
    /// Write a recording: to a file, or (servers) to a folder with one file for each session
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Record the contents of hidden fields, passwords included; by default they are masked
    #[arg(long, requires = "record")]
    pub record_hidden: bool,
    /// The terminal's model: 2 (24x80), 3 (32x80), 4 (43x80) or 5 (27x132)
    #[arg(long, value_name = "2|3|4|5", default_value_t = 2, value_parser = clap::value_parser!(u8).range(2..=5))]
    pub model: u8,
}

/// The clock of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ClockArg {
    /// Real time, times the speed.
    Live,
    /// Time passes only with AID keys and waits.
    Turn,
}

/// Arguments of `bigiron play`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron play dmv
  bigiron play dmv --seed 7 --record run.jsonl
  bigiron play dmv --clock turn      answers come at once; Esc w lets a second pass
  bigiron play dmv --plain           text and keys by name: CLK042<tab>IRON<enter>
  bigiron play dmv --task read-expiry     goal and budget stay in sight; Alt-E enters the answer, Ctrl-Q submits

Alt-H lists the keys, Ctrl-Q quits. The clock is `live` by default. A recording has every key, except the text of hidden fields
(passwords). NO_COLOR in the environment switches colours off.")]
pub struct PlayArgs {
    /// Print screens as text and take lines of keys by name, for plain terminals, pipes and screen readers
    #[arg(long)]
    pub plain: bool,
    /// The session.
    #[command(flatten)]
    pub session: SessionArgs,
}

/// Arguments of `bigiron script`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  echo 'Ascii()' | bigiron script dmv
  printf '%s\\n' 'String(\"SMITH\") Tab() Enter()' 'Ascii(0,0,3,80)' | bigiron script dmv --seed 7
  bigiron script dmv --clock live      Wait(2,Seconds) waits in real time

Actions, status line, `ok` and `error` are those of s3270(1). The clock is `turn` by default.")]
pub struct ScriptArgs {
    /// The session.
    #[command(flatten)]
    pub session: SessionArgs,
}

/// Arguments of `bigiron mcp`.
#[cfg(feature = "mcp")]
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron mcp                                     every known system, with its tasks
  bigiron mcp dmv --task renew-moved --seed 7 --warts lost_renewal --record runs

A client of the Model Context Protocol (2025-11-25 or 2026-07-28) starts this program and uses its stdin and stdout. The tools list
systems and tasks, open sessions, read screens, send keys, wait and submit. Session n (from 0) has seed N + n. Seeds and warts are
set here alone: no tool shows or sets them. The clock is `turn` by default.")]
pub struct McpArgs {
    /// Folders, names under ./screens, or systems shipped with the program [default: all known systems]
    #[arg(value_name = "SYSTEM")]
    pub systems: Vec<String>,
    /// Give the agent the grade when it submits a task
    #[arg(long)]
    pub tell_grade: bool,
    /// Give every session the same seed, instead of seed + session number
    #[arg(long)]
    pub same_seed: bool,
    /// Options of the sessions.
    #[command(flatten)]
    pub options: SessionOptions,
}
