//! What a connection is for, where that is not left to the server: a system, a task of it, a seed, warts.

use std::fmt;
use std::str::FromStr;

use super::served_system::ServedSystem;
use bigiron_sim::host::Warts;
use bigiron_sim::session::Setup;
use bigiron_sim::system::near::near;

/// What a session is to be opened on. Written `SYSTEM/TASK/SEED/WARTS`; an empty part, or one left out, is the server's choice.
/// Warts stand as in `--warts`, with `+` for the comma where a comma would part two LU names.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Logon {
    /// The system, by its id.
    pub system: Option<String>,
    /// The task, by its id.
    pub task: Option<String>,
    /// The seed.
    pub seed: Option<u64>,
    /// The warts that are on.
    pub warts: Option<Warts>,
}

/// Why a text is no logon, or why nothing can be opened for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogonError(pub String);

impl fmt::Display for LogonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for LogonError {}

impl FromStr for Logon {
    type Err = LogonError;

    /// Names are taken in small letters, for terminals may only have capitals.
    fn from_str(text: &str) -> Result<Logon, LogonError> {
        let lower = text.to_ascii_lowercase();
        let mut parts = lower
            .split('/')
            .map(|part| Some(part.trim()).filter(|part| !part.is_empty()));
        let mut next = || parts.next().flatten();
        let (system, task, seed, warts) = (next(), next(), next(), next());
        if parts.next().is_some() {
            return Err(LogonError(format!(
                "{text} has too many parts: SYSTEM/TASK/SEED/WARTS is wanted"
            )));
        }
        let seed = seed.map(|seed| {
            seed.parse().map_err(|_| {
                LogonError(format!(
                    "{text}: {seed} is no seed, which is a whole number"
                ))
            })
        });
        let warts = warts.map(|warts| {
            warts
                .replace('+', ",")
                .parse()
                .map_err(|cause| LogonError(format!("{text}: {cause}")))
        });
        Ok(Logon {
            system: system.map(str::to_owned),
            task: task.map(str::to_owned),
            seed: seed.transpose()?,
            warts: warts.transpose()?,
        })
    }
}

impl fmt::Display for Logon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_empty = |part: Option<String>| part.unwrap_or_default();
        let parts = [
            or_empty(self.system.clone()),
            or_empty(self.task.clone()),
            or_empty(self.seed.map(|seed| seed.to_string())),
            or_empty(
                self.warts
                    .as_ref()
                    .map(|warts| warts.to_string().replace(',', "+")),
            ),
        ];
        f.write_str(parts.join("/").trim_end_matches('/'))
    }
}

impl Logon {
    /// A logon to a system, with everything else left to the server.
    pub fn to(system: &str) -> Logon {
        Logon {
            system: Some(system.to_owned()),
            ..Logon::default()
        }
    }

    /// This logon, with what it leaves open taken from another.
    pub fn or(&self, other: &Logon) -> Logon {
        Logon {
            system: self.system.clone().or_else(|| other.system.clone()),
            task: self.task.clone().or_else(|| other.task.clone()),
            seed: self.seed.or(other.seed),
            warts: self.warts.clone().or_else(|| other.warts.clone()),
        }
    }

    /// The setup of a session on this system: what is said here, and else what `setup` has. Warts that neither the system nor
    /// another one of its tasks declares are a fault if they are named here.
    pub fn apply(&self, setup: &mut Setup, world: &ServedSystem) -> Result<(), LogonError> {
        if let Some(seed) = self.seed {
            setup.seed = seed;
        }
        if let Some(task) = &self.task {
            setup.task = Some(task.clone());
        }
        if let Some(warts) = &self.warts {
            let declared = world.warts();
            let declared: Vec<&str> = declared.iter().map(String::as_str).collect();
            warts
                .check(&declared)
                .map_err(|cause| LogonError(format!("{}: {cause}", world.system().id)))?;
            setup.warts = warts.clone();
        }
        Ok(())
    }
}

/// That there is no such system, with the names that there are.
pub(super) fn no_such_system<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
) -> LogonError {
    LogonError(match near(name, known.clone()) {
        Some(near) => format!("no system is called {name}; did you mean {near}?"),
        None => {
            let known: Vec<&str> = known.into_iter().collect();
            format!("no system is called {name}; known are {}", known.join(", "))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logon_is_written_in_parts_and_reads_back() {
        for text in [
            "",
            "dmv",
            "dmv/renew-moved",
            "dmv//7",
            "dmv/renew/7/all",
            "///lost_renewal+slow_line=0.3",
        ] {
            let logon: Logon = text.parse().unwrap();
            assert_eq!(logon.to_string(), text);
        }
        let logon: Logon = "DMV//7/LOST_RENEWAL".parse().unwrap();
        assert_eq!(logon.to_string(), "dmv//7/lost_renewal");
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let error = |text: &str| text.parse::<Logon>().unwrap_err().to_string();
        assert_eq!(
            error("dmv//x"),
            "dmv//x: x is no seed, which is a whole number"
        );
        assert_eq!(
            error("a/b/1/all/c"),
            "a/b/1/all/c has too many parts: SYSTEM/TASK/SEED/WARTS is wanted"
        );
        assert!(
            error("dmv//1/a=2").contains("no intensity"),
            "{}",
            error("dmv//1/a=2")
        );
    }

    #[test]
    fn what_one_leaves_open_another_says() {
        let merged = "/renew//none"
            .parse::<Logon>()
            .unwrap()
            .or(&"dmv/other/7/all".parse().unwrap());
        assert_eq!(merged.to_string(), "dmv/renew/7/none");
    }
}
