//! Records of a conversation: 3270 data both ways, and TN3270E's headers and responses around them.

use super::{ClientConversation, ConversationEvent, ConversationOutput};
use crate::client::Mode;
use crate::terminal::Terminal;
use crate::wire::telnet::TelnetEvent;
use crate::wire::tn3270e::{DataType, Header, Tn3270eFunction, request, respond};
use crate::wire::{Bind, Inbound, Outbound, Wcc};

/// The negative response to a record that is no command.
const COMMAND_REJECT: u8 = 0;

impl ClientConversation {
    pub(super) fn record(
        &mut self,
        record: &[u8],
        terminal: &mut Terminal,
        out: &mut ConversationOutput,
    ) {
        if self.negotiation.functions().is_none() {
            if self.negotiation.mode() == Mode::Tn3270 {
                self.data(record, None, terminal, out);
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
        self.typed_record(header, data, terminal, out);
        if self.negotiation.resolves_contention() {
            self.take_turn(header.request, terminal, out);
        }
    }

    /// A record of TN3270E by the type of its data. The types not named are for printers, and nothing is sent that asks for a
    /// response.
    fn typed_record(
        &mut self,
        header: Header,
        data: &[u8],
        terminal: &mut Terminal,
        out: &mut ConversationOutput,
    ) {
        match header.data_type {
            DataType::Data3270 => {
                if !self.is_unbound() {
                    self.enter(Mode::Tn3270e, terminal);
                    self.data(data, Some(header), terminal, out);
                }
                return;
            }
            DataType::Nvt => {
                self.enter(Mode::NvtInTn3270e, terminal);
                self.text(data, terminal, out);
            }
            DataType::SscpLu => self.services(data, terminal, out),
            DataType::BindImage => {
                if let Some(bind) = Bind::decode(data) {
                    self.bind(Some(bind), terminal, out);
                }
            }
            DataType::Unbind => self.bind(None, terminal, out),
            DataType::Bid => {
                if self.negotiation.resolves_contention() {
                    self.bid = true;
                    self.answer(header.sequence, None, out);
                }
                return;
            }
            DataType::Response => return,
            DataType::Scs | DataType::Request | DataType::PrintEoj => {}
        }
        if header.response == respond::ALWAYS {
            self.answer(header.sequence, None, out);
        }
    }

    /// Applies the request flags of the header: KEYBOARD-RESTORE and SEND-DATA.
    fn take_turn(&mut self, flags: u8, terminal: &mut Terminal, out: &mut ConversationOutput) {
        if flags & request::KEYBOARD_RESTORE != 0 && terminal.lock().is_some() {
            let wcc = Wcc {
                restore: true,
                ..Wcc::default()
            };
            let orders = Vec::new();
            self.show(Outbound::Write { wcc, orders }, terminal, out);
        }
        if flags & request::SEND_DATA != 0 {
            self.bid = false;
            out.bytes.append(&mut self.held);
        }
    }

    /// The host binds the session, or unbinds it.
    fn bind(&mut self, bind: Option<Bind>, terminal: &mut Terminal, out: &mut ConversationOutput) {
        self.negotiation.bind(bind.is_some());
        self.nvt = None;
        match &bind {
            Some(bind) => terminal.bind(bind.screens),
            None => terminal.unbind(),
        }
        self.plu = bind.as_ref().and_then(|bind| bind.application.clone());
        out.events.push(ConversationEvent::Bind(bind));
    }

    /// A 3270 data stream.
    fn data(
        &mut self,
        data: &[u8],
        header: Option<Header>,
        terminal: &mut Terminal,
        out: &mut ConversationOutput,
    ) {
        let wanted = header.map_or(respond::NONE, |header| header.response);
        let sequence = header.map_or(0, |header| header.sequence);
        match Outbound::decode(data) {
            Ok(outbound) => {
                if wanted == respond::ALWAYS {
                    self.answer(sequence, None, out);
                }
                self.obey(outbound, terminal, out);
            }
            Err(error) => {
                self.trouble = Some(error.to_string());
                if wanted != respond::NONE {
                    self.answer(sequence, Some(COMMAND_REJECT), out);
                }
            }
        }
    }

    /// Applies a data stream of the host, and sends the terminal's answers.
    fn obey(&mut self, outbound: Outbound, terminal: &mut Terminal, out: &mut ConversationOutput) {
        self.writes += 1;
        let answers = terminal.apply(&outbound);
        out.events.push(ConversationEvent::Outbound(outbound));
        for inbound in answers.iter() {
            self.send(inbound, terminal, out);
        }
    }

    /// Answers a record by a response, a negative one with its reason.
    fn answer(&mut self, sequence: u16, refusal: Option<u8>, out: &mut ConversationOutput) {
        if !self.negotiation.performs(Tn3270eFunction::Responses) {
            return;
        }
        let header = Header {
            data_type: DataType::Response,
            response: u8::from(refusal.is_some()),
            ..Header::data(sequence)
        };
        frame(Some(header), &[refusal.unwrap_or(0)], &mut out.bytes);
    }

    /// Sends an inbound record of the terminal.
    pub(super) fn send(
        &mut self,
        inbound: &Inbound,
        terminal: &Terminal,
        out: &mut ConversationOutput,
    ) {
        out.events.push(ConversationEvent::Inbound(inbound.clone()));
        let mut data = Vec::new();
        inbound.encode_with(terminal.addressing(), &mut data);
        self.sent.records += 1;
        let header = self.header(DataType::Data3270);
        match self.bid {
            true => frame(header, &data, &mut self.held),
            false => frame(header, &data, &mut out.bytes),
        }
    }

    /// The header of the next record, in TN3270E.
    pub(super) fn header(&mut self, data_type: DataType) -> Option<Header> {
        self.negotiation.functions()?;
        let header = Header {
            data_type,
            ..Header::data(self.sequence)
        };
        if self.negotiation.performs(Tn3270eFunction::Responses) {
            self.sequence = self.sequence.wrapping_add(1) & 0x7FFF;
        }
        Some(header)
    }
}

/// Appends a record.
pub(super) fn frame(header: Option<Header>, data: &[u8], out: &mut Vec<u8>) {
    let mut record = Vec::new();
    if let Some(header) = header {
        header.encode(&mut record);
    }
    record.extend_from_slice(data);
    TelnetEvent::Record(record).encode(out);
}
