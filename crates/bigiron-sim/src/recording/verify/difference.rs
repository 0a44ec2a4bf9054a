//! Tells two events apart, for people.

use super::Difference;
use crate::recording::EventKind;
use crate::system::model::{Screen, System};
use tn3270::terminal::Terminal;
use tn3270::wire::{Address, Inbound, Outbound};

/// Differing places that are listed at most.
const PLACES: usize = 10;

/// What sort of event it is.
pub fn name(what: &EventKind) -> &'static str {
    match what {
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

/// How two differ, on a terminal as it was before them.
pub fn between(
    recorded: &EventKind,
    now: &EventKind,
    before: &Terminal,
    system: &System,
) -> Difference {
    match (recorded, now) {
        (EventKind::Outbound(recorded), EventKind::Outbound(now)) => outbounds(recorded, now, before, system),
        (EventKind::Inbound(recorded), EventKind::Inbound(now)) => {
            let details = vec![format!("recorded {}", inbound(recorded, before)), format!("now      {}", inbound(now, before))];
            ("the terminal sends another record".into(), details)
        }
        (EventKind::State(recorded), EventKind::State(now)) => (
            "the screens are the same, but the host's state is not (tables, variables, pending events or chance)".into(),
            vec![format!("recorded {recorded:016x}"), format!("now      {now:016x}")],
        ),
        (recorded, now) => (format!("recorded {}; now comes {}", name(recorded), name(now)), Vec::new()),
    }
}

fn outbounds(recorded: &[u8], now: &[u8], before: &Terminal, system: &System) -> Difference {
    let (Ok(old), Ok(new)) = (Outbound::decode(recorded), Outbound::decode(now)) else {
        return (
            "the recorded write of the host is no 3270 data stream".into(),
            Vec::new(),
        );
    };
    let (mut left, mut right) = (before.clone(), before.clone());
    left.apply_without_typeahead(&old);
    right.apply_without_typeahead(&new);
    if (left.rows(), left.columns()) != (right.rows(), right.columns()) {
        let size = |terminal: &Terminal| format!("{}x{}", terminal.rows(), terminal.columns());
        return (
            format!(
                "the screen's size differs: recorded {}, now {}",
                size(&left),
                size(&right)
            ),
            Vec::new(),
        );
    }
    let mut details = cells(&left, &right, system);
    if details.is_empty() && left.cursor() != right.cursor() {
        details.push(format!(
            "cursor: recorded {}, now {}",
            place(left.cursor(), &left),
            place(right.cursor(), &right)
        ));
    }
    if details.is_empty() && left.lock() != right.lock() {
        let lock = |terminal: &Terminal| {
            terminal
                .lock()
                .map_or("unlocked".to_owned(), |lock| lock.to_string())
        };
        details.push(format!(
            "keyboard: recorded {}, now {}",
            lock(&left),
            lock(&right)
        ));
    }
    if details.is_empty() {
        let at = recorded
            .iter()
            .zip(now)
            .take_while(|(old, new)| old == new)
            .count();
        details.push(format!(
            "the records part at byte {at} ({} bytes recorded, now {}), though both look the same",
            recorded.len(),
            now.len()
        ));
    }
    ("the host writes another screen".into(), details)
}

/// Runs of differing cells, each within a row.
fn cells(left: &Terminal, right: &Terminal, system: &System) -> Vec<String> {
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
    let more = runs.len().saturating_sub(PLACES);
    let screen = screen(left, system);
    let line = |&(start, end): &(Address, Address)| {
        let last = if end > start {
            format!("-{}", end % columns + 1)
        } else {
            String::new()
        };
        let name = name_at(start, left, screen).map_or(String::new(), |name| format!(" ({name})"));
        format!(
            "{}{last}{name}: recorded {:?}, now {:?}",
            place(start, left),
            text(left, start, end),
            text(right, start, end)
        )
    };
    let mut lines: Vec<String> = runs.iter().take(PLACES).map(line).collect();
    if more > 0 {
        lines.push(format!("and {more} more places"));
    }
    lines
}

fn text(terminal: &Terminal, start: Address, end: Address) -> String {
    (start..=end).map(|at| terminal.look(at).ch).collect()
}

fn place(at: Address, terminal: &Terminal) -> String {
    let columns = terminal.columns().max(1);
    format!("row {}, column {}", at / columns + 1, at % columns + 1)
}

/// The screen of the definition that a terminal shows: the first whose fixed text is all there.
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

/// What a person calls the field at an address: its name in the definition, or the text to the left of it.
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
