//! What `system.toml` has besides tables: messages, the idle rule, the abend screen, jobs, times.

use super::effects::{EffectContext, Effects};
use super::literal;
use super::node::{Faults, TomlKey, TomlNode, TomlTable, TomlText};
use super::scope::{Catalog, fixed, template};
use crate::system::model::{
    Idle, Job, Messages, Schedule, ScreenId, Template, TemplateFact, TemplatePart,
};
use toml::de::DeValue;

/// Milliseconds from a key to its answer, where the definition does not say.
pub(super) const RESPONSE: u64 = 100;

/// The text of a key, blank if it is not there.
pub(super) fn text(table: &TomlTable<'_>, key: &str) -> String {
    table
        .str_of(key)
        .map(|t| t.text.to_owned())
        .unwrap_or_default()
}

pub(super) fn time(node: &TomlNode<'_>) -> u64 {
    let DeValue::Datetime(value) = node.value else {
        return 0;
    };
    value.time.map_or(0, |t| {
        ((u64::from(t.hour) * 60 + u64::from(t.minute)) * 60 + u64::from(t.second.unwrap_or(0)))
            * 1000
    })
}
pub(super) fn messages(system: &TomlTable<'_>, catalog: &Catalog, faults: &mut Faults) -> Messages {
    let table = system.table_of("messages");
    let mut text = |key, given: &[TemplateFact]| {
        table
            .and_then(|t| t.str_of(key))
            .map(|t| template(&t, &catalog.names(), given, faults))
    };
    let inactive_key = text("inactive_key", &[TemplateFact::Key, TemplateFact::Screen]);
    let no_more = text("no_more", &[]);
    let default_key = Template(vec![
        TemplatePart::Given(TemplateFact::Key),
        TemplatePart::Text(" IS NOT ACTIVE ON THIS SCREEN".to_owned()),
    ]);
    Messages {
        inactive_key: inactive_key.unwrap_or(default_key),
        no_more: no_more.unwrap_or_else(|| fixed("NO MORE PAGES")),
    }
}

pub(super) fn idle(table: &TomlTable<'_>, catalog: &Catalog, faults: &mut Faults) -> Option<Idle> {
    let after = table
        .get("after")
        .and_then(|node| literal::duration(&node, faults));
    let mut compiler = Effects {
        catalog,
        context: EffectContext::Idle,
        names: catalog.names(),
        faults,
    };
    let effects = compiler.list(table.get("do"));
    Some(Idle {
        after: after?,
        effects,
    })
}

/// The lines after an abend, and the screen that CLEAR leads to from there, if one is named.
pub(super) fn abend(
    system: &TomlTable<'_>,
    catalog: &Catalog,
    faults: &mut Faults,
) -> (Vec<Template>, Option<ScreenId>) {
    let given = [TemplateFact::Code, TemplateFact::Screen, TemplateFact::Time];
    let table = system.table_of("abend");
    let lines = table.and_then(|t| t.get("lines")?.elements());
    let lines: Option<Vec<Template>> = lines.map(|lines| {
        let texts = lines.iter().filter_map(TomlNode::text);
        texts
            .map(|text| template(&text, &catalog.names(), &given, faults))
            .collect()
    });
    let then = table
        .and_then(|t| t.str_of("then"))
        .and_then(|then| full_screen(&then, catalog, faults));
    let line = vec![
        TemplatePart::Text("TRANSACTION ".to_owned()),
        TemplatePart::Given(TemplateFact::Screen),
        TemplatePart::Text(" HAS FAILED WITH ABEND ".to_owned()),
        TemplatePart::Given(TemplateFact::Code),
    ];
    (lines.unwrap_or_else(|| vec![Template(line)]), then)
}

pub(super) fn job(
    name: &TomlKey<'_>,
    table: &TomlTable<'_>,
    catalog: &Catalog,
    faults: &mut Faults,
) -> Job {
    let schedule = schedule(table, faults);
    let mut compiler = Effects {
        catalog,
        context: EffectContext::Job,
        names: catalog.names(),
        faults,
    };
    Job {
        name: name.text.to_owned(),
        about: text(table, "about"),
        schedule,
        effects: compiler.list(table.get("do")),
    }
}

fn schedule(table: &TomlTable<'_>, faults: &mut Faults) -> Schedule {
    let every = table
        .get("every")
        .and_then(|node| literal::duration(&node, faults).map(|ms| (node, ms)));
    let daily = table.get("daily").and_then(|n| n.elements());
    if let (Some(name), true) = (table.key("every"), daily.is_some()) {
        faults.error(
            name.place(),
            "a job runs either `daily` or `every` so often",
        );
    }
    match (every, daily) {
        (Some((node, 0)), _) => {
            faults.error(node.place(), "a job cannot run every 0 ms");
            Schedule::OnRequest
        }
        (Some((_, every)), _) => Schedule::Every(every),
        (None, Some(times)) => {
            let mut daily: Vec<u64> = times
                .iter()
                .filter_map(TomlNode::text)
                .filter_map(|t| literal::time_of_day(&t, faults))
                .collect();
            daily.sort_unstable();
            daily.dedup();
            Schedule::Daily(daily)
        }
        (None, None) => Schedule::OnRequest,
    }
}

/// A screen that is no window.
pub(super) fn full_screen(
    name: &TomlText<'_>,
    catalog: &Catalog,
    faults: &mut Faults,
) -> Option<ScreenId> {
    let id = catalog.screen(name, faults)?;
    if catalog.screens.get(id).is_some_and(|s| s.window) {
        let message = format!("`{}` is a window: it needs a screen beneath it", name.text);
        faults.error(name.place(), message);
    }
    Some(id)
}
