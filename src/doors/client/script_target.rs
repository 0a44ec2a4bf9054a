//! A foreign host as scripts see it.

use std::time::Duration;

use super::{ConnectStage, Mode, Remote};
use crate::doors::session::foreign_host::{Config, ConnectionFacts, ForeignHost};
use crate::doors::session::progress::Wait;
use crate::doors::session::target::{DialogueTarget, ScriptTarget};
use bigiron_sim::session::Millis;
use tn3270::client::ClientConversation;
use tn3270::terminal::{Key, Response, Terminal, TerminalOptions};

impl ScriptTarget for Remote {
    fn terminal(&self) -> &Terminal {
        Remote::terminal(self)
    }

    fn set_options(&mut self, options: TerminalOptions) {
        Remote::set_options(self, options);
    }

    fn press(&mut self, key: Key) -> Response {
        Remote::press(self, key)
    }

    fn now(&self) -> Millis {
        Remote::now(self)
    }

    fn writes(&self) -> u64 {
        Remote::writes(self)
    }

    fn host(&self) -> Option<&str> {
        Remote::host(self).map(|name| name.host.as_str())
    }

    fn foreign_host(&self) -> Option<&dyn ForeignHost> {
        Some(self)
    }

    fn foreign_host_mut(&mut self) -> Option<&mut dyn ForeignHost> {
        Some(self)
    }
}

impl ForeignHost for Remote {
    fn mode(&self) -> Mode {
        match self.stage() {
            ConnectStage::Connected(mode) => mode,
            ConnectStage::Connecting | ConnectStage::Disconnected => Mode::Pending,
        }
    }

    fn facts(&self) -> ConnectionFacts {
        let Some(talk) = self.talk() else {
            return ConnectionFacts::default();
        };
        let negotiation = talk.negotiation();
        let name = Remote::host(self);
        ConnectionFacts {
            port: name.map(|name| name.port.unwrap_or(self.config().port)),
            lu: negotiation.lu().map(str::to_owned),
            plu: talk.plu().map(str::to_owned),
            my_options: negotiation.options(false),
            host_options: negotiation.options(true),
            functions: negotiation.function_names(),
            received: talk.received(),
            sent: talk.sent(),
            secure: self.secure().cloned(),
            connected: self.connected_for(),
        }
    }

    fn connect(&mut self, host: &str) -> Result<(), String> {
        match host {
            "" => Remote::reconnect(self),
            host => Remote::connect(self, host).map_err(|error| error.to_string()),
        }
    }

    fn connected(&self) -> Result<bool, String> {
        match (self.is_settled(), self.stage()) {
            (true, ConnectStage::Disconnected) => {
                Err(self.ended().unwrap_or("Host disconnected").to_owned())
            }
            (settled, _) => Ok(settled),
        }
    }

    fn disconnect(&mut self) {
        Remote::disconnect(self);
    }

    fn expect(&mut self, text: &str) -> Option<bool> {
        self.talk_mut()?.expect(text)
    }

    fn take_text(&mut self) -> String {
        self.talk_mut()
            .map(ClientConversation::take_text)
            .unwrap_or_default()
    }

    fn config(&self) -> &Config {
        Remote::config(self)
    }

    fn config_mut(&mut self) -> &mut Config {
        Remote::config_mut(self)
    }
}

impl DialogueTarget for Remote {
    async fn wait(&mut self, wait: Wait, _limit: Millis) -> bool {
        match wait.until {
            None => self.progress().await,
            Some(until) => {
                let left = Duration::from_millis(until.saturating_sub(Remote::now(self)));
                // The step finds out by itself that its time is up.
                let _ = tokio::time::timeout(left, self.progress()).await;
            }
        }
        true
    }

    async fn idle(&mut self) {
        self.progress().await;
    }

    fn catch_up(&mut self) {
        self.pump_now();
    }
}
