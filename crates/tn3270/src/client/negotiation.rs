//! The client's end of TELNET (RFC 854), TN3270 (RFC 1576, 1646) and TN3270E (RFC 2355) negotiation. A state
//! machine without I/O: it takes the host's TELNET events and appends those to be sent.

use std::collections::BTreeSet;

use crate::wire::telnet::{TelnetEvent, TelnetOption, Verb};
use crate::wire::tn3270e::{Functions, Message, Reason, Tn3270eFunction, UnknownMessage};

mod names;
mod terms;

pub use terms::{ClientOffer, HostRefusal, Mode, NegotiationStep};

/// The most that a host may negotiate between two records.
const MAX_ROUNDS: u32 = 1000;

/// The client's end of the negotiation, for callers that handle records themselves; [`super::ClientConversation`] does both.
#[derive(Debug, Clone)]
pub struct ClientNegotiation {
    offer: ClientOffer,
    mine: BTreeSet<TelnetOption>,
    theirs: BTreeSet<TelnetOption>,
    /// The LU that is asked for next.
    next_lu: usize,
    lu: Option<String>,
    /// The functions asked for, and then agreed to.
    wanted: Functions,
    agreed: Option<Functions>,
    bound: bool,
    /// What the last record of a TN3270E session was.
    inside: Mode,
    /// The host has sent text before all was agreed for records.
    text: bool,
    rounds: u32,
}

impl ClientNegotiation {
    /// A client that has just been connected. It waits for the host to begin.
    pub fn new(offer: ClientOffer) -> ClientNegotiation {
        ClientNegotiation {
            text: offer.nvt || offer.no_telnet,
            offer,
            mine: BTreeSet::new(),
            theirs: BTreeSet::new(),
            next_lu: 0,
            lu: None,
            wanted: Functions::new(),
            agreed: None,
            bound: false,
            inside: Mode::Unbound,
            rounds: 0,
        }
    }

    /// The protocol in use now.
    pub fn mode(&self) -> Mode {
        if self.mine.contains(&TelnetOption::Tn3270e) {
            match self.agreed {
                Some(_) => self.inside,
                None => Mode::Pending,
            }
        } else if self.has_records() {
            Mode::Tn3270
        } else if self.text {
            Mode::Nvt {
                lines: !self.theirs.contains(&TelnetOption::Echo),
            }
        } else {
            Mode::Pending
        }
    }

    fn has_records(&self) -> bool {
        let both = [TelnetOption::Binary, TelnetOption::EndOfRecord];
        self.mine.contains(&TelnetOption::TerminalType)
            && both
                .iter()
                .all(|option| self.mine.contains(option) && self.theirs.contains(option))
    }

    /// Whether data comes in records; else it is text.
    pub fn frames(&self) -> bool {
        self.mine.contains(&TelnetOption::Tn3270e) || self.has_records()
    }

    /// Whether the bytes are TELNET's.
    pub fn is_telnet(&self) -> bool {
        !self.offer.no_telnet
    }

    /// The functions agreed to, in TN3270E.
    pub fn functions(&self) -> Option<&Functions> {
        self.agreed.as_ref()
    }

    /// Whether a function of TN3270E was agreed to.
    pub fn performs(&self, function: Tn3270eFunction) -> bool {
        self.agreed
            .as_ref()
            .is_some_and(|agreed| agreed.contains(&function))
    }

    /// Whether CONTENTION-RESOLUTION is agreed to: the host marks the end of its turn.
    pub fn resolves_contention(&self) -> bool {
        self.performs(Tn3270eFunction::ContentionResolution)
    }

    /// The LU that was granted, or asked for outside TN3270E.
    pub fn lu(&self) -> Option<&str> {
        self.lu.as_deref()
    }

    /// Whether the host has bound a session.
    pub fn is_bound(&self) -> bool {
        self.bound
    }

    /// The host has sent text outside of records.
    pub fn text(&mut self) {
        self.text = true;
    }

    /// The last record of the TN3270E session, or SYS REQ, has put it into this mode.
    pub fn enter(&mut self, mode: Mode) {
        self.inside = mode;
    }

    /// The host has bound the session, or unbound it.
    pub fn bind(&mut self, bound: bool) {
        self.bound = bound;
        self.inside = match bound {
            true => Mode::Tn3270e,
            false => Mode::Unbound,
        };
    }

    /// A record has arrived: the count of negotiation events since the last record starts anew.
    pub fn record(&mut self) {
        self.rounds = 0;
    }

    /// Takes an event of the host other than a record, and appends the answer.
    ///
    /// # Errors
    /// The negotiation has failed: the connection is to be closed.
    pub fn receive(
        &mut self,
        event: &TelnetEvent,
        out: &mut Vec<TelnetEvent>,
    ) -> Result<NegotiationStep, HostRefusal> {
        self.rounds = self.rounds.saturating_add(1);
        if self.rounds > MAX_ROUNDS && self.mode() == Mode::Pending {
            return Err(HostRefusal::Endless);
        }
        match event {
            TelnetEvent::Negotiate(verb, option) => self.negotiate(*verb, *option, out),
            TelnetEvent::Subnegotiation(TelnetOption::StartTls, _)
                if self.mine.contains(&TelnetOption::StartTls) =>
            {
                return Ok(NegotiationStep::StartTls);
            }
            TelnetEvent::Subnegotiation(TelnetOption::TerminalType, data)
                if data.first() == Some(&1) =>
            {
                self.terminal_type(out);
            }
            TelnetEvent::Subnegotiation(TelnetOption::NewEnvironment, data)
                if data.first() == Some(&1) =>
            {
                out.push(self.environment());
            }
            TelnetEvent::Subnegotiation(TelnetOption::Tn3270e, data) => {
                let message = Message::decode(data).map_err(HostRefusal::Message)?;
                self.message(message, out)?;
            }
            TelnetEvent::Subnegotiation(..) | TelnetEvent::Record(_) | TelnetEvent::Command(_) => {}
        }
        Ok(NegotiationStep::Stay)
    }

    fn negotiate(&mut self, verb: Verb, option: TelnetOption, out: &mut Vec<TelnetEvent>) {
        match verb {
            Verb::Do => self.asked(option, out),
            Verb::Dont => {
                if self.mine.remove(&option) {
                    out.push(TelnetEvent::Negotiate(Verb::Wont, option));
                }
                if option == TelnetOption::Tn3270e {
                    self.leave_tn3270e();
                }
            }
            Verb::Will if !takes(option) => out.push(TelnetEvent::Negotiate(Verb::Dont, option)),
            Verb::Will => {
                if self.theirs.insert(option) {
                    out.push(TelnetEvent::Negotiate(Verb::Do, option));
                }
            }
            Verb::Wont => {
                if self.theirs.remove(&option) {
                    out.push(TelnetEvent::Negotiate(Verb::Dont, option));
                }
            }
        }
    }

    /// The host asks this end to perform an option. Of a timing mark WONT is the whole answer: what came before it has been
    /// processed (RFC 860).
    fn asked(&mut self, option: TelnetOption, out: &mut Vec<TelnetEvent>) {
        if !self.will(option) {
            out.push(TelnetEvent::Negotiate(Verb::Wont, option));
            return;
        }
        if self.mine.insert(option) {
            out.push(TelnetEvent::Negotiate(Verb::Will, option));
        }
        if option == TelnetOption::WindowSize {
            out.push(self.window_size());
        }
        if option == TelnetOption::StartTls {
            const FOLLOWS: u8 = 1;
            out.push(TelnetEvent::Subnegotiation(option, vec![FOLLOWS]));
        }
    }

    /// Whether this end performs an option.
    fn will(&self, option: TelnetOption) -> bool {
        match option {
            TelnetOption::Binary
            | TelnetOption::EndOfRecord
            | TelnetOption::TerminalType
            | TelnetOption::SuppressGoAhead
            | TelnetOption::WindowSize
            | TelnetOption::NewEnvironment => true,
            TelnetOption::Tn3270e => self.offer.tn3270e,
            TelnetOption::StartTls => self.offer.start_tls,
            TelnetOption::Echo | TelnetOption::TimingMark | TelnetOption::Unknown(_) => false,
        }
    }

    fn leave_tn3270e(&mut self) {
        self.agreed = None;
        self.bound = false;
        self.inside = Mode::Unbound;
        self.next_lu = 0;
    }

    fn window_size(&self) -> TelnetEvent {
        let (rows, columns) = self.offer.size;
        let data = [columns.to_be_bytes(), rows.to_be_bytes()].concat();
        TelnetEvent::Subnegotiation(TelnetOption::WindowSize, data)
    }

    /// `IS USER name DEVNAME name`, of what is set (RFC 1572, 4777).
    fn environment(&self) -> TelnetEvent {
        const VAR: u8 = 0;
        const VALUE: u8 = 1;
        const USER_VAR: u8 = 3;
        let mut data = vec![0];
        let pairs = [
            (VAR, "USER", &self.offer.user),
            (USER_VAR, "DEVNAME", &self.offer.device_name),
        ];
        for (kind, name, value) in pairs {
            if let Some(value) = value {
                data.push(kind);
                data.extend(name.bytes());
                data.push(VALUE);
                data.extend(value.bytes());
            }
        }
        TelnetEvent::Subnegotiation(TelnetOption::NewEnvironment, data)
    }

    /// The LU to ask for now. Asked again, a host has refused the one before.
    fn take_lu(&mut self) -> Option<String> {
        let lu = self.offer.lus.get(self.next_lu).cloned();
        self.next_lu += 1;
        lu
    }

    /// `TERMINAL-TYPE IS type[@LU]`.
    fn terminal_type(&mut self, out: &mut Vec<TelnetEvent>) {
        self.lu = self.take_lu();
        let mut data = vec![0];
        data.extend(self.offer.terminal_type.bytes());
        if let Some(lu) = &self.lu {
            data.push(b'@');
            data.extend(lu.bytes());
        }
        out.push(TelnetEvent::Subnegotiation(
            TelnetOption::TerminalType,
            data,
        ));
    }

    fn message(&mut self, message: Message, out: &mut Vec<TelnetEvent>) -> Result<(), HostRefusal> {
        match message {
            Message::SendDeviceType => {
                self.agreed = None;
                self.next_lu = 0;
                self.request_device(out);
            }
            Message::DeviceTypeIs { lu, .. } => {
                self.lu = lu;
                self.wanted = Tn3270eFunction::of_displays();
                out.push(say(Message::FunctionsRequest(self.wanted.clone())));
            }
            Message::DeviceTypeReject(reason) => self.rejected(reason, out)?,
            Message::FunctionsIs(list) => self.agree(list),
            Message::FunctionsRequest(list) if list.is_subset(&self.wanted) => {
                self.agree(list.clone());
                out.push(say(Message::FunctionsIs(list)));
            }
            Message::FunctionsRequest(list) => {
                self.wanted = self.wanted.intersection(&list).copied().collect();
                out.push(say(Message::FunctionsRequest(self.wanted.clone())));
            }
            Message::DeviceTypeRequest { .. } | Message::DeviceTypeAssociate { .. } => {
                return Err(HostRefusal::Message(UnknownMessage(message.encode())));
            }
        }
        Ok(())
    }

    fn agree(&mut self, functions: Functions) {
        self.agreed = Some(functions);
        self.bound = false;
        self.inside = Mode::Unbound;
    }

    fn request_device(&mut self, out: &mut Vec<TelnetEvent>) {
        self.lu = self.take_lu();
        out.push(say(Message::DeviceTypeRequest {
            device_type: self.offer.device_type.clone(),
            lu: self.lu.clone(),
        }));
    }

    /// The host refuses: the next LU is asked for; without LUs there is TN3270 to fall back to.
    fn rejected(&mut self, reason: Reason, out: &mut Vec<TelnetEvent>) -> Result<(), HostRefusal> {
        if self.next_lu < self.offer.lus.len() {
            self.request_device(out);
            return Ok(());
        }
        match reason {
            Reason::InvDeviceType | Reason::UnsupportedReq => {
                self.mine.remove(&TelnetOption::Tn3270e);
                self.offer.tn3270e = false;
                self.leave_tn3270e();
                out.push(TelnetEvent::Negotiate(Verb::Wont, TelnetOption::Tn3270e));
                Ok(())
            }
            _ => Err(HostRefusal::Lu(self.lu.take(), reason)),
        }
    }
}

/// Whether the host may perform an option.
fn takes(option: TelnetOption) -> bool {
    match option {
        TelnetOption::Binary
        | TelnetOption::EndOfRecord
        | TelnetOption::Echo
        | TelnetOption::SuppressGoAhead => true,
        TelnetOption::TimingMark
        | TelnetOption::TerminalType
        | TelnetOption::WindowSize
        | TelnetOption::NewEnvironment
        | TelnetOption::Tn3270e
        | TelnetOption::StartTls
        | TelnetOption::Unknown(_) => false,
    }
}

fn say(message: Message) -> TelnetEvent {
    TelnetEvent::Subnegotiation(TelnetOption::Tn3270e, message.encode())
}

#[cfg(test)]
mod tests;
