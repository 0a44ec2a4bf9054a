//! Joins a host and, if it is in this process, a terminal; owns the virtual clock and tells a log what happens.
//!
//! Time is in virtual milliseconds since the session was opened. Everything due at a moment happens before a key of that
//! moment, so that `advance_to(t)` and then the same key give the same world however the way to `t` was cut up.

pub use crate::host::Millis;
use crate::host::{Host, Region, Signal, Warts};
use crate::system::model::System;
use std::hash::Hasher;
use std::sync::Arc;
use tn3270::terminal::planes::Changes;
use tn3270::terminal::{Key, Response, Terminal, TerminalOptions};
use tn3270::wire::{Bind, Inbound, Outbound};
use xxhash_rust::xxh3::Xxh3;

/// The longest that an attention key of the turn clock waits for its answer: one virtual hour. A keyboard still locked then
/// stays so, and time goes on only by `wait`.
pub const LONGEST_ANSWER: Millis = 3_600_000;

/// What decides a session besides the system and the keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Setup {
    /// The seed of generated data and of every random fault.
    pub seed: u64,
    /// Which warts are on.
    pub warts: Warts,
    /// The task it is opened for, by its id.
    pub task: Option<String>,
    /// How time passes.
    pub clock: ClockMode,
    /// How the terminal is set up.
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
    /// Typing costs no time; an attention key takes as long as its answer; `wait` what it says.
    #[default]
    Turn,
    /// The caller says how late it is, by `advance_to`.
    Live,
}

/// Something that happened in a session.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SessionEvent<'a> {
    /// A key was pressed.
    Key(Key),
    /// The terminal sent.
    Inbound(&'a Inbound),
    /// The host sent.
    Outbound(&'a Outbound),
    /// A foreign host has bound the session, or with none unbound it.
    Bind(Option<&'a Bind>),
    /// The clock was moved on by so many milliseconds.
    Wait(Millis),
    /// The host's [`Host::state_hash`] after everything due at a moment was done.
    State(u64),
}

/// Takes the events of a session, in their order.
pub trait Log {
    /// Something happened at this virtual time.
    fn event(&mut self, at: Millis, event: SessionEvent<'_>);

    /// Whether [`Event::State`] is wanted: hashing costs a few microseconds.
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

/// Nothing is logged.
impl Log for () {
    fn event(&mut self, _at: Millis, _event: SessionEvent<'_>) {}

    fn wants_state(&self) -> bool {
        false
    }
}

/// A host and its clock, for a terminal that is elsewhere (a TN3270 client). A clone is a fork.
#[derive(Debug, Clone)]
pub struct HostSession {
    host: Host,
    now: Millis,
    mode: ClockMode,
}

impl HostSession {
    /// A host of this system at time 0; it has sent nothing yet.
    pub fn open(system: &Arc<System>, setup: &Setup) -> HostSession {
        HostSession::open_in(&Region::new(system, setup.seed), setup)
    }

    /// As [`Line::open`] in a region that is made already: generating a world's tables is most of the cost of opening. The
    /// region's seed stands in for the setup's.
    pub fn open_in(region: &Region, setup: &Setup) -> HostSession {
        HostSession {
            host: Host::with_warts(region, &setup.warts),
            now: 0,
            mode: setup.clock,
        }
    }

    /// The terminal is there: the first screen.
    pub fn connect(&mut self, log: &mut (impl Log + ?Sized), out: &mut Vec<Outbound>) {
        self.host.connect(self.now);
        self.settle(log, out);
    }

    /// The terminal sent. Turn clock: goes on to the moment the answer is complete and the keyboard restored. Live clock:
    /// what is due now. What the host sent is added to `out`.
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

    /// ATTN or SYS REQ, which come beside the data stream.
    pub fn signal(
        &mut self,
        signal: Signal,
        log: &mut (impl Log + ?Sized),
        out: &mut Vec<Outbound>,
    ) {
        self.host.signal(signal, self.now);
        self.settle(log, out);
    }

    /// Does everything due at or before a time, and makes it now. A time before now is now.
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

    /// Moves the clock on, and logs that it was.
    pub fn wait(&mut self, by: Millis, log: &mut (impl Log + ?Sized), out: &mut Vec<Outbound>) {
        log.event(self.now, SessionEvent::Wait(by));
        self.advance_to(self.now.saturating_add(by), log, out);
    }

    /// The virtual time.
    pub fn now(&self) -> Millis {
        self.now
    }

    /// When something happens next if nothing is sent, if ever.
    pub fn next_due(&self) -> Option<Millis> {
        self.host.next_due()
    }

    /// How time passes.
    pub fn clock(&self) -> ClockMode {
        self.mode
    }

    /// See [`Host::state_hash`].
    pub fn state_hash(&self) -> u64 {
        self.host.state_hash()
    }

    /// The host.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The host, for graders and traces; nothing on the terminal's side of a session leads here.
    pub fn host_mut(&mut self) -> &mut Host {
        &mut self.host
    }

    /// Does what is due now and, by the turn clock, goes on until the answer is complete.
    fn settle(&mut self, log: &mut (impl Log + ?Sized), out: &mut Vec<Outbound>) {
        self.advance_to(self.now, log, out);
        if self.mode == ClockMode::Live {
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

    /// Does everything due at one moment.
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

/// One terminal joined to one host in memory. A clone is a fork: both go their own way from the same world.
#[derive(Debug, Clone)]
pub struct Session {
    line: HostSession,
    terminal: Terminal,
}

impl Session {
    /// A connected terminal with its first screen.
    pub fn open(system: &Arc<System>, setup: &Setup, log: &mut (impl Log + ?Sized)) -> Session {
        Session::join(HostSession::open(system, setup), setup, log)
    }

    /// As [`Session::open`] in a region that is made already (see [`Line::open_in`]).
    pub fn open_in(region: &Region, setup: &Setup, log: &mut (impl Log + ?Sized)) -> Session {
        Session::join(HostSession::open_in(region, setup), setup, log)
    }

    fn join(line: HostSession, setup: &Setup, log: &mut (impl Log + ?Sized)) -> Session {
        let terminal = Terminal::new(setup.terminal);
        let mut session = Session { line, terminal };
        let mut out = Vec::new();
        session.line.connect(log, &mut out);
        session.deliver(out, log);
        session
    }

    /// Presses a key. By the turn clock a key of attention returns with its answer complete; by the live clock call
    /// [`Session::advance_to`] first.
    pub fn press(&mut self, key: Key, log: &mut (impl Log + ?Sized)) -> Response {
        log.event(self.line.now, SessionEvent::Key(key));
        let response = self.terminal.press(key);
        let mut out = Vec::new();
        self.send(&response, log, &mut out);
        self.deliver(out, log);
        response
    }

    /// Hands the host what a terminal elsewhere has sent, for which this one stands and follows it.
    pub fn submit(&mut self, inbound: &Inbound, log: &mut (impl Log + ?Sized)) {
        self.terminal.follow(inbound);
        let mut out = Vec::new();
        self.line.submit(inbound, log, &mut out);
        self.deliver(out, log);
    }

    /// ATTN or SYS REQ of a terminal elsewhere.
    pub fn signal(&mut self, signal: Signal, log: &mut (impl Log + ?Sized)) {
        let mut out = Vec::new();
        self.line.signal(signal, log, &mut out);
        self.deliver(out, log);
    }

    /// Moves the clock on, as somebody who looks at the screen and waits.
    pub fn wait(&mut self, by: Millis, log: &mut (impl Log + ?Sized)) {
        log.event(self.line.now, SessionEvent::Wait(by));
        self.advance_to(self.line.now.saturating_add(by), log);
    }

    /// Does everything due at or before a time, and makes it now. What the terminal has to say to a write, it says at the
    /// moment of the write.
    pub fn advance_to(&mut self, at: Millis, log: &mut (impl Log + ?Sized)) {
        let mut next = self.line.next_due();
        while let Some(due) = next.filter(|due| *due < at) {
            self.step_to(due, log);
            next = self.line.next_due();
        }
        self.step_to(at, log);
    }

    fn step_to(&mut self, at: Millis, log: &mut (impl Log + ?Sized)) {
        let mut out = Vec::new();
        self.line.advance_to(at, log, &mut out);
        self.deliver(out, log);
    }

    /// The virtual time.
    pub fn now(&self) -> Millis {
        self.line.now
    }

    /// When something happens next if no key is pressed, if ever.
    pub fn next_due(&self) -> Option<Millis> {
        self.line.next_due()
    }

    /// The terminal.
    pub fn terminal(&self) -> &Terminal {
        &self.terminal
    }

    /// Which parts of the screen have changed since the last call. See [`Terminal::take_changes`].
    pub fn take_changes(&mut self) -> Changes {
        self.terminal.take_changes()
    }

    /// Changes how the terminal is set up.
    pub fn set_options(&mut self, options: TerminalOptions) {
        self.terminal.set_options(options);
    }

    /// The host and its clock.
    pub fn line(&self) -> &HostSession {
        &self.line
    }

    /// The host and its clock, for graders and traces.
    pub fn line_mut(&mut self) -> &mut HostSession {
        &mut self.line
    }

    /// See [`Host::state_hash`].
    pub fn state_hash(&self) -> u64 {
        self.line.state_hash()
    }

    /// The host's hash and the terminal's in one.
    pub fn session_hash(&self) -> u64 {
        let mut hash = Xxh3::new();
        hash.update(&self.state_hash().to_le_bytes());
        hash.update(&self.terminal.state_hash().to_le_bytes());
        hash.finish()
    }

    /// Hands what the terminal has to say to the host.
    fn send(
        &mut self,
        response: &Response,
        log: &mut (impl Log + ?Sized),
        out: &mut Vec<Outbound>,
    ) {
        match response {
            Response::Inbound(inbound) => self.line.submit(inbound, log, out),
            Response::Attn => self.line.signal(Signal::Attn, log, out),
            Response::SysReq => self.line.signal(Signal::SysReq, log, out),
            Response::Local | Response::Refused(_) | Response::Queued => {}
        }
    }

    /// Applies what the host sent; keys typed ahead go on as soon as the keyboard is unlocked.
    fn deliver(&mut self, mut out: Vec<Outbound>, log: &mut (impl Log + ?Sized)) {
        while !out.is_empty() {
            let mut next = Vec::new();
            for outbound in &out {
                for inbound in self.terminal.apply(outbound).iter() {
                    self.line.submit(inbound, log, &mut next);
                }
            }
            out = next;
        }
    }
}
