//! The fuzz targets of `fuzz/`, a short run each: random bytes, and bytes that are nearly right.

use proptest::collection::vec;
use proptest::prelude::*;

#[path = "../../fuzz/src/lib.rs"]
mod targets;

/// Bytes of which most are some that mean something to the decoder.
fn bytes(meant: &'static [&'static [u8]]) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        3 => prop::sample::select(meant).prop_map(<[u8]>::to_vec),
        1 => vec(any::<u8>(), 0..6),
    ];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

const TELNET: &[&[u8]] = &[
    b"\xFF\xEF",
    b"\xFF\xFA\x28",
    b"\xFF\xF0",
    b"\xFF\xFF",
    b"\xFF\xFD\x18",
    b"\xFF\xFB",
    b"\xFF",
    b"\x7D\x40\x40",
    b"\xFF\xF3",
];

const TN3270E: &[&[u8]] = &[
    b"\x02\x07",
    b"\x08\x02",
    b"\x02\x04",
    b"IBM-3278-2-E",
    b"\x01LU",
    b"\x03\x07\x00\x02\x04",
    b"\x02\x06\x05",
    b"\x00\x00\x00\x00\x01",
];

const OUTBOUND: &[&[u8]] = &[
    b"\x18\xF5\xC3",
    b"\x20\xF1\xC3",
    b"\x30\x7E\xC7",
    b"\x10\xF3",
    b"\x01\x6F",
    b"\x01\xF2",
    b"\x01\xF6",
    b"\x1D\x40",
    b"\x1D\xF0",
    b"\x1D\xC1",
    b"\x29\x02\xC0\x40\x42\xF2",
    b"\x28\x42\xF1",
    b"\x28\x00\x00",
    b"\x2C\x01\x41\xF4",
    b"\x11\x40\x40",
    b"\x11\x5D\x7F",
    b"\x11\x07\x7F",
    b"\x3C\x40\xC5\xC1",
    b"\x3C\x5D\x7F\x08\xAD",
    b"\x12\x40\x50",
    b"\x05",
    b"\x13",
    b"\x08\xC5",
    b"\x0E",
    b"\x0F",
    b"\xC1\xC2\xC3",
    b"\x00\x05\x01\xFF\x02",
    b"\x00\x06\x09\x00\x02\x42",
    b"\x00\x04\x03\x80",
    b"\x00\x08\x40\x00\xF1\xC3",
];

const INBOUND: &[&[u8]] = &[
    b"\x7D\x40\x40",
    b"\x11\x40\xC1",
    b"\xC1\xC2",
    b"\x1D\xC1",
    b"\x29\x01\xC0\xC1",
    b"\x28\x42\xF1",
    b"\x08\xAD",
    b"\x88",
    b"\x00\x05\x81\x80\x81",
    b"\x01\x6C\x61\x02",
];

const SCRIPT: &[&[u8]] = &[
    b"String(\"AB",
    b"\")",
    b"Tab()",
    b"PF(3) ",
    b"Key(",
    b"\\",
    b"\"",
    b"(",
    b")",
    b",",
    b" ",
    b"Wait(5,Unlock)",
    "ä".as_bytes(),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn telnet(bytes in bytes(TELNET)) {
        targets::telnet(&bytes);
    }

    #[test]
    fn tn3270e(bytes in bytes(TN3270E)) {
        targets::tn3270e(&bytes);
    }

    #[test]
    fn inbound(bytes in bytes(INBOUND)) {
        targets::inbound(&bytes);
    }

    #[test]
    fn script(bytes in bytes(SCRIPT)) {
        targets::script(&bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn outbound(bytes in bytes(OUTBOUND)) {
        targets::outbound(&bytes);
    }
}
