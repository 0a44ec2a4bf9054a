//! What a task's own expressions see: the tables of a system, the values of the goal, and a row where one is bound.

use crate::host::table::Table;
use crate::system::expr::{Expr, Fact, Fault, TableId, World, eval};
use crate::system::model::{Part, System, Template};
use crate::system::record::Record;
use crate::system::value::{Row, Value};

/// A world of tables at rest.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// The system the tables are of.
    pub system: &'a System,
    /// Its tables.
    pub tables: &'a [Table],
    /// `value.*`, as far as they are drawn.
    pub values: &'a [Value],
    /// `row`, where one is bound.
    pub row: Option<&'a Row>,
    /// The scene around it, with the rows bound further out.
    pub outer: Option<&'a Scene<'a>>,
    /// What a value that is not there reads as.
    pub blank: &'a Value,
}

impl<'a> Scene<'a> {
    /// The same with a row bound, one further in than those bound before.
    pub fn with(&'a self, row: &'a Row) -> Scene<'a> {
        Scene {
            row: Some(row),
            outer: Some(self),
            ..*self
        }
    }

    /// The values of expressions.
    pub fn all(&self, of: &[Expr]) -> Result<Vec<Value>, Fault> {
        of.iter().map(|value| eval(value, self)).collect()
    }

    /// The values of columns.
    pub fn columns(&self, of: &[(usize, Expr)]) -> Result<Vec<(usize, Value)>, Fault> {
        of.iter()
            .map(|(column, value)| Ok((*column, eval(value, self)?)))
            .collect()
    }

    /// A text with its parts filled in.
    pub fn text(&self, template: &Template) -> Result<String, Fault> {
        let mut text = String::new();
        for part in &template.0 {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Expr(value) => text.push_str(&eval(value, self)?.to_string()),
                Part::Given(_) => {}
            }
        }
        Ok(text)
    }
}

impl World for Scene<'_> {
    fn session(&self, _variable: usize) -> &Value {
        self.blank
    }
    /// `value.*`
    fn state(&self, variable: usize) -> &Value {
        self.values.get(variable).unwrap_or(self.blank)
    }
    fn form(&self, _field: usize) -> &Value {
        self.blank
    }
    fn pick(&self, _field: usize) -> &Value {
        self.blank
    }
    fn bound(&self, depth: usize) -> Option<Record<'_>> {
        match depth {
            0 => self.row.map(Record::Held),
            further => self.outer?.bound(further - 1),
        }
    }
    fn row(&self, table: TableId, key: &[Value]) -> Option<Record<'_>> {
        self.tables.get(table)?.get(key)
    }
    fn rows(&self, table: TableId) -> impl Iterator<Item = Record<'_>> {
        self.tables.get(table).into_iter().flat_map(Table::iter)
    }
    fn holder(&self, _table: TableId, _key: &[Value]) -> Option<&Value> {
        None
    }
    fn fact(&self, fact: Fact) -> Value {
        match fact {
            Fact::Today => Value::Date(self.system.today),
            Fact::TimeOfDay => Value::Int(i64::try_from(self.system.time_of_day).unwrap_or(0)),
            Fact::Terminal | Fact::Inserted => Value::text(""),
            Fact::Clock | Fact::ListCount | Fact::ListPage | Fact::ListPages | Fact::ListPicks => {
                Value::Int(0)
            }
        }
    }
}
