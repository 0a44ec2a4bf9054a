//! Every kind of wart: what the screen says, what the tables hold, and that the tell tells.

use bigiron::host::Warts;
use bigiron::session::{Session, Setup};
use bigiron::system::model::System;
use bigiron::system::wart::shape::KINDS;
use bigiron::terminal::Key as Press;
use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Arc;

/// A till: it sells and prices one article. Its first line tells what the tables hold.
const FILES: &[(&str, &str)] = &[
    (
        "system.toml",
        r#"
title = "Till"
start = "TILL1"
today = 1989-03-14
time = 08:30:00
response = 100
[session]
seen = false
[abend]
lines = ["ABEND {code}"]
then = "TILL1"
[table.item]
key = "id"
rows = [{ id = "A1", price = "10.00", note = "OLD" }]
[table.item.columns]
id = "text(4)"
price = "decimal(2)"
note = "text(10)"
[table.sale]
key = "no"
sequence = { prefix = "S", digits = 3, first = 1 }
[table.sale.columns]
no = "text(4)"
note = "text(10)"
posted = "bool"
[table.log]
key = "no"
sequence = { prefix = "L", digits = 3, first = 1 }
[table.log.columns]
no = "text(4)"
[job.POST]
every = "1h"
do = [{ each = "sale", where = "!row.posted", do = [{ update = "sale", key = "row.no", set = { posted = "true" } }] }]
"#,
    ),
    (
        "TILL1.toml",
        r#"
title = "Till"
cursor = "price"
map = '''
 TILL1  SALES (sa) LOGS (lo) POSTED (po) FILE (file  )(fnote     )

 PRICE [price   ]  NOTE [note      ]

(msg                               )
'''
[field.sa]
value = "sale.count(s, true)"
type = "int"
[field.lo]
value = "log.count(l, true)"
type = "int"
[field.po]
value = "sale.count(s, s.posted)"
type = "int"
[field.file]
value = "item['A1'].price"
type = "decimal(2)"
[field.fnote]
value = "item['A1'].note"
[field.price]
type = "decimal(2)"
value = "7.00"
[[on.enter]]
refresh = true
[[on.pf2]]
do = [{ hold = "item", key = "'A1'", by = "'ME'" }]
message = "T TAKEN"
[[on.pf7]]
do = [{ release = "item", key = "'A1'" }]
message = "T LET GO"
[[on.pf8]]
message = "T {item.held('A1')}"
[[on.pf5]]
goto = "TILL2"
do = [
  { insert = "sale", row = { note = "form.note" } },
  { insert = "log", row = {} },
  { update = "item", key = "'A1'", set = { price = "form.price", note = "form.note" } },
]
[[on.pf6]]
message = "T PRICED"
do = [{ update = "item", key = "'A1'", set = { price = "form.price", note = "form.note" } }]
"#,
    ),
    (
        "TILL2.toml",
        "title = \"Sold\"\nmap = '''\n TILL2 SOLD\n(msg                    )\n'''\n[[on.pf3]]\ngoto = \"TILL1\"\n",
    ),
    (
        "TILL3.toml",
        "title = \"Set aside\"\nmap = '''\n TILL3 SET ASIDE\n(msg                    )\n'''\n[[on.pf3]]\ngoto = \"TILL1\"\n",
    ),
    (
        "TILLW.toml",
        r#"
title = "Window"
window = { row = 3, column = 10 }
map = '''
 +----------+
 | SEEN [a] |
 +----------+
'''
[[on.enter]]
when = "form.a == 'Y'"
set = { "session.seen" = "true" }
back = true
"#,
    ),
];

fn till(warts: &str) -> Arc<System> {
    let files = FILES.iter().copied().chain([("warts.toml", warts)]);
    let files = files.map(|(name, text)| (name.to_string(), text.as_bytes().to_vec()));
    Arc::new(System::load(files, "till").unwrap_or_else(|faults| panic!("{faults}")))
}

/// The declaration of one wart of this kind, on every screen and key unless it says so itself.
fn declared(name: &str, kind: &str, more: &str) -> String {
    let on = if more.contains("on = ") {
        ""
    } else {
        "on = \"*.*\"\n"
    };
    format!(
        "[wart.{name}]\nkind = \"{kind}\"\nabout = \"A\"\ntell = \"The first line\"\n{on}{more}\n"
    )
}

struct At(Session);

impl At {
    /// A till with one wart, and with it switched on.
    fn with(kind: &str, more: &str) -> At {
        At::on(&till(&declared("w", kind, more)), "all", 0)
    }

    fn on(system: &Arc<System>, warts: &str, seed: u64) -> At {
        let setup = Setup {
            warts: warts.parse().unwrap(),
            seed,
            ..Setup::default()
        };
        At(Session::open(system, &setup, &mut ()))
    }

    fn keys(&mut self, line: &str) -> &mut At {
        for key in Press::parse_line(line).unwrap() {
            self.0.press(key, &mut ());
            self.0.line().host().verify().unwrap();
            self.0.terminal().verify().unwrap();
        }
        self
    }

    fn row(&self, row: usize) -> String {
        let row = self.0.terminal().row_text(row);
        row.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The screen's name, its message, and how many sales and logs there are and at which price and note.
    fn found(&self) -> (String, String, usize, usize, String) {
        let tables = self.0.line().host().tables();
        let item = tables[0].iter().next().map(|(_, row)| row.clone()).unwrap();
        let name: String = self.row(0).chars().take(5).collect();
        let message = if name == "TILL1" {
            self.row(4)
        } else {
            self.row(1)
        };
        let item = format!("{} {}", item[1], item[2]);
        (name, message, tables[1].len(), tables[2].len(), item)
    }

    #[track_caller]
    fn is(&self, screen: &str, message: &str, sales: usize, logs: usize, item: &str) {
        let expected = (screen.into(), message.into(), sales, logs, item.into());
        assert_eq!(self.found(), expected);
    }

    /// The tell: what the first line of the till says once it is looked at again.
    #[track_caller]
    fn tells(&mut self, line: &str) {
        if self.row(0).starts_with("TILL2") || self.row(0).starts_with("TILL3") {
            self.keys("<pf3>");
        }
        self.keys("<enter>");
        assert_eq!(self.row(0), line);
    }
}

const SELL: &str = "5<tab>X<pf5>";

#[test]
fn the_clean_twin_does_what_it_says() {
    let mut at = At::on(&till(&declared("w", "abend", "code = \"X\"")), "none", 0);
    at.keys("<eraseeof>5<tab>XY<pf5>");
    at.is("TILL2", "", 1, 1, "5.00 XY");
    at.tells("TILL1 SALES 1 LOGS 1 POSTED 0 FILE 5.00 XY");
}

fn sold(kind: &str, more: &str) -> At {
    let mut at = At::with(kind, more);
    at.keys("<eraseeof>").keys(SELL);
    at
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
    assert_eq!(at.0.line().host().screen_id(), Some("TILLW"));
    assert_eq!(at.found().2, 0);
    at.keys("n<enter>");
    assert_eq!(
        at.0.line().host().screen_id(),
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
    assert_eq!(at.0.line().host().tables()[1].len(), 1, "it was sold");
    at.keys(SELL).is("TILL2", "", 1, 1, "5.00 X");
    at.tells("TILL1 SALES 1 LOGS 1 POSTED 0 FILE 5.00 X");
}

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
        session.line().host().verify().unwrap();
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

#[test]
fn every_kind_is_in_the_documentation_and_in_the_list() {
    let page = include_str!("../../docs/warts.md");
    let mut command = Command::new(env!("CARGO_BIN_EXE_bigiron"));
    let listed = command.args(["list", "warts"]).output().unwrap().stdout;
    let listed = String::from_utf8(listed).unwrap();
    for kind in KINDS {
        let section = page
            .split("\n### ")
            .find(|part| part.starts_with(&format!("{}\n", kind.name)));
        let section =
            section.unwrap_or_else(|| panic!("{} has no section in docs/warts.md", kind.name));
        assert!(
            section.contains(&format!("kind = \"{}\"", kind.name)),
            "{} has no example",
            kind.name
        );
        assert!(section.contains("tell = "), "{} has no tell", kind.name);
        assert!(
            listed.contains(&format!("\n{:12} {}", kind.name, kind.doc)),
            "{} is not listed",
            kind.name
        );
    }
    assert!(listed.contains("dmv/lost_renewal") && listed.contains("(RQU) does not list it"));
}

/// The example of each kind on the page loads with the licence desk.
#[test]
fn every_example_of_the_documentation_is_sound() {
    let page = include_str!("../../docs/warts.md");
    let blocks = page
        .split("```toml\n")
        .skip(1)
        .filter_map(|part| part.split("```").next());
    let dmv = |warts: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/screens/dmv");
        let entries = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let files =
            entries.filter(|path| path.is_file() && path.file_name().unwrap() != "warts.toml");
        let files = files.map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                std::fs::read(&path).unwrap(),
            )
        });
        let files: Vec<_> = files
            .chain([("warts.toml".to_owned(), warts.as_bytes().to_vec())])
            .collect();
        System::load(files, "dmv").map(|system| system.warts.len())
    };
    for block in blocks {
        assert_eq!(
            dmv(block).unwrap_or_else(|faults| panic!("{block}\n{faults}")),
            1
        );
    }
}
