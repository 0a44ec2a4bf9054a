//! The rules of a screen's keys, the sequencing rules before them, and the fields that they read.

use super::effects::{EffectContext, Effects};
use super::node::{Faults, SourcePlace, TomlNode, TomlTable};
use super::scope::{Catalog, ScreenNames, template, typed};
use crate::system::expr::{Expr, Names};
use crate::system::model::{FieldId, KeyRules, MapField, Rule, SequenceRule, Trigger};
use crate::system::near::near;
use crate::system::value::Type;
use std::collections::BTreeMap;

pub(super) fn wrong_trigger(name: &str, place: SourcePlace, faults: &mut Faults) {
    let fault = faults.error(place, format!("`{name}` is no key"));
    let known = [
        "enter", "clear", "open", "return", "pf1", "pf12", "pf24", "pa1",
    ];
    match near(name, known) {
        Some(near) if near.chars().all(|c| c.is_ascii_alphabetic()) => {
            fault.help(format!("did you mean `{near}`?"))
        }
        _ => fault
            .help("keys are enter, clear, pf1 to pf24, pa1 to pa3; and there are open and return"),
    }
}

pub(super) fn keys<'c>(
    root: &TomlTable<'_>,
    own: &'c ScreenNames,
    names: &Names<'c>,
    catalog: &'c Catalog,
    (fields, requires): (&[MapField], &[SequenceRule]),
    faults: &mut Faults,
) -> BTreeMap<Trigger, KeyRules> {
    let mut keys = BTreeMap::new();
    for (name, node) in root.entries_of("on") {
        let Some(trigger) = Trigger::parse(name.text) else {
            wrong_trigger(name.text, name.place(), faults);
            continue;
        };
        let mut rules = Vec::new();
        let mut always: Option<TomlTable<'_>> = None;
        for (n, table) in node
            .elements()
            .unwrap_or_default()
            .iter()
            .filter_map(TomlNode::table)
            .enumerate()
        {
            if always.is_some() {
                let fault = faults.warning(table.place(), "this rule never fires");
                fault.help(format!("the rule of `{}` before it always does", name.text));
            }
            let when = table
                .get("when")
                .map(|node| typed(&node, &Type::Bool, names, faults));
            let warn = table
                .str_of("warn")
                .map(|text| template(&text, names, &[], faults));
            let mut effects = Effects {
                catalog,
                context: EffectContext::Screen(own),
                names: names.clone(),
                faults,
            };
            let effects = effects.of_rule(&table);
            if when.is_none() && warn.is_none() {
                always = Some(table);
            }
            rules.push(Rule {
                name: format!("{}[{n}]", name.text),
                when: when.flatten(),
                warn,
                effects,
            });
        }
        let edits = edits(trigger, &rules, requires, fields);
        keys.insert(trigger, KeyRules { edits, rules });
    }
    keys
}

pub(super) fn requires<'c>(
    root: &TomlTable<'_>,
    own: &'c ScreenNames,
    names: &Names<'c>,
    catalog: &'c Catalog,
    faults: &mut Faults,
) -> Vec<SequenceRule> {
    let mut requires = Vec::new();
    for table in root
        .get("requires")
        .and_then(|n| n.elements())
        .unwrap_or_default()
        .iter()
        .filter_map(TomlNode::table)
    {
        let mut keys = Vec::new();
        for text in table
            .get("on")
            .and_then(|n| n.elements())
            .unwrap_or_default()
            .iter()
            .filter_map(TomlNode::text)
        {
            match Trigger::parse(text.text) {
                Some(Trigger::Open | Trigger::Return) | None => {
                    wrong_trigger(text.text, text.place(), faults)
                }
                Some(key) => {
                    if root
                        .table_of("on")
                        .is_none_or(|on| on.get(text.text).is_none())
                    {
                        faults.warning(
                            text.place(),
                            format!(
                                "`{}` has no rule on this screen: nothing waits for this",
                                text.text
                            ),
                        );
                    }
                    keys.push(key);
                }
            }
        }
        let when = table
            .get("when")
            .map(|node| typed(&node, &Type::Bool, names, faults));
        let needs = table
            .get("needs")
            .and_then(|node| typed(&node, &Type::Bool, names, faults));
        let mut compiler = Effects {
            catalog,
            context: EffectContext::Screen(own),
            names: names.clone(),
            faults,
        };
        let effects = compiler.of_rule(&table);
        let conditions = ["on", "when", "needs"];
        if table
            .entries()
            .iter()
            .all(|(name, _)| conditions.contains(&name.text))
        {
            let fault = faults.error(
                table.place(),
                "the requirement says nothing while it is not met",
            );
            fault.help("give it a `message`, a `modal` or a `do`");
        }
        if let Some(needs) = needs {
            requires.push(SequenceRule {
                keys,
                when: when.flatten(),
                needs,
                effects,
            });
        }
    }
    requires
}

/// The typed input fields that the rules of a key read, those that go before it included.
fn edits(
    trigger: Trigger,
    rules: &[Rule],
    requires: &[SequenceRule],
    fields: &[MapField],
) -> Vec<FieldId> {
    let is_edited = |field: &FieldId| {
        let field = fields.get(*field);
        field.is_some_and(|f| f.of != Type::Text && !f.look.attribute.is_protected())
    };
    let mut read = Vec::new();
    let mut note = |expr: &Expr| {
        expr.visit(&mut |part| {
            if let Expr::Form(field) = part {
                read.push(*field);
            }
        });
    };
    for requirement in requires.iter().filter(|r| r.keys.contains(&trigger)) {
        requirement.when.iter().for_each(&mut note);
        note(&requirement.needs);
        requirement.effects.iter().for_each(|e| e.visit(&mut note));
    }
    for rule in rules {
        rule.when.iter().for_each(&mut note);
        rule.warn.iter().for_each(|w| w.visit(&mut note));
        rule.effects.iter().for_each(|e| e.visit(&mut note));
    }
    read.retain(is_edited);
    read.sort_unstable();
    read.dedup();
    read
}
