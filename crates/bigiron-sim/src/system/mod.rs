//! A system as its author wrote it: TOML definitions, loaded, checked and compiled.
//!
//! [`model::System::load`] takes names and bytes of files and gives a system in which every name is settled, or every fault of every
//! file with its place.
//!
//! ```
//! use bigiron_sim::system::model::System;
//!
//! let system = r#"
//! title = "Door bell"
//! about = "One screen that greets"
//! model = 2
//! start = "BELL00"
//! today = 1989-03-14
//! layers = ["mainframe"]
//! "#;
//! let screen = r#"
//! title = "Greeting"
//! map = '''
//!  BELL00      NAME . . [name      ]
//! (msg                             )
//! '''
//! [[on.enter]]
//! message = "HELLO {form.name}"
//! "#;
//! let files = [("system.toml", system), ("BELL00.toml", screen)];
//! let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
//! let system = System::load(files.clone(), "bell").unwrap();
//! assert_eq!(system.screens[0].id, "BELL00");
//!
//! // A misspelt name is a fault with a place and a near match.
//! let [first, (name, text)] = files;
//! let text = String::from_utf8(text).unwrap().replace("form.name", "form.nane");
//! let faults = System::load([first, (name, text.into_bytes())], "bell").unwrap_err();
//! assert!(faults.render("bell", false).contains("name"));
//! ```

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
