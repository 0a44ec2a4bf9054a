//! A module imports only from floors below its own, and nothing below floor 7 touches the world outside.

use std::fs;

use super::{HOUSE, written};

/// The floors of the house, lowest first; siblings on one floor do not know each other.
const FLOORS: &[(&str, i8)] = &[
    ("tn3270::near", -1),
    ("tn3270::wire", 0),
    ("tn3270::terminal", 1),
    ("tn3270::server", 1),
    ("tn3270::client", 2),
    ("bigiron_sim::shipped", 2),
    ("bigiron_sim::system", 2),
    ("bigiron_sim::host", 3),
    ("bigiron_sim::session", 4),
    ("bigiron_sim::recording", 5),
    ("bigiron_sim::task", 5),
    ("bigiron_sim::gym", 6),
    ("bigiron::doors", 7),
    ("bigiron::tui", 7),
    ("bigiron::cli", 8),
    ("bigiron_python", 9),
];

/// The floors inside `doors`.
const DOORS: &[(&str, i8)] = &[
    ("bigiron::doors::session", 1),
    ("bigiron::doors::people", 2),
    ("bigiron::doors::programs", 2),
    ("bigiron::doors::tn3270", 2),
    ("bigiron::doors::client", 2),
    ("bigiron::doors::server", 3),
];

/// What floors below 7 may not name: sockets, files, clocks, threads, unseeded chance, unordered maps.
const FORBIDDEN: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "std::time",
    "Instant::",
    "SystemTime",
    "tokio",
    "crossterm",
    "HashMap",
    "HashSet",
    "thread_rng",
    "SmallRng",
    "StdRng",
];

/// The floor of a table that a module stands on, with the name it stands under; none for what the table does not name.
fn floor(floors: &'static [(&'static str, i8)], path: &[String]) -> Option<(&'static str, i8)> {
    let at = written(path);
    let under = |name: &str| at == name || at.starts_with(&format!("{name}::"));
    floors.iter().find(|(name, _)| under(name)).copied()
}

#[test]
fn every_module_has_a_floor() {
    let without = HOUSE.modules.keys().filter(|path| {
        let in_doors = path.len() > 2 && path[..2] == ["bigiron", "doors"];
        let table = if in_doors { DOORS } else { FLOORS };
        path.len() > 1 && floor(table, path).is_none()
    });
    let without: Vec<String> = without.map(|path| written(path)).collect();
    assert!(
        without.is_empty(),
        "add to FLOORS or DOORS, and to the map in its lib.rs or mod.rs: {}",
        without.join(", ")
    );
}

#[test]
fn a_module_imports_only_from_floors_below_its_own() {
    let faults = [FLOORS, DOORS].map(upward).concat();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The imports that lead to the same floor of a table or up.
fn upward(floors: &'static [(&'static str, i8)]) -> Vec<String> {
    let mut faults = Vec::new();
    for (from, named) in HOUSE.imports() {
        let Some((own, height)) = floor(floors, from) else {
            continue;
        };
        for (target, line) in named {
            if let Some((other, below)) = floor(floors, &target)
                && other != own
                && below >= height
            {
                let file = HOUSE.modules[from].file.display();
                faults.push(format!(
                    "{file}:{line}: {own} (floor {height}) names {other} (floor {below})"
                ));
            }
        }
    }
    faults
}

#[test]
fn nothing_below_the_seventh_floor_touches_the_world_outside() {
    let mut faults = Vec::new();
    for (path, module) in &HOUSE.modules {
        if floor(FLOORS, path).is_none_or(|(_, floor)| floor >= 7) {
            continue;
        }
        let text = fs::read_to_string(&module.file).unwrap();
        for (n, line) in code(&text) {
            for word in FORBIDDEN.iter().filter(|word| line.contains(*word)) {
                faults.push(format!(
                    "{}:{n}: `{word}` does not belong below floor 7",
                    module.file.display()
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The lines of a file that are code: no comments, no tests at its end.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .map(|(n, line)| (n + 1, line.split("//").next().unwrap_or(line)))
}
