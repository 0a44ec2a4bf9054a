//! The 3270 data stream, a 3270 terminal, and both ends of a TN3270 or TN3270E connection, without I/O.
//!
//! The crate is sans-IO: it opens no sockets, starts no threads and reads no clock. The caller owns the transport (TCP, TLS, a
//! pipe, a test) and moves bytes; each step takes what has arrived, changes a state machine, and returns or appends what is to be
//! sent. The same calls in the same order therefore always give the same bytes.
//!
//! # A terminal and a record
//!
//! The bytes of an Erase/Write paint a screen, an operator types into its field, and ENTER gives the bytes of the reply:
//!
//! ```
//! use tn3270::terminal::{Key, Lock, Response, Terminal, TerminalOptions};
//! use tn3270::wire::{CodePage, Outbound};
//!
//! // Erase/Write, WCC; SBA row 1 column 1, SF protected, "NAME"; SF unprotected, IC; SBA row 1 column 16, SF protected.
//! let mut record = vec![0xF5, 0xC3, 0x11, 0x40, 0x40, 0x1D, 0x60];
//! record.extend(CodePage::CP037.encode_text("NAME"));
//! record.extend([0x1D, 0x40, 0x13, 0x11, 0x40, 0x4F, 0x1D, 0x60]);
//!
//! let mut terminal = Terminal::new(TerminalOptions::default());
//! assert_eq!(terminal.lock(), Some(Lock::AwaitingFirst));
//! let answers = terminal.apply(&Outbound::decode(&record)?);
//! assert!(answers.is_empty(), "only reads and queries are answered");
//! assert_eq!(terminal.lock(), None);
//!
//! for character in "ADA".chars() {
//!     assert_eq!(terminal.press(Key::Char(character)), Response::Local);
//! }
//! assert_eq!(terminal.row_text(0).trim_end(), " NAME ADA");
//!
//! let Response::Inbound(inbound) = terminal.press(Key::Enter) else {
//!     panic!("ENTER sends the modified fields");
//! };
//! let mut reply = Vec::new();
//! inbound.encode_with(terminal.addressing(), &mut reply);
//! // AID ENTER, cursor at row 1 column 10; SBA row 1 column 7, "ADA" in EBCDIC.
//! assert_eq!(reply, [0x7D, 0x40, 0xC9, 0x11, 0x40, 0xC6, 0xC1, 0xC4, 0xC1]);
//! assert!(terminal.lock().is_some(), "until the host restores the keyboard");
//! # Ok::<(), tn3270::wire::outbound::DecodeError>(())
//! ```
//!
//! `examples/terminal.rs` feeds a terminal from a file; `examples/in_memory.rs` connects a client and a server without a socket.
//!
//! # Modules
//!
//! Each module uses only those in rows below its own:
//!
//! | module | what it is | uses |
//! |---|---|---|
//! | [`client`] | the client's end of a connection: negotiation, records, NVT text shown on the terminal | `terminal`, `wire` |
//! | [`server`] | the server's end of a connection: negotiation, records, BIND and UNBIND | `wire` |
//! | [`terminal`] | the display station: presentation space, keyboard, operator information area | `wire`, `near` |
//! | [`wire`] | bytes and named values: data streams, EBCDIC, TELNET, TN3270E; decoded and encoded | `near` |
//! | [`near`] | the nearest right name for a misspelt one, for error messages | nothing |
//!
//! A program that only reads or writes records needs [`wire`]; one that emulates a terminal over its own transport adds
//! [`terminal`]; [`client::ClientConversation`] and [`server::ServerConversation`] run a whole TN3270 connection.
//!
//! # Standards
//!
//! | standard | subject | where |
//! |---|---|---|
//! | GA23-0059 | 3270 data stream: commands, orders, attributes, structured fields | [`wire`], [`terminal`] |
//! | RFC 854, 855 | TELNET and its options | [`wire::telnet`] |
//! | RFC 856 | BINARY | [`client::negotiation`], [`server::negotiation`] |
//! | RFC 885 | END-OF-RECORD | [`wire::telnet`], both negotiations |
//! | RFC 1091 | TERMINAL-TYPE | both negotiations |
//! | RFC 1576, 1646 | TN3270, and the choice of an LU in it | both negotiations |
//! | RFC 2355 | TN3270E | [`wire::tn3270e`], both negotiations and conversations |
//!
//! Where the standards leave the behaviour of a terminal open, it is that of s3270 4.1ga10.

pub mod client;
pub mod near;
pub mod server;
pub mod terminal;
pub mod wire;

/// Compiles and runs the example in the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
