//! Outbound data streams: commands, the write control character and orders (GA23-0059, "Commands", "Orders").

use std::fmt;

use super::address::{self, Address};
use super::attribute::{AttributeType, FieldAttribute};
use super::codes::Codes;
use super::structured::{self, StructuredField};

/// What a host sends in one record.
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

/// One order of a write, or a run of data between two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Code points to be stored one after another: graphics (40 and above) and format controls (NUL, FF, CR, NL, EM, DUP, FM, SUB, EO).
    Data(Codes),
    /// SF: an attribute byte.
    StartField(FieldAttribute),
    /// SFE: an attribute byte with extended attributes, at most 255 pairs.
    StartFieldExtended(Vec<(AttributeType, u8)>),
    /// SA: attributes for the characters that follow.
    SetAttribute(AttributeType, u8),
    /// MF: changes attributes of the field that starts at the current address, at most 255 pairs.
    ModifyField(Vec<(AttributeType, u8)>),
    /// SBA: the current address.
    SetBufferAddress(Address),
    /// IC: the cursor goes to the current address.
    InsertCursor,
    /// PT: to the first character of the next unprotected field.
    ProgramTab,
    /// RA: one character up to an address, not including it.
    RepeatToAddress {
        /// Where to stop; the same address as the current one fills the whole buffer.
        to: Address,
        /// The code point.
        code: u8,
        /// Whether it is of the alternate character set (Graphic Escape).
        graphic: bool,
    },
    /// EUA: nulls to all unprotected characters up to an address.
    EraseUnprotectedToAddress(Address),
    /// GE: one code point of the alternate (APL) character set.
    GraphicEscape(u8),
    /// A code below 40 that is neither an order nor a format control; a terminal passes over it.
    Unknown(u8),
    /// A truncated order. Always the last; a terminal obeys the orders before it.
    Malformed(Vec<u8>),
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

/// Command codes: the remote one, which is written, first.
const WRITE: [u8; 2] = [0xF1, 0x01];
const ERASE_WRITE: [u8; 2] = [0xF5, 0x05];
const ERASE_WRITE_ALTERNATE: [u8; 2] = [0x7E, 0x0D];
const ERASE_ALL_UNPROTECTED: [u8; 2] = [0x6F, 0x0F];
const READ_BUFFER: [u8; 2] = [0xF2, 0x02];
const READ_MODIFIED: [u8; 2] = [0xF6, 0x06];
const READ_MODIFIED_ALL: [u8; 2] = [0x6E, 0x0E];
const WRITE_STRUCTURED_FIELD: [u8; 2] = [0xF3, 0x11];
const NO_OPERATION: u8 = 0x03;

/// Order codes.
const SF: u8 = 0x1D;
const SFE: u8 = 0x29;
const SA: u8 = 0x28;
const MF: u8 = 0x2C;
const SBA: u8 = 0x11;
const IC: u8 = 0x13;
const PT: u8 = 0x05;
const RA: u8 = 0x3C;
const EUA: u8 = 0x12;
const GE: u8 = 0x08;

impl Outbound {
    /// Appends the record to `out`, commands in their remote (SNA and TN3270) code points.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut write = |command: [u8; 2], wcc: &Wcc, orders: &[Order]| {
            out.extend([command[0], wcc.code()]);
            orders.iter().for_each(|order| order.encode(out));
        };
        match self {
            Outbound::Write { wcc, orders } => write(WRITE, wcc, orders),
            Outbound::EraseWrite { wcc, orders } => write(ERASE_WRITE, wcc, orders),
            Outbound::EraseWriteAlternate { wcc, orders } => {
                write(ERASE_WRITE_ALTERNATE, wcc, orders)
            }
            Outbound::EraseAllUnprotected => out.push(ERASE_ALL_UNPROTECTED[0]),
            Outbound::ReadBuffer => out.push(READ_BUFFER[0]),
            Outbound::ReadModified => out.push(READ_MODIFIED[0]),
            Outbound::ReadModifiedAll => out.push(READ_MODIFIED_ALL[0]),
            Outbound::StructuredFields(fields) => {
                out.push(WRITE_STRUCTURED_FIELD[0]);
                fields.iter().for_each(|field| field.encode(out));
            }
            Outbound::NoOperation => out.push(NO_OPERATION),
            Outbound::Bare(BareWrite::Write) => out.push(WRITE[0]),
            Outbound::Bare(BareWrite::EraseWrite) => out.push(ERASE_WRITE[0]),
            Outbound::Bare(BareWrite::EraseWriteAlternate) => out.push(ERASE_WRITE_ALTERNATE[0]),
        }
    }

    /// Reads a record. Remote and local (CCW) command codes are both known.
    ///
    /// A fault behind the command is no error: the orders before it are kept, and [`Outbound::fault`] tells of it.
    pub fn decode(bytes: &[u8]) -> Result<Outbound, DecodeError> {
        let Some((&command, rest)) = bytes.split_first() else {
            return Err(DecodeError {
                offset: 0,
                what: "empty record instead of a command".into(),
            });
        };
        let Some((&wcc, orders)) = rest.split_first() else {
            return Outbound::decode_lone(command);
        };
        let write = || (Wcc::from_code(wcc), decode_orders(orders));
        Ok(match command {
            c if WRITE.contains(&c) => {
                let (wcc, orders) = write();
                Outbound::Write { wcc, orders }
            }
            c if ERASE_WRITE.contains(&c) => {
                let (wcc, orders) = write();
                Outbound::EraseWrite { wcc, orders }
            }
            c if ERASE_WRITE_ALTERNATE.contains(&c) => {
                let (wcc, orders) = write();
                Outbound::EraseWriteAlternate { wcc, orders }
            }
            c if WRITE_STRUCTURED_FIELD.contains(&c) => {
                Outbound::StructuredFields(structured::decode_fields(rest))
            }
            c => Outbound::decode_lone(c)?,
        })
    }

    /// A command that nothing follows, or that what follows means nothing to.
    fn decode_lone(command: u8) -> Result<Outbound, DecodeError> {
        Ok(match command {
            c if WRITE.contains(&c) => Outbound::Bare(BareWrite::Write),
            c if ERASE_WRITE.contains(&c) => Outbound::Bare(BareWrite::EraseWrite),
            c if ERASE_WRITE_ALTERNATE.contains(&c) => {
                Outbound::Bare(BareWrite::EraseWriteAlternate)
            }
            c if WRITE_STRUCTURED_FIELD.contains(&c) => Outbound::StructuredFields(Vec::new()),
            c if ERASE_ALL_UNPROTECTED.contains(&c) => Outbound::EraseAllUnprotected,
            c if READ_BUFFER.contains(&c) => Outbound::ReadBuffer,
            c if READ_MODIFIED.contains(&c) => Outbound::ReadModified,
            c if READ_MODIFIED_ALL.contains(&c) => Outbound::ReadModifiedAll,
            NO_OPERATION => Outbound::NoOperation,
            c => {
                return Err(DecodeError {
                    offset: 0,
                    what: format!("unknown command {c:02X}"),
                });
            }
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
        let mut before = vec![WRITE_STRUCTURED_FIELD[0]];
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

impl Order {
    /// Appends the order to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Order::Data(codes) => out.extend_from_slice(codes),
            Order::Malformed(bytes) => out.extend_from_slice(bytes),
            Order::StartField(attribute) => out.extend([SF, attribute.code()]),
            Order::StartFieldExtended(pairs) => encode_pairs(SFE, pairs, out),
            Order::SetAttribute(kind, value) => out.extend([SA, kind.code(), *value]),
            Order::ModifyField(pairs) => encode_pairs(MF, pairs, out),
            Order::SetBufferAddress(at) => encode_address(SBA, *at, out),
            Order::InsertCursor => out.push(IC),
            Order::ProgramTab => out.push(PT),
            Order::RepeatToAddress { to, code, graphic } => {
                encode_address(RA, *to, out);
                if *graphic {
                    out.push(GE);
                }
                out.push(*code);
            }
            Order::EraseUnprotectedToAddress(to) => encode_address(EUA, *to, out),
            Order::GraphicEscape(code) => out.extend([GE, *code]),
            Order::Unknown(code) => out.push(*code),
        }
    }
}

fn encode_address(order: u8, at: Address, out: &mut Vec<u8>) {
    let [high, low] = address::encode(at);
    out.extend([order, high, low]);
}

fn encode_pairs(order: u8, pairs: &[(AttributeType, u8)], out: &mut Vec<u8>) {
    let pairs = &pairs[..pairs.len().min(255)];
    out.extend([order, pairs.len() as u8]);
    for (kind, value) in pairs {
        out.extend([kind.code(), *value]);
    }
}

/// Whether the byte begins an order rather than standing for itself.
fn is_order(code: u8) -> bool {
    matches!(code, SF | SFE | SA | MF | SBA | IC | PT | RA | EUA | GE)
}

/// Whether each byte is stored as it stands: graphics and format controls.
const IS_DATA: [bool; 256] = {
    let mut table = [false; 256];
    let mut code = 0;
    while code < 256 {
        table[code] = code >= 0x40
            || matches!(
                code,
                0x00 | 0x0C..=0x0F | 0x15 | 0x19 | 0x1C | 0x1E | 0x25 | 0x3F
            );
        code += 1;
    }
    table
};

/// Reads orders and data up to the end or the first fault.
pub(super) fn decode_orders(mut bytes: &[u8]) -> Vec<Order> {
    let mut orders = Vec::with_capacity(bytes.len() / 3 + 1);
    while !bytes.is_empty() {
        let run = bytes
            .iter()
            .position(|&code| !IS_DATA[usize::from(code)])
            .unwrap_or(bytes.len());
        if run > 0 {
            let (data, rest) = bytes.split_at(run);
            orders.push(Order::Data(data.into()));
            bytes = rest;
            continue;
        }
        match decode_order(bytes) {
            Some((order, rest)) => {
                orders.push(order);
                bytes = rest;
            }
            None => {
                orders.push(Order::Malformed(bytes.to_vec()));
                break;
            }
        }
    }
    orders
}

fn decode_order(bytes: &[u8]) -> Option<(Order, &[u8])> {
    Some(match *bytes {
        [SF, attribute, ref rest @ ..] => (
            Order::StartField(FieldAttribute::from_code(attribute)),
            rest,
        ),
        [SBA, high, low, ref rest @ ..] => {
            (Order::SetBufferAddress(address::decode([high, low])), rest)
        }
        [SA, kind, value, ref rest @ ..] => (
            Order::SetAttribute(AttributeType::from_code(kind), value),
            rest,
        ),
        [SFE, count, ref rest @ ..] => {
            let (pairs, rest) = decode_pairs(count, rest)?;
            (Order::StartFieldExtended(pairs), rest)
        }
        [MF, count, ref rest @ ..] => {
            let (pairs, rest) = decode_pairs(count, rest)?;
            (Order::ModifyField(pairs), rest)
        }
        [IC, ref rest @ ..] => (Order::InsertCursor, rest),
        [PT, ref rest @ ..] => (Order::ProgramTab, rest),
        [RA, high, low, GE, code, ref rest @ ..] => (
            Order::RepeatToAddress {
                to: address::decode([high, low]),
                code,
                graphic: true,
            },
            rest,
        ),
        [RA, high, low, code, ref rest @ ..] if code != GE => (
            Order::RepeatToAddress {
                to: address::decode([high, low]),
                code,
                graphic: false,
            },
            rest,
        ),
        [EUA, high, low, ref rest @ ..] => (
            Order::EraseUnprotectedToAddress(address::decode([high, low])),
            rest,
        ),
        [GE, code, ref rest @ ..] => (Order::GraphicEscape(code), rest),
        [code, ref rest @ ..] if !is_order(code) => (Order::Unknown(code), rest),
        _ => return None,
    })
}

type Pairs = Vec<(AttributeType, u8)>;

fn decode_pairs(count: u8, bytes: &[u8]) -> Option<(Pairs, &[u8])> {
    let (pairs, rest) = bytes.split_at_checked(usize::from(count) * 2)?;
    Some((
        pairs
            .chunks_exact(2)
            .map(|pair| (AttributeType::from_code(pair[0]), pair[1]))
            .collect(),
        rest,
    ))
}
