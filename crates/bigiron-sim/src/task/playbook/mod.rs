//! Playbooks: what to press when the screen looks so. A playbook sees a terminal, the values of its goal and its own
//! memory, and nothing else; so it does whatever an agent could do, and no more.

mod frame;
pub mod query;
mod run;

pub use run::{TerminalDriver, run};

use crate::system::expr::{Expr, Question};
use crate::system::model::{Template, Variable};
use crate::system::value::{Date, Type, Value};
use Type::{Bool, Int, Text};
use tn3270::terminal::{Key, Terminal};

/// A list of rules, tried in order on every look at the screen.
#[derive(Debug, Clone)]
pub struct Playbook {
    /// Name of its file.
    pub id: String,
    /// What it does, for people.
    pub about: String,
    /// `value.*`: its parameters, with types.
    pub takes: Vec<(String, Type)>,
    /// `memory.*`: what it remembers, with first values.
    pub memory: Vec<Variable>,
    /// How many looks in a row may find nothing to do before it gives up.
    pub patience: u32,
    /// Virtual milliseconds it waits after such a look.
    pub pause: u64,
    /// The systems it works on, by name; empty: the one it belongs to.
    pub systems: Vec<String>,
    /// The day to which years of two digits are nearest.
    pub today: Date,
    /// The rules.
    pub rules: Vec<PlaybookRule>,
}

/// What to do when the screen looks so.
#[derive(Debug, Clone)]
pub struct PlaybookRule {
    /// What it is called in a trace.
    pub name: String,
    /// The terminal it looks at and works at: index of its system in [`Playbook::systems`].
    pub terminal: usize,
    /// When it acts; absent: always.
    pub when: Option<Expr>,
    /// After so many times it is passed over.
    pub at_most: Option<u32>,
    /// What it does, in order.
    pub actions: Vec<PlaybookAction>,
    /// It is the end of the playbook.
    pub end: Option<End>,
}

/// How a playbook ends.
#[derive(Debug, Clone)]
pub enum End {
    /// Nothing to report.
    Done,
    /// With this answer.
    Answer(Template),
    /// It gives up, for this reason.
    Fail(Template),
}

/// One thing a rule does.
#[derive(Debug, Clone)]
pub enum PlaybookAction {
    /// Types a text into a field, in place of what stands there.
    Type {
        /// What.
        text: Template,
        /// Where.
        into: FieldTarget,
    },
    /// Presses keys.
    Keys(Vec<Key>),
    /// Presses the key that the screen says does this.
    Press(Template),
    /// Waits so many virtual milliseconds.
    Wait(u64),
    /// Variables of `memory` take values, seen on the screen as it is now.
    Remember(Vec<(usize, Expr)>),
}

/// Which field.
#[derive(Debug, Clone)]
pub enum FieldTarget {
    /// The n-th input field, from 1, with this label.
    Label(Template, Expr),
    /// The input field (under a heading, if one is given) of the first row with a text.
    Row {
        /// The text.
        with: Template,
        /// The heading.
        under: Option<Template>,
    },
    /// Wherever the cursor is.
    Cursor,
}

/// A question a playbook may ask of the screen, as `screen.name(…)`.
struct Asked {
    name: &'static str,
    parameters: &'static [Type],
    of: Type,
}

const fn asked(name: &'static str, parameters: &'static [Type], of: Type) -> Asked {
    Asked {
        name,
        parameters,
        of,
    }
}

/// Every question, in the order of [`Expr::Ask`]'s indices.
#[rustfmt::skip]
const ASKED: [Asked; 12] = [
    // Whether a text stands in some row.
    asked("has", &[Text], Bool),
    // The first row, from 1, that has a text; 0 if none has.
    asked("find", &[Text], Int),
    // How often a text stands on the screen.
    asked("count", &[Text], Int),
    // A row, from 1, without the blanks at its end.
    asked("row", &[Int], Text),
    // Characters from a row and column, both from 1: row, column, how many.
    asked("text", &[Int, Int, Int], Text),
    // What shows in the first field with a label left of it or over it.
    asked("field", &[Text], Text),
    // The same, of fields that can be typed into.
    asked("input", &[Text], Text),
    // Whether there is a field with this label that can be typed into.
    asked("offers", &[Text], Bool),
    // What stands under a heading in the first row below it that has a text.
    asked("column", &[Text, Text], Text),
    // Whether the keyboard is locked.
    asked("locked", &[], Bool),
    // Whether the screen has fields at all.
    asked("formatted", &[], Bool),
    // The name of the key that the screen says does something: `pf9` of `F9=SUBMIT`; empty if none does.
    asked("key", &[Text], Text),
];

/// The questions, as expressions are checked against.
pub fn questions() -> Vec<Question> {
    let question = |asked: &Asked| Question {
        scope: "screen",
        name: asked.name,
        parameters: asked.parameters.to_vec(),
        of: asked.of.clone(),
    };
    ASKED.iter().map(question).collect()
}

/// Answers a question, by its index.
fn question(terminal: &Terminal, question: usize, arguments: &[Value]) -> Value {
    let text = |n: usize| arguments.get(n).map_or("", Value::as_text);
    let number = |n: usize| {
        let number = arguments.get(n).and_then(Value::as_int);
        number.and_then(|n| usize::try_from(n).ok()).unwrap_or(0)
    };
    let int = |n: usize| Value::Int(i64::try_from(n).unwrap_or(i64::MAX));
    match ASKED.get(question).map_or("", |asked| asked.name) {
        "has" => Value::Bool(query::has(terminal, text(0))),
        "find" => int(query::find(terminal, text(0))),
        "count" => int(query::count(terminal, text(0))),
        "row" => Value::text(query::row(terminal, number(0))),
        "text" => Value::text(query::text(terminal, number(0), number(1), number(2))),
        "field" => Value::text(query::field(terminal, text(0), query::FieldKind::Any)),
        "input" => Value::text(query::field(terminal, text(0), query::FieldKind::Input)),
        "offers" => {
            Value::Bool(query::labelled(terminal, text(0), query::FieldKind::Input, 1).is_some())
        }
        "column" => Value::text(query::column(terminal, text(0), text(1))),
        "locked" => Value::Bool(terminal.lock().is_some()),
        "formatted" => Value::Bool(terminal.is_formatted()),
        "key" => {
            let key = query::key(terminal, text(0)).map(|key| key.to_string());
            Value::text(key.unwrap_or_default().trim_matches(['<', '>']).to_owned())
        }
        _ => Value::text(""),
    }
}

#[cfg(test)]
mod tests;
