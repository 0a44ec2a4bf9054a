//! The conversation with a host, without its socket: what the host sends goes in, a terminal changes, and what is to be sent
//! comes out.

use std::fmt;

use super::negotiation::{self, ClientNegotiation, ClientOffer, Mode, NegotiationStep};
use super::nvt::Nvt;
use bigiron_sim::session::{self, Log, Millis};
use tn3270::terminal::{Key, Response, Terminal};
use tn3270::wire::telnet::{self, Decoder, Overlong, TelnetEvent, TelnetLimits, command};
use tn3270::wire::tn3270e::{DataType, Header, function, request, respond};
use tn3270::wire::{Address, Bind, Inbound, Order, Outbound, Wcc};

/// How much a host may send without an end. A screen of 16383 cells, each with its own attributes, has some 160 000 bytes.
const LIMITS: TelnetLimits = TelnetLimits {
    record: 256 * 1024,
    subnegotiation: 4096,
};

/// The negative response to a record that is no command.
const COMMAND_REJECT: u8 = 0;
/// New Line, which begins a row of the system services' text.
const NEW_LINE: u8 = 0x15;
/// The longest text to the system services.
const MAX_SERVICES_TEXT: usize = 255;

/// Why a conversation cannot go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConversationError {
    /// The host sends something without an end.
    Overlong(Overlong),
    /// The host and this terminal do not come to terms.
    Refusal(negotiation::HostRefusal),
}

impl fmt::Display for ConversationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConversationError::Overlong(overlong) => {
                write!(f, "the host is no 3270 host: {overlong}")
            }
            ConversationError::Refusal(refusal) => refusal.fmt(f),
        }
    }
}

impl std::error::Error for ConversationError {}

/// The terminal that a conversation is about, the log of it, and the time.
pub struct ConversationContext<'a> {
    /// The terminal.
    pub terminal: &'a mut Terminal,
    /// What happens is told here.
    pub log: &'a mut dyn Log,
    /// Milliseconds since the client began.
    pub at: Millis,
}

/// Records and bytes that went one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TrafficCount {
    /// Records.
    pub records: u64,
    /// Bytes.
    pub bytes: u64,
}

/// A conversation.
pub struct Conversation {
    negotiation: ClientNegotiation,
    decoder: Decoder,
    nvt: Option<Nvt>,
    /// Where the operator's text to the system services begins.
    services_at: Address,
    sequence: u16,
    /// The host has asked to be let to send: what the operator sends waits.
    bid: bool,
    held: Vec<u8>,
    plu: Option<String>,
    /// What was wrong with the last record that could not be read.
    trouble: Option<String>,
    received: TrafficCount,
    sent: TrafficCount,
    writes: u64,
}

impl Conversation {
    /// A conversation that has just begun.
    pub fn new(offer: ClientOffer) -> Conversation {
        Conversation {
            negotiation: ClientNegotiation::new(offer),
            decoder: Decoder::new(LIMITS),
            nvt: None,
            services_at: 0,
            sequence: 0,
            bid: false,
            held: Vec::new(),
            plu: None,
            trouble: None,
            received: TrafficCount::default(),
            sent: TrafficCount::default(),
            writes: 0,
        }
    }

    /// How the two ends understand each other.
    pub fn negotiation(&self) -> &ClientNegotiation {
        &self.negotiation
    }

    /// The name of the application that has bound the session, as its BIND tells.
    pub fn plu(&self) -> Option<&str> {
        self.plu.as_deref()
    }

    /// What was wrong with the last record that could not be read.
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// What was received.
    pub fn received(&self) -> TrafficCount {
        self.received
    }

    /// What was sent.
    pub fn sent(&self) -> TrafficCount {
        self.sent
    }

    /// How often the host has written on the screen.
    pub fn writes(&self) -> u64 {
        self.writes
    }

    /// Whether a host of plain text has written this since it was last asked for; none if the host is no such host.
    pub fn expect(&mut self, text: &str) -> Option<bool> {
        match self.negotiation.mode() {
            Mode::Nvt { .. } | Mode::NvtInTn3270e => {
                Some(self.nvt.as_mut().is_some_and(|nvt| nvt.expect(text)))
            }
            _ => None,
        }
    }

    /// What a host of plain text has written since it was last asked for, with escapes; nothing if the host is no such host.
    pub fn take_text(&mut self) -> String {
        self.nvt.as_mut().map(Nvt::take_unread).unwrap_or_default()
    }

    /// Begins what is plain text from the first byte.
    pub fn begin(&mut self, desk: &mut ConversationContext<'_>) {
        if matches!(self.negotiation.mode(), Mode::Nvt { .. }) {
            self.text(&[], desk);
        }
    }

    /// Takes bytes from the host, and appends what is to be sent. After [`Turn::StartTls`] the rest of the bytes is dropped:
    /// nobody vouches for what comes in the clear.
    pub fn receive(
        &mut self,
        mut bytes: &[u8],
        desk: &mut ConversationContext<'_>,
        out: &mut Vec<u8>,
    ) -> Result<NegotiationStep, ConversationError> {
        self.received.bytes += bytes.len() as u64;
        let before = out.len();
        let mut text = Vec::new();
        let mut events = Vec::new();
        if !self.negotiation.is_telnet() {
            text.extend_from_slice(std::mem::take(&mut bytes));
        }
        while !bytes.is_empty() {
            // Text and negotiation alternate as they like; records are taken as they come.
            let (piece, rest) = match self.negotiation.frames() {
                true => (bytes, &[][..]),
                false => bytes.split_at(1),
            };
            bytes = rest;
            self.decoder
                .feed(piece, &mut events)
                .map_err(ConversationError::Overlong)?;
            for event in events.drain(..) {
                if matches!(event, TelnetEvent::Record(_)) && !text.is_empty() {
                    self.text(&std::mem::take(&mut text), desk);
                }
                if self.event(event, desk, out)? == NegotiationStep::StartTls {
                    self.sent.bytes += (out.len() - before) as u64;
                    return Ok(NegotiationStep::StartTls);
                }
            }
            if !self.negotiation.frames() {
                text.extend(self.decoder.take_unended());
            }
        }
        if !text.is_empty() {
            self.text(&text, desk);
        }
        self.sent.bytes += (out.len() - before) as u64;
        Ok(NegotiationStep::Stay)
    }

    fn event(
        &mut self,
        event: TelnetEvent,
        desk: &mut ConversationContext<'_>,
        out: &mut Vec<u8>,
    ) -> Result<NegotiationStep, ConversationError> {
        if let TelnetEvent::Record(record) = event {
            self.received.records += 1;
            self.negotiation.record();
            self.record(&record, desk, out);
            return Ok(NegotiationStep::Stay);
        }
        let mut answers = Vec::new();
        let before = self.negotiation.mode();
        let turn = self
            .negotiation
            .receive(&event, &mut answers)
            .map_err(ConversationError::Refusal)?;
        answers.iter().for_each(|answer| answer.encode(out));
        let now = self.negotiation.mode();
        if now != before && now != Mode::Pending {
            self.mode_changed(now, desk);
        }
        Ok(turn)
    }

    /// A host that turns from text to records, or has agreed anew, has to write before a key is taken.
    fn mode_changed(&mut self, now: Mode, desk: &mut ConversationContext<'_>) {
        match now {
            Mode::Nvt { .. } => {}
            _ => {
                self.nvt = None;
                desk.terminal.await_first();
            }
        }
    }

    /// Text of a host in NVT mode.
    fn text(&mut self, text: &[u8], desk: &mut ConversationContext<'_>) {
        self.negotiation.text();
        let (rows, columns) = desk.terminal.options().alternate();
        let nvt = self.nvt.get_or_insert_with(|| Nvt::new(rows, columns));
        nvt.write(text);
        let picture = nvt.picture(desk.terminal.options().code_page);
        self.show(&picture, desk);
    }

    /// Puts something on the screen that asks for no answer.
    fn show(&mut self, outbound: &Outbound, desk: &mut ConversationContext<'_>) {
        self.writes += 1;
        desk.log
            .event(desk.at, session::SessionEvent::Outbound(outbound));
        desk.terminal.apply(outbound);
    }

    fn record(&mut self, record: &[u8], desk: &mut ConversationContext<'_>, out: &mut Vec<u8>) {
        if self.negotiation.functions().is_none() {
            if self.negotiation.mode() == Mode::Tn3270 {
                self.data(record, None, desk, out);
            }
            return;
        }
        let (header, data) = match Header::decode(record) {
            Ok(parts) => parts,
            Err(error) => {
                self.trouble = Some(error.to_string());
                return;
            }
        };
        match header.data_type {
            DataType::Data3270 if self.is_unbound() => {}
            DataType::Data3270 => {
                self.enter(Mode::Tn3270e, desk);
                self.data(data, Some(header), desk, out);
            }
            DataType::Nvt => {
                self.enter(Mode::NvtInTn3270e, desk);
                self.text(data, desk);
            }
            DataType::SscpLu => self.services(data, desk),
            DataType::BindImage => {
                if let Some(bind) = Bind::decode(data) {
                    self.bind(Some(bind), desk);
                }
            }
            DataType::Unbind => self.bind(None, desk),
            DataType::Bid if self.negotiation.resolves_contention() => {
                self.bid = true;
                self.answer(header.sequence, None, out);
            }
            // The rest is for printers; and nothing is sent that asks for a response.
            _ => {}
        }
        if header.data_type != DataType::Data3270
            && header.data_type != DataType::Response
            && header.data_type != DataType::Bid
            && header.response == respond::ALWAYS
        {
            self.answer(header.sequence, None, out);
        }
        if self.negotiation.resolves_contention() {
            self.take_turn(header.request, desk, out);
        }
    }

    /// What the host says of whose turn it is.
    fn take_turn(&mut self, flags: u8, desk: &mut ConversationContext<'_>, out: &mut Vec<u8>) {
        if flags & request::KEYBOARD_RESTORE != 0 && desk.terminal.lock().is_some() {
            let wcc = Wcc {
                restore: true,
                ..Wcc::default()
            };
            let orders = Vec::new();
            self.show(&Outbound::Write { wcc, orders }, desk);
        }
        if flags & request::SEND_DATA != 0 {
            self.bid = false;
            out.append(&mut self.held);
        }
    }

    /// The host binds the session, or unbinds it.
    fn bind(&mut self, bind: Option<Bind>, desk: &mut ConversationContext<'_>) {
        desk.log
            .event(desk.at, session::SessionEvent::Bind(bind.as_ref()));
        self.negotiation.bind(bind.is_some());
        self.nvt = None;
        match &bind {
            Some(bind) => desk.terminal.bind(bind.screens),
            None => desk.terminal.unbind(),
        }
        self.plu = bind.and_then(|bind| bind.application);
    }

    /// Whether data may not come yet: the host has agreed to say first that it binds the session.
    fn is_unbound(&self) -> bool {
        self.negotiation.performs(function::BIND_IMAGE) && !self.negotiation.is_bound()
    }

    fn enter(&mut self, mode: Mode, desk: &mut ConversationContext<'_>) {
        if self.negotiation.mode() != mode {
            self.negotiation.enter(mode);
            self.nvt = None;
            if mode == Mode::Tn3270e {
                desk.terminal.await_first();
            }
        }
    }

    /// A 3270 data stream.
    fn data(
        &mut self,
        data: &[u8],
        header: Option<Header>,
        desk: &mut ConversationContext<'_>,
        out: &mut Vec<u8>,
    ) {
        let wanted = header.map_or(respond::NONE, |header| header.response);
        let sequence = header.map_or(0, |header| header.sequence);
        match Outbound::decode(data) {
            Ok(outbound) => {
                if wanted == respond::ALWAYS {
                    self.answer(sequence, None, out);
                }
                self.writes += 1;
                desk.log
                    .event(desk.at, session::SessionEvent::Outbound(&outbound));
                if let Some(inbound) = desk.terminal.apply(&outbound) {
                    self.send(&inbound, desk, out);
                }
                while let Some(response) = desk.terminal.resume() {
                    self.respond(response, desk, out);
                }
            }
            Err(error) => {
                self.trouble = Some(error.to_string());
                if wanted != respond::NONE {
                    self.answer(sequence, Some(COMMAND_REJECT), out);
                }
            }
        }
    }

    /// Answers a record by a response, a negative one with its reason.
    fn answer(&mut self, sequence: u16, refusal: Option<u8>, out: &mut Vec<u8>) {
        if !self.negotiation.performs(function::RESPONSES) {
            return;
        }
        let header = Header {
            data_type: DataType::Response,
            response: u8::from(refusal.is_some()),
            ..Header::data(sequence)
        };
        self.frame(Some(header), &[refusal.unwrap_or(0)], out);
    }

    /// Sends what the terminal says.
    fn send(&mut self, inbound: &Inbound, desk: &mut ConversationContext<'_>, out: &mut Vec<u8>) {
        desk.log
            .event(desk.at, session::SessionEvent::Inbound(inbound));
        let mut data = Vec::new();
        inbound.encode_with(desk.terminal.addressing(), &mut data);
        self.sent.records += 1;
        let header = self.header(DataType::Data3270);
        let mut framed = Vec::new();
        self.frame(header, &data, &mut framed);
        match self.bid {
            true => self.held.append(&mut framed),
            false => out.append(&mut framed),
        }
    }

    /// The header of the next record, in TN3270E.
    fn header(&mut self, data_type: DataType) -> Option<Header> {
        self.negotiation.functions()?;
        let header = Header {
            data_type,
            ..Header::data(self.sequence)
        };
        if self.negotiation.performs(function::RESPONSES) {
            self.sequence = self.sequence.wrapping_add(1) & 0x7FFF;
        }
        Some(header)
    }

    fn frame(&self, header: Option<Header>, data: &[u8], out: &mut Vec<u8>) {
        let mut record = Vec::new();
        if let Some(header) = header {
            header.encode(&mut record);
        }
        record.extend_from_slice(data);
        TelnetEvent::Record(record).encode(out);
    }

    /// Presses a key; appends what is to be sent.
    pub fn press(
        &mut self,
        key: Key,
        desk: &mut ConversationContext<'_>,
        out: &mut Vec<u8>,
    ) -> Response {
        let before = out.len();
        desk.log.event(desk.at, session::SessionEvent::Key(key));
        let response = match self.negotiation.mode() {
            Mode::Nvt { lines } => self.press_text(key, lines, desk, out),
            Mode::NvtInTn3270e => self.press_text(key, true, desk, out),
            Mode::Sscp if key == Key::Enter => self.say_to_services(desk, out),
            Mode::Sscp if matches!(key, Key::Pf(_) | Key::Pa(_) | Key::Clear) => Response::Local,
            _ => {
                let response = desk.terminal.press(key);
                self.respond(response.clone(), desk, out);
                response
            }
        };
        self.sent.bytes += (out.len() - before) as u64;
        response
    }

    fn respond(
        &mut self,
        response: Response,
        desk: &mut ConversationContext<'_>,
        out: &mut Vec<u8>,
    ) {
        match response {
            Response::Inbound(inbound) => self.send(&inbound, desk, out),
            Response::Attn => self.attention(desk, out),
            Response::SysReq => self.system_request(desk, out),
            Response::Local | Response::Queued | Response::Refused(_) => {}
        }
    }

    /// ATTN is a break; in TN3270E it has no function before the session is bound.
    fn attention(&mut self, desk: &mut ConversationContext<'_>, out: &mut Vec<u8>) {
        match self.negotiation.functions() {
            Some(_) if !self.negotiation.is_bound() => desk.terminal.refuse_function(),
            _ => TelnetEvent::Command(command::BRK).encode(out),
        }
    }

    /// SYS REQ goes over to the system services and back (RFC 2355, 10.5); outside TN3270E it is a test request.
    fn system_request(&mut self, desk: &mut ConversationContext<'_>, out: &mut Vec<u8>) {
        match self.negotiation.mode() {
            Mode::Tn3270 => {
                if let Some(request) = desk.terminal.test_request() {
                    self.send(&request, desk, out);
                }
            }
            Mode::Tn3270e if self.negotiation.performs(function::SYSREQ) => {
                TelnetEvent::Command(command::AO).encode(out);
                self.negotiation.enter(Mode::Sscp);
                self.services_at = 0;
                desk.terminal.leave_logical_unit();
            }
            Mode::Sscp if self.negotiation.performs(function::SYSREQ) => {
                TelnetEvent::Command(command::AO).encode(out);
                if !self.is_unbound() {
                    self.negotiation.enter(Mode::Tn3270e);
                }
            }
            _ => {}
        }
    }

    /// The system services write: text behind what stands there.
    fn services(&mut self, data: &[u8], desk: &mut ConversationContext<'_>) {
        let first = self.negotiation.mode() != Mode::Sscp;
        self.enter(Mode::Sscp, desk);
        let columns = desk.terminal.columns().max(1);
        let size = desk.terminal.rows() * columns;
        let mut at = if first { 0 } else { desk.terminal.cursor() };
        let mut orders = vec![Order::SetBufferAddress(at)];
        for line in data.split_inclusive(|&code| code == NEW_LINE) {
            let text = line.strip_suffix(&[NEW_LINE]).unwrap_or(line);
            let codes: Vec<u8> = text.iter().copied().filter(|&code| code >= 0x40).collect();
            at = (at + u16::try_from(codes.len()).unwrap_or(0) % size) % size;
            orders.push(Order::Data(codes.into()));
            if text.len() < line.len() {
                at = (at / columns + 1) * columns % size;
                orders.push(Order::SetBufferAddress(at));
            }
        }
        orders.push(Order::InsertCursor);
        let wcc = Wcc::RESTORE;
        self.show(
            &match first {
                true => Outbound::EraseWriteAlternate { wcc, orders },
                false => Outbound::Write { wcc, orders },
            },
            desk,
        );
        self.services_at = desk.terminal.cursor();
    }

    /// Sends what the operator has typed to the system services.
    fn say_to_services(
        &mut self,
        desk: &mut ConversationContext<'_>,
        out: &mut Vec<u8>,
    ) -> Response {
        let typed = usize::from(self.services_at)..usize::from(desk.terminal.cursor());
        let cells = desk.terminal.cells().get(typed).unwrap_or_default();
        let codes = cells.iter().map(|cell| cell.code).filter(|&code| code != 0);
        let text: Vec<u8> = codes.take(MAX_SERVICES_TEXT).collect();
        let header = self.header(DataType::SscpLu);
        self.sent.records += 1;
        self.frame(header, &text, out);
        Response::Local
    }

    /// A key in NVT mode. The cursor may be moved about; what sends, sends bytes.
    fn press_text(
        &mut self,
        key: Key,
        lines: bool,
        desk: &mut ConversationContext<'_>,
        out: &mut Vec<u8>,
    ) -> Response {
        match key {
            Key::MoveCursor(_) | Key::Reset | Key::Insert | Key::ToggleInsert => {
                return desk.terminal.press(key);
            }
            Key::Attn | Key::SysReq => return Response::Local,
            _ => {}
        }
        let Some(nvt) = &mut self.nvt else {
            return Response::Local;
        };
        let bytes = nvt.press(key, lines);
        if lines {
            let picture = nvt.picture(desk.terminal.options().code_page);
            self.show(&picture, desk);
        }
        if bytes.is_empty() {
            return Response::Local;
        }
        match self.negotiation.mode() {
            Mode::NvtInTn3270e => {
                let header = self.header(DataType::Nvt);
                self.frame(header, &bytes, out);
            }
            _ if self.negotiation.is_telnet() => telnet::escape(&bytes, out),
            _ => out.extend(bytes),
        }
        Response::Local
    }
}

#[cfg(test)]
mod tests;
