//! Runs a playbook: look, act, look again.

use super::{End, FieldTarget, Playbook, PlaybookAction, PlaybookRule, query};
use crate::system::expr::{self, EvalContext, Expr, HostFact, TableId};
use crate::system::model::{Template, TemplatePart};
use crate::system::record::StoredRow;
use crate::system::value::{Date, Value};
use tn3270::terminal::{Key, Terminal};

/// A terminal with somebody's host behind it.
pub trait TerminalDriver {
    /// Presses a key; returns when its answer is there, as far as that can be known.
    fn press(&mut self, key: Key) -> Result<(), Stop>;

    /// Lets so many milliseconds pass.
    fn wait(&mut self, by: u64) -> Result<(), Stop>;

    /// What there is to see.
    fn terminal(&self) -> &Terminal;
}

/// Why a run cannot go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// Keys or time have run out.
    BudgetSpent,
    /// The host, or what carries it, failed.
    Environment(String),
}

/// How a playbook ended by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaybookEnd {
    /// It is done; the answer, if it has one to report.
    Done(Option<String>),
    /// It knows no further, for this reason.
    GaveUp(String),
}

/// The most rules that one run fires.
const MOST_FIRED: u32 = 10_000;

/// Runs a playbook to its end. `values` are those of [`Playbook::takes`], in order; there is one station for each of its systems.
pub fn run<S: TerminalDriver>(
    playbook: &Playbook,
    values: &[Value],
    stations: &mut [S],
) -> Result<PlaybookEnd, Stop> {
    let mut runner = Runner {
        playbook,
        values,
        memory: playbook
            .memory
            .iter()
            .map(|variable| variable.initial.clone())
            .collect(),
        fired: vec![0; playbook.rules.len()],
    };
    let mut idle = 0;
    for _ in 0..MOST_FIRED {
        let next = match runner.choose(stations) {
            Ok(next) => next,
            Err(fault) => return Ok(PlaybookEnd::GaveUp(fault)),
        };
        let acted = match next {
            None => Err(Broken::off("no rule holds on this screen")),
            Some((_, rule)) => runner.act(rule, stations),
        };
        if let (Ok(_), Some((index, _))) = (&acted, next) {
            runner.count(index);
        }
        match acted {
            Ok(None) => idle = 0,
            Ok(Some(ended)) => return Ok(ended),
            Err(Broken::Stopped(stop)) => return Err(stop),
            Err(Broken::Off(reason)) => {
                idle += 1;
                if idle > playbook.patience {
                    return Ok(PlaybookEnd::GaveUp(reason));
                }
                for station in stations.iter_mut() {
                    station.wait(playbook.pause)?;
                }
            }
        }
    }
    Ok(PlaybookEnd::GaveUp(format!(
        "it goes round in circles: {MOST_FIRED} looks and no end"
    )))
}

/// A rule that was not done to its end.
enum Broken {
    /// For this reason; the screen may yet become such that it can be.
    Off(String),
    Stopped(Stop),
}

impl Broken {
    fn off(reason: impl Into<String>) -> Broken {
        Broken::Off(reason.into())
    }
}

impl From<Stop> for Broken {
    fn from(stop: Stop) -> Broken {
        Broken::Stopped(stop)
    }
}

struct Runner<'p> {
    playbook: &'p Playbook,
    values: &'p [Value],
    memory: Vec<Value>,
    /// How often each rule has acted.
    fired: Vec<u32>,
}

impl<'p> Runner<'p> {
    fn seen<'a>(&'a self, terminal: &'a Terminal, memory: &'a [Value]) -> Seen<'a> {
        Seen {
            terminal,
            values: self.values,
            memory,
            today: self.playbook.today,
            blank: Value::text(""),
        }
    }

    /// The first rule that holds, by index. An error is a fault of its condition.
    fn choose<S: TerminalDriver>(
        &self,
        stations: &[S],
    ) -> Result<Option<(usize, &'p PlaybookRule)>, String> {
        for (index, (rule, fired)) in self.playbook.rules.iter().zip(&self.fired).enumerate() {
            let Some(station) = stations.get(rule.station) else {
                continue;
            };
            if rule.at_most.is_some_and(|most| *fired >= most) {
                continue;
            }
            let seen = self.seen(station.terminal(), &self.memory);
            let holds = match &rule.when {
                None => true,
                Some(when) => expr::test(when, &seen)
                    .map_err(|fault| format!("rule {}: {fault}", rule.name))?,
            };
            if holds {
                return Ok(Some((index, rule)));
            }
        }
        Ok(None)
    }

    /// A rule that broke off has not acted.
    fn count(&mut self, rule: usize) {
        if let Some(fired) = self.fired.get_mut(rule) {
            *fired += 1;
        }
    }

    fn act<S: TerminalDriver>(
        &mut self,
        rule: &PlaybookRule,
        stations: &mut [S],
    ) -> Result<Option<PlaybookEnd>, Broken> {
        for action in &rule.actions {
            match action {
                PlaybookAction::Wait(by) => {
                    for station in stations.iter_mut() {
                        station.wait(*by)?;
                    }
                }
                PlaybookAction::Remember(variables) => self.remember(rule, variables, stations)?,
                PlaybookAction::Keys(keys) => {
                    let station = at(stations, rule.station)?;
                    for key in keys {
                        press(station, *key)?;
                    }
                }
                PlaybookAction::Press(words) => {
                    let station = at(stations, rule.station)?;
                    let words = self.fill(words, station.terminal())?;
                    let key = query::key(station.terminal(), &words);
                    let none = || Broken::off(format!("the screen tells of no key for {words}"));
                    press(station, key.ok_or_else(none)?)?;
                }
                PlaybookAction::Type { text, into } => {
                    let station = at(stations, rule.station)?;
                    self.type_text(text, into, station)?;
                }
            }
        }
        let Some(end) = &rule.end else {
            return Ok(None);
        };
        let station = at(stations, rule.station)?;
        Ok(Some(match end {
            End::Done => PlaybookEnd::Done(None),
            End::Answer(answer) => PlaybookEnd::Done(Some(self.fill(answer, station.terminal())?)),
            End::Fail(reason) => PlaybookEnd::GaveUp(self.fill(reason, station.terminal())?),
        }))
    }

    fn remember<S: TerminalDriver>(
        &mut self,
        rule: &PlaybookRule,
        variables: &[(usize, Expr)],
        stations: &mut [S],
    ) -> Result<(), Broken> {
        let terminal = at(stations, rule.station)?.terminal();
        let mut memory = self.memory.clone();
        let seen = self.seen(terminal, &self.memory);
        for (variable, value) in variables {
            let value = expr::eval(value, &seen)
                .map_err(|fault| Broken::off(format!("rule {}: {fault}", rule.name)))?;
            if let Some(slot) = memory.get_mut(*variable) {
                *slot = value;
            }
        }
        self.memory = memory;
        Ok(())
    }

    fn type_text<S: TerminalDriver>(
        &self,
        text: &Template,
        into: &FieldTarget,
        station: &mut S,
    ) -> Result<(), Broken> {
        let text = self.fill(text, station.terminal())?;
        let found = match into {
            FieldTarget::Cursor => None,
            FieldTarget::Label(label, nth) => {
                let label = self.fill(label, station.terminal())?;
                let seen = self.seen(station.terminal(), &self.memory);
                let nth = expr::eval(nth, &seen).map_err(|fault| Broken::off(fault.to_string()))?;
                let nth = nth
                    .as_int()
                    .and_then(|n| usize::try_from(n).ok())
                    .unwrap_or(0);
                let field =
                    query::labelled(station.terminal(), &label, query::FieldKind::Input, nth);
                Some((field, format!("labelled {label}")))
            }
            FieldTarget::Row { with, under } => {
                let with = self.fill(with, station.terminal())?;
                let under = match under {
                    Some(under) => Some(self.fill(under, station.terminal())?),
                    None => None,
                };
                let field = query::in_row_with(station.terminal(), &with, under.as_deref());
                Some((field, format!("in the row with {with}")))
            }
        };
        if let Some((field, what)) = found {
            let Some(field) = field else {
                return Err(Broken::off(format!("there is no input field {what}")));
            };
            let (start, room) = (field.start(), usize::from(field.length));
            if text.chars().count() > room {
                return Err(Broken::off(format!(
                    "{text} does not fit the {room} positions of the field {what}"
                )));
            }
            press(station, Key::MoveCursor(start))?;
            press(station, Key::EraseEof)?;
        }
        for character in text.chars() {
            press(station, Key::Char(character))?;
        }
        Ok(())
    }

    fn fill(&self, template: &Template, terminal: &Terminal) -> Result<String, Broken> {
        let seen = self.seen(terminal, &self.memory);
        let mut text = String::new();
        for part in &template.0 {
            match part {
                TemplatePart::Text(part) => text.push_str(part),
                TemplatePart::Expr(value) => {
                    let value =
                        expr::eval(value, &seen).map_err(|fault| Broken::off(fault.to_string()))?;
                    text.push_str(&value.to_string());
                }
                TemplatePart::Given(_) => {}
            }
        }
        Ok(text)
    }
}

fn at<S: TerminalDriver>(stations: &mut [S], station: usize) -> Result<&mut S, Broken> {
    stations
        .get_mut(station)
        .ok_or_else(|| Broken::off("the playbook wants a system that is not there"))
}

/// Presses a key as somebody who looks before and after: an operator error is taken back, and breaks off what was being done.
fn press<S: TerminalDriver>(station: &mut S, key: Key) -> Result<(), Broken> {
    if let Some(lock) = station.terminal().lock().filter(|_| key != Key::Reset) {
        if lock.is_operator_error() {
            station.press(Key::Reset)?;
        } else {
            return Err(Broken::off(format!("the keyboard is locked: {lock}")));
        }
    }
    station.press(key)?;
    match station.terminal().lock() {
        Some(lock) if lock.is_operator_error() => {
            station.press(Key::Reset)?;
            Err(Broken::off(format!("{key} was refused: {lock}")))
        }
        _ => Ok(()),
    }
}

/// The world of a playbook's expressions.
struct Seen<'a> {
    terminal: &'a Terminal,
    values: &'a [Value],
    memory: &'a [Value],
    today: Date,
    blank: Value,
}

impl EvalContext for Seen<'_> {
    /// `memory.*`
    fn session(&self, variable: usize) -> &Value {
        self.memory.get(variable).unwrap_or(&self.blank)
    }
    /// `value.*`
    fn state(&self, variable: usize) -> &Value {
        self.values.get(variable).unwrap_or(&self.blank)
    }
    fn form(&self, _field: usize) -> &Value {
        &self.blank
    }
    fn pick(&self, _field: usize) -> &Value {
        &self.blank
    }
    fn bound(&self, _depth: usize) -> Option<StoredRow<'_>> {
        None
    }
    fn row(&self, _table: TableId, _key: &[Value]) -> Option<StoredRow<'_>> {
        None
    }
    fn rows(&self, _table: TableId) -> impl Iterator<Item = StoredRow<'_>> {
        std::iter::empty()
    }
    fn holder(&self, _table: TableId, _key: &[Value]) -> Option<&Value> {
        None
    }
    fn fact(&self, fact: HostFact) -> Value {
        match fact {
            HostFact::Today => Value::Date(self.today),
            _ => Value::Int(0),
        }
    }

    fn ask(&self, question: usize, arguments: &[Value]) -> Value {
        super::question(self.terminal, question, arguments)
    }
}
