use super::*;
use crate::system::model::Column;
use crate::system::value::{Date, Type};
use proptest::prelude::*;

fn table(name: &str, columns: &[&str], journal: bool) -> TableDef {
    TableDef {
        name: name.into(),
        layer: 0,
        columns: columns
            .iter()
            .map(|name| Column {
                name: (*name).into(),
                of: Type::Text,
                width: None,
            })
            .collect(),
        key: vec![0],
        sequence: None,
        rows: Vec::new(),
        generate: None,
        journal,
    }
}

fn tables() -> Vec<TableDef> {
    vec![
        table("licence", &["licno", "street", "zip"], false),
        table("queue", &["seq", "licno", "fee"], false),
        table("journal", &["seq", "note"], true),
    ]
}

type Rows = BTreeMap<RowKey, Row>;

/// Tables that hold these rows.
fn holding(rows: &[Rows]) -> Vec<Table> {
    let tables = tables();
    let tables = tables.iter().zip(rows).map(|(model, rows)| {
        let mut table = Table::new(model);
        for row in rows.values() {
            table.insert(model, row.to_vec()).unwrap();
        }
        table
    });
    tables.collect()
}

fn between(start: &[Rows], end: &[Rows]) -> Vec<Change> {
    changes(&tables(), &holding(start), &holding(end))
}

fn rows(rows: &[&[&str]]) -> Rows {
    rows.iter()
        .map(|row| {
            let row: Vec<Value> = row.iter().map(|text| Value::text(*text)).collect();
            (vec![row[0].clone()], Row::from(row))
        })
        .collect()
}

fn start() -> Vec<Rows> {
    vec![
        rows(&[&["D1", "7 ELM ST", "50001"], &["D2", "9 OAK ST", "50002"]]),
        rows(&[&["Q1", "D2", "24.00"]]),
        rows(&[]),
    ]
}

fn move_d1() -> Requirement {
    Requirement::Update {
        table: 0,
        key: vec![Value::text("D1")],
        set: vec![(1, Value::text("12 MILL RD"))],
        free: vec![],
    }
}

fn renew_d1() -> Requirement {
    Requirement::Insert {
        table: 1,
        row: vec![(1, Value::text("D1")), (2, Value::text("24.00"))],
    }
}

fn journals(change: &Change) -> bool {
    change.table == 2 && change.row.before.is_none()
}

fn judge(end: &[Rows], required: &[Requirement]) -> Grade {
    grade(
        &tables(),
        &between(&start(), end),
        required,
        journals,
        None,
        &Ending::Done,
    )
}

fn put(end: &mut [Rows], table: usize, row: &[&str]) {
    let row: Vec<Value> = row.iter().map(|text| Value::text(*text)).collect();
    end[table].insert(vec![row[0].clone()], row.into());
}

#[test]
fn what_is_required_and_nothing_else_is_solved() {
    let mut end = start();
    put(&mut end, 0, &["D1", "12 MILL RD", "50001"]);
    put(&mut end, 1, &["Q7", "D1", "24.00"]);
    put(&mut end, 2, &["J1", "ADDRSAVE"]);
    let grade = judge(&end, &[move_d1(), renew_d1()]);
    insta::assert_snapshot!(grade, @r"
    solved
      = licence D1
      = queue Q7
    ");
    assert!(grade.solved() && grade.clean);
}

#[test]
fn a_failed_grade_reads_as_a_diff() {
    let mut end = start();
    put(&mut end, 0, &["D1", "12 MILL RD", "50009"]);
    put(&mut end, 0, &["D2", "12 MILL RD", "50002"]);
    put(&mut end, 1, &["Q7", "D1", "42.00"]);
    end[1].remove(&vec![Value::text("Q1")]);
    insta::assert_snapshot!(judge(&end, &[move_d1(), renew_d1()]), @r"
    failed
      ~ licence D1: zip is `50009`, required `50001`
      + licence D2: update that nothing asks for
          street: `9 OAK ST` -> `12 MILL RD`
      + queue Q1: delete that nothing asks for
          seq: `Q1` -> ``
          licno: `D2` -> ``
          fee: `24.00` -> ``
      ~ queue Q7: fee is `42.00`, required `24.00`
    ");
}

#[test]
fn a_second_row_of_the_required_kind_is_a_duplicate() {
    let mut end = start();
    put(&mut end, 1, &["Q7", "D1", "24.00"]);
    put(&mut end, 1, &["Q8", "D1", "24.00"]);
    let once = judge(&end, &[renew_d1()]);
    insta::assert_snapshot!(once, @r"
    failed
      = queue Q7
      + queue Q8: a second time
    ");
    assert!(!once.clean);
    assert!(judge(&end, &[renew_d1(), renew_d1()]).solved());
}

#[test]
fn rows_are_given_to_requirements_so_that_all_are_met_if_they_can_be() {
    let mut end = start();
    put(&mut end, 1, &["Q7", "D1", "24.00"]);
    put(&mut end, 1, &["Q8", "D1", "36.50"]);
    let any_fee = Requirement::Insert {
        table: 1,
        row: vec![(1, Value::text("D1"))],
    };
    assert!(judge(&end, &[any_fee.clone(), renew_d1()]).solved());
    assert!(judge(&end, &[renew_d1(), any_fee]).solved());
}

#[test]
fn a_lost_row_is_required_by_its_key() {
    let gone = Requirement::Delete {
        table: 1,
        key: vec![Value::text("Q1")],
    };
    let mut end = start();
    assert!(!judge(&end, std::slice::from_ref(&gone)).solved());
    end[1].remove(&vec![Value::text("Q1")]);
    assert!(judge(&end, &[gone]).solved());
    let never = Requirement::Delete {
        table: 1,
        key: vec![Value::text("Q9")],
    };
    assert!(!judge(&start(), &[never]).solved());
}

#[test]
fn a_changed_journal_row_is_no_noise() {
    let mut before = start();
    put(&mut before, 2, &["J1", "ADDRSAVE"]);
    let mut end = before.clone();
    put(&mut end, 2, &["J1", ""]);
    let grade = grade(
        &tables(),
        &between(&before, &end),
        &[],
        journals,
        None,
        &Ending::Done,
    );
    assert_eq!(grade.outcome, Outcome::Failed);
}

#[test]
fn a_wrong_answer_fails_whatever_the_rows_say() {
    let answer = Answer {
        of: Type::Text,
        expected: Value::text("D1"),
        today: Date(0),
    };
    let with = |found| {
        let answer = Some((&answer, found));
        grade(&tables(), &[], &[], journals, answer, &Ending::Done)
    };
    assert!(with(Some("d1")).solved());
    insta::assert_snapshot!(with(Some("D2")), @r"
    failed
      ~ answer `D2`, required `D1`
    ");
    assert!(!with(None).solved());
}

#[test]
fn a_run_that_did_not_end_by_itself_is_not_solved() {
    let mut end = start();
    put(&mut end, 1, &["Q7", "D1", "24.00"]);
    for (ending, outcome) in [
        (Ending::BudgetSpent, Outcome::BudgetSpent),
        (Ending::AgentFault("gone".into()), Outcome::AgentFault),
        (
            Ending::EnvironmentFault("host".into()),
            Outcome::EnvironmentFault,
        ),
    ] {
        let grade = grade(
            &tables(),
            &between(&start(), &end),
            &[renew_d1()],
            journals,
            None,
            &ending,
        );
        assert_eq!(grade.outcome, outcome);
        assert!(!grade.solved());
    }
}

#[test]
fn a_grade_is_stable_json() {
    let mut end = start();
    put(&mut end, 0, &["D1", "12 MILL RD", "50009"]);
    put(&mut end, 1, &["Q1", "D2", "25.00"]);
    let json = serde_json::to_string(&judge(&end, &[move_d1()])).unwrap();
    insta::assert_snapshot!(json, @r#"{"outcome":"failed","clean":false,"rows":[{"table":"licence","key":"D1","verdict":"wrong","column":"zip","expected":"50001","found":"50009"},{"table":"queue","key":"Q1","verdict":"unexpected","change":"update","columns":[{"column":"fee","before":"24.00","after":"25.00"}]}],"milestones":{}}"#);
}

/// One change to a row of the first two tables.
#[derive(Debug, Clone)]
enum Edit {
    Put(usize, u8, u8),
    Remove(usize, u8),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (0..2usize, 1..5u8, 0..4u8).prop_map(|(table, key, value)| Edit::Put(table, key, value)),
        (0..2usize, 1..5u8).prop_map(|(table, key)| Edit::Remove(table, key)),
    ]
}

fn apply(end: &mut [Rows], edit: &Edit) {
    let name = |table: usize, key: u8| format!("{}{key}", ["D", "Q"][table]);
    match *edit {
        Edit::Put(table, key, value) => put(
            end,
            table,
            &[&name(table, key), &format!("V{value}"), "24.00"],
        ),
        Edit::Remove(table, key) => {
            end[table].remove(&vec![Value::text(name(table, key))]);
        }
    }
}

/// What has to be required so that exactly these changes are right.
fn exactly(start: &[Rows], end: &[Rows]) -> Vec<Requirement> {
    between(start, end)
        .into_iter()
        .map(|change| match (change.row.before, change.row.after) {
            (None, Some(after)) => Requirement::Insert {
                table: change.table,
                row: after.iter().cloned().enumerate().collect(),
            },
            (Some(_), Some(after)) => Requirement::Update {
                table: change.table,
                key: change.row.key,
                set: after.iter().cloned().enumerate().collect(),
                free: vec![],
            },
            _ => Requirement::Delete {
                table: change.table,
                key: change.row.key,
            },
        })
        .collect()
}

proptest! {
    #[test]
    fn the_changes_themselves_are_right_and_each_is_needed(edits in prop::collection::vec(edit(), 1..12)) {
        let mut end = start();
        edits.iter().for_each(|edit| apply(&mut end, edit));
        let required = exactly(&start(), &end);
        prop_assert!(judge(&end, &required).solved());
        for left_out in 0..required.len() {
            let mut fewer = required.clone();
            fewer.remove(left_out);
            let grade = judge(&end, &fewer);
            prop_assert!(!grade.solved() && !grade.clean);
        }
    }

    #[test]
    fn doing_nothing_fails_when_something_is_required(edits in prop::collection::vec(edit(), 1..12)) {
        let mut end = start();
        edits.iter().for_each(|edit| apply(&mut end, edit));
        let required = exactly(&start(), &end);
        prop_assert_eq!(judge(&start(), &required).solved(), required.is_empty());
    }

    #[test]
    fn any_further_changed_row_fails(edits in prop::collection::vec(edit(), 0..8), extra in edit()) {
        let mut end = start();
        edits.iter().for_each(|edit| apply(&mut end, edit));
        let required = exactly(&start(), &end);
        let right = end.clone();
        apply(&mut end, &extra);
        prop_assert_eq!(judge(&end, &required).solved(), end == right);
    }

    #[test]
    fn the_order_of_requirements_does_not_matter(
        edits in prop::collection::vec(edit(), 1..10),
        wanted in prop::collection::vec(edit(), 1..10),
        turn in any::<prop::sample::Index>(),
    ) {
        let (mut end, mut goal) = (start(), start());
        edits.iter().for_each(|edit| apply(&mut end, edit));
        wanted.iter().for_each(|edit| apply(&mut goal, edit));
        let mut required = exactly(&start(), &goal);
        let grade = judge(&end, &required);
        if !required.is_empty() {
            let by = turn.index(required.len());
            required.rotate_left(by);
        }
        prop_assert_eq!(judge(&end, &required).outcome, grade.outcome);
    }
}
