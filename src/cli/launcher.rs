//! `bigiron` alone: picks a system and plays it.

use std::io::{IsTerminal, Write, stdin, stdout};

use super::args::{ListArgs, ListKind, SessionArgs, SessionOptions};
use super::{CommandOutcome, Error, list, play, suites};
use crate::tui::{self, Launcher, WindowExit};

/// Shows the launcher until its operator leaves; without a terminal, says what there is.
pub fn run() -> Result<CommandOutcome, Error> {
    if !stdin().is_terminal() || !stdout().is_terminal() {
        list::run(ListArgs {
            what: ListKind::Systems,
            json: false,
        })?;
        writeln!(
            stdout(),
            "\nPlay one in a terminal with `bigiron play SYSTEM`; `bigiron --help` lists every command."
        )?;
        return Ok(CommandOutcome::Done);
    }
    loop {
        let mut launcher = Launcher::new(list::entries(), tui::palette());
        let ended = tui::block_on(tui::run(&mut launcher, 1.0))?;
        let Some(entry) = launcher.picked().filter(|_| ended == WindowExit::Quit) else {
            return Ok(CommandOutcome::Done);
        };
        let options = SessionOptions {
            speed: 1.0,
            model: 2,
            ..SessionOptions::default()
        };
        play::play(
            &suites::load(&entry.id)?,
            &SessionArgs {
                system: entry.id.clone(),
                options,
            },
        )?;
    }
}
