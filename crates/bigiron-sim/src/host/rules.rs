//! Evaluates the effects of rules: everything in the state before them, and nothing is changed.

use super::effect::{FormOp, Op, RecordOp};
use super::table::Table;
use super::view::HostView;
use crate::system::expr::{EvalError, Expr, TableId, eval, test};
use crate::system::model::{Compare, Effect, System};
use crate::system::record::StoredRow;
use crate::system::value::{Row, RowKey, Value};

/// Evaluates the effects of a rule, in order.
pub(super) struct RuleEffects<'a> {
    pub view: HostView<'a>,
    system: &'a System,
    tables: &'a [Table],
    pub ops: Vec<Op>,
    /// Tables whose sequence has given out a number, as they are after it.
    pub numbered: Vec<(TableId, Table)>,
}

impl<'a> RuleEffects<'a> {
    pub fn new(view: HostView<'a>, system: &'a System, tables: &'a [Table]) -> RuleEffects<'a> {
        RuleEffects {
            view,
            system,
            tables,
            ops: Vec::new(),
            numbered: Vec::new(),
        }
    }

    pub fn effects(&mut self, effects: &[Effect]) -> Result<(), EvalError> {
        self.ops.reserve(effects.len());
        effects.iter().try_for_each(|effect| self.effect(effect))
    }

    fn effect(&mut self, effect: &Effect) -> Result<(), EvalError> {
        let here = self.view.frame().unwrap_or(0);
        let op = match effect {
            Effect::Message(text) => Op::Message(self.view.text(text)?),
            Effect::Alarm => Op::Alarm,
            Effect::Goto(screen) => Op::Goto(*screen),
            Effect::Call(screen) => Op::Call(*screen),
            Effect::Back => Op::Back,
            Effect::Refresh => Op::Refresh,
            Effect::SignOff => Op::SignOff,
            Effect::SetSession(variable, value) => Op::SetSession(*variable, self.value(value)?),
            Effect::SetState(variable, value) => {
                let frame = self.view.state_frame().unwrap_or(0);
                FormOp::SetState(frame, *variable, self.value(value)?).into()
            }
            Effect::Fill(field, value) => FormOp::Fill(here, *field, self.value(value)?).into(),
            Effect::Cursor(field) => FormOp::Cursor(here, *field).into(),
            Effect::Mark(field, look) => FormOp::Mark(here, *field, *look).into(),
            Effect::Page(paging) => FormOp::Page(here, *paging).into(),
            Effect::Insert { table, row } => return self.insert(*table, row),
            Effect::Update { table, key, set } => return self.update(*table, key, set),
            Effect::Delete { table, key } => RecordOp::Delete(*table, self.key(key)?).into(),
            Effect::Delay(by) => Op::Delay(self.millis(by)?),
            Effect::Run(job) => Op::Run(*job),
            Effect::Submit(job, after) => Op::Submit(*job, self.millis(after)?),
            Effect::Hold { table, key, by } => {
                RecordOp::Hold(*table, self.key(key)?, self.value(by)?).into()
            }
            Effect::Release { table, key } => RecordOp::Release(*table, self.key(key)?).into(),
            Effect::Abend(code) => Op::Abend(self.view.text(code)?),
            Effect::Broadcast(text) => Op::Broadcast(self.view.text(text)?),
            Effect::Each {
                table,
                filter,
                effects,
            } => return self.each(*table, filter.as_ref(), effects),
            Effect::When {
                test: condition,
                then,
                otherwise,
            } => {
                let holds = test(condition, &self.view)?;
                return self.effects(if holds { then } else { otherwise });
            }
            Effect::Compare(compare) => return self.compare(compare),
        };
        self.ops.push(op);
        Ok(())
    }

    fn value(&self, expr: &Expr) -> Result<Value, EvalError> {
        eval(expr, &self.view)
    }

    pub fn key(&self, key: &[Expr]) -> Result<RowKey, EvalError> {
        key.iter().map(|column| self.value(column)).collect()
    }

    fn millis(&self, expr: &Expr) -> Result<u64, EvalError> {
        let millis = self.value(expr)?.as_int().unwrap_or(0);
        Ok(u64::try_from(millis).unwrap_or(0))
    }

    fn insert(&mut self, table: TableId, given: &[(usize, Expr)]) -> Result<(), EvalError> {
        let Some(model) = self.system.tables.get(table) else {
            return Ok(());
        };
        let mut row: Vec<Value> = model.columns.iter().map(|c| c.of.blank()).collect();
        for (column, value) in given {
            let value = self.value(value)?;
            if let Some(cell) = row.get_mut(*column) {
                *cell = value;
            }
        }
        let key_column = model.key.first().copied().unwrap_or(0);
        let numbered = model.sequence.is_some() && given.iter().all(|(c, _)| *c != key_column);
        if numbered && let Some(key) = self.number(table) {
            self.view.inserted = match &key {
                Value::Text(_) => key.clone(),
                other => Value::text(other.to_string()),
            };
            if let Some(cell) = row.get_mut(key_column) {
                *cell = key;
            }
        }
        self.ops.push(RecordOp::Insert(table, row).into());
        Ok(())
    }

    /// The next number of a table's sequence.
    fn number(&mut self, id: TableId) -> Option<Value> {
        let place = match self.numbered.iter().position(|(table, _)| *table == id) {
            Some(place) => place,
            None => {
                self.numbered.push((id, self.tables.get(id)?.clone()));
                self.numbered.len() - 1
            }
        };
        let (_, table) = self.numbered.get_mut(place)?;
        Some(table.next_key(self.system.tables.get(id)?))
    }

    fn update(
        &mut self,
        table: TableId,
        key: &[Expr],
        set: &[(usize, Expr)],
    ) -> Result<(), EvalError> {
        let key = self.key(key)?;
        let old = self.tables.get(table).and_then(|table| table.get(&key));
        let set = self.with_row(old, |this| {
            let mut values = Vec::with_capacity(set.len());
            for (column, value) in set {
                values.push((*column, this.value(value)?));
            }
            Ok(values)
        })?;
        self.ops.push(RecordOp::Update(table, key, set).into());
        Ok(())
    }

    fn each(
        &mut self,
        table: TableId,
        filter: Option<&Expr>,
        effects: &[Effect],
    ) -> Result<(), EvalError> {
        for row in self.passing(table, filter)? {
            self.with_row(Some(StoredRow::Own(row)), |this| this.effects(effects))?;
        }
        Ok(())
    }

    /// The rows of a table that pass a filter, in key order.
    pub fn passing(
        &mut self,
        table: TableId,
        filter: Option<&Expr>,
    ) -> Result<Vec<Row>, EvalError> {
        let tables = self.tables;
        let mut passing = Vec::new();
        for record in tables.get(table).into_iter().flat_map(Table::iter) {
            let passes = match filter {
                Some(filter) => {
                    self.with_row(Some(record.clone()), |this| test(filter, &this.view))?
                }
                None => true,
            };
            if passes {
                passing.push(record.row());
            }
        }
        Ok(passing)
    }

    fn compare(&mut self, compare: &Compare) -> Result<(), EvalError> {
        for left in self.passing(compare.left, compare.filter.as_ref())? {
            let (right, effects) = self.verdict(compare, &left)?;
            self.view.rows.push(right.map(StoredRow::Own));
            let left = Some(StoredRow::Own(left));
            let done = self.with_row(left, |this| this.effects(effects));
            self.view.rows.pop();
            done?;
        }
        Ok(())
    }

    /// The right row of a left one, and what is to be done.
    pub fn verdict<'c>(
        &mut self,
        compare: &'c Compare,
        left: &Row,
    ) -> Result<(Option<Row>, &'c [Effect]), EvalError> {
        let bound = Some(StoredRow::Own(left.clone()));
        let key = self.with_row(bound, |this| this.key(&compare.key))?;
        let right = self.tables.get(compare.right).and_then(|t| t.get(&key));
        let right = right.map(|record| record.row());
        let effects = match &right {
            None => &compare.missing,
            Some(right) => {
                let agrees = |(l, r): &(usize, usize)| left.get(*l) == right.get(*r);
                match compare.columns.iter().all(agrees) {
                    true => &compare.equal,
                    false => &compare.differs,
                }
            }
        };
        Ok((right, effects))
    }

    fn with_row<T>(
        &mut self,
        row: Option<StoredRow<'a>>,
        work: impl FnOnce(&mut Self) -> Result<T, EvalError>,
    ) -> Result<T, EvalError> {
        self.view.rows.push(row);
        let done = work(self);
        self.view.rows.pop();
        done
    }
}
