//! `bigiron play` in a pseudo-terminal.

use std::io::{Read, Write};

use bigiron::recording::{EventKind, Recording};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

use super::window::{COLUMNS, ROWS, Screen, strokes};
use super::{Turn, Way};
use crate::equivalence::cases::Case;

pub struct Window {
    child: Box<dyn Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
    input: Box<dyn Write + Send>,
    screen: Screen,
    folder: TempDir,
}

impl Window {
    pub fn open(case: &Case) -> Window {
        let size = PtySize {
            rows: ROWS,
            cols: COLUMNS,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_bigiron"));
        command.args(["play", &case.system, "--clock", "turn"]);
        command.args(["--seed", &case.setup.seed.to_string()]);
        command.args(["--warts", &case.setup.warts.to_string()]);
        if let Some(task) = &case.setup.task {
            command.args(["--task", task]);
        }
        command.arg("--record");
        command.arg(folder.path().join("run.jsonl"));
        command.cwd(env!("CARGO_MANIFEST_DIR"));
        command.env("TERM", "xterm-256color");
        let child = pair.slave.spawn_command(command).unwrap();
        let screen = Screen::new();
        let mut output = pair.master.try_clone_reader().unwrap();
        let shown = screen.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                shown.draw(&bytes[..count]);
            }
        });
        let input = pair.master.take_writer().unwrap();
        let mut window = Window {
            child,
            _master: pair.master,
            input,
            screen,
            folder,
        };
        if case.setup.task.is_some() {
            window.screen.until("Enter continues");
            window.send("\r");
        }
        window.screen.until("Alt-H keys");
        window
    }

    fn send(&mut self, keys: &str) {
        self.input.write_all(keys.as_bytes()).unwrap();
        self.input.flush().unwrap();
    }
}

impl Way for Window {
    /// A window is drawn in its own time: only its last screen is compared.
    fn take(&mut self, turn: &Turn) -> Vec<String> {
        self.send(&strokes(turn));
        Vec::new()
    }

    fn finish(mut self, last: &[String]) -> u64 {
        self.screen.until_rows(last);
        self.send("\x11");
        // A task that asks for an answer asks for it before; it may be left without one.
        let leaves = ["Leave this session?", "Enter leaves with it"];
        match self.screen.until_one(leaves) {
            0 => self.send("y"),
            _ => self.send("\r"),
        }
        self.child.wait().unwrap();
        let bytes = std::fs::read(self.folder.path().join("run.jsonl")).unwrap();
        let (recording, _) = Recording::parse(&bytes).unwrap();
        let mut states = recording
            .events
            .iter()
            .rev()
            .filter_map(|event| match event.kind {
                EventKind::State(hash) => Some(hash),
                _ => None,
            });
        states.next().unwrap()
    }
}
