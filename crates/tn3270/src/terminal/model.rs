//! Sizes of the 3270 models, and how a terminal is set up.

use crate::wire::CodePage;

/// A model of the 3278 and 3279 display stations: the alternate screen size. The primary size is always 24 x 80.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Model {
    /// 24 rows x 80 columns.
    #[default]
    Two,
    /// 32 rows x 80 columns.
    Three,
    /// 43 rows x 80 columns.
    Four,
    /// 27 rows x 132 columns.
    Five,
}

/// Rows of the primary size.
pub const PRIMARY_ROWS: u16 = 24;
/// Columns of the primary size.
pub const PRIMARY_COLUMNS: u16 = 80;

impl Model {
    /// The model of this number, 2 to 5.
    pub fn from_number(number: u8) -> Option<Model> {
        [Model::Two, Model::Three, Model::Four, Model::Five]
            .into_iter()
            .find(|model| model.number() == number)
    }

    /// The number in the name: 2 to 5.
    pub fn number(self) -> u8 {
        match self {
            Model::Two => 2,
            Model::Three => 3,
            Model::Four => 4,
            Model::Five => 5,
        }
    }

    /// Rows of the alternate size.
    pub fn rows(self) -> u16 {
        match self {
            Model::Two => 24,
            Model::Three => 32,
            Model::Four => 43,
            Model::Five => 27,
        }
    }

    /// Columns of the alternate size.
    pub fn columns(self) -> u16 {
        if self == Model::Five { 132 } else { 80 }
    }
}

/// How a terminal is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TerminalOptions {
    /// The model.
    pub model: Model,
    /// A larger alternate size than the model's, rows x columns; at most 16383 cells, and no smaller than the model's in either direction.
    pub oversize: Option<(u16, u16)>,
    /// A 3279, with extended colour, rather than a 3278.
    pub color: bool,
    /// Whether to match s3270 byte for byte where it supports less than the standard or claims more than it does: field validation,
    /// field outlining and transparency are not kept for the host to read back, and the Query Reply offers file transfer under the
    /// name of x3270.
    pub as_s3270: bool,
    /// The code page of keys and screens.
    pub code_page: &'static CodePage,
    /// Whether numeric fields refuse letters.
    pub numeric_lock: bool,
    /// Whether typing fills nulls to the left in the field with blanks, and insertion may use up trailing blanks.
    pub blank_fill: bool,
    /// Whether letters show as capitals. Changes what is seen, not what is stored.
    pub mono_case: bool,
    /// Whether keys pressed while the keyboard is locked wait for the unlock.
    pub typeahead: bool,
}

impl Default for TerminalOptions {
    fn default() -> TerminalOptions {
        TerminalOptions {
            model: Model::Two,
            oversize: None,
            color: true,
            as_s3270: false,
            code_page: CodePage::CP037,
            numeric_lock: false,
            blank_fill: false,
            mono_case: false,
            typeahead: false,
        }
    }
}

impl TerminalOptions {
    /// The alternate size, rows x columns.
    pub fn alternate(&self) -> (u16, u16) {
        let model = (self.model.rows(), self.model.columns());
        match self.oversize {
            Some((rows, columns))
                if rows >= model.0
                    && columns >= model.1
                    && u32::from(rows) * u32::from(columns) < 0x4000 =>
            {
                (rows, columns)
            }
            _ => model,
        }
    }

    /// The device type in TN3270E, which knows only 3278s, and the terminal type in TELNET; an odd size has to be asked for.
    pub fn device_types(&self) -> (String, String) {
        match self.alternate() == (self.model.rows(), self.model.columns()) {
            true => (
                format!("IBM-3278-{}-E", self.model.number()),
                self.terminal_type(),
            ),
            false => ("IBM-DYNAMIC".into(), "IBM-DYNAMIC".into()),
        }
    }

    /// The terminal type as TELNET negotiates it, such as `IBM-3279-2-E`.
    pub fn terminal_type(&self) -> String {
        format!(
            "IBM-327{}-{}-E",
            if self.color { 9 } else { 8 },
            self.model.number()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_oversize_below_the_model_or_beyond_14_bits_is_not_taken() {
        let size = |oversize| {
            TerminalOptions {
                model: Model::Three,
                oversize: Some(oversize),
                ..TerminalOptions::default()
            }
            .alternate()
        };
        assert_eq!(size((62, 160)), (62, 160));
        assert_eq!(size((24, 160)), (32, 80));
        assert_eq!(size((128, 128)), (32, 80));
    }

    #[test]
    fn terminal_types_are_named_as_ibm_does() {
        assert_eq!(
            TerminalOptions {
                model: Model::Five,
                color: false,
                ..TerminalOptions::default()
            }
            .terminal_type(),
            "IBM-3278-5-E"
        );
    }
}
