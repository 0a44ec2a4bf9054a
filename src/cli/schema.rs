//! `bigiron schema`: the JSON Schema of definition files, for editors, and of the doors' messages, for agents and trainers.

use std::io::{self, Write};

use super::args::{SchemaArgs, SchemaKind};
use super::{CommandOutcome, Error};
use crate::doors::programs::{control, json};
use bigiron_sim::system::schema;
use bigiron_sim::task::shape;

/// Prints the schema of one kind of file or line.
pub fn run(args: SchemaArgs) -> Result<CommandOutcome, Error> {
    let schema = match args.kind {
        SchemaKind::System => schema::system(),
        SchemaKind::Screen => schema::screen(),
        SchemaKind::Words => schema::words(),
        SchemaKind::Tasks => shape::tasks_schema(),
        SchemaKind::Playbook => shape::playbook_schema(),
        SchemaKind::Warts => bigiron_sim::system::wart::shape::schema(),
        SchemaKind::Json => json::schema(),
        SchemaKind::Control => control::schema(),
    };
    writeln!(io::stdout(), "{schema:#}")?;
    Ok(CommandOutcome::Done)
}
