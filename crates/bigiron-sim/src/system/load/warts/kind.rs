//! The values of one wart: when it happens, and the parameters of its kind.

use super::super::effects::{EffectContext, Effects};
use super::super::literal::{duration, time_of_day};
use super::super::node::{Faults, TomlNode, TomlTable};
use super::super::scope::{Catalog, ScreenNames, lookup, template, typed};
use crate::system::expr::{Expr, Names, TableId};
use crate::system::model::{FieldId, ScreenId, Template, Trigger};
use crate::system::value::Type;
use crate::system::wart::shape::OutcomeWord;
use crate::system::wart::{Bend, Drift, HiddenOutcome, WartKind};
use std::collections::BTreeMap;
use tn3270::wire::Aid;

/// Reads the values of one wart.
pub(super) struct Reader<'t, 'c, 'f> {
    pub table: TomlTable<'t>,
    pub catalog: &'c Catalog,
    pub screen: Option<&'c ScreenNames>,
    pub names: Names<'c>,
    pub faults: &'f mut Faults,
}

impl<'t, 'c> Reader<'t, 'c, '_> {
    pub(super) fn bend(&mut self, kind: WartKind) -> Option<Bend> {
        Some(match kind {
            WartKind::Drop => Bend::Drop {
                tables: self.tables(),
            },
            WartKind::Partial => Bend::Partial {
                tables: self.tables(),
            },
            WartKind::Double => Bend::Double {
                tables: self.numbered(),
            },
            WartKind::Mislead => Bend::Mislead {
                message: self.text("message")?,
                outcome: self.outcome(HiddenOutcome::Done),
            },
            WartKind::Swap => {
                let (a, b) = self.pair("screens")?;
                let screen = |this: &mut Self, node: TomlNode<'t>| {
                    this.catalog.screen(&node.text()?, this.faults)
                };
                let (a, b) = (screen(self, a), screen(self, b));
                Bend::Swap(a?, b?)
            }
            WartKind::Jump => Bend::Jump {
                to: self.shown("to", false)?,
            },
            WartKind::Abend => Bend::Abend {
                code: self.text("code")?,
                outcome: self.outcome(HiddenOutcome::Lost),
            },
            WartKind::Slow => Bend::Slow {
                by: self.millis("by")?,
            },
            WartKind::Spin => Bend::Spin {
                by: self.millis("for")?,
                outcome: self.outcome(HiddenOutcome::Done),
                refresh: self.table.get("refresh").is_some(),
            },
            WartKind::Acknowledge => Bend::Acknowledge {
                times: self.count("times", 1),
                message: self.text("message")?,
            },
            WartKind::Window => Bend::Window {
                modal: self.shown("modal", true)?,
                unless: self.condition("unless")?,
            },
            WartKind::Sequence => Bend::Sequence {
                needs: self.condition("needs")?,
                message: self.text("message")?,
            },
            WartKind::Refuse => Bend::Refuse {
                field: self.field()?,
                until: self.condition("until")?,
                message: self.text("message")?,
            },
            WartKind::Closed => {
                let (from, to) = self.pair("hours")?;
                let (from, to) = (from.text()?, to.text()?);
                let (from, to) = (
                    time_of_day(&from, self.faults),
                    time_of_day(&to, self.faults),
                );
                Bend::Closed {
                    from: from?,
                    to: to?,
                    message: self.text("message")?,
                }
            }
            WartKind::Truncate => self.truncate()?,
            WartKind::Broadcast => Bend::Broadcast {
                text: self.text("text")?,
                after: self.millis("after").unwrap_or(0),
            },
            WartKind::Timeout => Bend::Timeout {
                after: self.millis("after")?,
                message: self.text("message")?,
            },
            WartKind::Reset => Bend::Reset {
                after: self.millis("after")?,
                message: self.text("message")?,
            },
            WartKind::Misdirect => self.misdirect()?,
            WartKind::Held => self.held()?,
            WartKind::Sticky => Bend::Sticky {
                lasts: self.millis("for")?,
            },
            WartKind::Stale => Bend::Stale {
                tables: self.tables(),
                every: self.millis("every")?,
            },
            WartKind::Repost => Bend::Repost {
                tables: self.numbered(),
            },
            WartKind::Forget => Bend::Forget,
            WartKind::Swallow => Bend::Swallow {
                within: self.millis("within")?,
            },
            WartKind::Unpainted => Bend::Unpainted,
            WartKind::Drift => Bend::Drift(Box::new(self.drift()?)),
            WartKind::TwoStage => Bend::TwoStage {
                by: self.millis("by")?,
            },
        })
    }

    fn drift(&mut self) -> Option<Drift> {
        let mut reword = BTreeMap::new();
        for (label, node) in self.table.entries_of("reword") {
            let wordings = node.one_or_more();
            let wordings = wordings.iter().filter_map(TomlNode::text);
            let wordings = wordings.map(|text| text.text.to_owned()).collect();
            reword.insert(label.text.to_owned(), wordings);
        }
        let mut keys = Vec::new();
        let written = self.table.get("keys").map(|node| node.one_or_more());
        for text in written.iter().flatten().filter_map(TomlNode::text) {
            match Trigger::parse(text.text) {
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

    pub(super) fn chance(&mut self) -> f64 {
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

    pub(super) fn between(&mut self) -> Option<(u64, u64)> {
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
    fn pair(&mut self, key: &str) -> Option<(TomlNode<'t>, TomlNode<'t>)> {
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

    pub(super) fn condition(&mut self, key: &str) -> Option<Expr> {
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

    fn outcome(&mut self, otherwise: HiddenOutcome) -> HiddenOutcome {
        let keep = usize::try_from(self.count("keep", 1)).unwrap_or(1);
        let word = self.table.str_of("outcome");
        match word.and_then(|word| OutcomeWord::of_word(word.text)) {
            Some(OutcomeWord::Done) => HiddenOutcome::Done,
            Some(OutcomeWord::Lost) => HiddenOutcome::Lost,
            Some(OutcomeWord::Half) => HiddenOutcome::Half(keep),
            Some(OutcomeWord::Any) => HiddenOutcome::Any,
            None => otherwise,
        }
    }

    fn tables(&mut self) -> Vec<TableId> {
        let nodes = self.table.get("tables").map(|node| node.one_or_more());
        let texts = nodes.iter().flatten().filter_map(TomlNode::text);
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

    fn truncate(&mut self) -> Option<Bend> {
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
        Some(Bend::Truncate {
            table,
            column: at,
            width,
            translate,
        })
    }

    /// A reader of tables, keys and columns.
    fn effects(&mut self) -> Effects<'c, '_> {
        Effects {
            catalog: self.catalog,
            context: EffectContext::Idle,
            names: self.names.clone(),
            faults: self.faults,
        }
    }

    fn misdirect(&mut self) -> Option<Bend> {
        let name = self.table.str_of("table")?;
        let table = self.catalog.table(&name, self.faults)?;
        let node = self.table.get("set");
        let mut effects = self.effects();
        effects.names.rows.push(("row", table));
        let set = effects.columns(table, node)?;
        if set.is_empty() {
            self.faults
                .error(self.table.place(), "the wart changes nothing")
                .help("`set` names columns by the values they take");
        }
        Some(Bend::Misdirect { table, set })
    }

    fn held(&mut self) -> Option<Bend> {
        let (node, within) = (self.table.get("table")?, self.table);
        let (table, key) = self.effects().record(&node, &within)?;
        let by = self.table.get("by")?;
        let by = typed(&by, &Type::Text, &self.names, self.faults);
        Some(Bend::Held {
            table,
            key: key?,
            by: by?,
            lasts: self.millis("for")?,
            message: self.text("message")?,
        })
    }
}
