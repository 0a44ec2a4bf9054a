//! The operator information area: the line below the screen.

use std::fmt;

/// Why the keyboard takes no keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lock {
    /// No host.
    NotConnected,
    /// Connected, but the host has not yet written.
    AwaitingFirst,
    /// X and a clock: an AID was sent and the host has not yet written.
    Clock,
    /// X SYSTEM: the host has written, but not yet restored the keyboard.
    System,
    /// Attention keys are locked: the host has read the partition.
    EnterInhibit,
    /// X with arrows: typed into a protected position. RESET takes it back.
    Protected,
    /// X NUM: typed a letter into a numeric field. RESET takes it back.
    Numeric,
    /// X with a crowded figure: no room to insert. RESET takes it back.
    Overflow,
    /// X -f: the key has no function now. RESET takes it back; keys but those of attention wait.
    MinusFunction,
}

impl Lock {
    /// Whether it is an operator error, which RESET takes back and keys do not wait for.
    pub fn is_operator_error(self) -> bool {
        matches!(self, Lock::Protected | Lock::Numeric | Lock::Overflow)
    }
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Lock::NotConnected => "X Not Connected",
            Lock::AwaitingFirst => "X []",
            Lock::Clock => "X SYSTEM ()",
            Lock::System => "X SYSTEM",
            Lock::EnterInhibit => "X Inhibit",
            Lock::Protected => "X <-o->",
            Lock::Numeric => "X NUM",
            Lock::Overflow => "X o>",
            Lock::MinusFunction => "X -f",
        })
    }
}

/// The state of the operator information area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Oia {
    /// Why the keyboard is locked, if it is.
    pub lock: Option<Lock>,
    /// Whether insert mode is on.
    pub insert: bool,
    /// Whether the field under the cursor takes digits only.
    pub numeric: bool,
    /// How many keys wait for the unlock.
    pub typed_ahead: usize,
    /// Whether the host has sounded the alarm since the last key.
    pub alarm: bool,
    /// Row of the cursor, 1-based.
    pub row: u16,
    /// Column of the cursor, 1-based.
    pub column: u16,
}

impl Oia {
    /// The line, `columns` wide: connection at the left, the lock behind it, insert mode and the cursor's row/column at the right.
    pub fn render(&self, columns: usize) -> String {
        let lock = self.lock.map(|lock| lock.to_string()).unwrap_or_default();
        let flag = |on: bool, sign: &'static str| if on { sign } else { " " };
        let right = format!(
            "{} {} {} {:03}/{:03}",
            flag(self.numeric, "#"),
            flag(self.typed_ahead > 0, "T"),
            flag(self.insert, "^"),
            self.row,
            self.column
        );
        let left = format!("4A {lock}");
        let mut line = format!(
            "{left:<width$}{right}",
            width = columns.saturating_sub(right.len() + 1)
        );
        line.push(' ');
        line.chars().take(columns).collect()
    }
}

impl fmt::Display for Oia {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(80))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_reads_as_on_a_3279() {
        let oia = Oia {
            lock: Some(Lock::System),
            insert: true,
            numeric: false,
            typed_ahead: 0,
            alarm: false,
            row: 5,
            column: 17,
        };
        assert_eq!(
            oia.to_string(),
            format!("{:<66}    ^ 005/017 ", "4A X SYSTEM").replace("      ^", "      ^")
        );
        assert_eq!(oia.to_string().len(), 80);
    }
}
