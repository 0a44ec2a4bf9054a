//! What a task's own expressions see: the tables of a system, the values of the goal, and a row where one is bound.

use crate::host::table::Table;
use crate::system::expr::{EvalContext, EvalError, Expr, HostFact, TableId, eval};
use crate::system::model::{System, Template, TemplatePart};
use crate::system::record::StoredRow;
use crate::system::value::{Row, Value};

/// A world of tables at rest.
#[derive(Debug, Clone, Copy)]
pub struct StaticTables<'a> {
    /// The system the tables are of.
    pub system: &'a System,
    /// Its tables.
    pub tables: &'a [Table],
    /// `value.*`, as far as they are drawn.
    pub values: &'a [Value],
    /// `row`, where one is bound.
    pub row: Option<&'a Row>,
    /// The scene around it, with the rows bound further out.
    pub outer: Option<&'a StaticTables<'a>>,
    /// What a value that is not there reads as.
    pub blank: &'a Value,
}

impl<'a> StaticTables<'a> {
    /// Tables with the values drawn so far and no row bound.
    pub fn of(
        system: &'a System,
        tables: &'a [Table],
        values: &'a [Value],
        blank: &'a Value,
    ) -> StaticTables<'a> {
        StaticTables {
            system,
            tables,
            values,
            row: None,
            outer: None,
            blank,
        }
    }

    /// The same with a row bound, one further in than those bound before.
    pub fn with(&'a self, row: &'a Row) -> StaticTables<'a> {
        StaticTables {
            row: Some(row),
            outer: Some(self),
            ..*self
        }
    }

    /// The values of expressions.
    pub fn all(&self, of: &[Expr]) -> Result<Vec<Value>, EvalError> {
        of.iter().map(|value| eval(value, self)).collect()
    }

    /// The values of columns.
    pub fn columns(&self, of: &[(usize, Expr)]) -> Result<Vec<(usize, Value)>, EvalError> {
        of.iter()
            .map(|(column, value)| Ok((*column, eval(value, self)?)))
            .collect()
    }

    /// A text with its parts filled in.
    pub fn text(&self, template: &Template) -> Result<String, EvalError> {
        let mut text = String::new();
        for part in &template.0 {
            match part {
                TemplatePart::Text(part) => text.push_str(part),
                TemplatePart::Expr(value) => text.push_str(&eval(value, self)?.to_string()),
                TemplatePart::Given(_) => {}
            }
        }
        Ok(text)
    }
}

impl EvalContext for StaticTables<'_> {
    /// `value.*`
    fn session(&self, variable: usize) -> &Value {
        self.values.get(variable).unwrap_or(self.blank)
    }
    fn state(&self, _variable: usize) -> &Value {
        self.blank
    }
    fn form(&self, _field: usize) -> &Value {
        self.blank
    }
    fn pick(&self, _field: usize) -> &Value {
        self.blank
    }
    fn bound(&self, depth: usize) -> Option<StoredRow<'_>> {
        match depth {
            0 => self.row.map(StoredRow::Held),
            further => self.outer?.bound(further - 1),
        }
    }
    fn row(&self, table: TableId, key: &[Value]) -> Option<StoredRow<'_>> {
        self.tables.get(table)?.get(key)
    }
    fn rows(&self, table: TableId) -> impl Iterator<Item = StoredRow<'_>> {
        self.tables.get(table).into_iter().flat_map(Table::iter)
    }
    fn holder(&self, _table: TableId, _key: &[Value]) -> Option<&Value> {
        None
    }
    fn fact(&self, fact: HostFact) -> Value {
        match fact {
            HostFact::Today => Value::Date(self.system.today),
            HostFact::TimeOfDay => Value::Int(i64::try_from(self.system.time_of_day).unwrap_or(0)),
            HostFact::Terminal | HostFact::Inserted => Value::text(""),
            HostFact::Clock
            | HostFact::ListCount
            | HostFact::ListPage
            | HostFact::ListPages
            | HostFact::ListPicks => Value::Int(0),
        }
    }
}
