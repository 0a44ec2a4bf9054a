//! One case on our terminal, seen as the reference shows itself.

use std::cmp::Ordering;
use std::collections::VecDeque;

use bigiron::terminal::{Cell, Key, Model, Notation, Refusal, Response, Terminal, TerminalOptions};
use bigiron::wire::{Address, CodePage, Inbound, Outbound};

use super::REASONS;
use super::case::{Case, Dump, Mode, Step};

/// One terminal on a line that numbers the host's records, as the reference's was.
struct Run {
    terminal: Terminal,
    mode: Mode,
    sequence: u16,
    wrapped: bool,
    /// Keys typed ahead, as the terminal holds them.
    ahead: VecDeque<Key>,
    keys: Vec<String>,
    inbound: Vec<String>,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2)
        .map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
        .collect()
}

impl Run {
    fn new(case: &Case, sequence: u16) -> Run {
        let toggled = |name: &str| case.toggles.get(name).is_some_and(|value| value == "true");
        let options = TerminalOptions {
            model: Model::from_number(case.model.as_bytes()[5] - b'0').unwrap(),
            color: case.model.starts_with("3279"),
            as_s3270: true,
            code_page: CodePage::by_name(&case.codepage).unwrap(),
            numeric_lock: case.numlock,
            blank_fill: toggled("blankFill"),
            mono_case: toggled("monoCase"),
            oversize: case.oversize.as_deref().map(size),
            typeahead: true,
        };
        let mut run = Run {
            terminal: Terminal::new(options),
            mode: case.mode,
            sequence,
            wrapped: false,
            ahead: VecDeque::new(),
            keys: Vec::new(),
            inbound: Vec::new(),
        };
        // What the reference is reset with before each case.
        for reset in ["f30005090000", "f5c31140401d40131140401d40"] {
            run.host(reset, 0);
        }
        run
    }

    fn host(&mut self, record: &str, response: u8) {
        // A record that no command begins is dropped.
        if let Ok(outbound) = Outbound::decode(&unhex(record)) {
            let columns = self.terminal.columns();
            for answer in self.terminal.apply_without_typeahead(&outbound) {
                self.send(&answer);
            }
            self.move_ahead(columns);
            if response == 2 {
                let answer = hex(&[&[2, 0, 0], &self.sequence.to_be_bytes()[..], &[0]].concat());
                self.inbound.insert(0, answer);
            }
        }
        self.sequence += 1;
        self.run_typeahead();
    }

    /// Cursor moves typed ahead keep their row and column in a new size.
    fn move_ahead(&mut self, from: u16) {
        let (rows, columns) = (self.terminal.rows(), self.terminal.columns());
        for key in self.ahead.iter_mut().filter(|_| columns != from) {
            if let Key::MoveCursor(at) = key {
                *at = (*at / from).min(rows - 1) * columns + (*at % from).min(columns - 1);
            }
        }
    }

    /// Runs the keys typed ahead, watching each on a terminal of its own.
    fn run_typeahead(&mut self) {
        let waiting = self.terminal.oia().typed_ahead;
        let before = self.terminal.clone();
        for answer in self.terminal.run_typeahead() {
            self.send(&answer);
        }
        let run = waiting - self.terminal.oia().typed_ahead;
        let after = std::mem::replace(&mut self.terminal, before);
        for key in self.ahead.drain(..run).collect::<Vec<_>>() {
            let behind = self.round_the_end(key);
            self.terminal.press(key);
            self.watch(&behind);
        }
        self.terminal = after;
    }

    fn send(&mut self, inbound: &Inbound) {
        let mut bytes = Vec::new();
        inbound.encode_with(self.terminal.addressing(), &mut bytes);
        self.inbound.push(hex(&bytes));
    }

    /// Sees to what a key gave; the error s3270 reports, if any.
    fn take(&mut self, response: Response) -> Option<&'static str> {
        match response {
            Response::Local | Response::Queued => None,
            Response::Inbound(inbound) => {
                self.send(&inbound);
                None
            }
            Response::Attn => {
                match self.mode {
                    Mode::Tn3270 => self.inbound.push("iac:f3".into()),
                    Mode::Tn3270e => self.terminal.refuse_function(),
                }
                None
            }
            Response::SysReq => {
                match self.mode {
                    Mode::Tn3270 => {
                        if let Some(request) = self.terminal.test_request() {
                            self.send(&request);
                        }
                    }
                    Mode::Tn3270e => {
                        self.inbound.push("iac:f5".into());
                        self.terminal.leave_logical_unit();
                    }
                }
                None
            }
            Response::Refused(Refusal::Locked(lock)) if lock.is_operator_error() => {
                Some("Keyboard locked")
            }
            Response::Refused(_) => None,
        }
    }

    fn key(&mut self, key: Key) -> Option<&'static str> {
        // A key that is kept out is dropped without a word; only an error it makes itself is reported.
        let (before, waiting) = (self.terminal.lock(), self.terminal.oia().typed_ahead);
        let behind = self.round_the_end(key);
        let response = self.terminal.press(key);
        self.watch(&behind);
        let tried =
            before.is_none() || before.is_some_and(|lock| lock.is_operator_error()) && retries(key);
        let error = self.take(response);
        match self.terminal.oia().typed_ahead.cmp(&waiting) {
            Ordering::Greater => self.ahead.push_back(key),
            Ordering::Equal => {}
            // RESET and errors drop them.
            Ordering::Less => self.ahead.clear(),
        }
        error.filter(|_| tried)
    }

    /// Of the field that a key inserts a character into, the part that lies round the end of the buffer, as it is.
    fn round_the_end(&self, key: Key) -> Vec<(Address, Cell)> {
        let inserts =
            self.terminal.inserting() && matches!(key, Key::Char(_) | Key::Dup | Key::FieldMark);
        let cursor = self.terminal.cursor();
        let field = self.terminal.field_at(cursor).filter(|_| inserts);
        let behind = field.map(|field| {
            let behind = field.addresses().skip_while(move |&at| at != cursor);
            behind.filter(|&at| at < cursor).collect()
        });
        let cells = self.terminal.cells();
        let behind: Vec<Address> = behind.unwrap_or_default();
        behind
            .into_iter()
            .map(|at| (at, cells[usize::from(at)]))
            .collect()
    }

    /// Notes whether an insertion has moved what lay round the end.
    fn watch(&mut self, behind: &[(Address, Cell)]) {
        let cells = self.terminal.cells();
        self.wrapped |= behind
            .iter()
            .any(|&(at, cell)| cells.get(usize::from(at)) != Some(&cell));
    }

    fn action(&mut self, action: &str) {
        let (name, argument) = action.trim_end_matches(')').split_once('(').unwrap();
        let argument = argument.trim_matches('"');
        let error = match name {
            "String" => self.string(argument),
            "Key" if argument == "space" => self.key(Key::Char(' ')).map(str::to_owned),
            "Key" => self.key(Key::Char(character(argument))).map(str::to_owned),
            "CircumNot" => self.key(Key::Char('¬')).map(str::to_owned),
            // Moves the cursor of those who write from right to left; nothing here follows.
            "ToggleReverse" => None,
            "MoveCursor" => {
                let (row, column) = argument.split_once(',').unwrap();
                let at = row.parse::<u16>().unwrap() * self.terminal.columns()
                    + column.parse::<u16>().unwrap();
                self.key(Key::MoveCursor(at)).map(str::to_owned)
            }
            _ => {
                let arguments: Vec<&str> = argument.split_terminator(',').collect();
                let key =
                    Key::from_action(name, &arguments).unwrap_or_else(|| panic!("no key {action}"));
                self.key(key).map(str::to_owned)
            }
        };
        let keyboard = self.keyboard();
        self.keys.push(match error {
            Some(error) => format!("error:{keyboard}:{error}"),
            None => format!("ok:{keyboard}"),
        });
    }

    fn string(&mut self, text: &str) -> Option<String> {
        if self
            .terminal
            .lock()
            .is_some_and(|lock| lock.is_operator_error())
        {
            return Some("Operator error".into());
        }
        let column = self.terminal.cursor() % self.terminal.columns();
        for character in text.chars() {
            if let Some(error) = self.key(Key::Char(character)) {
                return Some(format!("{error} Operator error"));
            }
        }
        self.terminal.keep_margin(column);
        None
    }

    fn keyboard(&self) -> &'static str {
        if self.terminal.lock().is_some() {
            "L"
        } else {
            "U"
        }
    }

    fn dump(&mut self, show: &[String]) -> Dump {
        let oia = self.terminal.oia();
        // Commands beside the data stream are listed behind the records.
        let mut inbound = std::mem::take(&mut self.inbound);
        inbound.sort_by_key(|sent| sent.starts_with("iac:"));
        let protected = self
            .terminal
            .field_at(self.terminal.cursor())
            .is_some_and(|field| field.attribute.is_protected());
        Dump {
            cells: pack(&self.terminal.read_buffer_runs(Notation::Ebcdic)),
            cursor: (oia.row - 1, oia.column - 1),
            size: (self.terminal.rows(), self.terminal.columns()),
            kbd: self.keyboard().into(),
            fmt: if self.terminal.is_formatted() {
                "F"
            } else {
                "U"
            }
            .into(),
            prot: if protected { "P" } else { "U" }.into(),
            keys: std::mem::take(&mut self.keys),
            inbound,
            shown: show.iter().map(|action| self.show(action)).collect(),
        }
    }

    /// What an action that reads the screen prints.
    fn show(&self, action: &str) -> Vec<String> {
        let terminal = &self.terminal;
        let lines = match action {
            "Ascii()" => terminal
                .ascii(0, 0, terminal.rows(), terminal.columns())
                .unwrap(),
            "ReadBuffer(Unicode)" => terminal.read_buffer_text(Notation::Unicode),
            "ReadBuffer(Ascii)" => terminal.read_buffer_text(Notation::Ascii),
            _ => panic!("{action} is not known here"),
        };
        lines
            .iter()
            .map(|line| match action {
                "Ascii()" => line.chars().map(|c| self.printed(c)).collect(),
                _ => self.printed_numbers(line),
            })
            .map(|line: String| pack_line(line.trim_end()))
            .collect()
    }

    /// A character as the reference prints it.
    fn printed(&self, character: char) -> char {
        let page = self.terminal.options().code_page.name();
        let slip = REASONS.printed.iter().find(|slip| {
            slip.ours == character && slip.page.as_deref().is_none_or(|of| of == page)
        });
        slip.map_or(character, |slip| slip.theirs)
    }

    /// Characters by their numbers as the reference prints them.
    fn printed_numbers(&self, line: &str) -> String {
        let printed =
            |token: &str| match u32::from_str_radix(token, 16).ok().and_then(char::from_u32) {
                Some(character) => match self.printed(character) {
                    ' ' if character != ' ' => "0000".to_owned(),
                    printed => format!("{:04x}", u32::from(printed)),
                },
                None => token.to_owned(),
            };
        line.split(' ').map(printed).collect::<Vec<_>>().join(" ")
    }
}

/// What came of a case.
pub struct Ran {
    pub dumps: Vec<Dump>,
    /// The number of the next record of its session.
    pub sequence: u16,
    /// Whether an insertion shifted characters round the end of the buffer.
    pub wrapped: bool,
}

/// Runs a case in a session whose next record has this number.
pub fn run(case: &Case, sequence: u16) -> Ran {
    let mut run = Run::new(case, sequence);
    let mut dumps = Vec::new();
    for step in &case.steps {
        match step {
            Step::Host { host, resp } => run.host(host, *resp),
            Step::Keys { keys } => keys.iter().for_each(|key| run.action(key)),
            Step::Dump { show, .. } => dumps.push(run.dump(show)),
        }
    }
    run.terminal.verify().unwrap();
    Ran {
        dumps,
        sequence: run.sequence,
        wrapped: run.wrapped,
    }
}

/// Keys that take back an operator error and may make another.
fn retries(key: Key) -> bool {
    matches!(key, Key::EraseEof | Key::DeleteField | Key::DeleteWord)
}

/// A size as s3270 takes it, columns x rows, as rows x columns.
fn size(text: &str) -> (u16, u16) {
    let (columns, rows) = text.split_once('x').unwrap();
    (rows.parse().unwrap(), columns.parse().unwrap())
}

/// A character as `Key()` takes it: itself or `U+` and its number.
fn character(argument: &str) -> char {
    if argument == "comma" {
        return ',';
    }
    match argument.strip_prefix("U+") {
        Some(number) => char::from_u32(u32::from_str_radix(number, 16).unwrap()).unwrap(),
        None => argument.chars().next().unwrap(),
    }
}

/// Runs of three and more equal words of a line, parted by single blanks, as `word*n`.
fn pack_line(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    pack_words(&words)
}

/// Runs of three and more equal tokens as `token*n`.
fn pack(runs: &[(String, usize)]) -> String {
    let packed = runs.iter().map(|(token, count)| match count {
        1 => token.clone(),
        2 => format!("{token} {token}"),
        n => format!("{token}*{n}"),
    });
    packed.collect::<Vec<_>>().join(" ")
}

fn pack_words(tokens: &[&str]) -> String {
    let mut packed: Vec<String> = Vec::new();
    for run in tokens.chunk_by(|a, b| a == b) {
        match run.len() {
            1 | 2 => packed.extend(run.iter().map(|&token| token.to_owned())),
            n => packed.push(format!("{}*{n}", run[0])),
        }
    }
    packed.join(" ")
}

/// Runs of eight and more equal bytes as `xx*n`, parted from the rest by blanks.
pub fn pack_hex(record: &str) -> String {
    if record.contains([' ', ':']) {
        return record.to_owned();
    }
    let mut packed = String::new();
    for run in unhex(record).chunk_by(|a, b| a == b) {
        match run.len() {
            0..8 => packed += &hex(run),
            n => packed += &format!(" {:02x}*{n} ", run[0]),
        }
    }
    packed.trim().to_owned()
}
