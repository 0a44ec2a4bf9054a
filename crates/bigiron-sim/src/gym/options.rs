//! How an environment is set up.

use super::action::Vocabulary;
use super::error::GymError;
use crate::host::{Millis, Warts};
use crate::session::ClockMode;
use crate::system::near::near;
use crate::task::model::Seeds;

/// Which seeds an environment draws when none is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeedDraws {
    /// Those the task has for learning.
    Train,
    /// Those the task has for measuring.
    Test,
    /// These.
    These(Seeds),
}

/// How an environment is set up, for all its episodes. [`EnvOptions::set`] takes each by name.
#[derive(Debug, Clone, PartialEq)]
pub struct EnvOptions {
    /// `warts`: which warts are on: `none` (the clean twin), `all`, or names with intensities.
    pub warts: Warts,
    /// `actions`: what can be done in one step.
    pub actions: Vocabulary,
    /// `auto_wait`: whether a key of attention lasts until its answer is complete and the keyboard restored. Otherwise it
    /// returns at once, the keyboard locked until time has passed by keys and `<wait>`.
    pub auto_wait: bool,
    /// `key_time`: virtual milliseconds that pass before each key; none unless said otherwise.
    pub key_time: Millis,
    /// `wait_time`: virtual milliseconds that `<wait>` lasts.
    pub wait_time: Millis,
    /// `milestones`: what reaching all milestones of the task is worth beside the grade, an equal part for each, paid once in
    /// an episode at the transaction that reaches it. 0: the reward is the grade alone.
    pub milestones: f64,
    /// `stop_when_solved`: whether the episode also ends, solved, with the transaction after which the task's grade is
    /// solved. Of tasks that ask for an answer, none ends so.
    pub stop_when_solved: bool,
    /// `seeds`: which seeds are drawn where none is given: `train`, `test`, or `FIRST-LAST`.
    pub seeds: SeedDraws,
}

impl Default for EnvOptions {
    /// No warts, one key a step, automatic waiting, typing that costs no time, a wait of a second, the grade alone, the seeds
    /// for learning.
    fn default() -> EnvOptions {
        EnvOptions {
            warts: Warts::None,
            actions: Vocabulary::keys(),
            auto_wait: true,
            key_time: 0,
            wait_time: 1000,
            milestones: 0.0,
            stop_when_solved: false,
            seeds: SeedDraws::Train,
        }
    }
}

impl EnvOptions {
    /// The names that [`EnvOptions::set`] knows.
    pub const NAMES: [&'static str; 8] = [
        "warts",
        "actions",
        "auto_wait",
        "key_time",
        "wait_time",
        "milestones",
        "stop_when_solved",
        "seeds",
    ];

    /// Sets an option by its name from a text: `true` or `false`, a number, or what the option says.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), GymError> {
        let fault = |expected: &str| GymError::Option {
            name: name.to_owned(),
            value: value.to_owned(),
            expected: expected.to_owned(),
        };
        let truth = || match value.to_ascii_lowercase().as_str() {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(fault("true or false")),
        };
        let millis = || {
            let number = value.parse().ok().filter(|number| *number <= 86_400_000);
            number.ok_or_else(|| fault("a number of milliseconds, at most a day,"))
        };
        match name {
            "warts" => self.warts = value.parse()?,
            "actions" => self.actions = Vocabulary::named(value)?,
            "auto_wait" => self.auto_wait = truth()?,
            "key_time" => self.key_time = millis()?,
            "wait_time" => self.wait_time = millis()?,
            "milestones" => {
                let number = value.parse().ok();
                let number = number.filter(|number| (0.0..=1e6).contains(number));
                self.milestones = number.ok_or_else(|| fault("a number from 0"))?;
            }
            "stop_when_solved" => self.stop_when_solved = truth()?,
            "seeds" => {
                self.seeds = draws(value)
                    .ok_or_else(|| fault("`train`, `test` or two numbers such as 0-99"))?;
            }
            _ => {
                let near = near(name, EnvOptions::NAMES);
                return Err(GymError::NoSuchOption {
                    name: name.to_owned(),
                    near: EnvOptions::NAMES
                        .into_iter()
                        .find(|name| Some(*name) == near),
                    known: &EnvOptions::NAMES,
                });
            }
        }
        Ok(())
    }

    /// Every option by its name, as [`EnvOptions::set`] takes it.
    pub fn entries(&self) -> [(&'static str, String); 8] {
        let seeds = match self.seeds {
            SeedDraws::Train => "train".to_owned(),
            SeedDraws::Test => "test".to_owned(),
            SeedDraws::These(Seeds { first, last }) => format!("{first}-{last}"),
        };
        let values = [
            self.warts.to_string(),
            self.actions.name(),
            self.auto_wait.to_string(),
            self.key_time.to_string(),
            self.wait_time.to_string(),
            self.milestones.to_string(),
            self.stop_when_solved.to_string(),
            seeds,
        ];
        let mut entries = EnvOptions::NAMES.map(|name| (name, String::new()));
        for (entry, value) in entries.iter_mut().zip(values) {
            entry.1 = value;
        }
        entries
    }

    pub(super) fn clock(&self) -> ClockMode {
        match self.auto_wait {
            true => ClockMode::Turn,
            false => ClockMode::Live,
        }
    }
}

fn draws(text: &str) -> Option<SeedDraws> {
    match text {
        "train" => Some(SeedDraws::Train),
        "test" => Some(SeedDraws::Test),
        range => {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
            (first <= last).then_some(SeedDraws::These(Seeds { first, last }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_read_back_as_they_are_told() {
        let mut options = EnvOptions::default();
        for (name, value) in [
            ("warts", "lost_renewal,slow_line=0.3"),
            ("actions", "macros"),
            ("auto_wait", "False"),
            ("key_time", "120"),
            ("wait_time", "500"),
            ("milestones", "0.5"),
            ("stop_when_solved", "true"),
            ("seeds", "3-17"),
        ] {
            options.set(name, value).unwrap();
        }
        let mut again = EnvOptions::default();
        for (name, value) in options.entries() {
            again.set(name, &value).unwrap();
        }
        assert_eq!(again, options);
    }

    #[test]
    fn what_is_no_option_or_no_value_says_what_would_be() {
        let fault = |name, value| {
            let error = EnvOptions::default().set(name, value).unwrap_err();
            error.to_string()
        };
        assert_eq!(
            fault("autowait", "true"),
            "there is no option `autowait`; did you mean `auto_wait`?"
        );
        assert_eq!(
            fault("auto_wait", "maybe"),
            "option `auto_wait` is `maybe`: true or false is expected"
        );
        assert_eq!(
            fault("seeds", "9-3"),
            "option `seeds` is `9-3`: `train`, `test` or two numbers such as 0-99 is expected"
        );
    }
}
