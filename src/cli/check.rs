//! `bigiron check`: are these definitions right?

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::args::CheckArgs;
use super::suites;
use super::systems::{self, SystemSource};
use super::{CommandOutcome, Error};
use bigiron_sim::system::diagnostics::{Diagnostics, Severity};
use bigiron_sim::system::model::System;
use bigiron_sim::task::model::TaskSuite;
use std::sync::Arc;

/// Checks every system that was named; a system's faults do not keep the next from being checked.
pub fn run(args: CheckArgs) -> Result<CommandOutcome, Error> {
    let mut reports = Vec::new();
    for path in &args.paths {
        for source in sources(path)? {
            reports.push(Report::of(source));
        }
    }
    if args.json {
        let systems: Vec<Value> = reports.iter().map(Report::json).collect();
        writeln!(io::stdout(), "{}", json!({ "systems": systems }))?;
    } else {
        let color = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        for report in &reports {
            write!(
                io::stderr(),
                "{}",
                report.faults.render(&report.origin, color)
            )?;
            writeln!(io::stdout(), "{}", report.summary())?;
        }
    }
    let fails =
        |r: &Report| r.faults.errors() > 0 || (args.deny_warnings && r.faults.warnings() > 0);
    Ok(if reports.iter().any(fails) {
        CommandOutcome::NotSo
    } else {
        CommandOutcome::Done
    })
}

/// The systems that an argument names: a system, or a folder of systems.
fn sources(path: &str) -> Result<Vec<SystemSource>, Error> {
    let folder = Path::new(path);
    if !folder.is_dir() || folder.join("system.toml").is_file() {
        return Ok(vec![systems::find(path)?]);
    }
    let unreadable = |cause: io::Error| Error::input(format!("cannot read {path}")).because(&cause);
    let mut inside: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?.path();
        if entry.join("system.toml").is_file() {
            inside.push(entry);
        }
    }
    inside.sort();
    if inside.is_empty() {
        return Err(Error::input(format!(
            "{path} is no system and holds none: there is no system.toml"
        ))
        .hint("a system is a folder with system.toml and one file a screen"));
    }
    inside.iter().map(|folder| systems::read(folder)).collect()
}

/// What was found out about one system.
struct Report {
    name: String,
    origin: String,
    system: Option<System>,
    course: Option<TaskSuite>,
    faults: Diagnostics,
}

impl Report {
    fn of(source: SystemSource) -> Report {
        let (system, faults) = System::check(source.files.clone(), &source.name);
        let (course, faults) = match &system {
            // Tasks name tables and words, of which nothing is known before the system is right.
            None => (None, faults),
            Some(system) => {
                let (course, more) =
                    TaskSuite::check(&Arc::new(system.clone()), source.files, &suites::other);
                (course, faults.and(more))
            }
        };
        Report {
            name: source.name,
            origin: source.origin,
            system: system.filter(|_| faults.errors() == 0),
            course,
            faults,
        }
    }

    /// How much there is of what.
    fn counts(&self) -> Option<[(&'static str, usize); 7]> {
        let (system, course) = (self.system.as_ref()?, self.course.as_ref()?);
        let fields = |s: &bigiron_sim::system::model::Screen| {
            s.fields
                .iter()
                .filter(|f| f.list_row.unwrap_or(0) == 0)
                .count()
        };
        let rules = system
            .screens
            .iter()
            .flat_map(|s| s.keys.values())
            .map(|k| k.rules.len())
            .sum();
        Some([
            ("screens", system.screens.len()),
            ("fields", system.screens.iter().map(fields).sum()),
            ("rules", rules),
            ("tables", system.tables.len()),
            ("jobs", system.jobs.len()),
            ("tasks", course.tasks.len()),
            ("playbooks", course.playbooks.len()),
        ])
    }

    fn summary(&self) -> String {
        let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        let mut found = match self.counts() {
            Some(counts) => {
                let told = counts
                    .iter()
                    .filter(|(what, n)| *n > 0 || !matches!(*what, "tasks" | "playbooks"));
                let told = told.map(|(what, n)| count(*n, what.trim_end_matches('s')));
                told.collect::<Vec<_>>().join(", ")
            }
            None => count(self.faults.errors(), "error"),
        };
        if self.faults.warnings() > 0 {
            found = format!("{found}; {}", count(self.faults.warnings(), "warning"));
        }
        format!("{}: {found}", self.name)
    }

    fn json(&self) -> Value {
        let diagnostics: Vec<Value> = self
            .faults
            .iter()
            .map(|d| {
                json!({
                    "severity": match d.severity { Severity::Error => "error", Severity::Warning => "warning" },
                    "file": d.file,
                    "line": d.line,
                    "column": d.column,
                    "start": d.span.as_ref().map(|s| s.start),
                    "end": d.span.as_ref().map(|s| s.end),
                    "message": d.message,
                    "help": d.help,
                })
            })
            .collect();
        let counts: Option<serde_json::Map<String, Value>> = self.counts().map(|counts| {
            counts
                .iter()
                .map(|(what, n)| ((*what).to_owned(), json!(n)))
                .collect()
        });
        json!({ "system": self.name, "path": self.origin, "ok": self.system.is_some(), "counts": counts, "diagnostics": diagnostics })
    }
}
