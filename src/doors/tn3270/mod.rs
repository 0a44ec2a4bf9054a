//! The TN3270 door: a client anywhere, joined to a host here.
//!
//! A client that does not come to terms in time, says nothing, sends what has no end or goes away is closed, with a line to the
//! operator; others go on. A record that is no 3270 data stream is reported and answered as a host does that finds a message
//! unusable: an alarm and a free keyboard, nothing else; a client that goes on like that is closed.

use std::io;

use tokio::time::timeout;

use self::client::Client;
use self::wire::TelnetConnection;
use crate::doors::session::address::Stream;
use crate::doors::session::clock::Clock;
use crate::doors::session::logon::Logon;
use crate::doors::session::recorder::Recorder;
use crate::doors::session::selection::{self, SelectionCommand};
use crate::doors::session::served_system::{PendingSession, ServedSystem};
use crate::doors::session::service::ConnectionContext;
use crate::doors::session::service::lus::Lease;
use crate::doors::session::timed_stream::is_gone;
use bigiron_sim::host::Signal;
use bigiron_sim::session::HostSession;
use tn3270::server::{
    Agreement, ClientMessage, ClientRefusal, Grant, Protocol, ServerNegotiation, ServerOffer,
};
use tn3270::terminal::{self, Model};
use tn3270::wire::tn3270e::Reason;
use tn3270::wire::{Outbound, Wcc};

mod client;
mod held_session;
mod wire;

pub(super) use held_session::converse;

/// How many records that cannot be read a client may send.
const MAX_FAULTS: u32 = 8;

/// What a person reads who connects without a 3270 terminal.
const NOT_A_TERMINAL: &[u8] = b"\r\nThis host speaks to 3270 terminals. Connect with c3270, x3270 or another TN3270 client.\r\n";

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

/// How a session ended that did not fail.
enum End {
    /// The client has gone, or said that it goes.
    Gone,
    /// It has logged off, and its connection is still there.
    LoggedOff,
}

/// Serves one client to its end.
pub async fn connection(context: &ConnectionContext, stream: Stream) -> io::Result<()> {
    let (mut client, agreement, lease) = arrive(context, stream).await?;
    let terminal = Box::pin(terminal(context, &mut client, &agreement)).await?;
    sessions(context, &mut client, terminal, &lease).await
}

/// Comes to terms with a client.
async fn arrive(
    context: &ConnectionContext,
    stream: Stream,
) -> io::Result<(Client<'_>, Agreement, Lease)> {
    let mut wire = TelnetConnection::new(context, stream);
    // What a session does but once is boxed, so that it takes no room for the rest of its life.
    let agreed = timeout(context.patience(), Box::pin(agree(context, &mut wire))).await;
    let agreed = agreed.map_err(|_| {
        let seconds = context.patience().as_secs_f64();
        io::Error::new(
            io::ErrorKind::TimedOut,
            format!("the client agreed on no terminal in {seconds} s"),
        )
    })?;
    let (negotiation, agreement, lease) = agreed.map_err(|error| match is_gone(&error) {
        true => io::Error::other("the client left before a terminal was agreed on"),
        false => error,
    })?;
    let client = Client::new(context, wire, negotiation, &agreement);
    Ok((client, agreement, lease))
}

/// One session after another, for as long as the client picks systems; one, if it has no choice.
async fn sessions(
    context: &ConnectionContext,
    client: &mut Client<'_>,
    terminal: terminal::TerminalOptions,
    lease: &Lease,
) -> io::Result<()> {
    let asked = lease.logon.or(&context.logon);
    let size = terminal
        .oversize
        .unwrap_or((terminal.model.rows(), terminal.model.columns()));
    loop {
        let fixed = context.world(&asked).map_err(invalid)?;
        let has_choice = fixed.is_none();
        let (world, logon) = match fixed {
            Some(world) => (world, asked.clone()),
            None => {
                client.bind("VTAM", size).await?;
                match Box::pin(select(context, client, lease, &asked)).await? {
                    Some(picked) => picked,
                    None => return client.unbind().await,
                }
            }
        };
        client.unbind().await?;
        client.bind(&world.system().id, size).await?;
        let opened = context.open(&world, &logon, terminal)?;
        let end = Box::pin(work(context, client, opened)).await?;
        client.unbind().await?;
        if matches!(end, End::Gone) || !has_choice {
            return Ok(());
        }
    }
}

/// How the terminal is set up that was agreed on. One that does not say its size is asked for it.
async fn terminal(
    context: &ConnectionContext,
    client: &mut Client<'_>,
    agreement: &Agreement,
) -> io::Result<terminal::TerminalOptions> {
    let mut terminal = context.terminal();
    terminal.color = agreement.device.color || agreement.protocol != Protocol::Tn3270;
    match agreement.device.model {
        Some(number) => terminal.model = Model::from_number(number).unwrap_or_default(),
        None => {
            client.bind("VTAM", (24, 80)).await?;
            let asked = timeout(context.patience(), client.ask_size()).await;
            let late = |_| invalid("IBM-DYNAMIC: the client does not answer a Query");
            terminal.oversize = asked.map_err(late)??;
        }
    }
    Ok(terminal)
}

/// Grants LUs of the server to one client, which keeps the last it was granted.
struct Leasing<'a> {
    context: &'a ConnectionContext,
    lease: Option<Lease>,
}

impl Grant for Leasing<'_> {
    fn grant(&mut self, asked: Option<&str>) -> Result<String, Reason> {
        self.lease = None;
        let lease = self.context.lease(asked)?;
        Ok(self.lease.insert(lease).name.clone())
    }
}

/// Negotiates until all is agreed.
async fn agree(
    context: &ConnectionContext,
    wire: &mut TelnetConnection,
) -> io::Result<(ServerNegotiation, Agreement, Lease)> {
    let mut lus = Leasing {
        context,
        lease: None,
    };
    let encrypted = wire.is_encrypted();
    let tls = context.service.tls.as_ref().filter(|_| !encrypted);
    let offer = ServerOffer {
        starttls: tls.is_some(),
        tls_required: tls.is_some_and(|tls| tls.required),
        ..ServerOffer::default()
    };
    let mut out = Vec::new();
    let mut negotiation = ServerNegotiation::open(offer, &mut out);
    wire.say(&out).await?;
    wire.sparing = negotiation.may_want_tls();
    while let Some(event) = wire.next().await? {
        let mut out = Vec::new();
        let received = negotiation.receive(&event, &mut lus, &mut out);
        wire.say(&out).await?;
        if let Err(refusal) = received {
            if matches!(
                refusal,
                ClientRefusal::NoTerminal(_) | ClientRefusal::TerminalType(_)
            ) {
                wire.write(NOT_A_TERMINAL).await?;
            }
            return Err(invalid(refusal));
        }
        if negotiation.wants_tls() {
            wire.encrypt(context).await?;
            let mut out = Vec::new();
            negotiation.secured(&mut out);
            wire.say(&out).await?;
        }
        wire.sparing = negotiation.may_want_tls();
        if let Some(agreement) = negotiation.agreement()
            && let Some(lease) = lus.lease.take()
        {
            return Ok((negotiation, agreement, lease));
        }
    }
    Err(io::ErrorKind::ConnectionReset.into())
}

/// Lets the client pick a system; none if it goes.
async fn select(
    context: &ConnectionContext,
    client: &mut Client<'_>,
    lease: &Lease,
    asked: &Logon,
) -> io::Result<Option<(ServedSystem, Logon)>> {
    let mut message = String::new();
    let mut faults = 0;
    loop {
        let worlds = context.service.worlds.now();
        client
            .send(&[selection::screen(&lease.name, &worlds, &message)])
            .await?;
        let wish = loop {
            let event = client.wire.next().await?;
            match client.take(event).await? {
                None | Some(ClientMessage::NegativeResponse { .. }) => {}
                Some(ClientMessage::Unbind | ClientMessage::Logoff) => return Ok(None),
                Some(ClientMessage::Attn | ClientMessage::SysReq) => break SelectionCommand::Look,
                Some(ClientMessage::Record(inbound)) => break selection::wish(&inbound),
                Some(ClientMessage::Unreadable(what)) => {
                    client
                        .send(&[unreadable(context, &mut faults, &what)?])
                        .await?;
                }
            }
        };
        message = match wish {
            SelectionCommand::Look => String::new(),
            SelectionCommand::Logoff => return Ok(None),
            SelectionCommand::Unknown(_) => selection::UNRECOGNIZED.into(),
            SelectionCommand::Logon(logon) => {
                let logon = context.allowed(logon).or(asked);
                match context.world(&logon) {
                    Ok(Some(world)) => return Ok(Some((world, logon))),
                    Ok(None) => String::new(),
                    Err(error) => selection::no_such(&error),
                }
            }
        };
    }
}

/// The answer to a record that cannot be read.
fn unreadable(context: &ConnectionContext, faults: &mut u32, what: &str) -> io::Result<Outbound> {
    *faults += 1;
    context.report(&format!("a record cannot be read: {what}"));
    if *faults == MAX_FAULTS {
        return Err(invalid(format!("{MAX_FAULTS} records could not be read")));
    }
    Ok(Outbound::Write {
        wcc: Wcc {
            restore: true,
            alarm: true,
            ..Wcc::default()
        },
        orders: Vec::new(),
    })
}

/// Joins the client to the host of a session, to its end.
async fn work(
    context: &ConnectionContext,
    client: &mut Client<'_>,
    opened: PendingSession,
) -> io::Result<End> {
    let PendingSession {
        opening,
        setup,
        logs,
        clock,
    } = opened;
    let log = logs.into_iter().next();
    let mut log = log.unwrap_or_else(|| Box::new(()));
    let mut joined = Joined {
        context,
        client,
        line: HostSession::open_in(&opening.region, &setup),
        clock,
        log: log.as_mut(),
        faults: 0,
    };
    let result = joined.run().await;
    let at = joined.line.now();
    let reason = match &result {
        Ok(End::Gone) => "disconnected".to_owned(),
        Ok(End::LoggedOff) => "logged off".to_owned(),
        Err(error) if is_gone(error) => "disconnected".to_owned(),
        Err(error) => error.to_string(),
    };
    log.end(at, &reason);
    result
}

/// A client joined to its host.
struct Joined<'a, 'c> {
    context: &'a ConnectionContext,
    client: &'a mut Client<'c>,
    line: HostSession,
    clock: Clock,
    log: &'a mut dyn Recorder,
    faults: u32,
}

impl Joined<'_, '_> {
    async fn run(&mut self) -> io::Result<End> {
        let mut out = Vec::new();
        self.line.connect(self.log, &mut out);
        loop {
            self.client.send(&out).await?;
            out = Vec::new();
            // Only what may be broken off without loss stands in the race.
            let event = tokio::select! {
                event = self.client.wire.next() => Some(event?),
                () = self.clock.sleep_until(self.line.next_due()) => None,
            };
            let said = match event {
                Some(event) => self.client.take(event).await?,
                None => None,
            };
            if let Some(now) = self.clock.now() {
                self.line.advance_to(now, self.log, &mut out);
            }
            match said {
                None | Some(ClientMessage::NegativeResponse { .. }) => {}
                Some(ClientMessage::Unbind) => return Ok(End::Gone),
                Some(ClientMessage::Logoff) => return Ok(End::LoggedOff),
                Some(ClientMessage::Record(inbound)) => {
                    self.line.submit(&inbound, self.log, &mut out)
                }
                Some(ClientMessage::Attn) => self.line.signal(Signal::Attn, self.log, &mut out),
                Some(ClientMessage::SysReq) => self.line.signal(Signal::SysReq, self.log, &mut out),
                Some(ClientMessage::Unreadable(what)) => {
                    out.push(unreadable(self.context, &mut self.faults, &what)?);
                }
            }
        }
    }
}
