//! A 3270 client: our terminal on a foreign host, over TN3270E, TN3270, or plain text.
//!
//! | module | what it is |
//! |---|---|
//! | [`host`] | the name of a host as s3270 takes it |
//! | [`open`] | connections made, TLS begun |
//! | [`certificate`] | what a host's certificate says |
//! | [`remote`] | a terminal, a socket and [`tn3270::client`] between them, for a script or a person |
//! | [`blocking`] | the same for a playbook |

pub mod blocking;
pub mod certificate;
pub mod host;
pub mod open;
pub mod remote;
mod subject;

pub use blocking::BlockingClient;
pub use host::{HostName, HostNameError};
pub use remote::{Config, ConnectStage, Remote};
pub use tn3270::client::{Mode, conversation, negotiation, nvt};
