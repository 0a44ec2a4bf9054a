//! The thin loop around a program of the TUI: it alone owns the window, the wall clock and the signals.

use super::paint::WindowPainter;
use super::{CursorStyle, Program, WindowCommand};
use bigiron_sim::session::Millis;
use crossterm::cursor::{SetCursorStyle, Show};
use crossterm::event::{self, DisableBracketedPaste, EnableBracketedPaste, Event};
use crossterm::execute;
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::Terminal;
use ratatui::backend::{Backend, CrosstermBackend};
use std::future::Future;
use std::io::{self, Stdout, Write, stdout};
use std::time::{Duration, Instant};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::spawn_blocking;

/// The shortest sleep of the loop: a person cannot see faster changes.
const SHORTEST: Duration = Duration::from_millis(5);

/// Why a program of the TUI ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowExit {
    /// Its operator left it.
    Quit,
    /// The process got a signal to end.
    Signal,
}

impl WindowExit {
    /// The reason that a recording gives for the end of the session.
    pub fn reason(ended: &io::Result<WindowExit>) -> &'static str {
        match ended {
            Ok(WindowExit::Quit) => "quit",
            Ok(WindowExit::Signal) | Err(_) => "signal",
        }
    }
}

/// Runs a program in the window until it quits or a signal ends the process (SIGINT, SIGTERM, SIGHUP). It sleeps until there is a
/// key, the program's next tick is due, or the program reports a change.
///
/// `speed` is the number of the program's milliseconds in a real one. The window is restored at the end, after an error or a panic
/// too. To be run by [`block_on`].
pub async fn run(program: &mut impl Program, speed: f64) -> io::Result<WindowExit> {
    let mut signals = Signals::watch()?;
    let mut window = Window::open()?;
    let mut reading = None;
    let begun = Instant::now();
    loop {
        let now = (begun.elapsed().as_secs_f64() * 1000.0 * speed) as Millis;
        let mut commands = program.tick(now);
        window.screen.draw(|frame| program.draw(frame))?;
        let due = program.next_tick();
        // One event at a time: a thread that read on after the last key would take the first one from the next program.
        let event = reading.get_or_insert_with(|| spawn_blocking(event::read));
        tokio::select! {
            biased;
            () = signals.received() => return Ok(WindowExit::Signal),
            read = event => {
                reading = None;
                commands.extend(match read?? {
                    Event::Key(key) => program.key(key),
                    Event::Paste(text) => program.paste(&text),
                    _ => Vec::new(),
                });
            }
            changed = program.changed() => commands.extend(changed),
            () = sleep(due, now, speed) => {}
        }
        for command in commands {
            match command {
                WindowCommand::Quit => return Ok(WindowExit::Quit),
                WindowCommand::Bell => stdout().write_all(b"\x07")?,
                WindowCommand::Redraw => window.repaint()?,
                WindowCommand::Cursor(style) => window.cursor(style)?,
            }
        }
    }
}

/// Runs work that waits for keys and sockets to its end. A thread that still reads a key then is left behind.
pub fn block_on<T, E: From<io::Error>>(work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let done = runtime.block_on(work);
    runtime.shutdown_background();
    done
}

/// Sleeps until this time of the program; forever if there is none.
async fn sleep(due: Option<Millis>, now: Millis, speed: f64) {
    let wait = due.map(|due| due.saturating_sub(now) as f64 / speed / 1000.0);
    match wait.map(Duration::try_from_secs_f64) {
        Some(Ok(wait)) => tokio::time::sleep(wait.max(SHORTEST)).await,
        Some(Err(_)) | None => std::future::pending().await,
    }
}

/// The signals that end the process.
struct Signals([Signal; 3]);

impl Signals {
    fn watch() -> io::Result<Signals> {
        Ok(Signals([
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
        ]))
    }

    /// Waits for one of them.
    async fn received(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}

/// The window while the program owns it.
struct Window {
    screen: Terminal<WindowPainter<CrosstermBackend<Stdout>>>,
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
            .and_then(|()| Terminal::new(WindowPainter::new(CrosstermBackend::new(stdout()))));
        let mut window = Window {
            screen: opened.inspect_err(|_| restore())?,
        };
        window.repaint()?;
        window.cursor(CursorStyle::default())?;
        Ok(window)
    }

    /// Clears the window, so that the next frame is drawn whole. (ratatui's own `clear` asks the terminal for its cursor position,
    /// and a pseudo-terminal without an emulator never answers.)
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

/// Restores the window. Errors are ignored: a window that is gone needs no restoring.
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
