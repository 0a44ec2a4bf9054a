//! The pages for contributors name what the code has.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{HOUSE, House};

/// The pages, and how many names of the code each holds at least.
const PAGES: &[(&str, usize)] = &[("ARCHITECTURE.md", 40), ("CONTRIBUTING.md", 10)];

#[test]
fn what_the_pages_for_contributors_name_is_in_the_code() {
    let defined = defined(&HOUSE);
    let mut missing = Vec::new();
    for (page, least) in PAGES {
        let text = fs::read_to_string(page).unwrap();
        let names: Vec<Vec<&str>> = spans(&text).filter_map(code_name).collect();
        assert!(
            names.len() >= *least,
            "{page} names {} things of the code",
            names.len()
        );
        for name in names {
            if let [.., owner, last] = name.as_slice()
                && !defined.contains(&((*owner).to_owned(), (*last).to_owned()))
            {
                missing.push(format!("{page}: {}", name.join("::")));
            }
        }
        for file in spans(&text).filter(|span| is_path(span)) {
            if !Path::new(file).exists() {
                missing.push(format!("{page}: {file}"));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "not in the code:\n{}",
        missing.join("\n")
    );
}

/// What stands in single backticks, outside blocks of code.
fn spans(page: &str) -> impl Iterator<Item = &str> {
    let prose = page.split("```").step_by(2);
    prose.flat_map(|text| text.split('`').skip(1).step_by(2))
}

/// A span such as `Type::function` or `module::function`, in its parts.
fn code_name(span: &str) -> Option<Vec<&str>> {
    let is_name = |part: &str| part.chars().all(|c| c.is_alphanumeric() || c == '_');
    let parts: Vec<&str> = span.trim_end_matches("()").split("::").collect();
    (parts.len() > 1 && parts.iter().all(|part| !part.is_empty() && is_name(part))).then_some(parts)
}

/// Whether a span is a path in the repository.
fn is_path(span: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "_-./".contains(c);
    let known = [
        "src/",
        "crates/",
        "tests/",
        "python/",
        "docs/",
        "examples/",
        "fuzz/",
        "benches/",
        "screens/",
    ];
    span.chars().all(plain) && known.iter().any(|folder| span.starts_with(folder))
}

/// Every definition by what it stands in: a type with its functions and variants, a module with its items and modules.
fn defined(house: &House) -> BTreeSet<(String, String)> {
    let mut defined = BTreeSet::new();
    for (path, module) in &house.modules {
        let own = path.last().cloned().unwrap_or_default();
        defined.extend(
            module
                .items
                .iter()
                .map(|item| (own.clone(), item.name.clone())),
        );
        defined.extend(module.members.iter().cloned());
        if let [.., parent, name] = path.as_slice() {
            defined.insert((parent.clone(), name.clone()));
        }
    }
    defined
}
