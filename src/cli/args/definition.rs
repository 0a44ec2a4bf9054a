//! Definitions of systems: `list`, `check`, `schema`.

use clap::{Args, ValueEnum};

/// Arguments of `bigiron list`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron list
  bigiron list --json      an array of {system, title, about, screens, tables}
  bigiron list tasks       the tasks of every system
  bigiron list warts       the warts of every system with their tells, and the kinds of warts")]
pub struct ListArgs {
    /// What to list
    #[arg(value_enum, default_value_t = ListKind::Systems)]
    pub what: ListKind,
    /// Print JSON instead
    #[arg(long)]
    pub json: bool,
}

/// What to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListKind {
    /// The known systems.
    Systems,
    /// Their tasks.
    Tasks,
    /// Their warts, and the kinds of warts.
    Warts,
}

/// Arguments of `bigiron check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron check screens              every system in a folder
  bigiron check screens/dmv --deny-warnings
  bigiron check dmv --json           {\"systems\": [{\"system\", \"ok\", \"diagnostics\": [{\"file\", \"line\", …}]}]}

Faults go to stderr, a line for each system to stdout. Exit codes: 0 no faults, 1 faults, 2 unreadable input.")]
pub struct CheckArgs {
    /// Folders of a system or of systems, or names of systems
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<String>,
    /// Print one JSON object instead
    #[arg(long)]
    pub json: bool,
    /// Fail on warnings too
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
    /// The kind of file or line
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
    /// The requests and answers of the JSON door
    Json,
    /// The requests of the control door
    Control,
}
