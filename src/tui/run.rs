//! The thin loop around a program of the TUI: it alone owns the window, the wall clock and the signals.

use super::paint::Painter;
use super::{Command, CursorStyle, Program};
use crate::session::Millis;
use crossterm::cursor::{SetCursorStyle, Show};
use crossterm::event::{self, DisableBracketedPaste, EnableBracketedPaste, Event};
use crossterm::execute;
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::Terminal;
use ratatui::backend::{Backend, CrosstermBackend};
use std::io::{self, Stdout, Write, stdout};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The longest the loop sleeps: a signal is answered within this.
const NAP: Duration = Duration::from_millis(100);

/// How long after a signal the loop may take to end by itself.
const GRACE: Duration = Duration::from_secs(1);

/// Why a program of the TUI ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Its operator left it.
    Quit,
    /// The process was told to end.
    Signal,
}

/// Runs a program in the window until it quits or the process is told to end (SIGINT, SIGTERM, SIGHUP).
///
/// `speed` is how many of the program's milliseconds pass in a real one. However it ends, by an error or a panic
/// even, the window is given back as it was.
pub fn run(program: &mut impl Program, speed: f64) -> io::Result<Ended> {
    let signalled = watch_signals()?;
    let mut window = Window::open()?;
    let begun = Instant::now();
    loop {
        let now = (begun.elapsed().as_secs_f64() * 1000.0 * speed) as Millis;
        let mut commands = program.tick(now);
        window.screen.draw(|frame| program.draw(frame))?;
        if event::poll(nap(program.next_tick(), now, speed))? {
            commands.extend(match event::read()? {
                Event::Key(key) => program.key(key),
                Event::Paste(text) => program.paste(&text),
                _ => Vec::new(),
            });
        }
        if signalled.load(Ordering::Relaxed) {
            return Ok(Ended::Signal);
        }
        for command in commands {
            match command {
                Command::Quit => return Ok(Ended::Quit),
                Command::Bell => stdout().write_all(b"\x07")?,
                Command::Redraw => window.repaint()?,
                Command::Cursor(style) => window.cursor(style)?,
            }
        }
    }
}

/// How long to sleep until something is due.
fn nap(due: Option<Millis>, now: Millis, speed: f64) -> Duration {
    let wait = due.map(|due| {
        Duration::from_secs_f64((due.saturating_sub(now) as f64 / speed / 1000.0).min(1.0))
    });
    wait.map_or(NAP, |wait| wait.min(NAP))
}

/// The window while the program has it.
struct Window {
    screen: Terminal<Painter<CrosstermBackend<Stdout>>>,
}

impl Window {
    fn open() -> io::Result<Window> {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            restore();
            before(panic);
        }));
        enable_raw_mode()?;
        let opened = execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste)
            .and_then(|()| Terminal::new(Painter::new(CrosstermBackend::new(stdout()))));
        let mut window = Window {
            screen: opened.inspect_err(|_| restore())?,
        };
        window.repaint()?;
        window.cursor(CursorStyle::default())?;
        Ok(window)
    }

    /// Empties the window, and forgets what was drawn. (ratatui's own `clear` asks the window where its cursor is, and a
    /// pseudo-terminal without an emulator never answers.)
    fn repaint(&mut self) -> io::Result<()> {
        self.screen.backend_mut().clear()?;
        self.screen.swap_buffers();
        Ok(())
    }

    fn cursor(&self, style: CursorStyle) -> io::Result<()> {
        execute!(
            stdout(),
            match style {
                CursorStyle::Block => SetCursorStyle::BlinkingBlock,
                CursorStyle::Underline => SetCursorStyle::BlinkingUnderScore,
            }
        )
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the window back. A window that has gone cannot be restored, and needs it no more.
fn restore() {
    let _ = execute!(
        stdout(),
        DisableBracketedPaste,
        SetCursorStyle::DefaultUserShape,
        LeaveAlternateScreen,
        Show
    );
    let _ = disable_raw_mode();
}

/// A flag that is set when the process is told to end.
fn watch_signals() -> io::Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    let set = Arc::clone(&flag);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (ready, is_ready) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let told = runtime.block_on(async {
            use tokio::signal::unix::{SignalKind, signal};
            let signals = [
                SignalKind::interrupt(),
                SignalKind::terminate(),
                SignalKind::hangup(),
            ]
            .map(signal);
            let [Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup)] = signals else {
                return false;
            };
            let _ = ready.send(());
            tokio::select! {
                _ = interrupt.recv() => true,
                _ = terminate.recv() => true,
                _ = hangup.recv() => true,
            }
        });
        set.store(told, Ordering::Relaxed);
        if told {
            // A window that has gone is read as an endless end by crossterm, which then never gives the loop its turn.
            std::thread::sleep(GRACE);
            restore();
            std::process::exit(0);
        }
    });
    is_ready
        .recv()
        .map_err(|_| io::Error::other("the signals that end the program cannot be watched"))?;
    Ok(flag)
}
