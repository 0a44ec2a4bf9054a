use super::*;
use bigiron_sim::recording::{RecordedEvent, Recording, RecordingHeader};
use bigiron_sim::session::Setup;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use tn3270::wire::{CodePage, Order, Outbound, Wcc};

fn screen(text: &str) -> EventKind {
    let orders = vec![Order::Data(CodePage::CP037.encode_text(text).into())];
    let mut bytes = Vec::new();
    Outbound::EraseWrite {
        wcc: Wcc {
            restore: true,
            ..Wcc::default()
        },
        orders,
    }
    .encode(&mut bytes);
    EventKind::Outbound(bytes)
}

fn replay() -> Replay {
    let keys = EventKind::Keys(vec![Key::Char('X'), Key::Enter]);
    let events = [
        (0, screen("FIRST")),
        (0, EventKind::State(1)),
        (1000, keys),
        (1250, screen("SECOND")),
        (2000, EventKind::End("quit".into())),
    ];
    let header = RecordingHeader {
        system: None,
        title: String::new(),
        door: "test".into(),
        setup: Setup::default(),
        masked: false,
    };
    let events = events
        .into_iter()
        .map(|(at, kind)| RecordedEvent { at, kind })
        .collect();
    Replay::new(
        Player::new(Recording { header, events }),
        Palette::Color,
        None,
    )
}

fn press(replay: &mut Replay, keys: &str) -> (usize, String) {
    for key in keys.chars() {
        let code = match key {
            '>' => KeyCode::Right,
            '<' => KeyCode::Left,
            'H' => KeyCode::Home,
            'E' => KeyCode::End,
            key => KeyCode::Char(key),
        };
        replay.key(KeyEvent::new(code, KeyModifiers::NONE));
    }
    (
        replay.player().shown(),
        replay.player().terminal().row_text(0).trim().to_owned(),
    )
}

#[test]
fn it_plays_at_the_speed_it_was_recorded() {
    let mut replay = replay();
    assert_eq!(press(&mut replay, ""), (2, "FIRST".into()));
    // The clock that is shown goes on.
    assert_eq!(replay.next_tick(), Some(100));
    replay.tick(999);
    assert_eq!(replay.next_tick(), Some(1000));
    assert_eq!(press(&mut replay, ""), (2, "FIRST".into()));
    replay.tick(1000);
    assert_eq!(press(&mut replay, ""), (3, "XIRST".into()));
    replay.tick(1250);
    assert_eq!(press(&mut replay, ""), (4, "SECOND".into()));
    replay.tick(9000);
    assert_eq!(
        (press(&mut replay, ""), replay.next_tick()),
        ((5, "SECOND".into()), None)
    );
}

#[test]
fn plus_doubles_the_speed_and_space_pauses() {
    let mut replay = replay();
    press(&mut replay, "+");
    replay.tick(450);
    assert_eq!(replay.next_tick(), Some(500));
    press(&mut replay, " ");
    replay.tick(5000);
    assert_eq!((press(&mut replay, "").0, replay.next_tick()), (2, None));
}

#[test]
fn it_steps_and_seeks_both_ways() {
    let mut replay = replay();
    assert_eq!(press(&mut replay, ">"), (3, "XIRST".into()));
    assert_eq!(press(&mut replay, "<"), (2, "FIRST".into()));
    assert_eq!(press(&mut replay, "]"), (4, "SECOND".into()));
    assert_eq!(press(&mut replay, "["), (1, "FIRST".into()));
    assert_eq!(press(&mut replay, "E"), (5, "SECOND".into()));
    assert_eq!(press(&mut replay, "H"), (0, String::new()));
    assert_eq!(press(&mut replay, "6"), (3, "XIRST".into()));
    assert_eq!(press(&mut replay, "E>>").0, 5);
}

#[test]
fn the_foot_shows_event_time_and_keys() {
    let mut replay = replay();
    press(&mut replay, "]");
    let mut window = Terminal::new(TestBackend::new(90, 28)).unwrap();
    window.draw(|frame| replay.draw(frame)).unwrap();
    let shown = window.backend().to_string();
    assert!(
        shown.contains("4/5  00:01.2  paused x1  keys X<enter>"),
        "{shown}"
    );
}
