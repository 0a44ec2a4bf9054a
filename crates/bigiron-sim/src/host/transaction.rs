//! Transactions: from an inbound to the effects of its key.

use super::abend::AbendCause;
use super::apply::UnitOfWork;
use super::due::DueEvent;
use super::effect::{FormOp, Op};
use super::field_state::{FieldState, read};
use super::frame::StaleValues;
use super::map::PreparedMap;
use super::rules::RuleEffects;
use super::view::{HostView, today};
use super::{Host, Millis, Signal};
use crate::system::expr::test;
use crate::system::model::{Effect, FieldId, Rule, Screen, Template, Trigger};
use crate::system::value::Value;
use std::sync::Arc;
use tn3270::wire::{Aid, Inbound};

/// Inbounds kept while a unit of work is under way; a terminal with a locked keyboard sends none.
const MOST_WAITING: usize = 16;

impl Host {
    /// Connects the terminal: the start screen is due now.
    pub fn connect(&mut self, now: Millis) {
        self.now = self.now.max(now);
        self.unit = Some(UnitOfWork::new(None));
        let start = self.region.system.start;
        self.go_on([Op::Goto(start), Op::Answer]);
    }

    /// Takes an inbound. One without an AID of the operator (a query reply, a read) is ignored; one that arrives while a unit of
    /// work is under way waits for its end.
    pub fn handle(&mut self, inbound: &Inbound, now: Millis) {
        self.now = self.now.max(now);
        let aid = inbound.aid();
        if matches!(aid, Aid::None | Aid::StructuredField | Aid::ReadPartition)
            || self.frames.is_empty()
        {
            return;
        }
        if self.unit.is_none() {
            self.begin(inbound, aid);
        } else if self.waiting.len() < MOST_WAITING {
            self.waiting.push_back(inbound.clone());
        }
    }

    /// Takes ATTN or SYS REQ. A system of this kind answers neither.
    pub fn signal(&mut self, _signal: Signal, now: Millis) {
        self.now = self.now.max(now);
    }

    pub(super) fn begin(&mut self, inbound: &Inbound, aid: Aid) {
        self.cancel_idle();
        let aid = self.declared_key(aid);
        self.unit = Some(UnitOfWork::new(Some(aid)));
        self.take_copies();
        if aid.is_short() {
            // The terminal has erased its screen (CLEAR), or holds typed text that was not sent (PA).
            self.shown.clear();
        }
        let response = self.region.system.response;
        let runs = self.abended.is_none();
        match self.effects_of(inbound, aid) {
            Ok(mut ops) => {
                if runs {
                    ops = self.bent(self.occasion(aid), ops);
                }
                ops.extend([Op::Delay(response), Op::Answer]);
                self.go_on(ops);
            }
            Err(abend) => {
                self.abend(abend);
                self.resume();
            }
        }
    }

    /// The key of the definition that this key stands for on the screen that takes it.
    fn declared_key(&self, key: Aid) -> Aid {
        match (&self.layout, &self.abended, self.frames.last()) {
            (Some(layout), None, Some(frame)) => layout.declared(frame.screen, key),
            _ => key,
        }
    }

    /// Ends a unit of work; the next waiting inbound begins another.
    pub(super) fn finish(&mut self) {
        self.unit = None;
        self.undo.clear();
        if let Some(inbound) = self.waiting.pop_front() {
            self.begin(&inbound, inbound.aid());
        } else if let Some(idle) = &self.region.system.idle
            && self.idle.is_none()
        {
            let due = self.now.saturating_add(idle.after);
            self.idle = Some(self.queue(due, DueEvent::Idle));
        }
    }

    fn effects_of(&mut self, inbound: &Inbound, aid: Aid) -> Result<Vec<Op>, AbendCause> {
        if self.abended.is_some() {
            if aid != Aid::Clear {
                self.shown.clear();
                return Ok(Vec::new());
            }
            self.abended = None;
            return Ok(vec![Op::Goto(self.region.system.abend.then)]);
        }
        if std::mem::take(&mut self.unseen) {
            // The key was meant for the screen that the terminal still shows.
            self.shown.clear();
            return Ok(Vec::new());
        }
        let changed = match self.receive(inbound)? {
            Ok(changed) => changed,
            Err(refusal) => return Ok(refusal),
        };
        if let Some(unit) = &mut self.unit {
            unit.typed = changed;
        }
        self.forget_warnings(aid, changed);
        let trigger = Trigger::Key(aid);
        if let Some(refusal) = self.edit(trigger)? {
            return Ok(refusal);
        }
        if let Some(ops) = self.required(trigger)? {
            return Ok(ops);
        }
        if let Some(ops) = self.fire(trigger, aid)? {
            return Ok(ops);
        }
        match aid.is_short() {
            true => Ok(Vec::new()),
            false => {
                let system = Arc::clone(&self.region.system);
                Ok(vec![Op::Message(
                    self.text(&system.messages.inactive_key, aid)?,
                )])
            }
        }
    }

    /// Takes in what was typed. Returns whether anything has changed, or the refusal of a locked field.
    fn receive(&mut self, inbound: &Inbound) -> Result<Result<bool, Vec<Op>>, AbendCause> {
        let system = Arc::clone(&self.region.system);
        let maps = Arc::clone(&self.region.maps);
        let today = today(&system, self.now);
        let Some(frame) = self.frames.last_mut() else {
            return Ok(Ok(false));
        };
        let (screen, map) = (&system.screens[frame.screen], &maps[frame.screen]);
        frame.cursor = None;
        frame.caret = inbound.cursor().or(frame.caret);
        let message = screen.message.filter(|id| {
            let entry = frame.entry(*id);
            entry.is_some_and(|entry| !entry.text.as_text().is_empty())
        });
        if let Some(message) = message {
            frame.show(screen, message, Value::text(""), today);
        }
        let changed = frame.receive(screen, map, inbound.fields(), today);
        Ok(match self.refuse_locked(screen, map, &changed)? {
            Some(refusal) => Err(refusal),
            None => Ok(!changed.is_empty()),
        })
    }

    /// Restores the locked fields among those that have changed. Returns the refusal of the first.
    fn refuse_locked(
        &mut self,
        screen: &Screen,
        map: &PreparedMap,
        changed: &[(FieldId, FieldState)],
    ) -> Result<Option<Vec<Op>>, AbendCause> {
        let mut refusal = None;
        for field in &map.locked {
            let Some((field, before)) = changed.iter().find(|(id, _)| id == field) else {
                continue;
            };
            let Some((until, message)) = &screen.fields[*field].locked_until else {
                continue;
            };
            let view = HostView::new(self, self.top());
            if test(until, &view)? {
                continue;
            }
            let text = view.text(message)?;
            let Some(frame) = self.frames.last_mut() else {
                continue;
            };
            let cursor = FormOp::Cursor(frame.id, *field).into();
            if let Some(entry) = frame.entry_mut(*field) {
                *entry = before.clone();
                entry.unsent_text = true;
            }
            self.note(|| format!("locked {}", screen.fields[*field].name));
            refusal.get_or_insert_with(|| vec![Op::Message(text), cursor]);
        }
        Ok(refusal)
    }

    /// Warnings are confirmed only by the same key again with nothing typed in between; else they will be given again.
    fn forget_warnings(&mut self, aid: Aid, changed: bool) {
        if let Some(frame) = self.frames.last_mut()
            && (changed || frame.warned.as_ref().is_some_and(|(key, _)| *key != aid))
        {
            frame.warned = None;
        }
    }

    /// The refusal of the first field without a value of its type, of those that the key's rules read.
    fn edit(&mut self, trigger: Trigger) -> Result<Option<Vec<Op>>, AbendCause> {
        let Some(frame) = self.frames.last() else {
            return Ok(None);
        };
        let screen = self.screen(frame);
        let Some(rules) = screen.keys.get(&trigger) else {
            return Ok(None);
        };
        let day = today(&self.region.system, self.now);
        let fails = |field: &&FieldId| match (screen.fields.get(**field), frame.entry(**field)) {
            (Some(model), Some(entry)) => read(model, &entry.text, day).is_none(),
            _ => false,
        };
        let Some(field) = rules.edits.iter().find(fails) else {
            return Ok(None);
        };
        let text = HostView::new(self, self.top()).text(&screen.fields[*field].invalid)?;
        let ops = vec![Op::Message(text), FormOp::Cursor(frame.id, *field).into()];
        self.note(|| "edit".to_owned());
        Ok(Some(ops))
    }

    /// The effects of the first sequencing rule that is violated; they replace those of the key.
    fn required(&mut self, trigger: Trigger) -> Result<Option<Vec<Op>>, AbendCause> {
        let system = Arc::clone(&self.region.system);
        let Some(frame) = self.frames.last() else {
            return Ok(None);
        };
        let requires = &system.screens[frame.screen].requires;
        for (n, rule) in requires.iter().enumerate() {
            if !rule.keys.contains(&trigger) {
                continue;
            }
            let view = HostView::new(self, self.top());
            let asks = rule.when.as_ref().map_or(Ok(true), |w| test(w, &view))?;
            if asks && !test(&rule.needs, &view)? {
                self.note(|| format!("requires[{}]", n + 1));
                return self.yielded(&rule.effects, self.top(), None).map(Some);
            }
        }
        Ok(None)
    }

    /// The effects of the first rule that fires; none if no rule does.
    pub(super) fn fire(
        &mut self,
        trigger: Trigger,
        aid: Aid,
    ) -> Result<Option<Vec<Op>>, AbendCause> {
        let system = Arc::clone(&self.region.system);
        let Some(frame) = self.frames.last() else {
            return Ok(None);
        };
        let Some(rules) = system.screens[frame.screen].keys.get(&trigger) else {
            return Ok(None);
        };
        let mut from = 0;
        while let Some((n, rule)) = self.holding(&rules.rules, from)? {
            from = n + 1;
            if let Some(warn) = &rule.warn {
                if self.warns(n, aid) {
                    self.note(|| format!("{} warns", rule.name));
                    return Ok(Some(vec![Op::Message(self.text(warn, aid)?)]));
                }
                if rule.effects.is_empty() {
                    continue;
                }
            }
            return self.fired(rule, aid).map(Some);
        }
        Ok(None)
    }

    /// The first of these rules, from one on, whose condition holds, and its place.
    fn holding<'r>(
        &self,
        rules: &'r [Rule],
        from: usize,
    ) -> Result<Option<(usize, &'r Rule)>, AbendCause> {
        let view = HostView::new(self, self.top());
        for (n, rule) in rules.iter().enumerate().skip(from) {
            if rule.when.as_ref().map_or(Ok(true), |w| test(w, &view))? {
                return Ok(Some((n, rule)));
            }
        }
        Ok(None)
    }

    fn fired(&mut self, rule: &Rule, aid: Aid) -> Result<Vec<Op>, AbendCause> {
        self.note(|| rule.name.clone());
        if let Some(frame) = self.frames.last_mut() {
            frame.warned = None;
        }
        self.yielded(&rule.effects, self.top(), Some(aid))
    }

    /// Whether a rule's warning is still to be given; it counts as given then.
    fn warns(&mut self, rule: usize, aid: Aid) -> bool {
        let Some(frame) = self.frames.last_mut() else {
            return false;
        };
        let (_, given) = frame.warned.get_or_insert_with(|| (aid, Vec::new()));
        let new = !given.contains(&rule);
        if new {
            given.push(rule);
        }
        new
    }

    /// The effects as seen from a frame.
    pub(super) fn yielded(
        &mut self,
        effects: &[Effect],
        at: Option<usize>,
        key: Option<Aid>,
    ) -> Result<Vec<Op>, AbendCause> {
        let mut view = HostView::new(self, at);
        view.given.0 = key.map(|key| key.to_string()).unwrap_or_default();
        let mut yielding = RuleEffects::new(view, &self.region.system, &self.tables);
        yielding.effects(effects)?;
        let (ops, numbered) = (yielding.ops, yielding.numbered);
        self.keep_numbers(numbered);
        Ok(ops)
    }

    pub(super) fn keep_numbers(
        &mut self,
        numbered: Vec<(crate::system::expr::TableId, super::table::Table)>,
    ) {
        for (id, table) in numbered {
            if let Some(slot) = self.tables.get_mut(id) {
                *slot = table;
            }
        }
    }

    fn text(&self, template: &Template, aid: Aid) -> Result<String, AbendCause> {
        let mut view = HostView::new(self, self.top());
        view.given.0 = aid.to_string();
        Ok(view.text(template)?)
    }

    /// The rules of opening or returning, whose effects come before what is left of the unit of work.
    pub(super) fn arrive(&mut self, trigger: Trigger) -> Result<(), AbendCause> {
        let Some(at) = self.top() else { return Ok(()) };
        if !self.screen(&self.frames[at]).keys.contains_key(&trigger) {
            return Ok(());
        }
        let stale = self.frames[at].stale;
        self.refresh(at)?;
        let key = self.unit.as_ref().and_then(|unit| unit.key);
        let ops = self.fire(trigger, key.unwrap_or(Aid::None))?;
        if let Some(frame) = self.frames.get_mut(at) {
            frame.stale = frame.stale.max(stale);
        }
        if let (Some(unit), Some(ops)) = (&mut self.unit, ops) {
            for op in ops.into_iter().rev() {
                unit.ops.push_front(op);
            }
        }
        Ok(())
    }

    /// The frame at this place shows its declared values anew.
    pub(super) fn stale(&mut self, at: usize, stale: StaleValues) {
        if let Some(frame) = self.frames.get_mut(at) {
            frame.stale = frame.stale.max(stale);
        }
    }
}
