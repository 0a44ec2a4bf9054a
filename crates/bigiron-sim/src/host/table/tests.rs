use super::*;
use proptest::prelude::*;
use std::slice;

fn model() -> model::TableDef {
    let column = |name: &str, of, width| model::Column {
        name: name.into(),
        of,
        width,
    };
    model::TableDef {
        name: "queue".into(),
        layer: 0,
        columns: vec![
            column("id", Type::Text, Some(4)),
            column("note", Type::Text, Some(3)),
        ],
        key: vec![0],
        sequence: Some(model::Sequence {
            prefix: "Q".into(),
            digits: 3,
            first: 7,
        }),
        rows: Vec::new(),
        generate: None,
        journal: false,
    }
}

fn row(id: &str, note: &str) -> Vec<Value> {
    vec![Value::text(id), Value::text(note)]
}

#[test]
fn texts_are_cut_to_their_column_and_keys_are_unique() {
    let (model, mut table) = (model(), Table::new(&model()));
    let key = table.insert(&model, row("Q001X", "ABCD")).unwrap();
    assert_eq!(key, [Value::text("Q001")]);
    assert_eq!(table.get(&key).unwrap().row()[1], Value::text("ABC"));
    assert_eq!(table.insert(&model, row("Q001", "")), Err(Duplicate(key)));
}

#[test]
fn numbered_keys_pass_by_those_that_are_taken() {
    let (model, mut table) = (model(), Table::new(&model()));
    table.insert(&model, row("Q008", "")).unwrap();
    assert_eq!(table.next_key(&model), Value::text("Q007"));
    assert_eq!(table.next_key(&model), Value::text("Q009"));
}

#[test]
fn a_row_does_not_take_another_rows_key() {
    let (model, mut table) = (model(), Table::new(&model()));
    table.insert(&model, row("A", "1")).unwrap();
    table.insert(&model, row("B", "2")).unwrap();
    let before = table.clone();
    assert!(!table.replace(&model, &[Value::text("A")], row("B", "3")));
    assert!(!table.replace(&model, &[Value::text("C")], row("C", "3")));
    assert_eq!(table, before);
    assert!(table.replace(&model, &[Value::text("A")], row("C", "3")));
    assert!(!table.contains(&[Value::text("A")]));
}

proptest! {
    #[test]
    fn the_digest_is_that_of_the_rows_whatever_came_before(
        deeds in proptest::collection::vec((0u8..3, 0u8..6, "[A-C]{0,5}"), 0..40),
        packed_after in 0usize..40,
    ) {
        let (model, mut table) = (model(), Table::new(&model()));
        for (n, (deed, id, note)) in deeds.into_iter().enumerate() {
            let key = [Value::text(id.to_string())];
            match deed {
                0 => drop(table.insert(&model, row(&id.to_string(), &note))),
                1 => drop(table.replace(&model, &key, row(&id.to_string(), &note))),
                _ => drop(table.remove(&key)),
            }
            if n == packed_after {
                Table::pack(slice::from_mut(&mut table), slice::from_ref(&model));
            }
        }
        prop_assert_eq!(table.verify(&model), Ok(()));
        let mut again = Table::new(&model);
        let mut rows: Vec<Row> = table.iter().map(|record| record.row()).collect();
        rows.reverse();
        for row in rows {
            again.insert(&model, row.to_vec()).unwrap();
        }
        prop_assert_eq!(&again, &table);
    }

    #[test]
    fn changes_are_the_same_of_clones_and_of_tables_made_apart(
        begun in proptest::collection::btree_set(0u8..9, 0..9),
        deeds in proptest::collection::vec((any::<bool>(), 0u8..9, "[AB]"), 0..20),
    ) {
        let model = model();
        let mut before = Table::new(&model);
        for id in begun {
            before.insert(&model, row(&id.to_string(), "A")).unwrap();
        }
        let apart = before.clone();
        Table::pack(slice::from_mut(&mut before), slice::from_ref(&model));
        let mut after = before.clone();
        for (leaves, id, note) in deeds {
            after.remove(&[Value::text(id.to_string())]);
            if !leaves {
                after.insert(&model, row(&id.to_string(), &note)).unwrap();
            }
        }
        let changes = before.changes(&model, &after);
        prop_assert_eq!(&apart.changes(&model, &after), &changes);
        for id in 0u8..9 {
            let key = vec![Value::text(id.to_string())];
            let row = |table: &Table| table.get(&key).map(|record| record.row());
            let (before, after) = (row(&before), row(&after));
            let expected = (before != after).then(|| RowChange { key: key.clone(), before, after });
            prop_assert_eq!(changes.iter().find(|change| change.key == key), expected.as_ref());
        }
    }
}
