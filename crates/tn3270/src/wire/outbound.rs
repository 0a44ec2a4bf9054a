//! Outbound data streams: commands and the write control character (GA23-0059, "Commands").

use std::fmt;

use super::address;
use super::coded::coded;
use super::order::{Order, decode_orders};
use super::structured::{self, StructuredField};

/// What a host sends in one record.
///
/// ```
/// use tn3270::wire::{FieldAttribute, Order, Outbound, Wcc};
///
/// // Write, WCC; SBA row 2 column 1, SF protected, "OK".
/// let bytes = [0xF1, 0xC3, 0x11, 0xC1, 0x50, 0x1D, 0x60, 0xD6, 0xD2];
/// let outbound = Outbound::decode(&bytes)?;
/// assert_eq!(
///     outbound,
///     Outbound::Write {
///         wcc: Wcc::RESTORE,
///         orders: vec![
///             Order::SetBufferAddress(80),
///             Order::StartField(FieldAttribute::default().protected(true)),
///             Order::Data(vec![0xD6, 0xD2].into()),
///         ],
///     }
/// );
/// assert!(outbound.restores_keyboard());
///
/// let mut encoded = Vec::new();
/// outbound.encode(&mut encoded);
/// assert_eq!(encoded, bytes);
///
/// // A truncated order does not lose those before it.
/// let truncated = Outbound::decode(&bytes[..6])?;
/// assert_eq!(truncated.orders().len(), 2);
/// assert_eq!(truncated.fault().map(|fault| fault.offset), Some(5));
/// # Ok::<(), tn3270::wire::outbound::DecodeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outbound {
    /// Write: changes the buffer where the orders say.
    Write {
        /// The write control character.
        wcc: Wcc,
        /// Orders and data.
        orders: Vec<Order>,
    },
    /// Erase/Write: clears the buffer in the primary size first.
    EraseWrite {
        /// The write control character.
        wcc: Wcc,
        /// Orders and data.
        orders: Vec<Order>,
    },
    /// Erase/Write Alternate: clears the buffer in the alternate size first.
    EraseWriteAlternate {
        /// The write control character.
        wcc: Wcc,
        /// Orders and data.
        orders: Vec<Order>,
    },
    /// Erase All Unprotected.
    EraseAllUnprotected,
    /// Read Buffer.
    ReadBuffer,
    /// Read Modified.
    ReadModified,
    /// Read Modified All.
    ReadModifiedAll,
    /// Write Structured Field.
    StructuredFields(Vec<StructuredField>),
    /// No operation.
    NoOperation,
    /// A write command at which the record ends: without a WCC it erases, if it does, and no more.
    Bare(BareWrite),
}

/// The command of a record that is nothing but a write command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BareWrite {
    /// Write.
    Write,
    /// Erase/Write.
    EraseWrite,
    /// Erase/Write Alternate.
    EraseWriteAlternate,
}

/// The write control character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Wcc {
    /// Resets all modified data tags before the orders.
    pub reset_mdt: bool,
    /// Unlocks the keyboard after the orders.
    pub restore: bool,
    /// Sounds the alarm.
    pub alarm: bool,
    /// Starts the printer.
    pub print: bool,
    /// The remaining bits (0x70: reset and printout format), as they stand.
    pub format: u8,
}

impl Wcc {
    /// Reset MDT and restore the keyboard: what most screens are sent with.
    pub const RESTORE: Wcc = Wcc {
        reset_mdt: true,
        restore: true,
        alarm: false,
        print: false,
        format: 0x40,
    };

    /// The meaning of a WCC byte. The top bit only makes it a graphic.
    pub fn from_code(code: u8) -> Wcc {
        Wcc {
            reset_mdt: code & 0x01 != 0,
            restore: code & 0x02 != 0,
            alarm: code & 0x04 != 0,
            print: code & 0x08 != 0,
            format: code & 0x70,
        }
    }

    /// The byte on the wire.
    pub fn code(self) -> u8 {
        let bit = |on: bool, bit: u8| if on { bit } else { 0 };
        let low = bit(self.reset_mdt, 0x01)
            | bit(self.restore, 0x02)
            | bit(self.alarm, 0x04)
            | bit(self.print, 0x08)
            | self.format & 0x30;
        // The reset bit has the place of 0x40, which the graphics of the code table share with the top bit.
        let graphic = address::six_bit_code(low);
        if self.format & 0x40 == 0 {
            graphic & 0xBF
        } else {
            graphic | 0x40
        }
    }
}

/// Why a record, or the rest of it, cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    /// 0-based offset in the record of the first byte that cannot be read.
    pub offset: usize,
    /// What is wrong there.
    pub what: String,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {} of the record", self.what, self.offset)
    }
}

impl std::error::Error for DecodeError {}

coded! {
    /// A command. The code of SNA and TN3270 is written; that of a channel (a CCW) is read too.
    enum Command {
        Write = 0xF1 | 0x01,
        EraseWrite = 0xF5 | 0x05,
        EraseWriteAlternate = 0x7E | 0x0D,
        EraseAllUnprotected = 0x6F | 0x0F,
        ReadBuffer = 0xF2 | 0x02,
        ReadModified = 0xF6 | 0x06,
        ReadModifiedAll = 0x6E | 0x0E,
        WriteStructuredField = 0xF3 | 0x11,
        NoOperation = 0x03,
    }
}

impl Outbound {
    fn command(&self) -> Command {
        match self {
            Outbound::Write { .. } | Outbound::Bare(BareWrite::Write) => Command::Write,
            Outbound::EraseWrite { .. } | Outbound::Bare(BareWrite::EraseWrite) => {
                Command::EraseWrite
            }
            Outbound::EraseWriteAlternate { .. }
            | Outbound::Bare(BareWrite::EraseWriteAlternate) => Command::EraseWriteAlternate,
            Outbound::EraseAllUnprotected => Command::EraseAllUnprotected,
            Outbound::ReadBuffer => Command::ReadBuffer,
            Outbound::ReadModified => Command::ReadModified,
            Outbound::ReadModifiedAll => Command::ReadModifiedAll,
            Outbound::StructuredFields(_) => Command::WriteStructuredField,
            Outbound::NoOperation => Command::NoOperation,
        }
    }

    /// Appends the record to `out`, commands in their SNA and TN3270 codes.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.push(self.command().code());
        match self {
            Outbound::Write { wcc, orders }
            | Outbound::EraseWrite { wcc, orders }
            | Outbound::EraseWriteAlternate { wcc, orders } => {
                out.push(wcc.code());
                orders.iter().for_each(|order| order.encode(out));
            }
            Outbound::StructuredFields(fields) => {
                fields.iter().for_each(|field| field.encode(out));
            }
            Outbound::EraseAllUnprotected
            | Outbound::ReadBuffer
            | Outbound::ReadModified
            | Outbound::ReadModifiedAll
            | Outbound::NoOperation
            | Outbound::Bare(_) => {}
        }
    }

    /// Reads a record. Commands may be in their SNA or their channel codes. A fault behind the command is no error: the orders
    /// before it are kept, and [`Outbound::fault`] gives it.
    ///
    /// # Errors
    /// The record is empty, or does not begin with a command.
    pub fn decode(bytes: &[u8]) -> Result<Outbound, DecodeError> {
        let error = |what: String| DecodeError { offset: 0, what };
        let Some((&code, rest)) = bytes.split_first() else {
            return Err(error("empty record instead of a command".into()));
        };
        let Some(command) = Command::from_code(code) else {
            return Err(error(format!("unknown command {code:02X}")));
        };
        Ok(match command {
            Command::Write => match decode_write(rest) {
                Some((wcc, orders)) => Outbound::Write { wcc, orders },
                None => Outbound::Bare(BareWrite::Write),
            },
            Command::EraseWrite => match decode_write(rest) {
                Some((wcc, orders)) => Outbound::EraseWrite { wcc, orders },
                None => Outbound::Bare(BareWrite::EraseWrite),
            },
            Command::EraseWriteAlternate => match decode_write(rest) {
                Some((wcc, orders)) => Outbound::EraseWriteAlternate { wcc, orders },
                None => Outbound::Bare(BareWrite::EraseWriteAlternate),
            },
            Command::EraseAllUnprotected => Outbound::EraseAllUnprotected,
            Command::ReadBuffer => Outbound::ReadBuffer,
            Command::ReadModified => Outbound::ReadModified,
            Command::ReadModifiedAll => Outbound::ReadModifiedAll,
            Command::WriteStructuredField => {
                Outbound::StructuredFields(structured::decode_fields(rest))
            }
            Command::NoOperation => Outbound::NoOperation,
        })
    }

    /// The orders of a write.
    pub fn orders(&self) -> &[Order] {
        match self {
            Outbound::Write { orders, .. }
            | Outbound::EraseWrite { orders, .. }
            | Outbound::EraseWriteAlternate { orders, .. } => orders,
            _ => &[],
        }
    }

    /// Whether the record unlocks the keyboard: a write with the restore bit, Erase All Unprotected, or a structured field with such a write.
    pub fn restores_keyboard(&self) -> bool {
        match self {
            Outbound::Write { wcc, .. } | Outbound::EraseWrite { wcc, .. } | Outbound::EraseWriteAlternate { wcc, .. } => wcc.restore,
            Outbound::EraseAllUnprotected => true,
            Outbound::StructuredFields(fields) => {
                fields.iter().any(|field| matches!(field, StructuredField::Outbound3270 { command, .. } if command.restores_keyboard()))
            }
            _ => false,
        }
    }

    /// What is wrong with the record and where, if it could not be read to its end.
    pub fn fault(&self) -> Option<DecodeError> {
        if let Some(Order::Malformed(bytes)) = self.orders().last() {
            let mut whole = Vec::new();
            self.encode(&mut whole);
            let code = bytes.first().copied().unwrap_or_default();
            return Some(DecodeError {
                offset: whole.len() - bytes.len(),
                what: format!("truncated order {code:02X}"),
            });
        }
        let Outbound::StructuredFields(fields) = self else {
            return None;
        };
        let mut before = vec![self.command().code()];
        for field in fields {
            if let StructuredField::Malformed(_) = field {
                return Some(DecodeError {
                    offset: before.len(),
                    what: "structured field with a length that does not fit".into(),
                });
            }
            field.encode(&mut before);
        }
        None
    }
}

/// The WCC and the orders of a write; none if the record ends at the command.
fn decode_write(rest: &[u8]) -> Option<(Wcc, Vec<Order>)> {
    let (&wcc, orders) = rest.split_first()?;
    Some((Wcc::from_code(wcc), decode_orders(orders)))
}
