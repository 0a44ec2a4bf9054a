//! TELNET (RFC 854, 855) as 3270 clients and hosts use it: records that end in IAC EOR (RFC 885), option negotiation,
//! subnegotiation and single commands. Pure: bytes in, [`TelnetEvent`]s out, and back.

use std::fmt;

use super::coded::coded;

/// Interpret As Command: every command starts with it, and a data byte of this value is doubled.
pub const IAC: u8 = 255;
const SB: u8 = 250;
const SE: u8 = 240;
/// End of a record (RFC 885).
const EOR: u8 = 239;

coded! {
    /// A command that stands alone after IAC.
    pub enum TelnetCommand {
        /// NOP: no operation.
        NoOperation = 241,
        /// BRK: the ATTN key of a 3270 client.
        Break = 243,
        /// IP: ATTN as some TN3270E clients send it.
        InterruptProcess = 244,
        /// AO: the SYS REQ key of a 3270 client.
        AbortOutput = 245,
        /// AYT: are you there?
        AreYouThere = 246,
    }
    else
    /// A code this list does not know.
    Unknown
}

coded! {
    /// An option that the ends negotiate.
    pub enum TelnetOption {
        /// BINARY (RFC 856).
        Binary = 0,
        /// ECHO (RFC 857).
        Echo = 1,
        /// SUPPRESS-GO-AHEAD (RFC 858).
        SuppressGoAhead = 3,
        /// TIMING-MARK (RFC 860).
        TimingMark = 6,
        /// TERMINAL-TYPE (RFC 1091).
        TerminalType = 24,
        /// END-OF-RECORD (RFC 885).
        EndOfRecord = 25,
        /// NAWS: the size of the window (RFC 1073).
        WindowSize = 31,
        /// NEW-ENVIRON: environment variables (RFC 1572).
        NewEnvironment = 39,
        /// TN3270E (RFC 2355).
        Tn3270e = 40,
        /// STARTTLS (draft-altman-telnet-starttls).
        StartTls = 46,
    }
    else
    /// A code this list does not know.
    Unknown
}

coded! {
    /// The four verbs of option negotiation.
    pub enum Verb {
        /// The sender performs the option, or offers to.
        Will = 251,
        /// The sender does not perform it.
        Wont = 252,
        /// The receiver is asked to perform it, or may.
        Do = 253,
        /// The receiver may not perform it.
        Dont = 254,
    }
}

/// One element of a TELNET stream, in either direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TelnetEvent {
    /// Data up to an end of record, with IAC undoubled.
    Record(Vec<u8>),
    /// WILL, WONT, DO or DONT an option.
    Negotiate(Verb, TelnetOption),
    /// What stood between IAC SB and IAC SE: the option, then its parameters with IAC undoubled.
    Subnegotiation(TelnetOption, Vec<u8>),
    /// A command that stands alone.
    Command(TelnetCommand),
}

impl TelnetEvent {
    /// Appends the event as the bytes that [`Decoder`] reads it from.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match self {
            TelnetEvent::Record(data) => {
                let start = out.len();
                out.extend(data);
                end_record(out, start);
            }
            TelnetEvent::Negotiate(verb, option) => out.extend([IAC, verb.code(), option.code()]),
            TelnetEvent::Subnegotiation(option, data) => {
                out.extend([IAC, SB]);
                escape(&[option.code()], out);
                escape(data, out);
                out.extend([IAC, SE]);
            }
            TelnetEvent::Command(command) => out.extend([IAC, command.code()]),
        }
    }
}

/// Appends data with every IAC doubled, without an end of record.
pub fn escape(data: &[u8], out: &mut Vec<u8>) {
    for piece in data.split_inclusive(|byte| *byte == IAC) {
        out.extend(piece);
        out.extend(piece.last().filter(|last| **last == IAC));
    }
}

/// Makes a record of what stands from a place on, with every IAC doubled.
pub fn end_record(out: &mut Vec<u8>, start: usize) {
    if out.get(start..).is_some_and(|data| data.contains(&IAC)) {
        let data = out.split_off(start);
        escape(&data, out);
    }
    out.extend([IAC, EOR]);
}

/// How much a peer may say without ending it, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TelnetLimits {
    /// The longest record.
    pub record: usize,
    /// The longest subnegotiation, option included.
    pub subnegotiation: usize,
}

/// A peer has gone past one of the [`TelnetLimits`]: the connection is of no more use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overlong {
    /// Data without an end of record: the limit in bytes.
    Record(usize),
    /// Subnegotiation without IAC SE: the limit in bytes.
    Subnegotiation(usize),
}

impl fmt::Display for Overlong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, limit) = match self {
            Overlong::Record(limit) => ("record", limit),
            Overlong::Subnegotiation(limit) => ("subnegotiation", limit),
        };
        write!(f, "a {what} of more than {limit} bytes has no end")
    }
}

impl std::error::Error for Overlong {}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Data,
    Iac,
    Option(Verb),
    Subnegotiation,
    SubnegotiationIac,
}

/// Turns a byte stream into [`TelnetEvent`]s. The stream may be cut anywhere; an event is given once its last byte has come.
///
/// ```
/// use tn3270::wire::telnet::{Decoder, TelnetEvent, TelnetLimits, TelnetOption, Verb};
///
/// let limits = TelnetLimits { record: 4096, subnegotiation: 256 };
/// let mut decoder = Decoder::new(limits);
/// let mut events = Vec::new();
///
/// // IAC DO TERMINAL-TYPE, then a record whose only FF is doubled; the second piece ends it with IAC EOR.
/// decoder.feed(&[0xFF, 0xFD, 0x18, 0x7D, 0xFF], &mut events)?;
/// assert_eq!(events, [TelnetEvent::Negotiate(Verb::Do, TelnetOption::TerminalType)]);
/// assert!(decoder.is_amid());
///
/// events.clear();
/// decoder.feed(&[0xFF, 0xFF, 0xEF], &mut events)?;
/// assert_eq!(events, [TelnetEvent::Record(vec![0x7D, 0xFF])]);
/// assert!(!decoder.is_amid());
/// # Ok::<(), tn3270::wire::telnet::Overlong>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoder {
    limits: TelnetLimits,
    state: State,
    record: Vec<u8>,
    subnegotiation: Vec<u8>,
}

impl Decoder {
    /// A decoder at the start of a connection.
    pub fn new(limits: TelnetLimits) -> Decoder {
        Decoder {
            limits,
            state: State::Data,
            record: Vec::new(),
            subnegotiation: Vec::new(),
        }
    }

    /// Reads the next bytes of the stream and appends the events that they complete. Events before a fault are kept.
    ///
    /// # Errors
    /// A record or a subnegotiation is longer than the limits allow; the decoder is of no more use then.
    pub fn feed(&mut self, bytes: &[u8], events: &mut Vec<TelnetEvent>) -> Result<(), Overlong> {
        let mut left = bytes;
        while let Some((&byte, rest)) = left.split_first() {
            if self.state == State::Data && byte != IAC {
                let end = left.iter().position(|byte| *byte == IAC);
                let (data, rest) = left.split_at(end.unwrap_or(left.len()));
                self.data(data)?;
                left = rest;
            } else {
                self.byte(byte, events)?;
                left = rest;
            }
        }
        Ok(())
    }

    /// Whether something has begun that has not ended: a record, or an event other than that.
    pub fn is_amid(&self) -> bool {
        self.state != State::Data || !self.record.is_empty()
    }

    /// Data since the last event of any record: text, on a connection that has not agreed to records. Takes it.
    pub fn take_unended(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.record)
    }

    fn byte(&mut self, byte: u8, events: &mut Vec<TelnetEvent>) -> Result<(), Overlong> {
        match (self.state, byte) {
            (State::Data, IAC) => self.state = State::Iac,
            (State::Data, _) => self.data(&[byte])?,
            (State::Iac, _) => self.command(byte, events)?,
            (State::Option(verb), _) => {
                events.push(TelnetEvent::Negotiate(verb, TelnetOption::from_code(byte)));
                self.state = State::Data;
            }
            (State::Subnegotiation, IAC) => self.state = State::SubnegotiationIac,
            (State::Subnegotiation, _) => self.parameter(byte)?,
            (State::SubnegotiationIac, SE) => {
                let said = std::mem::take(&mut self.subnegotiation);
                if let Some((&option, data)) = said.split_first() {
                    let option = TelnetOption::from_code(option);
                    events.push(TelnetEvent::Subnegotiation(option, data.to_vec()));
                }
                self.state = State::Data;
            }
            // A doubled IAC; after IAC anything else is taken as itself, as clients do.
            (State::SubnegotiationIac, _) => {
                self.parameter(byte)?;
                self.state = State::Subnegotiation;
            }
        }
        Ok(())
    }

    fn command(&mut self, byte: u8, events: &mut Vec<TelnetEvent>) -> Result<(), Overlong> {
        self.state = State::Data;
        match byte {
            IAC => self.data(&[IAC])?,
            SB => self.state = State::Subnegotiation,
            EOR => events.push(TelnetEvent::Record(std::mem::take(&mut self.record))),
            _ => match Verb::from_code(byte) {
                Some(verb) => self.state = State::Option(verb),
                None => events.push(TelnetEvent::Command(TelnetCommand::from_code(byte))),
            },
        }
        Ok(())
    }

    fn data(&mut self, data: &[u8]) -> Result<(), Overlong> {
        let room = self.limits.record - self.record.len();
        self.record.extend(data.iter().take(room));
        match data.len() <= room {
            true => Ok(()),
            false => Err(Overlong::Record(self.limits.record)),
        }
    }

    fn parameter(&mut self, byte: u8) -> Result<(), Overlong> {
        if self.subnegotiation.len() == self.limits.subnegotiation {
            return Err(Overlong::Subnegotiation(self.limits.subnegotiation));
        }
        self.subnegotiation.push(byte);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMITS: TelnetLimits = TelnetLimits {
        record: 64,
        subnegotiation: 16,
    };

    fn decode(pieces: &[&[u8]]) -> (Vec<TelnetEvent>, Result<(), Overlong>) {
        let mut decoder = Decoder::new(LIMITS);
        let mut events = Vec::new();
        let result = pieces
            .iter()
            .try_for_each(|piece| decoder.feed(piece, &mut events));
        (events, result)
    }

    #[test]
    fn a_client_says_what_it_can_and_sends_a_record() {
        let bytes =
            b"\xff\xfd\x28\xff\xfa\x18\x00IBM-3279-2-E\xff\xf0\x7d\x40\xff\xff\xff\xef\xff\xf3";
        let (events, result) = decode(&[bytes]);
        assert_eq!(
            events,
            [
                TelnetEvent::Negotiate(Verb::Do, TelnetOption::Tn3270e),
                TelnetEvent::Subnegotiation(TelnetOption::TerminalType, b"\0IBM-3279-2-E".to_vec()),
                TelnetEvent::Record(vec![0x7d, 0x40, 0xff]),
                TelnetEvent::Command(TelnetCommand::Break),
            ]
        );
        assert_eq!(result, Ok(()));
    }

    #[test]
    fn a_command_inside_a_record_does_not_break_it() {
        let (events, _) = decode(&[b"ab\xff\xf1cd\xff\xef"]);
        assert_eq!(
            events,
            [
                TelnetEvent::Command(TelnetCommand::NoOperation),
                TelnetEvent::Record(b"abcd".to_vec())
            ]
        );
    }

    #[test]
    fn endless_records_and_subnegotiations_are_refused() {
        let (events, result) = decode(&[b"ok\xff\xef", &[b'x'; 65]]);
        assert_eq!(events, [TelnetEvent::Record(b"ok".to_vec())]);
        assert_eq!(result, Err(Overlong::Record(64)));
        let (_, result) = decode(&[b"\xff\xfa\x28", &[7; 17]]);
        assert_eq!(
            result.unwrap_err().to_string(),
            "a subnegotiation of more than 16 bytes has no end"
        );
    }

    #[test]
    fn text_without_records_can_be_taken() {
        let mut decoder = Decoder::new(LIMITS);
        let mut events = Vec::new();
        decoder.feed(b"login: \xff", &mut events).unwrap();
        assert_eq!(decoder.take_unended(), b"login: ");
        decoder.feed(b"\xfb\x18x\xff\xef", &mut events).unwrap();
        assert_eq!(
            events,
            [
                TelnetEvent::Negotiate(Verb::Will, TelnetOption::TerminalType),
                TelnetEvent::Record(b"x".to_vec())
            ]
        );
    }

    fn verb() -> impl Strategy<Value = Verb> {
        (251..=254u8).prop_map(|code| Verb::from_code(code).unwrap())
    }

    fn option() -> impl Strategy<Value = TelnetOption> {
        any::<u8>().prop_map(TelnetOption::from_code)
    }

    fn event() -> impl Strategy<Value = TelnetEvent> {
        let bytes =
            |most| prop::collection::vec(prop_oneof![Just(IAC), Just(SE), any::<u8>()], 0..most);
        prop_oneof![
            bytes(64).prop_map(TelnetEvent::Record),
            (verb(), option()).prop_map(|(verb, option)| TelnetEvent::Negotiate(verb, option)),
            (option(), bytes(15))
                .prop_map(|(option, data)| TelnetEvent::Subnegotiation(option, data)),
            (241..SB).prop_map(|code| TelnetEvent::Command(TelnetCommand::from_code(code))),
        ]
    }

    proptest! {
        #[test]
        fn what_is_encoded_decodes_to_itself(events in prop::collection::vec(event(), 0..12)) {
            let mut bytes = Vec::new();
            events.iter().for_each(|event| event.encode(&mut bytes));
            prop_assert_eq!(decode(&[&bytes]), (events, Ok(())));
        }

        #[test]
        fn one_byte_at_a_time_gives_what_one_piece_gives(
            bytes in prop::collection::vec(prop_oneof![Just(IAC), 236u8..=255, any::<u8>()], 0..400),
        ) {
            let bytewise: Vec<&[u8]> = bytes.chunks(1).collect();
            prop_assert_eq!(decode(&bytewise), decode(&[&bytes]));
        }
    }
}
