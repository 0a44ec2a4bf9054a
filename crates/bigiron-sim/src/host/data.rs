//! The records a system starts with: those its definition gives, and those made from the seed.

use super::chance::Chance;
use super::table::{Table, numbered};
use crate::system::expr::{EvalContext, HostFact, TableId, eval};
use crate::system::model::{Generate, Maker, System, TemplatePart};
use crate::system::picture;
use crate::system::record::StoredRow;
use crate::system::value::{Date, Row, Type, Value};
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
                    Some(Column::new(
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
    Column::new(system, 0, of, maker, chance, tables).make(0, &Row::from([]), tables)
}

fn fill(
    system: &System,
    id: TableId,
    generate: &Generate,
    mut makers: Vec<Column<'_>>,
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
struct Column<'a> {
    system: &'a System,
    column: usize,
    of: &'a Type,
    maker: &'a Maker,
    chance: Chance,
    /// For [`Maker::KeyOf`]: the other table's keys in the order they are used.
    keys: Vec<Value>,
    /// For [`Maker::Weighted`].
    weights: Vec<u32>,
    /// For [`Maker::Word`] and [`Maker::Pattern`].
    pieces: Vec<Piece<'a>>,
}

/// A part of a text that is made at random.
enum Piece<'a> {
    Letter,
    Digit,
    Word(&'a [String]),
    Itself(char),
}

impl<'a> Piece<'a> {
    fn word(system: &'a System, list: &str) -> Piece<'a> {
        Piece::Word(system.words.get(list).map_or(&[][..], Vec::as_slice))
    }

    /// The parts of a pattern.
    fn all(system: &'a System, pattern: &str) -> Vec<Piece<'a>> {
        let mut pieces = Vec::new();
        let mut rest = pattern.chars();
        while let Some(c) = rest.next() {
            pieces.push(match c {
                'A' => Piece::Letter,
                '#' => Piece::Digit,
                '{' => {
                    let list: String = rest.by_ref().take_while(|c| *c != '}').collect();
                    Piece::word(system, &list)
                }
                other => Piece::Itself(other),
            });
        }
        pieces
    }
}

impl<'a> Column<'a> {
    fn new(
        system: &'a System,
        column: usize,
        of: &'a Type,
        maker: &'a Maker,
        mut chance: Chance,
        tables: &[Table],
    ) -> Column<'a> {
        let mut keys = Vec::new();
        if let Maker::KeyOf(other) = maker
            && let Some(&first) = system.tables[*other].key.first()
        {
            keys.extend(
                tables[*other]
                    .iter()
                    .filter_map(|record| record.cell(first).map(Cow::into_owned)),
            );
            chance.shuffle(&mut keys);
        }
        let weights = match maker {
            Maker::Weighted(values) => values.iter().map(|(_, weight)| *weight).collect(),
            _ => Vec::new(),
        };
        let pieces = match maker {
            Maker::Word(list) => vec![Piece::word(system, list)],
            Maker::Pattern(pattern) => Piece::all(system, pattern),
            _ => Vec::new(),
        };
        Column {
            system,
            column,
            of,
            maker,
            chance,
            keys,
            weights,
            pieces,
        }
    }

    /// The value of the n-th row, which has been made up to here.
    fn make(&mut self, n: usize, row: &Row, tables: &[Table]) -> Value {
        let of = self.of;
        match self.maker {
            Maker::Word(_) | Maker::Pattern(_) => self.text(),
            Maker::Weighted(values) => {
                let drawn = self.chance.weighted(&self.weights);
                values
                    .get(drawn)
                    .map_or_else(|| of.blank(), |(value, _)| value.clone())
            }
            Maker::Range(low, high) => {
                let units = self.chance.range(*low, *high);
                match of.blank() {
                    Value::Decimal(mut number) => {
                        number.units = units;
                        Value::Decimal(number)
                    }
                    _ => Value::Int(units),
                }
            }
            Maker::Days(low, high) => {
                let day = self.chance.range(i64::from(low.0), i64::from(high.0));
                Value::Date(Date(i32::try_from(day).unwrap_or(low.0)))
            }
            Maker::Count { sequence, step } => numbered(
                sequence,
                sequence.first.wrapping_add((n as i64).wrapping_mul(*step)),
                of,
            ),
            Maker::KeyOf(_) => match self.keys.len() {
                0 => of.blank(),
                count => self.keys[n % count].clone(),
            },
            Maker::Expr(expr) => {
                eval(expr, &Making::new(self.system, row, tables)).unwrap_or_else(|_| of.blank())
            }
            Maker::Text(template) => {
                let world = Making::new(self.system, row, tables);
                let parts = template.0.iter().map(|part| match part {
                    TemplatePart::Text(text) => text.clone(),
                    TemplatePart::Expr(expr) => eval(expr, &world)
                        .map_or_else(|_| String::new(), |value| picture::write(&value, None)),
                    TemplatePart::Given(_) => String::new(),
                });
                Value::text(parts.collect::<String>())
            }
        }
    }

    fn text(&mut self) -> Value {
        let mut text = SmolStrBuilder::new();
        for piece in &self.pieces {
            match piece {
                Piece::Letter => text.push(char::from(b'A' + self.chance.below(26) as u8)),
                Piece::Digit => text.push(char::from(b'0' + self.chance.below(10) as u8)),
                Piece::Word(words) => {
                    text.push_str(self.chance.pick(words).map_or("", String::as_str));
                }
                Piece::Itself(character) => text.push(*character),
            }
        }
        Value::text(text)
    }
}

/// The world in which a row is made: the tables so far and the row itself, nobody signed on, time 0.
struct Making<'a> {
    system: &'a System,
    tables: &'a [Table],
    row: &'a Row,
    blank: Value,
}

impl<'a> Making<'a> {
    fn new(system: &'a System, row: &'a Row, tables: &'a [Table]) -> Making<'a> {
        Making {
            system,
            tables,
            row,
            blank: Value::text(""),
        }
    }
}

impl EvalContext for Making<'_> {
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
