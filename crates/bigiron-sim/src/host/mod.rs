//! Runs a system: transactions, tables, jobs, virtual due times.
//!
//! What a terminal sends comes in, what the host sends goes out at its due time; no clock and no terminal is known here.
//!
//! An attention key begins a unit of work: what was typed goes into the form, the rules yield a list of effects as data
//! (`effect`), the effects are applied in order (a delay moves what follows to a later due time), and the answer, the last
//! of them, paints the screen.

mod apply;
pub mod chance;
pub mod data;
mod drift;
mod due;
mod effect;
mod field_state;
mod frame;
mod jobs;
mod list_cache;
mod map;
mod paint;
mod refresh;
mod rules;
mod state;
pub mod table;
mod trace;
mod transaction;
mod view;
mod wart;
mod wart_bend;
mod warts;

pub use trace::Traced;
pub use warts::{Warts, WartsError};

use crate::system::expr::TableId;
use crate::system::model::{Screen, System};
use crate::system::value::{RowKey, Value};
use apply::{Undo, Unit};
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
use wart::{Live, Places, StaleCopy};

/// Virtual milliseconds since the session was opened.
pub type Millis = u64;

/// Milliseconds of a day.
const DAY: Millis = 86_400_000;

/// What comes from a terminal beside the data stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signal {
    /// ATTN.
    Attn,
    /// SYS REQ.
    SysReq,
}

/// A system made ready to run with one seed: what all its hosts share. Cheap to clone.
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

    /// The same with its rows packed: several times smaller, and a little slower to read. For regions of which many are kept.
    pub fn packed(&self) -> Region {
        let mut tables = self.tables.to_vec();
        Table::pack(&mut tables, &self.system.tables);
        self.with_tables(tables)
    }

    /// The same system and seed with other tables, one for each of the definition, such as a task sets up.
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

    /// The tables a session starts with, by table.
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
    /// Who holds which record.
    holds: OrdMap<(TableId, RowKey), Value>,
    /// The screens that are open, the one that takes keys last. Empty only before the connection.
    frames: Vec<Frame>,
    next_frame: FrameId,
    /// The frames that the terminal shows, the bottom one first; empty if it must be painted anew.
    shown: Vec<FrameId>,
    /// The lines of the bare screen after an abend, while it is shown.
    abended: Option<Vec<String>>,
    /// What is under way.
    unit: Option<Unit>,
    /// How to take back what the unit of work has done.
    undo: Vec<Undo>,
    /// Inbounds that came while a unit of work was under way.
    waiting: VecDeque<Inbound>,
    /// What is due.
    events: DueQueue,
    /// The event that signs an idle terminal off.
    idle: Option<EventId>,
    outbox: VecDeque<Outbound>,
    now: Millis,
    /// The warts that are on.
    warts: Vec<Live>,
    places: Arc<Places>,
    /// What stale answers are read from.
    copies: Vec<StaleCopy>,
    /// The terminal's keyboard is free, and it does not show the screen that takes keys.
    unseen: bool,
    /// How the layout of this release differs, if it does.
    layout: Option<Arc<ReleaseLayout>>,
    trace: Option<Vec<Traced>>,
}

impl Host {
    /// A host with the region's tables at time 0; it has sent nothing yet.
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
            places: Arc::default(),
            copies: Vec::new(),
            unseen: false,
            layout: None,
            trace: None,
        };
        host.schedule_all();
        host
    }

    /// As [`Host::new`], with these warts on. Names that the system does not declare are passed over: see [`Warts::check`].
    pub fn with_warts(region: &Region, warts: &Warts) -> Host {
        let live = wart::live(region, warts);
        let (region, layout) = drift::release(region, &live);
        let mut host = Host {
            places: Arc::new(Places::new(&region.system, &live)),
            warts: live,
            layout,
            ..Host::new(&region)
        };
        host.take_copies();
        host
    }

    /// When something happens next, if ever.
    pub fn next_due(&self) -> Option<Millis> {
        match self.outbox.is_empty() {
            true => self.events.next_due(),
            false => Some(self.now),
        }
    }

    /// Does what is due by now, up to and with the next outbound; to be called until it gives none.
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

    /// Whether a transaction is under way, so that an answer is to come.
    pub fn is_busy(&self) -> bool {
        self.unit.is_some()
    }

    /// The records, by table of the definition.
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

    /// The place of the frame whose state variables the frame at this place reads and sets: its own, or, for a window that
    /// says so, those of the screen beneath.
    fn state_frame(&self, at: usize) -> Option<usize> {
        let frame = self.frames.get(at)?;
        match self.screen(frame).over {
            None => Some(at),
            Some(over) => self.frames[..at].iter().rposition(|f| f.screen == over),
        }
    }

    /// The place of the frame that takes keys.
    fn top(&self) -> Option<usize> {
        self.frames.len().checked_sub(1)
    }

    fn queue(&mut self, due: Millis, event: DueEvent) -> EventId {
        self.events.push(due, event)
    }
}
