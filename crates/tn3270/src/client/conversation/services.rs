//! The system services (SSCP), which the operator reaches by SYS REQ in TN3270E: lines of text both ways.

use super::record::frame;
use super::{ClientConversation, ConversationOutput};
use crate::client::Mode;
use crate::terminal::{Response, Terminal};
use crate::wire::tn3270e::DataType;
use crate::wire::{Order, Outbound, Wcc};

/// New Line, which begins a row of the system services' text.
const NEW_LINE: u8 = 0x15;
/// The longest text to the system services, in bytes.
const MAX_SERVICES_TEXT: usize = 255;

impl ClientConversation {
    /// The system services write: text behind what stands there.
    pub(super) fn services(
        &mut self,
        data: &[u8],
        terminal: &mut Terminal,
        out: &mut ConversationOutput,
    ) {
        let first = self.negotiation.mode() != Mode::Sscp;
        self.enter(Mode::Sscp, terminal);
        let orders = text_orders(data, if first { 0 } else { terminal.cursor() }, terminal);
        let wcc = Wcc::RESTORE;
        let outbound = match first {
            true => Outbound::EraseWriteAlternate { wcc, orders },
            false => Outbound::Write { wcc, orders },
        };
        self.show(outbound, terminal, out);
        self.services_at = terminal.cursor();
    }

    /// Sends what the operator has typed to the system services.
    pub(super) fn say_to_services(
        &mut self,
        terminal: &Terminal,
        out: &mut ConversationOutput,
    ) -> Response {
        let typed = usize::from(self.services_at)..usize::from(terminal.cursor());
        let cells = terminal.cells().get(typed).unwrap_or_default();
        let codes = cells.iter().map(|cell| cell.code).filter(|&code| code != 0);
        let text: Vec<u8> = codes.take(MAX_SERVICES_TEXT).collect();
        let header = self.header(DataType::SscpLu);
        self.sent.records += 1;
        frame(header, &text, &mut out.bytes);
        Response::Local
    }
}

/// The orders that put lines of text on the screen, with the cursor behind them.
fn text_orders(data: &[u8], mut at: u16, terminal: &Terminal) -> Vec<Order> {
    let columns = terminal.columns().max(1);
    let size = terminal.rows() * columns;
    let mut orders = vec![Order::SetBufferAddress(at)];
    for line in data.split_inclusive(|&code| code == NEW_LINE) {
        let text = line.strip_suffix(&[NEW_LINE]).unwrap_or(line);
        let codes: Vec<u8> = text.iter().copied().filter(|&code| code >= 0x40).collect();
        at = (at + u16::try_from(codes.len()).unwrap_or(0) % size) % size;
        orders.push(Order::Data(codes.into()));
        if text.len() < line.len() {
            at = (at / columns + 1) * columns % size;
            orders.push(Order::SetBufferAddress(at));
        }
    }
    orders.push(Order::InsertCursor);
    orders
}
