//! Drawing the line on which an answer is typed.

use bigiron_sim::task::entry::AnswerLine;
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::{Block, Clear, Paragraph};

/// Draws the line over the last rows of the frame, where it covers the least.
pub fn draw(line: &AnswerLine, frame: &mut Frame<'_>) {
    let window = frame.area();
    let height = window.height.min(3);
    let area = Rect {
        y: window.bottom() - height,
        height,
        ..window
    };
    let room = usize::from(area.width).saturating_sub(4);
    let length = line.text.chars().count();
    let shown: String = line
        .text
        .chars()
        .skip(length.saturating_sub(room))
        .collect();
    let column = area.x + 2 + shown.chars().count() as u16;
    frame.render_widget(Clear, area);
    let block = Block::bordered()
        .title(" Your answer ")
        .title_bottom(format!(" {}; Esc goes back ", line.advice()));
    frame.render_widget(Paragraph::new(format!(" {shown}")).block(block), area);
    frame.set_cursor_position(Position {
        x: column.min(area.right().saturating_sub(1)),
        y: area.y + height.saturating_sub(2),
    });
}
