//! A module imports only from floors below its own, and nothing below floor 6 touches the world outside.

use std::fs;
use std::path::{Path, PathBuf};

/// The floors of the house, lowest first; siblings on one floor do not know each other.
const FLOORS: &[(&str, u8)] = &[
    ("wire", 0),
    ("terminal", 1),
    ("system", 1),
    ("host", 2),
    ("session", 3),
    ("recording", 4),
    ("task", 4),
    ("gym", 5),
    ("doors", 6),
    ("tui", 6),
    ("cli", 7),
];

/// What floors below 6 may not name: sockets, files, clocks, threads, unseeded chance, unordered maps.
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

fn floor(module: &str) -> Option<u8> {
    FLOORS
        .iter()
        .find(|(name, _)| *name == module)
        .map(|(_, floor)| *floor)
}

fn rust_files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The lines of a file that are code: no comments, no tests at its end.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .map(|(n, line)| (n + 1, line.split("//").next().unwrap_or(line)))
}

/// The modules named by `crate::x`, `crate::{x, y}` in a line.
fn named(line: &str) -> Vec<String> {
    let mut names = Vec::new();
    for rest in line.split("crate::").skip(1) {
        let list = rest
            .strip_prefix('{')
            .map(|inner| inner.split('}').next().unwrap_or(inner));
        for item in
            list.unwrap_or(rest)
                .split(',')
                .take(if list.is_some() { usize::MAX } else { 1 })
        {
            let name: String = item
                .trim()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            names.push(name);
        }
    }
    names
}

#[test]
fn every_module_of_the_library_has_a_floor() {
    let lib = fs::read_to_string("src/lib.rs").unwrap();
    for line in lib.lines().filter_map(|line| line.strip_prefix("pub mod ")) {
        let module = line.trim_end_matches(';');
        assert!(
            floor(module).is_some(),
            "module `{module}` stands on no floor: add it to FLOORS and to the map in lib.rs"
        );
    }
}

/// The library's files, each with the module it belongs to and the module's floor.
fn library() -> Vec<(PathBuf, String, u8)> {
    let mut files = Vec::new();
    rust_files(Path::new("src"), &mut files);
    files
        .into_iter()
        .filter_map(|path| {
            let place = path.strip_prefix("src").unwrap();
            let module = place
                .components()
                .next()
                .unwrap()
                .as_os_str()
                .to_string_lossy()
                .replace(".rs", "");
            floor(&module).map(|floor| (path.clone(), module, floor))
        })
        .collect()
}

#[test]
fn a_module_imports_only_from_floors_below_its_own() {
    let mut faults = Vec::new();
    for (path, module, own) in library() {
        let text = fs::read_to_string(&path).unwrap();
        for (n, line) in code(&text) {
            for name in named(line) {
                if let Some(other) = floor(&name)
                    && name != module
                    && other >= own
                {
                    faults.push(format!(
                        "{}:{n}: {module} (floor {own}) names {name} (floor {other})",
                        path.display()
                    ));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn nothing_below_the_sixth_floor_touches_the_world_outside() {
    let mut faults = Vec::new();
    let below = library()
        .into_iter()
        .filter(|(path, _, floor)| *floor < 6 && !path.ends_with("tests.rs"));
    for (path, _, _) in below {
        let text = fs::read_to_string(&path).unwrap();
        for (n, line) in code(&text) {
            for word in FORBIDDEN.iter().filter(|word| line.contains(*word)) {
                faults.push(format!(
                    "{}:{n}: `{word}` does not belong below floor 6",
                    path.display()
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
