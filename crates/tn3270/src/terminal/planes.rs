//! What shows, as bytes: the planes of which a learner's observation is made.
//!
//! A plane has a byte for each position, row after row. There are four, one behind the other:
//!
//! | plane | a byte |
//! |---|---|
//! | [`CHARACTER`] | the Latin-1 code of the character that shows; a blank (20) for nulls, attribute bytes and hidden positions, SUB (1A) for a character beyond Latin-1 |
//! | [`FIELD`] | the attribute that governs the position: 40, and of GA23-0059's bits 20 protected, 10 numeric, 0C intensity; 80 if it is the attribute byte itself. 00 on an unformatted screen |
//! | [`COLOR`] | low four bits: the colour as on the wire without its F0 (1 blue, 2 red, 3 pink, 4 green, 5 turquoise, 6 yellow, 7 white, then 8 to F of the extended palette); high four: highlighting (1 blink, 2 reverse, 4 underscore, 8 intensify) |
//! | [`MODIFIED`] | 1 where the modified data tag of the governing field is set |
//!
//! Nothing in them but the tags is beyond what a person sees.

use super::Terminal;
use super::cell::Cell;
use super::look::base_color;
use crate::wire::ebcdic::LATIN_SUBSTITUTE;
use crate::wire::{Address, Color};
use std::ops::Range;

/// How many planes there are.
pub const PLANES: usize = 4;
/// Which plane holds characters.
pub const CHARACTER: usize = 0;
/// Which plane holds field attributes.
pub const FIELD: usize = 1;
/// Which plane holds colours and highlighting.
pub const COLOR: usize = 2;
/// Which plane holds modified data tags.
pub const MODIFIED: usize = 3;

const BLANK: u8 = b' ';
const GOVERNED: u8 = 0x40;
const ATTRIBUTE_BYTE: u8 = 0x80;
const MDT: u8 = 0x01;

/// Which parts of a screen have changed: a bit for each block of cells, and the span from the first cell to the last, which
/// is the shorter of the two after a character was typed.
#[derive(Debug, Clone, Copy)]
pub struct Changes {
    blocks: u64,
    from: Address,
    to: Address,
}

impl Default for Changes {
    fn default() -> Changes {
        Changes {
            blocks: 0,
            from: Address::MAX,
            to: 0,
        }
    }
}

/// The power of two of cells in a block, for a screen of so many cells: at most 64 blocks, of 32 cells or more.
fn block(cells: usize) -> u32 {
    (usize::BITS - cells.saturating_sub(1).leading_zeros())
        .saturating_sub(6)
        .max(5)
}

impl Changes {
    /// Everything.
    pub const ALL: Changes = Changes {
        blocks: u64::MAX,
        from: 0,
        to: Address::MAX,
    };

    /// Whether nothing has changed.
    pub fn is_empty(self) -> bool {
        self.blocks == 0
    }

    /// Whether nothing can be added.
    fn is_whole(self) -> bool {
        self.to == Address::MAX
    }

    fn is_all(self) -> bool {
        self.blocks == u64::MAX
    }

    /// Adds the cells of a screen of so many from an address up to another, not including it.
    pub(super) fn add(&mut self, from: Address, to: Address, cells: usize) {
        if from < to && !self.is_whole() {
            let block = block(cells);
            let (first, last) = (u32::from(from) >> block, u32::from(to - 1) >> block);
            self.blocks |= u64::MAX << first.min(63) & u64::MAX >> (63 - last.min(63));
            self.from = self.from.min(from);
            self.to = self.to.max(to);
        }
    }
}

/// What the cells of a field have from its attribute byte.
struct Governing {
    /// For the plane of fields.
    field: u8,
    hidden: bool,
    /// Low four bits of the colour.
    color: u8,
    highlighting: u8,
    modified: u8,
}

impl Governing {
    /// `start` is the attribute byte; none on an unformatted screen.
    fn new(start: Option<Cell>, color: bool) -> Governing {
        let cell = start.unwrap_or_default();
        let attribute = cell.attribute().unwrap_or_default();
        let base = match color {
            true => base_color(attribute),
            false => Color::Green,
        };
        Governing {
            field: match start {
                Some(_) => GOVERNED | attribute.bits() & !MDT,
                None => 0,
            },
            hidden: attribute.is_hidden(),
            color: match cell.foreground {
                0 => base.code() & 0x0F,
                own => own & 0x0F,
            },
            highlighting: cell.highlighting,
            modified: attribute.bits() & MDT,
        }
    }

    /// Low four bits of the colour of a cell of the field.
    fn color_of(&self, cell: Cell) -> u8 {
        match cell.foreground {
            0 => self.color,
            own => own & 0x0F,
        }
    }

    fn highlighting_of(&self, cell: Cell) -> u8 {
        match cell.highlighting {
            0 => self.highlighting,
            own => own,
        }
    }
}

/// Four planes of one screen.
struct Planes<'a> {
    character: &'a mut [u8],
    field: &'a mut [u8],
    color: &'a mut [u8],
    modified: &'a mut [u8],
}

impl<'a> Planes<'a> {
    /// What is behind the first so many places.
    fn behind(&mut self, at: usize) -> Planes<'_> {
        Planes {
            character: rest(self.character, at),
            field: rest(self.field, at),
            color: rest(self.color, at),
            modified: rest(self.modified, at),
        }
    }

    /// Takes the first so many places, or as many as there are.
    fn take(&mut self, count: usize) -> Planes<'a> {
        Planes {
            character: first(&mut self.character, count),
            field: first(&mut self.field, count),
            color: first(&mut self.color, count),
            modified: first(&mut self.modified, count),
        }
    }

    /// Draws an attribute byte, which governs itself.
    fn put_attribute(self, attribute: Cell, field: &Governing) {
        self.character.fill(BLANK);
        self.field.fill(field.field | ATTRIBUTE_BYTE);
        self.color.fill(field.color_of(attribute));
        self.modified.fill(field.modified);
    }
}

fn rest(plane: &mut [u8], at: usize) -> &mut [u8] {
    plane.get_mut(at..).unwrap_or_default()
}

fn first<'a>(plane: &mut &'a mut [u8], count: usize) -> &'a mut [u8] {
    plane
        .split_off_mut(..count.min(plane.len()))
        .unwrap_or_default()
}

impl Terminal {
    /// Which parts of the screen have changed since the last call, or since the terminal was made.
    pub fn take_changes(&mut self) -> Changes {
        self.buffer.take_changes()
    }

    /// Of how many rows and columns a plane has to be for a terminal set up like this one: those of the larger of its two
    /// screen sizes. A smaller screen stands at the top left, with blanks (character) and 00 around it.
    pub fn plane_size(&self) -> (usize, usize) {
        let (rows, columns) = self.options.alternate();
        (
            usize::from(rows.max(super::PRIMARY_ROWS)),
            usize::from(columns.max(super::PRIMARY_COLUMNS)),
        )
    }

    /// Writes the parts that have changed into planes that hold the rest: [`PLANES`] planes of so many rows and columns, at
    /// least those of [`Terminal::plane_size`]. What has no room in `planes` is left out.
    pub fn draw_planes(
        &self,
        changes: Changes,
        (rows, columns): (usize, usize),
        planes: &mut [u8],
    ) {
        let size = rows * columns;
        let mut parts = planes.chunks_mut(size.max(1));
        let mut part = || parts.next().unwrap_or_default();
        let mut planes = Planes {
            character: part(),
            field: part(),
            color: part(),
            modified: part(),
        };
        let cells = self.cells();
        if changes.is_all() && cells.len() < size {
            planes.character.fill(BLANK);
            planes.field.fill(0);
            planes.color.fill(0);
            planes.modified.fill(0);
        }
        let block = block(cells.len());
        let span = usize::from(changes.from)..usize::from(changes.to).min(cells.len());
        if span.len() <= 1 << block {
            self.draw_range(span, columns, &mut planes);
            return;
        }
        let mut left = changes.blocks;
        while left != 0 {
            let first = left.trailing_zeros();
            let run = (left >> first).trailing_ones();
            let range = (first as usize) << block..((first + run) as usize) << block;
            if range.start >= cells.len() {
                break;
            }
            self.draw_range(
                range.start..range.end.min(cells.len()),
                columns,
                &mut planes,
            );
            left = match first + run {
                64.. => 0,
                next => left >> next << next,
            };
        }
    }

    fn draw_range(&self, range: Range<usize>, stride: usize, planes: &mut Planes) {
        let columns = usize::from(self.columns()).clamp(1, stride.max(1));
        let start = self.buffer.field_start(range.start as Address);
        let start = start.map(|start| self.buffer.get(start));
        let mut field = Governing::new(start, self.options.color);
        let mut at = range.start;
        while at < range.end {
            // Rows of the same width lie one behind the other in the planes too.
            let end = match columns == stride {
                true => range.end,
                false => range.end.min((at / columns + 1) * columns),
            };
            let cells = self.cells().get(at..end).unwrap_or_default();
            self.draw_run(
                cells,
                &mut field,
                planes.behind(at / columns * stride + at % columns),
            );
            at = end;
        }
    }

    /// Draws cells into planes that begin where they do. `field` governs the first of them, and then those behind the last.
    fn draw_run(&self, cells: &[Cell], field: &mut Governing, mut planes: Planes) {
        for part in cells.chunk_by(|_, next| !next.is_attribute()) {
            let mut governed = part;
            if let Some((attribute, behind)) = part.split_first()
                && attribute.is_attribute()
            {
                *field = Governing::new(Some(*attribute), self.options.color);
                planes.take(1).put_attribute(*attribute, field);
                governed = behind;
            }
            self.draw_governed(governed, field, planes.take(governed.len()));
        }
    }

    /// Draws cells of one field.
    fn draw_governed(&self, cells: &[Cell], field: &Governing, to: Planes) {
        to.field.fill(field.field);
        to.modified.fill(field.modified);
        let letters = self.options.code_page.latin_graphics();
        let plain =
            !self.options.mono_case && cells.iter().all(|cell| cell.character_set == Cell::BASE);
        for (to, &cell) in to.character.iter_mut().zip(cells) {
            *to = match (field.hidden, plain) {
                (true, _) => BLANK,
                (_, true) => letters[usize::from(cell.code)],
                (_, false) => u8::try_from(self.shown(cell)).unwrap_or(LATIN_SUBSTITUTE),
            };
        }
        if cells
            .iter()
            .all(|cell| cell.foreground | cell.highlighting == 0)
        {
            to.color.fill(field.color | field.highlighting << 4);
            return;
        }
        for (to, &cell) in to.color.iter_mut().zip(cells) {
            *to = field.color_of(cell) | field.highlighting_of(cell) << 4;
        }
    }
}
