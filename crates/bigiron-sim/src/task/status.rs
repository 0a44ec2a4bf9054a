//! What somebody at work is told beside the screen: the goal, what it may still use up, and what was answered so far.

use super::model::Budget;
use super::run::{Left, Run};

/// What is told of a run at a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskStatus {
    /// What is to be done, in words.
    pub goal: String,
    /// What may be used up in all.
    pub budget: Budget,
    /// What is left of it.
    pub left: Left,
    /// The systems that there are terminals at, each with its title.
    pub places: Vec<(String, String)>,
    /// At which of them one is, from 0.
    pub at: usize,
    /// Whether an answer is asked for.
    pub reports: bool,
    /// The answer so far.
    pub answer: Option<String>,
    /// Whether the work is over.
    pub over: bool,
}

impl Run {
    /// What is told at this virtual time, at the terminal of this system.
    pub fn brief(&self, now: u64, system: &str) -> TaskStatus {
        let start = self.start();
        let places: Vec<(String, String)> = start
            .regions()
            .iter()
            .map(|region| region.system())
            .map(|system| (system.id.clone(), system.title.clone()))
            .collect();
        TaskStatus {
            goal: start.goal().to_owned(),
            budget: start.task().budget,
            left: self.left(now),
            at: places.iter().position(|(id, _)| id == system).unwrap_or(0),
            places,
            reports: start.task().report.is_some(),
            answer: None,
            over: false,
        }
    }
}

impl TaskStatus {
    /// The goal in lines of at most so many characters; with terminals at several systems, these too.
    pub fn lines(&self, width: usize) -> Vec<String> {
        let mut lines = wrapped(&self.goal, width);
        if self.places.len() > 1 {
            for (n, (id, title)) in (1..).zip(&self.places) {
                let here = if n == self.at + 1 { " (here)" } else { "" };
                lines.extend(wrapped(
                    &format!("Terminal {n}: {id}, {title}{here}"),
                    width,
                ));
            }
        }
        lines
    }

    /// What is used up and what is left: `keys 88 of 500, 14:32 left`. At one of several terminals its number and system come first.
    pub fn status(&self) -> String {
        let Budget { keys, .. } = self.budget;
        let used = keys.saturating_sub(self.left.keys);
        let place = match &self.places[..] {
            [] | [_] => String::new(),
            places => {
                let id = places.get(self.at).map_or("", |(id, _)| id);
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
    fn time_is_told_in_hours_only_where_there_are_any() {
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
