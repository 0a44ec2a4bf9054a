//! Attention identifiers (GA23-0059, "Attention identification").

use std::fmt;

/// What made the terminal send: the first byte of every inbound record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aid {
    /// No AID: the host read without a key having been pressed.
    None,
    /// ENTER.
    Enter,
    /// A program function key, 1 to 24.
    Pf(u8),
    /// A program access key, 1 to 3. Sends a short read.
    Pa(u8),
    /// CLEAR. Sends a short read.
    Clear,
    /// A light pen or cursor select on an attention field.
    CursorSelect,
    /// The system request key of a non-SNA terminal.
    SysReq,
    /// The trigger action of a field with validation.
    Trigger,
    /// Magnetic reader, ID card.
    IdReader,
    /// Magnetic slot reader.
    MagneticReader,
    /// Answer to a Read Partition of modified fields or the buffer on terminals with explicit partitions.
    ReadPartition,
    /// Inbound structured fields follow.
    StructuredField,
}

/// Lists the AIDs without a number, with the code and the name of each. One that is missing here does not compile.
macro_rules! plain_aids {
    ($($aid:ident $code:literal $name:literal)*) => {
        impl Aid {
            /// The code and the name of an AID without a number.
            fn plain(self) -> Option<(u8, &'static str)> {
                match self {
                    $(Aid::$aid => Some(($code, $name)),)*
                    Aid::Pf(_) | Aid::Pa(_) => None,
                }
            }

            fn plain_from_code(code: u8) -> Option<Aid> {
                match code {
                    $($code => Some(Aid::$aid),)*
                    _ => None,
                }
            }
        }
    };
}

plain_aids! {
    None 0x60 "NONE"
    Enter 0x7D "ENTER"
    Clear 0x6D "CLEAR"
    CursorSelect 0x7E "SELECT"
    SysReq 0xF0 "SYSREQ"
    Trigger 0x7F "TRIGGER"
    IdReader 0xE6 "OICR"
    MagneticReader 0xE7 "MSR"
    ReadPartition 0x61 "PARTITION"
    StructuredField 0x88 "SF"
}

/// The codes of PF1 to PF24.
const PF: [u8; 24] = [
    0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0x7A, 0x7B, 0x7C, //
    0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0x4A, 0x4B, 0x4C,
];
/// The codes of PA1 to PA3.
const PA: [u8; 3] = [0x6C, 0x6E, 0x6B];
/// The code of no AID.
const NO_AID: u8 = 0x60;

impl Aid {
    /// The AID with this code, if there is one.
    pub fn from_code(code: u8) -> Option<Aid> {
        let numbered = |codes: &[u8]| {
            let at = codes.iter().position(|of| *of == code)?;
            u8::try_from(at + 1).ok()
        };
        Aid::plain_from_code(code)
            .or_else(|| numbered(&PF).map(Aid::Pf))
            .or_else(|| numbered(&PA).map(Aid::Pa))
    }

    /// The code on the wire. A PF or PA number that no keyboard has gives the code of no AID.
    pub fn code(self) -> u8 {
        let numbered = |codes: &[u8], n: u8| codes.get(usize::from(n).wrapping_sub(1)).copied();
        match self {
            Aid::Pf(n) => numbered(&PF, n).unwrap_or(NO_AID),
            Aid::Pa(n) => numbered(&PA, n).unwrap_or(NO_AID),
            plain => plain.plain().map_or(NO_AID, |(code, _)| code),
        }
    }

    /// Whether a terminal answers this key with the AID alone (a short read): PA keys and CLEAR.
    pub fn is_short(self) -> bool {
        matches!(self, Aid::Pa(_) | Aid::Clear)
    }
}

impl fmt::Display for Aid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Aid::Pf(n) => write!(f, "PF{n}"),
            Aid::Pa(n) => write!(f, "PA{n}"),
            plain => f.write_str(plain.plain().map_or("", |(_, name)| name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_code_reads_back_and_there_are_39() {
        let known: Vec<u8> = (0..=255)
            .filter(|&code| Aid::from_code(code).is_some_and(|aid| aid.code() == code))
            .collect();
        assert_eq!(
            known.len(),
            (0..=255)
                .filter(|&code| Aid::from_code(code).is_some())
                .count()
        );
        assert_eq!(known.len(), 12 + 24 + 3 - 2);
    }

    #[test]
    fn keys_have_the_names_an_operator_reads() {
        assert_eq!(
            [Aid::Pf(3), Aid::Pa(1), Aid::Enter, Aid::Clear].map(|a| a.to_string()),
            ["PF3", "PA1", "ENTER", "CLEAR"]
        );
    }
}
