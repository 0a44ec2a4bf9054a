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

impl Aid {
    /// The AID with this code, if there is one.
    pub fn from_code(code: u8) -> Option<Aid> {
        Some(match code {
            0x60 => Aid::None,
            0x7D => Aid::Enter,
            0xF1..=0xF9 => Aid::Pf(code - 0xF0),
            0x7A..=0x7C => Aid::Pf(code - 0x7A + 10),
            0xC1..=0xC9 => Aid::Pf(code - 0xC0 + 12),
            0x4A..=0x4C => Aid::Pf(code - 0x4A + 22),
            0x6C => Aid::Pa(1),
            0x6E => Aid::Pa(2),
            0x6B => Aid::Pa(3),
            0x6D => Aid::Clear,
            0x7E => Aid::CursorSelect,
            0xF0 => Aid::SysReq,
            0x7F => Aid::Trigger,
            0xE6 => Aid::IdReader,
            0xE7 => Aid::MagneticReader,
            0x61 => Aid::ReadPartition,
            0x88 => Aid::StructuredField,
            _ => return None,
        })
    }

    /// The code on the wire. A PF or PA number that no keyboard has gives the code of no AID.
    pub fn code(self) -> u8 {
        match self {
            Aid::None => 0x60,
            Aid::Enter => 0x7D,
            Aid::Pf(n @ 1..=9) => 0xF0 + n,
            Aid::Pf(n @ 10..=12) => 0x7A + n - 10,
            Aid::Pf(n @ 13..=21) => 0xC0 + n - 12,
            Aid::Pf(n @ 22..=24) => 0x4A + n - 22,
            Aid::Pa(1) => 0x6C,
            Aid::Pa(2) => 0x6E,
            Aid::Pa(3) => 0x6B,
            Aid::Pf(_) | Aid::Pa(_) => 0x60,
            Aid::Clear => 0x6D,
            Aid::CursorSelect => 0x7E,
            Aid::SysReq => 0xF0,
            Aid::Trigger => 0x7F,
            Aid::IdReader => 0xE6,
            Aid::MagneticReader => 0xE7,
            Aid::ReadPartition => 0x61,
            Aid::StructuredField => 0x88,
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
            Aid::None => f.write_str("NONE"),
            Aid::Enter => f.write_str("ENTER"),
            Aid::Pf(n) => write!(f, "PF{n}"),
            Aid::Pa(n) => write!(f, "PA{n}"),
            Aid::Clear => f.write_str("CLEAR"),
            Aid::CursorSelect => f.write_str("SELECT"),
            Aid::SysReq => f.write_str("SYSREQ"),
            Aid::Trigger => f.write_str("TRIGGER"),
            Aid::IdReader => f.write_str("OICR"),
            Aid::MagneticReader => f.write_str("MSR"),
            Aid::ReadPartition => f.write_str("PARTITION"),
            Aid::StructuredField => f.write_str("SF"),
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
