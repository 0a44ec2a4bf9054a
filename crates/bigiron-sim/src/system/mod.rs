//! A system as its author wrote it: TOML definitions, loaded, checked and compiled.

pub mod diagnostics;
pub mod expr;
mod ids;
mod kinds;
pub(crate) mod load;
pub mod model;
pub mod picture;
pub mod record;
pub mod schema;
pub mod shape;
mod template;
mod trigger;
pub mod value;
pub mod wart;

pub use tn3270::near;
