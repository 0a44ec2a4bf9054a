//! A session whose keys are pressed at a terminal elsewhere: what that one sends is handed in, and what the host sends is handed on.
//! The terminal here follows: it shows what the host has written, and what the other has sent of its entries.

use super::OperatorSession;
use crate::doors::session::target::ScriptTarget;
use bigiron_sim::host::Signal;
use tn3270::wire::{AttributeType, Inbound, Order, Outbound, ReplyMode, StructuredField, Wcc};

impl OperatorSession {
    /// The terminal elsewhere has sent this.
    pub fn relay(&mut self, inbound: &Inbound) {
        self.catch_up();
        self.attempt.submit(inbound);
    }

    /// The terminal elsewhere has signalled.
    pub fn signal(&mut self, signal: Signal) {
        self.catch_up();
        self.attempt.signal(signal);
    }

    /// What the host has sent since the last call, for the terminal elsewhere; nothing at the first call, which begins it.
    pub fn sent(&mut self) -> Vec<Outbound> {
        let sent = self.attempt.log_mut().sent.replace(Vec::new());
        sent.unwrap_or_default()
    }

    /// Ends the relay: what the host sends is kept for no terminal any more.
    pub fn leave_relay(&mut self) {
        self.attempt.log_mut().sent = None;
    }

    /// One write that makes another terminal of this size show what this one shows.
    pub fn repaint(&self) -> Option<Outbound> {
        let mut terminal = self.terminal().clone();
        let types = [
            AttributeType::Highlighting,
            AttributeType::Foreground,
            AttributeType::CharacterSet,
            AttributeType::Background,
        ];
        let mode = ReplyMode::Character(types.map(AttributeType::code).to_vec());
        let set = StructuredField::SetReplyMode { partition: 0, mode };
        terminal.apply(&Outbound::StructuredFields(vec![set]));
        let mut read = terminal.apply(&Outbound::ReadBuffer).into_iter();
        let Some(Inbound::Buffer {
            cursor, mut orders, ..
        }) = read.next()
        else {
            return None;
        };
        orders.extend([Order::SetBufferAddress(cursor), Order::InsertCursor]);
        let wcc = Wcc {
            restore: !self.attempt.session().line().host().is_busy(),
            ..Wcc::default()
        };
        let is_primary = (terminal.rows(), terminal.columns()) == (24, 80);
        Some(match is_primary {
            true => Outbound::EraseWrite { wcc, orders },
            false => Outbound::EraseWriteAlternate { wcc, orders },
        })
    }
}
