//! Another release of some screens: the same fields and rules under another layout, drawn from the stream `layout`.
//!
//! A release is made when a host is opened, and stays. Fields keep their ids and pressed keys are translated to those of the
//! definition, so rules, fields and other warts work as on the declared layout.

use super::Region;
use super::active_wart::ActiveWart;
use super::chance::Chance;
use super::map::PreparedMap;
use crate::system::model::{FieldStyle, MapText, Screen, ScreenId, System, Trigger};
use crate::system::wart::wording::{renumber, reword};
use crate::system::wart::{Bend, Drift, Wart, WartOccasion};
use std::collections::BTreeMap;
use std::sync::Arc;
use tn3270::wire::{Aid, FieldAttribute};

/// The parts of a release that are not in its screens: keys and inserted screens.
#[derive(Debug, Default)]
pub(super) struct ReleaseLayout {
    /// Keys of the definition by the key that is pressed, by screen.
    keys: BTreeMap<ScreenId, BTreeMap<Aid, Aid>>,
    /// The screen that comes before another.
    before: BTreeMap<ScreenId, ScreenId>,
}

impl ReleaseLayout {
    /// The key of the definition that a pressed one stands for.
    pub fn declared(&self, screen: ScreenId, pressed: Aid) -> Aid {
        let keys = self.keys.get(&screen);
        let declared = keys.and_then(|keys| keys.get(&pressed));
        declared.copied().unwrap_or(pressed)
    }

    /// The screen that comes before this one.
    pub fn before(&self, screen: ScreenId) -> Option<ScreenId> {
        self.before.get(&screen).copied()
    }
}

/// The region with the drifts among the active warts applied, and its layout if there are any.
pub(super) fn release(
    region: &Region,
    active: &[ActiveWart],
) -> (Region, Option<Arc<ReleaseLayout>>) {
    let warts = active.iter().filter_map(|active| {
        let wart = region.system.warts.get(active.wart())?;
        let Bend::Drift(drift) = &wart.bend else {
            return None;
        };
        Some((wart, drift.as_ref(), active.chance()))
    });
    let drifts: Vec<(&Wart, &Drift, f64)> = warts.collect();
    if drifts.is_empty() {
        return (region.clone(), None);
    }
    let mut system = System::clone(&region.system);
    let mut maps = region.maps.to_vec();
    let mut layout = ReleaseLayout::default();
    for (wart, drift, chance) in drifts {
        for id in 0..system.screens.len() {
            let Some(screen) = system.screens.get_mut(id).filter(|_| is_on(wart, id)) else {
                continue;
            };
            let mut draw = Chance::stream(region.seed, "layout", &[&wart.name, &screen.id]);
            if !draw.chance(chance) {
                continue;
            }
            drifted(screen, id, drift, &mut draw, &mut layout);
            if let Some(map) = maps.get_mut(id) {
                *map = Arc::new(PreparedMap::new(screen));
            }
        }
    }
    let region = Region {
        system: Arc::new(system),
        maps: maps.into(),
        ..region.clone()
    };
    (region, Some(Arc::new(layout)))
}

fn is_on(wart: &Wart, screen: ScreenId) -> bool {
    wart.on
        .iter()
        .any(|on| matches!(on, WartOccasion::Key(at, _) if at.is_none_or(|at| at == screen)))
}

fn drifted(
    screen: &mut Screen,
    id: ScreenId,
    drift: &Drift,
    draw: &mut Chance,
    layout: &mut ReleaseLayout,
) {
    if drift.moves && screen.window.is_none() {
        moved(screen, draw);
    }
    for (label, wordings) in &drift.reword {
        if let Some(wording) = draw.pick(wordings) {
            for text in &mut screen.text {
                if let Some(other) = reword(&text.text, label, wording) {
                    text.text = other;
                }
            }
        }
    }
    if let Some(keys) = renumbered(screen, &drift.keys, draw) {
        layout.keys.insert(id, keys);
    }
    if let Some(before) = drift.insert.filter(|before| *before != id) {
        layout.before.insert(id, before);
    }
}

/// Gives each of the keys that the screen has rules for another number, in its texts too. Returns the keys of the definition by
/// those that are pressed from now on.
fn renumbered(screen: &mut Screen, keys: &[Aid], draw: &mut Chance) -> Option<BTreeMap<Aid, Aid>> {
    let has = |key: &&Aid| screen.keys.contains_key(&Trigger::Key(**key));
    let old: Vec<Aid> = keys.iter().filter(has).copied().collect();
    if old.len() < 2 {
        return None;
    }
    let mut new = old.clone();
    new.rotate_left(1 + draw.below(old.len() as u64 - 1) as usize);
    let number = |key: Aid| {
        let at = old.iter().position(|old| *old == key);
        at.and_then(|at| new.get(at)).copied().unwrap_or(key)
    };
    let texts = screen.text.iter();
    let texts: Option<Vec<String>> = texts.map(|text| renumber(&text.text, number)).collect();
    for (text, renamed) in screen.text.iter_mut().zip(texts?) {
        text.text = renamed;
    }
    Some(new.iter().copied().zip(old.iter().copied()).collect())
}

/// The most rows that what stands above the widest gap moves down.
const FURTHEST: u64 = 3;

/// Puts runs of rows with input fields into another order, and moves what stands above the widest gap down into it.
fn moved(screen: &mut Screen, draw: &mut Chance) {
    split(screen);
    let rows = Rows::of(screen);
    let mut order: Vec<usize> = (0..screen.rows).collect();
    for (from, to) in rows.runs() {
        if let Some(run) = order.get_mut(from..to) {
            run.rotate_left(1 + draw.below((to - from) as u64 - 1) as usize);
        }
    }
    if let Some((top, from, to)) = rows.slack() {
        let by = 1 + draw.below(((to - from) as u64 - 1).min(FURTHEST)) as usize;
        if let Some(part) = order.get_mut(top..from + by) {
            part.rotate_right(by);
        }
    }
    let mut place = vec![0; order.len()];
    for (new, old) in order.into_iter().enumerate() {
        if let Some(place) = place.get_mut(old) {
            *place = new;
        }
    }
    let columns = screen.columns.max(1);
    let move_to = |at: u16| {
        let (row, column) = (usize::from(at) / columns, usize::from(at) % columns);
        let row = place.get(row).copied().unwrap_or(row);
        u16::try_from(row * columns + column).unwrap_or(at)
    };
    screen
        .text
        .iter_mut()
        .for_each(|text| text.at = move_to(text.at));
    screen
        .fields
        .iter_mut()
        .for_each(|field| field.at = move_to(field.at));
    screen.text.sort_by_key(|text| text.at);
}

/// Fixed text that runs over several rows becomes a text a row, so that each row can stand anywhere.
fn split(screen: &mut Screen) {
    let columns = screen.columns.max(1);
    let mut texts = Vec::with_capacity(screen.rows + screen.text.len());
    for text in std::mem::take(&mut screen.text) {
        let letters: Vec<char> = text.text.chars().collect();
        let first = columns - (usize::from(text.at) % columns + 1);
        let (head, tail) = letters.split_at(first.min(letters.len()));
        // A row whose first cell is taken cannot begin with an attribute.
        if tail.chunks(columns).any(|row| row.first() != Some(&' ')) {
            texts.push(text);
            continue;
        }
        let mut at = usize::from(text.at) + first + 1;
        for row in tail.chunks(columns) {
            if row.iter().any(|c| *c != ' ') {
                let shown: String = row.iter().skip(1).collect();
                texts.push(line(&text, at, shown.trim_end()));
            }
            at += columns;
        }
        let shown: String = head.iter().collect();
        texts.push(line(&text, usize::from(text.at), shown.trim_end()));
    }
    // Nothing of a row's look runs on into the next.
    for row in 0..screen.rows {
        let at = row * columns;
        let taken = texts
            .iter()
            .any(|text| covers(text.at, text.text.chars().count(), at))
            || screen
                .fields
                .iter()
                .any(|field| covers(field.at, field.length + 1, at));
        if let (false, Ok(at)) = (taken, u16::try_from(at)) {
            let attribute = FieldAttribute::default().protected(true).numeric(true);
            let look = FieldStyle {
                attribute,
                color: None,
                highlight: None,
            };
            texts.push(MapText {
                at,
                look,
                text: String::new(),
            });
        }
    }
    texts.sort_by_key(|text| text.at);
    screen.text = texts;
}

fn line(of: &MapText, at: usize, shown: &str) -> MapText {
    MapText {
        at: u16::try_from(at).unwrap_or(of.at),
        look: of.look,
        text: shown.to_owned(),
    }
}

/// Whether the attribute at an address and so many cells after it cover a cell.
fn covers(at: u16, length: usize, cell: usize) -> bool {
    (usize::from(at)..=usize::from(at) + length).contains(&cell)
}

/// How the rows of a screen are used.
struct Rows {
    /// The row shows something.
    filled: Vec<bool>,
    /// The row has an input field outside a list, and no other has just its labels.
    entry: Vec<bool>,
    /// The content of the row runs on into the next.
    runs_on: Vec<bool>,
}

impl Rows {
    fn of(screen: &Screen) -> Rows {
        let mut rows = Rows {
            filled: vec![false; screen.rows],
            entry: vec![false; screen.rows],
            runs_on: vec![false; screen.rows],
        };
        let labels = rows.add_texts(screen);
        let lists = rows.add_fields(screen);
        for (row, entry) in rows.entry.iter_mut().enumerate() {
            let label = labels.get(row).map_or("", String::as_str);
            let alone = labels.iter().filter(|other| *other == label).count() == 1;
            let is_list = lists.get(row).copied().unwrap_or(true);
            *entry &= !is_list && alone && !label.trim().is_empty();
        }
        rows
    }

    /// Adds the fixed texts. Returns the text of each row.
    fn add_texts(&mut self, screen: &Screen) -> Vec<String> {
        let columns = screen.columns.max(1);
        let mut labels = vec![String::new(); screen.rows];
        let texts = screen.text.iter();
        for text in texts.filter(|text| !text.text.trim().is_empty()) {
            let start = usize::from(text.at);
            let (row, last) = (
                start / columns,
                (start + text.text.chars().count()) / columns,
            );
            mark(&mut self.filled, row);
            (row..last).for_each(|row| mark(&mut self.runs_on, row));
            if let Some(label) = labels.get_mut(row) {
                label.push_str(&text.text);
            }
        }
        labels
    }

    /// Adds the fields; input fields outside a list make a row one of entry. Returns which rows belong to a list.
    fn add_fields(&mut self, screen: &Screen) -> Vec<bool> {
        let columns = screen.columns.max(1);
        let mut lists = vec![false; screen.rows];
        for field in &screen.fields {
            let start = usize::from(field.at);
            let (row, last) = (start / columns, (start + field.length + 1) / columns);
            mark(&mut self.filled, row);
            for row in row..last {
                mark(&mut self.runs_on, row);
                mark(&mut self.filled, row + 1);
            }
            if field.list_row.is_some() {
                mark(&mut lists, row);
            } else if !field.look.attribute.is_protected() {
                mark(&mut self.entry, row);
            }
        }
        lists
    }

    /// Whether a row can be moved without those above and below it.
    fn is_loose(&self, row: usize) -> bool {
        let runs_on = |row: Option<usize>| {
            row.and_then(|row| self.runs_on.get(row))
                .copied()
                .unwrap_or(false)
        };
        !runs_on(Some(row)) && !runs_on(row.checked_sub(1))
    }

    /// Runs of two rows and more that may change places, each as its first row and the row after its last.
    fn runs(&self) -> Vec<(usize, usize)> {
        let mut runs = Vec::new();
        let mut from = None;
        for row in 0..=self.entry.len() {
            let goes = self.entry.get(row).copied().unwrap_or(false) && self.is_loose(row);
            match (from, goes) {
                (None, true) => from = Some(row),
                (Some(start), false) => {
                    if row - start > 1 {
                        runs.push((start, row));
                    }
                    from = None;
                }
                _ => {}
            }
        }
        runs
    }

    /// The widest gap of three rows and more: the first row of what stands above it and may move, and from where to where the gap is.
    fn slack(&self) -> Option<(usize, usize, usize)> {
        let blank = |row: usize| self.filled.get(row) == Some(&false);
        let mut widest: Option<(usize, usize)> = None;
        let mut row = 0;
        while row < self.filled.len() {
            let to = (row..self.filled.len())
                .find(|row| !blank(*row))
                .unwrap_or(self.filled.len());
            if to - row > widest.map_or(2, |(from, to)| to - from) {
                widest = Some((row, to));
            }
            row = to.max(row) + 1;
        }
        let (from, to) = widest?;
        // The heading stays where it is.
        let top = (1..from).find(|row| blank(*row))?;
        (top + 1 < from).then_some((top, from, to))
    }
}

fn mark(rows: &mut [bool], row: usize) {
    if let Some(slot) = rows.get_mut(row) {
        *slot = true;
    }
}
