//! The screen on which a client of several systems picks one, as VTAM's USSMSG10 does.

use super::logon::{Logon, LogonError};
use super::served_system::ServedSystem;
use tn3270::wire::{
    Address, Aid, CodePage, FieldAttribute, Inbound, Intensity, Order, Outbound, Wcc,
};

/// The columns of the screen.
const COLUMNS: Address = 80;
/// The row of the first system.
const FIRST: Address = 5;
/// How many systems stand one below the other.
const DEEP: usize = 13;

/// What is said of a command that is none.
pub const UNRECOGNIZED: &str = "USSMSG01 COMMAND UNRECOGNIZED";

/// What is said of a system that there is none of.
pub fn no_such(error: &LogonError) -> String {
    format!("USSMSG02 {error}")
}

/// What a client wants that was shown the screen.
#[derive(Debug, Clone, PartialEq)]
pub enum SelectionCommand {
    /// To see it, anew or still.
    Look,
    /// To be logged on.
    Logon(Logon),
    /// To go.
    Logoff,
    /// Something that is no command, in capitals.
    Unknown(String),
}

/// The screen for the terminal of this LU, with what there is to say about the last command.
pub fn screen(lu: &str, worlds: &[ServedSystem], message: &str) -> Outbound {
    let mut orders = Vec::new();
    let label = FieldAttribute::default().protected(true).numeric(true);
    let bright = label.intensity(Intensity::High);
    let mut text = |row: Address, column: Address, attribute: FieldAttribute, text: &str| {
        orders.push(Order::SetBufferAddress(row * COLUMNS + column));
        orders.push(Order::StartField(attribute));
        let room = usize::from(COLUMNS - column - 1);
        let text: String = text.to_uppercase().chars().take(room).collect();
        orders.push(Order::Data(CodePage::CP037.encode_text(&text).into()));
    };
    text(0, 0, label, "USSMSG10");
    text(0, 29, bright, "BIGIRON NETWORK SERVICES");
    text(0, 62, label, &format!("LU {lu}"));
    text(
        2,
        2,
        label,
        "SELECT A SYSTEM BY ITS NAME, OR ENTER LOGON APPLID(NAME).",
    );
    text(4, 2, label, "SYSTEM      TITLE");
    let two = worlds.len() > DEEP;
    for (at, world) in worlds.iter().enumerate().take(2 * DEEP) {
        let row = FIRST + (at % DEEP) as Address;
        let column = 2 + (at / DEEP) as Address * 39;
        let system = world.system();
        let line = format!("{:<12}{}", system.id, system.title);
        let shown: String = line.chars().take(if two { 37 } else { 76 }).collect();
        text(row, column, label, &shown);
    }
    text(19, 0, bright, message);
    text(21, 0, label, "===>");
    text(
        23,
        0,
        label,
        "ENTER=LOG ON  F3=DISCONNECT  CLEAR=THIS SCREEN",
    );
    orders.push(Order::SetBufferAddress(21 * COLUMNS + 5));
    orders.push(Order::StartField(FieldAttribute::default()));
    orders.push(Order::InsertCursor);
    orders.push(Order::SetBufferAddress(22 * COLUMNS));
    orders.push(Order::StartField(label));
    let wcc = Wcc::RESTORE;
    Outbound::EraseWrite { wcc, orders }
}

/// What a terminal's answer to the screen wishes.
pub fn wish(inbound: &Inbound) -> SelectionCommand {
    let Inbound::Modified { aid, fields, .. } = inbound else {
        return SelectionCommand::Look;
    };
    match aid {
        Aid::Pf(3) => return SelectionCommand::Logoff,
        Aid::Enter => {}
        _ => return SelectionCommand::Look,
    }
    let typed = fields.iter().flat_map(|field| field.data.iter().copied());
    let typed = CodePage::CP037.decode_text(&typed.collect::<Vec<u8>>());
    command(typed.trim())
}

/// `DMV`, `LOGON DMV`, `LOGON APPLID(DMV)`, `LOGON APPLID=DMV`, `LOGOFF`.
fn command(typed: &str) -> SelectionCommand {
    let upper = typed.to_ascii_uppercase();
    let name = match upper.split_once(' ') {
        _ if upper == "LOGOFF" => return SelectionCommand::Logoff,
        Some(("LOGON", rest)) => {
            let rest = rest.trim();
            let rest = rest.strip_prefix("APPLID").unwrap_or(rest);
            rest.trim_matches(['(', ')', '=', ' '])
        }
        _ => upper.as_str(),
    };
    match name.parse() {
        _ if name.is_empty() => SelectionCommand::Look,
        Ok(logon) if !name.contains(' ') => SelectionCommand::Logon(logon),
        _ => SelectionCommand::Unknown(upper),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_vtams() {
        for typed in ["dmv", "LOGON DMV", "logon applid(dmv)", "LOGON APPLID=DMV"] {
            assert_eq!(
                command(typed),
                SelectionCommand::Logon(Logon::to("dmv")),
                "{typed}"
            );
        }
        assert_eq!(command(""), SelectionCommand::Look);
        assert_eq!(command("logoff"), SelectionCommand::Logoff);
        assert_eq!(
            command("what is this"),
            SelectionCommand::Unknown("WHAT IS THIS".into())
        );
    }
}
