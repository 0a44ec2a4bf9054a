//! The actions that show the screen: `Ascii`, `Ebcdic`, their field and 1-based forms, and `ReadBuffer`.

use tn3270::terminal::{Notation, Terminal};

use super::near_hint;

/// How a part of the screen is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScreenForm {
    /// As text, hidden positions as blanks.
    Ascii,
    /// As code points in hexadecimal.
    Ebcdic,
}

/// A part of the screen that an action shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScreenPart {
    /// `Ascii()` and `Ebcdic()`; rows and columns count from 0, or from 1 in their later forms.
    Region(ScreenForm, u16),
    /// `AsciiField()` and `EbcdicField()`.
    Field(ScreenForm),
    /// `ReadBuffer()`.
    Buffer,
}

impl ScreenPart {
    /// The lines of the action of this name.
    pub fn lines(
        self,
        name: &str,
        terminal: &Terminal,
        arguments: &[String],
    ) -> Result<Vec<String>, String> {
        match self {
            ScreenPart::Region(form, origin) => region(name, form, origin, terminal, arguments),
            ScreenPart::Field(form) => field(name, form, terminal),
            ScreenPart::Buffer => read_buffer(terminal, arguments),
        }
    }
}

/// `Ascii()` and `Ebcdic()`: the whole screen; so many positions from the cursor; from a row and column; or a rectangle.
/// `origin` is 0 or 1, what rows and columns count from.
fn region(
    name: &str,
    show: ScreenForm,
    origin: u16,
    terminal: &Terminal,
    arguments: &[String],
) -> Result<Vec<String>, String> {
    let invalid = || format!("{name}: Invalid argument");
    // What is no number counts as 0, as the reference has it.
    let number = |text: &String| -> Result<u16, String> {
        match text.trim().parse::<i64>() {
            Ok(number) => u16::try_from(number).map_err(|_| invalid()),
            Err(_) => Ok(0),
        }
    };
    let from = |text: &String| number(text)?.checked_sub(origin).ok_or_else(invalid);
    let (rows, columns) = (terminal.rows(), terminal.columns());
    match arguments {
        [] => rectangle(show, terminal, 0, 0, rows, columns).ok_or_else(invalid),
        [length] => run(show, terminal, terminal.cursor(), number(length)?).ok_or_else(invalid),
        [row, column, length] => {
            let (row, column) = (from(row)?, from(column)?);
            (row < rows && column < columns)
                .then(|| run(show, terminal, row * columns + column, number(length).ok()?))
                .flatten()
                .ok_or_else(invalid)
        }
        [row, column, height, width] => rectangle(
            show,
            terminal,
            from(row)?,
            from(column)?,
            number(height)?,
            number(width)?,
        )
        .ok_or_else(invalid),
        _ => Err(format!("{name} requires 0, 1, 3 or 4 arguments")),
    }
}

/// The field that the cursor is in, without its attribute byte.
fn field(name: &str, show: ScreenForm, terminal: &Terminal) -> Result<Vec<String>, String> {
    let Some(field) = terminal.field_at(terminal.cursor()) else {
        return Err(format!("{name}(): Screen is not formatted"));
    };
    let cells = u32::from(terminal.rows()) * u32::from(terminal.columns());
    let before_end = cells
        .saturating_sub(u32::from(field.start()))
        .min(u32::from(field.length));
    let before_end = u16::try_from(before_end).unwrap_or(u16::MAX);
    let mut lines = run(show, terminal, field.start(), before_end).unwrap_or_default();
    if field.length > before_end {
        lines.extend(run(show, terminal, 0, field.length - before_end).unwrap_or_default());
    }
    Ok(lines)
}

fn rectangle(
    show: ScreenForm,
    terminal: &Terminal,
    row: u16,
    column: u16,
    rows: u16,
    columns: u16,
) -> Option<Vec<String>> {
    match show {
        ScreenForm::Ascii => terminal.ascii(row, column, rows, columns),
        ScreenForm::Ebcdic => terminal.ebcdic(row, column, rows, columns),
    }
}

/// So many positions from an address on, a line for each row they touch; none if they go past the end.
fn run(show: ScreenForm, terminal: &Terminal, at: u16, length: u16) -> Option<Vec<String>> {
    let columns = terminal.columns().max(1);
    let end = at.checked_add(length)?;
    let mut lines = Vec::new();
    let mut at = at;
    loop {
        let taken = (columns - at % columns).min(end - at);
        lines.extend(rectangle(
            show,
            terminal,
            at / columns,
            at % columns,
            1,
            taken,
        )?);
        at += taken;
        if at >= end {
            return Some(lines);
        }
    }
}

/// `ReadBuffer()` with its keywords, in any order: a notation, and Field for the cursor's field alone.
fn read_buffer(terminal: &Terminal, arguments: &[String]) -> Result<Vec<String>, String> {
    let (mut notation, mut one_field) = (Notation::Ascii, false);
    for argument in arguments {
        match argument.to_ascii_lowercase().as_str() {
            "ascii" => notation = Notation::Ascii,
            "ebcdic" => notation = Notation::Ebcdic,
            "unicode" => notation = Notation::Unicode,
            "field" => one_field = true,
            _ => {
                return Err(format!(
                    "ReadBuffer(): Parameter must be ascii, ebcdic, unicode or field{}",
                    near_hint(argument, ["Ascii", "Ebcdic", "Unicode", "Field"])
                ));
            }
        }
    }
    let rows = terminal.read_buffer_text(notation);
    match one_field {
        false => Ok(rows),
        true => read_field(terminal, &rows),
    }
}

fn read_field(terminal: &Terminal, rows: &[String]) -> Result<Vec<String>, String> {
    let Some(field) = terminal.field_at(terminal.cursor()) else {
        return Err("ReadBuffer(): no field".into());
    };
    // An SA token belongs to the cell after it.
    let mut cells: Vec<String> = Vec::new();
    let mut prefix = String::new();
    for token in rows.iter().flat_map(|row| row.split(' ')) {
        prefix.push_str(token);
        match token.starts_with("SA(") {
            true => prefix.push(' '),
            false => cells.push(std::mem::take(&mut prefix)),
        }
    }
    let wanted = std::iter::once(field.attribute_address).chain(field.addresses());
    let contents: Vec<&str> = wanted
        .filter_map(|at| cells.get(usize::from(at)).map(String::as_str))
        .collect();
    let columns = terminal.columns().max(1);
    let place = |at: u16| format!("{} {}", at / columns + 1, at % columns + 1);
    Ok(vec![
        format!("Start1: {}", place(field.attribute_address)),
        format!("StartOffset: {}", field.attribute_address),
        format!("Cursor1: {}", place(terminal.cursor())),
        format!("CursorOffset: {}", terminal.cursor()),
        format!("Contents: {}", contents.join(" ")),
    ])
}
