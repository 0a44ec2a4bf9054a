//! The files of a system: which of them are definitions, their texts, their TOML.

use super::nesting;
use super::node::{Faults, SourceFile, SourcePlace, TomlTable};
use toml::de::DeTable;

/// The longest file, in bytes.
pub(super) const MAX_FILE: usize = 4 << 20;
/// The most that all files may have together, in bytes.
const MAX_TOTAL: usize = 16 << 20;
/// The most screens of a system.
const MAX_SCREENS: usize = 512;

/// The longest id of a screen, as the name of a member of a partitioned data set.
const LONGEST_ID: usize = 8;

/// The digest over the names and bytes of all files of a system but its tasks and playbooks, in order of names, each with its
/// length before it.
pub(super) fn digest(files: &[(String, Vec<u8>)]) -> u64 {
    let decides = |name: &str| name != "tasks.toml" && !name.starts_with("playbooks/");
    let mut hasher = xxhash_rust::xxh3::Xxh3::new();
    for (name, bytes) in files.iter().filter(|(name, _)| decides(name)) {
        for part in [name.as_bytes(), bytes] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    hasher.digest()
}

/// The texts of the files that a system is compiled from, in order of names.
pub(super) fn sources(files: Vec<(String, Vec<u8>)>, faults: &mut Faults) -> Vec<(String, String)> {
    let mut sources: Vec<(String, String)> = Vec::new();
    let mut total = 0;
    for (name, bytes) in files {
        if !stays_inside(&name) {
            faults.file(&name, "the name leads out of the system's folder");
            continue;
        }
        if !is_definition(&name, faults) {
            continue;
        }
        total += bytes.len();
        if bytes.len() > MAX_FILE {
            faults.file(&name, format!("the file is longer than {MAX_FILE} bytes"));
        } else if total > MAX_TOTAL {
            faults.file(
                &name,
                format!("the files together are longer than {MAX_TOTAL} bytes"),
            );
        } else if sources.last().is_some_and(|(last, _)| *last == name) {
            faults.file(&name, "the file is there twice");
        } else {
            match String::from_utf8(bytes) {
                Ok(text) => sources.push((name, text)),
                Err(error) => {
                    let at = error.utf8_error().valid_up_to();
                    faults
                        .file(&name, format!("byte {at} is not UTF-8"))
                        .help("save the file as UTF-8");
                }
            }
        }
    }
    sources
}

fn stays_inside(name: &str) -> bool {
    !name.contains(['\\', '\0'])
        && name
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != "..")
}

/// Whether a system is compiled from a file. Others (tasks, playbooks, notes) are ignored.
fn is_definition(name: &str, faults: &mut Faults) -> bool {
    let Some(stem) = name
        .strip_suffix(".toml")
        .filter(|stem| !stem.contains('/'))
    else {
        return false;
    };
    if matches!(stem, "system" | "words" | "warts") || is_screen_id(stem) {
        return true;
    }
    if stem != "tasks" {
        let fault = faults.file(
            name,
            "the file is neither a screen nor anything else a system has",
        );
        fault.help(format!("a screen's name has capitals and digits, at most {LONGEST_ID}, a capital first; there are system, words, warts and tasks besides"));
    }
    false
}

fn is_screen_id(stem: &str) -> bool {
    stem.len() <= LONGEST_ID
        && stem.starts_with(|c: char| c.is_ascii_uppercase())
        && stem
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

/// Parses a file. Syntax errors are reported, and what could be read is returned.
pub(crate) fn parse<'s>(source: SourceFile<'s>, faults: &mut Faults) -> DeTable<'s> {
    if let Some(span) = nesting::too_deep(source.text) {
        let place = SourcePlace {
            file: source.name.to_owned(),
            span,
        };
        faults.error(place, "the file is nested too deep here");
        return DeTable::new();
    }
    let (table, errors) = DeTable::parse_recoverable(source.text);
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        faults.error(
            SourcePlace {
                file: source.name.to_owned(),
                span,
            },
            error.message().to_owned(),
        );
    }
    table.into_inner()
}

/// The parsed definition files of a system.
pub(super) struct Definition<'d> {
    pub system: TomlTable<'d>,
    pub words: Option<TomlTable<'d>>,
    pub warts: Option<TomlTable<'d>>,
    /// The screens, each with its id, in order of ids.
    pub screens: Vec<(&'d str, TomlTable<'d>)>,
}

impl<'d> Definition<'d> {
    /// `None` if there is no system.toml.
    pub fn new(
        parsed: &'d [(SourceFile<'d>, DeTable<'d>)],
        faults: &mut Faults,
    ) -> Option<Definition<'d>> {
        let roots = parsed
            .iter()
            .map(|(source, table)| (source.name, TomlTable::root(*source, table)));
        let file = |name: &str| {
            let mut roots = roots.clone();
            roots.find(|(file, _)| *file == name).map(|(_, root)| root)
        };
        let Some(system) = file("system.toml") else {
            if !faults.list.iter().any(|d| d.file == "system.toml") {
                faults
                    .file("system.toml", "there is no such file")
                    .help("a system is a folder with system.toml and one file a screen");
            }
            return None;
        };
        let screen = |(name, root): (&'d str, TomlTable<'d>)| Some((screen_id(name)?, root));
        let mut screens: Vec<_> = roots.clone().filter_map(screen).collect();
        if let Some((_, root)) = screens.get(MAX_SCREENS) {
            let message = format!("a system has at most {MAX_SCREENS} screens");
            faults.file(root.source.name, message);
        }
        screens.truncate(MAX_SCREENS);
        Some(Definition {
            system,
            words: file("words.toml"),
            warts: file("warts.toml"),
            screens,
        })
    }

    /// The file of a screen.
    pub fn screen(&self, id: &str) -> Option<&TomlTable<'d>> {
        let mut screens = self.screens.iter();
        screens
            .find(|(known, _)| *known == id)
            .map(|(_, root)| root)
    }
}

/// The id of the screen whose file this is, if it is one.
fn screen_id(file: &str) -> Option<&str> {
    let stem = file.strip_suffix(".toml")?;
    is_screen_id(stem).then_some(stem)
}
