//! `bigiron verify`: executes recordings again and compares.

use std::io::Write;
use std::path::Path;

use super::args::VerifyArgs;
use super::{CommandOutcome, Error, recordings, suites};
use bigiron_sim::recording::verify::execute_knowing;

/// Verifies every file, and prints a line for each.
pub fn run(args: VerifyArgs) -> Result<CommandOutcome, Error> {
    let mut outcome = CommandOutcome::Done;
    for file in &args.files {
        if !one(file, &args)? {
            outcome = CommandOutcome::NotSo;
        }
    }
    Ok(outcome)
}

/// Verifies one file; gives whether it does not diverge.
fn one(file: &Path, args: &VerifyArgs) -> Result<bool, Error> {
    let (recording, truncation) = recordings::read(file)?;
    let name = file.display();
    let mut out = std::io::stdout().lock();
    if let Some(truncation) = truncation {
        writeln!(out, "{name}: note: {truncation}")?;
    }
    let Some(origin) = &recording.header.system else {
        return Err(Error::input(format!(
            "{name} is of a foreign host, which cannot be executed again"
        ))
        .hint("bigiron show and replay can view it"));
    };
    let setup = &recording.header.setup;
    let wanted = args.system.as_deref().unwrap_or(&origin.id);
    let (region, _) = suites::recorded(wanted, setup)?;
    let system = region.system();
    if origin.digest != system.digest {
        writeln!(
            out,
            "{name}: note: the definition of {} has changed since ({:016x}, now {:016x})",
            origin.id, origin.digest, system.digest
        )?;
        if args.same_definition {
            return Ok(false);
        }
    }
    let (report, ..) = execute_knowing(&recording, &region, &args.hidden);
    match &report.divergence {
        Some(divergence) => writeln!(out, "{name}: diverges at {divergence}")?,
        None => writeln!(out, "{name}: the same, {} events", report.events)?,
    }
    Ok(report.divergence.is_none())
}
