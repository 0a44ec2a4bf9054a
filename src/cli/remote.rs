//! Foreign hosts as the command line names them: name, terminal and recording of a client.

use std::fs::File;
use std::path::Path;

use super::Error;
use super::args::LineArgs;
use crate::doors::client::HostName;
use crate::doors::programs::script::oversize;
use crate::doors::session::foreign_host::Config;
use crate::doors::session::recorder::Recorder;
use bigiron_sim::recording::{RecordingHeader, Writer};
use bigiron_sim::session::{ClockMode, Setup};
use tn3270::terminal::{Model, TerminalOptions};
use tn3270::wire::CodePage;

/// The host name in s3270's form, with the prefixes and LU names that the options stand for.
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

/// The configuration of a client whose terminal is of this model, with the screen size `oversized` if it is given.
pub(super) fn config(args: &LineArgs, model: u8, oversized: Option<&str>) -> Result<Config, Error> {
    let code_page = CodePage::by_name(&args.code_page)
        .map_err(|cause| Error::usage(format!("--code-page {}", args.code_page)).because(&cause))?;
    let mut terminal = TerminalOptions {
        model: Model::from_number(model).unwrap_or_default(),
        code_page,
        typeahead: true,
        ..TerminalOptions::default()
    };
    if let Some(size) = oversized {
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

/// Begins the recording of a session on a foreign host, if a file is named.
pub(super) fn recorder(
    path: Option<&Path>,
    door: &str,
    host: &str,
    terminal: TerminalOptions,
) -> Result<Box<dyn Recorder>, Error> {
    let Some(path) = path else {
        return Ok(Box::new(()));
    };
    let file = File::create_new(path).map_err(|cause| Error::cannot_record(path, &cause))?;
    Ok(Box::new(Writer::new(file, &header(host, door, terminal))))
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
