//! How a field looks.

use std::fmt;
use tn3270::wire::{Color, FieldAttribute, Highlight};

/// A field attribute with its extensions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FieldStyle {
    /// Protection, numeric, intensity, MDT.
    pub attribute: FieldAttribute,
    /// Extended colour, if given.
    pub color: Option<Color>,
    /// Extended highlighting, if given.
    pub highlight: Option<Highlight>,
}

/// The printed form is part of the state hash of a host that has a mark pending, so its name stays as it was first written.
impl fmt::Debug for FieldStyle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Look")
            .field("attribute", &self.attribute)
            .field("color", &self.color)
            .field("highlight", &self.highlight)
            .finish()
    }
}
