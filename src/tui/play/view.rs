//! Drawing a played terminal: screen, goal, hint line and overlay.

use super::{Overlay, Play, goal};
use crate::tui::answer;
use crate::tui::goal::GoalPlacement;
use crate::tui::keys::Prefix;
use crate::tui::overlay::{self, Hint};
use crate::tui::played::PlayedTerminal;
use crate::tui::screen::{self, ScreenWidget, WindowLayout, frame_style};
use bigiron_sim::task::status::TaskStatus;
use ratatui::Frame;

/// The keys that every hint line names.
const KEYS: &str = "Alt-H keys  Ctrl-Q quit";

/// The longest part of an answer that the question before leaving shows, in characters.
const ANSWER: usize = 40;

/// Draws the program into a frame.
pub(super) fn draw<T: PlayedTerminal>(play: &Play<T>, frame: &mut Frame<'_>) {
    let terminal = play.played.terminal();
    let (rows, columns) = (terminal.rows(), terminal.columns());
    let at = screen::cursor(terminal);
    let task = play.played.status();
    let place = task
        .as_ref()
        .map(|task| GoalPlacement::find(frame.area(), rows, columns, task));
    let window = place.as_ref().map_or(frame.area(), |place| place.rest);
    let Some(layout) = WindowLayout::fit(window, rows, columns, at) else {
        overlay::too_small(frame);
        return;
    };
    let layout = match task {
        Some(_) => layout.rather_hints(),
        None => layout,
    };
    let screen = ScreenWidget {
        terminal,
        layout,
        palette: play.palette,
    };
    let shows_oia = screen.shows_oia();
    frame.render_widget(screen, frame.area());
    if let Some(place) = &place {
        place.draw(frame, play.palette, frame_style(play.palette));
    }
    match task.as_ref().zip(place.as_ref()) {
        Some((task, place)) => draw_task_hint(play, frame, &layout, shows_oia, task, place),
        None => draw_title(play, frame, &layout, shows_oia),
    }
    frame.set_cursor_position(layout.cursor(at));
    draw_overlay(play, frame);
}

/// The prefix that waits for its key, as the hint line shows it.
fn pending<T>(play: &Play<T>) -> Option<&'static str> {
    play.keymap.pending().map(|prefix| match prefix {
        Prefix::Escape => "Esc-",
        Prefix::ProgramAccess => "PA-",
    })
}

/// The hint line without a task: a prefix that waits for its key, else the title.
fn draw_title<T: PlayedTerminal>(
    play: &Play<T>,
    frame: &mut Frame<'_>,
    layout: &WindowLayout,
    shows_oia: bool,
) {
    let pending = pending(play);
    let title = play.played.title();
    let hint = Hint {
        left: pending.unwrap_or(&title),
        keys: &[KEYS],
        short: pending.unwrap_or(KEYS),
        width: 80,
    };
    let style = frame_style(play.palette);
    hint.draw(frame, layout, shows_oia && !layout.shares, style);
}

/// The hint line of a task: a prefix that waits for its key, else the budget and the answer so far.
fn draw_task_hint<T>(
    play: &Play<T>,
    frame: &mut Frame<'_>,
    layout: &WindowLayout,
    shows_oia: bool,
    task: &TaskStatus<'_>,
    place: &GoalPlacement,
) {
    let pending = pending(play);
    let budget = task.budget_line();
    let answered = match task.answer {
        Some(answer) => format!("{budget}  answer {answer}"),
        None => budget.clone(),
    };
    let hint = Hint {
        left: pending.unwrap_or(&answered),
        keys: &keys_of(task, place.shows_goal()),
        short: pending.unwrap_or(&budget),
        width: u16::MAX,
    };
    hint.draw(frame, layout, shows_oia, frame_style(play.palette));
}

/// The keys of the hint line of a task, the least important first.
fn keys_of(task: &TaskStatus<'_>, shows_goal: bool) -> Vec<&'static str> {
    let keys = [
        (true, "Ctrl-Q quit"),
        (true, "Alt-H keys"),
        (!shows_goal, "Alt-G goal"),
        (task.terminals.len() > 1, "Alt-T turn"),
        (task.reports, "Alt-E answer"),
    ];
    let keys = keys.into_iter().filter(|(wanted, _)| *wanted);
    keys.map(|(_, key)| key).collect()
}

fn draw_overlay<T: PlayedTerminal>(play: &Play<T>, frame: &mut Frame<'_>) {
    match &play.overlay {
        Overlay::None => {}
        Overlay::Help(page) => page.draw(
            frame,
            overlay::lines(),
            " Keys ",
            " Up, Down, Space scroll; any other key closes ",
        ),
        Overlay::Goal(page) => {
            let task = play.played.status();
            let lines = task.map_or_else(Vec::new, |task| goal(&task));
            page.draw(frame, lines, " Goal ", " Enter continues ");
        }
        Overlay::Answer(line) => answer::draw(line, frame),
        Overlay::Quit => overlay::question(frame, &leave_question(play.answer())),
        Overlay::Spent => overlay::question(
            frame,
            "The keys or the time of the task are used up.  Any key leaves",
        ),
    }
}

fn leave_question(answer: Option<&str>) -> String {
    match answer {
        None => "Leave this session?  Y yes, any other key no".into(),
        Some(answer) => {
            let answer: String = answer.chars().take(ANSWER).collect();
            format!("Leave with the answer {answer}?  Y yes, any other key no")
        }
    }
}
