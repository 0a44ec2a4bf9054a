//! Code points in a row, as orders carry them.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// The most that stand in the value itself: nearly all fields are as short.
const SHORT: usize = 22;

/// Code points in a row. Cheap to clone: few stand in the value itself, more are shared.
#[derive(Clone)]
pub struct Codes(Held);

#[derive(Clone)]
enum Held {
    Short { length: u8, codes: [u8; SHORT] },
    Long(Arc<[u8]>),
}

impl Codes {
    /// The codes, to be changed; other clones keep theirs.
    pub fn make_mut(&mut self) -> &mut [u8] {
        match &mut self.0 {
            Held::Short { length, codes } => &mut codes[..usize::from(*length)],
            Held::Long(codes) => Arc::make_mut(codes),
        }
    }
}

impl Deref for Codes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Held::Short { length, codes } => &codes[..usize::from(*length)],
            Held::Long(codes) => codes,
        }
    }
}

impl From<&[u8]> for Codes {
    fn from(given: &[u8]) -> Codes {
        let mut codes = [0; SHORT];
        Codes(match codes.get_mut(..given.len()) {
            Some(room) => {
                room.copy_from_slice(given);
                let length = given.len() as u8;
                Held::Short { length, codes }
            }
            None => Held::Long(given.into()),
        })
    }
}

impl From<Vec<u8>> for Codes {
    fn from(given: Vec<u8>) -> Codes {
        Codes::from(given.as_slice())
    }
}

impl FromIterator<u8> for Codes {
    fn from_iter<I: IntoIterator<Item = u8>>(given: I) -> Codes {
        let (mut length, mut codes) = (0, [0; SHORT]);
        let mut long = Vec::new();
        given.into_iter().for_each(|code| {
            if let Some(room) = codes.get_mut(usize::from(length)) {
                *room = code;
                length += 1;
            } else {
                if long.is_empty() {
                    long.reserve(4 * SHORT);
                    long.extend(codes);
                }
                long.push(code);
            }
        });
        Codes(match long.is_empty() {
            true => Held::Short { length, codes },
            false => Held::Long(long.into()),
        })
    }
}

impl PartialEq for Codes {
    fn eq(&self, other: &Codes) -> bool {
        **self == **other
    }
}

impl Eq for Codes {}

impl fmt::Debug for Codes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn codes_are_what_they_were_made_of(given in proptest::collection::vec(any::<u8>(), 0..60)) {
            let collected: Codes = given.iter().copied().collect();
            prop_assert_eq!(&*collected, given.as_slice());
            let mut changed = collected.clone();
            prop_assert_eq!(&changed, &Codes::from(given.clone()));
            changed.make_mut().iter_mut().for_each(|code| *code = !*code);
            prop_assert_eq!(&*collected, given.as_slice());
            let other: Vec<u8> = given.iter().map(|code| !code).collect();
            prop_assert_eq!(&*changed, other.as_slice());
        }
    }
}
