//! The log of a server: structured lines on stderr.

use std::io;

use tracing_subscriber::fmt;

use super::args::{LogForm, LogLevel};
use crate::doors::session::service::{Door, NoticeLevel, OperatorNotice};

/// Installs the log of the process.
pub fn begin(form: LogForm, level: LogLevel) {
    let level = match level {
        LogLevel::Info => tracing::Level::INFO,
        LogLevel::Warn => tracing::Level::WARN,
        LogLevel::Error => tracing::Level::ERROR,
    };
    let lines = fmt()
        .with_max_level(level)
        .with_target(false)
        .with_writer(io::stderr);
    // It fails if a log is installed already, which then stays.
    let _ = match form {
        LogForm::Text => tracing::subscriber::set_global_default(lines.with_ansi(false).finish()),
        LogForm::Json => {
            tracing::subscriber::set_global_default(lines.json().flatten_event(true).finish())
        }
    };
}

/// Logs a notice of a server.
pub fn notice(notice: &OperatorNotice) {
    let door = notice.door.map(Door::name);
    let peer = notice.peer.map(|peer| peer.to_string());
    let peer = peer.as_deref();
    let (session, message) = (notice.number, notice.message.as_str());
    match notice.level {
        NoticeLevel::Info => tracing::info!(door, session, peer, "{message}"),
        NoticeLevel::Warning => tracing::warn!(door, session, peer, "{message}"),
        NoticeLevel::Error => tracing::error!(door, session, peer, "{message}"),
    }
}
