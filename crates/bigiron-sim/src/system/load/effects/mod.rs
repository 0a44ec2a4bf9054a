//! Effects: what rules and jobs do.

mod records;
mod screens;

use super::literal::{duration, duration_text, look};
use super::node::{Faults, SourcePlace, TomlNode, TomlTable};
use super::scope::{Catalog, ScreenNames, template, typed};
use super::structure;
use crate::system::expr::{Expr, Names};
use crate::system::model::{Effect, Template};
use crate::system::shape::{EffectKind, EffectNeeds};
use crate::system::value::{Type, Value};
use toml::de::DeValue;

/// Where effects stand.
#[derive(Clone, Copy)]
pub(crate) enum EffectContext<'c> {
    /// In a rule of a screen.
    Screen(&'c ScreenNames),
    /// In a job.
    Job,
    /// On whatever screen is shown when a terminal has been idle.
    Idle,
}

/// Compiles the effects of one place.
pub(crate) struct Effects<'c, 'f> {
    pub catalog: &'c Catalog,
    pub context: EffectContext<'c>,
    pub names: Names<'c>,
    pub faults: &'f mut Faults,
}

impl<'c> Effects<'c, '_> {
    /// The effects of a rule: those of `do`, then those that stand in it as keys of its own.
    pub fn of_rule(&mut self, rule: &TomlTable<'_>) -> Vec<Effect> {
        let mut effects = self.list(rule.get("do"));
        for (name, node) in rule.entries() {
            let short = EffectKind::short().find(|(_, key)| key.name == name.text);
            if let Some((kind, _)) = short {
                effects.extend(self.effect(kind, &node, rule, &name.place()));
            }
        }
        self.message_is_seen(&effects, rule);
        effects
    }

    /// A list of effects.
    pub fn list(&mut self, node: Option<TomlNode<'_>>) -> Vec<Effect> {
        let elements = node.and_then(|n| n.elements()).unwrap_or_default();
        let tables = elements.iter().filter_map(TomlNode::table);
        tables.flat_map(|table| self.tagged(&table)).collect()
    }

    /// The effects of a table whose keys say which effect it is.
    fn tagged(&mut self, table: &TomlTable<'_>) -> Vec<Effect> {
        let Some(kind) = structure::effect(table) else {
            return Vec::new();
        };
        match (table.get(kind.name()), table.key(kind.name())) {
            (Some(node), Some(name)) => self.effect(kind, &node, table, &name.place()),
            _ => Vec::new(),
        }
    }

    fn effect(
        &mut self,
        kind: EffectKind,
        node: &TomlNode<'_>,
        table: &TomlTable<'_>,
        place: &SourcePlace,
    ) -> Vec<Effect> {
        match self.allowed(kind, place) {
            true => self.compiled(kind, node, table),
            false => Vec::new(),
        }
    }

    /// Whether an effect can happen here at all.
    fn allowed(&mut self, kind: EffectKind, place: &SourcePlace) -> bool {
        let name = kind.name();
        match (self.context, kind.row().needs) {
            (EffectContext::Screen(_), _)
            | (_, EffectNeeds::Nothing)
            | (EffectContext::Idle, EffectNeeds::Terminal) => return true,
            (EffectContext::Job, EffectNeeds::Terminal | EffectNeeds::Screen) => {
                let message =
                    format!("a job has no terminal: `{name}` can only happen on a screen");
                self.faults
                    .error(place.clone(), message)
                    .help("of the effects on terminals a job has broadcast, signoff and goto");
            }
            (EffectContext::Idle, EffectNeeds::Screen) => {
                let message =
                    format!("`{name}` needs to know its screen: an idle terminal may show any");
                self.faults.error(place.clone(), message);
            }
        }
        false
    }

    /// The effects of one key: `set` and `fill` have one for each of their entries.
    fn compiled(
        &mut self,
        kind: EffectKind,
        node: &TomlNode<'_>,
        table: &TomlTable<'_>,
    ) -> Vec<Effect> {
        let effect = match kind {
            EffectKind::Set => return self.each_entry(node, Self::set),
            EffectKind::Fill => return self.each_entry(node, Self::fill),
            EffectKind::Message => self.template(node).map(Effect::Message),
            EffectKind::Broadcast => self.template(node).map(Effect::Broadcast),
            EffectKind::Abend => self.template(node).map(Effect::Abend),
            EffectKind::Goto => self.full_screen(node).map(Effect::Goto),
            EffectKind::Call => self.full_screen(node).map(Effect::Call),
            EffectKind::Modal => self.window(node).map(Effect::Call),
            EffectKind::Back => Some(Effect::Back),
            EffectKind::Refresh => Some(Effect::Refresh),
            EffectKind::SignOff => Some(Effect::SignOff),
            EffectKind::Alarm => Some(Effect::Alarm),
            EffectKind::Page => self.paging(node).map(Effect::Page),
            EffectKind::Cursor => self.field(node).map(Effect::Cursor),
            EffectKind::Mark => self.mark(node, table),
            EffectKind::Insert => self.insert(node, table),
            EffectKind::Update => self.update(node, table),
            EffectKind::Delete => self.delete(node, table),
            EffectKind::Hold => self.hold(node, table),
            EffectKind::Release => self.release(node, table),
            EffectKind::Each => self.each(node, table),
            EffectKind::Compare => self.compare(node, table),
            EffectKind::When => self.when(node, table),
            EffectKind::Delay => self.delay(node).map(Effect::Delay),
            EffectKind::Run => self.run(node),
            EffectKind::Submit => self.submit(node, table),
        };
        effect.into_iter().collect()
    }

    fn template(&mut self, node: &TomlNode<'_>) -> Option<Template> {
        Some(template(&node.text()?, &self.names, &[], self.faults))
    }

    fn when(&mut self, node: &TomlNode<'_>, table: &TomlTable<'_>) -> Option<Effect> {
        let test = typed(node, &Type::Bool, &self.names, self.faults);
        let (then, otherwise) = (self.list(table.get("do")), self.list(table.get("else")));
        Some(Effect::When {
            test: test?,
            then,
            otherwise,
        })
    }

    fn run(&mut self, node: &TomlNode<'_>) -> Option<Effect> {
        let job = self.catalog.job(&node.text()?, self.faults)?;
        Some(Effect::Run(job))
    }

    fn submit(&mut self, node: &TomlNode<'_>, table: &TomlTable<'_>) -> Option<Effect> {
        let job = self.catalog.job(&node.text()?, self.faults);
        let after = match table.get("after") {
            Some(after) => self.delay(&after),
            None => Some(Expr::Const(Value::Int(0))),
        };
        Some(Effect::Submit(job?, after?))
    }

    /// Milliseconds as an expression; a duration is one.
    fn delay(&mut self, node: &TomlNode<'_>) -> Option<Expr> {
        match node.value {
            DeValue::String(text) if duration_text(text).is_none() => {
                typed(node, &Type::Int, &self.names, self.faults)
            }
            _ => duration(node, self.faults)
                .and_then(|ms| i64::try_from(ms).ok())
                .map(|ms| Expr::Const(Value::Int(ms))),
        }
    }
}
