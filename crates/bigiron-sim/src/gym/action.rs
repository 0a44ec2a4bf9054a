//! What an agent can do in one step, and the numbers it goes by.

use super::error::GymError;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use tn3270::terminal::Key;

/// What an agent can do in one step.
///
/// Written as a line of keys is (`A`, `<pf3>`, `INQ<enter>`), with more names: `<wait>`, `<answer>`, `<done>`,
/// `<report>` or `<report 3>`, `<field 3>`, `<token 3>`, `<terminal 1>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Presses a key.
    Press(Key),
    /// Presses keys one after another, as far as the budget goes.
    Type(Arc<[Key]>),
    /// Lets time pass: see [`super::EnvOptions::wait_time`].
    Wait,
    /// Turns to the answer line below the screen, or back to the screen. Characters typed there make up the answer; BACKSPACE
    /// takes the last away, ERASE EOF, ERASE INPUT and DELETE FIELD all of them, and any other key goes to the screen.
    Answer,
    /// Says that the task is done, with what stands in the answer line as the answer. Ends the episode.
    Done,
    /// Says that the task is done, with what shows in the field at the cursor as the answer.
    ReportHere,
    /// As [`Action::ReportHere`], with what shows in the protected field of this number, counting from 0 those in which
    /// something shows.
    Report(u8),
    /// Puts the cursor into the input field of this number, from 0 in the order of the screen.
    Field(u8),
    /// Erases what stands from the cursor on in its field, and types the token of this number of the goal (see
    /// [`super::TaskWorld::tokens`]) there; on the answer line, types it there.
    Token(u8),
    /// Turns to the terminal at the system of this number, from 0, where a task is worked in several systems.
    Terminal(u8),
}

impl Action {
    /// A line of keys as one action.
    fn of_keys(keys: Vec<Key>) -> Action {
        match keys[..] {
            [key] => Action::Press(key),
            _ => Action::Type(keys.into()),
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::Press(key) => write!(f, "{key}"),
            Action::Type(keys) => f.write_str(&Key::line(keys)),
            Action::Wait => f.write_str("<wait>"),
            Action::Answer => f.write_str("<answer>"),
            Action::Done => f.write_str("<done>"),
            Action::ReportHere => f.write_str("<report>"),
            Action::Report(number) => write!(f, "<report {number}>"),
            Action::Field(number) => write!(f, "<field {number}>"),
            Action::Token(number) => write!(f, "<token {number}>"),
            Action::Terminal(number) => write!(f, "<terminal {number}>"),
        }
    }
}

impl FromStr for Action {
    type Err = GymError;

    fn from_str(text: &str) -> Result<Action, GymError> {
        let inner = text
            .strip_prefix('<')
            .and_then(|rest| rest.strip_suffix('>'));
        let (name, number) = match inner.map(|inner| inner.split_once(' ').unwrap_or((inner, ""))) {
            Some((name, number)) => (name.to_ascii_lowercase(), number.trim()),
            None => (String::new(), ""),
        };
        let numbered = |make: fn(u8) -> Action| {
            number.parse().map(make).map_err(|_| {
                GymError::ActionName(format!("`{text}`: a number from 0 to 255 is expected"))
            })
        };
        match (name.as_str(), number) {
            ("wait", "") => Ok(Action::Wait),
            ("answer", "") => Ok(Action::Answer),
            ("done", "") => Ok(Action::Done),
            ("report", "") => Ok(Action::ReportHere),
            ("report", _) => numbered(Action::Report),
            ("field", _) => numbered(Action::Field),
            ("token", _) => numbered(Action::Token),
            ("terminal", _) => numbered(Action::Terminal),
            _ => match Key::parse_line(text) {
                Ok(keys) if !keys.is_empty() => Ok(Action::of_keys(keys)),
                Ok(_) => Err(GymError::ActionName("an action has no keys".into())),
                Err(cause) => Err(GymError::ActionName(format!("`{text}`: {cause}"))),
            },
        }
    }
}

/// The actions of an environment, each known by its place from 0. Fixed while the environment lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vocabulary {
    name: &'static str,
    actions: Vec<Action>,
}

/// The most fields that [`Vocabulary::macros`] can go to.
pub const FIELDS: u8 = 32;
/// The most shown fields that [`Vocabulary::macros`] can report.
pub const REPORTS: u8 = 64;
/// The most tokens of a goal.
pub const TOKENS: usize = 16;
/// The most terminals of a task.
pub const TERMINALS: u8 = 4;

impl Vocabulary {
    /// One key a step: the printable characters of ASCII in their order (0 to 94), every key in the order of [`Key::all`],
    /// then `<wait>`, `<answer>`, `<done>` and `<terminal 0>` to `<terminal 3>`.
    pub fn keys() -> Vocabulary {
        let characters = (' '..='~').map(Key::Char);
        let keys = characters.chain(Key::all()).map(Action::Press);
        Vocabulary {
            name: "keys",
            actions: keys
                .chain([Action::Wait, Action::Answer, Action::Done])
                .chain((0..TERMINALS).map(Action::Terminal))
                .collect(),
        }
    }

    /// What a person thinks of as one step: to a field, a token of the goal, a key of attention, a report.
    pub fn macros() -> Vocabulary {
        use Key::*;
        let attention = [Enter, Clear].into_iter();
        let attention = attention.chain((1..=24).map(Pf)).chain((1..=3).map(Pa));
        let others = [Tab, EraseEof, Reset].into_iter();
        let numbers = (0..FIELDS).map(Action::Field);
        let numbers = numbers.chain((0..TOKENS as u8).map(Action::Token));
        let numbers = numbers.chain((0..REPORTS).map(Action::Report));
        let keys = attention.chain(others).map(Action::Press);
        Vocabulary {
            name: "macros",
            actions: numbers
                .chain(keys)
                .chain([Action::Wait, Action::Done])
                .chain((0..TERMINALS).map(Action::Terminal))
                .collect(),
        }
    }

    /// Those of [`Vocabulary::keys`], then those of [`Vocabulary::macros`] that are not among them.
    pub fn all() -> Vocabulary {
        let mut all = Vocabulary::keys();
        let macros = Vocabulary::macros().actions.into_iter();
        all.actions.extend(macros.filter(|action| {
            matches!(
                action,
                Action::Field(_) | Action::Token(_) | Action::Report(_)
            )
        }));
        Vocabulary { name: "all", ..all }
    }

    /// These. At least one and at most 65 536, none twice.
    pub fn of(actions: Vec<Action>) -> Result<Vocabulary, GymError> {
        if actions.is_empty() || actions.len() > 1 << 16 {
            return Err(GymError::ActionName(format!(
                "a vocabulary of {} actions: 1 to 65536 are expected",
                actions.len()
            )));
        }
        let mut sorted: Vec<&Action> = actions.iter().collect();
        sorted.sort();
        if let Some(twice) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(GymError::ActionName(format!(
                "the action `{}` is there twice",
                twice[0]
            )));
        }
        Ok(Vocabulary { name: "", actions })
    }

    /// `keys`, `macros`, `all`, or actions as text, a line each.
    pub fn named(text: &str) -> Result<Vocabulary, GymError> {
        match text {
            "keys" => Ok(Vocabulary::keys()),
            "macros" => Ok(Vocabulary::macros()),
            "all" => Ok(Vocabulary::all()),
            lines => Vocabulary::of(lines.lines().map(str::parse).collect::<Result<_, _>>()?),
        }
    }

    /// What [`Vocabulary::named`] makes this of.
    pub fn name(&self) -> String {
        match self.name {
            "" => {
                let lines: Vec<String> = self.actions.iter().map(Action::to_string).collect();
                lines.join("\n")
            }
            name => name.to_owned(),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.actions.len()
    }

    /// Whether there are none, which is never so.
    pub fn is_empty(&self) -> bool {
        self.actions.is_empty()
    }

    /// The action of this number.
    pub fn get(&self, action: usize) -> Option<&Action> {
        self.actions.get(action)
    }

    /// The number of an action.
    pub fn number(&self, action: &Action) -> Option<usize> {
        self.actions.iter().position(|known| known == action)
    }

    /// All, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Action> {
        self.actions.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_reads_back_as_it_is_written() {
        for vocabulary in [
            Vocabulary::all(),
            Vocabulary::named("INQ<enter>\n<<\n<report>").unwrap(),
        ] {
            for action in vocabulary.iter() {
                assert_eq!(action.to_string().parse().as_ref(), Ok(action));
            }
            assert_eq!(Vocabulary::named(&vocabulary.name()).unwrap(), vocabulary);
        }
    }

    #[test]
    fn a_wrong_name_is_answered_with_the_right_one() {
        let fault = |text: &str| text.parse::<Action>().unwrap_err().to_string();
        assert_eq!(
            fault("<etner>"),
            "`<etner>`: no key <etner> at column 1; did you mean <enter>?"
        );
        assert_eq!(
            fault("<field x>"),
            "`<field x>`: a number from 0 to 255 is expected"
        );
        let twice = Vocabulary::named("A\nB\nA").unwrap_err().to_string();
        assert_eq!(twice, "the action `A` is there twice");
    }
}
