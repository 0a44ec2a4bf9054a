//! `warts.toml`: each wart with its triggers and the parameters of its kind.

mod kind;

use super::keys::wrong_trigger;
use super::node::{Faults, TomlKey, TomlNode, TomlTable, TomlText};
use super::scope::{Catalog, unknown};
use super::structure;
use crate::system::model::{Screen, ScreenId, Trigger};
use crate::system::near::near;
use crate::system::wart::wording::reword;
use crate::system::wart::{Bend, Drift, Wart, WartKind, WartNeeds, WartOccasion};
use kind::Reader;

/// All warts of the file, in the order they are written.
pub(super) fn compile(
    root: &TomlTable<'_>,
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
    name: &TomlKey<'_>,
    node: &TomlNode<'_>,
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
    let kind = kind(&table, name, faults)?;
    let before = faults.list.len();
    let keys: Vec<_> = kind.keys().collect();
    let called = format!("a wart of the kind `{}`", kind.name());
    structure::check_keys(&table, &called, &keys, &name.place(), faults);
    if faults.list.len() > before {
        return None;
    }
    let on = occasions(&table, kind, catalog, faults);
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
    let bend = reader.bend(kind);
    if let Some(Bend::Drift(drift)) = &bend {
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
    let nth = nth.iter().flatten().filter_map(TomlNode::int);
    Some(Wart {
        name: name.text.to_owned(),
        kind,
        about: text("about"),
        tell: text("tell"),
        on,
        chance,
        nth: nth.filter_map(|n| u64::try_from(n).ok()).collect(),
        between,
        when,
        at_most: table.int_of("at_most").and_then(|n| u64::try_from(n).ok()),
        bend: bend?,
    })
}

/// Keys that have no meaning for a drift, which lasts for the session.
const NOT_OF_DRIFT: [&str; 4] = ["nth", "between", "when", "at_most"];

/// Checks that a drift has something to change and room for it.
fn drifts(
    table: &TomlTable<'_>,
    drift: &Drift,
    on: &[WartOccasion],
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
            .any(|on| matches!(on, WartOccasion::Key(at, _) if at.is_none_or(|at| at == id)))
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
        for wording in node.one_or_more().iter().filter_map(TomlNode::text) {
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

fn kind(table: &TomlTable<'_>, name: &TomlKey<'_>, faults: &mut Faults) -> Option<WartKind> {
    let names = || WartKind::ALL.iter().map(|kind| kind.name());
    let all = || format!("kinds are {}", names().collect::<Vec<_>>().join(", "));
    let Some(written) = table.str_of("kind") else {
        faults
            .error(name.place(), "a wart needs the key `kind`")
            .help(all());
        return None;
    };
    let mut kinds = WartKind::ALL.iter().copied();
    let found = kinds.find(|kind| kind.name() == written.text);
    if found.is_none() {
        let message = format!("no kind of wart is called `{}`", written.text);
        let fault = faults.error(written.place(), message);
        match near(written.text, names()) {
            Some(near) => fault.help(format!("did you mean `{near}`?")),
            None => fault.help(all()),
        }
    }
    found
}

/// Its occasions: `SCREEN.key`, either of them as `*`, or `job.NAME`.
fn occasions(
    table: &TomlTable<'_>,
    kind: WartKind,
    catalog: &Catalog,
    faults: &mut Faults,
) -> Vec<WartOccasion> {
    let nodes = table.get("on").map(|node| node.one_or_more());
    let texts = nodes.iter().flatten().filter_map(TomlNode::text);
    texts
        .filter_map(|text| {
            let Some((left, right)) = text.text.split_once('.') else {
                faults
                    .error(text.place(), format!("`{}` is no trigger", text.text))
                    .help("write \"SCREEN.key\", \"SCREEN.*\", \"*.key\" or \"job.NAME\"");
                return None;
            };
            if left == "job" {
                return job_occasion(&text, right, kind, catalog, faults);
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
            let key = match (right, Trigger::parse(right)) {
                ("*", _) => None,
                (_, Some(key @ Trigger::Key(_))) => Some(key),
                _ => {
                    let place = text.part(left.len() + 1..text.text.len());
                    wrong_trigger(right, place, faults);
                    return None;
                }
            };
            Some(WartOccasion::Key(screen, key))
        })
        .collect()
}

fn job_occasion(
    text: &TomlText<'_>,
    name: &str,
    kind: WartKind,
    catalog: &Catalog,
    faults: &mut Faults,
) -> Option<WartOccasion> {
    let jobs = catalog.jobs.iter().map(String::as_str);
    let found = jobs.clone().position(|job| job == name);
    if found.is_none() {
        unknown("job", name, text.part(4..text.text.len()), jobs, faults);
    } else if !kind.bends_jobs() {
        let message = format!(
            "a job has no terminal: `{}` cannot happen in one",
            kind.name()
        );
        let able = kinds_of_jobs().join(", ");
        faults
            .error(text.place(), message)
            .help(format!("of the kinds, {able} bend jobs"));
    }
    found.map(WartOccasion::Job)
}

/// The names of the kinds that bend jobs, those that bend changes to records first.
fn kinds_of_jobs() -> Vec<&'static str> {
    let kinds = WartKind::ALL.iter().filter(|kind| kind.bends_jobs());
    let (records, others): (Vec<WartKind>, _) =
        kinds.partition(|kind| kind.row().needs == WartNeeds::Records);
    records
        .into_iter()
        .chain(others)
        .map(WartKind::name)
        .collect()
}

/// The screen whose names expressions may use: that of all triggers, if it is one.
fn only_screen(on: &[WartOccasion]) -> Option<ScreenId> {
    let screen = |occasion: &WartOccasion| match occasion {
        WartOccasion::Key(screen, _) => *screen,
        WartOccasion::Job(_) => None,
    };
    let first = on.first().and_then(screen)?;
    on.iter().all(|o| screen(o) == Some(first)).then_some(first)
}
