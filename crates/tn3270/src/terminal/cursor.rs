//! Keys that move the cursor.

use super::Terminal;
use super::keyboard::Response;
use crate::wire::Address;

/// Which cells part words.
const SPACE: u8 = 0x40;

impl Terminal {
    pub(super) fn move_to(&mut self, at: Address) -> Response {
        self.cursor = at;
        Response::Local
    }

    /// Forward by some positions, round the buffer.
    pub(super) fn forward(&self, by: Address) -> Address {
        let size = u32::from(self.buffer.len().max(1));
        ((u32::from(self.cursor) + u32::from(by)) % size) as Address
    }

    /// Backward by some positions, round the buffer.
    pub(super) fn backward(&self, by: Address) -> Address {
        self.forward(self.buffer.len().saturating_sub(by))
    }

    /// To the start of this unprotected field, or of the one before if the cursor is there already.
    pub(super) fn back_tab(&mut self) -> Response {
        let buffer = &self.buffer;
        let mut at = buffer.previous(self.cursor);
        if buffer.get(at).is_attribute() {
            at = buffer.previous(at);
        }
        for _ in 0..buffer.len() {
            let next = buffer.next(at);
            if buffer.is_input_start(at) {
                return self.move_to(next);
            }
            at = buffer.previous(at);
        }
        self.move_to(0)
    }

    pub(super) fn home(&mut self) -> Response {
        self.move_to(if self.is_formatted() {
            self.buffer.next_unprotected(self.buffer.len() - 1)
        } else {
            0
        })
    }

    pub(super) fn newline(&mut self) -> Response {
        let columns = self.columns().max(1);
        let line = self.forward(columns) / columns * columns;
        let typable =
            !self.buffer.get(line).is_attribute() && !self.buffer.attribute_at(line).is_protected();
        self.move_to(if typable {
            line
        } else {
            self.buffer.next_unprotected(line)
        })
    }

    /// Behind the last character of the field that is neither blank nor null, or on it if the field is full.
    pub(super) fn field_end(&mut self) -> Response {
        let Some(field) = self.field_at(self.cursor) else {
            return Response::Local;
        };
        if field.attribute_address == self.cursor || !field.is_input() {
            return Response::Local;
        }
        let last = field.addresses().filter(|&at| !self.is_gap(at)).last();
        let end = match last {
            None => field.start(),
            Some(last) if self.buffer.get(self.buffer.next(last)).is_attribute() => last,
            Some(last) => self.buffer.next(last),
        };
        self.move_to(end)
    }

    /// Whether a position holds no part of a word: a blank or a null.
    fn is_gap(&self, at: Address) -> bool {
        matches!(self.buffer.get(at).code, 0 | SPACE)
    }

    fn is_word(&self, at: Address) -> bool {
        !self.buffer.get(at).is_attribute() && !self.is_gap(at)
    }

    pub(super) fn next_word(&mut self) -> Response {
        if !self.is_formatted() {
            return Response::Local;
        }
        let at = self.cursor;
        let outside =
            self.buffer.get(at).is_attribute() || self.buffer.attribute_at(at).is_protected();
        let found = if outside {
            self.next_input_word(at)
        } else {
            self.word_in_field(at).or_else(|| self.behind_word(at))
        };
        found.map_or(Response::Local, |found| self.move_to(found))
    }

    /// The first position at or behind `at` with a character of a word in an unprotected field.
    fn next_input_word(&self, at: Address) -> Option<Address> {
        let mut protected = self.buffer.attribute_at(at).is_protected();
        self.buffer.from(at).find(|&here| {
            if let Some(attribute) = self.buffer.get(here).attribute() {
                protected = attribute.is_protected();
            }
            !protected && self.is_word(here)
        })
    }

    /// The next word of this field, behind a gap.
    fn word_in_field(&self, at: Address) -> Option<Address> {
        let mut gap = false;
        let mut found = self
            .buffer
            .from(at)
            .take_while(|&here| !self.buffer.get(here).is_attribute());
        found.find(|&here| {
            let begins = gap && self.is_word(here);
            gap |= self.is_gap(here);
            begins
        })
    }

    /// With the cursor in the last word of a field, behind it, even onto an attribute byte; otherwise the next word anywhere.
    fn behind_word(&self, at: Address) -> Option<Address> {
        if self.is_gap(at) {
            self.next_input_word(at)
        } else {
            self.buffer.from(at).find(|&here| self.is_gap(here))
        }
    }

    pub(super) fn previous_word(&mut self) -> Response {
        if !self.is_formatted() {
            return Response::Local;
        }
        match self.word_before(self.cursor) {
            Some(at) => self.move_to(at),
            None => Response::Local,
        }
    }

    fn word_before(&self, cursor: Address) -> Option<Address> {
        let buffer = &self.buffer;
        let mut at = cursor;
        let mut protected = buffer.attribute_at(at).is_protected();
        if !protected {
            while self.is_word(at) {
                at = buffer.previous(at);
                if at == cursor {
                    return None;
                }
            }
        }
        let start = at;
        loop {
            if buffer.get(at).is_attribute() {
                at = buffer.previous(at);
                protected = buffer.attribute_at(at).is_protected();
            } else if !protected && !self.is_gap(at) {
                break;
            } else {
                at = buffer.previous(at);
            }
            if at == start {
                return None;
            }
        }
        loop {
            at = buffer.previous(at);
            if !self.is_word(at) {
                return Some(buffer.next(at));
            }
        }
    }

    /// Where the cursor goes to keep a left margin, if it is left of that column (0-based): in its row, or in a field further
    /// on if that place takes no input. What the `String` action of s3270 does at its end, with the column it began in.
    pub fn margin(&self, column: u16) -> Option<Address> {
        let columns = self.columns().max(1);
        let column = column.min(columns - 1);
        let margin = |at: Address| at / columns * columns + column;
        let first = margin(self.cursor);
        let mut at = self.cursor;
        while at % columns < column {
            at = margin(at);
            if !self.is_typable(at) {
                at = self.buffer.next_unprotected(at);
                if at <= first {
                    return None;
                }
            }
        }
        (at != self.cursor).then_some(at)
    }

    /// Moves the cursor to the margin, if it has to (see [`Terminal::margin`]).
    pub fn keep_margin(&mut self, column: u16) {
        if let Some(at) = self.margin(column) {
            self.cursor = at;
        }
    }
}
