//! The warts that are on: when each of them happens. They bend effects after a rule has yielded them, before any is applied.

use super::bend::{BendContext, applies, bend, inserted, misdirect};
use super::chance::Chance;
use super::effect::{Op, RecordOp};
use super::table::Table;
use super::view::{HostView, time_of_day};
use super::{Host, Millis, Region, Warts};
use crate::system::expr::{EvalError, Expr, TableId, eval, test};
use crate::system::model::{System, Trigger};
use crate::system::record::StoredRow;
use crate::system::value::Row;
use crate::system::wart::{Bend, Persistence, Wart, WartOccasion};
use std::fmt;
use std::sync::Arc;
use tn3270::wire::Aid;

/// A wart that is on, with its history.
#[derive(Clone)]
pub(super) struct ActiveWart {
    /// Its index in the system.
    wart: usize,
    /// Its probability at an occurrence, as the bits of an `f64`.
    chance: u64,
    /// Occurrences so far.
    seen: u64,
    /// How often it has begun.
    fired: u64,
    /// How often it has happened since it began; 0 if it has not begun, or is over.
    round: u64,
    /// The time until which it goes on, or swallows keys.
    until: Millis,
    /// For [`Bend::Repost`]: the rows that were last inserted.
    posted: Vec<RecordOp>,
}

/// The printed form is part of a host's state hash, so it does not follow the name of the type.
impl fmt::Debug for ActiveWart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut printed = f.debug_struct("Live");
        printed.field("wart", &self.wart);
        printed.field("chance", &self.chance);
        printed.field("seen", &self.seen);
        printed.field("fired", &self.fired);
        printed.field("round", &self.round);
        printed.field("until", &self.until);
        printed.field("posted", &self.posted).finish()
    }
}

/// Which warts may happen at an occasion, by their indices among those that are on.
#[derive(Debug, Default)]
pub(super) struct WartIndex {
    /// At a key, by screen.
    keys: Vec<Vec<usize>>,
    /// In a job, by job.
    jobs: Vec<Vec<usize>>,
    /// Those that insert rows again.
    repost: Vec<usize>,
    /// Those that swallow keys.
    swallow: Vec<usize>,
    /// Those that show stale records.
    stale: Vec<usize>,
}

impl WartIndex {
    pub fn new(system: &System, active: &[ActiveWart]) -> WartIndex {
        if active.is_empty() {
            return WartIndex::default();
        }
        let among = |test: &dyn Fn(&Wart) -> bool| {
            let on = active.iter().enumerate();
            let on = on.filter(|(_, active)| system.warts.get(active.wart).is_some_and(test));
            on.map(|(n, _)| n).collect::<Vec<_>>()
        };
        let at_key = |screen| {
            let may = move |on: &WartOccasion| matches!(on, WartOccasion::Key(at, _) if at.is_none_or(|at| at == screen));
            among(&|wart| wart.on.iter().any(may))
        };
        let in_job = |job| among(&|wart| wart.on.contains(&WartOccasion::Job(job)));
        WartIndex {
            keys: (0..system.screens.len()).map(at_key).collect(),
            jobs: (0..system.jobs.len()).map(in_job).collect(),
            repost: among(&|wart| matches!(wart.bend, Bend::Repost { .. })),
            swallow: among(&|wart| matches!(wart.bend, Bend::Swallow { .. })),
            stale: among(&|wart| matches!(wart.bend, Bend::Stale { .. })),
        }
    }

    fn at(&self, occasion: WartOccasion) -> &[usize] {
        let found = match occasion {
            WartOccasion::Key(screen, _) => screen.and_then(|screen| self.keys.get(screen)),
            WartOccasion::Job(job) => self.jobs.get(job),
        };
        found.map_or(&[], Vec::as_slice)
    }
}

/// The tables as a [`Bend::Stale`] wart shows them.
#[derive(Debug, Clone)]
pub(super) struct StaleCopy {
    /// The index of the wart among those that are on.
    pub wart: usize,
    /// When it was taken.
    pub taken: Millis,
    /// The copied tables.
    pub tables: Vec<(TableId, Table)>,
}

/// What a wart does at an occurrence.
enum Recurrence {
    /// It begins, if it is drawn.
    Draw,
    /// It goes on.
    GoesOn,
    /// It is over, and does nothing here.
    Over,
}

/// The warts of a selection. Names that the system does not declare are ignored: see [`Warts::check`].
pub(super) fn active(region: &Region, selection: &Warts) -> Vec<ActiveWart> {
    let warts = region.system.warts.iter().enumerate();
    let on = warts.filter_map(|(n, wart)| Some((n, selection.intensity(&wart.name)?, wart)));
    on.map(|(wart, chance, model)| ActiveWart {
        wart,
        chance: chance.unwrap_or(model.chance).to_bits(),
        seen: 0,
        fired: 0,
        round: 0,
        until: 0,
        posted: Vec::new(),
    })
    .collect()
}

impl ActiveWart {
    /// Its index in the system.
    pub fn wart(&self) -> usize {
        self.wart
    }

    /// Its probability at an occurrence.
    pub fn chance(&self) -> f64 {
        f64::from_bits(self.chance)
    }

    /// What it does at an occurrence, by its history.
    fn recurrence(&self, persistence: Persistence<'_>, now: Millis) -> Recurrence {
        if self.round == 0 {
            return Recurrence::Draw;
        }
        let goes_on = match persistence {
            Persistence::Once => return Recurrence::Draw,
            Persistence::Times(times) => self.round < times,
            Persistence::Until(_) => true,
            Persistence::For(_) => now < self.until,
        };
        match goes_on {
            true => Recurrence::GoesOn,
            false => Recurrence::Over,
        }
    }

    /// Notes that it happens.
    fn happens(&mut self, persistence: Persistence<'_>, now: Millis) {
        if self.round == 0 {
            self.fired += 1;
            if let Persistence::For(lasts) = persistence {
                self.until = now.saturating_add(lasts);
            }
        }
        self.round = match persistence {
            Persistence::Once => 0,
            Persistence::Times(_) | Persistence::Until(_) | Persistence::For(_) => self.round + 1,
        };
    }

    /// Counts an occurrence and draws from a stream of that occurrence; returns the stream if it begins.
    fn begins(&mut self, wart: &Wart, seed: u64, now: Millis) -> Option<Chance> {
        self.seen += 1;
        let in_time = wart
            .between
            .is_none_or(|(from, to)| (from..to).contains(&now));
        let counts = wart.nth.is_empty() || wart.nth.contains(&self.seen);
        let left = wart.at_most.is_none_or(|most| self.fired < most);
        if !(in_time && counts && left) {
            return None;
        }
        let occurrence = self.seen.to_string();
        let mut draw = Chance::stream(seed, "warts", &[&wart.name, &occurrence]);
        draw.chance(self.chance()).then_some(draw)
    }
}

impl Host {
    /// The effects of a key or of a step of a job, as the warts that are on bend them.
    pub(super) fn bent(&mut self, occasion: WartOccasion, mut ops: Vec<Op>) -> Vec<Op> {
        if self.warts.is_empty() {
            return ops;
        }
        let system = Arc::clone(&self.region.system);
        let index = Arc::clone(&self.wart_index);
        for n in index.at(occasion).iter().copied() {
            let wart = self.warts.get(n).map(|active| active.wart);
            let Some(wart) = wart.and_then(|wart| system.warts.get(wart)) else {
                continue;
            };
            if wart.on.iter().any(|on| on.covers(occasion)) {
                ops = self.bent_by(n, wart, ops);
            }
        }
        self.keep_posted(&ops);
        ops
    }

    /// Remembers inserted rows for the warts that insert them again.
    fn keep_posted(&mut self, ops: &[Op]) {
        let system = &self.region.system;
        for n in &self.wart_index.repost {
            let Some(active) = self.warts.get_mut(*n) else {
                continue;
            };
            if let Some(Bend::Repost { tables }) = system.warts.get(active.wart).map(|w| &w.bend) {
                let made: Vec<RecordOp> = inserted(ops, tables).cloned().collect();
                if !made.is_empty() {
                    active.posted = made;
                }
            }
        }
    }

    /// The keyboard is restored: warts that swallow keys do so for a time from now on.
    pub(super) fn answered(&mut self) {
        let system = &self.region.system;
        for n in &self.wart_index.swallow {
            let Some(active) = self.warts.get_mut(*n) else {
                continue;
            };
            if let Some(Bend::Swallow { within }) = system.warts.get(active.wart).map(|w| &w.bend) {
                active.until = self.now.saturating_add(*within);
            }
        }
    }

    /// Copies tables for the warts that show stale records, where there is no copy yet or it is old enough.
    pub(super) fn take_copies(&mut self) {
        let (system, index) = (&self.region.system, &self.wart_index);
        for n in index.stale.iter().copied() {
            let wart = self
                .warts
                .get(n)
                .and_then(|active| system.warts.get(active.wart));
            let Some(Bend::Stale { tables, every }) = wart.map(|wart| &wart.bend) else {
                continue;
            };
            let at = self.copies.iter().position(|copy| copy.wart == n);
            let is_due = |copy: &StaleCopy| self.now.saturating_sub(copy.taken) >= *every;
            let kept = at.and_then(|at| self.copies.get(at));
            if kept.is_some_and(|copy| !is_due(copy)) {
                continue;
            }
            let table = |id: &TableId| Some((*id, self.tables.get(*id)?.clone()));
            let copy = StaleCopy {
                wart: n,
                taken: self.now,
                tables: tables.iter().filter_map(table).collect(),
            };
            match at.and_then(|at| self.copies.get_mut(at)) {
                Some(slot) => *slot = copy,
                None => self.copies.push(copy),
            }
        }
    }

    /// The tables that the answer under way reads from a copy.
    pub(super) fn copied(&self) -> &[(TableId, Table)] {
        let copy = self.unit.as_ref().and_then(|unit| unit.copy);
        let copy = copy.and_then(|wart| self.copies.iter().find(|copy| copy.wart == wart));
        copy.map_or(&[], |copy| &copy.tables)
    }

    fn bent_by(&mut self, n: usize, wart: &Wart, ops: Vec<Op>) -> Vec<Op> {
        // A condition or text that cannot be evaluated leaves the clean effects.
        let Ok(Some(mut context)) = self.context(wart, &ops) else {
            return ops;
        };
        context.wart = n;
        let (seed, now) = (self.region.seed, self.now);
        let Some(active) = self.warts.get_mut(n) else {
            return ops;
        };
        if context.relieved {
            active.round = 0;
        }
        if let Bend::Repost { .. } = &wart.bend {
            context.posted.clone_from(&active.posted);
        }
        context.soon = now < active.until;
        if !applies(&wart.bend, &ops, &context) {
            return ops;
        }
        let persistence = wart.bend.persistence();
        let mut draw = match active.recurrence(persistence, now) {
            Recurrence::Draw => match active.begins(wart, seed, now) {
                Some(draw) => draw,
                None => return ops,
            },
            Recurrence::GoesOn => Chance::stream(seed, "warts", &[&wart.name]),
            Recurrence::Over => {
                active.round = 0;
                return ops;
            }
        };
        active.happens(persistence, now);
        self.note(|| format!("wart {}", wart.name));
        let system = Arc::clone(&self.region.system);
        bend(
            &wart.bend,
            ops,
            context,
            &mut draw,
            &system,
            &mut self.tables,
        )
    }

    /// What the wart needs to know of the host; none if its condition does not hold.
    fn context(&self, wart: &Wart, ops: &[Op]) -> Result<Option<BendContext>, EvalError> {
        // Most warts evaluate nothing, or one expression.
        let view = || HostView::new(self, self.top());
        if let Some(when) = &wart.when
            && !test(when, &view())?
        {
            return Ok(None);
        }
        let frame = self.frames.last();
        let mut context = BendContext {
            frame: frame.map_or(0, |frame| frame.id),
            time: time_of_day(&self.region.system, self.now),
            typed: self.unit.as_ref().is_some_and(|unit| unit.typed),
            ..BendContext::default()
        };
        if let Some(text) = wart.bend.text() {
            context.text = view().text(text)?;
        }
        if let Persistence::Until(relief) = wart.bend.persistence() {
            context.relieved = test(relief, &view())?;
        }
        match &wart.bend {
            Bend::Held { key, by, .. } => {
                let view = view();
                let key = key
                    .iter()
                    .map(|part| eval(part, &view))
                    .collect::<Result<_, _>>()?;
                context.record = Some((key, eval(by, &view)?));
            }
            Bend::Misdirect { table, set } => {
                let mut view = view();
                let written = ops
                    .iter()
                    .map(|op| self.misdirected(op, *table, set, &mut view));
                context.misdirected = written.collect::<Result<_, _>>()?;
            }
            Bend::Refuse { field, .. } => {
                let entry = frame.and_then(|frame| frame.entry(*field));
                context.filled = entry.is_some_and(|entry| !entry.text.as_text().is_empty());
            }
            Bend::Drop { .. }
            | Bend::Partial { .. }
            | Bend::Double { .. }
            | Bend::Mislead { .. }
            | Bend::Swap(..)
            | Bend::Jump { .. }
            | Bend::Abend { .. }
            | Bend::Slow { .. }
            | Bend::Spin { .. }
            | Bend::Acknowledge { .. }
            | Bend::Window { .. }
            | Bend::Sequence { .. }
            | Bend::Closed { .. }
            | Bend::Truncate { .. }
            | Bend::Broadcast { .. }
            | Bend::Timeout { .. }
            | Bend::Reset { .. }
            | Bend::Sticky { .. }
            | Bend::TwoStage { .. }
            | Bend::Stale { .. }
            | Bend::Repost { .. }
            | Bend::Forget
            | Bend::Swallow { .. }
            | Bend::Unpainted
            | Bend::Drift(_) => {}
        }
        Ok(Some(context))
    }

    /// An effect that writes to a table with other values in some columns; other effects as they are.
    fn misdirected(
        &self,
        op: &Op,
        table: TableId,
        set: &[(usize, Expr)],
        view: &mut HostView<'_>,
    ) -> Result<Op, EvalError> {
        let Op::Record(record) = op else {
            return Ok(op.clone());
        };
        let Some(row) = self.written(record, table) else {
            return Ok(op.clone());
        };
        view.rows.push(Some(StoredRow::Own(row)));
        let values = set.iter().map(|(at, expr)| Ok((*at, eval(expr, view)?)));
        let values = values.collect::<Result<Vec<_>, _>>();
        view.rows.pop();
        let key = self.region.system.tables.get(table);
        let key = key.map_or(&[][..], |model| &model.key);
        Ok(misdirect(record.clone(), values?, key).into())
    }

    /// The row of a table as an effect writes it, or as it is if the effect deletes it.
    fn written(&self, op: &RecordOp, table: TableId) -> Option<Row> {
        let found = |key| Some(self.tables.get(table)?.get(key)?.row());
        if op.changed() != Some(table) {
            return None;
        }
        match op {
            RecordOp::Insert(_, row) => Some(row.as_slice().into()),
            RecordOp::Delete(_, key) => found(key),
            RecordOp::Update(_, key, set) => {
                let mut row = found(key)?.to_vec();
                for (at, value) in set {
                    if let Some(cell) = row.get_mut(*at) {
                        cell.clone_from(value);
                    }
                }
                Some(row.into())
            }
            RecordOp::Hold(..) | RecordOp::Release(..) => None,
        }
    }

    /// The occasion of a key on the screen that takes it.
    pub(super) fn occasion(&self, key: Aid) -> WartOccasion {
        WartOccasion::Key(
            self.frames.last().map(|frame| frame.screen),
            Some(Trigger::Key(key)),
        )
    }
}

impl WartOccasion {
    /// Whether a declared occasion covers one that happens; only the declared one may leave screen or key open.
    fn covers(self, happens: WartOccasion) -> bool {
        match (self, happens) {
            (WartOccasion::Job(job), WartOccasion::Job(runs)) => job == runs,
            (WartOccasion::Key(screen, key), WartOccasion::Key(at, pressed)) => {
                (screen.is_none() || screen == at) && (key.is_none() || key == pressed)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::value::Value;

    #[test]
    fn the_printed_form_that_is_hashed_stays() {
        let wart = ActiveWart {
            wart: 1,
            chance: 0.5f64.to_bits(),
            seen: 2,
            fired: 1,
            round: 0,
            until: 900,
            posted: vec![RecordOp::Insert(3, vec![Value::Int(4)])],
        };
        assert_eq!(
            format!("{wart:?}"),
            "Live { wart: 1, chance: 4602678819172646912, seen: 2, fired: 1, round: 0, until: 900, posted: [Insert(3, [Int(4)])] }"
        );
    }
}
