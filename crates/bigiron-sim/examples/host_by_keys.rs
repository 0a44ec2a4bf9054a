//! A host driven by typed values alone, without a terminal: an inbound in, outbounds out at their due times.
//!
//! `cargo run -p bigiron-sim --example host_by_keys`

use std::error::Error;
use std::sync::Arc;

use bigiron_sim::host::{Host, Region};
use bigiron_sim::shipped;
use bigiron_sim::system::model::System;
use tn3270::wire::{Aid, Inbound};

fn main() -> Result<(), Box<dyn Error>> {
    let files = shipped::files("dmv").ok_or("dmv is not shipped")?;
    let system = Arc::new(System::load(files, "dmv")?);
    let mut host = Host::new(&Region::new(&system, 7));
    host.connect(0);
    answers(&mut host, 0);
    for (at, aid) in [
        (1_000, Aid::Enter),
        (5_000, Aid::Pf(3)),
        (9_000, Aid::Clear),
    ] {
        let inbound = match aid.is_short() {
            true => Inbound::Short(aid),
            false => Inbound::Modified {
                aid,
                cursor: 0,
                fields: Vec::new(),
            },
        };
        println!("{at} ms: {aid}");
        host.handle(&inbound, at);
        while let Some(due) = host.next_due().filter(|due| *due < at + 4_000) {
            answers(&mut host, due);
        }
    }
    println!("state hash {:016x}", host.state_hash());
    Ok(())
}

/// Prints what the host sends by a moment.
fn answers(host: &mut Host, at: u64) {
    while let Some(outbound) = host.poll(at) {
        let mut bytes = Vec::new();
        outbound.encode(&mut bytes);
        let screen = host.screen_id().unwrap_or("none");
        println!("{at} ms: {} bytes, screen {screen}", bytes.len());
    }
}
