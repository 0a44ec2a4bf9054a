//! `warts.toml`: each wart with its triggers and the parameters of its kind.

use super::effects::{Effects, Stage};
use super::keys::{trigger, wrong_trigger};
use super::literal::{duration, time_of_day};
use super::node::{Faults, Name, Node, Table, Text};
use super::scope::{Catalog, ScreenNames, lookup, template, typed, unknown};
use super::structure;
use crate::system::expr::{Expr, Names, TableId};
use crate::system::model::{FieldId, Screen, ScreenId, Template, Trigger};
use crate::system::near::near;
use crate::system::shape::Shape;
use crate::system::value::Type;
use crate::system::wart::shape::{self, KINDS};
use crate::system::wart::wording::reword;
use crate::system::wart::{Drift, Kind, Occasion, Outcome, Wart};
use crate::wire::Aid;
use std::collections::BTreeMap;

/// The kinds that bend what a job does; the others need a terminal.
const OF_JOBS: &[&str] = &["drop", "double", "truncate", "abend"];

/// All warts of the file, in the order they are written.
pub(super) fn compile(
    root: &Table<'_>,
    catalog: &Catalog,
    screens: &[Screen],
    faults: &mut Faults,
) -> Vec<Wart> {
    for (name, _) in root.entries() {
        if name.text != "wart" {
            let message = format!("warts.toml has no key `{}`", name.text);
            faults
                .error(name.place(), message)
                .help("a wart is written as `[wart.NAME]`");
        }
    }
    let warts = root.entries_of("wart");
    warts
        .iter()
        .filter_map(|(name, node)| wart(name, node, catalog, screens, faults))
        .collect()
}

fn wart(
    name: &Name<'_>,
    node: &Node<'_>,
    catalog: &Catalog,
    screens: &[Screen],
    faults: &mut Faults,
) -> Option<Wart> {
    let Some(table) = node.table() else {
        faults.error(node.place(), "a wart is written as `[wart.NAME]`");
        return None;
    };
    if matches!(name.text, "none" | "all" | "") || name.text.contains([',', '=', ' ']) {
        let message = format!("`{}` cannot name a wart", name.text);
        faults
            .error(name.place(), message)
            .help("`--warts` takes `none`, `all`, or names with commas between them");
    }
    let shape = kind_shape(&table, name, faults)?;
    let before = faults.list.len();
    let keys: Vec<_> = shape::keys(shape).collect();
    let called = format!("a wart of the kind `{}`", shape.name);
    structure::check_keys(&table, &called, &keys, &name.place(), faults);
    if faults.list.len() > before {
        return None;
    }
    let on = occasions(&table, shape, catalog, faults);
    let screen = only_screen(&on).and_then(|id| catalog.screens.get(id));
    let names = screen.map_or_else(|| catalog.names(), |screen| catalog.screen_names(screen));
    let mut reader = Reader {
        table,
        catalog,
        screen,
        names,
        faults,
    };
    let (chance, between, when) = (reader.chance(), reader.between(), reader.condition("when"));
    let kind = reader.kind(shape);
    if let Some(Kind::Drift(drift)) = &kind {
        drifts(&table, drift, &on, screens, faults);
    }
    let text = |key| {
        table
            .str_of(key)
            .map(|t| t.text.to_owned())
            .unwrap_or_default()
    };
    if let Some(tell) = table
        .str_of("tell")
        .filter(|tell| tell.text.trim().is_empty())
    {
        faults
            .error(tell.place(), "a wart without a tell cannot be found out")
            .help("name the screen, list or journal that shows what really happened");
    }
    let nth = table.get("nth").map(|node| node.one_or_more());
    let nth = nth.iter().flatten().filter_map(Node::int);
    Some(Wart {
        name: name.text.to_owned(),
        kind_name: shape.name,
        about: text("about"),
        tell: text("tell"),
        on,
        chance,
        nth: nth.filter_map(|n| u64::try_from(n).ok()).collect(),
        between,
        when,
        at_most: table.int_of("at_most").and_then(|n| u64::try_from(n).ok()),
        kind: kind?,
    })
}

/// Keys of a wart that mean nothing to a layout that stays.
const NOT_OF_DRIFT: [&str; 4] = ["nth", "between", "when", "at_most"];

/// Checks that a drift has something to change and room for it.
fn drifts(
    table: &Table<'_>,
    drift: &Drift,
    on: &[Occasion],
    screens: &[Screen],
    faults: &mut Faults,
) {
    for key in NOT_OF_DRIFT {
        if let Some(name) = table.key(key) {
            let message =
                format!("`{key}` means nothing to a drift: a release stays for the session");
            faults.error(name.place(), message);
        }
    }
    if !drift.moves && drift.reword.is_empty() && drift.keys.is_empty() && drift.insert.is_none() {
        faults
            .error(table.place(), "the wart changes nothing")
            .help("give it `move`, `reword`, `keys` or `insert`");
    }
    let covered = |id: ScreenId| {
        on.iter()
            .any(|on| matches!(on, Occasion::Key(at, _) if at.is_none_or(|at| at == id)))
    };
    let covered = screens.iter().enumerate().filter(|(id, _)| covered(*id));
    let texts: Vec<&str> = covered
        .flat_map(|(_, screen)| screen.text.iter().map(|text| text.text.as_str()))
        .collect();
    for (label, node) in table.entries_of("reword") {
        if !texts
            .iter()
            .any(|text| reword(text, label.text, "").is_some())
        {
            let message = format!("no screen of `on` has the label `{}`", label.text);
            faults.error(label.place(), message);
            continue;
        }
        for wording in node.one_or_more().iter().filter_map(Node::text) {
            let fits = texts
                .iter()
                .any(|text| reword(text, label.text, wording.text).is_some());
            if !fits {
                let message = format!("no screen has room for `{}`", wording.text);
                faults
                    .error(wording.place(), message)
                    .help("a label may grow over the leaders after it");
            }
        }
    }
}

fn kind_shape(table: &Table<'_>, name: &Name<'_>, faults: &mut Faults) -> Option<&'static Shape> {
    let names = || KINDS.iter().map(|kind| kind.name);
    let Some(kind) = table.str_of("kind") else {
        faults
            .error(name.place(), "a wart needs the key `kind`")
            .help(format!(
                "kinds are {}",
                names().collect::<Vec<_>>().join(", ")
            ));
        return None;
    };
    let found = KINDS.iter().find(|shape| shape.name == kind.text);
    if found.is_none() {
        let fault = faults.error(
            kind.place(),
            format!("no kind of wart is called `{}`", kind.text),
        );
        match near(kind.text, names()) {
            Some(near) => fault.help(format!("did you mean `{near}`?")),
            None => fault.help(format!(
                "kinds are {}",
                names().collect::<Vec<_>>().join(", ")
            )),
        }
    }
    found
}

/// What it happens at: `SCREEN.key`, either of them as `*`, or `job.NAME`.
fn occasions(
    table: &Table<'_>,
    shape: &Shape,
    catalog: &Catalog,
    faults: &mut Faults,
) -> Vec<Occasion> {
    let nodes = table.get("on").map(|node| node.one_or_more());
    let texts = nodes.iter().flatten().filter_map(Node::text);
    texts
        .filter_map(|text| {
            let Some((left, right)) = text.text.split_once('.') else {
                faults
                    .error(text.place(), format!("`{}` is no trigger", text.text))
                    .help("write \"SCREEN.key\", \"SCREEN.*\", \"*.key\" or \"job.NAME\"");
                return None;
            };
            if left == "job" {
                return job_occasion(&text, right, shape, catalog, faults);
            }
            let place = text.part(0..left.len());
            let screens = catalog.screens.iter().map(|s| s.id.as_str());
            let screen = match left {
                "*" => None,
                id => match screens.clone().position(|known| known == id) {
                    None => {
                        unknown("screen", id, place, screens, faults);
                        return None;
                    }
                    found => found,
                },
            };
            let key = match (right, trigger(right)) {
                ("*", _) => None,
                (_, Some(key @ Trigger::Key(_))) => Some(key),
                _ => {
                    let place = text.part(left.len() + 1..text.text.len());
                    wrong_trigger(right, place, faults);
                    return None;
                }
            };
            Some(Occasion::Key(screen, key))
        })
        .collect()
}

fn job_occasion(
    text: &Text<'_>,
    name: &str,
    shape: &Shape,
    catalog: &Catalog,
    faults: &mut Faults,
) -> Option<Occasion> {
    let jobs = catalog.jobs.iter().map(String::as_str);
    let found = jobs.clone().position(|job| job == name);
    if found.is_none() {
        unknown("job", name, text.part(4..text.text.len()), jobs, faults);
    } else if !OF_JOBS.contains(&shape.name) {
        let message = format!(
            "a job has no terminal: `{}` cannot happen in one",
            shape.name
        );
        faults
            .error(text.place(), message)
            .help(format!("of the kinds, {} bend jobs", OF_JOBS.join(", ")));
    }
    found.map(Occasion::Job)
}

/// The screen whose names expressions may use: that of all triggers, if it is one.
fn only_screen(on: &[Occasion]) -> Option<ScreenId> {
    let screen = |occasion: &Occasion| match occasion {
        Occasion::Key(screen, _) => *screen,
        Occasion::Job(_) => None,
    };
    let first = on.first().and_then(screen)?;
    on.iter().all(|o| screen(o) == Some(first)).then_some(first)
}

/// Reads the values of one wart.
struct Reader<'t, 'c, 'f> {
    table: Table<'t>,
    catalog: &'c Catalog,
    screen: Option<&'c ScreenNames>,
    names: Names<'c>,
    faults: &'f mut Faults,
}

impl<'t> Reader<'t, '_, '_> {
    fn kind(&mut self, shape: &Shape) -> Option<Kind> {
        Some(match shape.name {
            "drop" => Kind::Drop {
                tables: self.tables(),
            },
            "partial" => Kind::Partial {
                tables: self.tables(),
            },
            "double" => Kind::Double {
                tables: self.numbered(),
            },
            "mislead" => Kind::Mislead {
                message: self.text("message")?,
                outcome: self.outcome(Outcome::Done),
            },
            "swap" => {
                let (a, b) = self.pair("screens")?;
                let screen = |this: &mut Self, node: Node<'t>| {
                    this.catalog.screen(&node.text()?, this.faults)
                };
                let (a, b) = (screen(self, a), screen(self, b));
                Kind::Swap(a?, b?)
            }
            "jump" => Kind::Jump {
                to: self.shown("to", false)?,
            },
            "abend" => Kind::Abend {
                code: self.text("code")?,
                outcome: self.outcome(Outcome::Lost),
            },
            "slow" => Kind::Slow {
                by: self.millis("by")?,
            },
            "spin" => Kind::Spin {
                by: self.millis("for")?,
                outcome: self.outcome(Outcome::Done),
                refresh: self.table.get("refresh").is_some(),
            },
            "acknowledge" => Kind::Acknowledge {
                times: self.count("times", 1),
                message: self.text("message")?,
            },
            "window" => Kind::Window {
                modal: self.shown("modal", true)?,
                unless: self.condition("unless")?,
            },
            "sequence" => Kind::Sequence {
                needs: self.condition("needs")?,
                message: self.text("message")?,
            },
            "refuse" => Kind::Refuse {
                field: self.field()?,
                until: self.condition("until")?,
                message: self.text("message")?,
            },
            "closed" => {
                let (from, to) = self.pair("hours")?;
                let (from, to) = (from.text()?, to.text()?);
                let (from, to) = (
                    time_of_day(&from, self.faults),
                    time_of_day(&to, self.faults),
                );
                Kind::Closed {
                    from: from?,
                    to: to?,
                    message: self.text("message")?,
                }
            }
            "truncate" => self.truncate()?,
            "broadcast" => Kind::Broadcast {
                text: self.text("text")?,
                after: self.millis("after").unwrap_or(0),
            },
            "timeout" => Kind::Timeout {
                after: self.millis("after")?,
                message: self.text("message")?,
            },
            "reset" => Kind::Reset {
                after: self.millis("after")?,
                message: self.text("message")?,
            },
            "held" => self.held()?,
            "sticky" => Kind::Sticky {
                lasts: self.millis("for")?,
            },
            "stale" => Kind::Stale {
                tables: self.tables(),
                every: self.millis("every")?,
            },
            "repost" => Kind::Repost {
                tables: self.numbered(),
            },
            "forget" => Kind::Forget,
            "swallow" => Kind::Swallow {
                within: self.millis("within")?,
            },
            "unpainted" => Kind::Unpainted,
            "drift" => Kind::Drift(Box::new(self.drift()?)),
            "two_stage" => Kind::TwoStage {
                by: self.millis("by")?,
            },
            _ => return None,
        })
    }

    fn drift(&mut self) -> Option<Drift> {
        let mut reword = BTreeMap::new();
        for (label, node) in self.table.entries_of("reword") {
            let wordings = node.one_or_more();
            let wordings = wordings.iter().filter_map(Node::text);
            let wordings = wordings.map(|text| text.text.to_owned()).collect();
            reword.insert(label.text.to_owned(), wordings);
        }
        let mut keys = Vec::new();
        let written = self.table.get("keys").map(|node| node.one_or_more());
        for text in written.iter().flatten().filter_map(Node::text) {
            match trigger(text.text) {
                Some(Trigger::Key(key @ Aid::Pf(_))) if !keys.contains(&key) => keys.push(key),
                _ => {
                    let message = format!("`{}` is no PF key, or is there already", text.text);
                    self.faults.error(text.place(), message);
                }
            }
        }
        let insert = match self.table.get("insert") {
            Some(_) => Some(self.shown("insert", false)?),
            None => None,
        };
        Some(Drift {
            moves: self.table.get("move").is_some(),
            reword,
            keys,
            insert,
        })
    }

    fn chance(&mut self) -> f64 {
        let Some(node) = self.table.get("chance") else {
            return 1.0;
        };
        let chance = match node.value {
            toml::de::DeValue::Float(number) => number.as_str().parse().ok(),
            _ => node.int().map(|n| n as f64),
        };
        let chance = chance.filter(|chance| (0.0..=1.0).contains(chance));
        if chance.is_none() {
            self.faults
                .error(node.place(), "a chance is a number from 0 to 1")
                .help("0.25 is one time in four");
        }
        chance.unwrap_or(1.0)
    }

    fn between(&mut self) -> Option<(u64, u64)> {
        self.table.get("between")?;
        let (from, to) = self.pair("between")?;
        let (start, end) = (duration(&from, self.faults)?, duration(&to, self.faults)?);
        if start >= end {
            self.faults
                .error(to.place(), "the window ends before it begins");
        }
        Some((start, end))
    }

    /// A list of just two.
    fn pair(&mut self, key: &str) -> Option<(Node<'t>, Node<'t>)> {
        let node = self.table.get(key)?;
        match node.elements()?.as_slice() {
            [first, second] => Some((*first, *second)),
            _ => {
                self.faults
                    .error(node.place(), format!("`{key}` is a list of two"));
                None
            }
        }
    }

    fn condition(&mut self, key: &str) -> Option<Expr> {
        let node = self.table.get(key)?;
        typed(&node, &Type::Bool, &self.names, self.faults)
    }

    fn text(&mut self, key: &str) -> Option<Template> {
        let text = self.table.str_of(key)?;
        Some(template(&text, &self.names, &[], self.faults))
    }

    fn millis(&mut self, key: &str) -> Option<u64> {
        duration(&self.table.get(key)?, self.faults)
    }

    fn count(&self, key: &str, otherwise: u64) -> u64 {
        let count = self.table.int_of(key).and_then(|n| u64::try_from(n).ok());
        count.unwrap_or(otherwise)
    }

    fn outcome(&mut self, otherwise: Outcome) -> Outcome {
        let keep = usize::try_from(self.count("keep", 1)).unwrap_or(1);
        match self.table.str_of("outcome").map(|text| text.text) {
            Some("done") => Outcome::Done,
            Some("lost") => Outcome::Lost,
            Some("half") => Outcome::Half(keep),
            Some("any") => Outcome::Any,
            _ => otherwise,
        }
    }

    fn tables(&mut self) -> Vec<TableId> {
        let nodes = self.table.get("tables").map(|node| node.one_or_more());
        let texts = nodes.iter().flatten().filter_map(Node::text);
        texts
            .filter_map(|text| self.catalog.table(&text, self.faults))
            .collect()
    }

    fn numbered(&mut self) -> Vec<TableId> {
        let tables = self.tables();
        for table in &tables {
            if self.catalog.numbered.get(*table) == Some(&false)
                && let (Some(names), Some(node)) =
                    (self.catalog.tables.get(*table), self.table.get("tables"))
            {
                let message = format!("{} does not number its rows: two would clash", names.name);
                self.faults
                    .error(node.place(), message)
                    .help("only rows of a table with a `sequence` can be there twice");
            }
        }
        tables
    }

    /// A full screen, or a window.
    fn shown(&mut self, key: &str, window: bool) -> Option<ScreenId> {
        let text = self.table.str_of(key)?;
        let id = self.catalog.screen(&text, self.faults)?;
        if self.catalog.screens.get(id)?.window == window {
            return Some(id);
        }
        let what = if window { "a full screen" } else { "a window" };
        let wanted = if window { "a window" } else { "a full screen" };
        let message = format!("`{}` is {what}: `{key}` shows {wanted}", text.text);
        self.faults.error(text.place(), message);
        None
    }

    fn field(&mut self) -> Option<FieldId> {
        let text = self.table.str_of("field")?;
        let Some(screen) = self.screen else {
            self.faults
                .error(
                    text.place(),
                    "a field is known only if `on` names one screen",
                )
                .help("write \"SCREEN.key\" or \"SCREEN.*\"");
            return None;
        };
        let known = screen.names.iter().map(|field| field.name.as_str());
        let at = lookup("field of this screen", &text, known, self.faults)?;
        screen.names.get(at).map(|field| field.id)
    }

    fn truncate(&mut self) -> Option<Kind> {
        let table = self
            .catalog
            .table(&self.table.str_of("table")?, self.faults)?;
        let names = self.catalog.tables.get(table)?;
        let column = self.table.str_of("column")?;
        let what = format!("column of {}", names.name);
        let known = names.columns.iter().map(|column| column.name.as_str());
        let at = lookup(&what, &column, known, self.faults)?;
        if names.columns.get(at)?.of != Type::Text {
            let message = format!("`{}` is no text", column.text);
            self.faults.error(column.place(), message);
        }
        let mut translate = BTreeMap::new();
        for (name, node) in self.table.entries_of("translate") {
            let to = node.text()?;
            let (mut from, mut into) = (name.text.chars(), to.text.chars());
            match (from.next(), from.next(), into.next(), into.next()) {
                (Some(from), None, Some(into), None) => {
                    translate.insert(from, into);
                }
                _ => {
                    self.faults.error(
                        node.place(),
                        "one character takes the place of one character",
                    );
                }
            }
        }
        let width = self
            .table
            .int_of("width")
            .and_then(|n| usize::try_from(n).ok());
        if width.is_none() && translate.is_empty() {
            self.faults
                .error(self.table.place(), "the wart changes nothing")
                .help("give it a `width` or a `translate`");
        }
        Some(Kind::Truncate {
            table,
            column: at,
            width,
            translate,
        })
    }

    fn held(&mut self) -> Option<Kind> {
        let mut effects = Effects {
            catalog: self.catalog,
            stage: Stage::Idle,
            names: self.names.clone(),
            faults: self.faults,
        };
        let (table, key) = effects.record(&self.table.get("table")?, &self.table)?;
        let by = self.table.get("by")?;
        let by = typed(&by, &Type::Text, &self.names, self.faults);
        Some(Kind::Held {
            table,
            key: key?,
            by: by?,
            lasts: self.millis("for")?,
            message: self.text("message")?,
        })
    }
}
