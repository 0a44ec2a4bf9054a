//! Fields as a reader of the screen sees them.

use super::Terminal;
use super::cell::Cell;
use crate::wire::{Address, Color, FieldAttribute, Highlight};

/// One field of a formatted screen.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    terminal: &'a Terminal,
    /// Address of the attribute byte.
    pub attribute_address: Address,
    /// How many positions follow the attribute byte; the field may wrap round the buffer.
    pub length: u16,
    /// The field attribute.
    pub attribute: FieldAttribute,
}

impl<'a> Field<'a> {
    pub(super) fn at_attribute(terminal: &'a Terminal, at: Address) -> Option<Field<'a>> {
        let buffer = &terminal.buffer;
        let attribute = buffer.get(at).attribute()?;
        let end = buffer.next_attribute(buffer.next(at))?;
        let distance = if end > at {
            end - at
        } else {
            end + buffer.len() - at
        };
        Some(Field {
            terminal,
            attribute_address: at,
            length: distance - 1,
            attribute,
        })
    }

    /// Address of the first position behind the attribute byte.
    pub fn start(&self) -> Address {
        self.terminal.buffer.next(self.attribute_address)
    }

    /// The addresses of the positions, in order, wrapping.
    pub fn addresses(&self) -> impl Iterator<Item = Address> + use<> {
        let (start, size) = (
            u32::from(self.start()),
            u32::from(self.terminal.buffer.len().max(1)),
        );
        (0..u32::from(self.length)).map(move |offset| ((start + offset) % size) as Address)
    }

    /// The cell of the attribute byte, with the field's extended attributes.
    pub fn cell(&self) -> Cell {
        self.terminal.buffer.get(self.attribute_address)
    }

    /// What stands in the field, hidden or not, nulls as blanks.
    pub fn text(&self) -> String {
        self.addresses()
            .map(|at| self.terminal.character(at))
            .collect()
    }

    /// The text without trailing blanks.
    pub fn value(&self) -> String {
        let mut text = self.text();
        text.truncate(text.trim_end().len());
        text
    }

    /// Whether nothing of it shows.
    pub fn is_hidden(&self) -> bool {
        self.attribute.is_hidden()
    }

    /// Whether the operator may type here.
    pub fn is_input(&self) -> bool {
        !self.attribute.is_protected()
    }

    /// The colour the host gave.
    pub fn foreground(&self) -> Color {
        self.cell().color()
    }

    /// The background colour the host gave.
    pub fn background(&self) -> Color {
        self.cell().background_color()
    }

    /// The highlighting the host gave.
    pub fn highlight(&self) -> Highlight {
        self.cell().highlight()
    }
}
