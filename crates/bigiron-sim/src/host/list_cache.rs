//! Lists that were found before. Which rows a list has, and in which order, follows from its tables and from what its
//! expressions read of the session and the screen; hosts of one system share what they have found.

use super::Host;
use super::table::hash_value;
use super::view::{HostView, today};
use crate::system::expr::{EvalContext, Expr, HostFact, TableId};
use crate::system::model::{FieldId, List};
use crate::system::value::{RowKey, Value};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use xxhash_rust::xxh3::Xxh3;

/// Keys that are kept, of all lists together; beyond that the lists begin anew.
const MOST_KEYS: usize = 1 << 18;
/// Lists that are kept.
const MOST_LISTS: usize = 1 << 12;

/// What a list's expressions read beside the row.
#[derive(Debug)]
pub(super) struct Reads {
    session: Vec<usize>,
    state: Vec<usize>,
    form: Vec<FieldId>,
    tables: Vec<TableId>,
}

impl Reads {
    /// None if it reads what changes by itself or is not told apart by values: the time, picked rows, holds.
    pub fn of(list: &List) -> Option<Reads> {
        let mut reads = Reads {
            session: Vec::new(),
            state: Vec::new(),
            form: Vec::new(),
            tables: vec![list.table],
        };
        let mut told = true;
        for expr in list.filter.iter().chain(&list.order) {
            expr.visit(&mut |part| match part {
                Expr::Session(variable) => reads.session.push(*variable),
                Expr::State(variable) => reads.state.push(*variable),
                Expr::Form(field) => reads.form.push(*field),
                Expr::Lookup { table, .. }
                | Expr::Contains { table, .. }
                | Expr::Rows { table, .. } => reads.tables.push(*table),
                Expr::Fact(HostFact::Today | HostFact::Terminal) => {}
                Expr::Pick(_) | Expr::Holder { .. } | Expr::Fact(_) | Expr::Ask(..) => told = false,
                _ => {}
            });
        }
        told.then_some(reads)
    }

    /// What decides the list, as a number.
    pub fn digest(&self, host: &Host, at: usize) -> u128 {
        let frame = &host.frames[at];
        let view = HostView::new(host, Some(at));
        let mut hash = Xxh3::new();
        hash.update(&(frame.screen as u64).to_le_bytes());
        hash_value(
            &Value::Date(today(&host.region.system, host.now)),
            &mut hash,
        );
        for table in self.tables.iter().filter_map(|id| host.tables.get(*id)) {
            hash.update(&table.digest().to_le_bytes());
        }
        for variable in &self.session {
            hash_value(view.session(*variable), &mut hash);
        }
        for variable in &self.state {
            hash_value(view.state(*variable), &mut hash);
        }
        for field in &self.form {
            hash_value(view.form(*field), &mut hash);
        }
        hash.digest128()
    }
}

/// The lists that hosts of one system have found, by what decides them.
#[derive(Debug, Default)]
pub(super) struct ListCache(Mutex<Lists>);

#[derive(Debug, Default)]
struct Lists {
    by_digest: BTreeMap<u128, Arc<Vec<RowKey>>>,
    keys: usize,
}

impl ListCache {
    pub fn get(&self, digest: u128) -> Option<Arc<Vec<RowKey>>> {
        self.lists(|lists| lists.by_digest.get(&digest).cloned())
    }

    pub fn keep(&self, digest: u128, keys: &Arc<Vec<RowKey>>) {
        self.lists(|lists| {
            lists.keys += keys.len();
            if lists.keys > MOST_KEYS || lists.by_digest.len() >= MOST_LISTS {
                *lists = Lists {
                    keys: keys.len(),
                    ..Lists::default()
                };
            }
            lists.by_digest.insert(digest, Arc::clone(keys));
        });
    }

    /// What a thread that panicked left is a smaller memory, no wrong one.
    fn lists<T>(&self, with: impl FnOnce(&mut Lists) -> T) -> T {
        with(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
