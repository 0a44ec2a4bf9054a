//! `tasks.toml` to tasks.

use super::{Systems, with_values};
use crate::host::Warts;
use crate::system::expr::{Expr, Named, Names};
use crate::system::load::effects::{EffectContext, Effects};
use crate::system::load::literal::{NAME_HELP, date, duration, is_name, type_of};
use crate::system::load::node::{Faults, TomlKey, TomlNode, TomlTable, TomlText};
use crate::system::load::scope::{Catalog, any, lookup, template, typed, unknown};
use crate::system::model::{Effect, Maker, System, Template, TemplatePart};
use crate::system::value::Type;
use crate::task::model::{Allow, AnswerRule, Budget, Draw, From, Require, Seeds, Task};
use crate::task::playbook::Playbook;
use crate::task::shape::CHANGES;
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

/// The effects that a setup may have.
const OF_SETUP: &str = "insert, update, delete, each, when";

pub(super) fn compile(
    name: &TomlKey<'_>,
    written: &TomlTable<'_>,
    systems: &Systems<'_>,
    catalog: &Catalog,
    playbooks: &[Playbook],
    faults: &mut Faults,
) -> Option<Task> {
    let system = &*systems.world;
    if !name
        .text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        || name.text.is_empty()
    {
        faults
            .error(name.place(), format!("`{}` cannot name a task", name.text))
            .help("a task's name has letters, digits, `-` and `_`");
    }
    let (values, draws) = values(written, system, catalog, faults);
    let mut compiler = Compiler {
        catalog,
        names: with_values(catalog, &values),
        systems: systems.names(),
        values: &values,
        told: Vec::new(),
        faults,
    };
    let goal = match written.str_of("goal") {
        Some(goal) => template(&goal, &compiler.names, &[], compiler.faults),
        None => return None,
    };
    compiler.told = told(&goal);
    let setup = compiler.setup(written);
    let require = compiler.each(written, "require", Compiler::requirement);
    let allow = compiler.each(written, "allow", Compiler::allowance);
    let milestones = compiler.each(written, "milestone", Compiler::milestone);
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
    let budget = written.table_of("budget");
    let limit = |key: &str| budget.and_then(|budget| budget.get(key));
    let keys = limit("keys").and_then(|keys| u32::try_from(keys.int()?).ok());
    let time = limit("time").and_then(|time| duration(&time, faults));
    let word = |key: &str| {
        written
            .str_of(key)
            .map(|text| text.text.to_owned())
            .unwrap_or_default()
    };
    Some(Task {
        id: name.text.to_owned(),
        title: word("title"),
        drill: word("drill"),
        also: systems.also.clone(),
        world: Arc::clone(&systems.world),
        tier: written
            .int_of("tier")
            .and_then(|n| u8::try_from(n).ok())
            .unwrap_or(1),
        revision: written
            .int_of("revision")
            .and_then(|n| u32::try_from(n).ok())
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
        budget: Budget {
            keys: keys?,
            time: time?,
        },
        settle: written
            .get("settle")
            .and_then(|node| duration(&node, faults))
            .unwrap_or(0),
        train: seeds(written, "train", TRAIN, faults),
        test: seeds(written, "test", TEST, faults),
    })
}

/// The values of the goal, each of which sees those before it.
fn values(
    written: &TomlTable<'_>,
    system: &System,
    catalog: &Catalog,
    faults: &mut Faults,
) -> (Vec<Named>, Vec<Draw>) {
    let (mut names, mut draws) = (Vec::new(), Vec::new());
    for (name, node) in written.entries_of("values") {
        if !is_name(name.text) {
            faults
                .error(name.place(), format!("`{}` cannot name a value", name.text))
                .help(NAME_HELP);
        }
        let drawn = node
            .table()
            .and_then(|table| value(&table, &names, system, catalog, faults));
        // A value that could not be compiled is known all the same, so that its uses are no faults of their own.
        let (of, from) = match drawn {
            Some((of, from)) => (of, Some(from)),
            None => (Type::Text, None),
        };
        names.push(Named {
            name: name.text.to_owned(),
            of: of.clone(),
        });
        draws.push(Draw {
            name: name.text.to_owned(),
            of,
            from: from.unwrap_or(From::OneOf(Vec::new())),
        });
    }
    (names, draws)
}

fn value(
    table: &TomlTable<'_>,
    before: &[Named],
    system: &System,
    catalog: &Catalog,
    faults: &mut Faults,
) -> Option<(Type, From)> {
    let mut names = with_values(catalog, before);
    if let Some(of) = table.str_of("key_of") {
        let id = catalog.table(&of, faults)?;
        let drawn = system.tables.get(id)?;
        let [key] = drawn.key[..] else {
            faults.error(
                of.place(),
                format!("the key of `{}` is no single column", of.text),
            );
            return None;
        };
        names.rows.push(("row", id));
        let filter = match table.get("where") {
            Some(node) => Some(typed(&node, &Type::Bool, &names, faults)?),
            None => None,
        };
        let of = drawn.columns.get(key)?.of.clone();
        return Some((of, From::KeyOf { table: id, filter }));
    }
    if let Some(node) = table.get("expr") {
        let typed = any(&node, &names, faults)?;
        return Some((typed.of, From::Maker(Maker::Expr(typed.expr))));
    }
    if let Some(choices) = table.get("one_of") {
        return one_of(&choices, &names, faults);
    }
    if let Some(text) = table.str_of("text") {
        return Some((
            Type::Text,
            From::Maker(Maker::Text(template(&text, &names, &[], faults))),
        ));
    }
    if let Some(text) = table.str_of("pattern") {
        word_lists(&text, catalog, faults);
        return Some((
            Type::Text,
            From::Maker(Maker::Pattern(text.text.to_owned())),
        ));
    }
    if let Some(text) = table.str_of("word") {
        lookup(
            "word list",
            &text,
            catalog.words.keys().map(String::as_str),
            faults,
        )?;
        return Some((Type::Text, From::Maker(Maker::Word(text.text.to_owned()))));
    }
    if let Some(node) = table.get("range") {
        let found = bounds(&node).and_then(|(low, high)| Some((low.int()?, high.int()?)));
        let (low, high) = found.or_else(|| two(&node, "whole numbers", faults))?;
        return Some((Type::Int, From::Maker(Maker::Range(low, high))));
    }
    let node = table.get("days")?;
    let found =
        bounds(&node).and_then(|(low, high)| Some((date(&low, faults)?, date(&high, faults)?)));
    let (low, high) = found.or_else(|| two(&node, "dates", faults))?;
    Some((Type::Date, From::Maker(Maker::Days(low, high))))
}

fn bounds<'d>(node: &TomlNode<'d>) -> Option<(TomlNode<'d>, TomlNode<'d>)> {
    match node.elements()?[..] {
        [low, high] => Some((low, high)),
        _ => None,
    }
}

fn two<T>(node: &TomlNode<'_>, what: &str, faults: &mut Faults) -> Option<T> {
    faults.error(
        node.place(),
        format!("two {what} are wanted: the first and the last"),
    );
    None
}

fn one_of(node: &TomlNode<'_>, names: &Names<'_>, faults: &mut Faults) -> Option<(Type, From)> {
    let elements = node.elements()?;
    let Some(first) = elements.first() else {
        faults.error(node.place(), "there is nothing to choose from");
        return None;
    };
    let of = any(first, names, faults)?.of;
    let choices: Vec<Option<Expr>> = elements
        .iter()
        .map(|choice| typed(choice, &of, names, faults))
        .collect();
    Some((of, From::OneOf(choices.into_iter().collect::<Option<_>>()?)))
}

/// `{list}` in a pattern.
fn word_lists(text: &TomlText<'_>, catalog: &Catalog, faults: &mut Faults) {
    let mut from = 0;
    while let Some(open) = text.text.get(from..).and_then(|rest| rest.find('{')) {
        let open = from + open;
        let Some(length) = text.text.get(open..).and_then(|rest| rest.find('}')) else {
            faults.error(text.part(open..open + 1), "this `{` has no `}`");
            return;
        };
        let list = text.text.get(open + 1..open + length).unwrap_or("");
        if !catalog.words.contains_key(list) {
            let known = catalog.words.keys().map(String::as_str);
            unknown(
                "word list",
                list,
                text.part(open + 1..open + length),
                known,
                faults,
            );
        }
        from = open + length + 1;
    }
}

struct Compiler<'c, 'f> {
    catalog: &'c Catalog,
    names: Names<'c>,
    /// The systems of the task.
    systems: Vec<&'c str>,
    values: &'c [Named],
    /// Indices of the values that the goal tells.
    told: Vec<usize>,
    faults: &'f mut Faults,
}

/// The values that a goal tells, by index.
fn told(goal: &Template) -> Vec<usize> {
    let mut told = Vec::new();
    for part in &goal.0 {
        if let TemplatePart::Expr(expr) = part {
            expr.visit(&mut |part| {
                if let Expr::State(value) = part {
                    told.push(*value);
                }
            });
        }
    }
    told
}

impl<'c> Compiler<'c, '_> {
    fn effects(&mut self) -> Effects<'c, '_> {
        Effects {
            catalog: self.catalog,
            context: EffectContext::Job,
            names: self.names.clone(),
            faults: self.faults,
        }
    }

    /// Each table of a list, as far as it can be compiled.
    fn each<T>(
        &mut self,
        written: &TomlTable<'_>,
        key: &str,
        one: fn(&mut Self, &TomlTable<'_>) -> Option<T>,
    ) -> Vec<T> {
        let elements = written
            .get(key)
            .map(|node| node.one_or_more())
            .unwrap_or_default();
        let tables = elements.iter().filter_map(TomlNode::table);
        tables.filter_map(|table| one(self, &table)).collect()
    }

    fn setup(&mut self, written: &TomlTable<'_>) -> Vec<Effect> {
        let Some(node) = written.table_of("setup").and_then(|setup| setup.get("do")) else {
            return Vec::new();
        };
        let effects = self.effects().list(Some(node));
        if !effects.iter().all(changes_tables) {
            self.faults
                .error(node.place(), "a setup changes tables and does nothing else")
                .help(format!("of the effects it may have {OF_SETUP}"));
        }
        effects
    }

    fn requirement(&mut self, table: &TomlTable<'_>) -> Option<Require> {
        let when = match table.get("when") {
            Some(node) => Some(typed(&node, &Type::Bool, &self.names, self.faults)?),
            None => None,
        };
        if let Some(of) = table.str_of("insert") {
            let of = self.catalog.table(&of, self.faults)?;
            let row = self.effects().columns(of, table.get("row"))?;
            return Some(Require::Insert {
                table: of,
                row,
                when,
            });
        }
        if let Some(node) = table.get("update") {
            let (of, key) = self.effects().record(&node, table)?;
            let set = self.effects().columns(of, table.get("set"));
            let free = self.columns(of, table.get("free"));
            return Some(Require::Update {
                table: of,
                key: key?,
                set: set?,
                free,
                when,
            });
        }
        let (table, key) = self.effects().record(&table.get("delete")?, table)?;
        Some(Require::Delete {
            table,
            key: key?,
            when,
        })
    }

    fn columns(&mut self, of: usize, node: Option<TomlNode<'_>>) -> Vec<usize> {
        let Some(table) = self.catalog.tables.get(of) else {
            return Vec::new();
        };
        let what = format!("column of {}", table.name);
        let known = table.columns.iter().map(|column| column.name.as_str());
        let elements = node.and_then(|node| node.elements()).unwrap_or_default();
        elements
            .iter()
            .filter_map(TomlNode::text)
            .filter_map(|text| lookup(&what, &text, known.clone(), self.faults))
            .collect()
    }

    fn allowance(&mut self, table: &TomlTable<'_>) -> Option<Allow> {
        let of = self.catalog.table(&table.str_of("table")?, self.faults)?;
        let mut effects = self.effects();
        effects.names.rows.push(("row", of));
        let filter = effects.filter(table)?;
        let named = table.get("changes").and_then(|node| node.elements());
        let changes = match named {
            None => CHANGES.iter().map(|change| (*change).to_owned()).collect(),
            Some(named) => named
                .iter()
                .filter_map(|node| Some(node.text()?.text.to_owned()))
                .collect(),
        };
        let columns = table
            .get("columns")
            .map(|node| self.columns(of, Some(node)));
        Some(Allow {
            table: of,
            filter,
            columns,
            changes,
        })
    }

    fn milestone(&mut self, table: &TomlTable<'_>) -> Option<(String, Expr)> {
        let when = typed(&table.get("when")?, &Type::Bool, &self.names, self.faults)?;
        Some((table.str_of("name")?.text.to_owned(), when))
    }

    fn report(&mut self, table: &TomlTable<'_>) -> Option<AnswerRule> {
        let (of, _) = type_of(&table.str_of("type")?, self.faults)?;
        let expected = typed(&table.get("expected")?, &of, &self.names, self.faults)?;
        Some(AnswerRule { of, expected })
    }

    /// A playbook by name; what it takes must be among the values, of the same types.
    fn playbook(&mut self, text: &TomlText<'_>, playbooks: &[Playbook]) -> Option<usize> {
        let known = playbooks.iter().map(|playbook| playbook.id.as_str());
        let index = lookup("playbook", text, known, self.faults)?;
        let works_in = &playbooks.get(index)?.systems;
        if !works_in.is_empty() && *works_in != self.systems {
            let message = format!(
                "the playbook works in {}, the task is in {}",
                works_in.join(" and "),
                self.systems.join(" and ")
            );
            self.faults.error(text.place(), message);
        }
        for (name, of) in &playbooks.get(index)?.takes {
            let at = self.values.iter().position(|value| value.name == *name);
            let value = at.and_then(|at| Some((self.told.contains(&at), self.values.get(at)?)));
            let message = match value {
                Some((true, value)) if value.of == *of => continue,
                Some((false, _)) => {
                    format!("the playbook takes `{name}`, which the goal does not tell")
                }
                Some((_, value)) => format!(
                    "the playbook takes `{name}` as {of}, value.{name} is {}",
                    value.of
                ),
                None => format!("the playbook takes `{name}`, and there is no value.{name}"),
            };
            self.faults.error(text.place(), message);
        }
        Some(index)
    }
}

fn changes_tables(effect: &Effect) -> bool {
    match effect {
        Effect::Insert { .. } | Effect::Update { .. } | Effect::Delete { .. } => true,
        Effect::Each { effects, .. } => effects.iter().all(changes_tables),
        Effect::When {
            then, otherwise, ..
        } => then.iter().chain(otherwise).all(changes_tables),
        _ => false,
    }
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
