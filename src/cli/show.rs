//! `bigiron show`: one screen of a recording, from the file alone.

use std::io::Write;

use serde_json::json;

use super::args::ShowArgs;
use super::recordings;
use super::{CommandOutcome, Error};
use bigiron_sim::recording::Player;

/// Prints the screen after an event, by default the last one.
pub fn run(args: ShowArgs) -> Result<CommandOutcome, Error> {
    let (recording, truncation) = recordings::read(&args.file)?;
    if let Some(truncation) = &truncation {
        eprintln!("note: {}: {truncation}", args.file.display());
    }
    let mut player = Player::new(recording);
    let at = args.at.unwrap_or(player.len());
    if at > player.len() {
        let last = player.len();
        return Err(
            Error::input(format!("there is no event {at} in {}", args.file.display()))
                .hint(format!("its last event is {last}")),
        );
    }
    player.seek(at);
    let terminal = player.terminal();
    let oia = terminal.oia();
    let mut out = std::io::stdout().lock();
    if args.json {
        let rows: Vec<String> = (0..usize::from(terminal.rows()))
            .map(|row| terminal.row_text(row))
            .collect();
        let screen = json!({
            "event": at, "events": player.len(), "t": player.now(), "rows": rows, "oia": oia.render(usize::from(terminal.columns())),
            "lock": terminal.lock().map(|lock| lock.to_string()), "cursor": [oia.row, oia.column], "truncated": truncation.is_some(),
        });
        writeln!(out, "{screen}")?;
    } else {
        writeln!(out, "{}", terminal.text())?;
        writeln!(out, "{}", "─".repeat(usize::from(terminal.columns())))?;
        writeln!(out, "{}", oia.render(usize::from(terminal.columns())))?;
    }
    Ok(CommandOutcome::Done)
}
