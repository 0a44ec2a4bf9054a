//! Whatever is said at the line-based doors, they answer in their form.

use bigiron::cli::opening::world;
use bigiron::doors::programs::json::Json;
use bigiron::doors::programs::script::Interpreter;
use bigiron::doors::session::clock::Clock;
use bigiron::doors::session::dialogue::Dialogue;
use bigiron::doors::session::operator_session::OperatorSession;
use bigiron::doors::session::progress::Progress;
use bigiron::doors::session::served_system::ServedSystem;
use bigiron::doors::session::target::ScriptTarget;
use bigiron::session::Setup;
use proptest::prelude::*;
use std::sync::LazyLock;

static WORLD: LazyLock<ServedSystem> = LazyLock::new(|| world("dmv", None).unwrap());

fn station() -> OperatorSession {
    let setup = Setup::default();
    OperatorSession::open(WORLD.open(&setup).unwrap(), &setup, Clock::Turn, Vec::new())
}

/// The answer to a line; what would have to wait is broken off.
fn answer(dialogue: &mut impl Dialogue, station: &mut OperatorSession, line: &[u8]) -> String {
    match dialogue.begin(line, station) {
        Progress::Done(reply) => reply.text,
        Progress::Blocked(_) => dialogue.abandon(station),
    }
}

fn argument() -> impl Strategy<Value = String> {
    prop_oneof![
        "-?[0-9]{1,20}",
        "[A-Za-z0-9]{0,12}",
        "\"[^\"\\\\]{0,12}\"",
        r#""(\\[a-zA-Z0-9\\"]|[a-f0-9é]){0,8}""#,
        Just("Save".to_owned()),
        Just("Output".to_owned()),
        Just("true".to_owned()),
        Just("nan".to_owned()),
        Just(format!("{}", i64::MIN)),
    ]
}

fn action() -> impl Strategy<Value = String> {
    let names = [
        "Ascii",
        "Ascii1",
        "Ebcdic",
        "Ebcdic1",
        "AsciiField",
        "EbcdicField",
        "ReadBuffer",
        "MoveCursor",
        "MoveCursor1",
        "String",
        "HexString",
        "Key",
        "Query",
        "Set",
        "Toggle",
        "Wait",
        "Snap",
        "PF",
        "PA",
        "Tab",
        "Enter",
        "Clear",
        "Erase",
        "Delete",
        "Insert",
        "Reset",
        "Newline",
        "CursorSelect",
        "Dup",
        "EraseEOF",
        "EraseInput",
        "Left2",
        "Attn",
        "SysReq",
        "Foo",
        "a",
    ];
    let arguments = prop::collection::vec(argument(), 0..5);
    (prop::sample::select(names.to_vec()), arguments)
        .prop_map(|(name, arguments)| format!("{name}({})", arguments.join(",")))
}

fn script_line() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::collection::vec(action(), 1..4).prop_map(|actions| actions.join(" ")),
        1 => "\\PC{0,40}",
    ]
}

fn json_line() -> impl Strategy<Value = String> {
    let keys = prop::sample::select(vec![
        "A",
        "<<",
        "<tab>",
        "<enter>",
        "<pf3>",
        "<clear>",
        "<PA1>",
        "<cursor 5>",
        "<erase>",
        "é",
        "<foo>",
        "<",
    ]);
    let keys = prop::collection::vec(keys, 0..8).prop_map(|keys| keys.concat());
    prop_oneof![
        4 => (keys, 0u64..100_000).prop_map(|(keys, wait)| serde_json::json!({ "keys": keys, "wait": wait }).to_string()),
        1 => "\\PC{1,40}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_script_always_gets_a_status_and_a_verdict(lines in prop::collection::vec(script_line(), 1..12)) {
        let mut station = station();
        let mut script = Interpreter::default();
        for line in lines {
            let text = answer(&mut script, &mut station, line.as_bytes());
            let mut last = text.lines().rev();
            prop_assert!(matches!(last.next(), Some("ok" | "error")), "{line}\n{text}");
            prop_assert_eq!(last.next().map(|status| status.split(' ').count()), Some(12), "{}\n{}", line, text);
            prop_assert!(last.all(|line| line.starts_with("data: ")), "{line}\n{text}");
            prop_assert_eq!(station.terminal().verify(), Ok(()));
        }
    }

    #[test]
    fn a_json_line_always_gets_a_json_line(lines in prop::collection::vec(json_line(), 1..8)) {
        let mut station = station();
        let mut json = Json::default();
        for line in lines {
            let text = answer(&mut json, &mut station, line.as_bytes());
            if text.is_empty() {
                prop_assert!(line.trim().is_empty());
                continue;
            }
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            prop_assert!(text.ends_with('\n') && text.matches('\n').count() == 1);
            prop_assert!(value["screen"].is_object() != value["error"].is_object(), "{text}");
        }
    }
}
