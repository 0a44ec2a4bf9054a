//! What a wart happens at, how often, and that it minds no other's business.

use super::{At, declared, till};
use bigiron::system::model::System;
use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Arc;

#[test]
fn a_job_leaves_records_out() {
    let mut at = At::with("drop", "on = \"job.POST\"\ntables = \"sale\"\nnth = 1");
    at.keys("<pf5><pf3><pf5><pf3>").0.wait(3_600_000, &mut ());
    at.tells("TILL1 SALES 2 LOGS 2 POSTED 1 FILE 7.00");
    at.0.wait(3_600_000, &mut ());
    at.tells("TILL1 SALES 2 LOGS 2 POSTED 2 FILE 7.00");
}

#[test]
fn a_refused_key_is_no_occurrence() {
    let mut at = At::with("drop", "on = \"TILL1.pf5\"\nnth = 1\ntables = \"sale\"");
    at.keys("<eraseeof>abc<pf5>");
    assert_eq!(at.found().2, 0);
    at.keys("<home><eraseeof>5<pf5>")
        .is("TILL2", "", 0, 1, "5.00 ");
    at.keys("<pf3><pf5>").is("TILL2", "", 1, 2, "7.00 ");
}

#[test]
fn at_most_and_between_and_when_bound_a_wart() {
    let mut at = At::with("drop", "tables = \"sale\"\nat_most = 1");
    at.keys("<pf5><pf3><pf5>");
    assert_eq!(at.found().2, 1);
    let mut at = At::with("drop", "tables = \"sale\"\nbetween = [\"1m\", \"2m\"]");
    at.keys("<pf5><pf3>").0.wait(60_000, &mut ());
    at.keys("<pf5><pf3>").0.wait(60_000, &mut ());
    assert_eq!(at.keys("<pf5>").found().2, 2);
    let mut at = At::with(
        "drop",
        "on = \"TILL1.pf5\"\ntables = \"sale\"\nwhen = \"form.note == 'X'\"",
    );
    assert_eq!(at.keys("<pf5><pf3><tab>X<pf5>").found().2, 1);
}

/// At which of twenty sales the sale was lost.
fn lost(system: &Arc<System>, warts: &str) -> Vec<bool> {
    let mut at = At::on(system, warts, 3);
    let mut sales = 0;
    (0..20)
        .map(|_| {
            at.keys("<pf5><pf3>");
            let was = std::mem::replace(&mut sales, at.found().2);
            sales == was
        })
        .collect()
}

#[test]
fn switching_one_wart_on_changes_no_draw_of_another_nor_of_the_data() {
    let both = declared(
        "a",
        "drop",
        "on = \"TILL1.pf5\"\ntables = \"sale\"\nchance = 0.5",
    ) + &declared("b", "slow", "by = \"2s\"\nchance = 0.5")
        + &declared("c", "double", "tables = \"log\"\nchance = 0.5");
    let system = till(&both);
    let alone = lost(&system, "a");
    assert!(alone.contains(&true) && alone.contains(&false));
    assert_eq!(lost(&system, "a,b"), alone);
    assert_eq!(lost(&system, "all"), alone);
    assert_eq!(lost(&system, "b,c"), [false; 20]);
    assert_eq!(lost(&system, "a=1"), [true; 20]);
    assert_eq!(lost(&system, "a=0"), [false; 20]);
}

#[test]
fn a_wart_that_is_off_changes_no_state_and_one_that_is_on_counts_in_it() {
    let system = till(&declared("w", "slow", "by = \"2s\"\nchance = 0"));
    let hash = |warts: &str| At::on(&system, warts, 0).keys("<pf5>").0.state_hash();
    assert_eq!(hash("none"), hash("none"));
    assert_ne!(
        hash("none"),
        hash("w"),
        "what was drawn so far belongs to the world"
    );
    let mut at = At::on(&system, "w", 0);
    let mut fork = At(at.0.clone());
    assert_eq!(
        at.keys("<pf5>").0.session_hash(),
        fork.keys("<pf5>").0.session_hash()
    );
}

/// Moments and screens of some keys at the till with a seed, and how many sales there are at the end.
fn seen(system: &Arc<System>, warts: &str, seed: u64) -> (Vec<(u64, Vec<String>)>, usize) {
    let mut at = At::on(system, warts, seed);
    let seen = ["<pf5>", "<pf3>", "5<tab>X<pf5>", "<pf3>", "<pf6>"].map(|keys| {
        at.keys(keys);
        // The first line is the tell.
        (at.0.now(), (1..24).map(|row| at.row(row)).collect())
    });
    (seen.into(), at.found().2)
}

/// What a wart has drawn is found out by the tell alone: moments and screens are the same whatever the draw.
#[test]
fn no_moment_tells_what_a_wart_drew() {
    for (kind, more) in [
        ("spin", "nth = 1\nfor = \"20s\"\noutcome = \"any\""),
        ("mislead", "nth = 1\nmessage = \"NO\"\noutcome = \"any\""),
        ("abend", "nth = 1\ncode = \"X\"\noutcome = \"any\""),
        ("drop", "tables = \"sale\"\nchance = 0.5"),
        ("double", "tables = \"sale\"\nchance = 0.5"),
    ] {
        let system = till(&declared("w", kind, &format!("on = \"TILL1.pf5\"\n{more}")));
        let runs: Vec<_> = (0..24).map(|seed| seen(&system, "w", seed)).collect();
        let (shown, sales): (BTreeSet<_>, BTreeSet<_>) = runs.into_iter().unzip();
        assert_eq!(shown.len(), 1, "{kind} shows in the time or on the screen");
        assert!(sales.len() > 1, "{kind} drew the same on every seed");
    }
}

/// Chances that do not come true, and seeds, leave every moment as it is on the clean twin.
#[test]
fn no_moment_tells_the_seed_or_that_a_wart_is_on() {
    let slow = declared("w", "slow", "by = \"2s\"\nchance = 0.5");
    let system = till(&slow);
    let clean = seen(&system, "none", 0);
    for seed in [1, 7, u64::MAX] {
        assert_eq!(seen(&system, "none", seed), clean);
        assert_eq!(seen(&system, "w=0", seed), clean);
    }
    let moments = |seed| seen(&system, "w", seed).0.into_iter().map(|(now, _)| now);
    for seed in 0..8 {
        let late = moments(seed).zip(moments(0)).map(|(a, b)| a.abs_diff(b));
        assert!(
            late.into_iter().all(|by| by % 2000 == 0),
            "by whole delays alone"
        );
    }
}

#[test]
fn a_name_that_no_system_declares_is_a_wrong_use() {
    let script = |warts: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bigiron"));
        let output = command
            .args(["script", "dmv", "--warts", warts])
            .stdin(std::process::Stdio::null());
        let output = output.output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (code, text) = script("lost_renewl");
    assert_eq!(code, Some(2));
    assert!(text.contains("did you mean `lost_renewal`?"), "{text}");
    assert_eq!(script("lost_renewal,slow_line=0.3").0, Some(0));
}
