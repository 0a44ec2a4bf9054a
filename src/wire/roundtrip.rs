//! `decode(encode(x)) == x` for every record, and no byte string that a decoder cannot take.

use proptest::collection::vec;
use proptest::prelude::*;

use super::structured::{QueryRequest, Read};
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
    .prop_map(Order::Data)
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
    ]
}

fn structured_field() -> impl Strategy<Value = StructuredField> {
    let request = prop_oneof![
        Just(QueryRequest::List),
        Just(QueryRequest::Equivalent),
        Just(QueryRequest::All)
    ];
    let read = prop_oneof![
        Just(Read::Query),
        (request, vec(any::<u8>(), 0..5))
            .prop_map(|(request, codes)| Read::QueryList { request, codes }),
        Just(Read::Buffer),
        Just(Read::Modified),
        Just(Read::ModifiedAll),
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
        (any::<u8>(), command()).prop_map(|(partition, command)| StructuredField::Outbound3270 {
            partition,
            command: Box::new(command)
        }),
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

proptest! {
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
        // A lone command gets a WCC of zeros.
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
        [Order::SetBufferAddress(0), Order::Data(vec![0xC1])]
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
