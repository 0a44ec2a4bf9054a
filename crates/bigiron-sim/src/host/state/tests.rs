//! The text that a state hash takes of what is pending: stored recordings hold hashes of it.

use crate::host::effect::{FormOp, Op, RecordOp};
use crate::system::model::{FieldStyle, Paging};
use crate::system::value::{Date, Decimal, Value};
use tn3270::wire::{Color, FieldAttribute, Highlight};

fn printed(ops: &[Op]) -> String {
    ops.iter().map(|op| format!("{:?}\n", [op])).collect()
}

#[test]
fn the_printed_form_of_pending_effects_is_fixed() {
    let key = || vec![Value::text("A1")];
    let mark = || -> Op {
        let style = FieldStyle {
            attribute: FieldAttribute::default().protected(true),
            color: Some(Color::Red),
            highlight: Some(Highlight::Blink),
        };
        FormOp::Mark(1, 2, style).into()
    };
    let price = Value::Decimal(Decimal { scale: 2, units: 7 });
    let pending: [Op; 29] = [
        Op::Message("M".into()),
        Op::Alarm,
        Op::Goto(1),
        Op::Call(2),
        Op::Back,
        Op::Refresh,
        Op::SignOff,
        Op::SetSession(0, Value::Int(1)),
        FormOp::SetState(1, 0, Value::Bool(true)).into(),
        FormOp::Fill(1, 2, Value::text("X")).into(),
        FormOp::Cursor(1, 2).into(),
        mark(),
        FormOp::Page(1, Paging::Next).into(),
        RecordOp::Insert(0, vec![Value::Date(Date(9)), price.clone()]).into(),
        RecordOp::Update(0, key(), vec![(1, price)]).into(),
        RecordOp::Delete(0, key()).into(),
        Op::Delay(5),
        Op::Run(3),
        Op::Submit(3, 5),
        RecordOp::Hold(0, key(), Value::text("ME")).into(),
        RecordOp::Release(0, key()).into(),
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
