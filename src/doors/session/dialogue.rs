//! The loop of the line-based doors: a line in, a reply out, and time between.

use std::io;

use tokio::io::{AsyncBufRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

use super::lines::{LineError, LineRead, Lines};
use super::target::{DialogueTarget, ScriptTarget};
use bigiron_sim::session::Millis;

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

/// A language of lines and replies.
pub trait Dialogue {
    /// What is said before the first line.
    fn greet(&mut self, subject: &dyn ScriptTarget) -> String;
    /// Takes a line.
    fn begin(&mut self, line: &[u8], subject: &mut dyn ScriptTarget) -> Step;
    /// Goes on after the host has written or time has passed.
    fn resume(&mut self, subject: &mut dyn ScriptTarget) -> Step;
    /// Ends a line that waits for what will not come; gives the reply.
    fn abandon(&mut self, subject: &mut dyn ScriptTarget) -> String;
    /// The reply to a line that is read no further, with which the conversation ends.
    fn refuse(&mut self, unended: LineError, subject: &mut dyn ScriptTarget) -> String;
}

/// How a conversation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// The dialogue ended itself.
    Ended,
    /// The lines ended.
    Left,
}

/// Talks until the lines end, the dialogue ends itself, or the other end goes away. A line that is read no further is an error.
pub async fn talk<R, W>(
    mut dialogue: impl Dialogue,
    seat: &mut impl DialogueTarget,
    lines: Lines<R>,
    mut writer: W,
) -> io::Result<Over>
where
    R: AsyncBufRead + Unpin,
    W: AsyncWrite + Unpin,
{
    // Reading goes on while a line waits for the host, so that a broken connection is noticed.
    let (sender, mut read) = mpsc::channel(64);
    let conversation = async {
        say(&mut writer, &dialogue.greet(seat)).await?;
        loop {
            let read = tokio::select! {
                biased;
                read = read.recv() => read.unwrap_or(LineRead::End),
                () = seat.idle() => match seat.is_stopped() {
                    true => return Ok(Over::Left),
                    false => continue,
                },
            };
            seat.catch_up();
            let (text, end) = match read {
                LineRead::End => return Ok(Over::Left),
                LineRead::Unended(unended) => {
                    say(&mut writer, &dialogue.refuse(unended, seat)).await?;
                    return Err(unended.into());
                }
                LineRead::Line(line) => answer(&mut dialogue, seat, &line).await,
            };
            say(&mut writer, &text).await?;
            if end {
                return Ok(Over::Ended);
            }
        }
    };
    tokio::select! {
        result = conversation => result,
        Err(error) = read_on(lines, sender) => Err(error),
    }
}

async fn answer(
    dialogue: &mut impl Dialogue,
    seat: &mut impl DialogueTarget,
    line: &[u8],
) -> (String, bool) {
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

/// Reads lines until they end; the conversation goes on with those it has, and ends by itself.
async fn read_on(
    mut lines: Lines<impl AsyncBufRead + Unpin>,
    sender: mpsc::Sender<LineRead>,
) -> io::Result<Over> {
    loop {
        let read = lines.next().await?;
        let last = !matches!(read, LineRead::Line(_));
        if sender.send(read).await.is_err() || last {
            return std::future::pending().await;
        }
    }
}

async fn say(writer: &mut (impl AsyncWrite + Unpin), text: &str) -> io::Result<()> {
    writer.write_all(text.as_bytes()).await?;
    writer.flush().await
}
