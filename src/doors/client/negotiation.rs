//! The client's end of TELNET (RFC 854), TN3270 (RFC 1576, 1646) and TN3270E (RFC 2355) negotiation. A pure machine: what
//! the host says goes in, what is to be said comes out.

use std::collections::BTreeSet;
use std::fmt;

use crate::wire::telnet::{Event, Verb, option};
use crate::wire::tn3270e::{Functions, Message, Reason, UnknownMessage, function};

use option::{ECHO, NAWS, STARTTLS, SUPPRESS_GO_AHEAD};

/// The option of environment variables (RFC 1572).
const NEW_ENVIRONMENT: u8 = 39;

/// Options by name, as `Query()` tells of them.
const NAMES: [(u8, &str); 9] = [
    (option::BINARY, "BINARY"),
    (ECHO, "ECHO"),
    (SUPPRESS_GO_AHEAD, "SUPPRESS GO AHEAD"),
    (option::TERMINAL_TYPE, "TERMINAL TYPE"),
    (option::EOR, "END OF RECORD"),
    (NAWS, "NAWS"),
    (NEW_ENVIRONMENT, "NEW-ENVIRON"),
    (option::TN3270E, "TN3270E"),
    (STARTTLS, "START-TLS"),
];

/// What a client offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The terminal type outside TN3270E, such as `IBM-3279-2-E`.
    pub terminal_type: String,
    /// The device type in TN3270E, such as `IBM-3278-2-E`.
    pub device_type: String,
    /// The LUs to ask for, one after another until one is granted; without any the host chooses.
    pub lus: Vec<String>,
    /// Whether TN3270E is spoken.
    pub tn3270e: bool,
    /// Whether the connection may be secured by STARTTLS: not if it is secure already, or may not be.
    pub start_tls: bool,
    /// Plain text from the first byte.
    pub nvt: bool,
    /// No TELNET: every byte is text.
    pub no_telnet: bool,
    /// Rows and columns of the largest screen.
    pub size: (u16, u16),
    /// The user, for NEW-ENVIRON (RFC 4777).
    pub user: Option<String>,
    /// The device name, for NEW-ENVIRON (RFC 4777).
    pub device_name: Option<String>,
}

/// What is spoken now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Nothing yet: options are being negotiated.
    Pending,
    /// Plain text; by lines, which the client edits and echoes, or by single characters.
    Nvt {
        /// By lines.
        lines: bool,
    },
    /// 3270 data streams in bare records.
    Tn3270,
    /// TN3270E, but no session is bound.
    Unbound,
    /// TN3270E: 3270 data streams.
    Tn3270e,
    /// TN3270E: plain text.
    NvtInTn3270e,
    /// TN3270E: text to and from the system services.
    Sscp,
}

/// Why a host cannot be spoken with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It grants none of the LUs.
    Lu(Option<String>, Reason),
    /// It goes on negotiating without an end.
    Endless,
    /// It says in TN3270E what is not understood.
    Message(UnknownMessage),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Lu(Some(lu), reason) => {
                write!(f, "the host refuses LU {lu}: {}", reason_name(*reason))
            }
            Refusal::Lu(None, reason) => {
                write!(f, "the host refuses a terminal: {}", reason_name(*reason))
            }
            Refusal::Endless => write!(f, "the host negotiates without coming to an end"),
            Refusal::Message(unknown) => unknown.fmt(f),
        }
    }
}

impl std::error::Error for Refusal {}

/// The name of a reason in RFC 2355.
fn reason_name(reason: Reason) -> &'static str {
    match reason {
        Reason::ConnPartner => "CONN-PARTNER",
        Reason::DeviceInUse => "DEVICE-IN-USE",
        Reason::InvAssociate => "INV-ASSOCIATE",
        Reason::InvName => "INV-NAME",
        Reason::InvDeviceType => "INV-DEVICE-TYPE",
        Reason::TypeNameError => "TYPE-NAME-ERROR",
        Reason::UnknownError => "UNKNOWN-ERROR",
        Reason::UnsupportedReq => "UNSUPPORTED-REQ",
    }
}

/// What an event asks of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Nothing more than the answer.
    Stay,
    /// Once the answer is sent, TLS begins.
    StartTls,
}

/// The most that a host may negotiate between two records.
const MAX_ROUNDS: u32 = 1000;

/// The client's end of the negotiation.
#[derive(Debug, Clone)]
pub struct Negotiation {
    offer: Offer,
    mine: BTreeSet<u8>,
    theirs: BTreeSet<u8>,
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

impl Negotiation {
    /// A client that has just been connected. It waits for the host to speak.
    pub fn new(offer: Offer) -> Negotiation {
        Negotiation {
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

    /// What is spoken now.
    pub fn mode(&self) -> Mode {
        if self.mine.contains(&option::TN3270E) {
            match self.agreed {
                Some(_) => self.inside,
                None => Mode::Pending,
            }
        } else if self.has_records() {
            Mode::Tn3270
        } else if self.text {
            Mode::Nvt {
                lines: !self.theirs.contains(&ECHO),
            }
        } else {
            Mode::Pending
        }
    }

    fn has_records(&self) -> bool {
        let both = [option::BINARY, option::EOR];
        self.mine.contains(&option::TERMINAL_TYPE)
            && both
                .iter()
                .all(|option| self.mine.contains(option) && self.theirs.contains(option))
    }

    /// Whether data comes in records; else it is text.
    pub fn frames(&self) -> bool {
        self.mine.contains(&option::TN3270E) || self.has_records()
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
    pub fn performs(&self, function: u8) -> bool {
        self.agreed
            .as_ref()
            .is_some_and(|agreed| agreed.contains(&function))
    }

    /// Whether the host says when it is done sending.
    pub fn resolves_contention(&self) -> bool {
        self.performs(function::CONTENTION_RESOLUTION)
    }

    /// The LU that was granted, or asked for outside TN3270E.
    pub fn lu(&self) -> Option<&str> {
        self.lu.as_deref()
    }

    /// Whether the host has bound a session.
    pub fn is_bound(&self) -> bool {
        self.bound
    }

    /// The options this end performs, or the host's, by name.
    pub fn options(&self, host: bool) -> String {
        let set = if host { &self.theirs } else { &self.mine };
        let names = NAMES.iter().filter(|(code, _)| set.contains(code));
        names.map(|(_, name)| *name).collect::<Vec<_>>().join(" ")
    }

    /// The functions agreed to, by name.
    pub fn function_names(&self) -> String {
        const FUNCTIONS: [(u8, &str); 6] = [
            (function::BIND_IMAGE, "BIND-IMAGE"),
            (1, "DATA-STREAM-CTL"),
            (function::RESPONSES, "RESPONSES"),
            (3, "SCS-CTL-CODES"),
            (function::SYSREQ, "SYSREQ"),
            (function::CONTENTION_RESOLUTION, "CONTENTION-RESOLUTION"),
        ];
        let names = FUNCTIONS.iter().filter(|(code, _)| self.performs(*code));
        names.map(|(_, name)| *name).collect::<Vec<_>>().join(" ")
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

    /// A record has come: the negotiation has borne fruit.
    pub fn record(&mut self) {
        self.rounds = 0;
    }

    /// Takes what the host says beside records, and appends the answer.
    pub fn receive(&mut self, event: &Event, out: &mut Vec<Event>) -> Result<Turn, Refusal> {
        self.rounds = self.rounds.saturating_add(1);
        if self.rounds > MAX_ROUNDS && self.mode() == Mode::Pending {
            return Err(Refusal::Endless);
        }
        match event {
            Event::Negotiate(verb, option) => self.negotiate(*verb, *option, out),
            Event::Subnegotiation(STARTTLS, _) if self.mine.contains(&STARTTLS) => {
                return Ok(Turn::StartTls);
            }
            Event::Subnegotiation(option::TERMINAL_TYPE, data) if data.first() == Some(&1) => {
                self.terminal_type(out);
            }
            Event::Subnegotiation(NEW_ENVIRONMENT, data) if data.first() == Some(&1) => {
                out.push(self.environment());
            }
            Event::Subnegotiation(option::TN3270E, data) => {
                let message = Message::decode(data).map_err(Refusal::Message)?;
                self.message(message, out)?;
            }
            Event::Subnegotiation(..) | Event::Record(_) | Event::Command(_) => {}
        }
        Ok(Turn::Stay)
    }

    fn negotiate(&mut self, verb: Verb, option: u8, out: &mut Vec<Event>) {
        let mut say = |verb| out.push(Event::Negotiate(verb, option));
        match verb {
            // What came before the mark has been processed: that is the whole answer (RFC 860).
            Verb::Do if option == option::TIMING_MARK => say(Verb::Wont),
            Verb::Do if !self.will(option) => say(Verb::Wont),
            Verb::Do => {
                if self.mine.insert(option) {
                    say(Verb::Will);
                }
                match option {
                    NAWS => out.push(self.window_size()),
                    // FOLLOWS: this end is ready.
                    STARTTLS => out.push(Event::Subnegotiation(STARTTLS, vec![1])),
                    _ => {}
                }
            }
            Verb::Dont => {
                if self.mine.remove(&option) {
                    say(Verb::Wont);
                }
                if option == option::TN3270E {
                    self.leave_tn3270e();
                }
            }
            Verb::Will => match option {
                option::BINARY | option::EOR | ECHO | SUPPRESS_GO_AHEAD => {
                    if self.theirs.insert(option) {
                        say(Verb::Do);
                    }
                }
                _ => say(Verb::Dont),
            },
            Verb::Wont => {
                if self.theirs.remove(&option) {
                    say(Verb::Dont);
                }
            }
        }
    }

    /// Whether this end performs an option.
    fn will(&self, option: u8) -> bool {
        match option {
            option::BINARY
            | option::EOR
            | option::TERMINAL_TYPE
            | SUPPRESS_GO_AHEAD
            | NAWS
            | NEW_ENVIRONMENT => true,
            option::TN3270E => self.offer.tn3270e,
            STARTTLS => self.offer.start_tls,
            _ => false,
        }
    }

    fn leave_tn3270e(&mut self) {
        self.agreed = None;
        self.bound = false;
        self.inside = Mode::Unbound;
        self.next_lu = 0;
    }

    fn window_size(&self) -> Event {
        let (rows, columns) = self.offer.size;
        let data = [columns.to_be_bytes(), rows.to_be_bytes()].concat();
        Event::Subnegotiation(NAWS, data)
    }

    /// `IS USER name DEVNAME name`, of what is set (RFC 1572, 4777).
    fn environment(&self) -> Event {
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
        Event::Subnegotiation(NEW_ENVIRONMENT, data)
    }

    /// The LU to ask for now. Asked again, a host has refused the one before.
    fn take_lu(&mut self) -> Option<String> {
        let lu = self.offer.lus.get(self.next_lu).cloned();
        self.next_lu += 1;
        lu
    }

    /// `TERMINAL-TYPE IS type[@LU]`.
    fn terminal_type(&mut self, out: &mut Vec<Event>) {
        self.lu = self.take_lu();
        let mut data = vec![0];
        data.extend(self.offer.terminal_type.bytes());
        if let Some(lu) = &self.lu {
            data.push(b'@');
            data.extend(lu.bytes());
        }
        out.push(Event::Subnegotiation(option::TERMINAL_TYPE, data));
    }

    fn message(&mut self, message: Message, out: &mut Vec<Event>) -> Result<(), Refusal> {
        match message {
            Message::SendDeviceType => {
                self.agreed = None;
                self.next_lu = 0;
                self.request_device(out);
            }
            Message::DeviceTypeIs { lu, .. } => {
                self.lu = lu;
                self.wanted = [
                    function::BIND_IMAGE,
                    function::RESPONSES,
                    function::SYSREQ,
                    function::CONTENTION_RESOLUTION,
                ]
                .into();
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
                return Err(Refusal::Message(UnknownMessage(message.encode())));
            }
        }
        Ok(())
    }

    fn agree(&mut self, functions: Functions) {
        self.agreed = Some(functions);
        self.bound = false;
        self.inside = Mode::Unbound;
    }

    fn request_device(&mut self, out: &mut Vec<Event>) {
        self.lu = self.take_lu();
        out.push(say(Message::DeviceTypeRequest {
            device_type: self.offer.device_type.clone(),
            lu: self.lu.clone(),
        }));
    }

    /// The host refuses: the next LU is asked for; without LUs there is TN3270 to fall back to.
    fn rejected(&mut self, reason: Reason, out: &mut Vec<Event>) -> Result<(), Refusal> {
        if self.next_lu < self.offer.lus.len() {
            self.request_device(out);
            return Ok(());
        }
        match reason {
            Reason::InvDeviceType | Reason::UnsupportedReq => {
                self.mine.remove(&option::TN3270E);
                self.offer.tn3270e = false;
                self.leave_tn3270e();
                out.push(Event::Negotiate(Verb::Wont, option::TN3270E));
                Ok(())
            }
            _ => Err(Refusal::Lu(self.lu.take(), reason)),
        }
    }
}

fn say(message: Message) -> Event {
    Event::Subnegotiation(option::TN3270E, message.encode())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(lus: &[&str]) -> Offer {
        Offer {
            terminal_type: "IBM-3279-2-E".into(),
            device_type: "IBM-3278-2-E".into(),
            lus: lus.iter().map(|lu| (*lu).into()).collect(),
            tn3270e: true,
            start_tls: true,
            nvt: false,
            no_telnet: false,
            size: (24, 80),
            user: None,
            device_name: None,
        }
    }

    /// What a client answers to what a host says, as bytes in hexadecimal.
    fn answers(client: &mut Negotiation, said: &[&[u8]]) -> Vec<String> {
        let mut decoder = crate::wire::telnet::Decoder::new(crate::wire::telnet::Limits {
            record: 1024,
            subnegotiation: 256,
        });
        let mut answers = Vec::new();
        for bytes in said {
            let (mut events, mut out, mut encoded) = (Vec::new(), Vec::new(), Vec::new());
            decoder.feed(bytes, &mut events).unwrap();
            for event in &events {
                client.receive(event, &mut out).unwrap();
            }
            out.iter().for_each(|event| event.encode(&mut encoded));
            answers.push(encoded.iter().map(|byte| format!("{byte:02x}")).collect());
        }
        answers
    }

    #[test]
    fn tn3270e_is_agreed_as_rfc_2355_has_it() {
        let mut client = Negotiation::new(offer(&["LUA", "LUB"]));
        let said = answers(
            &mut client,
            &[
                b"\xff\xfd\x28",
                b"\xff\xfa\x28\x08\x02\xff\xf0",
                b"\xff\xfa\x28\x02\x06\x05\x01\xff\xf0",
                b"\xff\xfa\x28\x02\x04IBM-3278-2-E\x01LUB\xff\xf0",
                b"\xff\xfa\x28\x03\x07\x02\x04\xff\xf0",
            ],
        );
        let device = "49424d2d333237382d322d45";
        assert_eq!(
            said,
            [
                "fffb28".to_owned(),
                format!("fffa280207{device}014c5541fff0"),
                format!("fffa280207{device}014c5542fff0"),
                "fffa28030700020405fff0".to_owned(),
                "fffa2803040204fff0".to_owned(),
            ]
        );
        assert_eq!((client.mode(), client.lu()), (Mode::Unbound, Some("LUB")));
        assert_eq!(client.function_names(), "RESPONSES SYSREQ");
    }

    #[test]
    fn a_host_that_refuses_every_lu_is_told_of() {
        let mut client = Negotiation::new(offer(&["LUA"]));
        answers(
            &mut client,
            &[b"\xff\xfd\x28", b"\xff\xfa\x28\x08\x02\xff\xf0"],
        );
        let refused = Event::Subnegotiation(40, b"\x02\x06\x05\x03".to_vec());
        let refusal = client.receive(&refused, &mut Vec::new()).unwrap_err();
        assert_eq!(refusal.to_string(), "the host refuses LU LUA: INV-NAME");
    }

    #[test]
    fn tn3270_and_plain_text_are_what_is_left() {
        let mut client = Negotiation::new(Offer {
            tn3270e: false,
            ..offer(&["LUA"])
        });
        let said = answers(
            &mut client,
            &[
                b"\xff\xfd\x28\xff\xfd\x18",
                b"\xff\xfa\x18\x01\xff\xf0",
                b"\xff\xfd\x19\xff\xfb\x19\xff\xfd\x00\xff\xfb\x00\xff\xfd\x63\xff\xfb\x05\xff\xfd\x06",
            ],
        );
        assert_eq!(
            said,
            [
                "fffc28fffb18",
                "fffa180049424d2d333237392d322d45404c5541fff0",
                "fffb19fffd19fffb00fffd00fffc63fffe05fffc06",
            ]
        );
        assert_eq!(client.mode(), Mode::Tn3270);

        let mut client = Negotiation::new(offer(&[]));
        assert_eq!(client.mode(), Mode::Pending);
        client.text();
        assert_eq!(client.mode(), Mode::Nvt { lines: true });
        answers(&mut client, &[b"\xff\xfb\x01"]);
        assert_eq!(client.mode(), Mode::Nvt { lines: false });
    }

    #[test]
    fn an_option_is_answered_once_and_an_endless_negotiation_ends() {
        let mut client = Negotiation::new(offer(&[]));
        assert_eq!(
            answers(&mut client, &[b"\xff\xfd\x18\xff\xfd\x18"]),
            ["fffb18"]
        );
        let again = Event::Subnegotiation(40, Message::SendDeviceType.encode());
        let mut rounds = 0;
        let refusal = loop {
            match client.receive(&again, &mut Vec::new()) {
                Ok(_) => rounds += 1,
                Err(refusal) => break refusal,
            }
        };
        assert_eq!(refusal, Refusal::Endless);
        assert!(rounds < 2000);
    }

    #[test]
    fn starttls_is_agreed_once_both_say_follows() {
        let mut client = Negotiation::new(offer(&[]));
        assert_eq!(
            answers(&mut client, &[b"\xff\xfd\x2e"]),
            ["fffb2efffa2e01fff0"]
        );
        let follows = Event::Subnegotiation(46, vec![1]);
        let turn = client.receive(&follows, &mut Vec::new());
        assert_eq!(turn, Ok(Turn::StartTls));
    }
}
