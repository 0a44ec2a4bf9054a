//! Cases and what they show, as the files of `tests/oracle` hold them.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A stream, keys, and where to look.
#[derive(Deserialize)]
pub struct Case {
    pub name: String,
    #[serde(default)]
    pub mode: Mode,
    #[serde(default = "default_model")]
    pub model: String,
    #[serde(default = "default_code_page")]
    pub codepage: String,
    #[serde(default)]
    pub numlock: bool,
    /// Columns x rows.
    #[serde(default)]
    pub oversize: Option<String>,
    #[serde(default)]
    pub toggles: BTreeMap<String, String>,
    pub steps: Vec<Step>,
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    #[default]
    Tn3270e,
    Tn3270,
}

fn default_model() -> String {
    "3279-2-E".into()
}

fn default_code_page() -> String {
    "cp037".into()
}

#[derive(Deserialize)]
#[serde(untagged)]
pub enum Step {
    Host {
        host: String,
        #[serde(default)]
        resp: u8,
    },
    Keys {
        keys: Vec<String>,
    },
    Dump {
        #[allow(dead_code)]
        dump: bool,
        /// Actions whose output is shown too.
        #[serde(default)]
        show: Vec<String>,
    },
}

impl Case {
    /// What the reference kept one session for.
    pub fn setup(&self) -> (Mode, String, String, bool, Option<String>) {
        (
            self.mode,
            self.model.clone(),
            self.codepage.clone(),
            self.numlock,
            self.oversize.clone(),
        )
    }

    /// Whether the reference began a new session after it.
    pub fn is_last_of_session(&self) -> bool {
        let leaves = |key: &String| key.starts_with("SysReq") || key.starts_with("ToggleReverse");
        self.steps
            .iter()
            .any(|step| matches!(step, Step::Keys { keys } if keys.iter().any(leaves)))
    }
}

/// What a case shows at a dump.
#[derive(PartialEq, Debug, Default, Clone)]
pub struct Dump {
    pub cells: String,
    pub cursor: (u16, u16),
    pub size: (u16, u16),
    pub kbd: String,
    pub fmt: String,
    pub prot: String,
    pub keys: Vec<String>,
    pub inbound: Vec<String>,
    pub shown: Vec<Vec<String>>,
}

/// A dump as it is stored: what is as in the dump before is left out.
#[derive(Deserialize)]
struct Stored {
    cells: Option<String>,
    cursor: Option<(u16, u16)>,
    size: Option<(u16, u16)>,
    kbd: Option<String>,
    fmt: Option<String>,
    prot: Option<String>,
    #[serde(default)]
    keys: Vec<String>,
    #[serde(default)]
    inbound: Vec<String>,
    #[serde(default)]
    shown: Vec<Vec<String>>,
}

/// What the reference showed of a case.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct Golden(Vec<Stored>);

impl Golden {
    pub fn dumps(self) -> Vec<Dump> {
        let mut last = Dump::default();
        self.0
            .into_iter()
            .map(|stored| {
                last = Dump {
                    cells: stored.cells.unwrap_or(std::mem::take(&mut last.cells)),
                    cursor: stored.cursor.unwrap_or(last.cursor),
                    size: stored.size.unwrap_or(last.size),
                    kbd: stored.kbd.unwrap_or(std::mem::take(&mut last.kbd)),
                    fmt: stored.fmt.unwrap_or(std::mem::take(&mut last.fmt)),
                    prot: stored.prot.unwrap_or(std::mem::take(&mut last.prot)),
                    keys: stored.keys,
                    inbound: stored.inbound,
                    shown: stored.shown,
                };
                last.clone()
            })
            .collect()
    }
}
