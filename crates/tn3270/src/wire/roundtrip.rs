//! `decode(encode(x)) == x` for every record, and no byte string that a decoder cannot take.

use proptest::collection::vec;
use proptest::prelude::*;

use super::structured::{QueryRequest, ReadOperation};
use super::*;

fn attribute() -> impl Strategy<Value = FieldAttribute> {
    any::<u8>().prop_map(FieldAttribute::from_code)
}

fn pairs() -> impl Strategy<Value = Vec<(AttributeType, u8)>> {
    vec(
        (any::<u8>().prop_map(AttributeType::from_code), any::<u8>()),
        0..6,
    )
}

fn data() -> impl Strategy<Value = Order> {
    vec(
        prop_oneof![8 => 0x40..=0xFFu8, 1 => Just(0x00), 1 => Just(0x1C)],
        1..20,
    )
    .prop_map(|codes| Order::Data(codes.into()))
}

fn order() -> impl Strategy<Value = Order> {
    let address = 0..0x4000u16;
    prop_oneof![
        attribute().prop_map(Order::StartField),
        pairs().prop_map(Order::StartFieldExtended),
        (any::<u8>(), any::<u8>())
            .prop_map(|(kind, value)| Order::SetAttribute(AttributeType::from_code(kind), value)),
        pairs().prop_map(Order::ModifyField),
        address.clone().prop_map(Order::SetBufferAddress),
        Just(Order::InsertCursor),
        Just(Order::ProgramTab),
        (address.clone(), any::<u8>(), any::<bool>())
            .prop_filter(
                "RA of a GE byte is a graphic RA",
                |(_, code, graphic)| *graphic || *code != 0x08
            )
            .prop_map(|(to, code, graphic)| Order::RepeatToAddress { to, code, graphic }),
        address.prop_map(Order::EraseUnprotectedToAddress),
        any::<u8>().prop_map(Order::GraphicEscape),
        prop_oneof![Just(0x01u8), Just(0x20), Just(0x3D)].prop_map(Order::Unknown),
    ]
}

/// Orders with data between them: two runs of data side by side would read back as one.
pub(crate) fn orders() -> impl Strategy<Value = Vec<Order>> {
    vec((proptest::option::of(data()), order()), 0..12).prop_map(|parts| {
        parts
            .into_iter()
            .flat_map(|(data, order)| data.into_iter().chain([order]))
            .collect()
    })
}

fn wcc() -> impl Strategy<Value = Wcc> {
    any::<u8>().prop_map(Wcc::from_code)
}

fn command() -> impl Strategy<Value = Outbound> {
    prop_oneof![
        4 => (wcc(), orders()).prop_map(|(wcc, orders)| Outbound::Write { wcc, orders }),
        2 => (wcc(), orders()).prop_map(|(wcc, orders)| Outbound::EraseWrite { wcc, orders }),
        2 => (wcc(), orders()).prop_map(|(wcc, orders)| Outbound::EraseWriteAlternate { wcc, orders }),
        1 => Just(Outbound::EraseAllUnprotected),
        1 => Just(Outbound::ReadBuffer),
        1 => Just(Outbound::ReadModified),
        1 => Just(Outbound::ReadModifiedAll),
        1 => Just(Outbound::NoOperation),
        1 => prop::sample::select(vec![BareWrite::Write, BareWrite::EraseWrite, BareWrite::EraseWriteAlternate])
            .prop_map(Outbound::Bare),
    ]
}

/// Whether an Outbound 3270DS may carry it.
fn is_write(command: &Outbound) -> bool {
    matches!(
        command,
        Outbound::Write { .. }
            | Outbound::EraseWrite { .. }
            | Outbound::EraseWriteAlternate { .. }
            | Outbound::EraseAllUnprotected
    )
}

fn structured_field() -> impl Strategy<Value = StructuredField> {
    let request = prop_oneof![
        Just(QueryRequest::List),
        Just(QueryRequest::Equivalent),
        Just(QueryRequest::All)
    ];
    let read = prop_oneof![
        Just(ReadOperation::Query),
        (request, vec(any::<u8>(), 0..5))
            .prop_map(|(request, codes)| ReadOperation::QueryList { request, codes }),
        Just(ReadOperation::Buffer),
        Just(ReadOperation::Modified),
        Just(ReadOperation::ModifiedAll),
    ];
    let mode = prop_oneof![
        Just(ReplyMode::Field),
        Just(ReplyMode::Extended),
        vec(any::<u8>(), 0..4).prop_map(ReplyMode::Character)
    ];
    prop_oneof![
        (any::<u8>(), read)
            .prop_map(|(partition, read)| StructuredField::ReadPartition { partition, read }),
        any::<bool>().prop_map(|alternate| StructuredField::EraseReset { alternate }),
        (any::<u8>(), mode)
            .prop_map(|(partition, mode)| StructuredField::SetReplyMode { partition, mode }),
        (any::<u8>(), command().prop_filter("a write", is_write)).prop_map(
            |(partition, command)| StructuredField::Outbound3270 {
                partition,
                command: Box::new(command)
            }
        ),
        vec(any::<u8>(), 0..9).prop_map(|data| StructuredField::Other { id: 0x0C, data }),
    ]
}

/// Any outbound record.
pub(crate) fn outbound() -> impl Strategy<Value = Outbound> {
    prop_oneof![5 => command(), 1 => vec(structured_field(), 0..4).prop_map(Outbound::StructuredFields)]
}

fn aid() -> impl Strategy<Value = Aid> {
    any::<u8>().prop_filter_map("an AID", Aid::from_code)
}

fn field() -> impl Strategy<Value = InboundField> {
    (0..0x4000u16, vec(0x40..=0xFFu8, 0..10))
        .prop_map(|(at, data)| InboundField { at: Some(at), data })
}

fn inbound() -> impl Strategy<Value = Inbound> {
    let reply =
        (any::<u8>(), vec(any::<u8>(), 0..9)).prop_map(|(code, data)| QueryReply { code, data });
    let first = (attribute(), orders_of_a_buffer()).prop_map(|(attribute, mut orders)| {
        orders.insert(0, Order::StartField(attribute));
        orders
    });
    let spoken = || {
        aid().prop_filter("not the AID of structured fields", |aid| {
            *aid != Aid::StructuredField
        })
    };
    prop_oneof![
        spoken().prop_map(Inbound::Short),
        (spoken(), 0..0x4000u16, vec(field(), 0..5)).prop_map(|(aid, cursor, fields)| {
            Inbound::Modified {
                aid,
                cursor,
                fields,
            }
        }),
        (spoken(), 0..0x4000u16, first).prop_map(|(aid, cursor, orders)| Inbound::Buffer {
            aid,
            cursor,
            orders
        }),
        vec(field(), 0..4).prop_map(|fields| Inbound::TestRequest { fields }),
        vec(reply, 0..4).prop_map(Inbound::StructuredField),
    ]
}

fn orders_of_a_buffer() -> impl Strategy<Value = Vec<Order>> {
    let item = prop_oneof![
        attribute().prop_map(Order::StartField),
        pairs().prop_map(Order::StartFieldExtended),
        any::<u8>().prop_map(Order::GraphicEscape)
    ];
    vec((proptest::option::of(data()), item), 0..6).prop_map(|parts| {
        parts
            .into_iter()
            .flat_map(|(data, item)| data.into_iter().chain([item]))
            .collect()
    })
}

/// The bytes of one order as a host writes them, said without the encoder: graphics of the code table in addresses, attribute
/// bytes and the WCC, 14-bit addresses only where 12 bits do not do.
fn canonical_order() -> impl Strategy<Value = Vec<u8>> {
    const GRAPHICS: &[u8; 64] = b"\x40\xC1\xC2\xC3\xC4\xC5\xC6\xC7\xC8\xC9\x4A\x4B\x4C\x4D\x4E\x4F\
        \x50\xD1\xD2\xD3\xD4\xD5\xD6\xD7\xD8\xD9\x5A\x5B\x5C\x5D\x5E\x5F\
        \x60\x61\xE2\xE3\xE4\xE5\xE6\xE7\xE8\xE9\x6A\x6B\x6C\x6D\x6E\x6F\
        \xF0\xF1\xF2\xF3\xF4\xF5\xF6\xF7\xF8\xF9\x7A\x7B\x7C\x7D\x7E\x7F";
    let at = || {
        prop_oneof![
            (0..64usize, 0..64usize).prop_map(|(high, low)| vec![GRAPHICS[high], GRAPHICS[low]]),
            (0x1000..0x4000u16).prop_map(|at| at.to_be_bytes().to_vec()),
        ]
    };
    // All graphics of an attribute byte but those with the reserved bit.
    let attribute = (0..64usize)
        .prop_filter("the reserved bit", |bits| bits & 0x02 == 0)
        .prop_map(|bits| GRAPHICS[bits]);
    let pairs = || vec((any::<u8>(), any::<u8>()), 0..5);
    let listed = |order: u8, pairs: Vec<(u8, u8)>| {
        let mut bytes = vec![order, pairs.len() as u8];
        bytes.extend(pairs.into_iter().flat_map(|(kind, value)| [kind, value]));
        bytes
    };
    prop_oneof![
        vec(0x40..=0xFFu8, 1..20),
        attribute.prop_map(|code| vec![0x1D, code]),
        pairs().prop_map(move |pairs| listed(0x29, pairs)),
        pairs().prop_map(move |pairs| listed(0x2C, pairs)),
        (any::<u8>(), any::<u8>()).prop_map(|(kind, value)| vec![0x28, kind, value]),
        at().prop_map(|at| [vec![0x11], at].concat()),
        Just(vec![0x13]),
        Just(vec![0x05]),
        (at(), 0x40..=0xFFu8).prop_map(|(at, code)| [vec![0x3C], at, vec![code]].concat()),
        (at(), any::<u8>()).prop_map(|(at, code)| [vec![0x3C], at, vec![0x08, code]].concat()),
        at().prop_map(|at| [vec![0x12], at].concat()),
        any::<u8>().prop_map(|code| vec![0x08, code]),
        prop::sample::select(vec![0x00, 0x0C, 0x0D, 0x15, 0x19, 0x1C, 0x1E, 0x3F])
            .prop_map(|code| vec![code]),
    ]
}

/// The bytes of an outbound record as a host writes it.
fn canonical_outbound() -> impl Strategy<Value = Vec<u8>> {
    let write = || {
        let command = prop::sample::select(vec![0xF1u8, 0xF5, 0x7E]);
        let wcc = prop::sample::select(vec![0x40u8, 0xC1, 0xC2, 0xC3, 0xC6, 0xC7, 0x4B, 0xF3]);
        (command, wcc, vec(canonical_order(), 0..12))
            .prop_map(|(command, wcc, orders)| [vec![command, wcc], orders.concat()].concat())
    };
    let field = prop_oneof![
        Just(vec![0x01, 0xFF, 0x02]),
        vec(any::<u8>(), 0..5).prop_map(|codes| [vec![0x01, 0xFF, 0x03, 0x00], codes].concat()),
        prop::sample::select(vec![0xF2u8, 0xF6, 0x6E]).prop_map(|read| vec![0x01, 0x00, read]),
        prop::sample::select(vec![0x00u8, 0x80]).prop_map(|size| vec![0x03, size]),
        prop::sample::select(vec![0x00u8, 0x01]).prop_map(|mode| vec![0x09, 0x00, mode]),
        vec(any::<u8>(), 0..4).prop_map(|types| [vec![0x09, 0x00, 0x02], types].concat()),
        write().prop_map(|write| [vec![0x40, 0x00], write].concat()),
    ]
    .prop_map(|body| {
        let length = body.len() as u16 + 2;
        [length.to_be_bytes().to_vec(), body].concat()
    });
    prop_oneof![
        6 => write(),
        2 => vec(field, 0..4).prop_map(|fields| [vec![0xF3], fields.concat()].concat()),
        1 => prop::sample::select(vec![0x6Fu8, 0xF2, 0xF6, 0x6E, 0xF1, 0xF5, 0x7E]).prop_map(|lone| vec![lone]),
    ]
}

/// The bytes of an inbound record as a terminal writes it.
fn canonical_inbound() -> impl Strategy<Value = Vec<u8>> {
    let at = || {
        (0..0x1000u16)
            .prop_map(address::encode)
            .prop_map(|at| at.to_vec())
    };
    let field =
        (at(), vec(0x40..=0xFFu8, 0..9)).prop_map(|(at, data)| [vec![0x11], at, data].concat());
    let key = || prop::sample::select(vec![0x7Du8, 0xF1, 0xF9, 0x7A, 0xC1, 0x4C, 0x7E, 0x60]);
    let buffer = vec(
        vec(0x40..=0xFFu8, 0..5).prop_map(|data| [vec![0x1D, 0xC1], data].concat()),
        1..5,
    );
    prop_oneof![
        prop::sample::select(vec![0x6Cu8, 0x6E, 0x6B, 0x6D]).prop_map(|key| vec![key]),
        (key(), at(), vec(field, 0..4)).prop_map(|(key, at, fields)| [
            vec![key],
            at,
            fields.concat()
        ]
        .concat()),
        (key(), at(), buffer)
            .prop_map(|(key, at, orders)| [vec![key], at, orders.concat()].concat()),
    ]
}

proptest! {
    #[test]
    fn the_bytes_of_an_outbound_record_are_written_as_they_were_read(bytes in canonical_outbound()) {
        let mut again = Vec::new();
        Outbound::decode(&bytes).unwrap().encode(&mut again);
        prop_assert_eq!(again, bytes);
    }

    #[test]
    fn the_bytes_of_an_inbound_record_are_written_as_they_were_read(bytes in canonical_inbound()) {
        let mut again = Vec::new();
        Inbound::decode(&bytes).unwrap().encode(&mut again);
        prop_assert_eq!(again, bytes);
    }

    #[test]
    fn an_inbound_record_reads_back_with_addresses_of_14_bits(record in inbound()) {
        let mut bytes = Vec::new();
        record.encode_with(Addressing::Fourteen, &mut bytes);
        prop_assert_eq!(Inbound::decode(&bytes), Ok(record));
    }

    /// Every record of a connection as TN3270E carries it, in one piece and byte by byte.
    #[test]
    fn a_connection_cut_anywhere_reads_as_in_one_piece(records in vec((canonical_outbound(), any::<u16>()), 0..5)) {
        let mut stream = Vec::new();
        for (record, sequence) in &records {
            let mut data = Vec::new();
            tn3270e::Header::data(*sequence).encode(&mut data);
            data.extend(record);
            telnet::TelnetEvent::Record(data).encode(&mut stream);
        }
        let read = |pieces: Vec<&[u8]>| {
            let limits = telnet::TelnetLimits { record: 1 << 16, subnegotiation: 256 };
            let mut decoder = telnet::Decoder::new(limits);
            let mut events = Vec::new();
            for piece in pieces {
                decoder.feed(piece, &mut events).unwrap();
            }
            let decoded = events.iter().map(|event| match event {
                telnet::TelnetEvent::Record(record) => {
                    let (header, data) = tn3270e::Header::decode(record).unwrap();
                    (header.sequence, Outbound::decode(data).unwrap())
                }
                other => panic!("no record: {other:?}"),
            });
            decoded.collect::<Vec<_>>()
        };
        let whole = read(vec![&stream]);
        prop_assert_eq!(whole.len(), records.len());
        prop_assert_eq!(read(stream.chunks(1).collect()), whole.clone());
        prop_assert_eq!(read(stream.chunks(7).collect()), whole);
    }

    #[test]
    fn an_outbound_record_reads_back(record in outbound()) {
        let mut bytes = Vec::new();
        record.encode(&mut bytes);
        prop_assert_eq!(record.fault(), None);
        prop_assert_eq!(Outbound::decode(&bytes), Ok(record));
    }

    #[test]
    fn an_inbound_record_reads_back(record in inbound()) {
        let mut bytes = Vec::new();
        record.encode(&mut bytes);
        prop_assert_eq!(Inbound::decode(&bytes), Ok(record));
    }

    #[test]
    fn a_record_cut_anywhere_keeps_its_good_part(record in outbound(), cut in 0usize..200) {
        let mut bytes = Vec::new();
        record.encode(&mut bytes);
        bytes.truncate(1 + cut % bytes.len());
        let cut = Outbound::decode(&bytes).unwrap();
        let mut again = Vec::new();
        cut.encode(&mut again);
        prop_assert_eq!(Outbound::decode(&again), Ok(cut));
    }

    #[test]
    fn any_bytes_are_a_record_or_an_error(bytes in vec(any::<u8>(), 0..60)) {
        if let Ok(record) = Outbound::decode(&bytes) {
            let mut again = Vec::new();
            record.encode(&mut again);
            prop_assert_eq!(Outbound::decode(&again), Ok(record));
        }
        let _ = Inbound::decode(&bytes);
    }
}

#[test]
fn a_fault_is_placed_and_what_stands_before_it_is_kept() {
    let record = Outbound::decode(&[0xF1, 0xC3, 0x11, 0x40, 0x40, 0xC1, 0x29, 0x02, 0xC0]).unwrap();
    assert_eq!(
        record.orders()[..2],
        [Order::SetBufferAddress(0), Order::Data(vec![0xC1].into())]
    );
    assert_eq!(
        record.fault().unwrap().to_string(),
        "truncated order 29 at byte 6 of the record"
    );
    let record = Outbound::decode(&[0xF3, 0x00, 0x05, 0x01, 0xFF, 0x02, 0x00, 0x09]).unwrap();
    assert_eq!(record.fault().unwrap().offset, 6);
    assert_eq!(
        Outbound::decode(&[0x99]).unwrap_err().to_string(),
        "unknown command 99 at byte 0 of the record"
    );
}
