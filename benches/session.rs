//! The speed of a session in memory: keystrokes and transactions a second, nanoseconds for a fork.
//!
//! Each line is the fastest of many rounds on the shipped licence desk, terminal and host together.

#![allow(clippy::expect_used)]

use bigiron::host::Region;
use bigiron::session::{Session, Setup};
use bigiron::system::model::System;
use bigiron::terminal::Key;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The shipped licence desk with so many generated licences.
fn dmv(licences: usize) -> Arc<System> {
    let count = format!("count = {licences}");
    let folder = std::fs::read_dir("screens/dmv").expect("run in the repository");
    let files = folder.filter_map(|entry| {
        let path = entry.ok()?.path();
        let name = path.file_name()?.to_str()?.to_owned();
        let text = std::fs::read_to_string(&path).ok()?;
        Some((name, text.replace("count = 238", &count).into_bytes()))
    });
    let files = files.filter(|(name, _)| name.ends_with(".toml"));
    Arc::new(System::load(files, "dmv").expect("dmv loads"))
}

fn keys(line: &str) -> Vec<Key> {
    Key::parse_line(line).expect("keys as written here")
}

fn play(session: &mut Session, keys: &[Key]) {
    for key in keys {
        black_box(session.press(*key, &mut ()));
    }
}

/// Measures many short rounds, of which the fastest counts: other work on the machine has disturbed it least.
/// Without `--bench`, as in `cargo test`, the work is done once.
struct Clock {
    measures: bool,
}

const ROUNDS: usize = 1000;
const ROUND: Duration = Duration::from_millis(1);

impl Clock {
    /// Nanoseconds for one run of the work.
    fn time<T>(&self, mut work: impl FnMut() -> T) -> f64 {
        let mut round = |runs: u32| {
            let start = Instant::now();
            for _ in 0..runs {
                black_box(work());
            }
            start.elapsed().as_nanos() as f64 / f64::from(runs)
        };
        let once = round(1);
        if !self.measures {
            return once;
        }
        let runs = (ROUND.as_nanos() as f64 / once) as u32 + 1;
        (0..ROUNDS).map(|_| round(runs)).fold(once, f64::min)
    }

    fn line(&self, what: &str, nanoseconds: f64) {
        println!(
            "{what:<46} {:>12.0} a second {:>12.0} ns each",
            1e9 / nanoseconds,
            nanoseconds
        );
    }

    /// Plays keys that return to the first screen, and prints the time of one of `parts`.
    fn keys(&self, what: &str, session: &mut Session, line: &str, parts: usize) {
        let keys = keys(line);
        let screen = |session: &Session| session.line().host().screen_id().map(str::to_owned);
        let before = screen(session);
        let all = self.time(|| play(session, &keys));
        assert_eq!(screen(session), before, "{line} leads elsewhere");
        self.line(what, all / parts as f64);
    }
}

fn main() {
    let clock = Clock {
        measures: std::env::args().any(|argument| argument == "--bench"),
    };
    let setup = Setup::default();
    let region = Region::new(&dmv(238), 1);
    let mut session = Session::open_in(&region, &setup, &mut ());

    clock.keys("keystrokes", &mut session, "HALVOR<tab>WRONG<home>", 13);
    clock.keys("transactions, same screen", &mut session, "<pf9>", 1);
    play(&mut session, &keys("<home>CLK042IRON<enter>"));
    let inquiry = "inq<tab>D4471902<enter><pf3>";
    clock.keys("transactions, opening a screen", &mut session, inquiry, 2);
    let list = "lst<enter><pf3>";
    clock.keys("transactions, a list of 240", &mut session, list, 2);
    let mix =
        format!("<enter>{inquiry}inq<enter><pf3>zzz<enter><home>lst<enter><pf8><pf8><pf7><pf3>");
    let transactions = keys(&mix).iter().filter(|key| key.is_attention()).count();
    clock.keys("transactions, the mix", &mut session, &mix, transactions);

    clock.line("fork", clock.time(|| session.clone()));
    clock.line("state hash", clock.time(|| session.state_hash()));
    clock.line(
        "open a session in a region",
        clock.time(|| Session::open_in(&region, &setup, &mut ())),
    );
    clock.line(
        "make a region of another seed",
        clock.time(|| region.reseeded(2)),
    );
    let large = Session::open(&dmv(10_000), &setup, &mut ());
    clock.line("fork, 10 000 rows", clock.time(|| large.clone()));
    let sizes = [100, 10_000, 1_000_000];
    for size in sizes.into_iter().take(if clock.measures { 3 } else { 1 }) {
        let mut session = Session::open(&dmv(size), &setup, &mut ());
        play(&mut session, &keys("<home>CLK042IRON<enter>"));
        let what = format!("an inquiry by key, {size} rows");
        clock.keys(&what, &mut session, inquiry, 2);
    }
}
