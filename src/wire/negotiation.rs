//! How a TN3270 host and its client agree on a terminal: TN3270E (RFC 2355), or TN3270 (RFC 1576, 1646) with a client that
//! does without. Pure machines: what the peer says goes in, what is to be said comes out.

use std::collections::BTreeSet;
use std::fmt;

use super::telnet::{Event, Verb, option};
use super::tn3270e::{Functions, Message, Reason, UnknownMessage, function};

/// What both ends settled on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// How records are framed.
    pub protocol: Protocol,
    /// The terminal's type as it was said, such as IBM-3278-2-E.
    pub terminal_type: String,
    /// What that type means.
    pub device: Device,
    /// The LU the client has: the one it asked for, or the host's default.
    pub lu: String,
}

/// How records are framed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Protocol {
    /// Bare data streams.
    Tn3270,
    /// With headers, and these functions.
    Tn3270e(Functions),
}

/// A display station, as its terminal type tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Device {
    /// A 3279, which has colours; TN3270E clients say 3278 in either case.
    pub color: bool,
    /// The model, 2 to 5; `None` for IBM-DYNAMIC, which must be asked by a Query.
    pub model: Option<u8>,
    /// `-E`: extended attributes and structured fields are understood.
    pub extended: bool,
}

impl Device {
    /// Reads a terminal type: IBM-3278-n[-E], IBM-3279-n[-E] with n from 2 to 5, or IBM-DYNAMIC. Case does not matter.
    pub fn parse(terminal_type: &str) -> Option<Device> {
        let upper = terminal_type.to_ascii_uppercase();
        if upper == "IBM-DYNAMIC" {
            return Some(Device {
                color: true,
                model: None,
                extended: true,
            });
        }
        let (base, extended) = match upper.strip_suffix("-E") {
            Some(base) => (base, true),
            None => (upper.as_str(), false),
        };
        let (family, model) = base.strip_prefix("IBM-")?.split_once('-')?;
        let color = match family {
            "3278" => false,
            "3279" => true,
            _ => return None,
        };
        let model = ["2", "3", "4", "5"]
            .iter()
            .zip(2..)
            .find(|(name, _)| **name == model)?
            .1;
        Some(Device {
            color,
            model: Some(model),
            extended,
        })
    }
}

/// Grants LU names.
pub trait Grant {
    /// The name granted to a client that asks for one, or for none; or why not.
    fn grant(&mut self, asked: Option<&str>) -> Result<String, Reason>;
}

/// What a host offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Whether TN3270E is offered at all.
    pub tn3270e: bool,
    /// The functions that the host performs.
    pub functions: Functions,
    /// Whether STARTTLS is offered before anything else.
    pub starttls: bool,
    /// Whether a client that declines STARTTLS is turned away.
    pub tls_required: bool,
}

impl Default for Offer {
    /// TN3270E with BIND-IMAGE, RESPONSES, SYSREQ and CONTENTION-RESOLUTION; no STARTTLS.
    fn default() -> Offer {
        Offer {
            tn3270e: true,
            functions: [
                function::BIND_IMAGE,
                function::RESPONSES,
                function::SYSREQ,
                function::CONTENTION_RESOLUTION,
            ]
            .into(),
            starttls: false,
            tls_required: false,
        }
    }
}

/// Why a client cannot be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It has no terminal type, or left an option that a 3270 session cannot be without.
    NoTerminal(&'static str),
    /// Its terminal types, none of which is a 3270 display.
    TerminalType(String),
    /// It asks for an LU that does not exist or is in use.
    Lu(String, Reason),
    /// It declines encryption, which is required.
    Unencrypted,
    /// It sends 3270 records before all is agreed.
    Early,
    /// It does not come to terms about TN3270E's functions.
    Functions,
    /// It says in TN3270E what is not understood.
    Message(UnknownMessage),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::NoTerminal(option) => write!(
                f,
                "the client is no 3270 terminal: it does without {option}"
            ),
            Refusal::TerminalType(name) => write!(f, "terminal type {name} is no 3270 display"),
            Refusal::Lu(name, Reason::DeviceInUse) => write!(f, "the LU {name} is in use"),
            Refusal::Lu(name, _) => write!(f, "there is no LU {name}"),
            Refusal::Unencrypted => write!(f, "the client declines STARTTLS, which is required"),
            Refusal::Early => write!(f, "the client sent data before the terminal was agreed on"),
            Refusal::Functions => write!(
                f,
                "the client does not come to terms about TN3270E functions"
            ),
            Refusal::Message(unknown) => unknown.fmt(f),
        }
    }
}

impl std::error::Error for Refusal {}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Stage {
    /// DO STARTTLS was said.
    OfferTls,
    /// STARTTLS FOLLOWS was said.
    Tls,
    /// Both ends are about to begin the TLS handshake.
    Handshake,
    /// DO TN3270E was said.
    OfferTn3270e,
    /// SEND DEVICE-TYPE was said.
    DeviceType,
    /// DEVICE-TYPE IS was said; the functions are being settled, for the n-th time.
    Functions(u8),
    /// DO TERMINAL-TYPE was said.
    OfferTerminalType,
    /// TERMINAL-TYPE SEND was said.
    TerminalType,
    /// Records and BINARY were asked for, in both directions.
    Records,
    Agreed,
}

/// The host's end. Give it everything the client says that is not a record, before and after the agreement.
#[derive(Debug, Clone)]
pub struct Host {
    offer: Offer,
    stage: Stage,
    /// Options the client was asked to perform.
    client: BTreeSet<u8>,
    /// Options the host said it performs.
    host: BTreeSet<u8>,
    /// Of [`RECORD_OPTIONS`], what is still to be agreed.
    open: BTreeSet<(Verb, u8)>,
    terminal_type: String,
    device: Option<Device>,
    lu: String,
    functions: Option<Functions>,
}

/// What plain TN3270 needs of the client.
const RECORD_OPTIONS: [(Verb, u8); 4] = [
    (Verb::Will, option::EOR),
    (Verb::Do, option::EOR),
    (Verb::Will, option::BINARY),
    (Verb::Do, option::BINARY),
];

const TERMINAL_TYPE_IS: u8 = 0;
const TERMINAL_TYPE_SEND: u8 = 1;
const STARTTLS_FOLLOWS: u8 = 1;
const MAX_FUNCTION_ROUNDS: u8 = 4;

impl Host {
    /// A host that has just accepted a connection, and the first thing it says.
    pub fn open(offer: Offer, out: &mut Vec<Event>) -> Host {
        let mut host = Host {
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
                host.ask(option::STARTTLS, out);
            }
            false => host.ask_protocol(out),
        }
        host
    }

    /// Whether the client is about to begin a TLS handshake. Until [`Host::secured`] nothing more may be read or said here.
    pub fn wants_tls(&self) -> bool {
        self.stage == Stage::Handshake
    }

    /// Whether what the client says next may be followed by its TLS handshake, so that no more of it may be read.
    pub fn may_want_tls(&self) -> bool {
        matches!(self.stage, Stage::OfferTls | Stage::Tls)
    }

    /// The connection is encrypted: everything is negotiated from the beginning.
    pub fn secured(&mut self, out: &mut Vec<Event>) {
        self.client.clear();
        self.host.clear();
        self.ask_protocol(out);
    }

    fn ask_protocol(&mut self, out: &mut Vec<Event>) {
        match self.offer.tn3270e {
            true => {
                self.stage = Stage::OfferTn3270e;
                self.ask(option::TN3270E, out);
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

    /// Takes what the client says and appends the answer. Commands pass without one.
    pub fn receive(
        &mut self,
        event: &Event,
        lus: &mut dyn Grant,
        out: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        match event {
            Event::Negotiate(verb, option) => self.negotiate(*verb, *option, out),
            Event::Subnegotiation(option::STARTTLS, _) if self.stage == Stage::Tls => {
                self.stage = Stage::Handshake;
                Ok(())
            }
            Event::Subnegotiation(option::TERMINAL_TYPE, data) => {
                self.terminal_type(data, lus, out)
            }
            Event::Subnegotiation(option::TN3270E, data) => {
                let message = Message::decode(data).map_err(Refusal::Message)?;
                self.message(message, lus, out)
            }
            Event::Record(_) if self.stage != Stage::Agreed => Err(Refusal::Early),
            Event::Subnegotiation(..) | Event::Command(_) | Event::Record(_) => Ok(()),
        }
    }

    /// Asks the client to perform an option, once.
    fn ask(&mut self, option: u8, out: &mut Vec<Event>) {
        if self.client.insert(option) {
            out.push(Event::Negotiate(Verb::Do, option));
        }
    }

    /// Says that the host performs an option, once.
    fn perform(&mut self, option: u8, out: &mut Vec<Event>) {
        if self.host.insert(option) {
            out.push(Event::Negotiate(Verb::Will, option));
        }
    }

    fn ask_terminal_type(&mut self, out: &mut Vec<Event>) {
        self.stage = Stage::OfferTerminalType;
        self.ask(option::TERMINAL_TYPE, out);
    }

    fn negotiate(&mut self, verb: Verb, option: u8, out: &mut Vec<Event>) -> Result<(), Refusal> {
        use option::{BINARY, EOR, STARTTLS, TERMINAL_TYPE, TIMING_MARK, TN3270E};
        match (verb, option) {
            (Verb::Will, STARTTLS) if self.stage == Stage::OfferTls => {
                self.stage = Stage::Tls;
                out.push(Event::Subnegotiation(STARTTLS, vec![STARTTLS_FOLLOWS]));
            }
            (Verb::Wont, STARTTLS) if self.stage == Stage::OfferTls => {
                if self.offer.tls_required {
                    return Err(Refusal::Unencrypted);
                }
                self.ask_protocol(out);
            }
            (Verb::Do, TIMING_MARK) => out.push(Event::Negotiate(Verb::Will, TIMING_MARK)),
            (Verb::Will | Verb::Wont, TIMING_MARK) => {}
            (Verb::Will, TN3270E) if self.stage == Stage::OfferTn3270e => {
                self.stage = Stage::DeviceType;
                out.push(say(Message::SendDeviceType));
            }
            (Verb::Will, TN3270E) if self.offer.tn3270e => {}
            (Verb::Wont, TN3270E) => match self.stage {
                Stage::OfferTn3270e | Stage::DeviceType | Stage::Functions(_) => {
                    self.client.remove(&TN3270E);
                    self.ask_terminal_type(out);
                }
                _ if self.functions.is_some() => return Err(Refusal::NoTerminal("TN3270E")),
                _ => {}
            },
            (Verb::Will, TERMINAL_TYPE) if self.stage == Stage::OfferTerminalType => {
                self.stage = Stage::TerminalType;
                out.push(send_terminal_type());
            }
            (Verb::Will, TERMINAL_TYPE) => self.ask(TERMINAL_TYPE, out),
            (Verb::Wont, TERMINAL_TYPE) if self.stage == Stage::OfferTerminalType => {
                return Err(Refusal::NoTerminal("TERMINAL-TYPE"));
            }
            (Verb::Will, EOR | BINARY) => {
                self.ask(option, out);
                self.records(verb, option);
            }
            (Verb::Do, EOR | BINARY) => {
                self.perform(option, out);
                self.records(verb, option);
            }
            (Verb::Wont | Verb::Dont, EOR | BINARY)
                if self.functions.is_none() && self.device.is_some() =>
            {
                return Err(Refusal::NoTerminal(if option == EOR {
                    "END-OF-RECORD"
                } else {
                    "BINARY"
                }));
            }
            (Verb::Will, _) => out.push(Event::Negotiate(Verb::Dont, option)),
            (Verb::Do, _) => out.push(Event::Negotiate(Verb::Wont, option)),
            (Verb::Wont | Verb::Dont, _) => {}
        }
        Ok(())
    }

    fn records(&mut self, verb: Verb, option: u8) {
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
        out: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
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
                Err(Refusal::TerminalType(said.escape_debug().to_string()))
            }
            None => {
                self.terminal_type = said;
                out.push(send_terminal_type());
                Ok(())
            }
            Some(device) => {
                self.lu = lus.grant(lu).map_err(|reason| {
                    Refusal::Lu(lu.unwrap_or_default().escape_debug().to_string(), reason)
                })?;
                self.device = Some(device);
                self.terminal_type = terminal_type.to_owned();
                self.stage = Stage::Records;
                for option in [option::EOR, option::BINARY] {
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
        out: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
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
                    return Err(Refusal::Functions);
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
            (Stage::Functions(_), Message::FunctionsIs(_)) => Err(Refusal::Functions),
            (_, message) => Err(Refusal::Message(UnknownMessage(message.encode()))),
        }
    }

    /// The device of a type and the LU for it. The type is looked at first, so that no LU is taken for what is no display.
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

fn say(message: Message) -> Event {
    Event::Subnegotiation(option::TN3270E, message.encode())
}

fn send_terminal_type() -> Event {
    Event::Subnegotiation(option::TERMINAL_TYPE, vec![TERMINAL_TYPE_SEND])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Grants these names and no others; with none, whatever is asked for.
    struct Names(&'static [&'static str]);

    impl Grant for Names {
        fn grant(&mut self, asked: Option<&str>) -> Result<String, Reason> {
            let name = asked.unwrap_or("BIGIRON").to_ascii_uppercase();
            match self.0.is_empty() || self.0.contains(&name.as_str()) {
                true => Ok(name),
                false => Err(Reason::InvName),
            }
        }
    }

    fn any_lu() -> Names {
        Names(&[])
    }

    /// Runs a client's lines against a host; gives what the host said after each, and how it ended.
    fn talk(lus: Names, client: &[Event]) -> (Vec<Vec<Event>>, Result<Option<Agreement>, Refusal>) {
        let offer = Offer {
            functions: functions(&[2, 4]),
            ..Offer::default()
        };
        converse(offer, lus, client)
    }

    fn converse(
        offer: Offer,
        mut lus: Names,
        client: &[Event],
    ) -> (Vec<Vec<Event>>, Result<Option<Agreement>, Refusal>) {
        let mut out = Vec::new();
        let mut host = Host::open(offer, &mut out);
        let mut said = vec![out];
        for event in client {
            let mut out = Vec::new();
            let result = host.receive(event, &mut lus, &mut out);
            said.push(out);
            if let Err(refusal) = result {
                return (said, Err(refusal));
            }
        }
        let agreement = host.agreement();
        (said, Ok(agreement))
    }

    fn will(option: u8) -> Event {
        Event::Negotiate(Verb::Will, option)
    }
    fn wont(option: u8) -> Event {
        Event::Negotiate(Verb::Wont, option)
    }
    fn do_(option: u8) -> Event {
        Event::Negotiate(Verb::Do, option)
    }
    fn request(device_type: &str, lu: Option<&str>) -> Event {
        say(Message::DeviceTypeRequest {
            device_type: device_type.into(),
            lu: lu.map(Into::into),
        })
    }
    fn functions(list: &[u8]) -> Functions {
        list.iter().copied().collect()
    }
    fn plain(terminal_type: &str) -> Vec<Event> {
        vec![
            wont(option::TN3270E),
            will(option::TERMINAL_TYPE),
            Event::Subnegotiation(
                option::TERMINAL_TYPE,
                format!("\0{terminal_type}").into_bytes(),
            ),
            will(option::EOR),
            do_(option::EOR),
            will(option::BINARY),
            do_(option::BINARY),
        ]
    }

    #[test]
    fn tn3270e_converges_on_the_functions_of_both() {
        let (said, end) = talk(
            any_lu(),
            &[
                will(option::TN3270E),
                request("IBM-3278-4-E", Some("lua")),
                say(Message::FunctionsRequest(functions(&[0, 2, 4, 5]))),
                say(Message::FunctionsIs(functions(&[2, 4]))),
            ],
        );
        assert_eq!(
            said,
            [
                vec![do_(option::TN3270E)],
                vec![say(Message::SendDeviceType)],
                vec![say(Message::DeviceTypeIs {
                    device_type: "IBM-3278-4-E".into(),
                    lu: Some("LUA".into())
                })],
                vec![say(Message::FunctionsRequest(functions(&[2, 4])))],
                vec![],
            ]
        );
        let agreement = end.unwrap().unwrap();
        assert_eq!(agreement.protocol, Protocol::Tn3270e(functions(&[2, 4])));
        assert_eq!(
            (agreement.lu.as_str(), agreement.device.model),
            ("LUA", Some(4))
        );
    }

    #[test]
    fn a_client_without_tn3270e_gets_tn3270() {
        let (said, end) = talk(any_lu(), &plain("IBM-3279-5-E@LUB"));
        assert_eq!(said[1], [do_(option::TERMINAL_TYPE)]);
        assert_eq!(
            said[3],
            [
                do_(option::EOR),
                will(option::EOR),
                do_(option::BINARY),
                will(option::BINARY)
            ]
        );
        let agreement = end.unwrap().unwrap();
        assert_eq!(agreement.protocol, Protocol::Tn3270);
        assert_eq!(agreement.terminal_type, "IBM-3279-5-E");
        assert_eq!(agreement.lu, "LUB");
        let device = Device {
            color: true,
            model: Some(5),
            extended: true,
        };
        assert_eq!(agreement.device, device);
    }

    #[test]
    fn a_client_may_go_back_to_tn3270_after_a_refusal() {
        let names = || Names(&["DMV", "CLAIMS"]);
        let mut client = vec![will(option::TN3270E), request("IBM-3278-2-E", Some("NONE"))];
        let (said, _) = talk(names(), &client);
        assert_eq!(said[2], [say(Message::DeviceTypeReject(Reason::InvName))]);
        client.extend(plain("IBM-3278-2-E@claims"));
        let (_, end) = talk(names(), &client);
        assert_eq!(end.unwrap().unwrap().lu, "CLAIMS");
        client[4] = Event::Subnegotiation(option::TERMINAL_TYPE, b"\0IBM-3278-2-E@NONE".to_vec());
        assert_eq!(
            talk(names(), &client).1,
            Err(Refusal::Lu("NONE".into(), Reason::InvName))
        );
    }

    #[test]
    fn a_client_that_does_starttls_negotiates_anew_inside() {
        let offer = |tls_required| Offer {
            starttls: true,
            tls_required,
            ..Offer::default()
        };
        let mut out = Vec::new();
        let mut host = Host::open(offer(true), &mut out);
        host.receive(&will(46), &mut any_lu(), &mut out).unwrap();
        assert!(host.may_want_tls() && !host.wants_tls());
        let follows = Event::Subnegotiation(46, vec![1]);
        host.receive(&follows, &mut any_lu(), &mut out).unwrap();
        assert_eq!(out, [do_(46), follows]);
        assert!(host.wants_tls() && !host.may_want_tls());
        out.clear();
        host.secured(&mut out);
        assert_eq!(out, [do_(option::TN3270E)]);
        let (_, end) = converse(offer(true), any_lu(), &[wont(46)]);
        assert_eq!(end, Err(Refusal::Unencrypted));
        let (said, _) = converse(offer(false), any_lu(), &[wont(46)]);
        assert_eq!(said[1], [do_(option::TN3270E)]);
    }

    #[test]
    fn a_printer_is_rejected_with_the_reason() {
        let client = [will(option::TN3270E), request("IBM-3287-1", None)];
        let (said, _) = talk(any_lu(), &client);
        assert_eq!(
            said[2],
            [say(Message::DeviceTypeReject(Reason::InvDeviceType))]
        );
        let associate = Message::DeviceTypeAssociate {
            device_type: "IBM-3287-1".into(),
            lu: "LUA".into(),
        };
        let (said, _) = talk(any_lu(), &[will(option::TN3270E), say(associate)]);
        assert_eq!(
            said[2],
            [say(Message::DeviceTypeReject(Reason::InvAssociate))]
        );
    }

    #[test]
    fn a_plain_telnet_client_is_refused() {
        let client = [wont(option::TN3270E), wont(option::TERMINAL_TYPE)];
        assert_eq!(
            talk(any_lu(), &client).1,
            Err(Refusal::NoTerminal("TERMINAL-TYPE"))
        );
        let mut client = plain("xterm");
        client.truncate(3);
        client.push(Event::Subnegotiation(
            option::TERMINAL_TYPE,
            b"\0XTERM".to_vec(),
        ));
        client.push(Event::Subnegotiation(
            option::TERMINAL_TYPE,
            b"\0XTERM".to_vec(),
        ));
        assert_eq!(
            talk(any_lu(), &client).1,
            Err(Refusal::TerminalType("XTERM".into()))
        );
    }

    #[test]
    fn nothing_is_agreed_halfway() {
        let client = plain("IBM-DYNAMIC");
        for end in 0..client.len() {
            assert_eq!(talk(any_lu(), &client[..end]).1, Ok(None));
        }
        let data = Event::Record(vec![0x7d]);
        assert_eq!(talk(any_lu(), &[data]).1, Err(Refusal::Early));
    }

    #[test]
    fn a_timing_mark_is_answered_and_other_options_are_declined() {
        let (said, _) = talk(
            any_lu(),
            &[do_(option::TIMING_MARK), will(39), do_(1), wont(99)],
        );
        let dont = Event::Negotiate(Verb::Dont, 39);
        assert_eq!(
            said[1..],
            [
                vec![will(option::TIMING_MARK)],
                vec![dont],
                vec![wont(1)],
                vec![]
            ]
        );
    }

    #[test]
    fn terminal_types_are_understood() {
        let known =
            |name| Device::parse(name).map(|device| (device.color, device.model, device.extended));
        assert_eq!(known("IBM-3278-2"), Some((false, Some(2), false)));
        assert_eq!(known("ibm-3279-3-e"), Some((true, Some(3), true)));
        assert_eq!(known("IBM-DYNAMIC"), Some((true, None, true)));
        for name in ["IBM-3287-1", "IBM-3278-6", "IBM-3278", "VT100", ""] {
            assert_eq!(known(name), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn whatever_a_client_says_the_host_answers_briefly(
            client in prop::collection::vec(
                prop_oneof![
                    (prop::sample::select(vec![Verb::Will, Verb::Wont, Verb::Do, Verb::Dont]),
                        prop::sample::select(vec![0u8, 6, 24, 25, 40, 99]))
                        .prop_map(|(verb, option)| Event::Negotiate(verb, option)),
                    prop::collection::vec(0u8..9, 0..6).prop_map(|data| Event::Subnegotiation(40, data)),
                    "IBM-327[89]-[1-6](-E)?".prop_map(|name| request(&name, None)),
                    "IBM-327[89]-[1-6](@A)?".prop_map(|name| Event::Subnegotiation(24, format!("\0{name}").into_bytes())),
                ],
                0..40,
            ),
        ) {
            let (said, _) = talk(any_lu(), &client);
            prop_assert!(said.iter().all(|events| events.len() <= 4));
        }
    }
}
