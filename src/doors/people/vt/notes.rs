//! What stands round the screen of a task in a client's window: the goal above it, and beneath it what the task leaves.

use super::window::ClientWindow;
use bigiron_sim::task::entry::AnswerLine;
use bigiron_sim::task::status::TaskStatus;

/// The rows beneath a screen: the operator information area and the foot.
const FOOT: u16 = 2;

/// Lines round a screen, as many as the window has room for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notes {
    /// Above it.
    pub above: Vec<String>,
    /// Beneath it.
    pub foot: Option<WindowFooter>,
}

/// The last line of a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowFooter {
    /// What stands on it.
    pub text: String,
    /// Whether it has a row of its own; if not, it stands in the middle of the operator information area.
    pub own_row: bool,
    /// Where one types on it (column from 0), if one does: then it takes the whole row.
    pub cursor: Option<u16>,
}

impl Notes {
    /// What there is room for round a screen of so many rows.
    pub fn new(
        task: &TaskStatus<'_>,
        answer: Option<&AnswerLine>,
        rows: u16,
        window: ClientWindow,
    ) -> Notes {
        let width = usize::from(window.columns.saturating_sub(2));
        let mut above = task.lines(width);
        above.push("\u{2500}".repeat(usize::from(window.columns)));
        let spare = window.rows.saturating_sub(rows.saturating_add(FOOT));
        if above.len() > usize::from(spare) {
            above.clear();
        }
        let (text, cursor) = match answer {
            None => (status(task), None),
            Some(line) => typed(line, width),
        };
        Notes {
            above,
            foot: Some(WindowFooter {
                text,
                own_row: window.rows >= rows.saturating_add(FOOT),
                cursor,
            }),
        }
    }
}

fn status(task: &TaskStatus<'_>) -> String {
    let mut text = task.budget_line();
    if task.terminals.len() > 1 {
        text.push_str("  Esc t turns");
    }
    match task.answer {
        Some(answer) => text.push_str(&format!("  answer {answer}")),
        None if task.reports => text.push_str("  Esc e answers"),
        None => {}
    }
    text
}

/// The answer's line and the column of its cursor; the end of a long answer is what shows.
fn typed(line: &AnswerLine, width: usize) -> (String, Option<u16>) {
    const ASKS: &str = "Your answer: ";
    let room = width.saturating_sub(ASKS.len()).max(1);
    let length = line.text.chars().count();
    let shown: String = line
        .text
        .chars()
        .skip(length.saturating_sub(room))
        .collect();
    let column = ASKS.len() + shown.chars().count();
    let text = format!("{ASKS}{shown}   ({})", line.advice());
    (text, u16::try_from(column).ok())
}
