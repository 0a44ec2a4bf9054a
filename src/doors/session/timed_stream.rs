//! A connection that is given up when its other end is silent, or leaves unread what it is sent.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// A stream that fails with [`io::ErrorKind::TimedOut`] once its patience is at an end.
#[derive(Debug)]
pub struct TimedStream<S> {
    stream: S,
    idle: Option<Limit>,
    unread: Limit,
}

/// How long something may take, and how long it has.
#[derive(Debug)]
struct Limit {
    most: Duration,
    /// When it last went well.
    last: Instant,
    /// Made when it is first waited for, and then moved on only when it fires.
    timer: Option<Pin<Box<Sleep>>>,
}

impl Limit {
    fn new(most: Duration) -> Limit {
        Limit {
            most,
            last: Instant::now(),
            timer: None,
        }
    }

    fn went_well(&mut self) {
        self.last = Instant::now();
    }

    /// Whether the time is up; if not, the task is woken when it may be.
    fn is_up(&mut self, context: &mut Context<'_>) -> bool {
        let last = self.last;
        let most = self.most;
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(sleep_until(last + most)));
        while timer.as_mut().poll(context).is_ready() {
            if last.elapsed() >= most {
                return true;
            }
            timer.as_mut().reset(last + most);
        }
        false
    }
}

impl<S> TimedStream<S> {
    /// A stream whose other end may be silent for so long, if there is a limit, and leave unread for so long what it is sent.
    pub fn new(stream: S, idle: Option<Duration>, unread: Duration) -> TimedStream<S> {
        TimedStream {
            stream,
            idle: idle.map(Limit::new),
            unread: Limit::new(unread),
        }
    }

    /// The stream itself.
    pub fn into_inner(self) -> S {
        self.stream
    }

    /// The stream itself, for its address.
    pub fn get_ref(&self) -> &S {
        &self.stream
    }
}

/// Whether the other end has gone, as reading and writing find it out.
pub fn is_gone(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(
        error.kind(),
        BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof
    )
}

fn late(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, what.into())
}

impl<S: AsyncRead + Unpin> AsyncRead for TimedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        let Some(idle) = &mut self.idle else {
            return read;
        };
        match read {
            Poll::Ready(read) => {
                idle.went_well();
                Poll::Ready(read)
            }
            Poll::Pending if idle.is_up(context) => {
                let seconds = idle.most.as_secs_f64();
                Poll::Ready(Err(late(format!(
                    "the client has sent nothing for {seconds} s"
                ))))
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<S: AsyncWrite + Unpin> TimedStream<S> {
    fn wrote<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        match written {
            Poll::Ready(written) => {
                self.unread.went_well();
                // A timer that is left would wake the task for nothing.
                self.unread.timer = None;
                Poll::Ready(written)
            }
            Poll::Pending => {
                if self.unread.timer.is_none() {
                    self.unread.went_well();
                }
                match self.unread.is_up(context) {
                    true => Poll::Ready(Err(late("the client does not read what it is sent"))),
                    false => Poll::Pending,
                }
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TimedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.wrote(context, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.wrote(context, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.stream).poll_shutdown(context);
        self.wrote(context, shut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
    use tokio::time::sleep;

    #[tokio::test(start_paused = true)]
    async fn silence_ends_it_and_every_word_puts_that_off() {
        let (near, mut far) = duplex(64);
        let mut near =
            TimedStream::new(near, Some(Duration::from_secs(10)), Duration::from_secs(30));
        let mut byte = [0];
        for _ in 0..3 {
            let (read, _) = tokio::join!(near.read_exact(&mut byte), async {
                sleep(Duration::from_secs(9)).await;
                far.write_all(b"x").await.unwrap();
            });
            read.unwrap();
        }
        let error = near.read_exact(&mut byte).await.unwrap_err();
        assert_eq!(error.to_string(), "the client has sent nothing for 10 s");
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_never_reads_is_given_up() {
        let (near, _far) = duplex(64);
        let mut near = TimedStream::new(near, None, Duration::from_secs(30));
        let error = near.write_all(&[0; 100]).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the client does not read what it is sent"
        );
    }
}
