//! Inbound data streams: what a terminal sends (GA23-0059, "Inbound data stream").

use super::address::{self, Address, Addressing};
use super::aid::Aid;
use super::order::{Order, OrderCode, decode_orders};
use super::outbound::DecodeError;
use super::structured::{self, QueryReply};

/// What a terminal sends in one record.
///
/// ```
/// use tn3270::wire::{Aid, CodePage, Inbound};
///
/// // AID ENTER, cursor at row 2 column 10; SBA row 2 column 7, "ADA" in EBCDIC.
/// let bytes = [0x7D, 0xC1, 0xD9, 0x11, 0xC1, 0xD6, 0xC1, 0xC4, 0xC1];
/// let inbound = Inbound::decode(&bytes)?;
/// assert_eq!(inbound.aid(), Aid::Enter);
/// assert_eq!(inbound.cursor(), Some(89));
/// let [field] = inbound.fields() else {
///     panic!("one field is modified");
/// };
/// assert_eq!(field.at, Some(86));
/// assert_eq!(CodePage::CP037.decode_text(&field.data), "ADA");
///
/// let mut encoded = Vec::new();
/// inbound.encode(&mut encoded);
/// assert_eq!(encoded, bytes);
///
/// assert_eq!(Inbound::decode(&[0x6D])?, Inbound::Short(Aid::Clear));
/// # Ok::<(), tn3270::wire::outbound::DecodeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inbound {
    /// A short read: the AID alone (PA keys, CLEAR).
    Short(Aid),
    /// Cursor and modified fields: a key of attention, or a Read Modified.
    Modified {
        /// The key.
        aid: Aid,
        /// Where the cursor is.
        cursor: Address,
        /// The modified fields in the order of the buffer; one without an address on an unformatted screen.
        fields: Vec<InboundField>,
    },
    /// The whole buffer: the answer to a Read Buffer.
    Buffer {
        /// The last key.
        aid: Aid,
        /// Where the cursor is.
        cursor: Address,
        /// Attribute bytes (SF, SFE), character attributes (SA), GE and data from address 0 to the end.
        orders: Vec<Order>,
    },
    /// SYS REQ outside TN3270E: modified fields under a heading of their own, without a cursor.
    TestRequest {
        /// The modified fields in the order of the buffer.
        fields: Vec<InboundField>,
    },
    /// Query replies.
    StructuredField(Vec<QueryReply>),
}

/// One modified field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundField {
    /// The first character position of the field; none on an unformatted screen.
    pub at: Option<Address>,
    /// Code points without nulls. A GE (08) goes before a code point of the alternate character set, and in character
    /// reply mode SA orders (28 type value) go before a change.
    pub data: Vec<u8>,
}

const SBA: u8 = OrderCode::SetBufferAddress.code();
const SF: u8 = OrderCode::StartField.code();
const SFE: u8 = OrderCode::StartFieldExtended.code();
const SA: u8 = OrderCode::SetAttribute.code();
const GE: u8 = OrderCode::GraphicEscape.code();
/// The heading of a test request: SOH, `%`, `/`, STX.
const TEST_REQUEST: [u8; 4] = [0x01, 0x6C, 0x61, 0x02];

impl InboundField {
    fn encode(&self, addressing: Addressing, out: &mut Vec<u8>) {
        if let Some(at) = self.at {
            out.push(SBA);
            out.extend(addressing.encode(at));
        }
        out.extend_from_slice(&self.data);
    }
}

impl Inbound {
    /// The key or cause.
    pub fn aid(&self) -> Aid {
        match self {
            Inbound::Short(aid) | Inbound::Modified { aid, .. } | Inbound::Buffer { aid, .. } => {
                *aid
            }
            Inbound::TestRequest { .. } => Aid::SysReq,
            Inbound::StructuredField(_) => Aid::StructuredField,
        }
    }

    /// Where the cursor was, if the record says.
    pub fn cursor(&self) -> Option<Address> {
        match self {
            Inbound::Modified { cursor, .. } | Inbound::Buffer { cursor, .. } => Some(*cursor),
            Inbound::Short(_) | Inbound::TestRequest { .. } | Inbound::StructuredField(_) => None,
        }
    }

    /// The modified fields.
    pub fn fields(&self) -> &[InboundField] {
        match self {
            Inbound::Modified { fields, .. } | Inbound::TestRequest { fields } => fields,
            _ => &[],
        }
    }

    /// Appends the record to `out`, with addresses as a terminal of up to 4096 positions writes them.
    pub fn encode(&self, out: &mut Vec<u8>) {
        self.encode_with(Addressing::Twelve, out);
    }

    /// Appends the record to `out`.
    pub fn encode_with(&self, addressing: Addressing, out: &mut Vec<u8>) {
        if let Inbound::TestRequest { fields } = self {
            out.extend(TEST_REQUEST);
            return fields
                .iter()
                .for_each(|field| field.encode(addressing, out));
        }
        out.push(self.aid().code());
        match self {
            Inbound::Short(_) | Inbound::TestRequest { .. } => {}
            Inbound::Modified { cursor, fields, .. } => {
                out.extend(addressing.encode(*cursor));
                fields
                    .iter()
                    .for_each(|field| field.encode(addressing, out));
            }
            Inbound::Buffer { cursor, orders, .. } => {
                out.extend(addressing.encode(*cursor));
                orders.iter().for_each(|order| order.encode(out));
            }
            Inbound::StructuredField(replies) => structured::encode_replies(replies, out),
        }
    }

    /// Reads a record. One that holds attribute bytes is the answer to a Read Buffer; without any, a whole buffer and the
    /// one field of an unformatted screen look alike, and [`Inbound::decode_buffer`] serves a host that asked for a buffer.
    pub fn decode(bytes: &[u8]) -> Result<Inbound, DecodeError> {
        if let Some(data) = bytes.strip_prefix(&TEST_REQUEST) {
            return Ok(Inbound::TestRequest {
                fields: decode_modified(data, TEST_REQUEST.len())?,
            });
        }
        let (aid, rest) = decode_aid(bytes)?;
        if aid == Aid::StructuredField
            && let Some(replies) = structured::decode_replies(rest)
        {
            return Ok(Inbound::StructuredField(replies));
        }
        if rest.is_empty() {
            return Ok(Inbound::Short(aid));
        }
        let (cursor, data) = decode_cursor(rest)?;
        if has_attribute_bytes(data) {
            Inbound::decode_buffer(bytes)
        } else {
            Ok(Inbound::Modified {
                aid,
                cursor,
                fields: decode_modified(data, 3)?,
            })
        }
    }

    /// Reads a record as the answer to a Read Buffer.
    pub fn decode_buffer(bytes: &[u8]) -> Result<Inbound, DecodeError> {
        let (aid, rest) = decode_aid(bytes)?;
        let (cursor, data) = decode_cursor(rest)?;
        Ok(Inbound::Buffer {
            aid,
            cursor,
            orders: decode_orders(data),
        })
    }
}

fn decode_aid(bytes: &[u8]) -> Result<(Aid, &[u8]), DecodeError> {
    let Some((&code, rest)) = bytes.split_first() else {
        return Err(DecodeError {
            offset: 0,
            what: "empty record instead of an AID".into(),
        });
    };
    let aid = Aid::from_code(code).ok_or_else(|| DecodeError {
        offset: 0,
        what: format!("unknown AID {code:02X}"),
    })?;
    Ok((aid, rest))
}

fn decode_cursor(rest: &[u8]) -> Result<(Address, &[u8]), DecodeError> {
    let (cursor, data) = rest.split_first_chunk().ok_or_else(|| DecodeError {
        offset: 1,
        what: "truncated cursor address".into(),
    })?;
    Ok((address::decode(*cursor), data))
}

/// The length of the order or code point at the start of `bytes`.
fn item_length(bytes: &[u8]) -> usize {
    match bytes {
        [SBA | SA, ..] => 3,
        [SF | GE, ..] => 2,
        [SFE, count, ..] => 2 + 2 * usize::from(*count),
        _ => 1,
    }
}

fn has_attribute_bytes(mut data: &[u8]) -> bool {
    while let Some(&first) = data.first() {
        if matches!(first, SF | SFE) {
            return true;
        }
        data = data.get(item_length(data)..).unwrap_or_default();
    }
    false
}

/// `start` is the offset of `data` in its record, for errors.
fn decode_modified(data: &[u8], start: usize) -> Result<Vec<InboundField>, DecodeError> {
    let mut fields: Vec<InboundField> = Vec::new();
    let mut rest = data;
    while !rest.is_empty() {
        let offset = start + data.len() - rest.len();
        let (item, after) =
            rest.split_at_checked(item_length(rest))
                .ok_or_else(|| DecodeError {
                    offset,
                    what: format!("truncated order {:02X}", rest[0]),
                })?;
        match (item, fields.last_mut()) {
            (&[SBA, high, low], _) => fields.push(InboundField {
                at: Some(address::decode([high, low])),
                data: Vec::new(),
            }),
            (item, Some(field)) => field.data.extend_from_slice(item),
            (item, None) => fields.push(InboundField {
                at: None,
                data: item.to_vec(),
            }),
        }
        rest = after;
    }
    Ok(fields)
}
