//! The logical units of a server: names that a TN3270 client may ask for, and what each is for.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::doors::session::logon::{Logon, LogonError};
use tn3270::wire::tn3270e::Reason;

/// The most LUs of a pool.
const MAX_POOL: u32 = 9999;

/// An LU, or a pool of them, as the operator defines it: `NAME=LOGON`, or `NAME:COUNT=LOGON` for a pool of NAME01, NAME02 and
/// so on. Each serves one client at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Lu {
    /// The name in capitals.
    pub name: String,
    /// How many LUs the pool has; none for a single LU.
    pub count: Option<u32>,
    /// What its clients are logged on to.
    pub logon: Logon,
}

impl FromStr for Lu {
    type Err = LogonError;

    fn from_str(text: &str) -> Result<Lu, LogonError> {
        let wrong = || LogonError(format!("{text}: NAME=LOGON or NAME:COUNT=LOGON is wanted"));
        let (name, logon) = text.split_once('=').ok_or_else(wrong)?;
        let (name, count) = match name.split_once(':') {
            None => (name, None),
            Some((name, count)) => {
                let count = count
                    .parse()
                    .ok()
                    .filter(|count| (1..=MAX_POOL).contains(count));
                (name, Some(count.ok_or_else(wrong)?))
            }
        };
        let is_name = |c: char| c.is_ascii_alphanumeric() || "@#$".contains(c);
        if name.is_empty() || !name.chars().all(is_name) {
            return Err(LogonError(format!(
                "{text}: an LU name has letters, digits, @, # and $"
            )));
        }
        Ok(Lu {
            name: name.to_ascii_uppercase(),
            count,
            logon: logon.parse()?,
        })
    }
}

impl fmt::Display for Lu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count {
            None => write!(f, "{}={}", self.name, self.logon),
            Some(count) => write!(f, "{}:{count}={}", self.name, self.logon),
        }
    }
}

impl Lu {
    /// The names of its LUs, in order.
    fn members(&self) -> Vec<String> {
        match self.count {
            None => vec![self.name.clone()],
            Some(count) => {
                let digits = count.to_string().len().max(2);
                (1..=count)
                    .map(|n| format!("{}{n:0digits$}", self.name))
                    .collect()
            }
        }
    }
}

/// The LUs of a server.
#[derive(Debug, Default)]
pub struct Lus {
    defined: Vec<(Lu, Vec<String>)>,
    /// Whether a client may name a logon itself, as `SYSTEM/TASK/SEED/WARTS`.
    open: bool,
    taken: Mutex<BTreeSet<String>>,
}

/// An LU that a client has, until this is dropped.
#[derive(Debug)]
pub struct Lease {
    /// The name in capitals.
    pub name: String,
    /// What the client is logged on to.
    pub logon: Logon,
    lus: Option<Arc<Lus>>,
}

impl Lease {
    fn shared(name: String, logon: Logon) -> Lease {
        Lease {
            name,
            logon,
            lus: None,
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(lus) = &self.lus {
            lus.taken().remove(&self.name);
        }
    }
}

impl Lus {
    /// These LUs. With `open`, a client may also name a logon.
    pub fn new(defined: Vec<Lu>, open: bool) -> Lus {
        let with_members = |lu: Lu| {
            let members = lu.members();
            (lu, members)
        };
        Lus {
            defined: defined.into_iter().map(with_members).collect(),
            open,
            taken: Mutex::default(),
        }
    }

    /// What is defined.
    pub fn defined(&self) -> impl Iterator<Item = &Lu> {
        self.defined.iter().map(|(lu, _)| lu)
    }

    /// Whether a client may name a logon itself.
    pub(super) fn are_open(&self) -> bool {
        self.open
    }

    fn taken(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The LU for a client that asks for one by name, or, asking for none, gets one of its own number. Systems may be asked
    /// for by their ids; where one system is served and no LU is defined, any name will do.
    pub fn grant(
        self: &Arc<Lus>,
        asked: Option<&str>,
        number: u64,
        systems: &[&str],
    ) -> Result<Lease, Reason> {
        let Some(asked) = asked else {
            return Ok(Lease::shared(
                format!("TCP{:05}", number % 100_000),
                Logon::default(),
            ));
        };
        let name = asked.to_ascii_uppercase();
        for (lu, members) in &self.defined {
            if lu.name == name || members.contains(&name) {
                let wanted = if lu.name == name {
                    members.as_slice()
                } else {
                    std::slice::from_ref(&name)
                };
                return self.take(wanted, &lu.logon);
            }
        }
        if let Some(system) = systems
            .iter()
            .find(|system| system.eq_ignore_ascii_case(asked))
        {
            return Ok(Lease::shared(name, Logon::to(system)));
        }
        let knows = |logon: &Logon| {
            logon
                .system
                .as_deref()
                .is_none_or(|system| systems.contains(&system))
        };
        match asked.parse::<Logon>() {
            Ok(logon) if self.open && asked.contains('/') && knows(&logon) => {
                Ok(Lease::shared(name, logon))
            }
            _ if self.defined.is_empty() && systems.len() == 1 && !asked.contains('/') => {
                Ok(Lease::shared(name, Logon::default()))
            }
            _ => Err(Reason::InvName),
        }
    }

    /// The first of these names that is free.
    fn take(self: &Arc<Lus>, names: &[String], logon: &Logon) -> Result<Lease, Reason> {
        let mut taken = self.taken();
        let free = names.iter().find(|name| !taken.contains(*name));
        let name = free.ok_or(Reason::DeviceInUse)?.clone();
        taken.insert(name.clone());
        Ok(Lease {
            name,
            logon: logon.clone(),
            lus: Some(Arc::clone(self)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lus(defined: &[&str], open: bool) -> Arc<Lus> {
        Arc::new(Lus::new(
            defined.iter().map(|lu| lu.parse().unwrap()).collect(),
            open,
        ))
    }

    fn ask(lus: &Arc<Lus>, name: &str) -> Result<Lease, Reason> {
        lus.grant(Some(name), 7, &["dmv", "bank"])
    }

    #[test]
    fn an_lu_serves_one_client_at_a_time() {
        let lus = lus(&["train=dmv/renew/7/all"], false);
        let first = ask(&lus, "TRAIN").unwrap();
        assert_eq!(
            (first.name.as_str(), first.logon.to_string().as_str()),
            ("TRAIN", "dmv/renew/7/all")
        );
        assert_eq!(ask(&lus, "train").unwrap_err(), Reason::DeviceInUse);
        drop(first);
        assert!(ask(&lus, "train").is_ok());
    }

    #[test]
    fn a_pool_gives_its_first_free_lu() {
        let lus = lus(&["desk:2=bank"], false);
        let (one, two) = (ask(&lus, "DESK").unwrap(), ask(&lus, "desk02").unwrap());
        assert_eq!((one.name.as_str(), two.name.as_str()), ("DESK01", "DESK02"));
        assert_eq!(ask(&lus, "DESK").unwrap_err(), Reason::DeviceInUse);
        assert_eq!(ask(&lus, "DESK03").unwrap_err(), Reason::InvName);
        drop(one);
        assert_eq!(ask(&lus, "DESK").unwrap().name, "DESK01");
    }

    #[test]
    fn systems_are_names_too_and_logons_where_that_is_allowed() {
        let closed = lus(&[], false);
        assert_eq!(ask(&closed, "BANK").unwrap().logon, Logon::to("bank"));
        assert_eq!(ask(&closed, "dmv/renew").unwrap_err(), Reason::InvName);
        let open = lus(&[], true);
        assert_eq!(
            ask(&open, "DMV/RENEW//NONE").unwrap().logon.to_string(),
            "dmv/renew//none"
        );
        assert_eq!(ask(&open, "CICS/RENEW").unwrap_err(), Reason::InvName);
        assert_eq!(open.grant(None, 7, &["dmv"]).unwrap().name, "TCP00007");
        assert_eq!(closed.grant(Some("lua"), 7, &["dmv"]).unwrap().name, "LUA");
    }

    #[test]
    fn a_definition_that_cannot_be_read_is_said() {
        for text in ["dmv", "a:0=dmv", "a:x=dmv", "=dmv", "a b=dmv"] {
            assert!(text.parse::<Lu>().is_err(), "{text}");
        }
        let pool: Lu = "desk:20=bank//7".parse().unwrap();
        assert_eq!(pool.to_string(), "DESK:20=bank//7");
    }
}
