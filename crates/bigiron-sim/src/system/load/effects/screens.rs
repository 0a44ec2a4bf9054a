//! Effects on a terminal: what they show, where they lead, the variables they set.

use super::{EffectContext, Effects, look};
use crate::system::expr::Expr;
use crate::system::load::node::{TomlKey, TomlNode, TomlTable};
use crate::system::load::scope::{ScreenNames, any, lookup, typed, unknown};
use crate::system::load::visit::NextScreen;
use crate::system::model::{Effect, FieldId, Paging, ScreenId};
use crate::system::value::Type;

impl<'c> Effects<'c, '_> {
    fn screen(&self) -> Option<&'c ScreenNames> {
        match self.context {
            EffectContext::Screen(screen) => Some(screen),
            EffectContext::Job | EffectContext::Idle => None,
        }
    }

    pub(super) fn full_screen(&mut self, node: &TomlNode<'_>) -> Option<ScreenId> {
        let (id, is_window) = self.target(node)?;
        if is_window {
            let help = "windows are opened by `modal`";
            self.wrong_target(node, id, "a window", help);
        }
        (!is_window).then_some(id)
    }

    pub(super) fn window(&mut self, node: &TomlNode<'_>) -> Option<ScreenId> {
        let (id, is_window) = self.target(node)?;
        if !is_window {
            let help = "`goto` and `call` lead to full screens; a window's file has `window = { row = …, column = … }`";
            self.wrong_target(node, id, "a full screen", help);
        }
        is_window.then_some(id)
    }

    /// A screen, and whether it is a window.
    fn target(&mut self, node: &TomlNode<'_>) -> Option<(ScreenId, bool)> {
        let id = self.catalog.screen(&node.text()?, self.faults)?;
        Some((id, self.catalog.screens.get(id)?.window))
    }

    fn wrong_target(&mut self, node: &TomlNode<'_>, id: ScreenId, what: &str, help: &str) {
        let name = self.catalog.screens.get(id).map_or("", |screen| &screen.id);
        let message = format!("`{name}` is {what}");
        self.faults.error(node.place(), message).help(help);
    }

    pub(super) fn paging(&mut self, node: &TomlNode<'_>) -> Option<Paging> {
        if self.screen().is_some_and(|s| s.list.is_none() && !s.broken) {
            self.faults
                .error(node.place(), "this screen has no list to page");
        }
        Paging::of_word(node.value.as_str()?)
    }

    pub(super) fn field(&mut self, node: &TomlNode<'_>) -> Option<FieldId> {
        let (name, screen) = (node.text()?, self.screen()?);
        let known = screen.names.iter().map(|f| f.name.as_str());
        let at = lookup("field of this screen", &name, known, self.faults)?;
        screen.names.get(at).map(|f| f.id)
    }

    pub(super) fn mark(&mut self, node: &TomlNode<'_>, table: &TomlTable<'_>) -> Option<Effect> {
        let field = self.field(node)?;
        let base = *self.screen()?.styles.get(field)?;
        Some(Effect::Mark(field, look(table, base)))
    }

    /// An effect for each entry of a table.
    pub(super) fn each_entry(
        &mut self,
        node: &TomlNode<'_>,
        effect: fn(&mut Self, &TomlKey<'_>, &TomlNode<'_>) -> Option<Effect>,
    ) -> Vec<Effect> {
        let entries = node.table().map(|t| t.entries()).unwrap_or_default();
        let entries = entries.iter();
        entries
            .filter_map(|(name, value)| effect(self, name, value))
            .collect()
    }

    pub(super) fn fill(&mut self, name: &TomlKey<'_>, value: &TomlNode<'_>) -> Option<Effect> {
        let fields = self.screen()?.names.iter().filter(|f| !f.in_list);
        let Some(field) = fields.clone().find(|f| f.name == name.text) else {
            let known = fields.map(|f| f.name.as_str());
            let what = "field of this screen";
            unknown(what, name.text, name.place(), known, self.faults);
            return None;
        };
        // A field that is only shown takes what its text would be; a typed one takes its type.
        let expr = match field.of {
            Type::Text => any(value, &self.names, self.faults)?.expr,
            _ => typed(value, &field.of, &self.names, self.faults)?,
        };
        Some(Effect::Fill(field.id, expr))
    }

    pub(super) fn set(&mut self, name: &TomlKey<'_>, value: &TomlNode<'_>) -> Option<Effect> {
        let (scope, variable) = name.text.split_once('.').unwrap_or(("", name.text));
        let (known, effect): (_, fn(usize, Expr) -> Effect) = match (scope, self.names.state) {
            ("session", _) => (self.names.session, Effect::SetSession),
            ("state", Some(state)) => (state, Effect::SetState),
            ("state", None) => {
                self.faults.error(name.place(), "there is no `state` here");
                return None;
            }
            _ => {
                let message = format!("`{}` cannot be set", name.text);
                self.faults.error(name.place(), message).help("`session.x` and `state.x` are set, in quotes: { set = { \"state.x\" = \"…\" } }; fields are filled, by `fill`");
                return None;
            }
        };
        let Some(index) = known.iter().position(|v| v.name == variable) else {
            let known = known.iter().map(|v| v.name.as_str());
            let what = format!("{scope} variable");
            unknown(&what, variable, name.place(), known, self.faults);
            return None;
        };
        let expr = typed(value, &known.get(index)?.of, &self.names, self.faults)?;
        Some(effect(index, expr))
    }

    /// A message needs a field where it is shown at the end.
    pub(super) fn message_is_seen(&mut self, effects: &[Effect], rule: &TomlTable<'_>) {
        let Some(screen) = self.screen().filter(|s| !s.broken) else {
            return;
        };
        if !effects.iter().any(|e| matches!(e, Effect::Message(_))) {
            return;
        }
        let mut shown = Some(screen);
        for effect in effects {
            match effect.next_screen() {
                NextScreen::Same => {}
                NextScreen::Other(to) => shown = self.catalog.screens.get(to),
                NextScreen::Unknown => shown = None,
            }
        }
        let Some(shown) = shown.filter(|s| s.message.is_none() && !s.broken) else {
            return;
        };
        if let Some(name) = rule.key("message").or_else(|| rule.key("do")) {
            let message = format!("the message is not seen: {} has no message field", shown.id);
            self.faults
                .error(name.place(), message)
                .help("draw a field called `msg`, or name one in `message = \"…\"`");
        }
    }
}
