//! Joins a terminal and a host in memory, owns the virtual clock, and reports each event to a log.
//!
//! [`Session`] has both; [`HostSession`] has the host and the clock alone, for a terminal that is elsewhere. Time is in virtual
//! milliseconds since the session was opened. Everything due at a moment happens before a key of that moment, so
//! `advance_to(t)` and then a key lead to the same state, whatever steps the clock took to `t`.
//!
//! ```
//! use bigiron_sim::session::{Session, Setup};
//! use bigiron_sim::shipped;
//! use bigiron_sim::system::model::System;
//! use std::sync::Arc;
//! use tn3270::terminal::Key;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let files = shipped::files("dmv").ok_or("not shipped")?;
//! let system = Arc::new(System::load(files, "dmv")?);
//! let setup = Setup { seed: 7, ..Setup::default() };
//!
//! // `()` is the log that drops every event.
//! let mut session = Session::open(&system, &setup, &mut ());
//! for key in Key::parse_line("CLK042IRON<enter>")? {
//!     session.press(key, &mut ());
//! }
//! assert_eq!(session.host().screen_id(), Some("DMVM01"));
//!
//! // By the turn clock, typing takes no time and an attention key as long as its answer; waiting is explicit.
//! let answered = session.now();
//! session.wait(60_000, &mut ());
//! assert_eq!(session.now(), answered + 60_000);
//!
//! // A clone is a fork: what happens in one does not show in the other.
//! let mut fork = session.clone();
//! fork.press(Key::Pf(3), &mut ());
//! assert_ne!(fork.session_hash(), session.session_hash());
//! # Ok(())
//! # }
//! ```

pub use crate::host::Millis;
use crate::host::{Host, Region, Signal, Warts};
use crate::system::model::System;
use std::hash::Hasher;
use std::sync::Arc;
use tn3270::terminal::planes::Changes;
use tn3270::terminal::{Key, Response, Terminal, TerminalOptions};
use tn3270::wire::{Bind, Inbound, Outbound};
use xxhash_rust::xxh3::Xxh3;

/// The longest time that an attention key takes by the turn clock: one virtual hour. A keyboard that is still locked then stays
/// locked, and time goes on only by `wait`.
pub const LONGEST_ANSWER: Millis = 3_600_000;

/// The options of a session. With the system and the keys they decide everything that happens in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Setup {
    /// The seed of generated data, of layouts and of warts.
    pub seed: u64,
    /// The warts that are on.
    pub warts: Warts,
    /// The id of the task it is opened for.
    pub task: Option<String>,
    /// How time passes.
    pub clock: ClockMode,
    /// The options of the terminal.
    pub terminal: TerminalOptions,
}

impl Default for Setup {
    /// Seed 0, no warts, no task, the turn clock, a 24 x 80 colour terminal.
    fn default() -> Setup {
        Setup {
            seed: 0,
            warts: Warts::None,
            task: None,
            clock: ClockMode::Turn,
            terminal: TerminalOptions::default(),
        }
    }
}

/// How virtual time passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum ClockMode {
    /// Typing takes no time, an attention key as long as its answer, `wait` the time given.
    #[default]
    Turn,
    /// The caller moves the clock, by `advance_to`.
    Live,
}

/// An event of a session, as its log gets it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SessionEvent<'a> {
    /// A key was pressed.
    Key(Key),
    /// The terminal sent.
    Inbound(&'a Inbound),
    /// The host sent.
    Outbound(&'a Outbound),
    /// A foreign host has bound the session, or unbound it (`None`).
    Bind(Option<&'a Bind>),
    /// The clock was moved on by so many milliseconds.
    Wait(Millis),
    /// [`Host::state_hash`] after everything that was due at a moment.
    State(u64),
}

/// Gets the events of a session, in order.
pub trait Log {
    /// An event at this virtual time.
    fn event(&mut self, at: Millis, event: SessionEvent<'_>);

    /// Whether the log needs [`SessionEvent::State`]; hashing takes some microseconds.
    fn wants_state(&self) -> bool {
        true
    }
}

impl<L: Log + ?Sized> Log for &mut L {
    fn event(&mut self, at: Millis, event: SessionEvent<'_>) {
        (**self).event(at, event);
    }

    fn wants_state(&self) -> bool {
        (**self).wants_state()
    }
}

impl<L: Log + ?Sized> Log for Box<L> {
    fn event(&mut self, at: Millis, event: SessionEvent<'_>) {
        (**self).event(at, event);
    }

    fn wants_state(&self) -> bool {
        (**self).wants_state()
    }
}

/// The log that drops every event.
impl Log for () {
    fn event(&mut self, _at: Millis, _event: SessionEvent<'_>) {}

    fn wants_state(&self) -> bool {
        false
    }
}

/// A host and its clock, for a terminal that is elsewhere (a TN3270 client). A clone is a fork.
///
/// Methods append what the host sends to `out`.
#[derive(Debug, Clone)]
pub struct HostSession {
    host: Host,
    now: Millis,
    clock: ClockMode,
}

impl HostSession {
    /// A host of this system at time 0, before the connection of its terminal.
    pub fn open(system: &Arc<System>, setup: &Setup) -> HostSession {
        HostSession::open_in(&Region::new(system, setup.seed), setup)
    }

    /// As [`HostSession::open`] in a prepared region: generating the tables is most of the cost of opening. The region's seed takes
    /// the place of the setup's.
    pub fn open_in(region: &Region, setup: &Setup) -> HostSession {
        HostSession {
            host: Host::with_warts(region, &setup.warts),
            now: 0,
            clock: setup.clock,
        }
    }

    /// The terminal is connected: the host sends the first screen.
    pub fn connect(&mut self, log: &mut (impl Log + ?Sized), out: &mut Vec<Outbound>) {
        self.host.connect(self.now);
        self.settle(log, out);
    }

    /// Hands an inbound to the host. By the turn clock this goes on to the moment at which the answer is complete and the keyboard
    /// restored; by the live clock it does what is due now.
    pub fn submit(
        &mut self,
        inbound: &Inbound,
        log: &mut (impl Log + ?Sized),
        out: &mut Vec<Outbound>,
    ) {
        log.event(self.now, SessionEvent::Inbound(inbound));
        self.host.handle(inbound, self.now);
        self.settle(log, out);
    }

    /// ATTN or SYS REQ, which come outside the data stream.
    pub fn signal(
        &mut self,
        signal: Signal,
        log: &mut (impl Log + ?Sized),
        out: &mut Vec<Outbound>,
    ) {
        self.host.signal(signal, self.now);
        self.settle(log, out);
    }

    /// Moves the clock to a time, unless it is there already, and does everything that is due by then.
    pub fn advance_to(
        &mut self,
        at: Millis,
        log: &mut (impl Log + ?Sized),
        out: &mut Vec<Outbound>,
    ) {
        while let Some(due) = self.host.next_due().filter(|due| *due <= at) {
            self.moment(due, log, out);
        }
        self.now = self.now.max(at);
    }

    /// Moves the clock on by so many milliseconds, as an event of the log.
    pub fn wait(&mut self, by: Millis, log: &mut (impl Log + ?Sized), out: &mut Vec<Outbound>) {
        log.event(self.now, SessionEvent::Wait(by));
        self.advance_to(self.now.saturating_add(by), log, out);
    }

    /// The virtual time.
    pub fn now(&self) -> Millis {
        self.now
    }

    /// The time of the next event of the host if nothing is sent, if there is one.
    pub fn next_due(&self) -> Option<Millis> {
        self.host.next_due()
    }

    /// How time passes.
    pub fn clock(&self) -> ClockMode {
        self.clock
    }

    /// See [`Host::state_hash`].
    pub fn state_hash(&self) -> u64 {
        self.host.state_hash()
    }

    /// The host.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The host, for graders and traces.
    pub fn host_mut(&mut self) -> &mut Host {
        &mut self.host
    }

    /// Does what is due now; by the turn clock, goes on until the answer is complete.
    fn settle(&mut self, log: &mut (impl Log + ?Sized), out: &mut Vec<Outbound>) {
        self.advance_to(self.now, log, out);
        if self.clock == ClockMode::Live {
            return;
        }
        let latest = self.now.saturating_add(LONGEST_ANSWER);
        while self.host.is_busy() {
            match self.host.next_due().filter(|due| *due <= latest) {
                Some(due) => self.moment(due, log, out),
                None => break,
            }
        }
    }

    /// Does everything that is due at a moment.
    fn moment(&mut self, at: Millis, log: &mut (impl Log + ?Sized), out: &mut Vec<Outbound>) {
        self.now = self.now.max(at);
        while let Some(outbound) = self.host.poll(self.now) {
            log.event(self.now, SessionEvent::Outbound(&outbound));
            out.push(outbound);
        }
        if log.wants_state() {
            log.event(self.now, SessionEvent::State(self.host.state_hash()));
        }
    }
}

/// One terminal joined to one host in memory. A clone is a fork: from the same state, each goes its own way.
#[derive(Debug, Clone)]
pub struct Session {
    host: HostSession,
    terminal: Terminal,
}

impl Session {
    /// A connected terminal that shows the first screen.
    pub fn open(system: &Arc<System>, setup: &Setup, log: &mut (impl Log + ?Sized)) -> Session {
        Session::join(HostSession::open(system, setup), setup, log)
    }

    /// As [`Session::open`] in a prepared region (see [`HostSession::open_in`]).
    pub fn open_in(region: &Region, setup: &Setup, log: &mut (impl Log + ?Sized)) -> Session {
        Session::join(HostSession::open_in(region, setup), setup, log)
    }

    fn join(host: HostSession, setup: &Setup, log: &mut (impl Log + ?Sized)) -> Session {
        let terminal = Terminal::new(setup.terminal);
        let mut session = Session { host, terminal };
        let mut out = Vec::new();
        session.host.connect(log, &mut out);
        session.deliver(out, log);
        session
    }

    /// Presses a key. By the turn clock this returns after an attention key with its answer complete; by the live clock, call
    /// [`Session::advance_to`] first.
    pub fn press(&mut self, key: Key, log: &mut (impl Log + ?Sized)) -> Response {
        log.event(self.host.now, SessionEvent::Key(key));
        let response = self.terminal.press(key);
        let mut out = Vec::new();
        self.send(&response, log, &mut out);
        self.deliver(out, log);
        response
    }

    /// Hands the host an inbound of a terminal elsewhere, which the terminal of this session mirrors.
    pub fn submit(&mut self, inbound: &Inbound, log: &mut (impl Log + ?Sized)) {
        self.terminal.follow(inbound);
        let mut out = Vec::new();
        self.host.submit(inbound, log, &mut out);
        self.deliver(out, log);
    }

    /// ATTN or SYS REQ of a terminal elsewhere.
    pub fn signal(&mut self, signal: Signal, log: &mut (impl Log + ?Sized)) {
        let mut out = Vec::new();
        self.host.signal(signal, log, &mut out);
        self.deliver(out, log);
    }

    /// Moves the clock on by so many milliseconds, as an event of the log.
    pub fn wait(&mut self, by: Millis, log: &mut (impl Log + ?Sized)) {
        log.event(self.host.now, SessionEvent::Wait(by));
        self.advance_to(self.host.now.saturating_add(by), log);
    }

    /// Moves the clock to a time, unless it is there already, and does everything that is due by then. The terminal answers a write
    /// at the moment of the write.
    pub fn advance_to(&mut self, at: Millis, log: &mut (impl Log + ?Sized)) {
        let mut next = self.host.next_due();
        while let Some(due) = next.filter(|due| *due < at) {
            self.step_to(due, log);
            next = self.host.next_due();
        }
        self.step_to(at, log);
    }

    fn step_to(&mut self, at: Millis, log: &mut (impl Log + ?Sized)) {
        let mut out = Vec::new();
        self.host.advance_to(at, log, &mut out);
        self.deliver(out, log);
    }

    /// The virtual time.
    pub fn now(&self) -> Millis {
        self.host.now
    }

    /// The time of the next event of the host if no key is pressed, if there is one.
    pub fn next_due(&self) -> Option<Millis> {
        self.host.next_due()
    }

    /// The terminal.
    pub fn terminal(&self) -> &Terminal {
        &self.terminal
    }

    /// The parts of the screen that have changed since the last call. See [`Terminal::take_changes`].
    pub fn take_changes(&mut self) -> Changes {
        self.terminal.take_changes()
    }

    /// Changes the options of the terminal.
    pub fn set_options(&mut self, options: TerminalOptions) {
        self.terminal.set_options(options);
    }

    /// The host.
    pub fn host(&self) -> &Host {
        &self.host.host
    }

    /// The host, for graders and traces.
    pub fn host_mut(&mut self) -> &mut Host {
        &mut self.host.host
    }

    /// The host and its clock.
    pub fn line(&self) -> &HostSession {
        &self.host
    }

    /// The host and its clock, for graders and traces.
    pub fn line_mut(&mut self) -> &mut HostSession {
        &mut self.host
    }

    /// See [`Host::state_hash`].
    pub fn state_hash(&self) -> u64 {
        self.host.state_hash()
    }

    /// The hashes of the host and of the terminal in one.
    pub fn session_hash(&self) -> u64 {
        let mut hash = Xxh3::new();
        hash.update(&self.state_hash().to_le_bytes());
        hash.update(&self.terminal.state_hash().to_le_bytes());
        hash.finish()
    }

    /// Hands the host what the terminal sends.
    fn send(
        &mut self,
        response: &Response,
        log: &mut (impl Log + ?Sized),
        out: &mut Vec<Outbound>,
    ) {
        match response {
            Response::Inbound(inbound) => self.host.submit(inbound, log, out),
            Response::Attn => self.host.signal(Signal::Attn, log, out),
            Response::SysReq => self.host.signal(Signal::SysReq, log, out),
            Response::Local | Response::Refused(_) | Response::Queued => {}
        }
    }

    /// Applies what the host sends to the terminal, and hands the host what the terminal sends to that.
    fn deliver(&mut self, mut out: Vec<Outbound>, log: &mut (impl Log + ?Sized)) {
        while !out.is_empty() {
            let mut next = Vec::new();
            for outbound in &out {
                for inbound in self.terminal.apply(outbound).iter() {
                    self.host.submit(inbound, log, &mut next);
                }
            }
            out = next;
        }
    }
}
