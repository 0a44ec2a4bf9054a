//! `bigiron check`: reports every fault of the definitions of systems.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use super::args::CheckArgs;
use super::systems::{self, SystemSource};
use super::{CommandOutcome, Error, suites};
use bigiron_sim::system::diagnostics::{Diagnostic, Diagnostics, Severity};
use bigiron_sim::system::model::{Screen, System};
use bigiron_sim::task::model::TaskSuite;

/// Checks every system that was named; a system's faults do not keep the next from being checked.
pub fn run(args: CheckArgs) -> Result<CommandOutcome, Error> {
    let mut checks = Vec::new();
    for path in &args.paths {
        checks.extend(sources(path)?.into_iter().map(Check::of));
    }
    match args.json {
        true => {
            let systems: Vec<Value> = checks.iter().map(Check::json).collect();
            writeln!(io::stdout(), "{}", json!({ "systems": systems }))?;
        }
        false => print(&checks)?,
    }
    let fails =
        |c: &Check| c.faults.errors() > 0 || (args.deny_warnings && c.faults.warnings() > 0);
    Ok(match checks.iter().any(fails) {
        true => CommandOutcome::NotSo,
        false => CommandOutcome::Done,
    })
}

/// Prints the faults to stderr, and a line for each system to stdout.
fn print(checks: &[Check]) -> Result<(), Error> {
    let color = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    for check in checks {
        let faults = check.faults.render(&check.origin, color);
        write!(io::stderr(), "{faults}")?;
        writeln!(io::stdout(), "{}", check.summary())?;
    }
    Ok(())
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
        .hint("a system is a folder with system.toml and one file for each screen"));
    }
    inside.iter().map(|folder| systems::read(folder)).collect()
}

/// The check of one system.
struct Check {
    name: String,
    origin: String,
    /// The system, if it has no errors.
    system: Option<System>,
    suite: Option<TaskSuite>,
    faults: Diagnostics,
}

impl Check {
    fn of(source: SystemSource) -> Check {
        let (system, faults) = System::check(source.files.clone(), &source.name);
        let (suite, faults) = match &system {
            // Tasks name tables and words, which are not known before the system is right.
            None => (None, faults),
            Some(system) => {
                let system = Arc::new(system.clone());
                let (suite, more) = TaskSuite::check(&system, source.files, &suites::other);
                (suite, faults.and(more))
            }
        };
        Check {
            name: source.name,
            origin: source.origin,
            system: system.filter(|_| faults.errors() == 0),
            suite,
            faults,
        }
    }

    fn counts(&self) -> Option<Counts> {
        Some(Counts::of(self.system.as_ref()?, self.suite.as_ref()?))
    }

    /// The line for people: `dmv: 17 screens, 120 fields, …`.
    fn summary(&self) -> String {
        let mut found = match self.counts() {
            Some(counts) => counts.line(),
            None => count(self.faults.errors(), "error"),
        };
        if self.faults.warnings() > 0 {
            found = format!("{found}; {}", count(self.faults.warnings(), "warning"));
        }
        format!("{}: {found}", self.name)
    }

    fn json(&self) -> Value {
        let diagnostics: Vec<Value> = self.faults.iter().map(diagnostic).collect();
        json!({
            "system": self.name,
            "path": self.origin,
            "ok": self.system.is_some(),
            "counts": self.counts().map(|counts| counts.json()),
            "diagnostics": diagnostics,
        })
    }
}

fn diagnostic(fault: &Diagnostic) -> Value {
    let severity = match fault.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    json!({
        "severity": severity,
        "file": fault.file,
        "line": fault.line,
        "column": fault.column,
        "start": fault.span.as_ref().map(|span| span.start),
        "end": fault.span.as_ref().map(|span| span.end),
        "message": fault.message,
        "help": fault.help,
    })
}

/// `1 screen`, `2 screens`.
fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// The size of a system: how many of each thing it defines.
struct Counts {
    screens: usize,
    fields: usize,
    rules: usize,
    tables: usize,
    jobs: usize,
    tasks: usize,
    playbooks: usize,
}

impl Counts {
    fn of(system: &System, suite: &TaskSuite) -> Counts {
        // The repeated rows of a list are one set of fields.
        let fields = |screen: &Screen| {
            let fields = screen.fields.iter();
            fields.filter(|f| f.list_row.unwrap_or(0) == 0).count()
        };
        let keys = system.screens.iter().flat_map(|s| s.keys.values());
        Counts {
            screens: system.screens.len(),
            fields: system.screens.iter().map(fields).sum(),
            rules: keys.map(|key| key.rules.len()).sum(),
            tables: system.tables.len(),
            jobs: system.jobs.len(),
            tasks: suite.tasks.len(),
            playbooks: suite.playbooks.len(),
        }
    }

    /// The counts as people read them; a system without tasks is not blamed for it.
    fn line(&self) -> String {
        let of_system = [
            count(self.screens, "screen"),
            count(self.fields, "field"),
            count(self.rules, "rule"),
            count(self.tables, "table"),
            count(self.jobs, "job"),
        ];
        let of_suite = [(self.tasks, "task"), (self.playbooks, "playbook")];
        let of_suite = of_suite.into_iter().filter(|(n, _)| *n > 0);
        let of_suite = of_suite.map(|(n, what)| count(n, what));
        let counts: Vec<String> = of_system.into_iter().chain(of_suite).collect();
        counts.join(", ")
    }

    fn json(&self) -> Value {
        json!({
            "screens": self.screens,
            "fields": self.fields,
            "rules": self.rules,
            "tables": self.tables,
            "jobs": self.jobs,
            "tasks": self.tasks,
            "playbooks": self.playbooks,
        })
    }
}
