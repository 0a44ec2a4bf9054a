//! A session with its log and clock, and what every door needs of it.
//!
//! | module | what it is |
//! |---|---|
//! | [`operator_session`], [`clock`], [`recorder`] | a session at one or several systems; its time; its log |
//! | [`target`], [`outcome`] | what people, programs and scripts work at, and what they are shown of its task |
//! | [`foreign_host`], [`certificate`] | the connection to a foreign host, as scripts see it |
//! | [`request`], [`turn`], [`observation`] | one turn of a program: its request, its course, the screen as data |
//! | [`progress`] | a step that may have to wait |
//! | [`dialogue`], [`lines`] | the loop of the line-based doors, and the lines it reads |
//! | [`served_system`], [`logon`], [`selection`] | the systems that are served, how a connection names one, the screen to pick one |
//! | [`service`] | what a server serves: limits, LUs, held sessions, metrics, the context of a connection |
//! | [`address`], [`tls`], [`timed_stream`] | sockets, TLS on both ends, streams with time limits |

pub mod address;
pub mod certificate;
pub mod clock;
mod counting_log;
pub mod dialogue;
pub mod foreign_host;
pub mod lines;
pub mod logon;
pub mod observation;
pub mod operator_session;
pub mod outcome;
pub mod progress;
pub mod recorder;
pub mod request;
pub mod selection;
pub mod served_system;
pub mod service;
pub mod target;
pub mod timed_stream;
pub mod tls;
pub mod turn;
