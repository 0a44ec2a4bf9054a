//! The line on which the answer of a task is typed.

use crate::terminal::Key;
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::{Block, Clear, Paragraph};

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
pub enum Typed {
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
    pub fn press(&mut self, key: Key) -> Typed {
        match key {
            Key::Enter => return Typed::Taken,
            Key::Char(character) if self.text.chars().count() < LONGEST => {
                self.text.push(character)
            }
            Key::Erase | Key::BackSpace if self.text.pop().is_some() => {}
            Key::DeleteField => self.text.clear(),
            _ => return Typed::Refused,
        }
        self.doubt = None;
        Typed::Going
    }

    /// Takes pasted text: what is no character is a blank.
    pub fn paste(&mut self, text: &str) {
        let text = text.trim_end_matches(['\r', '\n']);
        let printed = |c: char| if c.is_control() { ' ' } else { c };
        let room = LONGEST.saturating_sub(self.text.chars().count());
        self.text.extend(text.chars().map(printed).take(room));
        self.doubt = None;
    }

    /// Draws it over the last rows of the frame, where it hides the least.
    pub fn draw(&self, frame: &mut Frame<'_>) {
        let window = frame.area();
        let (width, height) = (window.width, window.height.min(3));
        let area = Rect {
            x: window.x,
            y: window.bottom() - height,
            width,
            height,
        };
        let foot = match (&self.doubt, self.after) {
            (Some(doubt), _) => format!(" {doubt}; Enter takes it all the same "),
            (None, After::Stay) => " Enter keeps it, Esc goes back to the screen ".into(),
            (None, After::Leave) => " Enter leaves with it (or with none), Esc goes back ".into(),
        };
        let room = usize::from(width).saturating_sub(4);
        let length = self.text.chars().count();
        let shown: String = self
            .text
            .chars()
            .skip(length.saturating_sub(room))
            .collect();
        let column = area.x + 2 + shown.chars().count() as u16;
        frame.render_widget(Clear, area);
        let block = Block::bordered().title(" Your answer ").title_bottom(foot);
        frame.render_widget(Paragraph::new(format!(" {shown}")).block(block), area);
        frame.set_cursor_position(Position {
            x: column.min(area.right().saturating_sub(1)),
            y: area.y + height.saturating_sub(2),
        });
    }
}
