//! A client with an agreed terminal: records in and out, and what TN3270E has beside them.

use std::io;

use super::invalid;
use super::wire::TelnetConnection;
use crate::doors::service::ConnectionContext;
use bigiron_sim::host::Signal;
use tn3270::wire::bind::Screens;
use tn3270::wire::negotiation::{Agreement, Grant, Protocol, ServerNegotiation};
use tn3270::wire::structured::ReadOperation;
use tn3270::wire::telnet::{self, TelnetEvent, command};
use tn3270::wire::tn3270e::{DataType, Functions, Header, Reason, function, request, respond};
use tn3270::wire::{Bind, CodePage, Inbound, Outbound, QueryReply, StructuredField};

/// What a client says that concerns the host.
pub(super) enum ClientMessage {
    Record(Inbound),
    Unreadable(String),
    Signal(Signal),
    /// The client has told the system services to end the session.
    Logoff,
    /// The client has ended the connection, or gone.
    Over,
}

/// Room for the bytes of most screens.
const SCREEN: usize = 2048;

/// After the agreement nobody is granted another LU.
struct Granted;

impl Grant for Granted {
    fn grant(&mut self, _asked: Option<&str>) -> Result<String, Reason> {
        Err(Reason::UnsupportedReq)
    }
}

/// A client with an agreed terminal.
pub(super) struct Client<'a> {
    ticket: &'a ConnectionContext,
    pub(super) wire: TelnetConnection,
    negotiation: ServerNegotiation,
    /// The functions of TN3270E; none in plain TN3270.
    functions: Option<Functions>,
    sequence: u16,
    /// Whether the session is bound, as the client knows it.
    bound: bool,
}

impl<'a> Client<'a> {
    pub(super) fn new(
        ticket: &'a ConnectionContext,
        wire: TelnetConnection,
        negotiation: ServerNegotiation,
        agreement: &Agreement,
    ) -> Client<'a> {
        Client {
            ticket,
            wire,
            negotiation,
            functions: match &agreement.protocol {
                Protocol::Tn3270 => None,
                Protocol::Tn3270e(functions) => Some(functions.clone()),
            },
            sequence: 0,
            bound: false,
        }
    }

    fn performs(&self, function: u8) -> bool {
        self.functions
            .as_ref()
            .is_some_and(|agreed| agreed.contains(&function))
    }

    /// What an event says to the host, if anything; whatever else it wants is answered here.
    pub(super) async fn take(
        &mut self,
        event: Option<TelnetEvent>,
    ) -> io::Result<Option<ClientMessage>> {
        let Some(event) = event else {
            return Ok(Some(ClientMessage::Over));
        };
        let mut out = Vec::new();
        self.negotiation
            .receive(&event, &mut Granted, &mut out)
            .map_err(invalid)?;
        let said = match event {
            TelnetEvent::Record(record) => self.record(&record, &mut out),
            TelnetEvent::Command(command::BRK | command::IP) => {
                Some(ClientMessage::Signal(Signal::Attn))
            }
            TelnetEvent::Command(command::AO) => Some(ClientMessage::Signal(Signal::SysReq)),
            TelnetEvent::Command(command::AYT) => {
                out.push(TelnetEvent::Command(command::NOP));
                None
            }
            _ => None,
        };
        self.wire.say(&out).await?;
        Ok(said)
    }

    /// What a record says to the host; what it says to the door is answered into `out`.
    fn record(&self, record: &[u8], out: &mut Vec<TelnetEvent>) -> Option<ClientMessage> {
        if self.functions.is_none() {
            return inbound(record);
        }
        let (header, data) = match Header::decode(record) {
            Ok(parts) => parts,
            Err(error) => return Some(ClientMessage::Unreadable(error.to_string())),
        };
        if header.response == respond::ALWAYS
            && header.data_type != DataType::Response
            && self.performs(function::RESPONSES)
        {
            let response = Header {
                data_type: DataType::Response,
                response: 0,
                ..header
            };
            out.push(framed(response, &[0]));
        }
        match header.data_type {
            DataType::Data3270 => inbound(data),
            DataType::SscpLu => self.services(data, out),
            DataType::Unbind => Some(ClientMessage::Over),
            DataType::Response => {
                self.response(header, data);
                None
            }
            // Others are for printers.
            _ => None,
        }
    }

    /// A client answers only records that it could not process, for that is what is asked of it.
    fn response(&self, header: Header, data: &[u8]) {
        if header.response != respond::NONE {
            let why = match data.first() {
                Some(0) => "command reject",
                Some(1) => "intervention required",
                Some(2) => "operation check",
                _ => "no reason",
            };
            let number = header.sequence;
            self.ticket.report(&format!(
                "the client could not process record {number}: {why}"
            ));
        }
    }

    /// The system services, which the client speaks to after SysReq: they know LOGOFF.
    fn services(&self, data: &[u8], out: &mut Vec<TelnetEvent>) -> Option<ClientMessage> {
        let text = CodePage::CP037.decode_text(data);
        if text.trim().eq_ignore_ascii_case("LOGOFF") {
            return Some(ClientMessage::Logoff);
        }
        let header = Header {
            data_type: DataType::SscpLu,
            ..Header::data(self.sequence)
        };
        out.push(framed(
            header,
            &CodePage::CP037.encode_text("COMMAND UNRECOGNIZED"),
        ));
        None
    }

    /// Sends what the host has sent.
    pub(super) async fn send(&mut self, outbounds: &[Outbound]) -> io::Result<()> {
        if outbounds.is_empty() {
            return Ok(());
        }
        let mut bytes = Vec::with_capacity(SCREEN);
        for outbound in outbounds {
            let start = bytes.len();
            if self.functions.is_some() {
                let mut header = self.header(DataType::Data3270);
                if self.performs(function::CONTENTION_RESOLUTION) {
                    header.request = turn(outbound);
                }
                header.encode(&mut bytes);
            }
            outbound.encode(&mut bytes);
            telnet::end_record(&mut bytes, start);
        }
        self.wire.write(&bytes).await
    }

    /// The header of the next record.
    fn header(&mut self, data_type: DataType) -> Header {
        let response = match data_type {
            DataType::Data3270 if self.performs(function::RESPONSES) => respond::ERROR,
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

    /// Tells a client that wants to know it that its session with this application is bound: no data may come before that.
    pub(super) async fn bind(&mut self, application: &str, size: (u16, u16)) -> io::Result<()> {
        if !self.performs(function::BIND_IMAGE) || self.bound {
            return Ok(());
        }
        self.bound = true;
        let header = self.header(DataType::BindImage);
        self.wire
            .say(&[framed(header, &bind_image(application, size).encode())])
            .await
    }

    /// Tells it that the session is over.
    pub(super) async fn unbind(&mut self) -> io::Result<()> {
        const NORMAL: u8 = 1;
        if !std::mem::take(&mut self.bound) {
            return Ok(());
        }
        let header = self.header(DataType::Unbind);
        self.wire.say(&[framed(header, &[NORMAL])]).await
    }

    /// Asks an IBM-DYNAMIC terminal for its alternate size, rows x columns; none if it has only 24 x 80.
    pub(super) async fn ask_size(&mut self) -> io::Result<Option<(u16, u16)>> {
        let query = StructuredField::ReadPartition {
            partition: 0xFF,
            read: ReadOperation::Query,
        };
        self.send(&[Outbound::StructuredFields(vec![query])])
            .await?;
        loop {
            let event = self.wire.next().await?;
            match self.take(event).await? {
                Some(ClientMessage::Record(Inbound::StructuredField(replies))) => {
                    return Ok(alternate_size(&replies));
                }
                Some(ClientMessage::Over | ClientMessage::Logoff) => {
                    return Err(invalid("the client left before it told its size"));
                }
                Some(
                    ClientMessage::Record(_)
                    | ClientMessage::Unreadable(_)
                    | ClientMessage::Signal(_),
                )
                | None => {}
            }
        }
    }
}

fn framed(header: Header, data: &[u8]) -> TelnetEvent {
    let mut record = Vec::new();
    header.encode(&mut record);
    record.extend(data);
    TelnetEvent::Record(record)
}

fn inbound(record: &[u8]) -> Option<ClientMessage> {
    Some(match Inbound::decode(record) {
        Ok(inbound) => ClientMessage::Record(inbound),
        Err(error) => ClientMessage::Unreadable(error.to_string()),
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

/// The alternate size in the Implicit Partition reply, or else the size of the Usable Area.
fn alternate_size(replies: &[QueryReply]) -> Option<(u16, u16)> {
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
