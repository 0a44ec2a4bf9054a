//! Another release of the screens: nothing is lost, and its draws are its own.

use super::declared;
use bigiron::session::{Session, Setup};
use bigiron::system::model::System;
use bigiron::terminal::Key as Press;
use std::sync::Arc;

const NOTICE: &str = r#"
title = "Notice"
map = '''
 NOTICE  A NEW RELEASE
 ENTER=GO ON
(msg        )
'''
[[on.enter]]
back = true
"#;

/// The licence desk with one drift.
fn desk(drift: &str) -> Arc<System> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/screens/dmv");
    let entries = std::fs::read_dir(folder).unwrap();
    let files = entries.map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.is_file() && !path.ends_with("warts.toml"));
    let files = files.map(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, std::fs::read(&path).unwrap())
    });
    let warts = declared("w", "drift", drift);
    let more = [("warts.toml", warts.as_str()), ("NOTICE.toml", NOTICE)];
    let more = more.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
    Arc::new(System::load(files.chain(more), "dmv").unwrap_or_else(|faults| panic!("{faults}")))
}

/// The desk where a licence is to be renewed.
fn renewing(desk: &Arc<System>, warts: &str, seed: u64) -> Session {
    let setup = Setup {
        seed,
        warts: warts.parse().unwrap(),
        ..Setup::default()
    };
    let mut session = Session::open(desk, &setup, &mut ());
    for key in Press::parse_line("CLK042IRON<enter>INQ<tab>D4471902<enter><pf4>").unwrap() {
        session.press(key, &mut ());
        session.host().verify().unwrap();
        session.terminal().verify().unwrap();
    }
    session
}

fn screen(session: &Session) -> Vec<String> {
    let rows = (0..24).map(|row| session.terminal().row_text(row));
    rows.map(|row| row.trim_end().to_owned()).collect()
}

#[test]
fn drift_moves_rows_and_loses_none() {
    let desk = desk("on = \"DMVR04.*\"\nmove = true");
    for seed in 0..8 {
        let clean = screen(&renewing(&desk, "none", seed));
        let moved = screen(&renewing(&desk, "w", seed));
        assert_eq!(
            moved,
            screen(&renewing(&desk, "w", seed)),
            "the same each time"
        );
        assert_ne!(moved[6..14], clean[6..14], "seed {seed}");
        let sorted = |mut rows: Vec<String>| {
            rows.sort();
            rows
        };
        assert_eq!(sorted(moved), sorted(clean), "seed {seed}");
    }
}

#[test]
fn drift_rewords_labels_and_renumbers_keys() {
    let desk = desk(
        "on = \"DMVR04.*\"\nreword = { \"CITY\" = \"TOWN\", \"STREET\" = [\"ADDRESS\"] }\nkeys = [\"pf5\", \"pf9\"]",
    );
    let mut session = renewing(&desk, "w", 1);
    let rows = screen(&session);
    assert_eq!(rows[8].split('.').next(), Some("   ADDRESS"));
    assert_eq!(rows[9].split('.').next(), Some("   TOWN "));
    assert_eq!(
        rows[21],
        " ENTER=CHECK  F3=MENU  F9=SAVE ADDRESS  F5=SUBMIT  F12=CANCEL"
    );
    session.press(Press::Pf(5), &mut ());
    assert!(screen(&session)[23].contains("DMV046E ADDRESS NOT SAVED"));
    session.press(Press::Pf(9), &mut ());
    assert!(screen(&session)[23].contains("DMV045I ADDRESS SAVED"));
}

#[test]
fn drift_inserts_a_screen() {
    let mut session = renewing(&desk("on = \"DMVR04.*\"\ninsert = \"NOTICE\""), "w", 1);
    assert!(screen(&session)[0].contains("A NEW RELEASE"));
    session.press(Press::Enter, &mut ());
    assert!(screen(&session)[0].contains("DMVR04"));
}

#[test]
fn drift_has_a_stream_of_its_own() {
    let slow = "[wart.v]\nkind = \"slow\"\nabout = \"A\"\ntell = \"A\"\non = \"*.*\"\nby = 1\nchance = 0.5";
    let desk = desk(&format!("on = \"*.*\"\nchance = 0.5\nmove = true\n{slow}"));
    let layout = |warts| screen(&renewing(&desk, warts, 3));
    assert_eq!(layout("w"), layout("all"));
}
