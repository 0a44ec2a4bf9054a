//! The TN3270 door: a client anywhere, joined to a host here.
//!
//! A client that does not come to terms in time, says nothing, sends what has no end or goes away is closed, with a line to the
//! operator; others go on. A record that is no 3270 data stream is reported and answered as a host does that finds a message
//! unusable: an alarm and a free keyboard, nothing else; a client that goes on like that is closed.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};

use super::clock::Clock;
use super::service::Ticket;
use super::station::Recorder;
use crate::host::Signal;
use crate::session::Line;
use crate::terminal::Model;
use crate::wire::negotiation::{Agreement, Host, Lus, Offer, Protocol, Refusal};
use crate::wire::structured::Read;
use crate::wire::telnet::{self, Decoder, Event, Limits, command};
use crate::wire::tn3270e::{DataType, Header, function, respond};
use crate::wire::{CodePage, Inbound, Outbound, QueryReply, StructuredField, Wcc};

/// How much a client may send without an end. The largest screen read back whole has some 40 000 bytes.
const LIMITS: Limits = Limits {
    record: 128 * 1024,
    subnegotiation: 1024,
};

/// How long a client may leave unread what it is sent.
const WRITE_TIME: Duration = Duration::from_secs(30);

/// How many records that cannot be read a client may send.
const MAX_FAULTS: u32 = 8;

/// What a person reads who connects without a 3270 terminal.
const NOT_A_TERMINAL: &[u8] = b"\r\nThis host speaks to 3270 terminals. Connect with c3270, x3270 or another TN3270 client.\r\n";

/// A connection below the 3270 data stream: bytes to and from TELNET events.
struct Wire<S> {
    reader: ReadHalf<S>,
    writer: WriteHalf<S>,
    decoder: Decoder,
    events: std::vec::IntoIter<Event>,
}

impl<S: AsyncRead + AsyncWrite> Wire<S> {
    fn new(stream: S) -> Wire<S> {
        let (reader, writer) = tokio::io::split(stream);
        Wire {
            reader,
            writer,
            decoder: Decoder::new(LIMITS),
            events: Vec::new().into_iter(),
        }
    }

    /// The next event; none if the client has gone. Losing the race in a `select!` loses nothing.
    async fn next(&mut self) -> io::Result<Option<Event>> {
        loop {
            if let Some(event) = self.events.next() {
                return Ok(Some(event));
            }
            let mut buffer = [0; 4096];
            let length = self.reader.read(&mut buffer).await?;
            if length == 0 {
                return Ok(None);
            }
            let mut events = Vec::new();
            let read = self
                .decoder
                .feed(buffer.get(..length).unwrap_or_default(), &mut events);
            self.events = events.into_iter();
            read.map_err(invalid)?;
        }
    }

    async fn say(&mut self, events: &[Event]) -> io::Result<()> {
        let mut bytes = Vec::new();
        events.iter().for_each(|event| event.encode(&mut bytes));
        self.write(&bytes).await
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let late = |_| {
            io::Error::new(
                io::ErrorKind::TimedOut,
                "the client does not read what it is sent",
            )
        };
        let write = async {
            self.writer.write_all(bytes).await?;
            self.writer.flush().await
        };
        tokio::time::timeout(WRITE_TIME, write)
            .await
            .map_err(late)?
    }
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

/// Serves one client to its end.
pub async fn connection<S: AsyncRead + AsyncWrite + Unpin>(
    ticket: &Ticket,
    stream: S,
) -> io::Result<()> {
    let mut wire = Wire::new(stream);
    let agreed = tokio::time::timeout(ticket.patience(), agree(ticket, &mut wire)).await;
    let agreed = agreed.map_err(|_| {
        let seconds = ticket.patience().as_secs_f64();
        io::Error::new(
            io::ErrorKind::TimedOut,
            format!("the client agreed on no terminal in {seconds} s"),
        )
    })?;
    let (negotiation, agreement) = agreed.map_err(|error| match is_gone(&error) {
        true => io::Error::new(
            error.kind(),
            "the client left before a terminal was agreed on",
        ),
        false => error,
    })?;
    let Some(world) = ticket.world(&agreement.lu) else {
        return Ok(());
    };
    let mut client = Client::new(wire, negotiation, &agreement);
    let mut setup = ticket.setup();
    setup.terminal.color = agreement.device.color || agreement.protocol != Protocol::Tn3270;
    match agreement.device.model {
        Some(number) => setup.terminal.model = Model::from_number(number).unwrap_or_default(),
        None => {
            let asked = tokio::time::timeout(ticket.patience(), client.ask_size()).await;
            let size =
                asked.map_err(|_| invalid("IBM-DYNAMIC: the client does not answer a Query"))??;
            setup.terminal.oversize = size;
        }
    }
    let opening = world.open(&setup).map_err(io::Error::other)?;
    let mut log = ticket.record(world.system(), &setup)?;
    let clock = ticket.clock();
    let line = Line::open_in(&opening.region, &setup);
    let mut joined = Joined {
        ticket,
        client,
        line,
        clock,
        log: log.as_mut(),
        faults: 0,
    };
    let result = match joined.run().await {
        Err(error) if is_gone(&error) => Ok(()),
        result => result,
    };
    let at = joined.line.now();
    let reason = match &result {
        Ok(()) => "disconnected".to_owned(),
        Err(error) => error.to_string(),
    };
    log.end(at, &reason);
    result
}

/// Negotiates until all is agreed.
async fn agree<S: AsyncRead + AsyncWrite>(
    ticket: &Ticket,
    wire: &mut Wire<S>,
) -> io::Result<(Host, Agreement)> {
    let names = ticket.names();
    let lus = match names.as_slice() {
        [only] => Lus::Any(only.clone()),
        _ => Lus::Only(names),
    };
    let mut out = Vec::new();
    let mut negotiation = Host::open(Offer::new(lus), &mut out);
    wire.say(&out).await?;
    while let Some(event) = wire.next().await? {
        let mut out = Vec::new();
        let received = negotiation.receive(&event, &mut out);
        wire.say(&out).await?;
        if let Err(refusal) = received {
            if matches!(refusal, Refusal::NoTerminal(_) | Refusal::TerminalType(_)) {
                wire.write(NOT_A_TERMINAL).await?;
            }
            return Err(invalid(refusal));
        }
        if let Some(agreement) = negotiation.agreement() {
            return Ok((negotiation, agreement));
        }
    }
    Err(io::ErrorKind::ConnectionReset.into())
}

/// Whether the other end has gone, as reading and writing find it out.
fn is_gone(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    matches!(
        error.kind(),
        BrokenPipe | ConnectionAborted | ConnectionReset
    )
}

/// What a client says that concerns the host.
enum Said {
    Record(Inbound),
    Unreadable(String),
    Signal(Signal),
    /// The client has ended the session, or gone.
    Over,
}

/// A client with an agreed terminal.
struct Client<S> {
    wire: Wire<S>,
    negotiation: Host,
    /// The functions of TN3270E; none in plain TN3270.
    functions: Option<crate::wire::tn3270e::Functions>,
    sequence: u16,
}

impl<S: AsyncRead + AsyncWrite> Client<S> {
    fn new(wire: Wire<S>, negotiation: Host, agreement: &Agreement) -> Client<S> {
        Client {
            wire,
            negotiation,
            functions: match &agreement.protocol {
                Protocol::Tn3270 => None,
                Protocol::Tn3270e(functions) => Some(functions.clone()),
            },
            sequence: 0,
        }
    }

    /// What an event says to the host, if anything; whatever else it wants is answered here.
    async fn take(&mut self, event: Option<Event>) -> io::Result<Option<Said>> {
        let Some(event) = event else {
            return Ok(Some(Said::Over));
        };
        let mut out = Vec::new();
        self.negotiation
            .receive(&event, &mut out)
            .map_err(invalid)?;
        let said = match event {
            Event::Record(record) => self.record(&record, &mut out),
            Event::Command(command::BRK | command::IP) => Some(Said::Signal(Signal::Attn)),
            Event::Command(command::AO) => Some(Said::Signal(Signal::SysReq)),
            _ => None,
        };
        self.wire.say(&out).await?;
        Ok(said)
    }

    /// What a record says to the host; what it says to the door is answered into `out`.
    fn record(&self, record: &[u8], out: &mut Vec<Event>) -> Option<Said> {
        let Some(functions) = &self.functions else {
            return inbound(record);
        };
        let (header, data) = match Header::decode(record) {
            Ok(parts) => parts,
            Err(error) => return Some(Said::Unreadable(error.to_string())),
        };
        if header.response == respond::ALWAYS
            && header.data_type != DataType::Response
            && functions.contains(&function::RESPONSES)
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
            DataType::Unbind => Some(Said::Over),
            // Responses: nothing is sent that asks for one, so none says anything new. Others are for printers.
            _ => None,
        }
    }

    /// The system services, which the client speaks to after SysReq: they know LOGOFF.
    fn services(&self, data: &[u8], out: &mut Vec<Event>) -> Option<Said> {
        let text = CodePage::CP037.decode_text(data);
        if text.trim().eq_ignore_ascii_case("LOGOFF") {
            return Some(Said::Over);
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
    async fn send(&mut self, outbounds: &[Outbound]) -> io::Result<()> {
        let mut bytes = Vec::new();
        for outbound in outbounds {
            let mut record = Vec::new();
            if self.functions.is_some() {
                Header::data(self.sequence).encode(&mut record);
                self.sequence = self.sequence.wrapping_add(1) & 0x7FFF;
            }
            outbound.encode(&mut record);
            telnet::Event::Record(record).encode(&mut bytes);
        }
        match bytes.is_empty() {
            true => Ok(()),
            false => self.wire.write(&bytes).await,
        }
    }

    /// Asks an IBM-DYNAMIC terminal for its alternate size, rows x columns; none if it has only 24 x 80.
    async fn ask_size(&mut self) -> io::Result<Option<(u16, u16)>> {
        let query = StructuredField::ReadPartition {
            partition: 0xFF,
            read: Read::Query,
        };
        self.send(&[Outbound::StructuredFields(vec![query])])
            .await?;
        loop {
            let event = self.wire.next().await?;
            match self.take(event).await? {
                Some(Said::Record(Inbound::StructuredField(replies))) => {
                    return Ok(alternate_size(&replies));
                }
                Some(Said::Over) => return Err(invalid("the client left before it told its size")),
                Some(Said::Record(_) | Said::Unreadable(_) | Said::Signal(_)) | None => {}
            }
        }
    }
}

fn framed(header: Header, data: &[u8]) -> Event {
    let mut record = Vec::new();
    header.encode(&mut record);
    record.extend(data);
    Event::Record(record)
}

fn inbound(record: &[u8]) -> Option<Said> {
    Some(match Inbound::decode(record) {
        Ok(inbound) => Said::Record(inbound),
        Err(error) => Said::Unreadable(error.to_string()),
    })
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

/// A client joined to its host.
struct Joined<'a, S> {
    ticket: &'a Ticket,
    client: Client<S>,
    line: Line,
    clock: Clock,
    log: &'a mut dyn Recorder,
    faults: u32,
}

impl<S: AsyncRead + AsyncWrite> Joined<'_, S> {
    async fn run(&mut self) -> io::Result<()> {
        let mut out = Vec::new();
        self.line.connect(self.log, &mut out);
        loop {
            self.client.send(&out).await?;
            out.clear();
            // Only what may be broken off without loss stands in the race.
            let event = tokio::select! {
                event = self.client.wire.next() => Some(event?),
                () = self.clock.sleep_until(self.line.next_due()) => None,
            };
            let said = match event {
                Some(event) => self.client.take(event).await?,
                None => None,
            };
            if let Some(now) = self.clock.now() {
                self.line.advance_to(now, self.log, &mut out);
            }
            match said {
                None => {}
                Some(Said::Over) => return Ok(()),
                Some(Said::Record(inbound)) => self.line.submit(&inbound, self.log, &mut out),
                Some(Said::Signal(signal)) => self.line.signal(signal, self.log, &mut out),
                Some(Said::Unreadable(what)) => out.push(self.unreadable(&what)?),
            }
        }
    }

    /// The answer to a record that cannot be read.
    fn unreadable(&mut self, what: &str) -> io::Result<Outbound> {
        self.faults += 1;
        self.ticket
            .report(&format!("a record cannot be read: {what}"));
        if self.faults == MAX_FAULTS {
            return Err(invalid(format!("{MAX_FAULTS} records could not be read")));
        }
        Ok(Outbound::Write {
            wcc: Wcc {
                restore: true,
                alarm: true,
                ..Wcc::default()
            },
            orders: Vec::new(),
        })
    }
}
