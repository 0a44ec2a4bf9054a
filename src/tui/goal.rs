//! The goal of a task beside or above a screen.

use super::screen::Palette;
use bigiron_sim::task::status::TaskStatus;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

/// The rows beneath a screen that come before the goal: the operator information area and the budget.
const FOOT: u16 = 2;

/// The fewest columns that a goal needs beside a screen, and the most that it takes.
const BESIDE: (u16, u16) = (24, 70);

/// The place of a goal in a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoalPlacement {
    /// The rest of the window, for the screen and the lines beneath it.
    pub rest: Rect,
    /// The goal, if all of it fits.
    goal: Option<Goal>,
}

/// A goal with its lines and their area.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Goal {
    area: Rect,
    lines: Vec<String>,
    side: GoalSide,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GoalSide {
    Above,
    Beside,
}

impl GoalPlacement {
    /// Places the goal in a window: above a screen of so many rows and columns if there are enough rows, else beside it if there are
    /// enough columns.
    pub fn find(window: Rect, rows: u16, columns: u16, task: &TaskStatus<'_>) -> GoalPlacement {
        let goal = above(window, rows, task).or_else(|| beside(window, columns, task));
        let rest = match &goal {
            Some(goal) if goal.side == GoalSide::Above => Rect {
                y: window.y + goal.area.height,
                height: window.height - goal.area.height,
                ..window
            },
            _ => window,
        };
        GoalPlacement { rest, goal }
    }

    /// Whether the goal is shown.
    pub fn shows_goal(&self) -> bool {
        self.goal.is_some()
    }

    /// Draws the goal, if it fits, and a rule between it and the screen.
    pub fn draw(&self, frame: &mut Frame<'_>, palette: Palette, rule: Style) {
        let Some(goal) = &self.goal else { return };
        let Rect { x, y, width, .. } = goal.area;
        let style = match palette {
            Palette::Color => Style::new().fg(Color::White).bg(Color::Black),
            Palette::Monochrome => Style::new(),
        };
        let buffer = frame.buffer_mut();
        for (row, text) in (y..).zip(&goal.lines) {
            buffer.set_string(x + 1, row, text, style);
        }
        match goal.side {
            GoalSide::Above => {
                let line = "─".repeat(usize::from(width));
                buffer.set_string(x, goal.area.bottom() - 1, line, rule);
            }
            GoalSide::Beside => (goal.area.top()..goal.area.bottom())
                .for_each(|row| buffer.set_string(x.saturating_sub(1), row, "│", rule)),
        }
    }
}

/// The goal above the screen: its lines and a rule.
fn above(window: Rect, rows: u16, task: &TaskStatus<'_>) -> Option<Goal> {
    let spare = window.height.saturating_sub(rows.saturating_add(FOOT));
    let lines = task.lines(usize::from(window.width.saturating_sub(2)));
    let height = u16::try_from(lines.len()).ok()?.checked_add(1)?;
    (height <= spare).then_some(Goal {
        area: Rect { height, ..window },
        lines,
        side: GoalSide::Above,
    })
}

/// The goal beside the screen: a rule, its lines, a blank column.
fn beside(window: Rect, columns: u16, task: &TaskStatus<'_>) -> Option<Goal> {
    let spare = window.width.saturating_sub(columns.saturating_add(1));
    let width = spare.min(BESIDE.1);
    let lines = task.lines(usize::from(width.saturating_sub(2)));
    let height = window.height.saturating_sub(FOOT);
    (width >= BESIDE.0 && lines.len() <= usize::from(height)).then(|| Goal {
        area: Rect {
            x: window.x + columns + 1,
            width,
            height,
            ..window
        },
        lines,
        side: GoalSide::Beside,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::screen::WindowLayout;
    use bigiron_sim::task::model::Budget;
    use proptest::prelude::*;

    fn task(goal: &str) -> TaskStatus<'_> {
        TaskStatus {
            goal,
            budget: Budget {
                keys: 9,
                time: 60_000,
            },
            left: Budget {
                keys: 9,
                time: 60_000,
            },
            terminals: vec![("dmv", "Licence desk")],
            at: 0,
            reports: false,
            answer: None,
            over: false,
        }
    }

    proptest! {
        #[test]
        fn a_goal_never_takes_room_from_the_screen(
            goal in "([a-z]{1,12} ){0,90}", width in 24u16..200, height in 4u16..80, rows in 24u16..44,
        ) {
            let window = Rect::new(0, 0, width, height);
            let place = GoalPlacement::find(window, rows, 80, &task(&goal));
            prop_assert_eq!(window.intersection(place.rest), place.rest);
            if let Some(goal) = &place.goal {
                let layout = WindowLayout::fit(place.rest, rows, 80, (0, 0)).unwrap().rather_hints();
                // A window that is too low cuts the screen, whatever stands beside it.
                prop_assert_eq!(layout.screen.height, rows.min(height - 1).max(rows * u16::from(rows == height)));
                prop_assert_eq!(layout.screen.width, width.min(80));
                prop_assert!(!goal.area.intersects(layout.screen));
                prop_assert_eq!(layout.hint.is_some(), height > rows + 1);
                prop_assert_eq!(window.intersection(goal.area), goal.area);
                let widest = goal.lines.iter().map(|line| line.chars().count()).max();
                prop_assert!(widest.unwrap_or(0) < usize::from(goal.area.width));
                prop_assert!(goal.lines.len() <= usize::from(goal.area.height));
            }
        }
    }
}
