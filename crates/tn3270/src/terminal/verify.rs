//! The invariants of a terminal, and a hash of its state.

use std::hash::Hasher;

use super::Terminal;
use xxhash_rust::xxh3::Xxh3;

impl Terminal {
    /// Checks the invariants of the terminal.
    ///
    /// # Errors
    /// The first invariant that does not hold, as text.
    pub fn verify(&self) -> Result<(), String> {
        let cells = usize::from(self.rows()) * usize::from(self.columns());
        let check = |holds: bool, what: &str| if holds { Ok(()) } else { Err(what.to_owned()) };
        check(
            self.cells().len() == cells && cells > 0,
            "the buffer is not rows x columns",
        )?;
        check(
            self.cursor < self.buffer.len(),
            "the cursor is outside the buffer",
        )?;
        check(
            (0..)
                .zip(self.cells())
                .filter(|(_, cell)| cell.is_attribute())
                .map(|(at, _)| at)
                .eq(self.buffer.attributes_from(0)),
            "the marks are not those of the attribute bytes",
        )?;
        check(
            self.cells()
                .iter()
                .all(|cell| !cell.is_attribute() || cell.code == 0),
            "a character stands under an attribute byte",
        )?;
        check(
            self.keyboard.ahead.is_empty() || self.options.typeahead,
            "keys wait although typeahead is off",
        )?;
        Ok(())
    }

    /// A hash of cells, cursor and keyboard: equal for equal screens on every machine.
    pub fn state_hash(&self) -> u64 {
        let mut hash = Xxh3::new();
        hash.update(&self.cursor.to_le_bytes());
        hash.update(&self.columns().to_le_bytes());
        let cells: Vec<u8> = self.cells().iter().flat_map(|cell| cell.bytes()).collect();
        hash.update(&cells);
        for (at, rare) in (0u16..).zip(self.cells().iter().map(|cell| cell.rare_bytes())) {
            if rare != [0, 0] {
                hash.update(&at.to_le_bytes());
                hash.update(&rare);
            }
        }
        hash.update(self.oia().render(80).as_bytes());
        hash.finish()
    }
}
