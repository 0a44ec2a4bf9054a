//! The presentation space and keyboard of a 3270 display station.
//!
//! [`Terminal`] is a pure machine: [`Terminal::press`] takes a key, [`Terminal::apply`] takes what the host sends, and both
//! return what is to be sent. Behaviour follows s3270 4.1ga10; [`TerminalOptions`] switches off what hardware did not have.

mod answers;
mod apply;
mod bound;
mod buffer;
mod cell;
mod cursor;
mod dump;
mod edit;
mod field;
mod follow;
mod key;
mod keyboard;
mod look;
mod model;
mod oia;
pub mod planes;
mod query;
mod read;
mod verify;

pub use answers::Answers;
pub use cell::Cell;
pub use dump::Notation;
pub use field::Field;
pub use key::{Key, KeyError};
pub use keyboard::{Refusal, Response};
pub use look::{Look, phrase};
pub use model::{Model, PRIMARY_COLUMNS, PRIMARY_ROWS, TerminalOptions};
pub use oia::{Lock, Oia};

use bound::Bound;
use buffer::Buffer;
use keyboard::Keyboard;

use crate::wire::{Address, Addressing, Aid, ReplyMode};
use prefetch_index::prefetch_index;
use std::slice;

/// A 3270 display station with its keyboard.
///
/// ```
/// use tn3270::terminal::{Key, Lock, Refusal, Response, Terminal, TerminalOptions};
/// use tn3270::wire::{CodePage, FieldAttribute, Order, Outbound, Wcc};
///
/// let label = FieldAttribute::default().protected(true);
/// let mut terminal = Terminal::new(TerminalOptions::default());
/// terminal.apply(&Outbound::EraseWrite {
///     wcc: Wcc::RESTORE,
///     orders: vec![
///         Order::SetBufferAddress(0),
///         Order::StartField(label),
///         Order::Data(CodePage::CP037.encode_text("PART").into()),
///         Order::StartField(FieldAttribute::default()),
///         Order::InsertCursor,
///         Order::SetBufferAddress(9),
///         Order::StartField(label),
///     ],
/// });
/// assert_eq!((terminal.rows(), terminal.columns(), terminal.cursor()), (24, 80, 6));
///
/// for key in Key::parse_line("X7<left>")? {
///     assert_eq!(terminal.press(key), Response::Local);
/// }
/// let fields: Vec<_> = terminal.fields().map(|field| (field.value(), field.is_input())).collect();
/// assert_eq!(fields[1], ("X7".to_owned(), true));
///
/// // A key that the field does not take locks the keyboard until RESET.
/// terminal.press(Key::Home);
/// terminal.press(Key::Left);
/// let refused = terminal.press(Key::Char('A'));
/// assert_eq!(refused, Response::Refused(Refusal::Locked(Lock::Protected)));
/// terminal.press(Key::Reset);
/// assert_eq!(terminal.oia().to_string().trim_end(), format!("{:<72}001/006", "4A"));
/// # Ok::<(), tn3270::terminal::KeyError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminal {
    options: TerminalOptions,
    buffer: Buffer,
    cursor: Address,
    keyboard: Keyboard,
    /// The AID of the last attention key, which replies to host reads carry; `Aid::None` after the host restored the keyboard.
    aid: Aid,
    reply_mode: ReplyMode,
    bound: Bound,
    alarm: bool,
}

impl Terminal {
    /// A terminal that is connected and waits for the host's first screen.
    pub fn new(options: TerminalOptions) -> Terminal {
        Terminal {
            options,
            buffer: Buffer::new(PRIMARY_ROWS, PRIMARY_COLUMNS),
            cursor: 0,
            keyboard: Keyboard::awaiting_first(),
            aid: Aid::None,
            reply_mode: ReplyMode::Field,
            bound: Bound::default(),
            alarm: false,
        }
    }

    /// How it is set up.
    pub fn options(&self) -> &TerminalOptions {
        &self.options
    }

    /// Changes how it is set up; a new model takes effect when the host next switches sizes.
    pub fn set_options(&mut self, options: TerminalOptions) {
        self.options = options;
    }

    /// Rows of the current size.
    pub fn rows(&self) -> u16 {
        self.buffer.rows()
    }

    /// Columns of the current size.
    pub fn columns(&self) -> u16 {
        self.buffer.columns()
    }

    /// How addresses are written that it sends.
    pub fn addressing(&self) -> Addressing {
        Addressing::of(self.cells().len())
    }

    /// Where the cursor is.
    pub fn cursor(&self) -> Address {
        self.cursor
    }

    /// All positions, row after row.
    pub fn cells(&self) -> &[Cell] {
        self.buffer.cells()
    }

    /// Prefetches the memory that every key reads, for callers that press a key on many terminals in turn.
    pub fn prefetch(&self) {
        self.buffer.prefetch();
        prefetch_index(slice::from_ref(&self.options), 0);
        prefetch_index(slice::from_ref(&self.keyboard), 0);
        prefetch_index(slice::from_ref(&self.cursor), 0);
    }

    /// Prefetches the cell that the next key is likely to change.
    pub fn prefetch_cell(&self) {
        self.buffer.prefetch_cell(self.cursor);
    }

    /// Whether there is any field.
    pub fn is_formatted(&self) -> bool {
        self.buffer.is_formatted()
    }

    /// Why the keyboard is locked, if it is.
    pub fn lock(&self) -> Option<Lock> {
        self.keyboard.lock()
    }

    /// Whether insert mode is on.
    pub fn inserting(&self) -> bool {
        self.keyboard.insert
    }

    /// Whether the host has sounded the alarm since the last key.
    pub fn alarm(&self) -> bool {
        self.alarm
    }

    /// Whether something can be typed at the cursor while nothing locks the keyboard.
    pub fn can_type(&self) -> bool {
        self.is_typable(self.cursor)
    }

    /// The AID of the last attention key, which the reply to a host read would carry.
    pub fn aid(&self) -> Aid {
        self.aid
    }

    /// How attributes are sent inbound, as the host has set it.
    pub fn reply_mode(&self) -> &ReplyMode {
        &self.reply_mode
    }

    /// The state of the operator information area.
    pub fn oia(&self) -> Oia {
        let columns = self.columns().max(1);
        Oia {
            lock: self.lock(),
            insert: self.keyboard.insert,
            numeric: self.options.numeric_lock
                && self.buffer.attribute_at(self.cursor).is_numeric(),
            typed_ahead: self.keyboard.ahead.len(),
            alarm: self.alarm,
            row: self.cursor / columns + 1,
            column: self.cursor % columns + 1,
        }
    }

    /// The fields in the order of their attribute bytes; none on an unformatted screen.
    pub fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        self.buffer
            .attributes_from(0)
            .filter_map(|at| Field::at_attribute(self, at))
    }

    /// The field that governs an address: the one whose attribute byte is at it or before it.
    pub fn field_at(&self, at: Address) -> Option<Field<'_>> {
        Field::at_attribute(self, self.buffer.field_start(at)?)
    }
}

#[cfg(test)]
mod tests;
