//! Playing: keys go to a desk, its terminal is drawn.

use super::keys::{Action, Keymap, Prefix, Pressed};
use super::overlay::{self, Help};
use super::screen::{self, Layout, Palette, ScreenWidget, frame_style};
use super::{Command, CursorStyle, Program};
use crate::session::{ClockMode, Log, Millis, Session};
use crate::terminal::{Key, Terminal};
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;

/// How long the wait key lets time pass under the turn clock.
const WAIT: Millis = 1000;

/// What lies over the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Over {
    Nothing,
    Help(Help),
    Quit,
}

/// A terminal that is played, and what stands behind it.
pub trait Desk {
    /// The terminal as it is now.
    fn terminal(&self) -> &Terminal;
    /// Presses a key.
    fn press(&mut self, key: Key);
    /// Lets time pass that passes only on demand; false if it passes by itself.
    fn wait(&mut self, by: Millis) -> bool;
    /// Is told the time, in milliseconds since the program began.
    fn tick(&mut self, now: Millis);
    /// When it next wants to be told the time, if it knows.
    fn next_tick(&self) -> Option<Millis>;
    /// What stands in the hint line.
    fn title(&self) -> String;
}

/// A session in this process.
pub struct Local<L> {
    session: Session,
    log: L,
    clock: ClockMode,
    title: String,
}

impl<L: Log> Desk for Local<L> {
    fn terminal(&self) -> &Terminal {
        self.session.terminal()
    }

    fn press(&mut self, key: Key) {
        self.session.press(key, &mut self.log);
    }

    fn wait(&mut self, by: Millis) -> bool {
        let waits = self.clock == ClockMode::Turn;
        if waits {
            self.session.wait(by, &mut self.log);
        }
        waits
    }

    fn tick(&mut self, now: Millis) {
        if self.clock == ClockMode::Live {
            self.session.advance_to(now, &mut self.log);
        }
    }

    fn next_tick(&self) -> Option<Millis> {
        match self.clock {
            ClockMode::Live => self.session.next_due(),
            ClockMode::Turn => None,
        }
    }

    fn title(&self) -> String {
        self.title.clone()
    }
}

/// A desk that is played.
pub struct Play<D> {
    desk: D,
    palette: Palette,
    keymap: Keymap,
    over: Over,
    cursor: CursorStyle,
}

impl<L: Log> Play<Local<L>> {
    /// Plays a session that was opened with this clock and this log. The title stands in the hint line.
    pub fn new(
        session: Session,
        clock: ClockMode,
        log: L,
        title: String,
        palette: Palette,
    ) -> Play<Local<L>> {
        let desk = Local {
            session,
            log,
            clock,
            title,
        };
        Play::at(desk, palette)
    }

    /// The session.
    pub fn session(&self) -> &Session {
        &self.desk.session
    }

    /// The session and its log, when all is over.
    pub fn into_parts(self) -> (Session, L) {
        (self.desk.session, self.desk.log)
    }
}

impl<D: Desk> Play<D> {
    /// Plays at a desk.
    pub fn at(desk: D, palette: Palette) -> Play<D> {
        Play {
            desk,
            palette,
            keymap: Keymap::default(),
            over: Over::Nothing,
            cursor: CursorStyle::default(),
        }
    }

    /// The desk, when all is over.
    pub fn into_desk(self) -> D {
        self.desk
    }

    fn act(&mut self, action: Action) -> Vec<Command> {
        match action {
            Action::Press(key) => self.press(key),
            Action::Wait => {
                let mut waited = false;
                let commands = self.bell_if_alarmed(|desk| waited = desk.wait(WAIT));
                match waited {
                    true => commands,
                    false => vec![Command::Bell],
                }
            }
            Action::Help => {
                self.over = Over::Help(Help::default());
                Vec::new()
            }
            Action::Cursor => {
                self.cursor = match self.cursor {
                    CursorStyle::Block => CursorStyle::Underline,
                    CursorStyle::Underline => CursorStyle::Block,
                };
                vec![Command::Cursor(self.cursor)]
            }
            Action::Redraw => vec![Command::Redraw],
            Action::Quit => {
                self.over = Over::Quit;
                Vec::new()
            }
        }
    }

    fn press(&mut self, key: Key) -> Vec<Command> {
        self.bell_if_alarmed(|desk| desk.press(key))
    }

    fn bell_if_alarmed(&mut self, act: impl FnOnce(&mut D)) -> Vec<Command> {
        let before = self.desk.terminal().oia().alarm;
        act(&mut self.desk);
        let sounded = self.desk.terminal().oia().alarm && !before;
        if sounded {
            vec![Command::Bell]
        } else {
            Vec::new()
        }
    }

    fn pending(&self) -> Option<&'static str> {
        self.keymap.pending().map(|prefix| match prefix {
            Prefix::Escape => "Esc-",
            Prefix::ProgramAccess => "PA-",
        })
    }
}

impl<D: Desk> Program for Play<D> {
    fn key(&mut self, key: KeyEvent) -> Vec<Command> {
        if self.over != Over::Nothing && key.code == KeyCode::Esc {
            self.over = Over::Nothing;
            return Vec::new();
        }
        let pressed = self.keymap.press(key);
        if pressed == Pressed::Pending {
            return Vec::new();
        }
        match (std::mem::replace(&mut self.over, Over::Nothing), pressed) {
            (Over::Nothing, Pressed::Action(action)) => self.act(action),
            (Over::Nothing, _) => vec![Command::Bell],
            (Over::Quit, Pressed::Action(Action::Press(Key::Char('y' | 'Y')) | Action::Quit)) => {
                vec![Command::Quit]
            }
            (Over::Help(mut help), Pressed::Action(Action::Press(key))) => {
                if help.scroll(key) {
                    self.over = Over::Help(help);
                }
                Vec::new()
            }
            (Over::Quit | Over::Help(_), _) => Vec::new(),
        }
    }

    fn paste(&mut self, text: &str) -> Vec<Command> {
        if self.over != Over::Nothing {
            return Vec::new();
        }
        let keys = text.replace("\r\n", "\n");
        let keys = keys.chars().filter_map(|character| match character {
            '\n' | '\r' => Some(Key::Newline),
            '\t' => Some(Key::Tab),
            character if character.is_control() => None,
            character => Some(Key::Char(character)),
        });
        keys.flat_map(|key| self.press(key)).collect()
    }

    fn tick(&mut self, now: Millis) -> Vec<Command> {
        self.bell_if_alarmed(|desk| desk.tick(now))
    }

    fn next_tick(&self) -> Option<Millis> {
        self.desk.next_tick()
    }

    fn draw(&self, frame: &mut Frame<'_>) {
        let terminal = self.desk.terminal();
        let at = screen::cursor(terminal);
        let Some(layout) = Layout::fit(frame.area(), terminal.rows(), terminal.columns(), at)
        else {
            overlay::too_small(frame);
            return;
        };
        frame.render_widget(
            ScreenWidget {
                terminal,
                layout,
                palette: self.palette,
            },
            frame.area(),
        );
        overlay::hint(
            frame,
            &layout,
            &self.desk.title(),
            self.pending(),
            frame_style(self.palette),
        );
        frame.set_cursor_position(layout.cursor(at));
        match &self.over {
            Over::Nothing => {}
            Over::Help(help) => help.draw(frame),
            Over::Quit => overlay::question(frame, "Leave this session?  Y yes, any other key no"),
        }
    }
}
