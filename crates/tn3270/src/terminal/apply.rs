//! What the host sends, carried out.

use super::Terminal;
use super::answers::Answers;
use super::cell::Cell;
use super::oia::Lock;
use crate::wire::structured::ReadOperation;
use crate::wire::{
    Address, Aid, AttributeType, BareWrite, FieldAttribute, Inbound, Order, Outbound, ReplyMode,
    StructuredField, Wcc,
};

/// The size of Erase/Write.
/// Brackets of double-byte characters, which are stored like others but must be in pairs.
const SHIFT_OUT: u8 = 0x0E;
const SHIFT_IN: u8 = 0x0F;
/// The structured field Create Partition, which of the implicit partition only homes the cursor.
const CREATE_PARTITION: u8 = 0x0C;
/// The partition of a query.
const QUERIED: u8 = 0xFF;

/// Whether PT takes the code for an order rather than for data: all format controls but NUL.
fn is_format_control(code: u8) -> bool {
    matches!(code, 0x01..=0x3F | 0xFF)
}

/// Looks at all codes at once: they are few, and hardly ever is one there.
fn has_shift_in(codes: &[u8]) -> bool {
    codes
        .iter()
        .fold(false, |found, code| found | (*code == SHIFT_IN))
}

/// Whether Create Partition is of the implicit partition (00), in units and an addressing mode that there are: 0 or 2 in the high
/// four bits, up to 2 in the low four. What is left out is 0.
fn creates_implicit(data: &[u8]) -> bool {
    let at = |n: usize| data.get(n).copied().unwrap_or_default();
    let (partition, units, mode) = (at(0), at(1) >> 4, at(1) & 0x0F);
    partition == 0 && matches!(units, 0 | 2) && mode <= 2
}

fn is_erase(order: &Order) -> bool {
    matches!(order, Order::EraseUnprotectedToAddress(_))
}

/// The state of one write.
struct Write {
    address: Address,
    /// The attribute byte that governs `address`, if `erases`.
    field: FieldAttribute,
    /// Whether there is an EUA, the only order for which it matters what governs an address.
    erases: bool,
    /// Attributes for new characters, by SA.
    pen: Cell,
    /// Whether the last thing was an order rather than data: PT then nulls nothing.
    after_order: bool,
    /// Whether the last order was a PT that nulled up to the end of the buffer.
    tabbed_to_end: bool,
}

impl Terminal {
    /// Carries out what the host sends. If a write leaves the keyboard unlocked, keys typed ahead run then. Gives what is to be
    /// sent to the host.
    pub fn apply(&mut self, outbound: &Outbound) -> Answers {
        let mut answers = self.apply_without_typeahead(outbound);
        if self.keyboard.wake {
            answers.extend(self.run_typeahead());
        }
        answers
    }

    /// Carries out what the host sends, but leaves keys typed ahead waiting: until [`Terminal::run_typeahead`], or else until the
    /// next write. For callers that read the screen in between, and for writes that do not come from the application that the
    /// keys are meant for.
    pub fn apply_without_typeahead(&mut self, outbound: &Outbound) -> Answers {
        self.keyboard.wake = false;
        let mut answers = Answers::default();
        self.command(outbound, &mut answers);
        answers
    }

    fn command(&mut self, outbound: &Outbound, answers: &mut Answers) {
        match outbound {
            Outbound::Write { wcc, orders } => self.write(*wcc, orders, false),
            Outbound::EraseWrite { wcc, orders } => {
                self.erase(self.default_size());
                self.write(*wcc, orders, true);
            }
            Outbound::EraseWriteAlternate { wcc, orders } => {
                self.erase(self.alternate_size());
                self.write(*wcc, orders, true);
            }
            Outbound::EraseAllUnprotected => self.erase_all_unprotected(),
            Outbound::ReadBuffer => answers.push(self.read_buffer(self.aid)),
            Outbound::ReadModified => answers.push(self.read_modified(self.aid, false)),
            Outbound::ReadModifiedAll => answers.push(self.read_modified(self.aid, true)),
            Outbound::StructuredFields(fields) => fields
                .iter()
                .for_each(|field| self.structured_field(field, answers)),
            Outbound::NoOperation => {}
            Outbound::Bare(BareWrite::Write) => self.keyboard.inhibit = false,
            Outbound::Bare(BareWrite::EraseWrite) => self.erase(self.default_size()),
            Outbound::Bare(BareWrite::EraseWriteAlternate) => self.erase(self.alternate_size()),
        }
    }

    /// Carries out a command for the implicit partition, whose size an erase leaves as it is.
    fn partition_command(&mut self, outbound: &Outbound, answers: &mut Answers) {
        match outbound {
            Outbound::EraseWrite { wcc, orders }
            | Outbound::EraseWriteAlternate { wcc, orders } => {
                self.erase((self.rows(), self.columns()));
                self.write(*wcc, orders, true);
            }
            other => self.command(other, answers),
        }
    }

    /// Clears the buffer in a size, rows x columns.
    pub(super) fn erase(&mut self, (rows, columns): (u16, u16)) {
        if columns != self.columns() {
            self.keyboard.move_ahead(self.columns(), (rows, columns));
        }
        self.buffer.clear(rows, columns);
        self.cursor = 0;
        self.keyboard.awaiting_first = false;
        self.keyboard.inhibit = false;
    }

    fn write(&mut self, wcc: Wcc, orders: &[Order], erased: bool) {
        if erased && wcc.format & 0x40 != 0 {
            self.reply_mode = ReplyMode::Field;
        }
        if wcc.reset_mdt {
            self.buffer.reset_mdt();
        }
        let mut write = Write {
            address: self.cursor,
            field: FieldAttribute::default(),
            erases: orders.iter().any(is_erase),
            pen: Cell::default(),
            after_order: true,
            tabbed_to_end: false,
        };
        write.field = self.governing(&write, self.cursor);
        for order in orders {
            if self.order(&mut write, order).is_none() {
                break;
            }
        }
        self.alarm |= wcc.alarm;
        self.keyboard.awaiting_first = false;
        self.keyboard.clock = false;
        self.keyboard.inhibit = false;
        if wcc.restore {
            self.aid = Aid::None;
            self.keyboard.restore();
        }
        // An erasure that unlocks the keyboard after this does not let them run.
        self.keyboard.wake |= self.lock().is_none_or(Lock::is_operator_error);
    }

    /// Carries out one order; `None` if it cannot be, which ends the write.
    fn order(&mut self, write: &mut Write, order: &Order) -> Option<()> {
        write.tabbed_to_end &= matches!(order, Order::ProgramTab);
        match order {
            Order::Data(codes) if has_shift_in(codes) => self.shifted(write, codes)?,
            Order::Data(codes) => write.address = self.buffer.put(write.address, codes, write.pen),
            Order::GraphicEscape(code) => {
                self.put(
                    write,
                    Cell {
                        code: *code,
                        character_set: Cell::GRAPHIC_ESCAPE,
                        ..write.pen
                    },
                );
                write.field = self.governing(write, write.address);
            }
            Order::StartField(attribute) => {
                self.start_field(write, Cell::default().with_attribute(*attribute))
            }
            Order::StartFieldExtended(pairs) => {
                let mut cell = Cell::default().with_attribute(FieldAttribute::default());
                pairs
                    .iter()
                    .for_each(|&(kind, value)| self.set_field(&mut cell, kind, value));
                // The reference knows no intensified highlighting of a field that is begun so.
                cell.highlighting &= 0x07;
                self.start_field(write, cell);
            }
            Order::SetAttribute(AttributeType::All, _) => write.pen = Cell::default(),
            Order::SetAttribute(kind, value) => self.set_extended(&mut write.pen, *kind, *value),
            Order::ModifyField(pairs) => self.modify_field(write, pairs),
            Order::SetBufferAddress(at) => {
                write.address = self.checked(*at)?;
                write.field = self.governing(write, *at);
            }
            Order::InsertCursor => self.cursor = write.address,
            Order::ProgramTab => self.program_tab(write),
            Order::RepeatToAddress { to, code, graphic } => {
                let to = self.checked(*to)?;
                let character_set = if *graphic {
                    Cell::GRAPHIC_ESCAPE
                } else {
                    write.pen.character_set
                };
                self.repeat(
                    write,
                    to,
                    Cell {
                        code: *code,
                        character_set,
                        ..write.pen
                    },
                );
            }
            Order::EraseUnprotectedToAddress(to) => {
                let to = self.checked(*to)?;
                self.erase_unprotected(write, to);
            }
            Order::Unknown(_) => {}
            Order::Malformed(_) => return None,
        }
        write.after_order = match order {
            Order::Data(codes) => codes.last().is_some_and(|&code| is_format_control(code)),
            Order::GraphicEscape(_) => false,
            _ => true,
        };
        Some(())
    }

    /// Puts characters with SHIFT IN among them, which must have its SHIFT OUT.
    fn shifted(&mut self, write: &mut Write, codes: &[u8]) -> Option<()> {
        for piece in codes.chunk_by(|a, b| *a != SHIFT_IN && *b != SHIFT_IN) {
            if piece == [SHIFT_IN] && !self.is_shifted_out(write.address) {
                return None;
            }
            write.address = self.buffer.put(write.address, piece, write.pen);
        }
        Some(())
    }

    /// Whether SHIFT OUT stands before an address, with no SHIFT IN behind it: round the buffer, back to the attribute byte that
    /// governs the address, or on an unformatted screen to the last position of the buffer.
    fn is_shifted_out(&self, at: Address) -> bool {
        let last = self.buffer.previous(0);
        let stop = self.buffer.field_start(at).unwrap_or(last);
        let mut here = at;
        loop {
            here = self.buffer.previous(here);
            match self.buffer.get(here).code {
                SHIFT_OUT => return true,
                SHIFT_IN => return false,
                _ if here == stop => return false,
                _ => {}
            }
        }
    }

    /// The attribute that governs an address, which takes a search.
    fn governing(&self, write: &Write, at: Address) -> FieldAttribute {
        match write.erases {
            true => self.buffer.attribute_at(at),
            false => FieldAttribute::default(),
        }
    }

    fn checked(&self, at: Address) -> Option<Address> {
        (at < self.buffer.len()).then_some(at)
    }

    fn put(&mut self, write: &mut Write, cell: Cell) {
        self.buffer.set(write.address, cell);
        write.address = self.buffer.next(write.address);
    }

    fn start_field(&mut self, write: &mut Write, cell: Cell) {
        write.field = cell.attribute().unwrap_or_default();
        self.put(write, cell);
    }

    fn modify_field(&mut self, write: &mut Write, pairs: &[(AttributeType, u8)]) {
        let mut cell = self.buffer.get(write.address);
        if cell.is_attribute() {
            pairs
                .iter()
                .for_each(|&(kind, value)| self.set_field(&mut cell, kind, value));
            // What governs the rest of this write is still the attribute as it was.
            self.put(write, cell);
        }
    }

    fn program_tab(&mut self, write: &mut Write) {
        if self
            .buffer
            .get(write.address)
            .attribute()
            .is_some_and(|attribute| !attribute.is_protected())
        {
            write.address = self.buffer.next(write.address);
            write.tabbed_to_end = false;
            return;
        }
        let found = self.buffer.next_unprotected(write.address);
        let target = if found < write.address { 0 } else { found };
        if !write.after_order || write.tabbed_to_end {
            while write.address != target && !self.buffer.get(write.address).is_attribute() {
                self.put(write, Cell::default());
            }
            write.tabbed_to_end |= target == 0;
        } else {
            write.tabbed_to_end = false;
        }
        write.address = target;
    }

    fn repeat(&mut self, write: &mut Write, to: Address, cell: Cell) {
        loop {
            // The reference leaves the background that stands there.
            let background = self.buffer.get(write.address).background;
            self.put(write, Cell { background, ..cell });
            if write.address == to {
                break;
            }
        }
        write.field = self.governing(write, to);
    }

    fn erase_unprotected(&mut self, write: &mut Write, to: Address) {
        loop {
            match self.buffer.get(write.address).attribute() {
                Some(attribute) => write.field = attribute,
                None if !write.field.is_protected() => self.buffer.set_code(write.address, 0),
                None => {}
            }
            write.address = self.buffer.next(write.address);
            if write.address == to {
                break;
            }
        }
        write.field = self.buffer.attribute_at(to);
    }

    fn erase_all_unprotected(&mut self) {
        self.keyboard.inhibit = false;
        self.cursor = 0;
        if self.is_formatted() {
            self.erase_input_fields();
        } else {
            self.buffer.clear(self.rows(), self.columns());
        }
        self.aid = Aid::None;
        self.keyboard.restore();
    }

    fn structured_field(&mut self, field: &StructuredField, answers: &mut Answers) {
        match field {
            StructuredField::ReadPartition { partition, read } => {
                answers.extend(self.read_partition(*partition, read))
            }
            StructuredField::EraseReset { alternate: false } => self.erase(self.default_size()),
            StructuredField::EraseReset { alternate: true } => self.erase(self.alternate_size()),
            StructuredField::SetReplyMode { partition: 0, mode } => self.reply_mode = mode.clone(),
            StructuredField::Outbound3270 {
                partition: 0,
                command,
            } => self.partition_command(command, answers),
            // There is one partition, the implicit one.
            StructuredField::SetReplyMode { .. } | StructuredField::Outbound3270 { .. } => {}
            StructuredField::Other {
                id: CREATE_PARTITION,
                data,
            } if creates_implicit(data) => self.cursor = 0,
            StructuredField::Other { .. } | StructuredField::Malformed(_) => {}
        }
    }

    /// Answers a read: a query is of no partition (FF), the others of the implicit one (00).
    fn read_partition(&mut self, partition: u8, read: &ReadOperation) -> Option<Inbound> {
        Some(match (partition, read) {
            (QUERIED, ReadOperation::Query) => self.query(),
            (QUERIED, ReadOperation::QueryList { request, codes }) => {
                self.query_list(*request, codes)
            }
            (0, ReadOperation::Buffer) => self.read_buffer(Aid::ReadPartition),
            (0, ReadOperation::Modified) => self.read_modified(Aid::ReadPartition, false),
            (0, ReadOperation::ModifiedAll) => self.read_modified(Aid::ReadPartition, true),
            _ => return None,
        })
    }

    /// Sets one attribute of an attribute byte.
    fn set_field(&self, cell: &mut Cell, kind: AttributeType, value: u8) {
        match kind {
            AttributeType::Field => *cell = cell.with_attribute(FieldAttribute::from_code(value)),
            kind => self.set_extended(cell, kind, value),
        }
    }

    /// Sets an extended attribute of those that the terminal keeps.
    fn set_extended(&self, cell: &mut Cell, kind: AttributeType, value: u8) {
        let kept = match kind {
            AttributeType::Foreground | AttributeType::Background => self.options.color,
            AttributeType::Validation | AttributeType::Outlining => {
                !self.options.as_s3270 && cell.is_attribute()
            }
            AttributeType::Transparency => !self.options.as_s3270,
            _ => true,
        };
        if kept {
            cell.set(kind, value);
        }
    }
}
