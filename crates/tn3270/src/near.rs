//! The nearest right name for a wrong one, for messages that ask "did you mean …?".

/// The name closest to what was written, if any is close; letters of either case count as equal. Of equally close ones it is
/// the first in the alphabet, with numbers at their ends in the order of their values.
///
/// ```
/// use tn3270::near::near;
///
/// assert_eq!(near("etner", ["enter", "clear"]), Some("enter"));
/// assert_eq!(near("pf25", ["pf15", "pf2"]), Some("pf2"));
/// assert_eq!(near("help", ["enter", "clear"]), None);
/// ```
pub fn near<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = written.to_lowercase();
    let longest = |name: &str| name.chars().count().max(wanted.chars().count());
    names
        .into_iter()
        .map(|name| {
            (
                strsim::damerau_levenshtein(&wanted, &name.to_lowercase()),
                name,
            )
        })
        .filter(|&(distance, name)| distance <= 1 + longest(name) / 4)
        .min_by_key(|&(distance, name)| (distance, numbered(name)))
        .map(|(_, name)| name)
}

/// A name for sorting: without the number at its end, that number, and the whole name.
fn numbered(name: &str) -> (&str, Option<u64>, &str) {
    let stem = name.trim_end_matches(|character: char| character.is_ascii_digit());
    let number = name
        .get(stem.len()..)
        .and_then(|digits| digits.parse().ok());
    (stem, number, name)
}
