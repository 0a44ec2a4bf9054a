//! The conversation with a host, without its socket: what the host sends goes in, a terminal changes, and what is to be sent
//! comes out.

use std::fmt;

use super::negotiation::{ClientNegotiation, ClientOffer, HostRefusal, Mode, NegotiationStep};
use super::nvt::Nvt;
use crate::terminal::{Key, Response, Terminal};
use crate::wire::telnet::{Decoder, Overlong, TelnetCommand, TelnetEvent, TelnetLimits};
use crate::wire::tn3270e::Tn3270eFunction;
use crate::wire::{Address, Bind, Inbound, Outbound};

mod nvt;
mod record;
mod services;

/// The most a host may send without ending it. A screen of 16383 cells, each with its own attributes, has some 160 000 bytes.
const LIMITS: TelnetLimits = TelnetLimits {
    record: 256 * 1024,
    subnegotiation: 4096,
};

/// Why a conversation cannot go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConversationError {
    /// The host sends something without an end.
    Overlong(Overlong),
    /// The negotiation with the host has failed.
    Refusal(HostRefusal),
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

/// Something that happened in a conversation, for a log of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConversationEvent {
    /// A key was pressed.
    Key(Key),
    /// The terminal sent.
    Inbound(Inbound),
    /// The host sent, or its text was put on the screen.
    Outbound(Outbound),
    /// The host has bound the session, or with none unbound it.
    Bind(Option<Bind>),
}

/// What the steps of a conversation give. Each step appends to it; the caller takes both out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConversationOutput {
    /// The bytes to be sent to the host.
    pub bytes: Vec<u8>,
    /// What happened, in its order.
    pub events: Vec<ConversationEvent>,
}

/// Records and bytes that went one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TrafficCount {
    /// Records.
    pub records: u64,
    /// Bytes.
    pub bytes: u64,
}

/// The conversation of a terminal with a host. The terminal is the caller's, who keeps it when the connection ends.
///
/// The bytes of a host that speaks plain TN3270, up to its first screen and the reply to it:
///
/// ```
/// use tn3270::client::{ClientConversation, ClientOffer, ConversationOutput, Mode};
/// use tn3270::terminal::{Key, Terminal, TerminalOptions};
///
/// let options = TerminalOptions::default();
/// let (device_type, terminal_type) = options.device_types();
/// let mut client = ClientConversation::new(ClientOffer {
///     terminal_type,
///     device_type,
///     lus: Vec::new(),
///     tn3270e: true,
///     start_tls: false,
///     nvt: false,
///     no_telnet: false,
///     size: options.alternate(),
///     user: None,
///     device_name: None,
/// });
/// let mut terminal = Terminal::new(options);
/// let mut out = ConversationOutput::default();
/// client.begin(&mut terminal, &mut out);
///
/// // DO TERMINAL-TYPE, SB TERMINAL-TYPE SEND; DO and WILL END-OF-RECORD, DO and WILL BINARY.
/// let negotiation = b"\xff\xfd\x18\xff\xfa\x18\x01\xff\xf0\xff\xfd\x19\xff\xfb\x19\xff\xfd\0\xff\xfb\0";
/// client.receive(negotiation, &mut terminal, &mut out)?;
/// assert!(out.bytes.starts_with(b"\xff\xfb\x18\xff\xfa\x18\0IBM-3279-2-E\xff\xf0"));
/// assert_eq!(client.negotiation().mode(), Mode::Tn3270);
///
/// // Erase/Write, WCC, "HI"; IAC EOR.
/// out.bytes.clear();
/// client.receive(b"\xf5\xc3\xc8\xc9\xff\xef", &mut terminal, &mut out)?;
/// assert_eq!(out.bytes, b"");
/// assert_eq!(terminal.row_text(0).trim_end(), "HI");
///
/// // PF3: the AID, the cursor, the unformatted screen; IAC EOR.
/// client.press(Key::Pf(3), &mut terminal, &mut out);
/// assert_eq!(out.bytes, b"\xf3\x40\x40\xc8\xc9\xff\xef");
/// # Ok::<(), tn3270::client::ConversationError>(())
/// ```
pub struct ClientConversation {
    negotiation: ClientNegotiation,
    decoder: Decoder,
    nvt: Option<Nvt>,
    /// Where the operator's text to the system services begins.
    services_at: Address,
    sequence: u16,
    /// The host has sent a BID: what the operator sends waits.
    bid: bool,
    held: Vec<u8>,
    plu: Option<String>,
    /// What was wrong with the last record that could not be read.
    trouble: Option<String>,
    received: TrafficCount,
    sent: TrafficCount,
    writes: u64,
}

impl ClientConversation {
    /// A conversation that has just begun.
    pub fn new(offer: ClientOffer) -> ClientConversation {
        ClientConversation {
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

    /// What the two ends have agreed on.
    pub fn negotiation(&self) -> &ClientNegotiation {
        &self.negotiation
    }

    /// The name of the application that has bound the session, as in its BIND.
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

    /// Begins the conversation: a display of text appears if text is expected from the first byte.
    pub fn begin(&mut self, terminal: &mut Terminal, out: &mut ConversationOutput) {
        if matches!(self.negotiation.mode(), Mode::Nvt { .. }) {
            self.text(&[], terminal, out);
        }
    }

    /// Takes bytes from the host. After [`NegotiationStep::StartTls`] the rest of the bytes is dropped: bytes in the clear
    /// after it may have been injected.
    ///
    /// # Errors
    /// The host exceeds a limit, or the negotiation has failed: the connection is to be closed.
    pub fn receive(
        &mut self,
        bytes: &[u8],
        terminal: &mut Terminal,
        out: &mut ConversationOutput,
    ) -> Result<NegotiationStep, ConversationError> {
        self.received.bytes += bytes.len() as u64;
        let before = out.bytes.len();
        let step = match self.negotiation.is_telnet() {
            true => self.telnet(bytes, terminal, out)?,
            false => {
                self.text_of(bytes, terminal, out);
                NegotiationStep::Stay
            }
        };
        self.sent.bytes += (out.bytes.len() - before) as u64;
        Ok(step)
    }

    /// Takes bytes of TELNET. Outside of records text and negotiation alternate byte by byte; records are taken as they come.
    fn telnet(
        &mut self,
        mut bytes: &[u8],
        terminal: &mut Terminal,
        out: &mut ConversationOutput,
    ) -> Result<NegotiationStep, ConversationError> {
        let mut text = Vec::new();
        let mut events = Vec::new();
        while !bytes.is_empty() {
            let (piece, rest) = match self.negotiation.frames() {
                true => (bytes, &[][..]),
                false => bytes.split_at(1),
            };
            bytes = rest;
            self.decoder
                .feed(piece, &mut events)
                .map_err(ConversationError::Overlong)?;
            for event in events.drain(..) {
                if matches!(event, TelnetEvent::Record(_)) {
                    self.text_of(&std::mem::take(&mut text), terminal, out);
                }
                if self.event(event, terminal, out)? == NegotiationStep::StartTls {
                    return Ok(NegotiationStep::StartTls);
                }
            }
            if !self.negotiation.frames() {
                text.extend(self.decoder.take_unended());
            }
        }
        self.text_of(&text, terminal, out);
        Ok(NegotiationStep::Stay)
    }

    /// Text of the host, if there is any.
    fn text_of(&mut self, text: &[u8], terminal: &mut Terminal, out: &mut ConversationOutput) {
        if !text.is_empty() {
            self.text(text, terminal, out);
        }
    }

    fn event(
        &mut self,
        event: TelnetEvent,
        terminal: &mut Terminal,
        out: &mut ConversationOutput,
    ) -> Result<NegotiationStep, ConversationError> {
        if let TelnetEvent::Record(record) = event {
            self.received.records += 1;
            self.negotiation.record();
            self.record(&record, terminal, out);
            return Ok(NegotiationStep::Stay);
        }
        let mut answers = Vec::new();
        let before = self.negotiation.mode();
        let step = self
            .negotiation
            .receive(&event, &mut answers)
            .map_err(ConversationError::Refusal)?;
        answers
            .iter()
            .for_each(|answer| answer.encode(&mut out.bytes));
        let now = self.negotiation.mode();
        if now != before && now != Mode::Pending {
            self.mode_changed(now, terminal);
        }
        Ok(step)
    }

    /// A host that turns from text to records, or has agreed anew, has to write before a key is taken.
    fn mode_changed(&mut self, now: Mode, terminal: &mut Terminal) {
        match now {
            Mode::Nvt { .. } => {}
            _ => {
                self.nvt = None;
                terminal.await_first();
            }
        }
    }

    /// Puts something on the screen that is not of the 3270 application: it asks for no answer, and keys typed ahead go on
    /// waiting.
    fn show(&mut self, outbound: Outbound, terminal: &mut Terminal, out: &mut ConversationOutput) {
        self.writes += 1;
        terminal.apply_without_typeahead(&outbound);
        out.events.push(ConversationEvent::Outbound(outbound));
    }

    /// Presses a key.
    pub fn press(
        &mut self,
        key: Key,
        terminal: &mut Terminal,
        out: &mut ConversationOutput,
    ) -> Response {
        let before = out.bytes.len();
        out.events.push(ConversationEvent::Key(key));
        let response = match self.negotiation.mode() {
            Mode::Nvt { lines } => self.press_text(key, lines, terminal, out),
            Mode::NvtInTn3270e => self.press_text(key, true, terminal, out),
            Mode::Sscp if key == Key::Enter => self.say_to_services(terminal, out),
            Mode::Sscp if matches!(key, Key::Pf(_) | Key::Pa(_) | Key::Clear) => Response::Local,
            _ => {
                let response = terminal.press(key);
                self.respond(&response, terminal, out);
                response
            }
        };
        self.sent.bytes += (out.bytes.len() - before) as u64;
        response
    }

    fn respond(
        &mut self,
        response: &Response,
        terminal: &mut Terminal,
        out: &mut ConversationOutput,
    ) {
        match response {
            Response::Inbound(inbound) => self.send(inbound, terminal, out),
            Response::Attn => self.attention(terminal, out),
            Response::SysReq => self.system_request(terminal, out),
            Response::Local | Response::Queued | Response::Refused(_) => {}
        }
    }

    /// ATTN is a break; in TN3270E it has no function before the session is bound.
    fn attention(&mut self, terminal: &mut Terminal, out: &mut ConversationOutput) {
        match self.negotiation.functions() {
            Some(_) if !self.negotiation.is_bound() => terminal.refuse_function(),
            _ => TelnetEvent::Command(TelnetCommand::Break).encode(&mut out.bytes),
        }
    }

    /// SYS REQ goes over to the system services and back (RFC 2355, 10.5); outside TN3270E it is a test request.
    fn system_request(&mut self, terminal: &mut Terminal, out: &mut ConversationOutput) {
        match self.negotiation.mode() {
            Mode::Tn3270 => {
                if let Some(request) = terminal.test_request() {
                    self.send(&request, terminal, out);
                }
            }
            Mode::Tn3270e if self.negotiation.performs(Tn3270eFunction::SysReq) => {
                TelnetEvent::Command(TelnetCommand::AbortOutput).encode(&mut out.bytes);
                self.negotiation.enter(Mode::Sscp);
                self.services_at = 0;
                terminal.leave_logical_unit();
            }
            Mode::Sscp if self.negotiation.performs(Tn3270eFunction::SysReq) => {
                TelnetEvent::Command(TelnetCommand::AbortOutput).encode(&mut out.bytes);
                if !self.is_unbound() {
                    self.negotiation.enter(Mode::Tn3270e);
                }
            }
            _ => {}
        }
    }

    /// Whether data may not come yet: the host has agreed to send a BIND before them.
    fn is_unbound(&self) -> bool {
        self.negotiation.performs(Tn3270eFunction::BindImage) && !self.negotiation.is_bound()
    }

    fn enter(&mut self, mode: Mode, terminal: &mut Terminal) {
        if self.negotiation.mode() != mode {
            self.negotiation.enter(mode);
            self.nvt = None;
            if mode == Mode::Tn3270e {
                terminal.await_first();
            }
        }
    }
}

#[cfg(test)]
mod tests;
