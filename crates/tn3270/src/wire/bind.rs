//! BIND: with what a host begins a session, as TN3270E's BIND-IMAGE records hold it (SNA Formats, GA27-3136, "BIND").

use super::CodePage;

/// The screen sizes of a session, each rows x columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screens {
    /// 24 x 80, whatever is erased: X'00' or X'02'.
    Basic,
    /// 24 x 80, and for the alternate size what the terminal has: X'03'.
    Terminal,
    /// The same for both: X'7E'.
    One((u8, u8)),
    /// The default and the alternate size: X'7F'.
    Two((u8, u8), (u8, u8)),
}

/// The parameters of a BIND that are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bind {
    /// The sizes; none if it leaves them open.
    pub screens: Option<Screens>,
    /// The name of the primary logical unit, the application.
    pub application: Option<String>,
}

const BIND: u8 = 0x31;
/// Where the sizes are, and the code that says which of them count.
const SIZES: usize = 20;
const CODE: usize = 24;
/// Where the length of the application's name is, and the most it may be.
const NAME: usize = 27;
const MAX_NAME: usize = 8;

impl Bind {
    /// Reads an image; `None` if it is not a BIND. Parameters beyond the end of a short image are `None`.
    pub fn decode(image: &[u8]) -> Option<Bind> {
        if image.first() != Some(&BIND) {
            return None;
        }
        let sizes = image.get(SIZES..=CODE).and_then(|s| s.first_chunk());
        let screens = sizes.and_then(
            |&[rows, columns, more_rows, more_columns, code]| match code {
                0x00 | 0x02 => Some(Screens::Basic),
                0x03 => Some(Screens::Terminal),
                0x7E => Some(Screens::One((rows, columns))),
                0x7F => Some(Screens::Two((rows, columns), (more_rows, more_columns))),
                _ => None,
            },
        );
        Some(Bind {
            screens,
            application: name(image),
        })
    }

    /// The image of the BIND of a display session, LU type 2.
    pub fn encode(&self) -> Vec<u8> {
        let mut image = vec![BIND, 0x01, 0x03, 0x03, 0xB1, 0x90, 0x30, 0x80, 0x00, 0x00];
        // Sizes of request units; LU type 2, and that it may be queried.
        image.extend([0x85, 0xC7, 0x00, 0x00, 0x02, 0x80, 0x00, 0x00, 0x00, 0x00]);
        let ((rows, columns), (more_rows, more_columns), code) = match self.screens {
            Some(Screens::Basic) => ((0, 0), (0, 0), 0x02),
            Some(Screens::Terminal) => ((0, 0), (0, 0), 0x03),
            Some(Screens::One(size)) => (size, (0, 0), 0x7E),
            Some(Screens::Two(size, more)) => (size, more, 0x7F),
            None => ((0, 0), (0, 0), 0x01),
        };
        image.extend([rows, columns, more_rows, more_columns, code, 0x00, 0x00]);
        let name = self.application.as_deref().unwrap_or_default();
        let name = CodePage::CP037.encode_text(&name.to_ascii_uppercase());
        let name = name.get(..name.len().min(MAX_NAME)).unwrap_or_default();
        image.push(name.len() as u8);
        image.extend(name);
        // No user data.
        image.push(0);
        image
    }
}

fn name(image: &[u8]) -> Option<String> {
    let length = usize::from(*image.get(NAME)?).min(MAX_NAME);
    let text = CodePage::CP037.decode_text(image.get(NAME + 1..NAME + 1 + length)?);
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_bind_that_is_cut_off_says_what_it_has() {
        let whole = Bind {
            screens: Some(Screens::Two((24, 80), (43, 80))),
            application: Some("TSO".into()),
        };
        let image = whole.encode();
        assert_eq!(image[..2], [0x31, 0x01]);
        assert_eq!(image[20..25], [24, 80, 43, 80, 0x7F]);
        let nothing = Bind {
            screens: None,
            application: None,
        };
        assert_eq!(Bind::decode(&image[..24]), Some(nothing));
        assert_eq!(Bind::decode(&image[..26]).unwrap().screens, whole.screens);
        assert_eq!(Bind::decode(&[0x32, 0x01]), None);
        assert_eq!(Bind::decode(&[]), None);
    }

    proptest! {
        #[test]
        fn a_bind_decodes_to_itself(code in 0..5u8, size: (u8, u8), more: (u8, u8), application in prop::option::of("[A-Z@#$][A-Z0-9]{0,7}")) {
            let screens = match code {
                0 => None,
                1 => Some(Screens::Basic),
                2 => Some(Screens::Terminal),
                3 => Some(Screens::One(size)),
                _ => Some(Screens::Two(size, more)),
            };
            let bind = Bind { screens, application };
            prop_assert_eq!(Bind::decode(&bind.encode()), Some(bind));
        }

        #[test]
        fn whatever_is_sent_as_a_bind_is_read_or_not(image in prop::collection::vec(any::<u8>(), 0..64)) {
            Bind::decode(&image);
        }
    }
}
