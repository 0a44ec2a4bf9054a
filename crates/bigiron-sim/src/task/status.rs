//! The status of an attempt as its operator may see it beside the screen: goal, budget, terminals and answer.

use super::attempt::Attempt;
use super::model::Budget;
use crate::session::Millis;

/// The status of an attempt. It borrows its texts, so that it can be asked for at each frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskStatus<'a> {
    /// The goal, in words.
    pub goal: &'a str,
    /// The whole budget.
    pub budget: Budget,
    /// What is left of it.
    pub left: Budget,
    /// The id and title of each system of the task; there is a terminal at each.
    pub terminals: Vec<(&'a str, &'a str)>,
    /// The index of the terminal that is operated, from 0.
    pub at: usize,
    /// Whether the task asks for an answer.
    pub reports: bool,
    /// The answer so far.
    pub answer: Option<&'a str>,
    /// Whether the attempt is over.
    pub over: bool,
}

impl<L> Attempt<L> {
    /// The status at this virtual time, which may be later than the sessions have come to; none without a task.
    pub fn status_at(&self, now: Millis) -> Option<TaskStatus<'_>> {
        let start = self.start()?;
        let systems = start.regions().iter().map(|region| region.system());
        let terminals = systems.map(|system| (system.id.as_str(), system.title.as_str()));
        Some(TaskStatus {
            goal: start.goal(),
            budget: start.task().budget,
            left: self.left_at(now)?,
            terminals: terminals.collect(),
            at: self.at(),
            reports: start.task().report.is_some(),
            answer: self.answer(),
            over: self.is_over(),
        })
    }
}

impl TaskStatus<'_> {
    /// The goal in lines of at most `width` characters; in a task of several systems the list of terminals follows.
    pub fn lines(&self, width: usize) -> Vec<String> {
        let mut lines = wrapped(self.goal, width);
        if self.terminals.len() > 1 {
            for (n, (id, title)) in (1..).zip(&self.terminals) {
                let here = if n == self.at + 1 { " (here)" } else { "" };
                lines.extend(wrapped(
                    &format!("Terminal {n}: {id}, {title}{here}"),
                    width,
                ));
            }
        }
        lines
    }

    /// The budget in one line: `keys 88 of 500, 14:32 left`. With several terminals the number and system of this one come first.
    pub fn budget_line(&self) -> String {
        let Budget { keys, .. } = self.budget;
        let used = keys.saturating_sub(self.left.keys);
        let place = match &self.terminals[..] {
            [] | [_] => String::new(),
            terminals => {
                let id = terminals.get(self.at).map_or("", |(id, _)| id);
                format!("{} {id}, ", self.at + 1)
            }
        };
        format!(
            "{place}keys {used} of {keys}, {} left",
            clock(self.left.time)
        )
    }
}

/// Minutes and seconds, or hours, minutes and seconds.
fn clock(time: u64) -> String {
    let seconds = time / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// A text in lines of at most so many characters, broken between words; a word that is longer is cut.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        let mut length = 0;
        for word in paragraph.split_whitespace() {
            let own = word.chars().count();
            if length > 0 && length + 1 + own > width {
                lines.push(std::mem::take(&mut line));
                length = 0;
            }
            if length > 0 {
                line.push(' ');
                length += 1;
            }
            for character in word.chars() {
                if length == width {
                    lines.push(std::mem::take(&mut line));
                    length = 0;
                }
                line.push(character);
                length += 1;
            }
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_breaks_between_words() {
        assert_eq!(
            wrapped("On what date does it expire?", 12),
            ["On what date", "does it", "expire?"]
        );
        assert_eq!(wrapped("one\n\ntwo", 9), ["one", "", "two"]);
        assert_eq!(wrapped("D4471902X", 4), ["D447", "1902", "X"]);
    }

    #[test]
    fn hours_show_only_if_there_are_any() {
        assert_eq!(
            [clock(59_999), clock(3_600_000), clock(0)],
            ["0:59", "1:00:00", "0:00"]
        );
    }

    proptest! {
        #[test]
        fn no_line_is_too_long_and_no_word_is_lost(text in "[ a-zé\n]{0,80}", width in 1usize..30) {
            let lines = wrapped(&text, width);
            prop_assert!(lines.iter().all(|line| line.chars().count() <= width));
            let letters = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }
    }
}
