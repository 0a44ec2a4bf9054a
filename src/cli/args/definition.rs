//! Definitions and what they hold: `list`, `check`, `schema`.

use clap::{Args, ValueEnum};

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
