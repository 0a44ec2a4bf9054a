//! Runs a playbook: look, act, look again.

use super::query::{self, FieldKind};
use super::{End, FieldTarget, Playbook, PlaybookAction, PlaybookRule};
use crate::system::expr::{self, EvalContext, Expr, HostFact, TableId};
use crate::system::model::{Template, TemplatePart};
use crate::system::record::StoredRow;
use crate::system::value::{Date, Value};
use crate::task::ending::Ending;
use tn3270::terminal::{Field, Key, Terminal};

/// The terminals that a playbook works at, one for each of its systems, numbered from 0 in their order.
pub trait TerminalDriver {
    /// Presses a key at a terminal; returns when the answer is there, as far as that can be known. The error is why no more
    /// can be pressed.
    fn press_at(&mut self, at: usize, key: Key) -> Result<(), Ending>;

    /// Lets virtual milliseconds pass at a terminal. The error is as for a key.
    fn wait_at(&mut self, at: usize, by: u64) -> Result<(), Ending>;

    /// A terminal; `at` is less than [`TerminalDriver::terminals`].
    fn terminal_at(&self, at: usize) -> &Terminal;

    /// How many terminals there are.
    fn terminals(&self) -> usize {
        1
    }
}

/// The most rules that one run fires.
const MOST_FIRED: u32 = 10_000;

/// Runs a playbook to its end. `values` are those of [`Playbook::takes`], in order.
///
/// Gives the answer, if the playbook reports one, and how it ended: it is done, it gave up for a reason (the agent's fault), or
/// its driver stopped it.
pub fn run(
    playbook: &Playbook,
    values: &[Value],
    driver: &mut impl TerminalDriver,
) -> (Option<String>, Ending) {
    match Runner::new(playbook, values).run(driver) {
        Ok(answer) => (answer, Ending::Done),
        Err(ending) => (None, ending),
    }
}

/// A rule that was not done to its end.
enum Broken {
    /// For this reason; the screen may yet become such that it can be.
    Off(String),
    /// The playbook ends so, whatever its screens show.
    Ended(Ending),
}

impl Broken {
    fn off(reason: impl Into<String>) -> Broken {
        Broken::Off(reason.into())
    }
}

impl From<Ending> for Broken {
    fn from(ending: Ending) -> Broken {
        Broken::Ended(ending)
    }
}

/// What follows a look.
enum After {
    /// The next look.
    Look,
    /// The end, with this answer.
    End(Option<String>),
}

/// One of a driver's terminals.
struct At<'d, D> {
    driver: &'d mut D,
    at: usize,
}

impl<'d, D: TerminalDriver> At<'d, D> {
    fn new(driver: &'d mut D, at: usize) -> Result<At<'d, D>, Broken> {
        match at < driver.terminals() {
            true => Ok(At { driver, at }),
            false => Err(Broken::off("the playbook wants a system that is not there")),
        }
    }

    fn terminal(&self) -> &Terminal {
        self.driver.terminal_at(self.at)
    }

    /// Presses a key as an operator who looks before and after: an operator error is reset, and breaks off what was being done.
    fn press(&mut self, key: Key) -> Result<(), Broken> {
        if let Some(lock) = self.terminal().lock().filter(|_| key != Key::Reset) {
            if lock.is_operator_error() {
                self.driver.press_at(self.at, Key::Reset)?;
            } else {
                return Err(Broken::off(format!("the keyboard is locked: {lock}")));
            }
        }
        self.driver.press_at(self.at, key)?;
        match self.terminal().lock() {
            Some(lock) if lock.is_operator_error() => {
                self.driver.press_at(self.at, Key::Reset)?;
                Err(Broken::off(format!("{key} was refused: {lock}")))
            }
            _ => Ok(()),
        }
    }
}

/// Lets time pass at every terminal.
fn wait(driver: &mut impl TerminalDriver, by: u64) -> Result<(), Ending> {
    (0..driver.terminals()).try_for_each(|at| driver.wait_at(at, by))
}

struct Runner<'p> {
    playbook: &'p Playbook,
    values: &'p [Value],
    memory: Vec<Value>,
    /// How often each rule has acted.
    fired: Vec<u32>,
}

impl<'p> Runner<'p> {
    fn new(playbook: &'p Playbook, values: &'p [Value]) -> Runner<'p> {
        let memory = playbook.memory.iter();
        Runner {
            playbook,
            values,
            memory: memory.map(|variable| variable.initial.clone()).collect(),
            fired: vec![0; playbook.rules.len()],
        }
    }

    /// Looks and acts until the end: the answer, if there is one, or how it ended without being done.
    fn run(&mut self, driver: &mut impl TerminalDriver) -> Result<Option<String>, Ending> {
        let mut idle = 0;
        for _ in 0..MOST_FIRED {
            match self.look(driver) {
                Ok(After::Look) => idle = 0,
                Ok(After::End(answer)) => return Ok(answer),
                Err(Broken::Ended(ending)) => return Err(ending),
                Err(Broken::Off(reason)) => {
                    idle += 1;
                    if idle > self.playbook.patience {
                        return Err(Ending::AgentFault(reason));
                    }
                    wait(driver, self.playbook.pause)?;
                }
            }
        }
        Err(Ending::AgentFault(format!(
            "it goes round in circles: {MOST_FIRED} looks and no end"
        )))
    }

    /// One look: the first rule that holds acts. A rule that broke off has not acted.
    fn look(&mut self, driver: &mut impl TerminalDriver) -> Result<After, Broken> {
        let Some((index, rule)) = self.choose(driver)? else {
            return Err(Broken::off("no rule holds on this screen"));
        };
        for action in &rule.actions {
            self.act(rule, action, driver)?;
        }
        let after = self.after(rule, driver)?;
        if let Some(fired) = self.fired.get_mut(index) {
            *fired += 1;
        }
        Ok(after)
    }

    fn seen<'a>(&'a self, terminal: &'a Terminal) -> Seen<'a> {
        Seen {
            terminal,
            values: self.values,
            memory: &self.memory,
            today: self.playbook.today,
            blank: Value::text(""),
        }
    }

    /// The first rule that holds, by index. A fault in its condition ends the playbook.
    fn choose(
        &self,
        driver: &impl TerminalDriver,
    ) -> Result<Option<(usize, &'p PlaybookRule)>, Ending> {
        for (index, (rule, fired)) in self.playbook.rules.iter().zip(&self.fired).enumerate() {
            let worn = rule.at_most.is_some_and(|most| *fired >= most);
            if worn || rule.terminal >= driver.terminals() {
                continue;
            }
            let seen = self.seen(driver.terminal_at(rule.terminal));
            let fault = |fault| Ending::AgentFault(format!("rule {}: {fault}", rule.name));
            let holds = rule
                .when
                .as_ref()
                .map_or(Ok(true), |when| expr::test(when, &seen));
            if holds.map_err(fault)? {
                return Ok(Some((index, rule)));
            }
        }
        Ok(None)
    }

    fn act<D: TerminalDriver>(
        &mut self,
        rule: &PlaybookRule,
        action: &PlaybookAction,
        driver: &mut D,
    ) -> Result<(), Broken> {
        if let PlaybookAction::Wait(by) = action {
            return Ok(wait(driver, *by)?);
        }
        let mut at = At::new(driver, rule.terminal)?;
        match action {
            PlaybookAction::Wait(_) => Ok(()),
            PlaybookAction::Remember(variables) => self.remember(rule, variables, at.terminal()),
            PlaybookAction::Keys(keys) => keys.iter().try_for_each(|key| at.press(*key)),
            PlaybookAction::Press(words) => {
                let words = self.fill(words, at.terminal())?;
                let key = query::key(at.terminal(), &words);
                let none = || Broken::off(format!("the screen names no key for {words}"));
                at.press(key.ok_or_else(none)?)
            }
            PlaybookAction::Type { text, into } => self.type_text(text, into, &mut at),
        }
    }

    fn after(
        &self,
        rule: &PlaybookRule,
        driver: &mut impl TerminalDriver,
    ) -> Result<After, Broken> {
        let Some(end) = &rule.end else {
            return Ok(After::Look);
        };
        let at = At::new(driver, rule.terminal)?;
        match end {
            End::Done => Ok(After::End(None)),
            End::Answer(answer) => Ok(After::End(Some(self.fill(answer, at.terminal())?))),
            End::Fail(reason) => {
                let reason = self.fill(reason, at.terminal())?;
                Err(Ending::AgentFault(reason).into())
            }
        }
    }

    fn remember(
        &mut self,
        rule: &PlaybookRule,
        variables: &[(usize, Expr)],
        terminal: &Terminal,
    ) -> Result<(), Broken> {
        let mut memory = self.memory.clone();
        let seen = self.seen(terminal);
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

    /// Types a text in place of what stands in a field, or at the cursor.
    fn type_text(
        &self,
        text: &Template,
        into: &FieldTarget,
        at: &mut At<'_, impl TerminalDriver>,
    ) -> Result<(), Broken> {
        let text = self.fill(text, at.terminal())?;
        if let Some((field, name)) = self.field(into, at.terminal())? {
            let (start, room) = (field.start(), usize::from(field.length));
            if text.chars().count() > room {
                return Err(Broken::off(format!(
                    "{text} does not fit the {room} positions of the field {name}"
                )));
            }
            at.press(Key::MoveCursor(start))?;
            at.press(Key::EraseEof)?;
        }
        text.chars().try_for_each(|c| at.press(Key::Char(c)))
    }

    /// The field that a target names, and its name in messages; none if the target is the cursor.
    fn field<'t>(
        &self,
        target: &FieldTarget,
        terminal: &'t Terminal,
    ) -> Result<Option<(Field<'t>, String)>, Broken> {
        let (field, name) = match target {
            FieldTarget::Cursor => return Ok(None),
            FieldTarget::Label(label, nth) => {
                let label = self.fill(label, terminal)?;
                let nth = expr::eval(nth, &self.seen(terminal));
                let nth = nth.map_err(|fault| Broken::off(fault.to_string()))?;
                let nth = nth.as_int().and_then(|n| usize::try_from(n).ok());
                let field = query::labelled(terminal, &label, FieldKind::Input, nth.unwrap_or(0));
                (field, format!("labelled {label}"))
            }
            FieldTarget::Row { with, under } => {
                let with = self.fill(with, terminal)?;
                let under = under.as_ref().map(|under| self.fill(under, terminal));
                let field = query::in_row_with(terminal, &with, under.transpose()?.as_deref());
                (field, format!("in the row with {with}"))
            }
        };
        match field {
            Some(field) => Ok(Some((field, name))),
            None => Err(Broken::off(format!("there is no input field {name}"))),
        }
    }

    fn fill(&self, template: &Template, terminal: &Terminal) -> Result<String, Broken> {
        let seen = self.seen(terminal);
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

/// What a playbook's expressions see.
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
