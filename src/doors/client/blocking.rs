//! A foreign host as playbooks work it: a key, its answer, a look.

use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::time::{Instant, timeout_at};

use super::{ConnectStage, Remote};
use bigiron_sim::task::ending::Ending;
use bigiron_sim::task::playbook::TerminalDriver;
use tn3270::terminal::{Key, Response, Terminal};

/// How long a host may take to read what is still to be sent at the end.
const FAREWELL: Duration = Duration::from_secs(1);

/// A terminal on a foreign host, and what drives its socket.
pub struct BlockingClient {
    remote: Remote,
    runtime: Runtime,
    patience: Duration,
}

impl BlockingClient {
    /// Connects, and waits for the host's first screen. An answer is waited for as long as `patience`; a keyboard that is locked
    /// for longer is the playbook's to deal with.
    pub fn reach(
        mut remote: Remote,
        host: &str,
        runtime: Runtime,
        patience: Duration,
    ) -> Result<BlockingClient, String> {
        {
            let _entered = runtime.enter();
            remote.connect(host).map_err(|fault| fault.to_string())?;
        }
        let mut hands = BlockingClient {
            remote,
            runtime,
            patience,
        };
        hands.until(patience, Remote::is_settled);
        match (hands.remote.is_settled(), hands.remote.stage()) {
            (_, ConnectStage::Disconnected) => Err(hands.why()),
            (false, _) => Err(format!("no screen came in {} s", patience.as_secs())),
            (true, _) => {
                hands.answered();
                Ok(hands)
            }
        }
    }

    /// Takes leave; the terminal with its recording is what is left.
    pub fn leave(mut self, reason: &str) -> Remote {
        self.runtime.block_on(self.remote.drain(FAREWELL));
        self.remote.disconnect();
        self.remote.end(reason);
        self.remote
    }

    /// Lets the host speak until this holds, or so long.
    fn until(&mut self, patience: Duration, holds: impl Fn(&Remote) -> bool) {
        let remote = &mut self.remote;
        self.runtime.block_on(async {
            let end = Instant::now() + patience;
            while !holds(remote) && timeout_at(end, remote.progress()).await.is_ok() {}
        });
    }

    fn answered(&mut self) {
        self.until(self.patience, |remote| {
            let lock = remote.terminal().lock();
            remote.stage() == ConnectStage::Disconnected
                || lock.is_none_or(|lock| lock.is_operator_error())
        });
    }

    fn connected(&self) -> Result<(), Ending> {
        match self.remote.stage() {
            ConnectStage::Disconnected => Err(Ending::EnvironmentFault(self.why())),
            _ => Ok(()),
        }
    }

    fn why(&self) -> String {
        let why = self.remote.ended().unwrap_or("Host disconnected");
        why.trim_start_matches("Connection failed:\n").to_owned()
    }
}

impl TerminalDriver for BlockingClient {
    fn press_at(&mut self, _at: usize, key: Key) -> Result<(), Ending> {
        let response = {
            let _entered = self.runtime.enter();
            self.remote.press(key)
        };
        if let Response::Inbound(_) | Response::Attn | Response::SysReq = response {
            self.answered();
        }
        self.connected()
    }

    fn wait_at(&mut self, _at: usize, by: u64) -> Result<(), Ending> {
        self.until(Duration::from_millis(by), |remote| {
            remote.stage() == ConnectStage::Disconnected
        });
        self.connected()
    }

    fn terminal_at(&self, _at: usize) -> &Terminal {
        self.remote.terminal()
    }
}
