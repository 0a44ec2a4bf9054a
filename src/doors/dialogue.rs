//! The loop of the line-based doors: a line in, a reply out, and time between.

use std::future::Future;
use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

use super::script::Subject;
use crate::session::Millis;

/// The longest line in bytes.
pub const MAX_LINE: u64 = 64 * 1024;

/// The longest that a line may wait for the host, in virtual milliseconds: what has not come by then will not come.
pub const MAX_WAIT: Millis = 3_600_000;

/// How far a line is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It has ended with this reply, its line feed included.
    Said {
        /// The reply.
        text: String,
        /// Whether the conversation ends with it.
        end: bool,
    },
    /// It waits for the host, or for this moment in virtual milliseconds at the latest.
    Blocked {
        /// The moment, if there is one.
        until: Option<Millis>,
        /// Whether the line asked for time to pass. Under the turn clock no other time does.
        asked: bool,
    },
}

/// What a dialogue is about: a terminal, and the time that passes at it. Breaking a wait off loses nothing.
pub trait Seat: Subject {
    /// Waits, for a line that is blocked, until the host has done something or `until` has come. Gives false if what it waits
    /// for will not come, or not before `limit`. `asked` tells whether the line asked for time to pass.
    fn wait(
        &mut self,
        until: Option<Millis>,
        asked: bool,
        limit: Millis,
    ) -> impl Future<Output = bool>;
    /// Waits between two lines until the host has done something.
    fn idle(&mut self) -> impl Future<Output = ()>;
    /// Lets everything happen that is due by now.
    fn catch_up(&mut self);
    /// Whether somebody has ended the session.
    fn is_stopped(&self) -> bool {
        false
    }
}

/// A language of lines and replies.
pub trait Dialogue {
    /// What is said before the first line.
    fn greet(&mut self, subject: &dyn Subject) -> String;
    /// Takes a line.
    fn begin(&mut self, line: &[u8], subject: &mut dyn Subject) -> Step;
    /// Goes on after the host has written or time has passed.
    fn resume(&mut self, subject: &mut dyn Subject) -> Step;
    /// Ends a line that waits for what will not come; gives the reply.
    fn abandon(&mut self, subject: &mut dyn Subject) -> String;
    /// The reply to a line of more than [`MAX_LINE`] bytes, with which the conversation ends.
    fn overlong(&mut self, subject: &mut dyn Subject) -> String;
}

enum Read {
    Line(Vec<u8>),
    Overlong,
}

/// How a conversation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// The dialogue ended itself.
    Ended,
    /// The lines ended.
    Left,
}

/// Talks until the lines end, the dialogue ends itself, or the other end goes away.
pub async fn talk<R, W>(
    mut dialogue: impl Dialogue,
    seat: &mut impl Seat,
    reader: R,
    mut writer: W,
) -> io::Result<Over>
where
    R: AsyncBufRead + Unpin,
    W: AsyncWrite + Unpin,
{
    // Reading goes on while a line waits for the host, so that a broken connection is noticed.
    let (sender, mut lines) = mpsc::channel(64);
    let conversation = async {
        say(&mut writer, &dialogue.greet(seat)).await?;
        loop {
            let read = tokio::select! {
                biased;
                read = lines.recv() => read,
                () = seat.idle() => match seat.is_stopped() {
                    true => return Ok(Over::Left),
                    false => continue,
                },
            };
            seat.catch_up();
            let (text, end) = match read {
                None => return Ok(Over::Left),
                Some(Read::Overlong) => (dialogue.overlong(seat), true),
                Some(Read::Line(line)) => answer(&mut dialogue, seat, &line).await,
            };
            say(&mut writer, &text).await?;
            if end {
                return Ok(Over::Ended);
            }
        }
    };
    tokio::select! {
        result = conversation => result,
        Err(error) = read_lines(reader, sender) => Err(error),
    }
}

async fn answer(dialogue: &mut impl Dialogue, seat: &mut impl Seat, line: &[u8]) -> (String, bool) {
    let limit = seat.now().saturating_add(MAX_WAIT);
    let mut step = dialogue.begin(line, seat);
    loop {
        let (until, asked) = match step {
            Step::Said { text, end } => return (text, end),
            Step::Blocked { until, asked } => (until, asked),
        };
        if !seat.wait(until, asked, limit).await {
            return (dialogue.abandon(seat), false);
        }
        step = dialogue.resume(seat);
    }
}

/// Reads lines until the input ends; an end without a line feed ends a line too.
async fn read_lines(
    mut reader: impl AsyncBufRead + Unpin,
    lines: mpsc::Sender<Read>,
) -> io::Result<Over> {
    loop {
        let mut line = Vec::new();
        (&mut reader)
            .take(MAX_LINE + 1)
            .read_until(b'\n', &mut line)
            .await?;
        let ended = line.last() == Some(&b'\n');
        let read = match line.len() as u64 {
            0 => break,
            length if length > MAX_LINE && !ended => Read::Overlong,
            _ => Read::Line(line),
        };
        let last = matches!(read, Read::Overlong) || !ended;
        if lines.send(read).await.is_err() || last {
            break;
        }
    }
    drop(lines);
    // The conversation goes on with the lines it has; it ends by itself.
    std::future::pending().await
}

async fn say(writer: &mut (impl AsyncWrite + Unpin), text: &str) -> io::Result<()> {
    writer.write_all(text.as_bytes()).await?;
    writer.flush().await
}
