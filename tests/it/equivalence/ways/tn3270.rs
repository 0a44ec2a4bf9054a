//! Debian's s3270 over TN3270E.

use std::io::{BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};

use bigiron::doors::session::service::Door;

use super::script::{actions, say};
use super::{PATIENCE, Served, Turn, Way};

pub struct Emulator<'a> {
    served: &'a Served,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    _watch: Sender<()>,
}

/// Kills an emulator that still runs after twice the patience, so that a read of its reply fails instead of blocking.
fn watch(process: u32) -> Sender<()> {
    let (alive, gone) = channel();
    std::thread::spawn(move || {
        if gone.recv_timeout(PATIENCE * 2) == Err(RecvTimeoutError::Timeout) {
            let _ = Command::new("kill").arg(process.to_string()).status();
        }
    });
    alive
}

impl Emulator<'_> {
    pub fn connect(served: &Served) -> Emulator<'_> {
        let mut child = Command::new("s3270")
            // It fills nulls before typed text with blanks, unless it is set to act as a terminal does.
            .args(["-model", "3279-2-E", "-clear", "blankFill"])
            .arg(served.address(Door::Tn3270))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("s3270 is not installed: run tests/run, which installs it");
        let watch = watch(child.id());
        let mut input = child.stdin.take().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        say(&mut input, &mut output, "Wait(60,InputField)");
        Emulator {
            _watch: watch,
            served,
            child,
            input,
            output,
        }
    }
}

impl Way for Emulator<'_> {
    fn take(&mut self, turn: &Turn) -> Vec<String> {
        say(&mut self.input, &mut self.output, &actions(&turn.keys));
        say(&mut self.input, &mut self.output, "Ascii(0,0,24,80)")
    }

    fn finish(mut self, _: &[String]) -> u64 {
        let _ = self.input.write_all(b"Disconnect()\nQuit()\n");
        let hash = self.served.settled();
        let _ = self.child.wait();
        hash
    }
}
