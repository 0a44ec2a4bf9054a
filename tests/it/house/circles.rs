//! No circle of imports stands between the modules of one folder.

use std::collections::{BTreeMap, BTreeSet};

use super::{HOUSE, folders, written};

/// Circles that have a reason: modules of one folder that need each other, and why.
const ALLOWED: &[(&str, &[&str], &str)] = &[
    (
        "tn3270::wire",
        &["outbound", "structured"],
        "a Write Structured Field may hold an Outbound 3270DS, which holds orders (GA23-0059, chapter 5)",
    ),
    (
        "bigiron_sim::system::expr",
        &["lex", "parse"],
        "the lexer reports its errors as the parser does",
    ),
];

#[test]
fn no_circle_of_imports_stands_between_the_modules_of_one_folder() {
    let mut found = Vec::new();
    for folder in folders() {
        for circle in circles(&siblings(folder)) {
            let names: Vec<&str> = circle.iter().map(|name| name.as_str()).collect();
            let at = written(folder);
            if !ALLOWED
                .iter()
                .any(|(place, list, _)| *place == at && **list == names)
            {
                found.push(format!("{at}: {}", names.join(", ")));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_circle_that_is_allowed_is_there() {
    for (place, list, _) in ALLOWED {
        let folder: Vec<String> = place.split("::").map(str::to_owned).collect();
        let all = circles(&siblings(&folder));
        let is_there = all.iter().any(|circle| circle.iter().eq(list.iter()));
        assert!(
            is_there,
            "{place}: {list:?} is no circle any more: take it out of ALLOWED"
        );
    }
}

/// The modules of a folder, each with those of its siblings that it or a module in it names.
fn siblings(folder: &[String]) -> BTreeMap<String, BTreeSet<String>> {
    let depth = folder.len();
    let inside = |path: &[String]| {
        path.starts_with(folder)
            .then(|| path.get(depth).cloned())
            .flatten()
    };
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (from, named) in HOUSE.imports() {
        let Some(own) = inside(from) else { continue };
        let others = named.keys().filter_map(|target| inside(target));
        graph
            .entry(own.clone())
            .or_default()
            .extend(others.filter(|other| *other != own));
    }
    graph
}

/// The strongly connected parts of more than one module, each in order of names.
fn circles(graph: &BTreeMap<String, BTreeSet<String>>) -> Vec<BTreeSet<String>> {
    let reached: BTreeMap<&String, BTreeSet<&String>> = graph
        .keys()
        .map(|from| (from, reach(graph, from)))
        .collect();
    let mut found: Vec<BTreeSet<String>> = Vec::new();
    for (from, there) in &reached {
        let back = there
            .iter()
            .filter(|to| reached.get(*to).is_some_and(|all| all.contains(from)));
        let circle: BTreeSet<String> = back.map(|name| (*name).clone()).collect();
        if circle.len() > 1 && !found.contains(&circle) {
            found.push(circle);
        }
    }
    found
}

/// The modules that imports lead to from one, itself only where they lead back.
fn reach<'g>(graph: &'g BTreeMap<String, BTreeSet<String>>, from: &String) -> BTreeSet<&'g String> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&String> = graph.get(from).into_iter().flatten().collect();
    while let Some(name) = open.pop() {
        if reached.insert(name) {
            open.extend(graph.get(name).into_iter().flatten());
        }
    }
    reached
}
