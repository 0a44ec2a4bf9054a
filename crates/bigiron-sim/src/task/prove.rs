//! Proofs: that a task can be solved, and not by doing nothing, by luck, by believing the screen, or by showing the right screen alone.

use super::grade::{Ending, Grade};
use super::model::{Task, TaskSuite};
use super::playbook::{Playbook, PlaybookEnd, Stop, TerminalDriver, run};
use super::run::{Desk, Seat};
use super::start::{Start, StartError};
use crate::host::Warts;
use crate::host::chance::Chance;
use crate::session::Log;
use crate::system::value::Value;
use serde::Serialize;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use tn3270::terminal::{Key, Terminal};

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
    /// What it came to.
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

/// Runs one policy at a task begun with a seed; `log` is what is told of the session at each of its systems, by its place. `None`: the policy has
/// no meaning for this task.
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
    let mut desk = Desk::open(start, seed, warts, log);
    let (answer, ending) = match (policy, followed, &traced) {
        (Policy::Nop, ..) => (None, Ending::Done),
        (Policy::Random, ..) => (None, random(&mut desk, seed)),
        (_, Some(playbook), _) => play(playbook, start, &mut desk.seats),
        (_, _, Some((steps, answer))) => (answer.clone(), repeat(steps, &mut desk.seats)),
        _ => return Ok(None),
    };
    Ok(Some(Trial {
        policy,
        seed,
        grade: desk.grade(answer.as_deref(), &ending),
        keys: desk.keys(),
        time: desk.now(),
        answer,
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

/// Lets a playbook run at a task, with a station for each of its systems; gives its answer and how it ended.
pub fn play<S: TerminalDriver>(
    playbook: &Playbook,
    start: &Start,
    stations: &mut [S],
) -> (Option<String>, Ending) {
    match run(playbook, &arguments(playbook, start), stations) {
        Ok(PlaybookEnd::Done(answer)) => (answer, Ending::Done),
        Ok(PlaybookEnd::GaveUp(why)) => (None, Ending::AgentFault(why)),
        Err(Stop::BudgetSpent) => (None, Ending::BudgetSpent),
        Err(Stop::Environment(why)) => (None, Ending::EnvironmentFault(why)),
    }
}

/// Something done at one of the stations, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Press(usize, Key),
    Wait(usize, u64),
}

/// What was done at all stations, and which steps changed the tables.
#[derive(Debug, Default)]
struct Notes {
    steps: Vec<Step>,
    working: Vec<usize>,
}

/// A station whose steps are noted.
struct Tap<'s> {
    place: usize,
    seat: &'s mut Seat<()>,
    notes: Rc<RefCell<Notes>>,
}

impl Tap<'_> {
    fn note(&mut self, step: Step, before: u64) {
        let works = self.digest() != before;
        let mut notes = self.notes.borrow_mut();
        let at = notes.steps.len();
        notes.working.extend(works.then_some(at));
        notes.steps.push(step);
    }

    fn digest(&self) -> u64 {
        let tables = self.seat.session.line().host().tables();
        tables.iter().enumerate().fold(0, |sum, (n, table)| {
            table.digest().rotate_left(n as u32 % 64).wrapping_add(sum)
        })
    }
}

impl TerminalDriver for Tap<'_> {
    fn press(&mut self, key: Key) -> Result<(), Stop> {
        let before = self.digest();
        self.seat.press(key)?;
        self.note(Step::Press(self.place, key), before);
        Ok(())
    }

    fn wait(&mut self, by: u64) -> Result<(), Stop> {
        let before = self.digest();
        self.seat.wait(by)?;
        self.note(Step::Wait(self.place, by), before);
        Ok(())
    }

    fn terminal(&self) -> &Terminal {
        self.seat.terminal()
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
    let mut desk = Desk::open(start, seed, warts, |_| ());
    let notes = Rc::new(RefCell::new(Notes::default()));
    let seats = desk.seats.iter_mut().enumerate();
    let mut taps: Vec<Tap> = seats
        .map(|(place, seat)| Tap {
            place,
            seat,
            notes: Rc::clone(&notes),
        })
        .collect();
    let oracle = course.playbooks.get(start.task().oracle);
    let answer = oracle.and_then(|oracle| play(oracle, start, &mut taps).0);
    drop(taps);
    let Notes { steps, working } = notes.take();
    Traced {
        effect: effect(&desk),
        steps,
        working,
        answer,
    }
}

/// What a run has done to the backend when everything has settled.
fn effect(desk: &Desk<()>) -> Vec<String> {
    let hosts: Vec<_> = desk.hosts().collect();
    let start = desk.start();
    start.effect(&start.end(&hosts, desk.now()))
}

/// The oracle's steps up to the last without which the backend comes to something else, and the right answer.
fn cut(
    course: &TaskSuite,
    start: &Arc<Start>,
    seed: u64,
    warts: &Warts,
) -> Option<(Vec<Step>, Option<String>)> {
    let traced = trace(course, start, seed, warts);
    traced.working.iter().rev().find_map(|end| {
        let steps = traced.steps.get(..*end)?;
        let mut desk = Desk::open(start, seed, warts, |_| ());
        repeat(steps, &mut desk.seats);
        (effect(&desk) != traced.effect).then(|| (steps.to_vec(), traced.answer.clone()))
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

fn repeat<S: TerminalDriver>(steps: &[Step], stations: &mut [S]) -> Ending {
    for step in steps {
        let (Step::Press(place, _) | Step::Wait(place, _)) = step;
        let Some(station) = stations.get_mut(*place) else {
            continue;
        };
        let done = match step {
            Step::Press(_, key) => station.press(*key),
            Step::Wait(_, by) => station.wait(*by),
        };
        match done {
            Ok(()) => {}
            Err(Stop::BudgetSpent) => return Ending::BudgetSpent,
            Err(Stop::Environment(why)) => return Ending::EnvironmentFault(why),
        }
    }
    Ending::Done
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
fn random<L: Log>(desk: &mut Desk<L>, seed: u64) -> Ending {
    let start = Arc::clone(desk.start());
    let mut chance = Chance::stream(seed, "random", &[&start.task().id]);
    let of_goal = words(start.goal());
    let often = |&(often, key): &(usize, Key)| std::iter::repeat_n(key, often);
    let others: Vec<Key> = RANDOM.iter().flat_map(often).collect();
    for _ in 0..CHOICES {
        let count = desk.seats.len() as u64;
        let place = if count > 1 { chance.below(count) } else { 0 };
        let Some(seat) = desk.seats.get_mut(place as usize) else {
            break;
        };
        let mut keys = Vec::new();
        if chance.chance(0.5) {
            let seen = words(&seat.terminal().text());
            let pool = if chance.chance(0.7) { &of_goal } else { &seen };
            let word = chance.pick(pool).cloned().unwrap_or_default();
            keys.extend(word.chars().map(Key::Char));
            keys.push(Key::Tab);
        } else {
            keys.extend(chance.pick(&others));
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
