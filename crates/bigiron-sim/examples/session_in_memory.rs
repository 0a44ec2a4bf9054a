//! A session in memory: a clerk signs on at the shipped licence desk, and the screen is printed after each key that the host answers.
//!
//! `cargo run -p bigiron-sim --example session_in_memory`

use std::error::Error;
use std::sync::Arc;

use bigiron_sim::session::{Session, Setup};
use bigiron_sim::shipped;
use bigiron_sim::system::model::System;
use tn3270::terminal::{Key, Response};

fn main() -> Result<(), Box<dyn Error>> {
    let files = shipped::files("dmv").ok_or("dmv is not shipped")?;
    let system = Arc::new(System::load(files, "dmv")?);
    let mut session = Session::open(&system, &Setup::default(), &mut ());
    for key in Key::parse_line("CLK042IRON<enter>2<enter>")? {
        if let Response::Inbound(_) = session.press(key, &mut ()) {
            println!("{}", session.terminal().text());
            println!("after {key}, at {} ms\n", session.now());
        }
    }
    Ok(())
}
