//! Frames drawn on a screen: where a window stands that is open over it.

use std::ops::Range;
use tn3270::terminal::{Field, Terminal};

/// Characters that frames are drawn with.
const DRAWN: [char; 10] = ['+', '-', '*', '.', '=', '_', '|', '!', ':', '#'];

/// The shortest upper edge that is one.
const SHORTEST: usize = 6;

/// The inside of a frame: rows and columns, from 0, the ends excluded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FrameInterior {
    rows: Range<usize>,
    columns: Range<usize>,
}

impl FrameInterior {
    /// Whether a field begins inside.
    pub fn holds(&self, field: &Field, columns: usize) -> bool {
        self.has(usize::from(field.start()), columns)
    }

    fn has(&self, address: usize, columns: usize) -> bool {
        self.rows.contains(&(address / columns)) && self.columns.contains(&(address % columns))
    }
}

/// The window that is open: of the frames around the cursor the innermost, or else the lowest frame that there is.
pub(super) fn window(terminal: &Terminal) -> Option<FrameInterior> {
    let rows = 0..usize::from(terminal.rows());
    let rows: Vec<Vec<char>> = rows
        .map(|row| terminal.row_text(row).chars().collect())
        .collect();
    let frames = (0..rows.len()).flat_map(|top| edges(&rows, top));
    let frames: Vec<FrameInterior> = frames
        .filter_map(|(top, edge)| frame(&rows, top, edge))
        .collect();
    let columns = usize::from(terminal.columns()).max(1);
    let cursor = usize::from(terminal.cursor());
    let around = frames.iter().rfind(|frame| frame.has(cursor, columns));
    around.or(frames.last()).cloned()
}

/// What may be upper edges in a row: the row, and the columns.
fn edges(rows: &[Vec<char>], row: usize) -> Vec<(usize, Range<usize>)> {
    let mut edges: Vec<(usize, Range<usize>)> = Vec::new();
    let cells = rows.get(row).map_or(&[][..], Vec::as_slice);
    for (column, _) in cells.iter().enumerate().filter(|(_, c)| DRAWN.contains(c)) {
        match edges.last_mut() {
            Some((_, edge)) if edge.end == column => edge.end += 1,
            _ => edges.push((row, column..column + 1)),
        }
    }
    edges.retain(|(_, edge)| edge.len() >= SHORTEST);
    edges
}

/// The frame with this upper edge: it has a left side all the way down to a lower edge.
fn frame(rows: &[Vec<char>], top: usize, edge: Range<usize>) -> Option<FrameInterior> {
    let drawn = |row: usize, columns: Range<usize>| {
        let cells = rows.get(row).and_then(|cells| cells.get(columns));
        cells.is_some_and(|cells| cells.iter().all(|cell| DRAWN.contains(cell)))
    };
    let left = edge.start..edge.start + 1;
    let bottom = (top + 1..rows.len())
        .take_while(|row| drawn(*row, left.clone()))
        .find(|row| drawn(*row, edge.clone()))?;
    (bottom > top + 1).then_some(FrameInterior {
        rows: top + 1..bottom,
        columns: edge.start + 1..edge.end.saturating_sub(1),
    })
}
