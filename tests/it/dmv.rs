//! The shipped licence desk, operated as a clerk does; and sessions that repeat exactly.

use bigiron::host::Host;
use bigiron::session::{Log, Session, SessionEvent, Setup};
use bigiron::system::model::System;
use bigiron::terminal::Key;
use proptest::prelude::*;
use std::sync::{Arc, LazyLock};

static DMV: LazyLock<Arc<System>> = LazyLock::new(|| {
    let paths = std::fs::read_dir("screens/dmv").unwrap();
    let paths = paths.map(|entry| entry.unwrap().path());
    let files = paths.filter(|path| path.is_file()).map(|path| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, std::fs::read(&path).unwrap())
    });
    let files = files.filter(|(name, _)| name.ends_with(".toml"));
    Arc::new(System::load(files, "dmv").unwrap_or_else(|faults| panic!("{faults:?}")))
});

/// The host's hashes in the order of their events.
#[derive(Default)]
struct Hashes(Vec<(u64, u64)>);

impl Log for Hashes {
    fn event(&mut self, at: u64, event: SessionEvent<'_>) {
        if let SessionEvent::State(hash) = event {
            self.0.push((at, hash));
        }
    }
}

fn press(session: &mut Session, line: &str) -> String {
    for key in Key::parse_line(line).unwrap() {
        session.press(key, &mut ());
        session.line().host().verify().unwrap();
    }
    session.terminal().text()
}

fn rows(host: &Host, table: &str) -> Vec<String> {
    let id = host.system().tables.iter().position(|t| t.name == table);
    let table = &host.tables()[id.unwrap()];
    let row = |row: &bigiron::system::value::Row| {
        row.iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("|")
    };
    table.iter().map(|record| row(&record.row())).collect()
}

fn desk() -> Session {
    let mut session = Session::open(&DMV, &Setup::default(), &mut ());
    let menu = press(&mut session, "CLK042IRON<enter>");
    assert!(menu.contains("DMV010I J. HALVORSEN SIGNED ON"), "{menu}");
    session
}

#[test]
fn three_rejected_sign_ons_lock_the_terminal_for_five_minutes() {
    let mut session = Session::open(&DMV, &Setup::default(), &mut ());
    let rejected = press(&mut session, "CLK042WRONG<enter>");
    assert!(rejected.contains("DMV006E"), "{rejected}");
    press(&mut session, "WRONG<enter>");
    let locked = press(&mut session, "WRONG<enter>");
    assert!(locked.contains("DMV008E"), "{locked}");
    session.wait(300_000, &mut ());
    let menu = press(&mut session, "<home>CLK042IRON<enter>");
    assert!(menu.contains("DMVM01"), "{menu}");
}

#[test]
fn a_renewal_asks_for_the_photo_and_waits_in_the_queue() {
    let mut session = desk();
    let inquiry = press(&mut session, "INQ<tab>D4471902<enter>");
    assert!(inquiry.contains("VANDERMEER"), "{inquiry}");
    press(&mut session, "<pf4>");
    let saved = press(&mut session, "<pf5>");
    assert!(saved.contains("DMV045I ADDRESS SAVED"), "{saved}");
    let window = press(&mut session, "08<eraseeof>25.00<pf9>");
    assert!(window.contains("PHOTO MUST BE VERIFIED"), "{window}");
    let back = press(&mut session, "P88121<tab>Y<enter>");
    assert!(back.contains("DMV054I") && !back.contains("NOT VERIFIED"));
    let warned = press(&mut session, "<pf9>");
    assert!(warned.contains("DMV201W"), "{warned}");
    let done = press(&mut session, "<pf9>");
    assert!(done.contains("DMVC13"), "{done}");
    assert_eq!(
        rows(session.line().host(), "renewal"),
        ["D4471902|25.00|08|P88121|CLK042|N"]
    );
}

#[test]
fn the_night_rejects_an_address_without_its_second_entry() {
    let mut session = desk();
    press(&mut session, "INQ<tab>D4471902<enter><pf4><pf5>");
    session.wait(86_400_000, &mut ());
    let rejects = rows(session.line().host(), "reject");
    assert_eq!(rejects.len(), 1);
    assert!(rejects[0].contains("NO BATCH ENTRY"), "{rejects:?}");
    assert!(session.terminal().text().contains("DMVS00"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_same_keys_give_the_same_hashes_and_any_keys_a_sound_host(
        seed: u64,
        keys in proptest::collection::vec(prop::sample::select(
            Key::parse_line("<enter><enter><pf3><pf4><pf5><pf6><pf7><pf8><pf9><pf12><clear><pa1><tab><home><eraseeof>159SRAYINQLST<newline>").unwrap()
        ), 0..80),
    ) {
        let setup = Setup { seed, ..Setup::default() };
        let run = |check: bool| {
            let mut log = Hashes::default();
            let mut session = Session::open(&DMV, &setup, &mut log);
            for key in Key::parse_line("CLK042IRON<enter>").unwrap().into_iter().chain(keys.iter().copied()) {
                session.press(key, &mut log);
                if check {
                    session.line().host().verify().unwrap();
                }
            }
            (log.0, session.session_hash())
        };
        prop_assert_eq!(run(true), run(false));
    }
}

#[test]
fn keys_typed_ahead_are_sent_at_the_moment_of_the_unlock_however_coarse_the_steps() {
    let mut setup = Setup {
        clock: bigiron::session::ClockMode::Live,
        ..Setup::default()
    };
    setup.terminal.typeahead = true;
    let run = |steps: u64| {
        let mut log = Hashes::default();
        let mut session = Session::open(&DMV, &setup, &mut log);
        for key in Key::parse_line("CLK042IRON<enter><pf3><clear>").unwrap() {
            session.press(key, &mut log);
        }
        for step in 1..=steps {
            session.advance_to(6_000 * step / steps, &mut log);
        }
        (session.session_hash(), log.0)
    };
    let (hash, states) = run(1);
    assert!(states.len() >= 4, "{states:?}");
    assert_eq!(run(600), (hash, states));
}
