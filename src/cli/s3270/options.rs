//! The options of s3270 4.1, and its help.

/// What an option does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Gives this setting the value that follows.
    Value(&'static str),
    /// Gives this setting this value.
    Is(&'static str, &'static str),
    /// Sets the default port.
    Port,
    ConnectTimeout,
    Nvt,
    User,
    DeviceName,
    Resource,
    /// Gives the toggle that follows this value, unless it says `NAME=VALUE`.
    Toggle(&'static str),
    ScriptPort,
    ScriptPortOnce,
    MinimumVersion,
    /// Is accepted and changes nothing.
    Ignored,
    /// Takes an argument and changes nothing.
    IgnoredValue,
    /// Is not supported, and why.
    Refused(&'static str),
    Help,
    Version,
}

use Meaning::*;

const NO_CLIENT_CERTIFICATE: &str = "there are no client certificates";
const NO_TRACE: &str = "bigiron makes recordings (bigiron connect --record) instead of traces";

/// An option: name, meaning, argument and help. One without help is not listed.
type Row = (&'static str, Meaning, &'static str, &'static str);

/// Every option of s3270 4.1, in alphabetical order, then other names for some.
#[rustfmt::skip]
const OPTIONS: [Row; 47] = [
    ("-accepthostname", Value("acceptHostname"), "<name>", "Host name to expect in the host's certificate"),
    ("-alias", IgnoredValue, "<name>", "Accepted and ignored"),
    ("-cadir", Refused("give -cafile"), "", ""),
    ("-cafile", Value("caFile"), "<file>", "Trusted certificate authorities, in PEM form"),
    ("-callback", Refused("give -scriptport"), "", ""),
    ("-certfile", Refused(NO_CLIENT_CERTIFICATE), "", ""),
    ("-certfiletype", Refused(NO_CLIENT_CERTIFICATE), "", ""),
    ("-chainfile", Refused(NO_CLIENT_CERTIFICATE), "", ""),
    ("-charset", Value("codePage"), "<name>", "The same as -codepage"),
    ("-clear", Toggle("false"), "<toggle>", "Switch <toggle> off"),
    ("-codepage", Value("codePage"), "<name>", "Host code page [default: bracket]"),
    ("-connecttimeout", ConnectTimeout, "<seconds>", "How long to try to connect"),
    ("-devname", DeviceName, "<name>", "Device name, for RFC 4777"),
    ("-e", Refused("bigiron runs no programs"), "", ""),
    ("-hostsfile", Refused("name the host itself"), "", ""),
    ("-httpd", Refused("give -scriptport, or bigiron serve --http"), "", ""),
    ("-keyfile", Refused(NO_CLIENT_CERTIFICATE), "", ""),
    ("-keyfiletype", Refused(NO_CLIENT_CERTIFICATE), "", ""),
    ("-keypasswd", Refused(NO_CLIENT_CERTIFICATE), "", ""),
    ("-loginmacro", Refused("there are no macros"), "", ""),
    ("-minversion", MinimumVersion, "<version>", "Fail if a version later than 4.1 is wanted"),
    ("-model", Value("model"), "[327{8,9}-]<n>[-E]", "Model 2 to 5 [default: 3279-4-E]"),
    ("-noverifycert", Is("verifyHostCert", "false"), "", "Accept any certificate"),
    ("-nvt", Nvt, "", "Begin in NVT mode"),
    ("-oversize", Value("oversize"), "<columns>x<rows>", "A larger screen"),
    ("-port", Port, "<port>", "Port of hosts whose name has none [default: 23]"),
    ("-proxy", Refused("there are no proxies"), "", ""),
    ("-script", Ignored, "", "Accepted and ignored"),
    ("-scripted", Ignored, "", "Accepted and ignored"),
    ("-scriptport", ScriptPort, "[<address>:]<port>", "Take scripts from this port instead of stdin"),
    ("-scriptportonce", ScriptPortOnce, "", "Take one script from there, then exit"),
    ("-set", Toggle("true"), "<toggle>", "Switch <toggle> on"),
    ("-socket", Refused("give -scriptport"), "", ""),
    ("-tn", Value("termName"), "<name>", "TELNET terminal type"),
    ("-trace", Refused(NO_TRACE), "", ""),
    ("-tracefile", Refused(NO_TRACE), "", ""),
    ("-tracefilesize", Refused(NO_TRACE), "", ""),
    ("-user", User, "<name>", "User name, for RFC 4777"),
    ("-utf8", Ignored, "", "Accepted: lines are always UTF-8"),
    ("-v", Version, "", "Show the version"),
    ("-verifycert", Is("verifyHostCert", "true"), "", "Verify the host's certificate (default)"),
    ("-xrm", Resource, "'s3270.<resource>: <value>'", "Give a resource its value"),
    ("-?", Help, "", "This list"),
    ("-help", Help, "", ""),
    ("--help", Help, "", ""),
    ("--version", Version, "", ""),
    ("-version", Version, "", ""),
];

/// The meaning of an option, if there is one of this name.
pub(super) fn meaning(written: &str) -> Option<Meaning> {
    let found = OPTIONS.iter().find(|(name, ..)| *name == written);
    found.map(|(_, meaning, ..)| *meaning)
}

/// The names of all options.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    OPTIONS.iter().map(|(name, ..)| *name)
}

/// The list of options, as `--help` prints it.
pub(super) fn help() -> String {
    let mut text =
        String::from("Usage: s3270 [options] [[prefix:][LUname@]hostname[:port]]\nOptions:");
    for (name, _, argument, about) in OPTIONS.iter().filter(|(.., about)| !about.is_empty()) {
        let option = format!("{name} {argument}");
        text.push_str(&format!("\n  {}\n     {about}", option.trim_end()));
    }
    text.push_str("\nPrefixes of a host: A plain text, L TLS, N no TN3270E, S no extended data stream, T no TELNET, Y any certificate");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_option_stands_twice() {
        for (at, name) in names().enumerate() {
            assert!(names().take(at).all(|other| other != name), "{name}");
        }
    }
}
