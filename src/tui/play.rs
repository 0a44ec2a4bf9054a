//! Playing a terminal: keys go to it, its screen is drawn, with the status of its task beside it.

mod view;

use super::keys::{Keymap, Pressed, WindowAction};
use super::overlay::{self, PAGE, Page};
use super::played::{PlayOutcome, PlayedTerminal};
use super::screen::Palette;
use super::{CursorStyle, Program, WindowCommand};
use bigiron_sim::session::Millis;
use bigiron_sim::task::entry::{After, AnswerEdit, AnswerLine};
use bigiron_sim::task::status::TaskStatus;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use tn3270::terminal::Key;

/// The virtual time that the wait key lets pass under the turn clock.
const WAIT: Millis = 1000;

/// What covers the screen or a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Overlay {
    None,
    Help(Page),
    Goal(Page),
    Answer(AnswerLine),
    Quit,
    /// The budget of the task is spent.
    Spent,
}

/// A program that plays a terminal.
pub struct Play<T> {
    played: T,
    palette: Palette,
    keymap: Keymap,
    overlay: Overlay,
    /// An answer that was typed and not confirmed.
    draft: Option<String>,
    cursor: CursorStyle,
}

impl<T: PlayedTerminal> Play<T> {
    /// Plays this terminal. If it has a task, the goal is shown first.
    pub fn new(played: T, palette: Palette) -> Play<T> {
        let overlay = match played.status() {
            Some(_) => Overlay::Goal(Page::default()),
            None => Overlay::None,
        };
        Play {
            played,
            palette,
            keymap: Keymap::default(),
            overlay,
            draft: None,
            cursor: CursorStyle::default(),
        }
    }

    /// The terminal that is played.
    pub fn played(&self) -> &T {
        &self.played
    }

    /// The terminal that was played, when the program has ended.
    pub fn into_played(self) -> T {
        self.played
    }

    fn act(&mut self, action: WindowAction) -> Vec<WindowCommand> {
        match action {
            WindowAction::Press(key) => return self.press(key),
            WindowAction::Wait => return self.wait(),
            WindowAction::Help => self.overlay = Overlay::Help(Page::default()),
            WindowAction::Goal if self.played.status().is_some() => {
                self.overlay = Overlay::Goal(Page::default());
            }
            WindowAction::Answer if self.asks_answer() => self.open_answer(After::Stay),
            WindowAction::Turn if self.played.turn() => {}
            WindowAction::Goal | WindowAction::Answer | WindowAction::Turn => {
                return vec![WindowCommand::Bell];
            }
            WindowAction::Cursor => {
                self.cursor = self.cursor.other();
                return vec![WindowCommand::Cursor(self.cursor)];
            }
            WindowAction::Redraw => return vec![WindowCommand::Redraw],
            WindowAction::Quit if self.asks_answer() && self.answer().is_none() => {
                self.open_answer(After::Leave);
            }
            WindowAction::Quit => self.overlay = Overlay::Quit,
        }
        Vec::new()
    }

    fn press(&mut self, key: Key) -> Vec<WindowCommand> {
        let outcome = self.played.press(key);
        self.report(outcome)
    }

    fn wait(&mut self) -> Vec<WindowCommand> {
        match self.played.wait(WAIT) {
            Some(outcome) => self.report(outcome),
            None => vec![WindowCommand::Bell],
        }
    }

    /// Sounds the alarm of the terminal, and says so if the attempt is over.
    fn report(&mut self, outcome: PlayOutcome) -> Vec<WindowCommand> {
        if outcome.over {
            self.overlay = Overlay::Spent;
        }
        match outcome.alarm {
            true => vec![WindowCommand::Bell],
            false => Vec::new(),
        }
    }

    /// Whether the task asks for an answer.
    fn asks_answer(&self) -> bool {
        self.played.status().is_some_and(|status| status.reports)
    }

    fn answer(&self) -> Option<&str> {
        self.played.status()?.answer
    }

    fn open_answer(&mut self, after: After) {
        let draft = self.draft.take();
        let text = draft.or_else(|| self.answer().map(str::to_owned));
        self.overlay = Overlay::Answer(AnswerLine::new(text.unwrap_or_default(), after));
    }

    /// A key on the answer line.
    fn type_answer(&mut self, mut line: AnswerLine, key: Key) -> Vec<WindowCommand> {
        let mut commands = Vec::new();
        match line.press(key) {
            AnswerEdit::Going => {}
            AnswerEdit::Refused => commands.push(WindowCommand::Bell),
            AnswerEdit::Taken if line.take(self.played.answer(&line.text)) => {
                return match line.after {
                    After::Leave => vec![WindowCommand::Quit],
                    After::Stay => Vec::new(),
                };
            }
            AnswerEdit::Taken => {}
        }
        self.overlay = Overlay::Answer(line);
        commands
    }

    /// Takes the overlay away.
    fn uncover(&mut self) -> Overlay {
        std::mem::replace(&mut self.overlay, Overlay::None)
    }

    /// A key under an overlay, which has been taken away.
    fn key_under(&mut self, overlay: Overlay, pressed: Pressed) -> Vec<WindowCommand> {
        match (overlay, pressed) {
            (Overlay::Spent, _) => vec![WindowCommand::Quit],
            (Overlay::None, Pressed::Action(action)) => self.act(action),
            (Overlay::None, _) => vec![WindowCommand::Bell],
            (Overlay::Answer(line), Pressed::Action(WindowAction::Press(key))) => {
                self.type_answer(line, key)
            }
            (overlay @ Overlay::Answer(_), _) => {
                self.overlay = overlay;
                vec![WindowCommand::Bell]
            }
            (Overlay::Quit, Pressed::Action(action)) if confirms(action) => {
                vec![WindowCommand::Quit]
            }
            (Overlay::Help(page), Pressed::Action(WindowAction::Press(key))) => {
                self.scroll_help(page, key)
            }
            (Overlay::Goal(page), Pressed::Action(action)) => self.key_under_goal(page, action),
            (Overlay::Quit | Overlay::Help(_) | Overlay::Goal(_), _) => Vec::new(),
        }
    }

    fn scroll_help(&mut self, mut page: Page, key: Key) -> Vec<WindowCommand> {
        if page.scroll(key, overlay::lines().len()) {
            self.overlay = Overlay::Help(page);
        }
        Vec::new()
    }

    /// Up and Down scroll the goal, Enter closes it. Any other key closes it and acts: its operator has read the goal.
    fn key_under_goal(&mut self, mut page: Page, action: WindowAction) -> Vec<WindowCommand> {
        match action {
            WindowAction::Press(key @ (Key::Up | Key::Down)) => {
                let lines = self.played.status().map_or(0, |task| goal(&task).len());
                page.scroll(key, lines);
                self.overlay = Overlay::Goal(page);
                Vec::new()
            }
            WindowAction::Press(Key::Enter | Key::Newline) | WindowAction::Goal => Vec::new(),
            action => self.act(action),
        }
    }
}

/// Whether a key answers "leave?" with yes.
fn confirms(action: WindowAction) -> bool {
    matches!(
        action,
        WindowAction::Press(Key::Char('y' | 'Y')) | WindowAction::Quit
    )
}

/// The lines of the goal as a page over the screen.
fn goal(task: &TaskStatus<'_>) -> Vec<String> {
    let lines = task.lines(usize::from(PAGE) - 4);
    let lines = lines.into_iter().map(|line| format!(" {line}"));
    lines
        .chain(["".into(), format!(" {}", task.budget_line())])
        .collect()
}

/// The keys of pasted text: a line end is NEWLINE, other control characters are left out.
fn pasted(text: &str) -> Vec<Key> {
    let text = text.replace("\r\n", "\n");
    let keys = text.chars().filter_map(|character| match character {
        '\n' | '\r' => Some(Key::Newline),
        '\t' => Some(Key::Tab),
        character if character.is_control() => None,
        character => Some(Key::Char(character)),
    });
    keys.collect()
}

impl<T: PlayedTerminal> Program for Play<T> {
    fn key(&mut self, key: KeyEvent) -> Vec<WindowCommand> {
        if self.overlay != Overlay::None && key.code == KeyCode::Esc {
            match self.uncover() {
                Overlay::Answer(line) => self.draft = Some(line.text),
                Overlay::Spent => return vec![WindowCommand::Quit],
                Overlay::None | Overlay::Help(_) | Overlay::Goal(_) | Overlay::Quit => {}
            }
            return Vec::new();
        }
        match self.keymap.press(key) {
            Pressed::Pending => Vec::new(),
            pressed => {
                let overlay = self.uncover();
                self.key_under(overlay, pressed)
            }
        }
    }

    fn paste(&mut self, text: &str) -> Vec<WindowCommand> {
        match &mut self.overlay {
            Overlay::None => {}
            Overlay::Goal(_) => self.overlay = Overlay::None,
            Overlay::Answer(line) => {
                line.paste(text);
                return Vec::new();
            }
            Overlay::Help(_) | Overlay::Quit | Overlay::Spent => return Vec::new(),
        }
        let keys = pasted(text).into_iter();
        keys.flat_map(|key| self.press(key)).collect()
    }

    fn tick(&mut self, now: Millis) -> Vec<WindowCommand> {
        let outcome = self.played.tick(now);
        self.report(outcome)
    }

    fn next_tick(&self) -> Option<Millis> {
        self.played.next_tick()
    }

    async fn changed(&mut self) -> Vec<WindowCommand> {
        let outcome = self.played.changed().await;
        self.report(outcome)
    }

    fn draw(&self, frame: &mut Frame<'_>) {
        view::draw(self, frame);
    }
}
