//! The systems that are built into the library: each folder of `screens/` of the repository, embedded.

/// Names and bytes of a system's files.
type Files = &'static [(&'static str, &'static [u8])];

include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// The names of the shipped systems, in order.
pub fn names() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(name, _)| *name)
}

/// The files of a shipped system in order: names relative to its folder, with `/` between parts, and bytes. `None` if no shipped
/// system has this name. `System::load` takes them.
pub fn files(system: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let (_, files) = SHIPPED.iter().find(|(name, _)| *name == system)?;
    let file = |(name, bytes): &(&str, &[u8])| ((*name).to_owned(), bytes.to_vec());
    Some(files.iter().map(file).collect())
}
