//! Ways in: sockets and pipes joined to sessions. A door holds no behaviour of its own.
//!
//! Three floors; modules of one floor do not import each other.
//!
//! | module | floor | what it is |
//! |---|---|---|
//! | [`server`] | 3 | listeners and their connections; programs that are started to work at a task |
//! | [`people`] | 2 | VT keys in and an ANSI screen out; screens as lines of text |
//! | [`programs`] | 2 | scripts, JSON lines, HTTP, tools for agents, the trainer's control door |
//! | [`tn3270`] | 2 | TN3270 and TN3270E clients |
//! | [`client`] | 2 | our terminal on a foreign host; load for one |
//! | [`session`] | 1 | a session with its log and clock, and what every door needs of it |

pub mod client;
pub mod people;
pub mod programs;
pub mod server;
pub mod session;
pub mod tn3270;

// The paths by which other crates knew these modules before they had folders.
pub use people::{plain, vt};
#[cfg(feature = "mcp")]
pub use programs::mcp;
pub use programs::{control, episodes, http, json, script, tools};
pub use server::agent;
pub use session::service::{held_sessions, lus, metrics};
pub use session::{
    address, clock, dialogue, lines, logon, observation, operator_session, request, selection,
    served_system, service, timed_stream, tls, turn,
};
