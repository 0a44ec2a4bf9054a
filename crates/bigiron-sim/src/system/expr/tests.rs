//! Expressions from text to value, in a small world.

use super::*;
use crate::system::record::StoredRow;
use crate::system::value::{Date, Row};
use proptest::prelude::*;

struct Shop {
    session: [Value; 3],
    rows: Vec<Row>,
}

impl EvalContext for Shop {
    fn session(&self, variable: usize) -> &Value {
        &self.session[variable]
    }
    fn state(&self, _: usize) -> &Value {
        &self.session[0]
    }
    fn form(&self, _: usize) -> &Value {
        &self.session[0]
    }
    fn pick(&self, _: usize) -> &Value {
        &self.session[0]
    }
    fn bound(&self, _: usize) -> Option<StoredRow<'_>> {
        None
    }
    fn row(&self, _: TableId, key: &[Value]) -> Option<StoredRow<'_>> {
        let row = self.rows.iter().find(|row| row[..1] == *key);
        row.map(StoredRow::Held)
    }
    fn rows(&self, _: TableId) -> impl Iterator<Item = StoredRow<'_>> {
        self.rows.iter().map(StoredRow::Held)
    }
    fn holder(&self, _: TableId, _: &[Value]) -> Option<&Value> {
        None
    }
    fn fact(&self, fact: HostFact) -> Value {
        match fact {
            HostFact::Today => Value::Date(Date(7000)),
            HostFact::Terminal | HostFact::Inserted => Value::text("T1"),
            _ => Value::Int(1),
        }
    }
}

fn shop() -> Shop {
    let money = |units| Value::Decimal(crate::system::value::Decimal { scale: 2, units });
    let row = |key: &str, units, n| Row::from([Value::text(key), money(units), Value::Int(n)]);
    Shop {
        session: [Value::text("BOLT"), Value::Int(7), money(1250)],
        rows: vec![row("A", 150, 3), row("B", 75, 0), row("C", 1000, 12)],
    }
}

fn named(names: &[(&str, Type)]) -> Vec<Named> {
    names
        .iter()
        .map(|(name, of)| Named {
            name: (*name).to_owned(),
            of: of.clone(),
        })
        .collect()
}

/// The value of an expression as plain text, or what is wrong with it.
fn value(text: &str) -> String {
    let columns = named(&[
        ("id", Type::Text),
        ("price", Type::Decimal(2)),
        ("n", Type::Int),
    ]);
    let tables = [TableNames {
        name: "part".to_owned(),
        columns,
        key: vec![0],
    }];
    let session = named(&[
        ("name", Type::Text),
        ("count", Type::Int),
        ("fee", Type::Decimal(2)),
    ]);
    let names = Names {
        tables: &tables,
        session: &session,
        rows: vec![("row", 0)],
        ..Names::default()
    };
    let mut errors = Vec::new();
    let typed = match parse(text) {
        Ok(tree) => check(&tree, &names, &mut errors),
        Err(error) => return error.message,
    };
    match typed {
        Some(typed) if errors.is_empty() => match eval(&typed.expr, &shop()) {
            Ok(value) => {
                assert_eq!(value.of(), typed.of, "{text}");
                value.to_string()
            }
            Err(fault) => fault.to_string(),
        },
        _ => errors.remove(0).message,
    }
}

#[test]
fn numbers_keep_their_places() {
    assert_eq!(value("session.fee * 2 + 1"), "26.00");
    assert_eq!(value("session.fee * 1.5"), "18.750");
    assert_eq!(value("round(session.fee * 0.075, 2)"), "0.94");
    assert_eq!(value("session.fee / 3"), "4.16");
    assert_eq!(value("-7 / 2"), "-3");
    assert_eq!(value("-7 % 2"), "-1");
    assert_eq!(value("max(3, 2.5)"), "3.0");
    assert_eq!(
        value("session.count / (session.count - 7)"),
        "a division by zero"
    );
    assert_eq!(value("9223372036854775807 + 1"), "a number is too large");
}

#[test]
fn rows_answer_questions() {
    assert_eq!(value("part['B'].price"), "0.75");
    assert_eq!(value("part['Z'].n"), "0");
    assert_eq!(value("'A' in part && !('Z' in part)"), "Y");
    assert_eq!(value("part.exists(r, r.n > 10)"), "Y");
    assert_eq!(value("part.all(r, r.n > 0)"), "N");
    assert_eq!(value("part.count(r, r.price > 1.00)"), "2");
    assert_eq!(value("part.sum(r, r.price, r.n > 0)"), "11.50");
    assert_eq!(value("part.max(r, r.n)"), "12");
    assert_eq!(value("part.first(r, r.id, r.n == 0)"), "B");
    assert_eq!(
        value("part.exists(a, part.exists(b, b.id > a.id && b.n > a.n * 3))"),
        "Y"
    );
    assert_eq!(value("[1, 2, 3].all(x, part.exists(r, r.n >= x))"), "Y");
    assert_eq!(
        value("row.id == '' && row.price == 0"),
        "Y",
        "nothing is bound: blanks"
    );
}

#[test]
fn dates_and_texts() {
    assert_eq!(value("date('1989-03-14').addDays(18).month()"), "4");
    assert_eq!(value("format(date('1989-03-14'), 'DDMONYY')"), "14MAR89");
    assert_eq!(value("today.daysUntil(today.addDays(-3))"), "-3");
    assert_eq!(
        value("session.name.padLeft(6, '*').substring(0, 4)"),
        "**BO"
    );
    assert_eq!(value("session.count > 5 ? 'MANY' : 'FEW'"), "MANY");
}

/// Expressions that are mostly well typed, by the type they yield.
fn number(depth: u32) -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(|n| n.to_string()),
        (-99999i64..99999).prop_map(|n| format!("{}.{:02}", n / 100, n.abs() % 100)),
        Just("session.count".to_owned()),
        Just("session.fee".to_owned()),
        Just("part['A'].n".to_owned()),
        Just("part.sum(r, r.price)".to_owned()),
        Just("size(session.name)".to_owned()),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let part = || number(depth - 1);
    let operator = prop::sample::select(vec!["+", "-", "*", "/", "%"]);
    prop_oneof![
        leaf,
        (part(), operator, part()).prop_map(|(a, o, b)| format!("({a}) {o} ({b})")),
        part().prop_map(|a| format!("-({a})")),
        part().prop_map(|a| format!("abs({a})")),
        (truth(depth - 1), part(), part()).prop_map(|(c, a, b)| format!("({c}) ? ({a}) : ({b})")),
        part().prop_map(|a| format!("today.addDays({a}).year()")),
        part().prop_map(|a| format!("part.max(r, ({a}) + r.n)")),
    ]
    .boxed()
}

fn truth(depth: u32) -> BoxedStrategy<String> {
    let operator = prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]);
    let compared =
        (number(depth), operator, number(depth)).prop_map(|(a, o, b)| format!("({a}) {o} ({b})"));
    if depth == 0 {
        return compared.boxed();
    }
    let part = || truth(depth - 1);
    prop_oneof![
        compared,
        (part(), part()).prop_map(|(a, b)| format!("({a}) && ({b})")),
        (part(), part()).prop_map(|(a, b)| format!("({a}) || !({b})")),
        number(depth - 1).prop_map(|a| format!("part.exists(r, r.price > ({a}))")),
        number(depth - 1).prop_map(|a| format!("string({a}).substring({a}, 9).matches('#*')")),
    ]
    .boxed()
}

proptest! {
    #[test]
    fn a_checked_expression_has_a_value_of_its_type_or_a_fault(text in truth(3)) {
        value(&text);
    }
}
