//! What an expression reads from the context in which it is evaluated.

use super::{HostFact, TableId};
use crate::system::record::StoredRow;
use crate::system::value::Value;

/// The context of an evaluation: variables, the form, rows, facts. All indices are those of the loaded definition.
///
/// Values are borrowed, not copied, so that comparing texts does not allocate.
pub trait EvalContext {
    /// A variable of the sign-on session.
    fn session(&self, variable: usize) -> &Value;

    /// A variable of the current screen.
    fn state(&self, variable: usize) -> &Value;

    /// A field of the current screen, as a value of the field's type.
    fn form(&self, field: usize) -> &Value;

    /// An input field of the picked list row, as text; blank if no row is picked.
    fn pick(&self, field: usize) -> &Value;

    /// The row bound outside the expression, counted outwards from 0: `row`, `old`, `other`. `None` (nothing picked) reads as blanks.
    fn bound(&self, depth: usize) -> Option<StoredRow<'_>>;

    /// The row of a table with this key.
    fn row(&self, table: TableId, key: &[Value]) -> Option<StoredRow<'_>>;

    /// All rows of a table, in key order.
    fn rows(&self, table: TableId) -> impl Iterator<Item = StoredRow<'_>>;

    /// The holder of the record with this key, if it is held.
    fn holder(&self, table: TableId, key: &[Value]) -> Option<&Value>;

    /// A fact, of the type that [`HostFact`] documents.
    fn fact(&self, fact: HostFact) -> Value;

    /// The answer to a question, by index, of its declared type. A context without declared questions is never asked.
    fn ask(&self, _question: usize, _arguments: &[Value]) -> Value {
        Value::text("")
    }
}
