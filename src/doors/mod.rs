//! Ways in: sockets and pipes joined to sessions. A door holds no behaviour of its own.
//!
//! | module | what it is |
//! |---|---|
//! | [`service`] | the systems that are served, how sessions are opened, and the listeners |
//! | [`tn3270`] | TN3270 and TN3270E clients |
//! | [`vt`] | VT keys in, an ANSI screen out |
//! | [`client`] | our terminal on a foreign host |
//! | [`script`] | s3270's action language |
//! | [`json`] | one JSON object a line |
//! | [`plain`] | screens as text, keys by name |
//! | [`request`], [`turn`] | what a program asks of a session, and the taking of it, for every door for programs |
//! | [`http`] | OpenEnv's contract: HTTP and WebSocket |
//! | [`tools`], `mcp` | what an agent may do as tools, and the Model Context Protocol that offers them |
//! | [`episodes`] | sessions held by handle, for clients without a connection to hold them |
//! | [`control`], [`held`] | the trainer's side: sessions opened, reset, forked, graded |
//! | [`selection`] | the screen on which a client picks one of several systems |
//! | [`observation`] | a screen as data, for every door that tells of one |
//! | [`agent`], [`pty`] | programs that are started to work at a task; a terminal for one of them |
//! | [`dialogue`], [`lines`] | the loop of the line-based doors, and the lines it takes |
//! | [`station`], [`clock`], [`address`] | a session with its log and time; real and virtual time; sockets |
//! | [`world`], [`logon`], [`lus`] | what sessions are opened on, and how a connection says it |
//! | [`tls`], [`patient`] | TLS on both ends; connections that are given up |
//! | [`metrics`] | what a server has counted |
//! | [`load`] | many clients at a TN3270 host, and how long its answers took |

pub mod address;
pub mod agent;
pub mod client;
pub mod clock;
pub mod control;
pub mod dialogue;
pub mod episodes;
pub mod held;
pub mod http;
pub mod json;
pub mod lines;
pub mod load;
pub mod logon;
pub mod lus;
#[cfg(feature = "mcp")]
pub mod mcp;
pub mod metrics;
pub mod observation;
pub mod operator_session;
pub mod plain;
pub mod pty;
pub mod request;
pub mod script;
pub mod selection;
pub mod service;
pub mod timed_stream;
pub mod tls;
pub mod tn3270;
pub mod tools;
pub mod turn;
pub mod vt;
pub mod world;

pub use bigiron_sim::system::near::near;
