//! `tasks.toml` to tasks.

use super::parts::{PartCompiler, in_goal};
use super::{Systems, values, with_values};
use crate::host::Warts;
use crate::system::load::literal::duration;
use crate::system::load::node::{Faults, TomlKey, TomlNode, TomlTable, TomlText};
use crate::system::load::scope::{Catalog, lookup, template};
use crate::task::model::{Budget, Seeds, Task};
use crate::task::playbook::Playbook;
use std::sync::Arc;

/// Seeds to learn from, unless the file says otherwise.
const TRAIN: Seeds = Seeds {
    first: 0,
    last: 9_999,
};
/// Seeds to measure with.
const TEST: Seeds = Seeds {
    first: 10_000,
    last: 10_999,
};

pub(super) fn compile(
    name: &TomlKey<'_>,
    written: &TomlTable<'_>,
    systems: &Systems<'_>,
    catalog: &Catalog,
    playbooks: &[Playbook],
    faults: &mut Faults,
) -> Option<Task> {
    check_name(name, faults);
    let (values, draws) = values::compile(written, &systems.world, catalog, faults);
    let mut compiler = PartCompiler {
        catalog,
        names: with_values(catalog, &values),
        systems: systems.names(),
        values: &values,
        in_goal: Vec::new(),
        faults,
    };
    let goal = match written.str_of("goal") {
        Some(goal) => template(&goal, &compiler.names, &[], compiler.faults),
        None => return None,
    };
    compiler.in_goal = in_goal(&goal);
    let setup = compiler.setup(written);
    let require = compiler.each(written, "require", PartCompiler::requirement);
    let allow = compiler.each(written, "allow", PartCompiler::allowance);
    let milestones = compiler.each(written, "milestone", PartCompiler::milestone);
    let report = written
        .table_of("answer")
        .and_then(|answer| compiler.report(&answer));
    let mut book = |key: &str| {
        let text = written.str_of(key)?;
        compiler.playbook(&text, playbooks)
    };
    let (oracle, naive, impostor) = (book("oracle"), book("naive"), book("impostor"));
    if written.get("require").is_none() && written.get("answer").is_none() {
        faults
            .error(
                name.place(),
                "nothing is required: doing nothing would solve the task",
            )
            .help("give it a `[[require]]` or an `answer`");
    }
    let declared = systems.warts();
    let declared: Vec<&str> = declared.iter().map(String::as_str).collect();
    let warts = warts(written, &declared, faults);
    let naive_fails = naive_fails(written, &warts, faults);
    let budget = budget(written, faults);
    let word = |key: &str| {
        let text = written.str_of(key);
        text.map(|text| text.text.to_owned()).unwrap_or_default()
    };
    let number = |key: &str| written.int_of(key);
    Some(Task {
        id: name.text.to_owned(),
        title: word("title"),
        drill: word("drill"),
        also: systems.also.clone(),
        world: Arc::clone(&systems.world),
        tier: number("tier").and_then(|n| n.try_into().ok()).unwrap_or(1),
        revision: number("revision")
            .and_then(|n| n.try_into().ok())
            .unwrap_or(0),
        goal,
        values: draws,
        setup,
        require,
        allow,
        report,
        milestones,
        warts,
        naive_fails,
        oracle: oracle?,
        naive,
        impostor,
        budget: budget?,
        settle: written
            .get("settle")
            .and_then(|node| duration(&node, faults))
            .unwrap_or(0),
        train: seeds(written, "train", TRAIN, faults),
        test: seeds(written, "test", TEST, faults),
    })
}

fn check_name(name: &TomlKey<'_>, faults: &mut Faults) {
    let may_be = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if name.text.is_empty() || !name.text.chars().all(may_be) {
        faults
            .error(name.place(), format!("`{}` cannot name a task", name.text))
            .help("a task's name has letters, digits, `-` and `_`");
    }
}

fn budget(written: &TomlTable<'_>, faults: &mut Faults) -> Option<Budget> {
    let budget = written.table_of("budget")?;
    let keys = budget.get("keys").and_then(|keys| keys.int());
    let time = budget.get("time").and_then(|time| duration(&time, faults));
    Some(Budget {
        keys: u32::try_from(keys?).ok()?,
        time: time?,
    })
}

/// The wart sets, the clean twin first.
fn warts(written: &TomlTable<'_>, declared: &[&str], faults: &mut Faults) -> Vec<Warts> {
    let mut sets = vec![Warts::None];
    for set in written
        .get("warts")
        .and_then(|node| node.elements())
        .unwrap_or_default()
    {
        let names: Vec<TomlText<'_>> = set
            .elements()
            .unwrap_or_default()
            .iter()
            .filter_map(TomlNode::text)
            .collect();
        if names.is_empty() {
            continue;
        }
        let text = names
            .iter()
            .map(|name| name.text)
            .collect::<Vec<_>>()
            .join(",");
        let parsed = text.parse::<Warts>();
        match parsed.and_then(|warts| warts.check(declared).map(|()| warts)) {
            Ok(warts) if sets.contains(&warts) => {
                faults.error(set.place(), "this set is there already");
            }
            Ok(warts) => sets.push(warts),
            Err(error) => {
                faults.error(set.place(), error.to_string());
            }
        }
    }
    sets
}

fn naive_fails(written: &TomlTable<'_>, sets: &[Warts], faults: &mut Faults) -> Vec<usize> {
    let Some(named) = written.get("naive_fails").and_then(|node| node.elements()) else {
        return (1..sets.len()).collect();
    };
    let known: Vec<String> = sets.iter().map(Warts::to_string).collect();
    let found = named.iter().filter_map(TomlNode::text);
    found
        .filter_map(|text| {
            lookup(
                "wart set of this task",
                &text,
                known.iter().map(String::as_str),
                faults,
            )
        })
        .collect()
}

fn seeds(written: &TomlTable<'_>, key: &str, default: Seeds, faults: &mut Faults) -> Seeds {
    let Some(node) = written.table_of("seeds").and_then(|seeds| seeds.get(key)) else {
        return default;
    };
    let ends: Vec<u64> = node
        .elements()
        .unwrap_or_default()
        .iter()
        .filter_map(|end| u64::try_from(end.int()?).ok())
        .collect();
    match ends[..] {
        [first, last] if first <= last => Seeds { first, last },
        _ => {
            faults.error(node.place(), "two seeds are wanted: the first and the last");
            default
        }
    }
}
