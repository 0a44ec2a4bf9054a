//! The reply to a host read or an attention key: modified fields, or the buffer.

use super::Terminal;
use super::cell::Cell;
use super::field::Field;
use crate::wire::order::OrderCode;
use crate::wire::{Address, Aid, AttributeType, Inbound, InboundField, Order, ReplyMode};

const SA: u8 = OrderCode::SetAttribute.code();
const GE: u8 = OrderCode::GraphicEscape.code();

/// The character attributes that the last SA orders set, in character reply mode.
struct SentAttributes<'a> {
    types: &'a [u8],
    last: Cell,
}

impl SentAttributes<'_> {
    /// Emits the SA orders that must precede this cell: listed attributes that differ from the character before.
    fn changes(&mut self, cell: Cell, mut emit: impl FnMut(AttributeType, u8)) {
        for kind in Cell::EXTENDED
            .into_iter()
            .filter(|kind| self.types.contains(&kind.code()))
        {
            if cell.get(kind) != self.last.get(kind) {
                emit(kind, cell.get(kind));
                self.last.set(kind, cell.get(kind));
            }
        }
    }
}

/// Ends a run of characters.
fn close(run: &mut Vec<u8>, orders: &mut Vec<Order>) {
    if !run.is_empty() {
        orders.push(Order::Data(run.as_slice().into()));
        run.clear();
    }
}

impl Terminal {
    fn sent_attributes(&self) -> SentAttributes<'_> {
        let types: &[u8] = match &self.reply_mode {
            ReplyMode::Character(types) => types,
            _ => &[],
        };
        SentAttributes {
            types,
            last: Cell::default(),
        }
    }

    /// The answer to a key or a Read Modified; `all` is Read Modified All, which no key shortens.
    pub(super) fn read_modified(&self, aid: Aid, all: bool) -> Inbound {
        if aid == Aid::SysReq {
            return Inbound::TestRequest {
                fields: self.modified(),
            };
        }
        if aid.is_short() && !all {
            return Inbound::Short(aid);
        }
        let fields = if aid == Aid::CursorSelect && !all && self.is_formatted() {
            self.selected()
        } else {
            self.modified()
        };
        Inbound::Modified {
            aid,
            cursor: self.cursor,
            fields,
        }
    }

    /// The modified fields with what stands in them; on an unformatted screen all that stands there.
    pub(super) fn modified(&self) -> Vec<InboundField> {
        let mut sent_attributes = self.sent_attributes();
        let mut read = |at: Option<Address>, start: Address, length: u16| {
            let mut data = Vec::new();
            self.append_data(start, length, &mut sent_attributes, &mut data);
            InboundField { at, data }
        };
        if self.is_formatted() {
            self.modified_fields()
                .map(|field| read(Some(field.start()), field.start(), field.length))
                .collect()
        } else {
            let whole = read(None, 0, self.buffer.len());
            if whole.data.is_empty() {
                Vec::new()
            } else {
                vec![whole]
            }
        }
    }

    /// The modified fields without their data, as the light pen sends them.
    fn selected(&self) -> Vec<InboundField> {
        self.modified_fields()
            .map(|field| InboundField {
                at: Some(field.start()),
                data: Vec::new(),
            })
            .collect()
    }

    fn modified_fields(&self) -> impl Iterator<Item = Field<'_>> {
        let is_modified = |at: &Address| {
            let attribute = self.buffer.get(*at).attribute();
            attribute.is_some_and(|attribute| attribute.is_modified())
        };
        self.buffer
            .attributes_from(0)
            .filter(is_modified)
            .filter_map(|at| Field::at_attribute(self, at))
    }

    fn append_data(
        &self,
        start: Address,
        length: u16,
        sent_attributes: &mut SentAttributes<'_>,
        data: &mut Vec<u8>,
    ) {
        let mut at = start;
        for _ in 0..length {
            let cell = self.buffer.get(at);
            if cell.code != 0 {
                sent_attributes.changes(cell, |kind, value| data.extend([SA, kind.code(), value]));
                if cell.is_graphic_escape() {
                    data.push(GE);
                }
                data.push(cell.code);
            }
            at = self.buffer.next(at);
        }
    }

    /// The answer to a Read Buffer.
    pub(super) fn read_buffer(&self, aid: Aid) -> Inbound {
        let mut orders = Vec::new();
        let mut run = Vec::new();
        let mut sent_attributes = self.sent_attributes();
        for &cell in self.cells() {
            match cell.attribute() {
                Some(attribute) => {
                    close(&mut run, &mut orders);
                    orders.push(match self.reply_mode {
                        ReplyMode::Field => Order::StartField(attribute),
                        _ => {
                            let mut pairs = vec![(AttributeType::Field, attribute.code())];
                            pairs.extend(cell.extended());
                            Order::StartFieldExtended(pairs)
                        }
                    });
                }
                None => {
                    sent_attributes.changes(cell, |kind, value| {
                        close(&mut run, &mut orders);
                        orders.push(Order::SetAttribute(kind, value));
                    });
                    if cell.is_graphic_escape() {
                        close(&mut run, &mut orders);
                        orders.push(Order::GraphicEscape(cell.code));
                    } else {
                        run.push(cell.code);
                    }
                }
            }
        }
        close(&mut run, &mut orders);
        Inbound::Buffer {
            aid,
            cursor: self.cursor,
            orders,
        }
    }
}
