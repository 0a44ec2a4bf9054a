//! TN3270E (RFC 2355): the header of its records and the messages of its negotiation; with contention resolution, as
//! draft-ietf-tn3270e-extensions has it.

use std::collections::BTreeSet;
use std::fmt;

use super::coded::coded;

/// Length of a header in bytes.
pub const HEADER_LENGTH: usize = 5;

coded! {
    /// The type of the data after a header.
    pub enum DataType {
        /// 3270-DATA: a 3270 data stream.
        Data3270 = 0,
        /// SCS-DATA, for printers.
        Scs = 1,
        /// RESPONSE: the answer to a record that asked for one.
        Response = 2,
        /// BIND-IMAGE: the host has bound a session.
        BindImage = 3,
        /// UNBIND: the host has ended it.
        Unbind = 4,
        /// NVT-DATA: plain text.
        Nvt = 5,
        /// REQUEST.
        Request = 6,
        /// SSCP-LU-DATA: text to and from the system services, after SYS REQ.
        SscpLu = 7,
        /// PRINT-EOJ.
        PrintEoj = 8,
        /// BID: the host asks for the turn to send.
        Bid = 9,
    }
}

/// What the sender of a record wants to hear about it (the header's response flag of a data record).
pub mod respond {
    /// NO-RESPONSE.
    pub const NONE: u8 = 0;
    /// ERROR-RESPONSE: only if the record cannot be processed.
    pub const ERROR: u8 = 1;
    /// ALWAYS-RESPONSE.
    pub const ALWAYS: u8 = 2;
}

/// What the host says of whose turn it is (the header's request flag of a data record, where contention is resolved).
pub mod request {
    /// SEND-DATA: the host has done sending, and the client may.
    pub const SEND_DATA: u8 = 0x01;
    /// KEYBOARD-RESTORE: the keyboard unlocks.
    pub const KEYBOARD_RESTORE: u8 = 0x02;
}

/// The five bytes before the data of every TN3270E record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// What follows.
    pub data_type: DataType,
    /// Request flag: 0 except in REQUEST records, and where contention is resolved (see [`request`]).
    pub request: u8,
    /// Response flag: in data what is wanted (see [`respond`]), in a RESPONSE 0 for positive and 1 for negative.
    pub response: u8,
    /// Sequence number; a RESPONSE carries that of the record it answers.
    pub sequence: u16,
}

/// Why a record is no TN3270E record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderError {
    /// The record has only this many bytes.
    Short(usize),
    /// There is no such data type.
    DataType(u8),
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HeaderError::Short(length) => {
                write!(f, "a TN3270E record of {length} bytes has no whole header")
            }
            HeaderError::DataType(code) => {
                write!(f, "TN3270E data type X'{code:02X}' does not exist")
            }
        }
    }
}

impl std::error::Error for HeaderError {}

impl Header {
    /// The header of plain 3270 data that wants no response.
    pub fn data(sequence: u16) -> Header {
        Header {
            data_type: DataType::Data3270,
            request: 0,
            response: respond::NONE,
            sequence,
        }
    }

    /// Appends the five bytes.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let [high, low] = self.sequence.to_be_bytes();
        out.extend([
            self.data_type.code(),
            self.request,
            self.response,
            high,
            low,
        ]);
    }

    /// Splits a record into header and data.
    pub fn decode(record: &[u8]) -> Result<(Header, &[u8]), HeaderError> {
        let Some((&[code, request, response, high, low], data)) =
            record.split_first_chunk::<HEADER_LENGTH>()
        else {
            return Err(HeaderError::Short(record.len()));
        };
        let data_type = DataType::from_code(code).ok_or(HeaderError::DataType(code))?;
        let sequence = u16::from_be_bytes([high, low]);
        Ok((
            Header {
                data_type,
                request,
                response,
                sequence,
            },
            data,
        ))
    }
}

/// The functions that two ends agree to.
pub type Functions = BTreeSet<Tn3270eFunction>;

coded! {
    /// A function of TN3270E that the two ends may agree to. In the order of the codes.
    pub enum Tn3270eFunction {
        /// BIND-IMAGE: the host sends BIND and UNBIND; no data is taken outside of a bound session.
        BindImage = 0,
        /// DATA-STREAM-CTL, for printers.
        DataStreamControl = 1,
        /// RESPONSES: records may ask for a response.
        Responses = 2,
        /// SCS-CTL-CODES, for printers.
        ScsControlCodes = 3,
        /// SYSREQ: IAC AO reaches the system services.
        SysReq = 4,
        /// CONTENTION-RESOLUTION: the host marks the end of its turn to send.
        ContentionResolution = 5,
    }
    else
    /// A code this list does not know.
    Unknown
}

impl Tn3270eFunction {
    /// The functions of a display that this crate performs, at either end.
    pub fn of_displays() -> Functions {
        Functions::from([
            Tn3270eFunction::BindImage,
            Tn3270eFunction::Responses,
            Tn3270eFunction::SysReq,
            Tn3270eFunction::ContentionResolution,
        ])
    }
}

coded! {
    /// Why a host refuses a device type or a name.
    pub enum Reason {
        /// CONN-PARTNER: the printer's partner is no such terminal.
        ConnPartner = 0,
        /// DEVICE-IN-USE.
        DeviceInUse = 1,
        /// INV-ASSOCIATE.
        InvAssociate = 2,
        /// INV-NAME: there is no such device or resource.
        InvName = 3,
        /// INV-DEVICE-TYPE.
        InvDeviceType = 4,
        /// TYPE-NAME-ERROR: the name is not of that type.
        TypeNameError = 5,
        /// UNKNOWN-ERROR.
        UnknownError = 6,
        /// UNSUPPORTED-REQ.
        UnsupportedReq = 7,
    }
}

/// A TN3270E message: the bytes between IAC SB TN3270E and IAC SE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// SEND DEVICE-TYPE, by the host.
    SendDeviceType,
    /// DEVICE-TYPE REQUEST, by the client: the type, and the LU or pool it wants (CONNECT).
    DeviceTypeRequest {
        /// Such as IBM-3278-2-E.
        device_type: String,
        /// Name of the LU, if any is asked for.
        lu: Option<String>,
    },
    /// DEVICE-TYPE REQUEST with ASSOCIATE, by a printer: the terminal it goes with.
    DeviceTypeAssociate {
        /// Such as IBM-3287-1.
        device_type: String,
        /// Name of the terminal's LU.
        lu: String,
    },
    /// DEVICE-TYPE IS, by the host: what was granted.
    DeviceTypeIs {
        /// As requested.
        device_type: String,
        /// Name of the LU.
        lu: Option<String>,
    },
    /// DEVICE-TYPE REJECT REASON, by the host.
    DeviceTypeReject(Reason),
    /// FUNCTIONS REQUEST, by either end.
    FunctionsRequest(Functions),
    /// FUNCTIONS IS: the list the other end asked for is agreed.
    FunctionsIs(Functions),
}

const ASSOCIATE: u8 = 0;
const CONNECT: u8 = 1;
const DEVICE_TYPE: u8 = 2;
const FUNCTIONS: u8 = 3;
const IS: u8 = 4;
const REASON: u8 = 5;
const REJECT: u8 = 6;
const REQUEST: u8 = 7;
const SEND: u8 = 8;

/// A TN3270E subnegotiation that is none of [`Message`]'s, with its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownMessage(pub Vec<u8>);

impl fmt::Display for UnknownMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a TN3270E message is not understood: X'")?;
        self.0
            .iter()
            .take(32)
            .try_for_each(|byte| write!(f, "{byte:02X}"))?;
        write!(f, "{}'", if self.0.len() > 32 { "…" } else { "" })
    }
}

impl std::error::Error for UnknownMessage {}

impl Message {
    /// The parameters of the subnegotiation.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Message::SendDeviceType => vec![SEND, DEVICE_TYPE],
            Message::DeviceTypeRequest { device_type, lu } => {
                encode_device(REQUEST, device_type, lu)
            }
            Message::DeviceTypeAssociate { device_type, lu } => {
                let mut bytes = encode_device(REQUEST, device_type, &None);
                bytes.push(ASSOCIATE);
                bytes.extend(lu.bytes());
                bytes
            }
            Message::DeviceTypeIs { device_type, lu } => encode_device(IS, device_type, lu),
            Message::DeviceTypeReject(reason) => {
                vec![DEVICE_TYPE, REJECT, REASON, reason.code()]
            }
            Message::FunctionsRequest(functions) => encode_functions(REQUEST, functions),
            Message::FunctionsIs(functions) => encode_functions(IS, functions),
        }
    }

    /// Reads the parameters of a subnegotiation.
    pub fn decode(bytes: &[u8]) -> Result<Message, UnknownMessage> {
        let known = match bytes {
            [SEND, DEVICE_TYPE] => Some(Message::SendDeviceType),
            [DEVICE_TYPE, REQUEST, rest @ ..] => decode_device(rest)
                .map(|(device_type, lu)| Message::DeviceTypeRequest { device_type, lu })
                .or_else(|| decode_associate(rest)),
            [DEVICE_TYPE, IS, rest @ ..] => decode_device(rest)
                .map(|(device_type, lu)| Message::DeviceTypeIs { device_type, lu }),
            [DEVICE_TYPE, REJECT, REASON, code] => {
                Reason::from_code(*code).map(Message::DeviceTypeReject)
            }
            [FUNCTIONS, REQUEST, list @ ..] => {
                Some(Message::FunctionsRequest(decode_functions(list)))
            }
            [FUNCTIONS, IS, list @ ..] => Some(Message::FunctionsIs(decode_functions(list))),
            _ => None,
        };
        known.ok_or_else(|| UnknownMessage(bytes.to_vec()))
    }
}

fn encode_device(verb: u8, device_type: &str, lu: &Option<String>) -> Vec<u8> {
    let mut bytes = vec![DEVICE_TYPE, verb];
    bytes.extend(device_type.bytes());
    if let Some(lu) = lu {
        bytes.push(CONNECT);
        bytes.extend(lu.bytes());
    }
    bytes
}

fn encode_functions(verb: u8, functions: &Functions) -> Vec<u8> {
    [FUNCTIONS, verb]
        .into_iter()
        .chain(functions.iter().map(|function| function.code()))
        .collect()
}

fn decode_functions(list: &[u8]) -> Functions {
    let codes = list.iter().copied();
    codes.map(Tn3270eFunction::from_code).collect()
}

/// A printer's type and, after ASSOCIATE, the LU of its terminal.
fn decode_associate(bytes: &[u8]) -> Option<Message> {
    let mut parts = bytes.splitn(2, |byte| *byte == ASSOCIATE).map(name);
    let (device_type, lu) = (parts.next()??, parts.next()??);
    Some(Message::DeviceTypeAssociate { device_type, lu })
}

/// A name and, after CONNECT, another.
fn decode_device(bytes: &[u8]) -> Option<(String, Option<String>)> {
    let mut parts = bytes.splitn(2, |byte| *byte == CONNECT).map(name);
    let device_type = parts.next()??;
    match parts.next() {
        None => Some((device_type, None)),
        Some(lu) => Some((device_type, Some(lu?))),
    }
}

/// A name is printable ASCII without blanks.
fn name(bytes: &[u8]) -> Option<String> {
    let printable = bytes.iter().all(u8::is_ascii_graphic);
    (printable && !bytes.is_empty()).then(|| bytes.iter().map(|byte| char::from(*byte)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn messages_are_the_bytes_that_clients_send() {
        let cases: [(&[u8], Message); 5] = [
            (b"\x08\x02", Message::SendDeviceType),
            (
                b"\x02\x07IBM-3278-2-E\x01LUA",
                Message::DeviceTypeRequest {
                    device_type: "IBM-3278-2-E".into(),
                    lu: Some("LUA".into()),
                },
            ),
            (
                b"\x02\x06\x05\x03",
                Message::DeviceTypeReject(Reason::InvName),
            ),
            (
                b"\x03\x07\x00\x02\x04",
                Message::FunctionsRequest(decode_functions(&[0, 2, 4])),
            ),
            (b"\x03\x04", Message::FunctionsIs(Functions::new())),
        ];
        for (bytes, message) in cases {
            assert_eq!(message.encode(), bytes);
            assert_eq!(Message::decode(bytes), Ok(message));
        }
    }

    #[test]
    fn what_no_terminal_says_is_not_understood() {
        for bytes in [
            &b""[..],
            b"\x02\x07",
            b"\x02\x07A\x01",
            b"\x02\x07A B",
            b"\x02\x06\x05\x09",
            b"\x09",
        ] {
            assert_eq!(Message::decode(bytes), Err(UnknownMessage(bytes.to_vec())));
        }
    }

    #[test]
    fn a_header_stands_before_the_data() {
        let (header, data) = Header::decode(b"\x02\0\0\x01\x07\0").unwrap();
        assert_eq!(
            (header.data_type, header.sequence, data),
            (DataType::Response, 0x0107, &b"\0"[..])
        );
        assert_eq!(Header::decode(b"\0\0\0\0"), Err(HeaderError::Short(4)));
        assert_eq!(
            Header::decode(b"\x0f\0\0\0\0"),
            Err(HeaderError::DataType(15))
        );
    }

    proptest! {
        #[test]
        fn a_header_decodes_to_itself(
            data_type in (0..10u8).prop_map(|code| DataType::from_code(code).unwrap()),
            request: u8, response: u8, sequence: u16, data: Vec<u8>,
        ) {
            let header = Header { data_type, request, response, sequence };
            let mut bytes = Vec::new();
            header.encode(&mut bytes);
            bytes.extend(&data);
            prop_assert_eq!(Header::decode(&bytes), Ok((header, data.as_slice())));
        }

        #[test]
        fn a_message_decodes_to_itself(
            device_type in "[A-Z0-9-]{1,20}", lu in prop::option::of("[A-Z0-9@#$]{1,8}"),
            reason in (0..8u8).prop_map(|code| Reason::from_code(code).unwrap()), codes: Vec<u8>, choice in 0..7u8,
        ) {
            let functions = decode_functions(&codes);
            let message = match choice {
                0 => Message::SendDeviceType,
                1 => Message::DeviceTypeRequest { device_type, lu },
                2 => Message::DeviceTypeIs { device_type, lu },
                3 => Message::DeviceTypeReject(reason),
                4 => Message::FunctionsRequest(functions),
                5 => Message::DeviceTypeAssociate { device_type, lu: "LUA".into() },
                _ => Message::FunctionsIs(functions),
            };
            prop_assert_eq!(Message::decode(&message.encode()), Ok(message));
        }
    }
}
