//! One type of a name: a visible type's name stands once in its crate.

use std::collections::BTreeMap;

use super::HOUSE;

#[test]
fn a_visible_type_name_stands_once_in_a_crate() {
    let mut places: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for (path, module) in &HOUSE.modules {
        for item in module
            .items
            .iter()
            .filter(|item| item.is_type && item.visible)
        {
            let place = format!("{}:{}", module.file.display(), item.line);
            places
                .entry((&path[0], &item.name))
                .or_default()
                .push(place);
        }
    }
    let twice = places.iter().filter(|(_, places)| places.len() > 1);
    let twice: Vec<String> = twice
        .map(|((_, name), places)| format!("{name}: {}", places.join(", ")))
        .collect();
    assert!(twice.is_empty(), "{}", twice.join("\n"));
}
