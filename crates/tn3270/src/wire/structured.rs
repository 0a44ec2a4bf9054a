//! Structured fields, outbound and inbound (GA23-0059, "Structured fields", "Query reply").

use super::coded::coded;
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

coded! {
    /// The identifier of a structured field that is read here.
    enum FieldId {
        ReadPartition = 0x01,
        EraseReset = 0x03,
        SetReplyMode = 0x09,
        Outbound3270 = 0x40,
    }
}

coded! {
    /// The operation of a Read Partition: those that a command does too have its code.
    enum OperationCode {
        Query = 0x02,
        QueryList = 0x03,
        ReadBuffer = 0xF2,
        ReadModified = 0xF6,
        ReadModifiedAll = 0x6E,
    }
}

coded! {
    /// The request type of a Query List.
    pub enum QueryRequest {
        /// The listed replies.
        List = 0x00,
        /// What the terminal would send to a Query, and the listed ones.
        Equivalent = 0x40,
        /// All replies; the list says nothing.
        All = 0x80,
    }
}

coded! {
    enum ReplyModeCode {
        Field = 0x00,
        Extended = 0x01,
        Character = 0x02,
    }
}

/// The identifier of an inbound query reply.
const QUERY_REPLY: u8 = 0x81;

impl StructuredField {
    /// Appends the field, with its length, to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        if let StructuredField::Malformed(bytes) = self {
            return out.extend_from_slice(bytes);
        }
        with_length(out, |out| match self {
            StructuredField::ReadPartition { partition, read } => {
                out.extend([FieldId::ReadPartition.code(), *partition]);
                read.encode(out);
            }
            StructuredField::EraseReset { alternate } => {
                let size = if *alternate { 0x80 } else { 0x00 };
                out.extend([FieldId::EraseReset.code(), size]);
            }
            StructuredField::SetReplyMode { partition, mode } => {
                out.extend([FieldId::SetReplyMode.code(), *partition]);
                mode.encode(out);
            }
            StructuredField::Outbound3270 { partition, command } => {
                out.extend([FieldId::Outbound3270.code(), *partition]);
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
        StructuredField::decode_known(id, data).unwrap_or_else(|| StructuredField::Other {
            id,
            data: data.to_vec(),
        })
    }

    fn decode_known(id: u8, data: &[u8]) -> Option<StructuredField> {
        let (&first, rest) = data.split_first()?;
        Some(match FieldId::from_code(id)? {
            FieldId::ReadPartition => StructuredField::ReadPartition {
                partition: first,
                read: ReadOperation::decode(rest)?,
            },
            FieldId::EraseReset => match (first, rest) {
                (0x00 | 0x80, []) => StructuredField::EraseReset {
                    alternate: first != 0,
                },
                _ => return None,
            },
            FieldId::SetReplyMode => StructuredField::SetReplyMode {
                partition: first,
                mode: ReplyMode::decode(rest)?,
            },
            FieldId::Outbound3270 if is_write(rest) => StructuredField::Outbound3270 {
                partition: first,
                command: Box::new(Outbound::decode(rest).ok()?),
            },
            FieldId::Outbound3270 => return None,
        })
    }
}

impl ReplyMode {
    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            ReplyMode::Field => out.push(ReplyModeCode::Field.code()),
            ReplyMode::Extended => out.push(ReplyModeCode::Extended.code()),
            ReplyMode::Character(types) => {
                out.push(ReplyModeCode::Character.code());
                out.extend_from_slice(types);
            }
        }
    }

    /// Reads a mode. What stands behind one without a list is passed over, as the reference does.
    fn decode(bytes: &[u8]) -> Option<ReplyMode> {
        let (&mode, rest) = bytes.split_first()?;
        Some(match ReplyModeCode::from_code(mode)? {
            ReplyModeCode::Field => ReplyMode::Field,
            ReplyModeCode::Extended => ReplyMode::Extended,
            ReplyModeCode::Character => ReplyMode::Character(rest.to_vec()),
        })
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
            ReadOperation::Query => out.push(OperationCode::Query.code()),
            ReadOperation::QueryList { request, codes } => {
                out.extend([OperationCode::QueryList.code(), request.code()]);
                out.extend_from_slice(codes);
            }
            ReadOperation::Buffer => out.push(OperationCode::ReadBuffer.code()),
            ReadOperation::Modified => out.push(OperationCode::ReadModified.code()),
            ReadOperation::ModifiedAll => out.push(OperationCode::ReadModifiedAll.code()),
        }
    }

    fn decode(bytes: &[u8]) -> Option<ReadOperation> {
        let (&code, rest) = bytes.split_first()?;
        let alone = |operation| rest.is_empty().then_some(operation);
        match OperationCode::from_code(code)? {
            OperationCode::Query => alone(ReadOperation::Query),
            OperationCode::QueryList => {
                let (&request, codes) = rest.split_first()?;
                Some(ReadOperation::QueryList {
                    request: QueryRequest::from_code(request)?,
                    codes: codes.to_vec(),
                })
            }
            OperationCode::ReadBuffer => alone(ReadOperation::Buffer),
            OperationCode::ReadModified => alone(ReadOperation::Modified),
            OperationCode::ReadModifiedAll => alone(ReadOperation::ModifiedAll),
        }
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
