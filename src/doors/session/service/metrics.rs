//! What a server has counted since it began, as Prometheus reads it.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A number that only grows, or, for a gauge, may also fall.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub fn up(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    /// One less, of a gauge.
    pub fn down(&self) {
        self.0.fetch_sub(1, Relaxed);
    }

    /// The number now.
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// The counters of a server.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Connections that are open.
    pub connections: Counter,
    /// Connections accepted.
    pub accepted: Counter,
    /// Connections turned away because a limit was reached.
    pub refused: Counter,
    /// Connections that ended by a fault of the client or of the wire.
    pub faults: Counter,
    /// Sessions that are open.
    pub sessions: Counter,
    /// Sessions opened.
    pub opened: Counter,
    /// Records that terminals sent.
    pub inbound: Counter,
    /// Records that hosts sent.
    pub outbound: Counter,
    /// TLS handshakes that succeeded.
    pub tls: Counter,
    /// Recordings that could not be begun or written.
    pub recording_faults: Counter,
    /// Reloads of the definitions that succeeded.
    pub reloads: Counter,
    /// Reloads that failed, so that the definitions before them stayed.
    pub reload_faults: Counter,
}

impl Metrics {
    /// The numbers in the text format of Prometheus.
    pub fn render(&self) -> String {
        let rows = [
            (
                "connections",
                "gauge",
                "Connections that are open.",
                &self.connections,
            ),
            (
                "connections_accepted_total",
                "counter",
                "Connections accepted.",
                &self.accepted,
            ),
            (
                "connections_refused_total",
                "counter",
                "Connections turned away at a limit.",
                &self.refused,
            ),
            (
                "connection_faults_total",
                "counter",
                "Connections that ended by a fault.",
                &self.faults,
            ),
            (
                "sessions",
                "gauge",
                "Sessions that are open.",
                &self.sessions,
            ),
            (
                "sessions_opened_total",
                "counter",
                "Sessions opened.",
                &self.opened,
            ),
            (
                "records_inbound_total",
                "counter",
                "Records that terminals sent.",
                &self.inbound,
            ),
            (
                "records_outbound_total",
                "counter",
                "Records that hosts sent.",
                &self.outbound,
            ),
            (
                "tls_handshakes_total",
                "counter",
                "TLS handshakes that succeeded.",
                &self.tls,
            ),
            (
                "recording_faults_total",
                "counter",
                "Recordings that could not be written.",
                &self.recording_faults,
            ),
            (
                "reloads_total",
                "counter",
                "Reloads of the definitions.",
                &self.reloads,
            ),
            (
                "reload_faults_total",
                "counter",
                "Reloads that failed.",
                &self.reload_faults,
            ),
        ];
        let mut text = String::new();
        for (name, kind, help, count) in rows {
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "# HELP bigiron_{name} {help}\n# TYPE bigiron_{name} {kind}\nbigiron_{name} {}",
                count.get()
            );
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_what_prometheus_reads() {
        let metrics = Metrics::default();
        metrics.accepted.up();
        metrics.connections.up();
        metrics.connections.down();
        let text = metrics.render();
        assert!(text.starts_with(
            "# HELP bigiron_connections Connections that are open.\n# TYPE bigiron_connections gauge\nbigiron_connections 0\n"
        ));
        assert!(text.contains("\nbigiron_connections_accepted_total 1\n"));
    }
}
