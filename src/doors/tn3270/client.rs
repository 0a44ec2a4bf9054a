//! A client with an agreed terminal: the conversation with it, on its connection.

use std::io;

use super::invalid;
use super::wire::TelnetConnection;
use crate::doors::session::service::ConnectionContext;
use tn3270::server::{self, Agreement, ClientMessage, ServerConversation, ServerNegotiation};
use tn3270::wire::telnet::TelnetEvent;
use tn3270::wire::{Inbound, Outbound};

/// Room for the bytes of most screens.
const SCREEN: usize = 2048;

/// A client with an agreed terminal.
pub(super) struct Client<'a> {
    context: &'a ConnectionContext,
    pub(super) wire: TelnetConnection,
    conversation: ServerConversation,
}

impl<'a> Client<'a> {
    pub(super) fn new(
        context: &'a ConnectionContext,
        wire: TelnetConnection,
        negotiation: ServerNegotiation,
        agreement: &Agreement,
    ) -> Client<'a> {
        Client {
            context,
            wire,
            conversation: ServerConversation::new(negotiation, agreement),
        }
    }

    /// What an event says to the host, if anything; whatever else it wants is answered here. A client that has gone has ended
    /// its session.
    pub(super) async fn take(
        &mut self,
        event: Option<TelnetEvent>,
    ) -> io::Result<Option<ClientMessage>> {
        let Some(event) = event else {
            return Ok(Some(ClientMessage::Unbind));
        };
        let mut out = Vec::new();
        let message = self
            .conversation
            .receive(event, &mut out)
            .map_err(invalid)?;
        self.write(&out).await?;
        if let Some(ClientMessage::NegativeResponse { sequence, reason }) = message {
            self.context.report(&format!(
                "the client could not process record {sequence}: {reason}"
            ));
            return Ok(None);
        }
        Ok(message)
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match bytes.is_empty() {
            true => Ok(()),
            false => self.wire.write(bytes).await,
        }
    }

    /// Sends what the host has sent.
    pub(super) async fn send(&mut self, outbounds: &[Outbound]) -> io::Result<()> {
        if outbounds.is_empty() {
            return Ok(());
        }
        let mut bytes = Vec::with_capacity(SCREEN);
        self.conversation.send(outbounds, &mut bytes);
        self.wire.write(&bytes).await
    }

    /// Binds the session with this application, if the client takes a BIND and has none.
    pub(super) async fn bind(&mut self, application: &str, size: (u16, u16)) -> io::Result<()> {
        let mut out = Vec::new();
        self.conversation.bind(application, size, &mut out);
        self.write(&out).await
    }

    /// Ends the session, if it is bound.
    pub(super) async fn unbind(&mut self) -> io::Result<()> {
        let mut out = Vec::new();
        self.conversation.unbind(&mut out);
        self.write(&out).await
    }

    /// Asks an IBM-DYNAMIC terminal for its alternate size, rows x columns; none if it has only 24 x 80.
    pub(super) async fn ask_size(&mut self) -> io::Result<Option<(u16, u16)>> {
        self.send(&[server::size_query()]).await?;
        loop {
            let event = self.wire.next().await?;
            match self.take(event).await? {
                Some(ClientMessage::Record(Inbound::StructuredField(replies))) => {
                    return Ok(server::alternate_size(&replies));
                }
                Some(ClientMessage::Unbind | ClientMessage::Logoff) => {
                    return Err(invalid("the client left before it gave its size"));
                }
                Some(
                    ClientMessage::Record(_)
                    | ClientMessage::Unreadable(_)
                    | ClientMessage::NegativeResponse { .. }
                    | ClientMessage::Attn
                    | ClientMessage::SysReq,
                )
                | None => {}
            }
        }
    }
}
