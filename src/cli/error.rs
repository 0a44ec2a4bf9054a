//! The failure of a command: its kind, message, causes and hints.

use std::fmt;
use std::io;
use std::path::Path;

use bigiron_sim::system::near::near;

/// The kind of a failure; it alone determines the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The command line contradicts itself or asks for something impossible.
    Usage,
    /// A file, folder, name or stream on the command line cannot be read or used.
    Input,
    /// The operating system refused something: an address in use, a full disk.
    Machine,
    /// The reader of standard output has closed it, which is no failure.
    BrokenPipe,
}

/// A failure as people read it.
#[derive(Debug)]
pub struct Error {
    /// Its kind.
    pub kind: ErrorKind,
    /// What is wrong and where, without a full stop.
    pub message: String,
    /// Its causes, outermost first.
    pub causes: Vec<String>,
    /// Remedies and near matches.
    pub hints: Vec<String>,
}

impl Error {
    /// A failure of this kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error {
            kind,
            message: message.into(),
            causes: Vec::new(),
            hints: Vec::new(),
        }
    }

    /// Wrong usage.
    pub fn usage(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Usage, message)
    }

    /// Unreadable input.
    pub fn input(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Input, message)
    }

    /// A recording that cannot be begun at this path.
    pub(super) fn cannot_record(path: &Path, cause: &io::Error) -> Error {
        Error::input(format!("cannot record to {}", path.display())).because(cause)
    }

    /// Adds the causes of the failure, outermost first.
    pub fn because(mut self, cause: &dyn std::error::Error) -> Error {
        let mut next = Some(cause);
        while let Some(cause) = next {
            self.causes.push(cause.to_string());
            next = cause.source();
        }
        self
    }

    /// Adds a hint: what the user can do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Error {
        self.hints.push(hint.into());
        self
    }

    /// Adds a "did you mean" hint if one of the names is close to `written`.
    pub fn near<'a>(self, written: &str, names: impl IntoIterator<Item = &'a str>) -> Error {
        match near(written, names) {
            Some(name) => self.hint(format!("did you mean {name}?")),
            None => self,
        }
    }

    /// The exit code of a process that ends with this failure.
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            ErrorKind::Usage | ErrorKind::Input | ErrorKind::Machine => 2,
            ErrorKind::BrokenPipe => 0,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        for cause in &self.causes {
            write!(f, "\n  because: {cause}")?;
        }
        for hint in &self.hints {
            write!(f, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Error {
        let kind = match error.kind() {
            io::ErrorKind::BrokenPipe => ErrorKind::BrokenPipe,
            _ => ErrorKind::Machine,
        };
        Error::new(kind, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_why_and_what_to_do() {
        let inner = io::Error::other("the disk is on fire");
        let error = Error::input("cannot read screens/dmv")
            .because(&inner)
            .near("dvm", ["claims", "dmv"]);
        assert_eq!(
            error.to_string(),
            "error: cannot read screens/dmv\n  because: the disk is on fire\n  hint: did you mean dmv?"
        );
        assert_eq!(error.exit_code(), 2);
    }

    #[test]
    fn only_close_names_are_near() {
        assert_eq!(near("Entr", ["Enter", "Erase"]), Some("Enter"));
        assert_eq!(near("zzzz", ["Enter", "Erase"]), None);
    }

    #[test]
    fn a_reader_that_has_gone_is_no_failure() {
        assert_eq!(
            Error::from(io::Error::from(io::ErrorKind::BrokenPipe)).exit_code(),
            0
        );
    }
}
