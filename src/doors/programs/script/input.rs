//! `SaveInput()` and `RestoreInput()`: what stands in the fields, typed again.

use super::{Interpreter, press};
use crate::doors::session::target::ScriptTarget;
use tn3270::terminal::{Key, Terminal};

/// The characters of a screen, blanks for nulls and attribute bytes, and its columns.
#[derive(Debug, Clone)]
pub struct SavedInput {
    text: Vec<char>,
    columns: u16,
}

/// How many screens a script may save.
const MOST: usize = 64;
/// What a screen is saved under that gets no name.
const UNNAMED: &str = "(default)";

/// `SaveInput([name])`.
pub fn save(
    script: &mut Interpreter,
    terminal: &Terminal,
    arguments: &[String],
) -> Result<(), String> {
    let name = named(arguments);
    if script.inputs.len() >= MOST && !script.inputs.contains_key(name) {
        return Err(format!("SaveInput(): {MOST} screens are saved already"));
    }
    let rows = 0..usize::from(terminal.rows());
    let text = rows.flat_map(|row| terminal.row_text(row).chars().collect::<Vec<_>>());
    let saved = SavedInput {
        text: text.collect(),
        columns: terminal.columns(),
    };
    script.inputs.insert(name.to_owned(), saved);
    Ok(())
}

/// `RestoreInput([name])`: types into each field what stood at its place. The cursor stays where it is.
pub fn restore(
    script: &Interpreter,
    subject: &mut dyn ScriptTarget,
    arguments: &[String],
) -> Result<(), String> {
    let name = named(arguments);
    let saved = script.inputs.get(name);
    let saved = saved.ok_or_else(|| format!("RestoreInput: No such screen: {name}"))?;
    if subject.terminal().lock().is_some() {
        return Err("RestoreInput: Keyboard locked".into());
    }
    let cursor = subject.terminal().cursor();
    let inserting = subject.terminal().inserting();
    if inserting {
        press(Key::ToggleInsert, subject)?;
    }
    let typed = saved
        .keys(subject.terminal())
        .into_iter()
        .try_for_each(|key| press(key, subject));
    if inserting {
        press(Key::ToggleInsert, subject)?;
    }
    press(Key::MoveCursor(cursor), subject)?;
    typed
}

fn named(arguments: &[String]) -> &str {
    arguments.first().map_or(UNNAMED, String::as_str)
}

impl SavedInput {
    /// The keys that type it into the fields of a terminal.
    fn keys(&self, terminal: &Terminal) -> Vec<Key> {
        let columns = terminal.columns().max(1);
        let mut keys = Vec::new();
        let mut typed_to = None;
        for at in 0..terminal.rows() * columns {
            let is_input = terminal
                .field_at(at)
                .is_none_or(|field| field.is_input() && field.attribute_address != at);
            let (row, column) = (at / columns, at % columns);
            let saved = usize::from(row) * usize::from(self.columns) + usize::from(column);
            let character = self.text.get(saved).filter(|_| column < self.columns);
            let (true, Some(&character)) = (is_input, character) else {
                continue;
            };
            if typed_to != Some(at) {
                keys.push(Key::MoveCursor(at));
            }
            keys.push(Key::Char(character));
            typed_to = Some(at + 1);
        }
        keys
    }
}
