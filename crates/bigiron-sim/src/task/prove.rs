//! Proofs: that a task can be solved, and not by doing nothing, by luck, by believing the screen, or by showing the right screen alone.

use super::attempt::Attempt;
use super::ending::Ending;
use super::grade::Grade;
use super::model::{Task, TaskSuite};
use super::playbook::{Playbook, TerminalDriver, run};
use super::start::{Start, StartError};
use crate::host::chance::Chance;
use crate::host::{Host, Warts};
use crate::session::Log;
use crate::system::value::Value;
use serde::Serialize;
use std::sync::Arc;
use tn3270::terminal::{Key, Terminal};

/// Who is at the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// The playbook that solves the task.
    Oracle,
    /// No keys: it says at once that it is done.
    Nop,
    /// Keys by chance, words of the goal among them.
    Random,
    /// The playbook that believes what the screen says.
    Naive,
    /// The task's own playbook that gets to the confirming screen without the change behind it.
    Impostor,
    /// The oracle's keys up to the one that does the work, with the right answer.
    Cut,
    /// The oracle's keys and answer of another seed.
    Replay,
}

impl Policy {
    /// All, in the order of the report.
    pub const ALL: [Policy; 7] = [
        Policy::Oracle,
        Policy::Nop,
        Policy::Random,
        Policy::Naive,
        Policy::Impostor,
        Policy::Cut,
        Policy::Replay,
    ];

    /// The policy of this name.
    pub fn named(name: &str) -> Option<Policy> {
        Policy::ALL.into_iter().find(|policy| policy.name() == name)
    }

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Policy::Oracle => "oracle",
            Policy::Nop => "nop",
            Policy::Random => "random",
            Policy::Naive => "naive",
            Policy::Impostor => "impostor",
            Policy::Cut => "cut",
            Policy::Replay => "replay",
        }
    }
}

/// One run of a proof.
#[derive(Debug, Clone, Serialize)]
pub struct Trial {
    /// Who was at the keys.
    pub policy: Policy,
    /// The seed.
    pub seed: u64,
    /// Its grade.
    pub grade: Grade,
    /// Keys pressed.
    pub keys: u32,
    /// Virtual milliseconds passed.
    pub time: u64,
    /// What was reported.
    #[serde(skip)]
    pub answer: Option<String>,
    /// The right answer, to see whether it could be guessed.
    #[serde(skip)]
    pub expected: Option<String>,
}

/// Runs one policy at a task begun with a seed; `log` makes the log of each session by its number. `None`: the policy has no
/// meaning for this task.
pub fn trial<L: Log>(
    course: &TaskSuite,
    start: &Arc<Start>,
    seed: u64,
    warts: &Warts,
    policy: Policy,
    log: impl FnMut(usize) -> L,
) -> Result<Option<Trial>, StartError> {
    let task = start.task();
    let playbook = |index: usize| course.playbooks.get(index);
    let traced = match policy {
        Policy::Cut => cut(course, start, seed, warts),
        Policy::Replay => other_seed(course, task, start, seed)?.map(|(other, other_seed)| {
            let traced = trace(course, &Arc::new(other), other_seed, warts);
            (traced.steps, traced.answer)
        }),
        _ => None,
    };
    let followed = match policy {
        Policy::Oracle => playbook(task.oracle),
        Policy::Naive => task.naive.and_then(playbook),
        Policy::Impostor => task.impostor.and_then(playbook),
        _ => None,
    };
    let mut attempt = Attempt::open(start, seed, warts, log);
    let (answer, ending) = match (policy, followed, &traced) {
        (Policy::Nop, ..) => (None, Ending::Done),
        (Policy::Random, ..) => (None, random(&mut attempt, start, seed)),
        (_, Some(playbook), _) => play(playbook, start, &mut attempt),
        (_, _, Some((steps, answer))) => (answer.clone(), repeat(steps, &mut attempt)),
        _ => return Ok(None),
    };
    *attempt.answer_mut() = answer;
    attempt.meet();
    let grade = attempt.finish(ending).cloned();
    Ok(grade.map(|grade| Trial {
        policy,
        seed,
        grade,
        keys: attempt.keys(),
        time: attempt.now(),
        answer: attempt.answer().map(str::to_owned),
        expected: start.expected(),
    }))
}

/// The values a playbook takes, out of those of a start, in the playbook's order.
pub fn arguments(playbook: &Playbook, start: &Start) -> Vec<Value> {
    let value = |(name, of): &(String, crate::system::value::Type)| {
        start.value(name).cloned().unwrap_or_else(|| of.blank())
    };
    playbook.takes.iter().map(value).collect()
}

/// Lets a playbook work at a task; gives its answer and how it ended.
pub fn play(
    playbook: &Playbook,
    start: &Start,
    driver: &mut impl TerminalDriver,
) -> (Option<String>, Ending) {
    run(playbook, &arguments(playbook, start), driver)
}

/// Something done at one of the terminals, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Press(usize, Key),
    Wait(usize, u64),
}

impl Step {
    fn at(self) -> usize {
        match self {
            Step::Press(at, _) | Step::Wait(at, _) => at,
        }
    }

    fn repeat(self, driver: &mut impl TerminalDriver) -> Result<(), Ending> {
        match self {
            Step::Press(at, key) => driver.press_at(at, key),
            Step::Wait(at, by) => driver.wait_at(at, by),
        }
    }
}

/// An attempt whose steps are noted.
struct Noted {
    attempt: Attempt,
    steps: Vec<Step>,
    /// Which steps changed the tables.
    working: Vec<usize>,
}

impl Noted {
    fn step(&mut self, step: Step) -> Result<(), Ending> {
        let before = self.digest(step.at());
        step.repeat(&mut self.attempt)?;
        if self.digest(step.at()) != before {
            self.working.push(self.steps.len());
        }
        self.steps.push(step);
        Ok(())
    }

    fn digest(&self, at: usize) -> Option<u64> {
        self.attempt.hosts().nth(at).map(Host::tables_digest)
    }
}

impl TerminalDriver for Noted {
    fn press_at(&mut self, at: usize, key: Key) -> Result<(), Ending> {
        self.step(Step::Press(at, key))
    }

    fn wait_at(&mut self, at: usize, by: u64) -> Result<(), Ending> {
        self.step(Step::Wait(at, by))
    }

    fn terminal_at(&self, at: usize) -> &Terminal {
        self.attempt.terminal_at(at)
    }

    fn terminals(&self) -> usize {
        self.attempt.terminals()
    }
}

/// What the oracle does at a start.
struct Traced {
    steps: Vec<Step>,
    working: Vec<usize>,
    answer: Option<String>,
    effect: Vec<String>,
}

fn trace(course: &TaskSuite, start: &Arc<Start>, seed: u64, warts: &Warts) -> Traced {
    let mut noted = Noted {
        attempt: Attempt::open(start, seed, warts, |_| ()),
        steps: Vec::new(),
        working: Vec::new(),
    };
    let oracle = course.playbooks.get(start.task().oracle);
    let answer = oracle.and_then(|oracle| play(oracle, start, &mut noted).0);
    Traced {
        effect: effect(start, &noted.attempt),
        steps: noted.steps,
        working: noted.working,
        answer,
    }
}

/// What an attempt has done to the backend when everything has settled.
fn effect(start: &Start, attempt: &Attempt) -> Vec<String> {
    let hosts: Vec<_> = attempt.hosts().collect();
    start.effect(&start.end(&hosts, attempt.now()))
}

/// The oracle's steps before the last one that the end state depends on, and the right answer.
fn cut(
    course: &TaskSuite,
    start: &Arc<Start>,
    seed: u64,
    warts: &Warts,
) -> Option<(Vec<Step>, Option<String>)> {
    let traced = trace(course, start, seed, warts);
    traced.working.iter().rev().find_map(|end| {
        let steps = traced.steps.get(..*end)?;
        let mut attempt = Attempt::open(start, seed, warts, |_| ());
        repeat(steps, &mut attempt);
        let differs = effect(start, &attempt) != traced.effect;
        differs.then(|| (steps.to_vec(), traced.answer.clone()))
    })
}

/// How many seeds are looked at for another goal.
const OTHERS: u64 = 20;

/// The start of the next seed that has another goal.
fn other_seed(
    course: &TaskSuite,
    task: &Task,
    start: &Start,
    seed: u64,
) -> Result<Option<(Start, u64)>, StartError> {
    for other in (1..=OTHERS).map(|n| seed.wrapping_add(n)) {
        let candidate = Start::new(&course.region, task, other)?;
        if candidate.goal() != start.goal() {
            return Ok(Some((candidate, other)));
        }
    }
    Ok(None)
}

fn repeat(steps: &[Step], driver: &mut impl TerminalDriver) -> Ending {
    let terminals = driver.terminals();
    let mut steps = steps.iter().filter(|step| step.at() < terminals);
    match steps.try_for_each(|step| step.repeat(driver)) {
        Ok(()) => Ending::Done,
        Err(ending) => ending,
    }
}

/// Keys that chance presses beside words, each with how many times as likely it is as the last.
const RANDOM: [(usize, Key); 11] = [
    (4, Key::Enter),
    (3, Key::Tab),
    (1, Key::Pf(3)),
    (1, Key::Pf(4)),
    (1, Key::Pf(5)),
    (1, Key::Pf(8)),
    (1, Key::Pf(9)),
    (1, Key::Pf(12)),
    (1, Key::Home),
    (1, Key::EraseEof),
    (1, Key::Clear),
];

/// How many times chance chooses what to do.
const CHOICES: u32 = 150;

/// Presses keys by chance: every other choice types a word of the goal or of the screen.
fn random(driver: &mut impl TerminalDriver, start: &Start, seed: u64) -> Ending {
    let mut chance = Chance::stream(seed, "random", &[&start.task().id]);
    let of_goal = words(start.goal());
    let often = |&(often, key): &(usize, Key)| std::iter::repeat_n(key, often);
    let others: Vec<Key> = RANDOM.iter().flat_map(often).collect();
    let terminals = driver.terminals() as u64;
    for _ in 0..CHOICES {
        let at = match terminals {
            ..2 => 0,
            _ => chance.below(terminals) as usize,
        };
        let mut keys = Vec::new();
        if chance.chance(0.5) {
            let seen = words(&driver.terminal_at(at).text());
            let pool = if chance.chance(0.7) { &of_goal } else { &seen };
            let word = chance.pick(pool).cloned().unwrap_or_default();
            keys.extend(word.chars().map(Key::Char));
            keys.push(Key::Tab);
        } else {
            keys.extend(chance.pick(&others));
        }
        if !keys.into_iter().all(|key| try_key(driver, at, key)) {
            break;
        }
    }
    Ending::Done
}

/// Presses a key, after RESET if the keyboard is locked; false if the attempt is over.
fn try_key(driver: &mut impl TerminalDriver, at: usize, key: Key) -> bool {
    let locked = driver.terminal_at(at).lock().is_some();
    let reset = !locked || driver.press_at(at, Key::Reset).is_ok();
    reset && driver.press_at(at, key).is_ok()
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '"' | '(' | ')'))
        .map(|word| word.trim_end_matches('.').to_owned())
        .filter(|word| !word.is_empty() && word.len() <= 24)
        .collect()
}
