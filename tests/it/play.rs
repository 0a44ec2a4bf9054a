//! `bigiron play` in a real pseudo-terminal.

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The time limit of every wait.
const PATIENCE: Duration = Duration::from_secs(30);

struct Window {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    input: Box<dyn Write + Send>,
    screen: Arc<Mutex<vt100::Parser>>,
    /// The terminal settings before the program started.
    settings: String,
}

impl Window {
    fn open(arguments: &[&str]) -> Window {
        let pair = native_pty_system().openpty(size(30, 90)).unwrap();
        let settings = format!("{:?}", pair.master.get_termios().unwrap());
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_bigiron"));
        command.args(arguments);
        command.cwd(env!("CARGO_MANIFEST_DIR"));
        command.env("TERM", "xterm-256color");
        let child = pair.slave.spawn_command(command).unwrap();
        let screen = Arc::new(Mutex::new(vt100::Parser::new(cells(30), cells(90), 0)));
        let mut output = pair.master.try_clone_reader().unwrap();
        let shown = Arc::clone(&screen);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                shown.lock().unwrap().process(&bytes[..count]);
            }
        });
        let input = pair.master.take_writer().unwrap();
        // The slave is kept by the child alone, but its settings are read through the master.
        Window {
            child,
            master: pair.master,
            input,
            screen,
            settings,
        }
    }

    fn send(&mut self, keys: &str) {
        self.input.write_all(keys.as_bytes()).unwrap();
        self.input.flush().unwrap();
    }

    fn text(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    fn until(&self, what: &str, holds: impl Fn(&str) -> bool) {
        let begun = Instant::now();
        while !holds(&self.text()) {
            assert!(begun.elapsed() < PATIENCE, "no {what} in:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits for the end; the window must be restored.
    fn ends(mut self) -> u32 {
        let status = self.child.wait().unwrap();
        let begun = Instant::now();
        while self.screen.lock().unwrap().screen().alternate_screen() {
            assert!(begun.elapsed() < PATIENCE, "still on the alternate screen");
            std::thread::sleep(Duration::from_millis(20));
        }
        let screen = self.screen.lock().unwrap();
        assert!(!screen.screen().hide_cursor() && !screen.screen().bracketed_paste());
        assert_eq!(
            format!("{:?}", self.master.get_termios().unwrap()),
            self.settings
        );
        status.exit_code()
    }
}

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap()
}

fn size(rows: u16, cols: u16) -> PtySize {
    PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    }
}

fn bigiron(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_bigiron"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr),
    )
}

fn recorded(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_default()
}

fn wait_for_line(file: &Path, part: &str) {
    let begun = Instant::now();
    while !recorded(file).contains(part) {
        assert!(
            begun.elapsed() < PATIENCE,
            "no {part} in:\n{}",
            recorded(file)
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
#[cfg_attr(not(feature = "peers"), ignore = "needs tmux: --features peers")]
fn a_person_plays_looks_at_the_keys_resizes_and_quits() {
    let mut window = Window::open(&["play", "dmv"]);
    window.until("hints", |text| {
        text.contains("Alt-H keys") && text.contains("4A")
    });
    for closing in ["q", "\x1b"] {
        window.send("\x1bh");
        window.until("list of keys", |text| text.contains("PF1 to PF12"));
        window.send(closing);
        window.until("screen", |text| !text.contains("PF1 to PF12"));
    }
    window
        .screen
        .lock()
        .unwrap()
        .screen_mut()
        .set_size(cells(26), cells(80));
    window.master.resize(size(26, 80)).unwrap();
    window.until("smaller screen", |text| {
        text.lines()
            .nth(25)
            .is_some_and(|line| line.starts_with("4A"))
    });
    window.send("\x11");
    window.until("question", |text| text.contains("Leave this session?"));
    window.send("y");
    assert_eq!(window.ends(), 0);
}

/// The word after the mark on a screen, without punctuation.
fn after<'t>(text: &'t str, mark: &str) -> &'t str {
    let (_, rest) = text
        .split_once(mark)
        .unwrap_or_else(|| panic!("no {mark} in:\n{text}"));
    let word = rest.split_whitespace().next().unwrap_or_default();
    word.trim_end_matches([',', '.', '?'])
}

#[test]
fn a_task_is_played_to_its_grade_with_an_answer_that_is_typed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.jsonl");
    let name = file.to_str().unwrap();
    let mut window = Window::open(&["play", "dmv", "--task", "read-expiry", "--record", name]);
    window.until("goal", |text| text.contains("Report the date."));
    let goal: String = window.text().replace(['│', '\n'], " ");
    let goal = goal.split_whitespace().collect::<Vec<_>>().join(" ");
    let [operator, password, licence] =
        ["desk as ", "password ", "does licence "].map(|mark| after(&goal, mark));
    window.send(&format!("\r{operator}{password}\r"));
    window.until("menu", |text| text.contains("MAIN MENU"));
    window.send(&format!("1\t{licence}\r"));
    window.until("inquiry", |text| text.contains("EXPIRES  . .  "));
    assert!(
        window.text().contains("Report the date."),
        "the goal is gone:\n{}",
        window.text()
    );
    let text = window.text();
    let expires = after(&text, "EXPIRES  . .");
    window.send("\x11");
    window.until("answer line", |text| text.contains("Your answer"));
    window.send(&format!("{expires}\r"));
    let screen = Arc::clone(&window.screen);
    assert_eq!(window.ends(), 0);
    let printed = screen.lock().unwrap().screen().contents();
    assert!(
        printed.contains("\nsolved\n") && printed.contains(expires),
        "{printed}"
    );
    let (code, text) = bigiron(&["regrade", name]);
    assert!(code == Some(0) && text.contains(expires), "{text}");
    assert_eq!(bigiron(&["verify", name]).0, Some(0));
}

#[test]
fn a_signal_ends_the_program_which_restores_the_window_and_ends_its_recording() {
    for signal in ["TERM", "HUP", "INT"] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("run.jsonl");
        let window = Window::open(&["play", "dmv", "--record", file.to_str().unwrap()]);
        window.until("hints", |text| text.contains("Alt-H keys"));
        let id = window.child.process_id().unwrap().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", signal, &id])
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(window.ends(), 0, "{signal}");
        assert!(
            recorded(&file).ends_with("\"end\":\"signal\"}\n"),
            "{}",
            recorded(&file)
        );
    }
}

#[test]
fn a_killed_program_leaves_a_recording_that_shows_and_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.jsonl");
    let name = file.to_str().unwrap();
    let mut window = Window::open(&["play", "dmv", "--record", name]);
    window.until("hints", |text| text.contains("Alt-H keys"));
    // F2, Esc 3 at once, and Esc 4 as two keys.
    window.send("\x1bOQ");
    wait_for_line(&file, "<pf2>");
    window.send("\x1b3");
    window.send("\x1b");
    std::thread::sleep(Duration::from_millis(200));
    window.send("4");
    window.child.kill().unwrap();
    window.child.wait().unwrap();
    let (code, text) = bigiron(&["verify", name]);
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = bigiron(&["show", name]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.lines().count() >= 26, "{text}");
    let cut = recorded(&file);
    std::fs::write(&file, &cut[..cut.trim_end().len() - 3]).unwrap();
    let (code, text) = bigiron(&["verify", name]);
    assert!(
        code == Some(0) && text.contains("cut within line"),
        "{text}"
    );
}

#[test]
fn without_a_terminal_the_launcher_lists_the_systems() {
    let (code, text) = bigiron(&[]);
    assert_eq!(code, Some(0));
    assert!(
        text.contains("dmv") && text.contains("bigiron play SYSTEM"),
        "{text}"
    );
}

#[test]
fn a_file_that_is_no_recording_is_unreadable_input() {
    for command in ["show", "verify", "replay"] {
        let (code, text) = bigiron(&[command, "Cargo.toml"]);
        assert!(
            code == Some(2) && text.contains("not a recording"),
            "{text}"
        );
    }
}

/// The program ends when its window is closed, and does not go on reading at the end of its input.
#[test]
#[cfg_attr(not(feature = "peers"), ignore = "needs tmux: --features peers")]
fn the_program_ends_with_its_window() {
    let tmux = |arguments: &[&str]| {
        let output = Command::new("tmux")
            .args(["-L", "bigiron-window"])
            .args(arguments)
            .output();
        let output = output.expect("tmux is not installed: run tests/run, which installs it");
        assert!(
            output.status.success(),
            "tmux {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    };
    let program = format!("exec {} play dmv", env!("CARGO_BIN_EXE_bigiron"));
    tmux(&["new-session", "-d", "-x", "90", "-y", "30", &program]);
    let begun = Instant::now();
    while !tmux(&["capture-pane", "-p"]).contains("DMVS00") {
        assert!(begun.elapsed() < PATIENCE, "no sign-on screen");
        std::thread::sleep(Duration::from_millis(50));
    }
    let process = format!(
        "/proc/{}",
        tmux(&["display-message", "-p", "#{pane_pid}"]).trim()
    );
    assert!(Path::new(&process).exists());
    tmux(&["kill-server"]);
    let begun = Instant::now();
    while Path::new(&process).exists() {
        assert!(
            begun.elapsed() < PATIENCE,
            "the program outlives its window"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}
