//! A screen as text, as coloured text and as pixels.

use bigiron_sim::gym::ObservationShape;
use bigiron_sim::session::Session;
use embedded_graphics::mono_font::MonoTextStyleBuilder;
use embedded_graphics::mono_font::iso_8859_1::FONT_9X15;
use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::prelude::*;
use embedded_graphics::text::{Baseline, Text};
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use std::convert::Infallible;
use std::fmt::Write;
use tn3270::terminal::{Look, Terminal};
use tn3270::wire::{Address, Color, Highlight, Intensity};

/// Height and width of a cell in pixels.
pub const CELL: (usize, usize) = (15, 9);

/// Rows of text, the operator information area last.
pub fn text(terminal: &Terminal) -> Vec<String> {
    let columns = terminal.columns();
    let row = |row: u16| {
        let cells = (0..columns).map(|column| terminal.look(row * columns + column).ch);
        cells.collect()
    };
    let oia = terminal.oia().render(usize::from(columns));
    (0..terminal.rows()).map(row).chain([oia]).collect()
}

/// As [`text`], with colours by ECMA-48's SGR.
pub fn ansi(terminal: &Terminal) -> String {
    let columns = terminal.columns();
    let mut out = String::new();
    for row in 0..terminal.rows() {
        let mut last = None;
        for column in 0..columns {
            let at = row * columns + column;
            let look = terminal.look(at);
            let style = style(terminal, at, &look);
            if last != Some(style) {
                let (front, back) = style;
                // Writing to a String does not fail.
                let _ = write!(
                    out,
                    "\x1b[38;2;{};{};{};48;2;{};{};{}m",
                    front.r(),
                    front.g(),
                    front.b(),
                    back.r(),
                    back.g(),
                    back.b()
                );
                last = Some(style);
            }
            out.push(look.ch);
        }
        out.push_str("\x1b[0m\n");
    }
    out.push_str(&terminal.oia().render(usize::from(columns)));
    out
}

/// Paints the screen, and the operator information area in a row below, into an array of height x width x 3 bytes.
pub fn paint(
    session: Option<&Session>,
    shape: ObservationShape,
    to: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let size = ((shape.rows + 1) * CELL.0, shape.columns * CELL.1);
    let mut pixels = vec![0; size.0 * size.1 * 3];
    if let Some(session) = session {
        let mut picture = Picture {
            pixels: &mut pixels,
            width: size.1,
            height: size.0,
        };
        draw(session.terminal(), &mut picture);
    }
    let array = PyBuffer::<u8>::get(to)
        .map_err(|cause| PyTypeError::new_err(format!("an array of uint8 is expected: {cause}")))?;
    if array.item_count() != pixels.len() {
        return Err(PyValueError::new_err(format!(
            "the picture has {} bytes, the array {}: {} x {} x 3 is expected",
            pixels.len(),
            array.item_count(),
            size.0,
            size.1
        )));
    }
    array.copy_from_slice(to.py(), &pixels)
}

/// Bytes of red, green and blue, row after row.
struct Picture<'a> {
    pixels: &'a mut [u8],
    width: usize,
    height: usize,
}

impl OriginDimensions for Picture<'_> {
    fn size(&self) -> Size {
        Size::new(self.width as u32, self.height as u32)
    }
}

impl DrawTarget for Picture<'_> {
    type Color = Rgb888;
    type Error = Infallible;

    fn draw_iter<I>(&mut self, pixels: I) -> Result<(), Infallible>
    where
        I: IntoIterator<Item = Pixel<Rgb888>>,
    {
        for Pixel(at, color) in pixels {
            let (Ok(x), Ok(y)) = (usize::try_from(at.x), usize::try_from(at.y)) else {
                continue;
            };
            let place = (y * self.width + x) * 3;
            if let Some(place) = self
                .pixels
                .get_mut(place..place + 3)
                .filter(|_| x < self.width)
            {
                place.copy_from_slice(&[color.r(), color.g(), color.b()]);
            }
        }
        Ok(())
    }
}

fn draw(terminal: &Terminal, to: &mut Picture) {
    let columns = terminal.columns();
    for row in 0..terminal.rows() {
        for column in 0..columns {
            let at = row * columns + column;
            let look = terminal.look(at);
            let (front, back) = style(terminal, at, &look);
            let line = look.highlight == Highlight::Underscore;
            letter(to, row, column, look.ch, front, back, line);
        }
    }
    let below = terminal.rows();
    let oia = terminal.oia().render(usize::from(columns));
    for (column, character) in (0..columns).zip(oia.chars()) {
        letter(to, below, column, character, rgb(Color::Blue), BLACK, false);
    }
}

fn letter(
    to: &mut Picture,
    row: u16,
    column: u16,
    character: char,
    front: Rgb888,
    back: Rgb888,
    line: bool,
) {
    let mut style = MonoTextStyleBuilder::new()
        .font(&FONT_9X15)
        .text_color(front)
        .background_color(back);
    if line {
        style = style.underline();
    }
    let place = Point::new(
        i32::from(column) * CELL.1 as i32,
        i32::from(row) * CELL.0 as i32,
    );
    let mut bytes = [0; 4];
    let text = character.encode_utf8(&mut bytes);
    // Drawing into memory does not fail.
    let _ = Text::with_baseline(text, place, style.build(), Baseline::Top).draw(to);
}

const BLACK: Rgb888 = Rgb888::BLACK;

/// The colours of a position: those of the character and of what lies behind, exchanged in reverse and under the cursor.
fn style(terminal: &Terminal, at: Address, look: &Look) -> (Rgb888, Rgb888) {
    let bright = look.intensity == Intensity::High;
    let front = match look.fg {
        Color::Default if bright => rgb(Color::White),
        color => rgb(color),
    };
    let back = match look.bg {
        Color::Default => BLACK,
        color => rgb(color),
    };
    match (look.highlight == Highlight::Reverse) != (at == terminal.cursor()) {
        true => (if back == front { BLACK } else { back }, front),
        false => (front, back),
    }
}

/// A 3279's colours on a screen of today.
fn rgb(color: Color) -> Rgb888 {
    let (red, green, blue) = match color {
        Color::Default | Color::Green => (36, 216, 48),
        Color::NeutralBlack | Color::Black => (0, 0, 0),
        Color::Blue => (120, 144, 240),
        Color::Red => (240, 24, 24),
        Color::Pink => (255, 128, 255),
        Color::Turquoise => (88, 240, 240),
        Color::Yellow => (255, 255, 0),
        Color::White | Color::BrightWhite => (255, 255, 255),
        Color::DeepBlue => (0, 0, 205),
        Color::Orange => (255, 165, 0),
        Color::Purple => (160, 32, 240),
        Color::PaleGreen => (152, 251, 152),
        Color::PaleTurquoise => (175, 238, 238),
        Color::Grey => (190, 190, 190),
    };
    Rgb888::new(red, green, blue)
}
