//! All randomness there is, portable between machines, processes and versions: pinned by the vectors in the tests.
//!
//! A stream is named, and derived from the seed and its name alone: drawing from one never shifts another.

use rand_core::Rng;
use rand_pcg::Pcg64Mcg;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// A stream of random draws: PCG XSL 128/64 (MCG), 16 bytes of state. A clone goes on with the same draws.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chance(Pcg64Mcg);

impl Chance {
    /// The stream of this seed and name. `parts` tell streams of one name apart, such as `["licence", "city"]`.
    ///
    /// The state is the 128-bit xxh3 of the seed (little endian) and of each text with its length before it.
    pub fn stream(seed: u64, name: &str, parts: &[&str]) -> Chance {
        let mut hash = Xxh3::new();
        hash.update(&seed.to_le_bytes());
        for text in std::iter::once(&name).chain(parts) {
            hash.update(&(text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        }
        Chance(Pcg64Mcg::new(hash.digest128()))
    }

    /// A number from 0 to `n` - 1, each as likely; 0 if `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        // The high half of a product is even once the few products are rejected that would come round twice (Lemire 2018).
        let reject = n.wrapping_neg().checked_rem(n).unwrap_or(0);
        loop {
            let product = u128::from(self.0.next_u64()) * u128::from(n);
            if product as u64 >= reject {
                return (product >> 64) as u64;
            }
        }
    }

    /// A number from `low` to `high`, both included; `low` if `high` is less.
    pub fn range(&mut self, low: i64, high: i64) -> i64 {
        let span = (i128::from(high) - i128::from(low)).max(0) as u64;
        let drawn = match span.checked_add(1) {
            Some(count) => self.below(count),
            None => self.0.next_u64(),
        };
        low.wrapping_add_unsigned(drawn)
    }

    /// True with this probability, in steps of 2^-53: never at 0 (or less), always at 1 (or more).
    pub fn chance(&mut self, probability: f64) -> bool {
        const STEPS: f64 = (1u64 << 53) as f64;
        let drawn = self.0.next_u64() >> 11;
        drawn < (probability * STEPS) as u64
    }

    /// One of the items, each as likely; `None` if there are none.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len() as u64) as usize)
    }

    /// The index of one of the weights, as likely as it is heavy; 0 if none has weight.
    pub fn weighted(&mut self, weights: &[u32]) -> usize {
        let total = weights.iter().map(|weight| u64::from(*weight)).sum();
        let mut drawn = self.below(total);
        for (index, weight) in weights.iter().enumerate() {
            match drawn.checked_sub(u64::from(*weight)) {
                Some(rest) => drawn = rest,
                None => return index,
            }
        }
        0
    }

    /// Puts the items in a random order, each order as likely (Fisher and Yates, from the end).
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }

    /// A digest of where the stream stands: that of its next draw.
    pub fn digest(&self) -> u64 {
        xxh3_64(&self.0.clone().next_u64().to_le_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_vectors() {
        let mut data = Chance::stream(7, "data", &["licence", "city"]);
        let below: Vec<_> = (0..8).map(|_| data.below(1000)).collect();
        let range: Vec<_> = (0..4).map(|_| data.range(-5, 5)).collect();
        let chance: Vec<_> = (0..8).map(|_| data.chance(0.25)).collect();
        let weighted: Vec<_> = (0..8).map(|_| data.weighted(&[1, 0, 3])).collect();
        let mut shuffled: Vec<_> = (0..8).collect();
        data.shuffle(&mut shuffled);
        insta::assert_debug_snapshot!((below, range, chance, weighted, shuffled, data.digest()));
    }

    #[test]
    fn streams_of_other_seeds_names_and_parts_are_other_streams() {
        let first = |mut chance: Chance| chance.below(u64::MAX);
        let draws = [
            first(Chance::stream(7, "data", &["a", "bc"])),
            first(Chance::stream(7, "data", &["ab", "c"])),
            first(Chance::stream(8, "data", &["a", "bc"])),
            first(Chance::stream(7, "warts", &["a", "bc"])),
        ];
        for (n, draw) in draws.iter().enumerate() {
            assert!(!draws[..n].contains(draw), "stream {n} repeats another");
        }
    }

    #[test]
    fn the_ends_of_each_range_are_drawn_and_nothing_beyond() {
        let mut chance = Chance::stream(0, "test", &[]);
        let mut seen = [false; 3];
        for _ in 0..200 {
            seen[usize::try_from(chance.range(10, 12) - 10).unwrap()] = true;
        }
        assert_eq!(seen, [true; 3]);
        assert_eq!(chance.below(0), 0);
        assert_eq!(chance.below(1), 0);
        assert_eq!(chance.range(5, 4), 5);
        chance.range(i64::MIN, i64::MAX);
        assert_eq!(chance.pick::<u8>(&[]), None);
        assert_eq!(chance.weighted(&[0, 0]), 0);
    }

    #[test]
    fn probability_nought_is_never_and_one_is_always() {
        let mut chance = Chance::stream(1, "test", &[]);
        assert!((0..1000).all(|_| !chance.chance(0.0)));
        assert!((0..1000).all(|_| chance.chance(1.0)));
    }
}
