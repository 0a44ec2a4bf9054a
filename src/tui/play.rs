//! Playing: keys go to a desk, its terminal is drawn, with the task that is worked at beside it.

use super::answer;
use super::goal::GoalPlacement;
use super::keys::{Keymap, Prefix, Pressed, WindowAction};
use super::overlay::{self, Hint, PAGE, Page};
use super::screen::{self, Palette, ScreenWidget, WindowLayout, frame_style};
use super::{CursorStyle, Program, WindowCommand};
use bigiron_sim::session::Millis;
use bigiron_sim::task::entry::{After, AnswerEdit, AnswerLine};
use bigiron_sim::task::status::TaskStatus;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use std::future::Future;
use tn3270::terminal::{Key, Terminal};

/// How long the wait key lets time pass under the turn clock.
const WAIT: Millis = 1000;

/// What lies over the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Over {
    Nothing,
    Help(Page),
    Goal(Page),
    Answer(AnswerLine),
    Quit,
    /// The task leaves no keys or no time.
    Spent,
}

/// A terminal that is played, and what stands behind it.
pub trait PlayedTerminal {
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
    /// Waits until the host has written by itself. Nothing is lost if the wait is broken off.
    fn changed(&mut self) -> impl Future<Output = ()> {
        std::future::pending()
    }
    /// What stands in the hint line.
    fn title(&self) -> String;
    /// What is told of the task that is worked at, if there is one.
    fn status(&self) -> Option<TaskStatus<'_>> {
        None
    }
    /// Turns to the next terminal; false if there is no other.
    fn turn(&mut self) -> bool {
        false
    }
    /// Keeps the answer of the task; blank: none. The error says why it will not be read.
    fn answer(&mut self, _answer: &str) -> Result<(), String> {
        Ok(())
    }
}

/// A desk that is played.
pub struct Play<D> {
    desk: D,
    palette: Palette,
    keymap: Keymap,
    over: Over,
    /// An answer that was typed and not taken.
    draft: Option<String>,
    cursor: CursorStyle,
}

impl<D: PlayedTerminal> Play<D> {
    /// Plays at a desk. If that is at a task, its goal is shown first.
    pub fn at(desk: D, palette: Palette) -> Play<D> {
        let over = match desk.status() {
            Some(_) => Over::Goal(Page::default()),
            None => Over::Nothing,
        };
        Play {
            desk,
            palette,
            keymap: Keymap::default(),
            over,
            draft: None,
            cursor: CursorStyle::default(),
        }
    }

    /// The desk.
    pub fn desk(&self) -> &D {
        &self.desk
    }

    /// The desk, when all is over.
    pub fn into_desk(self) -> D {
        self.desk
    }

    fn act(&mut self, action: WindowAction) -> Vec<WindowCommand> {
        match action {
            WindowAction::Press(key) => return self.press(key),
            WindowAction::Wait => {
                let mut waited = false;
                let commands = self.at_desk(|desk| waited = desk.wait(WAIT));
                return match waited {
                    true => commands,
                    false => vec![WindowCommand::Bell],
                };
            }
            WindowAction::Help => self.over = Over::Help(Page::default()),
            WindowAction::Goal if self.desk.status().is_some() => {
                self.over = Over::Goal(Page::default())
            }
            WindowAction::Answer if self.reports() => self.open_answer(After::Stay),
            WindowAction::Turn if self.desk.turn() => {}
            WindowAction::Goal | WindowAction::Answer | WindowAction::Turn => {
                return vec![WindowCommand::Bell];
            }
            WindowAction::Cursor => {
                self.cursor = match self.cursor {
                    CursorStyle::Block => CursorStyle::Underline,
                    CursorStyle::Underline => CursorStyle::Block,
                };
                return vec![WindowCommand::Cursor(self.cursor)];
            }
            WindowAction::Redraw => return vec![WindowCommand::Redraw],
            WindowAction::Quit if self.reports() && self.answer().is_none() => {
                self.open_answer(After::Leave);
            }
            WindowAction::Quit => self.over = Over::Quit,
        }
        Vec::new()
    }

    fn reports(&self) -> bool {
        self.desk.status().is_some_and(|status| status.reports)
    }

    fn answer(&self) -> Option<String> {
        self.desk.status()?.answer.map(str::to_owned)
    }

    fn open_answer(&mut self, after: After) {
        let text = self.draft.take().or_else(|| self.answer());
        self.over = Over::Answer(AnswerLine::new(text.unwrap_or_default(), after));
    }

    /// A key on the answer line.
    fn type_answer(&mut self, mut line: AnswerLine, key: Key) -> Vec<WindowCommand> {
        let mut commands = Vec::new();
        match line.press(key) {
            AnswerEdit::Going => {}
            AnswerEdit::Refused => commands.push(WindowCommand::Bell),
            AnswerEdit::Taken if line.take(self.desk.answer(&line.text)) => {
                return match line.after {
                    After::Leave => vec![WindowCommand::Quit],
                    After::Stay => Vec::new(),
                };
            }
            AnswerEdit::Taken => {}
        }
        self.over = Over::Answer(line);
        commands
    }

    fn press(&mut self, key: Key) -> Vec<WindowCommand> {
        self.at_desk(|desk| desk.press(key))
    }

    /// Does something at the desk.
    fn at_desk(&mut self, act: impl FnOnce(&mut D)) -> Vec<WindowCommand> {
        let before = self.desk.terminal().oia().alarm;
        act(&mut self.desk);
        self.came_of_it(before)
    }

    /// What something at the desk comes to: the bell rings if that raised the alarm, and the work may be over.
    fn came_of_it(&mut self, alarm_before: bool) -> Vec<WindowCommand> {
        let sounded = self.desk.terminal().oia().alarm && !alarm_before;
        if self.desk.status().is_some_and(|status| status.over) {
            self.over = Over::Spent;
        }
        match sounded {
            true => vec![WindowCommand::Bell],
            false => Vec::new(),
        }
    }

    fn pending(&self) -> Option<&'static str> {
        self.keymap.pending().map(|prefix| match prefix {
            Prefix::Escape => "Esc-",
            Prefix::ProgramAccess => "PA-",
        })
    }

    /// Takes what lies over the screen away; what stands on an answer line is not lost.
    fn uncover(&mut self) -> Over {
        std::mem::replace(&mut self.over, Over::Nothing)
    }

    /// A key while something lies over the screen.
    fn key_over(&mut self, over: Over, pressed: Pressed) -> Vec<WindowCommand> {
        match (over, pressed) {
            (Over::Spent, _) => return vec![WindowCommand::Quit],
            (
                Over::Quit,
                Pressed::Action(WindowAction::Press(Key::Char('y' | 'Y')) | WindowAction::Quit),
            ) => {
                return vec![WindowCommand::Quit];
            }
            (Over::Help(mut page), Pressed::Action(WindowAction::Press(key))) => {
                if page.scroll(key, overlay::lines().len()) {
                    self.over = Over::Help(page);
                }
            }
            (Over::Goal(mut page), Pressed::Action(action)) => {
                let lines = self.desk.status().map_or(0, |status| goal(&status).len());
                match action {
                    WindowAction::Press(key @ (Key::Up | Key::Down)) if page.scroll(key, lines) => {
                        self.over = Over::Goal(page);
                    }
                    WindowAction::Press(Key::Enter | Key::Newline) | WindowAction::Goal => {}
                    // Who types on has read it.
                    action => return self.act(action),
                }
            }
            (Over::Answer(line), Pressed::Action(WindowAction::Press(key))) => {
                return self.type_answer(line, key);
            }
            (over @ Over::Answer(_), _) => {
                self.over = over;
                return vec![WindowCommand::Bell];
            }
            (Over::Nothing, Pressed::Action(action)) => return self.act(action),
            (Over::Nothing, _) => return vec![WindowCommand::Bell],
            (Over::Quit | Over::Help(_) | Over::Goal(_), _) => {}
        }
        Vec::new()
    }

    fn draw_over(&self, frame: &mut Frame<'_>) {
        match &self.over {
            Over::Nothing => {}
            Over::Help(page) => page.draw(
                frame,
                overlay::lines(),
                " Keys ",
                " Up, Down, Space scroll; any other key closes ",
            ),
            Over::Goal(page) => {
                let lines = self
                    .desk
                    .status()
                    .map_or_else(Vec::new, |status| goal(&status));
                page.draw(frame, lines, " Goal ", " Enter goes on ");
            }
            Over::Answer(line) => answer::draw(line, frame),
            Over::Quit => match self.answer() {
                None => overlay::question(frame, "Leave this session?  Y yes, any other key no"),
                Some(answer) => {
                    let answer: String = answer.chars().take(40).collect();
                    let text = format!("Leave with the answer {answer}?  Y yes, any other key no");
                    overlay::question(frame, &text);
                }
            },
            Over::Spent => overlay::question(
                frame,
                "The keys or the time of the task are used up.  Any key leaves",
            ),
        }
    }

    /// The keys of the hint line, the least wanted first.
    fn hints(status: &TaskStatus<'_>, shows_goal: bool) -> Vec<&'static str> {
        let keys = [
            (true, "Ctrl-Q quit"),
            (true, "Alt-H keys"),
            (!shows_goal, "Alt-G goal"),
            (status.terminals.len() > 1, "Alt-T turn"),
            (status.reports, "Alt-E answer"),
        ];
        let keys = keys.into_iter().filter(|(wanted, _)| *wanted);
        keys.map(|(_, key)| key).collect()
    }
}

/// The goal as the page over the screen shows it.
fn goal(status: &TaskStatus<'_>) -> Vec<String> {
    let lines = status.lines(usize::from(PAGE) - 4);
    let lines = lines.into_iter().map(|line| format!(" {line}"));
    lines
        .chain(["".into(), format!(" {}", status.budget_line())])
        .collect()
}

impl<D: PlayedTerminal> Program for Play<D> {
    fn key(&mut self, key: KeyEvent) -> Vec<WindowCommand> {
        if self.over != Over::Nothing && key.code == KeyCode::Esc {
            match self.uncover() {
                Over::Answer(line) => self.draft = Some(line.text),
                Over::Spent => return vec![WindowCommand::Quit],
                _ => {}
            }
            return Vec::new();
        }
        match self.keymap.press(key) {
            Pressed::Pending => Vec::new(),
            pressed => {
                let over = self.uncover();
                self.key_over(over, pressed)
            }
        }
    }

    fn paste(&mut self, text: &str) -> Vec<WindowCommand> {
        match &mut self.over {
            Over::Nothing => {}
            Over::Goal(_) => self.over = Over::Nothing,
            Over::Answer(line) => {
                line.paste(text);
                return Vec::new();
            }
            Over::Help(_) | Over::Quit | Over::Spent => return Vec::new(),
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

    fn tick(&mut self, now: Millis) -> Vec<WindowCommand> {
        self.at_desk(|desk| desk.tick(now))
    }

    fn next_tick(&self) -> Option<Millis> {
        self.desk.next_tick()
    }

    async fn changed(&mut self) -> Vec<WindowCommand> {
        let before = self.desk.terminal().oia().alarm;
        self.desk.changed().await;
        self.came_of_it(before)
    }

    fn draw(&self, frame: &mut Frame<'_>) {
        let terminal = self.desk.terminal();
        let (rows, columns) = (terminal.rows(), terminal.columns());
        let at = screen::cursor(terminal);
        let status = self.desk.status();
        let place = status
            .as_ref()
            .map(|status| GoalPlacement::find(frame.area(), rows, columns, status));
        let window = place.as_ref().map_or(frame.area(), |place| place.rest);
        let Some(layout) = WindowLayout::fit(window, rows, columns, at) else {
            overlay::too_small(frame);
            return;
        };
        let layout = match status {
            Some(_) => layout.rather_hints(),
            None => layout,
        };
        let screen = ScreenWidget {
            terminal,
            layout,
            palette: self.palette,
        };
        let shows_oia = screen.shows_oia();
        frame.render_widget(screen, frame.area());
        let style = frame_style(self.palette);
        if let Some(place) = &place {
            place.draw(frame, self.palette, style);
        }
        self.draw_hint(
            frame,
            &layout,
            shows_oia,
            status.as_ref().zip(place.as_ref()),
        );
        frame.set_cursor_position(layout.cursor(at));
        self.draw_over(frame);
    }
}

impl<D: PlayedTerminal> Play<D> {
    /// The hint line: a prefix that waits for its key first, else what a task leaves, else the desk's title.
    fn draw_hint(
        &self,
        frame: &mut Frame<'_>,
        layout: &WindowLayout,
        shows_oia: bool,
        task: Option<(&TaskStatus<'_>, &GoalPlacement)>,
    ) {
        const KEYS: &str = "Alt-H keys  Ctrl-Q quit";
        let style = frame_style(self.palette);
        let pending = self.pending();
        let Some((task, place)) = task else {
            let title = self.desk.title();
            let hint = Hint {
                left: pending.unwrap_or(&title),
                keys: &[KEYS],
                short: pending.unwrap_or(KEYS),
                width: 80,
            };
            hint.draw(frame, layout, shows_oia && !layout.shares, style);
            return;
        };
        let budget = task.budget_line();
        let answered = match task.answer {
            Some(answer) => format!("{budget}  answer {answer}"),
            None => budget.clone(),
        };
        let hint = Hint {
            left: pending.unwrap_or(&answered),
            keys: &Self::hints(task, place.shows_goal()),
            short: pending.unwrap_or(&budget),
            width: u16::MAX,
        };
        hint.draw(frame, layout, shows_oia, style);
    }
}
