//! Warts: what each kind does, what it happens at, and what the page says of it.

use bigiron::session::{Session, Setup};
use bigiron::system::model::System;
use bigiron::terminal::Key as Press;
use std::sync::Arc;

mod drift;
mod kinds;
mod occasions;
mod page;

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
rows = [
  { id = "A1", price = "10.00", note = "OLD" },
  { id = "A2", price = "20.00", note = "OTHER" },
]
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
            self.0.host().verify().unwrap();
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
        let tables = self.0.host().tables();
        let item = tables[0].iter().next().unwrap().row();
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

fn sold(kind: &str, more: &str) -> At {
    let mut at = At::with(kind, more);
    at.keys("<eraseeof>").keys(SELL);
    at
}
