//! Where a task begins: the values of its goal, the tables as its setup leaves them, and what will be asked of their end.

use super::answer::Answer;
use super::ending::Ending;
use super::grade::{Change, Grade, Requirement, changes, grade, key_text};
use super::model::{From, Require, Task, TaskSuite};
pub use super::start_error::StartError;
use super::static_tables::StaticTables;
use crate::host::chance::Chance;
use crate::host::table::Table;
use crate::host::{Host, Region, Warts, data};
use crate::session::Setup;
use crate::system::expr::{EvalError, eval, test};
use crate::system::model::{System, TemplatePart};
use crate::system::value::{RowKey, Type, Value};
use std::sync::Arc;

/// A task begun with one seed.
#[derive(Debug, Clone)]
pub struct Start {
    system: Arc<System>,
    task: Task,
    regions: Vec<Region>,
    values: Vec<Value>,
    goal: String,
    before: Vec<Table>,
    required: Vec<Requirement>,
    answer: Option<Answer>,
}

impl TaskSuite {
    /// The region that a session of this setup is opened in: the tables of its seed, as its task, if it has one, leaves
    /// them. Every door begins here.
    pub fn open(&self, setup: &Setup) -> Result<(Region, Option<Arc<Start>>), StartError> {
        let Some(task) = &setup.task else {
            return Ok((self.region.reseeded(setup.seed), None));
        };
        let start = Arc::new(self.start(task, setup.seed)?);
        Ok((start.region().clone(), Some(start)))
    }

    /// Begins the task of this name with this seed.
    pub fn start(&self, task: &str, seed: u64) -> Result<Start, StartError> {
        let Some(found) = self.task(task) else {
            let names = self.tasks.iter().map(|task| task.id.as_str());
            let near = crate::system::near::near(task, names);
            return Err(StartError::NoSuchTask(task.into(), near.map(str::to_owned)));
        };
        Start::new(&self.region, found, seed)
    }
}

impl Start {
    /// Draws the values in a region of this seed, applies the setup and fills in what is required.
    pub fn new(region: &Region, task: &Task, seed: u64) -> Result<Start, StartError> {
        let regions = std::iter::once(region).chain(&task.also);
        let mut regions: Vec<Region> = regions.map(|region| region.reseeded(seed)).collect();
        let system = &task.world;
        let mut tables: Vec<Table> = joined(regions.iter().map(Region::tables));
        let values = draw(system, task, seed, &tables)?;
        let blank = Value::text("");
        if !task.setup.is_empty() {
            let joint = regions[0].joint(system, &regions[1..]);
            tables = joint
                .set_up(&task.setup, &values)
                .map_err(StartError::Setup)?;
            let mut rest = tables.iter();
            for region in &mut regions {
                let own = rest.by_ref().take(region.tables().len());
                *region = region.with_tables(own.cloned().collect());
            }
        }
        let scene = StaticTables::of(system, &tables, &values, &blank);
        let goal = scene
            .text(&task.goal)
            .map_err(|f| StartError::Fault("the goal", f))?;
        let required =
            requirements(task, &scene).map_err(|f| StartError::Fault("a requirement", f))?;
        let answer = match &task.report {
            None => None,
            Some(report) => Some(Answer {
                of: report.of.clone(),
                expected: eval(&report.expected, &scene)
                    .map_err(|f| StartError::Fault("the answer", f))?,
                today: system.today,
            }),
        };
        if let Some((table, key)) = required.iter().find_map(|wanted| missing(wanted, &tables)) {
            let table = system.tables.get(table).map_or("", |table| &table.name);
            return Err(StartError::NoSuchRow(table.into(), key_text(key)));
        }
        Ok(Start {
            system: Arc::clone(system),
            task: task.clone(),
            regions,
            values,
            goal,
            before: tables,
            required,
            answer,
        })
    }

    /// The tables to open a session on, of the task's own system.
    pub fn region(&self) -> &Region {
        // There is one for each system of the task, and its own is the first.
        &self.regions[0]
    }

    /// The tables to open sessions on, one for each system of the task, its own first.
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// The task.
    pub fn task(&self) -> &Task {
        &self.task
    }

    /// How the session at one of the task's systems, by its number, is set up by the turn clock. `seed` is that of the start.
    pub fn setup(&self, number: usize, seed: u64, warts: &Warts) -> Setup {
        let task = &self.task;
        let system = task.systems().nth(number).filter(|_| number > 0);
        let name = match system {
            None => task.id.clone(),
            Some(_) => format!("{}/{}", task.world.id, task.id),
        };
        Setup {
            seed,
            warts: warts.of(system),
            task: Some(name),
            ..Setup::default()
        }
    }

    /// The goal in words, as the agent gets it.
    pub fn goal(&self) -> &str {
        &self.goal
    }

    /// Whether a report can be read as the task asks for it; if not, why.
    pub fn reads(&self, found: &str) -> Result<(), String> {
        let Some(answer) = &self.answer else {
            return Err("no answer is asked for".into());
        };
        match answer.reads(found) {
            true => Ok(()),
            false => Err(format!("it does not read as {}", kind(&answer.of))),
        }
    }

    /// `value.*`
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The value of this name, such as a playbook takes.
    pub fn value(&self, name: &str) -> Option<&Value> {
        let at = self
            .task
            .values
            .iter()
            .position(|value| value.name == name)?;
        self.values.get(at)
    }

    /// The values that the goal tells, as it writes them, in their order and none twice: what an agent may know from the start.
    pub fn goal_values(&self) -> Vec<String> {
        let blank = Value::text("");
        let tables = joined(self.regions.iter().map(Region::tables));
        let scene = StaticTables::of(&self.system, &tables, &self.values, &blank);
        let mut written: Vec<String> = Vec::new();
        for part in &self.task.goal.0 {
            if let TemplatePart::Expr(value) = part
                && let Ok(value) = eval(value, &scene)
                && !written.contains(&value.to_string())
            {
                written.push(value.to_string());
            }
        }
        written
    }

    /// Which milestones hold in the tables of all systems that a run has come to, in the task's order.
    pub fn reached<'a>(&'a self, end: &'a [Table]) -> impl Iterator<Item = bool> + 'a {
        self.task.milestones.iter().map(|(_, condition)| {
            let blank = Value::text("");
            let scene = StaticTables::of(&self.system, end, &self.values, &blank);
            test(condition, &scene).unwrap_or(false)
        })
    }

    /// The right answer as plain text, if one is asked for. Never to be shown to an agent.
    pub fn expected(&self) -> Option<String> {
        self.answer
            .as_ref()
            .map(|answer| answer.expected.to_string())
    }

    /// Grades tables that a run has come to.
    pub fn grade(&self, end: &[Table], answer: Option<&str>, ending: &Ending) -> Grade {
        let changes = changes(&self.system.tables, &self.before, end);
        let report = self.answer.as_ref().map(|right| (right, answer));
        let allowed = |change: &Change| self.allows(change, end);
        let mut grade = grade(
            &self.system.tables,
            &changes,
            &self.required,
            allowed,
            report,
            ending,
        );
        let names = self.task.milestones.iter().map(|(name, _)| name.clone());
        grade.milestones.extend(names.zip(self.reached(end)));
        grade
    }

    /// Grades a host as it will stand when the task's settling time has passed.
    pub fn grade_host(
        &self,
        host: &Host,
        now: u64,
        answer: Option<&str>,
        ending: &Ending,
    ) -> Grade {
        self.grade_hosts(&[host], now, answer, ending)
    }

    /// As [`Start::grade_host`], with a host for each system of the task. Of a system whose host is missing the tables are those
    /// of the start.
    pub fn grade_hosts(
        &self,
        hosts: &[&Host],
        now: u64,
        answer: Option<&str>,
        ending: &Ending,
    ) -> Grade {
        self.grade(&self.end(hosts, now), answer, ending)
    }

    /// The tables of all systems as they will stand when the task's settling time has passed.
    pub fn end(&self, hosts: &[&Host], now: u64) -> Vec<Table> {
        let settled = self.regions.iter().enumerate().map(|(n, region)| {
            let Some(host) = hosts.get(n) else {
                return region.tables().to_vec();
            };
            let mut later = Host::clone(host);
            while later.poll(now.saturating_add(self.task.settle)).is_some() {}
            later.tables().to_vec()
        });
        settled.flatten().collect()
    }

    /// Whether a change is noise: a new row of a journal, or what the task allows.
    pub fn allows(&self, change: &Change, end: &[Table]) -> bool {
        let table = self.system.tables.get(change.table);
        if change.row.before.is_none() && table.is_some_and(|table| table.journal) {
            return true;
        }
        let blank = Value::text("");
        let scene = StaticTables::of(&self.system, end, &self.values, &blank);
        self.task.allow.iter().any(|allow| {
            let row = change.row.after.as_ref().or(change.row.before.as_ref());
            let holds =
                |filter| row.is_some_and(|row| test(filter, &scene.with(row)).unwrap_or(false));
            allow.table == change.table
                && allow.changes.iter().any(|name| name == change.name())
                && allow.filter.as_ref().is_none_or(holds)
                && differs_only_in(change, allow.columns.as_deref())
        })
    }

    /// Every row that differs from the start and is neither allowed nor a journal's: what a run has done to the backend.
    pub fn effect(&self, end: &[Table]) -> Vec<String> {
        let changes = changes(&self.system.tables, &self.before, end).into_iter();
        let effect = changes.filter(|change| !self.allows(change, end));
        let text = |Change { table, row }| format!("{table} {:?} {:?}", row.key, row.after);
        effect.map(text).collect()
    }
}

/// What a report is to be, in words.
fn kind(of: &Type) -> String {
    match of {
        Type::Int => "a whole number".into(),
        Type::Decimal(_) => "an amount such as 1024.50".into(),
        Type::Date => "a date such as 1989-04-02 or 04/02/89".into(),
        Type::Bool => "yes or no".into(),
        Type::Text => "a text".into(),
        Type::List(of) => format!("a list of which each part, between commas, is {}", kind(of)),
    }
}

/// The row that a requirement is about, if it is not there.
fn missing<'r>(wanted: &'r Requirement, before: &[Table]) -> Option<(usize, &'r RowKey)> {
    match wanted {
        Requirement::Insert { .. } => None,
        Requirement::Update { table, key, .. } | Requirement::Delete { table, key } => {
            let rows = before.get(*table)?;
            (!rows.contains(key)).then_some((*table, key))
        }
    }
}

fn differs_only_in(change: &Change, columns: Option<&[usize]>) -> bool {
    match (columns, &change.row.before, &change.row.after) {
        (Some(columns), Some(before), Some(after)) => before
            .iter()
            .zip(after.iter())
            .enumerate()
            .all(|(column, (old, new))| old == new || columns.contains(&column)),
        _ => true,
    }
}

fn joined<'t>(tables: impl Iterator<Item = &'t [Table]>) -> Vec<Table> {
    tables.flat_map(|tables| tables.iter().cloned()).collect()
}

fn draw(
    system: &System,
    task: &Task,
    seed: u64,
    tables: &[Table],
) -> Result<Vec<Value>, StartError> {
    let blank = Value::text("");
    let fault = |fault| StartError::Fault("a value", fault);
    let mut values: Vec<Value> = Vec::new();
    for value in &task.values {
        let mut chance = Chance::stream(seed, "task", &[&task.id, &value.name]);
        let scene = StaticTables::of(system, tables, &values, &blank);
        let drawn = match &value.from {
            From::Maker(crate::system::model::Maker::Expr(expr)) => {
                eval(expr, &scene).map_err(fault)?
            }
            From::Maker(crate::system::model::Maker::Text(text)) => {
                Value::text(scene.text(text).map_err(fault)?)
            }
            From::Maker(maker) => data::draw(system, &value.of, maker, chance, tables),
            From::OneOf(choices) => {
                let choices = scene.all(choices).map_err(fault)?;
                chance
                    .pick(&choices)
                    .cloned()
                    .unwrap_or_else(|| value.of.blank())
            }
            From::KeyOf { table, filter } => {
                let mut keys = Vec::new();
                let first = system
                    .tables
                    .get(*table)
                    .and_then(|model| model.key.first());
                for record in tables.get(*table).into_iter().flat_map(Table::iter) {
                    let row = record.row();
                    let passes = match filter {
                        None => true,
                        Some(filter) => test(filter, &scene.with(&row)).map_err(fault)?,
                    };
                    keys.extend(
                        first
                            .and_then(|first| row.get(*first))
                            .filter(|_| passes)
                            .cloned(),
                    );
                }
                let drawn = chance.pick(&keys).cloned();
                drawn.ok_or_else(|| StartError::NoRow(value.name.clone()))?
            }
        };
        values.push(drawn);
    }
    Ok(values)
}

fn requirements(task: &Task, scene: &StaticTables) -> Result<Vec<Requirement>, EvalError> {
    let mut wanted = Vec::new();
    for require in &task.require {
        if require.when().map_or(Ok(true), |when| test(when, scene))? {
            wanted.push(require);
        }
    }
    wanted
        .into_iter()
        .map(|require| {
            Ok(match require {
                Require::Insert { table, row, .. } => Requirement::Insert {
                    table: *table,
                    row: scene.columns(row)?,
                },
                Require::Update {
                    table,
                    key,
                    set,
                    free,
                    ..
                } => Requirement::Update {
                    table: *table,
                    key: scene.all(key)?,
                    set: scene.columns(set)?,
                    free: free.clone(),
                },
                Require::Delete { table, key, .. } => Requirement::Delete {
                    table: *table,
                    key: scene.all(key)?,
                },
            })
        })
        .collect()
}
