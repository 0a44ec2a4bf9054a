//! A connection below the 3270 data stream: bytes to and from TELNET events.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWriteExt, ReadBuf};

use crate::doors::address::Stream;
use crate::doors::patient::Patient;
use crate::doors::service::{Ticket, encrypt};
use crate::wire::telnet::{Decoder, Event, Limits};

/// How much a client may send without an end. The largest screen read back whole has some 40 000 bytes.
const LIMITS: Limits = Limits {
    record: 128 * 1024,
    subnegotiation: 1024,
};

/// A client that speaks TELNET.
pub(super) struct Wire {
    /// None only while a TLS handshake is under way, or after one that failed.
    stream: Option<Patient<Stream>>,
    decoder: Decoder,
    events: std::vec::IntoIter<Event>,
    /// Whether what is read next may be the last before a TLS handshake, and is read byte for byte.
    pub(super) sparing: bool,
}

impl Wire {
    pub(super) fn new(stream: Patient<Stream>) -> Wire {
        Wire {
            stream: Some(stream),
            decoder: Decoder::new(LIMITS),
            events: Vec::new().into_iter(),
            sparing: false,
        }
    }

    /// Whether TLS is in place.
    pub(super) fn is_encrypted(&self) -> bool {
        let stream = self.stream.as_ref().map(Patient::get_ref);
        matches!(stream, Some(Stream::Tls(_)))
    }

    /// The next event; none if the client has gone. Losing the race in a `select!` loses nothing.
    pub(super) async fn next(&mut self) -> io::Result<Option<Event>> {
        loop {
            if let Some(event) = self.events.next() {
                return Ok(Some(event));
            }
            if poll_fn(|context| self.poll_fill(context)).await? == 0 {
                return Ok(None);
            }
        }
    }

    /// Reads what there is. The bytes are only on the stack of the poll: a client that says nothing takes no room for them.
    fn poll_fill(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let Some(stream) = &mut self.stream else {
            return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
        };
        let mut room = [MaybeUninit::uninit(); 4096];
        let most = if self.sparing { 1 } else { room.len() };
        let mut buffer = ReadBuf::uninit(room.get_mut(..most).unwrap_or_default());
        ready!(Pin::new(stream).poll_read(context, &mut buffer))?;
        let mut events = Vec::new();
        let read = self.decoder.feed(buffer.filled(), &mut events);
        self.events = events.into_iter();
        read.map_err(super::invalid)?;
        Poll::Ready(Ok(buffer.filled().len()))
    }

    pub(super) async fn say(&mut self, events: &[Event]) -> io::Result<()> {
        let mut bytes = Vec::new();
        events.iter().for_each(|event| event.encode(&mut bytes));
        match bytes.is_empty() {
            true => Ok(()),
            false => self.write(&bytes).await,
        }
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let stream = self.stream.as_mut().ok_or(io::ErrorKind::NotConnected)?;
        stream.write_all(bytes).await?;
        stream.flush().await
    }

    /// Goes on encrypted.
    pub(super) async fn encrypt(&mut self, ticket: &Ticket) -> io::Result<()> {
        let stream = self.stream.take().ok_or(io::ErrorKind::NotConnected)?;
        let stream = encrypt(ticket, stream.into_inner()).await?;
        self.stream = Some(ticket.patient(stream));
        Ok(())
    }
}
