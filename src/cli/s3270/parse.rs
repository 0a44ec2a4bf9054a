//! Arguments and session files of s3270, parsed.

use std::fmt;
use std::time::Duration;

use super::options::{Meaning, help, meaning, names};
use crate::doors::session::address::ListenAddress;
use crate::doors::session::foreign_host::Config;
use bigiron_sim::system::near::near;
use tn3270::terminal::{Model, TerminalOptions};
use tn3270::wire::CodePage;

const USAGE: &str =
    "Usage: s3270 [options] [prefix:][LUname@]hostname[:port]\nUse --help for the list of options";

/// The version of s3270 whose place this program takes.
const REPLACED: (u32, u32) = (4, 1);

/// What a command line asks for.
pub(super) enum Invocation {
    /// Print this: the help or the version.
    Print(String),
    /// Run scripts.
    Run(Box<ScriptRun>),
}

/// Scripts to run: on which terminal, from where.
pub(super) struct ScriptRun {
    pub(super) config: Config,
    /// Settings in their order: the option that gave each, its name and value.
    pub(super) settings: Vec<(String, String, String)>,
    pub(super) host: Option<String>,
    pub(super) script_port: Option<ListenAddress>,
    /// Whether to exit after the first script from the port.
    pub(super) once: bool,
}

/// A command line that cannot be followed.
#[derive(Debug)]
pub(super) struct UsageError(String);

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{USAGE}", self.0)
    }
}

/// Parses the arguments, without the program's name.
pub(super) fn parse(arguments: &[String]) -> Result<Invocation, UsageError> {
    let mut parser = Parser {
        run: ScriptRun {
            config: defaults(),
            settings: Vec::new(),
            host: None,
            script_port: None,
            once: false,
        },
        print: None,
    };
    let mut words = arguments.iter();
    let mut hosts: Vec<&str> = Vec::new();
    while let Some(word) = words.next() {
        if word == "--" {
            hosts.extend(words.by_ref().map(String::as_str));
        } else if !word.starts_with('-') {
            hosts.push(word);
        } else {
            parser.option(word, &mut words)?;
        }
    }
    parser.host(&hosts)?;
    Ok(match parser.print {
        Some(text) => Invocation::Print(text),
        None => Invocation::Run(Box::new(parser.run)),
    })
}

/// The configuration of s3270 without arguments.
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

/// The command line as far as it is parsed.
struct Parser {
    run: ScriptRun,
    print: Option<String>,
}

impl Parser {
    /// Takes the words that are no options: a host, a host and its port, or a session file.
    fn host(&mut self, words: &[&str]) -> Result<(), UsageError> {
        match words {
            [] => {}
            [file] if file.ends_with(".s3270") => self.session_file(file)?,
            [host] => self.run.host = Some((*host).to_owned()),
            [host, port] => self.run.host = Some(format!("{host} {port}")),
            _ => return Err(UsageError("Too many command-line arguments".into())),
        }
        Ok(())
    }

    /// Takes an option with its argument.
    fn option<'a>(
        &mut self,
        written: &str,
        words: &mut impl Iterator<Item = &'a String>,
    ) -> Result<(), UsageError> {
        let meaning = meaning(written).ok_or_else(|| unknown(written))?;
        let mut value = || words.next().ok_or_else(|| incomplete(written));
        match meaning {
            Meaning::Value(name) => self.set(written, name, value()?),
            Meaning::Is(name, value) => self.set(written, name, value),
            Meaning::Toggle(on) => {
                let toggle = value()?;
                let (name, value) = toggle.split_once('=').unwrap_or((toggle.as_str(), on));
                self.set(written, name, value);
            }
            Meaning::Resource => self.resource(value()?)?,
            Meaning::Port => self.run.config.port = port(written, value()?)?,
            Meaning::ConnectTimeout => {
                let seconds = seconds(written, value()?)?;
                self.run.config.patience = (seconds > 0).then(|| Duration::from_secs(seconds));
            }
            Meaning::Nvt => self.run.config.nvt = true,
            Meaning::User => self.run.config.user = Some(value()?.clone()),
            Meaning::DeviceName => self.run.config.device_name = Some(value()?.clone()),
            Meaning::ScriptPort => {
                let address = ListenAddress::parse(value()?);
                let address = address.map_err(|error| UsageError(error.to_string()))?;
                self.run.script_port = Some(address);
            }
            Meaning::ScriptPortOnce => self.run.once = true,
            Meaning::MinimumVersion => minimum_version(value()?)?,
            Meaning::Ignored => {}
            Meaning::IgnoredValue => {
                value()?;
            }
            Meaning::Refused(why) => {
                return Err(UsageError(format!("{written} is not supported: {why}")));
            }
            Meaning::Help => self.print = Some(help()),
            Meaning::Version => self.print = Some(version()),
        }
        Ok(())
    }

    fn set(&mut self, option: &str, name: &str, value: &str) {
        let setting = (option.to_owned(), name.to_owned(), value.to_owned());
        self.run.settings.push(setting);
    }

    /// A session file: a resource a line, of which `hostname` is the host; `!` and `#` begin comments.
    fn session_file(&mut self, file: &str) -> Result<(), UsageError> {
        let text = std::fs::read_to_string(file)
            .map_err(|error| UsageError(format!("{file}: {error}")))?;
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with(['!', '#']) {
                let located =
                    |error: UsageError| UsageError(format!("{file}, line {number}: {}", error.0));
                self.resource(line).map_err(located)?;
            }
        }
        Ok(())
    }

    /// `s3270.name: value`, `*name: value`.
    fn resource(&mut self, text: &str) -> Result<(), UsageError> {
        let (name, value) = text.split_once(':').ok_or_else(|| {
            UsageError(format!("Invalid -xrm: '{text}' is not 's3270.name: value'"))
        })?;
        let name = name.trim().rsplit(['.', '*']).next().unwrap_or_default();
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "charset" => self.set("-xrm", "codePage", value),
            "hostname" => self.run.host = Some(value.to_owned()),
            "port" => self.run.config.port = port("-xrm", value)?,
            _ => self.set("-xrm", name, value),
        }
        Ok(())
    }
}

fn unknown(written: &str) -> UsageError {
    let hint =
        near(written, names()).map_or(String::new(), |near| format!("; did you mean {near}?"));
    UsageError(format!("Unknown or incomplete option: {written}{hint}"))
}

fn incomplete(written: &str) -> UsageError {
    UsageError(format!(
        "Unknown or incomplete option: {written}: its argument is missing"
    ))
}

fn invalid(option: &str, value: &str, wanted: &str) -> UsageError {
    UsageError(format!("Invalid {option}: '{value}' is no {wanted}"))
}

fn port(option: &str, text: &str) -> Result<u16, UsageError> {
    let port = text.parse().ok().filter(|port| *port > 0);
    port.ok_or_else(|| invalid(option, text, "port"))
}

fn seconds(option: &str, text: &str) -> Result<u64, UsageError> {
    let seconds = text.parse().ok();
    seconds.ok_or_else(|| invalid(option, text, "number of seconds"))
}

fn version() -> String {
    let text = concat!(
        "bigiron v",
        env!("CARGO_PKG_VERSION"),
        ", in place of s3270 v4.1ga10"
    );
    text.into()
}

fn minimum_version(text: &str) -> Result<(), UsageError> {
    let digits = |part: &str| -> Option<u32> {
        let end = part.find(|c: char| !c.is_ascii_digit());
        part.get(..end.unwrap_or(part.len()))?.parse().ok()
    };
    let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
    match digits(major).zip(digits(minor)) {
        Some(version) if version <= REPLACED => Ok(()),
        Some(_) => Err(UsageError(format!(
            "Version {text} is wanted; this program replaces 4.1"
        ))),
        None => Err(invalid("-minversion", text, "version")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(words: &[&str]) -> Result<ScriptRun, String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        match parse(&words).map_err(|usage| usage.0)? {
            Invocation::Run(run) => Ok(*run),
            Invocation::Print(text) => Err(text),
        }
    }

    fn line(line: &str) -> Result<ScriptRun, String> {
        run(&line.split_whitespace().collect::<Vec<_>>())
    }

    #[test]
    fn the_arguments_of_real_libraries_are_understood() {
        let first = line("-model 3279-2 -port 3270 -charset cp037 -noverifycert").unwrap();
        assert_eq!(first.config.port, 3270);
        assert_eq!(first.settings.len(), 3);
        let words = [
            "-xrm",
            "s3270.unlockDelay: False",
            "-xrm",
            "*model: 2",
            "-utf8",
            "mvs",
            "23",
        ];
        let second = run(&words).unwrap();
        assert_eq!(second.settings[0].1, "unlockDelay");
        assert_eq!(second.settings[1].1, "model");
        assert_eq!(second.host.as_deref(), Some("mvs 23"));
    }

    #[test]
    fn wrong_usage_is_reported() {
        let error = |text: &str| line(text).map(|_| ()).unwrap_err();
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

    #[test]
    fn help_and_version_are_printed() {
        assert!(
            line("-help")
                .map(|_| ())
                .unwrap_err()
                .starts_with("Usage: s3270")
        );
        assert!(
            line("-v")
                .map(|_| ())
                .unwrap_err()
                .contains("s3270 v4.1ga10")
        );
    }
}
