//! `bigiron` alone: picks a system and plays it.

use std::io::{IsTerminal, Write, stdin, stdout};

use super::args::{ListArgs, ListKind, SessionArgs, SessionOptions};
use super::{CommandOutcome, Error, list, play, suites};
use crate::tui::{self, Launcher, WindowExit};

/// Shows the launcher until its operator leaves; without a terminal, lists the systems.
pub fn run() -> Result<CommandOutcome, Error> {
    if !stdin().is_terminal() || !stdout().is_terminal() {
        return without_terminal();
    }
    loop {
        let mut launcher = Launcher::new(list::entries(), tui::palette());
        let ended = tui::block_on(tui::run(&mut launcher, 1.0))?;
        let Some(entry) = launcher.picked().filter(|_| ended == WindowExit::Quit) else {
            return Ok(CommandOutcome::Done);
        };
        let args = SessionArgs {
            system: entry.id.clone(),
            options: SessionOptions {
                speed: 1.0,
                model: 2,
                ..SessionOptions::default()
            },
        };
        play::play(&suites::load(&entry.id)?, &args)?;
    }
}

fn without_terminal() -> Result<CommandOutcome, Error> {
    list::run(ListArgs {
        what: ListKind::Systems,
        json: false,
    })?;
    writeln!(
        stdout(),
        "\nPlay one in a terminal with `bigiron play SYSTEM`; `bigiron --help` lists every command."
    )?;
    Ok(CommandOutcome::Done)
}
