//! What the ends of a negotiation settle on, what a host offers, and why it refuses.

use std::fmt;

use crate::wire::tn3270e::{Functions, Reason, Tn3270eFunction, UnknownMessage};

/// What both ends settled on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// How records are framed.
    pub protocol: Protocol,
    /// The terminal type as the client sent it, such as IBM-3278-2-E.
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

/// The properties of a display station that its terminal type names.
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

/// What a host offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerOffer {
    /// Whether TN3270E is offered at all.
    pub tn3270e: bool,
    /// The functions that the host performs.
    pub functions: Functions,
    /// Whether STARTTLS is offered before anything else.
    pub starttls: bool,
    /// Whether a client that declines STARTTLS is turned away.
    pub tls_required: bool,
}

impl Default for ServerOffer {
    /// TN3270E with BIND-IMAGE, RESPONSES, SYSREQ and CONTENTION-RESOLUTION; no STARTTLS.
    fn default() -> ServerOffer {
        ServerOffer {
            tn3270e: true,
            functions: Tn3270eFunction::of_displays(),
            starttls: false,
            tls_required: false,
        }
    }
}

/// Why a client cannot be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientRefusal {
    /// It has no terminal type, or refuses an option that a 3270 session requires.
    NoTerminal(&'static str),
    /// Its terminal types, none of which is a 3270 display.
    TerminalType(String),
    /// It asks for an LU that does not exist or is in use.
    Lu(String, Reason),
    /// It declines encryption, which is required.
    Unencrypted,
    /// It sends 3270 records before all is agreed.
    Early,
    /// It does not agree on a set of TN3270E functions.
    Functions,
    /// It sends a TN3270E message that is unknown or out of place.
    Message(UnknownMessage),
}

impl fmt::Display for ClientRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ClientRefusal::NoTerminal(option) => write!(
                f,
                "the client is no 3270 terminal: it does without {option}"
            ),
            ClientRefusal::TerminalType(name) => {
                write!(f, "terminal type {name} is no 3270 display")
            }
            ClientRefusal::Lu(name, Reason::DeviceInUse) => write!(f, "the LU {name} is in use"),
            ClientRefusal::Lu(name, _) => write!(f, "there is no LU {name}"),
            ClientRefusal::Unencrypted => {
                write!(f, "the client declines STARTTLS, which is required")
            }
            ClientRefusal::Early => {
                write!(f, "the client sent data before the terminal was agreed on")
            }
            ClientRefusal::Functions => write!(
                f,
                "the client does not come to terms about TN3270E functions"
            ),
            ClientRefusal::Message(unknown) => unknown.fmt(f),
        }
    }
}

impl std::error::Error for ClientRefusal {}
