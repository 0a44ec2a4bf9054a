//! Drawing a terminal's presentation space and operator information area into a buffer of cells.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::widgets::Widget;
use tn3270::terminal::Terminal;
use tn3270::wire::{Address, Color as Hue, Highlight, Intensity};

/// The colours of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Palette {
    /// The colours of a 3279 on black.
    #[default]
    Color,
    /// The window's own two colours, with intensified fields in bold.
    Monochrome,
}

/// The smallest window in which a screen is drawn, columns x rows.
pub(super) const SMALLEST: (u16, u16) = (20, 4);

/// The places of the parts of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowLayout {
    /// The screen, or as much of it as fits.
    pub screen: Rect,
    /// Row and column of the screen (0-based) that show at the top left.
    pub scroll: (u16, u16),
    /// The rule between screen and operator information area, if it fits.
    pub rule: Option<Rect>,
    /// The operator information area. With no row of its own it is the window's last row (see [`WindowLayout::shares`]).
    pub oia: Rect,
    /// Whether the operator information area shares the screen's last row, and so shows only when it must.
    pub shares: bool,
    /// The hint line, if it fits.
    pub hint: Option<Rect>,
}

impl WindowLayout {
    /// Fits a screen of so many rows and columns, with its cursor in view, into a window. None: the window is too small.
    pub fn fit(window: Rect, rows: u16, columns: u16, cursor: (u16, u16)) -> Option<WindowLayout> {
        if window.width < SMALLEST.0 || window.height < SMALLEST.1 {
            return None;
        }
        let shares = window.height == rows;
        let spare = window.height.saturating_sub(rows);
        let height = match shares {
            true => rows,
            false => rows.min(window.height - 1),
        };
        let width = columns.min(window.width);
        let line = |down: u16| Rect {
            y: window.y + down,
            height: 1,
            ..window
        };
        let oia = match shares {
            true => line(rows - 1),
            false => line(height + u16::from(spare >= 2)),
        };
        Some(WindowLayout {
            screen: Rect {
                width,
                height,
                ..window
            },
            scroll: (
                scroll(cursor.0, rows, height),
                scroll(cursor.1, columns, width),
            ),
            rule: (spare >= 2).then(|| line(rows)),
            oia: Rect { width, ..oia },
            shares,
            hint: (spare >= 3).then(|| line(window.height - 1)),
        })
    }

    /// Replaces the rule by the hint line, if only one of the two fits.
    #[must_use]
    pub fn rather_hints(self) -> WindowLayout {
        match (self.rule, self.hint) {
            (Some(rule), None) => WindowLayout {
                rule: None,
                oia: Rect {
                    y: rule.y,
                    ..self.oia
                },
                hint: Some(Rect {
                    y: self.oia.y,
                    ..rule
                }),
                ..self
            },
            _ => self,
        }
    }

    /// The position of the cursor in the window.
    pub fn cursor(&self, cursor: (u16, u16)) -> Position {
        Position {
            x: self.screen.x + cursor.1.saturating_sub(self.scroll.1),
            y: self.screen.y + cursor.0.saturating_sub(self.scroll.0),
        }
    }
}

/// The first row or column to show of `all`, of which `shown` fit, so that this one is in view.
fn scroll(at: u16, all: u16, shown: u16) -> u16 {
    match all <= shown {
        true => 0,
        false => (at + 1).saturating_sub(shown),
    }
}

/// Row and column of a terminal's cursor, 0-based.
pub fn cursor(terminal: &Terminal) -> (u16, u16) {
    let columns = terminal.columns().max(1);
    (terminal.cursor() / columns, terminal.cursor() % columns)
}

/// Draws a terminal: its screen, a rule, and the operator information area.
pub struct ScreenWidget<'a> {
    /// The terminal.
    pub terminal: &'a Terminal,
    /// The places of its parts.
    pub layout: WindowLayout,
    /// The colours.
    pub palette: Palette,
}

impl Widget for ScreenWidget<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let screen = self.layout.screen.intersection(area);
        for y in 0..screen.height {
            for x in 0..screen.width {
                let (row, column) = (self.layout.scroll.0 + y, self.layout.scroll.1 + x);
                self.cell(
                    row * self.terminal.columns() + column,
                    Position {
                        x: screen.x + x,
                        y: screen.y + y,
                    },
                    buffer,
                );
            }
        }
        let frame = frame_style(self.palette);
        if let Some(rule) = self.layout.rule {
            buffer.set_string(
                rule.x,
                rule.y,
                "─".repeat(usize::from(self.layout.oia.width)),
                frame,
            );
        }
        if self.shows_oia() {
            let line = self
                .terminal
                .oia()
                .render(usize::from(self.layout.oia.width));
            buffer.set_string(self.layout.oia.x, self.layout.oia.y, line, frame);
        }
    }
}

impl ScreenWidget<'_> {
    fn cell(&self, at: Address, position: Position, buffer: &mut Buffer) {
        let look = self.terminal.look(at);
        let Some(cell) = buffer.cell_mut(position) else {
            return;
        };
        cell.set_char(look.ch);
        cell.set_style(style(&look, self.palette));
    }

    /// Whether the operator information area shows. On the screen's last row it does while the keyboard is locked, or if that row is
    /// blank.
    pub fn shows_oia(&self) -> bool {
        !self.layout.shares
            || self.terminal.lock().is_some()
            || self
                .terminal
                .row_text(usize::from(self.terminal.rows().saturating_sub(1)))
                .trim()
                .is_empty()
    }
}

/// The style of the rule, the operator information area and the hint line.
pub fn frame_style(palette: Palette) -> Style {
    match palette {
        Palette::Color => Style::new().fg(Color::LightBlue).bg(Color::Black),
        Palette::Monochrome => Style::new(),
    }
}

fn style(look: &tn3270::terminal::Look, palette: Palette) -> Style {
    let mut style = match palette {
        Palette::Color => Style::new().fg(color(look.fg)).bg(color(look.bg)),
        Palette::Monochrome if look.intensity == Intensity::High => {
            Style::new().add_modifier(Modifier::BOLD)
        }
        Palette::Monochrome => Style::new(),
    };
    if look.hidden {
        return style;
    }
    style = match look.highlight {
        Highlight::Blink => style.add_modifier(Modifier::SLOW_BLINK),
        Highlight::Reverse => style.add_modifier(Modifier::REVERSED),
        Highlight::Underscore => style.add_modifier(Modifier::UNDERLINED),
        Highlight::Intensify => style.add_modifier(Modifier::BOLD),
        Highlight::Default | Highlight::Normal => style,
    };
    style
}

/// The sixteen colours of a window: the eight of a 3279 from the common palette, in their bright form, the rest by value.
fn color(hue: Hue) -> Color {
    match hue {
        Hue::Default | Hue::Green => Color::LightGreen,
        Hue::NeutralBlack | Hue::Black => Color::Black,
        Hue::Blue => Color::LightBlue,
        Hue::Red => Color::LightRed,
        Hue::Pink => Color::LightMagenta,
        Hue::Turquoise => Color::LightCyan,
        Hue::Yellow => Color::LightYellow,
        Hue::White | Hue::BrightWhite => Color::White,
        Hue::DeepBlue => Color::Rgb(0, 0, 205),
        Hue::Orange => Color::Rgb(255, 165, 0),
        Hue::Purple => Color::Rgb(160, 32, 240),
        Hue::PaleGreen => Color::Rgb(152, 251, 152),
        Hue::PaleTurquoise => Color::Rgb(175, 238, 238),
        Hue::Grey => Color::Rgb(190, 190, 190),
    }
}

#[cfg(test)]
mod tests;
