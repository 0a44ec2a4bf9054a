//! A client at a session that is open already and stays when it goes: a trainer's.

use std::io;

use super::client::Client;
use super::{arrive, invalid, terminal, unreadable};
use crate::doors::session::address::Stream;
use crate::doors::session::operator_session::OperatorSession;
use crate::doors::session::service::ConnectionContext;
use crate::doors::session::target::ScriptTarget;
use bigiron_sim::host::Signal;
use tn3270::server::ClientMessage;

/// Joins a client to the session until either ends it. Its terminal has to have the columns and at least the rows that the
/// session was opened with, and shows at first what the host has written so far.
pub async fn converse(
    context: &ConnectionContext,
    stream: Stream,
    station: &mut OperatorSession,
) -> io::Result<()> {
    let arrived = async {
        let (mut client, agreement, lease) = arrive(context, stream).await?;
        let options = terminal(context, &mut client, &agreement).await?;
        Ok::<_, io::Error>((client, options, lease))
    };
    tokio::pin!(arrived);
    // Orders are obeyed meanwhile.
    let (mut client, options, _lease) = loop {
        tokio::select! {
            arrived = &mut arrived => break arrived?,
            () = station.idle() => {
                if station.is_stopped() {
                    return Ok(());
                }
            }
        }
    };
    let size = |options: &tn3270::terminal::TerminalOptions| {
        let model = (options.model.rows(), options.model.columns());
        options.oversize.unwrap_or(model)
    };
    let (theirs, ours) = (size(&options), size(station.terminal().options()));
    if theirs.1 != ours.1 || theirs.0 < ours.0 {
        return Err(invalid(format!(
            "the client's terminal has {} x {} positions, and the session was opened for {} x {}: open names a model",
            theirs.0, theirs.1, ours.0, ours.1
        )));
    }
    let application = station.host().unwrap_or_default().to_owned();
    client.bind(&application, ours).await?;
    let talked = talk(context, &mut client, station).await;
    station.leave_relay();
    talked
}

async fn talk(
    context: &ConnectionContext,
    client: &mut Client<'_>,
    station: &mut OperatorSession,
) -> io::Result<()> {
    let mut faults = 0;
    let mut obeyed = None;
    while !station.is_stopped() {
        let mut out = station.sent();
        if obeyed != Some(station.commands_run()) {
            // At first, and after an order, which may have put another world in its place, all is shown anew.
            obeyed = Some(station.commands_run());
            out = station.repaint().into_iter().collect();
        }
        client.send(&out).await?;
        let said = tokio::select! {
            event = client.wire.next() => Some(event?),
            () = station.idle() => None,
        };
        let said = match said {
            Some(event) => client.take(event).await?,
            None => None,
        };
        match said {
            None | Some(ClientMessage::NegativeResponse { .. }) => {}
            Some(ClientMessage::Unbind | ClientMessage::Logoff) => return Ok(()),
            Some(ClientMessage::Record(inbound)) => station.relay(&inbound),
            Some(ClientMessage::Attn) => station.signal(Signal::Attn),
            Some(ClientMessage::SysReq) => station.signal(Signal::SysReq),
            Some(ClientMessage::Unreadable(what)) => {
                client
                    .send(&[unreadable(context, &mut faults, &what)?])
                    .await?;
            }
        }
    }
    client.unbind().await
}
