//! Changes to the tables before a session is opened: effects of the definition language, of which only those on records.

use super::start_error::StartError;
use super::static_tables::StaticTables;
use crate::host::table::Table;
use crate::system::expr::{EvalError, test};
use crate::system::model::{Effect, System};
use crate::system::value::{Row, Value};

/// Applies effects in order; each sees what those before it did.
pub(super) fn apply(
    effects: &[Effect],
    system: &System,
    tables: &mut [Table],
    values: &[Value],
) -> Result<(), StartError> {
    let setup = Setup { system, values };
    setup.all(effects, tables, &[])
}

struct Setup<'a> {
    system: &'a System,
    values: &'a [Value],
}

impl Setup<'_> {
    /// `bound` are the rows of the `each` around, the outermost first.
    fn all(
        &self,
        effects: &[Effect],
        tables: &mut [Table],
        bound: &[Row],
    ) -> Result<(), StartError> {
        effects
            .iter()
            .try_for_each(|effect| self.one(effect, tables, bound))
    }

    fn one(&self, effect: &Effect, tables: &mut [Table], bound: &[Row]) -> Result<(), StartError> {
        match effect {
            Effect::Insert { table, row } => {
                let set = self.see(tables, bound, |scene| scene.columns(row))?;
                self.insert(*table, tables, set)
            }
            Effect::Update { table, key, set } => {
                let key = self.see(tables, bound, |scene| scene.all(key))?;
                let old = tables.get(*table).and_then(|rows| rows.get(&key));
                let Some(old) = old.map(|record| record.row()) else {
                    return Err(StartError::Setup(format!(
                        "there is no {} {key:?}",
                        self.name(*table)
                    )));
                };
                let inner: Vec<Row> = bound.iter().cloned().chain([old.clone()]).collect();
                let set = self.see(tables, &inner, |scene| scene.columns(set))?;
                let row = put(old.to_vec(), set);
                if let (Some(rows), Some(model)) =
                    (tables.get_mut(*table), self.system.tables.get(*table))
                {
                    rows.replace(model, &key, row);
                }
                Ok(())
            }
            Effect::Delete { table, key } => {
                let key = self.see(tables, bound, |scene| scene.all(key))?;
                if let Some(rows) = tables.get_mut(*table) {
                    rows.remove(&key);
                }
                Ok(())
            }
            Effect::Each {
                table,
                filter,
                effects,
            } => {
                let rows: Vec<Row> = tables
                    .get(*table)
                    .map(|rows| rows.iter().map(|record| record.row()).collect())
                    .unwrap_or_default();
                for row in rows {
                    let inner: Vec<Row> = bound.iter().cloned().chain([row]).collect();
                    let passes = self.see(tables, &inner, |scene| match filter {
                        Some(filter) => test(filter, scene),
                        None => Ok(true),
                    })?;
                    if passes {
                        self.all(effects, tables, &inner)?;
                    }
                }
                Ok(())
            }
            Effect::When {
                test: condition,
                then,
                otherwise,
            } => {
                let holds = self.see(tables, bound, |scene| test(condition, scene))?;
                self.all(if holds { then } else { otherwise }, tables, bound)
            }
            // The loader lets no others into a setup.
            _ => Ok(()),
        }
    }

    fn insert(
        &self,
        table: usize,
        tables: &mut [Table],
        set: Vec<(usize, Value)>,
    ) -> Result<(), StartError> {
        let (Some(rows), Some(model)) = (tables.get_mut(table), self.system.tables.get(table))
        else {
            return Ok(());
        };
        let blank = model
            .columns
            .iter()
            .map(|column| column.of.blank())
            .collect();
        let mut row = put(blank, set.clone());
        if let [key] = model.key[..]
            && model.sequence.is_some()
            && !set.iter().any(|(column, _)| *column == key)
        {
            row = put(row, vec![(key, rows.next_key(model))]);
        }
        match rows.insert(model, row) {
            Ok(_) => Ok(()),
            Err(taken) => Err(StartError::Setup(format!(
                "{} {:?} is there already",
                model.name, taken.0
            ))),
        }
    }

    fn see<T>(
        &self,
        tables: &[Table],
        bound: &[Row],
        ask: impl FnOnce(&StaticTables) -> Result<T, EvalError>,
    ) -> Result<T, StartError> {
        let blank = Value::text("");
        let root = StaticTables::of(self.system, tables, self.values, &blank);
        within(&root, bound, ask).map_err(|fault| StartError::Fault("the setup", fault))
    }

    fn name(&self, table: usize) -> &str {
        self.system
            .tables
            .get(table)
            .map_or("", |table| &table.name)
    }
}

/// Asks in a scene with these rows bound, the outermost first.
fn within<T>(
    scene: &StaticTables,
    bound: &[Row],
    ask: impl FnOnce(&StaticTables) -> Result<T, EvalError>,
) -> Result<T, EvalError> {
    match bound.split_first() {
        None => ask(scene),
        Some((row, rest)) => within(&scene.with(row), rest, ask),
    }
}

fn put(mut row: Vec<Value>, set: Vec<(usize, Value)>) -> Vec<Value> {
    for (column, value) in set {
        if let Some(slot) = row.get_mut(column) {
            *slot = value;
        }
    }
    row
}
