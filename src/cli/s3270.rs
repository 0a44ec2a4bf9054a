//! `bigiron s3270`, or the program under the name `s3270`: s3270's own arguments and action language, on a foreign host.
//!
//! What is said to the caller, and the exit codes, are s3270's: 1 for wrong usage, and for a host named on the command line
//! that cannot be connected to.

use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

use tokio::io::{BufReader, stdin, stdout};

use super::error::ErrorKind;
use super::{CommandOutcome, Error};
use crate::doors::client::{ConnectStage, Remote};
use crate::doors::programs::script::{Interpreter, set};
use crate::doors::session::address::ListenAddress;
use crate::doors::session::dialogue::{Over, talk};
use crate::doors::session::foreign_host::Config;
use crate::doors::session::lines::Lines;
use bigiron_sim::system::near::near;
use tn3270::terminal::{Model, TerminalOptions};
use tn3270::wire::CodePage;

/// What an option means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// It gives this setting its value.
    Value(&'static str),
    /// It gives this setting this value.
    Is(&'static str, &'static str),
    /// The default port.
    Port,
    ConnectTimeout,
    Nvt,
    User,
    DeviceName,
    Resource,
    /// The toggle of this name is switched on, or off.
    Toggle(&'static str),
    ScriptPort,
    ScriptPortOnce,
    MinimumVersion,
    /// It changes nothing here.
    Nothing,
    /// It has an argument, and changes nothing here.
    NothingWith,
    /// It cannot be had, and why.
    Refused(&'static str),
    Help,
    Version,
}

use Meaning::*;

/// Every option of s3270 4.1, in alphabetical order; what follows it, and what it is for, as the help has it.
const OPTIONS: [(&str, Meaning, &str); 47] = [
    (
        "-accepthostname",
        Value("acceptHostname"),
        "<name>\tHost name to accept from the host's certificate",
    ),
    ("-alias", NothingWith, "<name>\tUnderstood"),
    ("-cadir", Refused("give -cafile"), ""),
    (
        "-cafile",
        Value("caFile"),
        "<file>\tCertificates, in PEM form, of those who are trusted to sign the host's",
    ),
    ("-callback", Refused("give -scriptport"), ""),
    ("-certfile", Refused(NO_CLIENT_CERTIFICATE), ""),
    ("-certfiletype", Refused(NO_CLIENT_CERTIFICATE), ""),
    ("-chainfile", Refused(NO_CLIENT_CERTIFICATE), ""),
    (
        "-charset",
        Value("codePage"),
        "<name>\tThe same as -codepage",
    ),
    ("-clear", Toggle("false"), "<toggle>\tSwitch <toggle> off"),
    (
        "-codepage",
        Value("codePage"),
        "<name>\tHost code page [default: bracket]",
    ),
    (
        "-connecttimeout",
        ConnectTimeout,
        "<seconds>\tHow long to try to connect",
    ),
    ("-devname", DeviceName, "<name>\tDevice name, for RFC 4777"),
    ("-e", Refused("bigiron runs no programs"), ""),
    ("-hostsfile", Refused("name the host itself"), ""),
    (
        "-httpd",
        Refused("give -scriptport, or bigiron serve --http"),
        "",
    ),
    ("-keyfile", Refused(NO_CLIENT_CERTIFICATE), ""),
    ("-keyfiletype", Refused(NO_CLIENT_CERTIFICATE), ""),
    ("-keypasswd", Refused(NO_CLIENT_CERTIFICATE), ""),
    ("-loginmacro", Refused("there are no macros"), ""),
    (
        "-minversion",
        MinimumVersion,
        "<version>\tFail unless s3270 of this version is spoken for (4.1)",
    ),
    (
        "-model",
        Value("model"),
        "[327{8,9}-]<n>[-E]\tModel 2 to 5 [default: 3279-4-E]",
    ),
    (
        "-noverifycert",
        Is("verifyHostCert", "false"),
        "\tBelieve any certificate",
    ),
    ("-nvt", Nvt, "\tBegin in NVT mode"),
    (
        "-oversize",
        Value("oversize"),
        "<columns>x<rows>\tA larger screen",
    ),
    (
        "-port",
        Port,
        "<port>\tPort of hosts whose name has none [default: 23]",
    ),
    ("-proxy", Refused("there are no proxies"), ""),
    ("-script", Nothing, "\tUnderstood"),
    ("-scripted", Nothing, "\tUnderstood"),
    (
        "-scriptport",
        ScriptPort,
        "[<address>:]<port>\tTake scripts from this port instead of stdin",
    ),
    (
        "-scriptportonce",
        ScriptPortOnce,
        "\tTake one script from there, then exit",
    ),
    ("-set", Toggle("true"), "<toggle>\tSwitch <toggle> on"),
    ("-socket", Refused("give -scriptport"), ""),
    ("-tn", Value("termName"), "<name>\tTELNET terminal type"),
    ("-trace", Refused(NO_TRACE), ""),
    ("-tracefile", Refused(NO_TRACE), ""),
    ("-tracefilesize", Refused(NO_TRACE), ""),
    ("-user", User, "<name>\tUser name, for RFC 4777"),
    ("-utf8", Nothing, "\tLines are UTF-8, as always"),
    ("-v", Version, "\tShow the version"),
    (
        "-verifycert",
        Is("verifyHostCert", "true"),
        "\tThe host's certificate has to be right (default)",
    ),
    (
        "-xrm",
        Resource,
        "'s3270.<resource>: <value>'\tGive a resource its value",
    ),
    ("-?", Help, "\tThis list"),
    ("-help", Help, ""),
    ("--help", Help, ""),
    ("--version", Version, ""),
    ("-version", Version, ""),
];

const NO_CLIENT_CERTIFICATE: &str = "no certificate is shown to hosts";
const NO_TRACE: &str = "bigiron keeps recordings (bigiron connect --record) instead of traces";

const USAGE: &str =
    "Usage: s3270 [options] [prefix:][LUname@]hostname[:port]\nUse --help for the list of options";

/// What a command line asks for.
struct Command {
    config: Config,
    settings: Vec<(String, String, String)>,
    host: Option<String>,
    script_port: Option<ListenAddress>,
    once: bool,
    told: Option<String>,
}

/// A command line that cannot be followed.
struct Usage(String);

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{USAGE}", self.0)
    }
}

/// Runs with s3270's arguments, without the program's name.
pub fn run(arguments: &[String]) -> Result<CommandOutcome, Error> {
    let command = match parse(arguments) {
        Ok(command) => command,
        Err(usage) => return fail(&usage.to_string()),
    };
    if let Some(text) = &command.told {
        writeln!(io::stdout(), "{text}")?;
        return Ok(CommandOutcome::Done);
    }
    // Scripts are one conversation: a second thread would only hand it to and fro.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(serve(command));
    // A read of stdin cannot be broken off: after Quit() nobody waits for it.
    runtime.shutdown_background();
    outcome
}

/// Says what is wrong as s3270 does, whose exit code this is too.
fn fail(message: &str) -> Result<CommandOutcome, Error> {
    eprintln!("{message}");
    Ok(CommandOutcome::NotSo)
}

async fn serve(command: Command) -> Result<CommandOutcome, Error> {
    let mut remote = Remote::new(command.config, Box::new(()));
    let mut interpreter = Interpreter::local();
    for (option, name, value) in &command.settings {
        let pair = [name.clone(), value.clone()];
        if let Err(message) = set(option, false, &mut interpreter, &mut remote, &pair) {
            return fail(&message);
        }
    }
    if let Some(host) = &command.host {
        if let Err(error) = remote.connect(host) {
            return fail(&error.to_string());
        }
        while !remote.is_settled() {
            remote.progress().await;
        }
        if remote.stage() == ConnectStage::Disconnected {
            return fail(remote.ended().unwrap_or("Host disconnected"));
        }
    }
    match &command.script_port {
        None => {
            let lines = Lines::new(BufReader::new(stdin()));
            talk(interpreter, &mut remote, lines, stdout()).await?;
        }
        Some(address) => scripts(address, command.once, &mut remote).await?,
    }
    remote.drain(Duration::from_secs(1)).await;
    Ok(CommandOutcome::Done)
}

/// Takes scripts from a port, one after another, until one of them quits. They all drive the one terminal.
async fn scripts(address: &ListenAddress, once: bool, remote: &mut Remote) -> Result<(), Error> {
    let listener = address
        .bind(false)
        .await
        .map_err(|error| Error::new(ErrorKind::Machine, error.to_string()))?;
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted?,
            () = remote.progress() => continue,
        };
        let (reader, writer) = tokio::io::split(stream);
        let over = talk(
            Interpreter::default(),
            remote,
            Lines::new(BufReader::new(reader)),
            writer,
        )
        .await;
        // A client that breaks off has left.
        if once || over.unwrap_or(Over::Left) == Over::Ended {
            return Ok(());
        }
    }
}

/// What s3270 is set up with if its arguments say nothing.
fn defaults() -> Config {
    Config {
        terminal: TerminalOptions {
            model: Model::Four,
            code_page: CodePage::BRACKET,
            blank_fill: true,
            typeahead: true,
            as_s3270: true,
            ..TerminalOptions::default()
        },
        ..Config::default()
    }
}

fn parse(arguments: &[String]) -> Result<Command, Usage> {
    let mut command = Command {
        config: defaults(),
        settings: Vec::new(),
        host: None,
        script_port: None,
        once: false,
        told: None,
    };
    let mut words = arguments.iter();
    let mut hosts: Vec<&str> = Vec::new();
    while let Some(word) = words.next() {
        if word == "--" {
            hosts.extend(words.by_ref().map(String::as_str));
        } else if !word.starts_with('-') {
            hosts.push(word);
        } else {
            option(&mut command, word, &mut words)?;
        }
    }
    match hosts.as_slice() {
        [] => {}
        [file] if file.ends_with(".s3270") => session_file(&mut command, file)?,
        [host] => command.host = Some((*host).to_owned()),
        [host, port] => command.host = Some(format!("{host} {port}")),
        _ => return Err(Usage("Too many command-line arguments".into())),
    }
    Ok(command)
}

/// Takes an option with what belongs to it.
fn option<'a>(
    command: &mut Command,
    written: &str,
    words: &mut impl Iterator<Item = &'a String>,
) -> Result<(), Usage> {
    let found = OPTIONS.iter().find(|(name, ..)| *name == written);
    let Some((_, meaning, _)) = found else {
        let known = OPTIONS.iter().map(|(name, ..)| *name);
        let hint =
            near(written, known).map_or(String::new(), |near| format!("; did you mean {near}?"));
        return Err(Usage(format!(
            "Unknown or incomplete option: {written}{hint}"
        )));
    };
    let mut value = || {
        let missing = || {
            Usage(format!(
                "Unknown or incomplete option: {written}: its argument is missing"
            ))
        };
        words.next().cloned().ok_or_else(missing)
    };
    let wrong =
        |value: &str, wanted: &str| Usage(format!("Invalid {written}: '{value}' is no {wanted}"));
    match meaning {
        Value(name) => {
            let value = value()?;
            command.set(written, name, &value);
        }
        Is(name, value) => command.set(written, name, value),
        Toggle(on) => {
            let name = value()?;
            match name.split_once('=') {
                Some((name, value)) => command.set(written, name, value),
                None => command.set(written, &name, on),
            }
        }
        Resource => {
            let text = value()?;
            resource(command, &text)?;
        }
        Port => {
            let text = value()?;
            let port = text.parse().ok().filter(|port| *port > 0);
            command.config.port = port.ok_or_else(|| wrong(&text, "port"))?;
        }
        ConnectTimeout => {
            let text = value()?;
            let seconds: Option<u64> = text.parse().ok();
            let seconds = seconds.ok_or_else(|| wrong(&text, "number of seconds"))?;
            command.config.patience = (seconds > 0).then(|| Duration::from_secs(seconds));
        }
        Nvt => command.config.nvt = true,
        User => command.config.user = Some(value()?),
        DeviceName => command.config.device_name = Some(value()?),
        ScriptPort => {
            let text = value()?;
            let address = ListenAddress::parse(&text).map_err(|error| Usage(error.to_string()))?;
            command.script_port = Some(address);
        }
        ScriptPortOnce => command.once = true,
        MinimumVersion => minimum_version(&value()?)?,
        Nothing => {}
        NothingWith => drop(value()?),
        Refused(why) => return Err(Usage(format!("{written} is not supported: {why}"))),
        Help => command.told = Some(help()),
        Version => {
            let text = concat!(
                "bigiron v",
                env!("CARGO_PKG_VERSION"),
                ", in the place of s3270 v4.1ga10"
            );
            command.told = Some(text.into());
        }
    }
    Ok(())
}

impl Command {
    fn set(&mut self, option: &str, name: &str, value: &str) {
        self.settings
            .push((option.to_owned(), name.to_owned(), value.to_owned()));
    }
}

/// A session file: a resource a line, of which `hostname` is the host; `!` and `#` begin comments.
fn session_file(command: &mut Command, file: &str) -> Result<(), Usage> {
    let text = std::fs::read_to_string(file).map_err(|error| Usage(format!("{file}: {error}")))?;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if !line.is_empty() && !line.starts_with(['!', '#']) {
            let told = |usage: Usage| Usage(format!("{file}, line {}: {}", number + 1, usage.0));
            resource(command, line).map_err(told)?;
        }
    }
    Ok(())
}

/// `s3270.name: value`, `*name: value`.
fn resource(command: &mut Command, text: &str) -> Result<(), Usage> {
    let parts = text.split_once(':');
    let (name, value) =
        parts.ok_or_else(|| Usage(format!("Invalid -xrm: '{text}' is not 's3270.name: value'")))?;
    let name = name.trim().rsplit(['.', '*']).next().unwrap_or_default();
    let value = value.trim();
    match name.to_ascii_lowercase().as_str() {
        "charset" => command.set("-xrm", "codePage", value),
        "hostname" => command.host = Some(value.to_owned()),
        "port" => match value.parse() {
            Ok(port) if port > 0 => command.config.port = port,
            _ => return Err(Usage(format!("Invalid -xrm: '{value}' is no port"))),
        },
        _ => command.set("-xrm", name, value),
    }
    Ok(())
}

fn minimum_version(text: &str) -> Result<(), Usage> {
    const SPOKEN_FOR: (u32, u32) = (4, 1);
    let digits = |part: &str| -> Option<u32> {
        let end = part
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(part.len());
        part[..end].parse().ok()
    };
    let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
    match (digits(major), digits(minor)) {
        (Some(major), Some(minor)) if (major, minor) <= SPOKEN_FOR => Ok(()),
        (Some(_), Some(_)) => Err(Usage(format!(
            "Version {text} is wanted; this is in the place of 4.1"
        ))),
        _ => Err(Usage(format!(
            "Invalid -minversion: '{text}' is no version"
        ))),
    }
}

fn help() -> String {
    let mut text =
        String::from("Usage: s3270 [options] [[prefix:][LUname@]hostname[:port]]\nOptions:");
    for (name, _, words) in OPTIONS.iter().filter(|(.., words)| !words.is_empty()) {
        let (argument, about) = words.split_once('\t').unwrap_or(("", words));
        let option = format!("{name} {argument}");
        text.push_str(&format!("\n  {}\n     {about}", option.trim_end()));
    }
    text.push_str("\nPrefixes of a host: A plain text, L TLS, N no TN3270E, S no extended data stream, T no TELNET, Y any certificate");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Command, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&words).map_err(|usage| usage.0)
    }

    #[test]
    fn options_are_in_order_and_known_once() {
        for (at, (name, ..)) in OPTIONS.iter().enumerate() {
            assert!(
                OPTIONS[..at].iter().all(|(other, ..)| other != name),
                "{name}"
            );
        }
    }

    #[test]
    fn the_arguments_of_real_libraries_are_understood() {
        let command = read("-model 3279-2 -port 3270 -charset cp037 -noverifycert").unwrap();
        assert_eq!(command.config.port, 3270);
        assert_eq!(command.settings.len(), 3);
        let words = [
            "-xrm",
            "s3270.unlockDelay: False",
            "-xrm",
            "*model: 2",
            "-utf8",
            "mvs",
            "23",
        ];
        let command = parse(&words.map(str::to_owned))
            .map_err(|usage| usage.0)
            .unwrap();
        assert_eq!(command.settings[0].1, "unlockDelay");
        assert_eq!(command.settings[1].1, "model");
        assert_eq!(command.host.as_deref(), Some("mvs 23"));
    }

    #[test]
    fn wrong_usage_is_said() {
        let error = |line: &str| read(line).map(|_| ()).unwrap_err();
        assert_eq!(
            error("-modle 2"),
            "Unknown or incomplete option: -modle; did you mean -model?"
        );
        assert!(error("-model").contains("argument is missing"));
        assert!(error("-port x").contains("'x' is no port"));
        assert!(error("-xrm foo").contains("is not 's3270.name: value'"));
        assert!(error("-httpd 80").contains("not supported"));
        assert!(error("-minversion 4.2ga1").contains("4.1"));
        assert_eq!(error("a b c"), "Too many command-line arguments");
    }
}
