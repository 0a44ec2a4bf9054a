//! What many runs of an agent come to: success with its interval, pass^k, damage, keys, and how warts weigh.

use super::grade::{Grade, Outcome, Verdict};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// One run of an agent at a task.
#[derive(Debug, Clone, Serialize)]
pub struct RunScore {
    /// The task, as `SYSTEM/TASK`.
    pub task: String,
    /// The family of the task.
    pub drill: String,
    /// The warts that were on.
    pub warts: String,
    /// The seed.
    pub seed: u64,
    /// Which repeat, from 1.
    pub repeat: u32,
    /// Its grade.
    pub grade: Grade,
    /// Keys pressed; 0 if only what the terminal sent is known.
    pub keys: u32,
    /// Keys that the oracle presses.
    pub oracle_keys: u32,
    /// Virtual milliseconds passed.
    pub time: u64,
    /// The recordings of its sessions.
    pub recordings: Vec<String>,
}

impl RunScore {
    fn solved(&self) -> bool {
        self.grade.solved()
    }

    /// Whether it says anything of the agent.
    fn counts(&self) -> bool {
        self.grade.outcome != Outcome::EnvironmentFault
    }

    fn duplicates(&self) -> usize {
        let rows = self.grade.rows.iter();
        rows.filter(|row| row.kind == Verdict::Duplicate).count()
    }
}

/// A share of runs, with the ends of its 95 % interval (Wilson's score interval).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// Runs of which it is so.
    pub hits: u32,
    /// Runs.
    pub runs: u32,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Share {
    /// Of so many runs so many.
    pub fn of(hits: u32, runs: u32) -> Share {
        const Z: f64 = 1.959_963_984_540_054;
        let (n, p) = (f64::from(runs), f64::from(hits) / f64::from(runs.max(1)));
        if runs == 0 {
            let (low, high) = (0.0, 1.0);
            return Share {
                hits,
                runs,
                low,
                high,
            };
        }
        let scale = 1.0 + Z * Z / n;
        let middle = (p + Z * Z / (2.0 * n)) / scale;
        let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt() / scale;
        Share {
            hits,
            runs,
            low: (middle - half).max(0.0),
            high: (middle + half).min(1.0),
        }
    }

    fn percent(&self) -> f64 {
        100.0 * f64::from(self.hits) / f64::from(self.runs.max(1))
    }
}

/// How an agent does where a wart is on, against the clean twin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Recovery {
    /// Runs with the wart, of tasks and seeds that were solved on the clean twin, that were solved too.
    pub recovered: Share,
}

/// The scores of an agent.
#[derive(Debug, Clone, Serialize)]
pub struct Scores {
    /// Runs that were solved, of those that say anything of the agent.
    pub success: Share,
    /// The mean of the success rates of the drills.
    pub macro_success: f64,
    /// pass^k by k: the chance that k runs of a task with one seed and wart set are all solved, C(c,k)/C(n,k), on average.
    pub pass: BTreeMap<u32, f64>,
    /// Runs in which a row changed that should not have.
    pub damage: Share,
    /// Required new rows that were there once more, in all runs.
    pub duplicates: usize,
    /// Keys of solved runs against the oracle's, on average; none if none was solved.
    pub keys: Option<f64>,
    /// By wart.
    pub recovery: BTreeMap<String, Recovery>,
    /// Runs by outcome.
    pub outcomes: BTreeMap<Outcome, u32>,
    /// Success by task and wart set.
    pub tasks: BTreeMap<String, BTreeMap<String, Share>>,
}

/// Sums runs up.
pub fn scores(runs: &[RunScore]) -> Scores {
    let counted: Vec<&RunScore> = runs.iter().filter(|run| run.counts()).collect();
    let mut outcomes: BTreeMap<Outcome, u32> = BTreeMap::new();
    for run in runs {
        *outcomes.entry(run.grade.outcome).or_default() += 1;
    }
    let mut tasks: BTreeMap<String, BTreeMap<String, Share>> = BTreeMap::new();
    for run in &counted {
        let sets = tasks.entry(run.task.clone()).or_default();
        let share = sets.entry(run.warts.clone()).or_insert(Share::of(0, 0));
        *share = Share::of(share.hits + u32::from(run.solved()), share.runs + 1);
    }
    let solved = counted.iter().filter(|run| run.solved() && run.keys > 0);
    let ratios: Vec<f64> = solved
        .map(|run| f64::from(run.keys) / f64::from(run.oracle_keys.max(1)))
        .collect();
    Scores {
        success: share(&counted, |run| run.solved()),
        macro_success: macro_success(&counted),
        pass: pass(&counted),
        damage: share(&counted, |run| !run.grade.clean),
        duplicates: counted.iter().map(|run| run.duplicates()).sum(),
        keys: (!ratios.is_empty()).then(|| mean(&ratios)),
        recovery: recovery(&counted),
        outcomes,
        tasks,
    }
}

fn share(runs: &[&RunScore], holds: impl Fn(&RunScore) -> bool) -> Share {
    let hits = runs.iter().filter(|run| holds(run)).count();
    Share::of(count(hits), count(runs.len()))
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn mean(of: &[f64]) -> f64 {
    of.iter().sum::<f64>() / of.len().max(1) as f64
}

fn macro_success(runs: &[&RunScore]) -> f64 {
    let mut drills: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for run in runs {
        let (solved, all) = drills.entry(&run.drill).or_default();
        *solved += f64::from(u8::from(run.solved()));
        *all += 1.0;
    }
    let rates: Vec<f64> = drills.values().map(|(solved, all)| solved / all).collect();
    mean(&rates)
}

fn pass(runs: &[&RunScore]) -> BTreeMap<u32, f64> {
    let mut groups: BTreeMap<(&str, &str, u64), (u32, u32)> = BTreeMap::new();
    for run in runs {
        let group = groups.entry((&run.task, &run.warts, run.seed)).or_default();
        *group = (group.0 + u32::from(run.solved()), group.1 + 1);
    }
    let most = groups.values().map(|(_, runs)| *runs).min().unwrap_or(0);
    let rate = |k: u32| {
        let groups = groups.values();
        let rates: Vec<f64> = groups
            .map(|(solved, runs)| all_of(*solved, *runs, k))
            .collect();
        mean(&rates)
    };
    (1..=most).map(|k| (k, rate(k))).collect()
}

/// C(c,k) / C(n,k).
fn all_of(solved: u32, runs: u32, k: u32) -> f64 {
    let factor = |i: u32| f64::from(solved.saturating_sub(i)) / f64::from(runs - i);
    (0..k).map(factor).product()
}

fn recovery(runs: &[&RunScore]) -> BTreeMap<String, Recovery> {
    let clean = |run: &&&RunScore| run.warts == "none" && run.solved();
    let able: BTreeSet<(&str, u64)> = runs
        .iter()
        .filter(clean)
        .map(|run| (run.task.as_str(), run.seed))
        .collect();
    let mut found: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    let with = runs.iter().filter(|run| run.warts != "none");
    for run in with.filter(|run| able.contains(&(run.task.as_str(), run.seed))) {
        for wart in run.warts.split(',') {
            let wart = wart.split('=').next().unwrap_or(wart);
            let (hits, all) = found.entry(wart.to_owned()).or_default();
            *hits += u32::from(run.solved());
            *all += 1;
        }
    }
    let recovered = |(hits, all)| Recovery {
        recovered: Share::of(hits, all),
    };
    found
        .into_iter()
        .map(|(wart, of)| (wart, recovered(of)))
        .collect()
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:5.1} %  [{:.1}, {:.1}]  {}/{}",
            self.percent(),
            100.0 * self.low,
            100.0 * self.high,
            self.hits,
            self.runs
        )
    }
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.tasks.keys().map(String::len).max().unwrap_or(0).max(4);
        let sets = || self.tasks.values().flat_map(BTreeMap::keys);
        let warts = sets().map(String::len).max().unwrap_or(0).max(5);
        writeln!(
            f,
            "{:width$}  {:warts$}  success, 95 % interval",
            "task", "warts"
        )?;
        for (task, sets) in &self.tasks {
            for (n, (set, share)) in sets.iter().enumerate() {
                let task = if n == 0 { task.as_str() } else { "" };
                writeln!(f, "{task:width$}  {set:warts$}  {share}")?;
            }
        }
        writeln!(f, "\nsuccess            {}", self.success)?;
        writeln!(f, "mean over drills   {:5.1} %", 100.0 * self.macro_success)?;
        for (k, rate) in &self.pass {
            writeln!(f, "pass^{k}             {:5.1} %", 100.0 * rate)?;
        }
        writeln!(f, "collateral damage  {}", self.damage)?;
        writeln!(f, "duplicates         {}", self.duplicates)?;
        if let Some(keys) = self.keys {
            writeln!(f, "keys, of oracle's  {keys:.2}")?;
        }
        for (wart, Recovery { recovered }) in &self.recovery {
            writeln!(f, "recovery {wart}: {recovered}")?;
        }
        for (outcome, runs) in &self.outcomes {
            writeln!(f, "{outcome}: {runs}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(warts: &str, seed: u64, solved: bool) -> RunScore {
        let outcome = if solved {
            Outcome::Solved
        } else {
            Outcome::Failed
        };
        RunScore {
            task: "dmv/renew".into(),
            drill: "sequence".into(),
            warts: warts.into(),
            seed,
            repeat: 1,
            grade: Grade {
                outcome,
                reason: None,
                clean: true,
                rows: Vec::new(),
                answer: None,
                milestones: BTreeMap::new(),
            },
            keys: 30,
            oracle_keys: 20,
            time: 0,
            recordings: Vec::new(),
        }
    }

    #[test]
    fn an_interval_is_wilsons() {
        let share = Share::of(8, 10);
        assert!((share.low - 0.490_2).abs() < 1e-3 && (share.high - 0.943_3).abs() < 1e-3);
        assert_eq!((Share::of(0, 0).low, Share::of(0, 0).high), (0.0, 1.0));
        assert_eq!(Share::of(0, 5).low, 0.0);
    }

    #[test]
    fn pass_k_is_the_share_of_k_runs_that_are_all_solved() {
        // Two of three are solved: of the three pairs one.
        assert!((all_of(2, 3, 2) - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(all_of(2, 3, 3), 0.0);
        let runs = [
            run("none", 1, true),
            run("none", 1, true),
            run("none", 1, false),
        ];
        let runs: Vec<&RunScore> = runs.iter().collect();
        let pass: Vec<u32> = pass(&runs).into_keys().collect();
        assert_eq!(pass, [1, 2, 3]);
    }

    #[test]
    fn recovery_is_of_what_the_clean_twin_shows_that_the_agent_can() {
        let runs = [
            run("none", 1, true),
            run("none", 2, false),
            run("lost,slow", 1, false),
            run("lost", 1, true),
            run("lost", 2, true),
        ];
        let scores = scores(&runs);
        let share = |wart: &str| scores.recovery[wart].recovered;
        assert_eq!((share("lost").hits, share("lost").runs), (1, 2));
        assert_eq!((share("slow").hits, share("slow").runs), (0, 1));
        assert_eq!(scores.keys, Some(1.5));
    }
}
