//! What the trials of a proof come to: the table, and which rules are broken.

use super::model::Task;
use super::prove::{Policy, Trial};
use crate::host::Warts;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The trials of one task with one set of warts.
#[derive(Debug, Clone, Serialize)]
pub struct ReportCell {
    /// The system of the task.
    pub system: String,
    /// The task.
    pub task: String,
    /// Its tier.
    pub tier: u8,
    /// The warts that were on.
    pub warts: String,
    /// Whether the naive script has to fail with these warts.
    pub naive_fails: bool,
    /// How each policy did.
    pub policies: BTreeMap<Policy, Score>,
}

/// How often a policy solved a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Score {
    /// Runs that were solved.
    pub solved: u32,
    /// Runs.
    pub runs: u32,
    /// Most keys of any run.
    pub keys: u32,
    /// Most virtual milliseconds of any run.
    pub time: u64,
}

/// A broken rule.
#[derive(Debug, Clone, Serialize)]
pub struct Violation {
    /// The system of the task.
    pub system: String,
    /// The task.
    pub task: String,
    /// The warts that were on.
    pub warts: String,
    /// The policy that did not do as it should.
    pub policy: Policy,
    /// What the rule says.
    pub rule: String,
    /// The smallest seed that shows it.
    pub seed: u64,
    /// What that run came to.
    pub found: String,
}

/// A proof of some tasks.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ProofReport {
    /// Seeds tried.
    pub seeds: Vec<u64>,
    /// By task and wart set.
    pub cells: Vec<ReportCell>,
    /// Broken rules; none: proven.
    pub violations: Vec<Violation>,
}

/// At least so many seeds before answers are looked at for being guessable.
const SEEDS_TO_GUESS: usize = 10;

impl ProofReport {
    /// Adds the trials of one task with these warts, in the order of their seeds. `set` is their place among the task's wart
    /// sets, or one behind the last.
    pub fn add(&mut self, system: &str, task: &Task, set: usize, warts: &Warts, trials: &[Trial]) {
        let warts = warts.to_string();
        let mut policies: BTreeMap<Policy, Score> = BTreeMap::new();
        for trial in trials {
            let score = policies.entry(trial.policy).or_default();
            score.runs += 1;
            score.solved += u32::from(trial.grade.solved());
            score.keys = score.keys.max(trial.keys);
            score.time = score.time.max(trial.time);
        }
        let fails = task.naive_fails.contains(&set);
        for (policy, score) in &policies {
            let rule = match policy {
                Policy::Oracle if score.solved < score.runs => {
                    "the oracle solves the task on every seed"
                }
                Policy::Naive if set == 0 && !fails && score.solved < score.runs => {
                    "the naive script solves the clean twin on every seed"
                }
                Policy::Naive if fails && score.solved * 2 >= score.runs => {
                    "the naive script fails on most seeds with these warts"
                }
                Policy::Oracle | Policy::Naive => continue,
                _ if score.solved > 0 => "nothing but doing the task solves it",
                _ => continue,
            };
            let wants_solved =
                *policy == Policy::Oracle || set == 0 && !fails && *policy == Policy::Naive;
            let shown = trials
                .iter()
                .find(|trial| trial.policy == *policy && trial.grade.solved() != wants_solved);
            self.violations.extend(shown.map(|trial| Violation {
                system: system.to_owned(),
                task: task.id.clone(),
                warts: warts.clone(),
                policy: *policy,
                rule: rule.into(),
                seed: trial.seed,
                found: trial.grade.to_string(),
            }));
        }
        self.violations
            .extend(guessable(system, task, &warts, trials));
        self.cells.push(ReportCell {
            system: system.to_owned(),
            task: task.id.clone(),
            tier: task.tier,
            warts,
            naive_fails: fails,
            policies,
        });
    }

    /// Whether no rule is broken.
    pub fn is_proven(&self) -> bool {
        self.violations.is_empty()
    }
}

/// An answer that is right on half of the seeds or more is one that can be guessed.
fn guessable(system: &str, task: &Task, warts: &str, trials: &[Trial]) -> Option<Violation> {
    let answers: Vec<_> = trials
        .iter()
        .filter(|trial| trial.policy == Policy::Oracle)
        .filter_map(|trial| Some((trial.seed, trial.expected.as_deref()?)))
        .collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, answer) in &answers {
        *counts.entry(answer).or_default() += 1;
    }
    let (answer, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    let often =
        answers.len() >= SEEDS_TO_GUESS && count * 2 > answers.len() && task.require.is_empty();
    let seed = answers.iter().find(|(_, right)| *right == answer)?.0;
    often.then(|| Violation {
        system: system.to_owned(),
        task: task.id.clone(),
        warts: warts.to_owned(),
        policy: Policy::Nop,
        rule: "no answer is right on most seeds".into(),
        seed,
        found: format!(
            "`{answer}` is right on {count} of {} seeds\n",
            answers.len()
        ),
    })
}

/// Whether a column of the summary counts a cell.
type Counts = fn(&ReportCell) -> bool;

/// Policies that are reported together, under a heading.
const COLUMNS: [(&str, &[Policy]); 5] = [
    ("oracle", &[Policy::Oracle]),
    ("nop", &[Policy::Nop]),
    ("random", &[Policy::Random]),
    ("naive", &[Policy::Naive]),
    ("impostor", &[Policy::Impostor, Policy::Cut, Policy::Replay]),
];

/// The columns of the summary by system: as [`COLUMNS`], but the naive script on the clean twin and with the warts that it
/// has to fail with apart.
const SUMMARY: [(&str, &[Policy], Counts); 6] = [
    ("oracle", &[Policy::Oracle], |_| true),
    ("nop", &[Policy::Nop], |_| true),
    ("random", &[Policy::Random], |_| true),
    ("impostor", COLUMNS[4].1, |_| true),
    ("naive, clean", &[Policy::Naive], |cell| {
        cell.warts == "none" && !cell.naive_fails
    }),
    ("naive, drilled", &[Policy::Naive], |cell| cell.naive_fails),
];

/// The runs of these policies in these cells that were solved, of all their runs: `49/50`; `-` where there is none.
fn solved<'a>(cells: impl Iterator<Item = &'a ReportCell>, policies: &[Policy]) -> String {
    let scores = cells.flat_map(|cell| policies.iter().filter_map(|p| cell.policies.get(p)));
    match scores.fold((0, 0), |(s, r), score| (s + score.solved, r + score.runs)) {
        (_, 0) => "-".into(),
        (solved, runs) => format!("{solved}/{runs}"),
    }
}

/// The table, the summary by system, then each broken rule with the run that shows it.
impl fmt::Display for ProofReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.table(f)?;
        self.summary(f)?;
        for broken in &self.violations {
            write!(
                f,
                "\n{}/{}, warts {}, {}: not so that {}\nseed {}: {}",
                broken.system,
                broken.task,
                broken.warts,
                broken.policy.name(),
                broken.rule,
                broken.seed,
                broken.found
            )?;
        }
        Ok(())
    }
}

impl ProofReport {
    /// A line for each task and wart set.
    fn table(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |cell: &ReportCell| format!("{}/{}", cell.system, cell.task);
        let width = |of: &dyn Fn(&ReportCell) -> usize, least: usize| {
            self.cells.iter().map(of).max().unwrap_or(0).max(least)
        };
        let (task, warts) = (
            width(&|cell| named(cell).len(), 4),
            width(&|cell| cell.warts.len(), 5),
        );
        write!(f, "{:task$}  tier  {:warts$}", "task", "warts")?;
        for (heading, _) in COLUMNS {
            write!(f, "  {heading:>9}")?;
        }
        writeln!(f)?;
        let mut last = String::new();
        for cell in &self.cells {
            let name = named(cell);
            let (shown, tier) = match name == last {
                true => ("", String::new()),
                false => (name.as_str(), cell.tier.to_string()),
            };
            write!(f, "{shown:task$}  {tier:>4}  {:warts$}", cell.warts)?;
            for (_, policies) in COLUMNS {
                write!(f, "  {:>9}", solved([cell].into_iter(), policies))?;
            }
            writeln!(f)?;
            last = name;
        }
        Ok(())
    }

    /// A line for each system, where there are several, and one for all.
    fn summary(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let systems: BTreeSet<&str> = self.cells.iter().map(|cell| &*cell.system).collect();
        if systems.len() < 2 {
            return Ok(());
        }
        write!(f, "\n{:8}  tasks  wart sets", "system")?;
        for (heading, ..) in SUMMARY {
            write!(f, "  {heading:>14}")?;
        }
        writeln!(f)?;
        for system in systems.into_iter().map(Some).chain([None]) {
            let of = |cell: &&ReportCell| system.is_none_or(|system| cell.system == system);
            let cells: Vec<&ReportCell> = self.cells.iter().filter(of).collect();
            let tasks: BTreeSet<_> = cells.iter().map(|c| (&c.system, &c.task)).collect();
            let (name, tasks, sets) = (system.unwrap_or("all"), tasks.len(), cells.len());
            write!(f, "{name:8}  {tasks:>5}  {sets:>9}")?;
            for (_, policies, when) in SUMMARY {
                let cells = cells.iter().copied().filter(|cell| when(cell));
                write!(f, "  {:>14}", solved(cells, policies))?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
