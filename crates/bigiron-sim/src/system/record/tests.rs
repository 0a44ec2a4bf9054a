use super::*;
use proptest::prelude::*;

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(Value::Int),
        (0u8..=6, any::<i64>()).prop_map(|(scale, units)| Value::Decimal(Decimal { scale, units })),
        ".{0,12}".prop_map(Value::text),
        "[A-Z]{200,300}".prop_map(Value::text),
        any::<bool>().prop_map(Value::Bool),
        any::<i32>().prop_map(|day| Value::Date(Date(day))),
    ];
    leaf.prop_recursive(2, 8, 4, |item| {
        proptest::collection::vec(item, 0..4).prop_map(|items| Value::List(items.into()))
    })
}

#[test]
fn rows_are_found_however_far_in_they_stand() {
    let row = |n: i64| Row::from([Value::Int(n), Value::text("X".repeat(2000 + n as usize))]);
    let mut packer = Packer::default();
    packer.table(&[0], (0..50).map(row));
    let block = packer.blocks().unwrap().remove(0);
    for n in 0..50 {
        let found = block.get(&[Value::Int(n)]).map(|record| record.row());
        assert_eq!(found, Some(row(n)));
    }
    assert!(block.get(&[Value::Int(50)]).is_none());
}

proptest! {
    #[test]
    fn what_is_packed_is_read_again(rows in proptest::collection::vec(proptest::collection::vec(value(), 1..6), 0..8)) {
        let rows: Vec<Row> = rows.into_iter().map(Row::from).collect();
        let mut packer = Packer::default();
        packer.table(&[0], rows.iter().cloned());
        packer.table(&[0], rows.iter().rev().cloned());
        let blocks = packer.blocks().unwrap();
        for (at, row) in rows.iter().rev().enumerate() {
            prop_assert_eq!(&blocks[1].record(at).row(), row);
        }
        let block = &blocks[0];
        prop_assert_eq!(block.len(), rows.len());
        for (at, row) in rows.iter().enumerate() {
            prop_assert_eq!(&block.record(at).row(), row);
            for (column, value) in row.iter().enumerate() {
                prop_assert_eq!(block.record(at).cell(column), Some(Cow::Borrowed(value)));
            }
            prop_assert_eq!(block.record(at).cell(row.len()), None);
        }
    }

    #[test]
    fn a_key_is_found_as_in_a_sorted_map(
        numbers in proptest::collection::btree_set((-40i64..40, "[A-C]{0,3}"), 0..40),
        asked in (-40i64..40, "[A-C]{0,3}"),
    ) {
        // The key's columns stand neither first nor in their order.
        let row = |(number, text): &(i64, String)| Row::from([Value::Bool(true), Value::text(text), Value::Int(*number)]);
        let rows: Vec<Row> = numbers.iter().map(row).collect();
        let mut packer = Packer::default();
        packer.table(&[2, 1], rows);
        let block = packer.blocks().unwrap().remove(0);
        let key = [Value::Int(asked.0), Value::text(&asked.1)];
        let found = block.get(&key).map(|record| record.row());
        prop_assert_eq!(found, numbers.contains(&asked).then(|| row(&asked)));
        for (at, number) in numbers.iter().enumerate() {
            prop_assert_eq!(block.compare(at, &key), number.cmp(&asked));
        }
    }
}
