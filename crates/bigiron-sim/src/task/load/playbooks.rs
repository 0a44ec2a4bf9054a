//! A playbook's file to a playbook.

use crate::system::expr::{Expr, Named, Names, Scope, Slot};
use crate::system::load::literal::{NAME_HELP, duration, is_name, type_of, variables};
use crate::system::load::node::{Faults, TomlNode, TomlTable};
use crate::system::load::scope::{lookup, template, typed, unknown};
use crate::system::model::Template;
use crate::system::value::{Date, Type, Value};
use crate::task::playbook::{End, FieldTarget, Playbook, PlaybookAction, PlaybookRule, questions};
use tn3270::terminal::Key;

/// Looks in a row that may find nothing to do, unless the file says otherwise.
const PATIENCE: u32 = 60;
/// Milliseconds between such looks.
const PAUSE: u64 = 1000;

pub(super) fn compile(
    id: &str,
    root: &TomlTable<'_>,
    today: Date,
    faults: &mut Faults,
) -> Playbook {
    let mut takes = Vec::new();
    for (name, node) in root.entries_of("takes") {
        if !is_name(name.text) {
            faults
                .error(name.place(), format!("`{}` cannot name a value", name.text))
                .help(NAME_HELP);
        }
        if let Some((of, _)) = node.text().and_then(|text| type_of(&text, faults)) {
            takes.push((name.text.to_owned(), of));
        }
    }
    let memory = variables(root.table_of("memory"), faults);
    let named = |(name, of): (&String, &Type)| Named {
        name: name.clone(),
        of: of.clone(),
    };
    let values: Vec<Named> = takes.iter().map(|(name, of)| named((name, of))).collect();
    let remembered: Vec<Named> = memory.iter().map(|v| named((&v.name, &v.of))).collect();
    let questions = questions();
    let names = Names {
        scopes: vec![
            Scope {
                name: "value",
                slot: Slot::State,
                variables: &values,
            },
            Scope {
                name: "memory",
                slot: Slot::Session,
                variables: &remembered,
            },
        ],
        questions: &questions,
        ..Names::default()
    };
    let systems: Vec<String> = root
        .get("systems")
        .map(|node| node.one_or_more())
        .unwrap_or_default()
        .iter()
        .filter_map(|node| Some(node.text()?.text.to_owned()))
        .collect();
    let mut compiler = Compiler {
        names,
        remembered: &remembered,
        systems: &systems,
        faults,
    };
    let rules: Vec<PlaybookRule> = root
        .get("rule")
        .and_then(|node| node.elements())
        .unwrap_or_default()
        .iter()
        .filter_map(TomlNode::table)
        .enumerate()
        .map(|(n, rule)| compiler.rule(n, &rule))
        .collect();
    compiler.never_fires(root, &rules);
    let number = |key: &str| root.int_of(key).and_then(|n| u32::try_from(n).ok());
    Playbook {
        id: id.to_owned(),
        about: root
            .str_of("about")
            .map(|text| text.text.to_owned())
            .unwrap_or_default(),
        takes,
        memory,
        patience: number("patience").unwrap_or(PATIENCE),
        pause: root
            .get("pause")
            .and_then(|node| duration(&node, faults))
            .unwrap_or(PAUSE),
        systems,
        today,
        rules,
    }
}

struct Compiler<'c, 'f> {
    names: Names<'c>,
    remembered: &'c [Named],
    systems: &'c [String],
    faults: &'f mut Faults,
}

impl Compiler<'_, '_> {
    fn rule(&mut self, n: usize, rule: &TomlTable<'_>) -> PlaybookRule {
        let name = rule.str_of("name").map(|text| text.text.to_owned());
        let actions = rule
            .get("do")
            .map(|node| node.one_or_more())
            .unwrap_or_default();
        let end = match (rule.get("answer"), rule.get("fail"), rule.get("done")) {
            (Some(answer), ..) => Some(End::Answer(self.template(&answer))),
            (_, Some(reason), _) => Some(End::Fail(self.template(&reason))),
            (_, _, Some(_)) => Some(End::Done),
            _ => None,
        };
        if rule.get("do").is_none() && end.is_none() {
            self.faults
                .error(rule.place(), "the rule does nothing")
                .help("give it `do`, `answer`, `done` or `fail`");
        }
        PlaybookRule {
            name: name.unwrap_or_else(|| (n + 1).to_string()),
            terminal: self.terminal(rule),
            when: rule
                .get("when")
                .and_then(|node| typed(&node, &Type::Bool, &self.names, self.faults)),
            at_most: rule.int_of("at_most").and_then(|n| u32::try_from(n).ok()),
            actions: actions
                .iter()
                .filter_map(|node| self.action(&node.table()?))
                .collect(),
            end,
        }
    }

    /// The index of the system whose terminal the rule is about.
    fn terminal(&mut self, rule: &TomlTable<'_>) -> usize {
        let Some(name) = rule.str_of("at") else {
            return 0;
        };
        let known = self.systems.iter().map(String::as_str);
        lookup("system of this playbook", &name, known, self.faults).unwrap_or(0)
    }

    fn template(&mut self, node: &TomlNode<'_>) -> Template {
        match node.text() {
            Some(text) => template(&text, &self.names, &[], self.faults),
            None => Template::default(),
        }
    }

    fn action(&mut self, action: &TomlTable<'_>) -> Option<PlaybookAction> {
        if let Some(text) = action.get("type") {
            let text = self.template(&text);
            let into = self.target(action)?;
            return Some(PlaybookAction::Type { text, into });
        }
        if let Some(keys) = action.str_of("keys") {
            return match Key::parse_line(keys.text) {
                Ok(keys) => Some(PlaybookAction::Keys(keys)),
                Err(error) => {
                    let start: usize = keys.text.chars().take(error.at).map(char::len_utf8).sum();
                    let end = start + error.name.len() + 2;
                    let place = keys.part(start..end.min(keys.text.len()));
                    let fault = self
                        .faults
                        .error(place, format!("no key is called <{}>", error.name));
                    fault.help(match &error.near {
                        Some(near) => format!("did you mean <{near}>?"),
                        None => "a `<` as text is written `<<`".into(),
                    });
                    None
                }
            };
        }
        if let Some(words) = action.get("press") {
            return Some(PlaybookAction::Press(self.template(&words)));
        }
        if let Some(wait) = action.get("wait") {
            return duration(&wait, self.faults).map(PlaybookAction::Wait);
        }
        let mut set = Vec::new();
        for (name, node) in action.entries_of("remember") {
            let at = self.remembered.iter().position(|v| v.name == name.text);
            match at.and_then(|at| Some((at, self.remembered.get(at)?))) {
                Some((at, variable)) => {
                    let value = typed(&node, &variable.of, &self.names, self.faults);
                    set.extend(value.map(|value| (at, value)));
                }
                None => {
                    let known = self.remembered.iter().map(|v| v.name.as_str());
                    unknown(
                        "memory variable",
                        name.text,
                        name.place(),
                        known,
                        self.faults,
                    );
                }
            }
        }
        action
            .get("remember")
            .map(|_| PlaybookAction::Remember(set))
    }

    fn target(&mut self, action: &TomlTable<'_>) -> Option<FieldTarget> {
        let (into, with) = (action.get("into"), action.get("row_with"));
        for (key, partner) in [("nth", "into"), ("under", "row_with")] {
            if let Some(name) = action.key(key).filter(|_| action.get(partner).is_none()) {
                self.faults
                    .error(name.place(), format!("`{key}` goes with `{partner}`"));
                return None;
            }
        }
        match (into, with) {
            (Some(_), Some(with)) => {
                self.faults.error(
                    with.place(),
                    "a field is found either by `into` or by `row_with`",
                );
                None
            }
            (Some(label), None) => {
                let nth = match action.get("nth") {
                    Some(nth) => typed(&nth, &Type::Int, &self.names, self.faults)?,
                    None => Expr::Const(Value::Int(1)),
                };
                Some(FieldTarget::Label(self.template(&label), nth))
            }
            (None, Some(with)) => Some(FieldTarget::Row {
                with: self.template(&with),
                under: action.get("under").map(|under| self.template(&under)),
            }),
            (None, None) => Some(FieldTarget::Cursor),
        }
    }

    /// Rules behind one that always holds, and a playbook that nothing can end.
    fn never_fires(&mut self, root: &TomlTable<'_>, rules: &[PlaybookRule]) {
        let written = root
            .get("rule")
            .and_then(|node| node.elements())
            .unwrap_or_default();
        let always = rules.iter().zip(&written).position(|(rule, node)| {
            rule.at_most.is_none()
                && node
                    .table()
                    .is_some_and(|table| table.get("when").is_none())
        });
        if let Some(node) = always.and_then(|at| written.get(at + 1)) {
            self.faults
                .error(
                    node.place(),
                    "the rule can never act: the one before it always does",
                )
                .help("give the rule before it a `when`, or put it last");
        }
        if !rules.is_empty() && rules.iter().all(|rule| rule.end.is_none()) {
            self.faults
                .error(root.place(), "no rule ends the playbook")
                .help("one of them needs `done`, `answer` or `fail`");
        }
    }
}
