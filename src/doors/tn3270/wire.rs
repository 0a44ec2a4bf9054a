//! A connection below the 3270 data stream: bytes to and from TELNET events.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWriteExt, ReadBuf};
use tokio::time::{Instant, timeout_at};

use crate::doors::session::address::Stream;
use crate::doors::session::service::ConnectionContext;
use crate::doors::session::timed_stream::TimedStream;
use tn3270::server::LIMITS;
use tn3270::wire::telnet::{Decoder, TelnetEvent};

/// A client that speaks TELNET.
pub(super) struct TelnetConnection {
    /// None only while a TLS handshake is under way, or after one that failed.
    stream: Option<TimedStream<Stream>>,
    decoder: Decoder,
    events: std::vec::IntoIter<TelnetEvent>,
    /// How long a record may take from its first byte, or whatever else is said.
    patience: Duration,
    /// When that was which has not ended.
    begun: Option<Instant>,
    /// Whether what is read next may be the last before a TLS handshake, and is read byte for byte.
    pub(super) sparing: bool,
}

impl TelnetConnection {
    pub(super) fn new(connection: &ConnectionContext, stream: Stream) -> TelnetConnection {
        TelnetConnection {
            stream: Some(connection.patient(stream)),
            decoder: Decoder::new(LIMITS),
            events: Vec::new().into_iter(),
            patience: connection.patience(),
            begun: None,
            sparing: false,
        }
    }

    /// Whether TLS is in place.
    pub(super) fn is_encrypted(&self) -> bool {
        let stream = self.stream.as_ref().map(TimedStream::get_ref);
        matches!(stream, Some(Stream::Tls(_)))
    }

    /// The next event; none if the client has gone. Losing the race in a `select!` loses nothing.
    pub(super) async fn next(&mut self) -> io::Result<Option<TelnetEvent>> {
        loop {
            if let Some(event) = self.events.next() {
                return Ok(Some(event));
            }
            if self.fill().await? == 0 {
                return Ok(None);
            }
        }
    }

    /// Waits for bytes; how many came.
    async fn fill(&mut self) -> io::Result<usize> {
        let Some(begun) = self.begun else {
            return poll_fn(|context| self.poll_fill(context)).await;
        };
        let patience = self.patience;
        let rest = poll_fn(|context| self.poll_fill(context));
        // Few wait for a rest, and only they have the room for a timer.
        let filled = Box::pin(timeout_at(begun + patience, rest)).await;
        filled.map_err(|_| {
            let seconds = patience.as_secs_f64();
            let late = format!("a record has not ended {seconds} s after its first byte");
            io::Error::new(io::ErrorKind::TimedOut, late)
        })?
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
        if !events.is_empty() {
            self.begun = None;
        }
        self.begun = match self.decoder.is_amid() {
            true => self.begun.or_else(|| Some(Instant::now())),
            false => None,
        };
        self.events = events.into_iter();
        read.map_err(super::invalid)?;
        Poll::Ready(Ok(buffer.filled().len()))
    }

    pub(super) async fn say(&mut self, events: &[TelnetEvent]) -> io::Result<()> {
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
    pub(super) async fn encrypt(&mut self, connection: &ConnectionContext) -> io::Result<()> {
        let stream = self.stream.take().ok_or(io::ErrorKind::NotConnected)?;
        let stream = connection.encrypt(stream.into_inner()).await?;
        self.stream = Some(connection.patient(stream));
        Ok(())
    }
}
