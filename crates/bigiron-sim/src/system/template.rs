//! Text with computed parts.

use super::expr::Expr;
use super::kinds::words;

/// Text with computed parts: `RENEWAL {form.licno} ACCEPTED`.
#[derive(Debug, Clone, Default)]
pub struct Template(pub Vec<TemplatePart>);

/// A part of a [`Template`].
#[derive(Debug, Clone)]
pub enum TemplatePart {
    /// Literal text.
    Text(String),
    /// A computed value, as plain text.
    Expr(Expr),
    /// `{key}`, `{code}`, `{screen}`, `{time}` (HH:MM:SS): filled in by the host.
    Given(TemplateFact),
}

words! {
    /// Facts that only the host knows, while it fills in a [`Template`].
    pub enum TemplateFact {
        /// The name of the key that was pressed.
        Key = "key",
        /// The code of the abend.
        Code = "code",
        /// The name of the screen.
        Screen = "screen",
        /// The time of day, `HH:MM:SS`.
        Time = "time",
    }
}
