//! Evaluates declared values, lists and protections before a screen is painted.

use super::Host;
use super::abend::AbendCause;
use super::frame::StaleValues;
use super::table::Table;
use super::view::{HostView, today};
use crate::system::expr::{eval, test};
use crate::system::model::{FieldId, List};
use crate::system::value::{RowKey, Value};
use std::sync::Arc;

impl Host {
    /// Brings the frame at this index up to date.
    pub(super) fn refresh(&mut self, at: usize) -> Result<(), AbendCause> {
        let Some(frame) = self.frames.get(at) else {
            return Ok(());
        };
        let stale = frame.stale;
        if stale != StaleValues::Nothing {
            if stale == StaleValues::All && self.screen(frame).list.is_some() {
                self.list(at)?;
            }
            let shown = self.declared(at, stale)?;
            let system = Arc::clone(&self.region.system);
            let today = today(&system, self.now);
            if let Some(frame) = self.frames.get_mut(at) {
                frame.stale = StaleValues::Nothing;
                let screen = &system.screens[frame.screen];
                for (field, value) in shown {
                    frame.show(screen, field, value, today);
                }
            }
        }
        self.guard(at)
    }

    /// The declared values to show, by field.
    fn declared(&self, at: usize, stale: StaleValues) -> Result<Vec<(FieldId, Value)>, AbendCause> {
        let frame = &self.frames[at];
        let (screen, map) = (self.screen(frame), self.map(frame));
        let mut shown = Vec::with_capacity(screen.fields.len());
        let mut view = HostView::new(self, Some(at)).reading(self.copied());
        let due = |id: FieldId| frame.entry(id).is_some_and(|entry| !entry.filled);
        let plain: &mut dyn Iterator<Item = FieldId> = match stale {
            StaleValues::All => &mut (0..screen.fields.len()),
            _ => &mut map.outputs.iter().copied(),
        };
        for id in plain.filter(|id| due(*id)) {
            if let (None, Some(value)) = (screen.fields[id].list_row, &screen.fields[id].value) {
                shown.push((id, eval(value, &view)?));
            }
        }
        for (n, columns) in map.list_rows.iter().enumerate() {
            let row = view.list_row(n);
            view.rows.clear();
            view.rows.push(row.clone());
            for id in columns.iter().copied().filter(|id| due(*id)) {
                let field = &screen.fields[id];
                let output = field.look.attribute.is_protected();
                match (&field.value, &row) {
                    (Some(value), Some(_)) if output || stale == StaleValues::All => {
                        shown.push((id, eval(value, &view)?));
                    }
                    (Some(_), Some(_)) => {}
                    (Some(_), None) => shown.push((id, Value::text(""))),
                    (None, _) => {}
                }
            }
        }
        Ok(shown)
    }

    /// Finds the rows of a list, in its order.
    fn list(&mut self, at: usize) -> Result<(), AbendCause> {
        let system = Arc::clone(&self.region.system);
        let Some(list) = system.screens[self.frames[at].screen].list.as_ref() else {
            return Ok(());
        };
        let keys = self.list_keys(at, list)?;
        let pages = keys.len().div_ceil(list.page.max(1)).max(1);
        let frame = &mut self.frames[at];
        frame.keys = keys;
        frame.page = frame.page.min(pages - 1);
        Ok(())
    }

    /// The keys of a list's rows, from the cache where it has them.
    fn list_keys(&self, at: usize, list: &List) -> Result<Arc<Vec<RowKey>>, AbendCause> {
        let frame = &self.frames[at];
        let inputs = self.map(frame).list_inputs.as_ref();
        let Some(inputs) = inputs.filter(|_| self.copied().is_empty()) else {
            return Ok(Arc::new(self.selected_keys(at, list)?));
        };
        let view = HostView::new(self, Some(at));
        let digest = inputs.digest(frame.screen, &self.tables, &view);
        if let Some(keys) = self.region.lists.get(digest) {
            return Ok(keys);
        }
        let keys = Arc::new(self.selected_keys(at, list)?);
        self.region.lists.insert(digest, &keys);
        Ok(keys)
    }

    /// The keys of the rows that pass a list's filter, in its order.
    fn selected_keys(&self, at: usize, list: &List) -> Result<Vec<RowKey>, AbendCause> {
        let copied = self.copied();
        let mut view = HostView::new(self, Some(at)).reading(copied);
        let mut found: Vec<(Option<Value>, RowKey)> = Vec::new();
        let table = copied.iter().find(|(id, _)| *id == list.table);
        let table = table
            .map(|(_, table)| table)
            .or(self.tables.get(list.table));
        let key = &self.region.system.tables[list.table].key;
        for record in table.into_iter().flat_map(Table::iter) {
            view.rows.clear();
            view.rows.push(Some(record.clone()));
            let passes = list.filter.as_ref().map_or(Ok(true), |f| test(f, &view))?;
            if passes {
                let order = list.order.as_ref().map(|order| eval(order, &view));
                found.push((order.transpose()?, record.key(key)));
            }
        }
        // Rows come in key order, and the sort is stable.
        if list.order.is_some() {
            found.sort_by(|(a, _), (b, _)| a.cmp(b));
        }
        if list.descending {
            found.reverse();
        }
        Ok(found.into_iter().map(|(_, key)| key).collect())
    }

    /// Blanks the input fields of a list whose shown page has changed.
    pub(super) fn clear_selections(&mut self, at: usize) {
        let system = Arc::clone(&self.region.system);
        let maps = Arc::clone(&self.region.maps);
        let today = today(&system, self.now);
        let frame = &mut self.frames[at];
        let (screen, map) = (&system.screens[frame.screen], &maps[frame.screen]);
        for id in map.inputs.iter().copied() {
            if screen.fields[id].list_row.is_some() {
                frame.show(screen, id, Value::text(""), today);
            }
        }
    }

    /// Protects fields whose condition does not hold yet, and input fields of list rows without a record.
    fn guard(&mut self, at: usize) -> Result<(), AbendCause> {
        let maps = Arc::clone(&self.region.maps);
        let frame = &self.frames[at];
        let map = &maps[frame.screen];
        if map.guarded.is_empty() && map.list_rows.is_empty() {
            return Ok(());
        }
        let (screen, view) = (self.screen(frame), HostView::new(self, Some(at)));
        let mut guards = Vec::new();
        for id in map.guarded.iter().copied() {
            if let Some(until) = &screen.fields[id].protected_until {
                guards.push((id, !test(until, &view)?));
            }
        }
        for (n, columns) in map.list_rows.iter().enumerate() {
            let empty = view.list_row(n).is_none();
            let inputs = columns.iter().copied();
            let inputs = inputs.filter(|id| !screen.fields[*id].look.attribute.is_protected());
            for id in inputs {
                match guards.iter_mut().find(|(guarded, _)| *guarded == id) {
                    Some((_, guard)) => *guard |= empty,
                    None => guards.push((id, empty)),
                }
            }
        }
        for (id, guard) in guards {
            if self.frames[at]
                .entry(id)
                .is_some_and(|entry| entry.guarded != guard)
                && let Some(entry) = self.frames[at].entry_mut(id)
            {
                entry.guarded = guard;
                entry.unsent_look = true;
            }
        }
        Ok(())
    }
}
