//! The server's end of a connection, without its socket: TELNET and TN3270E negotiation, and the records of a client once that
//! is done.
//!
//! | module | what it is |
//! |---|---|
//! | [`negotiation`] | a terminal and an LU agreed with a client, in TN3270E (RFC 2355) or TN3270 (RFC 1576, 1646) |
//! | [`conversation`] | records in and out, TN3270E responses, BIND and UNBIND, the system services |

pub mod conversation;
pub mod negotiation;

pub use conversation::{ClientMessage, ServerConversation, alternate_size, size_query};
pub use negotiation::{
    Agreement, ClientRefusal, Device, Grant, Protocol, ServerNegotiation, ServerOffer,
};

use crate::wire::telnet::TelnetLimits;

/// The most a client may send without ending it. The largest screen read back whole has some 40 000 bytes.
pub const LIMITS: TelnetLimits = TelnetLimits {
    record: 128 * 1024,
    subnegotiation: 1024,
};
