//! Physical maps: the parts of a screen that never change, prepared once.

use super::field_state::FieldState;
use super::list_cache::ListInputs;
use crate::system::model::{FieldId, FieldStyle, MapField, Screen, System};
use std::sync::Arc;
use tn3270::wire::{Address, AttributeType, CodePage, Order};

/// A screen prepared for painting and for reading inbounds.
#[derive(Debug, Default)]
pub(super) struct PreparedMap {
    /// What is painted, in buffer order.
    pub pieces: Vec<MapPiece>,
    /// The most orders that they take.
    pub orders: usize,
    /// Fields by the address of their first character, ascending.
    by_address: Vec<(Address, FieldId)>,
    /// Input fields, in buffer order.
    pub inputs: Vec<FieldId>,
    /// Protected fields outside the list with a declared value.
    pub outputs: Vec<FieldId>,
    /// Fields with a declared protection.
    pub guarded: Vec<FieldId>,
    /// Fields with a declared lock.
    pub locked: Vec<FieldId>,
    /// The fields of each list row, from 0, in buffer order.
    pub list_rows: Vec<Vec<FieldId>>,
    /// The index of each field of the screen within its list row.
    column: Vec<usize>,
    /// The state of its fields when it is opened, by field.
    pub blank: Arc<Vec<FieldState>>,
    /// The inputs of its list, if that can be cached.
    pub list_inputs: Option<ListInputs>,
    /// Cells of the grid.
    size: usize,
}

/// A part of a map.
#[derive(Debug)]
pub(super) enum MapPiece {
    /// The same orders each time.
    Fixed(Vec<Order>),
    /// A field with its text.
    Field(FieldId),
}

impl MapPiece {
    fn orders(&self) -> usize {
        match self {
            MapPiece::Fixed(orders) => orders.len(),
            // Where it begins, its data, and where it ends.
            MapPiece::Field(_) => 5,
        }
    }
}

impl PreparedMap {
    pub fn new(screen: &Screen) -> PreparedMap {
        let size = (screen.rows * screen.columns).max(1);
        let mut map = PreparedMap {
            size,
            list_inputs: screen.list.as_ref().and_then(ListInputs::of),
            column: vec![0; screen.fields.len()],
            blank: Arc::new(screen.fields.iter().map(FieldState::blank).collect()),
            ..PreparedMap::default()
        };
        for (id, field) in screen.fields.iter().enumerate() {
            map.enlist(id, field);
        }
        map.by_address.sort_unstable();
        map.inputs
            .sort_by_key(|id| screen.fields.get(*id).map(|field| field.at));
        map.pieces = pieces(screen);
        map.orders = map.pieces.iter().map(MapPiece::orders).sum();
        map
    }

    /// Adds a field to the lists it belongs to.
    fn enlist(&mut self, id: FieldId, field: &MapField) {
        self.by_address.push((self.data(field), id));
        if !field.look.attribute.is_protected() {
            self.inputs.push(id);
        } else if field.value.is_some() && field.list_row.is_none() {
            self.outputs.push(id);
        }
        if field.protected_until.is_some() {
            self.guarded.push(id);
        }
        if field.locked_until.is_some() {
            self.locked.push(id);
        }
        if let Some(row) = field.list_row {
            if self.list_rows.len() <= row {
                self.list_rows.resize(row + 1, Vec::new());
            }
            if let Some(columns) = self.list_rows.get_mut(row) {
                self.column[id] = columns.len();
                columns.push(id);
            }
        }
    }

    /// The address of a field's first character.
    pub fn data(&self, field: &MapField) -> Address {
        ((usize::from(field.at) + 1) % self.size) as Address
    }

    /// The address of the cell after a field's last.
    pub fn end(&self, field: &MapField) -> Address {
        ((usize::from(field.at) + 1 + field.length) % self.size) as Address
    }

    /// The field whose first character is at this address.
    pub fn field_at(&self, at: Address) -> Option<FieldId> {
        let found = self.by_address.binary_search_by_key(&at, |(at, _)| *at);
        Some(self.by_address.get(found.ok()?)?.1)
    }

    /// The repeat of a list field in another list row.
    pub fn repeat(&self, field: FieldId, row: usize) -> Option<FieldId> {
        let column = *self.column.get(field)?;
        self.list_rows.get(row)?.get(column).copied()
    }
}

/// The maps of all screens, by screen.
pub(super) fn maps(system: &System) -> Vec<Arc<PreparedMap>> {
    let screens = system.screens.iter();
    screens
        .map(|screen| Arc::new(PreparedMap::new(screen)))
        .collect()
}

/// Fixed texts and fields in buffer order; texts without a field between them in one piece.
fn pieces(screen: &Screen) -> Vec<MapPiece> {
    let texts = screen.text.iter().map(|text| {
        let mut orders = vec![Order::SetBufferAddress(text.at), start_field(&text.look)];
        let shown = match screen.window {
            Some(_) => text.text.as_str(),
            // The screen was erased: nulls show as blanks do.
            None => text.text.trim_end(),
        };
        if !shown.is_empty() {
            orders.push(Order::Data(CodePage::CP037.encode_text(shown).into()));
        }
        (text.at, MapPiece::Fixed(orders))
    });
    let fields = screen.fields.iter().enumerate();
    let mut all: Vec<(Address, MapPiece)> = texts
        .chain(fields.map(|(id, field)| (field.at, MapPiece::Field(id))))
        .collect();
    all.sort_by_key(|(at, _)| *at);
    let mut pieces: Vec<MapPiece> = Vec::with_capacity(all.len());
    for (_, piece) in all {
        match (pieces.last_mut(), piece) {
            (Some(MapPiece::Fixed(before)), MapPiece::Fixed(orders)) => before.extend(orders),
            (_, piece) => pieces.push(piece),
        }
    }
    pieces
}

/// The order that starts a field: SFE only where an extended attribute is given.
pub(super) fn start_field(look: &FieldStyle) -> Order {
    if look.color.is_none() && look.highlight.is_none() {
        return Order::StartField(look.attribute);
    }
    let mut pairs = Vec::with_capacity(3);
    pairs.push((AttributeType::Field, look.attribute.code()));
    pairs.extend(
        look.highlight
            .map(|highlight| (AttributeType::Highlighting, highlight.code())),
    );
    pairs.extend(
        look.color
            .map(|color| (AttributeType::Foreground, color.code())),
    );
    Order::StartFieldExtended(pairs)
}
