//! A client with an agreed terminal: records in and out, and what TN3270E has beside them.

use super::{Agreement, ClientRefusal, Grant, Protocol, ServerNegotiation};
use crate::wire::bind::Screens;
use crate::wire::structured::ReadOperation;
use crate::wire::telnet::{self, TelnetCommand, TelnetEvent};
use crate::wire::tn3270e::{
    DataType, Functions, Header, Reason, Tn3270eFunction, request, respond,
};
use crate::wire::{Bind, CodePage, Inbound, Outbound, QueryReply, StructuredField};

/// What a client sends that concerns the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientMessage {
    /// A 3270 data stream.
    Record(Inbound),
    /// A record that is no 3270 data stream, with the fault.
    Unreadable(String),
    /// The ATTN key.
    Attn,
    /// The SYS REQ key.
    SysReq,
    /// A negative response: the client could not process the host's record of this number.
    NegativeResponse {
        /// The sequence number of the record.
        sequence: u16,
        /// The reason as RFC 2355 names it.
        reason: &'static str,
    },
    /// LOGOFF, typed to the system services.
    Logoff,
    /// UNBIND: the client ends the session.
    Unbind,
}

/// After the agreement no other LU is granted.
struct Granted;

impl Grant for Granted {
    fn grant(&mut self, _asked: Option<&str>) -> Result<String, Reason> {
        Err(Reason::UnsupportedReq)
    }
}

/// The conversation with a client whose terminal is agreed on. Each step appends to `out` the bytes to be sent.
///
/// ```
/// use tn3270::server::{ClientMessage, Grant, ServerConversation, ServerNegotiation, ServerOffer};
/// use tn3270::wire::telnet::{TelnetEvent, TelnetOption, Verb};
/// use tn3270::wire::tn3270e::{Message, Reason, Tn3270eFunction};
/// use tn3270::wire::{Aid, Inbound, Outbound, Wcc};
///
/// struct OneLu;
///
/// impl Grant for OneLu {
///     fn grant(&mut self, _asked: Option<&str>) -> Result<String, Reason> {
///         Ok("LU0001".to_owned())
///     }
/// }
///
/// // A client agrees to TN3270E with RESPONSES.
/// let say = |message: Message| TelnetEvent::Subnegotiation(TelnetOption::Tn3270e, message.encode());
/// let client = [
///     TelnetEvent::Negotiate(Verb::Will, TelnetOption::Tn3270e),
///     say(Message::DeviceTypeRequest { device_type: "IBM-3278-2-E".to_owned(), lu: None }),
///     say(Message::FunctionsRequest([Tn3270eFunction::Responses].into())),
/// ];
/// let mut events = Vec::new();
/// let mut negotiation = ServerNegotiation::open(ServerOffer::default(), &mut events);
/// for event in &client {
///     negotiation.receive(event, &mut OneLu, &mut events)?;
/// }
/// let agreement = negotiation.agreement().expect("everything is agreed");
///
/// // The header (3270-DATA, ERROR-RESPONSE, sequence number 0), Erase/Write, WCC; IAC EOR.
/// let mut host = ServerConversation::new(negotiation, &agreement);
/// let mut out = Vec::new();
/// host.send(&[Outbound::EraseWrite { wcc: Wcc::RESTORE, orders: Vec::new() }], &mut out);
/// assert_eq!(out, b"\0\0\x01\0\0\xf5\xc3\xff\xef");
///
/// // The client presses CLEAR.
/// let record = TelnetEvent::Record(vec![0, 0, 0, 0, 0, 0x6D]);
/// let message = host.receive(record, &mut out)?;
/// assert_eq!(message, Some(ClientMessage::Record(Inbound::Short(Aid::Clear))));
/// # Ok::<(), tn3270::server::ClientRefusal>(())
/// ```
#[derive(Debug, Clone)]
pub struct ServerConversation {
    negotiation: ServerNegotiation,
    /// The functions of TN3270E; none in plain TN3270.
    functions: Option<Functions>,
    sequence: u16,
    /// Whether the session is bound, as the client knows it.
    bound: bool,
}

impl ServerConversation {
    /// A conversation that continues a negotiation after its agreement.
    pub fn new(negotiation: ServerNegotiation, agreement: &Agreement) -> ServerConversation {
        ServerConversation {
            negotiation,
            functions: match &agreement.protocol {
                Protocol::Tn3270 => None,
                Protocol::Tn3270e(functions) => Some(functions.clone()),
            },
            sequence: 0,
            bound: false,
        }
    }

    fn performs(&self, function: Tn3270eFunction) -> bool {
        self.functions
            .as_ref()
            .is_some_and(|agreed| agreed.contains(&function))
    }

    /// Takes an event of the client. Events that concern the connection alone are answered here and return `None`.
    ///
    /// # Errors
    /// The client revokes what was agreed, or sends a TN3270E message out of place: the connection is to be closed.
    pub fn receive(
        &mut self,
        event: TelnetEvent,
        out: &mut Vec<u8>,
    ) -> Result<Option<ClientMessage>, ClientRefusal> {
        let mut answers = Vec::new();
        self.negotiation
            .receive(&event, &mut Granted, &mut answers)?;
        answers.iter().for_each(|answer| answer.encode(out));
        Ok(match event {
            TelnetEvent::Record(record) => self.record(&record, out),
            TelnetEvent::Command(TelnetCommand::Break | TelnetCommand::InterruptProcess) => {
                Some(ClientMessage::Attn)
            }
            TelnetEvent::Command(TelnetCommand::AbortOutput) => Some(ClientMessage::SysReq),
            TelnetEvent::Command(TelnetCommand::AreYouThere) => {
                TelnetEvent::Command(TelnetCommand::NoOperation).encode(out);
                None
            }
            TelnetEvent::Command(_)
            | TelnetEvent::Negotiate(..)
            | TelnetEvent::Subnegotiation(..) => None,
        })
    }

    fn record(&self, record: &[u8], out: &mut Vec<u8>) -> Option<ClientMessage> {
        if self.functions.is_none() {
            return Some(inbound(record));
        }
        let (header, data) = match Header::decode(record) {
            Ok(parts) => parts,
            Err(error) => return Some(ClientMessage::Unreadable(error.to_string())),
        };
        if header.response == respond::ALWAYS
            && header.data_type != DataType::Response
            && self.performs(Tn3270eFunction::Responses)
        {
            let response = Header {
                data_type: DataType::Response,
                response: 0,
                ..header
            };
            frame(response, &[0], out);
        }
        match header.data_type {
            DataType::Data3270 => Some(inbound(data)),
            DataType::SscpLu => self.services(data, out),
            DataType::Unbind => Some(ClientMessage::Unbind),
            DataType::Response => response(header, data),
            // For printers, or only a host's to send.
            DataType::Scs
            | DataType::BindImage
            | DataType::Nvt
            | DataType::Request
            | DataType::PrintEoj
            | DataType::Bid => None,
        }
    }

    /// Text to the system services (SSCP), which a client sends after SYS REQ: LOGOFF is the only command.
    fn services(&self, data: &[u8], out: &mut Vec<u8>) -> Option<ClientMessage> {
        let text = CodePage::CP037.decode_text(data);
        if text.trim().eq_ignore_ascii_case("LOGOFF") {
            return Some(ClientMessage::Logoff);
        }
        let header = Header {
            data_type: DataType::SscpLu,
            ..Header::data(self.sequence)
        };
        let answer = CodePage::CP037.encode_text("COMMAND UNRECOGNIZED");
        frame(header, &answer, out);
        None
    }

    /// Sends data streams of the host, one record each.
    pub fn send(&mut self, outbounds: &[Outbound], out: &mut Vec<u8>) {
        for outbound in outbounds {
            let start = out.len();
            if self.functions.is_some() {
                let mut header = self.header(DataType::Data3270);
                if self.performs(Tn3270eFunction::ContentionResolution) {
                    header.request = turn(outbound);
                }
                header.encode(out);
            }
            outbound.encode(out);
            telnet::end_record(out, start);
        }
    }

    /// The header of the next record.
    fn header(&mut self, data_type: DataType) -> Header {
        let response = match data_type {
            DataType::Data3270 if self.performs(Tn3270eFunction::Responses) => respond::ERROR,
            _ => respond::NONE,
        };
        let sequence = self.sequence;
        self.sequence = self.sequence.wrapping_add(1) & 0x7FFF;
        Header {
            data_type,
            request: 0,
            response,
            sequence,
        }
    }

    /// Binds the session of a client that has agreed to BIND-IMAGE: no data may come before that. `size` is that of the terminal,
    /// rows x columns. A session that is bound already stays so.
    pub fn bind(&mut self, application: &str, size: (u16, u16), out: &mut Vec<u8>) {
        if !self.performs(Tn3270eFunction::BindImage) || self.bound {
            return;
        }
        self.bound = true;
        let header = self.header(DataType::BindImage);
        frame(header, &bind_image(application, size).encode(), out);
    }

    /// Ends the session, if it is bound.
    pub fn unbind(&mut self, out: &mut Vec<u8>) {
        const NORMAL: u8 = 1;
        if std::mem::take(&mut self.bound) {
            let header = self.header(DataType::Unbind);
            frame(header, &[NORMAL], out);
        }
    }
}

/// The Query by which a host learns the size of an IBM-DYNAMIC terminal; [`alternate_size`] reads the replies.
pub fn size_query() -> Outbound {
    let query = StructuredField::ReadPartition {
        partition: 0xFF,
        read: ReadOperation::Query,
    };
    Outbound::StructuredFields(vec![query])
}

/// The alternate size, rows x columns, in query replies: that of the Implicit Partition, or else of the Usable Area. None if
/// it is 24 x 80 or neither reply is there.
pub fn alternate_size(replies: &[QueryReply]) -> Option<(u16, u16)> {
    const USABLE_AREA: u8 = 0x81;
    const IMPLICIT_PARTITION: u8 = 0xA6;
    let data = |code: u8| {
        replies
            .iter()
            .find(|reply| reply.code == code)
            .map(|reply| reply.data.as_slice())
    };
    let pair = |bytes: &[u8], at: usize| -> Option<(u16, u16)> {
        let &[a, b, c, d] = bytes.get(at..at + 4)? else {
            return None;
        };
        Some((u16::from_be_bytes([c, d]), u16::from_be_bytes([a, b])))
    };
    // Two flag bytes; a parameter of length 0B, number 01, a flag byte, the primary and then the alternate width and height.
    let implicit = data(IMPLICIT_PARTITION)
        .filter(|data| data.get(2..4) == Some(&[0x0B, 0x01]))
        .and_then(|data| pair(data, 9));
    let (rows, columns) = implicit.or_else(|| pair(data(USABLE_AREA)?, 2))?;
    ((rows, columns) != (24, 80)).then_some((rows, columns))
}

/// Appends a record.
fn frame(header: Header, data: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    header.encode(out);
    out.extend(data);
    telnet::end_record(out, start);
}

fn inbound(record: &[u8]) -> ClientMessage {
    match Inbound::decode(record) {
        Ok(inbound) => ClientMessage::Record(inbound),
        Err(error) => ClientMessage::Unreadable(error.to_string()),
    }
}

/// A client answers only records that it could not process, for the host asks for no other answer.
fn response(header: Header, data: &[u8]) -> Option<ClientMessage> {
    if header.response == respond::NONE {
        return None;
    }
    Some(ClientMessage::NegativeResponse {
        sequence: header.sequence,
        reason: match data.first() {
            Some(0) => "command reject",
            Some(1) => "intervention required",
            Some(2) => "operation check",
            _ => "no reason",
        },
    })
}

/// Whose turn it is after a record of the host's: the client's, once its keyboard is free or it is asked for something.
fn turn(outbound: &Outbound) -> u8 {
    match outbound {
        Outbound::Write { wcc, .. }
        | Outbound::EraseWrite { wcc, .. }
        | Outbound::EraseWriteAlternate { wcc, .. } => match wcc.restore {
            true => request::SEND_DATA | request::KEYBOARD_RESTORE,
            false => 0,
        },
        Outbound::EraseAllUnprotected => request::SEND_DATA | request::KEYBOARD_RESTORE,
        Outbound::ReadBuffer
        | Outbound::ReadModified
        | Outbound::ReadModifiedAll
        | Outbound::StructuredFields(_) => request::SEND_DATA,
        Outbound::NoOperation | Outbound::Bare(_) => 0,
    }
}

/// The BIND with the sizes of the terminal and the name of the application. A size that has no room in it is left to the terminal.
fn bind_image(application: &str, (rows, columns): (u16, u16)) -> Bind {
    let screens = match (u8::try_from(rows), u8::try_from(columns)) {
        (Ok(rows), Ok(columns)) => Screens::Two((24, 80), (rows, columns)),
        _ => Screens::Terminal,
    };
    Bind {
        screens: Some(screens),
        application: Some(application.to_owned()),
    }
}
