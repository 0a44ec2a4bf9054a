//! The drawn map: brackets and pens are attribute bytes, and what is drawn is what is shown.

use super::literal::{is_name, plain};
use super::node::{Faults, TomlText as Written};
use crate::system::model::{FieldStyle, MapText};
use std::collections::BTreeMap;
use std::ops::Range;
use tn3270::wire::ebcdic::CodePage;

/// How a map's characters are read.
#[derive(Debug, Clone, Default)]
pub(super) struct MapLegend {
    /// Characters that are attribute bytes of the fixed text after them.
    pub pens: BTreeMap<char, FieldStyle>,
    /// Characters shown as others.
    pub glyphs: BTreeMap<char, char>,
}

/// Where a map is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    pub rows: usize,
    pub columns: usize,
    /// Top left cell of a window, from 0.
    pub window: Option<(usize, usize)>,
}

/// A field as drawn.
#[derive(Debug, Clone)]
pub(super) struct DrawnField {
    pub name: String,
    /// Where the name stands in the map's text.
    pub span: Range<usize>,
    /// Address of the attribute byte.
    pub at: u16,
    pub length: usize,
    /// `[ ]`, not `( )`.
    pub input: bool,
    pub list_row: Option<usize>,
    /// Its end is an attribute byte of its own, with no text after it.
    pub ends: bool,
}

/// A map, read.
#[derive(Debug, Default)]
pub(super) struct DrawnMap {
    pub texts: Vec<MapText>,
    pub fields: Vec<DrawnField>,
    /// Rows and columns a window covers.
    pub extent: (usize, usize),
    /// List rows.
    pub list_rows: usize,
    /// Where the first `:` line stands in the map's text.
    pub repeat: Range<usize>,
    /// Index in `texts` of the text that begins in the closing cell of a field, by field.
    pub behind: Vec<Option<usize>>,
}

struct Line<'t> {
    /// Offset in the map's text.
    start: usize,
    text: &'t str,
    /// For a repeat: which list row.
    list_row: Option<usize>,
}

/// Reads a map. Faults are reported at their cells.
pub(super) fn read(
    written: &Written<'_>,
    inks: &MapLegend,
    grid: Grid,
    faults: &mut Faults,
) -> DrawnMap {
    let (lines, list_rows, repeat) = lines(written, faults);
    let widest = lines
        .iter()
        .map(|l| l.text.trim_end().chars().count())
        .max()
        .unwrap_or(0);
    let (row, column) = grid.window.unwrap_or((0, 0));
    let room = (
        grid.rows.saturating_sub(row),
        grid.columns.saturating_sub(column),
    );
    let place = if grid.window.is_some() {
        "the window"
    } else {
        "the map"
    };
    for line in lines
        .iter()
        .take(room.0)
        .filter(|l| l.text.trim_end().chars().count() > room.1)
    {
        let from = line
            .text
            .char_indices()
            .nth(room.1)
            .map_or(line.text.len(), |(at, _)| at);
        let place = written.part(line.start + from..line.start + line.text.len());
        faults.error(
            place,
            format!("the line is longer than the {} columns there are", room.1),
        );
    }
    if let Some(line) = lines.get(room.0) {
        let place_of = written.part(line.start..line.start + line.text.len());
        faults.error(
            place_of,
            format!("{place} has more than the {} rows there are", room.0),
        );
    }
    if lines.is_empty() {
        faults.error(written.place(), format!("{place} is empty"));
    }
    // One column more than is drawn, for the attributes that resume what is beneath a window.
    let width = if grid.window.is_some() {
        (widest + 1).min(room.1)
    } else {
        grid.columns
    };
    let mut reader = Reader {
        written,
        inks,
        faults,
        columns: grid.columns,
        origin: row * grid.columns + column,
        width,
        is_window: grid.window.is_some(),
        map: DrawnMap {
            extent: (lines.len().min(room.0), width),
            list_rows,
            repeat,
            ..DrawnMap::default()
        },
        text: None,
        pen_open: true,
    };
    for (n, line) in lines.iter().enumerate().take(room.0) {
        reader.line(n, line);
    }
    reader.close_text();
    reader.map
}

/// The lines of a map, `:` lines replaced by the list row above them; and how many list rows there are.
fn lines<'t>(written: &Written<'t>, faults: &mut Faults) -> (Vec<Line<'t>>, usize, Range<usize>) {
    let text = written.text.strip_suffix('\n').unwrap_or(written.text);
    let mut lines: Vec<Line<'t>> = Vec::new();
    let mut start = 0;
    let mut list_rows = 0;
    let mut list_ended = false;
    let mut repeat = 0..0;
    for raw in text.split('\n') {
        let line = raw.strip_suffix('\r').unwrap_or(raw);
        let place = written.part(start..start + line.len());
        match lines.last_mut() {
            Some(above) if line.trim() == ":" => {
                if list_ended && above.list_row.is_none() {
                    faults
                        .error(place, "a screen has one list only")
                        .help("its rows follow each other");
                } else if !above.text.contains(['[', '(']) {
                    faults
                        .error(place, "there is no list row above this `:`")
                        .help("draw the first row of the list, then a `:` line for each repeat");
                    start += raw.len() + 1;
                    continue;
                }
                if repeat.is_empty() {
                    repeat = start..start + line.len();
                }
                let above_row = *above.list_row.get_or_insert(0);
                list_rows = above_row + 2;
                list_ended = true;
                let copy = Line {
                    start: above.start,
                    text: above.text,
                    list_row: Some(above_row + 1),
                };
                lines.push(copy);
            }
            None if line.trim() == ":" => {
                faults
                    .error(place, "there is no list row above this `:`")
                    .help("draw the first row of the list, then a `:` line for each repeat");
            }
            _ => lines.push(Line {
                start,
                text: line,
                list_row: None,
            }),
        }
        start += raw.len() + 1;
    }
    if text.is_empty() {
        lines.clear();
    }
    (lines, list_rows, repeat)
}

struct Reader<'r, 't> {
    written: &'r Written<'t>,
    inks: &'r MapLegend,
    faults: &'r mut Faults,
    columns: usize,
    origin: usize,
    width: usize,
    is_window: bool,
    map: DrawnMap,
    /// The text being read: its attribute's address, its look, its characters.
    text: Option<MapText>,
    /// The text being read has an attribute other than plain, which must end with its line.
    pen_open: bool,
}

/// How many cells of a line are read: more than any screen has, so that fields beyond its right edge are known as well.
const WIDEST: usize = 512;

/// A character of a line: where it stands in the map's text, and what it is.
type Cell = (usize, char);

impl Reader<'_, '_> {
    fn line(&mut self, row: usize, line: &Line<'_>) {
        let cells: Vec<Cell> = line
            .text
            .trim_end()
            .char_indices()
            .map(|(at, ch)| (line.start + at, ch))
            .collect();
        let is_copy = line.list_row.is_some_and(|n| n > 0);
        if !is_copy {
            self.characters(&cells);
        }
        self.first_cell(row, line, &cells);
        let mut column = 0;
        while let Some(&(at, ch)) = cells.get(column).filter(|_| column < WIDEST) {
            column = match ch {
                '[' | '(' => self.field(row, column, &cells, line.list_row),
                ']' | ')' => {
                    if !is_copy {
                        let fault = self.faults.error(
                            self.written.part(at..at + 1),
                            format!("`{ch}` closes no field"),
                        );
                        fault.help("a [glyph] lets a bracket be text: \"»\" = \")\"");
                    }
                    column + 1
                }
                _ => {
                    self.cell(row, column, ch);
                    column + 1
                }
            };
        }
        if self.is_window {
            self.pad_window(row, cells.len());
        }
    }

    fn address(&self, row: usize, column: usize) -> u16 {
        (self.origin + row * self.columns + column) as u16
    }

    fn characters(&mut self, cells: &[Cell]) {
        for &(at, ch) in cells {
            let place = self.written.part(at..at + ch.len_utf8());
            if ch == '\t' {
                self.faults
                    .error(place, "a map cannot have tabs")
                    .help("draw it with blanks");
            } else if !self.inks.pens.contains_key(&ch)
                && !self.inks.glyphs.contains_key(&ch)
                && CodePage::CP037.encode(ch).is_none()
            {
                self.faults
                    .error(place, format!("a 3270 cannot show `{}`", ch.escape_debug()));
            }
        }
    }

    /// Begins a line: its first cell is a plain attribute byte where an earlier attribute has to end.
    fn first_cell(&mut self, row: usize, line: &Line<'_>, cells: &[Cell]) {
        if row > 0 && !self.pen_open && !self.is_window {
            return;
        }
        match cells.first() {
            Some((_, '[' | '(')) => {}
            Some((_, ch)) if self.inks.pens.contains_key(ch) => {}
            None | Some((_, ' ')) => self.begin_text(self.address(row, 0), plain()),
            Some(_) => {
                let why = match (self.is_window, row) {
                    (true, _) => "the first cell of each line of a window is an attribute byte",
                    (false, 0) => "the first cell of a map is an attribute byte",
                    (false, _) => "the pen of the line above ends in the first cell of this one",
                };
                let end = line.text.chars().next().map_or(0, char::len_utf8);
                self.faults
                    .error(self.written.part(line.start..line.start + end), why)
                    .help("leave it blank, or put a pen or bracket there");
            }
        }
    }

    fn begin_text(&mut self, at: u16, look: FieldStyle) {
        self.close_text();
        self.pen_open = look != plain();
        self.text = Some(MapText {
            at,
            look,
            text: String::new(),
        });
    }

    fn close_text(&mut self) {
        if let Some(mut text) = self.text.take() {
            if !self.is_window {
                text.text.truncate(text.text.trim_end().len());
            }
            self.map.texts.push(text);
        }
    }

    fn cell(&mut self, row: usize, column: usize, ch: char) {
        let address = self.address(row, column);
        if let Some(look) = self.inks.pens.get(&ch) {
            return self.begin_text(address, *look);
        }
        self.write(address, *self.inks.glyphs.get(&ch).unwrap_or(&ch));
    }

    /// Writes a character of fixed text, after as many blanks as lie between.
    fn write(&mut self, address: u16, ch: char) {
        let Some(text) = &mut self.text else { return };
        let Some(offset) = usize::from(address).checked_sub(usize::from(text.at) + 1) else {
            return;
        };
        let written = text.text.chars().count();
        text.text
            .extend(std::iter::repeat_n(' ', offset.saturating_sub(written)));
        text.text.push(ch);
    }

    /// A window covers its cells up to its last column but one, drawn or not.
    fn pad_window(&mut self, row: usize, drawn: usize) {
        for column in drawn.max(1)..self.width {
            self.write(self.address(row, column), ' ');
        }
        self.close_text();
    }

    /// Reads a field from its opening bracket; the column to go on at.
    fn field(&mut self, row: usize, open: usize, cells: &[Cell], list_row: Option<usize>) -> usize {
        let Some(&(start, bracket)) = cells.get(open) else {
            return open + 1;
        };
        let is_copy = list_row.is_some_and(|n| n > 0);
        let close = if bracket == '[' { ']' } else { ')' };
        let inside = |&&(_, ch): &&Cell| !matches!(ch, '[' | ']' | '(' | ')');
        let length = cells.iter().skip(open + 1).take_while(inside).count();
        let end = open + 1 + length;
        let end_of = |cell: Option<&Cell>| {
            cell.map_or_else(
                || {
                    cells
                        .last()
                        .map_or(start + 1, |(at, ch)| at + ch.len_utf8())
                },
                |(at, _)| *at,
            )
        };
        let span = start + 1..end_of(cells.get(end)).max(start + 1);
        let content: String = cells
            .iter()
            .skip(open + 1)
            .take(length)
            .map(|(_, ch)| *ch)
            .collect();
        let closing = cells.get(end).map(|(_, ch)| *ch);
        let fault = match closing {
            None => Some((
                format!("the field has no `{close}` on its line"),
                Some("the data of a field ends on the line it begins on"),
            )),
            Some(other @ (']' | ')')) if other != close => {
                Some((format!("`{bracket}` is closed by `{other}`"), None))
            }
            _ if length == 0 => Some(("the field has no data cell".into(), None)),
            _ if !is_name(content.trim_end()) => Some((
                format!(
                    "a field holds its name and blanks, not `{}`",
                    content.trim()
                ),
                Some("a name begins right after the bracket"),
            )),
            _ => None,
        };
        if let Some((message, help)) = fault.filter(|_| !is_copy) {
            let fault = self
                .faults
                .error(self.written.part(start..span.end), message);
            if let Some(help) = help {
                fault.help(help);
            }
        }
        // A field that is closed wrongly is known nevertheless, so that its uses are not reported as well.
        let name = content.split_whitespace().next().unwrap_or("").to_owned();
        if !is_name(&name) {
            return end + usize::from(matches!(closing, Some(']' | ')')));
        }
        self.close_text();
        self.pen_open = false;
        let shares = matches!(closing, Some('[' | '('));
        let has_text = !shares && self.text_follows(row, end, cells);
        let name_span = start + 1..start + 1 + name.len();
        let at = self.address(row, open);
        self.map.fields.push(DrawnField {
            span: name_span,
            name,
            at,
            length,
            input: bracket == '[',
            list_row,
            ends: !shares && !has_text,
        });
        self.map
            .behind
            .push(has_text.then_some(self.map.texts.len()));
        if shares {
            return end;
        }
        if has_text {
            self.begin_text(self.address(row, end), plain());
        }
        end + 1
    }

    /// Whether fixed text follows a field's closing bracket before the next attribute byte.
    fn text_follows(&self, _row: usize, end: usize, cells: &[Cell]) -> bool {
        let rest = cells.iter().skip(end + 1).map(|(_, ch)| *ch);
        let attribute = |ch: &char| matches!(ch, '[' | '(') || self.inks.pens.contains_key(ch);
        let before_attribute: Vec<char> = rest.clone().take_while(|ch| !attribute(ch)).collect();
        let reaches_the_end = before_attribute.len() == rest.count();
        // On a full screen the text may go on in the next line.
        self.is_window || reaches_the_end || before_attribute.iter().any(|ch| *ch != ' ')
    }
}
