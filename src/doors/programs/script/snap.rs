//! `Snap()`: the screen as it was.

use super::verbs::{Verb, find};
use super::wait::{self, Condition};
use super::{Interpreter, Pending, near_hint, status};
use crate::doors::session::target::ScriptTarget;

/// The arguments of `Snap()`; the last five show a part of the saved screen.
const SNAP_WORDS: [&str; 10] = [
    "Save",
    "Status",
    "Rows",
    "Cols",
    "Wait",
    "Ascii",
    "Ascii1",
    "Ebcdic",
    "Ebcdic1",
    "ReadBuffer",
];

/// `Snap()`: saves the screen, waits for a new one, or shows the saved one.
pub(super) fn snap(
    script: &mut Interpreter,
    subject: &mut dyn ScriptTarget,
    arguments: &[String],
) -> Result<(), String> {
    let save = String::from("Save");
    let (word, rest) = arguments.split_first().unwrap_or((&save, &[]));
    match word.to_ascii_lowercase().as_str() {
        "save" => {
            script.seen = subject.writes();
            script.saved = Some((subject.terminal().clone(), status(subject)));
            return Ok(());
        }
        "wait" => {
            let pending = wait::parse(subject, rest)?;
            if !matches!(pending, Pending::Until(Condition::Output, _)) {
                return Err("Snap(): Wait needs Output as its last argument".into());
            }
            script.pending = Some(pending);
            return Ok(());
        }
        _ => {}
    }
    let known = SNAP_WORDS
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(word));
    let Some(known) = known else {
        return Err(format!(
            "Snap(): Parameter must be save, status, rows, cols, Wait, Ascii, Ascii1, Ebcdic, Ebcdic1 or ReadBuffer{}",
            near_hint(word, SNAP_WORDS)
        ));
    };
    let Some((terminal, status)) = &script.saved else {
        return Err("Snap(): No saved state".into());
    };
    let lines = match known {
        "Status" => vec![status.clone()],
        "Rows" => vec![terminal.rows().to_string()],
        "Cols" => vec![terminal.columns().to_string()],
        shown => match find(shown)?.3 {
            Verb::Show(part) => part.lines(shown, terminal, rest)?,
            _ => Vec::new(),
        },
    };
    script.data.extend(lines);
    Ok(())
}
