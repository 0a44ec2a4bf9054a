//! Files to a system, in phases: the files are parsed; the names they declare are collected; with those names, which no longer
//! change, everything is compiled.

mod declare;
pub(crate) mod effects;
mod files;
mod keys;
mod lint;
pub(crate) mod literal;
mod makers;
mod map;
mod nesting;
pub(crate) mod node;
mod parts;
pub(crate) mod scope;
mod screen;
pub(crate) mod structure;
pub(crate) mod tables;
mod visit;
mod warts;

pub(crate) use files::parse;

use super::diagnostics::{Diagnostics, Severity};
use super::model::{Abend, System};
use declare::Declared;
use files::Definition;
use node::{Faults, SourceFile};

impl System {
    /// Loads a system from its files, `(name inside the folder, bytes)`. Every fault of every file is reported.
    pub fn load(
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
        id: &str,
    ) -> Result<System, Diagnostics> {
        let (system, diagnostics) = System::check(files, id);
        system.ok_or(diagnostics)
    }

    /// As [`System::load`], with the warnings that do not keep a system from running.
    pub fn check(
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
        id: &str,
    ) -> (Option<System>, Diagnostics) {
        let mut faults = Faults::default();
        let mut files: Vec<(String, Vec<u8>)> = files.into_iter().collect();
        files.sort();
        let digest = files::digest(&files);
        let sources = files::sources(files, &mut faults);
        let system = from_sources(&sources, id, digest, &mut faults);
        let diagnostics = Diagnostics::new(faults.list, sources);
        (system.filter(|_| diagnostics.errors() == 0), diagnostics)
    }
}

fn from_sources(
    sources: &[(String, String)],
    id: &str,
    digest: u64,
    faults: &mut Faults,
) -> Option<System> {
    let sources = sources.iter().map(|(name, text)| SourceFile { name, text });
    let parsed: Vec<_> = sources.map(|s| (s, parse(s, faults))).collect();
    let definition = Definition::new(&parsed, faults)?;
    let declared = declare::declare(&definition, faults);
    let system = compile(&definition, declared, id, digest, faults)?;
    let errors = faults.list.iter().filter(|d| d.severity == Severity::Error);
    if errors.count() == 0 {
        lint::unreachable(&system, &definition, faults);
    }
    Some(system)
}

/// Compiles everything with the declared names; `None` if something is missing that every system needs.
fn compile(
    definition: &Definition<'_>,
    declared: Declared<'_>,
    id: &str,
    digest: u64,
    faults: &mut Faults,
) -> Option<System> {
    let Declared {
        catalog,
        layers,
        model,
        session,
        tables,
        screens,
    } = declared;
    let system = &definition.system;
    let tables = tables.into_iter().enumerate();
    let tables = tables.map(|(n, table)| table.compiled(n, &catalog, faults));
    let tables = tables.collect();
    let jobs = system.entries_of("job");
    let jobs = jobs.iter().filter_map(|(name, node)| {
        let written = node.table()?;
        Some(parts::job(name, &written, &catalog, faults))
    });
    let jobs = jobs.collect();
    let start = system
        .str_of("start")
        .and_then(|start| parts::full_screen(&start, &catalog, faults));
    let screens = catalog.screens.iter().zip(screens);
    let screens = screens.map(|(names, draft)| draft.compiled(names, &catalog, faults));
    let screens: Vec<_> = screens.collect();
    let warts = definition
        .warts
        .map(|root| warts::compile(&root, &catalog, &screens, faults));
    let today = system.get("today");
    let today = today.and_then(|node| literal::date(&node, faults));
    let response = system.get("response");
    let response = response.and_then(|node| literal::duration(&node, faults));
    let messages = parts::messages(system, &catalog, faults);
    let idle = system.table_of("idle");
    let idle = idle.and_then(|idle| parts::idle(&idle, &catalog, faults));
    let (abend_lines, after_abend) = parts::abend(system, &catalog, faults);
    let start = start?;
    Some(System {
        id: id.to_owned(),
        title: parts::text(system, "title"),
        about: parts::text(system, "about"),
        model,
        start,
        today: today?,
        time_of_day: system.get("time").map_or(0, |node| parts::time(&node)),
        response: response.unwrap_or(parts::RESPONSE),
        layers,
        session,
        messages,
        idle,
        abend: Abend {
            lines: abend_lines,
            then: after_abend.unwrap_or(start),
        },
        words: catalog.words,
        tables,
        screens,
        jobs,
        warts: warts.unwrap_or_default(),
        digest,
    })
}

#[cfg(test)]
mod tests;
