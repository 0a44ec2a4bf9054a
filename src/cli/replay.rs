//! `bigiron replay`: plays a recording back.

use std::io::{IsTerminal, stdin, stdout};

use super::args::ReplayArgs;
use super::recordings;
use super::{CommandOutcome, Error};
use crate::tui::{self, Replay};
use bigiron_sim::recording::Player;

/// Plays a recording back until its operator quits.
pub fn run(args: ReplayArgs) -> Result<CommandOutcome, Error> {
    let (recording, truncation) = recordings::read(&args.file)?;
    if !stdin().is_terminal() || !stdout().is_terminal() {
        return Err(Error::usage("replay needs a terminal").hint(format!(
            "bigiron show {} prints one screen",
            args.file.display()
        )));
    }
    let notice = truncation.map(|truncation| truncation.to_string());
    let mut replay = Replay::new(Player::new(recording), tui::palette(), notice);
    tui::block_on(tui::run(&mut replay, args.speed))?;
    Ok(CommandOutcome::Done)
}
