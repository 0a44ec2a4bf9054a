//! The line on which the answer of a task is typed, whatever draws it.

use tn3270::terminal::Key;

/// The longest answer, in characters.
const LONGEST: usize = 1000;

/// What an answer line is for, once it is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// The work goes on.
    Stay,
    /// The session is left.
    Leave,
}

/// What a key did to an answer line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerEdit {
    /// It is taken as it stands.
    Taken,
    /// It goes on.
    Going,
    /// The key means nothing here.
    Refused,
}

/// An answer that is being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerLine {
    /// What stands on it.
    pub text: String,
    /// What happens when it is taken.
    pub after: After,
    /// Why what stood on it when it was last taken will not be read.
    pub doubt: Option<String>,
}

impl AnswerLine {
    /// A line with this on it.
    pub fn new(text: String, after: After) -> AnswerLine {
        AnswerLine {
            text,
            after,
            doubt: None,
        }
    }

    /// Takes a key.
    pub fn press(&mut self, key: Key) -> AnswerEdit {
        match key {
            Key::Enter => return AnswerEdit::Taken,
            Key::Char(character) if self.text.chars().count() < LONGEST => {
                self.text.push(character)
            }
            Key::Erase | Key::BackSpace if self.text.pop().is_some() => {}
            Key::DeleteField => self.text.clear(),
            _ => return AnswerEdit::Refused,
        }
        self.doubt = None;
        AnswerEdit::Going
    }

    /// Takes pasted text: what is no character is a blank.
    pub fn paste(&mut self, text: &str) {
        let text = text.trim_end_matches(['\r', '\n']);
        let printed = |c: char| if c.is_control() { ' ' } else { c };
        let room = LONGEST.saturating_sub(self.text.chars().count());
        self.text.extend(text.chars().map(printed).take(room));
        self.doubt = None;
    }

    /// It is to be taken, and this is said of it; gives whether it is. Taken a second time, it is what its author wants.
    pub fn take(&mut self, said: Result<(), String>) -> bool {
        match said {
            Err(doubt) if self.doubt.is_none() => {
                self.doubt = Some(doubt);
                false
            }
            _ => true,
        }
    }

    /// What there is to know of it: a doubt, or which keys end it.
    pub fn advice(&self) -> String {
        match (&self.doubt, self.after) {
            (Some(doubt), _) => format!("{doubt}; Enter takes it all the same"),
            (None, After::Stay) => "Enter keeps it".into(),
            (None, After::Leave) => "Enter leaves with it, or with none".into(),
        }
    }
}
