//! What fires the rules of a screen.

use tn3270::wire::aid::Aid;

/// What fires the rules of a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trigger {
    /// The screen is opened by goto, call or modal, before it is painted.
    Open,
    /// The screen is returned to by `back`.
    Return,
    /// An attention key.
    Key(Aid),
}

impl Trigger {
    /// The trigger of this name: `enter`, `clear`, `pf1` to `pf24`, `pa1` to `pa3`, `open`, `return`.
    pub(crate) fn parse(name: &str) -> Option<Trigger> {
        match name {
            "open" => Some(Trigger::Open),
            "return" => Some(Trigger::Return),
            "enter" => Some(Trigger::Key(Aid::Enter)),
            "clear" => Some(Trigger::Key(Aid::Clear)),
            _ => {
                let pf = numbered(name, "pf", 24).map(Aid::Pf);
                let key = pf.or_else(|| numbered(name, "pa", 3).map(Aid::Pa));
                key.map(Trigger::Key)
            }
        }
    }
}

/// The number behind a prefix, from 1, without leading zeros.
fn numbered(name: &str, prefix: &str, most: u8) -> Option<u8> {
    let digits = name.strip_prefix(prefix)?;
    let number = digits.parse().ok().filter(|n| (1..=most).contains(n));
    number.filter(|_| !digits.starts_with(['0', '+']))
}
