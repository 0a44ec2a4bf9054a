//! Cases side by side with what the reference showed.

use std::collections::{BTreeMap, BTreeSet};

use super::case::{Case, Dump, Golden};
use super::run::{pack_hex, run};

/// What came of running cases.
#[derive(Default)]
pub struct Differences {
    /// How many there were.
    pub cases: usize,
    /// Those that differ, by name, and how.
    pub how: BTreeMap<String, String>,
    /// Those with an insertion round the end of the buffer.
    pub wrapped: BTreeSet<String>,
}

/// Runs all cases, in the order in which the reference ran them.
pub fn differences(cases: impl Iterator<Item = (Case, Golden)>) -> Differences {
    let mut found = Differences::default();
    // The reference kept one session for equal setups, so its records are numbered on from case to case.
    let mut sequences = BTreeMap::new();
    for (case, golden) in cases {
        let sequence = sequences.entry(case.setup()).or_insert(1);
        let ran = run(&case, *sequence);
        *sequence = if case.is_last_of_session() {
            1
        } else {
            ran.sequence
        };
        found.cases += 1;
        if ran.wrapped {
            found.wrapped.insert(case.name.clone());
        }
        let ours: Vec<Dump> = ran.dumps.into_iter().map(plain).collect();
        let theirs: Vec<Dump> = golden.dumps().into_iter().map(plain).collect();
        if ours != theirs {
            found.how.insert(case.name, describe(&ours, &theirs));
        }
    }
    found
}

/// Without two slips of what the reference prints: an error said twice (ERASE and DELETE WORD report one for each step
/// they try), and the foreground in the place of a character's background.
fn plain(mut dump: Dump) -> Dump {
    for record in &mut dump.inbound {
        *record = pack_hex(record);
    }
    for key in &mut dump.keys {
        while key.contains("Keyboard locked Keyboard locked") {
            *key = key.replace("Keyboard locked Keyboard locked", "Keyboard locked");
        }
    }
    dump.cells = without_background(&dump.cells);
    for line in dump.shown.iter_mut().flatten() {
        *line = without_background(line);
    }
    dump
}

fn without_background(cells: &str) -> String {
    if !cells.contains("SA(") {
        return cells.to_owned();
    }
    let tokens = cells.split(' ').map(|token| {
        match token.split_once("45=").filter(|_| token.starts_with("SA(")) {
            Some((before, after)) => format!("{before}45{}", &after[2..]),
            None => token.to_owned(),
        }
    });
    tokens.collect::<Vec<_>>().join(" ")
}

fn describe(ours: &[Dump], theirs: &[Dump]) -> String {
    let mut text = String::new();
    if ours.len() != theirs.len() {
        text += &format!("  {} dumps, theirs {}\n", ours.len(), theirs.len());
    }
    for (number, (a, b)) in ours
        .iter()
        .zip(theirs)
        .enumerate()
        .filter(|(_, (a, b))| a != b)
    {
        let mut part = |name: &str, a: String, b: String| {
            if a != b {
                text += &format!("  {number} {name}\n    ours   {a}\n    theirs {b}\n");
            }
        };
        let state = |dump: &Dump| format!("{} {} {}", dump.kbd, dump.fmt, dump.prot);
        part("cells", a.cells.clone(), b.cells.clone());
        part(
            "cursor",
            format!("{:?}", a.cursor),
            format!("{:?}", b.cursor),
        );
        part("size", format!("{:?}", a.size), format!("{:?}", b.size));
        part("state", state(a), state(b));
        part("keys", format!("{:?}", a.keys), format!("{:?}", b.keys));
        part(
            "inbound",
            format!("{:?}", a.inbound),
            format!("{:?}", b.inbound),
        );
        for (a, b) in a.shown.iter().flatten().zip(b.shown.iter().flatten()) {
            part("shown", a.clone(), b.clone());
        }
    }
    text
}

/// Fails with every difference that no reason is given for, and with every reason that has no difference.
pub fn check<'a>(found: Differences, reasons: impl Iterator<Item = &'a String>) {
    let mut differ = found.how;
    let stale: Vec<&String> = reasons
        .filter(|name| differ.remove(*name).is_none())
        .collect();
    let shown: String = differ
        .iter()
        .take(12)
        .map(|(name, how)| format!("{name}\n{how}"))
        .collect();
    assert!(
        differ.is_empty(),
        "{} cases differ: {:?}\n{shown}",
        differ.len(),
        differ.keys().collect::<Vec<_>>()
    );
    assert!(
        stale.is_empty(),
        "these agree and need no reason: {stale:?}"
    );
}
