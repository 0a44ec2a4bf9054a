//! `bigiron connect`: a person at a terminal on a foreign host.

use std::fs::File;
use std::io::{IsTerminal, stdin, stdout};
use std::path::Path;
use std::time::Duration;

use super::args::{ConnectArgs, LineArgs};
use super::error::ErrorKind;
use super::{CommandOutcome, Error};
use crate::doors::client::{ConnectStage, HostName, Mode, Remote};
use crate::doors::programs::script::oversize;
use crate::doors::session::foreign_host::Config;
use crate::doors::session::recorder::Recorder;
use crate::tui::{self, Play, PlayedTerminal, WindowExit};
use bigiron_sim::recording::{RecordingHeader, Writer};
use bigiron_sim::session::{ClockMode, Millis, Setup};
use tn3270::terminal::{Key, Model, Terminal, TerminalOptions};
use tn3270::wire::CodePage;

/// How long a host may take to read what is still to be sent when the operator leaves.
const FAREWELL: Duration = Duration::from_secs(1);

/// A foreign host.
struct Foreign {
    remote: Remote,
}

impl PlayedTerminal for Foreign {
    fn terminal(&self) -> &Terminal {
        self.remote.terminal()
    }

    fn press(&mut self, key: Key) {
        let away = self.remote.stage() == ConnectStage::Disconnected;
        if away && key == Key::Enter {
            // A host name that was good once is good again; what fails later is told in the hint line.
            let _ = self.remote.reconnect();
        } else {
            self.remote.press(key);
        }
    }

    fn wait(&mut self, _: Millis) -> bool {
        false
    }

    fn tick(&mut self, _: Millis) {}

    fn next_tick(&self) -> Option<Millis> {
        None
    }

    async fn changed(&mut self) {
        self.remote.progress().await;
    }

    fn title(&self) -> String {
        let Some(name) = self.remote.last_host() else {
            return String::new();
        };
        let port = name.port.unwrap_or(self.remote.config().port);
        let host = format!("{}:{port}", name.host);
        match self.remote.stage() {
            ConnectStage::Connecting => format!("{host}  connecting"),
            ConnectStage::Disconnected => {
                let why = self.remote.ended().unwrap_or("disconnected");
                let why = why.trim_start_matches("Connection failed:\n");
                format!("{why}; Enter calls again")
            }
            ConnectStage::Connected(mode) => format!("{host}  {}", self.describe(mode)),
        }
    }
}

impl Foreign {
    /// What is spoken, with which LU, how safely, and what was wrong last.
    fn describe(&self, mode: Mode) -> String {
        let mut words = match mode {
            Mode::Pending => "negotiating".to_owned(),
            Mode::Nvt { .. } => "NVT".to_owned(),
            Mode::Tn3270 => "TN3270".to_owned(),
            Mode::Unbound => "TN3270E, no session bound".to_owned(),
            Mode::Tn3270e => "TN3270E".to_owned(),
            Mode::NvtInTn3270e => "TN3270E, NVT".to_owned(),
            Mode::Sscp => "TN3270E, system services".to_owned(),
        };
        let talk = self.remote.talk();
        if let Some(lu) = talk.and_then(|talk| talk.negotiation().lu()) {
            words.push_str(&format!("  LU {lu}"));
        }
        if self.remote.secure().is_some() {
            words.push_str("  TLS");
        }
        if let Some(trouble) = talk.and_then(|talk| talk.trouble()) {
            words.push_str(&format!("  a record could not be read: {trouble}"));
        }
        words
    }
}

/// Plays on the host until the operator leaves.
pub fn run(args: ConnectArgs) -> Result<CommandOutcome, Error> {
    let host = host(&args.host, &args.line)?;
    let config = config(&args.line, args.model, args.oversize.as_deref())?;
    if !stdin().is_terminal() || !stdout().is_terminal() {
        return Err(Error::usage("connect needs a terminal")
            .hint("bigiron s3270 drives a foreign host from a pipe"));
    }
    let log = record(args.record.as_deref(), "connect", &host, config.terminal)?;
    tui::block_on(play(&host, Remote::new(config, log)))
}

async fn play(host: &str, mut remote: Remote) -> Result<CommandOutcome, Error> {
    remote
        .connect(host)
        .map_err(|cause| Error::usage("no host").because(&cause))?;
    let mut program = Play::at(Foreign { remote }, tui::palette());
    let ended = tui::run(&mut program, 1.0).await;
    let Foreign { mut remote } = program.into_desk();
    remote.drain(FAREWELL).await;
    remote.end(match ended {
        Ok(WindowExit::Quit) => "quit",
        _ => "signal",
    });
    recorded(&mut remote)?;
    Ok(ended.map(|_| CommandOutcome::Done)?)
}

/// Begins a recording of a foreign host, if one is asked for.
pub(super) fn record(
    path: Option<&Path>,
    door: &str,
    host: &str,
    terminal: TerminalOptions,
) -> Result<Box<dyn Recorder>, Error> {
    let Some(path) = path else {
        return Ok(Box::new(()));
    };
    let begun = File::create_new(path).map_err(|cause| {
        Error::input(format!("cannot record to {}", path.display())).because(&cause)
    })?;
    Ok(Box::new(Writer::new(begun, &header(host, door, terminal))))
}

/// Whether the recording, if there is one, is whole.
pub(super) fn recorded(remote: &mut Remote) -> Result<(), Error> {
    match remote.take_log_error() {
        None => Ok(()),
        Some(cause) => {
            let what = "the recording is not whole: it could not be written";
            Err(Error::new(ErrorKind::Machine, what).because(&cause))
        }
    }
}

/// The host with the prefixes that the arguments stand for.
pub(super) fn host(name: &str, args: &LineArgs) -> Result<String, Error> {
    let mut host = String::new();
    for (on, prefix) in [
        (args.tls, "L:"),
        (args.no_verify, "Y:"),
        (args.no_tn3270e, "N:"),
    ] {
        if on {
            host.push_str(prefix);
        }
    }
    if let Some(lus) = &args.lu {
        host.push_str(lus);
        host.push('@');
    }
    host.push_str(name);
    HostName::parse(&host).map_err(|cause| Error::usage(name).because(&cause))?;
    Ok(host)
}

/// How a client with a terminal of this model, or larger, goes about its host.
pub(super) fn config(args: &LineArgs, model: u8, larger: Option<&str>) -> Result<Config, Error> {
    let code_page = CodePage::by_name(&args.code_page)
        .map_err(|cause| Error::usage(format!("--code-page {}", args.code_page)).because(&cause))?;
    let mut terminal = TerminalOptions {
        model: Model::from_number(model).unwrap_or_default(),
        code_page,
        typeahead: true,
        ..TerminalOptions::default()
    };
    if let Some(size) = larger {
        terminal.oversize =
            oversize(size, &terminal).map_err(|what| Error::usage(format!("--oversize {what}")))?;
    }
    let mut config = Config {
        terminal,
        ..Config::default()
    };
    config.security.signers = args.ca_file.as_ref().map(|file| file.display().to_string());
    Ok(config)
}

/// The header of a recording of a host that is no system of ours.
fn header(host: &str, door: &str, terminal: TerminalOptions) -> RecordingHeader {
    RecordingHeader {
        system: None,
        masked: true,
        title: host.to_owned(),
        door: door.to_owned(),
        setup: Setup {
            clock: ClockMode::Live,
            terminal,
            ..Setup::default()
        },
    }
}
