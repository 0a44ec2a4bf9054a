//! The shape of definition files: every key, what it takes and what it means. The loader checks files against these
//! tables, and the JSON Schemas and the reference are made from them, so that the three cannot differ.

mod effect;
mod maker;
mod screen;
mod system;

pub use effect::{EffectKind, EffectNeeds, EffectRow, Paging};
pub use maker::MakerKind;
pub use screen::{FIELD, LIST, REQUIRES, RULE, SCREEN, WINDOW};
pub use system::{
    ABEND, COUNTER, GENERATE, IDLE, JOB, MESSAGES, PEN, SEQUENCE, SYSTEM, TABLE, VARIABLE,
};

use tn3270::wire::attribute::{Color, Highlight, Intensity};

/// A kind of table: its keys and what it is.
#[derive(Debug)]
pub struct TableShape {
    /// What messages call it: "a field".
    pub name: &'static str,
    /// What it is for.
    pub doc: &'static str,
    /// Its keys, the most important first.
    pub keys: &'static [KeyShape],
    /// Whether the effects that have a single key may stand in it as keys of its own.
    pub short_effects: bool,
}

/// A key of a table.
#[derive(Debug)]
pub struct KeyShape {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub kind: ValueKind,
    /// Whether a table without it is faulty.
    pub required: bool,
    /// What it means.
    pub doc: &'static str,
}

/// What a key takes.
#[derive(Debug, Clone, Copy)]
pub enum ValueKind {
    /// Any text.
    Text,
    /// The name of something defined elsewhere: `"screen"`, `"table"` …
    Ref(&'static str),
    /// Text with `{expressions}` in it.
    Template,
    /// An expression, or a literal number, truth or date.
    Expr,
    /// A whole number from … to …
    Int(i64, i64),
    /// true or false.
    Bool,
    /// Only true.
    True,
    /// A date.
    Date,
    /// A time of day.
    Time,
    /// Milliseconds, or text such as "90s".
    Duration,
    /// A duration, or an expression of milliseconds.
    Delay,
    /// A type: "text(8)", "decimal(2)" …
    Type,
    /// A literal value of a column or variable.
    Literal,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A table.
    One(&'static TableShape),
    /// Tables one after the other: `[[name]]`.
    Many(&'static TableShape),
    /// A table with names of the author's choice, each taking this.
    Map(&'static ValueKind),
    /// A list of these.
    List(&'static ValueKind),
    /// One of these, or a list of them.
    OneOrList(&'static ValueKind),
    /// A list of effects.
    Effects,
    /// What makes a generated column.
    Maker,
    /// One table or a list of them, each of which is of the shape whose first key it has; the text is what messages call one.
    Tagged(&'static str, &'static [TableShape]),
    /// A literal, or a table with `type` and `initial`.
    Variable,
    /// A column's name, or a table of one: its name here and in the other table.
    ColumnPair,
}

pub(crate) const fn key(name: &'static str, kind: ValueKind, doc: &'static str) -> KeyShape {
    KeyShape {
        name,
        kind,
        required: false,
        doc,
    }
}

pub(crate) const fn needed(name: &'static str, kind: ValueKind, doc: &'static str) -> KeyShape {
    KeyShape {
        name,
        kind,
        required: true,
        doc,
    }
}

pub(crate) const fn shape(
    name: &'static str,
    doc: &'static str,
    keys: &'static [KeyShape],
) -> TableShape {
    TableShape {
        name,
        doc,
        keys,
        short_effects: false,
    }
}

/// The colours of the 3279 by their names.
pub(crate) const COLORS: [(&str, Color); 14] = [
    ("blue", Color::Blue),
    ("red", Color::Red),
    ("pink", Color::Pink),
    ("green", Color::Green),
    ("turquoise", Color::Turquoise),
    ("yellow", Color::Yellow),
    ("white", Color::White),
    ("black", Color::Black),
    ("deepblue", Color::DeepBlue),
    ("orange", Color::Orange),
    ("purple", Color::Purple),
    ("palegreen", Color::PaleGreen),
    ("paleturquoise", Color::PaleTurquoise),
    ("grey", Color::Grey),
];
/// Extended highlighting by its names.
pub(crate) const HIGHLIGHTS: [(&str, Highlight); 5] = [
    ("normal", Highlight::Normal),
    ("blink", Highlight::Blink),
    ("reverse", Highlight::Reverse),
    ("underscore", Highlight::Underscore),
    ("intensify", Highlight::Intensify),
];
/// Intensities by their names.
pub(crate) const INTENSITIES: [(&str, Intensity); 4] = [
    ("normal", Intensity::Normal),
    ("high", Intensity::High),
    ("hidden", Intensity::Hidden),
    ("detectable", Intensity::Detectable),
];

const COLOR_NAMES: [&str; 14] = names(&COLORS);
const HIGHLIGHT_NAMES: [&str; 5] = names(&HIGHLIGHTS);
const INTENSITY_NAMES: [&str; 4] = names(&INTENSITIES);

/// The names of a list of words and their meanings.
const fn names<T: Copy, const N: usize>(words: &[(&'static str, T); N]) -> [&'static str; N] {
    let mut names = [""; N];
    let mut at = 0;
    while at < N {
        names[at] = words[at].0;
        at += 1;
    }
    names
}

impl TableShape {
    /// Every key it may have, and whether it must.
    pub fn all_keys(&'static self) -> impl Iterator<Item = (&'static KeyShape, bool)> {
        let short = EffectKind::short().filter(|_| self.short_effects);
        self.keys
            .iter()
            .map(|key| (key, key.required))
            .chain(short.map(|(_, key)| (key, false)))
    }
}
