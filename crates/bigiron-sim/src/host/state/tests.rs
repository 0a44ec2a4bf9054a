//! The text that a state hash takes of what is pending: stored recordings hold hashes of it.

use super::PrintedOps;
use crate::host::effect::Op;
use crate::system::model::{FieldStyle, Paging};
use crate::system::value::{Date, Decimal, Value};
use tn3270::wire::{Color, FieldAttribute, Highlight};

fn printed(ops: &[Op]) -> String {
    let lines = ops.iter().map(|op| {
        let op = [op];
        format!("{:?}\n", PrintedOps(op.into_iter()))
    });
    lines.collect()
}

#[test]
fn the_printed_form_of_pending_effects_is_fixed() {
    let key = || vec![Value::text("A1")];
    let mark = || {
        let style = FieldStyle {
            attribute: FieldAttribute::default().protected(true),
            color: Some(Color::Red),
            highlight: Some(Highlight::Blink),
        };
        Op::Mark(1, 2, style)
    };
    let price = Value::Decimal(Decimal { scale: 2, units: 7 });
    let pending = [
        Op::Message("M".into()),
        Op::Alarm,
        Op::Goto(1),
        Op::Call(2),
        Op::Back,
        Op::Refresh,
        Op::SignOff,
        Op::SetSession(0, Value::Int(1)),
        Op::SetState(1, 0, Value::Bool(true)),
        Op::Fill(1, 2, Value::text("X")),
        Op::Cursor(1, 2),
        mark(),
        Op::Page(1, Paging::Next),
        Op::Insert(0, vec![Value::Date(Date(9)), price.clone()]),
        Op::Update(0, key(), vec![(1, price)]),
        Op::Delete(0, key()),
        Op::Delay(5),
        Op::Run(3),
        Op::Submit(3, 5),
        Op::Hold(0, key(), Value::text("ME")),
        Op::Release(0, key()),
        Op::Syncpoint,
        Op::Abend("CODE".into()),
        Op::Broadcast("B".into()),
        Op::Later {
            by: 5,
            ops: vec![mark(), Op::SignOff],
            at: Some(1),
        },
        Op::Copy(0),
        Op::Unpainted,
        Op::Show,
        Op::Answer,
    ];
    insta::assert_snapshot!(printed(&pending));
}
