//! The name of a host as s3270 takes it: `[prefix:]…[LU[,LU…]@]host[:port][=accept]`.

use std::fmt;

/// A host, and how to go to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostName {
    /// The text as it was written.
    pub written: String,
    /// What stands before the colons.
    pub prefixes: Prefixes,
    /// The LUs to ask for, one after another until one is granted.
    pub lus: Vec<String>,
    /// The name or address.
    pub host: String,
    /// The port, if the text names one.
    pub port: Option<u16>,
    /// The name that the host's certificate must be for, if not `host`.
    pub accept: Option<String>,
}

/// The prefixes of a host name, a letter and a colon each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Prefixes {
    /// `A:` plain text (NVT) from the first byte.
    pub nvt: bool,
    /// `L:` TLS from the first byte.
    pub tls: bool,
    /// `N:` no TN3270E.
    pub no_tn3270e: bool,
    /// `S:` no extended data stream: the terminal type lacks its `-E`.
    pub standard: bool,
    /// `T:` no TELNET: bytes as they are.
    pub no_telnet: bool,
    /// `Y:` any certificate is accepted.
    pub no_verify: bool,
}

/// Why a text is no host name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostNameError {
    /// There is nothing where the host should be.
    Empty(String),
    /// There are more colons than one before the port.
    Colons(String),
    /// A bracket is not closed.
    Bracket(String),
    /// The port is no number from 1 to 65535.
    Port(String, String),
    /// A prefix that s3270 has and this program has not.
    Unsupported(char, &'static str),
}

impl fmt::Display for HostNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HostNameError::Empty(text) => {
                write!(f, "Hostname syntax error in '{text}': empty hostname")
            }
            HostNameError::Colons(text) => {
                write!(f, "Hostname syntax error in '{text}': double ':'")
            }
            HostNameError::Bracket(text) => {
                write!(f, "Hostname syntax error in '{text}': missing ']'")
            }
            HostNameError::Port(text, port) => write!(
                f,
                "Hostname syntax error in '{text}': port {port} is no number from 1 to 65535"
            ),
            HostNameError::Unsupported(letter, what) => {
                write!(f, "The prefix {letter}: ({what}) is not supported")
            }
        }
    }
}

impl std::error::Error for HostNameError {}

impl Prefixes {
    /// Sets the one of this letter; `None` if there is no such letter.
    fn set(&mut self, letter: char) -> Option<Result<(), HostNameError>> {
        match letter.to_ascii_uppercase() {
            'A' => self.nvt = true,
            'L' => self.tls = true,
            'N' => self.no_tn3270e = true,
            'S' => self.standard = true,
            'T' => self.no_telnet = true,
            'Y' => self.no_verify = true,
            // No login macro is ever run, and the keyboard always waits for a BIND where one was agreed to.
            'C' | 'B' => {}
            'P' => return Some(Err(HostNameError::Unsupported('P', "a passthru proxy"))),
            _ => return None,
        }
        Some(Ok(()))
    }
}

impl HostName {
    /// Reads a host name. The port may also stand behind a blank.
    pub fn parse(text: &str) -> Result<HostName, HostNameError> {
        let text = text.trim();
        let mut name = HostName {
            written: text.to_owned(),
            prefixes: Prefixes::default(),
            lus: Vec::new(),
            host: String::new(),
            port: None,
            accept: None,
        };
        let mut rest = text;
        while let Some((letter, after)) = prefix(rest) {
            match name.prefixes.set(letter) {
                Some(set) => set?,
                None => break,
            }
            rest = after;
        }
        if let Some((lus, after)) = rest.split_once('@') {
            let lus = lus.split(',').map(str::trim).filter(|lu| !lu.is_empty());
            name.lus = lus.map(str::to_owned).collect();
            rest = after;
        }
        if let Some((before, accept)) = rest.split_once('=') {
            name.accept = Some(accept.to_owned());
            rest = before;
        }
        let (host, port) = split_port(text, rest)?;
        if host.is_empty() {
            return Err(HostNameError::Empty(text.to_owned()));
        }
        name.host = host.to_owned();
        name.port = match port {
            None => None,
            Some("telnet") => Some(23),
            Some(written) => match written.parse() {
                Ok(port) if port > 0 => Some(port),
                _ => return Err(HostNameError::Port(text.to_owned(), written.to_owned())),
            },
        };
        Ok(name)
    }
}

/// A letter with a colon behind it, and what follows.
fn prefix(text: &str) -> Option<(char, &str)> {
    let mut characters = text.chars();
    let letter = characters.next().filter(char::is_ascii_alphabetic)?;
    Some((letter, characters.as_str().strip_prefix(':')?))
}

/// `host`, `host:port`, `host port`, `[address]`, `[address]:port`.
fn split_port<'a>(whole: &str, text: &'a str) -> Result<(&'a str, Option<&'a str>), HostNameError> {
    if let Some(rest) = text.strip_prefix('[') {
        let closed = rest.split_once(']');
        let (address, after) = closed.ok_or_else(|| HostNameError::Bracket(whole.to_owned()))?;
        let port = after.trim_start_matches([':', ' ']);
        return Ok((address, (!port.is_empty()).then_some(port)));
    }
    if let Some((host, port)) = text.split_once(char::is_whitespace) {
        return Ok((host, Some(port.trim())));
    }
    match text.split_once(':') {
        None => Ok((text, None)),
        Some((_, port)) if port.contains(':') => Err(HostNameError::Colons(whole.to_owned())),
        Some((host, port)) => Ok((host, Some(port))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (String, Option<u16>, Vec<String>, Prefixes) {
        let name = HostName::parse(text).unwrap();
        (name.host, name.port, name.lus, name.prefixes)
    }

    #[test]
    fn a_host_may_have_prefixes_lus_and_a_port() {
        let plain = Prefixes::default();
        assert_eq!(read("mvs"), ("mvs".into(), None, vec![], plain));
        assert_eq!(read("mvs:3270"), ("mvs".into(), Some(3270), vec![], plain));
        assert_eq!(read("mvs 992"), ("mvs".into(), Some(992), vec![], plain));
        let prefixes = Prefixes {
            tls: true,
            no_verify: true,
            ..plain
        };
        assert_eq!(
            read("L:y:LU1,LU2@mvs.example.org:992"),
            (
                "mvs.example.org".into(),
                Some(992),
                vec!["LU1".into(), "LU2".into()],
                prefixes
            )
        );
        assert_eq!(read("[::1]:23"), ("::1".into(), Some(23), vec![], plain));
        // A letter that is no prefix is a host.
        assert_eq!(read("q:23"), ("q".into(), Some(23), vec![], plain));
        let accept = HostName::parse("L:10.0.0.1:992=mvs.example.org").unwrap();
        assert_eq!(accept.accept.as_deref(), Some("mvs.example.org"));
    }

    #[test]
    fn what_is_no_host_is_said_in_the_words_of_s3270() {
        let error = |text: &str| HostName::parse(text).unwrap_err().to_string();
        assert_eq!(
            error("127.0.0.1:1:2:3"),
            "Hostname syntax error in '127.0.0.1:1:2:3': double ':'"
        );
        assert_eq!(
            error("L:LU@"),
            "Hostname syntax error in 'L:LU@': empty hostname"
        );
        assert_eq!(
            error("[::1:23"),
            "Hostname syntax error in '[::1:23': missing ']'"
        );
        assert!(error("mvs:0").contains("port 0 is no number"));
        assert!(error("P:mvs").contains("passthru"));
    }
}
