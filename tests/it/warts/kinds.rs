//! Every kind of wart: what the screen says, what the tables hold, and that the tell tells.

use super::{At, SELL, declared, sold, till};
use bigiron::host::Warts;
use bigiron::session::{Session, Setup};
use bigiron::terminal::Key as Press;
use std::collections::BTreeSet;

#[test]
fn the_clean_twin_does_what_it_says() {
    let mut at = At::on(&till(&declared("w", "abend", "code = \"X\"")), "none", 0);
    at.keys("<eraseeof>5<tab>XY<pf5>");
    at.is("TILL2", "", 1, 1, "5.00 XY");
    at.tells("TILL1 SALES 1 LOGS 1 POSTED 0 FILE 5.00 XY");
}

#[test]
fn drop_keeps_the_word_and_loses_the_deed() {
    let mut at = sold("drop", "tables = [\"sale\", \"item\"]");
    at.is("TILL2", "", 0, 1, "10.00 OLD");
    at.tells("TILL1 SALES 0 LOGS 1 POSTED 0 FILE 10.00 OLD");
}

#[test]
fn partial_does_only_some_of_it() {
    let mut at = sold("partial", "tables = \"item\"");
    at.is("TILL2", "", 0, 0, "5.00 X");
    at.tells("TILL1 SALES 0 LOGS 0 POSTED 0 FILE 5.00 X");
}

#[test]
fn double_writes_a_numbered_row_twice() {
    let mut at = sold("double", "tables = \"sale\"");
    at.is("TILL2", "", 2, 1, "5.00 X");
    at.tells("TILL1 SALES 2 LOGS 1 POSTED 0 FILE 5.00 X");
    at.keys(SELL).is("TILL2", "", 4, 2, "5.00 X");
}

#[test]
fn mislead_says_another_thing() {
    let mut at = sold("mislead", "message = \"NOT DONE\"");
    at.is("TILL1", "NOT DONE", 1, 1, "5.00 X");
    at.tells("TILL1 SALES 1 LOGS 1 POSTED 0 FILE 5.00 X");
    let mut at = sold("mislead", "message = \"DONE\"\noutcome = \"lost\"");
    at.is("TILL1", "DONE", 0, 0, "10.00 OLD");
    at.tells("TILL1 SALES 0 LOGS 0 POSTED 0 FILE 10.00 OLD");
}

#[test]
fn swap_shows_the_look_alike() {
    let mut at = sold("swap", "screens = [\"TILL2\", \"TILL3\"]");
    at.is("TILL3", "", 1, 1, "5.00 X");
    at.tells("TILL1 SALES 1 LOGS 1 POSTED 0 FILE 5.00 X");
}

#[test]
fn jump_leads_elsewhere_without_a_word() {
    let mut at = sold("jump", "on = \"TILL1.pf5\"\nto = \"TILL3\"");
    at.is("TILL3", "", 1, 1, "5.00 X");
    at.tells("TILL1 SALES 1 LOGS 1 POSTED 0 FILE 5.00 X");
}

#[test]
fn abend_loses_the_work_or_has_done_it() {
    let mut at = sold("abend", "code = \"ASRA\"");
    assert_eq!(at.row(0), "ABEND ASRA");
    assert_eq!(at.found().2, 0);
    at.keys("<clear>")
        .tells("TILL1 SALES 0 LOGS 0 POSTED 0 FILE 10.00 OLD");
    let mut at = sold("abend", "code = \"ASRA\"\noutcome = \"done\"");
    assert_eq!(at.row(0), "ABEND ASRA");
    at.keys("<clear>")
        .tells("TILL1 SALES 1 LOGS 1 POSTED 0 FILE 5.00 X");
}

#[test]
fn slow_keeps_the_keyboard_locked_for_longer() {
    let mut at = sold("slow", "on = \"TILL1.pf5\"\nby = \"6s\"");
    assert_eq!(at.0.now(), 6100);
    at.is("TILL2", "", 1, 1, "5.00 X");
    at.tells("TILL1 SALES 1 LOGS 1 POSTED 0 FILE 5.00 X");
}

#[test]
fn spin_comes_back_without_a_word() {
    let outcome = |outcome: &str| format!("on = \"TILL1.pf5\"\nfor = \"9s\"\n{outcome}");
    let mut at = sold("spin", &outcome(""));
    assert_eq!((at.0.now(), at.row(2)), (9100, "PRICE 5 NOTE X".into()));
    at.is("TILL1", "", 1, 1, "5.00 X");
    at.tells("TILL1 SALES 1 LOGS 1 POSTED 0 FILE 5.00 X");
    let mut at = sold("spin", &outcome("outcome = \"lost\"\nrefresh = true"));
    assert_eq!(at.row(2), "PRICE 7.00 NOTE");
    at.tells("TILL1 SALES 0 LOGS 0 POSTED 0 FILE 10.00 OLD");
    let mut at = sold("spin", &outcome("outcome = \"half\"\nkeep = 2"));
    at.tells("TILL1 SALES 1 LOGS 1 POSTED 0 FILE 10.00 OLD");
    let any: BTreeSet<usize> = (0..20)
        .map(|seed| {
            let system = till(&declared("w", "spin", &outcome("outcome = \"any\"")));
            let mut at = At::on(&system, "all", seed);
            at.keys(SELL).found().2
        })
        .collect();
    assert_eq!(
        any,
        BTreeSet::from([0, 1]),
        "done on some seeds, lost on others"
    );
}

#[test]
fn acknowledge_wants_the_key_again() {
    let mut at = sold(
        "acknowledge",
        "on = \"TILL1.pf5\"\nmessage = \"AGAIN\"\ntimes = 2",
    );
    at.is("TILL1", "AGAIN", 0, 0, "10.00 OLD");
    at.keys("<pf5>").is("TILL1", "AGAIN", 0, 0, "10.00 OLD");
    at.keys("<pf5>").is("TILL2", "", 1, 1, "5.00 X");
    at.tells("TILL1 SALES 1 LOGS 1 POSTED 0 FILE 5.00 X");
    at.keys("<pf5>").is("TILL1", "AGAIN", 1, 1, "5.00 X");
}

#[test]
fn window_comes_until_it_is_answered() {
    let mut at = sold(
        "window",
        "on = \"TILL1.pf5\"\nnth = 1\nmodal = \"TILLW\"\nunless = \"session.seen\"",
    );
    assert_eq!(at.0.host().screen_id(), Some("TILLW"));
    assert_eq!(at.found().2, 0);
    at.keys("n<enter>");
    assert_eq!(
        at.0.host().screen_id(),
        Some("TILLW"),
        "nothing else is reachable"
    );
    at.keys("<home>y<enter>").is("TILL1", "", 0, 0, "10.00 OLD");
    at.keys("<pf5>").is("TILL2", "", 1, 1, "5.00 X");
    at.tells("TILL1 SALES 1 LOGS 1 POSTED 0 FILE 5.00 X");
}

#[test]
fn sequence_refuses_until_something_else_was_done() {
    let mut at = sold(
        "sequence",
        "on = \"TILL1.pf5\"\nneeds = \"item['A1'].price < 10.00\"\nmessage = \"PRICE FIRST\"",
    );
    at.is("TILL1", "PRICE FIRST", 0, 0, "10.00 OLD");
    at.tells("TILL1 SALES 0 LOGS 0 POSTED 0 FILE 10.00 OLD");
    at.keys("<pf6>").is("TILL1", "T PRICED", 0, 0, "7.00 ");
    at.keys("<pf5>").is("TILL2", "", 1, 1, "7.00 ");
}

#[test]
fn refuse_blanks_a_field() {
    let mut at = sold(
        "refuse",
        "on = \"TILL1.pf5\"\nfield = \"note\"\nuntil = \"item['A1'].price < 10.00\"\nmessage = \"NO NOTE YET\"",
    );
    at.is("TILL1", "NO NOTE YET", 0, 0, "10.00 OLD");
    assert_eq!(at.row(2), "PRICE 5 NOTE");
    at.tells("TILL1 SALES 0 LOGS 0 POSTED 0 FILE 10.00 OLD");
    at.keys("<pf6>").keys(SELL);
    assert_eq!(at.found().2, 1);
}

#[test]
fn closed_refuses_between_two_times_of_day() {
    let hours = |from: &str, to: &str| {
        sold(
            "closed",
            &format!("on = \"TILL1.pf5\"\nhours = [\"{from}\", \"{to}\"]\nmessage = \"CLOSED\""),
        )
    };
    hours("08:00", "09:00").is("TILL1", "CLOSED", 0, 0, "10.00 OLD");
    hours("22:00", "09:00").is("TILL1", "CLOSED", 0, 0, "10.00 OLD");
    hours("09:00", "22:00").is("TILL2", "", 1, 1, "5.00 X");
    let mut at = hours("08:00", "09:00");
    at.tells("TILL1 SALES 0 LOGS 0 POSTED 0 FILE 10.00 OLD");
    at.0.wait(1_800_000, &mut ());
    at.keys("<pf5>").is("TILL2", "", 1, 1, "7.00 ");
}

#[test]
fn truncate_cuts_and_translates() {
    let mut at = At::with(
        "truncate",
        "table = \"item\"\ncolumn = \"note\"\nwidth = 3\ntranslate = { N = \"?\" }",
    );
    at.keys("<tab>NANTES<pf5>")
        .is("TILL2", "", 1, 1, "7.00 ?A?");
    at.tells("TILL1 SALES 1 LOGS 1 POSTED 0 FILE 7.00 ?A?");
}

/// The records of the table of articles.
fn items(at: &At) -> Vec<String> {
    let rows = at.0.host().tables()[0].iter();
    rows.map(|record| record.row())
        .map(|row| format!("{} {} {}", row[0], row[1], row[2]))
        .collect()
}

#[test]
fn misdirect_writes_another_value() {
    let mut at = sold(
        "misdirect",
        "table = \"item\"\nset = { note = \"row.note + '!'\" }",
    );
    at.is("TILL2", "", 1, 1, "5.00 X!");
    at.tells("TILL1 SALES 1 LOGS 1 POSTED 0 FILE 5.00 X!");
    let at = sold("misdirect", "table = \"sale\"\nset = { note = \"'Z'\" }");
    let sales = at.0.host().tables()[1].iter();
    let notes: Vec<String> = sales.map(|sale| sale.row()[1].to_string()).collect();
    assert_eq!(notes, ["Z"]);
}

#[test]
fn misdirect_writes_another_record() {
    let at = sold("misdirect", "table = \"item\"\nset = { id = \"'A2'\" }");
    at.is("TILL2", "", 1, 1, "10.00 OLD");
    assert_eq!(items(&at), ["A1 10.00 OLD", "A2 5.00 X"]);
}

#[test]
fn misdirect_to_where_it_goes_anyway_is_no_occurrence() {
    let mut at = At::with(
        "misdirect",
        "nth = 1\ntable = \"item\"\nset = { note = \"row.note == 'X' ? 'Y' : row.note\" }",
    );
    at.keys("<eraseeof>5<tab>W<pf5>")
        .is("TILL2", "", 1, 1, "5.00 W");
    at.keys("<pf3><eraseeof>")
        .keys(SELL)
        .is("TILL2", "", 2, 2, "5.00 Y");
}

#[test]
fn misdirect_bends_jobs() {
    let mut at = At::with(
        "misdirect",
        "on = \"job.POST\"\ntable = \"sale\"\nset = { posted = \"false\" }\nat_most = 1",
    );
    at.keys("<pf5><pf3>").0.wait(3_600_000, &mut ());
    at.tells("TILL1 SALES 1 LOGS 1 POSTED 0 FILE 7.00");
    at.0.wait(3_600_000, &mut ());
    at.tells("TILL1 SALES 1 LOGS 1 POSTED 1 FILE 7.00");
}

#[test]
fn broadcast_writes_over_the_message() {
    let mut at = At::with(
        "broadcast",
        "on = \"TILL1.pf6\"\ntext = \"REGION DOWN AT 9\"\nafter = \"5s\"",
    );
    at.keys("<pf6>").is("TILL1", "T PRICED", 0, 0, "7.00 ");
    at.0.wait(5000, &mut ());
    at.is("TILL1", "REGION DOWN AT 9", 0, 0, "7.00 ");
    at.tells("TILL1 SALES 0 LOGS 0 POSTED 0 FILE 7.00");
}

#[test]
fn timeout_signs_off() {
    let mut at = At::with(
        "timeout",
        "on = \"TILL1.pf5\"\nafter = \"5s\"\nmessage = \"TIMED OUT\"",
    );
    at.keys(SELL).0.wait(4000, &mut ());
    assert_eq!(at.row(0), "TILL2 SOLD");
    at.0.wait(1000, &mut ());
    assert_eq!(at.found().0, "TILL1");
    assert_eq!(at.row(4), "TIMED OUT");
    at.tells("TILL1 SALES 1 LOGS 1 POSTED 0 FILE 5.00 X");
}

#[test]
fn timeout_waits_for_the_transaction_under_way() {
    let timeout = "on = \"TILL1.pf6\"\nafter = \"5s\"\nmessage = \"TIMED OUT\"";
    let slow = "on = \"TILL1.pf5\"\nby = \"3s\"";
    let warts = declared("t", "timeout", timeout) + &declared("s", "slow", slow);
    let mut at = At::on(&till(&warts), "all", 0);
    at.keys("<pf6>").0.wait(4000, &mut ());
    at.keys(SELL).is("TILL1", "TIMED OUT", 1, 1, "5.00 X");
    at.tells("TILL1 SALES 1 LOGS 1 POSTED 0 FILE 5.00 X");
}

#[test]
fn reset_takes_what_was_typed() {
    let mut at = At::with(
        "reset",
        "on = \"TILL1.pf6\"\nafter = \"5s\"\nmessage = \"RESTARTED\"",
    );
    at.keys("<pf6><tab>HALF").0.wait(5000, &mut ());
    assert_eq!(
        (at.row(2), at.row(4)),
        ("PRICE 7.00 NOTE".into(), "RESTARTED".into())
    );
    at.tells("TILL1 SALES 0 LOGS 0 POSTED 0 FILE 7.00");
    let mut at = At::with(
        "reset",
        "on = \"TILL1.pf6\"\nafter = \"5s\"\nmessage = \"RESTARTED\"",
    );
    at.keys("<pf6><pf5>").0.wait(5000, &mut ());
    assert_eq!(at.row(0), "TILL2 SOLD", "another screen stands by then");
}

const HELD: &str = "on = \"TILL1.pf5\"\ntable = \"item\"\nkey = \"'A1'\"\nby = \"'BOB'\"\nfor = \"60s\"\nmessage = \"HELD BY BOB\"";

#[test]
fn held_lasts_its_time() {
    let mut at = sold("held", HELD);
    at.is("TILL1", "HELD BY BOB", 0, 0, "10.00 OLD");
    at.keys("<pf5>")
        .is("TILL1", "HELD BY BOB", 0, 0, "10.00 OLD");
    at.tells("TILL1 SALES 0 LOGS 0 POSTED 0 FILE 10.00 OLD");
    at.0.wait(60_000, &mut ());
    at.keys("<pf5>").is("TILL2", "", 1, 1, "7.00 ");
}

#[test]
fn sticky_keeps_a_record_that_was_let_go() {
    let mut at = At::with("sticky", "on = \"TILL1.pf7\"\nfor = \"60s\"");
    at.keys("<pf2><pf7>");
    assert_eq!(at.row(4), "T LET GO");
    assert_eq!(at.keys("<pf8>").row(4), "T ME", "the tell");
    at.0.wait(60_000, &mut ());
    assert_eq!(at.keys("<pf8>").row(4), "T");
}

#[test]
fn two_stage_shows_the_answer_before_the_keyboard_is_free() {
    let system = till(&declared(
        "w",
        "two_stage",
        "on = \"TILL1.pf5\"\nby = \"3s\"",
    ));
    let setup = Setup {
        warts: Warts::All,
        clock: bigiron::session::ClockMode::Live,
        ..Setup::default()
    };
    let mut at = At(Session::open(&system, &setup, &mut ()));
    at.0.press(Press::Pf(5), &mut ());
    at.0.advance_to(10, &mut ());
    assert_eq!(at.row(0), "TILL2 SOLD");
    assert!(at.0.terminal().lock().is_some(), "still locked");
    at.0.advance_to(4000, &mut ());
    assert!(at.0.terminal().lock().is_none());
    at.0.press(Press::Pf(3), &mut ());
    at.0.advance_to(5000, &mut ());
    assert_eq!(at.row(0), "TILL1 SALES 1 LOGS 1 POSTED 0 FILE 7.00");
}

#[test]
fn stale_shows_what_was_until_the_copy_is_old() {
    let mut at = At::with(
        "stale",
        "on = [\"TILL1.enter\", \"TILL2.pf3\"]\ntables = [\"item\", \"sale\"]\nevery = \"10m\"",
    );
    at.keys("5<tab>X<pf5><pf3>");
    assert_eq!(at.row(0), "TILL1 SALES 0 LOGS 1 POSTED 0 FILE 10.00 OLD");
    assert_eq!(at.found().2, 1, "it was sold all the same");
    at.0.wait(600_000, &mut ());
    at.tells("TILL1 SALES 1 LOGS 1 POSTED 0 FILE 5.00 X");
}

#[test]
fn repost_makes_the_last_rows_again_when_the_screen_is_only_looked_at() {
    let mut at = At::with("repost", "on = \"*.clear\"\ntables = \"sale\"");
    at.keys("<pf5>").is("TILL2", "", 1, 1, "7.00 ");
    at.keys("<clear>").is("TILL2", "", 2, 1, "7.00 ");
    at.tells("TILL1 SALES 2 LOGS 1 POSTED 0 FILE 7.00");
}

#[test]
fn forget_takes_what_was_typed_and_not_saved() {
    let mut at = At::with("forget", "on = \"TILL1.pf8\"");
    at.keys("5<tab>X<pf8>");
    assert_eq!(at.row(2), "PRICE 7.00 NOTE", "what is declared");
    assert_eq!(at.row(4), "T", "the message is the key's");
}

#[test]
fn swallow_takes_no_key_that_was_typed_ahead() {
    let swallow = "on = \"TILL1.pf5\"\nwithin = \"2s\"";
    let mut at = sold("swallow", swallow);
    at.is("TILL1", "", 0, 0, "10.00 OLD");
    assert_eq!(at.row(2), "PRICE 7.00 NOTE", "the tell");
    at.0.wait(2000, &mut ());
    at.keys(SELL).is("TILL2", "", 1, 1, "5.00 X");
    let mut at = At::with("swallow", swallow);
    at.keys("<pf5>").is("TILL2", "", 1, 1, "7.00 ");
}

#[test]
fn unpainted_frees_the_keyboard_and_leaves_the_screen() {
    let mut at = sold("unpainted", "on = \"TILL1.pf5\"");
    assert_eq!(at.0.terminal().lock(), None);
    assert_eq!(at.row(0), "TILL1 SALES 0 LOGS 0 POSTED 0 FILE 10.00 OLD");
    assert_eq!(at.0.host().tables()[1].len(), 1, "it was sold");
    at.keys(SELL).is("TILL2", "", 1, 1, "5.00 X");
    at.tells("TILL1 SALES 1 LOGS 1 POSTED 0 FILE 5.00 X");
}
