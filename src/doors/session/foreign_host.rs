//! The connection to a foreign host, as a script sees and changes it.

use std::time::Duration;

use super::certificate::Certificate;
use tn3270::client::Mode;
use tn3270::client::TrafficCount;
use tn3270::terminal::TerminalOptions;

/// A connection to a foreign host, which a script may make, end and configure.
pub trait ForeignHost {
    /// What is spoken with the host.
    fn mode(&self) -> Mode;
    /// What else is known of the connection.
    fn facts(&self) -> ConnectionFacts;
    /// Begins to connect to a host; to the last one again if the name is empty.
    fn connect(&mut self, host: &str) -> Result<(), String>;
    /// Whether the connection is made; an error if it cannot be.
    fn connected(&self) -> Result<bool, String>;
    /// Ends the connection.
    fn disconnect(&mut self);
    /// Whether a host in NVT mode has written this text since the last call; none in another mode.
    fn expect(&mut self, text: &str) -> Option<bool>;
    /// The text that a host in NVT mode has written since the last call, with escapes.
    fn take_text(&mut self) -> String;
    /// The configuration of the next connection.
    fn config(&self) -> &Config;
    /// The configuration of the next connection, to change it.
    fn config_mut(&mut self) -> &mut Config;
}

/// The facts of a connection that `Query()` shows beside host and mode.
#[derive(Debug, Clone, Default)]
pub struct ConnectionFacts {
    /// The host's port.
    pub port: Option<u16>,
    /// The LU that was granted.
    pub lu: Option<String>,
    /// The application that has bound the session.
    pub plu: Option<String>,
    /// TELNET options that this end performs.
    pub my_options: String,
    /// TELNET options that the host performs.
    pub host_options: String,
    /// Functions of TN3270E.
    pub functions: String,
    /// What was received.
    pub received: TrafficCount,
    /// What was sent.
    pub sent: TrafficCount,
    /// What secures the connection.
    pub secure: Option<Secured>,
    /// How long it has lasted; if absent, the session's clock tells.
    pub connected: Option<Duration>,
}

/// The configuration of a client's connections.
#[derive(Debug, Clone)]
pub struct Config {
    /// The terminal.
    pub terminal: TerminalOptions,
    /// The terminal type to name, if not the terminal's own.
    pub terminal_type: Option<String>,
    /// The port of a host whose name has none.
    pub port: u16,
    /// How long to try to connect, TLS included; for ever without one.
    pub patience: Option<Duration>,
    /// Plain text from the first byte, whatever the host's prefixes.
    pub nvt: bool,
    /// Whether a host may secure the connection by STARTTLS.
    pub start_tls: bool,
    /// The certificates that TLS accepts.
    pub security: Security,
    /// The user, for NEW-ENVIRON.
    pub user: Option<String>,
    /// The device name, for NEW-ENVIRON.
    pub device_name: Option<String>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            terminal: TerminalOptions::default(),
            terminal_type: None,
            port: 23,
            patience: None,
            nvt: false,
            start_tls: true,
            security: Security::default(),
            user: None,
            device_name: None,
        }
    }
}

/// What secures a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secured {
    /// The version of TLS, such as `TLSv1.3`.
    pub version: String,
    /// The cipher suite.
    pub cipher: String,
    /// Whether the host has shown a certificate that is believed.
    pub verified: bool,
    /// The host's certificate, if it can be read.
    pub certificate: Option<Certificate>,
}

/// The certificates that TLS accepts.
#[derive(Debug, Clone)]
pub struct Security {
    /// Whether the host has to show a certificate for its name that a trusted signer has signed.
    pub verify: bool,
    /// The file of those who are trusted to sign, in PEM form; without one those whom this machine trusts.
    pub signers: Option<String>,
    /// The name that every host's certificate must be for, if not the host's.
    pub accept: Option<String>,
}

impl Default for Security {
    fn default() -> Security {
        Security {
            verify: true,
            signers: None,
            accept: None,
        }
    }
}
