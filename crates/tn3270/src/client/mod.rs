//! The client's end of a connection, without its socket: TELNET and TN3270E negotiation, the conversation with a host once
//! that is done, and hosts of plain text.
//!
//! | module | what it is |
//! |---|---|
//! | [`negotiation`] | TELNET (RFC 854), TN3270 (RFC 1576, 1646) and TN3270E (RFC 2355) options agreed with a host |
//! | [`conversation`] | bytes of the host in, a terminal changed, bytes to the host out |
//! | [`nvt`] | a host of plain text (NVT mode), shown on a 3270 |

pub mod conversation;
pub mod negotiation;
pub mod nvt;

pub use conversation::{
    ClientConversation, ConversationError, ConversationEvent, ConversationOutput, TrafficCount,
};
pub use negotiation::{ClientNegotiation, ClientOffer, HostRefusal, Mode, NegotiationStep};
