//! The host of a script's target: a foreign one, or that of a served system, which a script can neither leave nor change.

use crate::doors::session::foreign_host::ConnectionFacts;
use crate::doors::session::target::ScriptTarget;
use tn3270::client::Mode;

/// Why a session of a served system is not connected elsewhere.
const FIXED: &str = "This session has its host for good";

/// What is spoken with the host.
pub fn mode(target: &dyn ScriptTarget) -> Mode {
    target
        .foreign_host()
        .map_or(Mode::Tn3270e, |host| host.mode())
}

/// What else is known of the connection; nothing of a served system.
pub fn facts(target: &dyn ScriptTarget) -> ConnectionFacts {
    target
        .foreign_host()
        .map(|host| host.facts())
        .unwrap_or_default()
}

/// Begins to connect to a host; to the last one again if the name is empty.
pub fn connect(target: &mut dyn ScriptTarget, name: &str) -> Result<(), String> {
    let host = target.foreign_host_mut().ok_or(FIXED)?;
    host.connect(name)
}

/// Whether the connection is made; an error if it cannot be.
pub fn connected(target: &dyn ScriptTarget) -> Result<bool, String> {
    target
        .foreign_host()
        .map_or(Ok(true), |host| host.connected())
}

/// Ends the connection.
pub fn disconnect(target: &mut dyn ScriptTarget) -> Result<(), String> {
    target.foreign_host_mut().ok_or(FIXED)?.disconnect();
    Ok(())
}
