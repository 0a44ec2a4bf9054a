//! A 3270 client: our terminal on a foreign host, over TN3270E, TN3270, or plain text.
//!
//! | module | what it is |
//! |---|---|
//! | [`host`] | the name of a host as s3270 takes it |
//! | [`open`] | connections made, TLS begun |
//! | [`remote`] | a terminal, a socket and [`tn3270::client`] between them, for a script or a person |
//! | [`blocking`] | the same for a playbook |
//! | [`load`] | many clients at a TN3270 host, and how long its answers took |

pub mod blocking;
pub mod host;
pub mod load;
pub mod open;
pub mod remote;
mod script_target;

pub use blocking::BlockingClient;
pub use host::{HostName, HostNameError};
pub use remote::{ConnectStage, Remote};
pub use tn3270::client::{Mode, conversation, negotiation, nvt};
