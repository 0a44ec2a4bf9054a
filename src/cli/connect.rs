//! `bigiron connect`: a person at a terminal on a foreign host.

use std::borrow::Cow;
use std::io::{IsTerminal, stdin, stdout};
use std::time::Duration;

use super::args::ConnectArgs;
use super::{CommandOutcome, Error, remote, session};
use crate::doors::client::{ConnectStage, Mode, Remote};
use crate::tui::{self, Play, PlayOutcome, PlayedTerminal, WindowExit};
use bigiron_sim::session::Millis;
use tn3270::terminal::{Key, Terminal};

/// How long a host may take to read what is still to be sent when the operator leaves.
const FAREWELL: Duration = Duration::from_secs(1);

/// The terminal of a session on a foreign host.
struct RemoteTerminal {
    remote: Remote,
}

impl PlayedTerminal for RemoteTerminal {
    fn terminal(&self) -> &Terminal {
        self.remote.terminal()
    }

    fn press(&mut self, key: Key) -> PlayOutcome {
        let sounded = self.terminal().alarm();
        if key == Key::Enter && self.remote.stage() == ConnectStage::Disconnected {
            // The host name was parsed before; what fails from here on shows in the hint line.
            let _ = self.remote.reconnect();
        } else {
            self.remote.press(key);
        }
        self.outcome(sounded)
    }

    fn wait(&mut self, _: Millis) -> Option<PlayOutcome> {
        None
    }

    fn tick(&mut self, _: Millis) -> PlayOutcome {
        PlayOutcome::default()
    }

    fn next_tick(&self) -> Option<Millis> {
        None
    }

    async fn changed(&mut self) -> PlayOutcome {
        let sounded = self.terminal().alarm();
        self.remote.progress().await;
        self.outcome(sounded)
    }

    fn title(&self) -> Cow<'_, str> {
        let Some(name) = self.remote.last_host() else {
            return Cow::Borrowed("");
        };
        let port = name.port.unwrap_or(self.remote.config().port);
        let host = format!("{}:{port}", name.host);
        Cow::Owned(match self.remote.stage() {
            ConnectStage::Connecting => format!("{host}  connecting"),
            ConnectStage::Disconnected => {
                let why = self.remote.ended().unwrap_or("disconnected");
                let why = why.trim_start_matches("Connection failed:\n");
                format!("{why}; Enter reconnects")
            }
            ConnectStage::Connected(mode) => format!("{host}  {}", self.connection(mode)),
        })
    }
}

impl RemoteTerminal {
    /// The outcome of an act before which the alarm had `sounded` already, or not.
    fn outcome(&self, sounded: bool) -> PlayOutcome {
        PlayOutcome {
            alarm: self.terminal().alarm() && !sounded,
            over: false,
        }
    }

    /// The mode, the LU, whether it is encrypted, and the last record that could not be read.
    fn connection(&self, mode: Mode) -> String {
        let mut words = mode_name(mode).to_owned();
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

fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Pending => "negotiating",
        Mode::Nvt { .. } => "NVT",
        Mode::Tn3270 => "TN3270",
        Mode::Unbound => "TN3270E, no session bound",
        Mode::Tn3270e => "TN3270E",
        Mode::NvtInTn3270e => "TN3270E, NVT",
        Mode::Sscp => "TN3270E, system services",
    }
}

/// Connects, and plays until the operator leaves.
pub fn run(args: ConnectArgs) -> Result<CommandOutcome, Error> {
    let host = remote::host(&args.host, &args.line)?;
    let config = remote::config(&args.line, args.model, args.oversize.as_deref())?;
    if !stdin().is_terminal() || !stdout().is_terminal() {
        return Err(Error::usage("connect needs a terminal")
            .hint("bigiron s3270 drives a foreign host from a pipe"));
    }
    let log = remote::recorder(args.record.as_deref(), "connect", &host, config.terminal)?;
    tui::block_on(play(&host, Remote::new(config, log)))
}

async fn play(host: &str, mut remote: Remote) -> Result<CommandOutcome, Error> {
    remote
        .connect(host)
        .map_err(|cause| Error::usage(format!("{host} cannot be connected to")).because(&cause))?;
    let mut program = Play::new(RemoteTerminal { remote }, tui::palette());
    let ended = tui::run(&mut program, 1.0).await;
    let RemoteTerminal { mut remote } = program.into_played();
    remote.drain(FAREWELL).await;
    remote.end(WindowExit::reason(&ended));
    session::whole(remote.take_log_error())?;
    Ok(ended.map(|_| CommandOutcome::Done)?)
}
