//! Runs a system: transactions, tables, jobs, warts, due times.
//!
//! [`Host::handle`] takes what a terminal sends as a typed [`Inbound`], [`Host::poll`] gives what the host sends as a typed
//! [`Outbound`] at its due time. The host has no clock and no terminal: the caller passes the virtual time.
//!
//! An attention key begins a unit of work (`transaction`): the typed text goes into the fields of the screen (`frame`), a rule
//! yields its effects as data (`rules`, `effect`), warts bend them, they are applied in order (`apply`; a delay queues the rest
//! for a later time, `due`), and the answer, the last of them, paints the screen (`paint`).
//!
//! ```
//! use bigiron_sim::host::{Host, Region};
//! use bigiron_sim::shipped;
//! use bigiron_sim::system::model::System;
//! use std::sync::Arc;
//! use tn3270::wire::{Aid, Inbound, Outbound};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let files = shipped::files("dmv").ok_or("not shipped")?;
//! let system = Arc::new(System::load(files, "dmv")?);
//! let mut host = Host::new(&Region::new(&system, 7));
//!
//! // A terminal connects, and the host sends the start screen at once.
//! host.connect(0);
//! assert!(matches!(host.poll(0), Some(Outbound::EraseWrite { .. })));
//! assert_eq!(host.poll(0), None);
//!
//! // ENTER at one second, with nothing typed; the answer is due later.
//! let enter = Inbound::Modified { aid: Aid::Enter, cursor: 0, fields: Vec::new() };
//! host.handle(&enter, 1_000);
//! let due = host.next_due().ok_or("no answer")?;
//! assert!(due > 1_000 && host.is_busy());
//! assert!(host.poll(due).is_some());
//! # Ok(())
//! # }
//! ```

mod abend;
mod active_wart;
mod apply;
mod bend;
pub mod chance;
pub mod data;
mod drift;
mod due;
mod effect;
mod effect_run;
mod field_state;
mod frame;
mod jobs;
mod list_cache;
mod map;
mod paint;
mod refresh;
mod rules;
mod set_up;
mod state;
pub mod table;
mod trace;
mod transaction;
mod view;
mod wart_selection;

pub use set_up::SetUpError;
pub use trace::Traced;
pub use wart_selection::{Warts, WartsError};

use crate::system::expr::TableId;
use crate::system::model::{Screen, System};
use crate::system::value::{RowKey, Value};
use active_wart::{ActiveWart, StaleCopy, WartIndex};
use apply::{UndoStep, UnitOfWork};
use drift::ReleaseLayout;
use due::{DueEvent, DueQueue, EventId};
use frame::{Frame, FrameId};
use imbl::OrdMap;
use list_cache::ListCache;
use map::PreparedMap;
use std::collections::VecDeque;
use std::sync::Arc;
use table::Table;
use tn3270::wire::{Inbound, Outbound};

/// Virtual milliseconds since the session was opened.
pub type Millis = u64;

/// Milliseconds of a day.
const DAY: Millis = 86_400_000;

/// What a terminal sends outside the data stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signal {
    /// ATTN.
    Attn,
    /// SYS REQ.
    SysReq,
}

/// A system prepared to run with one seed: what all its hosts share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Region {
    system: Arc<System>,
    maps: Arc<[Arc<PreparedMap>]>,
    tables: Arc<[Table]>,
    seed: u64,
    /// Shared by the regions of all seeds.
    lists: Arc<ListCache>,
}

impl Region {
    /// Prepares the screens of a system and generates its tables for a seed.
    pub fn new(system: &Arc<System>, seed: u64) -> Region {
        Region {
            system: Arc::clone(system),
            maps: map::maps(system).into(),
            tables: data::tables(system, seed).into(),
            seed,
            lists: Arc::default(),
        }
    }

    /// The same system with the tables of another seed.
    pub fn reseeded(&self, seed: u64) -> Region {
        Region {
            tables: data::tables(&self.system, seed).into(),
            seed,
            ..self.clone()
        }
    }

    /// The same with its rows packed, which takes several times less memory and a little more time to read.
    pub fn packed(&self) -> Region {
        let mut tables = self.tables.to_vec();
        Table::pack(&mut tables, &self.system.tables);
        self.with_tables(tables)
    }

    /// The same system and seed with other tables, one for each of the definition, such as the start of a task.
    pub fn with_tables(&self, tables: Vec<Table>) -> Region {
        Region {
            tables: tables.into(),
            ..self.clone()
        }
    }

    /// The system.
    pub fn system(&self) -> &Arc<System> {
        &self.system
    }

    /// The tables a session starts with, in the order of the definition.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }
}

/// One terminal's host. A clone is a fork: rows and forms are shared until either changes them.
#[derive(Debug, Clone)]
pub struct Host {
    region: Region,
    tables: Vec<Table>,
    /// `session.*`.
    session: Vec<Value>,
    /// The holders of records.
    holds: OrdMap<(TableId, RowKey), Value>,
    /// The open screens; the last takes keys. Empty only before the connection.
    frames: Vec<Frame>,
    next_frame: FrameId,
    /// The frames that the terminal shows, the bottom one first; empty if the whole screen must be painted.
    shown: Vec<FrameId>,
    /// The lines of the screen after an abend, while it is shown.
    abended: Option<Vec<String>>,
    /// The unit of work that is under way.
    unit: Option<UnitOfWork>,
    /// The steps that undo the unit of work, in the order in which it was done.
    undo: Vec<UndoStep>,
    /// Inbounds that arrived while a unit of work was under way.
    waiting: VecDeque<Inbound>,
    /// Pending events.
    events: DueQueue,
    /// The event that signs an idle terminal off.
    idle: Option<EventId>,
    outbox: VecDeque<Outbound>,
    now: Millis,
    /// The warts that are on.
    warts: Vec<ActiveWart>,
    wart_index: Arc<WartIndex>,
    /// Old copies of tables, for warts that show stale records.
    copies: Vec<StaleCopy>,
    /// The keyboard was restored without a paint: the terminal does not show the screen that takes keys.
    unseen: bool,
    /// The layout of this release, if it is not that of the definition.
    layout: Option<Arc<ReleaseLayout>>,
    trace: Option<Vec<Traced>>,
}

impl Host {
    /// A host with the region's tables, at time 0, before the connection of its terminal.
    pub fn new(region: &Region) -> Host {
        let initial = region.system.session.iter().map(|v| v.initial.clone());
        let mut host = Host {
            tables: region.tables.to_vec(),
            session: initial.collect(),
            region: region.clone(),
            holds: OrdMap::new(),
            frames: Vec::new(),
            next_frame: 1,
            shown: Vec::new(),
            abended: None,
            unit: None,
            undo: Vec::new(),
            waiting: VecDeque::new(),
            events: DueQueue::default(),
            idle: None,
            outbox: VecDeque::new(),
            now: 0,
            warts: Vec::new(),
            wart_index: Arc::default(),
            copies: Vec::new(),
            unseen: false,
            layout: None,
            trace: None,
        };
        host.schedule_all();
        host
    }

    /// As [`Host::new`], with these warts on. Names that the system does not declare are ignored: see [`Warts::check`].
    pub fn with_warts(region: &Region, warts: &Warts) -> Host {
        let active = active_wart::active(region, warts);
        let (region, layout) = drift::release(region, &active);
        let mut host = Host {
            wart_index: Arc::new(WartIndex::new(&region.system, &active)),
            warts: active,
            layout,
            ..Host::new(&region)
        };
        host.take_copies();
        host
    }

    /// The time of the next event, if there is one.
    pub fn next_due(&self) -> Option<Millis> {
        match self.outbox.is_empty() {
            true => self.events.next_due(),
            false => Some(self.now),
        }
    }

    /// Does what is due by `now`, up to the next outbound, which it returns. Call it until it returns none.
    pub fn poll(&mut self, now: Millis) -> Option<Outbound> {
        loop {
            if let Some(outbound) = self.outbox.pop_front() {
                return Some(outbound);
            }
            let Some((due, event)) = self.events.pop(now) else {
                self.now = self.now.max(now);
                return None;
            };
            self.now = self.now.max(due);
            self.happen(event);
        }
    }

    /// Whether a transaction is under way, so that an answer will come.
    pub fn is_busy(&self) -> bool {
        self.unit.is_some()
    }

    /// The tables, in the order of the definition.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// A digest of all records: another one if they differ.
    pub fn tables_digest(&self) -> u64 {
        self.tables.iter().enumerate().fold(0, |sum, (n, table)| {
            table.digest().rotate_left(n as u32 % 64).wrapping_add(sum)
        })
    }

    /// The system it runs.
    pub fn system(&self) -> &Arc<System> {
        &self.region.system
    }

    /// The virtual time.
    pub fn now(&self) -> Millis {
        self.now
    }

    /// The id of the screen that takes keys; none before the connection.
    pub fn screen_id(&self) -> Option<&str> {
        Some(&self.screen(self.frames.last()?).id)
    }

    fn screen(&self, frame: &Frame) -> &Screen {
        // A frame is only ever opened for a screen of the system.
        &self.region.system.screens[frame.screen]
    }

    fn map(&self, frame: &Frame) -> &PreparedMap {
        &self.region.maps[frame.screen]
    }

    /// The index of the frame whose state variables the frame at an index reads and sets: itself, or the screen that a window is
    /// declared to stand over.
    fn state_frame(&self, at: usize) -> Option<usize> {
        let frame = self.frames.get(at)?;
        match self.screen(frame).over {
            None => Some(at),
            Some(over) => self.frames[..at].iter().rposition(|f| f.screen == over),
        }
    }

    /// The index of the frame that takes keys.
    fn top(&self) -> Option<usize> {
        self.frames.len().checked_sub(1)
    }

    fn queue(&mut self, due: Millis, event: DueEvent) -> EventId {
        self.events.push(due, event)
    }
}
