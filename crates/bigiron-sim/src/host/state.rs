//! The hash of a host's state, and its invariants.

use super::Host;
use super::apply::UnitOfWork;
use super::due::DueEvent;
use super::frame::Frame;
use super::table::hash_value;
use crate::system::model::Screen;
use crate::system::value::Value;
use std::hash::Hasher;
use xxhash_rust::xxh3::Xxh3;

/// Hashes the parts of a state, each with its length, as the same bytes on every machine.
struct StateDigest(Xxh3);

impl StateDigest {
    fn number(&mut self, number: u64) {
        self.0.update(&number.to_le_bytes());
    }

    fn index(&mut self, index: usize) {
        self.number(index as u64);
    }

    fn text(&mut self, text: &str) {
        self.index(text.len());
        self.0.update(text.as_bytes());
    }

    fn values(&mut self, values: &[Value]) {
        self.index(values.len());
        values
            .iter()
            .for_each(|value| hash_value(value, &mut self.0));
    }

    fn frame(&mut self, frame: &Frame) {
        self.number(u64::from(frame.id));
        self.index(frame.screen);
        self.values(&frame.state);
        for entry in frame.entries.iter() {
            self.text(entry.text.as_text());
            let look = entry.mark.map_or(0, |look| {
                let color = look.color.map_or(0, |color| color.code());
                let highlight = look.highlight.map_or(0, |highlight| highlight.code());
                u64::from_le_bytes([1, look.attribute.code(), color, highlight, 0, 0, 0, 0])
            });
            self.number(look << 8 | u64::from(entry.guarded) << 1 | u64::from(entry.filled));
        }
        self.index(frame.keys.len());
        self.index(frame.page);
        self.number(frame.caret.map_or(u64::MAX, u64::from));
        if let Some((aid, rules)) = &frame.warned {
            self.number(u64::from(aid.code()));
            rules.iter().for_each(|rule| self.index(*rule));
        }
    }

    fn event(&mut self, event: &DueEvent) {
        let parts = match event {
            DueEvent::Later { ops, at } => {
                self.text(&format!("{ops:?}"));
                [4, at.map_or(0, |at| at as usize), 0]
            }
            DueEvent::Resume => [0, 0, 0],
            DueEvent::Job { job, step } => [1, *job, *step],
            DueEvent::Scheduled(job) => [2, *job, 0],
            DueEvent::Idle => [3, 0, 0],
        };
        parts.into_iter().for_each(|part| self.index(part));
    }

    fn unit(&mut self, unit: &UnitOfWork) {
        self.text(&format!("{:?} {:?}", unit.ops, unit.message));
        if let Some(copy) = unit.copy {
            self.index(copy);
        }
        if unit.unpainted {
            self.text("unpainted");
        }
    }
}

impl Host {
    /// A hash of the host's whole state, equal for equal states in every process and on every machine: tables, open screens with
    /// their fields, session variables, holds, pending events, the clock, warts, and the seed, on which every random draw depends.
    pub fn state_hash(&self) -> u64 {
        let mut digest = StateDigest(Xxh3::new());
        digest.number(self.region.seed);
        digest.number(self.now);
        self.tables
            .iter()
            .for_each(|table| digest.number(table.digest()));
        digest.values(&self.session);
        for ((table, key), by) in &self.holds {
            digest.index(*table);
            digest.values(key);
            digest.values(std::slice::from_ref(by));
        }
        digest.index(self.frames.len());
        self.frames.iter().for_each(|frame| digest.frame(frame));
        self.shown
            .iter()
            .for_each(|id| digest.number(u64::from(*id)));
        for line in self.abended.iter().flatten() {
            digest.text(line);
        }
        for (due, event) in self.events.iter() {
            digest.number(due);
            digest.event(event);
        }
        for wart in &self.warts {
            digest.text(&format!("{wart:?}"));
        }
        for copy in &self.copies {
            digest.number(copy.taken);
            let tables = copy.tables.iter();
            tables.for_each(|(_, table)| digest.number(table.digest()));
        }
        if self.unseen {
            digest.text("unseen");
        }
        if let Some(unit) = &self.unit {
            digest.unit(unit);
        }
        digest.0.finish()
    }

    /// Checks the invariants of a host; the error names the first that is violated.
    pub fn verify(&self) -> Result<(), String> {
        for (table, model) in self.tables.iter().zip(&self.region.system.tables) {
            table.verify(model)?;
        }
        check(
            self.next_frame == 1 || !self.frames.is_empty(),
            "no screen is open",
        )?;
        for frame in &self.frames {
            verify_frame(frame, self.screen(frame))?;
        }
        check(
            self.unit.is_some() || self.waiting.is_empty(),
            "an inbound waits for nothing",
        )?;
        check(
            self.events.iter().all(|(due, _)| due >= self.now),
            "something due has not happened",
        )
    }
}

/// Checks the invariants of an open screen.
fn verify_frame(frame: &Frame, screen: &Screen) -> Result<(), String> {
    let name = &screen.id;
    check(
        frame.entries.len() == screen.fields.len(),
        &format!("{name}: entries are not those of its fields"),
    )?;
    for (field, entry) in screen.fields.iter().zip(frame.entries.iter()) {
        check(
            entry.text.as_text().chars().count() <= field.length,
            &format!("{name}.{} holds more than it has room for", field.name),
        )?;
        check(
            entry.value.of() == field.of || matches!(entry.value, Value::List(_)),
            &format!("{name}.{} holds a value of another type", field.name),
        )?;
    }
    let page = screen.list.as_ref().map_or(1, |list| list.page.max(1));
    check(
        frame.page == 0 || frame.page * page < frame.keys.len(),
        &format!("{name}: a page past the end of its list is shown"),
    )
}

fn check(holds: bool, what: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

#[cfg(test)]
mod tests;
