use crate::recording::{EventKind, RecordedEvent, Recording, RecordingHeader, SystemVersion};
use crate::session::Setup;
use proptest::prelude::*;
use tn3270::terminal::Key;

fn header() -> RecordingHeader {
    let origin = SystemVersion {
        id: "desk".into(),
        digest: 0xfeed,
    };
    RecordingHeader {
        system: Some(origin),
        title: "A desk".into(),
        door: "play".into(),
        setup: Setup::default(),
        masked: false,
    }
}

fn sample() -> Recording {
    let events = [
        (0, EventKind::Outbound(vec![0xF5, 0xC3])),
        (0, EventKind::State(7)),
        (
            5,
            EventKind::Keys(Key::parse_line("A<<<tab><enter>").unwrap()),
        ),
        (5, EventKind::Inbound(vec![0x7D, 0x40, 0x40])),
        (9, EventKind::Wait(1000)),
        (1009, EventKind::End("quit".into())),
    ];
    Recording {
        header: header(),
        events: events
            .into_iter()
            .map(|(at, kind)| RecordedEvent { at, kind })
            .collect(),
    }
}

fn error(text: &str) -> String {
    Recording::parse(text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn a_recording_is_a_line_an_event() {
    insta::assert_snapshot!(sample().to_lines(), @r#"
    {"bigiron":1,"system":"desk","digest":"000000000000feed","title":"A desk","seed":0,"warts":"none","task":null,"clock":"turn","door":"play","model":2,"code_page":"cp037","color":true,"numeric_lock":false,"blank_fill":false,"mono_case":false,"typeahead":false}
    {"t":0,"out":"f5c3"}
    {"t":0,"state":"0000000000000007"}
    {"t":5,"key":"A<<<tab><enter>"}
    {"t":5,"in":"7d4040"}
    {"t":9,"wait":1000}
    {"t":1009,"end":"quit"}
    "#);
}

#[test]
fn a_recording_cut_anywhere_reads_up_to_its_last_whole_event() {
    let whole = sample().to_lines();
    let first = whole.find('\n').unwrap() + 1;
    for cut in first..=whole.len() {
        let (read, truncation) = Recording::parse(&whole.as_bytes()[..cut]).unwrap();
        assert_eq!(read.events, sample().events[..read.events.len()]);
        let lines = whole[..cut].trim_end_matches('\n').lines().count();
        assert_eq!(
            read.events.len() + 1 + usize::from(truncation.is_some()),
            lines,
            "cut at {cut}"
        );
        if let Some(truncation) = truncation {
            assert_eq!(truncation.line, lines);
        }
    }
    assert!(error(&whole[..first - 5]).contains("cut within its header"));
}

#[test]
fn faults_have_their_line_and_column() {
    let lines = sample().to_lines();
    assert_eq!(
        error(""),
        "line 1: the file is empty; a recording begins with its header"
    );
    assert!(error("hello\n").starts_with("line 1: not a recording"));
    assert!(error("{\"bigiron\":2}\n").contains("recording format 2 is newer than this program"));
    assert!(
        error(&lines.replacen("\"seed\":0", "\"seed\":\"x\"", 1)).starts_with("line 1, column ")
    );
    assert!(error(&lines.replacen("\"state\":", "\"state\"", 1)).starts_with("line 3, column "));
    assert!(error(&lines.replacen("<tab>", "<tba>", 1)).contains("did you mean <tab>?"));
    assert!(error(&lines.replacen("f5c3", "f5c", 1)).contains("hexadecimal"));
    assert!(
        error(&lines.replacen("\"t\":9", "\"t\":4", 1))
            .contains("line 6: time runs backwards: 4 ms after 5 ms")
    );
    assert!(
        error(&lines.replacen("\"wait\":1000", "\"stay\":1000", 1)).contains("an event has one of")
    );
}

fn event_kind() -> impl Strategy<Value = EventKind> {
    let key = prop_oneof![
        any::<char>()
            .prop_filter("control", |c| !c.is_control())
            .prop_map(Key::Char),
        Just(Key::Enter),
        (1u8..=24).prop_map(Key::Pf)
    ];
    prop_oneof![
        proptest::collection::vec(key, 1..9).prop_map(EventKind::Keys),
        any::<Vec<u8>>().prop_map(EventKind::Inbound),
        any::<Vec<u8>>().prop_map(EventKind::Outbound),
        any::<Vec<u8>>().prop_map(EventKind::Bind),
        any::<u64>().prop_map(EventKind::Wait),
        any::<u64>().prop_map(EventKind::State),
        any::<Option<String>>().prop_map(EventKind::Answer),
        any::<String>().prop_map(EventKind::End),
    ]
}

proptest! {
    #[test]
    fn what_is_written_reads_back(mut events in proptest::collection::vec((any::<u64>(), event_kind()), 0..20)) {
        events.sort_by_key(|(at, _)| *at);
        let events = events.into_iter().map(|(at, kind)| RecordedEvent { at, kind }).collect();
        let recording = Recording { header: header(), events };
        prop_assert_eq!(Recording::parse(recording.to_lines().as_bytes()), Ok((recording, None)));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in any::<Vec<u8>>(), from in 0usize..700) {
        let mut text = sample().to_lines().into_bytes();
        text.truncate(from);
        text.extend(bytes);
        let _ = Recording::parse(&text);
    }
}
