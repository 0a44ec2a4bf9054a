//! Options and functions by name, as `Query()` tells of them.

use super::{ClientNegotiation, NEW_ENVIRONMENT};
use crate::wire::telnet::option;
use crate::wire::tn3270e::function;

use option::{ECHO, NAWS, STARTTLS, SUPPRESS_GO_AHEAD};

const NAMES: [(u8, &str); 9] = [
    (option::BINARY, "BINARY"),
    (ECHO, "ECHO"),
    (SUPPRESS_GO_AHEAD, "SUPPRESS GO AHEAD"),
    (option::TERMINAL_TYPE, "TERMINAL TYPE"),
    (option::EOR, "END OF RECORD"),
    (NAWS, "NAWS"),
    (NEW_ENVIRONMENT, "NEW-ENVIRON"),
    (option::TN3270E, "TN3270E"),
    (STARTTLS, "START-TLS"),
];

impl ClientNegotiation {
    /// The options this end performs, or the host's, by name.
    pub fn options(&self, host: bool) -> String {
        let set = if host { &self.theirs } else { &self.mine };
        let names = NAMES.iter().filter(|(code, _)| set.contains(code));
        names.map(|(_, name)| *name).collect::<Vec<_>>().join(" ")
    }

    /// The functions agreed to, by name.
    pub fn function_names(&self) -> String {
        const FUNCTIONS: [(u8, &str); 6] = [
            (function::BIND_IMAGE, "BIND-IMAGE"),
            (1, "DATA-STREAM-CTL"),
            (function::RESPONSES, "RESPONSES"),
            (3, "SCS-CTL-CODES"),
            (function::SYSREQ, "SYSREQ"),
            (function::CONTENTION_RESOLUTION, "CONTENTION-RESOLUTION"),
        ];
        let names = FUNCTIONS.iter().filter(|(code, _)| self.performs(*code));
        names.map(|(_, name)| *name).collect::<Vec<_>>().join(" ")
    }
}
