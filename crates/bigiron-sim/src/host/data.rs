//! The records a system starts with: those its definition gives, and those made from the seed.

use super::chance::Chance;
use super::table::{Table, numbered};
use crate::system::expr::{EvalContext, Expr, HostFact, TableId, eval};
use crate::system::model::{Generate, Maker, Sequence, System, Template, TemplatePart};
use crate::system::picture;
use crate::system::record::StoredRow;
use crate::system::value::{Date, Decimal, Row, Type, Value};
use smol_str::SmolStrBuilder;
use std::borrow::Cow;
use std::sync::Arc;

/// How often a generated row is made anew because its key is taken, before it is left out.
const TRIES: usize = 100;

/// All tables of a system for a seed, in declared order.
pub fn tables(system: &System, seed: u64) -> Vec<Table> {
    let mut tables: Vec<Table> = system.tables.iter().map(Table::new).collect();
    for (id, model) in system.tables.iter().enumerate() {
        for row in &model.rows {
            // A given row with another's key is a fault of the definition, which the loader reports.
            let _ = tables[id].insert(model, row.clone());
        }
    }
    for (id, model) in system.tables.iter().enumerate() {
        if let Some(generate) = &model.generate {
            let makers = generate
                .columns
                .iter()
                .filter_map(|(column, maker)| {
                    let made = model.columns.get(*column)?;
                    let chance = Chance::stream(seed, "data", &[&model.name, &made.name]);
                    Some(ColumnGenerator::new(
                        system, *column, &made.of, maker, chance, &tables,
                    ))
                })
                .collect();
            fill(system, id, generate, makers, &mut tables);
        }
    }
    tables
}

/// One value as a generated column of this type would have it, with the draws of a stream of its own.
pub fn draw(system: &System, of: &Type, maker: &Maker, chance: Chance, tables: &[Table]) -> Value {
    ColumnGenerator::new(system, 0, of, maker, chance, tables).make(0, &Row::from([]), tables)
}

fn fill(
    system: &System,
    id: TableId,
    generate: &Generate,
    mut makers: Vec<ColumnGenerator<'_>>,
    tables: &mut [Table],
) {
    let model = &system.tables[id];
    let blank: Vec<Value> = model
        .columns
        .iter()
        .map(|column| column.of.blank())
        .collect();
    for n in 0..generate.count {
        for _ in 0..TRIES {
            let mut row = Row::from(blank.as_slice());
            for column in &mut makers {
                let value = column.make(n, &row, tables);
                if let Some(cells) = Arc::get_mut(&mut row) {
                    cells[column.column] = value;
                }
            }
            if tables[id].insert_made(model, row) {
                break;
            }
        }
    }
}

/// What makes the values of one column, with its own stream of draws.
struct ColumnGenerator<'a> {
    system: &'a System,
    column: usize,
    of: &'a Type,
    source: ValueSource<'a>,
    chance: Chance,
}

/// A [`Maker`], with what it needs for every row worked out once.
enum ValueSource<'a> {
    /// A text of these parts.
    Pieces(Vec<TextPart<'a>>),
    /// One of these values, with the weight that stands at its place.
    Weighted(&'a [(Value, u32)], Vec<u32>),
    /// A number, in units of the column's scale, from the first to the second.
    Range(i64, i64),
    /// A date from the first to the second.
    Days(Date, Date),
    /// The numbers of a sequence, so much apart.
    Count(&'a Sequence, i64),
    /// The keys of another table, in the order in which they are used.
    Keys(Vec<Value>),
    Expr(&'a Expr),
    Text(&'a Template),
}

impl<'a> ValueSource<'a> {
    fn new(
        system: &'a System,
        maker: &'a Maker,
        chance: &mut Chance,
        tables: &[Table],
    ) -> ValueSource<'a> {
        match maker {
            Maker::Word(list) => ValueSource::Pieces(vec![TextPart::word(system, list)]),
            Maker::Pattern(pattern) => ValueSource::Pieces(TextPart::all(system, pattern)),
            Maker::Weighted(values) => {
                let weights = values.iter().map(|(_, weight)| *weight).collect();
                ValueSource::Weighted(values, weights)
            }
            Maker::Range(low, high) => ValueSource::Range(*low, *high),
            Maker::Days(low, high) => ValueSource::Days(*low, *high),
            Maker::Count { sequence, step } => ValueSource::Count(sequence, *step),
            Maker::KeyOf(other) => {
                let mut keys = keys(system, *other, tables);
                chance.shuffle(&mut keys);
                ValueSource::Keys(keys)
            }
            Maker::Expr(expr) => ValueSource::Expr(expr),
            Maker::Text(template) => ValueSource::Text(template),
        }
    }
}

/// The keys of a table that has a single key column.
fn keys(system: &System, table: TableId, tables: &[Table]) -> Vec<Value> {
    let Some(&first) = system.tables[table].key.first() else {
        return Vec::new();
    };
    let cells = tables[table].iter().filter_map(|record| record.cell(first));
    cells.map(Cow::into_owned).collect()
}

/// A part of a text that is made at random.
enum TextPart<'a> {
    Letter,
    Digit,
    Word(&'a [String]),
    Char(char),
}

impl<'a> TextPart<'a> {
    fn word(system: &'a System, list: &str) -> TextPart<'a> {
        TextPart::Word(system.words.get(list).map_or(&[][..], Vec::as_slice))
    }

    /// The parts of a pattern.
    fn all(system: &'a System, pattern: &str) -> Vec<TextPart<'a>> {
        let mut pieces = Vec::new();
        let mut rest = pattern.chars();
        while let Some(c) = rest.next() {
            pieces.push(match c {
                'A' => TextPart::Letter,
                '#' => TextPart::Digit,
                '{' => {
                    let list: String = rest.by_ref().take_while(|c| *c != '}').collect();
                    TextPart::word(system, &list)
                }
                other => TextPart::Char(other),
            });
        }
        pieces
    }
}

impl<'a> ColumnGenerator<'a> {
    fn new(
        system: &'a System,
        column: usize,
        of: &'a Type,
        maker: &'a Maker,
        mut chance: Chance,
        tables: &[Table],
    ) -> ColumnGenerator<'a> {
        ColumnGenerator {
            system,
            column,
            of,
            source: ValueSource::new(system, maker, &mut chance, tables),
            chance,
        }
    }

    /// The value in the n-th row, of which the columns before are made.
    fn make(&mut self, n: usize, row: &Row, tables: &[Table]) -> Value {
        let of = self.of;
        match &self.source {
            ValueSource::Pieces(pieces) => text(pieces, &mut self.chance),
            ValueSource::Weighted(values, weights) => {
                let drawn = values.get(self.chance.weighted(weights));
                drawn.map_or_else(|| of.blank(), |(value, _)| value.clone())
            }
            ValueSource::Range(low, high) => {
                let units = self.chance.range(*low, *high);
                match of.blank() {
                    Value::Decimal(number) => Value::Decimal(Decimal { units, ..number }),
                    _ => Value::Int(units),
                }
            }
            ValueSource::Days(low, high) => {
                let day = self.chance.range(i64::from(low.0), i64::from(high.0));
                Value::Date(Date(i32::try_from(day).unwrap_or(low.0)))
            }
            ValueSource::Count(sequence, step) => {
                let steps = (n as i64).wrapping_mul(*step);
                numbered(sequence, sequence.first.wrapping_add(steps), of)
            }
            ValueSource::Keys(keys) => match keys.len() {
                0 => of.blank(),
                count => keys[n % count].clone(),
            },
            ValueSource::Expr(expr) => eval(expr, &RowContext::new(self.system, row, tables))
                .unwrap_or_else(|_| of.blank()),
            ValueSource::Text(template) => {
                let context = RowContext::new(self.system, row, tables);
                let parts = template.0.iter().map(|part| written(part, &context));
                Value::text(parts.collect::<String>())
            }
        }
    }
}

/// A part of a template; what only a running host knows is blank.
fn written(part: &TemplatePart, context: &RowContext<'_>) -> String {
    match part {
        TemplatePart::Text(text) => text.clone(),
        TemplatePart::Expr(expr) => {
            eval(expr, context).map_or_else(|_| String::new(), |value| picture::write(&value, None))
        }
        TemplatePart::Given(_) => String::new(),
    }
}

/// A text of parts made at random.
fn text(pieces: &[TextPart<'_>], chance: &mut Chance) -> Value {
    let mut text = SmolStrBuilder::new();
    for piece in pieces {
        match piece {
            TextPart::Letter => text.push(char::from(b'A' + chance.below(26) as u8)),
            TextPart::Digit => text.push(char::from(b'0' + chance.below(10) as u8)),
            TextPart::Word(words) => text.push_str(chance.pick(words).map_or("", String::as_str)),
            TextPart::Char(character) => text.push(*character),
        }
    }
    Value::text(text)
}

/// What expressions see while a row is made: the tables so far and the row itself, no session, time 0.
struct RowContext<'a> {
    system: &'a System,
    tables: &'a [Table],
    row: &'a Row,
    blank: Value,
}

impl<'a> RowContext<'a> {
    fn new(system: &'a System, row: &'a Row, tables: &'a [Table]) -> RowContext<'a> {
        RowContext {
            system,
            tables,
            row,
            blank: Value::text(""),
        }
    }
}

impl EvalContext for RowContext<'_> {
    fn session(&self, _variable: usize) -> &Value {
        &self.blank
    }
    fn state(&self, _variable: usize) -> &Value {
        &self.blank
    }
    fn form(&self, _field: usize) -> &Value {
        &self.blank
    }
    fn pick(&self, _field: usize) -> &Value {
        &self.blank
    }
    fn bound(&self, depth: usize) -> Option<StoredRow<'_>> {
        (depth == 0).then_some(StoredRow::Held(self.row))
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
            HostFact::TimeOfDay => Value::Int(self.system.time_of_day as i64),
            HostFact::Terminal | HostFact::Inserted => Value::text(""),
            HostFact::Clock
            | HostFact::ListCount
            | HostFact::ListPage
            | HostFact::ListPages
            | HostFact::ListPicks => Value::Int(0),
        }
    }
}
