//! What a client offers, the protocols in use, and why a negotiation fails.

use std::fmt;

use crate::wire::tn3270e::{Reason, UnknownMessage};

/// What a client offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientOffer {
    /// The terminal type outside TN3270E, such as `IBM-3279-2-E`.
    pub terminal_type: String,
    /// The device type in TN3270E, such as `IBM-3278-2-E`.
    pub device_type: String,
    /// The LUs to ask for, one after another until one is granted; without any the host chooses.
    pub lus: Vec<String>,
    /// Whether TN3270E is offered.
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

/// The protocol in use now.
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

/// Why a negotiation with a host fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostRefusal {
    /// It grants none of the LUs.
    Lu(Option<String>, Reason),
    /// It keeps negotiating and sends no record.
    Endless,
    /// It sends a TN3270E message that is unknown or out of place.
    Message(UnknownMessage),
}

impl fmt::Display for HostRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HostRefusal::Lu(Some(lu), reason) => {
                write!(f, "the host refuses LU {lu}: {}", reason_name(*reason))
            }
            HostRefusal::Lu(None, reason) => {
                write!(f, "the host refuses a terminal: {}", reason_name(*reason))
            }
            HostRefusal::Endless => write!(f, "the host negotiates without coming to an end"),
            HostRefusal::Message(unknown) => unknown.fmt(f),
        }
    }
}

impl std::error::Error for HostRefusal {}

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
pub enum NegotiationStep {
    /// Nothing more than the answer.
    Stay,
    /// Once the answer is sent, TLS begins.
    StartTls,
}
