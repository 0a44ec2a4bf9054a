//! The selection of warts that are on.

use std::fmt;
use std::str::FromStr;

use tn3270::near::near;

/// A selection of warts, as `none`, `all` or `lost_renewal,slow=0.3`.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Warts {
    /// The clean twin.
    #[default]
    None,
    /// Every wart the system declares, at its declared intensity.
    All,
    /// These, each with its intensity (the chance, 0 to 1, at each occurrence) if it is not the declared one.
    Named(Vec<(String, Option<f64>)>),
}

/// What is wrong with a selection of warts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WartsError {
    what: String,
}

impl fmt::Display for WartsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for WartsError {}

impl Warts {
    /// Whether each named wart is among those that a system declares.
    pub fn check(&self, declared: &[&str]) -> Result<(), WartsError> {
        let Warts::Named(names) = self else {
            return Ok(());
        };
        match names
            .iter()
            .find(|(name, _)| !declared.contains(&name.as_str()))
        {
            None => Ok(()),
            Some((name, _)) => Err(WartsError {
                what: format!(
                    "no wart is named `{name}`: {}",
                    those_declared(name, declared)
                ),
            }),
        }
    }
}

impl Warts {
    /// The selection for one system, out of one for a task in several: the plain names are of the task's own system, `claims.late`
    /// is of another.
    pub fn of(&self, other: Option<&str>) -> Warts {
        let Warts::Named(names) = self else {
            return self.clone();
        };
        let own = |name: &str| match other {
            None => (!name.contains('.')).then(|| name.to_owned()),
            Some(system) => {
                let rest = name.strip_prefix(system)?.strip_prefix('.')?;
                Some(rest.to_owned())
            }
        };
        let names = names.iter();
        let names = names.filter_map(|(name, intensity)| Some((own(name)?, *intensity)));
        match names.collect::<Vec<_>>() {
            names if names.is_empty() => Warts::None,
            names => Warts::Named(names),
        }
    }

    /// Whether a wart is on, and with which intensity if it is not the declared one.
    pub(super) fn intensity(&self, wart: &str) -> Option<Option<f64>> {
        match self {
            Warts::None => None,
            Warts::All => Some(None),
            Warts::Named(names) => {
                let named = names.iter().find(|(name, _)| name == wart);
                named.map(|(_, intensity)| *intensity)
            }
        }
    }
}

fn those_declared(name: &str, declared: &[&str]) -> String {
    match (near(name, declared.iter().copied()), declared) {
        (Some(known), _) => format!("did you mean `{known}`?"),
        (None, []) => "this system declares none".to_owned(),
        (None, _) => format!("this system declares {}", declared.join(", ")),
    }
}

impl FromStr for Warts {
    type Err = WartsError;

    fn from_str(text: &str) -> Result<Warts, WartsError> {
        match text.trim() {
            "none" => return Ok(Warts::None),
            "all" => return Ok(Warts::All),
            _ => {}
        }
        let mut names: Vec<(String, Option<f64>)> = Vec::new();
        for part in text.split(',').map(str::trim) {
            let (name, intensity) = match part.split_once('=') {
                Some((name, number)) => (name.trim(), Some(intensity(number.trim())?)),
                None => (part, None),
            };
            let fault = match name {
                "" => "a name is missing between the commas of the warts".to_owned(),
                "none" | "all" => format!("`{name}` stands alone, not in a list of warts"),
                _ if names.iter().any(|(known, _)| known == name) => {
                    format!("the wart `{name}` is named twice")
                }
                _ => {
                    names.push((name.to_owned(), intensity));
                    continue;
                }
            };
            return Err(WartsError { what: fault });
        }
        Ok(Warts::Named(names))
    }
}

fn intensity(number: &str) -> Result<f64, WartsError> {
    number
        .parse()
        .ok()
        .filter(|chance| (0.0..=1.0).contains(chance))
        .ok_or_else(|| WartsError {
            what: format!("`{number}` is no intensity: a number from 0 to 1, such as 0.3"),
        })
}

impl fmt::Display for Warts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warts::None => f.write_str("none"),
            Warts::All => f.write_str("all"),
            Warts::Named(names) => {
                for (n, (name, intensity)) in names.iter().enumerate() {
                    let comma = if n == 0 { "" } else { "," };
                    write!(f, "{comma}{name}")?;
                    if let Some(intensity) = intensity {
                        write!(f, "={intensity}")?;
                    }
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_reads_back_as_it_is_written() {
        for text in ["none", "all", "lost_renewal", "lost_renewal,slow=0.3"] {
            assert_eq!(text.parse::<Warts>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn faults_say_what_is_wrong() {
        let fault = |text: &str| text.parse::<Warts>().unwrap_err().to_string();
        assert_eq!(
            fault("slow=3"),
            "`3` is no intensity: a number from 0 to 1, such as 0.3"
        );
        assert_eq!(fault("slow,slow"), "the wart `slow` is named twice");
        assert_eq!(
            fault("slow,all"),
            "`all` stands alone, not in a list of warts"
        );
        assert_eq!(
            fault(""),
            "a name is missing between the commas of the warts"
        );
    }

    #[test]
    fn a_name_the_system_lacks_is_answered_with_those_it_has() {
        let check = |text: &str, declared: &[&str]| {
            text.parse::<Warts>()
                .unwrap()
                .check(declared)
                .map_err(|fault| fault.to_string())
        };
        assert_eq!(check("slow", &["slow"]), Ok(()));
        assert_eq!(
            check("slo", &["slow", "lost"]),
            Err("no wart is named `slo`: did you mean `slow`?".into())
        );
        assert_eq!(
            check("late_window", &["slow", "lost"]),
            Err("no wart is named `late_window`: this system declares slow, lost".into())
        );
        assert_eq!(
            check("slow", &[]),
            Err("no wart is named `slow`: this system declares none".into())
        );
    }
}
