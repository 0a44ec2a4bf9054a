//! The VT door: keys as a VT or xterm sends them in, an ANSI screen out, only what changed.
//!
//! For telnet, whose window size (NAWS, RFC 1073) and terminal type (RFC 1091) are honoured, and for whatever sends and takes the
//! bytes alone: netcat, socat on a pty, expect. The door asks for TELNET's options before it paints; to who does not know them
//! they are a few bytes of nothing before the screen is cleared.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use self::keys::{VtKey, VtKeyDecoder};
use self::notes::Notes;
use self::painter::VtPainter;
use self::window::ClientWindow;
use crate::doors::session::address::Stream;
use crate::doors::session::logon::Logon;
use crate::doors::session::operator_session::OperatorSession;
use crate::doors::session::selection::{self, SelectionCommand};
use crate::doors::session::served_system::ServedSystem;
use crate::doors::session::service::ConnectionContext;
use crate::doors::session::target::ScriptTarget;
use crate::doors::session::timed_stream::TimedStream;
use bigiron_sim::task::entry::{After, AnswerEdit, AnswerLine};
use tn3270::terminal::{Key, Response, Terminal};
use tn3270::wire::telnet::{Decoder, TelnetCommand, TelnetEvent, TelnetLimits, TelnetOption, Verb};

pub mod keys;
pub mod notes;
pub mod painter;
pub mod window;

const LIMITS: TelnetLimits = TelnetLimits {
    record: 16 * 1024,
    subnegotiation: 256,
};

/// TERMINAL-TYPE IS and SEND.
const TYPE_IS: u8 = 0;
const TYPE_SEND: u8 = 1;

/// The largest window that is painted.
const LARGEST: (u16, u16) = (255, 255);

/// Milliseconds of virtual time that a stroke of [`VtKey::Wait`] lets pass.
const SECOND: u64 = 1000;

/// What is said when a key is pressed that the task does not leave.
const SPENT: &str = "The keys or the time of the task are used up.\r\n";

/// Serves one client to its end.
pub async fn connection(context: &ConnectionContext, stream: Stream) -> io::Result<()> {
    let mut view = View::new(context.patient(stream));
    view.greet().await?;
    let Some((world, logon)) = pick(context, &mut view).await? else {
        return view.leave("").await;
    };
    let mut terminal = context.terminal();
    terminal.typeahead = true;
    let opened = context.open(&world, &logon, terminal)?;
    let mut station = OperatorSession::begin(opened, context.service.tells_grade);
    let talked = work(&mut view, &mut station).await;
    station.close(&talked);
    context.report_grade(station.setup(), station.grade());
    talked
}

/// Joins a client to a session that is open already.
pub(in crate::doors) async fn converse(
    stream: TimedStream<Stream>,
    station: &mut OperatorSession,
) -> io::Result<()> {
    let mut view = View::new(stream);
    view.greet().await?;
    work(&mut view, station).await
}

/// Joins a terminal of this size, which is no client of TELNET, to a session that is open already.
pub(in crate::doors) async fn attend<S: ByteStream>(
    stream: S,
    window: ClientWindow,
    station: &mut OperatorSession,
) -> io::Result<()> {
    let mut view = View::new(stream);
    view.painter.resize(window);
    work(&mut view, station).await
}

/// Bytes both ways.
pub(in crate::doors) trait ByteStream: AsyncRead + AsyncWrite + Unpin {}

impl<S: AsyncRead + AsyncWrite + Unpin> ByteStream for S {}

/// The system that the logon of the door names, or that the client picks; none if it goes.
async fn pick<S: ByteStream>(
    context: &ConnectionContext,
    view: &mut View<S>,
) -> io::Result<Option<(ServedSystem, Logon)>> {
    let wrong = |error| io::Error::new(io::ErrorKind::InvalidInput, error);
    if let Some(world) = context.world(&context.logon).map_err(wrong)? {
        return Ok(Some((world, context.logon.clone())));
    }
    let mut terminal = Terminal::new(context.terminal());
    let lu = context
        .lease(None)
        .map(|lease| lease.name.clone())
        .unwrap_or_default();
    let mut message = String::new();
    loop {
        let worlds = context.service.worlds.now();
        terminal.apply(&selection::screen(&lu, &worlds, &message));
        let wish = loop {
            view.paint(&terminal, &Notes::default()).await?;
            match view.next().await? {
                None | Some(VtKey::Quit) => return Ok(None),
                Some(VtKey::Key(key)) => {
                    if let Response::Inbound(inbound) = terminal.press(key) {
                        break selection::wish(&inbound);
                    }
                }
                Some(VtKey::Redraw) => view.painter.forget(),
                Some(VtKey::Wait | VtKey::Answer | VtKey::Turn) => {}
            }
        };
        message = match wish {
            SelectionCommand::Look => String::new(),
            SelectionCommand::Logoff => return Ok(None),
            SelectionCommand::Unknown(_) => selection::UNRECOGNIZED.into(),
            SelectionCommand::Logon(logon) => {
                let logon = context.allowed(logon).or(&context.logon);
                match context.world(&logon) {
                    Ok(Some(world)) => return Ok(Some((world, logon))),
                    Ok(None) => String::new(),
                    Err(error) => selection::no_such(&error),
                }
            }
        };
    }
}

/// Joins a client to a session until either ends it. Work at a task begins with its goal, and ends when the client leaves, or
/// has used up what the task allows.
async fn work<S: ByteStream>(view: &mut View<S>, station: &mut OperatorSession) -> io::Result<()> {
    if let Some(goal) = station.goal() {
        let goal = goal.to_owned();
        if !view.tell(&goal).await? {
            return Ok(());
        }
    }
    let mut answer: Option<AnswerLine> = None;
    loop {
        let notes = view.notes(station, answer.as_ref());
        view.paint(station.terminal(), &notes).await?;
        let stroke = tokio::select! {
            stroke = view.next() => stroke?,
            () = station.idle() => {
                if station.is_stopped() {
                    return view.leave("").await;
                }
                continue;
            }
        };
        let Some(stroke) = stroke else { return Ok(()) };
        if stroke == VtKey::Redraw {
            view.painter.forget();
            continue;
        }
        let next = match answer.take() {
            Some(line) => type_answer(line, stroke, station),
            None => strike(stroke, station),
        };
        match next {
            Next::On => {}
            Next::Answer(line) => answer = Some(line),
            Next::Spent => return view.leave(SPENT).await,
            Next::Leave => {
                station.leave();
                return view.leave("").await;
            }
        }
    }
}

/// What becomes of the conversation after a stroke.
enum Next {
    On,
    /// An answer is being typed.
    Answer(AnswerLine),
    /// The task leaves no keys or no time.
    Spent,
    Leave,
}

/// A stroke at the screen. Who leaves a task without the answer that it asks for is asked for it.
fn strike(stroke: VtKey, station: &mut OperatorSession) -> Next {
    let status = station.task_status();
    let asks = status.as_ref().is_some_and(|status| status.reports);
    let answer = status.and_then(|status| status.answer).map(str::to_owned);
    match stroke {
        VtKey::Key(key) if station.press_in_budget(key) => Next::On,
        VtKey::Wait if station.may_go_on() => {
            station.pass(SECOND);
            Next::On
        }
        VtKey::Key(_) | VtKey::Wait => Next::Spent,
        VtKey::Turn => {
            station.turn_on();
            Next::On
        }
        VtKey::Answer if asks => {
            Next::Answer(AnswerLine::new(answer.unwrap_or_default(), After::Stay))
        }
        VtKey::Answer | VtKey::Redraw => Next::On,
        VtKey::Quit if asks && answer.is_none() => {
            Next::Answer(AnswerLine::new(String::new(), After::Leave))
        }
        VtKey::Quit => Next::Leave,
    }
}

/// A stroke on the answer line. The stroke that opened it goes back to the screen, and nothing is lost by it.
fn type_answer(mut line: AnswerLine, stroke: VtKey, station: &mut OperatorSession) -> Next {
    let typed = match stroke {
        VtKey::Key(key) => line.press(key),
        VtKey::Quit => return Next::Leave,
        VtKey::Answer => {
            // A doubt shows only while the answer is typed.
            let _ = station.keep_answer(&line.text);
            return Next::On;
        }
        VtKey::Redraw | VtKey::Turn | VtKey::Wait => AnswerEdit::Refused,
    };
    match (typed, line.after) {
        (AnswerEdit::Taken, after) if line.take(station.keep_answer(&line.text)) => match after {
            After::Stay => Next::On,
            After::Leave => Next::Leave,
        },
        _ => Next::Answer(line),
    }
}

/// A client's window and keyboard.
struct View<S> {
    stream: S,
    decoder: Decoder,
    strokes: VtKeyDecoder,
    pressed: std::collections::VecDeque<VtKey>,
    painter: VtPainter,
    /// Answers to TELNET's options, to be sent before the next painting.
    answers: Vec<u8>,
}

impl<S: ByteStream> View<S> {
    fn new(stream: S) -> View<S> {
        View {
            stream,
            decoder: Decoder::new(LIMITS),
            strokes: VtKeyDecoder::default(),
            pressed: std::collections::VecDeque::new(),
            painter: VtPainter::default(),
            answers: Vec::new(),
        }
    }

    /// Asks for the options that make a telnet client a terminal: each character as it is typed, and what its window is.
    async fn greet(&mut self) -> io::Result<()> {
        let asks = [
            TelnetEvent::Negotiate(Verb::Will, TelnetOption::Echo),
            TelnetEvent::Negotiate(Verb::Will, TelnetOption::SuppressGoAhead),
            TelnetEvent::Negotiate(Verb::Do, TelnetOption::WindowSize),
            TelnetEvent::Negotiate(Verb::Do, TelnetOption::TerminalType),
        ];
        self.say(&asks).await
    }

    async fn say(&mut self, events: &[TelnetEvent]) -> io::Result<()> {
        let mut bytes = Vec::new();
        events.iter().for_each(|event| event.encode(&mut bytes));
        self.write(&bytes).await
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    /// What stands round the screen, at a task.
    fn notes(&self, station: &OperatorSession, answer: Option<&AnswerLine>) -> Notes {
        let status = station.task_status();
        status.map_or_else(Notes::default, |status| {
            Notes::new(
                &status,
                answer,
                station.terminal().rows(),
                self.painter.window(),
            )
        })
    }

    async fn paint(&mut self, terminal: &Terminal, notes: &Notes) -> io::Result<()> {
        let mut bytes = std::mem::take(&mut self.answers);
        // Whatever has been typed already is taken before anything is painted: a screen that is gone at once is not shown.
        if self.pressed.is_empty() {
            bytes.extend(self.painter.paint(terminal, notes));
        }
        match bytes.is_empty() {
            true => Ok(()),
            false => self.write(&bytes).await,
        }
    }

    /// Clears the window for a last word.
    async fn leave(&mut self, word: &str) -> io::Result<()> {
        self.write(format!("\x1b[0m\x1b[2J\x1b[H{word}").as_bytes())
            .await
    }

    /// Shows a text until Enter; gives whether the client stays.
    async fn tell(&mut self, text: &str) -> io::Result<bool> {
        let text = text.replace('\n', "\r\n");
        let page = format!("\x1b[0m\x1b[2J\x1b[H{text}\r\n\r\nPress Enter to begin. ");
        self.write(page.as_bytes()).await?;
        loop {
            match self.next().await? {
                None | Some(VtKey::Quit) => return Ok(false),
                Some(VtKey::Key(Key::Enter)) => break,
                Some(_) => {}
            }
        }
        self.painter.forget();
        Ok(true)
    }

    /// The next stroke; none if the client has gone. Losing the race in a `select!` loses nothing.
    async fn next(&mut self) -> io::Result<Option<VtKey>> {
        loop {
            if let Some(stroke) = self.pressed.pop_front() {
                return Ok(Some(stroke));
            }
            let mut buffer = [0; 1024];
            let length = self.stream.read(&mut buffer).await?;
            if length == 0 {
                return Ok(None);
            }
            let answers = self.take(buffer.get(..length).unwrap_or_default())?;
            answers
                .iter()
                .for_each(|event| event.encode(&mut self.answers));
            if !self.answers.is_empty() && self.pressed.is_empty() {
                // A painting sends them.
                return Ok(Some(VtKey::Redraw));
            }
        }
    }

    /// Takes bytes apart into strokes and what TELNET says between them; gives the answers to that.
    fn take(&mut self, bytes: &[u8]) -> io::Result<Vec<TelnetEvent>> {
        let mut answers = Vec::new();
        for byte in bytes {
            let mut events = Vec::new();
            let read = self.decoder.feed(std::slice::from_ref(byte), &mut events);
            read.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            let mut strokes = Vec::new();
            self.strokes
                .feed(&self.decoder.take_unended(), &mut strokes);
            self.pressed.extend(strokes);
            for event in events {
                self.telnet(event, &mut answers);
            }
        }
        Ok(answers)
    }

    fn telnet(&mut self, event: TelnetEvent, answers: &mut Vec<TelnetEvent>) {
        use TelnetOption::{Echo, SuppressGoAhead, TerminalType, TimingMark, WindowSize};
        match event {
            TelnetEvent::Negotiate(Verb::Will, TerminalType) => {
                answers.push(TelnetEvent::Subnegotiation(TerminalType, vec![TYPE_SEND]));
            }
            TelnetEvent::Negotiate(Verb::Will, WindowSize)
            | TelnetEvent::Negotiate(Verb::Do, Echo | SuppressGoAhead) => {}
            TelnetEvent::Negotiate(Verb::Will, SuppressGoAhead) => {
                answers.push(TelnetEvent::Negotiate(Verb::Do, SuppressGoAhead));
            }
            TelnetEvent::Negotiate(Verb::Will, option) => {
                answers.push(TelnetEvent::Negotiate(Verb::Dont, option))
            }
            TelnetEvent::Negotiate(Verb::Do, TimingMark) => {
                answers.push(TelnetEvent::Negotiate(Verb::Will, TimingMark));
            }
            TelnetEvent::Negotiate(Verb::Do, option) => {
                answers.push(TelnetEvent::Negotiate(Verb::Wont, option))
            }
            TelnetEvent::Subnegotiation(WindowSize, data) => self.resize(&data),
            TelnetEvent::Subnegotiation(TerminalType, data) => {
                if let Some((&TYPE_IS, name)) = data.split_first() {
                    let color = has_colors(&String::from_utf8_lossy(name));
                    let window = self.painter.window();
                    self.change(ClientWindow { color, ..window });
                }
            }
            TelnetEvent::Command(TelnetCommand::Break | TelnetCommand::InterruptProcess) => {
                self.pressed.push_back(VtKey::Key(Key::Attn))
            }
            TelnetEvent::Command(TelnetCommand::AbortOutput) => {
                self.pressed.push_back(VtKey::Key(Key::SysReq))
            }
            // Records are a 3270 client's.
            TelnetEvent::Negotiate(..)
            | TelnetEvent::Subnegotiation(..)
            | TelnetEvent::Command(_)
            | TelnetEvent::Record(_) => {}
        }
    }

    /// Width and height, 16 bits each; 0 means that the client does not know.
    fn resize(&mut self, data: &[u8]) {
        let &[a, b, c, d] = data else { return };
        let (columns, rows) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        let window = self.painter.window();
        if rows > 1 && columns > 1 {
            let (rows, columns) = (rows.min(LARGEST.0), columns.min(LARGEST.1));
            self.change(ClientWindow {
                rows,
                columns,
                ..window
            });
        }
    }

    fn change(&mut self, window: ClientWindow) {
        if window != self.painter.window() {
            self.painter.resize(window);
            self.pressed.push_back(VtKey::Redraw);
        }
    }
}

/// Whether a terminal of this type has colours.
fn has_colors(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ![
        "dumb", "unknown", "network", "vt1", "vt2", "vt3", "vt4", "vt5",
    ]
    .iter()
    .any(|plain| name.starts_with(plain))
}
