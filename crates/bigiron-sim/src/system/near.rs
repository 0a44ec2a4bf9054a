//! The nearest right name for a wrong one.

/// The name closest to what was written, if any is close; letters of either case count as equal.
pub fn near<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = written.to_lowercase();
    let distance = |name: &str| strsim::damerau_levenshtein(&wanted, &name.to_lowercase());
    names
        .into_iter()
        .map(|name| (distance(name), name))
        .filter(|(distance, name)| {
            *distance <= 1 + name.chars().count().max(wanted.chars().count()) / 4
        })
        .min()
        .map(|(_, name)| name)
}
