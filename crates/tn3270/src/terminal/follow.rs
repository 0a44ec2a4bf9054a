//! A terminal that mirrors a remote one of which only the inbound records are known.

use super::{Key, Terminal};
use crate::wire::{Aid, Inbound, InboundField, Order, Outbound, Wcc};

impl Terminal {
    /// Applies a record that the mirrored terminal has sent: its entries and its cursor, or its CLEAR. Nothing is sent.
    pub fn follow(&mut self, inbound: &Inbound) {
        if inbound.aid() == Aid::Clear {
            self.press(Key::Clear);
            return;
        }
        let entries = inbound.fields().iter();
        let mut orders: Vec<Order> = entries
            .filter_map(|field| self.entry(field))
            .flatten()
            .collect();
        if let Some(cursor) = inbound.cursor() {
            orders.extend([Order::SetBufferAddress(cursor), Order::InsertCursor]);
        }
        let wcc = Wcc::default();
        self.apply_without_typeahead(&Outbound::Write { wcc, orders });
    }

    /// Writes an entry into its field, to the field's end.
    fn entry(&self, field: &InboundField) -> Option<[Order; 2]> {
        let at = field.at?;
        let length = usize::from(self.field_at(at)?.length);
        let mut data = field.data.clone();
        data.resize(length, 0);
        Some([Order::SetBufferAddress(at), Order::Data(data.into())])
    }
}
