use super::*;
use crate::recording::Recording;
use crate::session::{SessionEvent as Happened, Setup};
use std::cell::RefCell;
use std::rc::Rc;
use tn3270::wire::{Aid, Inbound};

#[derive(Clone, Default)]
struct Sink {
    bytes: Rc<RefCell<Vec<u8>>>,
    room: Option<usize>,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self
            .room
            .is_some_and(|room| self.bytes.borrow().len() + bytes.len() > room)
        {
            return Err(io::Error::other("no room"));
        }
        self.bytes.borrow_mut().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn header() -> RecordingHeader {
    RecordingHeader {
        system: None,
        title: String::new(),
        door: "test".into(),
        setup: Setup::default(),
        masked: false,
    }
}

fn events(sink: &Sink) -> Vec<RecordedEvent> {
    Recording::parse(&sink.bytes.borrow()).unwrap().0.events
}

#[test]
fn keys_of_a_moment_share_a_line_and_are_there_before_what_they_cause() {
    let sink = Sink::default();
    let mut writer = Writer::new(sink.clone(), &header());
    for key in [Key::Char('A'), Key::Tab, Key::Enter] {
        writer.event(5, Happened::Key(key));
    }
    assert_eq!(events(&sink), []);
    writer.event(5, Happened::Inbound(&Inbound::Short(Aid::Clear)));
    let keys = EventKind::Keys(vec![Key::Char('A'), Key::Tab, Key::Enter]);
    assert_eq!(
        events(&sink),
        [
            RecordedEvent { at: 5, kind: keys },
            RecordedEvent {
                at: 5,
                kind: EventKind::Inbound(vec![0x6D])
            }
        ]
    );
}

#[test]
fn keys_of_two_moments_are_two_events_and_none_is_lost_at_the_end() {
    let sink = Sink::default();
    let mut writer = Writer::new(sink.clone(), &header());
    writer.event(1, Happened::Key(Key::Char('A')));
    writer.event(2, Happened::Key(Key::Char('B')));
    drop(writer);
    assert_eq!(
        events(&sink)
            .iter()
            .map(|event| event.at)
            .collect::<Vec<_>>(),
        [1, 2]
    );
}

#[test]
fn a_full_disk_ends_the_recording_and_is_told_of_once() {
    let sink = Sink {
        room: Some(400),
        ..Sink::default()
    };
    let mut writer = Writer::new(sink.clone(), &header());
    for at in 0..50 {
        writer.event(at, Happened::State(at));
    }
    assert_eq!(
        writer.take_error().map(|error| error.to_string()),
        Some("no room".into())
    );
    assert!(writer.take_error().is_none());
    let written = events(&sink);
    assert!(!written.is_empty() && written.len() < 50);
}
