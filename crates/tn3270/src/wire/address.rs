//! Buffer addresses and the six-bit code table (GA23-0059, "Buffer addressing" and "Code table").

/// A buffer address: 0-based, row * columns + column.
pub type Address = u16;

/// The graphic that carries each six-bit value in addresses, attribute bytes and the WCC.
const CODE: [u8; 64] = [
    0x40, 0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0x4A, 0x4B, 0x4C, 0x4D, 0x4E,
    0x4F, //
    0x50, 0xD1, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8, 0xD9, 0x5A, 0x5B, 0x5C, 0x5D, 0x5E,
    0x5F, //
    0x60, 0x61, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E,
    0x6F, //
    0xF0, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0x7A, 0x7B, 0x7C, 0x7D, 0x7E, 0x7F,
];

/// The graphic for the low six bits of `value`.
pub fn six_bit_code(value: u8) -> u8 {
    CODE[usize::from(value & 0x3F)]
}

/// Two bytes for an address: 12-bit code up to 4095, 14-bit binary above it. Only the low 14 bits can be encoded.
pub fn encode(address: Address) -> [u8; 2] {
    let [high, low] = (address & 0x3FFF).to_be_bytes();
    if address & 0x3FFF > 0x0FFF {
        [high, low]
    } else {
        [
            six_bit_code((address >> 6) as u8),
            six_bit_code(address as u8),
        ]
    }
}

/// How a terminal writes addresses, which depends on the size of its buffer (GA23-0059, "Buffer addressing").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Addressing {
    /// 12-bit code: buffers of up to 4096 positions.
    #[default]
    Twelve,
    /// 14-bit binary throughout: larger buffers.
    Fourteen,
}

impl Addressing {
    /// The addressing of a buffer of this many positions.
    pub fn of(positions: usize) -> Addressing {
        if positions > 0x1000 {
            Addressing::Fourteen
        } else {
            Addressing::Twelve
        }
    }

    /// Two bytes for an address, of which only the low 14 bits can be encoded. One beyond 12 bits is written in 14 anyway.
    pub fn encode(self, address: Address) -> [u8; 2] {
        match self {
            Addressing::Twelve => encode(address),
            Addressing::Fourteen => (address & 0x3FFF).to_be_bytes(),
        }
    }
}

/// The address in two bytes: 14-bit binary when the top two bits are 00, otherwise 12-bit.
pub fn decode([high, low]: [u8; 2]) -> Address {
    if high & 0xC0 == 0 {
        Address::from_be_bytes([high, low])
    } else {
        Address::from(high & 0x3F) << 6 | Address::from(low & 0x3F)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_of_14_bits_reads_back() {
        for address in 0..0x4000 {
            assert_eq!(decode(encode(address)), address);
        }
    }

    #[test]
    fn addresses_are_written_as_the_reference_manual_prints_them() {
        assert_eq!(encode(0), [0x40, 0x40]);
        assert_eq!(encode(80), [0xC1, 0x50]);
        assert_eq!(encode(1919), [0x5D, 0x7F]);
        assert_eq!(encode(4096), [0x10, 0x00]);
    }

    #[test]
    fn a_12_bit_address_is_known_by_either_top_bit() {
        assert_eq!(decode([0x80, 0x05]), 5);
        assert_eq!(decode([0x01, 0xF4]), 500);
    }
}
