//! Options and functions by the names that s3270's `Query()` gives them.

use super::ClientNegotiation;
use crate::wire::telnet::TelnetOption;
use crate::wire::tn3270e::Tn3270eFunction;

impl ClientNegotiation {
    /// The options this end performs, or the host's, by name.
    pub fn options(&self, host: bool) -> String {
        let set = if host { &self.theirs } else { &self.mine };
        let names: Vec<&str> = set
            .iter()
            .filter_map(|option| option_name(*option))
            .collect();
        names.join(" ")
    }

    /// The functions agreed to, by name.
    pub fn function_names(&self) -> String {
        let agreed = self.agreed.iter().flatten();
        let names: Vec<&str> = agreed
            .filter_map(|function| function_name(*function))
            .collect();
        names.join(" ")
    }
}

fn option_name(option: TelnetOption) -> Option<&'static str> {
    Some(match option {
        TelnetOption::Binary => "BINARY",
        TelnetOption::Echo => "ECHO",
        TelnetOption::SuppressGoAhead => "SUPPRESS GO AHEAD",
        TelnetOption::TimingMark => "TIMING MARK",
        TelnetOption::TerminalType => "TERMINAL TYPE",
        TelnetOption::EndOfRecord => "END OF RECORD",
        TelnetOption::WindowSize => "NAWS",
        TelnetOption::NewEnvironment => "NEW-ENVIRON",
        TelnetOption::Tn3270e => "TN3270E",
        TelnetOption::StartTls => "START-TLS",
        TelnetOption::Unknown(_) => return None,
    })
}

fn function_name(function: Tn3270eFunction) -> Option<&'static str> {
    Some(match function {
        Tn3270eFunction::BindImage => "BIND-IMAGE",
        Tn3270eFunction::DataStreamControl => "DATA-STREAM-CTL",
        Tn3270eFunction::Responses => "RESPONSES",
        Tn3270eFunction::ScsControlCodes => "SCS-CTL-CODES",
        Tn3270eFunction::SysReq => "SYSREQ",
        Tn3270eFunction::ContentionResolution => "CONTENTION-RESOLUTION",
        Tn3270eFunction::Unknown(_) => return None,
    })
}
