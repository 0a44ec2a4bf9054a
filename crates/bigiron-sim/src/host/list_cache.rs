//! Rows of lists, shared by the hosts of one system.
//!
//! Which rows a list has, and in which order, follows from its tables and from what its expressions read of the session and
//! the screen. A digest of these inputs is the key of the cache, so an entry never becomes wrong.

use super::table::{Table, hash_value};
use crate::system::expr::{EvalContext, Expr, HostFact, TableId};
use crate::system::model::{FieldId, List, ScreenId};
use crate::system::value::RowKey;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use xxhash_rust::xxh3::Xxh3;

/// The most keys that are kept, of all lists together; beyond it the cache is emptied.
const MAX_KEYS: usize = 1 << 18;
/// The most lists that are kept.
const MAX_LISTS: usize = 1 << 12;

/// What the expressions of a list read beside its rows.
#[derive(Debug)]
pub(super) struct ListInputs {
    session: Vec<usize>,
    state: Vec<usize>,
    form: Vec<FieldId>,
    tables: Vec<TableId>,
}

impl ListInputs {
    /// The inputs of a list. `None` if one of them has no digest or changes by itself (the time, picked rows, holds): such a list
    /// is not cached.
    pub fn of(list: &List) -> Option<ListInputs> {
        let mut inputs = ListInputs {
            session: Vec::new(),
            state: Vec::new(),
            form: Vec::new(),
            tables: vec![list.table],
        };
        let mut cacheable = true;
        for expr in list.filter.iter().chain(&list.order) {
            expr.visit(&mut |part| cacheable &= inputs.add(part));
        }
        cacheable.then_some(inputs)
    }

    /// Adds what an expression reads itself, its parts aside; false if that cannot be part of a digest.
    fn add(&mut self, expr: &Expr) -> bool {
        match expr {
            Expr::Session(variable) => self.session.push(*variable),
            Expr::State(variable) => self.state.push(*variable),
            Expr::Form(field) => self.form.push(*field),
            Expr::Lookup { table, .. }
            | Expr::Contains { table, .. }
            | Expr::Rows { table, .. }
            | Expr::CountRows { table, .. }
            | Expr::Aggregate { table, .. } => self.tables.push(*table),
            Expr::Fact(fact) => return is_stable(*fact),
            Expr::Pick(_) | Expr::Holder { .. } | Expr::Ask(..) => return false,
            Expr::Const(_)
            | Expr::Column { .. }
            | Expr::Element { .. }
            | Expr::Not(..)
            | Expr::Negate(..)
            | Expr::Arithmetic(..)
            | Expr::Compare(..)
            | Expr::And(..)
            | Expr::Or(..)
            | Expr::If(..)
            | Expr::Call(..)
            | Expr::Format(..)
            | Expr::List(_)
            | Expr::Elements { .. }
            | Expr::CountElements { .. }
            | Expr::Rescale(..) => {}
        }
        true
    }

    /// The digest of the inputs of a screen's list.
    pub fn digest(&self, screen: ScreenId, tables: &[Table], context: &impl EvalContext) -> u128 {
        let mut hash = Xxh3::new();
        hash.update(&(screen as u64).to_le_bytes());
        hash_value(&context.fact(HostFact::Today), &mut hash);
        for table in self.tables.iter().filter_map(|id| tables.get(*id)) {
            hash.update(&table.digest().to_le_bytes());
        }
        for variable in &self.session {
            hash_value(context.session(*variable), &mut hash);
        }
        for variable in &self.state {
            hash_value(context.state(*variable), &mut hash);
        }
        for field in &self.form {
            hash_value(context.form(*field), &mut hash);
        }
        hash.digest128()
    }
}

/// Whether a fact is the same for equal digests: the day is in each of them, and the terminal's name is a constant.
fn is_stable(fact: HostFact) -> bool {
    match fact {
        HostFact::Today | HostFact::Terminal => true,
        HostFact::Clock
        | HostFact::TimeOfDay
        | HostFact::ListCount
        | HostFact::ListPage
        | HostFact::ListPages
        | HostFact::ListPicks
        | HostFact::Inserted => false,
    }
}

/// The rows of lists by the digest of their inputs.
#[derive(Debug, Default)]
pub(super) struct ListCache(Mutex<CachedLists>);

#[derive(Debug, Default)]
struct CachedLists {
    by_digest: BTreeMap<u128, Arc<Vec<RowKey>>>,
    /// Keys of all lists together.
    keys: usize,
}

impl ListCache {
    /// The keys of the rows of a list, if they are known.
    pub fn get(&self, digest: u128) -> Option<Arc<Vec<RowKey>>> {
        self.with_lists(|lists| lists.by_digest.get(&digest).cloned())
    }

    /// Keeps the keys of the rows of a list.
    pub fn insert(&self, digest: u128, keys: &Arc<Vec<RowKey>>) {
        self.with_lists(|lists| {
            lists.keys += keys.len();
            if lists.keys > MAX_KEYS || lists.by_digest.len() >= MAX_LISTS {
                *lists = CachedLists {
                    keys: keys.len(),
                    ..CachedLists::default()
                };
            }
            lists.by_digest.insert(digest, Arc::clone(keys));
        });
    }

    fn with_lists<T>(&self, work: impl FnOnce(&mut CachedLists) -> T) -> T {
        // A thread that panicked may have left an entry out, never a wrong one.
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
