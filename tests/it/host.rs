//! A small system run through a session: what its screens show, what its tables hold.

use bigiron::host::table::Table;
use bigiron::host::{Host, Region};
use bigiron::session::{ClockMode, Session, Setup};
use bigiron::system::model::System;
use bigiron::terminal::Key as Press;
use bigiron::wire::{Aid, Inbound, InboundField};
use proptest::prelude::*;
use std::sync::Arc;

/// A small desk: sign-on, a paged list, a form with a lock, a window over it, a job; and keys that fault.
const FILES: &[(&str, &str)] = &[
    (
        "system.toml",
        r#"
title = "Desk"
about = "A small desk"
model = 2
start = "DESK0"
today = 1989-03-14
time = 08:30:00
response = 100
layers = ["mainframe"]
[messages]
inactive_key = "D001 {key} NOT ACTIVE"
no_more = "D002 NO MORE PAGES"
[session]
item = ""
tries = 0
[idle]
after = "30m"
do = [{ signoff = true }, { message = "D009 TIMED OUT" }]
[abend]
lines = ["ABEND {code} IN {screen}"]
then = "DESK0"
[table.item]
layer = "mainframe"
key = "id"
rows = [
  { id = "A1", name = "ANVIL", price = "10.00" }, { id = "B2", name = "BELLOWS", price = "7.50" },
  { id = "C3", name = "CHISEL", price = "1.25" }, { id = "D4", name = "DRILL", price = "99.00" },
]
[table.item.columns]
id = "text(4)"
name = "text(10)"
price = "decimal(2)"
[table.sale]
layer = "mainframe"
key = "no"
sequence = { prefix = "S", digits = 3, first = 7 }
[table.sale.columns]
no = "text(4)"
item = "text(4)"
price = "decimal(2)"
posted = "bool"
[job.POST]
about = "Posts sales"
every = "1h"
do = [{ each = "sale", where = "!row.posted", do = [
  { update = "sale", key = "row.no", set = { posted = "true" } },
] }]
"#,
    ),
    (
        "DESK0.toml",
        r#"
title = "List"
cursor = "s"
map = '''
 DESK0  PAGE (pg ) OF (pgs)

 [s](id  )(name      )
 :
 :

(msg                               )
'''
[list]
of = "item"
select = "s"
[field.pg]
type = "int"
value = "list.page"
[field.pgs]
type = "int"
value = "list.pages"
[field.id]
value = "row.id"
[field.name]
value = "row.name"
[[on.enter]]
when = "list.picks == 1"
goto = "DESK1"
do = [{ set = { "session.item" = "row.id" } }]
[[on.enter]]
message = "D003 {string(list.picks)} PICKED"
[[on.pf7]]
do = [{ page = "previous" }]
[[on.pf8]]
do = [{ page = "next" }]
"#,
    ),
    (
        "DESK1.toml",
        r#"
title = "Sale"
cursor = "price"
map = '''
 DESK1   ITEM (id  )  SEEN (seen)

 PRICE [price   ]  NOTE [note      ]

(msg                               )
'''
[state]
seen = false
[field.id]
value = "session.item"
[field.seen]
value = "state.seen ? 'YES' : 'NO'"
[field.price]
type = "decimal(2)"
empty = "0.00"
invalid = "D010 NOT AN AMOUNT"
[field.note]
locked_until = "state.seen"
locked_message = "D011 NOTE NOT AVAILABLE"
[[requires]]
on = ["pf5"]
needs = "state.seen"
do = [{ modal = "DESKW" }]
[[on.pf5]]
when = "form.price > 50.00"
warn = "D012 PF5 AGAIN TO CONFIRM"
[[on.pf5]]
message = "D013 SOLD {inserted}"
do = [
  { delay = 500 },
  { insert = "sale", row = { item = "session.item", price = "form.price" } },
]
[[on.pf6]]
do = [
  { insert = "sale", row = { item = "session.item" } },
  { delay = 300 },
  { update = "item", key = "'NONE'", set = { name = "'X'" } },
]
[[on.pf9]]
message = "D014 {string(1 / (size(form.note) - size(form.note)))}"
[[on.pf3]]
goto = "DESK0"
"#,
    ),
    (
        "DESKW.toml",
        r#"
title = "Window"
window = { row = 3, column = 10 }
over = "DESK1"
cursor = "a"
map = '''
 +--------------+
 | SEEN? [a]    |
 |(wmsg        )|
 +--------------+
'''
message = "wmsg"
[[on.enter]]
when = "form.a == 'Y'"
back = true
message = "D020 SEEN"
do = [{ set = { "state.seen" = "true" } }]
[[on.enter]]
message = "ANSWER Y"
"#,
    ),
];

fn desk() -> Arc<System> {
    let files = FILES
        .iter()
        .map(|(name, text)| (name.to_string(), text.as_bytes().to_vec()));
    Arc::new(System::load(files, "desk").unwrap_or_else(|faults| panic!("{faults:?}")))
}

struct At(Session);

impl At {
    fn start() -> At {
        At(Session::open(&desk(), &Setup::default(), &mut ()))
    }

    fn keys(&mut self, line: &str) -> &mut At {
        for key in Press::parse_line(line).unwrap() {
            self.0.press(key, &mut ());
            self.0.host().verify().unwrap();
            self.0.terminal().verify().unwrap();
        }
        self
    }

    fn row(&self, row: usize) -> String {
        self.0.terminal().row_text(row).trim_end().to_owned()
    }

    /// The rows down to the last that shows anything.
    fn screen(&self) -> Vec<String> {
        let mut rows: Vec<String> = (0..24).map(|row| self.row(row)).collect();
        while rows.last().is_some_and(String::is_empty) {
            rows.pop();
        }
        rows
    }

    fn sales(&self) -> usize {
        self.0.host().tables()[1].len()
    }
}

#[test]
fn a_list_is_painted_and_paged() {
    let mut at = At::start();
    assert_eq!(
        at.screen(),
        [
            " DESK0  PAGE  1    OF  2",
            "",
            "     A1    ANVIL",
            "     B2    BELLOWS",
            "     C3    CHISEL",
        ]
    );
    at.keys("<pf8>");
    assert_eq!(
        at.screen(),
        [" DESK0  PAGE  2    OF  2", "", "     D4    DRILL"]
    );
    assert_eq!(at.keys("<pf8>").row(6), " D002 NO MORE PAGES");
    assert_eq!(at.keys("<pf7>").row(2), "     A1    ANVIL");
}

#[test]
fn a_key_without_a_rule_is_not_active() {
    assert_eq!(At::start().keys("<pf2>").row(6), " D001 PF2 NOT ACTIVE");
}

#[test]
fn a_picked_row_is_worked_on() {
    let mut at = At::start();
    at.keys("<tab>x<enter>");
    assert_eq!(at.row(0), " DESK1   ITEM  B2     SEEN  NO");
    assert_eq!(at.0.now(), 100);
}

#[test]
fn a_window_comes_first_and_the_sale_after_its_delay() {
    let mut at = At::start();
    at.keys("x<enter>60<pf5>");
    assert_eq!(
        at.screen(),
        [
            " DESK1   ITEM  A1     SEEN  NO",
            "",
            " PRICE  6 +--------------+",
            "          | SEEN?        |",
            "          |              |",
            "          +--------------+",
        ]
    );
    assert_eq!(at.0.host().screen_id(), Some("DESKW"));
    at.keys("n<enter>y<enter>");
    assert_eq!(at.row(0), " DESK1   ITEM  A1     SEEN  YES");
    assert_eq!(at.row(2), " PRICE  60         NOTE");
    assert_eq!(at.keys("<pf5>").row(4), " D012 PF5 AGAIN TO CONFIRM");
    assert_eq!(at.sales(), 0);
    let before = at.0.now();
    assert_eq!(at.keys("<pf5>").row(4), " D013 SOLD S007");
    assert_eq!((at.sales(), at.0.now() - before), (1, 600));
}

#[test]
fn a_warning_is_given_anew_once_something_was_typed() {
    let mut at = At::start();
    at.keys("x<enter>60<pf5>y<enter><pf5><home>70<pf5>");
    assert_eq!(at.row(4), " D012 PF5 AGAIN TO CONFIRM");
    assert_eq!(at.sales(), 0);
}

#[test]
fn a_locked_field_and_a_wrong_value_are_refused() {
    let mut at = At::start();
    at.keys("x<enter><tab>hello<pf5>");
    assert_eq!(at.row(4), " D011 NOTE NOT AVAILABLE");
    assert_eq!(at.row(2), " PRICE             NOTE");
    assert_eq!(at.keys("<home>abc<pf5>").row(4), " D010 NOT AN AMOUNT");
}

#[test]
fn an_abend_leaves_nothing_behind_and_clear_leads_on() {
    let mut at = At::start();
    at.keys("x<enter><pf6>");
    assert_eq!(at.row(0), "ABEND NOTFND IN DESK1");
    assert_eq!(at.sales(), 0);
    assert_eq!(at.keys("<enter>").row(0), "ABEND NOTFND IN DESK1");
    assert_eq!(at.keys("<clear>").row(2), "     A1    ANVIL");
    assert_eq!(at.keys("x<enter><pf9>").row(0), "ABEND ASRA IN DESK1");
}

#[test]
fn keys_without_data_paint_what_the_host_knows() {
    let mut at = At::start();
    at.keys("x<enter>12<enter><home>99<pa1>");
    assert_eq!(at.row(2), " PRICE  12         NOTE");
    assert_eq!(at.keys("<home>99<clear>").row(2), " PRICE  12         NOTE");
}

#[test]
fn jobs_run_when_due_and_an_idle_terminal_is_signed_off_once() {
    let mut at = At::start();
    at.keys("x<enter>5<pf5>y<enter><pf5>");
    let posted = |at: &At| {
        at.0.host().tables()[1]
            .iter()
            .all(|record| record.row()[3].is_true())
    };
    assert!(!posted(&at));
    at.0.wait(1_800_000, &mut ());
    assert_eq!(at.row(6), " D009 TIMED OUT");
    at.0.wait(1_800_000, &mut ());
    assert!(posted(&at) && at.sales() == 1);
}

/// Keys that reach most of the desk.
fn key() -> impl Strategy<Value = Press> + Clone {
    prop_oneof![
        Just(Press::Enter),
        prop::sample::select(vec![2u8, 3, 5, 6, 7, 8, 9]).prop_map(Press::Pf),
        Just(Press::Pa(1)),
        Just(Press::Clear),
        Just(Press::Tab),
        Just(Press::Home),
        Just(Press::EraseEof),
        Just(Press::Reset),
        prop::sample::select(vec!['x', 'y', '5', '9', '.']).prop_map(Press::Char),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_keys_leave_a_sound_host_and_forks_agree(
        before in proptest::collection::vec(key(), 0..30),
        after in proptest::collection::vec(key(), 0..30),
    ) {
        let mut at = At::start();
        for key in before {
            at.0.press(key, &mut ());
        }
        let mut fork = at.0.clone();
        for key in after {
            at.0.press(key, &mut ());
            prop_assert_eq!(at.0.host().verify(), Ok(()));
            fork.press(key, &mut ());
        }
        prop_assert_eq!(at.0.session_hash(), fork.session_hash());
        prop_assert_eq!(at.0.terminal().lock().is_some_and(|lock| !lock.is_operator_error()), false);
    }

    #[test]
    fn however_the_live_clock_is_advanced_the_tables_are_the_same(
        keys in proptest::collection::vec(key(), 0..40),
        steps in proptest::collection::vec(1u64..700, 1..20),
    ) {
        let system = desk();
        let setup = Setup { clock: ClockMode::Live, ..Setup::default() };
        let mut turn = Session::open(&system, &Setup::default(), &mut ());
        let mut live = Session::open(&system, &setup, &mut ());
        let mut steps = steps.into_iter().cycle();
        for key in keys {
            turn.press(key, &mut ());
            live.press(key, &mut ());
            for _ in 0..20 {
                let to = live.now() + steps.next().unwrap_or(1);
                if live.host().is_busy() {
                    live.advance_to(to, &mut ());
                }
            }
            live.advance_to(live.now() + 10_000 * u64::from(live.host().is_busy()), &mut ());
        }
        let tables = |session: &Session| session.host().tables().iter().map(Table::digest).collect::<Vec<_>>();
        prop_assert_eq!(tables(&turn), tables(&live));
    }

    #[test]
    fn no_inbound_is_too_strange(
        aid in prop::sample::select(vec![0x7Du8, 0xF5, 0x7E, 0x7F, 0xF0, 0x60, 0x88, 0xE6]),
        cursor: u16,
        fields in proptest::collection::vec((proptest::option::of(0u16..2100), proptest::collection::vec(any::<u8>(), 0..200)), 0..6),
    ) {
        let mut host = Host::new(&Region::new(&desk(), 1));
        host.connect(0);
        while host.poll(0).is_some() {}
        let fields = fields.into_iter().map(|(at, data)| InboundField { at, data }).collect();
        let aid = Aid::from_code(aid).unwrap_or(Aid::Enter);
        host.handle(&Inbound::Modified { aid, cursor, fields }, 5);
        while let Some(due) = host.next_due().filter(|due| *due < 10_000) {
            host.poll(due);
        }
        prop_assert_eq!(host.verify(), Ok(()));
    }
}
