//! The loop of the line-based doors: a line in, a reply out, and time between.

use std::io;

use tokio::io::{AsyncBufRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

use super::lines::{LineError, LineRead, Lines};
use super::progress::Progress;
use super::target::{DialogueTarget, ScriptTarget};
use bigiron_sim::session::Millis;

/// The longest that a line may wait for the host, in virtual milliseconds: what has not come by then will not come.
pub const MAX_WAIT: Millis = 3_600_000;

/// The end of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DialogueReply {
    /// The reply, its line feed included.
    pub text: String,
    /// Whether the conversation ends with it.
    pub end: bool,
}

impl DialogueReply {
    /// A reply after which the conversation goes on; the step is done with it.
    pub fn step(text: String) -> Progress<DialogueReply> {
        Progress::Done(DialogueReply { text, end: false })
    }
}

/// A language of lines and replies.
pub trait Dialogue {
    /// What is said before the first line.
    fn greet(&mut self, target: &dyn ScriptTarget) -> String;
    /// Takes a line.
    fn begin(&mut self, line: &[u8], target: &mut dyn ScriptTarget) -> Progress<DialogueReply>;
    /// Goes on after the host has written or time has passed.
    fn resume(&mut self, target: &mut dyn ScriptTarget) -> Progress<DialogueReply>;
    /// Ends a line that waits for what will not come; gives the reply.
    fn abandon(&mut self, target: &mut dyn ScriptTarget) -> String;
    /// The reply to a line that is read no further, with which the conversation ends.
    fn refuse(&mut self, unended: LineError, target: &mut dyn ScriptTarget) -> String;
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
    target: &mut impl DialogueTarget,
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
        say(&mut writer, &dialogue.greet(target)).await?;
        loop {
            let read = tokio::select! {
                biased;
                read = read.recv() => read.unwrap_or(LineRead::End),
                () = target.idle() => match target.is_stopped() {
                    true => return Ok(Over::Left),
                    false => continue,
                },
            };
            target.catch_up();
            let DialogueReply { text, end } = match read {
                LineRead::End => return Ok(Over::Left),
                LineRead::Unended(unended) => {
                    say(&mut writer, &dialogue.refuse(unended, target)).await?;
                    return Err(unended.into());
                }
                LineRead::Line(line) => answer(&mut dialogue, target, &line).await,
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
    target: &mut impl DialogueTarget,
    line: &[u8],
) -> DialogueReply {
    let limit = target.now().saturating_add(MAX_WAIT);
    let mut step = dialogue.begin(line, target);
    loop {
        let wait = match step {
            Progress::Done(reply) => return reply,
            Progress::Blocked(wait) => wait,
        };
        if !target.wait(wait, limit).await {
            let text = dialogue.abandon(target);
            return DialogueReply { text, end: false };
        }
        step = dialogue.resume(target);
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
