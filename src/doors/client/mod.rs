//! A 3270 client: our terminal on a foreign host, over TN3270E, TN3270, or plain text.
//!
//! | module | what it is |
//! |---|---|
//! | [`host`] | the name of a host as s3270 takes it |
//! | [`open`] | connections made, TLS begun |
//! | [`certificate`] | what a host's certificate says |
//! | [`negotiation`] | the client's end of TELNET and TN3270E negotiation |
//! | [`talk`] | the conversation with a host, without its socket |
//! | [`nvt`] | a host of plain text on a 3270 |
//! | [`remote`] | all of that with a socket, for a script or a person |
//! | [`hands`] | all of that for a playbook |

pub mod blocking;
pub mod certificate;
pub mod conversation;
pub mod host;
pub mod negotiation;
pub mod nvt;
pub mod open;
pub mod remote;
mod subject;

pub use blocking::BlockingClient;
pub use host::{HostName, HostNameError};
pub use negotiation::Mode;
pub use remote::{Config, ConnectStage, Remote};
