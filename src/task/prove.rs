//! Proofs: that a task can be solved, and not by doing nothing, by luck, by believing the screen, or by showing the right screen alone.

use super::grade::{Ending, Grade};
use super::model::{Course, Task};
use super::playbook::{Ended, Playbook, Station, Stop, run};
use super::run::Seat;
use super::start::{Start, StartError};
use crate::host::Warts;
use crate::host::chance::Chance;
use crate::session::Log;
use crate::system::value::Value;
use crate::terminal::{Key, Terminal};
use serde::Serialize;
use std::sync::Arc;

/// Who is at the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// The playbook that solves the task.
    Oracle,
    /// Nobody: it says at once that it is done.
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
    /// What it came to.
    pub grade: Grade,
    /// Keys pressed.
    pub keys: u32,
    /// Virtual milliseconds passed.
    pub time: u64,
    /// The right answer, to see whether it could be guessed.
    #[serde(skip)]
    pub expected: Option<String>,
}

/// Runs one policy at a task. `None`: the policy has no meaning for this task.
pub fn trial<L: Log>(
    course: &Course,
    task: &Task,
    warts: &Warts,
    seed: u64,
    policy: Policy,
    log: L,
) -> Result<Option<Trial>, StartError> {
    let start = Arc::new(Start::new(&course.region, task, seed)?);
    let mut seat = Seat::open(&start, seed, warts, log);
    let (answer, ending) = match policy {
        Policy::Nop => (None, Ending::Done),
        Policy::Random => (None, random(&mut seat, &start, seed)),
        Policy::Oracle => play(course.playbooks.get(task.oracle), &mut seat),
        Policy::Naive | Policy::Impostor => {
            let index = if policy == Policy::Naive {
                task.naive
            } else {
                task.impostor
            };
            match index {
                Some(index) => play(course.playbooks.get(index), &mut seat),
                None => return Ok(None),
            }
        }
        Policy::Cut => match cut(course, &start, seed, warts) {
            Some((steps, answer)) => (answer, repeat(&steps, &mut seat)),
            None => return Ok(None),
        },
        Policy::Replay => match other_seed(course, task, &start, seed)? {
            Some((other, other_seed)) => {
                let traced = trace(course, &Arc::new(other), other_seed, warts);
                (traced.answer, repeat(&traced.steps, &mut seat))
            }
            None => return Ok(None),
        },
    };
    Ok(Some(Trial {
        policy,
        seed,
        grade: seat.grade(answer.as_deref(), &ending),
        keys: seat.run.keys(),
        time: seat.session.now(),
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

/// Lets a playbook run at a task; gives its answer and how it ended.
pub fn play<S: Station + HasStart>(
    playbook: Option<&Playbook>,
    seat: &mut S,
) -> (Option<String>, Ending) {
    let Some(playbook) = playbook else {
        return (
            None,
            Ending::EnvironmentFault("the task has no such playbook".into()),
        );
    };
    let values = arguments(playbook, &seat.start());
    match run(playbook, &values, std::slice::from_mut(seat)) {
        Ok(Ended::Done(answer)) => (answer, Ending::Done),
        Ok(Ended::GaveUp(why)) => (None, Ending::AgentFault(why)),
        Err(Stop::BudgetSpent) => (None, Ending::BudgetSpent),
        Err(Stop::Environment(why)) => (None, Ending::EnvironmentFault(why)),
    }
}

/// A station that knows the start of its task.
pub trait HasStart {
    /// The start.
    fn start(&self) -> Arc<Start>;
}

impl<L: Log> HasStart for Seat<L> {
    fn start(&self) -> Arc<Start> {
        Arc::clone(self.run.start())
    }
}

/// Something done at a station.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Press(Key),
    Wait(u64),
}

/// A seat whose steps are noted, and which of them changed the tables.
struct Tap {
    seat: Seat<()>,
    steps: Vec<Step>,
    working: Vec<usize>,
}

impl Tap {
    fn note(&mut self, step: Step, before: u64) {
        if self.digest() != before {
            self.working.push(self.steps.len());
        }
        self.steps.push(step);
    }

    fn digest(&self) -> u64 {
        let tables = self.seat.session.line().host().tables();
        tables.iter().enumerate().fold(0, |sum, (n, table)| {
            table.digest().rotate_left(n as u32 % 64).wrapping_add(sum)
        })
    }
}

impl Station for Tap {
    fn press(&mut self, key: Key) -> Result<(), Stop> {
        let before = self.digest();
        self.seat.press(key)?;
        self.note(Step::Press(key), before);
        Ok(())
    }

    fn wait(&mut self, by: u64) -> Result<(), Stop> {
        let before = self.digest();
        self.seat.wait(by)?;
        self.note(Step::Wait(by), before);
        Ok(())
    }

    fn terminal(&self) -> &Terminal {
        self.seat.terminal()
    }
}

impl HasStart for Tap {
    fn start(&self) -> Arc<Start> {
        self.seat.start()
    }
}

/// What the oracle does at a start.
struct Traced {
    steps: Vec<Step>,
    working: Vec<usize>,
    answer: Option<String>,
    effect: Vec<String>,
}

fn trace(course: &Course, start: &Arc<Start>, seed: u64, warts: &Warts) -> Traced {
    let mut tap = Tap {
        seat: Seat::open(start, seed, warts, ()),
        steps: Vec::new(),
        working: Vec::new(),
    };
    let (answer, _) = play(course.playbooks.get(start.task().oracle), &mut tap);
    Traced {
        effect: effect(&tap.seat),
        steps: tap.steps,
        working: tap.working,
        answer,
    }
}

/// What a run has done to the backend when everything has settled.
fn effect(seat: &Seat<()>) -> Vec<String> {
    let (start, session) = (seat.run.start(), &seat.session);
    let mut host = session.line().host().clone();
    while host
        .poll(session.now().saturating_add(start.task().settle))
        .is_some()
    {}
    start.effect(host.tables())
}

/// The oracle's steps up to the last without which the backend comes to something else, and the right answer.
fn cut(
    course: &Course,
    start: &Arc<Start>,
    seed: u64,
    warts: &Warts,
) -> Option<(Vec<Step>, Option<String>)> {
    let traced = trace(course, start, seed, warts);
    traced.working.iter().rev().find_map(|end| {
        let steps = traced.steps.get(..*end)?;
        let mut seat = Seat::open(start, seed, warts, ());
        repeat(steps, &mut seat);
        (effect(&seat) != traced.effect).then(|| (steps.to_vec(), traced.answer.clone()))
    })
}

/// How many seeds are looked at for another goal.
const OTHERS: u64 = 20;

/// The start of the next seed that has another goal.
fn other_seed(
    course: &Course,
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

fn repeat<L: Log>(steps: &[Step], seat: &mut Seat<L>) -> Ending {
    for step in steps {
        let done = match step {
            Step::Press(key) => seat.press(*key),
            Step::Wait(by) => seat.wait(*by),
        };
        match done {
            Ok(()) => {}
            Err(Stop::BudgetSpent) => return Ending::BudgetSpent,
            Err(Stop::Environment(why)) => return Ending::EnvironmentFault(why),
        }
    }
    Ending::Done
}

/// Keys that chance presses beside words, each as likely as it is often here.
const RANDOM: [Key; 16] = [
    Key::Enter,
    Key::Enter,
    Key::Enter,
    Key::Enter,
    Key::Tab,
    Key::Tab,
    Key::Tab,
    Key::Pf(3),
    Key::Pf(4),
    Key::Pf(5),
    Key::Pf(8),
    Key::Pf(9),
    Key::Pf(12),
    Key::Home,
    Key::EraseEof,
    Key::Clear,
];

/// How many times chance chooses what to do.
const CHOICES: u32 = 150;

/// Presses keys by chance: every other choice types a word of the goal or of the screen.
fn random<L: Log>(seat: &mut Seat<L>, start: &Start, seed: u64) -> Ending {
    let mut chance = Chance::stream(seed, "random", &[&start.task().id]);
    let of_goal = words(start.goal());
    for _ in 0..CHOICES {
        let mut keys = Vec::new();
        if chance.chance(0.5) {
            let seen = words(&seat.terminal().text());
            let pool = if chance.chance(0.7) { &of_goal } else { &seen };
            let word = chance.pick(pool).cloned().unwrap_or_default();
            keys.extend(word.chars().map(Key::Char));
            keys.push(Key::Tab);
        } else {
            keys.extend(chance.pick(&RANDOM));
        }
        for key in keys {
            if seat.terminal().lock().is_some() && seat.press(Key::Reset).is_err()
                || seat.press(key).is_err()
            {
                return Ending::Done;
            }
        }
    }
    Ending::Done
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '"' | '(' | ')'))
        .map(|word| word.trim_end_matches('.').to_owned())
        .filter(|word| !word.is_empty() && word.len() <= 24)
        .collect()
}
