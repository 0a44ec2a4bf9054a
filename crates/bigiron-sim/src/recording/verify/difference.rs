//! How two events differ, in words.

use crate::recording::EventKind;
use crate::system::model::{Screen, System};
use tn3270::terminal::Terminal;
use tn3270::wire::{Address, Inbound, Outbound};

/// The most differing places that are listed.
const MAX_PLACES: usize = 10;

/// A difference: in one line, and its places, one a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    pub what: String,
    pub details: Vec<String>,
}

impl Difference {
    /// A difference without places.
    pub fn new(what: impl Into<String>) -> Difference {
        Difference::at(what, Vec::new())
    }

    fn at(what: impl Into<String>, details: Vec<String>) -> Difference {
        Difference {
            what: what.into(),
            details,
        }
    }
}

/// The kind of an event, with its article.
pub(super) fn name(kind: &EventKind) -> &'static str {
    match kind {
        EventKind::Keys(_) => "a key",
        EventKind::Inbound(_) => "a record of the terminal",
        EventKind::Outbound(_) => "a write of the host",
        EventKind::Bind(_) => "a BIND",
        EventKind::Wait(_) => "a wait",
        EventKind::State(_) => "a state of the host",
        EventKind::Answer(_) => "an answer",
        EventKind::End(_) => "the end",
    }
}

/// How two events differ, on a terminal as it was before them.
pub(super) fn between(
    recorded: &EventKind,
    now: &EventKind,
    before: &Terminal,
    system: &System,
) -> Difference {
    match (recorded, now) {
        (EventKind::Outbound(recorded), EventKind::Outbound(now)) => {
            outbounds(recorded, now, before, system)
        }
        (EventKind::Inbound(recorded), EventKind::Inbound(now)) => {
            let (recorded, now) = (inbound(recorded, before), inbound(now, before));
            let details = vec![format!("recorded {recorded}"), format!("now      {now}")];
            Difference::at("the terminal sends another record", details)
        }
        (EventKind::State(recorded), EventKind::State(now)) => Difference::at(
            "the screens are the same, but the host's state is not (tables, variables, pending events or chance)",
            vec![
                format!("recorded {recorded:016x}"),
                format!("now      {now:016x}"),
            ],
        ),
        (recorded, now) => Difference::new(format!(
            "recorded {}; now comes {}",
            name(recorded),
            name(now)
        )),
    }
}

fn outbounds(recorded: &[u8], now: &[u8], before: &Terminal, system: &System) -> Difference {
    let (Ok(old), Ok(new)) = (Outbound::decode(recorded), Outbound::decode(now)) else {
        return Difference::new("the recorded write of the host is no 3270 data stream");
    };
    let (mut left, mut right) = (before.clone(), before.clone());
    left.apply_without_typeahead(&old);
    right.apply_without_typeahead(&new);
    if (left.rows(), left.columns()) != (right.rows(), right.columns()) {
        let size = |terminal: &Terminal| format!("{}x{}", terminal.rows(), terminal.columns());
        return Difference::new(format!(
            "the screen's size differs: recorded {}, now {}",
            size(&left),
            size(&right)
        ));
    }
    let mut details = cells(&left, &right, system);
    if details.is_empty() {
        let other = cursors(&left, &right).or_else(|| keyboards(&left, &right));
        details.push(other.unwrap_or_else(|| bytes(recorded, now)));
    }
    Difference::at("the host writes another screen", details)
}

fn cursors(left: &Terminal, right: &Terminal) -> Option<String> {
    (left.cursor() != right.cursor()).then(|| {
        let recorded = place(left.cursor(), left);
        format!(
            "cursor: recorded {recorded}, now {}",
            place(right.cursor(), right)
        )
    })
}

fn keyboards(left: &Terminal, right: &Terminal) -> Option<String> {
    let lock = |terminal: &Terminal| {
        let lock = terminal.lock().map(|lock| lock.to_string());
        lock.unwrap_or_else(|| "unlocked".to_owned())
    };
    (left.lock() != right.lock())
        .then(|| format!("keyboard: recorded {}, now {}", lock(left), lock(right)))
}

fn bytes(recorded: &[u8], now: &[u8]) -> String {
    let same = recorded.iter().zip(now);
    let at = same.take_while(|(old, new)| old == new).count();
    format!(
        "the records part at byte {at} ({} bytes recorded, now {}), though both look the same",
        recorded.len(),
        now.len()
    )
}

/// The differing cells, a line for each run of them.
fn cells(left: &Terminal, right: &Terminal, system: &System) -> Vec<String> {
    let runs = differing_runs(left, right);
    let screen = screen(left, system);
    let line = |&(start, end): &(Address, Address)| {
        let last = match end > start {
            true => format!("-{}", end % left.columns().max(1) + 1),
            false => String::new(),
        };
        let name = name_at(start, left, screen).map_or(String::new(), |name| format!(" ({name})"));
        format!(
            "{}{last}{name}: recorded {:?}, now {:?}",
            place(start, left),
            text(left, start, end),
            text(right, start, end)
        )
    };
    let mut lines: Vec<String> = runs.iter().take(MAX_PLACES).map(line).collect();
    let more = runs.len().saturating_sub(MAX_PLACES);
    if more > 0 {
        lines.push(format!("and {more} more places"));
    }
    lines
}

/// The first and last addresses of runs of differing cells, each within a row.
fn differing_runs(left: &Terminal, right: &Terminal) -> Vec<(Address, Address)> {
    let columns = left.columns().max(1);
    let differs =
        |at: Address| left.cells().get(usize::from(at)) != right.cells().get(usize::from(at));
    let mut runs: Vec<(Address, Address)> = Vec::new();
    for at in (0..left.rows() * columns).filter(|&at| differs(at)) {
        match runs.last_mut() {
            // Gaps of a cell or two belong to one word or number.
            Some((start, end)) if at - *end <= 3 && *start / columns == at / columns => *end = at,
            _ => runs.push((at, at)),
        }
    }
    runs
}

fn text(terminal: &Terminal, start: Address, end: Address) -> String {
    (start..=end).map(|at| terminal.look(at).ch).collect()
}

fn place(at: Address, terminal: &Terminal) -> String {
    let columns = terminal.columns().max(1);
    format!("row {}, column {}", at / columns + 1, at % columns + 1)
}

/// The screen of the definition that a terminal shows: the first of which all fixed text is there.
fn screen<'a>(terminal: &Terminal, system: &'a System) -> Option<&'a Screen> {
    let shows = |screen: &&Screen| {
        !screen.text.is_empty()
            && screen.text.iter().all(|fixed| {
                let shown = (fixed.at + 1..).map(|at| terminal.look(at).ch);
                fixed
                    .text
                    .chars()
                    .zip(shown)
                    .all(|(wanted, shown)| wanted == shown)
            })
    };
    system.screens.iter().find(shows)
}

/// A name for the field at an address: the one in the definition, or the label to the left of it.
fn name_at(at: Address, terminal: &Terminal, screen: Option<&Screen>) -> Option<String> {
    let defined = screen.and_then(|screen| {
        screen.fields.iter().find(|field| {
            (field.at..=field.at.saturating_add(field.length as Address)).contains(&at)
        })
    });
    if let Some(field) = defined {
        return Some(field.name.clone());
    }
    let start = terminal.field_at(at)?.attribute_address;
    let columns = terminal.columns().max(1);
    let left: String = (start / columns * columns..start)
        .map(|at| terminal.look(at).ch)
        .collect();
    let label = left
        .trim_end_matches(['.', ' ', ':', '=', '>'])
        .rsplit("  ")
        .next()
        .unwrap_or_default()
        .trim()
        .to_owned();
    (!label.is_empty()).then_some(label)
}

fn inbound(bytes: &[u8], terminal: &Terminal) -> String {
    let Ok(inbound) = Inbound::decode(bytes) else {
        return format!("{} bytes that are no 3270 data stream", bytes.len());
    };
    let page = terminal.options().code_page;
    let fields = inbound.fields().iter().map(|field| {
        let text: String = field.data.iter().map(|&code| page.decode(code)).collect();
        match field.at {
            Some(at) => format!(", {} {text:?}", place(at, terminal)),
            None => format!(", {text:?}"),
        }
    });
    let cursor = inbound.cursor().map_or(String::new(), |cursor| {
        format!(", cursor {}", place(cursor, terminal))
    });
    format!("{}{cursor}{}", inbound.aid(), fields.collect::<String>())
}
