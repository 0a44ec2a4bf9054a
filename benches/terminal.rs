//! The terminal and the data stream: applying a form, typing, forking, decoding and encoding.

use std::hint::black_box;

use bigiron::terminal::{Key, Terminal, TerminalOptions};
use bigiron::wire::{CodePage, FieldAttribute, Intensity, Order, Outbound, Wcc};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// A dense form of 24 x 80: a title, twenty rows of two labels with input fields, and key help.
fn form() -> Outbound {
    let protected = FieldAttribute::default().protected(true);
    let text = |text: &str| Order::Data(CodePage::CP037.encode_text(text).into());
    let mut orders = vec![
        Order::SetBufferAddress(0),
        Order::StartField(protected.intensity(Intensity::High)),
        text("DMVR02              STATE DEPARTMENT OF MOTOR VEHICLES"),
    ];
    for row in 2..22u16 {
        for column in [2, 40] {
            orders.extend([
                Order::SetBufferAddress(row * 80 + column),
                Order::StartField(protected),
                text("LICENCE NO . ."),
                Order::StartField(FieldAttribute::default()),
                text("A12345"),
                Order::SetBufferAddress(row * 80 + column + 30),
                Order::StartField(protected.numeric(true)),
            ]);
        }
    }
    orders.extend([
        Order::SetBufferAddress(23 * 80),
        Order::StartField(protected),
        text("ENTER=CHECK  F3=MENU  F9=SUBMIT"),
    ]);
    orders.extend([Order::SetBufferAddress(2 * 80 + 18), Order::InsertCursor]);
    Outbound::EraseWrite {
        wcc: Wcc::RESTORE,
        orders,
    }
}

fn terminal(c: &mut Criterion) {
    let form = form();
    let mut painted = Terminal::new(TerminalOptions::default());
    painted.apply(&form);

    c.bench_function("terminal/apply a form", |b| {
        b.iter(|| painted.apply(black_box(&form)))
    });
    c.bench_function("terminal/clone", |b| b.iter(|| black_box(&painted).clone()));
    c.bench_function("terminal/keystroke", |b| {
        let mut typed = painted.clone();
        b.iter(|| {
            typed.press(black_box(Key::Char('A')));
            typed.press(black_box(Key::Left))
        });
    });
    c.bench_function("terminal/state hash", |b| {
        b.iter(|| black_box(&painted).state_hash())
    });
    c.bench_function("terminal/text", |b| b.iter(|| black_box(&painted).text()));

    let mut bytes = Vec::new();
    form.encode(&mut bytes);
    let mut group = c.benchmark_group("wire");
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("decode", |b| b.iter(|| Outbound::decode(black_box(&bytes))));
    group.bench_function("encode", |b| {
        let mut out = Vec::with_capacity(bytes.len());
        b.iter(|| {
            out.clear();
            black_box(&form).encode(&mut out);
            out.len()
        });
    });
    group.finish();
}

criterion_group!(benches, terminal);
criterion_main!(benches);
