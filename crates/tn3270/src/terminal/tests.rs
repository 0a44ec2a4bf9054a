use proptest::collection::vec;
use proptest::prelude::*;
use std::iter;

use super::planes::{Changes, PLANES};
use super::*;
use crate::wire::roundtrip::outbound;
use crate::wire::{Color, FieldAttribute, Inbound, Intensity, Order, Outbound, Wcc};

/// A small form: a title, a field of eight with an autoskip behind it, a numeric one with a protected field behind it.
fn form() -> Outbound {
    let protected = FieldAttribute::default().protected(true);
    let text = |text: &str| Order::Data(crate::wire::CodePage::CP037.encode_text(text).into());
    let at = |row: u16, column: u16| Order::SetBufferAddress((row - 1) * 80 + column - 1);
    Outbound::EraseWrite {
        wcc: Wcc::RESTORE,
        orders: vec![
            at(1, 1),
            Order::StartField(protected.intensity(Intensity::High)),
            text("TITLE"),
            at(3, 1),
            Order::StartField(protected),
            text("NAME"),
            Order::StartField(FieldAttribute::default()),
            Order::InsertCursor,
            at(3, 15),
            Order::StartField(protected.numeric(true)),
            text("FEE"),
            Order::StartField(FieldAttribute::default().numeric(true)),
            at(3, 22),
            Order::StartField(protected),
            text("EUR"),
            at(4, 1),
            Order::StartField(FieldAttribute::default().intensity(Intensity::Hidden)),
            at(4, 6),
            Order::StartField(protected.numeric(true)),
        ],
    }
}

fn painted(options: TerminalOptions) -> Terminal {
    let mut terminal = Terminal::new(options);
    assert_eq!(terminal.lock(), Some(Lock::AwaitingFirst));
    assert!(terminal.apply(&form()).is_empty());
    terminal
}

fn typed(line: &str) -> (Terminal, Response) {
    let mut terminal = painted(TerminalOptions::default());
    let last = Key::parse_line(line)
        .unwrap()
        .into_iter()
        .map(|key| terminal.press(key))
        .last();
    terminal.verify().unwrap();
    (terminal, last.unwrap())
}

fn row(line: &str, number: usize) -> String {
    typed(line).0.row_text(number - 1).trim_end().to_owned()
}

#[test]
fn typing_fills_fields_and_skips_on() {
    assert_eq!(row("SMITH", 3), " NAME SMITH    FEE    EUR");
    assert_eq!(row("ABCDEFGH12", 3), " NAME ABCDEFGH FEE 12 EUR");
}

#[test]
fn the_screen_reads_as_it_shows() {
    let (terminal, _) = typed("SMITH<tab>12<tab>SECR");
    let text = terminal.text();
    let shown: Vec<&str> = text.lines().take(4).map(str::trim_end).collect();
    assert_eq!(shown, [" TITLE", "", " NAME SMITH    FEE 12 EUR", ""]);
    let values: Vec<String> = terminal
        .fields()
        .filter(Field::is_input)
        .map(|field| field.value())
        .collect();
    assert_eq!(values, ["SMITH", "12", "SECR"]);
}

#[test]
fn a_field_is_typed_into_and_sent() {
    let (terminal, response) = typed("AB<enter>");
    let Response::Inbound(inbound) = response else {
        panic!("nothing sent: {response:?}")
    };
    let mut bytes = Vec::new();
    inbound.encode(&mut bytes);
    assert_eq!(bytes, [0x7D, 0xC2, 0xE8, 0x11, 0xC2, 0xE6, 0xC1, 0xC2]);
    assert_eq!(terminal.lock(), Some(Lock::Clock));
}

#[test]
fn operator_errors_lock_until_reset() {
    let (mut terminal, response) = typed("<up>X");
    assert_eq!(
        response,
        Response::Refused(Refusal::Locked(Lock::Protected))
    );
    assert!(terminal.oia().to_string().starts_with("4A X <-o->"));
    assert_eq!(
        terminal.press(Key::Enter),
        Response::Refused(Refusal::Locked(Lock::Protected))
    );
    assert_eq!(terminal.press(Key::Reset), Response::Local);
    assert_eq!(terminal.lock(), None);
    assert_eq!(
        typed("ABCDEFGH<home><insert>X").1,
        Response::Refused(Refusal::Locked(Lock::Overflow))
    );
}

#[test]
fn a_numeric_field_takes_letters_unless_numeric_lock_is_on() {
    assert_eq!(typed("<tab>x").1, Response::Local);
    let mut locked = painted(TerminalOptions {
        numeric_lock: true,
        ..TerminalOptions::default()
    });
    locked.press(Key::Tab);
    assert!(locked.oia().numeric);
    assert_eq!(
        locked.press(Key::Char('x')),
        Response::Refused(Refusal::Locked(Lock::Numeric))
    );
}

#[test]
fn the_clock_stops_at_a_write_and_the_system_lock_at_a_restore() {
    let (mut terminal, _) = typed("A<pf3>");
    terminal.apply(&Outbound::Write {
        wcc: Wcc::default(),
        orders: vec![],
    });
    assert_eq!(terminal.lock(), Some(Lock::System));
    terminal.apply(&Outbound::Write {
        wcc: Wcc::RESTORE,
        orders: vec![],
    });
    assert_eq!(terminal.lock(), None);
}

#[test]
fn a_place_typed_ahead_is_a_row_and_column_in_the_size_that_comes() {
    let mut terminal = painted(TerminalOptions {
        model: Model::Five,
        typeahead: true,
        ..TerminalOptions::default()
    });
    terminal.press(Key::Enter);
    terminal.press(Key::MoveCursor(22 * 80 + 56));
    terminal.apply(&Outbound::EraseWriteAlternate {
        wcc: Wcc::RESTORE,
        orders: Vec::new(),
    });
    assert_eq!(terminal.cursor(), 22 * 132 + 56);
}

#[test]
fn keys_typed_ahead_run_when_the_host_restores_the_keyboard() {
    let mut terminal = painted(TerminalOptions {
        typeahead: true,
        ..TerminalOptions::default()
    });
    terminal.press(Key::Enter);
    assert_eq!(
        Key::parse_line("HI<enter>")
            .unwrap()
            .into_iter()
            .map(|key| terminal.press(key))
            .collect::<Vec<_>>(),
        [Response::Queued, Response::Queued, Response::Queued]
    );
    assert!(terminal.run_typeahead().is_empty());
    let mut waiting = terminal.clone();
    let sent = terminal.apply(&form());
    assert!(matches!(&sent[..], [Inbound::Modified { .. }]));
    assert!(waiting.apply_without_typeahead(&form()).is_empty());
    assert_eq!(waiting.oia().typed_ahead, 3);
    assert_eq!((waiting.run_typeahead(), waiting), (sent, terminal.clone()));
    assert_eq!(terminal.row_text(2).trim_end(), " NAME HI       FEE    EUR");
    assert_eq!(
        painted(TerminalOptions::default()).press(Key::Enter),
        typed("<enter>").1
    );
}

#[test]
fn base_colours_follow_protection_and_intensity() {
    let terminal = painted(TerminalOptions::default());
    let shown = |row: u16, column: u16| terminal.look((row - 1) * 80 + column - 1);
    assert_eq!(
        [shown(1, 2).fg, shown(3, 2).fg, shown(3, 8).fg],
        [Color::White, Color::Blue, Color::Green]
    );
    assert!(shown(4, 2).hidden && shown(4, 2).ch == ' ');
    assert!(shown(3, 1).is_attribute);
}

#[test]
fn an_alternate_erase_switches_to_the_model_s_size() {
    for (model, size) in [
        (Model::Two, (24, 80)),
        (Model::Three, (32, 80)),
        (Model::Four, (43, 80)),
        (Model::Five, (27, 132)),
    ] {
        let mut terminal = painted(TerminalOptions {
            model,
            ..TerminalOptions::default()
        });
        terminal.apply(&Outbound::EraseWriteAlternate {
            wcc: Wcc::RESTORE,
            orders: vec![],
        });
        assert_eq!((terminal.rows(), terminal.columns()), size);
        terminal.apply(&form());
        assert_eq!((terminal.rows(), terminal.columns()), (24, 80));
    }
}

#[test]
fn every_attribute_of_a_field_reads_back() {
    use crate::wire::{AttributeType as Type, ReplyMode, StructuredField};
    let pairs = vec![
        (Type::Field, 0x40),
        (Type::Foreground, 0xF2),
        (Type::Background, 0xF5),
        (Type::Highlighting, 0xF4),
        (Type::CharacterSet, 0xF1),
        (Type::Transparency, 0xFF),
        (Type::Validation, 0x06),
        (Type::Outlining, 0x0F),
    ];
    let read = |as_s3270: bool| {
        let mut terminal = Terminal::new(TerminalOptions {
            as_s3270,
            ..TerminalOptions::default()
        });
        terminal.apply(&Outbound::EraseWrite {
            wcc: Wcc::RESTORE,
            orders: vec![Order::StartFieldExtended(pairs.clone())],
        });
        terminal.apply(&Outbound::StructuredFields(vec![
            StructuredField::SetReplyMode {
                partition: 0,
                mode: ReplyMode::Extended,
            },
        ]));
        match &terminal.apply(&Outbound::ReadBuffer)[..] {
            [Inbound::Buffer { orders, .. }] => orders[0].clone(),
            other => panic!("no buffer: {other:?}"),
        }
    };
    assert_eq!(read(false), Order::StartFieldExtended(pairs.clone()));
    assert_eq!(read(true), Order::StartFieldExtended(pairs[..5].to_vec()));
}

#[test]
fn a_query_is_answered_with_what_there_is() {
    use crate::wire::StructuredField;
    use crate::wire::structured::ReadOperation;
    let mut terminal = Terminal::new(TerminalOptions::default());
    let query = StructuredField::ReadPartition {
        partition: 0xFF,
        read: ReadOperation::Query,
    };
    let sent = terminal.apply(&Outbound::StructuredFields(vec![query]));
    let [Inbound::StructuredField(replies)] = &sent[..] else {
        panic!("no reply")
    };
    let codes: Vec<u8> = replies.iter().map(|reply| reply.code).collect();
    assert_eq!(
        codes,
        [0x80, 0x81, 0x84, 0x85, 0x86, 0x87, 0x88, 0xA1, 0xA6]
    );
    assert_eq!(replies[0].data, codes, "the summary lists what follows");
    let name = replies[7].data.split_at(9).1;
    assert_eq!(crate::wire::CodePage::CP037.decode_text(name), "BIGIRON");
}

#[test]
fn create_partition_homes_the_cursor_if_there_can_be_such_a_partition() {
    let cursor = |field: &[u8]| {
        let mut terminal = typed("HALVOR").0;
        let length = (field.len() as u16 + 2).to_be_bytes();
        let record = [&[0xF3], length.as_slice(), field].concat();
        terminal.apply(&Outbound::decode(&record).unwrap());
        terminal.cursor()
    };
    assert_eq!(cursor(&[0x0C]), 0);
    assert_eq!(cursor(&[0x0C, 0x00]), 0);
    assert_eq!(cursor(&[0x0C, 0x00, 0x22]), 0);
    let (other_partition, no_units, no_mode) =
        ([0x0C, 0x01], [0x0C, 0x00, 0x12], [0x0C, 0x00, 0x03]);
    for field in [&other_partition[..], &no_units, &no_mode] {
        assert_ne!(cursor(field), 0, "{field:02X?}");
    }
}

#[test]
fn a_clone_hashes_alike_until_it_differs() {
    let (terminal, _) = typed("A");
    let mut fork = terminal.clone();
    assert_eq!(fork.state_hash(), terminal.state_hash());
    fork.press(Key::Char('B'));
    assert_ne!(fork.state_hash(), terminal.state_hash());
}

fn key() -> impl Strategy<Value = Key> {
    let named: Vec<Key> = Key::all().collect();
    prop_oneof![
        2 => proptest::sample::select(named),
        2 => proptest::char::range(' ', '~').prop_map(Key::Char),
        1 => (0..4000u16).prop_map(Key::MoveCursor),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_stream_and_no_key_breaks_a_terminal(
        model in 2u8..=5, numeric_lock: bool, blank_fill: bool, typeahead: bool,
        steps in vec((outbound(), vec(key(), 0..8)), 1..8),
    ) {
        let model = Model::from_number(model).unwrap();
        let mut terminal = Terminal::new(TerminalOptions { model, numeric_lock, blank_fill, typeahead, ..TerminalOptions::default() });
        for (outbound, keys) in steps {
            terminal.apply(&outbound);
            for key in keys {
                terminal.press(key);
            }
            prop_assert_eq!(terminal.verify(), Ok(()));
        }
    }

    #[test]
    fn planes_kept_up_by_what_changed_are_those_drawn_anew_and_show_the_screen(
        model in 2u8..=5, color: bool, mono_case: bool,
        steps in vec((outbound(), vec(key(), 0..8)), 1..6),
    ) {
        let model = Model::from_number(model).unwrap();
        let mut terminal = Terminal::new(TerminalOptions { model, color, mono_case, ..TerminalOptions::default() });
        let (rows, columns) = terminal.plane_size();
        let mut kept = vec![0xEE; PLANES * rows * columns];
        for (outbound, keys) in steps {
            terminal.apply(&outbound);
            for key in iter::once(None).chain(keys.into_iter().map(Some)) {
                key.map(|key| terminal.press(key));
                let changes = terminal.take_changes();
                terminal.draw_planes(changes, (rows, columns), &mut kept);
                let mut anew = vec![0xDD; kept.len()];
                terminal.draw_planes(Changes::ALL, (rows, columns), &mut anew);
                prop_assert!(kept == anew);
            }
            for row in 0..usize::from(terminal.rows()) {
                let shown = terminal.row_text(row).chars().map(|c| u8::try_from(c).unwrap_or(0x1A)).collect::<Vec<_>>();
                prop_assert_eq!(&kept[row * columns..][..shown.len()], &shown);
            }
        }
    }
}
