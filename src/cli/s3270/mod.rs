//! `bigiron s3270`, or the program under the name `s3270`: s3270's own arguments and action language, on a foreign host.
//!
//! Messages and exit codes are those of s3270: 1 for wrong usage, and for a host on the command line that cannot be connected to.

mod options;
mod parse;

use std::io::{self, Write};
use std::time::Duration;

use tokio::io::{BufReader, stdin, stdout};

use super::error::ErrorKind;
use super::{CommandOutcome, Error};
use crate::doors::client::{ConnectStage, Remote};
use crate::doors::programs::script::{Interpreter, set};
use crate::doors::session::address::ListenAddress;
use crate::doors::session::dialogue::{Over, talk};
use crate::doors::session::lines::Lines;
use parse::{Invocation, ScriptRun, parse};

/// Runs with s3270's arguments, without the program's name.
pub fn run(arguments: &[String]) -> Result<CommandOutcome, Error> {
    let run = match parse(arguments) {
        Ok(Invocation::Print(text)) => {
            writeln!(io::stdout(), "{text}")?;
            return Ok(CommandOutcome::Done);
        }
        Ok(Invocation::Run(run)) => run,
        Err(usage) => return fail(&usage.to_string()),
    };
    // Scripts are one conversation: a second thread would only pass it back and forth.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(serve(*run));
    // A read of stdin cannot be cancelled: after Quit() the runtime leaves it behind.
    runtime.shutdown_background();
    outcome
}

/// Prints a failure as s3270 does; its exit code is 1.
fn fail(message: &str) -> Result<CommandOutcome, Error> {
    eprintln!("{message}");
    Ok(CommandOutcome::NotSo)
}

async fn serve(run: ScriptRun) -> Result<CommandOutcome, Error> {
    let mut remote = Remote::new(run.config, Box::new(()));
    let mut interpreter = Interpreter::local();
    for (option, name, value) in &run.settings {
        let pair = [name.clone(), value.clone()];
        if let Err(message) = set(option, false, &mut interpreter, &mut remote, &pair) {
            return fail(&message);
        }
    }
    if let Some(host) = &run.host
        && let Err(message) = connect(&mut remote, host).await
    {
        return fail(&message);
    }
    match &run.script_port {
        None => {
            let lines = Lines::new(BufReader::new(stdin()));
            talk(interpreter, &mut remote, lines, stdout()).await?;
        }
        Some(address) => scripts(address, run.once, &mut remote).await?,
    }
    remote.drain(Duration::from_secs(1)).await;
    Ok(CommandOutcome::Done)
}

/// Connects, and waits until the host has agreed on a mode.
async fn connect(remote: &mut Remote, host: &str) -> Result<(), String> {
    remote.connect(host).map_err(|error| error.to_string())?;
    while !remote.is_settled() {
        remote.progress().await;
    }
    match remote.stage() {
        ConnectStage::Disconnected => Err(remote.ended().unwrap_or("Host disconnected").into()),
        ConnectStage::Connecting | ConnectStage::Connected(_) => Ok(()),
    }
}

/// Takes scripts from a port, one after another, until one of them quits. All drive the same terminal.
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
        let lines = Lines::new(BufReader::new(reader));
        let over = talk(Interpreter::default(), remote, lines, writer).await;
        // A client that breaks the connection has left.
        if once || over.unwrap_or(Over::Left) == Over::Ended {
            return Ok(());
        }
    }
}
