//! How a TN3270 host and its client agree on a terminal: TN3270E (RFC 2355), or TN3270 (RFC 1576, 1646) with a client that
//! does not perform it. A state machine without I/O: it takes the client's TELNET events and appends those to be sent.

use std::collections::BTreeSet;

use crate::wire::telnet::{TelnetEvent, TelnetOption, Verb};
use crate::wire::tn3270e::{Functions, Message, Reason, UnknownMessage};

mod terms;

pub use terms::{Agreement, ClientRefusal, Device, Protocol, ServerOffer};

/// Grants LU names.
pub trait Grant {
    /// The name granted to a client that asks for one, or for none; or why not.
    fn grant(&mut self, asked: Option<&str>) -> Result<String, Reason>;
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Stage {
    /// DO STARTTLS was sent.
    OfferTls,
    /// STARTTLS FOLLOWS was sent.
    Tls,
    /// Both ends are about to begin the TLS handshake.
    Handshake,
    /// DO TN3270E was sent.
    OfferTn3270e,
    /// SEND DEVICE-TYPE was sent.
    DeviceType,
    /// DEVICE-TYPE IS was sent; the functions are being negotiated, in the n-th round.
    Functions(u8),
    /// DO TERMINAL-TYPE was sent.
    OfferTerminalType,
    /// TERMINAL-TYPE SEND was sent.
    TerminalType,
    /// Records and BINARY were asked for, in both directions.
    Records,
    Agreed,
}

/// The host's end of the negotiation. It takes every event of the client, before and after the agreement.
///
/// A client that refuses TN3270E is asked for its terminal type and for records:
///
/// ```
/// use tn3270::server::{Grant, Protocol, ServerNegotiation, ServerOffer};
/// use tn3270::wire::telnet::{TelnetEvent, TelnetOption, Verb};
/// use tn3270::wire::tn3270e::Reason;
///
/// struct OneLu;
///
/// impl Grant for OneLu {
///     fn grant(&mut self, _asked: Option<&str>) -> Result<String, Reason> {
///         Ok("LU0001".to_owned())
///     }
/// }
///
/// let mut out = Vec::new();
/// let mut host = ServerNegotiation::open(ServerOffer::default(), &mut out);
/// assert_eq!(out, [TelnetEvent::Negotiate(Verb::Do, TelnetOption::Tn3270e)]);
///
/// let client = [
///     TelnetEvent::Negotiate(Verb::Wont, TelnetOption::Tn3270e),
///     TelnetEvent::Negotiate(Verb::Will, TelnetOption::TerminalType),
///     TelnetEvent::Subnegotiation(TelnetOption::TerminalType, b"\0IBM-3279-2-E".to_vec()),
///     TelnetEvent::Negotiate(Verb::Will, TelnetOption::EndOfRecord),
///     TelnetEvent::Negotiate(Verb::Do, TelnetOption::EndOfRecord),
///     TelnetEvent::Negotiate(Verb::Will, TelnetOption::Binary),
///     TelnetEvent::Negotiate(Verb::Do, TelnetOption::Binary),
/// ];
/// for event in &client {
///     assert_eq!(host.agreement(), None);
///     host.receive(event, &mut OneLu, &mut out)?;
/// }
/// let agreement = host.agreement().expect("everything is agreed");
/// assert_eq!(agreement.protocol, Protocol::Tn3270);
/// assert_eq!(agreement.lu, "LU0001");
/// assert_eq!(agreement.device.model, Some(2));
/// # Ok::<(), tn3270::server::ClientRefusal>(())
/// ```
#[derive(Debug, Clone)]
pub struct ServerNegotiation {
    offer: ServerOffer,
    stage: Stage,
    /// Options the client was asked to perform.
    client: BTreeSet<TelnetOption>,
    /// Options the host has announced that it performs.
    host: BTreeSet<TelnetOption>,
    /// Of [`RECORD_OPTIONS`], what is still to be agreed.
    open: BTreeSet<(Verb, TelnetOption)>,
    terminal_type: String,
    device: Option<Device>,
    lu: String,
    functions: Option<Functions>,
}

/// What plain TN3270 needs of the client.
const RECORD_OPTIONS: [(Verb, TelnetOption); 4] = [
    (Verb::Will, TelnetOption::EndOfRecord),
    (Verb::Do, TelnetOption::EndOfRecord),
    (Verb::Will, TelnetOption::Binary),
    (Verb::Do, TelnetOption::Binary),
];

const TERMINAL_TYPE_IS: u8 = 0;
const TERMINAL_TYPE_SEND: u8 = 1;
const STARTTLS_FOLLOWS: u8 = 1;
const MAX_FUNCTION_ROUNDS: u8 = 4;

impl ServerNegotiation {
    /// A host that has just accepted a connection. Appends the first events to be sent.
    pub fn open(offer: ServerOffer, out: &mut Vec<TelnetEvent>) -> ServerNegotiation {
        let mut host = ServerNegotiation {
            offer,
            stage: Stage::OfferTn3270e,
            client: BTreeSet::new(),
            host: BTreeSet::new(),
            open: RECORD_OPTIONS.into(),
            terminal_type: String::new(),
            device: None,
            lu: String::new(),
            functions: None,
        };
        match host.offer.starttls {
            true => {
                host.stage = Stage::OfferTls;
                host.ask(TelnetOption::StartTls, out);
            }
            false => host.ask_protocol(out),
        }
        host
    }

    /// Whether the client is about to begin a TLS handshake. Until [`ServerNegotiation::secured`] nothing may be received or sent here.
    pub fn wants_tls(&self) -> bool {
        self.stage == Stage::Handshake
    }

    /// Whether the client's next event may be followed by its TLS handshake: the caller then must not read past that event.
    pub fn may_want_tls(&self) -> bool {
        matches!(self.stage, Stage::OfferTls | Stage::Tls)
    }

    /// The connection is encrypted: everything is negotiated from the beginning.
    pub fn secured(&mut self, out: &mut Vec<TelnetEvent>) {
        self.client.clear();
        self.host.clear();
        self.ask_protocol(out);
    }

    fn ask_protocol(&mut self, out: &mut Vec<TelnetEvent>) {
        match self.offer.tn3270e {
            true => {
                self.stage = Stage::OfferTn3270e;
                self.ask(TelnetOption::Tn3270e, out);
            }
            false => self.ask_terminal_type(out),
        }
    }

    /// What was agreed, once all of it is.
    pub fn agreement(&self) -> Option<Agreement> {
        Some(Agreement {
            protocol: match &self.functions {
                None => Protocol::Tn3270,
                Some(functions) => Protocol::Tn3270e(functions.clone()),
            },
            terminal_type: self.terminal_type.clone(),
            device: self.device.filter(|_| self.stage == Stage::Agreed)?,
            lu: self.lu.clone(),
        })
    }

    /// Takes an event of the client and appends the answer. Commands are not answered.
    ///
    /// # Errors
    /// The client cannot be served: the connection is to be closed.
    pub fn receive(
        &mut self,
        event: &TelnetEvent,
        lus: &mut dyn Grant,
        out: &mut Vec<TelnetEvent>,
    ) -> Result<(), ClientRefusal> {
        match event {
            TelnetEvent::Negotiate(verb, option) => self.negotiate(*verb, *option, out),
            TelnetEvent::Subnegotiation(TelnetOption::StartTls, _) if self.stage == Stage::Tls => {
                self.stage = Stage::Handshake;
                Ok(())
            }
            TelnetEvent::Subnegotiation(TelnetOption::TerminalType, data) => {
                self.terminal_type(data, lus, out)
            }
            TelnetEvent::Subnegotiation(TelnetOption::Tn3270e, data) => {
                let message = Message::decode(data).map_err(ClientRefusal::Message)?;
                self.message(message, lus, out)
            }
            TelnetEvent::Record(_) if self.stage != Stage::Agreed => Err(ClientRefusal::Early),
            TelnetEvent::Subnegotiation(..) | TelnetEvent::Command(_) | TelnetEvent::Record(_) => {
                Ok(())
            }
        }
    }

    /// Asks the client to perform an option, once.
    fn ask(&mut self, option: TelnetOption, out: &mut Vec<TelnetEvent>) {
        if self.client.insert(option) {
            out.push(TelnetEvent::Negotiate(Verb::Do, option));
        }
    }

    /// Announces, once, that the host performs an option.
    fn perform(&mut self, option: TelnetOption, out: &mut Vec<TelnetEvent>) {
        if self.host.insert(option) {
            out.push(TelnetEvent::Negotiate(Verb::Will, option));
        }
    }

    fn ask_terminal_type(&mut self, out: &mut Vec<TelnetEvent>) {
        self.stage = Stage::OfferTerminalType;
        self.ask(TelnetOption::TerminalType, out);
    }

    fn negotiate(
        &mut self,
        verb: Verb,
        option: TelnetOption,
        out: &mut Vec<TelnetEvent>,
    ) -> Result<(), ClientRefusal> {
        use TelnetOption::{Binary, EndOfRecord, StartTls, TerminalType, TimingMark, Tn3270e};
        match (verb, option) {
            (Verb::Will, StartTls) if self.stage == Stage::OfferTls => {
                self.stage = Stage::Tls;
                out.push(TelnetEvent::Subnegotiation(
                    StartTls,
                    vec![STARTTLS_FOLLOWS],
                ));
            }
            (Verb::Wont, StartTls) if self.stage == Stage::OfferTls => {
                if self.offer.tls_required {
                    return Err(ClientRefusal::Unencrypted);
                }
                self.ask_protocol(out);
            }
            (Verb::Do, TimingMark) => out.push(TelnetEvent::Negotiate(Verb::Will, TimingMark)),
            (Verb::Will | Verb::Wont, TimingMark) => {}
            (Verb::Will, Tn3270e) if self.stage == Stage::OfferTn3270e => {
                self.stage = Stage::DeviceType;
                out.push(say(Message::SendDeviceType));
            }
            (Verb::Will, Tn3270e) if self.offer.tn3270e => {}
            (Verb::Wont, Tn3270e) => match self.stage {
                Stage::OfferTn3270e | Stage::DeviceType | Stage::Functions(_) => {
                    self.client.remove(&Tn3270e);
                    self.ask_terminal_type(out);
                }
                _ if self.functions.is_some() => return Err(ClientRefusal::NoTerminal("TN3270E")),
                _ => {}
            },
            (Verb::Will, TerminalType) if self.stage == Stage::OfferTerminalType => {
                self.stage = Stage::TerminalType;
                out.push(send_terminal_type());
            }
            (Verb::Will, TerminalType) => self.ask(TerminalType, out),
            (Verb::Wont, TerminalType) if self.stage == Stage::OfferTerminalType => {
                return Err(ClientRefusal::NoTerminal("TERMINAL-TYPE"));
            }
            (Verb::Will, EndOfRecord | Binary) => {
                self.ask(option, out);
                self.records(verb, option);
            }
            (Verb::Do, EndOfRecord | Binary) => {
                self.perform(option, out);
                self.records(verb, option);
            }
            (Verb::Wont | Verb::Dont, EndOfRecord | Binary)
                if self.functions.is_none() && self.device.is_some() =>
            {
                return Err(ClientRefusal::NoTerminal(if option == EndOfRecord {
                    "END-OF-RECORD"
                } else {
                    "BINARY"
                }));
            }
            (Verb::Will, _) => out.push(TelnetEvent::Negotiate(Verb::Dont, option)),
            (Verb::Do, _) => out.push(TelnetEvent::Negotiate(Verb::Wont, option)),
            (Verb::Wont | Verb::Dont, _) => {}
        }
        Ok(())
    }

    fn records(&mut self, verb: Verb, option: TelnetOption) {
        self.open.remove(&(verb, option));
        if self.open.is_empty() && self.stage == Stage::Records {
            self.stage = Stage::Agreed;
        }
    }

    /// `TERMINAL-TYPE IS type[@LU]` (RFC 1091, 1646). A client with several types is asked until it repeats itself.
    fn terminal_type(
        &mut self,
        data: &[u8],
        lus: &mut dyn Grant,
        out: &mut Vec<TelnetEvent>,
    ) -> Result<(), ClientRefusal> {
        let Some((&TERMINAL_TYPE_IS, name)) = data.split_first() else {
            return Ok(());
        };
        if self.stage != Stage::TerminalType {
            return Ok(());
        }
        let said = String::from_utf8_lossy(name).into_owned();
        let (terminal_type, lu) = match said.split_once('@') {
            Some((terminal_type, lu)) => (terminal_type, Some(lu)),
            None => (said.as_str(), None),
        };
        match Device::parse(terminal_type) {
            None if said == self.terminal_type => {
                Err(ClientRefusal::TerminalType(said.escape_debug().to_string()))
            }
            None => {
                self.terminal_type = said;
                out.push(send_terminal_type());
                Ok(())
            }
            Some(device) => {
                self.lu = lus.grant(lu).map_err(|reason| {
                    ClientRefusal::Lu(lu.unwrap_or_default().escape_debug().to_string(), reason)
                })?;
                self.device = Some(device);
                self.terminal_type = terminal_type.to_owned();
                self.stage = Stage::Records;
                for option in [TelnetOption::EndOfRecord, TelnetOption::Binary] {
                    self.ask(option, out);
                    self.perform(option, out);
                }
                if self.open.is_empty() {
                    self.stage = Stage::Agreed;
                }
                Ok(())
            }
        }
    }

    fn message(
        &mut self,
        message: Message,
        lus: &mut dyn Grant,
        out: &mut Vec<TelnetEvent>,
    ) -> Result<(), ClientRefusal> {
        match (&self.stage, message) {
            (Stage::DeviceType, Message::DeviceTypeRequest { device_type, lu }) => {
                let granted = self.grant(&device_type, lu.as_deref(), lus);
                out.push(say(match granted {
                    Err(reason) => Message::DeviceTypeReject(reason),
                    Ok((device, name)) => {
                        self.device = Some(device);
                        self.terminal_type.clone_from(&device_type);
                        self.lu.clone_from(&name);
                        self.stage = Stage::Functions(0);
                        let lu = Some(name);
                        Message::DeviceTypeIs { device_type, lu }
                    }
                }));
                Ok(())
            }
            // Only a printer names a terminal that it goes with.
            (Stage::DeviceType, Message::DeviceTypeAssociate { .. }) => {
                out.push(say(Message::DeviceTypeReject(Reason::InvAssociate)));
                Ok(())
            }
            (Stage::Functions(round), Message::FunctionsRequest(wanted)) => {
                let round = *round + 1;
                let common: Functions = wanted
                    .intersection(&self.offer.functions)
                    .copied()
                    .collect();
                if common == wanted {
                    out.push(say(Message::FunctionsIs(wanted)));
                    self.agree(common);
                } else if round > MAX_FUNCTION_ROUNDS {
                    return Err(ClientRefusal::Functions);
                } else {
                    out.push(say(Message::FunctionsRequest(common)));
                    self.stage = Stage::Functions(round);
                }
                Ok(())
            }
            (Stage::Functions(_), Message::FunctionsIs(list))
                if list.is_subset(&self.offer.functions) =>
            {
                self.agree(list);
                Ok(())
            }
            (Stage::Functions(_), Message::FunctionsIs(_)) => Err(ClientRefusal::Functions),
            (_, message) => Err(ClientRefusal::Message(UnknownMessage(message.encode()))),
        }
    }

    /// The device of a type and the LU for it. The type is checked first, so that no LU is taken for a device that is no display.
    fn grant(
        &self,
        device_type: &str,
        lu: Option<&str>,
        lus: &mut dyn Grant,
    ) -> Result<(Device, String), Reason> {
        let device = Device::parse(device_type).ok_or(Reason::InvDeviceType)?;
        Ok((device, lus.grant(lu)?))
    }

    fn agree(&mut self, functions: Functions) {
        self.functions = Some(functions);
        self.stage = Stage::Agreed;
    }
}

fn say(message: Message) -> TelnetEvent {
    TelnetEvent::Subnegotiation(TelnetOption::Tn3270e, message.encode())
}

fn send_terminal_type() -> TelnetEvent {
    TelnetEvent::Subnegotiation(TelnetOption::TerminalType, vec![TERMINAL_TYPE_SEND])
}

#[cfg(test)]
mod tests;
