//! What is taken through the doors: runs of oracles, and random keys, as they come out in memory.

use std::sync::Arc;

use bigiron::cli::systems;
use bigiron::doors::session::served_system::ServedSystem;
use bigiron::host::Warts;
use bigiron::host::chance::Chance;
use bigiron::session::{Session, Setup};
use bigiron::system::model::System;
use bigiron::task::attempt::Attempt;
use bigiron::task::ending::Ending;
use bigiron::task::model::TaskSuite;
use bigiron::task::playbook::{TerminalDriver, run};
use bigiron::task::prove::arguments;
use bigiron::terminal::{Key, Response, Terminal};

use super::Turn;

/// A run in memory.
pub struct Case {
    pub name: String,
    pub system: String,
    pub world: ServedSystem,
    pub setup: Setup,
    pub turns: Vec<Turn>,
    /// The rows after each turn.
    pub screens: Vec<Vec<String>>,
    /// The host's state at the end.
    pub hash: u64,
    /// How many scripts of random keys it holds.
    pub scripts: usize,
}

impl Case {
    /// Whether no time passes but for keys: a TN3270 client has no way to let it pass.
    pub fn without_waits(&self) -> bool {
        self.turns.iter().all(|turn| turn.wait == 0)
    }
}

/// A session in memory whose steps are cut into turns.
struct Cutter {
    session: Session,
    turn: Turn,
    turns: Vec<Turn>,
    screens: Vec<Vec<String>>,
}

impl Cutter {
    fn open(world: &ServedSystem, setup: &Setup) -> Cutter {
        let region = world.open(setup).unwrap().region;
        Cutter {
            session: Session::open_in(&region, setup, &mut ()),
            turn: Turn::default(),
            turns: Vec::new(),
            screens: Vec::new(),
        }
    }

    fn press(&mut self, key: Key) {
        match key {
            Key::MoveCursor(at) => self.turn.by_hand.extend(way_to(at, &self.session)),
            key => self.turn.by_hand.push(key),
        }
        let response = self.session.press(key, &mut ());
        self.turn.keys.push(key);
        if !matches!(response, Response::Local) {
            self.cut();
        }
    }

    fn wait(&mut self, by: u64) {
        if by > 0 {
            self.session.wait(by, &mut ());
            self.turn.wait = by;
            self.cut();
        }
    }

    fn cut(&mut self) {
        let terminal = self.session.terminal();
        let rows = 0..usize::from(terminal.rows());
        self.turns.push(std::mem::take(&mut self.turn));
        self.screens
            .push(rows.map(|row| terminal.row_text(row)).collect());
    }

    fn finish(mut self, name: String, system: &str, world: &ServedSystem, setup: Setup) -> Case {
        self.cut();
        Case {
            name,
            system: system.to_owned(),
            world: world.clone(),
            setup,
            turns: self.turns,
            screens: self.screens,
            hash: self.session.state_hash(),
            scripts: 0,
        }
    }
}

/// Keys that put the cursor at an address: TAB from where it is or from HOME, or else arrows.
fn way_to(at: u16, session: &Session) -> Vec<Key> {
    if session.terminal().lock().is_some() {
        return Vec::new();
    }
    for first in [None, Some(Key::Home)] {
        let (mut session, mut keys) = (session.clone(), Vec::from_iter(first));
        first.map(|key| session.press(key, &mut ()));
        for _ in 0..20 {
            if session.terminal().cursor() == at {
                return keys;
            }
            session.press(Key::Tab, &mut ());
            keys.push(Key::Tab);
        }
    }
    let place = |at: u16| (i32::from(at / 80), i32::from(at % 80));
    let ((row, column), (to_row, to_column)) = (place(session.terminal().cursor()), place(at));
    let steps = |by: i32, back: Key, on: Key| {
        let key = if by < 0 { back } else { on };
        std::iter::repeat_n(key, by.unsigned_abs() as usize)
    };
    let rows = steps(to_row - row, Key::Up, Key::Down);
    rows.chain(steps(to_column - column, Key::Left, Key::Right))
        .collect()
}

fn course(name: &str) -> TaskSuite {
    let load = |name: &str| {
        let files = systems::find(name).ok()?.files;
        let system = System::load(files.clone(), name).ok()?;
        Some((Arc::new(system), files))
    };
    let (system, files) = load(name).unwrap();
    TaskSuite::load_among(&system, files, &|other| Some(load(other)?.0)).unwrap()
}

/// An attempt that notes what is done.
struct Noted {
    attempt: Attempt,
    steps: Vec<Step>,
}

enum Step {
    Press(Key),
    Wait(u64),
}

impl TerminalDriver for Noted {
    fn press_at(&mut self, at: usize, key: Key) -> Result<(), Ending> {
        self.attempt.press_at(at, key)?;
        self.steps.push(Step::Press(key));
        Ok(())
    }

    fn wait_at(&mut self, at: usize, by: u64) -> Result<(), Ending> {
        self.attempt.wait_at(at, by)?;
        self.steps.push(Step::Wait(by));
        Ok(())
    }

    fn terminal_at(&self, at: usize) -> &Terminal {
        self.attempt.terminal_at(at)
    }
}

/// The run of each task's oracle, with the last of its wart sets, on a seed of its own.
pub fn oracles() -> Vec<Case> {
    let mut cases = Vec::new();
    for name in systems::names() {
        let course = course(&name);
        let world = ServedSystem::from(course.clone());
        for (seed, task) in (0..).zip(&course.tasks) {
            if task.also.is_empty() {
                let warts = task.warts.last().cloned().unwrap_or(Warts::None);
                cases.push(oracle(&course, &world, &task.id, seed, warts));
            }
        }
    }
    cases
}

fn oracle(course: &TaskSuite, world: &ServedSystem, task: &str, seed: u64, warts: Warts) -> Case {
    let start = Arc::new(course.start(task, seed).unwrap());
    let playbook = &course.playbooks[start.task().oracle];
    let mut noted = Noted {
        attempt: Attempt::open(&start, seed, &warts, |_| ()),
        steps: Vec::new(),
    };
    let (_, ending) = run(playbook, &arguments(playbook, &start), &mut noted);
    assert!(matches!(ending, Ending::Done | Ending::AgentFault(_)));
    let setup = Setup {
        seed,
        warts,
        task: Some(task.to_owned()),
        ..Setup::default()
    };
    let mut cutter = Cutter::open(world, &setup);
    for step in &noted.steps {
        match step {
            Step::Press(key) => cutter.press(*key),
            Step::Wait(by) => cutter.wait(*by),
        }
    }
    let system = course.system().id.clone();
    let case = cutter.finish(
        format!("{system}/{task}, seed {seed}"),
        &system,
        world,
        setup,
    );
    assert_eq!(case.hash, noted.attempt.session().state_hash());
    case
}

/// Keys by chance; those that most keyboards have come first.
const KEYS: [Key; 49] = [
    Key::Enter,
    Key::Enter,
    Key::Enter,
    Key::Tab,
    Key::Tab,
    Key::Tab,
    Key::BackTab,
    Key::Home,
    Key::Newline,
    Key::Up,
    Key::Down,
    Key::Left,
    Key::Right,
    Key::PreviousWord,
    Key::NextWord,
    Key::FieldEnd,
    Key::EraseEof,
    Key::EraseInput,
    Key::DeleteField,
    Key::DeleteWord,
    Key::Erase,
    Key::Delete,
    Key::ToggleInsert,
    Key::Dup,
    Key::FieldMark,
    Key::CursorSelect,
    Key::Reset,
    Key::Clear,
    Key::Pf(1),
    Key::Pf(2),
    Key::Pf(3),
    Key::Pf(4),
    Key::Pf(5),
    Key::Pf(6),
    Key::Pf(7),
    Key::Pf(8),
    Key::Pf(9),
    Key::Pf(10),
    Key::Pf(11),
    Key::Pf(12),
    Key::Pf(13),
    Key::Pf(24),
    Key::Pa(1),
    Key::Pa(2),
    Key::Pa(3),
    Key::BackSpace,
    Key::Left2,
    Key::Right2,
    Key::Insert,
];

/// How many of [`KEYS`] a window has chords for.
const IN_A_WINDOW: usize = 45;

/// Scripts in a session, and what chance chooses in a script.
const SCRIPTS: usize = 12;
const CHOICES: usize = 20;

/// Sessions of random keys on every system, each after the beginning of its drill: half of them with the keys that a window has,
/// half with all there are.
pub fn random() -> Vec<Case> {
    let drills = [
        ("airline", include_str!("../../drills/airline.s3270")),
        ("bank", include_str!("../../drills/bank.s3270")),
        ("benefits", include_str!("../../drills/benefits.s3270")),
        ("claims", include_str!("../../drills/claims.s3270")),
        ("clinic", include_str!("../../drills/clinic.s3270")),
        ("dmv", include_str!("../../drills/double-entry.s3270")),
        ("revenue", include_str!("../../drills/revenue.s3270")),
    ];
    let sessions = drills.into_iter().flat_map(|(system, drill)| {
        let world = ServedSystem::from(course(system));
        (0..4).map(move |seed| session(&world, system, drill, seed))
    });
    sessions.collect()
}

fn session(world: &ServedSystem, system: &str, drill: &str, seed: u64) -> Case {
    let mut chance = Chance::stream(seed, "equivalence", &[system]);
    let setup = Setup {
        seed,
        warts: Warts::None,
        ..Setup::default()
    };
    let mut cutter = Cutter::open(world, &setup);
    let lines = usize::try_from(seed).unwrap() + 1;
    for line in drill.lines().take(lines) {
        for key in crate::drill::keys_of(line) {
            cutter.press(key);
        }
    }
    let keys = match seed % 2 {
        0 => &KEYS[..IN_A_WINDOW],
        _ => &KEYS[..],
    };
    for _ in 0..SCRIPTS {
        for _ in 0..CHOICES {
            choose(&mut cutter, &mut chance, keys);
        }
        // A keyboard that a typing error has locked would refuse the next script whole.
        cutter.press(Key::Reset);
    }
    let name = format!("random keys on {system}, seed {seed}");
    let mut case = cutter.finish(name, system, world, setup);
    case.scripts = SCRIPTS;
    case
}

fn choose(cutter: &mut Cutter, chance: &mut Chance, keys: &[Key]) {
    if chance.chance(0.4) {
        let seen = cutter.session.terminal().text();
        let words: Vec<&str> = seen
            .split_whitespace()
            .filter(|word| word.len() <= 12)
            .collect();
        let word = chance.pick(&words).copied().unwrap_or("X");
        let typed: Vec<char> = word.chars().filter(char::is_ascii_graphic).collect();
        for character in typed {
            cutter.press(Key::Char(character));
        }
    } else if keys.len() > IN_A_WINDOW && chance.chance(0.1) {
        let address = u16::try_from(chance.below(1920)).unwrap();
        cutter.press(Key::MoveCursor(address));
    } else if let Some(key) = chance.pick(keys) {
        cutter.press(*key);
    }
}
