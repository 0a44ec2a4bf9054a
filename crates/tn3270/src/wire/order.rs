//! Orders of a write, and the data between them (GA23-0059, "Orders").

use super::address::{self, Address};
use super::attribute::{AttributeType, FieldAttribute};
use super::coded::coded;
use super::codes::Codes;

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

coded! {
    /// The code that begins an order.
    pub(crate) enum OrderCode {
        /// SF.
        StartField = 0x1D,
        /// SFE.
        StartFieldExtended = 0x29,
        /// SA.
        SetAttribute = 0x28,
        /// MF.
        ModifyField = 0x2C,
        /// SBA.
        SetBufferAddress = 0x11,
        /// IC.
        InsertCursor = 0x13,
        /// PT.
        ProgramTab = 0x05,
        /// RA.
        RepeatToAddress = 0x3C,
        /// EUA.
        EraseUnprotectedToAddress = 0x12,
        /// GE.
        GraphicEscape = 0x08,
    }
}

impl Order {
    /// Appends the order to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Order::Data(codes) => out.extend_from_slice(codes),
            Order::Malformed(bytes) => out.extend_from_slice(bytes),
            Order::StartField(attribute) => {
                out.extend([OrderCode::StartField.code(), attribute.code()])
            }
            Order::StartFieldExtended(pairs) => {
                encode_pairs(OrderCode::StartFieldExtended, pairs, out)
            }
            Order::SetAttribute(kind, value) => {
                out.extend([OrderCode::SetAttribute.code(), kind.code(), *value])
            }
            Order::ModifyField(pairs) => encode_pairs(OrderCode::ModifyField, pairs, out),
            Order::SetBufferAddress(at) => encode_address(OrderCode::SetBufferAddress, *at, out),
            Order::InsertCursor => out.push(OrderCode::InsertCursor.code()),
            Order::ProgramTab => out.push(OrderCode::ProgramTab.code()),
            Order::RepeatToAddress { to, code, graphic } => {
                encode_address(OrderCode::RepeatToAddress, *to, out);
                if *graphic {
                    out.push(OrderCode::GraphicEscape.code());
                }
                out.push(*code);
            }
            Order::EraseUnprotectedToAddress(to) => {
                encode_address(OrderCode::EraseUnprotectedToAddress, *to, out)
            }
            Order::GraphicEscape(code) => out.extend([OrderCode::GraphicEscape.code(), *code]),
            Order::Unknown(code) => out.push(*code),
        }
    }
}

fn encode_address(order: OrderCode, at: Address, out: &mut Vec<u8>) {
    let [high, low] = address::encode(at);
    out.extend([order.code(), high, low]);
}

fn encode_pairs(order: OrderCode, pairs: &[(AttributeType, u8)], out: &mut Vec<u8>) {
    let pairs = &pairs[..pairs.len().min(255)];
    out.extend([order.code(), pairs.len() as u8]);
    for (kind, value) in pairs {
        out.extend([kind.code(), *value]);
    }
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

/// Reads the order that the bytes begin with, and gives what stands behind it; none if it is truncated.
fn decode_order(bytes: &[u8]) -> Option<(Order, &[u8])> {
    let (&code, rest) = bytes.split_first()?;
    let Some(order) = OrderCode::from_code(code) else {
        return Some((Order::Unknown(code), rest));
    };
    Some(match order {
        OrderCode::StartField => {
            let (&attribute, rest) = rest.split_first()?;
            let attribute = FieldAttribute::from_code(attribute);
            (Order::StartField(attribute), rest)
        }
        OrderCode::StartFieldExtended => {
            let (pairs, rest) = decode_pairs(rest)?;
            (Order::StartFieldExtended(pairs), rest)
        }
        OrderCode::SetAttribute => {
            let (&[kind, value], rest) = rest.split_first_chunk()?;
            let kind = AttributeType::from_code(kind);
            (Order::SetAttribute(kind, value), rest)
        }
        OrderCode::ModifyField => {
            let (pairs, rest) = decode_pairs(rest)?;
            (Order::ModifyField(pairs), rest)
        }
        OrderCode::SetBufferAddress => {
            let (at, rest) = decode_address(rest)?;
            (Order::SetBufferAddress(at), rest)
        }
        OrderCode::InsertCursor => (Order::InsertCursor, rest),
        OrderCode::ProgramTab => (Order::ProgramTab, rest),
        OrderCode::RepeatToAddress => {
            let (to, rest) = decode_address(rest)?;
            let escaped = rest.strip_prefix(&[OrderCode::GraphicEscape.code()]);
            let graphic = escaped.is_some();
            let (&code, rest) = escaped.unwrap_or(rest).split_first()?;
            (Order::RepeatToAddress { to, code, graphic }, rest)
        }
        OrderCode::EraseUnprotectedToAddress => {
            let (to, rest) = decode_address(rest)?;
            (Order::EraseUnprotectedToAddress(to), rest)
        }
        OrderCode::GraphicEscape => {
            let (&code, rest) = rest.split_first()?;
            (Order::GraphicEscape(code), rest)
        }
    })
}

fn decode_address(bytes: &[u8]) -> Option<(Address, &[u8])> {
    let (at, rest) = bytes.split_first_chunk()?;
    Some((address::decode(*at), rest))
}

type Pairs = Vec<(AttributeType, u8)>;

/// A count and as many pairs.
fn decode_pairs(bytes: &[u8]) -> Option<(Pairs, &[u8])> {
    let (&count, bytes) = bytes.split_first()?;
    let (pairs, rest) = bytes.split_at_checked(usize::from(count) * 2)?;
    let pairs = pairs
        .chunks_exact(2)
        .map(|pair| (AttributeType::from_code(pair[0]), pair[1]))
        .collect();
    Some((pairs, rest))
}
