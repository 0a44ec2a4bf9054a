//! What the expressions of a screen or a job see of a host.

use super::frame::{Frame, FrameId};
use super::table::Table;
use super::{DAY, Host, Millis};
use crate::system::expr::{EvalContext, EvalError, HostFact, TableId, eval};
use crate::system::model::{System, Template, TemplateFact, TemplatePart};
use crate::system::picture::{Picture, TimePart};
use crate::system::record::StoredRow;
use crate::system::value::{Date, Value};
use std::cell::RefCell;
use std::fmt::Write;
use std::sync::LazyLock;

/// Bytes reserved for a message; most are shorter.
const MESSAGE: usize = 64;

/// The name of the terminal.
const TERMINAL: &str = "LU0A17";

/// The picture of `{time}` in templates.
static CLOCK: LazyLock<Picture> = LazyLock::new(|| {
    use TimePart::{Hour, Minute, Other, Second};
    Picture::Time(vec![Hour, Other(':'), Minute, Other(':'), Second])
});

static BLANK: LazyLock<Value> = LazyLock::new(|| Value::text(""));

/// A table, the value of its single key column, and the row with that key.
type RowLookup<'a> = (TableId, Value, Option<StoredRow<'a>>);

/// The last few lookups; a new one replaces the oldest.
#[derive(Default)]
struct RecentLookups<'a> {
    lookups: [Option<RowLookup<'a>>; 3],
    next: usize,
}

impl<'a> RecentLookups<'a> {
    fn get(&self, table: TableId, key: &Value) -> Option<&Option<StoredRow<'a>>> {
        let mut lookups = self.lookups.iter().flatten();
        let known = lookups.find(|(id, value, _)| *id == table && value == key);
        known.map(|(_, _, row)| row)
    }

    fn push(&mut self, lookup: RowLookup<'a>) {
        if let Some(place) = self.lookups.get_mut(self.next) {
            *place = Some(lookup);
        }
        self.next = (self.next + 1) % self.lookups.len();
    }
}

/// An evaluation context: a host as seen from one of its frames, with the rows bound so far.
pub(super) struct HostView<'a> {
    host: &'a Host,
    frame: Option<&'a Frame>,
    /// The frame whose `state.*` this one reads and sets.
    state: Option<&'a Frame>,
    /// Tables that are read from a copy.
    copied: &'a [(TableId, Table)],
    /// The first picked row of the shown page, from 0.
    picked: Option<usize>,
    /// Bound rows, the innermost last.
    pub rows: Vec<Option<StoredRow<'a>>>,
    /// The rows that were last looked up: most expressions of a screen are about few records.
    last: RefCell<RecentLookups<'a>>,
    /// The key last numbered.
    pub inserted: Value,
    /// What `{key}` and `{code}` stand for in templates.
    pub given: (String, String),
}

impl<'a> HostView<'a> {
    /// The view from a frame, by its index in the stack of open screens.
    pub fn new(host: &'a Host, at: Option<usize>) -> HostView<'a> {
        let frame = at.and_then(|at| host.frames.get(at));
        let mut view = HostView {
            host,
            frame,
            state: at
                .and_then(|at| host.state_frame(at))
                .and_then(|at| host.frames.get(at)),
            copied: &[],
            picked: None,
            rows: Vec::new(),
            last: RefCell::default(),
            inserted: BLANK.clone(),
            given: Default::default(),
        };
        view.picked = view.picks().next();
        let picked = view.picked.and_then(|row| view.list_row(row));
        if frame.is_some_and(|frame| host.screen(frame).list.is_some()) {
            view.rows.push(picked);
        }
        view
    }

    /// The same view, reading these tables from a copy.
    pub fn reading(self, copied: &'a [(TableId, Table)]) -> HostView<'a> {
        HostView {
            copied,
            last: RefCell::default(),
            ..self
        }
    }

    fn table(&self, id: TableId) -> Option<&'a Table> {
        let copied = self.copied.iter().find(|(copied, _)| *copied == id);
        copied
            .map(|(_, table)| table)
            .or_else(|| self.host.tables.get(id))
    }

    /// The id of the frame whose state variables are set from here.
    pub(super) fn state_frame(&self) -> Option<FrameId> {
        self.state.map(|frame| frame.id)
    }

    /// The id of the frame that it looks from.
    pub fn frame(&self) -> Option<FrameId> {
        self.frame.map(|frame| frame.id)
    }

    /// The record in a row of the shown page, from 0.
    pub fn list_row(&self, row: usize) -> Option<StoredRow<'a>> {
        let frame = self.frame?;
        let list = self.host.screen(frame).list.as_ref()?;
        let key = frame.keys.get(frame.page * list.page + row)?;
        self.table(list.table)?.get(key)
    }

    /// The rows of the shown page whose selection field is not blank.
    fn picks(&self) -> impl Iterator<Item = usize> + use<'a> {
        let host = self.host;
        let list = self.frame.and_then(|frame| {
            let list = host.screen(frame).list.as_ref()?;
            Some((frame, host.map(frame), list.page, list.select?))
        });
        list.into_iter().flat_map(|(frame, map, page, select)| {
            (0..page).filter(move |row| {
                map.repeat(select, *row)
                    .and_then(|field| frame.entry(field))
                    .is_some_and(|entry| !entry.text.as_text().is_empty())
            })
        })
    }

    /// A template with its parts filled in.
    pub fn text(&self, template: &Template) -> Result<String, EvalError> {
        let mut text = String::with_capacity(MESSAGE);
        for part in &template.0 {
            match part {
                TemplatePart::Text(fixed) => text.push_str(fixed),
                TemplatePart::Expr(expr) => match eval(expr, self)? {
                    Value::Text(value) => text.push_str(&value),
                    // Writing to a string does not fail.
                    value => drop(write!(text, "{value}")),
                },
                TemplatePart::Given(given) => text.push_str(&self.given(*given)),
            }
        }
        Ok(text)
    }

    fn given(&self, given: TemplateFact) -> String {
        match given {
            TemplateFact::Key => self.given.0.clone(),
            TemplateFact::Code => self.given.1.clone(),
            TemplateFact::Screen => self
                .frame
                .map(|frame| self.host.screen(frame).id.clone())
                .unwrap_or_default(),
            TemplateFact::Time => CLOCK.write(&self.fact(HostFact::TimeOfDay)),
        }
    }

    /// Rows of the list, the shown page from 1, and pages.
    fn pages(&self) -> (usize, usize, usize) {
        let list = self
            .frame
            .and_then(|frame| Some((frame, self.host.screen(frame).list.as_ref()?)));
        match list {
            Some((frame, list)) => (
                frame.keys.len(),
                frame.page + 1,
                frame.keys.len().div_ceil(list.page.max(1)).max(1),
            ),
            None => (0, 1, 1),
        }
    }
}

impl EvalContext for HostView<'_> {
    fn session(&self, variable: usize) -> &Value {
        self.host.session.get(variable).unwrap_or(&BLANK)
    }

    fn state(&self, variable: usize) -> &Value {
        let state = self.state.and_then(|frame| frame.state.get(variable));
        state.unwrap_or(&BLANK)
    }

    fn form(&self, field: usize) -> &Value {
        let entry = self.frame.and_then(|frame| frame.entry(field));
        entry.map_or(&BLANK, |entry| &entry.value)
    }

    fn pick(&self, field: usize) -> &Value {
        let entry = self.frame.zip(self.picked).and_then(|(frame, row)| {
            let field = self.host.map(frame).repeat(field, row)?;
            frame.entry(field)
        });
        entry.map_or(&BLANK, |entry| &entry.text)
    }

    fn bound(&self, depth: usize) -> Option<StoredRow<'_>> {
        let place = self.rows.len().checked_sub(depth + 1)?;
        self.rows.get(place)?.as_ref().map(StoredRow::lend)
    }

    fn row(&self, table: TableId, key: &[Value]) -> Option<StoredRow<'_>> {
        let [only] = key else {
            return self.table(table)?.get(key);
        };
        let mut last = self.last.borrow_mut();
        if let Some(row) = last.get(table, only) {
            return row.clone();
        }
        let row = self.table(table)?.get(key);
        last.push((table, only.clone(), row.clone()));
        row
    }

    fn rows(&self, table: TableId) -> impl Iterator<Item = StoredRow<'_>> {
        self.table(table).into_iter().flat_map(Table::iter)
    }

    fn holder(&self, table: TableId, key: &[Value]) -> Option<&Value> {
        if self.host.holds.is_empty() {
            return None;
        }
        self.host.holds.get(&(table, key.to_vec()))
    }

    fn fact(&self, fact: HostFact) -> Value {
        let int = |number: usize| Value::Int(number as i64);
        let (count, page, pages) = self.pages();
        match fact {
            HostFact::Clock => Value::Int(self.host.now as i64),
            HostFact::Today => Value::Date(today(&self.host.region.system, self.host.now)),
            HostFact::TimeOfDay => {
                Value::Int(time_of_day(&self.host.region.system, self.host.now) as i64)
            }
            HostFact::ListCount => int(count),
            HostFact::ListPage => int(page),
            HostFact::ListPages => int(pages),
            HostFact::ListPicks => int(self.picks().count()),
            HostFact::Terminal => Value::text(TERMINAL),
            HostFact::Inserted => self.inserted.clone(),
        }
    }
}

/// Milliseconds since midnight of the system's day.
pub(super) fn time_of_day(system: &System, now: Millis) -> Millis {
    system.time_of_day.wrapping_add(now) % DAY
}

/// The system's date; beyond the end of the calendar, the first one.
pub(super) fn today(system: &System, now: Millis) -> Date {
    let days = system.time_of_day.wrapping_add(now) / DAY;
    system.today.add_days(days as i64).unwrap_or(system.today)
}
