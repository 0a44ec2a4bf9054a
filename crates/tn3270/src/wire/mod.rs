//! Bytes and named values of the 3270 data stream (GA23-0059), TELNET (RFC 854) and TN3270E (RFC 2355).
//!
//! Each value is read and written side by side, so that both ends of a line share one definition; `decode(encode(x)) == x`.

pub mod address;
pub mod aid;
pub mod attribute;
pub mod bind;
mod coded;
pub mod codes;
pub mod ebcdic;
pub mod inbound;
pub mod order;
pub mod outbound;
pub mod structured;
pub mod telnet;
pub mod tn3270e;

pub use address::{Address, Addressing};
pub use aid::Aid;
pub use attribute::{AttributeType, Color, FieldAttribute, Highlight, Intensity};
pub use bind::Bind;
pub use codes::Codes;
pub use ebcdic::CodePage;
pub use inbound::{Inbound, InboundField};
pub use order::Order;
pub use outbound::{BareWrite, Outbound, Wcc};
pub use structured::{QueryReply, ReplyMode, StructuredField};

#[cfg(test)]
pub(crate) mod roundtrip;
