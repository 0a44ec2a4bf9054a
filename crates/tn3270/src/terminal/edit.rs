//! What each key does: characters, deletion and erasure.

use super::Terminal;
use super::cell::Cell;
use super::key::Key;
use super::keyboard::{Refusal, Response};
use super::oia::Lock;
use crate::wire::{Address, Aid, ebcdic};

const NULL: u8 = 0x00;
const DUP: u8 = 0x1C;
const FIELD_MARK: u8 = 0x1E;
const SPACE: u8 = 0x40;
const UNDERSCORE: u8 = 0x6D;

impl Terminal {
    /// Does what a key does while nothing locks it out.
    pub(super) fn perform(&mut self, key: Key) -> Response {
        match key {
            Key::Char(character) => match self.encode(character) {
                Some(cell) => self.type_cell(cell),
                None => Response::Refused(Refusal::NoSuchCharacter),
            },
            Key::Enter => self.attention(Aid::Enter),
            Key::Pf(number) => self.attention(Aid::Pf(number)),
            Key::Pa(number) => self.attention(Aid::Pa(number)),
            Key::Clear => self.clear(),
            Key::Reset => self.reset(),
            Key::Tab => self.move_to(self.buffer.next_unprotected(self.cursor)),
            Key::BackTab => self.back_tab(),
            Key::Home => self.home(),
            Key::Newline => self.newline(),
            Key::Up => self.move_to(self.backward(self.columns())),
            Key::Down => self.move_to(self.forward(self.columns())),
            Key::Left | Key::BackSpace => self.move_to(self.backward(1)),
            Key::Right => self.move_to(self.forward(1)),
            Key::Left2 => self.move_to(self.backward(2)),
            Key::Right2 => self.move_to(self.forward(2)),
            Key::NextWord => self.next_word(),
            Key::PreviousWord => self.previous_word(),
            Key::FieldEnd => self.field_end(),
            Key::MoveCursor(at) if at < self.buffer.len() => self.move_to(at),
            Key::MoveCursor(_) => Response::Refused(Refusal::OutOfRange),
            Key::Delete => self.delete(),
            Key::Erase => self.erase_left(),
            Key::EraseEof => self.erase_eof(),
            Key::EraseInput => self.erase_input(),
            Key::DeleteField => self.delete_field(),
            Key::DeleteWord => self.delete_word(),
            Key::Insert => self.set_insert(true),
            Key::ToggleInsert => self.set_insert(!self.keyboard.insert),
            Key::Dup => self.dup(),
            Key::FieldMark => self.type_cell(of_code(FIELD_MARK)),
            Key::CursorSelect => self.cursor_select(),
            Key::Attn => Response::Attn,
            Key::SysReq => Response::SysReq,
        }
    }

    /// An operator error: the keyboard locks until RESET.
    fn operator_error(&mut self, lock: Lock) -> Response {
        self.keyboard.error = Some(lock);
        Response::Refused(Refusal::Locked(lock))
    }

    /// A key that sends: the keyboard locks until the host restores it.
    pub(super) fn attention(&mut self, aid: Aid) -> Response {
        self.aid = aid;
        self.keyboard.insert = false;
        self.keyboard.clock = true;
        self.keyboard.system = true;
        Response::Inbound(self.read_modified(aid, false))
    }

    fn clear(&mut self) -> Response {
        self.buffer.clear(self.rows(), self.columns());
        self.cursor = 0;
        self.attention(Aid::Clear)
    }

    /// RESET: drops keys typed ahead if there are any, otherwise unlocks the keyboard and leaves insert mode.
    fn reset(&mut self) -> Response {
        if self.keyboard.ahead.is_empty() {
            self.keyboard.restore();
        } else {
            self.keyboard.ahead.clear();
        }
        Response::Local
    }

    fn set_insert(&mut self, on: bool) -> Response {
        self.keyboard.insert = on;
        Response::Local
    }

    /// Whether the operator may change this position.
    pub(super) fn is_typable(&self, at: Address) -> bool {
        !self.buffer.get(at).is_attribute() && !self.buffer.attribute_at(at).is_protected()
    }

    /// A character in the code page, or else in the alternate character set.
    fn encode(&self, character: char) -> Option<Cell> {
        let in_page = self.options.code_page.encode(character).map(of_code);
        in_page.or_else(|| {
            Some(Cell {
                character_set: Cell::GRAPHIC_ESCAPE,
                ..of_code(ebcdic::encode_alternate(character)?)
            })
        })
    }

    fn type_cell(&mut self, cell: Cell) -> Response {
        let at = self.cursor;
        let start = self.buffer.field_start(at);
        let attribute = start
            .and_then(|start| self.buffer.get(start).attribute())
            .unwrap_or_default();
        if start == Some(at) || attribute.is_protected() {
            return self.operator_error(Lock::Protected);
        }
        if self.options.numeric_lock && attribute.is_numeric() && !is_numeric(cell) {
            return self.operator_error(Lock::Numeric);
        }
        if self.keyboard.insert && !self.make_room(at) {
            return self.operator_error(Lock::Overflow);
        }
        // What is typed takes the attributes of its field, but the reference leaves the background that stands there.
        let background = self.buffer.get(at).background;
        self.buffer.set(at, Cell { background, ..cell });
        if let Some(start) = start {
            if self.options.blank_fill {
                self.fill_before(at, start);
            }
            self.buffer.tag(start, true);
        }
        let next = self.buffer.next(at);
        self.move_to(if cell.code == DUP {
            next
        } else {
            self.skip_attributes(next)
        })
    }

    /// The position where typing goes on: past attribute bytes, and from one of an autoskip field to the next unprotected field.
    fn skip_attributes(&self, mut at: Address) -> Address {
        while let Some(attribute) = self.buffer.get(at).attribute() {
            at = if attribute.is_skip() {
                self.buffer.next_unprotected(at)
            } else {
                self.buffer.next(at)
            };
        }
        at
    }

    /// Turns nulls before `at` in its field to blanks, up to a line that holds nothing of the field but nulls.
    fn fill_before(&mut self, at: Address, start: Address) {
        let columns = self.columns().max(1);
        let mut here = self.buffer.previous(at);
        while here != start {
            if here % columns == columns - 1 && self.is_null_line(here, start, columns) {
                break;
            }
            if self.buffer.get(here).code == NULL {
                let cell = self.buffer.get(here);
                self.buffer.set(
                    here,
                    Cell {
                        code: SPACE,
                        character_set: Cell::BASE,
                        ..cell
                    },
                );
            }
            here = self.buffer.previous(here);
        }
    }

    /// Whether there are only nulls from `end` back to the start of its line or the field.
    fn is_null_line(&self, end: Address, start: Address, columns: u16) -> bool {
        let line = end / columns * columns;
        (line..=end)
            .rev()
            .take_while(|&here| here != start)
            .all(|here| self.buffer.get(here).code == NULL)
    }

    /// Shifts the characters from `at` on by one into the first null of the field, or, with blank fill, over its last trailing blank.
    fn make_room(&mut self, at: Address) -> bool {
        let end = self.end_behind(at);
        let mut spare = None;
        let mut trailing = None;
        for here in self.buffer.from(at).take_while(|&here| here != end) {
            match self.buffer.get(here).code {
                NULL => {
                    spare = Some(here);
                    break;
                }
                SPACE | UNDERSCORE if self.options.blank_fill => trailing = trailing.or(Some(here)),
                _ => trailing = None,
            }
        }
        let Some(spare) = trailing.or(spare) else {
            return false;
        };
        self.buffer.shift_right(at, spare);
        true
    }

    /// The position that ends the part of the field behind `at`: the next attribute byte, or on an unformatted screen the
    /// start of the next line.
    fn end_behind(&self, at: Address) -> Address {
        let columns = self.columns().max(1);
        let line_end = at / columns * columns + columns - 1;
        self.buffer
            .next_attribute(at)
            .unwrap_or(self.buffer.next(line_end))
    }

    fn delete(&mut self) -> Response {
        let at = self.cursor;
        if !self.is_typable(at) {
            return self.operator_error(Lock::Protected);
        }
        let last = self.buffer.previous(self.end_behind(at));
        if last == at && !self.is_formatted() {
            return Response::Local;
        }
        self.buffer.shift_left(at, last);
        self.buffer.set_mdt(at, true);
        Response::Local
    }

    /// Steps back within the field and deletes there. On an attribute byte it is an error, but is done all the same.
    fn erase_left(&mut self) -> Response {
        let at = self.cursor;
        let left = self.buffer.previous(at);
        let on_attribute = self.buffer.get(at).is_attribute();
        if !on_attribute && at > 0 && self.buffer.get(left).is_attribute() {
            return Response::Local;
        }
        self.cursor = left;
        let deleted = self.delete();
        if on_attribute {
            self.operator_error(Lock::Protected)
        } else {
            deleted
        }
    }

    fn erase_eof(&mut self) -> Response {
        let at = self.cursor;
        if !self.is_typable(at) {
            return self.operator_error(Lock::Protected);
        }
        let end = self.buffer.next_attribute(at).unwrap_or(0);
        self.buffer.erase_range(at, end);
        self.buffer.set_mdt(at, true);
        Response::Local
    }

    fn erase_input(&mut self) -> Response {
        self.cursor = 0;
        if self.is_formatted() {
            self.erase_input_fields();
        } else {
            self.buffer.clear(self.rows(), self.columns());
        }
        Response::Local
    }

    fn delete_field(&mut self) -> Response {
        let at = self.cursor;
        let (Some(start), Some(end)) =
            (self.buffer.field_start(at), self.buffer.next_attribute(at))
        else {
            return Response::Local;
        };
        if !self.is_typable(at) {
            return self.operator_error(Lock::Protected);
        }
        let first = self.buffer.next(start);
        self.buffer.set_mdt(at, true);
        self.buffer.erase_range(first, end);
        self.move_to(first)
    }

    /// Erases the blanks before the cursor, then the word before them.
    fn delete_word(&mut self) -> Response {
        if !self.is_formatted() {
            return Response::Local;
        }
        if !self.is_typable(self.cursor) {
            return self.operator_error(Lock::Protected);
        }
        for word in [false, true] {
            loop {
                let left = self.buffer.get(self.buffer.previous(self.cursor));
                if left.is_attribute() {
                    return Response::Local;
                }
                if matches!(left.code, NULL | SPACE) == word {
                    break;
                }
                self.erase_left();
            }
        }
        Response::Local
    }

    fn dup(&mut self) -> Response {
        match self.type_cell(of_code(DUP)) {
            Response::Local => self.move_to(self.buffer.next_unprotected(self.cursor)),
            refused => refused,
        }
    }

    /// The light pen: what the designator character, the first of the field, says.
    fn cursor_select(&mut self) -> Response {
        let Some(field) = self.field_at(self.cursor) else {
            return Response::Local;
        };
        if !field.attribute.is_detectable() {
            return Response::Local;
        }
        let (at, start) = (field.attribute_address, field.start());
        let designator = self.buffer.get(start).code;
        match designator {
            GREATER => self.buffer.set_code(start, QUESTION),
            QUESTION => self.buffer.set_code(start, GREATER),
            NULL | SPACE | AMPERSAND => {}
            _ => return Response::Local,
        }
        self.buffer.set_mdt(at, designator != GREATER);
        match designator {
            NULL | SPACE => self.attention(Aid::CursorSelect),
            AMPERSAND => self.attention(Aid::Enter),
            _ => Response::Local,
        }
    }

    /// Nulls to every unprotected field; clears their tags and puts the cursor into the first, or home.
    pub(super) fn erase_input_fields(&mut self) {
        self.cursor = self.buffer.erase_input().unwrap_or(0);
    }
}

const GREATER: u8 = 0x6E;
const QUESTION: u8 = 0x6F;
const AMPERSAND: u8 = 0x50;

/// What a numeric field takes under numeric lock: digits, period and comma.
fn is_numeric(cell: Cell) -> bool {
    cell.character_set == Cell::BASE && matches!(cell.code, 0xF0..=0xF9 | 0x4B | 0x6B)
}

/// A cell of the base character set without attributes.
fn of_code(code: u8) -> Cell {
    Cell {
        code,
        ..Cell::default()
    }
}
