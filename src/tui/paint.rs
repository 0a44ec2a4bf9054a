//! Output to the window: only changes, in whole phrases, and nothing while nothing changes. So a program that watches the bytes
//! (expect, a typescript) finds a phrase in one piece.

use std::collections::BTreeMap;
use std::io;

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use tn3270::terminal::phrase;

/// The size assumed for a window that has none: a pty of expect or script(1) that run without a window themselves.
const UNSIZED: Size = Size::new(80, 24);

/// A backend that sends a window no more than the changes.
#[derive(Debug)]
pub(super) struct WindowPainter<B> {
    window: B,
    /// The cells that the window shows, row by row, as far as any were drawn.
    shown: Vec<Vec<Cell>>,
    /// Whether the cursor shows, and where it is, once known.
    has_cursor: Option<bool>,
    cursor: Option<Position>,
}

impl<B> WindowPainter<B> {
    /// A painter of a window with unknown contents.
    pub(super) fn new(window: B) -> WindowPainter<B> {
        WindowPainter {
            window,
            shown: Vec::new(),
            has_cursor: None,
            cursor: None,
        }
    }

    /// Stores cells; gives the previous content of their rows.
    fn take<'a>(
        &mut self,
        cells: impl Iterator<Item = (u16, u16, &'a Cell)>,
    ) -> BTreeMap<usize, Vec<Cell>> {
        let mut before = BTreeMap::new();
        for (column, row, cell) in cells {
            let (column, row) = (usize::from(column), usize::from(row));
            if self.shown.len() <= row {
                self.shown.resize(row + 1, Vec::new());
            }
            let Some(line) = self.shown.get_mut(row) else {
                continue;
            };
            before.entry(row).or_insert_with(|| line.clone());
            if line.len() <= column {
                line.resize(column + 1, Cell::EMPTY);
            }
            if let Some(slot) = line.get_mut(column) {
                slot.clone_from(cell);
            }
        }
        before
    }
}

/// The cells of the changed phrases of a row, each with its column.
fn changed<'a>(before: &'a [Cell], now: &'a [Cell]) -> impl Iterator<Item = (usize, &'a Cell)> {
    let mut column = 0;
    let phrases = std::iter::from_fn(move || {
        let rest = now.get(column..).filter(|rest| !rest.is_empty())?;
        let (from, length) = (column, phrase(rest, |cell| cell.symbol() == " "));
        column += length;
        Some((from, rest.get(..length)?))
    });
    let old = |column: usize| before.get(column).unwrap_or(&Cell::EMPTY);
    let differs = move |(from, phrase): &(usize, &[Cell])| {
        let mut cells = (*from..).zip(*phrase);
        cells.any(|(column, cell)| old(column) != cell)
    };
    let cells = |(from, phrase): (usize, &'a [Cell])| (from..).zip(phrase);
    phrases.filter(differs).flat_map(cells)
}

impl<B: Backend<Error = io::Error>> Backend for WindowPainter<B> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let before = self.take(content);
        let rows = before.iter().filter_map(|(row, before)| {
            let now = self.shown.get(*row)?;
            Some((*row, changed(before, now)))
        });
        let cells = rows.flat_map(|(row, cells)| {
            cells.map(move |(column, cell)| (column as u16, row as u16, cell))
        });
        let mut cells = cells.peekable();
        if cells.peek().is_some() {
            self.cursor = None;
            self.window.draw(cells)?;
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.has_cursor.replace(false) != Some(false) {
            self.window.hide_cursor()?;
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.has_cursor.replace(true) != Some(true) {
            self.window.show_cursor()?;
        }
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.window.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.cursor.replace(position) != Some(position) {
            self.window.set_cursor_position(position)?;
        }
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        // The window is unknown from here on: all is drawn again.
        self.shown.clear();
        self.window.clear_region(region)
    }

    fn size(&self) -> io::Result<Size> {
        let size = self.window.size()?;
        Ok(match size.width == 0 || size.height == 0 {
            true => UNSIZED,
            false => size,
        })
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.window.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.window.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::backend::CrosstermBackend;
    use ratatui::layout::Rect;
    use ratatui::widgets::Paragraph;
    use ratatui::{Terminal, TerminalOptions, Viewport};
    use std::cell::RefCell;
    use std::io::Write;
    use std::rc::Rc;

    /// The bytes sent to the window since they were last taken.
    #[derive(Clone, Default)]
    struct Sent(Rc<RefCell<Vec<u8>>>);

    impl Write for Sent {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The bytes sent to a window that shows these texts, one after another, with the cursor on the second row.
    fn sent(texts: &[&str]) -> Vec<String> {
        let bytes = Sent::default();
        let window = WindowPainter::new(CrosstermBackend::new(bytes.clone()));
        let viewport = Viewport::Fixed(Rect::new(0, 0, 40, 2));
        let mut terminal = Terminal::with_options(window, TerminalOptions { viewport }).unwrap();
        let mut draw = |text: &&str| {
            let drawn = terminal.draw(|frame| {
                frame.render_widget(Paragraph::new(*text), frame.area());
                frame.set_cursor_position((0, 1));
            });
            drawn.unwrap();
            let sent = std::mem::take(&mut *bytes.0.borrow_mut());
            let sent = sent.escape_ascii().to_string();
            sent.replace("\\x1b[39m\\x1b[49m\\x1b[59m\\x1b[0m", "|")
        };
        texts.iter().map(&mut draw).collect()
    }

    #[test]
    fn a_phrase_that_changed_is_sent_whole_and_nothing_else() {
        let texts = [
            "CODE  SIGN OFF  RUTH",
            "CODE  SIGN OFF  RUTH",
            "CODE  SIGN ON   RUTH",
            "CODE            RUTH VAN",
        ];
        insta::assert_snapshot!(sent(&texts).join("\n"), @r"
        \x1b[1;1HCODE\x1b[1;7HSIGN OFF\x1b[1;17HRUTH|\x1b[?25h\x1b[2;1H

        \x1b[1;7HSIGN ON |\x1b[2;1H
        \x1b[1;7H    \x1b[1;12H  \x1b[1;17HRUTH VAN|\x1b[2;1H
        ");
    }
}
