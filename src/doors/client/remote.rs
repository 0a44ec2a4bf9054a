//! A terminal on a foreign host: the conversation with its socket, for a script or a person.

use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::host::{HostName, HostNameError};
use super::open::{self, OpenedConnection, PeerIdentity, Pipe};
use crate::doors::session::foreign_host::{Config, Secured};
use crate::doors::session::recorder::Recorder;
use bigiron_sim::session::{Millis, SessionEvent};
use tn3270::client::{
    ClientConversation, ClientOffer, ConversationEvent, ConversationOutput, Mode, NegotiationStep,
};
use tn3270::terminal::{Key, Response, Terminal, TerminalOptions};

/// What is offered to a host of this name.
fn offer(config: &Config, host: &HostName, secure: bool) -> ClientOffer {
    let (device_type, named) = config.terminal.device_types();
    let strip = |name: String| match host.prefixes.standard {
        true => name.trim_end_matches("-E").to_owned(),
        false => name,
    };
    ClientOffer {
        terminal_type: config.terminal_type.clone().unwrap_or_else(|| strip(named)),
        device_type: config
            .terminal_type
            .clone()
            .unwrap_or_else(|| strip(device_type)),
        lus: host.lus.clone(),
        tn3270e: !host.prefixes.no_tn3270e,
        start_tls: config.start_tls && !secure,
        nvt: config.nvt || host.prefixes.nvt,
        no_telnet: host.prefixes.no_telnet,
        size: config.terminal.alternate(),
        user: config.user.clone(),
        device_name: config.device_name.clone(),
    }
}

/// A connection being made.
type Opening = Pin<Box<dyn Future<Output = Result<OpenedConnection, String>> + Send>>;

/// Whether there is a host.
enum Line {
    None,
    Opening(Opening),
    Open(Box<Connection>),
}

/// A connection and the conversation on it.
struct Connection {
    pipe: Option<Box<dyn Pipe>>,
    /// TLS being begun in mid-conversation.
    securing: Option<Opening>,
    talk: ClientConversation,
    out: ConversationOutput,
    secure: Option<Secured>,
    since: Instant,
}

/// How far the way to a host is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectStage {
    /// There is none.
    Disconnected,
    /// The connection is being made.
    Connecting,
    /// Connected; what is spoken.
    Connected(Mode),
}

/// A terminal on a foreign host.
pub struct Remote {
    config: Config,
    terminal: Terminal,
    log: Box<dyn Recorder>,
    begun: Instant,
    line: Line,
    name: Option<HostName>,
    /// Why the last connection ended or was not made.
    ended: Option<String>,
    writes: u64,
}

/// The most that waits for a host that does not read what it is sent, in bytes.
const MAX_UNSENT: usize = 1024 * 1024;

/// How many reads are done before other tasks get a turn.
const MAX_READS: usize = 16;

impl Remote {
    /// A terminal without a host.
    pub fn new(config: Config, log: Box<dyn Recorder>) -> Remote {
        let mut terminal = Terminal::new(config.terminal);
        terminal.disconnect();
        Remote {
            terminal,
            config,
            log,
            begun: Instant::now(),
            line: Line::None,
            name: None,
            ended: None,
            writes: 0,
        }
    }

    /// Sets out for a host; the connection that there was is given up.
    pub fn connect(&mut self, name: &str) -> Result<(), HostNameError> {
        let name = HostName::parse(name)?;
        self.line = Line::Opening(Box::pin(open::open(
            name.host.clone(),
            name.port.unwrap_or(self.config.port),
            name.prefixes
                .tls
                .then(|| PeerIdentity::of(&name, &self.config.security)),
            self.config.patience,
        )));
        self.ended = None;
        self.name = Some(name);
        self.pump_now();
        Ok(())
    }

    /// Sets out for the last host again.
    pub fn reconnect(&mut self) -> Result<(), String> {
        match self.name.clone() {
            Some(name) => self
                .connect(&name.written)
                .map_err(|error| error.to_string()),
            None => Err("Reconnect(): There was no host before".into()),
        }
    }

    /// Leaves the host.
    pub fn disconnect(&mut self) {
        self.hang_up(None);
    }

    fn hang_up(&mut self, why: Option<String>) {
        self.line = Line::None;
        self.ended = why;
        self.terminal.disconnect();
    }

    /// How far the way to the host is.
    pub fn stage(&self) -> ConnectStage {
        match &self.line {
            Line::None => ConnectStage::Disconnected,
            Line::Opening(_) => ConnectStage::Connecting,
            Line::Open(connection) => ConnectStage::Connected(connection.talk.negotiation().mode()),
        }
    }

    /// Whether a script's `Connect()` is over: there is no host, or it has agreed on what is spoken and has written.
    pub fn is_settled(&self) -> bool {
        match self.stage() {
            ConnectStage::Disconnected => true,
            ConnectStage::Connecting | ConnectStage::Connected(Mode::Pending | Mode::Unbound) => {
                false
            }
            ConnectStage::Connected(Mode::Nvt { .. } | Mode::NvtInTn3270e | Mode::Sscp) => true,
            ConnectStage::Connected(Mode::Tn3270 | Mode::Tn3270e) => !self.terminal.awaits_first(),
        }
    }

    /// Why the last connection ended, or was not made; none if it was given up here.
    pub fn ended(&self) -> Option<&str> {
        self.ended.as_deref()
    }

    /// The terminal.
    pub fn terminal(&self) -> &Terminal {
        &self.terminal
    }

    /// Changes how the terminal is set up; size and type take effect with the next host.
    pub fn set_options(&mut self, options: TerminalOptions) {
        self.config.terminal = options;
        self.terminal.set_options(options);
    }

    /// How the client goes about its next host.
    pub fn config_mut(&mut self) -> &mut Config {
        &mut self.config
    }

    /// How the client goes about its hosts.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The name of the host, while there is one.
    pub fn host(&self) -> Option<&HostName> {
        match self.line {
            Line::Open(_) => self.name.as_ref(),
            _ => None,
        }
    }

    /// The name of the last host, connected to or not.
    pub fn last_host(&self) -> Option<&HostName> {
        self.name.as_ref()
    }

    /// The conversation, while there is one.
    pub fn talk(&self) -> Option<&ClientConversation> {
        match &self.line {
            Line::Open(connection) => Some(&connection.talk),
            _ => None,
        }
    }

    /// The conversation, while there is one.
    pub(super) fn talk_mut(&mut self) -> Option<&mut ClientConversation> {
        match &mut self.line {
            Line::Open(connection) => Some(&mut connection.talk),
            _ => None,
        }
    }

    /// What secures the connection.
    pub fn secure(&self) -> Option<&Secured> {
        match &self.line {
            Line::Open(connection) => connection.secure.as_ref(),
            _ => None,
        }
    }

    /// How long there has been this connection.
    pub(super) fn connected_for(&self) -> Option<Duration> {
        match &self.line {
            Line::Open(connection) => Some(connection.since.elapsed()),
            _ => None,
        }
    }

    /// Milliseconds since the client began.
    pub fn now(&self) -> Millis {
        Millis::try_from(self.begun.elapsed().as_millis()).unwrap_or(Millis::MAX)
    }

    /// How many writes on the screen there were, of all hosts.
    pub fn writes(&self) -> u64 {
        self.writes + self.talk().map_or(0, ClientConversation::writes)
    }

    /// Presses a key; what it sends is on its way.
    pub fn press(&mut self, key: Key) -> Response {
        self.pump_now();
        let at = self.now();
        let response = match &mut self.line {
            Line::Open(connection) => {
                let Connection { talk, out, .. } = &mut **connection;
                let response = talk.press(key, &mut self.terminal, out);
                log_events(&mut *self.log, at, &mut out.events);
                response
            }
            _ => self.terminal.press(key),
        };
        self.pump_now();
        response
    }

    /// Ends the recording.
    pub fn end(&mut self, reason: &str) {
        let at = self.now();
        self.log.end(at, reason);
    }

    /// The fault that kept the recording from going on, once.
    pub fn take_log_error(&mut self) -> Option<io::Error> {
        self.log.take_error()
    }

    /// Waits until something has come from the host, or has become of the connection; for ever without a host.
    pub async fn progress(&mut self) {
        std::future::poll_fn(|context| self.pump(context)).await;
    }

    /// Waits until everything is sent, for at most so long.
    pub async fn drain(&mut self, patience: Duration) {
        let sent = async {
            while matches!(&self.line, Line::Open(connection) if !connection.out.bytes.is_empty()) {
                self.progress().await;
            }
        };
        // What a host does not take in that time is lost with the connection.
        let _ = tokio::time::timeout(patience, sent).await;
    }

    /// Does what can be done at once.
    pub(super) fn pump_now(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        while self.pump(&mut context).is_ready() {
            if matches!(self.line, Line::None) {
                break;
            }
        }
    }

    /// Sends and receives; ready if there was progress.
    fn pump(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let at = self.now();
        let done = match &mut self.line {
            Line::None => return Poll::Pending,
            Line::Opening(opening) => {
                let opened = ready!(opening.as_mut().poll(context));
                opened.map(|opened| self.open(opened, at))
            }
            Line::Open(connection) => {
                let security = &self.config.security;
                let name = self.name.as_ref();
                let pumped = connection.pump(context, &mut self.terminal, || {
                    name.map(|name| PeerIdentity::of(name, security))
                });
                log_events(&mut *self.log, at, &mut connection.out.events);
                ready!(pumped)
            }
        };
        if let Err(why) = done {
            self.writes = self.writes();
            self.hang_up(Some(why));
        }
        Poll::Ready(())
    }

    fn open(&mut self, opened: OpenedConnection, at: Millis) {
        let Some(name) = &self.name else { return };
        let offer = offer(&self.config, name, opened.secure.is_some());
        self.writes = self.writes();
        self.terminal = Terminal::new(self.config.terminal);
        let mut talk = ClientConversation::new(offer);
        let mut out = ConversationOutput::default();
        talk.begin(&mut self.terminal, &mut out);
        log_events(&mut *self.log, at, &mut out.events);
        self.line = Line::Open(Box::new(Connection {
            pipe: Some(opened.pipe),
            securing: None,
            talk,
            out,
            secure: opened.secure,
            since: Instant::now(),
        }));
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote")
            .field("host", &self.name)
            .field("stage", &self.stage())
            .finish_non_exhaustive()
    }
}

impl Connection {
    /// Sends and receives; ready if there was progress, with the reason if the connection ended.
    fn pump(
        &mut self,
        context: &mut Context<'_>,
        terminal: &mut Terminal,
        security: impl Fn() -> Option<PeerIdentity>,
    ) -> Poll<Result<(), String>> {
        if let Some(securing) = &mut self.securing {
            let opened = ready!(securing.as_mut().poll(context))?;
            (self.securing, self.pipe) = (None, Some(opened.pipe));
            self.secure = opened.secure;
            return Poll::Ready(Ok(()));
        }
        let wrote = self.flush(context)?;
        let mut read = false;
        let mut chunk = [0; 16 * 1024];
        for _ in 0..MAX_READS {
            let Some(pipe) = &mut self.pipe else { break };
            let mut buffer = ReadBuf::new(&mut chunk);
            match Pin::new(pipe).poll_read(context, &mut buffer) {
                Poll::Pending => break,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(gone(&error))),
                Poll::Ready(Ok(())) if buffer.filled().is_empty() => {
                    return Poll::Ready(Err("Host disconnected".into()));
                }
                Poll::Ready(Ok(())) => {}
            }
            read = true;
            let turn = self.talk.receive(buffer.filled(), terminal, &mut self.out);
            let turn = turn.map_err(|fault| fault.to_string())?;
            self.flush(context)?;
            if self.out.bytes.len() > MAX_UNSENT {
                return Poll::Ready(Err("the host does not read what it is sent".into()));
            }
            if turn == NegotiationStep::StartTls {
                self.secure_by(security());
                break;
            }
        }
        match wrote || read {
            true => Poll::Ready(Ok(())),
            false => Poll::Pending,
        }
    }

    /// Begins TLS on the connection as it is.
    fn secure_by(&mut self, identity: Option<PeerIdentity>) {
        if let (Some(pipe), Some(identity)) = (self.pipe.take(), identity) {
            let rest = std::mem::take(&mut self.out.bytes);
            self.securing = Some(Box::pin(open::secure(pipe, rest, identity)));
        }
    }

    /// Sends as much as the socket takes; whether that was any.
    fn flush(&mut self, context: &mut Context<'_>) -> Result<bool, String> {
        let Some(pipe) = &mut self.pipe else {
            return Ok(false);
        };
        let bytes = &mut self.out.bytes;
        let mut sent = 0;
        while sent < bytes.len() {
            match Pin::new(&mut *pipe).poll_write(context, bytes.get(sent..).unwrap_or_default()) {
                Poll::Pending => break,
                Poll::Ready(Ok(0)) => return Err("Host disconnected".into()),
                Poll::Ready(Ok(length)) => sent += length,
                Poll::Ready(Err(error)) => return Err(gone(&error)),
            }
        }
        bytes.drain(..sent);
        match Pin::new(pipe).poll_flush(context) {
            Poll::Ready(Err(error)) => Err(gone(&error)),
            _ => Ok(sent > 0),
        }
    }
}

/// Hands what happened in a conversation to the log.
fn log_events(log: &mut dyn Recorder, at: Millis, events: &mut Vec<ConversationEvent>) {
    for event in events.drain(..) {
        let event = match &event {
            ConversationEvent::Key(key) => SessionEvent::Key(*key),
            ConversationEvent::Inbound(inbound) => SessionEvent::Inbound(inbound),
            ConversationEvent::Outbound(outbound) => SessionEvent::Outbound(outbound),
            ConversationEvent::Bind(bind) => SessionEvent::Bind(bind.as_ref()),
        };
        log.event(at, event);
    }
}

/// The message for a connection that broke off.
fn gone(error: &io::Error) -> String {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    match error.kind() {
        BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof => {
            "Host disconnected".into()
        }
        _ => error.to_string(),
    }
}
