//! Warts as compiled from `warts.toml`: switchable bends of what clean rules do.

pub mod shape;
pub mod wording;

pub use shape::{WartKind, WartNeeds, WartRow};

use super::expr::{Expr, TableId};
use super::ids::{FieldId, JobId, ScreenId};
use super::template::Template;
use super::trigger::Trigger;
use std::collections::BTreeMap;
use tn3270::wire::Aid;

/// A named bend of the effects of clean rules or jobs.
#[derive(Debug, Clone)]
pub struct Wart {
    /// Its name, as `--warts` takes it.
    pub name: String,
    /// Its kind.
    pub kind: WartKind,
    /// What goes wrong, for people.
    pub about: String,
    /// Where an honest observer finds out what really happened.
    pub tell: String,
    /// What it may happen at.
    pub on: Vec<WartOccasion>,
    /// The probability at each occurrence, 0 to 1.
    pub chance: f64,
    /// Only at these occurrences, from 1; empty: at any.
    pub nth: Vec<u64>,
    /// Only in this window of virtual milliseconds, the first included.
    pub between: Option<(u64, u64)>,
    /// Only while this holds.
    pub when: Option<Expr>,
    /// Happens at most so often in a session.
    pub at_most: Option<u64>,
    /// What it does, with the parameters of its kind.
    pub bend: Bend,
}

/// What a wart may happen at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WartOccasion {
    /// An attention key; absent: any screen, any key.
    Key(Option<ScreenId>, Option<Trigger>),
    /// What a job does.
    Job(JobId),
}

/// What has really been done, where the screen does not show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HiddenOutcome {
    /// All of it.
    Done,
    /// Nothing.
    Lost,
    /// The first so many changes to records.
    Half(usize),
    /// Done or lost, drawn.
    Any,
}

/// What a wart does, with the parameters of its [`WartKind`]. Times are virtual milliseconds.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub enum Bend {
    /// Changes to these tables are not made; everything else is as without the wart.
    Drop { tables: Vec<TableId> },
    /// Only the changes to these tables are made.
    Partial { tables: Vec<TableId> },
    /// New rows of these numbered tables are made twice, under another number.
    Double { tables: Vec<TableId> },
    /// Another message is shown than the clean one, and no other screen.
    Mislead {
        message: Template,
        outcome: HiddenOutcome,
    },
    /// One screen is shown for the other.
    Swap(ScreenId, ScreenId),
    /// The work is done, and another screen shown without a message.
    Jump { to: ScreenId },
    /// The abend screen is shown; what was done is kept or not.
    Abend {
        code: Template,
        outcome: HiddenOutcome,
    },
    /// The answer comes later.
    Slow { by: u64 },
    /// The screen comes back as it was, or with its declared values, without a message.
    Spin {
        by: u64,
        outcome: HiddenOutcome,
        refresh: bool,
    },
    /// The key has to be pressed again so many times.
    Acknowledge { times: u64, message: Template },
    /// A window instead of the rule, until `unless` holds.
    Window { modal: ScreenId, unless: Expr },
    /// A message instead of the rule, until `needs` holds.
    Sequence { needs: Expr, message: Template },
    /// What is typed into a field is blanked, until `until` holds.
    Refuse {
        field: FieldId,
        until: Expr,
        message: Template,
    },
    /// A message instead of the rule between two times of day, in milliseconds since midnight.
    Closed {
        from: u64,
        to: u64,
        message: Template,
    },
    /// Texts of a column are cut or lose characters.
    Truncate {
        table: TableId,
        column: usize,
        width: Option<usize>,
        translate: BTreeMap<char, char>,
    },
    /// What is written to a table has other values in these columns; a key column: it is another record that is written.
    Misdirect {
        table: TableId,
        set: Vec<(usize, Expr)>,
    },
    /// A text is written over the screen, unsolicited.
    Broadcast { text: Template, after: u64 },
    /// The terminal is signed off, unsolicited.
    Timeout { after: u64, message: Template },
    /// The screen is reset to its declared values, unsolicited, if it is still shown.
    Reset { after: u64, message: Template },
    /// Another user holds the record, and a message is shown instead of the rule meanwhile.
    Held {
        table: TableId,
        key: Vec<Expr>,
        by: Expr,
        lasts: u64,
        message: Template,
    },
    /// Released records stay held for so long.
    Sticky { lasts: u64 },
    /// The answer is written with the keyboard locked, and the keyboard restored later.
    TwoStage { by: u64 },
    /// The answer shows these tables from a copy, which is updated at this interval.
    Stale { tables: Vec<TableId>, every: u64 },
    /// The new rows of these numbered tables that the last key made are made again.
    Repost { tables: Vec<TableId> },
    /// Unsaved input is lost with the answer.
    Forget,
    /// A key that comes so soon after the last answer is ignored.
    Swallow { within: u64 },
    /// The keyboard is freed, and the screen left as it was until the next key.
    Unpainted,
    /// Another release of the screens.
    Drift(Box<Drift>),
}

/// How the layout of a release differs.
#[derive(Debug, Clone, Default)]
pub struct Drift {
    /// Rows change places.
    pub moves: bool,
    /// Labels, each with the wordings of which one takes its place.
    pub reword: BTreeMap<String, Vec<String>>,
    /// Keys that change places.
    pub keys: Vec<Aid>,
    /// A screen that comes before the others.
    pub insert: Option<ScreenId>,
}

/// How long a wart goes on at the occurrences after the one at which it began.
#[derive(Debug, Clone, Copy)]
pub enum Persistence<'a> {
    /// Not at all: each occurrence is drawn anew.
    Once,
    /// For so many occurrences in all, of which the first is the one at which it began.
    Times(u64),
    /// Until this holds.
    Until(&'a Expr),
    /// For so many virtual milliseconds.
    For(u64),
}

impl Bend {
    /// How long it goes on once it has begun.
    pub fn persistence(&self) -> Persistence<'_> {
        use Bend::*;
        match self {
            Acknowledge { times, .. } => Persistence::Times(*times),
            Window { unless: relief, .. }
            | Sequence { needs: relief, .. }
            | Refuse { until: relief, .. } => Persistence::Until(relief),
            Held { lasts, .. } => Persistence::For(*lasts),
            Drop { .. }
            | Partial { .. }
            | Double { .. }
            | Mislead { .. }
            | Swap(..)
            | Jump { .. }
            | Abend { .. }
            | Slow { .. }
            | Spin { .. }
            | Closed { .. }
            | Truncate { .. }
            | Misdirect { .. }
            | Broadcast { .. }
            | Timeout { .. }
            | Reset { .. }
            | Sticky { .. }
            | TwoStage { .. }
            | Stale { .. }
            | Repost { .. }
            | Forget
            | Swallow { .. }
            | Unpainted
            | Drift(_) => Persistence::Once,
        }
    }

    /// The text it shows, if it shows one.
    pub fn text(&self) -> Option<&Template> {
        use Bend::*;
        match self {
            Mislead { message: text, .. }
            | Abend { code: text, .. }
            | Acknowledge { message: text, .. }
            | Sequence { message: text, .. }
            | Refuse { message: text, .. }
            | Closed { message: text, .. }
            | Broadcast { text, .. }
            | Timeout { message: text, .. }
            | Reset { message: text, .. }
            | Held { message: text, .. } => Some(text),
            Drop { .. }
            | Partial { .. }
            | Double { .. }
            | Swap(..)
            | Jump { .. }
            | Slow { .. }
            | Spin { .. }
            | Window { .. }
            | Truncate { .. }
            | Misdirect { .. }
            | Sticky { .. }
            | TwoStage { .. }
            | Stale { .. }
            | Repost { .. }
            | Forget
            | Swallow { .. }
            | Unpainted
            | Drift(_) => None,
        }
    }

    /// A screen that it shows and the rule does not.
    pub fn shows(&self) -> Option<ScreenId> {
        use Bend::*;
        match self {
            Jump { to: screen } | Window { modal: screen, .. } => Some(*screen),
            Drift(drift) => drift.insert,
            Drop { .. }
            | Partial { .. }
            | Double { .. }
            | Mislead { .. }
            | Swap(..)
            | Abend { .. }
            | Slow { .. }
            | Spin { .. }
            | Acknowledge { .. }
            | Sequence { .. }
            | Refuse { .. }
            | Closed { .. }
            | Truncate { .. }
            | Misdirect { .. }
            | Broadcast { .. }
            | Timeout { .. }
            | Reset { .. }
            | Held { .. }
            | Sticky { .. }
            | TwoStage { .. }
            | Stale { .. }
            | Repost { .. }
            | Forget
            | Swallow { .. }
            | Unpainted => None,
        }
    }
}
