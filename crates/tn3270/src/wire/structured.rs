//! Structured fields, outbound and inbound (GA23-0059, "Structured fields", "Query reply").

use super::outbound::Outbound;

/// One structured field of a Write Structured Field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StructuredField {
    /// Read Partition: an operation on a partition (FF for the queries, 00 for reads).
    ReadPartition {
        /// The partition.
        partition: u8,
        /// What is read.
        read: ReadOperation,
    },
    /// Erase/Reset: to implicit partitions, buffer cleared.
    EraseReset {
        /// The alternate size rather than the primary one.
        alternate: bool,
    },
    /// Set Reply Mode.
    SetReplyMode {
        /// The partition.
        partition: u8,
        /// How attributes are sent inbound.
        mode: ReplyMode,
    },
    /// Outbound 3270DS: a command for a partition.
    Outbound3270 {
        /// The partition.
        partition: u8,
        /// The command: a write or Erase All Unprotected.
        command: Box<Outbound>,
    },
    /// A field that is of another kind or that says what this list cannot: identifier and what follows it.
    Other {
        /// The identifier (its first byte).
        id: u8,
        /// The bytes after it.
        data: Vec<u8>,
    },
    /// A field whose length does not fit, with all that stands behind it. Always the last.
    Malformed(Vec<u8>),
}

/// The operation of a Read Partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadOperation {
    /// Query: all query replies.
    Query,
    /// Query List.
    QueryList {
        /// Which of them.
        request: QueryRequest,
        /// Codes of query replies.
        codes: Vec<u8>,
    },
    /// Read Buffer.
    Buffer,
    /// Read Modified.
    Modified,
    /// Read Modified All.
    ModifiedAll,
}

/// The request type of a Query List.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QueryRequest {
    /// The listed replies.
    List,
    /// What the terminal would send to a Query, and the listed ones.
    Equivalent,
    /// All replies; the list says nothing.
    All,
}

/// How attributes come back in reads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ReplyMode {
    /// Field attributes only.
    #[default]
    Field,
    /// Field attributes with their extended attributes.
    Extended,
    /// Also the listed attributes of characters, as type codes.
    Character(Vec<u8>),
}

/// One query reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryReply {
    /// Which capability, such as 80 for the summary.
    pub code: u8,
    /// What follows the code.
    pub data: Vec<u8>,
}

const READ_PARTITION: u8 = 0x01;
const ERASE_RESET: u8 = 0x03;
const SET_REPLY_MODE: u8 = 0x09;
const OUTBOUND_3270DS: u8 = 0x40;
const QUERY_REPLY: u8 = 0x81;

impl StructuredField {
    /// Appends the field, with its length, to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        if let StructuredField::Malformed(bytes) = self {
            return out.extend_from_slice(bytes);
        }
        with_length(out, |out| match self {
            StructuredField::ReadPartition { partition, read } => {
                out.extend([READ_PARTITION, *partition]);
                read.encode(out);
            }
            StructuredField::EraseReset { alternate } => {
                out.extend([ERASE_RESET, if *alternate { 0x80 } else { 0x00 }])
            }
            StructuredField::SetReplyMode { partition, mode } => {
                out.extend([SET_REPLY_MODE, *partition]);
                match mode {
                    ReplyMode::Field => out.push(0x00),
                    ReplyMode::Extended => out.push(0x01),
                    ReplyMode::Character(types) => {
                        out.push(0x02);
                        out.extend_from_slice(types);
                    }
                }
            }
            StructuredField::Outbound3270 { partition, command } => {
                out.extend([OUTBOUND_3270DS, *partition]);
                command.encode(out);
            }
            StructuredField::Other { id, data } => {
                out.push(*id);
                out.extend_from_slice(data);
            }
            StructuredField::Malformed(_) => {}
        });
    }

    fn decode(id: u8, data: &[u8]) -> StructuredField {
        let other = || StructuredField::Other {
            id,
            data: data.to_vec(),
        };
        match (id, data) {
            (READ_PARTITION, [partition, operation @ ..]) => match ReadOperation::decode(operation)
            {
                Some(read) => StructuredField::ReadPartition {
                    partition: *partition,
                    read,
                },
                None => other(),
            },
            (ERASE_RESET, [size @ (0x00 | 0x80)]) => StructuredField::EraseReset {
                alternate: *size != 0,
            },
            // What stands behind the mode is passed over, as the reference does.
            (SET_REPLY_MODE, [partition, 0x00, ..]) => StructuredField::SetReplyMode {
                partition: *partition,
                mode: ReplyMode::Field,
            },
            (SET_REPLY_MODE, [partition, 0x01, ..]) => StructuredField::SetReplyMode {
                partition: *partition,
                mode: ReplyMode::Extended,
            },
            (SET_REPLY_MODE, [partition, 0x02, types @ ..]) => StructuredField::SetReplyMode {
                partition: *partition,
                mode: ReplyMode::Character(types.to_vec()),
            },
            (OUTBOUND_3270DS, [partition, command @ ..]) if is_write(command) => {
                match Outbound::decode(command) {
                    Ok(command) => StructuredField::Outbound3270 {
                        partition: *partition,
                        command: Box::new(command),
                    },
                    Err(_) => other(),
                }
            }
            _ => other(),
        }
    }
}

/// Whether the command is one that an Outbound 3270DS may carry: Write, Erase/Write, Erase/Write Alternate with a WCC, or Erase
/// All Unprotected, in their remote code points alone.
fn is_write(command: &[u8]) -> bool {
    matches!(command, [0xF1 | 0xF5 | 0x7E, _, ..] | [0x6F, ..])
}

impl ReadOperation {
    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            ReadOperation::Query => out.push(0x02),
            ReadOperation::QueryList { request, codes } => {
                out.push(0x03);
                out.push(match request {
                    QueryRequest::List => 0x00,
                    QueryRequest::Equivalent => 0x40,
                    QueryRequest::All => 0x80,
                });
                out.extend_from_slice(codes);
            }
            ReadOperation::Buffer => out.push(0xF2),
            ReadOperation::Modified => out.push(0xF6),
            ReadOperation::ModifiedAll => out.push(0x6E),
        }
    }

    fn decode(bytes: &[u8]) -> Option<ReadOperation> {
        Some(match bytes {
            [0x02] => ReadOperation::Query,
            [0x03, request, codes @ ..] => {
                let request = match request {
                    0x00 => QueryRequest::List,
                    0x40 => QueryRequest::Equivalent,
                    0x80 => QueryRequest::All,
                    _ => return None,
                };
                ReadOperation::QueryList {
                    request,
                    codes: codes.to_vec(),
                }
            }
            [0xF2] => ReadOperation::Buffer,
            [0xF6] => ReadOperation::Modified,
            [0x6E] => ReadOperation::ModifiedAll,
            _ => return None,
        })
    }
}

/// Runs `body` on `out` and puts the length of what it wrote, itself included, before it.
fn with_length(out: &mut Vec<u8>, body: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend([0, 0]);
    body(out);
    let length = u16::try_from(out.len() - start).unwrap_or(0);
    out[start..start + 2].copy_from_slice(&length.to_be_bytes());
}

/// Splits off the next structured field: its identifier and data, and what stands behind it. A length of 0 reaches to the end.
fn split_field(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let length = match usize::from(u16::from_be_bytes(*bytes.first_chunk()?)) {
        0 => bytes.len(),
        length => length,
    };
    let (field, rest) = bytes.split_at_checked(length)?;
    let (&id, data) = field.get(2..)?.split_first()?;
    Some((id, data, rest))
}

/// Reads structured fields up to the end or the first whose length does not fit.
pub(super) fn decode_fields(mut bytes: &[u8]) -> Vec<StructuredField> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        match split_field(bytes) {
            Some((id, data, rest)) => {
                fields.push(StructuredField::decode(id, data));
                bytes = rest;
            }
            None => {
                fields.push(StructuredField::Malformed(bytes.to_vec()));
                break;
            }
        }
    }
    fields
}

/// Appends query replies, each with its length.
pub(super) fn encode_replies(replies: &[QueryReply], out: &mut Vec<u8>) {
    for reply in replies {
        with_length(out, |out| {
            out.extend([QUERY_REPLY, reply.code]);
            out.extend_from_slice(&reply.data);
        });
    }
}

/// Reads query replies, if the bytes are nothing else.
pub(super) fn decode_replies(mut bytes: &[u8]) -> Option<Vec<QueryReply>> {
    let mut replies = Vec::new();
    while !bytes.is_empty() {
        let (QUERY_REPLY, [code, data @ ..], rest) = split_field(bytes)? else {
            return None;
        };
        replies.push(QueryReply {
            code: *code,
            data: data.to_vec(),
        });
        bytes = rest;
    }
    Some(replies)
}
