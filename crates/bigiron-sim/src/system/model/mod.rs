//! A system as compiled from its definition: plain data that the host runs. Every name is resolved to an index.
//!
//! Positions on the grid are 0-based buffer addresses (row * columns + column) unless a field says otherwise.

mod effect;
mod screen;
mod style;
mod table;

pub use super::expr::TableId;
pub use super::ids::{FieldId, JobId, ScreenId};
pub use super::shape::Paging;
pub use super::template::{Template, TemplateFact, TemplatePart};
pub use super::trigger::Trigger;
pub use effect::{Compare, Effect, Job, Schedule};
pub use screen::{KeyRules, List, MapField, MapText, Rule, Screen, SequenceRule, Window};
pub use style::FieldStyle;
pub use table::{Column, Generate, Maker, Sequence, TableDef};

use super::expr::Named;
use super::value::{Date, Type, Value};
use super::wart::Wart;
use std::collections::BTreeMap;

/// A simulated legacy application.
#[derive(Debug, Clone)]
pub struct System {
    /// Name of its folder, e.g. `dmv`.
    pub id: String,
    /// What a person calls it.
    pub title: String,
    /// One line for a launcher.
    pub about: String,
    /// Terminal model its screens are drawn for (2 to 5); decides the size of alternate screens.
    pub model: u8,
    /// The screen a terminal sees first, and again after sign-off.
    pub start: ScreenId,
    /// The calendar day at virtual time 0.
    pub today: Date,
    /// Milliseconds since midnight at virtual time 0.
    pub time_of_day: u64,
    /// Milliseconds from an attention key to its answer when no effect says otherwise.
    pub response: u64,
    /// Layers in their declared order, e.g. mainframe, queue, portal.
    pub layers: Vec<String>,
    /// Tables, in declared order.
    pub tables: Vec<TableDef>,
    /// `session.*`: variables that live from connect or sign-off to sign-off.
    pub session: Vec<Variable>,
    /// Screens, in order of their names.
    pub screens: Vec<Screen>,
    /// Scheduled and requested backend work.
    pub jobs: Vec<Job>,
    /// Word lists that generators pick from.
    pub words: BTreeMap<String, Vec<String>>,
    /// Texts that the host shows where no rule applies.
    pub messages: Messages,
    /// What happens to an inactive terminal, if anything.
    pub idle: Option<Idle>,
    /// The screen after an abend.
    pub abend: Abend,
    /// Its warts, in declared order.
    pub warts: Vec<Wart>,
    /// Digest (xxh3, 64 bits) over the names and bytes of the definition's files, in order of names.
    pub digest: u64,
}

/// Texts that the host shows where no rule applies.
#[derive(Debug, Clone)]
pub struct Messages {
    /// For an attention key that has no rule on this screen, or none whose condition holds. May contain `{key}` and `{screen}`.
    pub inactive_key: Template,
    /// For a list page past the last or before the first.
    pub no_more: Template,
}

/// A variable: its name, its type and the value it starts with.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Name after `session.` or `state.`.
    pub name: String,
    /// Its type.
    pub of: Type,
    /// Its initial value.
    pub initial: Value,
}

impl Variable {
    /// What expressions may know of it.
    pub(crate) fn named(&self) -> Named {
        Named {
            name: self.name.clone(),
            of: self.of.clone(),
        }
    }
}

/// What happens to an inactive terminal.
#[derive(Debug, Clone)]
pub struct Idle {
    /// Virtual milliseconds without an attention key.
    pub after: u64,
    /// Its effects, usually a message and a sign-off, evaluated on the screen that is shown.
    pub effects: Vec<Effect>,
}

/// The unformatted screen after an abend, which CLEAR leaves.
#[derive(Debug, Clone)]
pub struct Abend {
    /// Its lines, from the first row. They may contain `{code}`, `{screen}` and `{time}`.
    pub lines: Vec<Template>,
    /// The screen after CLEAR; any other key shows the lines again.
    pub then: ScreenId,
}
